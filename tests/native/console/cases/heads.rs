//! Heads that miss events, audit records, and a store that fails.

use super::*;

#[test]
fn a_sweep_repairs_the_heads_that_missed_an_event() {
    let world = World::new();
    for _ in 0..2 {
        let filed = world.complaint();
        world.later(1);
        let message =
            send(&format!("{}/messages", filed.status), &json!({"message": "More."}), &[]);
        assert_eq!(world.feedback(&message).status, 201);
    }
    let (heads, whole) = (world.keys("head"), world.store.dump());
    assert_eq!(heads.len(), 2);
    heads.iter().for_each(|head| drop(world.store.take(head)));
    world.later(30);
    assert_eq!(world.sweep().status, 204);
    assert_eq!(world.keys("head"), heads);
    // What is whole is left alone, and so is what nothing happened to for long.
    world.later(30);
    world.store.reset_calls();
    world.sweep();
    assert!(!world.store.calls().contains(&"set head".to_owned()));
    // One that cannot be read keeps nobody else's from being repaired.
    heads.iter().for_each(|head| drop(world.store.take(head)));
    let opening = &world.keys("case")[0];
    world.store.put(opening, whole[opening][..whole[opening].len() / 2].to_vec());
    world.later(30);
    world.sweep();
    assert_eq!(world.keys("head").len(), 1);
    world.keys("head").iter().for_each(|head| drop(world.store.take(head)));
    world.later(1_000);
    world.sweep();
    assert!(world.keys("head").is_empty());
}

#[test]
fn a_head_that_missed_an_event_is_repaired() {
    let world = World::new();
    let filed = world.complaint();
    let messages = format!("{}/messages", filed.status);
    let once = [("idempotency-key", "message-1")];
    let message = send(&messages, &json!({"message": "More."}), &once);
    // The event is stored, and then the store goes away before the head is.
    let mut failed = 0;
    for call in 1..8 {
        world.later(1);
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let answer = world.feedback(&message);
        world.store.fail_from(None);
        if world.keys("event").is_empty() {
            continue;
        }
        if answer.status == 503 && world.keys("head").is_empty() {
            failed += 1;
        }
    }
    assert!(failed > 1, "the store never failed between event and head");
    let seen = |world: &World| {
        let case = world.feedback(&public(&format!("{}/case.json", filed.status))).json();
        case["thread"].as_array().unwrap().len()
    };
    world.store.take(&world.keys("head").pop().unwrap_or_default());
    assert_eq!(seen(&world), 1);
    // However often it had to be tried, it was one message.
    assert_eq!(world.read(&filed).json()["thread"].as_array().unwrap().len(), 2);
    assert_eq!(seen(&world), 2);
    // And what is whole is left alone.
    let before = world.store.dump();
    world.store.reset_calls();
    world.read(&filed);
    assert!(!world.store.calls().contains(&"set head".to_owned()));
    assert_eq!(world.store.dump().len(), before.len() + 1);
    // An operator decides on what happened, and never on what the head says.
    world.later(1);
    let withdraw = request(
        Method::POST,
        &format!("{}/withdraw", filed.status),
        &[("spin-client-addr", CLIENT)],
        "",
    );
    assert_eq!(world.feedback(&withdraw).status, 200);
    for key in world.keys("head") {
        world.store.take(&key);
    }
    assert_eq!(world.console(&reply(&filed.url, "Too late.", &[])).status, 409);
}

#[test]
fn a_case_with_more_than_a_head_holds_is_still_read() {
    let world = World::busy();
    let filed = world.complaint();
    let head = format!("head:{}", filed.url.rsplit('/').next().unwrap());
    let long = json!({"message": "🦉".repeat(10_000)});
    for _ in 0..8 {
        // Every one of them has seen the case without the others.
        world.store.take(&head);
        world.later(1);
        let answer = world.feedback(&send(&format!("{}/messages", filed.status), &long, &[]));
        assert_eq!(answer.status, 201);
    }
    for _ in 0..2 {
        assert_eq!(world.read(&filed).json()["thread"].as_array().unwrap().len(), 9);
    }
    assert!(world.store.dump().values().all(|value| value.len() <= 256 * 1024));
    let tag = world.read(&filed).header("etag").to_owned();
    let full = world.console(&reply(&filed.url, "No more room.", &[]));
    assert_eq!((full.status, full.slug()), (409, "case-state".to_owned()));
    let closed = world.console(&set_state(&filed.url, "closed", &[("if-match", &tag)]));
    assert!(matches!(closed.status, 200 | 409), "{closed:?}");
}

