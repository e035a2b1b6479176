//! What the operator configured: Spin variables, parsed once into types.

use std::cell::{Cell, OnceCell};
use std::fmt;

use desk_core::email::EmailAddress;
use desk_core::keys::{Keyring, OperatorToken, RootSecret};
use desk_core::lang::Lang;
use desk_core::limit::Limits;
use desk_core::time::{Date, Timestamp};

use crate::clocks::Clocks;
use crate::lists::Lists;
use crate::mail_events::Providers;
use crate::outbox::Webhook;
use crate::problem::Problem;

/// The variables that the functions read. A component's manifest grants it the ones it needs; what is not granted is
/// as if it were not set.
pub const VARIABLES: [&str; 25] = [
    "root_secret",
    "previous_root_secrets",
    "operator_token",
    "base_url",
    "app_name",
    "controller_name",
    "contact_email",
    "default_language",
    "client_address_header",
    "feedback_limits",
    "retention_days",
    "security_contact",
    "security_expires",
    "gpc_updated",
    "app_token",
    "lists",
    "list_domain",
    "webhook_url",
    "webhook_secrets",
    "preferences_limits",
    "mail_events",
    "unsubscribe_mailbox",
    "time_zone",
    "regime",
    "working_days",
];

/// The variables that some functions alone have a use for.
const LATER: [&str; 10] = [
    "lists",
    "list_domain",
    "webhook_url",
    "webhook_secrets",
    "preferences_limits",
    "unsubscribe_mailbox",
    "mail_events",
    "time_zone",
    "regime",
    "working_days",
];

/// Gives the text of a code in a language, or `None` if it is another one.
pub type OwnCodes = fn(Lang, &str) -> Option<&'static str>;

/// The configuration of the desk.
#[derive(Debug)]
pub struct Setup {
    /// The root secrets.
    pub keys: Keyring,
    /// The operators' bearer token; without one no operator gets in.
    pub operator: Option<OperatorToken>,
    /// Where the desk is reached, without a slash at the end. Links are built from it, never from a request.
    pub base_url: String,
    /// The app whose privacy this is.
    pub app_name: String,
    /// Who answers for the data (the controller of GDPR article 4(7), the operator of 152-FZ article 3), if named.
    controller_name: String,
    /// Where a person can write who cannot use the pages.
    pub contact_email: String,
    /// The language where a person names none that we speak.
    pub default_lang: Lang,
    /// The header whose last value is the client's address, in lower case.
    pub client_address: String,
    /// How often one address may write.
    pub feedback_limits: Limits,
    /// How many days a case is kept after it was opened.
    pub retention_days: u16,
    /// The `Contact` and `Expires` of `security.txt` (RFC 9116), where both are set.
    pub security: Option<(String, Timestamp)>,
    /// The day on which the answer to Global Privacy Control was last reviewed.
    pub gpc_updated: Date,
    /// The bearer token of the app's backend and the mailer; without one only operators mint links and read suppressions.
    pub app_token: Option<OperatorToken>,
    /// The texts of [`LATER`], each parsed when it is first asked for: functions that never ask need not carry what parses
    /// it.
    later: [String; LATER.len()],
    /// What was read of newsletters.
    mailing: Later<Mailing>,
    /// What was read of mail providers.
    mail_events: Later<Providers>,
    /// The texts of codes that only some functions have.
    pub own_codes: Cell<Option<OwnCodes>>,
    /// What this instance remembers of the policy. It lives and dies with the configuration it was rendered with.
    pub policy: crate::policy::Cache,
    /// What it remembers of the feedback form, likewise.
    pub forms: crate::feedback::Forms,
    /// What it remembers of the pages of unsubscribe links, likewise.
    pub pages: crate::unsubscribe::Pages,
}

/// What is said of newsletters.
#[derive(Debug, Default)]
pub struct Mailing {
    /// The mailing lists.
    pub lists: Lists,
    /// What the ids of lists are labels under, in `List-Id`.
    pub list_domain: String,
    /// Where the mailer is told of opt-outs and asked to send mail, and with what that is signed.
    pub webhook: Option<Webhook>,
    /// How often one client, and one address, may have a link to the preferences mailed.
    pub preferences_limits: Limits,
    /// Where a mail program writes that can do no other than write; whoever receives it posts it to the desk.
    pub mailbox: Option<EmailAddress>,
}

/// What was read when it was first asked for, or why it could not be.
type Later<T> = OnceCell<(T, Option<InvalidSetup>)>;

