//! Scenarios over a store in memory.

use std::cell::Cell;

use desk_core::attachment::Attachment;
use desk_core::case::{Message as Text, Name};
use desk_core::clock::regime::Regime;
use desk_core::id::Id;
use desk_core::journal::{Event, Place};
use desk_core::lang::Lang;
use desk_core::package::PackageSecret;
use desk_core::reference::{Reference, Series};
use desk_core::request::log;
use desk_core::request::{
    Behalf, Code, CodeHash, Identity, Proof, Request as Case, RequestChange, RequestDoor,
    RequestKey, RequestKind, RequestOpening,
};
use desk_core::time::Timestamp;
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{
    Answer, BASE, HTML, OPERATOR, World, block_on, get as public, json as send, race, request,
};
use desk_app::cases;
use desk_app::outbox::{MAILS, Mail, mail_key};
use desk_app::requests_log;
use desk_web::request::{Body, Request};

const EMAIL: &str = "Anna@oncall.example";
const DETAILS: &str = "Which mails of mine do you keep?";
const REQUESTS: &str = "/console/api/requests";

fn operator(method: Method, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let bearer = format!("Bearer {OPERATOR}");
    let own = [("authorization", &*bearer), ("content-type", "application/json")];
    request(method, target, &[&own, headers].concat(), body.to_owned())
}

fn get(target: &str) -> Request {
    operator(Method::GET, target, &[], "")
}

fn post(target: &str, body: &Value, headers: &[(&str, &str)]) -> Request {
    operator(Method::POST, target, headers, &body.to_string())
}

/// An act on a request, whatever its state is.
fn act(filed: &Filed, name: &str, body: Value) -> Request {
    post(&format!("{}/{name}", filed.url), &body, &[("if-match", "*")])
}

/// The same, once.
fn act_once(filed: &Filed, name: &str, body: Value) -> Request {
    let headers = [("if-match", "*"), ("idempotency-key", "act-00001")];
    post(&format!("{}/{name}", filed.url), &body, &headers)
}

fn text(text: &str) -> Value {
    json!({ "text": text })
}

/// A request that was opened, and its address in the console.
struct Filed {
    key: RequestKey,
    url: String,
    reference: String,
}

thread_local! {
    static OPENED: Cell<u8> = const { Cell::new(0) };
}

impl World {
    /// A desk in Utrecht, whose days are those of UTC in these tests.
    fn requests() -> Self {
        OPENED.set(0);
        Self::with(|name| match name {
            "time_zone" => Some("UTC0"),
            "regime" => Some("eu-gdpr"),
            _ => None,
        })
    }

    /// A desk whose mail is sent by a provider.
    fn sending() -> Self {
        OPENED.set(0);
        Self::with(|name| match name {
            "mail_provider" => Some("postmark"),
            "mail_token" => Some("token-that-nobody-may-see"),
            "mail_from" => Some("privacy@oncall.example"),
            "time_zone" => Some("UTC0"),
            "regime" => Some("eu-gdpr"),
            _ => None,
        })
    }

    /// How many mails wait.
    fn waiting(&self) -> usize {
        self.keys("outbox").len()
    }

    fn opening(&self) -> RequestOpening {
        RequestOpening {
            at: self.now.get(),
            kind: RequestKind::Access,
            regime: Regime::EuGdpr,
            email: EMAIL.parse().unwrap(),
            name: Some(Name::new("Anna").unwrap()),
            details: Some(Text::new(DETAILS).unwrap()),
            behalf: Behalf::Own,
            files: vec![],
            lang: Lang::En,
            policy: None,
            door: RequestDoor::Api,
            fingerprint: String::new(),
            identity: Identity::Asserted,
            expires: self.now.get().plus_seconds(1095 * 86_400),
        }
    }

    fn open(&self, opening: &RequestOpening) -> Filed {
        let desk = self.desk();
        // In the order in which they come, though several come at one instant.
        let number = OPENED.replace(OPENED.get().wrapping_add(1));
        let mut unique = desk.moment.draw();
        unique[0] = number;
        let id = Id::new(opening.at, unique);
        let key = RequestKey { id, subject: desk.setup.keys.subject(&opening.email) };
        block_on(cases::open(&desk, &key, opening.expires, opening)).unwrap();
        Filed {
            key,
            url: format!("{REQUESTS}/{id}"),
            reference: Reference::new(Series::Requests, id).to_string(),
        }
    }

    fn asserted(&self) -> Filed {
        self.open(&self.opening())
    }

    /// One whose identity is to be proven.
    fn unproven(&self) -> Filed {
        let code = Code::draw(&self.desk().moment);
        let hash = CodeHash::new(&self.setup.keys, Id::from_bytes([1; 16]), &code);
        self.open(&RequestOpening { identity: Identity::Sent(hash), ..self.opening() })
    }

    fn kept(&self, filed: &Filed) -> Case {
        block_on(cases::load(&self.desk(), &filed.key)).unwrap().unwrap()
    }

    /// What somebody else does, such as the person.
    fn happens(&self, filed: &Filed, change: RequestChange) {
        let desk = self.desk();
        let id = desk.moment.id();
        block_on(cases::append(&desk, &filed.key, self.kept(filed), change, id)).unwrap();
    }

    fn show(&self, filed: &Filed) -> Value {
        let answer = self.console(&get(&filed.url));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    fn done(&self, request: &Request) -> Answer {
        self.later(1);
        let answer = self.console(request);
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        let json = answer.json();
        // What was done is answered in brief, and agrees with what is read.
        let Some(url) = json["url"].as_str().filter(|url| url.contains(REQUESTS)) else {
            return answer;
        };
        let read = self.console(&get(url.strip_prefix(BASE).unwrap()));
        for member in ["id", "reference", "state"] {
            assert_eq!(json[member], read.json()[member]);
        }
        assert_eq!(answer.header("etag"), read.header("etag"));
        let location = answer.headers.iter().filter(|(name, _)| name == "location").cloned();
        Answer { status: answer.status, headers: location.chain(read.headers).collect(), ..read }
    }

    /// The code of a refusal, in words.
    fn refused(&self, request: &Request) -> String {
        // A head is a view, and may be repaired.
        let stored = || {
            let whole = self.store.dump();
            whole
                .into_iter()
                .filter(|(key, _)| !key.starts_with("request-head"))
                .collect::<Vec<_>>()
        };
        let before = stored();
        let answer = self.console(request);
        assert_eq!((answer.status, answer.slug()), (409, "case-state".to_owned()), "{answer:?}");
        assert!(stored() == before);
        answer.field("/detail").split_once(": ").unwrap().1.to_owned()
    }

    /// The mails that wait, in their order.
    fn mails(&self) -> Vec<(Id, Mail)> {
        let ids = self.keys("outbox").into_iter().map(|key| key[MAILS.len()..].parse().unwrap());
        let read = |id| {
            let key = mail_key(id).unwrap();
            // Whether it is still of use or not.
            let stored = self.store.dump()[key.as_str()].clone();
            let then: Id = id;
            let content = self.setup.keys.open(&key, &stored, then.instant()).unwrap().unwrap();
            (id, desk_app::desk::decode::<Mail>(&content).unwrap())
        };
        ids.map(read).collect()
    }

    fn actions(&self) -> Vec<String> {
        let json = self.console(&get("/console/api/audit?limit=200")).json();
        let records = json["records"].as_array().unwrap().iter();
        records.map(|record| record["action"].as_str().unwrap().to_owned()).collect()
    }

    /// The references in the queue.
    fn listed(&self, query: &str) -> Vec<String> {
        let answer = self.console(&get(&format!("{REQUESTS}?{query}")));
        assert_eq!(answer.status, 200, "{answer:?}");
        references(&answer.json())
    }
}

fn references(json: &Value) -> Vec<String> {
    let requests = json["requests"].as_array().unwrap().iter();
    requests.map(|request| request["reference"].as_str().unwrap().to_owned()).collect()
}

fn members<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[name].as_str().unwrap()).collect()
}

#[test]
fn whoever_has_no_token_learns_nothing() {
    let world = World::requests();
    let filed = world.asserted();
    world.store.reset_calls();
    for target in ["", "/log", "/metrics?year=x", "/nothing"]
        .map(|rest| format!("{REQUESTS}{rest}"))
        .into_iter()
        .chain(
            ["", "/take", "/answer", "/attachments/1", "/package", "/x/y/z"]
                .map(|rest| format!("{}{rest}", filed.url)),
        )
    {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = world.console(&request(method, &target, &[HTML], "{}"));
            assert_eq!((answer.status, answer.slug()), (401, "unauthorised".to_owned()));
        }
    }
    assert!(world.store.calls().is_empty());
}

