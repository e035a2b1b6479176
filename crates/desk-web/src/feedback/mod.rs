//! Feedback: questions, complaints, suggestions and problems, and the way back to them (promise P11).

mod pages;
mod submission;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use std::cell::RefCell;
use std::rc::Rc;

use desk_core::case::{Case, CaseKey, Change, Message};
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use desk_core::lang::Lang;
use http::{Method, StatusCode};

use crate::cases;
use crate::desk::Desk;
use crate::fields::{Encoding, Fields};
use crate::form::{Draft, Trouble};
use crate::headers;
use crate::join::both;
use crate::limiter::{self, Brake, Limit};
use crate::negotiate;
use crate::ports::Store;
use crate::problem::Problem;
use crate::reply::{Prepared, Reply, Response};
use crate::request::{Locale, Request};
use crate::setup::Setup;
use crate::submitted::{idempotency_key, text_code};

/// The most bytes of a body: three files of 1 MiB each as base 64 in JSON take 4 MiB; text and framing take the rest.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024 + 256 * 1024;

/// Answers for every address under `/feedback`.
pub async fn serve<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = request.locale(desk.setup);
    if let Some(answer) = remembered_form(desk, request, locale) {
        return answer;
    }
    let mut refused = None;
    let outcome = route(desk, request, locale, &mut refused).await;
    desk.respond_or(request, locale, outcome, refused)
}

/// Answers a request, or says what the problem is. Where a person filled in a form, `refused` takes the page that shows
/// the problem beside what they wrote, to be answered in place of the problem's own.
async fn route<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    refused: &mut Option<Reply>,
) -> Result<Reply, Problem> {
    let segments = request.segments()?;
    match segments.as_slice() {
        ["feedback"] => {
            request.allow("GET, HEAD, POST")?;
            if !request.reads() {
                submission::submit(desk, request, locale, refused).await
            } else {
                form(desk, request, locale)
            }
        }
        ["feedback", "follow"] => {
            request.allow("POST")?;
            follow(request, locale)
        }
        ["feedback", "status", token, rest @ ..] => {
            let key = case_key(desk.setup, token);
            match rest {
                [] => {
                    request.allow("GET, HEAD")?;
                    status(desk, request, locale, key, None).await
                }
                ["received"] => {
                    request.allow("GET, HEAD")?;
                    received(desk, request, locale, key).await
                }
                ["added"] => {
                    request.allow("GET, HEAD")?;
                    status(desk, request, locale, key, Some(pages::Done::Added)).await
                }
                ["withdrawn"] => {
                    request.allow("GET, HEAD")?;
                    status(desk, request, locale, key, Some(pages::Done::Withdrawn)).await
                }
                ["case.json"] => {
                    request.allow("GET, HEAD")?;
                    let (key, case) = load(desk, key).await?;
                    let file = format!("{}.json", case.reference());
                    Ok(download(case_json(desk.setup, &key, &case), &file))
                }
                ["receipt.json"] => {
                    request.allow("GET, HEAD")?;
                    let (_, case) = load(desk, key).await?;
                    let file = format!("{}.receipt.json", case.reference());
                    Ok(download(
                        Reply::json_text(StatusCode::OK, wire::receipt(desk.setup, &case)),
                        &file,
                    ))
                }
                ["attachments", number] => {
                    request.allow("GET, HEAD")?;
                    let (key, case) = load(desk, key).await?;
                    attachment(desk, &key, &case, number).await
                }
                ["messages"] => {
                    request.allow("POST")?;
                    add_message(desk, request, locale, key, refused).await
                }
                ["withdraw"] => {
                    request.allow("POST")?;
                    withdraw(desk, request, locale, key).await
                }
                _ => Err(Problem::NotFound),
            }
        }
        _ => Err(Problem::NotFound),
    }
}

/// What is limited here.
fn brake<'a, S>(desk: &'a Desk<'_, S>) -> Limit<'a> {
    Limit { area: "feedback", limits: &desk.setup.feedback_limits }
}

/// Reads the token of a status link. One that is forged, cut or of another purpose is answered as one that expired.
fn case_key(setup: &Setup, token: &str) -> Result<CaseKey, Problem> {
    setup.keys.redeem(Purpose::StatusLink, token).map(CaseKey::from_bytes).ok_or(Problem::NotFound)
}

