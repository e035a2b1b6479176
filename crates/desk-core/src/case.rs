//! Cases: what a person opened, what happened since, and what may happen next.
//!
//! A case is its opening and the events after it ([`crate::journal`]).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attachment::FileKind;
use crate::email::EmailAddress;
use crate::id::Id;
use crate::journal::{self, Aggregate, Journal, Place};
use crate::keys::Subject;
use crate::lang::Lang;
use crate::reference::Reference;
use crate::store_key::StoreKey;
use crate::text::Text;
use crate::time::Timestamp;

/// A message of the person or the operator: up to 10,000 characters.
pub type Message = Text<10_000>;
/// A person's name: up to 200 characters.
pub type Name = Text<200>;
/// The version of the app that a person uses: up to 50 characters.
pub type AppVersion = Text<50>;

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A question.
    Question,
    /// A complaint about personal data.
    Complaint,
    /// A suggestion.
    Suggestion,
    /// A problem with the app.
    Problem,
}

impl Kind {
    /// Every kind, in the order in which the form offers them.
    pub const ALL: [Self; 4] = [Self::Question, Self::Complaint, Self::Suggestion, Self::Problem];

    /// The kind's name in forms, in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Complaint => "complaint",
            Self::Suggestion => "suggestion",
            Self::Problem => "problem",
        }
    }

    /// Finds a kind by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It has arrived, and nobody has taken it up yet.
    Received,
    /// An operator is at it.
    InProgress,
    /// An operator has replied.
    Answered,
    /// An operator has closed it; a message from the person opens it again.
    Closed,
    /// The person has withdrawn it. Final.
    Withdrawn,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Received, Self::InProgress, Self::Answered, Self::Closed, Self::Withdrawn];

    /// The state's name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::InProgress => "in_progress",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Finds a state by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A state that an operator may set by hand; the others follow from what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SetState {
    /// Taken up.
    InProgress,
    /// Closed.
    Closed,
}

impl From<SetState> for State {
    fn from(state: SetState) -> Self {
        match state {
            SetState::InProgress => Self::InProgress,
            SetState::Closed => Self::Closed,
        }
    }
}

/// Why a case was put into quarantine. It is stored and answered like any other; operators see it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suspicion {
    /// The form came back sooner than a person could have filled it in.
    TooFast,
    /// The field that people cannot see was filled in.
    Honeypot,
    /// The message is mostly links.
    ManyLinks,
}

impl Suspicion {
    /// The suspicion's name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooFast => "too-fast",
            Self::Honeypot => "honeypot",
            Self::ManyLinks => "many-links",
        }
    }

    /// Links from which on a message is suspicious: a report of a problem has one or two, advertising has many.
    const MANY: usize = 4;

    /// Tells whether a message has so many links that it is suspicious.
    pub fn of_message(message: &Message) -> Option<Self> {
        let links =
            message.as_str().split(':').skip(1).filter(|rest| rest.starts_with("//")).count();
        (links >= Self::MANY).then_some(Self::ManyLinks)
    }
}

/// The door through which a case came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// The form on the web page.
    Form,
    /// The JSON API, as the app uses it.
    Api,
}

/// The policy that was in force when the case was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyPin {
    /// The version's name.
    pub version: String,
    /// The digest of its last publication record, which chains back to all that came before.
    pub digest: String,
}

/// One attached file: what is kept in the opening, while its bytes lie in numbered parts beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFile {
    /// What it is.
    pub kind: FileKind,
    /// How many bytes it has.
    pub size: usize,
    /// How many parts it is split into.
    pub parts: usize,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// The first event of a case: all that the person sent, and what was true at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// When it was accepted. The case's id may be older: a form draws it when it is shown.
    pub at: Timestamp,
    /// What it is about.
    pub kind: Kind,
    /// What the person wrote.
    pub message: Message,
    /// Who the person is, if they said so.
    pub name: Option<Name>,
    /// Where an answer may be sent.
    pub email: Option<EmailAddress>,
    /// The app's version, if they said so.
    pub app_version: Option<AppVersion>,
    /// The language in which the person wants to be answered.
    pub lang: Lang,
    /// The attached files.
    pub files: Vec<AttachedFile>,
    /// The policy in force, where one was published.
    pub policy: Option<PolicyPin>,
    /// Why it is in quarantine; empty if it is not.
    pub suspicions: Vec<Suspicion>,
    /// The door it came through.
    pub door: Door,
    /// A hash of what was sent, which tells a retry from another text under the same token; empty where there was none.
    pub fingerprint: String,
    /// When the case, and with it its status link, expires.
    pub expires: Timestamp,
}

