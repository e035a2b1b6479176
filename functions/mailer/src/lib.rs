//! Suppressions for the mailer and the operators: who must not be written to, what has changed, and what the mailer does
//! not know yet; and the links that it puts into mails. Beside the console it is the only part that scans the store.

mod enter;
mod export;
mod links;

use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::keys::Subject;
use desk_core::suppression::{Scope, Suppression};
use futures_util::future::try_join;
use http::{Method, StatusCode};

pub use crate::links::MAX_BATCH;
use crate::links::{addresses, mint};
use desk_app::Desk;
use desk_app::journal::{advance, cursor, untold};
use desk_app::outbox::{self, SuppressionNotice};
use desk_app::ports::{Outbound, Scan, Store};
use desk_app::suppression::state;
use desk_core::json::Json;
use desk_web::fields::{FieldValue, Fields};
use desk_web::operator::{self, Role};
use desk_web::problem::Problem;
use desk_web::reply::{After, Reply, ReplyWithOutgoing, Response, Rest};
use desk_web::request::Request;
use desk_web::respond::respond_json;
use desk_web::routes::{BATCH_LIMIT, BODY_LIMIT, Route, Routes};

/// How long the mailer has to act on an opt-out: what Gmail and Yahoo ask of senders.
const DEADLINE: i64 = 48 * 3600;

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Everything that is suppressed, or what changed since a cursor.
    Export,
    /// An operator enters a suppression.
    Enter,
    /// An operator lifts one.
    Lift,
    /// Whether people may be written to.
    Check,
    /// What the mailer does not know yet.
    Pending,
    /// Up to where the mailer has acted.
    Acknowledge,
    /// Opt-outs of another system.
    Import,
    /// Links to be put into mails.
    Links,
}

/// The routes of the function `mailer`.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::get("/suppressions", Endpoint::Export),
    Route::put("/suppressions", BODY_LIMIT, Endpoint::Enter),
    Route::delete("/suppressions", BODY_LIMIT, Endpoint::Lift),
    Route::post("/suppressions/check", BATCH_LIMIT, Endpoint::Check),
    Route::get("/suppressions/pending", Endpoint::Pending),
    Route::post("/suppressions/acknowledge", BODY_LIMIT, Endpoint::Acknowledge),
    Route::post("/suppressions/import", BATCH_LIMIT, Endpoint::Import),
    Route::post("/unsubscribe/links", BATCH_LIMIT, Endpoint::Links),
]);

/// Answers a request to the function `mailer`.
pub async fn serve<S: Scan + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Response {
    let locale = request.locale(&desk.setup.profile);
    // Before anything else, so that whoever has no token learns nothing, not even which addresses there are.
    let outcome = match operator::authorise_app(
        desk.setup.operator.as_ref(),
        desk.setup.app_token.as_ref(),
        request,
    ) {
        Ok(role) => route(desk, request, role).await,
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(Answer::Whole(ReplyWithOutgoing { reply, outgoing })) => {
            let mut response = reply.finish(request);
            response.after = outbox::after(desk, outgoing).map(After::new);
            response
        }
        Ok(Answer::Streamed(reply, export)) => {
            let response = reply.finish(request);
            if request.method == Method::HEAD {
                response
            } else {
                response.followed_by(Rest::new(*export))
            }
        }
        Err(problem) => respond_json(&desk.setup.profile, request, locale, Err(problem)),
    }
}

enum Answer<S> {
    Whole(ReplyWithOutgoing<Vec<SuppressionNotice>>),
    Streamed(Reply, Box<export::Export<S>>),
}

async fn route<S: Scan + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
    role: Role,
) -> Result<Answer<S>, Problem> {
    // What is wrong with the lists must not be told from a list that nobody has left.
    desk.setup.mailing()?;
    let (endpoint, _) = ROUTES.find(request)?;
    let operator = || if role == Role::Operator { Ok(()) } else { Err(Problem::Unauthorised) };
    Ok(Answer::Whole(match endpoint {
        Endpoint::Export => {
            let (reply, export) = export::export(desk, request, role).await?;
            return Ok(Answer::Streamed(reply, Box::new(export)));
        }
        Endpoint::Enter | Endpoint::Lift => {
            operator()?;
            enter::enter(desk, request, endpoint == Endpoint::Lift).await?
        }
        Endpoint::Check => check(desk, request).await?.into(),
        Endpoint::Pending => pending(desk).await?.into(),
        Endpoint::Acknowledge => acknowledge(desk, request).await?.into(),
        Endpoint::Import => {
            operator()?;
            enter::import(desk, request).await?.into()
        }
        Endpoint::Links => mint(desk.setup, request)?.into(),
    }))
}