#[test]
fn audit_records_are_listed_newest_first_and_paged() {
    let world = World::new();
    let filed = world.complaint();
    for _ in 0..5 {
        world.later(1);
        world.read(&filed);
    }
    let whole = world.console(&get("/console/api/audit")).json();
    let records = whole["records"].as_array().unwrap();
    assert_eq!(records.len(), 5);
    assert!(whole.get("next_cursor").is_none());
    let ids = |records: &[Value]| -> Vec<String> {
        records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut sorted = ids(records);
    sorted.sort_by(|a, b| b.cmp(a));
    assert_eq!(ids(records), sorted);
    assert_eq!(records[0]["reference"], filed.reference);
    for limit in 1..=6 {
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = world.console(&get(&format!("/console/api/audit?limit={limit}{from}")));
            let page = page.json();
            found.extend(ids(page["records"].as_array().unwrap()));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, sorted, "{limit}");
    }
    // No record says who the case is about.
    for word in ["Anna", EMAIL, "newsletters"] {
        assert!(!whole.to_string().contains(word));
    }
}

#[test]
fn a_store_that_fails_at_any_call_changes_nothing_by_halves() {
    type Build = fn(&FiledCase, &str) -> Request;
    let reply_once: Build =
        |filed, _| reply(&filed.url, "We are sorry.", &[("idempotency-key", "reply-0001")]);
    let take_up: Build = |filed, _| set_state(&filed.url, "in_progress", &[("if-match", "*")]);
    let read: Build = |filed, _| get(&filed.url);
    let list: Build = |_, _| get("/console/api/cases");
    for (what, build) in [("reply", reply_once), ("state", take_up), ("read", read), ("list", list)]
    {
        for call in 1.. {
            let world = World::new();
            let filed = world.complaint();
            let tag = world.read(&filed).header("etag").to_owned();
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&build(&filed, &tag));
            world.store.fail_from(None);
            if answer.status < 500 {
                assert!(call > 2, "{what}");
                break;
            }
            assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{what} {call}");
            assert!(answer.log.is_some() && !answer.text().contains("newsletters"));
            world.later(60);
            let again = world.console(&build(&filed, &tag));
            let case = world.read(&filed).json();
            match what {
                "reply" => {
                    assert_eq!(again.status, 201, "{call}");
                    assert_eq!(case["thread"].as_array().unwrap().len(), 2, "{call}");
                    assert_eq!(case["state"], "answered");
                }
                "state" => {
                    // The first try may have been stored before it failed.
                    assert!(matches!(again.status, 200 | 409), "{call} {again:?}");
                    assert_eq!(case["state"], "in_progress");
                }
                _ => assert_eq!(again.status, 200),
            }
        }
    }
}

#[test]
fn what_was_changed_in_the_store_is_not_believed() {
    let world = World::new();
    let filed = world.complaint();
    let other = world.complaint();
    assert_eq!(world.console(&reply(&filed.url, "We are sorry.", &[])).status, 201);
    let whole = world.store.dump();
    for key in whole.keys().filter(|key| ["case", "head"].contains(&key.split(':').next().unwrap()))
    {
        let of_this = key.contains(filed.url.rsplit('/').next().unwrap());
        for changed in
            [whole[key][..20].to_vec(), Vec::new(), whole[&world.keys("event")[0]].clone()]
        {
            world.store.put(key, changed);
            let answer = world.console(&get(if of_this { &filed.url } else { &other.url }));
            assert_eq!((answer.status, answer.slug()), (500, "internal".to_owned()), "{key}");
            assert!(answer.log.is_some() && !answer.text().contains("newsletters"));
            world.store.put(key, whole[key].clone());
        }
    }
    // An event is only read where the head misses it, and then it must be whole.
    let event = world.keys("event").remove(0);
    for key in world.keys("head") {
        world.store.take(&key);
    }
    world.store.put(&event, whole[&event][..40].to_vec());
    assert_eq!(world.console(&get(&filed.url)).status, 500);
    // Keys that are none of ours do no harm.
    world.store.put(&event, whole[&event].clone());
    for key in ["case:x", "case:x:y:z", "event:x", "audit:x", "case:", "head:"] {
        world.store.put(key, encode(&CaseHead::default()));
    }
    for target in ["/console/api/cases", &filed.url, "/console/api/audit"] {
        assert_eq!(world.console(&get(target)).status, 200, "{target}");
    }
}

proptest! {
    #[test]
    fn strange_requests_are_never_our_fault(
        path in "(/console/api)?(/cases|/audit)?(/[ -~]{0,20}){0,3}", query in "[ -~]{0,40}", body in "[ -~]{0,40}",
    ) {
        let world = World::new();
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT] {
            let answer = world.console(&operator(method, &format!("{path}?{query}"), &[], &body));
            prop_assert!(answer.status < 500);
        }
    }

    #[test]
    fn every_query_is_understood_or_refused(
        kind in "(question|complaint|.{0,3})", state in "(received|.{0,3})", cursor in "([0-9A-Z]{26}|.{0,3})", limit: i16,
    ) {
        let world = World::new();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("kind", &kind)
            .append_pair("state", &state)
            .append_pair("cursor", &cursor)
            .append_pair("limit", &limit.to_string())
            .finish();
        let answer = world.console(&get(&format!("/console/api/cases?{query}")));
        let good = matches!(&*kind, "question" | "complaint")
            && state == "received"
            && cursor.parse::<desk_core::id::Id>().is_ok()
            && (1..=200).contains(&limit);
        prop_assert_eq!(answer.status, if good { 200 } else { 422 });
    }
}
