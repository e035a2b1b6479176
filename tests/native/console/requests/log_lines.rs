//! The log of requests and its counts.

use super::*;

#[test]
fn the_log_and_its_counts_are_those_of_a_hand() {
    let world = World::requests();
    let filed = history(&world);
    let log = |query: &str| world.console(&get(&format!("{REQUESTS}/log?{query}"))).json();
    let whole = log("");
    assert_eq!(
        members(&whole["requests"], "outcome"),
        ["open", "complied", "complied-in-part", "denied", "withdrawn", "expired"]
    );
    assert_eq!(
        members(&whole["requests"], "manner"),
        ["form", "api", "delete-data", "delete-account", "form", "api"]
    );
    let late: Vec<_> =
        whole["requests"].as_array().unwrap().iter().map(|r| r["late"] == true).collect();
    // 45 days from 2 January end on 16 February; the one of 2025 is still open.
    assert_eq!(late, [true, false, true, false, false, false]);
    assert_eq!(whole["requests"][3]["ground"], "legal-duty");
    assert_eq!(whole["requests"][1]["ground"], Value::Null);
    assert_eq!(whole["requests"][1]["ended"], "2026-01-05T08:00:01Z");
    assert_eq!(references(&log("from=2026-01-01&to=2026-01-01")), [filed[1].reference.clone()]);
    assert_eq!(references(&log("to=2025-12-31")), [filed[0].reference.clone()]);
    assert_eq!(references(&log("from=2026-01-02")).len(), 4);
    assert_eq!(references(&log("from=2027-01-01")).len(), 0);

    let counted = world.console(&get(&format!("{REQUESTS}/metrics?year=2026"))).json();
    let total = &counted["total"];
    for (name, expected) in [
        ("received", json!(5)),
        ("complied", json!(1)),
        ("complied_in_part", json!(1)),
        ("withdrawn", json!(1)),
        ("expired", json!(1)),
        ("open", json!(0)),
        ("overdue", json!(0)),
        ("late", json!(1)),
        // 4, 10 and 58 days.
        ("median_days", json!(10.0)),
        ("mean_days", json!(24.0)),
    ] {
        assert_eq!(total[name], expected, "{name}");
    }
    assert_eq!(
        (&total["denied"]["legal-duty"], &total["denied"]["excessive"]),
        (&json!(1), &json!(0))
    );
    let groups = counted["groups"].as_array().unwrap();
    let group = |regime: &str, kind: &str| {
        groups.iter().find(|g| g["regime"] == regime && g["kind"] == kind).unwrap()
    };
    assert_eq!(groups.len(), 3);
    assert_eq!(group("us-ca", "access")["median_days"], json!(31.0));
    assert_eq!(group("eu-gdpr", "erasure")["received"], 2);
    assert_eq!(group("eu-gdpr", "access")["median_days"], Value::Null);
    let earlier = world.console(&get(&format!("{REQUESTS}/metrics?year=2025"))).json();
    assert_eq!((&earlier["total"]["open"], &earlier["total"]["overdue"]), (&json!(1), &json!(1)));
    assert_eq!(world.console(&get(&format!("{REQUESTS}/metrics"))).json(), counted);

    // It survives the erasure of what it tells of, and names nobody.
    for area in ["request", "request-event", "request-head"] {
        for key in world.keys(area) {
            world.store.take(&key);
        }
    }
    let kept = log("");
    assert_eq!(kept["requests"].as_array().unwrap().len(), 5);
    assert_eq!(world.console(&get(&format!("{REQUESTS}/metrics?year=2026"))).json(), counted);
    let csv = world.console(&get(&format!("{REQUESTS}/log?format=csv")));
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    let lines: Vec<&str> = csv.text().split("\r\n").collect();
    assert_eq!(
        lines[0],
        "reference,received,kind,regime,manner,due,extended,ended,outcome,ground,late"
    );
    let denied = format!(
        "{},2026-01-02T12:00:00Z,erasure,eu-gdpr,delete-account,2026-02-02T23:59:59Z,false,2026-01-12T23:00:01Z,denied,legal-duty,false",
        filed[3].reference
    );
    assert_eq!((lines[3], lines.len()), (&*denied, 7));
    let accept = operator(Method::GET, &format!("{REQUESTS}/log"), &[("accept", "text/csv")], "");
    assert_eq!(world.console(&accept).text(), csv.text());
    for text in [csv.text(), &kept.to_string(), &counted.to_string()] {
        assert!(!text.contains("Anna") && !text.contains(EMAIL) && !text.contains("=1+1"));
    }
    // Without anybody's data no access to it is recorded.
    let actions = world.actions();
    assert!(actions.iter().all(|action| action.starts_with("request-")), "{actions:?}");
}