/// What can happen to a case after its opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The person added a message.
    PersonWrote {
        /// The message.
        text: Message,
    },
    /// An operator replied.
    OperatorReplied {
        /// The reply.
        text: Message,
    },
    /// An operator set the state.
    StateSet {
        /// The new state.
        state: SetState,
    },
    /// The person withdrew the case.
    Withdrawn,
}

/// One thing that happened to a case.
pub type Event = journal::Event<Change>;
/// The view of a case's events.
pub type Head = Journal<Change>;

/// A case as it stands: its opening and its events, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The case's id.
    pub id: Id,
    /// How it began.
    pub opening: Box<Opening>,
    /// What happened since.
    pub head: Head,
    /// Where it stands.
    pub state: State,
}

/// Why a thing cannot happen to a case as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person has withdrawn it, which is final.
    Withdrawn,
    /// It is in this state already.
    Unchanged,
    /// Its thread has all the text it can hold.
    ThreadFull,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Withdrawn => "the case was withdrawn",
            Self::Unchanged => "the case is in this state already",
            Self::ThreadFull => "the thread is full",
        })
    }
}

impl std::error::Error for Refusal {}

impl Case {
    /// Folds a case from its opening and its events.
    pub fn fold(id: Id, opening: Box<Opening>, head: Head) -> Self {
        let state =
            head.events().iter().fold(State::Received, |state, event| match &event.change {
                // Withdrawing is final, even where a reply raced it.
                _ if state == State::Withdrawn => state,
                Change::PersonWrote { .. } => match state {
                    State::Answered | State::Closed => State::InProgress,
                    State::Received | State::InProgress | State::Withdrawn => state,
                },
                Change::OperatorReplied { .. } => State::Answered,
                Change::StateSet { state } => (*state).into(),
                Change::Withdrawn => State::Withdrawn,
            });
        Self { id, opening, head, state }
    }

    /// The reference that people use for it.
    pub fn reference(&self) -> Reference {
        self.id.into()
    }

    /// Decides whether a thing may happen to the case now.
    ///
    /// # Errors
    /// [`Refusal`] with the reason why it may not.
    pub fn decide(&self, change: &Change) -> Result<(), Refusal> {
        if self.state == State::Withdrawn {
            return Err(Refusal::Withdrawn);
        }
        match change {
            Change::StateSet { state } if State::from(*state) == self.state => {
                return Err(Refusal::Unchanged);
            }
            // The person's way out stays open however long the thread is.
            Change::Withdrawn => return Ok(()),
            Change::StateSet { .. }
            | Change::PersonWrote { .. }
            | Change::OperatorReplied { .. } => {}
        }
        let text = |change: &Change| match change {
            Change::PersonWrote { text } | Change::OperatorReplied { text } => text.as_str().len(),
            Change::StateSet { .. } | Change::Withdrawn => 0,
        };
        let is_the_persons = matches!(change, Change::PersonWrote { .. });
        if self.head.has_room(change, is_the_persons, text) {
            Ok(())
        } else {
            Err(Refusal::ThreadFull)
        }
    }

    /// The case after one more event.
    #[must_use]
    pub fn with(self, event: Event) -> Self {
        let head = self.head.merged(Head::new([event]));
        Self::fold(self.id, self.opening, head)
    }
}

/// Where a case lies: its id, and the subject where the person gave an address. Both are in the key of its opening, so
/// that lists, retention and erasure choose by key alone, and both are in the status link, so that it needs no scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseKey {
    /// The case's id.
    pub id: Id,
    /// Whose it is.
    pub subject: Option<Subject>,
}