#[test]
fn what_does_not_exist_is_not_found_and_methods_are_held_to() {
    let world = World::requests();
    let filed = world.asserted();
    let other = Reference::new(Series::Feedback, filed.key.id).to_string();
    let wrong = [
        format!("{REQUESTS}/DR-0000-0000-0001"),
        format!("{REQUESTS}/{other}"),
        format!("{REQUESTS}/x"),
        format!("{}/nothing", filed.url),
        format!("{}/attachments/0", filed.url),
        format!("{}/attachments/1", filed.url),
        format!("{}/attachments/x", filed.url),
        format!("{}/a/b/c", filed.url),
        "/console/api/cases/FB-0000-0000-0000/request/x".to_owned(),
    ];
    for target in &wrong {
        assert_eq!(world.console(&get(target)).status, 404, "{target}");
    }
    for (method, target, allow) in [
        (Method::POST, REQUESTS.to_owned(), "GET, HEAD"),
        (Method::DELETE, filed.url.clone(), "GET, HEAD"),
        (Method::GET, format!("{}/take", filed.url), "POST"),
        (Method::GET, format!("{}/package", filed.url), "POST, DELETE"),
        (Method::GET, format!("{}/complaint", filed.url), "POST"),
        (Method::POST, format!("{}/attachments/1", filed.url), "GET, HEAD"),
        (Method::POST, format!("{REQUESTS}/log"), "GET, HEAD"),
        (Method::POST, format!("{REQUESTS}/metrics"), "GET, HEAD"),
        (Method::GET, "/console/api/cases/x/request".to_owned(), "POST"),
    ] {
        let answer = world.console(&operator(method, &target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{target}");
    }
}

#[test]
fn the_person_is_sent_what_was_decided_once_the_operator_has_an_answer() {
    let world = World::sending();
    let filed = world.asserted();
    world.done(&act(&filed, "take", json!({})));
    assert!(world.store.sent().is_empty());
    world.done(&act(&filed, "messages", text("We are at it.")));
    let sent = world.store.sent();
    assert_eq!(sent.len(), 1);
    assert!(String::from_utf8_lossy(&sent[0].body).contains("We are at it."));
    assert!(world.keys("outbox").is_empty());
    // What was refused was not told.
    let refused = world.console(&act(&filed, "extension", json!({"reason": " "})));
    assert_eq!(refused.status, 422);
    assert!(world.store.sent().is_empty());
    // Nobody is told twice.
    let answer = act_once(&filed, "answer", text("Here it is."));
    world.done(&answer);
    world.done(&answer);
    assert_eq!(world.store.sent().len(), 1);
}

/// Holds a call to what becomes of its mail, in which `said` stands. `ask` makes the call, once what it is about is there.
fn is_sent_once_the_answer_is_out(ask: impl Fn(&World) -> Request, said: &str) {
    let world = World::sending();
    world.done(&ask(&world));
    let sent = world.store.sent();
    assert_eq!((sent.len(), world.waiting()), (1, 0), "{said}");
    assert!(String::from_utf8_lossy(&sent[0].body).contains(said), "{sent:?}");

    // What the provider does not take waits for the sweep.
    let world = World::sending();
    let ask_now = ask(&world);
    world.store.others_answer(Some(503));
    world.done(&ask_now);
    let left = (world.store.sent().len(), world.waiting(), world.keys("try").len());
    assert_eq!(left, (1, 1, 1), "{said}");
    world.store.others_answer(Some(200));
    world.later(61);
    world.sweep();
    let left = (world.store.sent().len(), world.waiting(), world.keys("try").len());
    assert_eq!(left, (1, 0, 0), "{said}");

    // A call that fails tells nobody: what it left in the outbox is the sweep's.
    let mut left_some = false;
    for call in 1.. {
        let world = World::sending();
        let ask = ask(&world);
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let status = world.console(&ask).status;
        world.store.fail_from(None);
        if status < 500 {
            break;
        }
        assert!(world.store.sent().is_empty(), "{said} {call}");
        let left = world.waiting();
        left_some |= left > 0;
        world.later(61);
        world.sweep();
        assert_eq!((world.store.sent().len(), world.waiting()), (left, 0), "{said} {call}");
    }
    assert!(left_some, "{said}");
}

#[test]
fn whose_complaint_is_turned_is_written_to_once_the_operator_has_an_answer() {
    let turn = |world: &World| {
        let case = complaint(world, Some(EMAIL), "complaint");
        post(&format!("{case}/request"), &json!({"kind": "access"}), &[])
    };
    is_sent_once_the_answer_is_out(turn, "/requests/confirm/");
    let complain = |world: &World| {
        let filed = world.asserted();
        post(&format!("{}/complaint", filed.url), &json!({}), &[])
    };
    is_sent_once_the_answer_is_out(complain, "/feedback/status/");
    // Nobody is told twice.
    let world = World::sending();
    let ask = complain(&world);
    world.done(&ask);
    world.done(&ask);
    assert_eq!(world.store.sent().len(), 1);
}

#[test]
fn who_is_erased_is_written_to_once_the_operator_has_an_answer() {
    let erase = |world: &World| {
        let filed = world.open(&RequestOpening { kind: RequestKind::Erasure, ..world.opening() });
        let target = format!("{}/erasure", filed.url);
        let seen = world.done(&get(&target));
        let body = json!({"executor": "J. Roe, privacy officer"});
        post(&target, &body, &[("if-match", seen.header("etag"))])
    };
    is_sent_once_the_answer_is_out(erase, "/requests/status/");
    // Nobody is told twice, and nothing of the mail stays behind.
    let world = World::sending();
    let ask = erase(&world);
    world.done(&ask);
    world.done(&ask);
    assert_eq!((world.store.sent().len(), world.keys("request").len(), world.waiting()), (1, 0, 0));
}

#[test]
fn a_request_is_worked_on_from_its_first_day_to_its_answer() {
    let world = World::requests();
    let filed = world.unproven();
    assert_eq!(world.listed(""), std::slice::from_ref(&filed.reference));
    let identity = world.show(&filed)["identity"].clone();
    assert_eq!((&identity["proof"], &identity["tries_left"]), (&Value::Null, &json!(5)));
    world.later(3 * 86_400);
    let proven = world.done(&act(&filed, "identity", json!({"reason": "Spoke to her in person."})));
    assert_eq!((proven.status, proven.field("/state")), (200, "received".to_owned()));
    assert_eq!(proven.field("/identity/proof"), "operator");
    assert_eq!(world.done(&act(&filed, "take", json!({}))).field("/state"), "in_progress");
    assert_eq!(world.mails().len(), 0);
    let wrote = world.done(&act(&filed, "messages", text("We are at it.")));
    assert_eq!(wrote.status, 201);
    let asked = world.done(&act(&filed, "clarification", text("From which year on?")));
    assert_eq!(asked.field("/state"), "awaiting_clarification");
    world.later(86_400);
    world.happens(&filed, RequestChange::PersonWrote(Text::new("All of it.").unwrap()));
    let due = world.show(&filed)["due"].clone();
    // Received on Sunday 22 November; the three days in which identity was to be proven do not count.
    assert_eq!(due["date"], "2026-12-25");
    let extended = world.done(&act(&filed, "extension", json!({"reason": "There is much of it."})));
    assert_eq!(extended.field("/state"), "extended");
    assert_eq!(extended.field("/due/date"), "2027-02-25");
    assert_eq!(extended.json()["extended"], true);
    let mail = extended.field("/extension/mail");
    assert!(world.mails().iter().any(|(id, _)| id.to_string() == mail));
    world.later(40 * 86_400);
    let body = json!({"text": "Here it is; the rest is not ours.", "partly": true});
    let answered = world.done(&act(&filed, "answer", body));
    assert_eq!((answered.status, answered.field("/state")), (201, "answered".to_owned()));
    let shown = world.show(&filed);
    assert_eq!(shown, answered.json());
    assert_eq!(
        members(&shown["states"], "state"),
        [
            "awaiting_identity",
            "received",
            "in_progress",
            "awaiting_clarification",
            "in_progress",
            "extended",
            "answered"
        ]
    );
    assert_eq!(
        members(&shown["thread"], "what"),
        ["request", "message", "clarification", "message", "extension", "answer"]
    );
    assert_eq!(shown["thread"][5]["partly"], true);
    assert_eq!(members(&shown["pauses"], "cause"), ["identity", "clarification"]);
    assert_eq!(members(&shown["clocks"], "act"), ["answer"]);
    assert!(!members(&shown["clocks"][0]["steps"], "text").is_empty());
    assert_eq!((&shown["due"]["overdue"], &shown["leads"]), (&json!(false), &json!(false)));
    // The person was told of each, under their own link alone.
    let mails: Vec<Mail> = world.mails().into_iter().map(|(_, mail)| mail).collect();
    let said = ["We are at it.", "From which year on?", "There is much of it.", "Here it is"];
    assert_eq!(mails.len(), said.len());
    let path = desk_app::paths::request_path(&world.setup, &filed.key);
    for (mail, said) in mails.iter().zip(said) {
        assert!(mail.text.contains(said) && mail.text.contains(&format!("{BASE}{path}")));
        assert_eq!((mail.to.as_str(), mail.lang), (EMAIL, Lang::En));
    }
    assert!(mails[2].text.contains("25\u{a0}December 2026"), "{}", mails[2].text);
    assert!(mails[2].text.contains("25\u{a0}February 2027"));
    // The secret of the person is no operator's.
    assert!(!shown.to_string().contains("/requests/status/"));
    assert_eq!(world.listed(""), [""; 0]);
    assert_eq!(world.listed("state=answered"), std::slice::from_ref(&filed.reference));
    let mut actions = world.actions();
    assert!(actions.contains(&"request-read".to_owned()));
    actions.retain(|action| action != "request-read");
    let expected = [
        "request-answered",
        "request-extended",
        "clarification-asked",
        "request-messaged",
        "request-taken",
        "identity-seen",
    ];
    assert_eq!(actions, expected);
    let json = world.console(&get("/console/api/audit?limit=200")).json();
    let record =
        json["records"].as_array().unwrap().iter().find(|r| r["action"] == "identity-seen");
    let record = record.unwrap();
    assert_eq!(record["reason"], "Spoke to her in person.");
    assert_eq!(
        (&record["reference"], &record["request"]),
        (&json!(filed.reference), &json!(filed.key.id.to_string()))
    );
    assert!(!json.to_string().contains("Anna"));
    // By its reference too, as people say it.
    let said = filed.reference.to_lowercase().replace('-', "%20");
    assert_eq!(world.console(&get(&format!("{REQUESTS}/{said}"))).json(), shown);
}

#[test]
fn every_refusal_says_why_and_changes_nothing() {
    let world = World::requests();
    let open = world.asserted();
    let unproven = world.unproven();
    for name in ["messages", "clarification", "answer"] {
        assert_eq!(
            world.refused(&act(&unproven, name, text("x"))),
            "it is not proven yet who asks."
        );
    }
    let reason = json!({"reason": "r"});
    assert_eq!(world.refused(&act(&unproven, "take", json!({}))), "it is not proven yet who asks.");
    assert_eq!(
        world.refused(&act(&unproven, "extension", reason.clone())),
        "it is not proven yet who asks."
    );
    assert_eq!(
        world.refused(&act(&open, "identity", reason.clone())),
        "it is proven already who asks."
    );
    world.done(&act(&open, "take", json!({})));
    assert_eq!(world.refused(&act(&open, "take", json!({}))), "it is in this state already.");
    world.done(&act(&open, "extension", reason.clone()));
    assert_eq!(
        world.refused(&act(&open, "extension", reason.clone())),
        "its term was extended already, which may be done once."
    );
    // A law that knows no extension, and a term that is over.
    let brazilian = world.open(&RequestOpening { regime: Regime::BrLgpd, ..world.opening() });
    assert_eq!(
        world.refused(&act(&brazilian, "extension", reason.clone())),
        "the law knows no extension of this term."
    );
    let late = world.asserted();
    // Received on 22 November at 10:00 UTC and due on the 22nd of December, to its last second.
    world.now.set("2026-12-22T23:59:59.999Z".parse().unwrap());
    let last = world.asserted();
    world.now.set("2026-12-23T00:00:00Z".parse().unwrap());
    assert_eq!(
        world.refused(&act(&late, "extension", reason.clone())),
        "its term is over, and the person had to be told before it was."
    );
    world.now.set("2026-12-22T23:59:59.999Z".parse().unwrap());
    world.console(&act(&late, "extension", reason.clone()));
    assert_eq!(world.show(&late)["state"], "extended");
    // One whose identity nobody proved in time; and whoever cannot be identified may be refused before that.
    let refusal = json!({"ground": "not-identified", "text": "We could not tell."});
    assert_eq!(world.refused(&act(&unproven, "refusal", refusal.clone())), "it has ended.");
    let doubtful = world.unproven();
    let refused = world.done(&act(&doubtful, "refusal", refusal.clone()));
    assert_eq!(refused.field("/thread/1/ground"), "not-identified");
    for (name, body) in [
        ("take", json!({})),
        ("messages", text("x")),
        ("clarification", text("x")),
        ("answer", text("x")),
        ("extension", reason.clone()),
        ("identity", reason.clone()),
        ("refusal", refusal),
    ] {
        assert_eq!(world.refused(&act(&doubtful, name, body)), "it has ended.", "{name}");
    }
    // A thread with no more room; the end stays reachable.
    for number in 0..200 {
        world.later(1);
        world.happens(&last, RequestChange::PersonWrote(Text::new(&number.to_string()).unwrap()));
    }
    assert_eq!(world.refused(&act(&last, "messages", text("x"))), "its thread is full.");
    world.done(&act(&last, "answer", text("It is done.")));
}

#[test]
fn fields_are_held_to() {
    let world = World::requests();
    let filed = world.asserted();
    let long = "a".repeat(501);
    for (name, body, pointer, code) in [
        ("messages", json!({}), "/text", "missing"),
        ("messages", text(""), "/text", "missing"),
        ("messages", text(&"a".repeat(10_001)), "/text", "too-long"),
        ("clarification", json!({"text": 1}), "/text", "not-text"),
        ("extension", text("x"), "/reason", "missing"),
        ("answer", json!({"text": "x", "partly": 1}), "/partly", "not-true-or-false"),
        ("answer", json!({"text": "x", "partly": "x"}), "/partly", "not-true-or-false"),
        ("answer", json!({"text": "x", "more": 1}), "/more", "unknown-field"),
        ("refusal", text("x"), "/ground", "missing"),
        ("refusal", json!({"ground": "x", "text": "x"}), "/ground", "unknown-ground"),
        ("refusal", json!({"ground": "excessive"}), "/text", "missing"),
        ("identity", json!({"reason": long}), "/reason", "too-long"),
    ] {
        let answer = world.console(&act(&filed, name, body));
        assert!(answer.errors().contains(&(pointer.to_owned(), code.to_owned())), "{answer:?}");
        assert_eq!(answer.status, 422);
    }
    assert_eq!(world.keys("request-event"), [""; 0]);
    for (partly, state) in [(json!(false), false), (json!(null), false), (json!("true"), true)] {
        let filed = world.asserted();
        let answer = world.done(&act(&filed, "answer", json!({"text": "x", "partly": partly})));
        assert_eq!(answer.json()["thread"][1]["partly"], state);
    }
    let filed = world.asserted();
    let form = [("if-match", "*"), ("content-type", "application/x-www-form-urlencoded")];
    let bearer = format!("Bearer {OPERATOR}");
    let headers = [&form[..], &[("authorization", &*bearer)]].concat();
    let target = format!("{}/answer", filed.url);
    let answer = world.console(&request(Method::POST, &target, &headers, "text=x&partly=true"));
    assert_eq!((answer.status, &world.show(&filed)["thread"][1]["partly"]), (201, &json!(true)));
}

#[test]
fn an_act_that_takes_no_fields_is_not_done_for_a_body_that_has_some() {
    let world = World::requests();
    let filed = world.asserted();
    for name in ["take", "package", "complaint"] {
        let more = world.console(&act(&filed, name, json!({"text": "Not yet."})));
        assert_eq!((more.status, more.errors()[0].1.as_str()), (422, "unknown-field"), "{name}");
        let target = format!("{}/{name}", filed.url);
        for (body, problem) in [(Body::Cut, 400), (Body::TooLarge, 413)] {
            let mut cut = operator(Method::POST, &target, &[("if-match", "*")], "");
            cut.body = body;
            assert_eq!(world.console(&cut).status, problem, "{name}");
        }
    }
    let areas = ["request-event", "package", "case", "outbox"].map(|area| world.keys(area).len());
    assert_eq!(areas, [0; 4]);
}

#[test]
fn decisions_are_held_to_what_they_were_made_on() {
    let world = World::requests();
    let filed = world.unproven();
    let old = world.console(&get(&filed.url)).header("etag").to_owned();
    let reason = json!({"reason": "r"});
    let acts = [
        ("identity", reason.clone()),
        ("take", json!({})),
        ("clarification", text("x")),
        ("extension", reason),
        ("answer", text("x")),
        ("refusal", json!({"ground": "excessive", "text": "x"})),
    ];
    world.later(1);
    world.happens(&filed, RequestChange::Identified(Proof::Link));
    let events = world.keys("request-event");
    for (name, body) in &acts {
        let target = format!("{}/{name}", filed.url);
        let without = world.console(&post(&target, body, &[]));
        assert_eq!((without.status, without.slug()), (428, "precondition-required".to_owned()));
        let outdated = world.console(&post(&target, body, &[("if-match", &old)]));
        assert_eq!((outdated.status, outdated.slug()), (412, "precondition-failed".to_owned()));
    }
    let target = format!("{}/messages", filed.url);
    assert_eq!(world.console(&post(&target, &text("x"), &[("if-match", &old)])).status, 412);
    assert_eq!((world.keys("request-event"), world.mails().len()), (events, 0));
    world.later(1);
    assert_eq!(world.console(&post(&target, &text("x"), &[])).status, 201);
    // What is read is never "unchanged": how much time is left changes by itself.
    let tag = world.console(&get(&filed.url)).header("etag").to_owned();
    let again = operator(Method::GET, &filed.url, &[("if-none-match", &tag)], "");
    assert_eq!(world.console(&again).status, 200);
    world.later(1);
    let target = format!("{}/answer", filed.url);
    assert_eq!(world.console(&post(&target, &text("x"), &[("if-match", &tag)])).status, 201);
    // One that expires by itself is not as it was read either.
    let other = world.unproven();
    let tag = world.console(&get(&other.url)).header("etag").to_owned();
    world.later(8 * 86_400);
    let target = format!("{}/identity", other.url);
    let late = world.console(&post(&target, &json!({"reason": "r"}), &[("if-match", &tag)]));
    assert_eq!(late.status, 412);
}

#[test]
fn an_act_is_done_once() {
    for (name, body) in [
        ("messages", text("x")),
        ("clarification", text("x")),
        ("extension", json!({"reason": "x"})),
        ("answer", text("x")),
        ("refusal", json!({"ground": "legal-duty", "text": "x"})),
    ] {
        let world = World::requests();
        let filed = world.asserted();
        let tag = world.console(&get(&filed.url)).header("etag").to_owned();
        let headers = [("if-match", &*tag), ("idempotency-key", "act-00001")];
        let target = format!("{}/{name}", filed.url);
        for _ in 0..3 {
            world.later(70);
            assert_eq!(world.console(&post(&target, &body, &headers)).status, 201, "{name}");
        }
        let counts = (world.keys("request-event").len(), world.mails().len());
        assert_eq!(counts, (1, 1), "{name}");
        let mut other = body.clone();
        for (_, value) in other.as_object_mut().unwrap() {
            if *value == "x" {
                *value = json!("y");
            }
        }
        let answer = world.console(&post(&target, &other, &headers));
        assert_eq!((answer.status, answer.slug()), (422, "already-sent".to_owned()), "{name}");
        let target = format!("{}/take", filed.url);
        assert_eq!(world.console(&post(&target, &json!({}), &headers)).status, 422, "{name}");
    }
}

#[test]
fn a_store_that_fails_at_any_call_loses_nothing_and_extends_nothing_unsaid() {
    for (name, body) in [
        ("take", json!({})),
        ("messages", text("x")),
        ("clarification", text("x")),
        ("extension", json!({"reason": "x"})),
        ("answer", text("x")),
        ("refusal", json!({"ground": "legal-duty", "text": "x"})),
    ] {
        let tells = usize::from(name != "take");
        let ends = usize::from(matches!(name, "answer" | "refusal"));
        for call in 1.. {
            let world = World::requests();
            let filed = world.asserted();
            world.later(1);
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&act_once(&filed, name, body.clone()));
            world.store.fail_from(None);
            let events = world.keys("request-event").len();
            // Whatever was stored, the person's mail was stored before it.
            assert!(world.mails().len() >= events * tells, "{name} {call}");
            let audited = world.keys("audit").len();
            assert!(audited >= events && audited >= world.mails().len(), "{name} {call}");
            if let Some(extension) = &world.kept(&filed).extension {
                assert!(world.mails().iter().any(|(id, _)| *id == extension.notice));
            }
            if answer.status < 500 {
                assert!(call > 6, "{name} {call}");
                break;
            }
            assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{name} {call}");
            assert!(!answer.text().contains(DETAILS));
            world.later(1);
            let again = world.console(&act_once(&filed, name, body.clone()));
            assert!(matches!(again.status, 200 | 201), "{name} {call} {again:?}");
            let counts = [
                world.keys("request-event").len(),
                world.mails().len(),
                world.keys("request-log").len(),
            ];
            assert_eq!(counts, [1, tells, ends], "{name} {call}");
        }
    }
}

#[test]
fn reading_fails_whole_or_not_at_all() {
    for target in ["", "?all=true", "/log", "/log?format=csv", "/metrics", "/ID"] {
        for call in 1.. {
            let world = World::requests();
            let filed = world.asserted();
            world.asserted();
            let target = format!("{REQUESTS}{target}").replace("ID", &filed.key.id.to_string());
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&get(&target));
            world.store.fail_from(None);
            if answer.status == 200 {
                assert!(call > 2);
                break;
            }
            assert_eq!(answer.status, 503, "{target} {call}");
        }
    }
}

