//! Who sends mail and who listens for changes, as they are configured, and what is sent to them. No store, and no call.

mod providers;

use std::fmt;

use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::lang::Lang;
use desk_core::text::Line;
use desk_core::time::Timestamp;
use desk_core::variables::InvalidVariable;
use desk_core::webhook::{self, Secret};
use serde::{Deserialize, Serialize};

use crate::ports::Answer;

pub use providers::Provider;

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
    pub fn read(url: &str, secrets: &str) -> Result<Option<Self>, InvalidVariable> {
        if url.is_empty() {
            return Ok(None);
        }
        // Plain HTTP is for a mailer on the same machine, whose host the manifest must allow all the same.
        if !url.starts_with("https://") && !is_loopback(url) {
            return Err(InvalidVariable::new(
                "webhook_url",
                "must begin with https://, or with http:// for a host of this machine",
            ));
        }
        let mut parsed = Vec::new();
        for text in secrets.split(',').filter(|text| !text.trim().is_empty()) {
            let secret = text
                .trim()
                .parse()
                .map_err(|error| InvalidVariable::new("webhook_secrets", error))?;
            parsed.push(secret);
        }
        if parsed.is_empty() {
            return Err(InvalidVariable::new(
                "webhook_secrets",
                "a webhook needs a secret to be signed with",
            ));
        }
        Ok(Some(Self { url: url.to_owned(), secrets: parsed }))
    }

    /// What is sent there.
    pub(crate) fn outgoing(&self, id: Id, body: String, now: Timestamp) -> Outgoing<'_> {
        let (id, seconds) = (id.to_string(), now.seconds());
        let signature = webhook::sign(&self.secrets, &id, seconds, body.as_bytes());
        Outgoing {
            whom: "the mailer",
            url: &self.url,
            headers: vec![
                ("webhook-id", id),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signature),
            ],
            body,
            signs: None,
        }
    }
}

/// Whether an address is plain HTTP to a host of this machine.
fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A limit of mails to one address, as the operator configured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailLimit {
    /// Of mails that prove who asks.
    Requests,
    /// Of mails with a link to the mailing preferences.
    Preferences,
}

/// A mail that is to be sent: plain text, to one person. `Debug` hides what is in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// To whom.
    pub to: EmailAddress,
    /// In which language it is.
    pub lang: Lang,
    /// Its subject.
    pub subject: Line,
    /// Its text.
    pub text: String,
    /// When it is no longer of use.
    pub expires: Timestamp,
    /// The limit that it counts under, where anybody could have it sent.
    pub limit: Option<MailLimit>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mail(…)")
    }
}

impl Mail {
    pub(crate) fn body(&self, id: Id) -> String {
        let texts = [
            ("id", &*id.to_string()),
            ("since", &id.instant().to_string()),
            ("to", self.to.as_str()),
            ("lang", self.lang.tag()),
            ("subject", self.subject.as_str()),
            ("text", &self.text),
            ("until", &self.expires.to_string()),
        ];
        providers::fill(EVENT, &texts)
    }
}

/// What is posted to have a mail sent by whoever listens at the webhook.
const EVENT: &str = r#"{"type":"mail.requested","timestamp":$since,"data":{"id":$id,"to":$to,"language":$lang,"subject":$subject,"text":$text,"expires_at":$until}}"#;

/// A message on its way.
pub struct Outgoing<'a> {
    /// What the log calls whoever takes it.
    pub(crate) whom: &'static str,
    pub(crate) url: &'a str,
    /// Those that are its own.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What is sent.
    pub body: String,
    /// By what a provider's refusal says that the address is at fault; `None` for the webhook.
    signs: Option<&'static [&'static str]>,
}

impl Outgoing<'_> {
    /// What an answer means that is no yes: whether for good, and what the log says behind the status.
    ///
    /// It is for good where the address is at fault. Anything else that a provider refuses may be the configuration's,
    /// which can be mended while the mail waits.
    pub(crate) fn judge(&self, answer: &Answer) -> (bool, &'static str) {
        let says =
            |sign: &&str| answer.body.windows(sign.len()).any(|part| part == sign.as_bytes());
        match (answer.status, self.signs) {
            // The standard has a receiver answer so who wants no more.
            (410, None) => (true, " and wants no more"),
            (400 | 422, Some(signs)) if signs.iter().any(says) => {
                (true, " and refuses the address")
            }
            (408 | 425 | 429, _) | (_, None) => (false, ""),
            (400..500, _) => (false, "; see mail_provider, mail_token, mail_from and mail_host"),
            _ => (false, ""),
        }
    }
}
