//! A data request as its person follows it, behind the secret link that only whoever proved who they are has.

use desk_core::case::Message;
use desk_core::id::Id;
use desk_core::keys::Purpose;
use desk_core::request::{self, Change, RequestKey, State};
use http::{Method, StatusCode};

use super::{
    brake, erased, key, load, said_nothing, secret, status_page, wants_json, wants_page, wire,
};
use crate::cases;
use crate::desk::{Desk, logged};
use crate::fields::{Encoding, Fields};
use crate::form::{Draft, Trouble};
use crate::headers;
use crate::join::both;
use crate::limiter::{self, Brake};
use crate::notices::request_path;
use crate::ports::Store;
use crate::problem::Problem;
use crate::reply::{Reply, Response, Rest};
use crate::request::{Locale, Request};
use crate::submitted::{idempotency_key, text_code};

/// What a use case leaves beside its answer.
#[derive(Default)]
struct Beside {
    /// Where a person filled in a form: the page that shows the problem beside what they wrote, in place of the problem's
    /// own.
    refused: Option<Reply>,
    /// What follows the body's beginning.
    rest: Option<Rest>,
}

/// Answers for every address under `/requests/status`.
pub async fn serve<S: Store + Clone + 'static>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = request.locale(desk.setup);
    let mut beside = Beside::default();
    let outcome = route(desk, request, locale, &mut beside).await;
    let response = match (outcome, beside.refused) {
        (Err(problem), Some(page)) => logged(page.finish(request), &problem),
        (outcome, _) => desk.respond(request, locale, outcome),
    };
    match beside.rest {
        Some(rest) => response.followed_by(rest),
        None => response,
    }
}

async fn route<S: Store + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    beside: &mut Beside,
) -> Result<Reply, Problem> {
    let segments = request.segments()?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["requests", "status", token, rest @ ..] = segments.as_slice() else {
        return Err(Problem::NotFound);
    };
    let methods = match rest {
        []
        | ["received" | "confirmed" | "added" | "withdrawn" | "request.json" | "receipt.json"]
        | ["attachments", _] => "GET, HEAD",
        ["messages" | "withdraw"] => "POST",
        _ => return Err(Problem::NotFound),
    };
    let allowed = match request.method {
        Method::GET | Method::HEAD => methods != "POST",
        Method::POST => methods == "POST",
        _ => false,
    };
    if !allowed {
        return Err(Problem::MethodNotAllowed(methods));
    }
    let key = key(desk.setup, Purpose::RequestLink, token)?;
    match rest {
        ["messages"] => add_message(desk, request, locale, key, beside).await,
        ["withdraw"] => withdraw(desk, request, locale, key).await,
        ["received"] => status(desk, request, locale, key, Some(Done::Received)).await,
        ["confirmed"] => status(desk, request, locale, key, Some(Done::Confirmed)).await,
        ["added"] => status(desk, request, locale, key, Some(Done::Added)).await,
        ["withdrawn"] => status(desk, request, locale, key, Some(Done::Withdrawn)).await,
        ["request.json"] => {
            let case = load(desk, key).await?;
            let file = format!("{}.json", case.reference());
            Ok(download(case_json(desk, &key, &case)?, &file))
        }
        ["receipt.json"] => {
            let case = match load(desk, key).await {
                Err(Problem::NotFound) => return erased::receipt(desk, key).await,
                case => case?,
            };
            let file = format!("{}.receipt.json", case.reference());
            let json = wire::receipt(desk.setup, &case)?;
            Ok(download(Reply::json_text(StatusCode::OK, json), &file))
        }
        ["attachments", number] => {
            let case = load(desk, key).await?;
            let number: usize = number.parse().map_err(|_| Problem::NotFound)?;
            let (file, bytes) = cases::read_file(desk, &key, &case.opening.files, number).await?;
            let name = format!("{}-{number}.{}", case.reference(), file.kind.extension());
            let reply = Reply::with_body(StatusCode::OK, file.kind.media_type(), bytes)
                .header(headers::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
            Ok(download(reply, &name))
        }
        _ => match status(desk, request, locale, key, None).await {
            Err(Problem::NotFound) => erased::show(desk, request, locale, key).await,
            outcome => outcome,
        },
    }
}

/// What the person has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Received,
    Confirmed,
    Added,
    Withdrawn,
}