#[test]
fn an_access_that_cannot_be_recorded_does_not_happen() {
    let world = World::requests();
    let filed = world.asserted();
    for request in
        [get(&filed.url), act(&filed, "take", json!({})), act(&filed, "answer", text("x"))]
    {
        let before = world.store.dump();
        world.store.reset_calls();
        let trial = World::requests();
        for (key, value) in &before {
            trial.store.put(key, value.clone());
        }
        trial.console(&request);
        let calls = trial.store.calls();
        let record = calls.iter().position(|call| call == "set audit").unwrap();
        assert!(!calls[..record].iter().any(|call| call.starts_with("set ")), "{calls:?}");
        world.store.fail_from(Some(record + 1));
        let answer = world.console(&request);
        world.store.fail_from(None);
        assert_eq!((answer.status, world.store.dump()), (503, before));
        assert!(!answer.text().contains(DETAILS));
    }
}

#[test]
fn two_operators_who_decide_at_once_do_not_both_prevail_unseen() {
    let refusal = json!({"ground": "legal-duty", "text": "No."});
    let mut schedules = Vec::new();
    for shift in 0..32 {
        for pattern in [0_u32, u32::MAX, 0x5555_5555, 0x3333_3333, 0x00ff_00ff, 0x0f0f_0f0f] {
            schedules.push(pattern.rotate_left(shift));
            schedules.push(pattern << shift);
        }
    }
    for schedule in schedules {
        let world = World::requests();
        let filed = world.asserted();
        world.later(1);
        let (a, b) = (world.desk(), world.desk());
        let (answer, refuse) =
            (act(&filed, "answer", text("Yes.")), act(&filed, "refusal", refusal.clone()));
        let (a, b) = race(console::serve(&a, &answer), console::serve(&b, &refuse), schedule);
        let (a, b) = (Answer::from(a), Answer::from(b));
        let shown = world.show(&filed);
        // Whoever prevails was told so, and so was the person.
        let (winner, said) = if shown["state"] == "answered" { (&a, "Yes.") } else { (&b, "No.") };
        assert_eq!(winner.status, 201, "{schedule:x} {shown}");
        let mails = world.mails();
        assert!(mails.iter().any(|(_, mail)| mail.text.contains(said)));
        for (answer, said) in [(&a, "Yes."), (&b, "No.")] {
            assert!(matches!(answer.status, 201 | 409 | 412), "{answer:?}");
            let told = mails.iter().any(|(_, mail)| mail.text.contains(said));
            assert_eq!(told, answer.status == 201, "{schedule:x}");
        }
        assert_eq!(world.keys("request-log").len(), 1);
        let logged = world.console(&get(&format!("{REQUESTS}/log"))).json();
        let outcome = if shown["state"] == "answered" { "complied" } else { "denied" };
        assert_eq!(logged["requests"][0]["outcome"], outcome, "{schedule:x}");
    }
}

