//! The queue: open requests, those that are due first before the others.

use desk_core::clock::due::Left;
use desk_core::id::Id;
use desk_core::keys::Subject;
use desk_core::lang::Lang;
use desk_core::reference::{Reference, Series};
use desk_core::request::{Behalf, Request, RequestDoor, RequestKey, RequestKind, STATES};
use desk_core::time::{Date, Timestamp};
use http::StatusCode;

use super::{MAX_LINKED, MAX_OPENED, RequestKeys, leading_clock, load_all, log, page_limit, wire};
use desk_app::Desk;
use desk_app::clocks::Clocks;
use desk_app::ports::Scan;
use desk_core::clock::regime::Regime;
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use desk_web::request::Request as HttpRequest;

/// When a request is due.
pub(super) struct DueOn {
    pub(super) day: Date,
    pub(super) at: Timestamp,
    pub(super) provisional: bool,
    pub(super) resting: bool,
    pub(super) left: Left,
    pub(super) overdue: bool,
}

/// What the queue says of a request: nothing that the person wrote, and nothing that names them.
pub(super) struct Row {
    pub(super) id: Id,
    /// Whose it is, under the current root: two requests of one person may have been stored under two.
    who: Subject,
    pub(super) kind: RequestKind,
    pub(super) regime: Regime,
    pub(super) state: &'static str,
    pub(super) is_open: bool,
    pub(super) received: Timestamp,
    pub(super) due: Option<DueOn>,
    pub(super) extended: bool,
    pub(super) door: RequestDoor,
    pub(super) behalf: Behalf,
    pub(super) files: usize,
    pub(super) lang: Lang,
    /// When it was proven who asks.
    proven: Option<Timestamp>,
}

impl Row {
    pub(super) fn new<S>(
        desk: &Desk<'_, S>,
        clocks: &Clocks,
        key: &RequestKey,
        case: &Request,
    ) -> Self {
        let opening = &case.opening;
        let state = case.state(desk.now());
        // What has ended is as late, or as early, as it was then.
        let as_of = state.ended().unwrap_or(desk.now());
        let pauses = case.pauses(desk.now());
        let due = leading_clock(clocks, case, &pauses).map(|clock| {
            let due = clock.due();
            DueOn {
                day: due.last_day,
                at: due.at,
                provisional: due.provisional,
                resting: due.is_resting(),
                left: clock.left(&due, as_of),
                overdue: due.is_overdue(as_of),
            }
        });
        Self {
            id: key.id,
            who: desk.setup.keys.subject(&opening.email),
            kind: opening.kind,
            regime: opening.regime,
            state: state.name(),
            is_open: state.ended().is_none(),
            received: case.received(),
            due,
            extended: case.extension.is_some(),
            door: opening.door,
            behalf: opening.behalf,
            files: opening.files.len(),
            lang: opening.lang,
            proven: case.identified.map(|(at, _)| at),
        }
    }

    /// Its place in the queue. What no law gives a date comes last.
    fn place(&self) -> (i64, Id) {
        (self.due.as_ref().map_or(i64::MAX, |due| due.at.seconds()), self.id)
    }

    fn is_duplicate(&self, other: &Self) -> bool {
        let open = self.is_open && other.is_open;
        open && self.who == other.who && self.kind == other.kind
    }

    /// The other open requests of the same person for the same, by their references.
    pub(super) fn duplicates(&self, all: &[Self]) -> Vec<Reference> {
        let others = all.iter().filter(|row| row.id != self.id && self.is_duplicate(row));
        others.map(|row| Reference::new(Series::Requests, row.id)).collect()
    }

    /// Whether it leads its duplicates: the first whose identity was proven does, and while none is, the first that came.
    pub(super) fn leads(&self, all: &[Self]) -> bool {
        let rank = |row: &Self| (row.proven.is_none(), row.proven.unwrap_or(row.received), row.id);
        let before = |row: &Self| self.is_duplicate(row) && rank(row) < rank(self);
        self.is_open && !all.iter().any(before)
    }
}

