//! A data request as its person follows it, behind the secret link that only whoever proved who they are has.

use desk_core::keys::Purpose;
use desk_core::request::{self, RequestKey};
use http::StatusCode;

use super::{begun, erased, key, load, secret, status_page, wants_json, wire};
use crate::cases;
use crate::desk::Desk;
use crate::headers;
use crate::negotiate;
use crate::ports::Store;
use crate::problem::Problem;
use crate::reply::{Reply, Response};
use crate::request::{Locale, Request};

/// Answers for every address under `/requests/status` that is only read.
pub async fn serve<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = begun(desk, request);
    let outcome = route(desk, request, locale).await;
    desk.respond(request, locale, outcome)
}

async fn route<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<Reply, Problem> {
    let segments = request.segments()?;
    let ["requests", "status", token, rest @ ..] = segments.as_slice() else {
        return Err(Problem::NotFound);
    };
    let known = matches!(
        rest,
        [] | ["confirmed" | "added" | "withdrawn" | "request.json" | "receipt.json"]
            | ["attachments", _]
    );
    if !known {
        return Err(Problem::NotFound);
    }
    request.allow("GET, HEAD")?;
    let key = key(desk.setup, Purpose::RequestLink, token)?;
    match rest {
        ["request.json"] => {
            let case = load(desk, key).await?;
            let file = format!("{}.json", case.reference());
            Ok(download(case_json(desk, (request, locale), &key, &case)?, &file))
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
        // Whichever of these somebody saved, it leads to the request, and to what became of it.
        done => {
            let done = match done {
                ["confirmed"] => Some(Done::Confirmed),
                ["added"] => Some(Done::Added),
                ["withdrawn"] => Some(Done::Withdrawn),
                _ => None,
            };
            match status(desk, request, locale, (key, token), done).await {
                Err(Problem::NotFound) => erased::show(desk, request, locale, key).await,
                outcome => outcome,
            }
        }
    }
}

/// What the person has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    Confirmed,
    Added,
    Withdrawn,
}

async fn status<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    (key, token): (RequestKey, &str),
    done: Option<Done>,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    if wants_json(request) {
        return case_json(desk, (request, locale), &key, &case);
    }
    let page = status_page::status(desk, request, locale, (&key, token), &case, done)?;
    Ok(secret(Reply::page(StatusCode::OK, locale.lang, page)))
}

/// The request as JSON, in the language that is asked for, else in its own.
fn case_json<S>(
    desk: &Desk<'_, S>,
    (request, locale): (&Request, Locale),
    key: &RequestKey,
    case: &request::Request,
) -> Result<Reply, Problem> {
    let preferred = || negotiate::language(&request.headers).unwrap_or(case.opening.lang);
    let lang = if locale.explicit { locale.lang } else { preferred() };
    let json = wire::case(desk.setup, key, case, (lang, desk.now()))?;
    Ok(secret(Reply::json_text(StatusCode::OK, json)).lang(lang).vary("Accept-Language"))
}

pub(super) fn download(reply: Reply, file: &str) -> Reply {
    secret(reply).header(headers::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\""))
}
