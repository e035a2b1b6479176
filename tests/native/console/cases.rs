//! Scenarios over a store in memory.

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding as _};
use desk_core::case::{CaseHead, CaseKey};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{
    Answer, BASE, CLIENT, HTML, OPERATOR, World, get as public, json as send, request,
};
use desk_app::desk::encode;
use desk_web::request::Request;

const MESSAGE: &str = "You wrote to me although I had refused newsletters.";
const EMAIL: &str = "Anna@oncall.example";

fn operator(method: Method, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let bearer = format!("Bearer {OPERATOR}");
    let own = [("authorization", &*bearer), ("content-type", "application/json")];
    request(method, target, &[&own, headers].concat(), body.to_owned())
}

fn get(target: &str) -> Request {
    operator(Method::GET, target, &[], "")
}

fn reply(case: &str, text: &str, headers: &[(&str, &str)]) -> Request {
    let target = format!("{case}/replies");
    operator(Method::POST, &target, headers, &json!({"text": text}).to_string())
}

fn set_state(case: &str, state: &str, headers: &[(&str, &str)]) -> Request {
    let target = format!("{case}/state");
    operator(Method::PUT, &target, headers, &json!({"state": state}).to_string())
}

fn path(url: &str) -> String {
    url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url} leads elsewhere")).to_owned()
}

/// A case that was filed: its status page, and its address in the console.
struct Filed {
    status: String,
    url: String,
    reference: String,
}

impl World {
    /// A desk that takes as many cases as a test files.
    fn busy() -> Self {
        Self::with(|name| (name == "feedback_limits").then_some("1000000;w=60"))
    }

    fn file(&self, body: &Value) -> Filed {
        let known: BTreeSet<String> = self.keys("case").into_iter().collect();
        let answer = self.feedback(&send("/feedback", body, &[]));
        assert_eq!(answer.status, 201, "{answer:?}");
        let key = self.keys("case").into_iter().find(|key| !known.contains(key)).unwrap();
        let key = CaseKey::from_opening(&key).unwrap();
        self.later(1);
        Filed {
            status: path(&answer.field("/status_url")),
            url: format!("/console/api/cases/{}", key.id),
            reference: answer.field("/reference"),
        }
    }

    fn complaint(&self) -> Filed {
        self.file(&json!({"kind": "complaint", "message": MESSAGE, "name": "Anna", "email": EMAIL}))
    }

