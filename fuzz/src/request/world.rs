//! A desk over a store in memory in which much has happened already, at one instant.
#![allow(clippy::expect_used, reason = "what is set up before anything is fuzzed must go through")]

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use desk_app::memory::MemoryStore;
use desk_app::{Desk, Instance, Setup};
use desk_core::id::{Moment, Seed};
use desk_core::time::Timestamp;
use http::Method;
use serde_json::Value;
use site::Site;

use super::answer::Answer;
use super::routes;
use super::sent::Sent;
use super::story::STORY;

/// Where the desk is.
pub(super) const BASE: &str = "https://desk.example";
/// Where every request comes from.
pub(super) const CLIENT: &str = "203.0.113.7:4711";
/// The operators' token.
pub(super) const OPERATOR: &str = "operators-of-the-fuzzed-desk-Zk3vQ9";
/// The token of the app's backend and the mailer.
pub(super) const APP: &str = "app-and-mailer-of-the-fuzzed-desk-1";
const ROOT: &str = "Awfx3VGQcokfmvGsevCEgq12xcCmu-SmN98c8Y8spos";
const EARLIER_ROOT: &str = "78y8Z7Suj1Ag8Xgrl4ZrSAAYssBA7CLLsZc5NeaW4S8";
const MAIL_TOKEN: &str = "token-of-the-provider-that-sends-mail";
const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const MAILGUN_KEY: &str = "key-0123456789abcdef";
/// The secret of the app's backend that assertions are signed with: 32 bytes of seven.
const ASSERTION_SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

const LISTS: &str = r#"[
    {"id": "product-news", "name_en": "Product news", "name_ru": "Новости продукта", "description_en": "Monthly."},
    {"id": "tips", "name_en": "Tips & <tricks>", "name_ru": "Советы"}
]"#;
const MAIL_EVENTS: &str = r#"{
    "standard": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "postmark": "postmark:0123456789abcdef",
    "mailgun": "key-0123456789abcdef",
    "ses": "arn:aws:sns:eu-central-1:123456789012:ses"
}"#;

/// What no answer may tell.
pub(super) const SECRETS: [&str; 8] =
    [OPERATOR, APP, ROOT, EARLIER_ROOT, MAIL_TOKEN, WEBHOOK_SECRET, MAILGUN_KEY, ASSERTION_SECRET];

/// When the story of the desk begins: 2026-11-22T10:00:00Z.
const BEGIN: i64 = 1_795_341_600;
/// How long after that the requests come that are fuzzed.
const LATER: i64 = 3_600;
/// How often a future is polled before it counts as one that is never ready.
const TURNS: usize = 1_000_000;

/// Every variable of the manifest that is not left at its default.
fn variable(name: &str) -> Option<String> {
    let value = match name {
        "root_secret" => ROOT,
        "previous_root_secrets" => EARLIER_ROOT,
        "operator_token" => OPERATOR,
        "app_token" => APP,
        "base_url" => BASE,
        "controller_name" => "Example <& Sons> \"Ltd\"",
        "controller_address" => "Example Street 1",
        "developer_name" => "Example Developers",
        "contact_email" => "privacy@desk.example",
        "client_address_header" => "spin-client-addr",
        "lists" => LISTS,
        "list_domain" => "lists.desk.example",
        "unsubscribe_mailbox" => "u@in.desk.example",
        "webhook_url" => "https://mailer.example/hook",
        "webhook_secrets" => WEBHOOK_SECRET,
        "mail_provider" => "postmark",
        "mail_token" => MAIL_TOKEN,
        "mail_from" => "OnCall 3.0 <privacy@desk.example>",
        "mail_events" => MAIL_EVENTS,
        "assertion_keys" => "hs256:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
        "deletion_en" => "Your account goes at once.\nLogs go after 90 days.",
        "deletion_ru" => "Учётная запись удаляется сразу.",
        "security_contact" => "mailto:security@desk.example",
        "security_expires" => "2027-10-01T00:00:00Z",
        "time_zone" => "CET-1CEST,M3.5.0,M10.5.0/3",
        "regime" => "eu-gdpr",
        "working_days" => r#"{"eu": {"2026": {"non_working": ["2026-12-25"]}}}"#,
        "request_limits" | "request_mail_limits" | "preferences_limits" => "1000;w=3600",
        _ => return None,
    };
    Some(value.to_owned())
}

/// One instance of every function over a store.
pub(super) struct World {
    store: Rc<MemoryStore>,
    setup: Rc<Setup>,
    instance: Rc<Instance>,
    site: Site,
    now: Cell<i64>,
    requests: Cell<u8>,
    /// What tells the randomness of the story from that of what comes afterwards.
    phase: u8,
}

