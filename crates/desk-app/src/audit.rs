//! The record of every access of an operator to a person's data (promises P4 and P9).
//!
//! A record is written before the access: one that cannot be recorded does not happen.

use desk_core::id::Id;
use desk_core::store_key::StoreKey;
use desk_core::text::Text;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::ports::Store;
use desk_core::fault::Fault;

/// What an operator did. Stored by its place in this list: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Read a case.
    CaseRead,
    /// Read a file of a case.
    FileRead,
    /// Replied to a person.
    CaseReplied,
    /// Set the state of a case.
    StateSet,
    /// Entered a suppression.
    Suppressed,
    /// Lifted a suppression.
    SuppressionLifted,
    /// Read a mail that waits to be sent.
    MailRead,
    /// Read a data request.
    RequestRead,
    /// Took up a data request.
    RequestTaken,
    /// Wrote to the person about a data request.
    RequestMessaged,
    /// Asked the person what they mean.
    ClarificationAsked,
    /// Extended the term of a data request.
    RequestExtended,
    /// Answered a data request.
    RequestAnswered,
    /// Refused a data request.
    RequestRefused,
    /// Took another proof of who asks.
    IdentitySeen,
    /// Built a package.
    PackageBuilt,
    /// Dropped a package.
    PackageDropped,
    /// Turned a case into a data request.
    RequestOpened,
    /// Opened a complaint from a data request.
    ComplaintOpened,
    /// Read what an erasure would do, or what came of one.
    ErasureRead,
    /// Erased what is held about a person.
    Erased,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 21] = [
        Self::CaseRead,
        Self::FileRead,
        Self::CaseReplied,
        Self::StateSet,
        Self::Suppressed,
        Self::SuppressionLifted,
        Self::MailRead,
        Self::RequestRead,
        Self::RequestTaken,
        Self::RequestMessaged,
        Self::ClarificationAsked,
        Self::RequestExtended,
        Self::RequestAnswered,
        Self::RequestRefused,
        Self::IdentitySeen,
        Self::PackageBuilt,
        Self::PackageDropped,
        Self::RequestOpened,
        Self::ComplaintOpened,
        Self::ErasureRead,
        Self::Erased,
    ];

    /// The action's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CaseRead => "case-read",
            Self::FileRead => "file-read",
            Self::CaseReplied => "case-replied",
            Self::StateSet => "state-set",
            Self::Suppressed => "suppressed",
            Self::SuppressionLifted => "suppression-lifted",
            Self::MailRead => "mail-read",
            Self::RequestRead => "request-read",
            Self::RequestTaken => "request-taken",
            Self::RequestMessaged => "request-messaged",
            Self::ClarificationAsked => "clarification-asked",
            Self::RequestExtended => "request-extended",
            Self::RequestAnswered => "request-answered",
            Self::RequestRefused => "request-refused",
            Self::IdentitySeen => "identity-seen",
            Self::PackageBuilt => "package-built",
            Self::PackageDropped => "package-dropped",
            Self::RequestOpened => "request-opened",
            Self::ComplaintOpened => "complaint-opened",
            Self::ErasureRead => "erasure-read",
            Self::Erased => "erased",
        }
    }
}

/// What an access is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum About {
    /// A case.
    Case(Id),
    /// A suppression of the data subject with this hash.
    Subject([u8; 16]),
    /// Several suppressions at once: so many.
    Batch(u32),
    /// A mail.
    Mail(Id),
    /// A data request.
    Request(Id),
}

/// One access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The record's id, which says when.
    pub id: Id,
    /// What was done.
    pub action: Action,
    /// To what.
    pub about: About,
    /// Why, where the operator had to say so.
    pub reason: Option<Text<500>>,
}

/// What the keys of audit records begin with.
pub const PREFIX: &str = "audit:";

/// The key of a record.
///
/// # Errors
/// None in practice: an id's text fits.
pub fn key(id: Id) -> Result<StoreKey, Fault> {
    Ok(StoreKey::new(format!("{PREFIX}{id}"))?)
}

/// Records an access that is about to happen.
///
/// # Errors
/// A problem if the store does not confirm it; then the access must not happen.
pub async fn record<S: Store>(desk: &Desk<'_, S>, action: Action, case: Id) -> Result<(), Fault> {
    record_about(desk, action, About::Case(case), None).await
}

/// Records an access to anything, with the reason that the operator gave.
///
/// # Errors
/// As for [`record`].
pub async fn record_about<S: Store>(
    desk: &Desk<'_, S>,
    action: Action,
    about: About,
    reason: Option<Text<500>>,
) -> Result<(), Fault> {
    let id = desk.moment.id();
    desk.write_sealed(&key(id)?, None, &Record { id, action, about, reason }).await
}