/// Whoever lost, and sends the same again, is not told that it was done; nor is the person.
#[test]
fn a_decision_that_lost_stays_lost_at_a_retry() {
    let mut lost = 0;
    for schedule in (0..64).map(|shift| 0x3333_3333_u32.rotate_left(shift) ^ (shift << 7)) {
        let world = World::requests();
        let filed = world.asserted();
        world.later(1);
        let (a, b) = (world.desk(), world.desk());
        let once = |name: &str, key: &str, body: Value| {
            let headers = [("if-match", "*"), ("idempotency-key", key)];
            post(&format!("{}/{name}", filed.url), &body, &headers)
        };
        let answer = once("answer", "act-00001", text("Yes."));
        let refuse = once("refusal", "act-00002", json!({"ground": "legal-duty", "text": "No."}));
        race(console::serve(&a, &answer), console::serve(&b, &refuse), schedule);
        let answered = world.show(&filed)["state"] == "answered";
        let again = [world.console(&answer).status, world.console(&refuse).status];
        let (won, other) = if answered { (again[0], again[1]) } else { (again[1], again[0]) };
        assert_eq!(won, 201, "{schedule:x}");
        // It came too late to be stored at all, or it was stored and does not count.
        assert!(matches!(other, 409 | 412), "{schedule:x} {other}");
        lost += usize::from(other == 412);
        assert_eq!(world.mails().len(), 1);
    }
    assert!(lost > 0);
}

#[test]
fn two_extensions_at_once_are_one() {
    for schedule in (0..64).map(|shift| 0x3333_3333_u32.rotate_left(shift) ^ (shift << 7)) {
        let world = World::requests();
        let filed = world.asserted();
        world.later(1);
        let (a, b) = (world.desk(), world.desk());
        let (one, two) = (
            act(&filed, "extension", json!({"reason": "First."})),
            act(&filed, "extension", json!({"reason": "Second."})),
        );
        race(console::serve(&a, &one), console::serve(&b, &two), schedule);
        let extension = world.kept(&filed).extension.unwrap();
        let mails = world.mails();
        let notice = mails.iter().find(|(id, _)| *id == extension.notice).unwrap();
        assert!(notice.1.text.contains(extension.reason.as_str()));
    }
}

#[test]
fn events_that_a_head_missed_are_found() {
    let world = World::requests();
    let filed = world.asserted();
    world.done(&act(&filed, "messages", text("One.")));
    world.happens(&filed, RequestChange::Withdrawn);
    for key in world.keys("request-head") {
        world.store.take(&key);
    }
    // An operator decides on what happened, and never on what the head says.
    assert_eq!(world.refused(&act(&filed, "answer", text("x"))), "it has ended.");
    world.store.reset_calls();
    assert_eq!(world.show(&filed)["state"], "withdrawn");
    assert_eq!(world.keys("request-head").len(), 1);
    assert_eq!(world.listed(""), [""; 0]);
}

