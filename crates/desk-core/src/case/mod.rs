//! Cases: what a person opened, what happened since, and what may happen next.
//!
//! A case is its opening and the events after it ([`crate::journal`]).

mod key;
mod opening;
mod state;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::Id;
use crate::journal::{self, Aggregate, Journal};
use crate::reference::Reference;
use crate::time::Timestamp;

pub use key::CaseKey;
pub(crate) use key::{half, joined};
pub use opening::{
    AppVersion, AttachedFile, Door, Kind, Message, Name, Opening, PolicyPin, Suspicion,
};
pub use state::{SetState, State};

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

#[cfg(test)]
mod tests;
