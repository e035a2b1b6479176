//! The queue.

use super::*;

#[test]
fn the_queue_is_in_the_order_of_dates_and_names_nobody() {
    let world = World::requests();
    let by = |regime, kind| {
        let filed = world.open(&RequestOpening { regime, kind, ..world.opening() });
        world.later(1);
        filed.reference
    };
    let british = by(Regime::UkGdpr, RequestKind::Access);
    let russian = by(Regime::Ru152Fz, RequestKind::Erasure);
    let californian = by(Regime::UsCa, RequestKind::Access);
    let brazilian = by(Regime::BrLgpd, RequestKind::Objection);
    let other = by(Regime::BrLgpd, RequestKind::Access);
    let order = [&russian, &brazilian, &other, &british, &californian];
    assert_eq!(world.listed("").iter().collect::<Vec<_>>(), order);
    assert_eq!(world.listed("kind=access"), [other.clone(), british.clone(), californian.clone()]);
    assert_eq!(world.listed("kind=access&state=in_progress"), [""; 0]);
    for limit in 1..=6 {
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = world.console(&get(&format!("{REQUESTS}?limit={limit}{from}"))).json();
            assert_eq!(page["complete"], true);
            found.extend(references(&page));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), order, "{limit}");
    }
    let answer = world.console(&get(REQUESTS));
    for word in ["Anna", EMAIL, "mails of mine"] {
        assert!(!answer.text().contains(word));
    }
    let first = &answer.json()["requests"][0];
    // Seven working days from Monday 23 November on: Friday 27, Monday 30, …
    assert_eq!(first["due"]["date"], "2026-12-01");
    assert_eq!(first["due"]["at"], "2026-12-01T23:59:59Z");
    assert_eq!(
        (&first["due"]["days_left"], &first["due"]["working_days_left"]),
        (&json!(9), &json!(7))
    );
    assert_eq!((&first["door"], &first["behalf"]), (&json!("api"), &json!("self")));
    assert_eq!(first["leads"], true);
    assert_eq!(world.keys("audit"), [""; 0]);
    for (query, code) in [
        ("kind=x", "unknown-right"),
        ("kind=complaint", "unknown-right"),
        ("state=closed", "unknown-state"),
        ("all=1", "not-true-or-false"),
        ("cursor=x", "cursor"),
        ("cursor=1-x", "cursor"),
        ("limit=0", "not-a-number"),
        ("limit=201", "not-a-number"),
        ("state=received&state=received", "given-twice"),
    ] {
        let answer = world.console(&get(&format!("{REQUESTS}?{query}")));
        assert_eq!((answer.status, &*answer.errors()[0].1), (422, code), "{query}");
    }
    world.later(12 * 86_400);
    let late = world.console(&get(REQUESTS)).json();
    assert_eq!(late["requests"][0]["due"]["overdue"], true);
    assert_eq!(late["requests"][0]["due"]["days_left"], -3);
}

#[test]
fn requests_that_ended_leave_the_queue_and_are_not_opened_again() {
    let world = World::requests();
    let (answered, withdrawn, expired, open) =
        (world.asserted(), world.asserted(), world.unproven(), world.asserted());
    world.done(&act(&answered, "answer", text("x")));
    world.happens(&withdrawn, RequestChange::Withdrawn);
    assert_eq!(world.listed("").len(), 2);
    // What ended by itself a moment ago may yet be contradicted by what is on its way.
    assert_eq!(world.keys("request-log").len(), 1);
    world.later(8 * 86_400);
    assert_eq!(world.listed(""), std::slice::from_ref(&open.reference));
    assert_eq!(world.keys("request-log").len(), 3);
    world.store.reset_calls();
    assert_eq!(world.listed(""), [open.reference]);
    assert_eq!(world.store.calls().len(), 3, "{:?}", world.store.calls());
    assert_eq!(world.listed("all=true").len(), 4);
    assert_eq!(world.listed("state=withdrawn"), [withdrawn.reference]);
    assert_eq!(world.listed("state=expired"), [expired.reference]);
    assert_eq!(world.listed("state=expired&all=false"), [""; 0]);
}

