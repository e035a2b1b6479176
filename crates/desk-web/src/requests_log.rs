//! The log of requests: one entry for each that has ended, which names nobody and so outlives the request.
//!
//! The CCPA's regulations want it for at least 24 months (California Code of Regulations title 11, section 7101).

use desk_core::clock::regime::Regime;
use desk_core::erasure::LOG_SECONDS;
use desk_core::id::Id;
use desk_core::request::{Door, Ground, Kind, Request};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::ports::Store;
use crate::problem::Problem;

/// The first part of the keys of entries.
pub const AREA: &str = "request-log";

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing yet.
    Open,
    /// It was done.
    Whole,
    /// A part of it was done.
    Part,
    /// It was refused, on this ground.
    Refused(Ground),
    /// The person withdrew it.
    Withdrawn,
    /// Nobody proved in time who asks.
    Expired,
}

/// An entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The request's id.
    pub id: Id,
    /// The nature of the request.
    pub kind: Kind,
    /// The law whose clock ran.
    pub regime: Regime,
    /// The manner in which it was made.
    pub door: Door,
    /// The date of the request.
    pub received: Timestamp,
    /// The date of the response, or of another end.
    pub ended: Option<Timestamp>,
    /// The nature of the response, with the basis for a denial.
    pub outcome: Outcome,
    /// Whether the term was extended.
    pub extended: bool,
    /// When it was due; `None` where nobody reckoned it.
    pub due: Option<Timestamp>,
    /// Whether it ended after that.
    pub late: bool,
}

impl Entry {
    /// The entry of a request that ends so. Who knows when it was due says it afterwards.
    pub fn of(request: &Request, ended: Timestamp, outcome: Outcome) -> Self {
        Self {
            id: request.id,
            kind: request.opening.kind,
            regime: request.opening.regime,
            door: request.opening.door,
            received: request.opening.at,
            ended: Some(ended),
            outcome,
            extended: request.extension.is_some(),
            due: None,
            late: false,
        }
    }
}

/// The key of the entry of a request.
///
/// # Errors
/// None in practice: an id's text fits.
pub fn key(id: Id) -> Result<StoreKey, Problem> {
    StoreKey::new(format!("{AREA}:{id}")).map_err(|error| Problem::Internal(error.to_string()))
}

/// Reads the entry of a request; `None` if there is none.
///
/// # Errors
/// A problem if the store fails or the entry is not one.
pub async fn find<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Option<Entry>, Problem> {
    desk.read_plain(&key(id)?).await
}

/// Writes an entry, over an earlier one of the same request.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn write<S: Store>(desk: &Desk<'_, S>, entry: &Entry) -> Result<(), Problem> {
    let until = entry.ended.unwrap_or(entry.received).plus_seconds(LOG_SECONDS);
    desk.write_plain(&key(entry.id)?, Some(until), entry).await
}