#[test]
fn the_queue_is_in_the_order_of_dates_and_names_nobody() {
    let world = World::requests();
    let by = |regime, kind| {
        let filed = world.open(&RequestOpening { regime, kind, ..world.opening() });
        world.later(1);
        filed.reference
    };
    let british = by(Regime::UkGdpr, RequestKind::Access);
    let russian = by(Regime::Ru152Fz, RequestKind::Erasure);
    let californian = by(Regime::UsCa, RequestKind::Access);
    let brazilian = by(Regime::BrLgpd, RequestKind::Objection);
    let other = by(Regime::BrLgpd, RequestKind::Access);
    let order = [&russian, &brazilian, &other, &british, &californian];
    assert_eq!(world.listed("").iter().collect::<Vec<_>>(), order);
    assert_eq!(world.listed("kind=access"), [other.clone(), british.clone(), californian.clone()]);
    assert_eq!(world.listed("kind=access&state=in_progress"), [""; 0]);
    for limit in 1..=6 {
        let (mut found, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let page = world.console(&get(&format!("{REQUESTS}?limit={limit}{from}"))).json();
            assert_eq!(page["complete"], true);
            found.extend(references(&page));
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found.iter().collect::<Vec<_>>(), order, "{limit}");
    }
    let answer = world.console(&get(REQUESTS));
    for word in ["Anna", EMAIL, "mails of mine"] {
        assert!(!answer.text().contains(word));
    }
    let first = &answer.json()["requests"][0];
    // Seven working days from Monday 23 November on: Friday 27, Monday 30, …
    assert_eq!(first["due"]["date"], "2026-12-01");
    assert_eq!(first["due"]["at"], "2026-12-01T23:59:59Z");
    assert_eq!(
        (&first["due"]["days_left"], &first["due"]["working_days_left"]),
        (&json!(9), &json!(7))
    );
    assert_eq!((&first["door"], &first["behalf"]), (&json!("api"), &json!("self")));
    assert_eq!(first["leads"], true);
    assert_eq!(world.keys("audit"), [""; 0]);
    for (query, code) in [
        ("kind=x", "unknown-right"),
        ("kind=complaint", "unknown-right"),
        ("state=closed", "unknown-state"),
        ("all=1", "not-true-or-false"),
        ("cursor=x", "cursor"),
        ("cursor=1-x", "cursor"),
        ("limit=0", "not-a-number"),
        ("limit=201", "not-a-number"),
        ("state=received&state=received", "given-twice"),
    ] {
        let answer = world.console(&get(&format!("{REQUESTS}?{query}")));
        assert_eq!((answer.status, &*answer.errors()[0].1), (422, code), "{query}");
    }
    world.later(12 * 86_400);
    let late = world.console(&get(REQUESTS)).json();
    assert_eq!(late["requests"][0]["due"]["overdue"], true);
    assert_eq!(late["requests"][0]["due"]["days_left"], -3);
}

#[test]
fn requests_that_ended_leave_the_queue_and_are_not_opened_again() {
    let world = World::requests();
    let (answered, withdrawn, expired, open) =
        (world.asserted(), world.asserted(), world.unproven(), world.asserted());
    world.done(&act(&answered, "answer", text("x")));
    world.happens(&withdrawn, RequestChange::Withdrawn);
    assert_eq!(world.listed("").len(), 2);
    // What ended by itself a moment ago may yet be contradicted by what is on its way.
    assert_eq!(world.keys("request-log").len(), 1);
    world.later(8 * 86_400);
    assert_eq!(world.listed(""), std::slice::from_ref(&open.reference));
    assert_eq!(world.keys("request-log").len(), 3);
    world.store.reset_calls();
    assert_eq!(world.listed(""), [open.reference]);
    assert_eq!(world.store.calls().len(), 3, "{:?}", world.store.calls());
    assert_eq!(world.listed("all=true").len(), 4);
    assert_eq!(world.listed("state=withdrawn"), [withdrawn.reference]);
    assert_eq!(world.listed("state=expired"), [expired.reference]);
    assert_eq!(world.listed("state=expired&all=false"), [""; 0]);
}

#[test]
fn a_queue_that_is_too_long_says_so() {
    let world = World::requests();
    let first = world.asserted();
    for number in 0..console::MAX_OPENED_REQUESTS {
        world.later(1);
        let email = format!("a{number}@oncall.example").parse().unwrap();
        world.open(&RequestOpening { email, ..world.opening() });
    }
    let page = world.console(&get(&format!("{REQUESTS}?limit=1"))).json();
    assert_eq!(
        (&page["complete"], references(&page)),
        (&json!(false), vec![first.reference.clone()])
    );
    // Of all of them it has the latest.
    let page = world.console(&get(&format!("{REQUESTS}?limit=1&all=true"))).json();
    assert_eq!(page["complete"], false);
    assert_ne!(references(&page), [first.reference]);
}

#[test]
fn duplicates_are_linked_and_an_unproven_one_never_leads_a_proven_one() {
    let world = World::requests();
    let first = world.unproven();
    world.later(1);
    let second = world.unproven();
    world.later(1);
    let third = world.asserted();
    let other_kind = world.open(&RequestOpening { kind: RequestKind::Erasure, ..world.opening() });
    let email = "anna@other.example".parse().unwrap();
    let other_person = world.open(&RequestOpening { email, ..world.opening() });
    let linked = |filed: &Filed| {
        let listed = world.console(&get(REQUESTS)).json();
        let row = listed["requests"].as_array().unwrap().iter();
        let row = row.clone().find(|row| row["reference"] == filed.reference).unwrap().clone();
        let shown = world.show(filed);
        let sorted = |value: &Value| {
            let mut all: Vec<String> = serde_json::from_value(value.clone()).unwrap();
            all.sort();
            all
        };
        assert_eq!(sorted(&row["duplicates"]), sorted(&shown["duplicates"]));
        assert_eq!(row["leads"], shown["leads"]);
        (sorted(&row["duplicates"]), row["leads"] == true)
    };
    let both = |a: &Filed, b: &Filed| {
        let mut both = vec![a.reference.clone(), b.reference.clone()];
        both.sort();
        both
    };
    assert_eq!(linked(&first), (both(&second, &third), false));
    assert_eq!(linked(&second), (both(&first, &third), false));
    assert_eq!(linked(&third), (both(&first, &second), true));
    assert_eq!(linked(&other_kind), (vec![], true));
    assert_eq!(linked(&other_person), (vec![], true));
    // Whoever proves it later does not take the lead from whoever leads.
    world.later(1);
    world.happens(&first, RequestChange::Identified(Proof::Code));
    assert!(!linked(&first).1 && linked(&third).1);
    world.done(&act(&third, "answer", text("x")));
    assert_eq!(linked(&first), (vec![second.reference.clone()], true));
    assert_eq!(linked(&second), (vec![first.reference.clone()], false));
    world.done(&act(&first, "answer", text("x")));
    assert_eq!(linked(&second), (vec![], true));
    // What was stored before a rotation of the root is the same person's.
    let rotated = World::with(|name| match name {
        "root_secret" => Some("BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"),
        "previous_root_secrets" => Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        _ => None,
    });
    for (key, value) in world.store.dump() {
        rotated.store.put(&key, value);
    }
    rotated.now.set(world.now.get());
    let newer = rotated.asserted();
    assert_eq!(rotated.show(&newer)["duplicates"], json!([second.reference]));
    assert_eq!(rotated.show(&second)["duplicates"], json!([newer.reference]));
}

#[test]
fn files_are_read_and_recorded() {
    let world = World::requests();
    let file = Attachment::new(b"a power of attorney").unwrap();
    let opening = RequestOpening {
        files: vec![cases::describe(&file)],
        behalf: Behalf::Represented,
        ..world.opening()
    };
    let filed = world.open(&opening);
    block_on(cases::write_files(&world.desk(), &filed.key, opening.expires, &[file])).unwrap();
    let shown = world.show(&filed);
    assert_eq!((&shown["attachments"], &shown["behalf"]), (&json!(1), &json!("representative")));
    let url = shown["files"][0]["url"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    world.later(1);
    let answer = world.console(&get(&url));
    assert_eq!((answer.status, answer.text()), (200, "a power of attorney"));
    let name = format!("attachment; filename=\"{}-1.txt\"", filed.reference);
    assert_eq!(answer.header("content-disposition"), name);
    assert_eq!(world.actions()[0], "file-read");
    let other = url.replace("attachments/1", "attachments/2");
    assert_eq!(world.console(&get(&other)).status, 404);
}

fn complaint(world: &World, email: Option<&str>, kind: &str) -> String {
    let body = json!({"kind": kind, "message": "Delete all that you have on me!", "email": email, "name": "Anna", "language": "ru"});
    let answer = world.feedback(&send("/feedback", &body, &[]));
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("/console/api/cases/{}", answer.field("/reference"))
}

#[test]
fn a_complaint_becomes_a_request_without_retyping() {
    let world = World::requests();
    let case = complaint(&world, Some(EMAIL), "complaint");
    let received = world.now.get();
    world.later(10 * 86_400);
    let target = format!("{case}/request");
    let wanted = json!({"kind": "erasure", "regime": "ru-152fz"});
    let turned = world.done(&post(&target, &wanted, &[("idempotency-key", "turn-0001")]));
    assert_eq!(turned.status, 201);
    assert_eq!(turned.field("/state"), "awaiting_identity");
    assert_eq!(
        (turned.field("/door"), turned.field("/language")),
        ("feedback".into(), "ru".into())
    );
    assert_eq!(turned.field("/thread/0/text"), "Delete all that you have on me!");
    // The law counts from when the complaint came, though identity is only asked for now.
    assert_eq!(turned.field("/received_at").parse(), Ok(received.to_second()));
    assert_eq!(turned.field("/opened_at").parse(), Ok(world.now.get().to_second()));
    assert_eq!(turned.field("/due/date"), "2026-12-01");
    let reference = turned.field("/reference");
    assert!(turned.header("location").ends_with(&turned.field("/id")));
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].1;
    assert!(mail.text.contains("24 часа") && mail.text.contains("/requests/confirm/"));
    assert!(mail.subject.as_str().contains(&reference));
    let link = mail.text.split_whitespace().find(|word| word.starts_with(BASE)).unwrap();
    assert!(!link.contains("status"));
    let thread = world.console(&get(&case)).json()["thread"].clone();
    assert!(thread[1]["text"].as_str().unwrap().contains(&reference));
    assert_eq!(turned.field("/case"), world.console(&get(&case)).field("/url"));
    // The code of the mail is the one that was stored.
    let key = RequestKey::from_opening(&world.keys("request")[0]).unwrap();
    let kept = block_on(cases::load(&world.desk(), &key)).unwrap().unwrap();
    let code = mail.text.lines().find_map(|line| line.parse::<Code>().ok()).unwrap();
    let attempt = kept.unproven(world.now.get()).unwrap().try_code(&world.setup.keys, &code);
    assert!(matches!(attempt, desk_core::request::Attempt::Right(_)));
    // However often, with whatever key, it is that one.
    for headers in
        [&[("idempotency-key", "turn-0001")][..], &[], &[("idempotency-key", "turn-0002")]]
    {
        let again = world.done(&post(&target, &json!({"kind": "erasure"}), headers));
        assert_eq!((again.status, again.field("/reference")), (200, reference.clone()));
    }
    assert_eq!((world.keys("request").len(), world.mails().len()), (1, 1));
    assert_eq!(world.console(&get(&case)).json()["thread"].as_array().unwrap().len(), 2);
    // The same key for something else is refused; another right is another request.
    let access = json!({"kind": "access"});
    let other = world.console(&post(&target, &access, &[("idempotency-key", "turn-0001")]));
    assert_eq!((other.status, other.slug()), (422, "already-sent".to_owned()));
    let other = world.done(&post(&target, &access, &[]));
    assert_eq!((other.status, other.field("/regime")), (201, "eu-gdpr".to_owned()));
    assert_eq!(world.keys("request").len(), 2);
    let actions = world.actions();
    assert_eq!(actions.iter().filter(|action| *action == "request-opened").count(), 2);
}

