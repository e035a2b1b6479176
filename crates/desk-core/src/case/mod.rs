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
    AppVersion, AttachedFile, CaseDoor, CaseKind, CaseOpening, Message, Name, PolicyPin, Suspicion,
};
pub use state::{CaseState, SetState};

/// What can happen to a case after its opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseChange {
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
pub type CaseEvent = journal::Event<CaseChange>;
/// The view of a case's events.
pub type CaseHead = Journal<CaseChange>;

/// A case as it stands: its opening and its events, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The case's id.
    pub id: Id,
    /// How it began.
    pub opening: Box<CaseOpening>,
    /// What happened since.
    pub head: CaseHead,
    /// Where it stands.
    pub state: CaseState,
}

/// Why a thing cannot happen to a case as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseRefusal {
    /// The person has withdrawn it, which is final.
    Withdrawn,
    /// It is in this state already.
    Unchanged,
    /// Its thread has all the text it can hold.
    ThreadFull,
}

impl fmt::Display for CaseRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Withdrawn => "the case was withdrawn",
            Self::Unchanged => "the case is in this state already",
            Self::ThreadFull => "the thread is full",
        })
    }
}

impl std::error::Error for CaseRefusal {}

impl Case {
    /// Folds a case from its opening and its events.
    pub fn fold(id: Id, opening: Box<CaseOpening>, head: CaseHead) -> Self {
        let state =
            head.events().iter().fold(CaseState::Received, |state, event| match &event.change {
                // Withdrawing is final, even where a reply raced it.
                _ if state == CaseState::Withdrawn => state,
                CaseChange::PersonWrote { .. } => match state {
                    CaseState::Answered | CaseState::Closed => CaseState::InProgress,
                    CaseState::Received | CaseState::InProgress | CaseState::Withdrawn => state,
                },
                CaseChange::OperatorReplied { .. } => CaseState::Answered,
                CaseChange::StateSet { state } => (*state).into(),
                CaseChange::Withdrawn => CaseState::Withdrawn,
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
    /// [`CaseRefusal`] with the reason why it may not.
    pub fn decide(&self, change: &CaseChange) -> Result<(), CaseRefusal> {
        if self.state == CaseState::Withdrawn {
            return Err(CaseRefusal::Withdrawn);
        }
        match change {
            CaseChange::StateSet { state } if CaseState::from(*state) == self.state => {
                return Err(CaseRefusal::Unchanged);
            }
            // The person's way out stays open however long the thread is.
            CaseChange::Withdrawn => return Ok(()),
            CaseChange::StateSet { .. }
            | CaseChange::PersonWrote { .. }
            | CaseChange::OperatorReplied { .. } => {}
        }
        let text = |change: &CaseChange| match change {
            CaseChange::PersonWrote { text } | CaseChange::OperatorReplied { text } => {
                text.as_str().len()
            }
            CaseChange::StateSet { .. } | CaseChange::Withdrawn => 0,
        };
        let is_the_persons = matches!(change, CaseChange::PersonWrote { .. });
        if self.head.has_room(change, is_the_persons, text) {
            Ok(())
        } else {
            Err(CaseRefusal::ThreadFull)
        }
    }

    /// The case after one more event.
    #[must_use]
    pub fn with(self, event: CaseEvent) -> Self {
        let head = self.head.merged(CaseHead::new([event]));
        Self::fold(self.id, self.opening, head)
    }
}

impl Aggregate for Case {
    type Opening = CaseOpening;
    type Change = CaseChange;

    fn fold(id: Id, opening: Box<CaseOpening>, journal: CaseHead) -> Self {
        Self::fold(id, opening, journal)
    }

    fn unfold(self) -> (Id, Box<CaseOpening>, CaseHead) {
        (self.id, self.opening, self.head)
    }

    fn journal(&self) -> &CaseHead {
        &self.head
    }

    fn expires(&self) -> Timestamp {
        self.opening.expires
    }
}

#[cfg(test)]
mod tests;
