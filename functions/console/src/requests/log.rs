//! The log of requests and what is counted from it (California Code of Regulations title 11, sections 7101 and 7102).
//!
//! When a request ends, its line is stored apart, without personal data, and kept for two years and more: it outlives the
//! erasure of the request. Of requests that the person withdrew, or that expired, the line is stored when an operator's
//! scan comes by them.

use desk_core::clock::regime::{Regime, leading};
use desk_core::clock::zone::Zone;
use desk_core::id::Id;
use desk_core::request::log::{Entry, KEPT_SECONDS, Metrics};
use desk_core::request::{Request, RequestKey, RequestKind};
use desk_core::time::{Date, Timestamp};
use futures_util::future::try_join_all;
use http::StatusCode;

use super::{IN_FLIGHT, RequestKeys, leading_clock, load_all, reread, wire};
use desk_app::Desk;
use desk_app::clocks::Clocks;
use desk_app::ports::Scan;
use desk_app::requests_log::{self, Line};
use desk_core::fault::Fault;
use desk_core::json::Json;
use desk_web::negotiate;
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use desk_web::request::Request as HttpRequest;

/// How many lines one answer has at the most: an export is whole, or refused.
const MAX_ROWS: usize = 10_000;
/// For how long after it ended by itself the line of a request is not stored yet, in seconds: whoever just proved who they
/// are, or wrote, may still be on the way to the store.
const GRACE: i64 = 3_600;
/// By how much the id of a request may be older than the request, in seconds: a form draws it when it is shown.
const ID_AGE: i64 = 24 * 3_600;

fn entry<S>(desk: &Desk<'_, S>, clocks: &Clocks, case: &Request) -> Entry {
    let pauses = case.pauses(desk.now());
    Entry::new(case, leading_clock(clocks, case, &pauses).as_ref(), desk.now())
}

/// The line of a request, if it is to be stored.
pub(super) fn final_entry<S>(desk: &Desk<'_, S>, clocks: &Clocks, case: &Request) -> Option<Entry> {
    let entry = entry(desk, clocks, case);
    let ended = entry.ended?;
    let is_final = entry.outcome.is_answer() || desk.now().seconds_since(ended) >= GRACE;
    is_final.then_some(entry)
}

/// Stores lines, a few at a time and no more: what is left over is stored the next time.
pub(super) async fn settle<S: Scan>(desk: &Desk<'_, S>, entries: &[Entry]) -> Result<(), Fault> {
    if entries.is_empty() {
        return Ok(());
    }
    let kept = KEPT_SECONDS.max(desk.setup.retention()?);
    let store = |entry| requests_log::write(desk, entry, kept);
    try_join_all(entries.iter().take(IN_FLIGHT).map(store)).await.map(drop)
}

/// Stores the line of a request that an operator has ended. Two may have ended it at once, so the request is read once more
/// behind the line, with every event that there is: whoever stores the last line has seen both ends.
pub(super) async fn settle_end<S: Scan>(
    desk: &Desk<'_, S>,
    clocks: &Clocks,
    case: &Request,
) -> Result<(), Problem> {
    let mut line = final_entry(desk, clocks, case);
    for _ in 0..3 {
        settle(desk, line.as_slice()).await?;
        if line.is_none() {
            break;
        }
        let case = reread(desk, case.id).await?;
        let now = final_entry(desk, clocks, &case);
        if now == line {
            break;
        }
        line = now;
    }
    Ok(())
}

/// The lines of the requests that were received within a time, in the order in which they came.
async fn entries<S: Scan>(
    desk: &Desk<'_, S>,
    clocks: &Clocks,
    (from, to): (Timestamp, Timestamp),
    asked: &'static str,
) -> Result<Vec<Entry>, Problem> {
    let scanned = RequestKeys::read(desk).await?;
    let within = |id: Id| (from.plus_seconds(-ID_AGE)..=to).contains(&id.instant());
    let mut logged = scanned.logged();
    logged.retain(|id| within(*id));
    let mut unlogged = scanned.requests();
    unlogged.retain(|key| within(key.id) && logged.binary_search(&key.id).is_err());
    if logged.len() + unlogged.len() > MAX_ROWS {
        return Err(Problem::invalid_query(asked, "too-many-rows"));
    }
    let mut entries: Vec<Entry> = Vec::new();
    for chunk in logged.chunks(IN_FLIGHT) {
        let read = try_join_all(chunk.iter().map(|id| requests_log::line(desk, *id)));
        let lines = read.await?.into_iter().flatten();
        entries.extend(lines.map(|line| with_due_date(clocks, &line, desk.now())));
    }
    let mut unsettled = Vec::new();
    let mut each = |_: &RequestKey, case: Request| {
        unsettled.extend(final_entry(desk, clocks, &case));
        entries.push(entry(desk, clocks, &case));
    };
    load_all(desk, &scanned.found(&unlogged), &mut each).await?;
    settle(desk, &unsettled).await?;
    let mut ordered: Vec<&Entry> = Vec::new();
    for entry in entries.iter().filter(|entry| (from..=to).contains(&entry.received.to_second())) {
        let place = |entry: &Entry| (entry.received, entry.id);
        let at = ordered.partition_point(|other| place(other) < place(entry));
        ordered.insert(at, entry);
    }
    Ok(ordered.into_iter().copied().collect())
}

