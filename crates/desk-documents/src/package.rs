//! Packages: how their data is described, and what happened to a case or a request, as they name it.

use desk_core::case;
use desk_core::request::{Proof, RefusalGround};
use desk_core::time::Timestamp;

/// The description of `data.json` (JSON Schema, draft 2020-12). It is made from the code, as `docs/openapi.json` is.
/// The desk serves it, and `data.json` says where: in every archive it would only be the same 9 KB again.
pub const PACKAGE_SCHEMA: &str = include_str!("../package.schema.json");
/// Where the desk serves it.
pub const PACKAGE_SCHEMA_PATH: &str = "/requests/package.schema.json";

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The person.
    Person,
    /// An operator.
    Operator,
    /// The desk by itself.
    Desk,
}

impl By {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Person, Self::Operator, Self::Desk];

    /// The name in `data.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Operator => "operator",
            Self::Desk => "desk",
        }
    }
}

/// What happened to a case or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody wrote.
    Message,
    /// An operator asked what is meant.
    Question,
    /// An operator took it up.
    Taken,
    /// An operator set the state of a case.
    State(case::CaseState),
    /// Another code was sent.
    CodeSent,
    /// Another code was asked for, and none was sent: there had been enough mails.
    CodeHeld,
    /// A wrong code was given.
    CodeWrong,
    /// Identity was proven.
    Identified(Proof),
    /// The term was extended.
    Extended,
    /// It was done.
    Answered {
        /// Whether only a part of it was.
        partly: bool,
    },
    /// It was refused.
    Refused(RefusalGround),
    /// It was withdrawn.
    Withdrawn,
    /// A package was built, which could be fetched until then.
    Packaged(Timestamp),
    /// A package was deleted.
    PackageDropped,
}

impl What {
    /// The name in `data.json` and `messages.csv`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Question => "question",
            Self::Taken => "taken-up",
            Self::State(_) => "state-set",
            Self::CodeSent => "code-sent",
            Self::CodeHeld => "code-held",
            Self::CodeWrong => "code-wrong",
            Self::Identified(_) => "identified",
            Self::Extended => "extended",
            Self::Answered { partly: false } => "answered",
            Self::Answered { partly: true } => "answered-partly",
            Self::Refused(_) => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Packaged(_) => "package-built",
            Self::PackageDropped => "package-deleted",
        }
    }
}
