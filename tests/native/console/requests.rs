//! Scenarios over a store in memory.

mod access;
mod acts;
mod log_lines;
mod mails;
mod packages;
mod queue;
mod races;
mod strange;
mod turned;

use std::cell::Cell;

use desk_core::attachment::Attachment;
use desk_core::case::{Message as Text, Name};
use desk_core::clock::regime::Regime;
use desk_core::id::Id;
use desk_core::journal::{Event, Place};
use desk_core::lang::Lang;
use desk_core::package::PackageSecret;
use desk_core::reference::{Reference, Series};
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
use desk_app::outbox::{MAILS, mail_key};
use desk_app::sender::Mail;
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
fn act(filed: &OpenedRequest, name: &str, body: Value) -> Request {
    post(&format!("{}/{name}", filed.url), &body, &[("if-match", "*")])
}

/// The same, once.
fn act_once(filed: &OpenedRequest, name: &str, body: Value) -> Request {
    let headers = [("if-match", "*"), ("idempotency-key", "act-00001")];
    post(&format!("{}/{name}", filed.url), &body, &headers)
}

fn text(text: &str) -> Value {
    json!({ "text": text })
}

/// A request that was opened, and its address in the console.
struct OpenedRequest {
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

    fn open(&self, opening: &RequestOpening) -> OpenedRequest {
        let desk = self.desk();
        // In the order in which they come, though several come at one instant.
        let number = OPENED.replace(OPENED.get().wrapping_add(1));
        let mut unique = desk.moment.draw();
        unique[0] = number;
        let id = Id::new(opening.at, unique);
        let key = RequestKey { id, subject: desk.setup.keys.subject(&opening.email) };
        block_on(cases::open(&desk, &key, opening.expires, opening)).unwrap();
        OpenedRequest {
            key,
            url: format!("{REQUESTS}/{id}"),
            reference: Reference::new(Series::Requests, id).to_string(),
        }
    }

    fn asserted(&self) -> OpenedRequest {
        self.open(&self.opening())
    }

    /// One whose identity is to be proven.
    fn unproven(&self) -> OpenedRequest {
        let code = Code::draw(&self.desk().moment);
        let hash = CodeHash::new(&self.setup.keys, Id::from_bytes([1; 16]), &code);
        self.open(&RequestOpening { identity: Identity::Sent(hash), ..self.opening() })
    }

    fn kept(&self, filed: &OpenedRequest) -> Case {
        block_on(cases::load(&self.desk(), &filed.key)).unwrap().unwrap()
    }

    /// What somebody else does, such as the person.
    fn happens(&self, filed: &OpenedRequest, change: RequestChange) {
        let desk = self.desk();
        let id = desk.moment.id();
        block_on(cases::append(&desk, &filed.key, self.kept(filed), change, id)).unwrap();
    }

    fn show(&self, filed: &OpenedRequest) -> Value {
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
            let whole = self.stored();
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

fn complaint(world: &World, email: Option<&str>, kind: &str) -> String {
    let body = json!({"kind": kind, "message": "Delete all that you have on me!", "email": email, "name": "Anna", "language": "ru"});
    let answer = world.feedback(&send("/feedback", &body, &[]));
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("/console/api/cases/{}", answer.field("/reference"))
}

/// Six requests of two years, as [`the_log_and_its_counts_are_those_of_a_hand`] counts them.
fn history(world: &World) -> Vec<OpenedRequest> {
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
