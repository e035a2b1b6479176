//! A case of feedback as its person follows it, behind the secret link that only they have.

use desk_core::case::{Case, CaseChange, CaseKey};
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use futures_util::future::try_join;
use http::StatusCode;

use super::status_page::{self, StatusView};
use super::{Endpoint, secret, wants_page, wire};
use desk_app::Desk;
use desk_app::Setup;
use desk_app::cases::{self, MessageOutcome};
use desk_app::feedback::{self, limit};
use desk_app::limiter::{self, Brake};
use desk_app::paths::status_path;
use desk_app::ports::Store;
use desk_web::fields::Fields;
use desk_web::filing::FurtherMessage;
use desk_web::form::{Draft, Trouble};
use desk_web::negotiate;
use desk_web::problem::{Problem, RateLimit};
use desk_web::reply::Reply;
use desk_web::request::{Locale, Request};
use desk_web::respond::Refusal;

/// What the person has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastAction {
    /// Added a message.
    Added,
    /// Withdrew the case.
    Withdrawn,
}

/// Answers for what is behind a status link: its token is the first parameter.
pub(super) async fn answer<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    endpoint: Endpoint,
    parameters: &[&str],
) -> Result<Reply, Refusal> {
    let token = parameters.first().copied().unwrap_or_default();
    let key = case_key(desk.setup, token);
    match endpoint {
        Endpoint::Message => return add_message(desk, request, locale, key).await,
        Endpoint::Withdraw => return Ok(withdraw(desk, request, locale, key).await?),
        _ => {}
    }
    let (key, case) = load(desk, key).await?;
    Ok(match endpoint {
        Endpoint::Received => received(desk, request, locale, &key, &case)?,
        Endpoint::Case => {
            let file = format!("{}.json", case.reference());
            case_json(desk.setup, &key, &case).download(&file)
        }
        Endpoint::Receipt => {
            let file = format!("{}.receipt.json", case.reference());
            let json = wire::receipt(desk.setup, &case);
            secret(Reply::json_text(StatusCode::OK, json)).download(&file)
        }
        Endpoint::Attachment => {
            let number = parameters.get(1).copied().unwrap_or_default();
            attachment(desk, &key, &case, number).await?
        }
        Endpoint::Status(done) => status(desk, request, locale, &key, &case, done)?,
        Endpoint::Form
        | Endpoint::File
        | Endpoint::Follow
        | Endpoint::Message
        | Endpoint::Withdraw => {
            return Err(Problem::NotFound.into());
        }
    })
}

/// Reads the token of a status link. One that is forged, cut or of another purpose is answered as one that expired.
fn case_key(setup: &Setup, token: &str) -> Result<CaseKey, Problem> {
    setup.keys.redeem(Purpose::StatusLink, token).map(CaseKey::from_bytes).ok_or(Problem::NotFound)
}

/// Where the client stands that sent this request.
async fn brake<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Result<Brake, Problem> {
    let client = request.client_address(&desk.setup.client_address);
    Ok(limiter::check(desk, client, limit(desk)?).await?)
}

/// Loads the case of a link. The link comes as it was read, so that one which is no link of ours fails here, as one does
/// whose case has expired.
async fn load<S: Store>(
    desk: &Desk<'_, S>,
    key: Result<CaseKey, Problem>,
) -> Result<(CaseKey, Case), Problem> {
    let key = key?;
    let case = cases::load(desk, &key).await?.ok_or(Problem::NotFound)?;
    Ok((key, case))
}

fn received<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: &CaseKey,
    case: &Case,
) -> Result<Reply, Problem> {
    let page = status_page::received(desk.setup, request, locale, key, case);
    Ok(secret(Reply::page(StatusCode::OK, locale.lang, page)).vary("Accept-Language"))
}

