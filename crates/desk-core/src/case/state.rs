//! Where a case stands.

use serde::{Deserialize, Serialize};

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseState {
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

impl CaseState {
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

impl From<SetState> for CaseState {
    fn from(state: SetState) -> Self {
        match state {
            SetState::InProgress => Self::InProgress,
            SetState::Closed => Self::Closed,
        }
    }
}
