//! The public paths, and the requests that ask for them.

use std::{
    cell::Cell,
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use desk_core::{
    id::Id,
    keys::{Keyring, Purpose},
    suppression::{Link, ListId},
    time::Timestamp,
};

use crate::{client::Connection, root};

/// 32 bytes of seven.
const ROOT_SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
const OPERATOR: &str = "the-token-of-the-operators-in-benches";
const BASE: &str = "https://desk.example";

const NO_LIMIT: &str = "1000000000;w=60,1000000000;w=86400";

/// The desk's variables: as it comes, but for a limit that stops no load.
pub(crate) fn variables() -> BTreeMap<String, String> {
    [
        ("root_secret", ROOT_SECRET),
        ("operator_token", OPERATOR),
        ("base_url", BASE),
        ("feedback_limits", NO_LIMIT),
        ("request_limits", NO_LIMIT),
        ("request_mail_limits", NO_LIMIT),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// What a path is held to, where a person or a bill would feel it.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// At least this part of the floor's throughput, under the load of many connections.
    Throughput(f64),
    /// At most so many seconds behind the floor, by the median of one connection.
    Behind(f64),
}

/// A public path.
pub(crate) struct Path {
    /// What the table calls it.
    pub(crate) name: &'static str,
    /// What it is held to.
    pub(crate) target: Target,
    /// Whether each request is the first one of an instance.
    pub(crate) fresh: bool,
    /// Whether no two requests may be the same.
    pub(crate) varies: bool,
    /// The status of the answer.
    pub(crate) status: u16,
    /// A request for it.
    pub(crate) request: fn(&Known) -> Vec<u8>,
}

impl Path {
    const fn new(name: &'static str, target: Target, request: fn(&Known) -> Vec<u8>) -> Self {
        Self { name, target, fresh: false, varies: false, status: 200, request }
    }

    const fn read(name: &'static str, request: fn(&Known) -> Vec<u8>) -> Self {
        Self::new(name, Target::Throughput(0.5), request)
    }

    const fn write(name: &'static str, request: fn(&Known) -> Vec<u8>) -> Self {
        Self::new(name, Target::Throughput(0.8), request)
    }

    const fn first(name: &'static str, request: fn(&Known) -> Vec<u8>) -> Self {
        Self { fresh: true, ..Self::new(name, Target::Behind(0.003), request) }
    }

    const fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    const fn varies(self) -> Self {
        Self { varies: true, ..self }
    }
}

const PAGE: &str = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n";
const JSON: &str = "Accept: application/json\r\n";

/// What is measured, in the order of the table.
pub(crate) const PATHS: &[Path] = &[
    Path::read("GET /policy, HTML", |_| get("/policy", PAGE)),
    Path::read("GET /policy, JSON", |_| get("/policy", JSON)),
    Path::read("GET /policy, 304", |known| {
        get("/policy", &format!("{PAGE}If-None-Match: {}\r\n", known.etag))
    })
    .status(304),
    Path::read("GET /policy/manifest.json", |_| get("/policy/manifest.json", JSON)),
    Path::read("GET /feedback", |_| get("/feedback", PAGE)),
    Path::write("POST /feedback, form", form).status(303).varies(),
    Path::write("POST /feedback, JSON", |_| json()).status(201),
    Path::read("GET the status page", |known| get(&known.status, PAGE)),
    Path::write("POST /requests, JSON", |_| opening()).status(201),
    Path::read("GET a request's page", |known| get(&known.request, PAGE)),
    Path::read("GET an unsubscribe link", |known| get(&known.link(0), PAGE)),
    Path::write("POST to it, one click", |known| one_click(&known.link(known.number()))).varies(),
    Path::first("new instance: GET /policy", |_| get("/policy", PAGE)),
    Path::first("new instance: GET /feedback", |_| get("/feedback", PAGE)),
    Path::first("new instance: GET /", |_| get("/", PAGE)),
    Path::first("new instance: GET an unsubscribe link", |known| get(&known.link(0), PAGE)),
    Path::first("new instance: GET /console", |_| get("/console/api/cases", JSON)).status(401),
];

/// What the requests need to know of the desk that they go to.
pub(crate) struct Known {
    keys: Keyring,
    etag: String,
    status: String,
    request: String,
    number: Cell<u64>,
}

impl Known {
    /// A number that was not given out before.
    pub(crate) fn number(&self) -> u64 {
        self.number.set(self.number.get() + 1);
        self.number.get()
    }
}

impl Known {
    /// The path of the n-th person's unsubscribe link.
    fn link(&self, number: u64) -> String {
        let address = format!("person-{number}@example.org").parse().expect("an address");
        let list: ListId = "product-news".parse().expect("a list");
        format!("/u/{}", Link::new(&self.keys, &address, list.tag()).mint(&self.keys))
    }
}

/// What a mailbox provider sends (RFC 8058 section 3.2).
fn one_click(link: &str) -> Vec<u8> {
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    with_body("POST", link, headers, "List-Unsubscribe=One-Click")
}

/// A request without a body.
pub(crate) fn get(target: &str, headers: &str) -> Vec<u8> {
    head("GET", target, headers).into_bytes()
}

fn head(method: &str, target: &str, headers: &str) -> String {
    format!(
        "{method} {target} HTTP/1.1\r\nHost: desk.example\r\nUser-Agent: bench\r\nAccept-Language: en\r\n{headers}\r\n"
    )
}

fn with_body(method: &str, target: &str, headers: &str, body: &str) -> Vec<u8> {
    let headers = format!("{headers}Content-Length: {}\r\n", body.len());
    (head(method, target, &headers) + body).into_bytes()
}

/// The same request for another address.
pub(crate) fn readdressed(request: &[u8], target: &str) -> Vec<u8> {
    let mut parts = request.splitn(3, |byte| *byte == b' ');
    let method = parts.next().unwrap_or_default();
    let rest = parts.nth(1).unwrap_or_default();
    [method, b" ", target.as_bytes(), b" ", rest].concat()
}

const MESSAGE: &str = "You wrote to me although I had refused newsletters. Please tell me where you have my \
    address from, and remove it from the list.";

fn json() -> Vec<u8> {
    let body = format!(
        r#"{{"kind":"complaint","message":"{MESSAGE}","name":"Anna Example","email":"anna@example.org","app_version":"3.0.1"}}"#
    );
    with_body("POST", "/feedback", &format!("{JSON}Content-Type: application/json\r\n"), &body)
}

fn opening() -> Vec<u8> {
    let body = r#"{"kind":"access","email":"anna@example.org","name":"Anna Example","details":"Everything since March."}"#;
    with_body("POST", "/requests", &format!("{JSON}Content-Type: application/json\r\n"), body)
}

/// A form as a browser sends it, opened a minute ago.
fn form(known: &Known) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
    let opened = Timestamp::from_seconds(i64::try_from(now).expect("a time of ours") - 60);
    let mut unique = [0; 10];
    unique[2..].copy_from_slice(&known.number().to_be_bytes());
    let id = Id::new(opened.expect("a time of ours"), unique);
    let token = known.keys.mint(Purpose::FeedbackForm, id.to_bytes());
    let message = MESSAGE.replace(' ', "+");
    let body = format!(
        "token={token}&kind=complaint&message={message}&name=Anna+Example&email=anna%40example.org&app_version=3.0.1\
         &language=en&subject_line="
    );
    let headers = format!("{PAGE}Content-Type: application/x-www-form-urlencoded\r\n");
    with_body("POST", "/feedback", &headers, &body)
}

/// Opens a data request, proves who asks by the code of the mail, and gives the path of its status page.
async fn proven(connection: &mut Connection) -> String {
    let filed = connection.exchange(&opening()).await;
    assert_eq!(filed.status, 201, "{}", connection.text());
    let pending = connection.header("location").expect("a request has an address");
    let bearer = format!("{JSON}Authorization: Bearer {OPERATOR}\r\n");
    connection.exchange(&get("/console/api/outbox?limit=1", &bearer)).await;
    let newest = member(&connection.text(), "id");
    connection.exchange(&get(&format!("/console/api/outbox/{newest}"), &bearer)).await;
    let mail = connection.text().replace("\\n", " ");
    let mut words = mail.split(|c: char| c != '-' && !c.is_ascii_alphanumeric());
    let is_code = |word: &&str| word.len() == 11 && word.find('-') == Some(5);
    let code = words.find(is_code).expect("the mail has a code");
    let headers = format!("{JSON}Content-Type: application/json\r\n");
    let body = format!(r#"{{"code":"{code}"}}"#);
    let entered = with_body("POST", &format!("{pending}/code"), &headers, &body);
    let entered = connection.exchange(&entered).await;
    assert_eq!(entered.status, 200, "{}", connection.text());
    let url = member(&connection.text(), "status_url");
    url.strip_prefix(BASE).expect("a link of the desk").to_owned()
}

/// The text of the first member of this name in a JSON text.
fn member(json: &str, name: &str) -> String {
    let rest = json.split(&format!("\"{name}\":\"")).nth(1).expect(name);
    rest.split('"').next().expect("a text ends").to_owned()
}

/// Publishes the sample policy, files a case, and learns what the requests need to know.
pub(crate) async fn prepare(desk: SocketAddr) -> Known {
    let mut connection = Connection::open(desk).await;
    for lang in ["en", "ru"] {
        let file = root().join(format!("samples/policy/oncall-3.0.{lang}.md"));
        let text = fs::read_to_string(&file).expect("the sample is there");
        let target =
            format!("/policy/versions/3.0?lang={lang}&effective=2019-11-01T00:00:00%2B03:00");
        let headers =
            format!("Authorization: Bearer {OPERATOR}\r\nContent-Type: text/markdown\r\n");
        let answer = connection.exchange(&with_body("PUT", &target, &headers, &text)).await;
        // A second host over the same store finds it published.
        assert!([200, 201].contains(&answer.status), "{}", connection.text());
    }
    connection.exchange(&get("/policy", PAGE)).await;
    let etag = connection.header("etag").expect("the policy has a tag");
    let filed = connection.exchange(&json()).await;
    assert_eq!(filed.status, 201, "{}", connection.text());
    let status = connection.header("location").expect("a case has an address");
    let request = proven(&mut connection).await;
    let root = ROOT_SECRET.parse().expect("a root secret");
    Known { keys: Keyring::new(&root, &[]), etag, status, request, number: Cell::new(0) }
}