fn later<T: Default>(
    cell: &Later<T>,
    parse: impl FnOnce() -> Result<T, InvalidSetup>,
) -> &(T, Option<InvalidSetup>) {
    cell.get_or_init(|| match parse() {
        Ok(read) => (read, None),
        Err(error) => (T::default(), Some(error)),
    })
}

/// A variable that is missing or does not parse. Its text never shows the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetup {
    /// The variable's name.
    pub variable: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for InvalidSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variable {}: {}", self.variable, self.reason)
    }
}

impl std::error::Error for InvalidSetup {}

impl Setup {
    /// Who answers for the data: the configured name, or the operator of the app in so many words.
    pub fn controller(&self, lang: Lang) -> String {
        if self.controller_name.is_empty() {
            (crate::texts::texts(lang).operator_of)(&self.app_name)
        } else {
            self.controller_name.clone()
        }
    }

    fn read_mailing(&self) -> &(Mailing, Option<InvalidSetup>) {
        let [lists, domain, url, secrets, limits, mailbox, ..] = &self.later;
        later(&self.mailing, || {
            let limits = if limits.is_empty() { "3;w=3600,10;w=86400" } else { limits };
            let host = self.base_url.split("//").nth(1).unwrap_or_default();
            let host = host.split(['/', ':']).next().unwrap_or_default();
            let domain = if domain.is_empty() { host } else { domain };
            Ok(Mailing {
                lists: parse("lists", lists)?,
                list_domain: domain.to_owned(),
                webhook: Webhook::read(url, secrets)?,
                preferences_limits: parse("preferences_limits", limits)?,
                mailbox: if mailbox.is_empty() {
                    None
                } else {
                    Some(parse("unsubscribe_mailbox", mailbox)?)
                },
            })
        })
    }

    /// What is said of newsletters. A function that has to do with them asks for this before it answers anything; what is
    /// wrong with it is nobody's but theirs.
    ///
    /// # Errors
    /// A problem if one of its variables does not parse.
    pub fn mailing(&self) -> Result<&Mailing, Problem> {
        let (mailing, error) = self.read_mailing();
        match error {
            None => Ok(mailing),
            Some(error) => Err(Problem::Misconfigured(error.to_string())),
        }
    }

    /// The mailing lists; none where [`Setup::mailing`] says that something is wrong.
    pub fn lists(&self) -> &Lists {
        &self.read_mailing().0.lists
    }

    /// Who the mail providers are that tell of bounces and complaints.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn mail_events(&self) -> Result<&Providers, Problem> {
        let [_, _, _, _, _, _, text, ..] = &self.later;
        let (providers, error) = later(&self.mail_events, || {
            Providers::read(text).map_err(|reason| invalid("mail_events", &reason))
        });
        match error {
            None => Ok(providers),
            Some(error) => Err(Problem::Misconfigured(error.to_string())),
        }
    }

    /// Where days begin, whose law it is, and which days are worked. It is read anew each time, as what it leaves behind
    /// would weigh on every function: ask once in a request.
    ///
    /// # Errors
    /// A problem if one of its variables does not parse.
    pub fn clocks(&self) -> Result<Clocks, Problem> {
        let [.., zone, regime, days] = &self.later;
        Clocks::read(zone.trim(), regime.trim(), days).map_err(|(variable, reason)| {
            Problem::Misconfigured(InvalidSetup { variable, reason }.to_string())
        })
    }

    /// Parses the variables.
    ///
    /// # Errors
    /// [`InvalidSetup`] for the first variable that is missing or does not parse.
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetup> {
        Self::read(&variable)
    }

    /// Whatever can fail comes before the texts, for each would have to be dropped on every way out: 2 KB of a component.
    fn read(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, InvalidSetup> {
        let given = |name: &str| variable(name).unwrap_or_default();
        let read = |name: &str, default: &str| {
            let text = given(name);
            if text.is_empty() { default.to_owned() } else { text }
        };
        let root: RootSecret = parse("root_secret", &given("root_secret"))?;
        let mut previous: Vec<RootSecret> = Vec::new();
        for text in given("previous_root_secrets").split(',').filter(|text| !text.trim().is_empty())
        {
            previous.push(parse("previous_root_secrets", text)?);
        }
        let operator = match given("operator_token") {
            token if token.is_empty() => None,
            token => Some(parse("operator_token", &token)?),
        };
        let base_url = read("base_url", "http://127.0.0.1:3000").trim_end_matches('/').to_owned();
        if !base_url.starts_with("https://") && !base_url.starts_with("http://") {
            return Err(invalid("base_url", &"must begin with https:// or http://"));
        }
        let security_contact = given("security_contact");
        let security_expires = given("security_expires");
        let security = if security_contact.is_empty() || security_expires.is_empty() {
            None
        } else {
            Some((security_contact, parse("security_expires", &security_expires)?))
        };
        let default_lang = parse("default_language", &read("default_language", "en"))?;
        let feedback_limits =
            parse("feedback_limits", &read("feedback_limits", "30;w=60,300;w=86400"))?;
        let retention_days = parse("retention_days", &read("retention_days", "1095"))?;
        let gpc_updated = parse("gpc_updated", &read("gpc_updated", "2026-11-22"))?;
        let app_token = match given("app_token") {
            token if token.is_empty() => None,
            token => Some(parse("app_token", &token)?),
        };
        Ok(Self {
            app_token,
            later: LATER.map(given),
            own_codes: Cell::new(None),
            mailing: Later::new(),
            mail_events: Later::new(),
            keys: Keyring::new(&root, &previous),
            operator,
            base_url,
            app_name: read("app_name", "OnCall 3.0"),
            controller_name: read("controller_name", ""),
            contact_email: given("contact_email"),
            default_lang,
            client_address: read("client_address_header", "spin-client-addr").to_ascii_lowercase(),
            feedback_limits,
            retention_days,
            security,
            gpc_updated,
            policy: crate::policy::Cache::default(),
            forms: crate::feedback::Forms::default(),
            pages: crate::unsubscribe::Pages::default(),
        })
    }
}

