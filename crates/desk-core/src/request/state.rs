//! Where a request stands, and for how long and how often its person may prove who they are.

use super::change::RefusalGround;
use crate::case::Message;
use crate::id::Id;
use crate::time::Timestamp;

/// For how long a code and a link prove an identity, in seconds: 24 hours.
pub const PROOF_SECONDS: i64 = 24 * 3600;
/// For how long an identity may be proven at all, in seconds: a week, within which another code can be had.
pub const IDENTITY_SECONDS: i64 = 7 * 24 * 3600;
/// How many wrong codes are taken, however often another is sent.
pub const TRIES: u8 = 5;
/// How many codes are sent at the most.
pub const SENDS: u8 = 5;

/// A request that waits for a proof of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// How many codes may still be sent.
    pub sends_left: u8,
    /// How many wrong codes are still taken.
    pub tries_left: u8,
    /// When it is over.
    pub until: Timestamp,
}

impl Awaiting {
    /// Whether the app's backend is to say who it is, and nobody has asked for a mail instead.
    pub const fn is_the_apps(&self) -> bool {
        self.sends_left == SENDS
    }
}

/// An extension of the term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// When it was granted.
    pub at: Timestamp,
    /// Why.
    pub reason: Message,
    /// The mail that told the person.
    pub notice: Id,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// It is not proven yet who asks.
    AwaitingIdentity(Awaiting),
    /// Nobody has taken it up yet.
    Received,
    /// An operator is at it.
    InProgress,
    /// An operator has asked what is meant, and waits for the person.
    AwaitingClarification {
        /// Since when.
        since: Timestamp,
    },
    /// An operator is at it, and the term was extended.
    Extended,
    /// It was done.
    Answered {
        /// When.
        at: Timestamp,
        /// Whether only a part of it was done.
        partly: bool,
    },
    /// It was refused.
    Refused {
        /// When.
        at: Timestamp,
        /// On what ground.
        ground: RefusalGround,
    },
    /// The person withdrew it.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// Nobody proved in time who asks.
    Expired {
        /// When.
        at: Timestamp,
    },
}

/// The names of the states, in the order in which a request goes through them.
pub const STATES: [&str; 9] = [
    "awaiting_identity",
    "received",
    "in_progress",
    "awaiting_clarification",
    "extended",
    "answered",
    "refused",
    "withdrawn",
    "expired",
];

impl RequestState {
    /// The state's name in the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingIdentity(_) => "awaiting_identity",
            Self::Received => "received",
            Self::InProgress => "in_progress",
            Self::AwaitingClarification { .. } => "awaiting_clarification",
            Self::Extended => "extended",
            Self::Answered { .. } => "answered",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired { .. } => "expired",
        }
    }

    /// When it ended; `None` while it has not.
    pub const fn ended(&self) -> Option<Timestamp> {
        match self {
            Self::Answered { at, .. }
            | Self::Refused { at, .. }
            | Self::Withdrawn { at }
            | Self::Expired { at } => Some(*at),
            Self::AwaitingIdentity(_)
            | Self::Received
            | Self::InProgress
            | Self::AwaitingClarification { .. }
            | Self::Extended => None,
        }
    }
}
