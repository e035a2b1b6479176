//! The operators' API, which scans the store.

mod erasure;
mod order;
pub mod requests;
mod wire;

use desk_core::case::{
    AttachedFile, Case, CaseChange, CaseKey, CaseKind, CaseState, Message, SetState,
};
use desk_core::id::Id;
use desk_core::journal::{Aggregate, Place};
use desk_core::reference::Reference;
use futures_util::future::try_join_all;
use http::StatusCode;

use self::requests::ActKind;
pub use self::requests::MAX_OPENED as MAX_OPENED_REQUESTS;
use desk_app::Desk;
use desk_app::audit::{self, About, Action};
use desk_app::cases;
use desk_app::outbox::{self, MAILS, QueuedMail};
use desk_app::ports::{Outbound, Scan};
use desk_app::sender::Mail;
use desk_core::entity_tag::entity_tag;
use desk_web::fields::Fields;
use desk_web::filing::{idempotency_key, text_code};
use desk_web::headers;
use desk_web::operator;
use desk_web::problem::Problem;
use desk_web::reply::{After, Reply, ReplyWithOutgoing, Response};
use desk_web::request::Request;
use desk_web::respond::respond_json;
use desk_web::routes::{BODY_LIMIT, Route, Routes};
use http::header;

/// How many cases a page of the list has, unless the client wants fewer or more.
const PAGE: usize = 50;
/// The most that it may ask for.
const MAX_PAGE: usize = 200;
/// How many cases are opened for one page at the most; a filter that finds few goes on with the cursor.
const MAX_OPENED: usize = 1_000;
/// How many reads are in flight at once.
const IN_FLIGHT: usize = 50;

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The cases.
    Cases,
    /// One of them.
    Case,
    /// A file of it.
    CaseFile,
    /// The reply to it.
    Reply,
    /// Its state.
    State,
    /// The data request that it is turned into.
    Refer,
    /// The mails that wait.
    Outbox,
    /// One of them.
    Mail,
    /// The audit records.
    Audit,
    /// The queue of data requests.
    Queue,
    /// The log of data requests.
    Log,
    /// What is counted from it.
    Metrics,
    /// One data request.
    Request,
    /// A file of it.
    RequestFile,
    /// What an operator does with it.
    Act(ActKind),
    /// Its package is built.
    Pack,
    /// Its package is dropped.
    DropPackage,
    /// The complaint that it gives rise to.
    Complaint,
    /// What an erasure would do.
    ErasurePreview,
    /// The erasure.
    Erase,
    /// The act about it.
    ErasureAct,
    /// The export from the log of events about it.
    ErasureLog,
}

/// The routes of the function `console`.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::get("/console/api/cases", Endpoint::Cases),
    Route::get("/console/api/cases/:case", Endpoint::Case),
    Route::get("/console/api/cases/:case/attachments/:number", Endpoint::CaseFile),
    Route::post("/console/api/cases/:case/replies", BODY_LIMIT, Endpoint::Reply),
    Route::put("/console/api/cases/:case/state", BODY_LIMIT, Endpoint::State),
    Route::post("/console/api/cases/:case/request", BODY_LIMIT, Endpoint::Refer),
    Route::get("/console/api/outbox", Endpoint::Outbox),
    Route::get("/console/api/outbox/:mail", Endpoint::Mail),
    Route::get("/console/api/audit", Endpoint::Audit),
    Route::get("/console/api/requests", Endpoint::Queue),
    Route::get("/console/api/requests/log", Endpoint::Log),
    Route::get("/console/api/requests/metrics", Endpoint::Metrics),
    Route::get("/console/api/requests/:request", Endpoint::Request),
    Route::get("/console/api/requests/:request/attachments/:number", Endpoint::RequestFile),
    Route::post("/console/api/requests/:request/take", BODY_LIMIT, Endpoint::Act(ActKind::Take)),
    Route::post(
        "/console/api/requests/:request/messages",
        BODY_LIMIT,
        Endpoint::Act(ActKind::Write),
    ),
    Route::post(
        "/console/api/requests/:request/clarification",
        BODY_LIMIT,
        Endpoint::Act(ActKind::Ask),
    ),
    Route::post(
        "/console/api/requests/:request/extension",
        BODY_LIMIT,
        Endpoint::Act(ActKind::Extend),
    ),
    Route::post(
        "/console/api/requests/:request/answer",
        BODY_LIMIT,
        Endpoint::Act(ActKind::Answer),
    ),
    Route::post(
        "/console/api/requests/:request/refusal",
        BODY_LIMIT,
        Endpoint::Act(ActKind::Refuse),
    ),
    Route::post(
        "/console/api/requests/:request/identity",
        BODY_LIMIT,
        Endpoint::Act(ActKind::Identify),
    ),
    Route::post("/console/api/requests/:request/package", BODY_LIMIT, Endpoint::Pack),
    Route::delete("/console/api/requests/:request/package", BODY_LIMIT, Endpoint::DropPackage),
    Route::post("/console/api/requests/:request/complaint", BODY_LIMIT, Endpoint::Complaint),
    Route::get("/console/api/requests/:request/erasure", Endpoint::ErasurePreview),
    Route::post("/console/api/requests/:request/erasure", BODY_LIMIT, Endpoint::Erase),
    Route::get("/console/api/requests/:request/erasure/act", Endpoint::ErasureAct),
    Route::get("/console/api/requests/:request/erasure/log", Endpoint::ErasureLog),
]);

