//! Acts that race, and a store that fails.

use super::*;

#[test]
fn an_act_is_done_once() {
    for (name, body) in [
        ("messages", text("x")),
        ("clarification", text("x")),
        ("extension", json!({"reason": "x"})),
        ("answer", text("x")),
        ("refusal", json!({"ground": "legal-duty", "text": "x"})),
    ] {
        let world = World::requests();
        let filed = world.asserted();
        let tag = world.console(&get(&filed.url)).header("etag").to_owned();
        let headers = [("if-match", &*tag), ("idempotency-key", "act-00001")];
        let target = format!("{}/{name}", filed.url);
        for _ in 0..3 {
            world.later(70);
            assert_eq!(world.console(&post(&target, &body, &headers)).status, 201, "{name}");
        }
        let counts = (world.keys("request-event").len(), world.mails().len());
        assert_eq!(counts, (1, 1), "{name}");
        let mut other = body.clone();
        for (_, value) in other.as_object_mut().unwrap() {
            if *value == "x" {
                *value = json!("y");
            }
        }
        let answer = world.console(&post(&target, &other, &headers));
        assert_eq!((answer.status, answer.slug()), (422, "already-sent".to_owned()), "{name}");
        let target = format!("{}/take", filed.url);
        assert_eq!(world.console(&post(&target, &json!({}), &headers)).status, 422, "{name}");
    }
}

#[test]
fn a_store_that_fails_at_any_call_loses_nothing_and_extends_nothing_unsaid() {
    for (name, body) in [
        ("take", json!({})),
        ("messages", text("x")),
        ("clarification", text("x")),
        ("extension", json!({"reason": "x"})),
        ("answer", text("x")),
        ("refusal", json!({"ground": "legal-duty", "text": "x"})),
    ] {
        let tells = usize::from(name != "take");
        let ends = usize::from(matches!(name, "answer" | "refusal"));
        for call in 1.. {
            let world = World::requests();
            let filed = world.asserted();
            world.later(1);
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&act_once(&filed, name, body.clone()));
            world.store.fail_from(None);
            let events = world.keys("request-event").len();
            // Whatever was stored, the person's mail was stored before it.
            assert!(world.mails().len() >= events * tells, "{name} {call}");
            let audited = world.keys("audit").len();
            assert!(audited >= events && audited >= world.mails().len(), "{name} {call}");
            if let Some(extension) = &world.kept(&filed).extension {
                assert!(world.mails().iter().any(|(id, _)| *id == extension.notice));
            }
            if answer.status < 500 {
                assert!(call > 6, "{name} {call}");
                break;
            }
            assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{name} {call}");
            assert!(!answer.text().contains(DETAILS));
            world.later(60);
            let again = world.console(&act_once(&filed, name, body.clone()));
            assert!(matches!(again.status, 200 | 201), "{name} {call} {again:?}");
            let counts = [
                world.keys("request-event").len(),
                world.mails().len(),
                world.keys("request-log").len(),
            ];
            assert_eq!(counts, [1, tells, ends], "{name} {call}");
        }
    }
}

#[test]
fn reading_fails_whole_or_not_at_all() {
    for target in ["", "?all=true", "/log", "/log?format=csv", "/metrics", "/ID"] {
        for call in 1.. {
            let world = World::requests();
            let filed = world.asserted();
            world.asserted();
            let target = format!("{REQUESTS}{target}").replace("ID", &filed.key.id.to_string());
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&get(&target));
            world.store.fail_from(None);
            if answer.status == 200 {
                assert!(call > 2);
                break;
            }
            assert_eq!(answer.status, 503, "{target} {call}");
        }
    }
}

#[test]
fn an_access_that_cannot_be_recorded_does_not_happen() {
    let world = World::requests();
    let filed = world.asserted();
    for request in
        [get(&filed.url), act(&filed, "take", json!({})), act(&filed, "answer", text("x"))]
    {
        world.later(60);
        let before = world.stored();
        world.store.reset_calls();
        let trial = World::requests();
        for (key, value) in &before {
            trial.store.put(key, value.clone());
        }
        trial.console(&request);
        let calls = trial.store.calls();
        let record = calls.iter().position(|call| call == "set audit").unwrap();
        let changes = |call: &String| call.starts_with("set ") && call != "set claim";
        assert!(!calls[..record].iter().any(changes), "{calls:?}");
        world.store.fail_from(Some(record + 1));
        let answer = world.console(&request);
        world.store.fail_from(None);
        assert_eq!((answer.status, world.stored()), (503, before));
        assert!(!answer.text().contains(DETAILS));
    }
}