fn status<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: &CaseKey,
    case: &Case,
    done: Option<LastAction>,
) -> Result<Reply, Problem> {
    let offers = ["text/html", "application/json"];
    if negotiate::media_type(&request.headers, &offers) == Some("application/json") {
        return Ok(case_json(desk.setup, key, case).vary("Accept, Accept-Language"));
    }
    let view = StatusView { done, ..StatusView::default() };
    let page = status_page::status(desk, request, locale, key, case, &view)?;
    Ok(secret(Reply::page(StatusCode::OK, locale.lang, page)).vary("Accept, Accept-Language"))
}

fn case_json(setup: &Setup, key: &CaseKey, case: &Case) -> Reply {
    secret(Reply::json_text(StatusCode::OK, wire::case(setup, key, case)))
}

/// A file, to be saved and not shown: whatever is in it must not run under our address.
async fn attachment<S: Store>(
    desk: &Desk<'_, S>,
    key: &CaseKey,
    case: &Case,
    number: &str,
) -> Result<Reply, Problem> {
    let number: usize = number.parse().map_err(|_| Problem::NotFound)?;
    let (file, bytes) = cases::read_file(desk, key, &case.opening.files, number).await?;
    Ok(secret(Reply::attached_file(case.reference(), number, file.kind, bytes)))
}

/// The case as it is after a change, for whoever made it.
fn after_change(
    setup: &Setup,
    (key, case): (&CaseKey, &Case),
    page: Option<&str>,
    locale: Locale,
    status: StatusCode,
    brake: &Brake,
) -> Reply {
    let path = status_path(setup, key);
    let reply = match page {
        Some(done) => secret(Reply::see_other(&locale.href(&format!("{path}/{done}")))),
        None => secret(Reply::json_text(status, wire::case(setup, key, case))),
    };
    RateLimit::from(brake.verdict()).apply(reply)
}

async fn add_message<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: Result<CaseKey, Problem>,
) -> Result<Reply, Refusal> {
    let sent = FurtherMessage::read(request)?;
    let page = wants_page(request, sent.encoding).then_some("added");
    if page.is_none() {
        sent.message.clone()?;
    }
    let ((key, case), brake) = try_join(load(desk, key), brake(desk, request)).await?;
    let outcome = match sent.message.clone() {
        Ok(text) => {
            let before = (case.clone(), brake);
            let outcome =
                feedback::add_message(desk, &key, before, text, sent.once.as_deref()).await;
            outcome.map_err(Problem::from)
        }
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(MessageOutcome::Kept { case, brake }) => {
            Ok(after_change(desk.setup, (&key, &case), page, locale, StatusCode::CREATED, &brake))
        }
        Ok(MessageOutcome::UsedForAnother) => {
            let link = locale.href(&status_path(desk.setup, &key)).into_owned();
            Err(Problem::AlreadySent(Some(link)).into())
        }
        Err(problem) => {
            // What a person wrote stays in the form when it comes back.
            let form = page.and(Trouble::of(&problem)).and_then(|trouble| {
                let draft = Draft { text: &sent.written, once: sent.token.as_deref(), trouble };
                let view = StatusView { done: None, draft: Some(draft) };
                let markup = status_page::status(desk, request, locale, &key, &case, &view).ok()?;
                let reply = Reply::page(trouble.status(), locale.lang, markup);
                Some(secret(trouble.headers(reply)).vary("Accept, Accept-Language"))
            });
            Err(Refusal { form, problem })
        }
    }
}

async fn withdraw<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: Result<CaseKey, Problem>,
) -> Result<Reply, Problem> {
    let page = wants_page(request, Fields::none(request)?).then_some("withdrawn");
    let ((key, case), brake) = try_join(load(desk, key), brake(desk, request)).await?;
    // Withdrawing twice is withdrawing once.
    let (case, brake) = match case.decide(&CaseChange::Withdrawn) {
        Err(_) => (case, brake.released()),
        Ok(()) => {
            brake.admit(desk)?;
            let id = desk.moment.id();
            let append = cases::append(desk, &key, case, CaseChange::Withdrawn, id);
            (try_join(append, brake.count(desk)).await?.0, brake)
        }
    };
    Ok(after_change(desk.setup, (&key, &case), page, locale, StatusCode::OK, &brake))
}
