//! What a person does with their request: add a message, withdraw it.

use desk_core::case::Message;
use desk_core::id::Id;
use desk_core::request::{self, RequestChange, RequestKey, RequestState};
use futures_util::future::try_join;
use http::StatusCode;
use maud::{Markup, html};

use super::pages::framed;
use super::{load, secret, wants_page, wire};
use crate::texts;
use desk_app::Desk;
use desk_app::cases;
use desk_app::data_request::limit;
use desk_app::limiter::{self, Brake};
use desk_app::paths::request_path;
use desk_app::ports::Store;
use desk_web::fields::{Encoding, Fields};
use desk_web::filing::{idempotency_key, text_code};
use desk_web::form::{self, Draft, Errors, Trouble};
use desk_web::page::Place;
use desk_web::problem::{Problem, RateLimit};
use desk_web::reply::Reply;
use desk_web::request::{Locale, Request};
use desk_web::respond::Refused;

/// The request as it is after a change, for whoever made it.
fn changed<S>(
    desk: &Desk<'_, S>,
    (key, case): (&RequestKey, &request::Request),
    page: Option<&str>,
    locale: Locale,
    status: StatusCode,
) -> Reply {
    let path = request_path(desk.setup, key);
    secret(match page {
        Some(done) => Reply::see_other(&locale.href(&format!("{path}/{done}"))),
        None => Reply::json_text(status, wire::changed(desk.setup, case, &path, desk.now())),
    })
}

/// The form of a message that could not be taken, with what was written in it.
fn page_of<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
    draft: &Draft<'_>,
) -> Markup {
    let (t, f) = (texts::changes(locale.lang), desk_web::texts::form(locale.lang));
    let errors = Errors::new(locale.lang, draft.trouble.errors(), t.field_error, "");
    let path = request_path(desk.setup, &key);
    let fresh = desk.moment.id().to_string();
    let main = html! {
        h1 { (f.add_label) }
        (errors.summary(locale, draft.trouble, false))
        (form::message_form(locale, &errors, Some(draft), &fresh, &path))
        p { a href=(locale.href(&path)) { (t.back) } }
    };
    let title = format!("{}: {}", f.error, f.add_label);
    framed(desk.setup, request, locale, &title, Place::Elsewhere, main)
}

/// Takes a further message of the person.
pub(super) async fn add_message<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Refused> {
    let mut fields = Fields::read(request)?;
    let page = wants_page(request, fields.encoding).then_some("added");
    let sent = fields.peek("message").unwrap_or_default().to_owned();
    let token = if fields.encoding == Encoding::Form { fields.text("once") } else { None };
    let text = fields.parse("message", |text| Message::new(text).map_err(text_code));
    fields.require("message", &text);
    let once = token.clone().or(idempotency_key(request)?);
    let read = fields.finish().map_err(Problem::InvalidFields);
    if page.is_none() {
        read.clone()?;
    }
    let (case, brake) = try_join(
        load(desk, key),
        limiter::check(desk, request.client_address(&desk.setup.client_address), limit(desk)?),
    )
    .await?;
    let outcome = match (read, text) {
        (Ok(()), Some(text)) => {
            write_message(desk, key, &case, &brake, text, once.as_deref()).await
        }
        (Ok(()), None) => Err(Problem::Internal("a required message is missing".into())),
        (Err(problem), _) => Err(problem),
    };
    match outcome {
        Ok(case) => {
            let reply = changed(desk, (&key, &case), page, locale, StatusCode::CREATED);
            Ok(RateLimit::of(brake.verdict()).apply(reply))
        }
        Err(problem) => {
            // What a person wrote stays in the form when it comes back.
            let form = page.and(Trouble::of(&problem)).map(|trouble| {
                let draft = Draft { text: &sent, once: token.as_deref(), trouble };
                let markup = page_of(desk, request, locale, key, &draft);
                let reply = Reply::page(trouble.status(), locale.lang, markup);
                secret(trouble.headers(reply))
            });
            Err(Refused { form, problem })
        }
    }
}

/// Adds a message of the person, once for each token.
async fn write_message<S: Store>(
    desk: &Desk<'_, S>,
    key: RequestKey,
    case: &request::Request,
    brake: &Brake,
    text: Message,
    once: Option<&str>,
) -> Result<request::Request, Problem> {
    let id = cases::event_id(desk, &key, "person", once);
    if let Some(earlier) = sent_before(case, id) {
        return match earlier {
            RequestChange::PersonWrote(first) if *first == text => Ok(case.clone()),
            _ => Err(Problem::AlreadySent(Some(request_path(desk.setup, &key)))),
        };
    }
    let open = case.open(desk.now())?;
    let change = open.person_writes(text)?.into_change();
    brake.admit()?;
    let append = cases::append(desk, &key, case.clone(), change, id);
    Ok(try_join(append, brake.count(desk)).await?.0)
}

/// What an idempotency key, or the token of a form, was used for before.
pub(crate) fn sent_before(case: &request::Request, id: Id) -> Option<&RequestChange> {
    let events = case.head.events().iter();
    events.rev().find(|event| event.id.unique() == id.unique()).map(|event| &event.change)
}

pub(super) async fn withdraw<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let page = wants_page(request, Fields::none(request)?).then_some("withdrawn");
    let case = load(desk, key).await?;
    // Withdrawing twice is withdrawing once.
    let case = match (case.withdraw(desk.now()), case.state(desk.now())) {
        (Ok(withdrawal), _) => {
            let id = desk.moment.id();
            cases::append(desk, &key, case, withdrawal.into_change(), id).await?
        }
        (Err(_), RequestState::Withdrawn { .. }) => case,
        (Err(problem), _) => return Err(problem.into()),
    };
    Ok(changed(desk, (&key, &case), page, locale, StatusCode::OK))
}
