//! Which mail providers may tell of bounces and complaints, and how each is known.

use std::cell::RefCell;

use desk_core::json::Value;
use desk_core::provider::{Basic, MailgunKey, SendGridKey, SnsCertificate};
use desk_core::webhook::Secret;

/// Which providers may tell, and how each is known.
#[derive(Default)]
pub struct Providers {
    /// Standard Webhooks, each with one of these secrets.
    pub standard: Vec<Secret>,
    /// Postmark, by name and password.
    pub postmark: Option<Basic>,
    /// `SendGrid`, which signs with this key.
    pub sendgrid: Option<SendGridKey>,
    /// Mailgun, which signs with this key.
    pub mailgun: Option<MailgunKey>,
    /// Amazon SES, by this topic of SNS.
    pub ses: Option<String>,
    bounce_days: Option<u16>,
    /// The certificates of SNS that this instance has fetched, by their address.
    pub certificates: RefCell<Vec<(String, SnsCertificate)>>,
}

impl std::fmt::Debug for Providers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Providers(…)")
    }
}

/// How long a bounce keeps mail back where nothing else is configured: mailboxes are moved and made anew.
const BOUNCE_DAYS: u16 = 180;

impl Providers {
    /// Reads the variable: a JSON object with a text for each provider.
    ///
    /// # Errors
    /// The name of the member that is wrong.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut providers = Self::default();
        if text.trim().is_empty() {
            return Ok(providers);
        }
        let Some(Value::Object(members)) = Value::read(text) else {
            return Err("not a JSON object".to_owned());
        };
        for (name, value) in members {
            let Value::Text(value) = value else { return Err(format!("{name} is no text")) };
            let wrong = || format!("{name} is not what the provider gives out");
            match name.as_str() {
                "standard" => {
                    for secret in value.split(',') {
                        providers.standard.push(secret.trim().parse().map_err(|_| wrong())?);
                    }
                }
                "postmark" => providers.postmark = Some(value.parse().map_err(|_| wrong())?),
                "sendgrid" => providers.sendgrid = Some(value.parse().map_err(|_| wrong())?),
                "mailgun" => providers.mailgun = Some(value.parse().map_err(|_| wrong())?),
                "ses" if value.starts_with("arn:aws") => providers.ses = Some(value),
                "bounce_days" => providers.bounce_days = Some(value.parse().map_err(|_| wrong())?),
                "ses" => return Err(wrong()),
                _ => return Err(format!("{name} is not known")),
            }
        }
        Ok(providers)
    }

    /// For how many days a hard bounce keeps mail back.
    pub fn bounce_days(&self) -> u16 {
        self.bounce_days.unwrap_or(BOUNCE_DAYS)
    }

    /// Whether a provider is configured.
    pub fn has(&self, name: &str) -> bool {
        match name {
            "standard" => !self.standard.is_empty(),
            "postmark" => self.postmark.is_some(),
            "sendgrid" => self.sendgrid.is_some(),
            "mailgun" => self.mailgun.is_some(),
            "ses" => self.ses.is_some(),
            _ => false,
        }
    }
}
