//! Scenarios over a store in memory.

mod caching;
mod forms;
mod history;
mod publishing;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use desk_core::id::{Moment, Seed};
use desk_core::policy::views::{Index, PolicyHead};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use serde_json::Value;

use desk_app::desk::Desk;
use desk_app::desk::decode;
use desk_app::memory::MemoryStore;
use desk_app::ports::{Store, StoreError, Timer};
use desk_app::{Instance, Setup};
use desk_core::entity_tag::entity_tag;
use desk_web::request::Body;
use desk_web::request::Request;
use policy::serve;

const TOKEN: &str = "tttttttttttttttttttttttttttttttttttttttt";
const ENGLISH: &str = include_str!("../../samples/policy/oncall-3.0.en.md");
const RUSSIAN: &str = include_str!("../../samples/policy/oncall-3.0.ru.md");

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn setup() -> Rc<Setup> {
    let setup = Setup::new(|name| match name {
        "root_secret" => Some("A".repeat(43)),
        "operator_token" => Some(TOKEN.to_owned()),
        "base_url" => Some("https://privacy.oncall.example".to_owned()),
        _ => None,
    });
    Rc::new(setup.unwrap())
}

fn request(method: Method, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let pair = |(name, value): &(&str, &str)| {
        (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
    };
    let headers: HeaderMap = headers.iter().map(pair).collect();
    Request::new(method, target, headers, Body::Whole(Bytes::from(body.to_owned())))
}

/// An instance of the function, with a store and a clock that the test sets.
struct PolicyWorld {
    store: MemoryStore,
    setup: Rc<Setup>,
    instance: Rc<Instance>,
    now: Cell<Timestamp>,
}

impl PolicyWorld {
    fn new() -> Self {
        let now = Cell::new("2026-11-22T10:00:00.700Z".parse().unwrap());
        Self { store: MemoryStore::default(), setup: setup(), instance: Rc::default(), now }
    }

    /// A world with the sample published in both languages, on one instance that remembers nothing of it.
    fn with_sample() -> Self {
        let world = Self::new();
        let query = "&effective=2019-11-01T00:00:00%2B03:00";
        assert_eq!(world.publish("1.0", &format!("lang=en{query}"), ENGLISH).status(), 201);
        assert_eq!(world.publish("1.0", &format!("lang=ru{query}"), RUSSIAN).status(), 201);
        world.restart()
    }

    /// The same store behind a new instance.
    fn restart(self) -> Self {
        self.store.reset_calls();
        Self { setup: setup(), ..self }
    }

    fn later(&self, seconds: i64) {
        self.now.set(self.now.get().plus_seconds(seconds));
    }

    fn send(&self, request: &Request) -> Response<Bytes> {
        self.send_with(&self.store, request)
    }

    fn send_with<S: Store>(&self, store: &S, request: &Request) -> Response<Bytes> {
        let moment = Moment::new(self.now.get(), Seed::new([7; 32]));
        block_on(serve(&Desk::new(store, &self.setup, &self.instance, moment), request)).into()
    }

    fn get(&self, target: &str) -> Response<Bytes> {
        self.get_with(target, &[])
    }

    fn get_with(&self, target: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
        self.send(&request(Method::GET, target, headers, ""))
    }

    fn json(&self, target: &str) -> Value {
        let response = self.get_with(target, &[("accept", "application/json")]);
        assert_eq!(response.status(), 200, "{target}");
        serde_json::from_slice(response.body()).unwrap()
    }

    fn publish(&self, version: &str, query: &str, markdown: &str) -> Response<Bytes> {
        self.send(&put(version, query, markdown))
    }
}

fn put(version: &str, query: &str, markdown: &str) -> Request {
    let headers = [
        ("authorization", &*format!("Bearer {TOKEN}")),
        ("content-type", "text/markdown; charset=utf-8"),
    ];
    request(Method::PUT, &format!("/policy/versions/{version}?{query}"), &headers, markdown)
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn body(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

fn codes(response: &Response<Bytes>) -> Vec<(String, String)> {
    let problem: Value = serde_json::from_slice(response.body()).unwrap();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}

fn slug(response: &Response<Bytes>) -> String {
    assert_eq!(header(response, "content-type"), "application/problem+json");
    let problem: Value = serde_json::from_slice(response.body()).unwrap();
    problem["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn repr_digest(body: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    use sha2::{Digest, Sha256};
    format!("sha-256=:{}:", Base64::encode_string(&Sha256::digest(body)))
}

/// The index, and the index in the head.
fn views(store: &MemoryStore) -> (Index, Index) {
    let stored = store.dump();
    let read = |key: StoreKey| {
        let value = stored.get(key.as_str()).unwrap();
        setup().keys.open(&key, value, Timestamp::EPOCH).unwrap().unwrap()
    };
    let head: PolicyHead = decode(&read(PolicyHead::key())).unwrap();
    (decode(&read(Index::key())).unwrap(), head.index)
}

/// A store in which another publisher always writes right behind this one's back: its views replace ours, once.
struct Raced<'a> {
    store: &'a MemoryStore,
    rival: std::cell::RefCell<Option<PolicyWorld>>,
}

impl Timer for Raced<'_> {
    fn clock(&self) -> Duration {
        self.store.clock()
    }

    async fn wait(&self, time: Duration) {
        self.store.wait(time).await;
    }
}

impl Store for Raced<'_> {
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(key).await
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        self.store.set(key, value).await?;
        if key == &Index::key()
            && let Some(rival) = self.rival.take()
        {
            // The rival read everything before we wrote anything, and writes its views over ours.
            assert_eq!(rival.publish("1.2", "lang=en", "# Rival").status(), 201);
            for (key, value) in rival.store.dump() {
                self.store.put(&key, value);
            }
        }
        Ok(())
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.store.delete(key).await
    }
}
