//! What is told to others: opt-outs to the mailer, and the mails that it is asked to send.
//!
//! Everything is stored before it is told, is told for the first time once the answer is out, and again by the sweep until
//! it is taken. It goes out as a Standard Webhook: <https://www.standardwebhooks.com>, version 1.0.0.

use std::rc::Rc;

use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::lang::Lang;
use desk_core::store_key::StoreKey;
use desk_core::suppression::Change;
use desk_core::time::Timestamp;
use desk_core::webhook::{self, Secret};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::json::Json;
use crate::ports::{Call, Outbound, Store};
use crate::problem::Problem;
use crate::reply::After;
use crate::setup::{InvalidSetup, invalid};

/// Where the mailer listens.
#[derive(Debug)]
pub struct Webhook {
    /// Its address.
    pub url: String,
    /// What is signed with: each secret makes a signature of its own, so that they can be rotated.
    pub secrets: Vec<Secret>,
}

impl Webhook {
    /// Reads the two variables; without an address there is no webhook.
    pub(crate) fn read(url: &str, secrets: &str) -> Result<Option<Self>, InvalidSetup> {
        if url.is_empty() {
            return Ok(None);
        }
        // Plain HTTP is for a mailer beside the desk, whose host the manifest must allow all the same.
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(invalid("webhook_url", &"must begin with https:// or http://"));
        }
        let mut parsed = Vec::new();
        for text in secrets.split(',').filter(|text| !text.trim().is_empty()) {
            let secret = text.trim().parse().map_err(|error| invalid("webhook_secrets", &error))?;
            parsed.push(secret);
        }
        if parsed.is_empty() {
            return Err(invalid("webhook_secrets", &"a webhook needs a secret to be signed with"));
        }
        Ok(Some(Self { url: url.to_owned(), secrets: parsed }))
    }
}

/// A mail that the mailer is asked to send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// To whom.
    pub to: EmailAddress,
    /// In which language it is.
    pub lang: Lang,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When it is no longer of use.
    pub expires: Timestamp,
}

/// What the keys of mails begin with.
pub const MAILS: &str = "outbox:";
/// What the marks of changes that the mailer took begin with.
pub const TOLD: &str = "told:";

/// What the notes of what was told in vain begin with.
pub(crate) const TRIES: &str = "try:";

/// The key of a mail that waits.
///
/// # Errors
/// None in practice: an id's text fits.
pub fn mail_key(id: Id) -> Result<StoreKey, Problem> {
    key(MAILS, id)
}

fn key(prefix: &str, id: Id) -> Result<StoreKey, Problem> {
    StoreKey::new(format!("{prefix}{id}")).map_err(|error| Problem::Internal(error.to_string()))
}

/// How often something was told in vain, and when it is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// How often.
    pub attempts: u32,
    /// When next; `None` once it was tried for three days.
    pub next: Option<Timestamp>,
}

/// Reads how often something was told in vain.
///
/// # Errors
/// A problem if the store fails.
pub async fn tries<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Option<Tries>, Problem> {
    desk.read_plain(&key(TRIES, id)?).await
}

/// Stores a mail that is to be sent.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn put<S: Store>(desk: &Desk<'_, S>, id: Id, mail: &Mail) -> Result<(), Problem> {
    desk.write_sealed(&mail_key(id)?, Some(mail.expires), mail).await
}

/// What is told.
#[derive(Clone, Debug)]
pub enum Message {
    /// A suppression came to be, or was lifted.
    Changed(Change),
    /// A mail is to be sent.
    Mail(Id, Mail),
}

impl Message {
    /// The id under which it is told, the same at every attempt.
    pub const fn id(&self) -> Id {
        match self {
            Self::Changed(change) => change.id,
            Self::Mail(id, _) => *id,
        }
    }

    /// What is sent.
    fn body<S>(&self, desk: &Desk<'_, S>) -> String {
        let lists = desk.setup.lists();
        Json::object(|json| match self {
            Self::Changed(change) => {
                let lifted = change.reason.is_none();
                json.text(
                    "type",
                    if lifted { "suppression.lifted" } else { "suppression.created" },
                );
                json.shown("timestamp", &change.id.instant());
                json.nest("data", |json| describe(json, lists, change));
            }
            Self::Mail(id, mail) => {
                json.text("type", "mail.requested");
                json.shown("timestamp", &id.instant());
                json.nest("data", |json| {
                    json.shown("id", id);
                    json.text("to", mail.to.as_str());
                    json.text("language", mail.lang.tag());
                    json.text("subject", &mail.subject);
                    json.text("text", &mail.text);
                    json.shown("expires_at", &mail.expires);
                });
            }
        })
    }
}

