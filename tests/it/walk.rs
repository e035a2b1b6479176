//! The way of a data request on the built wasm, for tests of what goes wrong on it.

use serde_json::{Value, json};

use crate::harness::{
    http::{Request, Response},
    target::{OPERATOR, Target},
};

pub(crate) const ANNA: &str = "anna@oncall.example";
pub(crate) const JANE: &str = "jane@example.org";

/// Asks as a program does.
pub(crate) fn get(target: impl Into<String>) -> Request {
    Request::get(target).header("accept", "application/json")
}

/// Asks as an operator does.
pub(crate) fn look(target: impl Into<String>) -> Request {
    Request::get(target).bearer(OPERATOR)
}

/// Sends JSON.
pub(crate) fn post(target: impl Into<String>, body: &Value) -> Request {
    Request::post(target).json(body)
}

/// The mails to an address that wait, the newest first, each as operators read it.
pub(crate) async fn mails(host: &dyn Target, to: &str) -> Vec<Value> {
    let listed = host.send(&look("/console/api/outbox?limit=200")).await.json();
    let mut mails = Vec::new();
    for mail in listed["mails"].as_array().expect("a list") {
        let mail =
            host.send(&look(host.path(mail["url"].as_str().expect("an address")))).await.json();
        if mail["to"] == to {
            mails.push(mail);
        }
    }
    mails
}

/// The text of the newest mail to an address.
pub(crate) async fn newest_mail(host: &dyn Target, to: &str) -> String {
    let mails = mails(host, to).await;
    mails.first().expect("a mail")["text"].as_str().expect("text").to_owned()
}

/// The first of our links in a mail, as a path, without the language that it opens in.
pub(crate) fn link_in(host: &dyn Target, mail: &str) -> String {
    let link = mail.lines().map(str::trim).find(|line| line.starts_with(host.base()));
    let link = link.expect("a link");
    host.path(link.split_once("?lang=").map_or(link, |(link, _)| link))
}

/// The code in a mail that asks for a proof of identity.
pub(crate) fn code_in(mail: &str) -> String {
    let is_code = |line: &&str| line.len() == 11 && line.chars().nth(5) == Some('-');
    mail.lines().map(str::trim).find(is_code).expect("a code").to_owned()
}

/// The key in a mail that tells of a package.
pub(crate) fn secret_in(mail: &str) -> String {
    let is_key = |line: &&str| {
        let symbols = line.chars().filter(char::is_ascii_alphanumeric).count();
        symbols == 26
            && line.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
    };
    mail.lines().map(str::trim).find(is_key).expect("a key").to_owned()
}

/// A filing by JSON that has all it needs.
pub(crate) fn filing(kind: &str, email: &str) -> Request {
    post("/requests", &json!({"kind": kind, "email": email, "regime": "eu-gdpr"}))
}

/// A request of which nobody has proven yet who asks.
#[derive(Clone, Debug)]
pub(crate) struct Filed {
    pub(crate) reference: String,
    /// The path of the page that takes the code.
    pub(crate) pending: String,
    /// The path of the mailed link.
    pub(crate) link: String,
    pub(crate) code: String,
}

impl Filed {
    /// The answer to a filing, with the link and the code of the mail that went out for it.
    pub(crate) async fn of(host: &dyn Target, answer: &Response, email: &str) -> Self {
        assert_eq!(answer.status, 201, "{answer:?}");
        let mail = newest_mail(host, email).await;
        Self {
            reference: answer.field("/reference"),
            pending: host.path(&answer.field("/pending_url")),
            link: link_in(host, &mail),
            code: code_in(&mail),
        }
    }

    /// A code that is entered for it.
    pub(crate) fn enter(&self, code: &str) -> Request {
        post(format!("{}/code", self.pending), &json!({"code": code}))
    }

    /// Proves who asks, by the code: gives the path of the status page.
    pub(crate) async fn prove(&self, host: &dyn Target) -> String {
        let entered = host.send(&self.enter(&self.code)).await;
        assert_eq!(entered.status, 200, "{entered:?}");
        host.clock().pass(1);
        host.path(&entered.field("/status_url"))
    }

    /// Where operators find it, or something below.
    pub(crate) fn console(&self, rest: &str) -> String {
        format!("/console/api/requests/{}{rest}", self.reference)
    }

    /// What an operator does with it as it stands.
    pub(crate) async fn act(&self, host: &dyn Target, name: &str, body: &Value) -> Request {
        let tag = tag(host, &self.console("")).await;
        post(self.console(name), body).bearer(OPERATOR).header("if-match", &tag)
    }
}

/// Has an operator do something with a request, which must be lawful.
pub(crate) async fn done(host: &dyn Target, filed: &Filed, name: &str, body: &Value) {
    let answer = host.send(&filed.act(host, name, body).await).await;
    assert!(answer.status.is_success(), "{name}: {answer:?}");
    host.clock().pass(1);
}

/// Files a request, a second after whatever was before and a second before what comes then.
pub(crate) async fn filed(host: &dyn Target, kind: &str, email: &str) -> Filed {
    host.clock().pass(1);
    let filed = Filed::of(host, &host.send(&filing(kind, email)).await, email).await;
    host.clock().pass(1);
    filed
}

/// Files a request and proves who asks: gives it with the path of its status page.
pub(crate) async fn proven(host: &dyn Target, kind: &str, email: &str) -> (Filed, String) {
    let filed = filed(host, kind, email).await;
    let status = filed.prove(host).await;
    (filed, status)
}

/// The tag of what operators read at an address.
pub(crate) async fn tag(host: &dyn Target, target: &str) -> String {
    let read = host.send(&look(target)).await;
    assert_eq!(read.status, 200, "{read:?}");
    read.header("etag").expect("a tag").to_owned()
}

/// Has an operator build the package of a request: gives the key that was mailed.
pub(crate) async fn packed(host: &dyn Target, filed: &Filed, email: &str) -> String {
    let built = host.send(&filed.act(host, "/package", &json!({})).await).await;
    assert_eq!(built.status, 201, "{built:?}");
    let secret = secret_in(&newest_mail(host, email).await);
    host.clock().pass(1);
    secret
}

/// Fetches the package behind a status link with a key.
pub(crate) fn fetch(status: &str, secret: &str) -> Request {
    post(format!("{status}/package"), &json!({"secret": secret}))
}
