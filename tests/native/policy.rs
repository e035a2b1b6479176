//! Scenarios over a store in memory.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use desk_core::id::{Moment, Seed};
use desk_core::policy::views::{Index, PolicyHead};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use serde_json::Value;

use desk_app::Setup;
use desk_app::desk::Desk;
use desk_app::desk::decode;
use desk_app::memory::MemoryStore;
use desk_app::ports::Store;
use desk_app::ports::StoreError;
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
struct World {
    store: MemoryStore,
    setup: Rc<Setup>,
    now: Cell<Timestamp>,
}

impl World {
    fn new() -> Self {
        let now = Cell::new("2026-11-22T10:00:00.700Z".parse().unwrap());
        Self { store: MemoryStore::default(), setup: setup(), now }
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
        block_on(serve(&Desk { store, setup: &self.setup, moment }, request)).into()
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

#[test]
fn the_policy_comes_in_four_forms() {
    let world = World::with_sample();
    for (accept, query, media_type) in [
        ("", "", "text/html; charset=utf-8"),
        ("*/*", "", "text/html; charset=utf-8"),
        ("image/png", "", "text/html; charset=utf-8"),
        ("text/markdown", "", "text/markdown; charset=utf-8"),
        ("text/plain, text/html;q=0.5", "", "text/plain; charset=utf-8"),
        ("application/json", "", "application/json"),
        ("text/html", "?format=json", "application/json"),
        ("", "?format=md", "text/markdown; charset=utf-8"),
        ("", "?format=txt", "text/plain; charset=utf-8"),
        ("application/json", "?format=html", "text/html; charset=utf-8"),
    ] {
        for path in ["/policy", "/policy/versions/1.0", "/policy/at/2020-01-01"] {
            let response = world.get_with(&format!("{path}{query}"), &[("accept", accept)]);
            assert_eq!(response.status(), 200);
            assert_eq!(header(&response, "content-type"), media_type, "{path}{query} {accept}");
            assert_eq!(header(&response, "content-location"), "/policy/versions/1.0?lang=en");
            assert_eq!(header(&response, "content-language"), "en");
            assert_eq!(header(&response, "policy-translation"), "exact;requested=en;served=en");
            assert_eq!(header(&response, "repr-digest"), repr_digest(response.body()));
            let tag = format!("\"{}\"", entity_tag(response.body()));
            assert_eq!(header(&response, "etag"), tag);
        }
    }
    assert_eq!(body(&world.get("/policy?format=markdown")), ENGLISH);
    assert_eq!(body(&world.get("/policy?format=markdown&lang=ru")), RUSSIAN);
    let bad = world.get("/policy?format=pdf");
    assert_eq!(
        (bad.status().as_u16(), codes(&bad)),
        (422, vec![("?format".into(), "unknown-format".into())])
    );
    assert_eq!(world.get("/policy/versions?format=markdown").status(), 422);
    assert_eq!(world.get("/policy?format=json&format=html").status(), 422);
}

#[test]
fn the_page_is_whole() {
    let world = World::with_sample();
    let page = world.get_with("/policy?lang=ru", &[("sec-gpc", "1")]);
    let html = body(&page);
    for part in [
        "<html lang=\"ru\" dir=\"ltr\">",
        "<title>OnCall 3.0: политика конфиденциальности · OnCall 3.0 Privacy Desk</title>",
        "<p class=\"kicker\">Версия 1.0</p><h1>OnCall 3.0: политика конфиденциальности</h1>",
        "Мы увидели сигнал Global Privacy Control.",
        "<dt>Действует с</dt><dd><time datetime=\"2019-11-01T00:00:00+03:00\">1\u{a0}ноября 2019\u{a0}года</time></dd>",
        "<a href=\"/policy?lang=en\" lang=\"en\" hreflang=\"en\">English</a>",
        "<li><a href=\"#collected\">Какие данные мы собираем</a></li>",
        "<article class=\"prose\" lang=\"ru\"><p>OnCall\u{a0}3.0\u{a0}– приложение",
        "<section id=\"general\"><h2>Общие положения</h2><p>Перед вами",
        "<a href=\"/feedback?lang=ru\">странице обратной связи</a>",
        "<a href=\"/policy?format=text&amp;lang=ru\" type=\"text/plain\">Простой текст</a>",
        "<a href=\"/policy?lang=ru\" aria-current=\"page\">",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert_eq!(html.matches("<h1").count(), 1);
    let ids: Vec<&str> =
        html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    assert!(!html.contains("<script") && !html.contains(" style="));
    // The same page for somebody who sends no signal is another representation.
    let other = world.get("/policy?lang=ru");
    assert!(!body(&other).contains("Global Privacy Control"));
    assert_ne!(header(&other, "etag"), header(&page, "etag"));
    assert_eq!(header(&other, "vary"), "Accept, Accept-Language, Sec-GPC");
    let version = world.get_with("/policy/versions/1.0", &[("sec-gpc", "1")]);
    assert_eq!(header(&version, "vary"), "Accept, Accept-Language");
    assert!(!body(&version).contains("Global Privacy Control"));
}

#[test]
fn the_plain_text_reads_well() {
    let text = World::with_sample().get("/policy?format=text");
    let text = body(&text);
    assert!(text.starts_with(
        "OnCall 3.0: privacy policy\n==========================\n\nOnCall\u{a0}3.0 is"
    ));
    assert!(text.contains("\n\nWhat is collected\n-----------------\n\nInformation about you"));
    assert!(text.contains("our support mailbox, support@oncall.example. In"));
    assert!(text.contains("\n- your full name;\n- your e-mail address;\n"));
    assert!(text.contains("- on the web, on the feedback page (/feedback);"));
}

#[test]
fn a_warm_instance_needs_no_store() {
    let world = World::with_sample();
    let first = world.get("/policy");
    assert_eq!((world.store.calls(), world.store.depth()), (vec!["get policy-head".into()], 1));
    world.store.reset_calls();
    let again = world.get("/policy");
    assert_eq!(again.headers(), first.headers());
    assert_eq!(again.body(), first.body());
    world.get_with("/policy?lang=ru&format=json", &[]);
    let tag = header(&first, "etag").to_owned();
    assert_eq!(world.get_with("/policy", &[("if-none-match", &tag)]).status(), 304);
    assert!(world.store.calls().is_empty());
    // After two seconds the head is read again, and what was rendered of the same head stays.
    world.later(2);
    world.get("/policy");
    world.get("/policy/manifest.json");
    assert_eq!(world.store.calls(), ["get policy-head"]);
    // A version that is not in force any more is one more read.
    let world = World::with_sample();
    world.publish("1.1", "lang=en", "# T\n\n## A {#a}\n\nb");
    let world = world.restart();
    assert_eq!(world.get("/policy/versions/1.0?lang=ru").status(), 200);
    assert_eq!(world.store.calls(), ["get policy-head", "get policy-text"]);
}

#[test]
fn another_instance_sees_a_publication_within_two_seconds() {
    let world = World::with_sample();
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.0");
    let other = World { setup: setup(), store: MemoryStore::default(), now: world.now.clone() };
    let response = other.send_with(&world.store, &put("1.1", "lang=en", "# New"));
    assert_eq!(response.status(), 201, "{}", body(&response));
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.0");
    world.later(2);
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.1");
    assert!(body(&world.get("/policy")).contains("<h1>New</h1>"));
    // Whoever published it sees it at once.
    assert_eq!(world.publish("1.2", "lang=en", "# Newer").status(), 201);
    assert!(body(&world.get("/policy")).contains("<h1>Newer</h1>"));
}

#[test]
fn conditions_and_head() {
    let world = World::with_sample();
    for target in [
        "/policy",
        "/policy?format=json&lang=ru",
        "/policy/versions",
        "/policy/versions/1.0?lang=ru&format=text",
        "/policy/at/2020-01-01T00:00:00Z",
        "/policy/upcoming",
        "/policy/diff/1.0..1.0",
        "/policy/feed.atom",
        "/policy/feed.json",
        "/policy/manifest.json",
    ] {
        let full = world.get(target);
        assert_eq!(full.status(), 200, "{target}");
        let length = full.body().len().to_string();
        assert_eq!(header(&full, "content-length"), length);
        assert_eq!(header(&full, "repr-digest"), repr_digest(full.body()), "{target}");
        let head = world.send(&request(Method::HEAD, target, &[], ""));
        assert_eq!(head.headers(), full.headers(), "{target}");
        assert!(head.body().is_empty());
        let tag = header(&full, "etag");
        assert!(tag.starts_with('"'), "{target}");
        for method in [Method::GET, Method::HEAD] {
            let sent = format!("\"other\", W/{tag}");
            let same = world.send(&request(method, target, &[("if-none-match", &sent)], ""));
            assert_eq!((same.status().as_u16(), same.body().len()), (304, 0));
            for name in [
                "etag",
                "cache-control",
                "vary",
                "content-location",
                "repr-digest",
                "last-modified",
            ] {
                assert_eq!(header(&same, name), header(&full, name), "{target} {name}");
            }
            assert!(!same.headers().contains_key("content-length"));
        }
        let other = world.get_with(target, &[("if-none-match", "\"other\"")]);
        assert_eq!(other.status(), 200);
        let post = world.send(&request(Method::POST, target, &[], ""));
        assert_eq!(post.status(), 405);
        let allow =
            if target.starts_with("/policy/versions/") { "GET, HEAD, PUT" } else { "GET, HEAD" };
        assert_eq!(header(&post, "allow"), allow);
    }
    let dated = world.get("/policy?format=markdown");
    assert_eq!(header(&dated, "last-modified"), "Sun, 22 Nov 2026 10:00:00 GMT");
    let since = [("if-modified-since", "Sun, 22 Nov 2026 10:00:00 GMT")];
    assert_eq!(world.get_with("/policy?format=markdown", &since).status(), 304);
}

#[test]
fn no_cache_outlives_a_coming_version() {
    let world = World::with_sample();
    let cached = |target: &str| header(&world.get(target), "cache-control").to_owned();
    let whole = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800";
    assert_eq!(cached("/policy"), whole);
    let note = "note=Says%20how%20long%20logs%20are%20kept.";
    let coming = format!("lang=en&effective=2026-12-01T00:00:00Z&material=true&{note}");
    assert_eq!(world.publish("2.0", &coming, "# Next\n\n## A {#a}\n\nb").status(), 201);
    let all = [
        "/policy",
        "/policy/versions",
        "/policy/versions/1.0",
        "/policy/versions/2.0",
        "/policy/upcoming",
        "/policy/manifest.json",
        "/policy/feed.atom",
        "/policy/at/2020-01-01",
        "/policy/diff/1.0..2.0?lang=en",
    ];
    let check = |at: &str, expected: &str| {
        world.now.set(at.parse().unwrap());
        for target in all {
            assert_eq!(cached(target), expected, "{target} at {at}");
        }
    };
    check("2026-11-22T10:00:00Z", whole);
    check(
        "2026-11-29T00:00:00Z",
        "public, max-age=300, stale-while-revalidate=86400, stale-if-error=172500",
    );
    check(
        "2026-11-30T23:54:59Z",
        "public, max-age=300, stale-while-revalidate=1, stale-if-error=1",
    );
    check("2026-11-30T23:55:00Z", "public, max-age=300, must-revalidate");
    check("2026-11-30T23:59:59.999Z", "public, max-age=0, must-revalidate");
    assert!(body(&world.get("/policy")).contains("A new version is coming."));
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.0");
    assert_eq!(world.json("/policy/manifest.json")["upcoming"][0]["version"], "2.0");
    assert_eq!(world.json("/policy/upcoming")["upcoming"][0]["material"], true);
    assert_eq!(world.json("/policy?lang=ru")["upcoming"][0]["effective"], "2026-12-01T00:00:00Z");
    // A millisecond later, on the same instance and well within its two seconds, the new one holds.
    let before = header(&world.get("/policy"), "etag").to_owned();
    check("2026-12-01T00:00:00Z", whole);
    let after = world.get_with("/policy", &[("if-none-match", &before)]);
    assert_eq!(after.status(), 200);
    assert!(body(&after).contains("<h1>Next</h1>"));
    assert!(!body(&after).contains("A new version is coming."));
    assert_eq!(world.json("/policy/manifest.json")["version"], "2.0");
    assert_eq!(world.json("/policy/upcoming")["upcoming"], serde_json::json!([]));
    assert!(
        body(&world.get("/policy/versions/1.0")).contains("This version is no longer in effect.")
    );
    let markdown = world.get("/policy?format=markdown");
    assert_eq!(header(&markdown, "last-modified"), "Tue, 01 Dec 2026 00:00:00 GMT");
}

#[test]
fn what_names_its_version_and_language_is_kept_for_ever() {
    let world = World::new();
    assert_eq!(world.publish("1.0", "lang=ru", RUSSIAN).status(), 201);
    let cached = |target: &str| header(&world.get(target), "cache-control").contains("immutable");
    for format in ["markdown", "text", "json"] {
        assert!(cached(&format!("/policy/versions/1.0?lang=ru&format={format}")), "{format}");
        assert!(!cached(&format!("/policy/versions/1.0?format={format}")), "{format}");
        assert!(!cached(&format!("/policy/versions/1.0?lang=en&format={format}")), "{format}");
        assert!(!cached(&format!("/policy?lang=ru&format={format}")), "{format}");
        assert!(!cached(&format!("/policy/at/2030-01-01?lang=ru&format={format}")), "{format}");
    }
    assert!(!cached("/policy/versions/1.0?lang=ru"));
    // Whatever is published later, such an answer stays to the byte, headers and all.
    let forever: Vec<String> = ["markdown", "text", "json"]
        .map(|format| format!("/policy/versions/1.0?lang=ru&format={format}"))
        .to_vec();
    let before: Vec<_> = forever.iter().map(|target| world.get(target)).collect();
    world.later(60);
    assert_eq!(world.publish("1.0", "lang=en", ENGLISH).status(), 201);
    assert_eq!(world.publish("1.1", "lang=ru", "# Новая").status(), 201);
    assert_eq!(
        world.publish("1.2", "lang=ru&effective=2030-01-01T00:00:00Z", "# Другая").status(),
        201
    );
    for (target, before) in forever.iter().zip(before) {
        let after = world.get(target);
        assert_eq!(after.headers(), before.headers(), "{target}");
        assert_eq!(after.body(), before.body(), "{target}");
    }
}

#[test]
fn the_truth_is_told_about_the_language() {
    let world = World::new();
    world.publish("1.0", "lang=en", "# One\n\n## A {#a}\n\nb");
    world.later(60);
    world.publish("2.0", "lang=ru", "# Два\n\n## A {#a}\n\nб");
    let english = [("accept-language", "en-GB, de;q=0.5")];
    let response = world.get_with("/policy", &english);
    assert_eq!(header(&response, "content-language"), "ru");
    assert_eq!(header(&response, "policy-translation"), "outdated;requested=en;served=ru");
    assert_eq!(header(&response, "content-location"), "/policy/versions/2.0?lang=ru");
    let html = body(&response);
    assert!(html.contains("<html lang=\"en\""));
    assert!(html.contains("<h1 lang=\"ru\">Два</h1>"));
    assert!(html.contains("<article class=\"prose\" lang=\"ru\">"));
    assert!(html.contains("There is no English text of version 2.0, so you are reading it in Russian. The last one in English is <a href=\"/policy/versions/1.0\">version 1.0</a>, which is older."));
    let json = world.json("/policy?lang=en");
    assert_eq!(json["language"], "ru");
    let told = serde_json::json!({"requested": "en", "served": "ru", "status": "outdated", "latest": "1.0"});
    assert_eq!(json["translation"], told);
    // Where there was never one, nothing is said of an older one.
    let world = World::new();
    world.publish("1.0", "lang=ru", "# Два");
    let response = world.get("/policy");
    assert_eq!(header(&response, "policy-translation"), "missing;requested=en;served=ru");
    assert!(!body(&response).contains("which is older"));
    let response = world.get_with("/policy", &[("accept-language", "ru")]);
    assert_eq!(header(&response, "policy-translation"), "exact;requested=ru;served=ru");
    assert!(!body(&response).contains("не переведена"));
}

#[test]
fn what_was_in_force_when() {
    let world = World::with_sample();
    world.publish("2.0", "lang=en&effective=2026-12-01T00:00:00Z", "# Next");
    for (when, version) in [
        ("2019-10-31T21:00:00Z", "1.0"),
        ("2019-11-01T00:00:00%2B03:00", "1.0"),
        ("2019-11-01T00:00:00+03:00", "1.0"),
        ("2019-11-01", "1.0"),
        ("2026-11-30", "1.0"),
        ("2026-12-01", "2.0"),
        ("2026-11-30T23:59:59.999Z", "1.0"),
        ("2030-01-01T00:00:00Z", "2.0"),
    ] {
        let response = world.get(&format!("/policy/at/{when}"));
        let location = format!("/policy/versions/{version}?lang=en");
        assert_eq!(header(&response, "content-location"), location, "{when}");
        assert!(body(&response).contains("What was in effect at this moment:"));
    }
    // A day is one of the operator's, in Moscow.
    let before = world.get("/policy/at/2019-10-31");
    assert_eq!((before.status().as_u16(), slug(&before)), (404, "no-policy".to_owned()));
    for when in ["yesterday", "2026-02-30", "2026-11-22T10:00", "%FF"] {
        let status = world.get(&format!("/policy/at/{when}")).status().as_u16();
        assert_eq!(status, if when == "%FF" { 404 } else { 400 }, "{when}");
    }
}

#[test]
fn versions_form_a_chain_that_anybody_can_check() {
    let world = World::with_sample();
    world.later(60);
    world.publish("1.1", "lang=en&note=What%20changed.&material=true", "# T");
    let list = world.json("/policy/versions");
    let names: Vec<&str> = list["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["version"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["1.1", "1.0"]);
    assert_eq!(list["versions"][0]["state"], "in_force");
    assert_eq!(list["versions"][1]["state"], "past");
    let languages = &list["versions"][1]["languages"];
    let publications =
        [&languages["en"], &languages["ru"], &list["versions"][0]["languages"]["en"]];
    let mut previous = String::new();
    for (at, publication) in publications.iter().enumerate() {
        // What is published is all that it takes to compute the digest, as the documentation says.
        let text = |name: &str| publication[name].as_str().unwrap_or_default();
        let canonical = format!(
            "privacy-desk.policy.v1\nnumber: {}\nversion: {}\nlanguage: {}\npublished: {}\neffective: {}\nmaterial: {}\nsha256: {}\nprevious: {}\nnote: {}",
            at + 1,
            text("version"),
            text("language"),
            text("published"),
            text("effective"),
            publication["material"],
            text("sha256"),
            text("previous"),
            text("note"),
        );
        let digest = desk_core::policy::Digest::of(canonical.as_bytes()).to_string();
        assert_eq!(text("digest"), digest);
        assert_eq!(text("previous"), previous);
        let claim = world.setup.keys.verify(text("signature")).unwrap();
        let claim: Value = serde_json::from_slice(&claim).unwrap();
        assert_eq!(claim["type"], "policy-publication");
        assert_eq!(claim["digest"], digest.as_str());
        // The digest of the text is that of the Markdown at its address.
        let path = text("url").strip_prefix("https://privacy.oncall.example").unwrap().to_owned();
        let markdown = world.get(&format!("{path}&format=markdown"));
        assert_eq!(text("sha256"), desk_core::policy::Digest::of(markdown.body()).to_string());
        previous = digest;
    }
    let manifest = world.json("/policy/manifest.json");
    assert_eq!(manifest["digest"], previous.as_str());
    assert_eq!(manifest["languages"]["en"]["sha256"], publications[2]["sha256"]);
    let moment = Moment::new(world.now.get(), Seed::new([7; 32]));
    let desk = Desk { store: &world.store, setup: &world.setup, moment };
    let pin = block_on(desk_app::policy::pin(&desk)).unwrap().unwrap();
    assert_eq!((pin.version.as_str(), pin.digest), ("1.1", previous));
    let html = world.get("/policy/versions");
    for part in [
        "<a href=\"/policy/versions/1.1\">1.1</a> <span class=\"tag\">in effect</span>",
        "<span class=\"tag\">important</span> What changed.",
        "<a href=\"/policy/diff/1.0..1.1\">with 1.0<span class=\"vh\">: version 1.1</span></a>",
        "English, Russian",
    ] {
        assert!(body(&html).contains(part), "{part}");
    }
}

#[test]
fn links_lead_around_the_versions() {
    let world = World::with_sample();
    world.later(60);
    world.publish("1.1", "lang=en", "# T");
    world.publish("1.2", "lang=en&effective=2027-01-01T00:00:00Z", "# U");
    let link = |target: &str| header(&world.get(target), "link").to_owned();
    let now = link("/policy");
    for part in [
        "<https://privacy.oncall.example/policy?lang=en>; rel=\"canonical\"",
        "</policy?lang=en&format=markdown>; rel=\"alternate\"; type=\"text/markdown\"",
        "</policy/versions>; rel=\"version-history\"",
        "</policy>; rel=\"latest-version\"",
        "</policy>; rel=\"privacy-policy\"",
        "</policy/versions/1.0>; rel=\"predecessor-version\"",
        "</policy/versions/1.2>; rel=\"successor-version\"",
        "</policy/feed.atom>; rel=\"alternate\"; type=\"application/atom+xml\"",
    ] {
        assert!(now.contains(part), "{part} in {now}");
    }
    let first = link("/policy/versions/1.0");
    assert!(first.contains("</policy/versions/1.0?lang=ru>; rel=\"alternate\"; hreflang=\"ru\""));
    assert!(!first.contains("predecessor-version"));
}

#[test]
fn a_comparison_goes_by_section_and_by_word() {
    let world = World::with_sample();
    world.later(60);
    let changed = ENGLISH
        .replace("3.0 is a phone app", "3.0 is an app")
        .replace("and the log is held.", "and the log is held for twelve months.")
        .replace(
            "## Security {#security}",
            "## Your choices {#choices}\n\nAsk at any moment.\n\n## Security {#security}",
        );
    let changed = changed.split("## Changes {#changes}").next().unwrap();
    assert_eq!(world.publish("1.1", "lang=en", changed).status(), 201);
    let json = world.json("/policy/diff/1.0..1.1");
    assert_eq!(
        json["summary"],
        serde_json::json!({"added": 1, "removed": 1, "changed": 2, "unchanged": 5})
    );
    let section = |id: &str| -> Value {
        json["sections"].as_array().unwrap().iter().find(|s| s["id"] == id).unwrap().clone()
    };
    assert_eq!(section("choices")["status"], "added");
    assert_eq!(section("changes")["status"], "removed");
    assert_eq!(
        section("use"),
        serde_json::json!({"id": "use", "title": "How it is used", "status": "unchanged", "lines": []})
    );
    let lines = section("collected")["lines"].clone();
    let ops = lines
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["ops"])
        .find(|ops| ops.as_array().unwrap().len() > 1)
        .unwrap();
    assert_eq!(ops[1], serde_json::json!({"op": "insert", "text": " for twelve months"}));
    let html = world.get("/policy/diff/1.0..1.1");
    for part in [
        "<h1>What changes from 1.0 to 1.1</h1>",
        "2 sections changed, 1 added, 1 removed, 5 stay the same",
        "<h2>What is collected</h2><p><span class=\"tag\">changed</span></p>",
        "the log is held<ins><span class=\"vh\">[added: </span> for twelve months<span class=\"vh\"> end]</span></ins>.",
        "OnCall\u{a0}3.0 is <del><span class=\"vh\">[removed: </span>a phone<span class=\"vh\"> end]</span></del><ins><span class=\"vh\">[added: </span>an<span class=\"vh\"> end]</span></ins> app",
        "paragraphs without change</p>",
        "<p>General terms, How it is used, Disclosure, Security, Requests and complaints.</p>",
        "<a href=\"/policy/diff/1.0..1.1?format=json\" type=\"application/json\">JSON</a>",
    ] {
        assert!(body(&html).contains(part), "{part}\n{}", body(&html));
    }
    // In Russian there is nothing of 1.1 to compare, so the English texts are compared on a Russian page.
    let russian = world.get("/policy/diff/1.0..1.1?lang=ru");
    assert_eq!(header(&russian, "content-language"), "en");
    assert!(body(&russian).contains("<h1>Что меняется между 1.0 и 1.1</h1>"));
    world.publish("1.2", "lang=ru", "# Только по-русски");
    for (target, status) in [
        ("/policy/diff/1.0..9", 404),
        ("/policy/diff/..", 404),
        ("/policy/diff/1.1..1.2", 404),
        ("/policy/diff/1.0", 400),
        ("/policy/diff/1.0..1.1?format=markdown", 422),
        ("/policy/diff/1.1..1.0", 200),
        ("/policy/diff", 404),
    ] {
        assert_eq!(world.get(target).status(), status, "{target}");
    }
}

#[test]
fn feeds_tell_of_every_version_in_every_language() {
    let world = World::with_sample();
    world.later(60);
    world.publish("1.1", "lang=en&note=A%20%26%20%3Cb%3E&material=true", "# T");
    let atom = world.get("/policy/feed.atom?lang=ru");
    assert_eq!(header(&atom, "content-type"), "application/atom+xml; charset=utf-8");
    insta::assert_snapshot!(body(&atom).replace("><", ">\n<"));
    let json = world.json("/policy/feed.json");
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(json["items"][0]["id"], "tag:privacy.oncall.example,2026:policy/en/1.1");
    assert_eq!(json["items"][0]["content_text"], "A & <b>");
    assert_eq!(json["items"][0]["tags"], serde_json::json!(["material"]));
    assert_eq!(json["items"].as_array().unwrap().len(), 2);
    // An empty feed never changed, and so can be asked for with a condition too.
    let empty = World::new().get("/policy/feed.atom");
    assert_eq!(header(&empty, "last-modified"), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert!(body(&empty).contains("<updated>1970-01-01T00:00:00Z</updated>"));
}

#[test]
fn before_anything_is_published() {
    let world = World::new();
    for target in ["/policy", "/policy/at/2026-01-01", "/policy/manifest.json"] {
        let response = world.get(target);
        assert_eq!((response.status().as_u16(), slug(&response)), (404, "no-policy".to_owned()));
    }
    let page = world.get_with("/policy", &[("accept", "text/html")]);
    assert!(body(&page).contains("<h1>No policy was in force</h1>"));
    assert_eq!(world.json("/policy/versions"), serde_json::json!({"versions": []}));
    assert_eq!(world.json("/policy/upcoming"), serde_json::json!({"upcoming": []}));
    assert!(
        body(&world.get("/policy/versions")).contains("No policy has been published here yet.")
    );
    assert!(body(&world.get("/policy/upcoming")).contains("No new version has been announced."));
    let moment = Moment::new(world.now.get(), Seed::new([7; 32]));
    let desk = Desk { store: &world.store, setup: &world.setup, moment };
    assert_eq!(block_on(desk_app::policy::pin(&desk)), Ok(None));
    for target in [
        "/policy/nothing",
        "/policy/versions/1.0",
        "/policy/versions/1.0/en",
        "/policies",
        "/policy/versions/%2e%2e",
    ] {
        assert_eq!(world.get(target).status(), 404, "{target}");
    }
    // What comes is not in force, and not a secret either.
    world.publish("1.0", "lang=en&effective=2027-01-01T00:00:00Z", "# Soon");
    assert_eq!(slug(&world.get("/policy")), "no-policy");
    assert_eq!(world.json("/policy/upcoming")["upcoming"][0]["version"], "1.0");
    assert!(
        body(&world.get("/policy/versions/1.0")).contains("This version is not in effect yet.")
    );
}

#[test]
fn publishing_answers_what_was_published() {
    let world = World::new();
    let query = "lang=en&effective=2019-11-01T00:00:00%2B03:00&material=false&note=First.";
    let created = world.publish("1.0", query, ENGLISH);
    assert_eq!(created.status(), 201);
    assert_eq!(header(&created, "location"), "/policy/versions/1.0?lang=en");
    assert_eq!(header(&created, "cache-control"), "no-store");
    let publication: Value = serde_json::from_slice(created.body()).unwrap();
    assert_eq!(publication["effective"], "2019-10-31T21:00:00Z");
    assert_eq!(publication["published"], "2026-11-22T10:00:00Z");
    assert_eq!(publication["note"], "First.");
    world.later(3600);
    let stored = world.store.dump();
    for query in [query, "lang=en", "lang=en&note=First."] {
        let again = world.publish("1.0", query, &ENGLISH.replace('\n', "\r\n"));
        assert_eq!(again.status(), 200);
        let same: Value = serde_json::from_slice(again.body()).unwrap();
        assert_eq!(same, publication);
    }
    for (query, text) in [
        ("lang=en", "# Other"),
        ("lang=en&note=Other.", ENGLISH),
        ("lang=en&material=true", ENGLISH),
        ("lang=en&effective=2019-11-01T00:00:00Z", ENGLISH),
        ("lang=ru&material=true", RUSSIAN),
    ] {
        let refused = world.publish("1.0", query, text);
        assert_eq!(
            (refused.status().as_u16(), slug(&refused)),
            (409, "version-published".to_owned()),
            "{query}"
        );
    }
    assert_eq!(world.store.dump(), stored);
    let early = world.publish("0.9", "lang=en&effective=2019-01-01T00:00:00Z", "# Old");
    assert_eq!(codes(&early), [("?effective".to_owned(), "effective-too-early".to_owned())]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let world = World::new();
    let query = "effective=tomorrow&material=yes&note=a&note=b&efective=2027-01-01";
    let refused = world.publish("..1", query, "a <b>c</b> ![d](e) [f](javascript:g)");
    assert_eq!(refused.status(), 422);
    let told: Vec<(String, String)> = codes(&refused);
    let told: Vec<(&str, &str)> = told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/version", "version-name"),
            ("?note", "given-twice"),
            ("?efective", "unknown-field"),
            ("?lang", "missing"),
            ("?effective", "not-an-instant"),
            ("?material", "not-true-or-false"),
            ("", "no-heading"),
            ("", "raw-html"),
            ("", "image"),
            ("", "unsafe-link"),
        ]
    );
    let long = "a".repeat(501);
    for (query, text, pointer, code) in [
        ("lang=de", "# a", "?lang", "unknown-language"),
        ("lang=en-GB", "# a", "?lang", "unknown-language"),
        (&*format!("lang=en&note={long}"), "# a", "?note", "too-long"),
        ("lang=en", " \n", "", "empty"),
        ("lang=en", "# a\u{1b}[2J", "", "control-character"),
        ("lang=en", "# a\n\n## b {#c}\n\n## d {#c}", "", "duplicate-id"),
    ] {
        assert_eq!(
            codes(&world.publish("1", query, text)),
            [(pointer.to_owned(), code.to_owned())],
            "{query}"
        );
    }
    assert_eq!(world.publish("1", "lang=en", &format!("# {}", "a".repeat(61_440))).status(), 413);
    assert!(world.store.dump().is_empty());
    let authorised = ("authorization", &*format!("Bearer {TOKEN}"));
    for content_type in ["text/html", "application/json", ""] {
        let headers = [authorised, ("content-type", content_type)];
        let refused =
            world.send(&request(Method::PUT, "/policy/versions/1?lang=en", &headers, "# a"));
        assert_eq!(refused.status(), 415, "{content_type}");
    }
    let mut strange = put("1", "lang=en", "");
    strange.body = Body::Whole(Bytes::from_static(b"# \xff"));
    assert_eq!(world.send(&strange).status(), 400);
    strange.body = Body::Cut;
    assert_eq!(world.send(&strange).status(), 400);
    strange.body = Body::TooLarge;
    assert_eq!(world.send(&strange).status(), 413);
}

#[test]
fn only_the_operator_publishes() {
    let world = World::new();
    for authorization in
        ["", "Bearer", "Bearer wrong", &*format!("Basic {TOKEN}"), &*format!("Bearer {TOKEN}x")]
    {
        let headers = [("authorization", authorization), ("content-type", "text/markdown")];
        let refused =
            world.send(&request(Method::PUT, "/policy/versions/1?lang=en", &headers, "# a"));
        assert_eq!((refused.status().as_u16(), slug(&refused)), (401, "unauthorised".to_owned()));
        assert!(header(&refused, "www-authenticate").starts_with("Bearer"));
    }
    assert!(world.store.calls().is_empty());
    for method in [Method::DELETE, Method::PATCH, Method::POST] {
        let refused = world.send(&request(method, "/policy/versions/1", &[], ""));
        assert_eq!((refused.status().as_u16(), header(&refused, "allow")), (405, "GET, HEAD, PUT"));
    }
}

#[test]
fn a_store_that_fails_at_any_call_leaves_nothing_half_said() {
    for fail_at in 1.. {
        let world = World::with_sample();
        world.store.fail_from(Some(fail_at));
        let response = world.publish("1.1", "lang=en", "# Next");
        if response.status() == 201 {
            assert!(fail_at > 5, "{fail_at}");
            break;
        }
        assert_eq!(
            (response.status().as_u16(), slug(&response)),
            (503, "store-unavailable".to_owned())
        );
        assert_eq!(world.get("/policy").status(), 503);
        world.store.fail_from(None);
        // The same again ends well, whatever was written the first time.
        let world = world.restart();
        assert!(matches!(world.publish("1.1", "lang=en", "# Next").status().as_u16(), 200 | 201));
        assert_eq!(world.json("/policy/manifest.json")["version"], "1.1");
        assert!(body(&world.get("/policy")).contains("<h1>Next</h1>"));
        let views = views(&world.store);
        assert_eq!(views.0, views.1);
        assert_eq!(views.0.broken(), None);
        assert_eq!(views.0.publications().len(), 3);
    }
}

/// The index, and the index in the head.
fn views(store: &MemoryStore) -> (Index, Index) {
    let stored = store.dump();
    let read = |key: StoreKey| {
        let value = stored.get(key.as_str()).unwrap();
        desk_core::sealed::read_plain(value, Timestamp::EPOCH).unwrap().unwrap().to_vec()
    };
    let head: PolicyHead = decode(&read(PolicyHead::key())).unwrap();
    (decode(&read(Index::key())).unwrap(), head.index)
}

#[test]
fn a_text_that_was_changed_in_the_store_is_not_served() {
    let world = World::with_sample();
    world.publish("1.1", "lang=en", "# Next");
    let world = world.restart();
    let (key, value) = world
        .store
        .dump()
        .into_iter()
        .find(|(key, _)| key.starts_with("policy-text:1.0:en"))
        .unwrap();
    let mut forged = value.clone();
    let at = forged.windows(5).position(|window| window == b"never").unwrap();
    forged[at..at + 5].copy_from_slice(b"often");
    world.store.put(&key, forged);
    assert_eq!(slug(&world.get("/policy/versions/1.0?lang=en")), "internal");
    assert_eq!(world.get("/policy/versions/1.0?lang=ru").status(), 200);
    world.store.take(&key);
    assert_eq!(slug(&world.get("/policy/versions/1.0?lang=en")), "internal");
    world.store.put("policy-head", b"nonsense".to_vec());
    world.later(2);
    assert_eq!(slug(&world.get("/policy")), "internal");
}

/// A store in which another publisher always writes right behind this one's back: its views replace ours, once.
struct Raced<'a> {
    store: &'a MemoryStore,
    rival: std::cell::RefCell<Option<World>>,
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

#[test]
fn of_two_publishers_who_race_neither_is_lost() {
    let world = World::with_sample();
    let rival = World { store: MemoryStore::default(), setup: setup(), now: world.now.clone() };
    for (key, value) in world.store.dump() {
        rival.store.put(&key, value);
    }
    let raced = Raced { store: &world.store, rival: Some(rival).into() };
    assert_eq!(world.send_with(&raced, &put("1.1", "lang=en", "# Ours")).status(), 201);
    let (index, head) = views(&world.store);
    assert_eq!(index, head);
    let names: Vec<&str> =
        index.publications().iter().map(|s| s.publication.version.as_str()).collect();
    assert_eq!(names.len(), 4);
    assert!(names.contains(&"1.1") && names.contains(&"1.2"));
    // Both name the same publication before; the chain holds all the same, and so does the next one.
    assert_eq!(index.broken(), None);
    let world = world.restart();
    assert_eq!(world.publish("1.3", "lang=en", "# Next").status(), 201);
    assert_eq!(views(&world.store).0.broken(), None);
}

#[test]
fn other_addresses_belong_to_others() {
    let world = World::with_sample();
    for target in ["/", "/robots.txt", "/policies", "/%70olicy/nothing"] {
        assert_eq!(world.get(target).status(), 404, "{target}");
    }
    assert!(world.store.calls().is_empty());
}