    fn read(&self, filed: &Filed) -> Answer {
        let answer = self.console(&get(&filed.url));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    /// What was done, newest first, as the console tells it.
    fn audit(&self) -> Vec<String> {
        let answer = self.console(&get("/console/api/audit?limit=200"));
        let json = answer.json();
        let records = json["records"].as_array().unwrap().iter();
        records.map(|record| record["action"].as_str().unwrap().to_owned()).collect()
    }

    /// The references on the pages of a list, page by page.
    fn pages(&self, query: &str) -> Vec<Vec<String>> {
        let (mut pages, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let answer = self.console(&get(&format!("/console/api/cases?{query}{from}")));
            assert_eq!(answer.status, 200, "{answer:?}");
            let json = answer.json();
            let cases = json["cases"].as_array().unwrap().iter();
            pages.push(cases.map(|case| case["reference"].as_str().unwrap().to_owned()).collect());
            cursor = json["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return pages;
            }
        }
    }
}

#[test]
fn whoever_has_no_token_learns_nothing() {
    let world = World::new();
    let filed = world.complaint();
    let targets = [
        "/console",
        "/console/api",
        "/console/api/cases",
        "/console/api/cases?limit=x",
        &filed.url,
        &format!("{}/attachments/1", filed.url),
        &format!("{}/replies", filed.url),
        "/console/api/audit",
        "/console/api/nothing",
        "/console/api/cases/%FF",
    ];
    world.store.reset_calls();
    let long = format!("Bearer {OPERATOR}t");
    for wrong in ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dDp0", OPERATOR, &long] {
        let mut answers = Vec::new();
        for target in targets {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                let headers = [("authorization", wrong), ("content-type", "application/json")];
                let answer = world.console(&request(method, target, &headers, "{}"));
                assert_eq!((answer.status, answer.slug()), (401, "unauthorised".to_owned()));
                assert!(answer.header("www-authenticate").starts_with("Bearer "));
                answers.push(answer);
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    assert!(world.store.calls().is_empty());
    // A token that is not configured lets nobody in, and one that is sent twice is none.
    let closed = World::with(|name| (name == "operator_token").then_some(""));
    assert_eq!(closed.console(&get("/console/api/cases")).status, 401);
    let mut headers = http::HeaderMap::new();
    for _ in 0..2 {
        headers.append("authorization", format!("Bearer {OPERATOR}").parse().unwrap());
    }
    let body = desk_web::request::Body::Whole(bytes::Bytes::new());
    let twice = Request::new(Method::GET, "/console/api/cases", headers, body);
    assert_eq!(world.console(&twice).status, 401);
}

#[test]
fn an_operator_reads_answers_and_closes_a_case() {
    let world = World::new();
    let filed = world.complaint();
    let read = world.read(&filed);
    assert_eq!(read.header("cache-control"), "no-store");
    let case = read.json();
    assert_eq!(case["thread"][0]["text"], MESSAGE);
    assert_eq!((&case["name"], &case["email"]), (&json!("Anna"), &json!(EMAIL)));
    assert_eq!(case["url"], format!("{BASE}{}", filed.url));
    assert_eq!((&case["state"], &case["quarantined"]), (&json!("received"), &json!(false)));
    // The secret of the person is no operator's.
    assert!(!read.text().contains("/feedback/status/"), "{}", read.text());
    // By its reference too, as people say it.
    let said = filed.reference.to_lowercase().replace('-', "%20");
    let by_reference = world.console(&get(&format!("/console/api/cases/{said}")));
    assert_eq!(by_reference.body, read.body);
    let tag = read.header("etag").to_owned();
    world.later(1);
    let taken = world.console(&set_state(&filed.url, "in_progress", &[("if-match", &tag)]));
    assert_eq!((taken.status, taken.field("/state")), (200, "in_progress".to_owned()));
    world.later(1);
    let answered = world.console(&reply(&filed.url, "We are sorry.", &[]));
    assert_eq!((answered.status, answered.field("/state")), (201, "answered".to_owned()));
    assert_eq!(answered.field("/thread/1/from"), "operator");
    world.later(1);
    let tag = answered.header("etag").to_owned();
    let closed = world.console(&set_state(&filed.url, "closed", &[("if-match", &tag)]));
    assert_eq!(closed.field("/state"), "closed");
    // The person sees it all, and may come back.
    let seen = world.feedback(&public(&format!("{}/case.json", filed.status)));
    assert_eq!(
        (seen.field("/state"), seen.field("/thread/1/text")),
        ("closed".into(), "We are sorry.".into())
    );
    world.later(1);
    let more = json!({"message": "Thank you."});
    world.feedback(&send(&format!("{}/messages", filed.status), &more, &[]));
    assert_eq!(world.read(&filed).field("/state"), "in_progress");
    let expected =
        ["case-read", "state-set", "case-replied", "state-set", "case-read", "case-read"];
    assert_eq!(world.audit(), expected);
}

#[test]
fn an_access_that_cannot_be_recorded_does_not_happen() {
    let world = World::new();
    let filed = world.file(&json!({
        "kind": "problem",
        "message": MESSAGE,
        "attachments": [{"data": Base64::encode_string(b"the journal")}],
    }));
    let tag = world.read(&filed).header("etag").to_owned();
    let attachment = get(&format!("{}/attachments/1", filed.url));
    let once = [("idempotency-key", "reply-0001")];
    for (request, expected) in [
        (get(&filed.url), "case-read"),
        (operator(Method::HEAD, &filed.url, &[], ""), "case-read"),
        (attachment, "file-read"),
        (set_state(&filed.url, "in_progress", &[("if-match", &tag)]), "state-set"),
        (reply(&filed.url, "We are sorry.", &once), "case-replied"),
        // The same once more changes nothing, but its answer shows the case.
        (reply(&filed.url, "We are sorry.", &once), "case-read"),
    ] {
        world.later(1);
        let before = world.store.dump();
        world.store.reset_calls();
        let count = world.audit().len();
        world.store.reset_calls();
        // Whatever was done before it, the record itself fails.
        let whole = {
            let trial = World::new();
            for (key, value) in &before {
                trial.store.put(key, value.clone());
            }
            trial.now.set(world.now.get());
            trial.console(&request);
            trial.store.calls()
        };
        let record = whole.iter().position(|call| call == "set audit").unwrap();
        let shown_or_changed = |call: &String| {
            call.starts_with("get file") || (call.starts_with("set ") && call != "set audit")
        };
        assert!(!whole[..record].iter().any(shown_or_changed), "{whole:?}");
        world.store.fail_from(Some(record + 1));
        let refused = world.console(&request);
        world.store.fail_from(None);
        assert_eq!(refused.status, 503, "{expected}");
        assert!(!refused.text().contains("newsletters") && !refused.text().contains("journal"));
        assert_eq!(world.store.dump(), before, "{expected}");
        let answer = world.console(&request);
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        let audit = world.audit();
        assert_eq!((audit.len(), &*audit[0]), (count + 1, expected));
    }
    assert_eq!(world.keys("event").len(), 2);
}

#[test]
fn a_change_is_held_to_the_state_that_it_was_decided_on() {
    let world = World::new();
    let filed = world.complaint();
    let old = world.read(&filed).header("etag").to_owned();
    assert_eq!(world.console(&reply(&filed.url, "First.", &[])).status, 201);
    let new = world.read(&filed).header("etag").to_owned();
    assert_ne!(old, new);
    world.later(1);
    let events = world.keys("event");
    for (tag, status) in [
        (&*old, 412),
        (&format!("W/{new}"), 412),
        ("\"\"", 412),
        ("nonsense", 412),
        ("", 412),
        (&format!("{old}, W/{new}"), 412),
    ] {
        let tag = [("if-match", tag)];
        let state = world.console(&set_state(&filed.url, "closed", &tag));
        assert_eq!((state.status, state.slug()), (status, "precondition-failed".to_owned()));
        assert_eq!(world.console(&reply(&filed.url, "Second.", &tag)).status, 412);
    }
    let without = world.console(&set_state(&filed.url, "closed", &[]));
    assert_eq!((without.status, without.slug()), (428, "precondition-required".to_owned()));
    assert_eq!(world.keys("event"), events);
    let list = format!("{old}, {new}");
    assert_eq!(world.console(&set_state(&filed.url, "closed", &[("if-match", &list)])).status, 200);
    let again = world.console(&set_state(&filed.url, "closed", &[("if-match", "*")]));
    assert_eq!((again.status, again.slug()), (409, "case-state".to_owned()));
    let any = world.console(&set_state(&filed.url, "in_progress", &[("if-match", "*")]));
    assert_eq!(any.status, 200);
    // What a person does changes the tag as well.
    let seen = any.header("etag").to_owned();
    world.later(1);
    let withdraw = request(
        Method::POST,
        &format!("{}/withdraw", filed.status),
        &[("spin-client-addr", CLIENT)],
        "",
    );
    assert_eq!(world.feedback(&withdraw).status, 200);
    assert_eq!(world.console(&reply(&filed.url, "Too late.", &[("if-match", &seen)])).status, 412);
    let late = world.console(&reply(&filed.url, "Too late.", &[]));
    assert_eq!((late.status, late.slug()), (409, "case-state".to_owned()));
    // A client that has it already is told so; the access is recorded all the same.
    let tag = world.read(&filed).header("etag").to_owned();
    let records = world.audit().len();
    let current = world.console(&operator(Method::GET, &filed.url, &[("if-none-match", &tag)], ""));
    assert_eq!((current.status, current.body.len()), (304, 0));
    assert_eq!(world.audit().len(), records + 1);
}

#[test]
fn a_reply_is_sent_once_and_keys_of_persons_are_not_those_of_operators() {
    let world = World::new();
    let filed = world.complaint();
    let once = [("idempotency-key", "key-0001")];
    let messages = format!("{}/messages", filed.status);
    let message = world.feedback(&send(&messages, &json!({"message": "More."}), &once));
    assert_eq!(message.status, 201);
    for _ in 0..3 {
        world.later(1);
        let answer = world.console(&reply(&filed.url, "We are sorry.", &once));
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let other = world.console(&reply(&filed.url, "Another text.", &once));
    assert_eq!((other.status, other.slug()), (422, "already-sent".to_owned()));
    assert_eq!(world.keys("event").len(), 2);
    for (text, code) in
        [("", "missing"), (&"a".repeat(10_001), "too-long"), ("\u{1b}", "control-character")]
    {
        let answer = world.console(&reply(&filed.url, text, &[]));
        assert_eq!(answer.errors(), [("/text".to_owned(), code.to_owned())]);
    }
    let target = format!("{}/state", filed.url);
    for (body, pointer, code) in [
        ("{}", "/state", "missing"),
        ("{\"state\": \"answered\"}", "/state", "unknown-state"),
        ("{\"state\": \"withdrawn\"}", "/state", "unknown-state"),
        ("{\"state\": 1}", "/state", "not-text"),
        ("{\"state\": \"closed\", \"why\": \"\"}", "/why", "unknown-field"),
    ] {
        let answer = world.console(&operator(Method::PUT, &target, &[("if-match", "*")], body));
        assert_eq!(answer.status, 422);
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())]);
    }
}

