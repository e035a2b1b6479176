//! What the operator configured: Spin variables, parsed once into types.

mod granted;

use std::cell::OnceCell;
use std::fmt;

use desk_core::assertion::AssertionKey;
use desk_core::clock::regime::Regime;
use desk_core::clock::zone::Zone;
use desk_core::email::EmailAddress;
use desk_core::keys::{Keyring, OperatorToken, RootSecret};
use desk_core::lang::Lang;
use desk_core::limit::Limits;
use desk_core::time::{Date, Timestamp};

use crate::clocks::{Clocks, DEFAULT_REGIME, DEFAULT_ZONE};
use crate::lists::Lists;
use crate::mail_events::Providers;
use crate::outbox::{Provider, Webhook};
use crate::policy::PolicyCache;
use crate::problem::Problem;

pub use granted::Granted;

/// The variables that the functions read. A component's manifest grants it the ones it needs; what is not granted is
/// as if it were not set, and not asked for ([`Granted`]).
pub const VARIABLES: [&str; 36] = [
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
    "mail_provider",
    "mail_token",
    "mail_from",
    "mail_host",
    "developer_name",
    "request_limits",
    "request_mail_limits",
    "assertion_keys",
    "deletion_en",
    "deletion_ru",
    "time_zone",
    "regime",
    "working_days",
    "controller_address",
];

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
    /// Their postal address, which the act of a destruction names; empty if none was given.
    pub controller_address: String,
    /// Where a person can write who cannot use the pages.
    pub contact_email: String,
    /// The language where a person names none that we speak.
    pub default_lang: Lang,
    /// The header whose last value is the client's address, in lower case.
    pub client_address: String,
    /// The bearer token of the app's backend and the mailer; without one only operators mint links and read suppressions.
    pub app_token: Option<OperatorToken>,
    later: Texts,
    /// The mailing lists, once somebody asks.
    lists: Later<Lists>,
    /// What else is said of newsletters, likewise.
    mailing: Later<Mailing>,
    /// Where the mailer listens, likewise.
    webhook: Later<Option<Webhook>>,
    /// Who sends mail, likewise.
    provider: Later<Option<Provider>>,
    /// Who tells of bounces and complaints, likewise.
    mail_events: Later<Providers>,
    /// What is said of legal clocks, likewise.
    clocks: Later<Clocks>,
    /// How often data requests may be filed, likewise.
    request_limits: Later<RequestLimits>,
    /// What the app's backend signs assertions with, likewise.
    assertion_keys: Later<Vec<AssertionKey>>,
    /// How often one address may write, likewise.
    feedback_limits: Later<Limits>,
    /// For how many days a case is kept, likewise.
    retention: Later<u16>,
    /// The policy in force, for a few seconds.
    pub(crate) policy_cache: PolicyCache,
}

/// What is said of newsletters.
#[derive(Debug, Default)]
pub struct Mailing {
    /// What the ids of lists are labels under, in `List-Id`.
    pub list_domain: String,
    /// How often one client, and one address, may have a link to the preferences mailed.
    pub preferences_limits: Limits,
    /// Where a mail program writes that can do no other than write; whoever receives it posts it to the desk.
    pub mailbox: Option<EmailAddress>,
}

/// How often data requests may be filed.
#[derive(Debug, Default)]
pub struct RequestLimits {
    /// How often one client may file or change requests.
    pub client: Limits,
    /// How many mails one address may be sent.
    pub mailbox: Limits,
}

/// Variables that some functions have a use for: parsed when they are first asked for, so that the others need not carry
/// what parses them.
const LATER: [&str; 25] = [
    "lists",
    "list_domain",
    "preferences_limits",
    "unsubscribe_mailbox",
    "webhook_url",
    "webhook_secrets",
    "mail_provider",
    "mail_token",
    "mail_from",
    "mail_host",
    "mail_events",
    "time_zone",
    "regime",
    "working_days",
    "developer_name",
    "request_limits",
    "request_mail_limits",
    "assertion_keys",
    "deletion_en",
    "deletion_ru",
    "feedback_limits",
    "retention_days",
    "security_contact",
    "security_expires",
    "gpc_updated",
];

