//! Suppressions for the mailer and the operators: who must not be written to, what has changed, and what the mailer does
//! not know yet; and the links that it puts into mails. Beside the console it is the only part that scans the store.

mod links;

use std::rc::Rc;

use bytes::Bytes;
use desk_core::email::EmailAddress;
use desk_core::fault::Fault;
use desk_core::id::{Id, Moment};
use desk_core::keys::Subject;
use desk_core::suppression::{
    self, CHANGES, Reason, SUPPRESSIONS, Scope, Suppression, SuppressionChange,
};
use desk_core::text::Text;
use desk_core::time::{Date, Timestamp};
use futures_util::future::{try_join, try_join_all};
use http::{Method, StatusCode};

pub use crate::links::MAX_BATCH;
use crate::links::{addresses, mint};
use desk_app::Desk;
use desk_app::Setup;
use desk_app::audit::{self, About, Action};
use desk_app::journal::{self, advance, cursor, untold};
use desk_app::outbox::{self, Changed};
use desk_app::ports::{Outbound, Scan, Store};
use desk_app::suppression::{Act, IN_FLIGHT, state};
use desk_core::json::Json;
use desk_web::fields::{FieldValue, Fields};
use desk_web::filing::text_code;
use desk_web::negotiate;
use desk_web::operator::{self, Role};
use desk_web::problem::{Problem, respond_json};
use desk_web::reply::{After, Answered, Chunks, Reply, Response, Rest};
use desk_web::request::Request;
use desk_web::routes::{BATCH_LIMIT, BODY_LIMIT, Route, Routes};
use http::header;

