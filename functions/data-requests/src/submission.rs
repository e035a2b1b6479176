//! A new request: from the fields that were sent to the link that is given out.

use desk_app::data_request::{FileRequest, RequestOutcome, file_request};
use desk_app::idempotency::Ticket;
use desk_app::outbox::QueuedMail;
use desk_app::paths::pending_path;
use desk_app::ports::Store;
use desk_app::{Desk, Setup};
use desk_core::clock::regime::Regime;
use desk_core::id::Id;
use desk_core::keys::Purpose;
use desk_core::lang::Lang;
use desk_core::request::{Behalf, RequestDoor, RequestKey, RequestKind, RequestOpening};
use desk_web::fields::{Encoding, Fields};
use desk_web::filing::{address, files, idempotency_key, optional, optional_line};
use desk_web::form::Trouble;
use desk_web::problem::{FieldError, Problem, RateLimit};
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::{Locale, Request};
use desk_web::respond::Refusal;
use http::{StatusCode, header};

use super::{pages, secret, wants_page, wire};

/// What is wrong with the configuration is told before anybody fills in a form.
fn ready<S>(desk: &Desk<'_, S>) -> Result<(), Problem> {
    desk.setup.request_limits()?;
    desk.request_kept_until()?;
    desk.setup.regime()?;
    Ok(())
}

/// Shows the form of a door.
pub(super) fn show<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    door: RequestDoor,
) -> Result<Reply, Problem> {
    ready(desk)?;
    let token = desk.setup.keys.mint(Purpose::RequestForm, desk.moment.id().to_bytes());
    let kept = pages::FormValues::default();
    let view = pages::FormView { door, token, kept: &kept, trouble: Trouble::None };
    let page = pages::form(desk.setup, request, locale, &view)?;
    Ok(Reply::page(StatusCode::OK, locale.lang, page).vary("Accept-Language"))
}

/// Takes what was sent through a door.
pub(super) async fn submit<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    door: RequestDoor,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Refusal> {
    ready(desk)?;
    let mut fields = Fields::read(request)?;
    let encoding = fields.encoding;
    let page = wants_page(request, encoding);
    let token = if encoding == Encoding::Form { fields.text("token") } else { None };
    // Kept before parsing: a form that comes back with errors shows what was written, however wrong.
    let kept = pages::FormValues::of(&fields);
    let again = |token: String, trouble: Trouble<'_>| -> Result<Reply, Problem> {
        let view = pages::FormView { door, token, kept: &kept, trouble };
        let markup = pages::form(desk.setup, request, locale, &view)?;
        let reply = Reply::page(trouble.status(), locale.lang, markup).vary("Accept-Language");
        Ok(trouble.headers(reply))
    };
    let fresh = || {
        let id = Id::new(desk.now(), desk.moment.draw());
        desk.setup.keys.mint(Purpose::RequestForm, id.to_bytes())
    };
    let once = idempotency_key(request)?;
    let ticket = match encoding {
        Encoding::Json => Ticket::of_program(desk, b"POST /requests", once.as_deref())?,
        Encoding::Form => {
            let form = token.as_deref();
            match form.and_then(|token| Ticket::of_form(desk, Purpose::RequestForm, token)) {
                Some(ticket) => ticket,
                None if page => return Ok(again(fresh(), Trouble::Expired)?.into()),
                None => return Err(Problem::FormExpired.into()),
            }
        }
    };
    let is_form = ticket.is_form();
    let client = request.client_address(&desk.setup.client_address);
    let input = match parse(desk, fields, locale.lang, (ticket, client, door)) {
        Ok(input) => input,
        Err(errors) if page => {
            return Ok(again(token.unwrap_or_else(fresh), Trouble::Fields(&errors))?.into());
        }
        Err(errors) => return Err(Problem::InvalidFields(errors).into()),
    };
    let problem = match file_request(desk, input).await {
        Ok(RequestOutcome::Filed { key, opening, brake, mail }) => {
            let reply = filed(desk.setup, locale, page, (&key, &opening));
            let reply = RateLimit::from(brake.verdict()).apply(secret(reply));
            return Ok(ReplyWithOutgoing { reply, outgoing: mail });
        }
        Ok(RequestOutcome::UsedForAnother(key)) => {
            let link = || locale.href(&pending_path(desk.setup, &key)).into_owned();
            Problem::AlreadySent(is_form.then(link))
        }
        Ok(RequestOutcome::Erased) if page => return Ok(again(fresh(), Trouble::Expired)?.into()),
        Ok(RequestOutcome::Erased) if is_form => Problem::FormExpired,
        Ok(RequestOutcome::Erased) => Problem::AlreadySent(None),
        Err(fault) => fault.into(),
    };
    // What a person wrote is not thrown away because of what is not their fault.
    let form = match (token, Trouble::of(&problem)) {
        (Some(token), Some(trouble)) if page => Some(again(token, trouble)?),
        _ => None,
    };
    Err(Refusal { problem, form })
}