impl CaseKey {
    /// The first part of the keys of openings.
    pub const AREA: &'static str = "case";
    /// What stands for the subject where the person gave no address.
    const ANONYMOUS: &'static str = "anonymous";

    /// Reads the key of an opening; `None` if it is another key.
    pub fn from_opening(key: &str) -> Option<Self> {
        let mut parts = key.split(':');
        if parts.next() != Some(Self::AREA) {
            return None;
        }
        let id = parts.next()?.parse().ok()?;
        let subject = match parts.next()? {
            Self::ANONYMOUS => None,
            text => Some(Subject::from_bytes(crate::base32::decode(text).ok()?.to_be_bytes())),
        };
        parts.next().is_none().then_some(Self { id, subject })
    }
}

impl Place for CaseKey {
    type Case = Case;

    fn id(&self) -> Id {
        self.id
    }

    fn opening(&self) -> StoreKey {
        let key = StoreKey::of(Self::AREA, self.id);
        match &self.subject {
            Some(subject) => key.with(subject),
            None => key.with(&Self::ANONYMOUS),
        }
    }

    fn head(&self) -> StoreKey {
        StoreKey::of("head", self.id)
    }

    fn events_prefix(&self) -> String {
        format!("event:{}:", self.id)
    }

    fn event(&self, event: Id) -> StoreKey {
        StoreKey::of("event", self.id).with(&event)
    }

    fn to_bytes(self) -> [u8; 32] {
        joined(self.id, self.subject.map_or([0; 16], Subject::to_bytes))
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        let (id, subject) = (u128::from_be_bytes(half(&bytes, 0)), half(&bytes, 16));
        let subject = (subject != [0; 16]).then(|| Subject::from_bytes(subject));
        Self { id: Id::from_bytes(id.to_be_bytes()), subject }
    }
}

impl Aggregate for Case {
    type Opening = Opening;
    type Change = Change;

    fn fold(id: Id, opening: Box<Opening>, journal: Head) -> Self {
        Self::fold(id, opening, journal)
    }

    fn unfold(self) -> (Id, Box<Opening>, Head) {
        (self.id, self.opening, self.head)
    }

    fn journal(&self) -> &Head {
        &self.head
    }

    fn expires(&self) -> Timestamp {
        self.opening.expires
    }
}

/// The payload of a link: an id, then 16 bytes.
pub(crate) fn joined(id: Id, rest: [u8; 16]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(id.to_bytes().into_iter().chain(rest)) {
        *to = from;
    }
    bytes
}

