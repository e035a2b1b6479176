use proptest::prelude::*;

use super::*;
use crate::case::Message;
use crate::clock::regime::Regime;
use crate::id::{Moment, Seed};
use crate::keys::tests::keyring;
use crate::lang::Lang;
use crate::text::Text;

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds).unwrap()
}

pub(super) fn text(text: &str) -> Message {
    Text::new(text).unwrap()
}

pub(super) fn code(byte: u8) -> Code {
    Code::draw(&Moment::new(at(0), Seed::new([byte; 32])))
}

pub(super) fn id() -> Id {
    Id::new(at(0), [7; 10])
}

pub(super) fn opening() -> RequestOpening {
    RequestOpening {
        at: at(0),
        kind: RequestKind::Access,
        regime: Regime::EuGdpr,
        email: "anna@oncall.example".parse().unwrap(),
        name: None,
        details: None,
        behalf: Behalf::Own,
        files: vec![],
        lang: Lang::En,
        policy: None,
        door: RequestDoor::Form,
        fingerprint: String::new(),
        identity: Identity::Sent(CodeHash::new(&keyring(), id(), &code(1))),
        expires: at(90_000_000),
    }
}

pub(super) fn fold(opening: RequestOpening, changes: &[(i64, RequestChange)]) -> Request {
    let event = |(seconds, change): &(i64, RequestChange)| RequestEvent {
        id: Id::new(at(*seconds), [*seconds as u8; 10]),
        change: change.clone(),
    };
    Request::fold(id(), Box::new(opening), RequestHead::new(changes.iter().map(event)))
}

fn package() -> Package {
    Package { id: id(), size: 10, parts: 1, until: at(1_000) }
}

pub(super) fn any_change() -> impl Strategy<Value = RequestChange> {
    prop_oneof![
        Just(RequestChange::CodeSent(CodeHash::new(&keyring(), id(), &code(2)))),
        Just(RequestChange::CodeWrong),
        Just(RequestChange::Identified(Proof::Code)),
        Just(RequestChange::PersonWrote(text("p"))),
        Just(RequestChange::OperatorWrote(text("o"))),
        Just(RequestChange::Taken),
        Just(RequestChange::ClarificationAsked(text("?"))),
        Just(RequestChange::Extended { reason: text("many"), notice: id() }),
        any::<bool>().prop_map(|partly| RequestChange::Answered { text: text("a"), partly }),
        Just(RequestChange::Refused { ground: RefusalGround::Excessive, text: text("r") }),
        Just(RequestChange::Withdrawn),
        Just(RequestChange::Packaged(package())),
        Just(RequestChange::PackageDropped(id())),
    ]
}

#[test]
fn of_acts_that_raced_the_first_counts() {
    let open = RequestOpening { identity: Identity::Asserted, ..opening() };
    let answered = |partly| RequestChange::Answered { text: text("a"), partly };
    let extended = |byte| RequestChange::Extended {
        reason: text("many"),
        notice: Id::new(at(i64::from(byte)), [byte; 10]),
    };
    let changes = [
        (10, RequestChange::Taken),
        (20, extended(1)),
        (21, extended(2)),
        (30, answered(false)),
        (31, answered(true)),
        (32, RequestChange::Refused { ground: RefusalGround::Excessive, text: text("r") }),
        (33, RequestChange::OperatorWrote(text("o"))),
        (34, RequestChange::PersonWrote(text("p"))),
        (35, RequestChange::PackageDropped(id())),
    ];
    let request = fold(open, &changes);
    let seconds = |event: &RequestEvent| event.id.instant().to_second().seconds_since(at(0));
    let happened: Vec<i64> = request.effective_events().map(seconds).collect();
    assert_eq!(happened, [10, 20, 30, 34, 35]);
    assert_eq!(request.state(at(40)).name(), "answered");
}

#[test]
fn a_request_goes_its_way() {
    let mut changes = Vec::new();
    for (seconds, change, name) in [
        (10, RequestChange::CodeWrong, "awaiting_identity"),
        (20, RequestChange::Identified(Proof::Code), "received"),
        (30, RequestChange::Taken, "in_progress"),
        (40, RequestChange::ClarificationAsked(text("Which app?")), "awaiting_clarification"),
        (50, RequestChange::OperatorWrote(text("There is no hurry.")), "awaiting_clarification"),
        (60, RequestChange::PersonWrote(text("The phone.")), "in_progress"),
        (70, RequestChange::Extended { reason: text("There is much."), notice: id() }, "extended"),
        (80, RequestChange::ClarificationAsked(text("Which phone?")), "awaiting_clarification"),
        (90, RequestChange::PersonWrote(text("This one.")), "extended"),
        (100, RequestChange::Packaged(package()), "extended"),
        (110, RequestChange::Answered { text: text("Here."), partly: false }, "answered"),
        (
            120,
            RequestChange::Refused { ground: RefusalGround::Excessive, text: text("No.") },
            "answered",
        ),
        (130, RequestChange::Withdrawn, "answered"),
    ] {
        changes.push((seconds, change));
        assert_eq!(fold(opening(), &changes).state(at(seconds)).name(), name);
    }
    let request = fold(opening(), &changes);
    assert_eq!(request.identified, Some((at(20), Proof::Code)));
    assert_eq!(request.package(at(999)), Some(package()));
    assert_eq!(request.package(at(1_000)), None);
    let rest = |cause, from, to| Pause { cause, from: at(from), to: Some(at(to)) };
    assert_eq!(
        request.pauses(at(130)),
        [
            rest(Cause::Identity, 0, 20),
            rest(Cause::Clarification, 40, 60),
            rest(Cause::Clarification, 80, 90),
        ]
    );
    assert_eq!(request.open(at(130)).err(), Some(MoveRefusal::Ended));
    assert_eq!(request.withdraw(at(130)).err(), Some(MoveRefusal::Ended));
}

