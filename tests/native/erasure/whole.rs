//! What goes, what stays, and a crash on the way.

use super::*;

/// A request that stays keeps what tells of it: of its extension, and the only key to its package.
#[test]
fn mails_of_a_request_that_stays_are_still_sent() {
    let world = World::new();
    let open = open_request(
        &world,
        EMAIL,
        RequestKind::Access,
        RequestDoor::Form,
        Identity::Asserted,
        vec![],
    );
    let kept = mail_about(&world, EMAIL, &open);
    let gone = mail_to(&world, EMAIL);
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let own = mail_about(&world, EMAIL, &key);
    erased(&world, &key);
    let mails = world.keys("outbox");
    let is_there = |id: Id| mails.iter().any(|key| key.contains(&id.to_string()));
    assert!(is_there(kept) && !is_there(gone) && !is_there(own), "{mails:?}");
}

#[test]
fn earlier_requests_leave_their_lines_in_the_log() {
    let world = World::new();
    let earlier = [
        (vec![RequestChange::Withdrawn], Outcome::Withdrawn),
        (vec![RequestChange::Answered { text: text(WORDS[2]), partly: true }], Outcome::Part),
    ];
    let earlier = earlier.map(|(changes, outcome)| {
        let (kind, identity) = (RequestKind::Access, Identity::Asserted);
        (open_request(&world, EMAIL, kind, RequestDoor::Api, identity, changes), outcome)
    });
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    erased(&world, &key);
    for (key, outcome) in earlier {
        let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap();
        assert_eq!(entry.map(|entry| entry.outcome), Some(outcome));
    }
    // That of the request itself is the last word on it.
    let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Whole);
}

#[test]
fn nothing_of_the_person_is_left_and_nobody_else_is_touched() {
    let world = World::new();
    life(&world, "other@oncall.example");
    proven(&world, "other@oncall.example", RequestKind::Erasure);
    open_case(&world, None, false);
    let others = world.store.dump();
    life(&world, EMAIL);
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    assert!(traces(&world, &world.setup.keys, EMAIL).len() > 10);
    let shown = seen(&world, &key).json();
    let answer = erased(&world, &key);
    let act = answer.json()["act"].clone();
    // What was shown is what was done.
    assert_eq!(
        (&act["destroyed"], &act["stays"][0]["what"]),
        (&shown["destroyed"], &json!("opt-outs"))
    );
    let counts: BTreeMap<&str, (u64, u64)> = act["destroyed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| {
            let number = |name: &str| of[name].as_u64().unwrap();
            (of["category"].as_str().unwrap(), (number("count"), number("values")))
        })
        .collect();
    let expected = [
        ("packages", (1, 2)),
        ("mails", (1, 1)),
        ("idempotency-markers", (1, 1)),
        ("limiter-slots", (2, 2)),
        ("others", (1, 1)),
        ("files", (3, 3)),
        ("case-messages", (2, 3)),
        ("request-messages", (2, 4)),
        ("cases", (1, 1)),
        ("requests", (2, 2)),
    ];
    assert_eq!(counts, expected.into());
    // The notice alone holds the address, until it is taken; and it says no more than it must.
    let theirs = |trace: &String| others.contains_key(trace.trim_end_matches(" (content)"));
    let found = || {
        let mut found = traces(&world, &world.setup.keys, EMAIL);
        found.retain(|trace| !theirs(trace));
        found
    };
    let waiting = found();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    let other = others.keys().filter(|key| key.starts_with("outbox:")).count();
    assert_eq!(world.keys("outbox").len(), other + 1);
    for key in world.keys("outbox") {
        if !others.contains_key(&key) {
            let at = StoreKey::new(key.as_str()).unwrap();
            let mail: Mail = block_on(world.desk().read_sealed(&at)).unwrap().unwrap();
            assert!(
                mail.text.contains("/requests/status/") && mail.text.contains("Всего доброго.")
            );
            assert_eq!(mail.expires.seconds_since(world.now.get()), NOTICE_SECONDS);
            world.store.take(&key);
        }
    }
    assert_eq!(found(), Vec::<String>::new());
    let dump = world.store.dump();
    for (key, value) in &others {
        assert_eq!(dump.get(key), Some(value), "{key}");
    }
    let new: BTreeSet<&str> = dump
        .keys()
        .filter(|key| !others.contains_key(*key))
        .map(|key| key.split(':').next().unwrap())
        .collect();
    assert_eq!(
        new,
        ["act", "act-by", "audit", "change", "claim", "outcome", "request-log", "suppression"]
            .into()
    );
    // The opt-out is honoured all the same.
    let subject = world.setup.keys.subject(&address(EMAIL));
    assert!(block_on(world.desk().suppression(subject, Scope::All)).unwrap().is_some());
    // Who carried it out is sealed.
    let name = "Иванов".as_bytes();
    assert!(!dump.values().any(|value| value.windows(name.len()).any(|part| part == name)));
    let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap().unwrap();
    assert_eq!((entry.outcome, entry.kind), (Outcome::Whole, RequestKind::Erasure));
}