/// Writes what the API says of a change.
pub(crate) fn describe(json: &mut Json, lists: &crate::lists::Lists, change: &Change) {
    json.shown("id", &change.id);
    json.shown("subject", &change.subject);
    json.text("scope", &lists.scope_name(change.scope));
    json.flag("suppressed", change.reason.is_some());
    json.maybe("reason", change.reason.map(desk_core::suppression::Reason::name));
    json.shown("at", &change.id.instant());
}

/// Tells the mailer what has changed once the answer is out.
pub(crate) fn after<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    told: Vec<Message>,
) -> Option<After> {
    let listens = desk.setup.mailing().is_ok_and(|mailing| mailing.webhook.is_some());
    let waits = told.iter().any(|message| matches!(message, Message::Mail(..)));
    // Where nobody listens, a change waits for the mailer to fetch it, and there is nothing to be done or said.
    if told.is_empty() || !(listens || waits) {
        return None;
    }
    let (store, setup, moment) = (desk.store.clone(), Rc::clone(desk.setup), desk.moment.clone());
    Some(After::new(async move {
        let desk = Desk { store: &store, setup: &setup, moment };
        if !listens {
            return Some(
                "a mail waits in the outbox, for webhook_url is not set: GET /console/api/outbox"
                    .to_owned(),
            );
        }
        let mut refused = None;
        for message in &told {
            // What the first refusal says will do.
            refused = refused.or(tell(&desk, message, None).await);
        }
        refused
    }))
}

/// Tells the mailer, and notes that it took it, or when it is to be told again. Returns what went wrong, for the log.
pub async fn tell<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    message: &Message,
    earlier: Option<Tries>,
) -> Option<String> {
    let webhook = desk.setup.mailing().ok()?.webhook.as_ref()?;
    let id = message.id();
    let refused = match post(desk, webhook, message).await {
        Ok(()) => match settle(desk, message, earlier).await {
            Ok(()) => return None,
            Err(problem) => problem.log().unwrap_or("the store failed").to_owned(),
        },
        Err(reason) => reason,
    };
    let attempts = earlier.map_or(0, |tries| tries.attempts).saturating_add(1);
    let next = webhook::delay(attempts).map(|seconds| desk.now().plus_seconds(seconds.into()));
    let noted = match key(TRIES, id) {
        Ok(key) => desk.write_plain(&key, None, &Tries { attempts, next }).await,
        Err(problem) => Err(problem),
    };
    let given_up = if next.is_none() { ", for the last time" } else { "" };
    // Where even this fails the sweep finds it untold, and tells it.
    let unnoted = if noted.is_err() { ", which could not be noted" } else { "" };
    Some(format!("the mailer was told {id} in vain ({attempts}){given_up}{unnoted}: {refused}"))
}

async fn post<S: Outbound>(
    desk: &Desk<'_, S>,
    webhook: &Webhook,
    message: &Message,
) -> Result<(), String> {
    let body = message.body(desk);
    let id = message.id().to_string();
    let seconds = desk.now().seconds();
    let signature = webhook::sign(&webhook.secrets, &id, seconds, body.as_bytes());
    let timestamp = seconds.to_string();
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id.as_str()),
        ("webhook-timestamp", timestamp.as_str()),
        ("webhook-signature", signature.as_str()),
    ];
    let call = Call { url: &webhook.url, headers: &headers, body: Some(body.as_bytes()) };
    match desk.store.send(call).await {
        // A redirect is a failure as well: what is signed goes where it was meant to go.
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => Err(format!("it answered {}", answer.status)),
        Err(error) => Err(error.to_string()),
    }
}

/// Notes that the mailer knows of a change.
///
/// # Errors
/// A problem if the store does not confirm it.
pub(crate) async fn mark_told<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<(), Problem> {
    desk.write_plain(&key(TOLD, id)?, None, &()).await
}

/// Notes that the mailer took it. A mail is removed: it holds an address.
async fn settle<S: Store>(
    desk: &Desk<'_, S>,
    message: &Message,
    earlier: Option<Tries>,
) -> Result<(), Problem> {
    let id = message.id();
    match message {
        Message::Changed(_) => mark_told(desk, id).await?,
        Message::Mail(..) => desk.store.delete(&mail_key(id)?).await?,
    }
    if earlier.is_some() {
        desk.store.delete(&key(TRIES, id)?).await?;
    }
    Ok(())
}