/// Answers a request to the function `console`.
pub async fn serve<S: Scan + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Response {
    let locale = request.locale(&desk.setup.profile);
    // Before anything else, so that whoever has no token learns nothing, not even which addresses there are.
    let outcome = match operator::authorise(desk.setup.operator.as_ref(), request) {
        Ok(()) => route(desk, request).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(ReplyWithOutgoing { reply, outgoing }) => {
            let mut response = reply.finish(request);
            response.after = outbox::after(desk, outgoing).map(After::new);
            response
        }
        Err(problem) => respond_json(&desk.setup.profile, request, locale, Err(problem)),
    }
}

async fn route<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    let (endpoint, parameters) = ROUTES.find(request)?;
    let name = parameters.first().copied().unwrap_or_default();
    let work = async || dispatch(desk, request, endpoint, &parameters).await;
    match order::turn_of(endpoint, name)? {
        Some(turn) => order::in_order(desk, request, turn, work).await,
        None => work().await,
    }
}

async fn dispatch<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    endpoint: Endpoint,
    parameters: &[&str],
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    let name = parameters.first().copied().unwrap_or_default();
    let number = || -> Result<usize, Problem> {
        parameters.get(1).and_then(|number| number.parse().ok()).ok_or(Problem::NotFound)
    };
    Ok(match endpoint {
        Endpoint::Cases => list(desk, request).await?.into(),
        Endpoint::Case => {
            let found = find(desk, name).await?;
            audit::record(desk, Action::CaseRead, found.key.id).await?;
            let case = found.load(desk).await?.ok_or(Problem::NotFound)?;
            case_reply(desk, &found.key, &case, StatusCode::OK).into()
        }
        Endpoint::CaseFile => {
            let number = number()?;
            let found = find(desk, name).await?;
            audit::record(desk, Action::FileRead, found.key.id).await?;
            let case = cases::load(desk, &found.key).await?.ok_or(Problem::NotFound)?;
            file(desk, &found.key, case.reference(), &case.opening.files, number).await?.into()
        }
        Endpoint::Reply => reply(desk, request, name).await?.into(),
        Endpoint::State => set_state(desk, request, name).await?.into(),
        Endpoint::Refer => requests::refer(desk, request, name).await?,
        Endpoint::Outbox => outbox_list(desk, request).await?.into(),
        Endpoint::Mail => {
            let id = name.parse().map_err(|_| Problem::NotFound)?;
            let key = outbox::mail_key(id)?;
            let mail = desk.read_sealed::<Mail>(&key).await?.ok_or(Problem::NotFound)?;
            audit::record_about(desk, Action::MailRead, About::Mail(id), None).await?;
            Reply::json_text(StatusCode::OK, wire::mail(id, &mail)).into()
        }
        Endpoint::Audit => audit_list(desk, request).await?.into(),
        Endpoint::Queue => requests::queue(desk, request).await?.into(),
        Endpoint::Log => requests::export_log(desk, request).await?.into(),
        Endpoint::Metrics => requests::metrics(desk, request).await?.into(),
        Endpoint::Request => requests::show(desk, request, name).await?.into(),
        Endpoint::RequestFile => requests::attachment(desk, name, number()?).await?.into(),
        Endpoint::Act(kind) => requests::act(desk, request, name, kind).await?,
        Endpoint::Pack => requests::pack(desk, request, name).await?,
        Endpoint::DropPackage => requests::drop_package(desk, request, name).await?.into(),
        Endpoint::Complaint => requests::complain(desk, request, name).await?,
        Endpoint::ErasurePreview => erasure::preview(desk, name).await?.into(),
        Endpoint::Erase => erasure::order(desk, request, name).await?,
        Endpoint::ErasureAct => erasure::act(desk, request, name).await?.into(),
        Endpoint::ErasureLog => erasure::log(desk, request, name).await?.into(),
    })
}