impl World {
    /// A desk in which much has happened.
    pub(super) fn new() -> Self {
        let world = Self::at(2, BEGIN + LATER);
        for (key, value) in &STORY.values {
            world.store.put(key, value.clone());
        }
        world
    }

    /// A desk in which nothing has happened.
    pub(super) fn empty() -> Self {
        Self::at(1, BEGIN)
    }

    fn at(phase: u8, now: i64) -> Self {
        let setup = Setup::new(variable).expect("a configuration");
        Self {
            store: Rc::default(),
            setup: Rc::new(setup),
            instance: Rc::default(),
            site: Site::new(variable).expect("a configuration"),
            now: Cell::new(now),
            requests: Cell::new(0),
            phase,
        }
    }

    pub(super) fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// Sends a request to a function. Each comes a second after the one before, with randomness of its own.
    pub(super) fn send(&self, component: &str, sent: &Sent) -> Answer {
        let request = sent.request(body_limit(component, &sent.method, &sent.target));
        self.now.set(self.now.get() + 1);
        self.requests.set(self.requests.get().wrapping_add(1));
        let mut seed = [7; 32];
        seed.iter_mut().zip([self.phase, self.requests.get()]).for_each(|(to, from)| *to = from);
        let now = Timestamp::from_seconds(self.now.get()).unwrap_or(Timestamp::EPOCH);
        let moment = Moment::new(now, Seed::new(seed));
        let desk = Desk::new(&self.store, &self.setup, &self.instance, moment);
        let answer = block_on(async {
            Some(match component {
                "site" => site::serve(&self.site, &request),
                "policy" => policy::serve(&desk, &request).await,
                "feedback" => feedback::serve(&desk, &request).await,
                "data-requests" => data_requests::serve(&desk, &request).await,
                "unsubscribe" => unsubscribe::serve(&desk, &request).await,
                "mailer" => mailer::serve(&desk, &request).await,
                "mail-events" => mail_events::serve(&desk, &request).await,
                "console" => console::serve(&desk, &request).await,
                "sweep" => sweep::serve(&desk, &request).await,
                _ => return None,
            })
        });
        assert!(answer.is_some(), "{component} is in the manifest and not known here");
        Answer::new(answer.expect("an answer"))
    }

    /// Sends what must go through.
    pub(super) fn done(
        &self,
        method: Method,
        target: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Answer {
        let sent = Sent::of(method, target, headers, body);
        let answer = self.send(routes::component(target), &sent);
        assert!(answer.status < 400, "the story does not go on: {sent:?}: {answer:?}");
        answer
    }

    pub(super) fn get(&self, target: &str) -> Answer {
        self.done(Method::GET, target, &[("accept", "application/json")], "")
    }

    pub(super) fn page(&self, target: &str) -> String {
        self.done(Method::GET, target, &[("accept", "text/html")], "").text()
    }

    pub(super) fn post(&self, target: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        self.done(Method::POST, target, &headers, &body.to_string())
    }

    /// The newest mail that waits for somebody: its id and its text.
    pub(super) fn mail(&self, to: &str) -> (String, String) {
        let listed = self.get("/console/api/outbox?limit=200").json();
        let found =
            listed.get("mails").and_then(Value::as_array).into_iter().flatten().find_map(|mail| {
                let url = mail.get("url")?.as_str()?.strip_prefix(BASE)?;
                let mail = self.get(url).json();
                let is_theirs = mail.get("to")?.as_str()? == to;
                let id = url.rsplit('/').next()?.to_owned();
                is_theirs.then_some((id, mail.get("text")?.as_str()?.to_owned()))
            });
        assert!(found.is_some(), "no mail to {to} in {listed}");
        found.unwrap_or_default()
    }
}

/// How many bytes of a body a function reads.
fn body_limit(component: &str, method: &Method, target: &str) -> usize {
    match component {
        "site" => site::ROUTES.body_limit(method, target),
        "policy" => policy::ROUTES.body_limit(method, target),
        "feedback" => feedback::ROUTES.body_limit(method, target),
        "data-requests" => data_requests::ROUTES.body_limit(method, target),
        "unsubscribe" => unsubscribe::ROUTES.body_limit(method, target),
        "mailer" => mailer::ROUTES.body_limit(method, target),
        "mail-events" => mail_events::ROUTES.body_limit(method, target),
        "console" => console::ROUTES.body_limit(method, target),
        "sweep" => sweep::ROUTES.body_limit(method, target),
        _ => 0,
    }
}

/// Polls a future until it is ready.
pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut turns = 0;
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        turns += 1;
        assert!(turns < TURNS, "no answer comes");
    }
}
