//! What every kind of case has in common: an opening, the events after it, and where they lie.
//!
//! The opening is written once, under a key that nobody else writes; so is every event. State and thread are folded from
//! them, in the order of the events' ids, and always the same way.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::store_key::StoreKey;
use crate::time::Timestamp;

/// One thing that happened. When it happened is in its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event<C> {
    /// The event's id, which orders it.
    pub id: Id,
    /// What happened.
    pub change: C,
}

/// The view that is kept beside a case so that a public page need not scan: its events, in order, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal<C>(Vec<Event<C>>);

/// The most events after an opening.
const MAX_EVENTS: usize = 200;
/// The most bytes of text in them: with some 30 bytes beside each text a view must fit into a value of 256 KiB.
const MAX_BYTES: usize = 192 * 1024;
/// How much of both the person's messages may fill: whoever writes without end leaves room for the operator's answers.
const PERSONS_EVENTS: usize = 160;
const PERSONS_BYTES: usize = 168 * 1024;

impl<C> Default for Journal<C> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<C> Journal<C> {
    /// Builds the view from events in any order; an event that comes twice counts once.
    pub fn new(events: impl IntoIterator<Item = Event<C>>) -> Self {
        let mut ordered: Vec<Event<C>> = Vec::new();
        for event in events {
            if let Err(place) = ordered.binary_search_by_key(&event.id, |known| known.id) {
                ordered.insert(place, event);
            }
        }
        Self(ordered)
    }

    /// The events, in order.
    pub fn events(&self) -> &[Event<C>] {
        &self.0
    }

    /// Whether one more has room. `text` says how many bytes of text one holds.
    pub(crate) fn has_room(
        &self,
        change: &C,
        is_the_persons: bool,
        text: impl Fn(&C) -> usize,
    ) -> bool {
        let (events, bytes) =
            if is_the_persons { (PERSONS_EVENTS, PERSONS_BYTES) } else { (MAX_EVENTS, MAX_BYTES) };
        let used: usize = self.0.iter().map(|event| text(&event.change)).sum();
        self.0.len() < events && used.saturating_add(text(change)) <= bytes
    }

    /// This view with the events of another one.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        Self::new(self.0.into_iter().chain(other.0))
    }

    /// Whether every event of another view is in this one.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.iter().all(|event| self.0.iter().any(|known| known.id == event.id))
    }
}

impl<C: Clone + PartialEq> Journal<C> {
    /// This view without what is in it twice. A message that was sent twice under one token may be stored twice, each time
    /// under the instant at which it came, where the second came before the first was in the view: it counts once.
    #[must_use]
    pub fn without_repeats(&self) -> Self {
        let again = |at: usize, event: &Event<C>| {
            let same = |earlier: &Event<C>| {
                earlier.id.unique() == event.id.unique() && earlier.change == event.change
            };
            self.0.iter().take(at).any(same)
        };
        let once = self.0.iter().enumerate().filter(|(at, event)| !again(*at, event));
        Self(once.map(|(_, event)| event.clone()).collect())
    }
}

/// Where a case lies in the store.
pub trait Place: Copy {
    /// The kind of case that lies there.
    type Case: Aggregate;

    /// The case's id.
    fn id(&self) -> Id;
    /// The key of the opening.
    fn opening(&self) -> StoreKey;
    /// The key of the view of its events.
    fn head(&self) -> StoreKey;
    /// What the keys of all its events begin with.
    fn events_prefix(&self) -> String;
    /// The key of one event.
    fn event(&self, event: Id) -> StoreKey;
    /// What a link to it holds, and what tells it from every other case.
    fn to_bytes(self) -> [u8; 32];
    /// Reads what a link to it holds.
    fn from_bytes(bytes: [u8; 32]) -> Self;

    /// The key of one part of an attached file; files and parts count from one.
    fn file_part(&self, file: usize, part: usize) -> StoreKey {
        StoreKey::of("file", self.id()).with(&file).with(&part)
    }
}

/// A case as it stands: its opening and its events, folded.
pub trait Aggregate: Sized {
    /// How one begins.
    type Opening: Serialize + DeserializeOwned;
    /// What can happen to one.
    type Change: Clone + PartialEq + Serialize + DeserializeOwned;

    /// Folds a case from its opening and its events.
    fn fold(id: Id, opening: Box<Self::Opening>, journal: Journal<Self::Change>) -> Self;
    /// Takes a case apart again.
    fn unfold(self) -> (Id, Box<Self::Opening>, Journal<Self::Change>);
    /// What happened since the opening.
    fn journal(&self) -> &Journal<Self::Change>;
    /// When what is stored of it expires.
    fn expires(&self) -> Timestamp;
}
