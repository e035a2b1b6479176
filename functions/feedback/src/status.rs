//! A case of feedback as its person follows it, behind the secret link that only they have.

use desk_core::case::{Case, CaseChange, CaseKey, Message};
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use futures_util::future::try_join;
use http::StatusCode;

use super::status_page::{self, StatusView};
use super::{Door, secret, wants_page, wire};
use desk_app::Desk;
use desk_app::Setup;
use desk_app::cases;
use desk_app::feedback::limit;
use desk_app::limiter::{self, Brake};
use desk_app::paths::status_path;
use desk_app::ports::Store;
use desk_web::fields::{Encoding, Fields};
use desk_web::filing::{idempotency_key, text_code};
use desk_web::form::{Draft, Trouble};
use desk_web::negotiate;
use desk_web::problem::{Problem, RateLimit};
use desk_web::reply::Reply;
use desk_web::request::{Locale, Request};
use desk_web::respond::Refused;
use http::header;

/// What the person has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
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
    door: Door,
    parameters: &[&str],
) -> Result<Reply, Refused> {
    let token = parameters.first().copied().unwrap_or_default();
    let key = case_key(desk.setup, token);
    match door {
        Door::Message => return add_message(desk, request, locale, key).await,
        Door::Withdraw => return Ok(withdraw(desk, request, locale, key).await?),
        _ => {}
    }
    let (key, case) = load(desk, key).await?;
    Ok(match door {
        Door::Received => received(desk, request, locale, &key, &case)?,
        Door::Case => {
            let file = format!("{}.json", case.reference());
            download(case_json(desk.setup, &key, &case), &file)
        }
        Door::Receipt => {
            let file = format!("{}.receipt.json", case.reference());
            let json = wire::receipt(desk.setup, &case);
            download(Reply::json_text(StatusCode::OK, json), &file)
        }
        Door::Attachment => {
            let number = parameters.get(1).copied().unwrap_or_default();
            attachment(desk, &key, &case, number).await?
        }
        Door::Status(done) => status(desk, request, locale, &key, &case, done)?,
        Door::Form | Door::File | Door::Follow | Door::Message | Door::Withdraw => {
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

fn download(reply: Reply, file: &str) -> Reply {
    secret(reply).header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\""))
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
    done: Option<Done>,
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
    let name = format!("{}-{number}.{}", case.reference(), file.kind.extension());
    let reply = Reply::sandboxed(file.kind.media_type(), bytes);
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
    RateLimit::of(brake.verdict()).apply(reply)
}

async fn add_message<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: Result<CaseKey, Problem>,
) -> Result<Reply, Refused> {
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
        let view = StatusView { done: None, draft: Some(draft) };
        let markup = status_page::status(desk, request, locale, key, case, &view).ok()?;
        let reply = Reply::page(trouble.status(), locale.lang, markup);
        Some(secret(trouble.headers(reply)).vary("Accept, Accept-Language"))
    };
    if page.is_none() {
        read.clone()?;
    }
    let ((key, case), brake) = try_join(load(desk, key), brake(desk, request)).await?;
    let text = match (read, text) {
        (Ok(()), Some(text)) => text,
        (Ok(()), None) => {
            return Err(Problem::Internal("a required message is missing".into()).into());
        }
        (Err(problem), _) => {
            return Err(Refused { form: again(&case, &key, &problem), problem });
        }
    };
    let id = cases::event_id(desk, &key, "person", once.as_deref());
    let earlier = case.head.events().iter().find(|event| event.id.unique() == id.unique());
    if let Some(earlier) = earlier {
        let same =
            matches!(&earlier.change, CaseChange::PersonWrote { text: first } if *first == text);
        let link = Some(locale.href(&status_path(desk.setup, &key)).into_owned());
        return if same {
            let brake = brake.released();
            Ok(changed(desk.setup, (&key, &case), page, locale, StatusCode::CREATED, &brake))
        } else {
            Err(Problem::AlreadySent(link).into())
        };
    }
    let change = CaseChange::PersonWrote { text };
    case.decide(&change)?;
    if let Err(fault) = brake.admit() {
        let problem = Problem::from(fault);
        return Err(Refused { form: again(&case, &key, &problem), problem });
    }
    let (case, ()) =
        try_join(cases::append(desk, &key, case, change, id), brake.count(desk)).await?;
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
    let ((key, case), brake) = try_join(load(desk, key), brake(desk, request)).await?;
    // Withdrawing twice is withdrawing once.
    let (case, brake) = match case.decide(&CaseChange::Withdrawn) {
        Err(_) => (case, brake.released()),
        Ok(()) => {
            brake.admit()?;
            let id = desk.moment.id();
            let append = cases::append(desk, &key, case, CaseChange::Withdrawn, id);
            (try_join(append, brake.count(desk)).await?.0, brake)
        }
    };
    Ok(changed(desk.setup, (&key, &case), page, locale, StatusCode::OK, &brake))
}
