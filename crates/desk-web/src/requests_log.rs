//! The log of requests in the store: a line for each that has ended, which names nobody and so outlives the request.

use desk_core::id::Id;
use desk_core::request::log::{self, Entry};

use crate::desk::Desk;
use crate::ports::Store;
use crate::problem::Problem;

/// Reads the line of a request; `None` if there is none.
///
/// # Errors
/// A problem if the store fails or the line is not one.
pub async fn find<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Option<Entry>, Problem> {
    desk.read_plain(&log::key(id)).await
}

/// Writes the line of a request over an earlier one, to be kept for so many seconds from its end.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn write<S: Store>(desk: &Desk<'_, S>, entry: &Entry, kept: i64) -> Result<(), Problem> {
    let until = entry.ended.unwrap_or(entry.received).plus_seconds(kept);
    desk.write_plain(&log::key(entry.id), Some(until), entry).await
}
