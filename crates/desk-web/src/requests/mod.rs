//! Data requests: from the form to the answer, under a clock that is exactly the law's (promises P8, P10 and P13).
//!
//! Three links lead to a request, and each can do one thing. Whoever files one gets a pending link, where a code can be
//! entered and nothing can be read. The mail to the address has a link that proves who asks. Only then there is a status
//! link, and whoever filed a request in somebody else's name never has it. What lies behind it is a function of its own
//! ([`status`]).

pub mod assertion;
pub mod changes;
pub(crate) mod clock;
mod erased;
pub mod identity;
pub mod package;
mod pages;
pub mod status;
mod status_page;
mod submission;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use desk_core::journal::Place as _;
use desk_core::keys::Purpose;
use desk_core::request::{self, Door, RequestKey};

use crate::cases;
use crate::desk::Desk;
use crate::fields::Encoding;
use crate::limiter::Limit;
use crate::negotiate;
use crate::outbox::{self, Posted};
use crate::ports::{Outbound, Store};
use crate::problem::Problem;
use crate::reply::{Reply, Response};
use crate::request::{Locale, Request};
use crate::setup::Setup;
use crate::texts;

/// The most bytes of a body: files as for feedback.
pub const BODY_LIMIT: usize = crate::feedback::BODY_LIMIT;

/// What a use case leaves beside its answer.
#[derive(Default)]
struct Beside {
    /// Where a person filled in a form: the page that shows the problem beside what they wrote, in place of the problem's
    /// own.
    refused: Option<Reply>,
    /// The mail that went to the outbox.
    told: Option<Posted>,
}

/// Answers for the forms: `/requests`, `/delete-account` and `/delete-data`.
pub async fn serve<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Response {
    let locale = begun(desk, request);
    desk.setup.own_codes.set(Some(texts::requests::filing_code));
    let mut beside = Beside::default();
    let outcome = route(desk, request, locale, &mut beside).await;
    ended(desk, request, locale, outcome, beside)
}

/// What comes first for every address of data requests.
fn begun<S>(desk: &Desk<'_, S>, request: &Request) -> Locale {
    desk.setup.own_codes.set(Some(texts::requests::code));
    request.locale(desk.setup)
}

/// Turns what came of a request into the answer, and lets mail go out behind it.
fn ended<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    outcome: Result<Reply, Problem>,
    beside: Beside,
) -> Response {
    let done = outcome.is_ok();
    let mut response = desk.respond_or(request, locale, outcome, beside.refused);
    if done {
        response.after = outbox::after(desk, beside.told);
    }
    response
}

async fn route<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    beside: &mut Beside,
) -> Result<Reply, Problem> {
    let segments = request.segments()?;
    match segments.as_slice() {
        ["requests"] => {
            request.allow("GET, HEAD, POST")?;
            submission::serve(desk, request, locale, Door::Form, beside).await
        }
        ["delete-account"] => {
            request.allow("GET, HEAD, POST")?;
            submission::serve(desk, request, locale, Door::DeleteAccount, beside).await
        }
        ["delete-data"] => {
            request.allow("GET, HEAD, POST")?;
            submission::serve(desk, request, locale, Door::DeleteData, beside).await
        }
        _ => Err(Problem::NotFound),
    }
}

/// Reads the token of a link. One that is forged, cut or of another purpose is answered as one that expired.
fn key(setup: &Setup, purpose: Purpose, token: &str) -> Result<RequestKey, Problem> {
    setup.keys.redeem(purpose, token).map(RequestKey::from_bytes).ok_or(Problem::NotFound)
}

/// The path of the page where identity is proven by the code.
fn pending_path(setup: &Setup, key: &RequestKey) -> String {
    ["/requests/pending/", &setup.keys.mint(Purpose::PendingLink, key.to_bytes())].concat()
}

async fn load<S: Store>(desk: &Desk<'_, S>, key: RequestKey) -> Result<request::Request, Problem> {
    cases::load(desk, &key).await?.ok_or(Problem::NotFound)
}

/// What one client may do here.
fn brake<'a, S>(desk: &'a Desk<'_, S>) -> Result<Limit<'a>, Problem> {
    Ok(Limit { area: "requests", limits: &desk.setup.request_limits()?.client })
}

/// Adds what belongs on every answer behind a secret link.
fn secret(reply: Reply) -> Reply {
    reply.header("x-robots-tag", "noindex").vary("Accept, Accept-Language")
}

fn wants_json(request: &Request) -> bool {
    negotiate::media_type(&request.headers, &["text/html", "application/json"])
        == Some("application/json")
}

/// Whether the answer to a form or a body is to be a page.
fn wants_page(request: &Request, encoding: Encoding) -> bool {
    negotiate::reads_html(&request.headers) || (encoding == Encoding::Form && !wants_json(request))
}
