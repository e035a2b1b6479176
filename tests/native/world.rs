//! What native tests share: a desk over a store in memory, requests as clients send them, and answers taken apart.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use desk_core::id::{Moment, Seed};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use desk_app::desk::Desk;
use desk_app::memory::MemoryStore;
use desk_app::{Instance, Setup};
use desk_web::reply::Response;
use desk_web::request::{Body, Request};

/// The operator token of every test.
pub(crate) const OPERATOR: &str = "tttttttttttttttttttttttttttttttttttttttt";
/// The app's token of every test.
pub(crate) const APP: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
/// Two lists.
pub(crate) const LISTS: &str = r#"[
    {"id": "product-news", "name_en": "Product news", "name_ru": "Новости продукта", "description_en": "Monthly."},
    {"id": "tips", "name_en": "Tips", "name_ru": "Советы"}
]"#;
/// Where the desk of every test is.
pub(crate) const BASE: &str = "https://desk.example";
/// Where clients come from, unless a test says otherwise.
pub(crate) const CLIENT: &str = "203.0.113.7:4711";

/// Polls a future until it is ready.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

/// Runs two futures against each other: each bit of the schedule, lowest first, says which of them takes the next turn.
/// Behind its end both take turns.
pub(crate) fn race<T>(
    a: impl Future<Output = T>,
    b: impl Future<Output = T>,
    schedule: u32,
) -> (T, T) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    let context = &mut Context::from_waker(Waker::noop());
    let step = |future: Pin<&mut dyn Future<Output = T>>, done: &mut Option<T>, context: &mut _| {
        if done.is_none()
            && let Poll::Ready(value) = future.poll(context)
        {
            *done = Some(value);
        }
    };
    for turn in 0.. {
        let which = if turn < 32 { schedule >> turn & 1 } else { turn & 1 };
        if which == 0 {
            step(a.as_mut(), &mut first, context);
        } else {
            step(b.as_mut(), &mut second, context);
        }
        if let (Some(_), Some(_)) = (&first, &second) {
            break;
        }
    }
    (first.unwrap(), second.unwrap())
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) log: Option<String>,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let response = block_on(response.whole()).unwrap();
        let headers = response.headers.iter();
        Self {
            status: response.status.as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            log: response.log,
            body: response.body,
        }
    }
}

impl Answer {
    /// The value of a header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The text at a JSON pointer.
    pub(crate) fn field(&self, pointer: &str) -> String {
        let json = self.json();
        let value = json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {json}"));
        value.as_str().unwrap_or_else(|| panic!("{pointer} is no text in {json}")).to_owned()
    }

    /// The last part of a problem's type.
    pub(crate) fn slug(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        self.field("/type").rsplit('/').next().unwrap().to_owned()
    }

    /// The pointers and codes of a problem's errors.
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let json = self.json();
        let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
    }
}

/// Builds a request.
pub(crate) fn request(
    method: Method,
    target: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Request {
    let pair = |(name, value): &(&str, &str)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let headers: HeaderMap = headers.iter().map(pair).collect();
    Request::new(method, target, headers, Body::Whole(body.into()))
}

/// What a browser accepts.
pub(crate) const HTML: (&str, &str) =
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");

/// A request for a page.
pub(crate) fn page(target: &str) -> Request {
    request(Method::GET, target, &[HTML, ("spin-client-addr", CLIENT)], "")
}

/// A request for whatever the address gives.
pub(crate) fn get(target: &str) -> Request {
    request(Method::GET, target, &[("spin-client-addr", CLIENT)], "")
}

/// A JSON body as the app sends it, with further headers.
pub(crate) fn json(target: &str, body: &Value, headers: &[(&str, &str)]) -> Request {
    let first = [("content-type", "application/json"), ("spin-client-addr", CLIENT)];
    request(Method::POST, target, &[&first, headers].concat(), body.to_string())
}

/// A form as a browser sends it.
pub(crate) fn form(target: &str, fields: &[(&str, &str)]) -> Request {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields.iter().copied())
        .finish();
    let headers =
        [HTML, ("content-type", "application/x-www-form-urlencoded"), ("spin-client-addr", CLIENT)];
    request(Method::POST, target, &headers, body)
}

/// A form with files as a browser sends it: a part is a field's name, a file's name, and bytes.
pub(crate) fn multipart(target: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Request {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file
            .map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream"));
        let head = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
            file.unwrap_or_default()
        );
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(b"--limit--\r\n");
    let headers = [
        HTML,
        ("content-type", "multipart/form-data; boundary=limit"),
        ("spin-client-addr", CLIENT),
    ];
    request(Method::POST, target, &headers, body)
}

