//! The rules of unsubscribing, each tried on the built wasm: the table in `docs/unsubscribe.md` is what was seen.

mod conformance;
mod mailer;
mod many;

use std::{collections::BTreeMap, fmt::Write as _, fs, sync::Arc, time::Duration};

use base64ct::{Base64UrlUnpadded, Encoding};
use desk_core::{
    keys::Keyring,
    suppression::{Link, ListId},
};
use desk_host::{
    HostOptions, StoreChoice,
    store::{Backend as _, MemoryStore},
};
use http::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

use crate::harness::{
    browser::{Browser, Scripts},
    failing::Failing,
    functions,
    http::{self as client, Request, Response},
    program, root, soon,
    target::{APP, Host, OPERATOR, REUSE, Target, variables},
    tell,
};

const JANE: &str = "jane@example.org";

pub(crate) fn keys() -> Keyring {
    Keyring::new(&variables()["root_secret"].parse().unwrap(), &[])
}

/// The path of a person's link on a list.
pub(crate) fn link(keys: &Keyring, email: &str, list: &str) -> String {
    let list: ListId = list.parse().unwrap();
    format!("/u/{}", Link::new(keys, &email.parse().unwrap(), list.tag()).mint(keys))
}

pub(crate) fn one_click(link: &str) -> Request {
    Request::post(link).form(&[("List-Unsubscribe", "One-Click")])
}

/// Whether somebody is suppressed on the product's news, as the mailer is told.
async fn is_suppressed(host: &Host, email: &str) -> bool {
    let body = json!({"email": email, "list": "product-news"});
    let check = Request::post("/suppressions/check").bearer(APP).json(&body);
    host.send(&check).await.json()["results"][0]["suppressed"].as_bool().unwrap()
}

/// The rules, in the order of the table.
struct Table(Vec<[String; 4]>);

impl Table {
    fn row(&mut self, rule: &str, source: &str, sent: &str, seen: &str) {
        self.0.push([rule, source, sent, seen].map(str::to_owned));
    }

    fn text(&self) -> String {
        let mut text = String::from("| rule | source | sent | seen |\n|---|---|---|---|\n");
        for [rule, source, sent, seen] in &self.0 {
            writeln!(text, "| {rule} | {source} | {sent} | {seen} |").unwrap();
        }
        text
    }
}

const BEGIN: &str = "<!-- What follows is written by the tests: DESK_BLESS=1 cargo test -p desk-tests the_conformance -->\n";

/// Holds the table in the document to what was seen.
fn hold(table: &Table) {
    let path = root().join("docs/unsubscribe.md");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let head = kept.split(BEGIN).next().unwrap_or_default();
    let made = format!("{head}{BEGIN}\n{}", table.text());
    if std::env::var("DESK_BLESS").is_ok() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/unsubscribe.md is not what was seen:\n{}", table.text());
}

/// That an answer to a click is what RFC 8058 asks for.
fn is_plain_yes(answer: &Response) -> bool {
    answer.status == 200
        && answer.header("location").is_none()
        && answer.header("set-cookie").is_none()
        && answer.text() == "Unsubscribed.\n"
}

const SCANNER: &str = "RFC 8058 section 1";

/// Lets ten thousand people opt out over many connections at once, and asks for all of them.
async fn nobody_is_lost(host: Host, what: &str) {
    const PEOPLE: usize = 10_000;
    const CONNECTIONS: usize = 32;
    let keys = keys();
    let began = std::time::Instant::now();
    let address = host.address();
    let mut tasks = Vec::new();
    for lane in 0..CONNECTIONS {
        let mut requests = Vec::new();
        for person in (lane..PEOPLE).step_by(CONNECTIONS) {
            requests.push(one_click(&link(&keys, &format!("p{person}@example.org"), "tips")));
        }
        tasks.push(tokio::spawn(async move {
            for request in requests {
                assert_eq!(client::send(address, &request).await.status, 200);
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let took = began.elapsed();
    let export = host.send(&Request::get("/suppressions").bearer(APP)).await;
    let subjects: std::collections::BTreeSet<&str> =
        export.text().lines().map(|line| line.split('"').nth(3).unwrap()).collect();
    assert_eq!(subjects.len(), PEOPLE);
    let changes = "/suppressions?since=00000000000000000000000000";
    let changes = host.send(&Request::get(changes).bearer(APP)).await;
    assert_eq!(changes.text().lines().count(), PEOPLE);
    tell(&format!("10,000 opt-outs on {what}: {:.1} s", took.as_secs_f64()));
    host.assert_nothing_trapped();
}

/// The mailer: it takes what it is told, and answers each with the next of its statuses.
pub(crate) struct Mailer {
    pub(crate) address: String,
    told: mpsc::UnboundedReceiver<(BTreeMap<String, String>, String)>,
    listening: tokio::task::JoinHandle<()>,
}

impl Mailer {
    pub(crate) async fn start(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (tell, told) = mpsc::unbounded_channel();
        let listening = tokio::spawn(async move {
            for at in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut bytes = Vec::new();
                let (head, body) = loop {
                    let mut chunk = [0; 4096];
                    let read = stream.read(&mut chunk).await.unwrap();
                    bytes.extend_from_slice(&chunk[..read]);
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    // What is asked for stands first, under no name.
                    let asked = head.lines().next().map(|line| ("", line));
                    let head: BTreeMap<String, String> = head
                        .lines()
                        .filter_map(|line| line.split_once(": "))
                        .chain(asked)
                        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                        .collect();
                    if head["content-length"].parse::<usize>().unwrap() == body.len() {
                        break (head, body.to_owned());
                    }
                };
                let status = statuses[at.min(statuses.len() - 1)];
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
                tell.send((head, body)).unwrap();
            }
        });
        Self { address, told, listening }
    }

    /// A host whose functions tell it by webhook.
    async fn host(&self) -> Host {
        let url = format!("{}/hook", self.address);
        self.host_with(&[
            ("webhook_url", &url),
            ("webhook_host", &self.address),
            ("webhook_secrets", SECRET),
        ])
        .await
    }

    pub(crate) async fn host_with(&self, own: &[(&str, &str)]) -> Host {
        let mut options = HostOptions::new(functions::built().path());
        options.variables = variables();
        for (name, value) in own {
            options.variables.insert((*name).to_owned(), (*value).to_owned());
        }
        options.reuse = REUSE;
        Host::run(options).await
    }

    pub(crate) async fn hear(&mut self) -> (BTreeMap<String, String>, String) {
        soon("the mailer is told", self.told.recv()).await.unwrap()
    }
}

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn pending(host: &Host) -> u64 {
    let asked = Request::get("/suppressions/pending").bearer(APP);
    host.send(&asked).await.json()["pending"].as_u64().unwrap()
}

/// Waits until the functions have noted what the mailer said.
async fn until_pending(host: &Host, count: u64) {
    soon("the mailer's answer is noted", async {
        while pending(host).await != count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Holds the signature to what the standard's own library makes of it.
fn signed_for(head: &BTreeMap<String, String>, body: &str) -> serde_json::Value {
    let library = standardwebhooks::Webhook::new(SECRET).unwrap();
    let timestamp: i64 = head["webhook-timestamp"].parse().unwrap();
    let expected = library.sign(&head["webhook-id"], timestamp, body.as_bytes()).unwrap();
    assert_eq!(head["webhook-signature"], expected);
    serde_json::from_str(body).unwrap()
}