#[test]
fn a_queue_that_is_too_long_says_so() {
    let world = World::requests();
    let first = world.asserted();
    for number in 0..console::MAX_OPENED_REQUESTS {
        world.later(1);
        let email = format!("a{number}@oncall.example").parse().unwrap();
        world.open(&RequestOpening { email, ..world.opening() });
    }
    let page = world.console(&get(&format!("{REQUESTS}?limit=1"))).json();
    assert_eq!(
        (&page["complete"], references(&page)),
        (&json!(false), vec![first.reference.clone()])
    );
    // Of all of them it has the latest.
    let page = world.console(&get(&format!("{REQUESTS}?limit=1&all=true"))).json();
    assert_eq!(page["complete"], false);
    assert_ne!(references(&page), [first.reference]);
}

#[test]
fn duplicates_are_linked_and_an_unproven_one_never_leads_a_proven_one() {
    let world = World::requests();
    let first = world.unproven();
    world.later(1);
    let second = world.unproven();
    world.later(1);
    let third = world.asserted();
    let other_kind = world.open(&RequestOpening { kind: RequestKind::Erasure, ..world.opening() });
    let email = "anna@other.example".parse().unwrap();
    let other_person = world.open(&RequestOpening { email, ..world.opening() });
    let linked = |filed: &OpenedRequest| {
        let listed = world.console(&get(REQUESTS)).json();
        let row = listed["requests"].as_array().unwrap().iter();
        let row = row.clone().find(|row| row["reference"] == filed.reference).unwrap().clone();
        let shown = world.show(filed);
        let sorted = |value: &Value| {
            let mut all: Vec<String> = serde_json::from_value(value.clone()).unwrap();
            all.sort();
            all
        };
        assert_eq!(sorted(&row["duplicates"]), sorted(&shown["duplicates"]));
        assert_eq!(row["leads"], shown["leads"]);
        (sorted(&row["duplicates"]), row["leads"] == true)
    };
    let both = |a: &OpenedRequest, b: &OpenedRequest| {
        let mut both = vec![a.reference.clone(), b.reference.clone()];
        both.sort();
        both
    };
    assert_eq!(linked(&first), (both(&second, &third), false));
    assert_eq!(linked(&second), (both(&first, &third), false));
    assert_eq!(linked(&third), (both(&first, &second), true));
    assert_eq!(linked(&other_kind), (vec![], true));
    assert_eq!(linked(&other_person), (vec![], true));
    // Whoever proves it later does not take the lead from whoever leads.
    world.later(1);
    world.happens(&first, RequestChange::Identified(Proof::Code));
    assert!(!linked(&first).1 && linked(&third).1);
    world.done(&act(&third, "answer", text("x")));
    assert_eq!(linked(&first), (vec![second.reference.clone()], true));
    assert_eq!(linked(&second), (vec![first.reference.clone()], false));
    world.done(&act(&first, "answer", text("x")));
    assert_eq!(linked(&second), (vec![], true));
    // What was stored before a rotation of the root is the same person's.
    let rotated = World::with(|name| match name {
        "root_secret" => Some("BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"),
        "previous_root_secrets" => Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        _ => None,
    });
    for (key, value) in world.store.dump() {
        rotated.store.put(&key, value);
    }
    rotated.now.set(world.now.get());
    let newer = rotated.asserted();
    assert_eq!(rotated.show(&newer)["duplicates"], json!([second.reference]));
    assert_eq!(rotated.show(&second)["duplicates"], json!([newer.reference]));
}

#[test]
fn files_are_read_and_recorded() {
    let world = World::requests();
    let file = Attachment::new(b"a power of attorney").unwrap();
    let opening = RequestOpening {
        files: vec![cases::describe(&file)],
        behalf: Behalf::Represented,
        ..world.opening()
    };
    let filed = world.open(&opening);
    block_on(cases::write_files(&world.desk(), &filed.key, opening.expires, &[file])).unwrap();
    let shown = world.show(&filed);
    assert_eq!((&shown["attachments"], &shown["behalf"]), (&json!(1), &json!("representative")));
    let url = shown["files"][0]["url"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    world.later(1);
    let answer = world.console(&get(&url));
    assert_eq!((answer.status, answer.text()), (200, "a power of attorney"));
    let name = format!("attachment; filename=\"{}-1.txt\"", filed.reference);
    assert_eq!(answer.header("content-disposition"), name);
    assert_eq!(world.actions()[0], "file-read");
    let other = url.replace("attachments/1", "attachments/2");
    assert_eq!(world.console(&get(&other)).status, 404);
}