/// A stored line, with when the request was due: those that write of an erasure have no clocks.
fn with_due_date(clocks: &Clocks, (entry, pauses): &Line, now: Timestamp) -> Entry {
    if entry.due.is_some() {
        return *entry;
    }
    let Some(rule) = leading(entry.regime, entry.kind.right()) else { return *entry };
    let clock = clocks.clock(rule, (entry.received, entry.extended), pauses);
    entry.with_due_date(&clock, now)
}

/// Reads a day of the query.
fn day(request: &HttpRequest, name: &'static str) -> Result<Option<Date>, Problem> {
    let wrong = |_| Problem::invalid_query(name, "not-a-date");
    request.query(name)?.map(|text| text.parse().map_err(wrong)).transpose()
}

/// The first and the last instant of some days.
fn span(zone: &Zone, from: Option<Date>, to: Option<Date>) -> (Timestamp, Timestamp) {
    let from = from.map_or(Timestamp::EPOCH, |day| zone.start_of(day));
    (from, zone.end_of(to.unwrap_or(Date::MAX)))
}

/// The log as JSON or CSV.
pub(crate) async fn export<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
) -> Result<Reply, Problem> {
    let clocks = desk.setup.clocks()?;
    let time = span(&clocks.zone, day(request, "from")?, day(request, "to")?);
    let offers = ["application/json", "text/csv"];
    let csv = match request.query("format")?.as_deref() {
        Some("csv") => true,
        Some("json") => false,
        Some(_) => return Err(Problem::invalid_query("format", "unknown-format")),
        None => negotiate::media_type(&request.headers, &offers) == Some("text/csv"),
    };
    let entries = entries(desk, clocks, time, "from").await?;
    if !csv {
        return Ok(Reply::json_text(StatusCode::OK, wire::log(&entries)).vary("Accept"));
    }
    let mut text = wire::COLUMNS.join(",");
    for entry in &entries {
        text.push_str("\r\n");
        text.push_str(&wire::cells(entry).map(|text| cell(&text)).join(","));
    }
    text.push_str("\r\n");
    Ok(Reply::with_body(StatusCode::OK, "text/csv; charset=utf-8; header=present", text)
        .download("data-requests.csv")
        .vary("Accept"))
}

/// Writes a cell of CSV (RFC 4180), such that no spreadsheet takes it for a formula.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if !text.contains(['"', ',', '\r', '\n']) {
        return text;
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        if character == '"' {
            quoted.push('"');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// Counts of a calendar year, in all and for each kind under each law.
pub(crate) async fn metrics<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
) -> Result<Reply, Problem> {
    let clocks = desk.setup.clocks()?;
    let wrong = || Problem::invalid_query("year", "not-a-year");
    let year = match request.query("year")? {
        Some(text) if text.len() == 4 => text.parse().map_err(|_| wrong())?,
        Some(_) => return Err(wrong()),
        None => clocks.zone.date(desk.now()).year(),
    };
    let day = |month, day| Date::new(year, month, day).map_err(|_| wrong());
    let time = span(&clocks.zone, Some(day(1, 1)?), Some(day(12, 31)?));
    let entries = entries(desk, clocks, time, "year").await?;
    let zone = &clocks.zone;
    let json = Json::object(|json| {
        json.number("year", year.into());
        json.nest("total", |json| wire::metrics(json, &Metrics::of(&entries, zone)));
        json.list("groups", |list| {
            for regime in Regime::ALL {
                for kind in RequestKind::ALL {
                    let own = |entry: &&Entry| entry.regime == regime && entry.kind == kind;
                    let metrics = Metrics::of(entries.iter().filter(own), zone);
                    if metrics.received > 0 {
                        list.nest("", |json| {
                            json.text("regime", regime.name());
                            json.text("kind", kind.name());
                            wire::metrics(json, &metrics);
                        });
                    }
                }
            }
        });
    });
    Ok(Reply::json_text(StatusCode::OK, json))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_cell_is_a_formula_or_breaks_its_line(text in "[-=+@\t\r\n\",a ]{0,8}") {
            let cell = cell(&text);
            let inner = cell.strip_prefix('"').and_then(|c| c.strip_suffix('"'));
            let shown = inner.map_or(cell.clone(), |inner| inner.replace("\"\"", "\""));
            prop_assert!(!shown.starts_with(['=', '+', '-', '@', '\t', '\r']));
            prop_assert_eq!(shown.strip_prefix('\'').unwrap_or(&shown), &*text);
            prop_assert!(inner.is_some() || !cell.contains(['"', ',', '\r', '\n']));
        }
    }
}
