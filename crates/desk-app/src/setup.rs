//! What the operator configured: Spin variables, parsed once into types.
//!
//! What every function needs must be right, or nothing is answered. What only some need is kept with its fault, and is
//! wrong for those alone that ask for it.

use std::time::Duration;

use desk_core::assertion::AssertionKey;
use desk_core::clock::regime::Regime;
use desk_core::clock::zone::Zone;
use desk_core::email::EmailAddress;
use desk_core::keys::{Keyring, OperatorToken, RootSecret};
use desk_core::lang::Lang;
use desk_core::limit::Limits;
use desk_core::profile::Profile;
use desk_core::variables::{InvalidVariable, Variables};

use crate::clocks::{Clocks, DEFAULT_REGIME, DEFAULT_ZONE};
use crate::lists::Lists;
use crate::mail_providers::Providers;
use crate::sender::{Provider, Webhook};
use desk_core::fault::Fault;

/// Something that was configured, or what is wrong with it.
type Setting<T> = Result<T, InvalidVariable>;

/// The configuration of the desk.
#[derive(Debug)]
pub struct Setup {
    /// What the desk says of itself.
    pub profile: Profile,
    /// The root secrets.
    pub keys: Keyring,
    /// The operators' bearer token; without one no operator gets in.
    pub operator: Option<OperatorToken>,
    /// The bearer token of the app's backend and the mailer; without one only operators mint links and read suppressions.
    pub app_token: Option<OperatorToken>,
    /// The controller's postal address, which the act of a destruction names; empty if none was given.
    pub controller_address: String,
    /// The header whose last value is the client's address, in lower case.
    pub client_address: String,
    developer_name: String,
    deletion_en: String,
    deletion_ru: String,
    lists: Setting<Lists>,
    /// What stands for lists that are configured wrongly.
    no_lists: Lists,
    mailing: Setting<Mailing>,
    webhook: Setting<Option<Webhook>>,
    provider: Setting<Option<Provider>>,
    mail_events: Setting<Providers>,
    clocks: Setting<Clocks>,
    zone: Setting<Zone>,
    regime: Setting<Regime>,
    request_limits: Setting<RequestLimits>,
    assertion_keys: Setting<Vec<AssertionKey>>,
    feedback_limits: Setting<Limits>,
    retention_days: Setting<u16>,
    claim_settle: Setting<u16>,
    store_deadline: u16,
}

/// What is said of newsletters.
#[derive(Debug)]
pub struct Mailing {
    /// What the ids of lists are labels under, in `List-Id`.
    pub list_domain: String,
    /// How often one client, and one address, may have a link to the preferences mailed.
    pub preferences_limits: Limits,
    /// Where a mail program writes that can do no other than write; whoever receives it posts it to the desk.
    pub mailbox: Option<EmailAddress>,
}

impl Mailing {
    fn read(variables: &Variables<'_>, profile: &Profile) -> Setting<Self> {
        // What follows the two slashes.
        let host = profile.base_url.split('/').nth(2).unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        Ok(Self {
            list_domain: variables.text_or("list_domain", host),
            preferences_limits: variables.parse("preferences_limits", "3;w=3600,10;w=86400")?,
            mailbox: variables.parse_optional("unsubscribe_mailbox")?,
        })
    }
}

/// How often data requests may be filed.
#[derive(Debug)]
pub struct RequestLimits {
    /// How often one client may file or change requests.
    pub client: Limits,
    /// How many mails one address may be sent.
    pub mailbox: Limits,
}

impl RequestLimits {
    fn read(variables: &Variables<'_>) -> Setting<Self> {
        Ok(Self {
            client: variables.parse("request_limits", "20;w=3600,100;w=86400")?,
            mailbox: variables.parse("request_mail_limits", "5;w=3600,10;w=86400")?,
        })
    }
}

fn regime(variables: &Variables<'_>) -> Setting<Regime> {
    let name = variables.text_or("regime", DEFAULT_REGIME.name());
    let unknown = || InvalidVariable::new("regime", crate::clocks::unknown_regime());
    Regime::from_name(name.trim()).ok_or_else(unknown)
}

fn setting<T>(setting: &Setting<T>) -> Result<&T, Fault> {
    setting.as_ref().map_err(|fault| fault.clone().into())
}

