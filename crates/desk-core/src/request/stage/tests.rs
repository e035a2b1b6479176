use proptest::prelude::*;

use super::*;
use crate::keys::tests::{keyring, secret};
use crate::request::tests::{any_change, at, code, fold, id, opening, text};
use crate::request::{PROOF_SECONDS, SENDS};

#[test]
fn nothing_is_said_of_whoever_has_not_proven_who_they_are() {
    let request = fold(opening(), &[]);
    for ground in RefusalGround::ALL {
        let refused = request.refuse(at(1), ground, text("r"));
        assert_eq!(refused.is_ok(), ground == RefusalGround::NotIdentified, "{ground:?}");
    }
}

#[test]
fn a_code_is_good_for_a_day_and_five_tries_that_another_one_does_not_give_back() {
    let keys = keyring();
    let fresh = fold(opening(), &[]);
    let attempt = |request: &Request, now: i64, code: Code| {
        request.unproven(at(now)).unwrap().try_code(&keys, &code)
    };
    assert_eq!(
        attempt(&fresh, 1, code(1)),
        Attempt::Right(Move(RequestChange::Identified(Proof::Code)))
    );
    assert_eq!(attempt(&fresh, 1, code(2)), Attempt::Wrong(Move(RequestChange::CodeWrong)));
    assert_eq!(attempt(&fresh, PROOF_SECONDS - 1, code(1)), attempt(&fresh, 1, code(1)));
    assert_eq!(attempt(&fresh, PROOF_SECONDS, code(1)), Attempt::TooLate);
    assert_eq!(fresh.unproven(at(PROOF_SECONDS)).unwrap().by_link(), Err(MoveRefusal::TooLate));

    let again = CodeHash::new(&keys, id(), &code(2));
    let mut changes: Vec<(i64, RequestChange)> =
        (0..5).map(|n| (10 + n, RequestChange::CodeWrong)).collect();
    changes.insert(2, (100, RequestChange::CodeSent(again)));
    let locked = fold(opening(), &changes);
    assert_eq!(attempt(&locked, 200, code(2)), Attempt::Locked);
    // The link is in the mailbox alone, so it goes on working.
    assert!(locked.unproven(at(200)).unwrap().by_link().is_ok());
    // Another code takes the place of the first, and is good for a day of its own.
    let resent = fold(opening(), &[(PROOF_SECONDS, RequestChange::CodeSent(again))]);
    let late = PROOF_SECONDS + 10;
    assert_eq!(attempt(&resent, late, code(1)), Attempt::Wrong(Move(RequestChange::CodeWrong)));
    assert_eq!(
        attempt(&resent, late, code(2)),
        Attempt::Right(Move(RequestChange::Identified(Proof::Code)))
    );
    // A new root breaks no code that is on its way.
    let rotated = Keyring::new(&secret(2), &[secret(1)]);
    let attempt = fresh.unproven(at(1)).unwrap().try_code(&rotated, &code(1));
    assert!(matches!(attempt, Attempt::Right(_)));
}

#[test]
fn codes_are_sent_a_few_times_only() {
    let again = RequestChange::CodeSent(CodeHash::new(&keyring(), id(), &code(2)));
    let hash = CodeHash::new(&keyring(), id(), &code(3));
    let changes: Vec<_> = (1..i64::from(SENDS)).map(|n| (n, again.clone())).collect();
    let request = fold(opening(), &changes);
    assert_eq!(request.unproven(at(9)).unwrap().resend(Some(hash)), Err(MoveRefusal::NoMoreCodes));
    let request = fold(opening(), &changes[1..]);
    assert!(request.unproven(at(9)).unwrap().resend(Some(hash)).is_ok());
}

#[test]
fn an_end_is_reachable_however_long_the_thread_is() {
    let long = text(&"я".repeat(10_000));
    let mut changes = vec![(1, RequestChange::Identified(Proof::Link))];
    for seconds in 2.. {
        let request = fold(opening(), &changes);
        match request.open(at(seconds)).unwrap().person_writes(long.clone()) {
            Ok(_) => changes.push((seconds, RequestChange::PersonWrote(long.clone()))),
            Err(refusal) => {
                assert_eq!(refusal, MoveRefusal::ThreadFull);
                break;
            }
        }
    }
    assert_eq!(changes.len(), 9);
    // Whoever writes without end leaves room for what the operator does.
    let request = fold(opening(), &changes);
    let open = request.open(at(50)).unwrap();
    let notice = Id::new(at(50), [9; 10]);
    assert!(open.take().is_ok() && open.extend(long.clone(), notice).is_ok());
    changes.push((50, open.ask(long.clone()).unwrap().into_change()));
    let request = fold(opening(), &changes);
    assert!(request.withdraw(at(99)).is_ok());
    changes.push((99, request.open(at(99)).unwrap().answer(long, true).into_change()));
    let request = fold(opening(), &changes);
    assert_eq!(request.state(at(99)).name(), "answered");
    let head = postcard::to_allocvec(&request.head).unwrap();
    assert!(head.len() + crate::sealed::OVERHEAD < crate::sealed::MAX_VALUE);
}

proptest! {
    /// Every move that a stage offers has an effect: none is offered that folding ignores.
    #[test]
    fn what_is_offered_has_an_effect(changes in prop::collection::vec(any_change(), 0..12)) {
        let so_far: Vec<_> = changes.into_iter().enumerate().map(|(n, c)| (n as i64, c)).collect();
        let request = fold(opening(), &so_far);
        let now = at(50);
        let mut moves = Vec::new();
        moves.extend(request.withdraw(now));
        moves.extend(request.refuse(now, RefusalGround::LegalDuty, text("x")));
        match request.stage(now) {
            Stage::Identity(unproven) => {
                moves.push(unproven.by_operator());
                moves.extend(unproven.by_link());
            }
            Stage::Open(open) => {
                moves.extend(open.take());
                moves.extend(open.ask(text("?")));
                moves.extend(open.extend(text("x"), id()));
                moves.push(open.answer(text("x"), true));
            }
            Stage::Ended(_) => prop_assert!(moves.is_empty()),
        }
        for made in moves {
            let mut then = so_far.clone();
            then.push((50, made.into_change()));
            let after = fold(opening(), &then);
            prop_assert!((after.state(now), after.extension.clone()) != (request.state(now), request.extension.clone()));
        }
    }
}
