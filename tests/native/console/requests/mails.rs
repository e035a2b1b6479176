//! What a person is told of what an operator did.

use super::*;

#[test]
fn the_person_is_sent_what_was_decided_once_the_operator_has_an_answer() {
    let world = World::sending();
    let filed = world.asserted();
    world.done(&act(&filed, "take", json!({})));
    assert!(world.store.sent().is_empty());
    world.done(&act(&filed, "messages", text("We are at it.")));
    let sent = world.store.sent();
    assert_eq!(sent.len(), 1);
    assert!(String::from_utf8_lossy(&sent[0].body).contains("We are at it."));
    assert!(world.keys("outbox").is_empty());
    // What was refused was not told.
    let refused = world.console(&act(&filed, "extension", json!({"reason": " "})));
    assert_eq!(refused.status, 422);
    assert!(world.store.sent().is_empty());
    // Nobody is told twice.
    let answer = act_once(&filed, "answer", text("Here it is."));
    world.done(&answer);
    world.done(&answer);
    assert_eq!(world.store.sent().len(), 1);
}

#[test]
fn whose_complaint_is_turned_is_written_to_once_the_operator_has_an_answer() {
    let turn = |world: &World| {
        let case = complaint(world, Some(EMAIL), "complaint");
        post(&format!("{case}/request"), &json!({"kind": "access"}), &[])
    };
    is_sent_once_the_answer_is_out(turn, "/requests/confirm/");
    let complain = |world: &World| {
        let filed = world.asserted();
        post(&format!("{}/complaint", filed.url), &json!({}), &[])
    };
    is_sent_once_the_answer_is_out(complain, "/feedback/status/");
    // Nobody is told twice.
    let world = World::sending();
    let ask = complain(&world);
    world.done(&ask);
    world.done(&ask);
    assert_eq!(world.store.sent().len(), 1);
}

#[test]
fn who_is_erased_is_written_to_once_the_operator_has_an_answer() {
    let erase = |world: &World| {
        let filed = world.open(&RequestOpening { kind: RequestKind::Erasure, ..world.opening() });
        let target = format!("{}/erasure", filed.url);
        let seen = world.done(&get(&target));
        let body = json!({"executor": "J. Roe, privacy officer"});
        post(&target, &body, &[("if-match", seen.header("etag"))])
    };
    is_sent_once_the_answer_is_out(erase, "/requests/status/");
    // Nobody is told twice, and nothing of the mail stays behind.
    let world = World::sending();
    let ask = erase(&world);
    world.done(&ask);
    world.done(&ask);
    assert_eq!((world.store.sent().len(), world.keys("request").len(), world.waiting()), (1, 0, 0));
}
