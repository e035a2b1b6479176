//! The record of every access of an operator to a person's data (promises P4 and P9).
//!
//! A record is written before the access: one that cannot be recorded does not happen.

use desk_core::id::Id;
use desk_core::store_key::StoreKey;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::ports::Store;
use crate::problem::Problem;

/// What an operator did.
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
}

impl Action {
    /// The action's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CaseRead => "case-read",
            Self::FileRead => "file-read",
            Self::CaseReplied => "case-replied",
            Self::StateSet => "state-set",
        }
    }
}

/// One access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The record's id, which says when.
    pub id: Id,
    /// What was done.
    pub action: Action,
    /// The case.
    pub case: Id,
}

/// What the keys of audit records begin with.
pub const PREFIX: &str = "audit:";

/// The key of a record.
///
/// # Errors
/// None in practice: an id's text fits.
pub fn key(id: Id) -> Result<StoreKey, Problem> {
    StoreKey::new(format!("{PREFIX}{id}")).map_err(|error| Problem::Internal(error.to_string()))
}

/// Records an access that is about to happen.
///
/// # Errors
/// A problem if the store does not confirm it; then the access must not happen.
pub async fn record<S: Store>(desk: &Desk<'_, S>, action: Action, case: Id) -> Result<(), Problem> {
    let id = desk.moment.id("audit");
    desk.write_sealed(&key(id)?, None, &Record { id, action, case }).await
}