async fn status<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
    done: Option<Done>,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    if wants_json(request) {
        return case_json(desk, &key, &case);
    }
    let view = status_page::StatusView { done, ..status_page::StatusView::default() };
    let page = status_page::status(desk, request, locale, &key, &case, &view)?;
    Ok(secret(Reply::page(StatusCode::OK, locale.lang, page)))
}

fn case_json<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    case: &request::Request,
) -> Result<Reply, Problem> {
    Ok(secret(Reply::json_text(StatusCode::OK, wire::case(desk.setup, key, case, desk.now())?)))
}

/// The request as it is after a change, for whoever made it.
fn changed<S>(
    desk: &Desk<'_, S>,
    (key, case): (&RequestKey, &request::Request),
    page: Option<&str>,
    locale: Locale,
    status: StatusCode,
) -> Result<Reply, Problem> {
    Ok(match page {
        Some(done) => {
            let path = request_path(desk.setup, key);
            secret(Reply::see_other(&locale.href(&format!("{path}/{done}"))))
        }
        None => {
            let json = wire::case(desk.setup, key, case, desk.now())?;
            secret(Reply::json_text(status, json))
        }
    })
}

async fn add_message<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
    beside: &mut Beside,
) -> Result<Reply, Problem> {
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
    let (case, brake) = both(load(desk, key), limiter::check(desk, request, brake(desk)?)).await?;
    let outcome = match (read, text) {
        (Ok(()), Some(text)) => {
            write_message(desk, key, &case, &brake, text, once.as_deref()).await
        }
        (Ok(()), None) => Err(Problem::Internal("a required message is missing".to_owned())),
        (Err(problem), _) => Err(problem),
    };
    match outcome {
        Ok(case) => {
            let reply = changed(desk, (&key, &case), page, locale, StatusCode::CREATED)?;
            Ok(brake.fields().apply(reply))
        }
        Err(problem) => {
            // What a person wrote stays in the form when it comes back.
            if let (Some(_), Some(trouble)) = (page, Trouble::of(&problem)) {
                let draft = Draft { text: &sent, once: token.as_deref(), trouble };
                let view = status_page::StatusView {
                    draft: Some(draft),
                    ..status_page::StatusView::default()
                };
                let markup = status_page::status(desk, request, locale, &key, &case, &view)?;
                let reply = Reply::page(trouble.status(), locale.lang, markup);
                beside.refused = Some(secret(trouble.headers(reply)));
            }
            Err(problem)
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
            Change::PersonWrote(first) if *first == text => Ok(case.clone()),
            _ => Err(Problem::AlreadySent(Some(request_path(desk.setup, &key)))),
        };
    }
    let open = case.open(desk.now())?;
    let change = open.person_writes(text)?.into_change();
    brake.admit()?;
    let append = cases::append(desk, &key, case.clone(), change, id);
    Ok(both(append, brake.count(desk)).await?.0)
}

/// What an idempotency key, or the token of a form, was used for before.
pub(crate) fn sent_before(case: &request::Request, id: Id) -> Option<&Change> {
    let events = case.head.events().iter();
    events.rev().find(|event| event.id.unique() == id.unique()).map(|event| &event.change)
}

async fn withdraw<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let page = wants_page(request, said_nothing(request)?).then_some("withdrawn");
    let case = load(desk, key).await?;
    // Withdrawing twice is withdrawing once.
    let case = match (case.withdraw(desk.now()), case.state(desk.now())) {
        (Ok(withdrawal), _) => {
            let id = desk.moment.id("event");
            cases::append(desk, &key, case, withdrawal.into_change(), id).await?
        }
        (Err(_), State::Withdrawn { .. }) => case,
        (Err(problem), _) => return Err(problem.into()),
    };
    changed(desk, (&key, &case), page, locale, StatusCode::OK)
}

pub(super) fn download(reply: Reply, file: &str) -> Reply {
    secret(reply).header(headers::CONTENT_DISPOSITION, &format!("attachment; filename=\"{file}\""))
}
