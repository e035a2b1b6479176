//! Suppressions that operators enter, lift, or bring along from another system.

use desk_core::email::EmailAddress;
use desk_core::keys::Subject;
use desk_core::suppression::{Reason, Scope};
use desk_core::text::Text;
use desk_core::time::{Date, Timestamp};
use futures_util::future::try_join_all;
use http::StatusCode;

use crate::links::MAX_BATCH;
use desk_app::Desk;
use desk_app::audit::{self, About, Action};
use desk_app::outbox::{self, SuppressionNotice};
use desk_app::ports::Store;
use desk_app::suppression::{Act, IN_FLIGHT};
use desk_core::json::Json;
use desk_web::fields::{FieldValue, Fields};
use desk_web::filing::text_code;
use desk_web::problem::Problem;
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::Request;

/// `PUT /suppressions` and `DELETE /suppressions`: an operator enters or lifts one, and says why.
pub(super) async fn enter<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    lifts: bool,
) -> Result<ReplyWithOutgoing<Vec<SuppressionNotice>>, Problem> {
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
                outgoing.push(SuppressionNotice::new(setup.lists(), change));
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
    outgoing.push(SuppressionNotice::new(setup.lists(), change));
    let scope = setup.lists().scope_name(change.scope);
    let json = Json::object(|json| outbox::describe(json, &scope, &change));
    Ok(ReplyWithOutgoing { reply: Reply::json_text(StatusCode::OK, json), outgoing })
}

/// One row of another system's opt-outs.
struct Row {
    subject: Subject,
    scope: Scope,
    at: Timestamp,
}

/// `POST /suppressions/import`: up to a thousand opt-outs of another system. What is wrong with one keeps no other from
/// being taken.
pub(super) async fn import<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let items = opt_outs(&mut fields);
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

/// Takes the list of opt-outs.
fn opt_outs(fields: &mut Fields) -> Vec<FieldValue> {
    let code = match fields.take("opt_outs").pop() {
        Some(FieldValue::List(items)) if items.is_empty() => "empty",
        Some(FieldValue::List(items)) if items.len() > MAX_BATCH => "batch",
        Some(FieldValue::List(items)) => return items,
        Some(_) => "not-a-list",
        None => "missing",
    };
    fields.error("opt_outs", code);
    Vec::new()
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
