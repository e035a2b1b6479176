//! What a person does with their request: add a message, withdraw it.

use desk_core::request::{self, RequestKey, RequestState};
use futures_util::future::try_join;
use http::StatusCode;
use maud::{Markup, html};

use super::pages::framed;
use super::{load, secret, wants_page, wire};
use crate::texts;
use desk_app::Desk;
use desk_app::cases::{self, MessageOutcome};
use desk_app::data_request::{self, limit};
use desk_app::limiter;
use desk_app::paths::request_path;
use desk_app::ports::Store;
use desk_web::fields::Fields;
use desk_web::filing::FurtherMessage;
use desk_web::form::{self, Draft, Errors, Trouble};
use desk_web::page::Place;
use desk_web::problem::{Problem, RateLimit};
use desk_web::reply::Reply;
use desk_web::request::{Locale, Request};
use desk_web::respond::Refusal;

/// The request as it is after a change, for whoever made it.
fn after_change<S>(
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
) -> Result<Reply, Refusal> {
    let sent = FurtherMessage::read(request)?;
    let page = wants_page(request, sent.encoding).then_some("added");
    if page.is_none() {
        sent.message.clone()?;
    }
    let client = request.client_address(&desk.setup.client_address);
    let before = try_join(load(desk, key), limiter::check(desk, client, limit(desk)?)).await?;
    let outcome = match sent.message.clone() {
        Ok(text) => {
            let outcome = data_request::add_message(desk, &key, before, text, sent.once.as_deref());
            outcome.await.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(MessageOutcome::Kept { case, brake }) => {
            let reply = after_change(desk, (&key, &case), page, locale, StatusCode::CREATED);
            Ok(RateLimit::from(brake.verdict()).apply(reply))
        }
        Ok(MessageOutcome::UsedForAnother) => {
            Err(Problem::AlreadySent(Some(request_path(desk.setup, &key))).into())
        }
        Err(problem) => {
            // What a person wrote stays in the form when it comes back.
            let form = page.and(Trouble::of(&problem)).map(|trouble| {
                let draft = Draft { text: &sent.written, once: sent.token.as_deref(), trouble };
                let markup = page_of(desk, request, locale, key, &draft);
                let reply = Reply::page(trouble.status(), locale.lang, markup);
                secret(trouble.headers(reply))
            });
            Err(Refusal { form, problem })
        }
    }
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
    Ok(after_change(desk, (&key, &case), page, locale, StatusCode::OK))
}