#[test]
fn nothing_rests_before_somebody_is_asked() {
    let hash = CodeHash::new(&keyring(), id(), &code(2));
    let identity = Pause { cause: Cause::Identity, from: at(7), to: Some(at(9)) };
    for opening in [
        RequestOpening { identity: Identity::Held(hash), ..opening() },
        RequestOpening { identity: Identity::Awaited, ..opening() },
    ] {
        let proven = (9, RequestChange::Identified(Proof::Operator));
        let request = fold(opening.clone(), &[(3, RequestChange::CodeHeld), proven.clone()]);
        assert_eq!(request.pauses(at(10)), []);
        let asked = [(3, RequestChange::CodeHeld), (7, RequestChange::CodeSent(hash)), proven];
        assert_eq!(fold(opening, &asked).pauses(at(10)), [identity]);
    }
}

#[test]
fn what_nobody_proves_expires() {
    let request = fold(opening(), &[]);
    assert_eq!(request.state(at(IDENTITY_SECONDS - 1)).name(), "awaiting_identity");
    assert_eq!(
        request.state(at(IDENTITY_SECONDS)),
        RequestState::Expired { at: at(IDENTITY_SECONDS) }
    );
    assert_eq!(request.unproven(at(IDENTITY_SECONDS)).err(), Some(MoveRefusal::Ended));
    // One that was asserted has nothing to prove.
    let request = fold(RequestOpening { identity: Identity::Asserted, ..opening() }, &[]);
    assert_eq!(request.state(at(IDENTITY_SECONDS)), RequestState::Received);
    assert_eq!(request.pauses(at(5)), []);
    assert_eq!(request.unproven(at(1)).err(), Some(MoveRefusal::Identified));
}

proptest! {
    #[test]
    fn folding_does_not_depend_on_order_or_repeats(
        changes in prop::collection::vec(any_change(), 0..20), turn: usize,
    ) {
        let events: Vec<RequestEvent> = changes.into_iter().enumerate()
            .map(|(n, change)| RequestEvent { id: Id::new(at(n as i64), [n as u8; 10]), change }).collect();
        let mut shuffled = events.clone();
        let turn = turn % (shuffled.len() + 1);
        shuffled.rotate_left(turn);
        shuffled.extend(events.iter().take(3).cloned());
        let fold = |events| Request::fold(id(), Box::new(opening()), RequestHead::new(events));
        prop_assert_eq!(fold(events), fold(shuffled));
    }

    /// Whatever is folded, an end is final, nothing is told before identity is proven, and one extension counts.
    #[test]
    fn no_sequence_of_events_leads_to_an_unlawful_state(changes in prop::collection::vec(any_change(), 0..30)) {
        let mut ended = None;
        for length in 0..=changes.len() {
            let so_far: Vec<_> = changes[..length].iter().cloned().enumerate()
                .map(|(n, change)| (n as i64, change)).collect();
            let request = fold(opening(), &so_far);
            let state = request.state(at(length as i64));
            if let Some(ended) = &ended {
                prop_assert_eq!(&state, ended);
            } else if state.ended().is_some() {
                ended = Some(state.clone());
            }
            let done = matches!(state, RequestState::Answered { .. } | RequestState::Extended | RequestState::Received);
            prop_assert!(!done || request.identified.is_some());
            for rest in request.pauses(at(100)) {
                prop_assert!(rest.to.is_none_or(|to| rest.from <= to));
            }
            let bytes = postcard::to_allocvec(&request.head).unwrap();
            prop_assert_eq!(postcard::from_bytes::<RequestHead>(&bytes).unwrap(), request.head.clone());
        }
    }
}

#[test]
fn states_are_told_with_their_dates() {
    let changes = [
        (10, RequestChange::CodeWrong),
        (20, RequestChange::Identified(Proof::Code)),
        (30, RequestChange::Taken),
        (35, RequestChange::OperatorWrote(text("o"))),
        (40, RequestChange::Refused { ground: RefusalGround::LegalDuty, text: text("r") }),
        (50, RequestChange::Withdrawn),
    ];
    let names = ["awaiting_identity", "received", "in_progress", "refused"];
    let expected: Vec<_> = [0, 20, 30, 40].map(at).into_iter().zip(names).collect();
    assert_eq!(fold(opening(), &changes).states(at(60)), expected);
    let expired = fold(opening(), &[]).states(at(IDENTITY_SECONDS));
    assert_eq!(expired[1], (at(IDENTITY_SECONDS), "expired"));
}

#[test]
fn a_complaint_that_was_turned_into_a_request_counts_from_when_it_came() {
    assert_eq!(fold(opening(), &[]).received(), at(0));
    let door = RequestDoor::Feedback(Id::new(at(-90_000), [3; 10]));
    let opened = RequestOpening { at: at(90_000), door, ..opening() };
    let turned = fold(opened, &[]);
    assert_eq!((turned.received(), turned.opening.at), (at(0), at(90_000)));
    // The person has the whole week from now on.
    assert_eq!(turned.state(at(90_000 + IDENTITY_SECONDS - 1)).name(), "awaiting_identity");
}
