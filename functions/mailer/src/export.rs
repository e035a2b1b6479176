//! What holds, or what changed, given out as it is read: NDJSON or CSV.

use bytes::Bytes;
use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::keys::Subject;
use desk_core::suppression::{
    self, CHANGES, Reason, SUPPRESSIONS, Scope, Suppression, SuppressionChange,
};
use futures_util::future::try_join_all;
use http::StatusCode;

use desk_app::desk::{Desk, DetachedDesk};
use desk_app::journal::{self, advance};
use desk_app::outbox;
use desk_app::ports::{Scan, Store};
use desk_app::suppression::IN_FLIGHT;
use desk_core::json::Json;
use desk_web::negotiate;
use desk_web::operator::Role;
use desk_web::problem::Problem;
use desk_web::reply::{Chunks, Reply};
use desk_web::request::Request;
use http::header;

use super::read_cursor;

/// How an export is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Ndjson,
    Csv,
}

impl Format {
    fn of(request: &Request) -> Result<Self, Problem> {
        let offers = ["application/x-ndjson", "text/csv"];
        match request.query("format")?.as_deref() {
            Some("ndjson") => Ok(Self::Ndjson),
            Some("csv") => Ok(Self::Csv),
            Some(_) => Err(Problem::invalid_query("format", "unknown-format")),
            None if negotiate::media_type(&request.headers, &offers) == Some("text/csv") => {
                Ok(Self::Csv)
            }
            None => Ok(Self::Ndjson),
        }
    }
}

/// What an export gives out.
enum Source {
    /// Everything that holds, read as it is given out.
    Held(Vec<(Subject, Scope)>),
    /// What changed, which the keys say by themselves.
    Changed(Vec<SuppressionChange>),
}

/// An export that is being given out.
pub(super) struct Export<S> {
    desk: DetachedDesk<S>,
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
pub(super) async fn export<S: Scan + Clone>(
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
    let format = Format::of(request)?;
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
        desk: desk.detached(),
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
        let desk = self.desk.desk();
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
                        self.suppression_line(&mut text, *subject, *scope, &state);
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
        let lists = &self.desk.desk().setup.lists();
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

    fn suppression_line(
        &self,
        text: &mut String,
        subject: Subject,
        scope: Scope,
        held: &Suppression,
    ) {
        match self.format {
            Format::Ndjson => {
                text.push_str(&Json::object(|json| {
                    json.shown("subject", &subject);
                    json.text("scope", &self.desk.desk().setup.lists().scope_name(scope));
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
                    self.desk.desk().setup.lists().scope_name(scope),
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