/// One that is asked about: under the current root, and under those before it, for what was stored before a rotation keeps
/// the old hash.
struct PersonQuery {
    email: Option<EmailAddress>,
    subjects: Vec<Subject>,
}

/// `POST /suppressions/check`: whether up to a thousand people may be written to.
async fn check<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Result<Reply, Problem> {
    let setup = desk.setup;
    let mut fields = Fields::read(request)?;
    let list = fields.parse("list", |id| setup.lists().by_id(id).ok_or("unknown-list"));
    let asked: Vec<PersonQuery> = match fields.take("subjects").pop() {
        Some(value) => subjects(&mut fields, value),
        None => addresses(&mut fields)
            .into_iter()
            .map(|email| {
                let subjects = setup.keys.subjects(&email).collect();
                PersonQuery { email: Some(email), subjects }
            })
            .collect(),
    };
    fields.finish().map_err(Problem::InvalidFields)?;
    let mut scopes = vec![Scope::All, Scope::Bounce, Scope::Complaint];
    scopes.extend(list.map(|list| Scope::List(list.tag)));
    let pairs: Vec<(Subject, Scope)> = asked
        .iter()
        .flat_map(|asked| &asked.subjects)
        .flat_map(|subject| scopes.iter().map(|scope| (*subject, *scope)))
        .collect();
    let mut found = desk.suppressions(&pairs).await?.into_iter();
    let json = Json::object(|json| {
        json.maybe("list", list.map(|list| list.id.as_str()));
        json.list("results", |results| {
            for asked in &asked {
                let mut held: Vec<(Scope, Suppression)> = Vec::new();
                for _ in &asked.subjects {
                    for scope in &scopes {
                        let state = found.next().flatten();
                        held.extend(state.map(|state| (*scope, state)));
                    }
                }
                results.nest("", |json| {
                    if let Some(email) = &asked.email {
                        json.text("email", email.as_str());
                    }
                    if let Some(subject) = asked.subjects.first() {
                        json.shown("subject", subject);
                    }
                    json.flag("suppressed", !held.is_empty());
                    json.list("because", |because| {
                        for (scope, held) in &held {
                            because.nest("", |json| state(json, setup, *scope, held));
                        }
                    });
                });
            }
        });
    });
    Ok(Reply::json_text(StatusCode::OK, json))
}

fn subjects(fields: &mut Fields, value: FieldValue) -> Vec<PersonQuery> {
    let FieldValue::List(items) = value else {
        fields.error("subjects", "not-a-list");
        return Vec::new();
    };
    if items.is_empty() || items.len() > MAX_BATCH {
        fields.error("subjects", if items.is_empty() { "empty" } else { "batch" });
        return Vec::new();
    }
    let mut asked = Vec::with_capacity(items.len());
    for (at, item) in items.into_iter().enumerate() {
        let subject = match &item {
            FieldValue::Text(text) => text.parse().ok(),
            _ => None,
        };
        match subject {
            Some(subject) => asked.push(PersonQuery { email: None, subjects: vec![subject] }),
            None => fields.error(&format!("subjects/{at}"), "not-a-subject"),
        }
    }
    asked
}

/// Reads a cursor. One from the future is none of ours, and would hide what is yet to come.
fn read_cursor<S>(desk: &Desk<'_, S>, text: &str) -> Option<Id> {
    text.parse().ok().filter(|id| *id <= Id::new(desk.now(), [u8::MAX; 10]))
}

/// `POST /suppressions/acknowledge`: the mailer says up to where it has acted.
async fn acknowledge<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let to = fields.parse("cursor", |text| read_cursor(desk, text).ok_or("cursor"));
    fields.require("cursor", &to);
    fields.finish().map_err(Problem::InvalidFields)?;
    if let Some(to) = to {
        advance(desk, to).await?;
    }
    Ok(Reply::new(StatusCode::NO_CONTENT))
}

/// `GET /suppressions/pending`: what the mailer does not know yet, and how old the oldest of it is.
async fn pending<S: Scan>(desk: &Desk<'_, S>) -> Result<Reply, Problem> {
    let keys = desk.keys("");
    let (keys, fetched) = try_join(keys, cursor(desk)).await?;
    let waiting = untold(&keys, fetched);
    let json = Json::object(|json| {
        json.number("pending", waiting.len());
        if let Some(oldest) = waiting.first().map(|change| change.id.instant()) {
            let age = desk.now().seconds_since(oldest).max(0);
            json.shown("oldest_at", &oldest);
            json.number("oldest_age_seconds", usize::try_from(age).unwrap_or(usize::MAX));
            json.shown("due_at", &oldest.plus_seconds(DEADLINE));
            json.flag("overdue", age > DEADLINE);
        }
    });
    Ok(Reply::json_text(StatusCode::OK, json))
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>);