fn parse<T: std::str::FromStr<Err: fmt::Display>>(
    variable: &'static str,
    text: &str,
) -> Result<T, InvalidSetup> {
    text.trim().parse().map_err(|reason: T::Err| invalid(variable, &reason))
}

pub(crate) fn invalid(variable: &'static str, reason: &dyn fmt::Display) -> InvalidSetup {
    InvalidSetup { variable, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_secret_is_all_it_needs() {
        let setup = Setup::new(|name| (name == "root_secret").then(|| "A".repeat(43))).unwrap();
        assert_eq!(setup.base_url, "http://127.0.0.1:3000");
        assert!(setup.operator.is_none() && setup.security.is_none());
    }

    #[test]
    fn clocks_are_russian_where_nothing_is_said() {
        let setup = |name: &'static str, value: &'static str| {
            Setup::new(move |asked| match asked {
                "root_secret" => Some("A".repeat(43)),
                _ => (asked == name).then(|| value.to_owned()),
            })
            .unwrap()
        };
        assert_eq!(setup("", "").clocks().ok(), Some(Clocks::default()));
        let london = setup("time_zone", " GMT0BST,M3.5.0/1,M10.5.0\n").clocks().ok().unwrap();
        assert_eq!(london.zone.to_string(), "GMT0BST,M3.5.0/1,M10.5.0");
        for name in ["time_zone", "regime", "working_days"] {
            let problem = setup(name, "short-secret").clocks().err().unwrap();
            let log = problem.log().unwrap();
            assert!(log.starts_with(&format!("variable {name}: ")), "{log}");
            assert!(!log.contains("short-secret"), "{log}");
        }
    }

    #[test]
    fn every_variable_that_is_read_is_listed() {
        let asked = std::cell::RefCell::new(Vec::new());
        let setup = Setup::new(|name| {
            asked.borrow_mut().push(name.to_owned());
            (name == "root_secret").then(|| "A".repeat(43))
        });
        assert!(setup.is_ok());
        for name in asked.into_inner() {
            assert!(VARIABLES.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn errors_name_the_variable_and_not_its_value() {
        for (name, value) in [
            ("root_secret", "short-secret"),
            ("previous_root_secrets", "short-secret"),
            ("operator_token", "short-secret"),
            ("base_url", "ftp://short-secret"),
            ("default_language", "short-secret"),
            ("feedback_limits", "short-secret"),
            ("retention_days", "short-secret"),
            ("gpc_updated", "short-secret"),
        ] {
            let error = Setup::new(|asked| {
                if asked == name {
                    Some(value.to_owned())
                } else {
                    (asked == "root_secret").then(|| "A".repeat(43))
                }
            })
            .unwrap_err();
            assert_eq!(error.variable, name);
            assert!(
                !error.to_string().contains("secret-") && !error.to_string().contains("short-"),
                "{error}"
            );
        }
        assert_eq!(Setup::new(|_| None).unwrap_err().variable, "root_secret");
    }
}