/// The path of a case's status page.
pub(crate) fn status_path(setup: &Setup, key: &CaseKey) -> String {
    format!("/feedback/status/{}", setup.keys.mint(Purpose::StatusLink, key.to_bytes()))
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

fn download(reply: Reply, file: &str) -> Reply {
    secret(reply).header(headers::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\""))
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

/// What this instance remembers of the empty form: the page in each language, and where the token stands in it.
#[derive(Debug, Default)]
pub struct Forms(RefCell<Vec<(Lang, usize, Rc<Prepared>)>>);

/// Answers with the empty form, rendered once in an instance, in which the token alone is another one each time.
///
/// `None` for every other request, and for a form whose address says something: that is shown in the page.
fn remembered_form<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Option<Response> {
    let plain = request.query_pairs().next().is_none();
    if request.path() != "/feedback" || request.method != Method::GET || !plain {
        return None;
    }
    let token = form_token(desk);
    let forms = &desk.setup.forms.0;
    let known = |(lang, at, page): &(Lang, usize, Rc<Prepared>)| {
        (*lang == locale.lang).then(|| (*at, page.clone()))
    };
    let known = forms.borrow().iter().find_map(known);
    let (at, page) = match known {
        Some(known) => known,
        None => {
            let reply = form(desk, request, locale).ok()?;
            // The token of that form, for which there is another one now.
            let name = b"name=\"token\" value=\"";
            let at = reply.body().windows(name.len()).position(|window| window == name)?;
            let (at, page) = (at + name.len(), Rc::new(reply.prepare()));
            forms.borrow_mut().push((locale.lang, at, page.clone()));
            (at, page)
        }
    };
    let mut answer = page.answer(request);
    let mut body = Vec::from(answer.body);
    body.get_mut(at..at + token.len())?.copy_from_slice(token.as_bytes());
    answer.body = body.into();
    Some(answer)
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

async fn received<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: Result<CaseKey, Problem>,
) -> Result<Reply, Problem> {
    let (key, case) = load(desk, key).await?;
    let page = pages::received(desk.setup, request, locale, &key, &case);
    Ok(secret(Reply::page(StatusCode::OK, locale.lang, page)).vary("Accept-Language"))
}

async fn status<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: Result<CaseKey, Problem>,
    done: Option<pages::Done>,
) -> Result<Reply, Problem> {
    let (key, case) = load(desk, key).await?;
    let offers = ["text/html", "application/json"];
    if negotiate::media_type(&request.headers, &offers) == Some("application/json") {
        return Ok(case_json(desk.setup, &key, &case).vary("Accept, Accept-Language"));
    }
    let view = pages::StatusView { done, ..pages::StatusView::default() };
    let page = pages::status(desk, request, locale, &key, &case, &view);
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
    let name = format!("{}-{number}.{}", case.reference(), file.kind.extension());
    let reply = Reply::with_body(StatusCode::OK, file.kind.media_type(), bytes)
        .header(headers::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    Ok(download(reply, &name))
}

/// The case as it is after a change, for whoever made it.
fn changed(
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
    brake.fields().apply(reply)
}

async fn add_message<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: Result<CaseKey, Problem>,
    refused: &mut Option<Reply>,
) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let page = wants_page(request, fields.encoding).then_some("added");
    let sent = fields.peek("message").unwrap_or_default().to_owned();
    let token = if fields.encoding == Encoding::Form { fields.text("once") } else { None };
    let text = fields.parse("message", |text| Message::new(text).map_err(text_code));
    fields.require("message", &text);
    let once = token.clone().or(idempotency_key(request)?);
    let read = fields.finish().map_err(Problem::InvalidFields);
    // What a person wrote stays in the form when it comes back.
    let again = |case: &Case, key: &CaseKey, problem: &Problem| {
        page?;
        let trouble = Trouble::of(problem)?;
        let draft = Draft { text: &sent, once: token.as_deref(), trouble };
        let view = pages::StatusView { done: None, draft: Some(draft) };
        let markup = pages::status(desk, request, locale, key, case, &view);
        let reply = Reply::page(trouble.status(), locale.lang, markup);
        Some(secret(trouble.headers(reply)).vary("Accept, Accept-Language"))
    };
    if let Err(problem) = &read
        && page.is_none()
    {
        return Err(problem.clone());
    }
    let ((key, case), brake) =
        both(load(desk, key), limiter::check(desk, request, brake(desk))).await?;
    let text = match (read, text) {
        (Ok(()), Some(text)) => text,
        (Ok(()), None) => {
            return Err(Problem::Internal("a required message is missing".to_owned()));
        }
        (Err(problem), _) => {
            *refused = again(&case, &key, &problem);
            return Err(problem);
        }
    };
    let id = cases::event_id(desk, &key, "person", once.as_deref());
    let earlier = case.head.events().iter().find(|event| event.id.unique() == id.unique());
    if let Some(earlier) = earlier {
        let same = matches!(&earlier.change, Change::PersonWrote { text: first } if *first == text);
        let link = Some(locale.href(&status_path(desk.setup, &key)).into_owned());
        return if same {
            let brake = brake.released();
            Ok(changed(desk.setup, (&key, &case), page, locale, StatusCode::CREATED, &brake))
        } else {
            Err(Problem::AlreadySent(link))
        };
    }
    let change = Change::PersonWrote { text };
    case.decide(&change).map_err(wire::refusal)?;
    if let Err(problem) = brake.admit() {
        *refused = again(&case, &key, &problem);
        return Err(problem);
    }
    let (case, ()) = both(cases::append(desk, &key, case, change, id), brake.count(desk)).await?;
    Ok(changed(desk.setup, (&key, &case), page, locale, StatusCode::CREATED, &brake))
}

async fn withdraw<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: Result<CaseKey, Problem>,
) -> Result<Reply, Problem> {
    // Nothing needs to be said to withdraw, so an empty body will do.
    let encoding = if request.whole_body()?.is_empty() {
        Encoding::Json
    } else {
        let fields = Fields::read(request)?;
        let encoding = fields.encoding;
        fields.finish().map_err(Problem::InvalidFields)?;
        encoding
    };
    let page = wants_page(request, encoding).then_some("withdrawn");
    let ((key, case), brake) =
        both(load(desk, key), limiter::check(desk, request, brake(desk))).await?;
    // Withdrawing twice is withdrawing once.
    let (case, brake) = match case.decide(&Change::Withdrawn) {
        Err(_) => (case, brake.released()),
        Ok(()) => {
            brake.admit()?;
            let id = desk.moment.id();
            let append = cases::append(desk, &key, case, Change::Withdrawn, id);
            (both(append, brake.count(desk)).await?.0, brake)
        }
    };
    Ok(changed(desk.setup, (&key, &case), page, locale, StatusCode::OK, &brake))
}