/// The row of a request, and those of the requests that may be its duplicates.
pub(super) async fn linked<S: Scan>(
    desk: &Desk<'_, S>,
    clocks: &Clocks,
    scanned: &RequestKeys,
    case: &Request,
    own: Row,
) -> Result<Vec<Row>, Problem> {
    let subjects: Vec<Subject> = desk.setup.keys.subjects(&case.opening.email).collect();
    let logged = scanned.logged();
    let mut others = scanned.requests();
    others.retain(|key| {
        key.id != own.id
            && subjects.contains(&key.subject)
            && logged.binary_search(&key.id).is_err()
    });
    others.truncate(MAX_LINKED);
    let mut rows = vec![own];
    let mut each = |key: &RequestKey, case: Request| rows.push(Row::new(desk, clocks, key, &case));
    load_all(desk, &scanned.found(&others), &mut each).await?;
    Ok(rows)
}

/// What the queue is narrowed to, and where the page begins.
struct QueueFilter {
    kind: Option<RequestKind>,
    state: Option<&'static str>,
    all: bool,
    after: Option<(i64, Id)>,
    limit: usize,
}

impl QueueFilter {
    fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let named = |name: &'static str, code: &'static str| -> Result<_, Problem> {
            Ok(request.query(name)?.map(|value| (value, Problem::invalid_query(name, code))))
        };
        let kind = match named("kind", "unknown-right")? {
            Some((value, wrong)) => Some(RequestKind::from_name(&value).ok_or(wrong)?),
            None => None,
        };
        let state = match named("state", "unknown-state")? {
            Some((value, wrong)) => {
                Some(STATES.into_iter().find(|state| *state == value).ok_or(wrong)?)
            }
            None => None,
        };
        let all = match named("all", "not-true-or-false")? {
            Some((value, wrong)) => value.parse().map_err(|_| wrong)?,
            // Whoever asks for a state in which requests have ended wants those.
            None => matches!(state, Some("answered" | "refused" | "withdrawn" | "expired")),
        };
        let after = match named("cursor", "cursor")? {
            Some((value, wrong)) => Some(place(&value).ok_or(wrong)?),
            None => None,
        };
        Ok(Self { kind, state, all, after, limit: page_limit(request)? })
    }

    fn fits(&self, row: &Row) -> bool {
        self.kind.is_none_or(|kind| kind == row.kind)
            && self.state.is_none_or(|state| state == row.state)
            && (self.all || row.is_open)
            && self.after.is_none_or(|after| row.place() > after)
    }
}

/// Reads a cursor: the place of the last request of a page.
fn place(cursor: &str) -> Option<(i64, Id)> {
    let (seconds, id) = cursor.split_once('-')?;
    Some((seconds.parse().ok()?, id.parse().ok()?))
}

/// The queue. It shows no personal data, and so leaves no audit record.
///
/// It must be whole to be in order, so every open request is opened for each page. Those that have ended are known by
/// their keys, and only opened where they are asked for. Where there are more than [`MAX_OPENED`] the answer says that it
/// is not complete: it then has the oldest of the open ones, or the latest of all.
pub(crate) async fn queue<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
) -> Result<Reply, Problem> {
    let filter = QueueFilter::read(request)?;
    let clocks = desk.setup.clocks()?;
    let scanned = RequestKeys::read(desk).await?;
    let logged = scanned.logged();
    let mut keys = scanned.requests();
    if filter.all {
        keys.reverse();
    } else {
        keys.retain(|key| logged.binary_search(&key.id).is_err());
    }
    let complete = keys.len() <= MAX_OPENED;
    keys.truncate(MAX_OPENED);
    let mut settled = Vec::new();
    let mut rows = Vec::new();
    let mut each = |key: &RequestKey, case: Request| {
        if logged.binary_search(&key.id).is_err() {
            settled.extend(log::final_entry(desk, clocks, &case));
        }
        rows.push(Row::new(desk, clocks, key, &case));
    };
    load_all(desk, &scanned.found(&keys), &mut each).await?;
    log::settle(desk, &settled).await?;
    let mut listed: Vec<&Row> = Vec::new();
    for row in rows.iter().filter(|row| filter.fits(row)) {
        let at = listed.partition_point(|other| other.place() < row.place());
        listed.insert(at, row);
    }
    let more = listed.len() > filter.limit;
    listed.truncate(filter.limit);
    let next = listed.last().filter(|_| more).map(|row| row.place());
    let json = wire::queue(&desk.setup.profile.base_url, &listed, &rows, complete, next);
    Ok(Reply::json_text(StatusCode::OK, json))
}
