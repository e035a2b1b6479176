//! The operators' side of erasures: what would go, the order, and the records of what went: the act and the export from the
//! log of events.

use desk_core::case::Message;
use desk_core::erasure::DestructionAct;
use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::reference::{Reference, Series};
use desk_core::request::RequestKey;
use desk_core::text::Text;
use http::StatusCode;

use desk_app::Desk;
use desk_app::audit::{self, About, Action};
use desk_app::cases;
use desk_app::erasure::{self, Order, acts};
use desk_app::outbox::QueuedMail;
use desk_app::ports::Scan;
use desk_core::journal::Place;
use desk_documents::destruction;
use desk_web::assets;
use desk_web::fields::Fields;
use desk_web::filing::{optional, text_code};
use desk_web::headers;
use desk_web::negotiate;
use desk_web::problem::Problem;
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::Request;
use http::header;

/// Where a request lies, or lay.
struct FoundRequest {
    id: Id,
    /// `None` once it is erased.
    key: Option<RequestKey>,
    /// All keys of the store.
    keys: Vec<String>,
}

/// Finds a request, or the act about it, by its id or its reference.
async fn find<S: Scan>(desk: &Desk<'_, S>, name: &str) -> Result<FoundRequest, Problem> {
    let id = name.parse::<Id>().ok();
    let reference = name.parse::<Reference>().ok();
    if id.is_none() && reference.is_none() {
        return Err(Problem::NotFound);
    }
    let named = |of: Id| Some(of) == id || Some(Reference::new(Series::Requests, of)) == reference;
    let mut keys = desk.keys("").await?;
    keys.sort_unstable();
    let openings = keys.iter().filter_map(|key| RequestKey::from_opening(key));
    let key = openings.into_iter().find(|key| named(key.id));
    let act = |key: &String| {
        key.strip_prefix(DestructionAct::AREA)?.strip_prefix(':')?.parse::<Id>().ok()
    };
    let begun = keys.iter().filter_map(act).find(|id| named(*id));
    let id = key.map(|key| key.id).or(begun).ok_or(Problem::NotFound)?;
    let key = match key {
        // The last that an erasure destroys: it may have broken off between overwriting and deleting it.
        Some(key) if begun.is_some() && cases::load_opening(desk, &key).await?.is_none() => {
            desk.destroy(&key.opening()).await?;
            None
        }
        key => key,
    };
    Ok(FoundRequest { id, key, keys })
}

/// What would go, and what would stay; the act, once all is gone.
pub(super) async fn preview<S: Scan>(desk: &Desk<'_, S>, name: &str) -> Result<Reply, Problem> {
    let found = find(desk, name).await?;
    read(desk, found.id).await?;
    let Some(key) = found.key else { return document(desk, found.id, true).await };
    let preview = erasure::preview(desk, &found.keys, &key).await?;
    let json = acts::plan(desk.setup, &preview, desk.now());
    Ok(Reply::json_text(StatusCode::OK, json).etag(preview.tag()))
}

/// Carries it out.
pub(super) async fn order<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    let mut fields = Fields::read(request)?;
    let executor = fields.parse("executor", |text| Text::new(text).map_err(text_code));
    fields.require("executor", &executor);
    let reason = optional::<500>(&mut fields, "reason");
    let text: Option<Message> = optional(&mut fields, "text");
    fields.finish().map_err(Problem::InvalidFields)?;
    let Some(executor) = executor else {
        return Err(Problem::Internal("a required name is missing".into()));
    };
    let found = find(desk, name).await?;
    let Some(key) = found.key else {
        read(desk, found.id).await?;
        return Ok(document(desk, found.id, true).await?.into());
    };
    let order = Order { executor, reason, text };
    let matches = |tag: &str| holds(request, tag);
    let (act, posted) = erasure::erase(desk, &found.keys, &key, order, matches).await?;
    let executor = acts::executor(desk, &act).await?;
    let json = acts::document(desk.setup, &act, executor.as_ref(), true);
    Ok(ReplyWithOutgoing { reply: Reply::json_text(StatusCode::OK, json), outgoing: Some(posted) })
}

/// The act, to be filed.
pub(super) async fn act<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    name: &str,
) -> Result<Reply, Problem> {
    let page = match request.query("format")?.as_deref() {
        Some("html") => true,
        Some("json") => false,
        Some(_) => return Err(Problem::invalid_query("format", "unknown-format")),
        None => negotiate::reads_html(&request.headers),
    };
    let found = find(desk, name).await?;
    read(desk, found.id).await?;
    let reply = if page {
        let act = acts::find(desk, found.id).await?.ok_or(Problem::NotFound)?;
        let executor = acts::executor(desk, &act).await?;
        let (lang, zone) = (request.locale(&desk.setup.profile).lang, desk.setup.zone()?);
        let stylesheet = &assets::STYLESHEET_PATH;
        let page = destruction::act_page(&act, executor.as_ref(), lang, &zone, stylesheet);
        Reply::page(StatusCode::OK, lang, page)
    } else {
        // The opening goes last: as long as it is there, something may be.
        document(desk, found.id, found.key.is_none()).await?
    };
    Ok(reply.vary("Accept, Accept-Language"))
}

/// The export from the log of events.
pub(super) async fn log<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    name: &str,
) -> Result<Reply, Problem> {
    let offers = ["application/json", "text/csv"];
    let csv = match request.query("format")?.as_deref() {
        Some("csv") => true,
        Some("json") => false,
        Some(_) => return Err(Problem::invalid_query("format", "unknown-format")),
        None => negotiate::media_type(&request.headers, &offers) == Some("text/csv"),
    };
    let found = find(desk, name).await?;
    read(desk, found.id).await?;
    let act = acts::find(desk, found.id).await?.ok_or(Problem::NotFound)?;
    let executor = acts::executor(desk, &act).await?;
    let lang = request.locale(&desk.setup.profile).lang;
    let reply = if csv {
        let name = format!("{}.csv", act.reference());
        let csv = destruction::log_csv(&act, executor.as_ref(), lang);
        Reply::with_body(StatusCode::OK, "text/csv; charset=utf-8; header=present", csv)
            .download(&name)
    } else {
        Reply::json_text(StatusCode::OK, destruction::log_json(&act, executor.as_ref(), lang))
    };
    Ok(reply.lang(lang).vary("Accept, Accept-Language"))
}

/// The act as JSON.
async fn document<S: Scan>(desk: &Desk<'_, S>, id: Id, verified: bool) -> Result<Reply, Problem> {
    let act = acts::find(desk, id).await?.ok_or(Problem::NotFound)?;
    let executor = acts::executor(desk, &act).await?;
    let json = acts::document(desk.setup, &act, executor.as_ref(), verified);
    Ok(Reply::json_text(StatusCode::OK, json))
}

async fn read<S: Scan>(desk: &Desk<'_, S>, id: Id) -> Result<(), Fault> {
    audit::record_about(desk, Action::ErasureRead, About::Request(id), None).await
}

/// Holds an order to the preview that it was decided on (RFC 9110 section 13.1.1). A star names no preview.
fn holds(request: &Request, tag: &str) -> Result<(), Fault> {
    if !request.headers.contains_key(header::IF_MATCH) {
        return Err(Fault::PreconditionRequired);
    }
    let tag = format!("\"{tag}\"");
    let names = |value: &str| value.split(',').map(str::trim).any(|sent| sent == tag);
    if headers::all(&request.headers, header::IF_MATCH).any(names) {
        Ok(())
    } else {
        Err(Fault::PreconditionFailed)
    }
}
