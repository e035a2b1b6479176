//! Why a use case gave no outcome.

use std::borrow::Cow;

use crate::case::CaseRefusal;
use crate::clock::due::ExtensionRefusal;
use crate::limit::Verdict;
use crate::request::MoveRefusal;
use crate::sealed::Unreadable;
use crate::store_key::InvalidStoreKey;
use crate::variables::InvalidVariable;

/// Why a use case gave no outcome. It carries codes alone, and texts for the log: whatever somebody sent never comes back
/// in it. The web kit makes a problem of it, in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is nothing there, or not for whoever asks.
    NotFound,
    /// A case does not allow this in its state; the code names the reason.
    CaseState(&'static str),
    /// What was given for a field is wrong.
    InvalidField {
        /// The field's name.
        name: &'static str,
        /// What is wrong with it.
        code: &'static str,
    },
    /// The same token or key was used before for another text.
    AlreadySent,
    /// A form was open for too long.
    FormExpired,
    /// What is to be changed has changed since it was read.
    PreconditionFailed,
    /// What was decided on is not named.
    PreconditionRequired,
    /// The policy version exists with another content.
    VersionPublished,
    /// What must happen once is being done by another request, which has not ended yet.
    InProgress,
    /// Somebody asks too often.
    TooManyRequests(Box<Verdict>),
    /// The store does not answer; text for the log.
    StoreUnavailable(Cow<'static, str>),
    /// The desk is not configured; text for the log.
    Misconfigured(Cow<'static, str>),
    /// The desk has a fault; text for the log.
    Internal(Cow<'static, str>),
}

impl Fault {
    /// What the log should hear of it: what is wrong with the desk, and not with what was asked.
    pub fn log(&self) -> Option<&str> {
        match self {
            Self::StoreUnavailable(text) | Self::Misconfigured(text) | Self::Internal(text) => {
                Some(text)
            }
            _ => None,
        }
    }
}

impl From<InvalidStoreKey> for Fault {
    fn from(_: InvalidStoreKey) -> Self {
        // None in practice: keys are made of parts that fit.
        Self::Internal("a key does not fit".into())
    }
}

impl From<Unreadable> for Fault {
    fn from(error: Unreadable) -> Self {
        Self::Internal(error.text().into())
    }
}

impl From<InvalidVariable> for Fault {
    fn from(fault: InvalidVariable) -> Self {
        Self::Misconfigured(fault.to_string().into())
    }
}

impl From<CaseRefusal> for Fault {
    fn from(refusal: CaseRefusal) -> Self {
        Self::CaseState(match refusal {
            CaseRefusal::Withdrawn => "withdrawn",
            CaseRefusal::Unchanged => "unchanged",
            CaseRefusal::ThreadFull => "thread-full",
        })
    }
}

impl From<MoveRefusal> for Fault {
    fn from(refusal: MoveRefusal) -> Self {
        Self::CaseState(match refusal {
            MoveRefusal::Ended => "ended",
            MoveRefusal::NotIdentified => "not-identified",
            MoveRefusal::Identified => "identified",
            MoveRefusal::Unchanged => "unchanged",
            MoveRefusal::ThreadFull => "thread-full",
            MoveRefusal::NoMoreCodes => "no-more-codes",
            MoveRefusal::TooLate => "too-late",
        })
    }
}

impl From<ExtensionRefusal> for Fault {
    fn from(refusal: ExtensionRefusal) -> Self {
        Self::CaseState(match refusal {
            ExtensionRefusal::NotProvided => "extension-not-provided",
            ExtensionRefusal::AlreadyExtended => "already-extended",
            ExtensionRefusal::TooLate => "extension-too-late",
            ExtensionRefusal::NoReason => "no-reason",
            ExtensionRefusal::NoNotice => "no-notice",
        })
    }
}