/// One that nobody proved is gone after a week, and its line in the log with its id stays.
#[test]
fn a_complaint_becomes_another_request_once_the_first_is_gone() {
    let world = World::requests();
    let case = complaint(&world, Some(EMAIL), "complaint");
    let turn = || post(&format!("{case}/request"), &json!({"kind": "erasure"}), &[]);
    let first = world.done(&turn()).field("/reference");
    assert_eq!(world.done(&turn()).field("/reference"), first);
    world.later(8 * 86_400);
    world.console(&get(REQUESTS));
    assert_eq!(world.keys("request-log").len(), 1);
    for key in world.keys("request") {
        world.store.take(&key);
    }
    let second = world.done(&turn());
    assert_eq!((second.status, second.field("/state")), (201, "awaiting_identity".to_owned()));
    assert_ne!(second.field("/reference"), first);
    let queue = world.console(&get(REQUESTS)).json();
    assert_eq!(queue["requests"][0]["reference"], second.field("/reference"));
}

#[test]
fn what_cannot_become_a_request_is_refused() {
    let world = World::requests();
    let nobody = complaint(&world, None, "question");
    let wanted = json!({"kind": "erasure"});
    let target = format!("{nobody}/request");
    assert_eq!(
        world.refused(&post(&target, &wanted, &[])),
        "it has no e-mail address to which a code could be sent."
    );
    for (body, pointer, code) in [
        (json!({}), "/kind", "missing"),
        (json!({"kind": "complaint"}), "/kind", "unknown-right"),
        (json!({"kind": "access", "regime": "gdpr"}), "/regime", "unknown-regime"),
        (json!({"kind": "access", "x": "y"}), "/x", "unknown-field"),
    ] {
        let answer = world.console(&post(&target, &body, &[]));
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())]);
    }
    let unknown = post("/console/api/cases/FB-0000-0000-0000/request", &wanted, &[]);
    assert_eq!(world.console(&unknown).status, 404);
    let body = json!({"kind": "complaint", "message": "x", "email": EMAIL});
    let filed = world.feedback(&send("/feedback", &body, &[]));
    let status = filed.field("/status_url").strip_prefix(BASE).unwrap().to_owned();
    world.later(1);
    assert_eq!(world.feedback(&send(&format!("{status}/withdraw"), &json!({}), &[])).status, 200);
    let target = format!("/console/api/cases/{}/request", filed.field("/reference"));
    assert_eq!(world.refused(&post(&target, &wanted, &[])), "it was withdrawn.");
    assert_eq!((world.keys("request").len(), world.mails().len()), (0, 0));
}

#[test]
fn turning_a_complaint_survives_a_store_that_fails() {
    for call in 1.. {
        let world = World::requests();
        let case = complaint(&world, Some(EMAIL), "complaint");
        world.later(1);
        let turn = post(&format!("{case}/request"), &json!({"kind": "access"}), &[]);
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let answer = world.console(&turn);
        world.store.fail_from(None);
        // Nobody is asked for a proof of what nobody was told of.
        assert!(world.mails().len() >= world.keys("request").len());
        if answer.status < 500 {
            assert!(call > 8);
            break;
        }
        world.later(1);
        let again = world.console(&turn);
        assert!(matches!(again.status, 200 | 201), "{call} {again:?}");
        assert_eq!((world.keys("request").len(), world.mails().len()), (1, 1), "{call}");
        let thread = world.console(&get(&case)).json()["thread"].clone();
        assert_eq!(thread.as_array().unwrap().len(), 2, "{call}");
    }
}

#[test]
fn a_request_gives_rise_to_a_complaint() {
    let world = World::requests();
    let filed = world.asserted();
    let target = format!("{}/complaint", filed.url);
    let opened = world.done(&post(&target, &json!({}), &[]));
    assert_eq!((opened.status, opened.field("/kind")), (201, "complaint".to_owned()));
    assert_eq!(opened.field("/state"), "in_progress");
    assert_eq!(
        (opened.field("/thread/0/text"), opened.field("/email")),
        (DETAILS.into(), EMAIL.into())
    );
    assert!(opened.field("/thread/1/text").contains(&filed.reference));
    let reference = opened.field("/reference");
    let shown = world.show(&filed);
    assert!(shown["thread"][1]["text"].as_str().unwrap().contains(&reference));
    assert!(shown["due"]["overdue"] == false && shown["state"] == "in_progress");
    assert!(!shown.to_string().contains("/feedback/status/"));
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].1;
    assert!(mail.text.contains(&reference) && mail.text.contains("/feedback/status/"));
    let link = mail.text.split_whitespace().find(|word| word.contains("/feedback/status/"));
    let link = link.unwrap().strip_prefix(BASE).unwrap();
    assert_eq!(world.feedback(&public(&format!("{link}/case.json"))).status, 200);
    // Twice is once.
    let again = world.done(&post(&target, &json!({}), &[]));
    assert_eq!((again.status, again.field("/reference")), (200, reference));
    assert_eq!((world.keys("case").len(), world.mails().len()), (1, 1));
    // A complaint about what has ended is heard all the same.
    let refused = world.open(&RequestOpening { details: None, ..world.opening() });
    world.done(&act(&refused, "refusal", json!({"ground": "excessive", "text": "x"})));
    let opened = world.done(&post(&format!("{}/complaint", refused.url), &json!({}), &[]));
    assert!(opened.field("/thread/0/text").contains(&refused.reference));
    assert_eq!(world.kept(&refused).head.events().len(), 1);
    // And with a store that fails.
    for call in 1.. {
        let world = World::requests();
        let filed = world.asserted();
        let target = format!("{}/complaint", filed.url);
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let answer = world.console(&post(&target, &json!({}), &[]));
        world.store.fail_from(None);
        if answer.status < 500 {
            assert!(call > 8);
            break;
        }
        world.later(90);
        let opened = world.done(&post(&target, &json!({}), &[]));
        assert_eq!(world.keys("case").len(), 1, "{call}");
        assert_eq!(opened.field("/state"), "in_progress", "{call}");
        assert_eq!(opened.json()["thread"].as_array().unwrap().len(), 2, "{call}");
        assert_eq!(world.kept(&filed).head.events().len(), 1, "{call}");
        assert_eq!(world.mails().len(), 1, "{call}");
    }
}

/// Six requests of two years, as [`the_log_and_its_counts_are_those_of_a_hand`] counts them.
fn history(world: &World) -> Vec<Filed> {
    let at = |text: &str| world.now.set(text.parse::<Timestamp>().unwrap());
    let open =
        |kind, regime, door| world.open(&RequestOpening { kind, regime, door, ..world.opening() });
    at("2025-12-31T23:59:59Z");
    let before = open(RequestKind::Access, Regime::UsCa, RequestDoor::Form);
    at("2026-01-01T00:00:00Z");
    let whole = open(RequestKind::Access, Regime::UsCa, RequestDoor::Api);
    at("2026-01-02T12:00:00Z");
    let part = open(RequestKind::Access, Regime::UsCa, RequestDoor::DeleteData);
    let denied = open(RequestKind::Erasure, Regime::EuGdpr, RequestDoor::DeleteAccount);
    let withdrawn = open(RequestKind::Erasure, Regime::EuGdpr, RequestDoor::Form);
    at("2026-01-05T08:00:00Z");
    world.done(&act(&whole, "answer", text("x")));
    at("2026-01-12T23:00:00Z");
    world.done(&act(&denied, "refusal", json!({"ground": "legal-duty", "text": "=1+1"})));
    world.happens(&withdrawn, RequestChange::Withdrawn);
    at("2026-03-01T00:00:00Z");
    world.done(&act(&part, "answer", json!({"text": "x", "partly": true})));
    let expired = world.unproven();
    at("2026-04-20T00:00:00Z");
    vec![before, whole, part, denied, withdrawn, expired]
}