/// A desk over a store in memory.
pub(crate) type TestDesk<'a> = Desk<'a, Rc<MemoryStore>>;

/// One instance of a function over a store, with a clock that the test sets.
pub(crate) struct World {
    pub(crate) store: Rc<MemoryStore>,
    pub(crate) setup: Rc<Setup>,
    pub(crate) instance: Rc<Instance>,
    pub(crate) now: Cell<Timestamp>,
    requests: Cell<u64>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| None)
    }

    /// A world with variables of its own.
    pub(crate) fn with(variable: impl Fn(&str) -> Option<&'static str>) -> Self {
        let setup = Setup::new(|name| {
            let own = variable(name).map(str::to_owned);
            own.or(match name {
                "root_secret" => Some("A".repeat(43)),
                "operator_token" => Some(OPERATOR.to_owned()),
                "base_url" => Some(BASE.to_owned()),
                "app_token" => Some(APP.to_owned()),
                "claim_settle_ms" => Some("64".to_owned()),
                "lists" => Some(LISTS.to_owned()),
                _ => None,
            })
        });
        Self {
            store: Rc::default(),
            setup: Rc::new(setup.unwrap()),
            instance: Rc::default(),
            now: Cell::new("2026-11-22T10:00:00.700Z".parse().unwrap()),
            requests: Cell::new(0),
        }
    }

    /// Another instance over the same store, at the same instant, whose requests are numbered anew.
    pub(crate) fn renewed(&self) -> Self {
        Self {
            store: self.store.clone(),
            setup: self.setup.clone(),
            instance: Rc::default(),
            now: self.now.clone(),
            requests: Cell::new(0),
        }
    }

    /// Lets time go by.
    pub(crate) fn later(&self, seconds: i64) {
        self.now.set(self.now.get().plus_seconds(seconds));
        self.store.pass(Duration::from_secs(seconds.unsigned_abs()));
    }

    /// What one request works with: each has randomness of its own.
    pub(crate) fn desk(&self) -> Desk<'_, Rc<MemoryStore>> {
        self.requests.set(self.requests.get() + 1);
        let mut seed = [7; 32];
        for (to, from) in seed.iter_mut().zip(self.requests.get().to_be_bytes()) {
            *to = from;
        }
        let moment = Moment::new(self.now.get(), Seed::new(seed));
        Desk::new(&self.store, &self.setup, &self.instance, moment)
    }

    /// Sends a request to feedback.
    pub(crate) fn feedback(&self, request: &Request) -> Answer {
        block_on(feedback::serve(&self.desk(), request)).into()
    }

    /// Sends a request to data requests.
    pub(crate) fn data_requests(&self, request: &Request) -> Answer {
        block_on(data_requests::serve(&self.desk(), request)).into()
    }

    /// The mails that wait, the oldest first.
    pub(crate) fn waiting_mails(&self) -> Vec<desk_app::sender::Mail> {
        let desk = self.desk();
        let keys = self.keys("outbox").into_iter().map(|key| StoreKey::new(key).unwrap());
        keys.filter_map(|key| block_on(desk.read_sealed(&key)).unwrap()).collect()
    }

    /// Sends a request to the console.
    pub(crate) fn console(&self, request: &Request) -> Answer {
        block_on(console::serve(&self.desk(), request)).into()
    }

    /// Sends a request to the policy.
    pub(crate) fn policy(&self, request: &Request) -> Answer {
        block_on(policy::serve(&self.desk(), request)).into()
    }

    /// Sends a request to the links in mails.
    pub(crate) fn unsubscribe(&self, request: &Request) -> Answer {
        block_on(unsubscribe::serve(&self.desk(), request)).into()
    }

    /// Sends a request to the mailer's function.
    pub(crate) fn mailer(&self, request: &Request) -> Answer {
        block_on(mailer::serve(&self.desk(), request)).into()
    }

    /// Sends a request to the sweep.
    pub(crate) fn sweep(&self) -> Answer {
        block_on(sweep::serve(&self.desk(), &get("/ops/sweep"))).into()
    }

    /// Everything that is stored, but for the claims of who did something last.
    pub(crate) fn stored(&self) -> BTreeMap<String, Vec<u8>> {
        let mut stored = self.store.dump();
        stored.retain(|key, _| !key.starts_with("claim:"));
        stored
    }

    /// The keys of an area of the store.
    pub(crate) fn keys(&self, area: &str) -> Vec<String> {
        self.store.dump().into_keys().filter(|key| key.split(':').next() == Some(area)).collect()
    }
}