/// How long the mailer has to act on an opt-out: what Gmail and Yahoo ask of senders.
const DEADLINE: i64 = 48 * 3600;

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
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
pub const ROUTES: Routes<Door> = Routes(&[
    Route::get("/suppressions", Door::Export),
    Route::put("/suppressions", BODY_LIMIT, Door::Enter),
    Route::delete("/suppressions", BODY_LIMIT, Door::Lift),
    Route::post("/suppressions/check", BATCH_LIMIT, Door::Check),
    Route::get("/suppressions/pending", Door::Pending),
    Route::post("/suppressions/acknowledge", BODY_LIMIT, Door::Acknowledge),
    Route::post("/suppressions/import", BATCH_LIMIT, Door::Import),
    Route::post("/unsubscribe/links", BATCH_LIMIT, Door::Links),
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
        Ok(Answer::Whole(Answered { reply, outgoing })) => {
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
    Whole(Answered<Vec<Changed>>),
    Streamed(Reply, Box<Export<S>>),
}

async fn route<S: Scan + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
    role: Role,
) -> Result<Answer<S>, Problem> {
    // What is wrong with the lists must not be told from a list that nobody has left.
    desk.setup.mailing()?;
    let (door, _) = ROUTES.find(request)?;
    let operator = || if role == Role::Operator { Ok(()) } else { Err(Problem::Unauthorised) };
    Ok(Answer::Whole(match door {
        Door::Export => {
            let (reply, export) = export(desk, request, role).await?;
            return Ok(Answer::Streamed(reply, Box::new(export)));
        }
        Door::Enter | Door::Lift => {
            operator()?;
            enter(desk, request, door == Door::Lift).await?
        }
        Door::Check => check(desk, request).await?.into(),
        Door::Pending => pending(desk).await?.into(),
        Door::Acknowledge => acknowledge(desk, request).await?.into(),
        Door::Import => {
            operator()?;
            import(desk, request).await?.into()
        }
        Door::Links => mint(desk.setup, request)?.into(),
    }))
}

/// One that is asked about: under the current root, and under those before it, for what was stored before a rotation keeps
/// the old hash.
struct Asked {
    email: Option<EmailAddress>,
    subjects: Vec<Subject>,
}

/// `POST /suppressions/check`: whether up to a thousand people may be written to.
async fn check<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Result<Reply, Problem> {
    let setup = desk.setup;
    let mut fields = Fields::read(request)?;
    let list = fields.parse("list", |id| setup.lists().by_id(id).ok_or("unknown-list"));
    let asked: Vec<Asked> = match fields.take("subjects").pop() {
        Some(value) => subjects(&mut fields, value),
        None => addresses(&mut fields)
            .into_iter()
            .map(|email| {
                let subjects = setup.keys.subjects(&email).collect();
                Asked { email: Some(email), subjects }
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

fn subjects(fields: &mut Fields, value: FieldValue) -> Vec<Asked> {
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
            Some(subject) => asked.push(Asked { email: None, subjects: vec![subject] }),
            None => fields.error(&format!("subjects/{at}"), "not-a-subject"),
        }
    }
    asked
}

/// `PUT /suppressions` and `DELETE /suppressions`: an operator enters or lifts one, and says why.
async fn enter<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    lifts: bool,
) -> Result<Answered<Vec<Changed>>, Problem> {
    let setup = desk.setup;
    let mut fields = Fields::read(request)?;
    let email =
        fields.parse("email", |text| text.parse::<EmailAddress>().map_err(|_| "not-an-address"));
    let subject = fields.parse("subject", |text| text.parse().map_err(|_| "not-a-subject"));
    let scope = fields.parse("scope", |name| setup.lists().scope(name).ok_or("unknown-scope"));
    let reason = fields.parse("reason", |text| Text::<500>::new(text).map_err(text_code));
    fields.require("reason", &reason);
    if email.is_some() && subject.is_some() {
        fields.error("subject", "given-twice");
    }
    let subjects: Vec<Subject> = match (&email, subject) {
        (Some(email), _) => setup.keys.subjects(email).collect(),
        (None, Some(subject)) => vec![subject],
        (None, None) => {
            fields.require::<()>("email", &None);
            Vec::new()
        }
    };
    fields.finish().map_err(Problem::InvalidFields)?;
    let Some(first) = subjects.first().copied() else {
        return Err(Problem::Internal("a required subject is missing".into()));
    };
    let scope = scope.unwrap_or(Scope::All);
    let mut outgoing = Vec::new();
    let action = if lifts { Action::SuppressionLifted } else { Action::Suppressed };
    audit::record_about(desk, action, About::Subject(first.to_bytes()), reason).await?;
    let change = if lifts {
        // What was stored before a rotation has another key.
        for subject in subjects.into_iter().skip(1) {
            if desk.suppression(subject, scope).await?.is_some() {
                let change = desk.lift(subject, scope).await?;
                outgoing.push(Changed::new(setup.lists(), change));
            }
        }
        desk.lift(first, scope).await?
    } else {
        let reason = match scope {
            Scope::Bounce => Reason::Bounce,
            Scope::Complaint => Reason::Complaint,
            Scope::List(_) | Scope::All => Reason::Operator,
        };
        let at = desk.now();
        desk.suppress(Act { subject: first, scope, reason, page: None, at, expires: None }).await?
    };
    outgoing.push(Changed::new(setup.lists(), change));
    let scope = setup.lists().scope_name(change.scope);
    let json = Json::object(|json| outbox::describe(json, &scope, &change));
    Ok(Answered { reply: Reply::json_text(StatusCode::OK, json), outgoing })
}

/// One row of another system's opt-outs.
struct Row {
    subject: Subject,
    scope: Scope,
    at: Timestamp,
}

/// `POST /suppressions/import`: up to a thousand opt-outs of another system. What is wrong with one keeps no other from
/// being taken.
async fn import<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let items = match fields.take("opt_outs").pop() {
        Some(FieldValue::List(items)) if (1..=MAX_BATCH).contains(&items.len()) => items,
        Some(FieldValue::List(items)) => {
            fields.error("opt_outs", if items.is_empty() { "empty" } else { "batch" });
            Vec::new()
        }
        Some(_) => {
            fields.error("opt_outs", "not-a-list");
            Vec::new()
        }
        None => {
            fields.error("opt_outs", "missing");
            Vec::new()
        }
    };
    fields.finish().map_err(Problem::InvalidFields)?;
    let mut refused: Vec<(usize, &'static str)> = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for (at, item) in items.into_iter().enumerate() {
        match row(desk, item) {
            Ok(row) => rows.push(row),
            Err(code) => refused.push((at, code)),
        }
    }
    let asked: Vec<_> = rows.iter().map(|row| (row.subject, row.scope)).collect();
    let held = desk.suppressions(&asked).await?;
    let fresh: Vec<&Row> =
        rows.iter().zip(&held).filter(|(_, held)| held.is_none()).map(|(row, _)| row).collect();
    if !fresh.is_empty() {
        let about = About::Batch(u32::try_from(fresh.len()).unwrap_or(u32::MAX));
        audit::record_about(desk, Action::Suppressed, about, None).await?;
    }
    for chunk in fresh.chunks(IN_FLIGHT) {
        let writes = chunk.iter().map(|row| {
            desk.suppress(Act {
                subject: row.subject,
                scope: row.scope,
                reason: Reason::Import,
                page: None,
                at: row.at,
                expires: None,
            })
        });
        try_join_all(writes).await?;
    }
    let json = Json::object(|json| {
        json.number("imported", fresh.len());
        json.number("known", rows.len() - fresh.len());
        json.list("refused", |list| {
            for (at, code) in &refused {
                list.nest("", |json| {
                    json.shown("pointer", &format_args!("/opt_outs/{at}"));
                    json.text("code", code);
                });
            }
        });
    });
    Ok(Reply::json_text(StatusCode::OK, json))
}

fn row<S>(desk: &Desk<'_, S>, item: FieldValue) -> Result<Row, &'static str> {
    let FieldValue::Object(members) = item else { return Err("not-text") };
    let text = |name: &str| {
        let found = members.iter().find(|(member, text)| member == name && !text.is_empty());
        found.map(|(_, text)| text.as_str())
    };
    if members.iter().any(|(name, _)| !matches!(name.as_str(), "email" | "scope" | "at")) {
        return Err("unknown-field");
    }
    let email: EmailAddress =
        text("email").ok_or("missing")?.parse().map_err(|_| "not-an-address")?;
    let scope = match text("scope") {
        Some(name) => match desk.setup.lists().scope(name) {
            Some(scope @ (Scope::List(_) | Scope::All)) => scope,
            Some(Scope::Bounce | Scope::Complaint) | None => return Err("unknown-list"),
        },
        None => Scope::All,
    };
    let at = match text("at") {
        Some(text) => text
            .parse::<Timestamp>()
            .or_else(|_| text.parse().map(Date::start_utc))
            .map_err(|_| "not-an-instant")?,
        None => desk.now(),
    };
    Ok(Row { subject: desk.setup.keys.subject(&email), scope, at: at.min(desk.now()) })
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

/// How an export is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Ndjson,
    Csv,
}

/// What an export gives out.
enum Source {
    /// Everything that holds, read as it is given out.
    Held(Vec<(Subject, Scope)>),
    /// What changed, which the keys say by themselves.
    Changed(Vec<SuppressionChange>),
}

/// An export that is being given out.
struct Export<S> {
    store: S,
    setup: Rc<Setup>,
    moment: Moment,
    format: Format,
    source: Source,
    at: usize,
    /// Up to where the mailer has everything once it has all of this; `None` where it is not the mailer that asked.
    cursor: Option<Id>,
}

/// How many seconds a change may take from its id to the store, other clocks included.
const SETTLED: i64 = 60;

/// How many rows a chunk has.
const CHUNK: usize = 512;

/// `GET /suppressions`: everything that holds, or with `since` what changed after that.
async fn export<S: Scan + Clone>(
    desk: &Desk<'_, S>,
    request: &Request,
    role: Role,
) -> Result<(Reply, Export<S>), Problem> {
    let since: Option<Id> = match request.query("since")? {
        Some(text) => match read_cursor(desk, &text) {
            Some(since) => Some(since),
            None => return Err(Problem::invalid_query("since", "cursor")),
        },
        None => None,
    };
    let offers = ["application/x-ndjson", "text/csv"];
    let format = match request.query("format")?.as_deref() {
        Some("ndjson") => Format::Ndjson,
        Some("csv") => Format::Csv,
        Some(_) => return Err(Problem::invalid_query("format", "unknown-format")),
        None if negotiate::media_type(&request.headers, &offers) == Some("text/csv") => Format::Csv,
        None => Format::Ndjson,
    };
    let keys = desk.keys("").await?;
    // Of what was pruned the keys say no more: whoever is that far behind has to begin anew.
    if since.is_some_and(|since| Some(since) < journal::pruned(&keys)) {
        return Err(Problem::invalid_query("since", "cursor-pruned"));
    }
    let mut changes: Vec<SuppressionChange> = keys
        .iter()
        .filter(|key| key.starts_with(CHANGES))
        .filter_map(|k| SuppressionChange::from_key(k))
        .collect();
    changes.sort_unstable_by_key(|change| change.id);
    let source = match since {
        Some(since) => {
            changes.retain(|change| change.id > since);
            Source::Changed(changes)
        }
        None => Source::Held(
            keys.iter()
                .filter(|key| key.starts_with(SUPPRESSIONS))
                .filter_map(|key| suppression::from_key(key))
                .collect(),
        ),
    };
    let media_type = match format {
        Format::Ndjson => "application/x-ndjson",
        Format::Csv => "text/csv; charset=utf-8; header=present",
    };
    // A change whose id is older may still be on its way into the store, so the cursor stays behind: what is given out
    // twice does no harm, and what is never given out would.
    let settled = Id::new(desk.now().plus_seconds(-SETTLED), [0; 10]);
    let cursor = since.map_or(settled, |since| since.max(settled));
    let next =
        format!("<{}/suppressions?since={cursor}>; rel=\"next\"", desk.setup.profile.base_url);
    let reply = Reply::with_body(StatusCode::OK, media_type, Bytes::new())
        .vary("Accept")
        .header("desk-cursor", cursor.to_string())
        .header(header::LINK, next);
    // What an operator looks at, the mailer does not know by that; unless both are one.
    let mailer = role == Role::App || desk.setup.app_token.is_none();
    let export = Export {
        store: desk.store.clone(),
        setup: Rc::clone(desk.setup),
        moment: desk.moment.clone(),
        format,
        source,
        at: 0,
        cursor: Some(cursor).filter(|_| mailer),
    };
    Ok((reply, export))
}

impl<S: Store> Export<S> {
    async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        let (begin, end) = (self.at, self.at + CHUNK);
        self.at = end;
        let desk = Desk { store: &self.store, setup: &self.setup, moment: self.moment.clone() };
        let mut text = String::new();
        if begin == 0 && self.format == Format::Csv {
            text.push_str("id,subject,scope,suppressed,reason,at\r\n");
        }
        let length = match &self.source {
            Source::Changed(changes) => {
                for change in changes.iter().skip(begin).take(CHUNK) {
                    self.change(&mut text, change);
                }
                changes.len()
            }
            Source::Held(keys) => {
                let rows = keys.get(begin..end.min(keys.len())).unwrap_or_default();
                let states = desk.suppressions(rows).await?;
                for ((subject, scope), state) in rows.iter().zip(states) {
                    // It may have been lifted, or have expired, since the keys were listed.
                    if let Some(state) = state {
                        self.held(&mut text, *subject, *scope, &state);
                    }
                }
                keys.len()
            }
        };
        if begin >= length && text.is_empty() {
            if let Some(cursor) = self.cursor.take() {
                self.note(&desk, cursor).await?;
            }
            return Ok(None);
        }
        // A chunk of rows that were all lifted is no end.
        if text.is_empty() {
            text.push('\n');
        }
        Ok(Some(text.into()))
    }

    /// Notes what the mailer has now: everything up to the cursor, and of what is newer each change by itself.
    async fn note(&self, desk: &Desk<'_, S>, cursor: Id) -> Result<(), Fault> {
        advance(desk, cursor).await?;
        let Source::Changed(changes) = &self.source else { return Ok(()) };
        let newer: Vec<&SuppressionChange> =
            changes.iter().filter(|change| change.id > cursor).collect();
        for chunk in newer.chunks(IN_FLIGHT) {
            try_join_all(chunk.iter().map(|change| outbox::mark_told(desk, change.id))).await?;
        }
        Ok(())
    }

    fn change(&self, text: &mut String, change: &SuppressionChange) {
        let lists = &self.setup.lists();
        match self.format {
            Format::Ndjson => {
                let scope = lists.scope_name(change.scope);
                text.push_str(&Json::object(|json| outbox::describe(json, &scope, change)));
                text.push('\n');
            }
            Format::Csv => {
                let reason = change.reason.map_or("", Reason::name);
                let fields = [
                    change.id.to_string(),
                    change.subject.to_string(),
                    lists.scope_name(change.scope),
                    change.reason.is_some().to_string(),
                    reason.to_owned(),
                    change.id.instant().to_string(),
                ];
                text.push_str(&fields.join(","));
                text.push_str("\r\n");
            }
        }
    }

    fn held(&self, text: &mut String, subject: Subject, scope: Scope, held: &Suppression) {
        match self.format {
            Format::Ndjson => {
                text.push_str(&Json::object(|json| {
                    json.shown("subject", &subject);
                    json.text("scope", &self.setup.lists().scope_name(scope));
                    json.flag("suppressed", true);
                    json.text("reason", held.reason.name());
                    json.shown("at", &held.at);
                }));
                text.push('\n');
            }
            Format::Csv => {
                let fields = [
                    String::new(),
                    subject.to_string(),
                    self.setup.lists().scope_name(scope),
                    "true".to_owned(),
                    held.reason.name().to_owned(),
                    held.at.to_string(),
                ];
                text.push_str(&fields.join(","));
                text.push_str("\r\n");
            }
        }
    }
}

impl<S: Store> Chunks for Export<S> {
    fn next(
        &mut self,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Option<Bytes>, Problem>> + '_>> {
        Box::pin(async { Ok(self.chunk().await?) })
    }
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>);