#[test]
fn two_operators_who_decide_at_once_do_not_both_prevail_unseen() {
    let refusal = json!({"ground": "legal-duty", "text": "No."});
    let mut schedules = Vec::new();
    for shift in 0..32 {
        for pattern in [0_u32, u32::MAX, 0x5555_5555, 0x3333_3333, 0x00ff_00ff, 0x0f0f_0f0f] {
            schedules.push(pattern.rotate_left(shift));
            schedules.push(pattern << shift);
        }
    }
    for schedule in schedules {
        let world = World::requests();
        let filed = world.asserted();
        world.later(1);
        let (a, b) = (world.desk(), world.desk());
        let (answer, refuse) =
            (act(&filed, "answer", text("Yes.")), act(&filed, "refusal", refusal.clone()));
        let (a, b) = race(console::serve(&a, &answer), console::serve(&b, &refuse), schedule);
        let (a, b) = (Answer::from(a), Answer::from(b));
        let shown = world.show(&filed);
        // Whoever prevails was told so, and so was the person.
        let (winner, said) = if shown["state"] == "answered" { (&a, "Yes.") } else { (&b, "No.") };
        assert_eq!(winner.status, 201, "{schedule:x} {shown}");
        let mails = world.mails();
        assert!(mails.iter().any(|(_, mail)| mail.text.contains(said)));
        for (answer, said) in [(&a, "Yes."), (&b, "No.")] {
            // The other's turn came behind it, or is still to come.
            assert!(matches!(answer.status, 201 | 409 | 412 | 503), "{answer:?}");
            let told = mails.iter().any(|(_, mail)| mail.text.contains(said));
            assert_eq!(told, answer.status == 201, "{schedule:x}");
        }
        assert_eq!(world.keys("request-log").len(), 1);
        let logged = world.console(&get(&format!("{REQUESTS}/log"))).json();
        let outcome = if shown["state"] == "answered" { "complied" } else { "denied" };
        assert_eq!(logged["requests"][0]["outcome"], outcome, "{schedule:x}");
    }
}

/// Whoever lost, and sends the same again, is not told that it was done; nor is the person.
#[test]
fn a_decision_that_lost_stays_lost_at_a_retry() {
    for schedule in (0..64).map(|shift| 0x3333_3333_u32.rotate_left(shift) ^ (shift << 7)) {
        let world = World::requests();
        let filed = world.asserted();
        world.later(1);
        let (a, b) = (world.desk(), world.desk());
        let once = |name: &str, key: &str, body: Value| {
            let headers = [("if-match", "*"), ("idempotency-key", key)];
            post(&format!("{}/{name}", filed.url), &body, &headers)
        };
        let answer = once("answer", "act-00001", text("Yes."));
        let refuse = once("refusal", "act-00002", json!({"ground": "legal-duty", "text": "No."}));
        race(console::serve(&a, &answer), console::serve(&b, &refuse), schedule);
        let answered = world.show(&filed)["state"] == "answered";
        let again = [world.console(&answer).status, world.console(&refuse).status];
        let (won, other) = if answered { (again[0], again[1]) } else { (again[1], again[0]) };
        assert_eq!(won, 201, "{schedule:x}");
        assert_eq!(other, 409, "{schedule:x}");
        assert_eq!(world.mails().len(), 1);
    }
}

#[test]
fn two_extensions_at_once_are_one() {
    for schedule in (0..64).map(|shift| 0x3333_3333_u32.rotate_left(shift) ^ (shift << 7)) {
        let world = World::requests();
        let filed = world.asserted();
        world.later(1);
        let (a, b) = (world.desk(), world.desk());
        let (one, two) = (
            act(&filed, "extension", json!({"reason": "First."})),
            act(&filed, "extension", json!({"reason": "Second."})),
        );
        race(console::serve(&a, &one), console::serve(&b, &two), schedule);
        let extension = world.kept(&filed).extension.unwrap();
        let mails = world.mails();
        let notice = mails.iter().find(|(id, _)| *id == extension.notice).unwrap();
        assert!(notice.1.text.contains(extension.reason.as_str()));
    }
}

#[test]
fn events_that_a_head_missed_are_found() {
    let world = World::requests();
    let filed = world.asserted();
    world.done(&act(&filed, "messages", text("One.")));
    world.happens(&filed, RequestChange::Withdrawn);
    for key in world.keys("request-head") {
        world.store.take(&key);
    }
    // An operator decides on what happened, and never on what the head says.
    assert_eq!(world.refused(&act(&filed, "answer", text("x"))), "it has ended.");
    world.store.reset_calls();
    assert_eq!(world.show(&filed)["state"], "withdrawn");
    assert_eq!(world.keys("request-head").len(), 1);
    assert_eq!(world.listed(""), [""; 0]);
}