#[test]
fn the_log_and_its_counts_are_those_of_a_hand() {
    let world = World::requests();
    let filed = history(&world);
    let log = |query: &str| world.console(&get(&format!("{REQUESTS}/log?{query}"))).json();
    let whole = log("");
    assert_eq!(
        members(&whole["requests"], "outcome"),
        ["open", "complied", "complied-in-part", "denied", "withdrawn", "expired"]
    );
    assert_eq!(
        members(&whole["requests"], "manner"),
        ["form", "api", "delete-data", "delete-account", "form", "api"]
    );
    let late: Vec<_> =
        whole["requests"].as_array().unwrap().iter().map(|r| r["late"] == true).collect();
    // 45 days from 2 January end on 16 February; the one of 2025 is still open.
    assert_eq!(late, [true, false, true, false, false, false]);
    assert_eq!(whole["requests"][3]["ground"], "legal-duty");
    assert_eq!(whole["requests"][1]["ground"], Value::Null);
    assert_eq!(whole["requests"][1]["ended"], "2026-01-05T08:00:01Z");
    assert_eq!(references(&log("from=2026-01-01&to=2026-01-01")), [filed[1].reference.clone()]);
    assert_eq!(references(&log("to=2025-12-31")), [filed[0].reference.clone()]);
    assert_eq!(references(&log("from=2026-01-02")).len(), 4);
    assert_eq!(references(&log("from=2027-01-01")).len(), 0);

    let counted = world.console(&get(&format!("{REQUESTS}/metrics?year=2026"))).json();
    let total = &counted["total"];
    for (name, expected) in [
        ("received", json!(5)),
        ("complied", json!(1)),
        ("complied_in_part", json!(1)),
        ("withdrawn", json!(1)),
        ("expired", json!(1)),
        ("open", json!(0)),
        ("overdue", json!(0)),
        ("late", json!(1)),
        // 4, 10 and 58 days.
        ("median_days", json!(10.0)),
        ("mean_days", json!(24.0)),
    ] {
        assert_eq!(total[name], expected, "{name}");
    }
    assert_eq!(
        (&total["denied"]["legal-duty"], &total["denied"]["excessive"]),
        (&json!(1), &json!(0))
    );
    let groups = counted["groups"].as_array().unwrap();
    let group = |regime: &str, kind: &str| {
        groups.iter().find(|g| g["regime"] == regime && g["kind"] == kind).unwrap()
    };
    assert_eq!(groups.len(), 3);
    assert_eq!(group("us-ca", "access")["median_days"], json!(31.0));
    assert_eq!(group("eu-gdpr", "erasure")["received"], 2);
    assert_eq!(group("eu-gdpr", "access")["median_days"], Value::Null);
    let earlier = world.console(&get(&format!("{REQUESTS}/metrics?year=2025"))).json();
    assert_eq!((&earlier["total"]["open"], &earlier["total"]["overdue"]), (&json!(1), &json!(1)));
    assert_eq!(world.console(&get(&format!("{REQUESTS}/metrics"))).json(), counted);

    // It survives the erasure of what it tells of, and names nobody.
    for area in ["request", "request-event", "request-head"] {
        for key in world.keys(area) {
            world.store.take(&key);
        }
    }
    let kept = log("");
    assert_eq!(kept["requests"].as_array().unwrap().len(), 5);
    assert_eq!(world.console(&get(&format!("{REQUESTS}/metrics?year=2026"))).json(), counted);
    let csv = world.console(&get(&format!("{REQUESTS}/log?format=csv")));
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    let lines: Vec<&str> = csv.text().split("\r\n").collect();
    assert_eq!(
        lines[0],
        "reference,received,kind,regime,manner,due,extended,ended,outcome,ground,late"
    );
    let denied = format!(
        "{},2026-01-02T12:00:00Z,erasure,eu-gdpr,delete-account,2026-02-02T23:59:59Z,false,2026-01-12T23:00:01Z,denied,legal-duty,false",
        filed[3].reference
    );
    assert_eq!((lines[3], lines.len()), (&*denied, 7));
    let accept = operator(Method::GET, &format!("{REQUESTS}/log"), &[("accept", "text/csv")], "");
    assert_eq!(world.console(&accept).text(), csv.text());
    for text in [csv.text(), &kept.to_string(), &counted.to_string()] {
        assert!(!text.contains("Anna") && !text.contains(EMAIL) && !text.contains("=1+1"));
    }
    // Without anybody's data no access to it is recorded.
    let actions = world.actions();
    assert!(actions.iter().all(|action| action.starts_with("request-")), "{actions:?}");
}

#[test]
fn the_log_says_of_an_erasure_whether_it_was_late() {
    for (regime, days, late, due) in [
        // Received on Sunday 22 November, proven three days later: seven working days, which do not rest.
        (Regime::Ru152Fz, 6, false, "2026-12-01T20:59:59Z"),
        (Regime::Ru152Fz, 12, true, "2026-12-01T20:59:59Z"),
        // A month, and the three days in which the clock rested.
        (Regime::EuGdpr, 30, false, "2026-12-25T20:59:59Z"),
        (Regime::EuGdpr, 31, true, "2026-12-25T20:59:59Z"),
    ] {
        let world = World::new();
        let sent = Identity::Sent(CodeHash::new(
            &world.setup.keys,
            Id::from_bytes([1; 16]),
            &Code::draw(&world.desk().moment),
        ));
        let opening = RequestOpening {
            kind: RequestKind::Erasure,
            regime,
            identity: sent,
            ..world.opening()
        };
        let filed = world.open(&opening);
        world.later(3 * 86_400);
        world.happens(&filed, RequestChange::Identified(Proof::Link));
        world.later(days * 86_400);
        let target = format!("{}/erasure", filed.url);
        let seen = world.done(&get(&target));
        let body = json!({"executor": "J. Roe, privacy officer"});
        world.done(&post(&target, &body, &[("if-match", seen.header("etag"))]));
        let log = world.console(&get(&format!("{REQUESTS}/log"))).json();
        let line = &log["requests"][0];
        assert_eq!((line["due"].as_str(), &line["late"]), (Some(due), &json!(late)), "{log}");
        let year = world.console(&get(&format!("{REQUESTS}/metrics?year=2026"))).json();
        assert_eq!(year["total"]["late"], usize::from(late));
    }
}

#[test]
fn a_line_of_an_earlier_release_is_still_read() {
    let world = World::new();
    let filed = world.open(&RequestOpening { kind: RequestKind::Erasure, ..world.opening() });
    world.later(90 * 86_400);
    let (desk, case) = (world.desk(), world.kept(&filed));
    let entry = log::Entry::erased(&case, desk.now(), false);
    block_on(desk.write_plain(&log::key(case.id), None, &entry)).unwrap();
    assert_eq!(block_on(requests_log::find(&desk, case.id)).unwrap(), Some(entry));
    let log = world.console(&get(&format!("{REQUESTS}/log"))).json();
    assert_eq!(log["requests"][0]["late"], true);
}

#[test]
fn the_log_is_kept_for_two_years_at_the_least() {
    for (days, kept) in [("30", 2 * 366), ("1095", 1095)] {
        let world = World::with(move |name| (name == "retention_days").then_some(days));
        let filed = world.asserted();
        world.done(&act(&filed, "answer", text("x")));
        let ended = world.now.get();
        let count = |at: Timestamp| {
            world.now.set(at);
            references(&world.console(&get(&format!("{REQUESTS}/log"))).json()).len()
        };
        assert_eq!(count(ended.plus_seconds(kept * 86_400 - 1)), 1);
        world.store.take(filed.key.opening().as_str());
        assert_eq!(count(ended.plus_seconds(kept * 86_400)), 0);
    }
}

#[test]
fn what_is_wrong_with_an_export_is_said() {
    let world = World::requests();
    for (query, pointer, code) in [
        ("log?from=yesterday", "?from", "not-a-date"),
        ("log?to=2026-02-30", "?to", "not-a-date"),
        ("log?format=xml", "?format", "unknown-format"),
        ("metrics?year=26", "?year", "not-a-year"),
        ("metrics?year=0000", "?year", "not-a-year"),
        ("metrics?year=abcd", "?year", "not-a-year"),
    ] {
        let answer = world.console(&get(&format!("{REQUESTS}/{query}")));
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())], "{query}");
    }
    let id = Id::new(world.now.get(), [0; 10]).to_string();
    for number in 0..10_001 {
        world.store.put(&format!("request-log:{}{number:05}", &id[..21]), Vec::new());
    }
    let answer = world.console(&get(&format!("{REQUESTS}/log")));
    assert_eq!(answer.errors(), [("?from".to_owned(), "too-many-rows".to_owned())]);
}

