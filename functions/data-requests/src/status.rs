//! A data request as its person follows it, behind the secret link that only whoever proved who they are has.

use desk_core::fault::Fault;
use desk_core::request::{self, RequestKey};
use http::StatusCode;

use super::{erased, load, secret, status_page, wire};
use desk_app::Desk;
use desk_app::cases;
use desk_app::ports::Store;
use desk_web::negotiate;
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use desk_web::request::{Locale, Request};

/// What the person has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastAction {
    /// Proved who they are.
    Confirmed,
    /// Added a message.
    Added,
    /// Withdrew the request.
    Withdrawn,
}

/// The request as a page or as JSON. Whichever of its addresses somebody saved, it leads to what became of it.
pub(super) async fn show<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    (key, token): (RequestKey, &str),
    done: Option<LastAction>,
) -> Result<Reply, Problem> {
    let case = match load(desk, key).await {
        Err(Fault::NotFound) => return erased::show(desk, request, locale, key).await,
        case => case?,
    };
    if negotiate::wants_json(&request.headers) {
        return case_json(desk, (request, locale), &key, &case);
    }
    let page = status_page::status(desk, request, locale, (&key, token), &case, done)?;
    Ok(secret(Reply::page(StatusCode::OK, locale.lang, page)))
}

/// The request as JSON, to be saved.
pub(super) async fn save<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    let file = format!("{}.json", case.reference());
    Ok(case_json(desk, (request, locale), &key, &case)?.download(&file))
}

/// The signed receipt of the request, or of its erasure.
pub(super) async fn receipt<S: Store>(
    desk: &Desk<'_, S>,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let case = match load(desk, key).await {
        Err(Fault::NotFound) => return erased::receipt(desk, key).await,
        case => case?,
    };
    let file = format!("{}.receipt.json", case.reference());
    let json = wire::receipt(desk.setup, &case)?;
    Ok(secret(Reply::json_text(StatusCode::OK, json)).download(&file))
}

/// A file of the request, to be saved and not shown.
pub(super) async fn attachment<S: Store>(
    desk: &Desk<'_, S>,
    key: RequestKey,
    number: &str,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    let number: usize = number.parse().map_err(|_| Problem::NotFound)?;
    let (file, bytes) = cases::read_file(desk, &key, &case.opening.files, number).await?;
    Ok(secret(Reply::attached_file(case.reference(), number, file.kind, bytes)))
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