/// Their texts. `Debug` hides them: some are secrets.
struct Texts([String; LATER.len()]);

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Texts(…)")
    }
}

/// What was read of some of them, or what nothing says in its place, and why.
type Later<T> = OnceCell<(T, Option<InvalidSetup>)>;

fn read_once<T: Default>(
    later: &Later<T>,
    parse: impl FnOnce() -> Result<T, InvalidSetup>,
) -> &(T, Option<InvalidSetup>) {
    later.get_or_init(|| match parse() {
        Ok(read) => (read, None),
        Err(error) => (T::default(), Some(error)),
    })
}

fn asked<T>((read, error): &(T, Option<InvalidSetup>)) -> Result<&T, Problem> {
    match error {
        None => Ok(read),
        Some(error) => Err(error.clone().into()),
    }
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

impl From<InvalidSetup> for Problem {
    fn from(error: InvalidSetup) -> Self {
        Self::Misconfigured(error.to_string().into())
    }
}

impl Setup {
    /// Who answers for the data: the configured name, or the operator of the app in so many words.
    pub fn controller(&self, lang: Lang) -> String {
        if self.controller_name.is_empty() {
            (crate::texts::texts(lang).operator_of)(&self.app_name)
        } else {
            self.controller_name.clone()
        }
    }

    /// The whole address of a path, as programs are given it.
    pub(crate) fn whole(&self, path: &str) -> String {
        [&self.base_url, path].concat()
    }

    /// The address of a page as a mail gives it: whole, and in the language of the mail, whatever browser opens it.
    pub(crate) fn mailed(&self, lang: Lang, path: &str) -> String {
        [&self.base_url, path, "?lang=", lang.tag()].concat()
    }

    /// The text of one of [`LATER`].
    fn later(&self, name: &'static str) -> &str {
        let mut texts = LATER.iter().zip(&self.later.0);
        texts.find(|(known, _)| **known == name).map_or("", |(_, text)| text)
    }

    /// The text of one of [`LATER`], or what stands for an empty one.
    fn later_or(&self, name: &'static str, default: &'static str) -> &str {
        let text = self.later(name).trim();
        if text.is_empty() { default } else { text }
    }

    fn read_lists(&self) -> &(Lists, Option<InvalidSetup>) {
        read_once(&self.lists, || parse("lists", self.later("lists")))
    }

    /// What is said of newsletters beside the lists, which must be right as well. A function that has to do with them asks
    /// for this before it answers anything; what is wrong with it is nobody's but theirs.
    ///
    /// # Errors
    /// A problem if one of the variables does not parse.
    pub fn mailing(&self) -> Result<&Mailing, Problem> {
        asked(self.read_lists())?;
        let read = || {
            let (domain, mailbox) = (self.later("list_domain"), self.later("unsubscribe_mailbox"));
            let limits = self.later_or("preferences_limits", "3;w=3600,10;w=86400");
            // What follows the two slashes. To look for a text rather than a character takes 4 KB.
            let host = self.base_url.split('/').nth(2).unwrap_or_default();
            let host = host.split(':').next().unwrap_or_default();
            let domain = if domain.is_empty() { host } else { domain };
            Ok(Mailing {
                list_domain: domain.to_owned(),
                preferences_limits: parse("preferences_limits", limits)?,
                mailbox: if mailbox.is_empty() {
                    None
                } else {
                    Some(parse("unsubscribe_mailbox", mailbox)?)
                },
            })
        };
        asked(read_once(&self.mailing, read))
    }

    /// Where the mailer listens: it is told of opt-outs, and asked to send mail where nobody else does. It stands apart from
    /// what is said of newsletters, as [`Setup::provider`] does: who sends mail need not know the lists.
    ///
    /// # Errors
    /// A problem if one of its variables does not parse.
    pub fn webhook(&self) -> Result<Option<&Webhook>, Problem> {
        let read = || Webhook::read(self.later("webhook_url"), self.later("webhook_secrets"));
        asked(read_once(&self.webhook, read)).map(Option::as_ref)
    }

    /// Who sends mail.
    ///
    /// # Errors
    /// A problem if one of its variables does not parse.
    pub fn provider(&self) -> Result<Option<&Provider>, Problem> {
        let names = ["mail_provider", "mail_token", "mail_from", "mail_host"];
        let read = || Provider::read(names.map(|name| self.later(name)));
        asked(read_once(&self.provider, read)).map(Option::as_ref)
    }

    /// Where days begin, whose law it is, and which days are worked.
    ///
    /// # Errors
    /// A problem if one of its variables does not parse.
    pub fn clocks(&self) -> Result<&Clocks, Problem> {
        let read = || {
            let [zone, regime, days] =
                ["time_zone", "regime", "working_days"].map(|name| self.later(name).trim());
            Clocks::read(zone, regime, days)
                .map_err(|(variable, reason)| InvalidSetup { variable, reason })
        };
        asked(read_once(&self.clocks, read))
    }

    /// Where days begin and end, for functions that need no clock.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn zone(&self) -> Result<Zone, Problem> {
        self.later_or("time_zone", DEFAULT_ZONE).parse().map_err(|error| {
            let reason = format!("{error}");
            InvalidSetup { variable: "time_zone", reason }.into()
        })
    }

    /// Whose law holds where nothing else is said, for functions that need no clock.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn regime(&self) -> Result<Regime, Problem> {
        let name = self.later_or("regime", DEFAULT_REGIME.name());
        Regime::from_name(name).ok_or_else(|| {
            let reason = crate::clocks::unknown_regime();
            InvalidSetup { variable: "regime", reason }.into()
        })
    }

    /// How often data requests may be filed.
    ///
    /// # Errors
    /// A problem if one of the variables does not parse.
    pub fn request_limits(&self) -> Result<&RequestLimits, Problem> {
        let read = || {
            let client = self.later_or("request_limits", "20;w=3600,100;w=86400");
            let mailbox = self.later_or("request_mail_limits", "5;w=3600,10;w=86400");
            Ok(RequestLimits {
                client: parse("request_limits", client)?,
                mailbox: parse("request_mail_limits", mailbox)?,
            })
        };
        asked(read_once(&self.request_limits, read))
    }

    /// What the app's backend signs assertions of identity with.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn assertion_keys(&self) -> Result<&[AssertionKey], Problem> {
        let read = || {
            let keys = self.later("assertion_keys").split(',');
            let keys = keys.filter(|text| !text.trim().is_empty());
            keys.map(|text| parse("assertion_keys", text)).collect()
        };
        asked(read_once(&self.assertion_keys, read)).map(Vec::as_slice)
    }

    /// How often one address may write.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn feedback_limits(&self) -> Result<&Limits, Problem> {
        let limits = || self.later_or("feedback_limits", "30;w=60,300;w=86400");
        asked(read_once(&self.feedback_limits, || parse("feedback_limits", limits())))
    }

    /// For how many seconds a case is kept after it was opened.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn retention(&self) -> Result<i64, Problem> {
        let days = || parse("retention_days", self.later_or("retention_days", "1095"));
        let days: &u16 = asked(read_once(&self.retention, days))?;
        Ok(i64::from(*days) * 86_400)
    }

    /// Whether there is a `security.txt`.
    pub fn has_security(&self) -> bool {
        ["security_contact", "security_expires"].iter().all(|name| !self.later(name).is_empty())
    }

    /// The `Contact` and `Expires` of `security.txt` (RFC 9116), where both are set.
    ///
    /// # Errors
    /// A problem if the instant does not parse.
    pub fn security(&self) -> Result<Option<(&str, Timestamp)>, Problem> {
        if !self.has_security() {
            return Ok(None);
        }
        let expires = parse("security_expires", self.later("security_expires"))?;
        Ok(Some((self.later("security_contact"), expires)))
    }

    /// The day on which the answer to Global Privacy Control was last reviewed.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn gpc_updated(&self) -> Result<Date, Problem> {
        Ok(parse("gpc_updated", self.later_or("gpc_updated", "2026-11-22"))?)
    }

    /// What is said of deletion in a language; nothing where the texts' own will do.
    pub fn deletion(&self, lang: Lang) -> &str {
        self.later(match lang {
            Lang::En => "deletion_en",
            Lang::Ru => "deletion_ru",
        })
    }

    /// The developer as the stores list it: the configured name, or whoever answers for the data.
    pub fn developer(&self, lang: Lang) -> String {
        match self.later("developer_name") {
            "" => self.controller(lang),
            name => name.to_owned(),
        }
    }

    /// The mailing lists; none where [`Setup::mailing`] says that something is wrong.
    pub fn lists(&self) -> &Lists {
        &self.read_lists().0
    }

    /// Who the mail providers are that tell of bounces and complaints.
    ///
    /// # Errors
    /// A problem if the variable does not parse.
    pub fn mail_events(&self) -> Result<&Providers, Problem> {
        let read = || {
            Providers::read(self.later("mail_events"))
                .map_err(|reason| invalid("mail_events", &reason))
        };
        asked(read_once(&self.mail_events, read))
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
        let default_lang = parse("default_language", &read("default_language", "en"))?;
        let app_token = match given("app_token") {
            token if token.is_empty() => None,
            token => Some(parse("app_token", &token)?),
        };
        Ok(Self {
            app_token,
            later: Texts(LATER.map(given)),
            lists: Later::new(),
            mailing: Later::new(),
            webhook: Later::new(),
            provider: Later::new(),
            mail_events: Later::new(),
            clocks: Later::new(),
            request_limits: Later::new(),
            assertion_keys: Later::new(),
            feedback_limits: Later::new(),
            retention: Later::new(),
            keys: Keyring::new(&root, &previous),
            operator,
            base_url,
            app_name: read("app_name", "OnCall 3.0"),
            controller_name: read("controller_name", ""),
            controller_address: given("controller_address"),
            contact_email: given("contact_email"),
            default_lang,
            client_address: read("client_address_header", "spin-client-addr").to_ascii_lowercase(),
            policy_cache: PolicyCache::default(),
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
        assert!(setup.operator.is_none() && !setup.has_security());
    }

    fn with(name: &str, value: &str) -> Result<Setup, InvalidSetup> {
        Setup::new(|asked| match asked {
            _ if asked == name => Some(value.to_owned()),
            "root_secret" => Some("A".repeat(43)),
            "security_contact" => Some("mailto:security@desk.example".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn errors_name_the_variable_and_not_its_value() {
        for (name, value) in [
            ("root_secret", "short-secret"),
            ("previous_root_secrets", "short-secret"),
            ("operator_token", "short-secret"),
            ("base_url", "ftp://short-secret"),
            ("default_language", "short-secret"),
        ] {
            let error = with(name, value).unwrap_err();
            assert_eq!(error.variable, name);
            assert!(!error.to_string().contains("short-"), "{error}");
        }
        assert_eq!(Setup::new(|_| None).unwrap_err().variable, "root_secret");
    }

    #[test]
    fn what_only_some_functions_ask_for_is_wrong_for_them_alone() {
        type Ask = fn(&Setup) -> Result<(), Problem>;
        let asks: [(_, Ask); 4] = [
            ("feedback_limits", |setup| setup.feedback_limits().map(drop)),
            ("retention_days", |setup| setup.retention().map(drop)),
            ("gpc_updated", |setup| setup.gpc_updated().map(drop)),
            ("security_expires", |setup| setup.security().map(drop)),
        ];
        for (name, ask) in asks {
            let Err(Problem::Misconfigured(why)) = ask(&with(name, "short-secret").unwrap()) else {
                panic!("{name} is not asked for");
            };
            assert!(why.starts_with(&format!("variable {name}: ")), "{why}");
            assert!(!why.contains("short-"), "{why}");
            assert_eq!(ask(&with("root_secret", &"A".repeat(43)).unwrap()), Ok(()));
        }
    }
}