/// A case as the scan found it: its key, and the ids of all its events.
struct FoundCase<K> {
    key: K,
    events: Vec<Id>,
}

/// Finds a case by its id or its reference.
async fn find<S: Scan>(desk: &Desk<'_, S>, name: &str) -> Result<FoundCase<CaseKey>, Problem> {
    let id = name.parse::<Id>().ok();
    let reference = name.parse::<Reference>().ok();
    if id.is_none() && reference.is_none() {
        return Err(Problem::NotFound);
    }
    let keys = desk.keys("").await?;
    let key = keys
        .iter()
        .filter_map(|key| CaseKey::from_opening(key))
        .find(|key| Some(key.id) == id || Some(Reference::from(key.id)) == reference)
        .ok_or(Problem::NotFound)?;
    let events = cases::events_of(&keys, &key.events_prefix());
    Ok(FoundCase { key, events })
}

impl<K: Place> FoundCase<K> {
    /// Loads the case, and repairs its head where an event is missing from it; `None` if it has expired.
    async fn load<S: Scan>(&self, desk: &Desk<'_, S>) -> Result<Option<K::Case>, Problem> {
        let loaded = cases::load_repaired(desk, &self.key, &self.events).await?;
        Ok(loaded.map(|(case, _)| case))
    }
}

/// The tag of a case as an operator edits it: it changes with every event.
fn tag<C: Aggregate>(id: Id, case: &C) -> String {
    let events = case.journal().events().iter();
    let ids: Vec<u8> = events.flat_map(|event| event.id.to_bytes()).collect();
    entity_tag(&[id.to_bytes().as_slice(), &ids].concat())
}

fn case_reply<S>(desk: &Desk<'_, S>, key: &CaseKey, case: &Case, status: StatusCode) -> Reply {
    Reply::json_text(status, wire::case(desk.setup, key, case)).etag(tag(key.id, case))
}

/// Holds a change to the state that it was decided on (RFC 9110 section 13.1.1).
fn precondition(request: &Request, tag: &str, required: bool) -> Result<(), Problem> {
    if !request.headers.contains_key(header::IF_MATCH) {
        return if required { Err(Problem::PreconditionRequired) } else { Ok(()) };
    }
    // By strong comparison: a weak tag names what is good enough to read, and never what is changed.
    let tag = format!("\"{tag}\"");
    let names =
        |value: &str| value.split(',').map(str::trim).any(|sent| sent == "*" || sent == tag);
    if headers::all(&request.headers, header::IF_MATCH).any(names) {
        Ok(())
    } else {
        Err(Problem::PreconditionFailed)
    }
}

/// What a list is narrowed to.
struct CaseFilter {
    kind: Option<CaseKind>,
    state: Option<CaseState>,
    quarantined: Option<bool>,
    before: Option<Id>,
    limit: usize,
}

