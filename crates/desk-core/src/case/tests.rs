use proptest::prelude::*;

use super::*;
use crate::lang::Lang;

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

fn opening() -> CaseOpening {
    CaseOpening {
        at: at(1_800_000_000),
        kind: CaseKind::Complaint,
        message: Message::new("Where did you get my address?").unwrap(),
        name: None,
        email: None,
        app_version: None,
        lang: Lang::En,
        files: vec![],
        policy: None,
        suspicions: vec![],
        door: CaseDoor::Form,
        fingerprint: String::new(),
        expires: at(1_900_000_000),
    }
}

fn event(seconds: i64, change: CaseChange) -> CaseEvent {
    CaseEvent { id: Id::new(at(seconds), [seconds as u8; 10]), change }
}

fn text(text: &str) -> Message {
    Message::new(text).unwrap()
}

fn any_change() -> impl Strategy<Value = CaseChange> {
    prop_oneof![
        Just(CaseChange::PersonWrote { text: text("a") }),
        Just(CaseChange::OperatorReplied { text: text("b") }),
        Just(CaseChange::StateSet { state: SetState::InProgress }),
        Just(CaseChange::StateSet { state: SetState::Closed }),
        Just(CaseChange::Withdrawn),
    ]
}

fn fold(changes: &[(i64, CaseChange)]) -> Case {
    let events = changes.iter().map(|(at, change)| event(*at, change.clone()));
    Case::fold(Id::from_bytes([1; 16]), Box::new(opening()), CaseHead::new(events))
}

#[test]
fn a_case_goes_its_way() {
    let mut case = fold(&[]);
    for (at, change, state) in [
        (1, CaseChange::StateSet { state: SetState::InProgress }, CaseState::InProgress),
        (2, CaseChange::OperatorReplied { text: text("From your request.") }, CaseState::Answered),
        (3, CaseChange::PersonWrote { text: text("Which one?") }, CaseState::InProgress),
        (4, CaseChange::StateSet { state: SetState::Closed }, CaseState::Closed),
        (5, CaseChange::PersonWrote { text: text("Not yet!") }, CaseState::InProgress),
        (6, CaseChange::Withdrawn, CaseState::Withdrawn),
    ] {
        assert_eq!(case.decide(&change), Ok(()));
        case = case.with(event(at, change));
        assert_eq!(case.state, state);
    }
    assert_eq!(case.decide(&CaseChange::Withdrawn), Err(CaseRefusal::Withdrawn));
    assert_eq!(
        case.decide(&CaseChange::PersonWrote { text: text("x") }),
        Err(CaseRefusal::Withdrawn)
    );
}

#[test]
fn the_thread_has_an_end_but_the_way_out_stays_open() {
    let long = text(&"я".repeat(10_000));
    let mut case = fold(&[]);
    for at in 1.. {
        let change = CaseChange::PersonWrote { text: long.clone() };
        if case.decide(&change).is_err() {
            break;
        }
        case = case.with(event(at, change));
    }
    assert_eq!(case.head.events().len(), 8);
    // The operator still has room to answer, and that has an end too.
    for at in 100.. {
        let change = CaseChange::OperatorReplied { text: long.clone() };
        if case.decide(&change).is_err() {
            break;
        }
        case = case.with(event(at, change));
    }
    assert_eq!(case.head.events().len(), 9);
    assert_eq!(case.decide(&CaseChange::Withdrawn), Ok(()));
    let head = postcard::to_allocvec(&case.head).unwrap();
    assert!(head.len() + crate::sealed::OVERHEAD < crate::sealed::MAX_VALUE);
}

proptest! {
    #[test]
    fn folding_does_not_depend_on_order_or_repeats(
        changes in prop::collection::vec((0i64..50, any_change()), 0..20), seed: u64,
    ) {
        let events: Vec<CaseEvent> = changes.iter().enumerate()
            .map(|(at, (_, change))| event(at as i64, change.clone())).collect();
        let mut shuffled = events.clone();
        let turn = seed as usize % (shuffled.len() + 1);
        shuffled.rotate_left(turn);
        shuffled.extend(events.iter().take(3).cloned());
        prop_assert_eq!(CaseHead::new(events), CaseHead::new(shuffled));
    }

    #[test]
    fn what_may_happen_never_undoes_a_withdrawal(changes in prop::collection::vec(any_change(), 0..30)) {
        let mut case = fold(&[]);
        let mut withdrawn = false;
        for (at, change) in changes.into_iter().enumerate() {
            if case.decide(&change).is_ok() {
                prop_assert!(!withdrawn);
                withdrawn = change == CaseChange::Withdrawn;
                case = case.with(event(at as i64, change));
            }
        }
        prop_assert_eq!(case.state == CaseState::Withdrawn, withdrawn);
    }

    #[test]
    fn what_is_stored_is_read_again(changes in prop::collection::vec((0i64..50, any_change()), 0..20)) {
        let case = fold(&changes);
        let head: CaseHead = postcard::from_bytes(&postcard::to_allocvec(&case.head).unwrap()).unwrap();
        let opening: Box<CaseOpening> = postcard::from_bytes(&postcard::to_allocvec(&case.opening).unwrap()).unwrap();
        prop_assert_eq!(Case::fold(case.id, opening, head), case);
    }
}
