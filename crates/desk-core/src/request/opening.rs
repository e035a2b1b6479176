//! What a person sends: what they ask for, for whom, through which door, and what was known of them then.

use serde::{Deserialize, Serialize};

use super::code::CodeHash;
use crate::case::{AttachedFile, Message, Name, PolicyPin};
use crate::clock::regime::{Regime, Right};
use crate::email::EmailAddress;
use crate::id::Id;
use crate::lang::Lang;
use crate::time::Timestamp;

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestKind {
    /// What is held about them, and what is done with it.
    Access,
    /// The same in a form that a machine can read.
    Portability,
    /// That something is corrected.
    Rectification,
    /// That everything is erased.
    Erasure,
    /// That it is kept but no longer used.
    Restriction,
    /// That a use of it ends.
    Objection,
    /// That their consent no longer counts.
    Withdrawal,
}

impl RequestKind {
    /// Every kind, in the order in which the form offers them.
    pub const ALL: [Self; 7] = [
        Self::Access,
        Self::Portability,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::Withdrawal,
    ];

    /// The right that is exercised.
    pub const fn right(self) -> Right {
        match self {
            Self::Access => Right::Access,
            Self::Portability => Right::Portability,
            Self::Rectification => Right::Rectification,
            Self::Erasure => Right::Erasure,
            Self::Restriction => Right::Restriction,
            Self::Objection => Right::Objection,
            Self::Withdrawal => Right::Withdrawal,
        }
    }

    /// The kind's name in forms, in the API and in exports: that of the right.
    pub const fn name(self) -> &'static str {
        self.right().name()
    }

    /// Finds a kind by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the answer is a package of what is held.
    pub const fn wants_package(self) -> bool {
        matches!(self, Self::Access | Self::Portability)
    }
}

/// For whom somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Behalf {
    /// For themselves.
    Own,
    /// For somebody else, whose authority an attached file shows.
    Represented,
}

impl Behalf {
    /// The name in forms and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Represented => "representative",
        }
    }

    /// Finds one by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Own, Self::Represented].into_iter().find(|behalf| behalf.name() == name)
    }
}

/// The door through which a request came: its manner, as the log of requests has it (CCPA regulations section 7101).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestDoor {
    /// The form on the web page.
    Form,
    /// The JSON API, as the app uses it.
    Api,
    /// The page about deleting an account, which the stores of apps link to.
    DeleteAccount,
    /// The page about deleting data, likewise.
    DeleteData,
    /// The feedback case with this id, which an operator turned into a request.
    Feedback(Id),
}

impl RequestDoor {
    /// The door's name in the API and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Api => "api",
            Self::DeleteAccount => "delete-account",
            Self::DeleteData => "delete-data",
            Self::Feedback(_) => "feedback",
        }
    }
}

/// The first event of a request: all that the person sent, and what was true at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestOpening {
    /// When it was received.
    pub at: Timestamp,
    /// What is asked for.
    pub kind: RequestKind,
    /// The law whose clock runs.
    pub regime: Regime,
    /// Whose data it is about, and where the proof of it is sent.
    pub email: EmailAddress,
    /// Who the person is, if they said so.
    pub name: Option<Name>,
    /// What the person wrote.
    pub details: Option<Message>,
    /// For whom they ask.
    pub behalf: Behalf,
    /// The attached files.
    pub files: Vec<AttachedFile>,
    /// The language in which the person wants to be answered.
    pub lang: Lang,
    /// The policy in force, where one was published.
    pub policy: Option<PolicyPin>,
    /// The door it came through.
    pub door: RequestDoor,
    /// A hash of what was sent, which tells a retry from another text under the same token; empty where there was none.
    pub fingerprint: String,
    /// How it was known from the start who asks; else a code was sent.
    pub identity: Identity,
    /// When the request, and with it its status link, expires.
    pub expires: Timestamp,
}

/// What was known of a person's identity when the request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// A code with this hash was sent to the address.
    Sent(CodeHash),
    /// The app's backend asserted it.
    Asserted,
    /// The app's backend is about to assert it: no code was sent.
    Awaited,
    /// A code with this hash was not sent, for the mailbox had had enough mails; nobody is told so.
    Held(CodeHash),
}