impl CaseFilter {
    fn read(request: &Request) -> Result<Self, Problem> {
        let named = |name: &'static str, code: &'static str| -> Result<_, Problem> {
            Ok(request.query(name)?.map(|value| (value, Problem::invalid_query(name, code))))
        };
        let kind = match named("kind", "unknown-kind")? {
            Some((value, wrong)) => Some(CaseKind::from_name(&value).ok_or(wrong)?),
            None => None,
        };
        let state = match named("state", "unknown-state")? {
            Some((value, wrong)) => Some(CaseState::from_name(&value).ok_or(wrong)?),
            None => None,
        };
        let quarantined = match named("quarantined", "not-true-or-false")? {
            Some((value, wrong)) => Some(value.parse().map_err(|_| wrong)?),
            None => None,
        };
        let (before, limit) = page(request)?;
        Ok(Self { kind, state, quarantined, before, limit })
    }

    fn fits(&self, case: &Case) -> bool {
        let quarantined = !case.opening.suspicions.is_empty();
        self.kind.is_none_or(|kind| kind == case.opening.kind)
            && self.state.is_none_or(|state| state == case.state)
            && self.quarantined.is_none_or(|wanted| wanted == quarantined)
    }
}

/// Reads where a page begins and how long it may be.
fn page(request: &Request) -> Result<(Option<Id>, usize), Problem> {
    let before = match request.query("cursor")? {
        Some(text) => Some(text.parse().map_err(|_| Problem::invalid_query("cursor", "cursor"))?),
        None => None,
    };
    Ok((before, page_limit(request)?))
}

fn page_limit(request: &Request) -> Result<usize, Problem> {
    let Some(text) = request.query("limit")? else { return Ok(PAGE) };
    let limit = text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.ok_or_else(|| Problem::invalid_query("limit", "not-a-number"))
}

/// The list, newest first. It shows no personal data, and so leaves no audit record.
async fn list<S: Scan>(desk: &Desk<'_, S>, request: &Request) -> Result<Reply, Problem> {
    let filter = CaseFilter::read(request)?;
    let keys = desk.keys(&format!("{}:", CaseKey::AREA)).await?;
    let mut keys: Vec<CaseKey> = keys.iter().filter_map(|key| CaseKey::from_opening(key)).collect();
    keys.retain(|key| filter.before.is_none_or(|before| key.id < before));
    keys.sort_unstable_by_key(|key| std::cmp::Reverse(key.id));
    let mut listed: Vec<(CaseKey, Case)> = Vec::new();
    let mut last = None;
    let mut opened = 0;
    'pages: for chunk in keys.chunks(IN_FLIGHT) {
        let loaded = try_join_all(chunk.iter().map(|key| cases::load(desk, key))).await?;
        for (key, case) in chunk.iter().zip(loaded) {
            last = Some(key.id);
            opened += 1;
            if let Some(case) = case.filter(|case| filter.fits(case)) {
                listed.push((*key, case));
            }
            if listed.len() == filter.limit || opened == MAX_OPENED {
                break 'pages;
            }
        }
    }
    let next = last.filter(|_| opened < keys.len());
    Ok(Reply::json_text(StatusCode::OK, wire::list(desk.setup, &listed, next)))
}

/// An attached file, to be saved and not shown.
async fn file<S: Scan>(
    desk: &Desk<'_, S>,
    key: &impl Place,
    reference: Reference,
    files: &[AttachedFile],
    number: usize,
) -> Result<Reply, Problem> {
    let (file, bytes) = cases::read_file(desk, key, files, number).await?;
    Ok(Reply::attached_file(reference, number, file.kind, bytes))
}

