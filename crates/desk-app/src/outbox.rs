//! What is told to others: opt-outs to the mailer, and mails to whoever sends them.
//!
//! Everything is stored before it is told, is told for the first time once the answer is out, and again by the sweep until
//! it is taken or given up. Opt-outs go out as Standard Webhooks (<https://www.standardwebhooks.com>, version 1.0.0), mails
//! by a provider's own interface, or as such a webhook where no provider is named.

mod delivery;
mod limit;

use desk_core::id::Id;
use desk_core::store_key::StoreKey;
use desk_core::suppression::SuppressionChange;
use desk_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::lists::Lists;
use crate::ports::Store;
use crate::sender::{Mail, Outgoing};
use crate::setup::Setup;
use desk_core::fault::Fault;
use desk_core::json::Json;

pub use delivery::{after, announce, deliver, sends};

/// What the keys of mails begin with.
pub const MAILS: &str = "outbox:";
/// What the marks of changes that the mailer took begin with.
pub const TOLD: &str = "told:";
/// What the keys begin with under which is noted what was told in vain.
pub const TRIES: &str = "try:";

/// The key of a mail that waits.
///
/// # Errors
/// None in practice: an id's text fits.
pub fn mail_key(id: Id) -> Result<StoreKey, Fault> {
    key(MAILS, id)
}

fn key(prefix: &str, id: Id) -> Result<StoreKey, Fault> {
    Ok(StoreKey::new([prefix, &id.text()].concat())?)
}

/// How many things are told side by side.
pub const AT_ONCE: usize = 8;

/// How often something was told in vain, and when it is told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// How often.
    pub attempts: u32,
    /// When next; `None` once it was given up: after three days, or because it was refused for good.
    pub next: Option<Timestamp>,
    /// The status that it was refused with last; `None` if no answer came, or none was noted.
    pub status: Option<u16>,
}

/// Reads how often something was told in vain.
///
/// # Errors
/// A problem if the store fails.
pub async fn tries<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Option<Tries>, Fault> {
    desk.read_sealed(&key(TRIES, id)?).await
}

/// Stores a mail that is to be sent, and gives what is told once the answer is out.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn put<S: Store>(desk: &Desk<'_, S>, id: Id, mail: Mail) -> Result<QueuedMail, Fault> {
    desk.write_sealed(&mail_key(id)?, Some(mail.expires), &mail).await?;
    Ok(QueuedMail { id, mail })
}

/// Something that is told.
pub trait Notification {
    /// The id under which it is told, the same at every attempt.
    fn id(&self) -> Id;

    /// The mail, if it is one.
    fn mail(&self) -> Option<&Mail>;

    /// What is sent to whoever takes it; `None` if there is nobody.
    ///
    /// # Errors
    /// A problem if the variables that say who that is do not parse.
    fn outgoing<'a>(&self, setup: &'a Setup, now: Timestamp)
    -> Result<Option<Outgoing<'a>>, Fault>;
}

/// A suppression came to be, or was lifted.
#[derive(Clone, Debug)]
pub struct SuppressionNotice {
    change: SuppressionChange,
    /// The scope as the API writes it, for which one has to know the lists.
    scope: String,
}

impl SuppressionNotice {
    /// Takes the name of the scope from the lists.
    pub fn new(lists: &Lists, change: SuppressionChange) -> Self {
        Self { change, scope: lists.scope_name(change.scope) }
    }

    fn body(&self) -> String {
        let kind =
            if self.change.reason.is_none() { "suppression.lifted" } else { "suppression.created" };
        Json::object(|json| {
            json.text("type", kind);
            json.shown("timestamp", &self.change.id.instant());
            json.nest("data", |json| describe(json, &self.scope, &self.change));
        })
    }
}

impl Notification for SuppressionNotice {
    fn id(&self) -> Id {
        self.change.id
    }

    fn mail(&self) -> Option<&Mail> {
        None
    }

    fn outgoing<'a>(
        &self,
        setup: &'a Setup,
        now: Timestamp,
    ) -> Result<Option<Outgoing<'a>>, Fault> {
        let Some(webhook) = setup.webhook()? else { return Ok(None) };
        Ok(Some(webhook.outgoing(self.change.id, self.body(), now)))
    }
}

/// A mail that lies in the outbox.
#[derive(Debug)]
pub struct QueuedMail {
    id: Id,
    mail: Mail,
}

impl Notification for QueuedMail {
    fn id(&self) -> Id {
        self.id
    }

    fn mail(&self) -> Option<&Mail> {
        Some(&self.mail)
    }

    fn outgoing<'a>(
        &self,
        setup: &'a Setup,
        now: Timestamp,
    ) -> Result<Option<Outgoing<'a>>, Fault> {
        if let Some(provider) = setup.provider()? {
            return Ok(Some(provider.outgoing(self.id, &self.mail)));
        }
        let Some(webhook) = setup.webhook()? else { return Ok(None) };
        Ok(Some(webhook.outgoing(self.id, self.mail.body(self.id), now)))
    }
}

/// Something that is told once the answer is out.
#[derive(Debug)]
pub enum Message {
    /// A suppression came to be, or was lifted.
    Changed(SuppressionNotice),
    /// The same by a link, which can be used again and again: a repeat is told to nobody.
    Repeatable(SuppressionNotice),
    /// A mail is to be sent.
    Mail(QueuedMail),
}

impl Message {
    /// That a suppression came to be, or was lifted.
    pub fn changed(lists: &Lists, change: SuppressionChange) -> Self {
        Self::Changed(SuppressionNotice::new(lists, change))
    }

    /// The same by a link. What is lifted is always news.
    pub fn by_link(lists: &Lists, change: SuppressionChange) -> Self {
        let notice = SuppressionNotice::new(lists, change);
        if change.reason.is_some() { Self::Repeatable(notice) } else { Self::Changed(notice) }
    }
}

impl From<QueuedMail> for Message {
    fn from(mail: QueuedMail) -> Self {
        Self::Mail(mail)
    }
}

impl From<SuppressionNotice> for Message {
    fn from(notice: SuppressionNotice) -> Self {
        Self::Changed(notice)
    }
}

/// Writes what the API says of a change, whose scope it writes like this.
pub fn describe(json: &mut Json, scope: &str, change: &SuppressionChange) {
    json.shown("id", &change.id);
    json.shown("subject", &change.subject);
    json.text("scope", scope);
    json.flag("suppressed", change.reason.is_some());
    json.maybe("reason", change.reason.map(desk_core::suppression::Reason::name));
    json.shown("at", &change.id.instant());
}

/// Removes a mail that is of no more use, and what was noted of it: it holds an address.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn remove<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<(), Fault> {
    desk.destroy(&mail_key(id)?).await?;
    desk.destroy(&key(TRIES, id)?).await
}

/// Notes that the mailer knows of a change.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn mark_told<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<(), Fault> {
    desk.write_sealed(&key(TOLD, id)?, None, &()).await
}

/// Whether it is noted that the mailer knows of a change.
pub async fn is_told<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<bool, Fault> {
    Ok(desk.store.get(&key(TOLD, id)?).await?.is_some())
}