/// Leads to where identity is proven.
fn filed(
    setup: &Setup,
    locale: Locale,
    page: bool,
    (key, opening): (&RequestKey, &RequestOpening),
) -> Reply {
    let path = pending_path(setup, key);
    if page {
        return Reply::see_other(&locale.href(&path));
    }
    let json = wire::ticket(setup, key, opening, &path);
    Reply::json_text(StatusCode::CREATED, json).header(header::LOCATION, path).lang(locale.lang)
}

/// Parses what was sent, and finds all that is wrong with it.
fn parse<'a, S>(
    desk: &Desk<'_, S>,
    mut fields: Fields,
    page_lang: Lang,
    (ticket, client, door): (Ticket, Option<&'a str>, RequestDoor),
) -> Result<FileRequest<'a>, Vec<FieldError>> {
    let kind = match door {
        RequestDoor::DeleteAccount | RequestDoor::DeleteData => Some(RequestKind::Erasure),
        RequestDoor::Form | RequestDoor::Api | RequestDoor::Feedback(_) => {
            let kind =
                fields.parse("kind", |name| RequestKind::from_name(name).ok_or("unknown-right"));
            fields.require("kind", &kind);
            kind
        }
    };
    let email = address(&mut fields);
    fields.require("email", &email);
    let name = optional_line(&mut fields, "name");
    let details = optional(&mut fields, "details");
    // A correction or an objection that says nothing cannot be carried out.
    if matches!(kind, Some(RequestKind::Rectification | RequestKind::Objection)) {
        fields.require("details", &details);
    }
    let behalf = fields.parse("behalf", |name| Behalf::from_name(name).ok_or("unknown-behalf"));
    let behalf = behalf.unwrap_or(Behalf::Own);
    let pointer = if fields.encoding == Encoding::Json { "attachments" } else { "file" };
    let files = files(&mut fields);
    if behalf == Behalf::Represented && files.is_empty() {
        fields.require::<()>(pointer, &None);
    }
    let regime = fields.parse("regime", |name| Regime::from_name(name).ok_or("unknown-regime"));
    let lang = fields.parse("language", |tag| Lang::lookup(tag).ok_or("unknown-language"));
    let asserts = fields.encoding == Encoding::Json
        && fields.parse("proof", |by| match by {
            "mail" => Ok(false),
            "assertion" => Ok(true),
            _ => Err("unknown-proof"),
        }) == Some(true);
    let fields_are_json = fields.encoding == Encoding::Json;
    fields.finish()?;
    // `finish` has reported what is missing, so this never falls through.
    let (Some(kind), Some(email)) = (kind, email) else { return Err(Vec::new()) };
    let regime = match (regime, desk.setup.regime()) {
        (Some(regime), _) | (None, Ok(regime)) => regime,
        // The configuration was asked for before.
        (None, Err(_)) => return Err(Vec::new()),
    };
    let lang = lang.unwrap_or(page_lang);
    let door = match (fields_are_json, door) {
        (true, RequestDoor::Form) => RequestDoor::Api,
        (_, door) => door,
    };
    Ok(FileRequest {
        ticket,
        client,
        door,
        kind,
        email,
        name,
        details,
        behalf,
        regime,
        lang,
        files,
        asserts,
    })
}