async fn reply<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    name: &str,
) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let text = fields.parse("text", |text| Message::new(text).map_err(text_code));
    fields.require("text", &text);
    fields.finish().map_err(Problem::InvalidFields)?;
    let Some(text) = text else {
        return Err(Problem::Internal("a required text is missing".into()));
    };
    let once = idempotency_key(request)?;
    let found = find(desk, name).await?;
    let case = found.load(desk).await?.ok_or(Problem::NotFound)?;
    let id = cases::event_id(desk, &found.key, "operator", once.as_deref());
    if let Some(earlier) = case.head.events().iter().find(|event| event.id.unique() == id.unique())
    {
        let same = matches!(&earlier.change, CaseChange::OperatorReplied { text: first } if *first == text);
        return if same {
            // Nothing is replied once more, but the answer shows the case.
            audit::record(desk, Action::CaseRead, found.key.id).await?;
            Ok(case_reply(desk, &found.key, &case, StatusCode::CREATED))
        } else {
            Err(Problem::AlreadySent(None))
        };
    }
    precondition(request, &tag(found.key.id, &case), false)?;
    let change = CaseChange::OperatorReplied { text };
    case.decide(&change)?;
    audit::record(desk, Action::CaseReplied, found.key.id).await?;
    let case = cases::append(desk, &found.key, case, change, id).await?;
    Ok(case_reply(desk, &found.key, &case, StatusCode::CREATED))
}

async fn set_state<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    name: &str,
) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let state = fields.parse("state", |name| match CaseState::from_name(name) {
        Some(CaseState::InProgress) => Ok(SetState::InProgress),
        Some(CaseState::Closed) => Ok(SetState::Closed),
        // The others follow from what happens: a reply answers, the person withdraws.
        _ => Err("unknown-state"),
    });
    fields.require("state", &state);
    fields.finish().map_err(Problem::InvalidFields)?;
    let Some(state) = state else {
        return Err(Problem::Internal("a required state is missing".into()));
    };
    let found = find(desk, name).await?;
    let case = found.load(desk).await?.ok_or(Problem::NotFound)?;
    precondition(request, &tag(found.key.id, &case), true)?;
    let change = CaseChange::StateSet { state };
    case.decide(&change)?;
    audit::record(desk, Action::StateSet, found.key.id).await?;
    let case = cases::append(desk, &found.key, case, change, desk.moment.id()).await?;
    Ok(case_reply(desk, &found.key, &case, StatusCode::OK))
}

/// The ids of an area of the store, newest first: those of one page, and where the next one begins.
async fn newest<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    prefix: &str,
) -> Result<(Vec<Id>, Option<Id>), Problem> {
    let (before, limit) = page(request)?;
    let keys = desk.keys(prefix).await?;
    let mut ids: Vec<Id> =
        keys.iter().filter_map(|k| k.strip_prefix(prefix)?.parse().ok()).collect();
    ids.retain(|id| before.is_none_or(|before| *id < before));
    ids.sort_unstable_by(|a, b| b.cmp(a));
    let next = ids.get(limit - 1).filter(|_| ids.len() > limit).copied();
    ids.truncate(limit);
    Ok((ids, next))
}

/// The mails that wait, newest first. It shows no personal data, and so leaves no audit record.
async fn outbox_list<S: Scan>(desk: &Desk<'_, S>, request: &Request) -> Result<Reply, Problem> {
    let (ids, next) = newest(desk, request, MAILS).await?;
    let mut waiting = Vec::new();
    for chunk in ids.chunks(IN_FLIGHT) {
        let tries = try_join_all(chunk.iter().map(|id| outbox::tries(desk, *id))).await?;
        waiting.extend(chunk.iter().copied().zip(tries));
    }
    let base = &desk.setup.profile.base_url;
    Ok(Reply::json_text(StatusCode::OK, wire::outbox(base, &waiting, next)))
}

/// The audit records, newest first.
async fn audit_list<S: Scan>(desk: &Desk<'_, S>, request: &Request) -> Result<Reply, Problem> {
    let (ids, next) = newest(desk, request, audit::PREFIX).await?;
    let mut records = Vec::new();
    for chunk in ids.chunks(IN_FLIGHT) {
        let loaded = try_join_all(chunk.iter().map(|id| async move {
            let key = audit::key(*id)?;
            desk.read_sealed::<audit::Record>(&key).await
        }));
        records.extend(loaded.await?.into_iter().flatten());
    }
    Ok(Reply::json_text(StatusCode::OK, wire::audit(&records, next)))
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>);
