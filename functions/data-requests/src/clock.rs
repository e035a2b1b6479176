//! The clock of a request, as everybody sees it: the person, the operator, the exports.

use desk_core::clock::due::{Clock, Due, Pause};
use desk_core::clock::regime::{self, Rule};
use desk_core::lang::Lang;
use desk_core::request::Request;
use desk_core::time::Timestamp;

use desk_app::Setup;
use desk_core::json::Json;
use desk_documents::due;
use desk_web::problem::Problem;

/// The clock that a request is kept by: that of the answer. Every regime has one for each right that can be asked for.
///
/// # Errors
/// A problem if a variable of the clocks does not parse.
pub(crate) fn due(
    setup: &Setup,
    request: &Request,
    now: Timestamp,
) -> Result<Option<Due>, Problem> {
    with(setup, request, now, |clock| clock.due())
}

/// Does something with the leading clock of a request.
///
/// # Errors
/// As for [`fn@due`].
pub(crate) fn with<T>(
    setup: &Setup,
    request: &Request,
    now: Timestamp,
    work: impl FnOnce(&Clock<'_>) -> T,
) -> Result<Option<T>, Problem> {
    let opening = &request.opening;
    let Some(rule) = regime::leading(opening.regime, opening.kind.right()) else { return Ok(None) };
    by_rule(setup, request, rule, now, work).map(Some)
}

/// Does something with one of the clocks of a request.
///
/// # Errors
/// As for [`fn@due`].
pub(crate) fn by_rule<T>(
    setup: &Setup,
    request: &Request,
    rule: &'static Rule,
    now: Timestamp,
    work: impl FnOnce(&Clock<'_>) -> T,
) -> Result<T, Problem> {
    let clocks = setup.clocks()?;
    let pauses: Vec<Pause> = request.pauses(now);
    let facts = (request.received(), request.extension.is_some());
    Ok(work(&clocks.clock(rule, facts, &pauses)))
}

/// Writes when a request is due, with every step of how that was counted; nothing if the clocks are configured wrongly.
pub(crate) fn write(json: &mut Json, setup: &Setup, request: &Request, lang: Lang, now: Timestamp) {
    let write = |clock: &Clock<'_>| {
        let due = clock.due();
        json.nest("due", |json| {
            due::write(json, clock, &due, lang);
            due::write_left(json, &due, clock.left(&due, now), now);
        });
    };
    // Where it fails, it failed before for whoever asked.
    let _ = with(setup, request, now, write);
}
