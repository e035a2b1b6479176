//! The log of requests in the store: a line for each that has ended, which names nobody and so outlives the request.

use desk_core::clock::due::Pause;
use desk_core::id::Id;
use desk_core::request::Request;
use desk_core::request::log::{self, Entry};

use crate::desk::Desk;
use crate::ports::Store;
use desk_core::fault::Fault;

/// A line, and what its due date can be reckoned from by whoever has clocks: when the person was waited for.
pub type Line = (Entry, Vec<Pause>);

/// Reads the line of a request; `None` if there is none.
///
/// # Errors
/// A problem if the store fails or the line is not one.
pub async fn find<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Option<Entry>, Fault> {
    Ok(line(desk, id).await?.map(|(entry, _)| entry))
}

/// Reads the line of a request with what follows it.
///
/// # Errors
/// As for [`find`].
pub async fn line<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Option<Line>, Fault> {
    desk.read_sealed(&log::key(id)).await
}

/// Writes the line of a request over an earlier one, to be kept for so many seconds from its end.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn write<S: Store>(desk: &Desk<'_, S>, entry: &Entry, kept: i64) -> Result<(), Fault> {
    put(desk, entry, &[], kept).await
}

/// The same for a line that does not say when the request was due, by whoever has no clocks.
///
/// # Errors
/// As for [`write()`].
pub async fn write_unreckoned<S: Store>(
    desk: &Desk<'_, S>,
    entry: &Entry,
    request: &Request,
    kept: i64,
) -> Result<(), Fault> {
    put(desk, entry, &request.pauses(desk.now()), kept).await
}

async fn put<S: Store>(
    desk: &Desk<'_, S>,
    entry: &Entry,
    pauses: &[Pause],
    kept: i64,
) -> Result<(), Fault> {
    let until = entry.ended.unwrap_or(entry.received).plus_seconds(kept);
    desk.write_sealed(&log::key(entry.id), Some(until), &(entry, pauses)).await
}