pub(crate) fn half(bytes: &[u8; 32], from: usize) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(bytes.iter().skip(from)) {
        *to = *from;
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::keyring;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    fn opening() -> Opening {
        Opening {
            at: at(1_800_000_000),
            kind: Kind::Complaint,
            message: Message::new("Where did you get my address?").unwrap(),
            name: None,
            email: None,
            app_version: None,
            lang: Lang::En,
            files: vec![],
            policy: None,
            suspicions: vec![],
            door: Door::Form,
            fingerprint: String::new(),
            expires: at(1_900_000_000),
        }
    }

    fn event(seconds: i64, change: Change) -> Event {
        Event { id: Id::new(at(seconds), [seconds as u8; 10]), change }
    }

    fn text(text: &str) -> Message {
        Message::new(text).unwrap()
    }

    fn any_change() -> impl Strategy<Value = Change> {
        prop_oneof![
            Just(Change::PersonWrote { text: text("a") }),
            Just(Change::OperatorReplied { text: text("b") }),
            Just(Change::StateSet { state: SetState::InProgress }),
            Just(Change::StateSet { state: SetState::Closed }),
            Just(Change::Withdrawn),
        ]
    }

    fn fold(changes: &[(i64, Change)]) -> Case {
        let events = changes.iter().map(|(at, change)| event(*at, change.clone()));
        Case::fold(Id::from_bytes([1; 16]), Box::new(opening()), Head::new(events))
    }

    #[test]
    fn a_case_goes_its_way() {
        let mut case = fold(&[]);
        for (at, change, state) in [
            (1, Change::StateSet { state: SetState::InProgress }, State::InProgress),
            (2, Change::OperatorReplied { text: text("From your request.") }, State::Answered),
            (3, Change::PersonWrote { text: text("Which one?") }, State::InProgress),
            (4, Change::StateSet { state: SetState::Closed }, State::Closed),
            (5, Change::PersonWrote { text: text("Not yet!") }, State::InProgress),
            (6, Change::Withdrawn, State::Withdrawn),
        ] {
            assert_eq!(case.decide(&change), Ok(()));
            case = case.with(event(at, change));
            assert_eq!(case.state, state);
        }
        assert_eq!(case.decide(&Change::Withdrawn), Err(Refusal::Withdrawn));
        assert_eq!(case.decide(&Change::PersonWrote { text: text("x") }), Err(Refusal::Withdrawn));
    }

    #[test]
    fn the_thread_has_an_end_but_the_way_out_stays_open() {
        let long = text(&"я".repeat(10_000));
        let mut case = fold(&[]);
        for at in 1.. {
            let change = Change::PersonWrote { text: long.clone() };
            if case.decide(&change).is_err() {
                break;
            }
            case = case.with(event(at, change));
        }
        assert_eq!(case.head.events().len(), 8);
        // The operator still has room to answer, and that has an end too.
        for at in 100.. {
            let change = Change::OperatorReplied { text: long.clone() };
            if case.decide(&change).is_err() {
                break;
            }
            case = case.with(event(at, change));
        }
        assert_eq!(case.head.events().len(), 9);
        assert_eq!(case.decide(&Change::Withdrawn), Ok(()));
        let head = postcard::to_allocvec(&case.head).unwrap();
        assert!(head.len() + crate::sealed::OVERHEAD < crate::sealed::MAX_VALUE);
    }

    #[test]
    fn keys_and_links_name_the_same_case() {
        let subject = keyring().subject(&"anna@oncall.example".parse().unwrap());
        for subject in [None, Some(subject)] {
            let key = CaseKey { id: Id::new(at(5), [3; 10]), subject };
            assert_eq!(CaseKey::from_opening(key.opening().as_str()), Some(key));
            assert_eq!(CaseKey::from_bytes(key.to_bytes()), key);
        }
        for other in [
            "",
            "case",
            "case:x:anonymous",
            "head:00000000000000000000000001",
            "case:00000000000000000000000001:anonymous:x",
        ] {
            assert_eq!(CaseKey::from_opening(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn folding_does_not_depend_on_order_or_repeats(
            changes in prop::collection::vec((0i64..50, any_change()), 0..20), seed: u64,
        ) {
            let events: Vec<Event> = changes.iter().enumerate()
                .map(|(at, (_, change))| event(at as i64, change.clone())).collect();
            let mut shuffled = events.clone();
            let turn = seed as usize % (shuffled.len() + 1);
            shuffled.rotate_left(turn);
            shuffled.extend(events.iter().take(3).cloned());
            prop_assert_eq!(Head::new(events), Head::new(shuffled));
        }

        #[test]
        fn what_may_happen_never_undoes_a_withdrawal(changes in prop::collection::vec(any_change(), 0..30)) {
            let mut case = fold(&[]);
            let mut withdrawn = false;
            for (at, change) in changes.into_iter().enumerate() {
                if case.decide(&change).is_ok() {
                    prop_assert!(!withdrawn);
                    withdrawn = change == Change::Withdrawn;
                    case = case.with(event(at as i64, change));
                }
            }
            prop_assert_eq!(case.state == State::Withdrawn, withdrawn);
        }

        #[test]
        fn what_is_stored_is_read_again(changes in prop::collection::vec((0i64..50, any_change()), 0..20)) {
            let case = fold(&changes);
            let head: Head = postcard::from_bytes(&postcard::to_allocvec(&case.head).unwrap()).unwrap();
            let opening: Box<Opening> = postcard::from_bytes(&postcard::to_allocvec(&case.opening).unwrap()).unwrap();
            prop_assert_eq!(Case::fold(case.id, opening, head), case);
        }
    }
}