#[test]
fn a_package_is_built_for_the_person_alone() {
    let world = World::requests();
    let filed = world.asserted();
    let target = format!("{}/package", filed.url);
    let build = |headers: &[(&str, &str)]| operator(Method::POST, &target, headers, "");
    assert_eq!(world.console(&build(&[])).status, 428);
    assert_eq!(world.console(&build(&[("if-match", "\"x\"")])).status, 412);
    assert_eq!(
        world.refused(&act(&world.unproven(), "package", json!({}))),
        "it is not proven yet who asks."
    );
    let built = world.done(&build(&[("if-match", "*")]));
    assert_eq!((built.status, built.field("/state")), (201, "received".to_owned()));
    let package = built.json()["package"].clone();
    let (_, mail) = world.mails().pop().unwrap();
    let secret = mail.text.lines().find_map(|line| line.parse::<PackageSecret>().ok()).unwrap();
    // The operator is told that there is one, and never how to open it.
    assert!(!built.text().contains(&secret.to_string()));
    assert_eq!(mail.expires.to_second(), package["until"].as_str().unwrap().parse().unwrap());
    assert_eq!(world.keys("package-lock").len(), 1);
    // Another one takes its place, also once the request has ended.
    let again = world.done(&build(&[("if-match", "*")]));
    assert_ne!(again.json()["package"]["id"], package["id"]);
    assert_eq!(world.keys("package-lock").len(), 1);
    world.done(&act(&filed, "answer", text("x")));
    assert_eq!(world.refused(&build(&[("if-match", "*")])), "it has ended.");
    let drop = |headers: &[(&str, &str)]| operator(Method::DELETE, &target, headers, "");
    assert_eq!(world.console(&drop(&[])).status, 428);
    let dropped = world.done(&drop(&[("if-match", "*")]));
    assert_eq!((dropped.status, &dropped.json()["package"]), (200, &Value::Null));
    assert_eq!((world.keys("package-lock").len(), world.keys("package").len()), (0, 0));
    assert_eq!(world.refused(&drop(&[("if-match", "*")])), "it is in this state already.");
    let mut actions = world.actions();
    actions.retain(|action| action.starts_with("package"));
    assert_eq!(actions, ["package-dropped", "package-built", "package-built"]);
}

#[test]
fn a_package_is_built_whole_or_not_given_out() {
    for method in [Method::POST, Method::DELETE] {
        for call in 1.. {
            let world = World::requests();
            let filed = world.asserted();
            let target = format!("{}/package", filed.url);
            let act = |method: &Method| operator(method.clone(), &target, &[("if-match", "*")], "");
            if method == Method::DELETE {
                world.done(&act(&Method::POST));
            }
            world.later(1);
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.console(&act(&method));
            world.store.fail_from(None);
            // What is given out has its lock and its mail.
            let given = world.kept(&filed).package.is_some();
            if method == Method::POST && given {
                assert!(!world.keys("package-lock").is_empty() && !world.mails().is_empty());
            }
            if answer.status < 500 {
                assert!(call > 6);
                break;
            }
            assert_eq!(answer.status, 503, "{call}");
            world.later(1);
            let again = world.console(&act(&method));
            assert!(matches!(again.status, 200 | 201 | 409), "{call} {again:?}");
            assert_eq!(world.kept(&filed).package.is_some(), method == Method::POST, "{call}");
        }
    }
}

#[test]
fn the_key_to_a_package_is_mailed_once_the_operator_has_an_answer() {
    let build = |world: &World| act(&world.asserted(), "package", json!({}));
    is_sent_once_the_answer_is_out(build, "/requests/status/");
    // Of two packages the second one is there, and its key is the one that was sent last.
    let world = World::sending();
    let filed = world.asserted();
    let secrets: Vec<PackageSecret> = (0..2)
        .map(|_| {
            world.done(&act(&filed, "package", json!({})));
            let sent = String::from_utf8(world.store.sent().pop().unwrap().body).unwrap();
            sent.split("\\n").find_map(|line| line.parse().ok()).unwrap()
        })
        .collect();
    let package = world.kept(&filed).package.unwrap();
    let opens =
        |secret| block_on(desk_app::packages::download(&world.desk(), &package, secret)).is_ok();
    assert_eq!(secrets.iter().map(opens).collect::<Vec<_>>(), [false, true]);
    // Whoever drops one sends nothing, and leaves nothing of a mail that nobody took.
    world.store.others_answer(Some(503));
    world.done(&act(&filed, "package", json!({})));
    assert_eq!((world.waiting(), world.keys("try").len()), (1, 1));
    world.store.sent();
    world.done(&operator(
        Method::DELETE,
        &format!("{}/package", filed.url),
        &[("if-match", "*")],
        "",
    ));
    assert_eq!((world.store.sent().len(), world.waiting()), (0, 0));
    assert!(world.keys("try").is_empty());
}

#[test]
fn a_sweep_repairs_the_head_of_a_request() {
    let world = World::requests();
    let filed = world.asserted();
    world.done(&act(&filed, "take", json!({})));
    let head = world.keys("request-head");
    assert!(world.store.take(&head[0]).is_some());
    world.later(30);
    world.sweep();
    assert_eq!(world.keys("request-head"), head);
    assert_eq!(world.kept(&filed).state(world.now.get()).name(), "in_progress");
}

#[test]
fn an_operator_is_told_what_is_not_configured_before_anything_is_done() {
    let world = World::with(|name| (name == "retention_days").then_some("3y"));
    let filed = world.asserted();
    let before = world.store.dump();
    for call in [
        act(&filed, "messages", text("x")),
        act(&filed, "answer", text("x")),
        post(&format!("{}/complaint", filed.url), &json!({}), &[]),
    ] {
        let answer = world.console(&call);
        assert_eq!((answer.status, answer.slug()), (500, "misconfigured".to_owned()), "{call:?}");
    }
    assert_eq!(world.store.dump(), before);
}

#[test]
fn what_was_changed_in_the_store_is_not_believed() {
    let world = World::requests();
    let filed = world.asserted();
    world.done(&act(&filed, "answer", text("x")));
    let whole = world.store.dump();
    for area in ["request", "request-head", "request-log"] {
        let key = &world.keys(area)[0];
        world.store.put(key, whole[key][..whole[key].len() / 2].to_vec());
        let target = if area == "request-log" { "/console/api/requests/log" } else { &filed.url };
        let answer = world.console(&get(target));
        assert_eq!((answer.status, answer.slug()), (500, "internal".to_owned()), "{area}");
        assert!(answer.log.is_some() && !answer.text().contains(DETAILS));
        world.store.put(key, whole[key].clone());
    }
    // Keys that are none of ours do no harm.
    for key in [
        "request:x",
        "request:x:y:z",
        "request-event:x",
        "request-event:x:y",
        "request-log:x",
        "requests",
    ] {
        world.store.put(key, vec![1]);
    }
    for target in
        [REQUESTS, "/console/api/requests/log", "/console/api/requests/metrics", &filed.url]
    {
        assert_eq!(world.console(&get(target)).status, 200, "{target}");
    }
}

proptest! {
    #[test]
    fn strange_requests_are_never_our_fault(
        path in "(/log|/metrics|/ID(/[a-z]{1,8})?)?(/[ -~]{0,9}){0,2}", query in "[ -~]{0,40}", body in "[ -~]{0,40}",
    ) {
        let world = World::requests();
        let filed = world.asserted();
        let path = path.replace("ID", &filed.key.id.to_string());
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            let target = format!("{REQUESTS}{path}?{query}");
            let answer = world.console(&operator(method, &target, &[("if-match", "*")], &body));
            prop_assert!(answer.status < 500, "{:?}", answer);
        }
    }

    #[test]
    fn whatever_happened_is_shown_as_it_is_logged(acts in proptest::collection::vec(0_usize..8, 0..12)) {
        let world = World::requests();
        let filed = world.unproven();
        for number in acts {
            world.later(3600);
            let all = [
                ("take", json!({})),
                ("identity", json!({"reason": "r"})),
                ("messages", text("m")),
                ("clarification", text("c")),
                ("extension", json!({"reason": "e"})),
                ("answer", text("a")),
                ("refusal", json!({"ground": "excessive", "text": "r"})),
            ];
            match all.get(number) {
                Some((name, body)) => {
                    let answer = world.console(&act(&filed, name, body.clone()));
                    prop_assert!(matches!(answer.status, 200 | 201 | 409), "{:?}", answer);
                }
                None => world.happens(&filed, RequestChange::PersonWrote(Text::new("p").unwrap())),
            }
        }
        let case = world.kept(&filed);
        let shown = world.show(&filed);
        let state = case.state(world.now.get());
        prop_assert_eq!(&shown["state"], state.name());
        // Whatever was said to the person was said by mail too.
        let is_told = |event: &Event<RequestChange>| matches!(
            event.change,
            RequestChange::OperatorWrote(_) | RequestChange::ClarificationAsked(_) | RequestChange::Extended { .. } | RequestChange::Answered { .. } | RequestChange::Refused { .. }
        );
        let told = case.head.events().iter().filter(|event| is_told(event)).count();
        prop_assert_eq!(world.mails().len(), told);
        prop_assert_eq!(world.keys("request-log").len(), usize::from(state.ended().is_some()));
    }
}