#[test]
fn lists_are_newest_first_filtered_and_paged() {
    let world = World::busy();
    let kinds = ["question", "complaint", "suggestion", "problem"];
    let filed: Vec<Filed> = (0..12)
        .map(|number| {
            let links = if number % 6 == 0 { "a://a b://b c://c d://d" } else { "" };
            world.file(&json!({"kind": kinds[number % 4], "message": format!("{number} {links}")}))
        })
        .collect();
    let newest = |numbers: &[usize]| -> Vec<String> {
        numbers.iter().rev().map(|number| filed[*number].reference.clone()).collect()
    };
    let all: Vec<usize> = (0..12).collect();
    assert_eq!(world.pages(""), [newest(&all)]);
    for limit in 1..=13 {
        let pages = world.pages(&format!("limit={limit}"));
        assert!(pages.iter().all(|page| page.len() <= limit));
        assert_eq!(pages.concat(), newest(&all), "{limit}");
    }
    for (at, kind) in kinds.into_iter().enumerate() {
        let numbers = [at, at + 4, at + 8];
        assert_eq!(world.pages(&format!("kind={kind}&limit=2")).concat(), newest(&numbers));
    }
    assert_eq!(world.pages("quarantined=true"), [newest(&[0, 6])]);
    assert_eq!(world.pages("quarantined=false").concat().len(), 10);
    assert_eq!(world.console(&reply(&filed[3].url, "Answer.", &[])).status, 201);
    assert_eq!(world.pages("state=answered"), [newest(&[3])]);
    assert_eq!(world.pages("state=answered&kind=question"), [newest(&[])]);
    // It shows what it needs to, and nothing that anybody wrote.
    let list = world.console(&get("/console/api/cases")).json();
    let names: BTreeSet<&str> =
        list["cases"][0].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "attachments",
        "changed_at",
        "door",
        "has_email",
        "id",
        "kind",
        "language",
        "messages",
        "opened_at",
        "quarantined",
        "reference",
        "state",
        "suspicions",
        "url",
    ];
    assert_eq!(names, BTreeSet::from(expected));
    assert!(world.audit().iter().all(|action| action == "case-replied"));
    for (query, pointer, code) in [
        ("limit=0", "?limit", "not-a-number"),
        ("limit=201", "?limit", "not-a-number"),
        ("limit=-1", "?limit", "not-a-number"),
        ("limit=", "?limit", "not-a-number"),
        ("limit=1&limit=2", "?limit", "given-twice"),
        ("cursor=x", "?cursor", "cursor"),
        ("kind=praise", "?kind", "unknown-kind"),
        ("state=lost", "?state", "unknown-state"),
        ("quarantined=yes", "?quarantined", "not-true-or-false"),
    ] {
        let answer = world.console(&get(&format!("/console/api/cases?{query}")));
        assert_eq!(answer.status, 422, "{query}");
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())]);
    }
    for limit in [1, 200] {
        assert_eq!(world.console(&get(&format!("/console/api/cases?limit={limit}"))).status, 200);
    }
}