impl Setup {
    /// Parses the variables.
    ///
    /// # Errors
    /// The first of those that every function needs that is missing or wrong.
    pub fn new(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidVariable> {
        let variables = Variables::new(&variable);
        let root: RootSecret = variables.parse("root_secret", "")?;
        let previous: Vec<RootSecret> = variables.parse_list("previous_root_secrets")?;
        let profile = Profile::read(&variables)?;
        let [zone, regime_name, days] =
            ["time_zone", "regime", "working_days"].map(|name| variables.text(name));
        let clocks = Clocks::read(zone.trim(), regime_name.trim(), days.trim())
            .map_err(|(variable, reason)| InvalidVariable { variable, reason });
        let sender = ["mail_provider", "mail_token", "mail_from", "mail_host"]
            .map(|name| variables.text(name));
        Ok(Self {
            keys: Keyring::new(&root, &previous),
            operator: variables.parse_optional("operator_token")?,
            app_token: variables.parse_optional("app_token")?,
            controller_address: variables.text("controller_address"),
            client_address: variables
                .text_or("client_address_header", "spin-client-addr")
                .to_ascii_lowercase(),
            developer_name: variables.text("developer_name"),
            deletion_en: variables.text("deletion_en"),
            deletion_ru: variables.text("deletion_ru"),
            lists: variables.parse("lists", ""),
            no_lists: Lists::default(),
            mailing: Mailing::read(&variables, &profile),
            webhook: Webhook::read(
                &variables.text("webhook_url"),
                &variables.text("webhook_secrets"),
            ),
            provider: Provider::read(sender.each_ref().map(String::as_str)),
            mail_events: Providers::read(&variables.text("mail_events"))
                .map_err(|reason| InvalidVariable::new("mail_events", reason)),
            clocks,
            zone: variables.parse("time_zone", DEFAULT_ZONE),
            regime: regime(&variables),
            request_limits: RequestLimits::read(&variables),
            assertion_keys: variables.parse_list("assertion_keys"),
            feedback_limits: variables.parse("feedback_limits", "30;w=60,300;w=86400"),
            retention_days: variables.parse("retention_days", "1095"),
            claim_settle: variables.parse("claim_settle_ms", "500"),
            store_deadline: variables.parse("store_deadline_ms", "5000")?,
            profile,
        })
    }

    /// Everything that is wrong with the variables, all at once. A function says what it needs is wrong when it is asked for;
    /// whoever starts a desk wants to know before.
    pub fn faults(variable: impl Fn(&'static str) -> Option<String>) -> Vec<InvalidVariable> {
        let mut faults: Vec<InvalidVariable> = Vec::new();
        loop {
            // What every function needs stops the reading: once it was noted, something right stands in its place.
            let is_noted = |name: &str| faults.iter().any(|fault| fault.variable == name);
            let read = Self::new(|name| match name {
                _ if !is_noted(name) => variable(name),
                "root_secret" => Some("A".repeat(43)),
                _ => None,
            });
            match read {
                Err(fault) if is_noted(fault.variable) => return faults,
                Err(fault) => faults.push(fault),
                Ok(setup) => {
                    faults.extend(setup.setting_faults());
                    return faults;
                }
            }
        }
    }

    fn setting_faults(&self) -> Vec<InvalidVariable> {
        fn fault<T>(setting: &Setting<T>) -> Option<InvalidVariable> {
            setting.as_ref().err().cloned()
        }
        let faults = [
            fault(&self.lists),
            fault(&self.mailing),
            fault(&self.webhook),
            fault(&self.provider),
            fault(&self.mail_events),
            fault(&self.clocks),
            fault(&self.zone),
            fault(&self.regime),
            fault(&self.request_limits),
            fault(&self.assertion_keys),
            fault(&self.feedback_limits),
            fault(&self.retention_days),
            fault(&self.claim_settle),
            self.profile.security().err(),
        ];
        let mut found: Vec<InvalidVariable> = Vec::new();
        for fault in faults.into_iter().flatten() {
            if !found.contains(&fault) {
                found.push(fault);
            }
        }
        found
    }

    /// What is said of newsletters beside the lists, which must be right as well. A function that has to do with them asks
    /// for this before it answers anything; what is wrong with it is nobody's but theirs.
    ///
    /// # Errors
    /// A problem if one of the variables is wrong.
    pub fn mailing(&self) -> Result<&Mailing, Fault> {
        setting(&self.lists)?;
        setting(&self.mailing)
    }

    /// The mailing lists; none where [`Setup::mailing`] says that something is wrong.
    pub fn lists(&self) -> &Lists {
        self.lists.as_ref().unwrap_or(&self.no_lists)
    }

    /// Where the mailer listens: it is told of opt-outs, and asked to send mail where nobody else does. It stands apart from
    /// what is said of newsletters, as [`Setup::provider`] does: who sends mail need not know the lists.
    ///
    /// # Errors
    /// A problem if one of its variables is wrong.
    pub fn webhook(&self) -> Result<Option<&Webhook>, Fault> {
        setting(&self.webhook).map(Option::as_ref)
    }

    /// Who sends mail.
    ///
    /// # Errors
    /// A problem if one of its variables is wrong.
    pub fn provider(&self) -> Result<Option<&Provider>, Fault> {
        setting(&self.provider).map(Option::as_ref)
    }

    /// Who the mail providers are that tell of bounces and complaints.
    ///
    /// # Errors
    /// A problem if the variable is wrong.
    pub fn mail_events(&self) -> Result<&Providers, Fault> {
        setting(&self.mail_events)
    }

    /// Where days begin, whose law it is, and which days are worked.
    ///
    /// # Errors
    /// A problem if one of its variables is wrong.
    pub fn clocks(&self) -> Result<&Clocks, Fault> {
        setting(&self.clocks)
    }

    /// Where days begin and end, for whoever needs no clock.
    ///
    /// # Errors
    /// A problem if the variable is wrong.
    pub fn zone(&self) -> Result<Zone, Fault> {
        setting(&self.zone).cloned()
    }

    /// Whose law holds where nothing else is said, for whoever needs no clock.
    ///
    /// # Errors
    /// A problem if the variable is wrong.
    pub fn regime(&self) -> Result<Regime, Fault> {
        setting(&self.regime).copied()
    }

    /// How often data requests may be filed.
    ///
    /// # Errors
    /// A problem if one of the variables is wrong.
    pub fn request_limits(&self) -> Result<&RequestLimits, Fault> {
        setting(&self.request_limits)
    }

    /// What the app's backend signs assertions of identity with.
    ///
    /// # Errors
    /// A problem if the variable is wrong.
    pub fn assertion_keys(&self) -> Result<&[AssertionKey], Fault> {
        setting(&self.assertion_keys).map(Vec::as_slice)
    }

    /// How often one address may write.
    ///
    /// # Errors
    /// A problem if the variable is wrong.
    pub fn feedback_limits(&self) -> Result<&Limits, Fault> {
        setting(&self.feedback_limits)
    }

    /// For how many seconds a case is kept after it was opened.
    ///
    /// # Errors
    /// A problem if the variable is wrong.
    pub fn retention(&self) -> Result<i64, Fault> {
        let days = setting(&self.retention_days)?;
        Ok(i64::from(*days) * 86_400)
    }

    /// How long whoever wants to do what must happen once waits for others who want the same.
    ///
    /// # Errors
    /// A problem if the variable is wrong.
    pub fn claim_settle(&self) -> Result<Duration, Fault> {
        setting(&self.claim_settle).map(|millis| Duration::from_millis(u64::from(*millis)))
    }

    /// How long the calls to the store before an answer may take in all.
    pub fn store_deadline(&self) -> Duration {
        Duration::from_millis(u64::from(self.store_deadline))
    }

    /// What is said of deletion in a language; nothing where the texts' own will do.
    pub fn deletion(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.deletion_en,
            Lang::Ru => &self.deletion_ru,
        }
    }

    /// The developer as the stores list it: the configured name, or whoever answers for the data.
    pub fn developer(&self, lang: Lang) -> String {
        if self.developer_name.is_empty() {
            self.profile.controller(lang)
        } else {
            self.developer_name.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_secret_is_all_it_needs() {
        let setup = Setup::new(|name| (name == "root_secret").then(|| "A".repeat(43))).unwrap();
        assert_eq!(setup.profile.base_url, "http://127.0.0.1:3000");
        assert!(setup.operator.is_none() && !setup.profile.has_security());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let faults = Setup::faults(|name| match name {
            "root_secret" => Some("short".to_owned()),
            "base_url" => Some("ftp://desk.example".to_owned()),
            "retention_days" => Some("abc".to_owned()),
            "time_zone" => Some("nowhere".to_owned()),
            "webhook_url" => Some("http://mailer.example".to_owned()),
            _ => None,
        });
        let names: Vec<&str> = faults.iter().map(|fault| fault.variable).collect();
        assert_eq!(
            names,
            ["root_secret", "base_url", "webhook_url", "time_zone", "retention_days"]
        );
        assert_eq!(Setup::faults(|name| (name == "root_secret").then(|| "A".repeat(43))), []);
    }

    fn with(name: &str, value: &str) -> Result<Setup, InvalidVariable> {
        Setup::new(|asked| match asked {
            _ if asked == name => Some(value.to_owned()),
            "root_secret" => Some("A".repeat(43)),
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
        type Ask = fn(&Setup) -> Result<(), Fault>;
        let asks: [(_, Ask); 3] = [
            ("feedback_limits", |setup| setup.feedback_limits().map(drop)),
            ("retention_days", |setup| setup.retention().map(drop)),
            ("time_zone", |setup| setup.zone().map(drop)),
        ];
        for (name, ask) in asks {
            let Err(Fault::Misconfigured(why)) = ask(&with(name, "short-secret").unwrap()) else {
                panic!("{name} is not asked for");
            };
            assert!(why.starts_with(&format!("variable {name}: ")), "{why}");
            assert!(!why.contains("short-"), "{why}");
            assert_eq!(ask(&with("root_secret", &"A".repeat(43)).unwrap()), Ok(()));
        }
    }
}
