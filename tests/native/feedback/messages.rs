//! Further messages, at once and too many.

use super::*;

// Races.

#[test]
fn messages_that_race_are_both_kept_and_a_double_tap_counts_once() {
    for schedule in 0..128 {
        let world = World::desk_with_policy();
        let status = world.filed(&complaint());
        let messages = format!("{status}/messages");
        let post = |text: &str, once: &str| {
            send(&messages, &json!({"message": text}), &[("idempotency-key", once)])
        };
        let check = |first: Request, second: Request, expected: &[&str]| {
            let desk = world.desk();
            // The second comes a moment later, so that its event has another instant.
            world.now.set(
                desk_core::time::Timestamp::from_millis(world.now.get().millis() + 5).unwrap(),
            );
            let other = world.desk();
            let both =
                race(feedback::serve(&desk, &first), feedback::serve(&other, &second), schedule);
            let (first, second): (Answer, Answer) = (both.0.into(), both.1.into());
            assert_eq!((first.status, second.status), (201, 201), "{schedule:b}");
            // Every event is there, whatever the head missed; and once an operator has looked, the page, which reads the
            // head alone, shows them all.
            let read = format!("/console/api/cases/{}", world.key(&status).id);
            let operator = [("authorization", &*format!("Bearer {OPERATOR}"))];
            let read = world.console(&request(Method::GET, &read, &operator, ""));
            assert_eq!(texts(&read.json())[1..], *expected, "{schedule:b}");
            assert_eq!(texts(&world.case(&status))[1..], *expected, "{schedule:b}");
        };
        check(post("One.", "message-1"), post("Two.", "message-2"), &["One.", "Two."]);
        world.later(1);
        check(
            post("Three.", "message-3"),
            post("Three.", "message-3"),
            &["One.", "Two.", "Three."],
        );
    }
}

#[test]
fn a_message_under_a_used_key_is_told_from_a_retry() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    let tap = |text: &str| form(&messages, &[("once", "tap-0001"), ("message", text)]);
    for _ in 0..2 {
        world.later(1);
        assert_eq!(world.feedback(&tap("More.")).header("location"), format!("{status}/added"));
    }
    let other = world.feedback(&tap("Less."));
    assert_eq!(other.status, 422);
    assert!(other.text().contains(&format!("href=\"{status}\"")), "{}", other.text());
    assert_eq!(texts(&world.case(&status)), [MESSAGE, "More."]);
    assert!(world.feedback(&page(&format!("{status}/added"))).text().contains("role=\"status\""));
}

#[test]
fn a_thread_that_is_full_is_refused_and_the_way_out_stays_open() {
    let world = World::with(|name| (name == "feedback_limits").then_some("1000;w=60"));
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    let long = json!({"message": "я".repeat(10_000)});
    let mut taken = 0;
    let refused = loop {
        world.later(1);
        let answer = world.feedback(&send(&messages, &long, &[]));
        if answer.status != 201 {
            break answer;
        }
        taken += 1;
    };
    assert_eq!((taken, refused.status, refused.slug()), (8, 409, "case-state".to_owned()));
    assert_eq!(world.feedback(&form(&format!("{status}/withdraw"), &[])).status, 303);
    assert_eq!(world.case(&status)["state"], "withdrawn");
}

#[test]
fn messages_that_race_past_the_size_of_a_head_are_kept_all_the_same() {
    let world = World::with(|name| (name == "feedback_limits").then_some("1000;w=60"));
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    let long = json!({"message": "🦉".repeat(10_000)});
    for _ in 0..4 {
        world.later(1);
        assert_eq!(world.feedback(&send(&messages, &long, &[])).status, 201);
    }
    // Four more that have all seen the case as it is now.
    let head = world.key(&status).head();
    let seen = world.store.dump()[head.as_str()].clone();
    for _ in 0..4 {
        world.later(1);
        world.store.put(head.as_str(), seen.clone());
        let answer = world.feedback(&send(&messages, &long, &[]));
        assert!(matches!(answer.status, 201 | 409), "{answer:?}");
    }
    assert_eq!(world.feedback(&page(&status)).status, 200);
}
