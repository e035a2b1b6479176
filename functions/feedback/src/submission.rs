//! A new case: from the fields that were sent to the ticket that is given out.

use desk_app::feedback::{FeedbackOutcome, FileFeedback, TOO_FAST, file_feedback};
use desk_app::idempotency::Ticket;
use desk_app::paths::status_path;
use desk_app::ports::Store;
use desk_app::{Desk, Setup};
use desk_core::case::{Case, CaseKey, CaseKind, Message};
use desk_core::id::Id;
use desk_core::keys::Purpose;
use desk_core::lang::Lang;
use desk_web::fields::{Encoding, Fields};
use desk_web::filing::{address, files, idempotency_key, optional_line, text_code};
use desk_web::form::{HONEYPOT, Trouble};
use desk_web::problem::{FieldError, Problem, RateLimit};
use desk_web::reply::Reply;
use desk_web::request::{Locale, Request};
use desk_web::respond::Refusal;
use http::{StatusCode, header};

use super::{pages, secret, wants_page, wire};

/// Takes a form that was filled in, or a program's JSON, and gives out the ticket.
pub(super) async fn submit<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<Reply, Refusal> {
    let mut fields = Fields::read(request)?;
    let encoding = fields.encoding;
    let page = wants_page(request, encoding);
    let token = if encoding == Encoding::Form { fields.text("token") } else { None };
    // Kept before parsing: a form that comes back with errors shows what was written, however wrong.
    let kept = pages::FormValues::of(&fields);
    let again = |token: String, trouble: Trouble<'_>| {
        let view = pages::FormView { token, kept: &kept, trouble, lang: locale.lang };
        let markup = pages::form(desk.setup, request, locale, &view);
        Reply::page(trouble.status(), locale.lang, markup).vary("Accept-Language")
    };
    // A form that came back filled in may be sent again at once, and that is not too fast.
    let fresh = || {
        let shown = desk.now().plus_seconds(-TOO_FAST);
        let id = Id::new(shown, desk.moment.draw());
        desk.setup.keys.mint(Purpose::FeedbackForm, id.to_bytes())
    };

    let once = idempotency_key(request)?;
    let ticket = match encoding {
        Encoding::Json => Ticket::of_program(desk, b"POST /feedback", once.as_deref())?,
        Encoding::Form => {
            let form = token.as_deref();
            match form.and_then(|token| Ticket::of_form(desk, Purpose::FeedbackForm, token)) {
                Some(ticket) => ticket,
                None if page => return Ok(again(fresh(), Trouble::Expired)),
                None => return Err(Problem::FormExpired.into()),
            }
        }
    };
    let is_form = ticket.is_form();
    let client = request.client_address(&desk.setup.client_address);
    let input = match parse(fields, locale.lang, ticket, client) {
        Ok(input) => input,
        Err(errors) if page => {
            return Ok(again(token.unwrap_or_else(fresh), Trouble::Fields(&errors)));
        }
        Err(errors) => return Err(Problem::InvalidFields(errors).into()),
    };
    let (key, case, brake) = match file_feedback(desk, input).await {
        Ok(FeedbackOutcome::Filed { key, case, brake }) => (key, case, brake),
        Ok(FeedbackOutcome::UsedForAnother(key)) => {
            let link = || locale.href(&status_path(desk.setup, &key)).into_owned();
            return Err(Problem::AlreadySent(is_form.then(link)).into());
        }
        Err(fault) => {
            let problem = Problem::from(fault);
            // What a person wrote is not thrown away because of what is not their fault: no browser is bound to keep it.
            // Under the same token the form opens the same case, should it be there after all.
            let form = match (encoding, token, Trouble::of(&problem)) {
                (Encoding::Form, Some(token), Some(trouble)) if page => {
                    Some(trouble.headers(again(token, trouble)))
                }
                _ => None,
            };
            return Err(Refusal { problem, form });
        }
    };
    let reply = filed(desk.setup, locale, page, (&key, &case));
    Ok(RateLimit::from(brake.verdict()).apply(reply))
}

/// Leads to the page that gives out the ticket, or gives it out.
fn filed(setup: &Setup, locale: Locale, page: bool, (key, case): (&CaseKey, &Case)) -> Reply {
    let path = status_path(setup, key);
    if page {
        return secret(Reply::see_other(&locale.href(&format!("{path}/received"))));
    }
    secret(Reply::json_text(StatusCode::CREATED, wire::ticket(setup, key, case)))
        .header(header::LOCATION, path)
        .lang(locale.lang)
}

/// Parses what was sent, and finds all that is wrong with it.
fn parse<'a>(
    mut fields: Fields,
    page_lang: Lang,
    ticket: Ticket,
    client: Option<&'a str>,
) -> Result<FileFeedback<'a>, Vec<FieldError>> {
    let kind = fields.parse("kind", |name| CaseKind::from_name(name).ok_or("unknown-kind"));
    fields.require("kind", &kind);
    let message = fields.parse("message", |text| Message::new(text).map_err(text_code));
    fields.require("message", &message);
    let files = files(&mut fields);
    let name = optional_line(&mut fields, "name");
    let email = address(&mut fields);
    let app_version = optional_line(&mut fields, "app_version");
    let lang = fields.parse("language", |tag| Lang::lookup(tag).ok_or("unknown-language"));
    let honeypot = match fields.encoding {
        Encoding::Form => fields.text(HONEYPOT).is_some(),
        Encoding::Json => false,
    };
    fields.finish()?;
    // `finish` has reported what is missing, so this never falls through.
    let (Some(kind), Some(message)) = (kind, message) else { return Err(Vec::new()) };
    let lang = lang.unwrap_or(page_lang);
    Ok(FileFeedback {
        ticket,
        client,
        kind,
        message,
        name,
        email,
        app_version,
        lang,
        files,
        honeypot,
    })
}
