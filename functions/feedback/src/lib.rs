//! Feedback: questions, complaints, suggestions and problems, and the way back to them (promise P11).

mod pages;
pub mod status;
mod status_page;
mod submission;
mod texts;
pub(crate) mod wire;

use desk_core::keys::Purpose;
use http::StatusCode;

use desk_app::Desk;
use desk_app::feedback::limit;
use desk_app::limiter;
use desk_app::ports::Store;
use desk_web::fields::{Encoding, Fields};
use desk_web::form::Trouble;
use desk_web::negotiate;
use desk_web::problem::Problem;
use desk_web::reply::{After, Reply, Response};
use desk_web::request::{Locale, Request};
use desk_web::respond::{Refusal, respond};
use desk_web::routes::{BODY_LIMIT, FILES_LIMIT, Route, Routes};

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The empty form.
    Form,
    /// A form that was filled in, or a program's JSON.
    File,
    /// A status link that was pasted.
    Follow,
    /// The page that gives out the ticket.
    Received,
    /// The case, after the person did this.
    Status(Option<status::LastAction>),
    /// The case as JSON, to be saved.
    Case,
    /// The receipt.
    Receipt,
    /// A file of the case.
    Attachment,
    /// A further message.
    Message,
    /// The withdrawal.
    Withdraw,
}

/// The routes of the function `feedback`.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::get("/feedback", Endpoint::Form),
    Route::post("/feedback", FILES_LIMIT, Endpoint::File),
    Route::post("/feedback/follow", BODY_LIMIT, Endpoint::Follow),
    Route::get("/feedback/status/:token", Endpoint::Status(None)),
    Route::get("/feedback/status/:token/received", Endpoint::Received),
    Route::get("/feedback/status/:token/added", Endpoint::Status(Some(status::LastAction::Added))),
    Route::get(
        "/feedback/status/:token/withdrawn",
        Endpoint::Status(Some(status::LastAction::Withdrawn)),
    ),
    Route::get("/feedback/status/:token/case.json", Endpoint::Case),
    Route::get("/feedback/status/:token/receipt.json", Endpoint::Receipt),
    Route::get("/feedback/status/:token/attachments/:number", Endpoint::Attachment),
    Route::post("/feedback/status/:token/messages", BODY_LIMIT, Endpoint::Message),
    Route::post("/feedback/status/:token/withdraw", BODY_LIMIT, Endpoint::Withdraw),
]);

/// Answers a request to the function `feedback`.
pub async fn serve<S: Store + Clone + 'static>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = request.locale(&desk.setup.profile);
    let outcome = route(desk, request, locale).await;
    let mut response = respond(&desk.setup.profile, request, locale, outcome);
    response.after = limiter::heal_later(desk).map(After::new);
    response
}

async fn route<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<Reply, Refusal> {
    let (endpoint, parameters) = ROUTES.find(request)?;
    if endpoint == Endpoint::Follow {
        return Ok(follow(request, locale)?);
    }
    ready(desk)?;
    match endpoint {
        Endpoint::Form => Ok(form(desk, request, locale)?),
        Endpoint::File => submission::submit(desk, request, locale).await,
        _ => status::answer(desk, request, locale, endpoint, &parameters).await,
    }
}

/// What is wrong with the configuration is told before anybody fills in a form.
fn ready<S>(desk: &Desk<'_, S>) -> Result<(), Problem> {
    limit(desk)?;
    desk.setup.retention()?;
    Ok(())
}

/// Whether the answer to a form or a body is to be a page: for those who read HTML, and for plain forms.
fn wants_page(request: &Request, encoding: Encoding) -> bool {
    negotiate::reads_html(&request.headers)
        || (encoding == Encoding::Form
            && negotiate::media_type(&request.headers, &["text/html", "application/json"])
                == Some("text/html"))
}

/// Adds what belongs on every answer behind a secret link.
fn secret(reply: Reply) -> Reply {
    reply.header("x-robots-tag", "noindex")
}

/// The empty form. Its render token carries the id of the case that it will open, so that a retry opens the same one.
fn form<S: Store>(desk: &Desk<'_, S>, request: &Request, locale: Locale) -> Result<Reply, Problem> {
    let token = form_token(desk);
    let kept = pages::empty(request.query("app_version")?.unwrap_or_default());
    let view = pages::FormView { token, kept: &kept, trouble: Trouble::None, lang: locale.lang };
    let page = pages::form(desk.setup, request, locale, &view);
    Ok(Reply::page(StatusCode::OK, locale.lang, page).vary("Accept-Language"))
}

fn form_token<S>(desk: &Desk<'_, S>) -> String {
    desk.setup.keys.mint(Purpose::FeedbackForm, desk.moment.id().to_bytes())
}

/// Takes a pasted status link. By POST, so that it stays out of logs and histories.
fn follow(request: &Request, locale: Locale) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let link = fields.text("link");
    fields.require("link", &link);
    fields.finish().map_err(Problem::InvalidFields)?;
    let link = link.unwrap_or_default();
    // Only the token is taken from what was pasted: the address that it leads to is ours.
    let token = link.trim().split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<&str> = token.split('/').collect();
    let behind = segments.windows(2).rev().find_map(|pair| match pair {
        ["status", token] => Some(*token),
        _ => None,
    });
    let token = behind.or(segments.first().copied()).unwrap_or_default();
    let fits = !token.is_empty()
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !fits {
        return Err(Problem::NotFound);
    }
    Ok(secret(Reply::see_other(&locale.href(&format!("/feedback/status/{token}")))))
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::SpinStore);