#[test]
fn a_filter_that_matches_little_goes_on_with_the_cursor() {
    let world = World::busy();
    let first = world.file(&json!({"kind": "complaint", "message": "The only one."}));
    let filler = json!({"kind": "question", "message": "x"});
    for _ in 0..1_050 {
        world.feedback(&send("/feedback", &filler, &[]));
        world.later(1);
    }
    // A page opens a thousand cases at the most, and then says where to go on.
    let pages = world.pages("kind=complaint");
    assert_eq!(pages, [vec![], vec![first.reference]]);
    assert_eq!(world.pages("limit=200").concat().len(), 1_051);
}

#[test]
fn what_does_not_exist_is_not_found_and_other_methods_are_refused() {
    let world = World::new();
    let filed = world.complaint();
    for target in [
        "/console",
        "/console/api",
        "/console/api/nothing",
        "/console/api/cases/nothing",
        "/console/api/cases/00000000000000000000000000",
        "/console/api/cases/FB-0000-0000-0000",
        &format!("{}/attachments/1", filed.url),
        &format!("{}/attachments/x", filed.url),
        &format!("{}/nothing", filed.url),
    ] {
        let answer = world.console(&get(target));
        assert_eq!((answer.status, answer.slug()), (404, "not-found".to_owned()), "{target}");
    }
    for (method, target, allow) in [
        (Method::POST, "/console/api/cases".to_owned(), "GET, HEAD"),
        (Method::DELETE, filed.url.clone(), "GET, HEAD"),
        (Method::GET, format!("{}/replies", filed.url), "POST"),
        (Method::POST, format!("{}/state", filed.url), "PUT"),
        (Method::PUT, "/console/api/audit".to_owned(), "GET, HEAD"),
    ] {
        let answer = world.console(&operator(method, &target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{target}");
    }
    for target in ["/console/api/cases", &filed.url, "/console/api/audit"] {
        let got = world.console(&get(target));
        let head = world.console(&operator(Method::HEAD, target, &[], ""));
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("etag"), got.header("etag"));
        assert_eq!(got.header("cache-control"), "no-store");
    }
    // An expired case is gone.
    world.later(1096 * 86_400);
    assert_eq!(world.console(&get(&filed.url)).status, 404);
    assert_eq!(world.pages(""), [Vec::<String>::new()]);
    // Browsers get no page: there is none.
    let page = world.console(&operator(Method::GET, "/console/api/nothing", &[HTML], ""));
    assert_eq!(page.slug(), "not-found");
}

#[test]
fn files_are_given_to_be_saved() {
    let world = World::new();
    let script = "<script>alert(1)</script>";
    let filed = world.file(&json!({
        "kind": "problem",
        "message": "See.",
        "attachments": [{"data": Base64::encode_string(script.as_bytes())}],
    }));
    let url = path(&world.read(&filed).field("/thread/0/attachments/0/url"));
    assert_eq!(url, format!("{}/attachments/1", filed.url));
    let answer = world.console(&get(&url));
    assert_eq!(answer.text(), script);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let name = format!("attachment; filename=\"{}-1.txt\"", filed.reference);
    assert_eq!(answer.header("content-disposition"), name);
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(world.audit()[0], "file-read");
}

#[test]
fn a_sweep_repairs_the_heads_that_missed_an_event() {
    let world = World::new();
    for _ in 0..2 {
        let filed = world.complaint();
        world.later(1);
        let message =
            send(&format!("{}/messages", filed.status), &json!({"message": "More."}), &[]);
        assert_eq!(world.feedback(&message).status, 201);
    }
    let (heads, whole) = (world.keys("head"), world.store.dump());
    assert_eq!(heads.len(), 2);
    heads.iter().for_each(|head| drop(world.store.take(head)));
    world.later(30);
    assert_eq!(world.sweep().status, 204);
    assert_eq!(world.keys("head"), heads);
    // What is whole is left alone, and so is what nothing happened to for long.
    world.later(30);
    world.store.reset_calls();
    world.sweep();
    assert!(!world.store.calls().contains(&"set head".to_owned()));
    // One that cannot be read keeps nobody else's from being repaired.
    heads.iter().for_each(|head| drop(world.store.take(head)));
    let opening = &world.keys("case")[0];
    world.store.put(opening, whole[opening][..whole[opening].len() / 2].to_vec());
    world.later(30);
    world.sweep();
    assert_eq!(world.keys("head").len(), 1);
    world.keys("head").iter().for_each(|head| drop(world.store.take(head)));
    world.later(1_000);
    world.sweep();
    assert!(world.keys("head").is_empty());
}

#[test]
fn a_head_that_missed_an_event_is_repaired() {
    let world = World::new();
    let filed = world.complaint();
    let messages = format!("{}/messages", filed.status);
    let once = [("idempotency-key", "message-1")];
    let message = send(&messages, &json!({"message": "More."}), &once);
    // The event is stored, and then the store goes away before the head is.
    let mut failed = 0;
    for call in 1..8 {
        world.later(1);
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let answer = world.feedback(&message);
        world.store.fail_from(None);
        if world.keys("event").is_empty() {
            continue;
        }
        if answer.status == 503 && world.keys("head").is_empty() {
            failed += 1;
        }
    }
    assert!(failed > 1, "the store never failed between event and head");
    let seen = |world: &World| {
        let case = world.feedback(&public(&format!("{}/case.json", filed.status))).json();
        case["thread"].as_array().unwrap().len()
    };
    world.store.take(&world.keys("head").pop().unwrap_or_default());
    assert_eq!(seen(&world), 1);
    // However often it had to be tried, it was one message.
    assert_eq!(world.read(&filed).json()["thread"].as_array().unwrap().len(), 2);
    assert_eq!(seen(&world), 2);
    // And what is whole is left alone.
    let before = world.store.dump();
    world.store.reset_calls();
    world.read(&filed);
    assert!(!world.store.calls().contains(&"set head".to_owned()));
    assert_eq!(world.store.dump().len(), before.len() + 1);
    // An operator decides on what happened, and never on what the head says.
    world.later(1);
    let withdraw = request(
        Method::POST,
        &format!("{}/withdraw", filed.status),
        &[("spin-client-addr", CLIENT)],
        "",
    );
    assert_eq!(world.feedback(&withdraw).status, 200);
    for key in world.keys("head") {
        world.store.take(&key);
    }
    assert_eq!(world.console(&reply(&filed.url, "Too late.", &[])).status, 409);
}

#[test]
fn a_case_with_more_than_a_head_holds_is_still_read() {
    let world = World::busy();
    let filed = world.complaint();
    let head = format!("head:{}", filed.url.rsplit('/').next().unwrap());
    let long = json!({"message": "🦉".repeat(10_000)});
    for _ in 0..8 {
        // Every one of them has seen the case without the others.
        world.store.take(&head);
        world.later(1);
        let answer = world.feedback(&send(&format!("{}/messages", filed.status), &long, &[]));
        assert_eq!(answer.status, 201);
    }
    for _ in 0..2 {
        assert_eq!(world.read(&filed).json()["thread"].as_array().unwrap().len(), 9);
    }
    assert!(world.store.dump().values().all(|value| value.len() <= 256 * 1024));
    let tag = world.read(&filed).header("etag").to_owned();
    let full = world.console(&reply(&filed.url, "No more room.", &[]));
    assert_eq!((full.status, full.slug()), (409, "case-state".to_owned()));
    let closed = world.console(&set_state(&filed.url, "closed", &[("if-match", &tag)]));
    assert!(matches!(closed.status, 200 | 409), "{closed:?}");
}

#[test]
fn audit_records_are_listed_newest_first_and_paged() {
    let world = World::new();
    let filed = world.complaint();
    for _ in 0..5 {
        world.later(1);
        world.read(&filed);
    }
    let whole = world.console(&get("/console/api/audit")).json();
    let records = whole["records"].as_array().unwrap();
    assert_eq!(records.len(), 5);
    assert!(whole.get("next_cursor").is_none());
    let ids = |records: &[Value]| -> Vec<String> {
        records.iter().map(|record| record["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut sorted = ids(records);
    sorted.sort_by(|a, b| b.cmp(a));
    assert_eq!(ids(records), sorted);
    assert_eq!(records[0]["reference"], filed.reference);
    for limit in 1..=6 {
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = world.console(&get(&format!("/console/api/audit?limit={limit}{from}")));
            let page = page.json();
            found.extend(ids(page["records"].as_array().unwrap()));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, sorted, "{limit}");
    }
    // No record says who the case is about.
    for word in ["Anna", EMAIL, "newsletters"] {
        assert!(!whole.to_string().contains(word));
    }
}

#[test]
fn a_store_that_fails_at_any_call_changes_nothing_by_halves() {
    type Build = fn(&Filed, &str) -> Request;
    let reply_once: Build =
        |filed, _| reply(&filed.url, "We are sorry.", &[("idempotency-key", "reply-0001")]);
    let take_up: Build = |filed, _| set_state(&filed.url, "in_progress", &[("if-match", "*")]);
    let read: Build = |filed, _| get(&filed.url);
    let list: Build = |_, _| get("/console/api/cases");
    for (what, build) in [("reply", reply_once), ("state", take_up), ("read", read), ("list", list)]
    {
        for call in 1.. {
            let world = World::new();
            let filed = world.complaint();
            let tag = world.read(&filed).header("etag").to_owned();
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&build(&filed, &tag));
            world.store.fail_from(None);
            if answer.status < 500 {
                assert!(call > 2, "{what}");
                break;
            }
            assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{what} {call}");
            assert!(answer.log.is_some() && !answer.text().contains("newsletters"));
            world.later(1);
            let again = world.console(&build(&filed, &tag));
            let case = world.read(&filed).json();
            match what {
                "reply" => {
                    assert_eq!(again.status, 201, "{call}");
                    assert_eq!(case["thread"].as_array().unwrap().len(), 2, "{call}");
                    assert_eq!(case["state"], "answered");
                }
                "state" => {
                    // The first try may have been stored before it failed.
                    assert!(matches!(again.status, 200 | 409), "{call} {again:?}");
                    assert_eq!(case["state"], "in_progress");
                }
                _ => assert_eq!(again.status, 200),
            }
        }
    }
}

#[test]
fn what_was_changed_in_the_store_is_not_believed() {
    let world = World::new();
    let filed = world.complaint();
    let other = world.complaint();
    assert_eq!(world.console(&reply(&filed.url, "We are sorry.", &[])).status, 201);
    let whole = world.store.dump();
    for key in whole.keys().filter(|key| ["case", "head"].contains(&key.split(':').next().unwrap()))
    {
        let of_this = key.contains(filed.url.rsplit('/').next().unwrap());
        for changed in
            [whole[key][..20].to_vec(), Vec::new(), whole[&world.keys("event")[0]].clone()]
        {
            world.store.put(key, changed);
            let answer = world.console(&get(if of_this { &filed.url } else { &other.url }));
            assert_eq!((answer.status, answer.slug()), (500, "internal".to_owned()), "{key}");
            assert!(answer.log.is_some() && !answer.text().contains("newsletters"));
            world.store.put(key, whole[key].clone());
        }
    }
    // An event is only read where the head misses it, and then it must be whole.
    let event = world.keys("event").remove(0);
    for key in world.keys("head") {
        world.store.take(&key);
    }
    world.store.put(&event, whole[&event][..40].to_vec());
    assert_eq!(world.console(&get(&filed.url)).status, 500);
    // Keys that are none of ours do no harm.
    world.store.put(&event, whole[&event].clone());
    for key in ["case:x", "case:x:y:z", "event:x", "audit:x", "case:", "head:"] {
        world.store.put(key, encode(&CaseHead::default()));
    }
    for target in ["/console/api/cases", &filed.url, "/console/api/audit"] {
        assert_eq!(world.console(&get(target)).status, 200, "{target}");
    }
}

proptest! {
    #[test]
    fn strange_requests_are_never_our_fault(
        path in "(/console/api)?(/cases|/audit)?(/[ -~]{0,20}){0,3}", query in "[ -~]{0,40}", body in "[ -~]{0,40}",
    ) {
        let world = World::new();
        for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT] {
            let answer = world.console(&operator(method, &format!("{path}?{query}"), &[], &body));
            prop_assert!(answer.status < 500);
        }
    }

    #[test]
    fn every_query_is_understood_or_refused(
        kind in "(question|complaint|.{0,3})", state in "(received|.{0,3})", cursor in "([0-9A-Z]{26}|.{0,3})", limit: i16,
    ) {
        let world = World::new();
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("kind", &kind)
            .append_pair("state", &state)
            .append_pair("cursor", &cursor)
            .append_pair("limit", &limit.to_string())
            .finish();
        let answer = world.console(&get(&format!("/console/api/cases?{query}")));
        let good = matches!(&*kind, "question" | "complaint")
            && state == "received"
            && cursor.parse::<desk_core::id::Id>().is_ok()
            && (1..=200).contains(&limit);
        prop_assert_eq!(answer.status, if good { 200 } else { 422 });
    }
}