#[test]
fn the_log_says_of_an_erasure_whether_it_was_late() {
    for (regime, days, late, due) in [
        // Received on Sunday 22 November, proven three days later: seven working days, which do not rest.
        (Regime::Ru152Fz, 6, false, "2026-12-01T20:59:59Z"),
        (Regime::Ru152Fz, 12, true, "2026-12-01T20:59:59Z"),
        // A month, and the three days in which the clock rested.
        (Regime::EuGdpr, 30, false, "2026-12-25T20:59:59Z"),
        (Regime::EuGdpr, 31, true, "2026-12-25T20:59:59Z"),
    ] {
        let world = World::new();
        let sent = Identity::Sent(CodeHash::new(
            &world.setup.keys,
            Id::from_bytes([1; 16]),
            &Code::draw(&world.desk().moment),
        ));
        let opening = RequestOpening {
            kind: RequestKind::Erasure,
            regime,
            identity: sent,
            ..world.opening()
        };
        let filed = world.open(&opening);
        world.later(3 * 86_400);
        world.happens(&filed, RequestChange::Identified(Proof::Link));
        world.later(days * 86_400);
        let target = format!("{}/erasure", filed.url);
        let seen = world.done(&get(&target));
        let body = json!({"executor": "J. Roe, privacy officer"});
        world.done(&post(&target, &body, &[("if-match", seen.header("etag"))]));
        let log = world.console(&get(&format!("{REQUESTS}/log"))).json();
        let line = &log["requests"][0];
        assert_eq!((line["due"].as_str(), &line["late"]), (Some(due), &json!(late)), "{log}");
        let year = world.console(&get(&format!("{REQUESTS}/metrics?year=2026"))).json();
        assert_eq!(year["total"]["late"], usize::from(late));
    }
}

#[test]
fn the_log_is_kept_for_two_years_at_the_least() {
    for (days, kept) in [("30", 2 * 366), ("1095", 1095)] {
        let world = World::with(move |name| (name == "retention_days").then_some(days));
        let filed = world.asserted();
        world.done(&act(&filed, "answer", text("x")));
        let ended = world.now.get();
        let count = |at: Timestamp| {
            world.now.set(at);
            references(&world.console(&get(&format!("{REQUESTS}/log"))).json()).len()
        };
        assert_eq!(count(ended.plus_seconds(kept * 86_400 - 1)), 1);
        world.store.take(filed.key.opening().as_str());
        assert_eq!(count(ended.plus_seconds(kept * 86_400)), 0);
    }
}

#[test]
fn what_is_wrong_with_an_export_is_said() {
    let world = World::requests();
    for (query, pointer, code) in [
        ("log?from=yesterday", "?from", "not-a-date"),
        ("log?to=2026-02-30", "?to", "not-a-date"),
        ("log?format=xml", "?format", "unknown-format"),
        ("metrics?year=26", "?year", "not-a-year"),
        ("metrics?year=0000", "?year", "not-a-year"),
        ("metrics?year=abcd", "?year", "not-a-year"),
    ] {
        let answer = world.console(&get(&format!("{REQUESTS}/{query}")));
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())], "{query}");
    }
    let id = Id::new(world.now.get(), [0; 10]).to_string();
    for number in 0..10_001 {
        world.store.put(&format!("request-log:{}{number:05}", &id[..21]), Vec::new());
    }
    let answer = world.console(&get(&format!("{REQUESTS}/log")));
    assert_eq!(answer.errors(), [("?from".to_owned(), "too-many-rows".to_owned())]);
}
