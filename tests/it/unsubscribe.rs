//! The rules of unsubscribing, each tried on the built wasm: the table in `docs/unsubscribe.md` is what was seen.

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

#[tokio::test]
async fn the_conformance_table_is_what_was_seen() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), REUSE).await;
    let mut t = Table(Vec::new());
    let keys = keys();

    let mint = json!({"email": JANE, "list": "product-news"});
    let minted = host.send(&Request::post("/unsubscribe/links").bearer(APP).json(&mint)).await;
    let url = minted.field("/links/0/url");
    let path = url.strip_prefix("https://desk.example").unwrap();
    let token = path.strip_prefix("/u/").unwrap();
    let mailto = format!("mailto:u@in.desk.example?subject=unsubscribe%20{token}");
    assert_eq!(
        minted.field("/links/0/headers/0"),
        format!("List-Unsubscribe: <{url}>, <{mailto}>")
    );
    assert_eq!(
        minted.field("/links/0/headers/1"),
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    );
    assert_eq!(
        minted.field("/links/0/headers/2"),
        "List-Id: Product news <product-news.desk.example>"
    );
    t.row(
        "one `List-Unsubscribe` with one https address, one `List-Unsubscribe-Post`",
        "RFC 8058 section 3.1",
        "`POST /unsubscribe/links`",
        "three ready lines: both fields, and `List-Id`",
    );
    t.row(
        "a list has a name of its own",
        "RFC 2919 section 3, Gmail",
        "the same",
        "`List-Id: Product news <product-news.desk.example>`",
    );
    let mail = format!("From: {JANE}\r\nSubject: unsubscribe {token}\r\n\r\n");
    let inbound = |mail: String| {
        Request::post("/mail-events/inbound").bearer(APP).body("message/rfc822", mail)
    };
    let absent = mail.replace("Subject", "Auto-Submitted: auto-replied\r\nSubject");
    assert_eq!(host.send(&inbound(absent)).await.status, 204);
    assert!(!is_suppressed(&host, JANE).await);
    assert_eq!(host.send(&inbound(mail)).await.status, 204);
    assert!(is_suppressed(&host, JANE).await);
    t.row(
        "a mailto address for mail programs that know nothing else",
        "RFC 2369 section 2",
        "the mail that it makes; and a note of absence",
        "stops mail; stops nothing",
    );
    let lift = Request::new(Method::DELETE, "/suppressions").bearer(OPERATOR);
    let lift =
        lift.json(&json!({"email": JANE, "scope": "product-news", "reason": "for the next rule"}));
    assert_eq!(host.send(&lift).await.status, 200);
    let bytes = Base64UrlUnpadded::decode_vec(path.strip_prefix("/u/").unwrap()).unwrap();
    let hidden = |text: &str| !bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(hidden("jane") && hidden("example") && hidden("product-news"));
    t.row(
        "the address is opaque and hard to forge",
        "RFC 8058 section 3.1",
        "the token, decoded",
        "neither address nor list in it; 128 bits of MAC",
    );

    let before = host.keys().await;
    store.reset();
    for number in 0..100 {
        let method = if number % 2 == 0 { Method::GET } else { Method::HEAD };
        let answer = host.send(&Request::new(method, path).page()).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("set-cookie").is_none());
    }
    assert_eq!(store.calls(), [""; 0]);
    assert_eq!(host.keys().await, before);
    t.row(
        "looking changes nothing",
        SCANNER,
        "100 scanners: 50 GET, 50 HEAD",
        "200 each; no call to the store, no key in it",
    );
    let with = |query: &str| Request::get(format!("{path}{query}")).page();
    let method = |method: Method| Request::new(method, path);
    store.reset();
    for (status, request) in [
        (200, with("?auto=yes")),
        (200, with("?List-Unsubscribe=One-Click")),
        (200, with("?_method=POST").header("x-http-method-override", "POST")),
        (200, with("/less?stop=all")),
        (405, with("/all")),
        (405, method(Method::OPTIONS)),
        (405, method(Method::PUT)),
        (405, method(Method::DELETE)),
    ] {
        assert_eq!(host.send(&request).await.status, status);
    }
    assert_eq!(store.calls(), [""; 0]);
    assert_eq!(host.keys().await, before);
    t.row(
        "nothing but a POST does it",
        "seen in the field",
        "GET with `?auto=yes`, with the body as a query, with a method to be taken instead; OPTIONS, PUT, DELETE",
        "the page, or 405; no call to the store",
    );

    let multipart = |boundary: &str, quoted: bool, end: &str| {
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--{boundary}--{end}"
        );
        let quote = if quoted { "\"" } else { "" };
        Request::post(path)
            .body(&format!("multipart/form-data; boundary={quote}{boundary}{quote}"), body)
    };
    for (rule, source, sent, request) in [
        (
            "the body as `application/x-www-form-urlencoded`",
            "RFC 8058 section 3.2; Gmail",
            "`List-Unsubscribe=One-Click`",
            one_click(path),
        ),
        (
            "the body as `multipart/form-data`",
            "RFC 8058 section 3.2",
            "boundary bare, CRLF at the end",
            multipart("----=_Part_1", false, "\r\n"),
        ),
        ("", "", "boundary in quotes, nothing behind it", multipart("a b'()+_,-./:=?c", true, "")),
        (
            "some clients forget the body",
            "seen in the field",
            "an empty body, with a type",
            Request::post(path).body("application/x-www-form-urlencoded", ""),
        ),
        ("", "", "no body, no type", Request::new(Method::POST, path)),
        (
            "a body that says something else still means stop",
            "fail towards less mail",
            "`List-Unsubscribe=Maybe`",
            Request::post(path).form(&[("List-Unsubscribe", "Maybe")]),
        ),
        ("", "", "broken JSON", Request::post(path).body("application/json", "{")),
        ("", "", "broken multipart", Request::post(path).body("multipart/form-data", "x")),
        (
            "no other context is needed",
            "RFC 8058 section 3.2",
            "a foreign `Origin`, no `Referer`, no cookie",
            one_click(path).header("origin", "https://elsewhere.example"),
        ),
        ("", "", "a cookie of somebody else's", one_click(path).header("cookie", "session=1")),
    ] {
        store.reset();
        let answer = host.send(&request).await;
        assert!(is_plain_yes(&answer), "{sent}: {answer:?}");
        assert_eq!(store.calls().len(), 2, "{sent}");
        t.row(
            rule,
            source,
            sent,
            "200, `Unsubscribed.`, no redirect, no cookie; two writes side by side",
        );
        assert!(is_suppressed(&host, JANE).await, "{sent}");
    }
    for _ in 0..100 {
        assert!(is_plain_yes(&host.send(&one_click(path)).await));
    }
    let held = host.keys().await.into_iter().filter(|key| key.starts_with("suppression:")).count();
    assert_eq!(held, 1);
    t.row(
        "the same link works for ever",
        "CAN-SPAM: 30 days at least",
        "100 replays",
        "200 each; one suppression",
    );

    let unknown = link(&keys, "stranger@example.org", "product-news");
    let (known, stranger) =
        (host.send(&one_click(path)).await, host.send(&one_click(&unknown)).await);
    let shape = |answer: &Response| {
        (answer.status, answer.body.clone(), {
            let mut headers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
            for (name, value) in answer.headers.iter().filter(|(name, _)| *name != "date") {
                headers.insert(name.to_string(), value.as_bytes().to_vec());
            }
            headers
        })
    };
    assert_eq!(shape(&known), shape(&stranger));
    t.row(
        "nobody learns whether an address is known",
        "GDPR article 5",
        "a link for a person never seen before",
        "the same answer, byte for byte",
    );

    let cut = &path[..path.len() - 1];
    let swapped = {
        let done =
            host.send(&Request::post(link(&keys, "x@example.org", "tips")).page().form(&[])).await;
        let undo =
            done.text().split("/u/undo/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        format!("/u/{undo}")
    };
    let before = host.keys().await;
    store.reset();
    let first = shape(&host.send(&one_click("/u/forged")).await);
    assert_eq!(first.0, 404);
    for wrong in [cut, swapped.as_str(), "/u/x", "/u/%00", &format!("/u/{}", "A".repeat(70))] {
        assert_eq!(shape(&host.send(&one_click(wrong)).await), first, "{wrong}");
    }
    assert_eq!(store.calls(), [""; 0]);
    assert_eq!(host.keys().await, before);
    t.row(
        "forged, cut and foreign tokens",
        "RFC 8058 section 6",
        "five of them, one an undo token",
        "404, one and the same answer, no call to the store",
    );

    store.reset();
    for other in ["/u/undo/", "/unsubscribe/preferences/"] {
        for method in [Method::GET, Method::POST] {
            let request = Request::new(method, format!("{other}{token}")).page();
            assert_eq!(host.send(&request).await.status, 404, "{other}");
        }
    }
    assert_eq!(store.calls(), [""; 0]);
    t.row(
        "a link can do one thing",
        "a mail may be forwarded",
        "its token where something is undone, and where preferences are shown",
        "404, no call to the store",
    );
    let (one, all) = ("one@example.org", "all@example.org");
    assert!(is_plain_yes(&host.send(&one_click(&link(&keys, one, "tips"))).await));
    assert!(!is_suppressed(&host, one).await);
    let everything = format!("{}/all", link(&keys, all, "tips"));
    assert!(is_plain_yes(&host.send(&one_click(&everything)).await));
    assert!(is_suppressed(&host, all).await);
    t.row(
        "one list, or all of them",
        "GDPR article 21(3)",
        "a click for another list; the button for all",
        "the first list goes on; it stops as well",
    );
    for key in host.keys().await {
        let value = store.get(&key).await.unwrap().unwrap();
        let kept = [key.as_bytes(), &value].concat();
        for name in ["jane", "example.org", "product-news", "tips"] {
            let shown = kept.windows(name.len()).any(|window| window == name.as_bytes());
            assert!(!shown, "{name} stands in {key}");
        }
    }
    t.row(
        "what is kept names nobody",
        "GDPR articles 5(1)(c) and 17",
        "every key and every value of the store, after all of this",
        "neither an address nor a list in any of them",
    );

    let gone = link(&keys, JANE, "a-list-that-is-gone");
    assert!(is_plain_yes(&host.send(&one_click(&gone)).await));
    t.row("a list that is no longer configured", "CAN-SPAM", "a click for it", "200");
    host.assert_nothing_trapped();

    let mut options = HostOptions::new(functions::built().path());
    options.variables = variables();
    options
        .variables
        .insert("previous_root_secrets".to_owned(), variables()["root_secret"].clone());
    options.variables.insert("root_secret".to_owned(), Base64UrlUnpadded::encode_string(&[9; 32]));
    options.store = StoreChoice::Custom(store.clone());
    store.reset();
    let rotated = Host::run(options).await;
    let before = is_suppressed(&rotated, "stranger@example.org").await;
    assert!(before, "what was stored under the old root is found by address");
    assert!(is_plain_yes(&rotated.send(&one_click(path)).await));
    assert!(is_suppressed(&rotated, JANE).await);
    t.row(
        "the root secret was rotated",
        "",
        "a click with a link made before",
        "200; found by address all the same",
    );

    t.row(
        "a page that a browser fetches ahead changes nothing",
        SCANNER,
        "a real browser: prefetch, opening, pressing",
        "stopped by the button alone: `a_browser_that_fetches_ahead_changes_nothing`",
    );
    t.row(
        "10,000 people at once",
        "",
        "32 connections, SQLite and Redis",
        "none is lost: `of_ten_thousand_at_once_none_is_lost_on_sqlite`, `..._on_redis`",
    );
    hold(&t);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_fetches_ahead_changes_nothing() {
    let Some(browser) = Browser::start(Scripts::On) else { return };
    let host = Host::browsable().await;
    let url = format!("http://{}", host.address());
    let path = link(&keys(), JANE, "product-news");
    // A page of somebody else's, as a mailbox in a browser is, that has the link fetched ahead.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailbox = format!("http://{}/", listener.local_addr().unwrap());
    let page =
        format!("<!doctype html><title>Mailbox</title><link rel=prefetch href='{url}{path}'>");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length:";
            let _ =
                stream.write_all(format!("{head} {}\r\n\r\n{page}", page.len()).as_bytes()).await;
        }
    });
    // The browser blocks this thread, and the mailbox answers on another.
    let (shown, browser) = tokio::task::spawn_blocking(move || {
        browser.open(&mailbox);
        let fetched = "return performance.getEntriesByType('resource').map(e => e.name).join(' ')";
        let began = std::time::Instant::now();
        loop {
            let names = browser.script(fetched).as_str().unwrap_or_default().to_owned();
            if names.contains("/u/") || began.elapsed() > Duration::from_secs(20) {
                return (names, browser);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    })
    .await
    .unwrap();
    assert!(shown.contains(&path), "the browser fetched {shown:?}");
    assert!(!is_suppressed(&host, JANE).await);
    browser.open(&format!("{url}{path}"));
    assert!(!is_suppressed(&host, JANE).await);
    browser.follow(&browser.find("main form button"));
    assert!(is_suppressed(&host, JANE).await);
}

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

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_at_once_none_is_lost_on_sqlite() {
    // In memory where the system has such a folder: what is tried is the crowd, and not the disk.
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.unwrap();
    let store = StoreChoice::Sqlite(folder.path().join("store.db"));
    nobody_is_lost(Host::start(store, REUSE).await, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_at_once_none_is_lost_on_redis() {
    let Some(host) = Host::redis().await else { return };
    nobody_is_lost(host, "Redis").await;
}

#[tokio::test]
async fn a_thousand_are_checked_in_one_request() {
    let host = Host::memory().await;
    let emails: Vec<String> = (0..1_000).map(|number| format!("p{number}@example.org")).collect();
    for email in emails.iter().step_by(100) {
        host.send(&one_click(&link(&keys(), email, "tips"))).await;
    }
    let body = json!({"emails": emails, "list": "tips"});
    let check = Request::post("/suppressions/check").bearer(APP).json(&body);
    let answer = host.send(&check).await;
    let results = answer.json()["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 1_000);
    let suppressed = results.iter().filter(|result| result["suppressed"] == true).count();
    assert_eq!(suppressed, 10);
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

#[tokio::test(flavor = "multi_thread")]
async fn the_mailer_is_told_and_what_it_does_not_take_is_told_again() {
    let mut mailer = Mailer::start(&[500, 302, 204]).await;
    let host = mailer.host().await;
    let answer = host.send(&one_click(&link(&keys(), JANE, "product-news"))).await;
    assert!(is_plain_yes(&answer), "the person does not wait for the mailer");
    let (head, body) = mailer.hear().await;
    // A library that is not ours believes it. The functions' clock is the test's, so only the signature is held.
    let told = signed_for(&head, &body);
    assert_eq!(told["type"], "suppression.created");
    assert_eq!(told["data"]["reason"], "one-click");
    assert!(!body.contains("jane"));
    assert_eq!(pending(&host).await, 1);
    for (later, attempt) in [(60, 2), (300, 3)] {
        soon("the failure is noted", async {
            while !host.keys().await.iter().any(|key| key.starts_with("try:")) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        host.clock().pass(later);
        assert_eq!(host.send(&Request::get("/ops/sweep")).await.status, 204, "attempt {attempt}");
        let (again, same) = mailer.hear().await;
        assert_eq!((&again["webhook-id"], &same), (&head["webhook-id"], &body));
        signed_for(&again, &same);
    }
    until_pending(&host, 0).await;
    host.assert_nothing_trapped();
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_out_by_the_configured_provider_and_again_until_it_is_taken() {
    let mut provider = Mailer::start(&[503, 200]).await;
    let host = provider
        .host_with(&[
            ("mail_provider", "postmark"),
            ("mail_token", "a-token"),
            ("mail_from", "OnCall 3.0 <privacy@oncall.example>"),
            ("mail_host", &provider.address),
        ])
        .await;
    let ask = Request::post("/unsubscribe").page().form(&[("email", JANE)]);
    assert_eq!(host.send(&ask).await.status, 303, "the person does not wait for the provider");
    let (head, body) = provider.hear().await;
    assert_eq!(head[""], "POST /email HTTP/1.1");
    assert_eq!(head["x-postmark-server-token"], "a-token");
    assert_eq!(
        (&*head["content-type"], &*head["user-agent"]),
        ("application/json", "privacy-desk")
    );
    let mail: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(mail["To"], JANE);
    assert_eq!(mail["From"], "\"OnCall 3.0\" <privacy@oncall.example>");
    assert!(mail["TextBody"].as_str().unwrap().contains("https://desk.example/unsubscribe/"));
    let outbox = Request::get("/console/api/outbox").bearer(OPERATOR);
    let waiting = soon("the failure is noted", async {
        loop {
            let waiting = host.send(&outbox).await.json()["mails"][0].clone();
            if waiting["attempts"] == 1 {
                break waiting;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!((&waiting["last_status"], &waiting["given_up"]), (&json!(503), &json!(false)));
    host.clock().pass(60);
    assert_eq!(host.send(&Request::get("/ops/sweep")).await.status, 204);
    let (again, same) = provider.hear().await;
    assert_eq!(
        (&again["x-postmark-server-token"], &same),
        (&head["x-postmark-server-token"], &body)
    );
    assert!(host.send(&outbox).await.json()["mails"].as_array().unwrap().is_empty());
    host.assert_nothing_trapped();
}

/// Holds the signature to what the standard's own library makes of it.
fn signed_for(head: &BTreeMap<String, String>, body: &str) -> serde_json::Value {
    let library = standardwebhooks::Webhook::new(SECRET).unwrap();
    let timestamp: i64 = head["webhook-timestamp"].parse().unwrap();
    let expected = library.sign(&head["webhook-id"], timestamp, body.as_bytes()).unwrap();
    assert_eq!(head["webhook-signature"], expected);
    serde_json::from_str(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_that_is_gone_keeps_nobody_from_opting_out() {
    let mailer = Mailer::start(&[204]).await;
    let host = mailer.host().await;
    mailer.listening.abort();
    assert!(mailer.listening.await.unwrap_err().is_cancelled());
    let answer = host.send(&one_click(&link(&keys(), JANE, "product-news"))).await;
    assert!(is_plain_yes(&answer));
    assert!(is_suppressed(&host, JANE).await);
    soon("the failure is noted", async {
        while !host.keys().await.iter().any(|key| key.starts_with("try:")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(pending(&host).await, 1);
}

#[tokio::test]
async fn other_readers_see_the_same_header_fields() {
    let Some(python) = program("python3") else { return };
    let host = Host::memory().await;
    let mint = json!({"email": JANE, "list": "product-news"});
    let minted = host.send(&Request::post("/unsubscribe/links").bearer(APP).json(&mint)).await;
    let url = minted.field("/links/0/url");
    let setup = desk_app::Setup::new(|name| match name {
        "root_secret" => Some(variables()["root_secret"].clone()),
        "base_url" => Some("https://desk.example".to_owned()),
        "lists" => Some(
            r#"[{"id": "news", "name_ru": "Новости продукта, которые приходят очень редко"}]"#
                .to_owned(),
        ),
        _ => None,
    })
    .unwrap();
    let russian = desk_app::links::list_id(&setup, setup.lists().by_id("news").unwrap());
    for (list_id, name, id) in [
        (minted.field("/links/0/headers/2"), "Product news", "product-news.desk.example"),
        (
            format!("List-Id: {russian}"),
            "Новости продукта, которые приходят очень редко",
            "news.desk.example",
        ),
    ] {
        let mail = format!(
            "From: a@b.co\r\n{}\r\n{}\r\n{list_id}\r\nSubject: x\r\n\r\nHello\r\n",
            minted.field("/links/0/headers/0"),
            minted.field("/links/0/headers/1"),
        );
        let unsubscribe = minted.field("/links/0/headers/0");
        let unsubscribe = unsubscribe.strip_prefix("List-Unsubscribe: ").unwrap();
        let script = "import sys, email, email.policy, json\n\
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
            print(json.dumps([m.get_all('List-Unsubscribe'), m.get_all('List-Unsubscribe-Post'), m.get_all('List-Id')]))";
        let mut child = tokio::process::Command::new(&python)
            .args(["-c", script])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(mail.as_bytes()).await.unwrap();
        let output = child.wait_with_output().await.unwrap();
        let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            read,
            json!([[unsubscribe], ["List-Unsubscribe=One-Click"], [format!("{name} <{id}>")]])
        );
        // And a parser of mail that is not Python's.
        let message = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
        let list =
            message.list_unsubscribe().as_address().and_then(|address| address.first()).unwrap();
        assert_eq!(list.address(), Some(url.as_str()));
        let raw = message.header_raw("List-Unsubscribe-Post").unwrap();
        assert_eq!(raw.trim(), "List-Unsubscribe=One-Click");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_that_hangs_keeps_nobody_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (asked, mut arrived) = mpsc::unbounded_channel();
    let hanging = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
            let _ = asked.send(());
        }
    });
    let (_tell, told) = mpsc::unbounded_channel();
    let host = Mailer { address, told, listening: hanging }.host().await;
    let answer = host.send(&one_click(&link(&keys(), JANE, "product-news"))).await;
    assert!(is_plain_yes(&answer));
    soon("the mailer is called", arrived.recv()).await.unwrap();
    // It still says nothing, and everything else goes on.
    assert!(is_suppressed(&host, JANE).await);
    assert_eq!(pending(&host).await, 1);
    let john = link(&keys(), "john@example.org", "product-news");
    assert!(is_plain_yes(&host.send(&one_click(&john)).await));
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_confirms_nothing_and_the_next_request_works() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), REUSE).await;
    let path = link(&keys(), JANE, "product-news");
    let john = json!({"email": "john@example.org", "reason": "by phone"});
    let rows = json!({"opt_outs": [{"email": "jill@example.org"}]});
    let operator = |method: Method, target: &str, body: &serde_json::Value| {
        Request::new(method, target).bearer(OPERATOR).json(body)
    };
    let complaint = "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\
        Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n\
        Original-Rcpt-To: jane@example.org\r\n--b--\r\n";
    let requests = [
        one_click(&path),
        Request::post(&path).page().form(&[("page", "0000000000000")]),
        Request::post(format!("{path}/all")).page().form(&[]),
        Request::post(format!("{path}/less")).page().form(&[("stop", "tips")]),
        Request::get(format!("{path}/receipt.json")),
        Request::post("/unsubscribe").page().form(&[("email", JANE)]),
        operator(Method::PUT, "/suppressions", &john),
        operator(Method::DELETE, "/suppressions", &john),
        operator(Method::POST, "/suppressions/import", &rows),
        operator(Method::POST, "/suppressions/check", &json!({"email": JANE, "list": "tips"})),
        Request::get("/suppressions/pending").bearer(OPERATOR),
        Request::post("/mail-events/arf").bearer(APP).body("message/rfc822", complaint),
    ];
    for call in 1..=6 {
        for request in &requests {
            // A limit on mails would answer for everything else.
            host.clock().pass(86_400);
            store.fail_from(call);
            let answer = host.send(request).await;
            let failed = store.calls().len() >= call;
            store.reset();
            let what = format!("{} {} at {call}", request.method, request.target);
            assert_eq!(answer.status == 503, failed, "{what}: {answer:?}");
            let again = host.send(request).await;
            assert!(again.status.is_success() || again.status == 303, "{what}: {again:?}");
        }
    }
    host.assert_nothing_trapped();
}