#[test]
fn a_crash_at_any_call_is_gone_on_from_and_there_is_one_act() {
    let calls = {
        let world = World::new();
        life(&world, EMAIL);
        let key = proven(&world, EMAIL, RequestKind::Withdrawal);
        let tag = seen(&world, &key).header("etag").to_owned();
        world.store.reset_calls();
        assert_eq!(ordered(&world, &key, &tag).status, 200);
        world.store.calls().len()
    };
    assert!(calls > 40, "{calls}");
    for fail_at in 1..=calls {
        let world = World::new();
        life(&world, EMAIL);
        let key = proven(&world, EMAIL, RequestKind::Withdrawal);
        let first = seen(&world, &key);
        let tag = first.header("etag").to_owned();
        world.store.reset_calls();
        world.store.fail_from(Some(fail_at));
        let failed = ordered(&world, &key, &tag);
        world.store.fail_from(None);
        let begun = block_on(acts::find(&world.desk(), key.id)).unwrap();
        // Nothing goes before the act is there.
        if begun.is_none() {
            assert_eq!(seen(&world, &key).header("etag"), tag, "at {fail_at}");
        }
        // The last calls give the turn back, and look after the mail.
        if fail_at + 3 < calls {
            assert!(failed.status >= 500, "at {fail_at}: {failed:?}");
        }
        world.later(60);
        let answer = ordered(&world, &key, &tag);
        assert_eq!(
            (answer.status, &answer.json()["verified"]),
            (200, &json!(true)),
            "at {fail_at}"
        );
        assert_eq!(answer.json()["act"]["destroyed"], first.json()["destroyed"], "at {fail_at}");
        if let Some(begun) = begun {
            assert_eq!(block_on(acts::find(&world.desk(), key.id)).unwrap(), Some(begun));
        }
        assert_eq!((world.keys("act").len(), world.keys("act-by").len()), (1, 1));
        // Of one that was overwritten and not deleted yet the sweep takes the name as well.
        let dump = world.store.dump();
        let mails = dump.iter().filter(|(key, _)| key.starts_with("outbox:"));
        let left = mails.filter(|(_, value)| !desk_core::sealed::is_destroyed(value)).count();
        assert_eq!((left, world.keys("request-log").len()), (1, 2));
        take_mails(&world);
        assert_eq!(traces(&world, &world.setup.keys, EMAIL), Vec::<String>::new(), "at {fail_at}");
        // Once more is the same.
        let again = ordered(&world, &key, "");
        assert_eq!(again.json(), answer.json());
        assert!(world.keys("outbox").is_empty());
    }
}

#[test]
fn what_changed_since_the_preview_is_not_erased() {
    let world = World::new();
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let tag = seen(&world, &key).header("etag").to_owned();
    assert_eq!(seen(&world, &key).header("etag"), tag);
    let before = world.store.dump();
    assert_eq!(ordered(&world, &key, "").slug(), "precondition-required");
    assert_eq!(ordered(&world, &key, "*").slug(), "precondition-failed");
    open_case(&world, Some(EMAIL), true);
    assert_eq!(ordered(&world, &key, &tag).slug(), "precondition-failed");
    let case = open_case(&world, Some(EMAIL), false);
    let fresh = seen(&world, &key).header("etag").to_owned();
    assert_ne!(fresh, tag);
    let dump = world.store.dump();
    assert!(before.iter().all(|(key, value)| dump.get(key) == Some(value)));
    assert!(world.keys("act").is_empty());
    let answer = ordered(&world, &key, &fresh).json();
    // What is open stays whole, and is named.
    let stays = &answer["act"]["stays"][0];
    assert_eq!((&stays["what"], &stays["ground"]), (&json!("case"), &json!("open-case")));
    assert_eq!(stays["reference"], desk_core::reference::Reference::from(case.id).to_string());
    let left = block_on(desk_app::erasure::load_whole(
        &world.desk(),
        &world.store.dump().into_keys().collect::<Vec<_>>(),
        &case,
    ));
    assert_eq!(left.unwrap().unwrap().state, case::CaseState::Received);
    assert_eq!(world.keys("file").len(), 1);
    let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Part);
}

#[test]
fn what_comes_in_on_the_way_is_no_part_of_it() {
    let world = World::new();
    let closed = open_case(&world, Some(EMAIL), true);
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let tag = seen(&world, &key).header("etag").to_owned();
    world.store.reset_calls();
    // It breaks off once the act is there and before anything is gone.
    world.store.fail_from(Some(17));
    assert!(ordered(&world, &key, &tag).status >= 500);
    world.store.fail_from(None);
    assert_eq!((world.keys("act").len(), world.keys("case").len()), (1, 1));
    world.later(60);
    let new = open_case(&world, Some(EMAIL), true);
    let mail = mail_to(&world, EMAIL);
    let answer = ordered(&world, &key, &tag);
    assert_eq!(answer.json()["verified"], true, "{answer:?}");
    assert_eq!(world.keys("case"), [new.opening().to_string()]);
    assert_ne!(closed.id, new.id);
    assert!(world.keys("outbox").contains(&format!("outbox:{mail}")));
}
