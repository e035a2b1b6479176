mod allowed;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use desk_core::attachment::Attachment;
use desk_core::case::{self, CaseKey};
use desk_core::clock::regime::Regime;
use desk_core::email::EmailAddress;
use desk_core::keys::Keyring;
use desk_core::lang::Lang;
use desk_core::package;
use desk_core::reference::{Reference, Series};
use desk_core::request::log::Outcome;
use desk_core::request::{
    Behalf, Identity, Proof, RequestChange, RequestDoor, RequestKind, RequestOpening,
};
use desk_core::store_key::StoreKey;
use desk_core::suppression::{Reason, Scope};
use http::Method;
use serde_json::{Value, json};

use crate::world::{APP, Answer, BASE, OPERATOR, World, block_on, request};
use desk_app::erasure::acts;
use desk_app::outbox;
use desk_app::sender::Mail;

use desk_app::suppression::Act as Suppressing;
use desk_app::{cases, requests_log};
use desk_core::erasure::NOTICE_SECONDS;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::request::{self, Request, RequestKey};
use desk_core::text::Text;
use desk_core::time::Timestamp;

const EMAIL: &str = "Anna.Petrova@OnCall.example";
const NAME: &str = "Анна Петрова";
const WORDS: [&str; 5] = [
    "Please forget me",
    "Where did you get my address",
    "And one more thing",
    "Your code is K7QM2",
    "A scan of my passport",
];

pub(crate) fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::new(text).unwrap()
}

/// A request that lies in the store, with a file and these changes.
pub(crate) fn open_request(
    world: &World,
    email: &str,
    kind: RequestKind,
    door: RequestDoor,
    identity: Identity,
    changes: Vec<RequestChange>,
) -> RequestKey {
    world.later(1);
    let desk = world.desk();
    let email = address(email);
    let key = RequestKey { id: desk.moment.id(), subject: desk.setup.keys.subject(&email) };
    let expires = desk.now().plus_seconds(90 * 86_400);
    let file = Attachment::new(WORDS[4].as_bytes()).unwrap();
    let opening = RequestOpening {
        at: desk.now(),
        kind,
        regime: Regime::Ru152Fz,
        email,
        name: Some(text(NAME)),
        details: Some(text(WORDS[0])),
        behalf: Behalf::Own,
        files: vec![cases::describe(&file)],
        lang: Lang::Ru,
        policy: None,
        door,
        fingerprint: String::new(),
        identity,
        expires,
    };
    block_on(cases::write_files(&desk, &key, expires, &[file])).unwrap();
    block_on(cases::open(&desk, &key, expires, &opening)).unwrap();
    let mut folded = Request::fold(key.id, Box::new(opening), request::RequestHead::default());
    for change in changes {
        world.later(1);
        let desk = world.desk();
        let id = desk.moment.id();
        folded = block_on(cases::append(&desk, &key, folded, change, id)).unwrap();
    }
    key
}

pub(crate) fn proven(world: &World, email: &str, kind: RequestKind) -> RequestKey {
    let changes = vec![RequestChange::PersonWrote(text(WORDS[2]))];
    open_request(world, email, kind, RequestDoor::Form, Identity::Asserted, changes)
}

/// A feedback case that lies in the store, closed or open.
pub(crate) fn open_case(world: &World, email: Option<&str>, closed: bool) -> CaseKey {
    world.later(1);
    let desk = world.desk();
    let email = email.map(address);
    let subject = email.as_ref().map(|email| desk.setup.keys.subject(email));
    let key = CaseKey { id: desk.moment.id(), subject };
    let expires = desk.now().plus_seconds(90 * 86_400);
    let file = Attachment::new(WORDS[4].as_bytes()).unwrap();
    let opening = case::CaseOpening {
        at: desk.now(),
        kind: case::CaseKind::Complaint,
        message: text(WORDS[1]),
        name: Some(text(NAME)),
        email,
        app_version: None,
        lang: Lang::En,
        files: vec![cases::describe(&file)],
        policy: None,
        suspicions: vec![],
        door: case::CaseDoor::Form,
        fingerprint: String::new(),
        expires,
    };
    block_on(cases::write_files(&desk, &key, expires, &[file])).unwrap();
    block_on(cases::open(&desk, &key, expires, &opening)).unwrap();
    let mut folded = case::Case::fold(key.id, Box::new(opening), case::CaseHead::default());
    let mut changes = vec![case::CaseChange::PersonWrote { text: text(WORDS[2]) }];
    changes.extend(closed.then_some(case::CaseChange::Withdrawn));
    for change in changes {
        world.later(1);
        let desk = world.desk();
        let id = desk.moment.id();
        folded = block_on(cases::append(&desk, &key, folded, change, id)).unwrap();
    }
    key
}

pub(crate) fn mail_to(world: &World, email: &str) -> Id {
    mail_named(world, email, "A code".to_owned())
}

fn mail_about(world: &World, email: &str, request: &RequestKey) -> Id {
    let reference = Reference::new(Series::Requests, request.id);
    mail_named(world, email, format!("A decision ({reference})"))
}

fn mail_named(world: &World, email: &str, subject: String) -> Id {
    world.later(1);
    let desk = world.desk();
    let id = desk.moment.id();
    let expires = desk.now().plus_seconds(86_400);
    let text = WORDS[3].to_owned();
    let mail = Mail {
        to: address(email),
        lang: Lang::En,
        subject: subject.into(),
        text,
        expires,
        limit: None,
    };
    block_on(outbox::put(&desk, id, mail)).unwrap();
    id
}

/// Everything that the desk may hold about a person, but for the request that ends in an erasure.
fn life(world: &World, email: &str) -> (CaseKey, RequestKey) {
    let case = open_case(world, Some(email), true);
    let earlier = open_request(
        world,
        email,
        RequestKind::Access,
        RequestDoor::Api,
        Identity::Asserted,
        vec![RequestChange::Answered { text: text(WORDS[2]), partly: false }],
    );
    mail_to(world, email);
    world.later(1);
    let desk = world.desk();
    let package = package::draw_id(&desk.moment, earlier.id);
    for key in [package::lock_key(package), package::part_key(package, 1)] {
        block_on(desk.write_sealed(&key, None, &WORDS[2])).unwrap();
    }
    // What is remembered of a form that was sent twice, of today's mails, and of the newsletters.
    let marker = StoreKey::new(format!("once:{}", desk.moment.id())).unwrap();
    let content = (Place::to_bytes(case), String::new());
    block_on(desk.write_sealed(&marker, Some(desk.now().plus_seconds(9)), &content)).unwrap();
    let subject = desk.setup.keys.subject(&address(email));
    let slot = desk_app::limiter::names(&desk, &subject.to_bytes());
    for (at, name) in slot.iter().enumerate() {
        let key = StoreKey::new(format!("limit:area-{at}:{name}")).unwrap();
        block_on(desk.write_sealed(&key, None, &0_u8)).unwrap();
    }
    let at = desk.now();
    let act = Suppressing {
        subject,
        scope: Scope::All,
        reason: Reason::Form,
        page: None,
        at,
        expires: None,
    };
    block_on(desk.suppress(act)).unwrap();
    // An area that nobody has thought of yet.
    let key = StoreKey::new(format!("reminder:{}", earlier.id)).unwrap();
    block_on(desk.write_sealed(&key, None, &0_u8)).unwrap();
    (case, earlier)
}

pub(crate) fn call(world: &World, method: Method, target: &str, tag: &str, body: &Value) -> Answer {
    let token = format!("Bearer {OPERATOR}");
    let mut headers = vec![("authorization", token.as_str()), ("content-type", "application/json")];
    if !tag.is_empty() {
        headers.push(("if-match", tag));
    }
    let body = if method == Method::GET { String::new() } else { body.to_string() };
    world.console(&request(method, target, &headers, body))
}

fn url(key: &RequestKey) -> String {
    format!("/console/api/requests/{}/erasure", key.id)
}

fn seen(world: &World, key: &RequestKey) -> Answer {
    let answer = call(world, Method::GET, &url(key), "", &Value::Null);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

fn ordered(world: &World, key: &RequestKey, tag: &str) -> Answer {
    let body = json!({"executor": "Иванов И. И., администратор", "text": "Всего доброго."});
    call(world, Method::POST, &url(key), tag, &body)
}

fn erased(world: &World, key: &RequestKey) -> Answer {
    let tag = seen(world, key).header("etag").to_owned();
    let answer = ordered(world, key, &tag);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["verified"], true);
    answer
}

/// Reads the whole store, opens whatever is sealed, and looks for a person in it: in keys and in values.
fn traces(world: &World, keys: &Keyring, email: &str) -> Vec<String> {
    let subjects: Vec<_> = keys.subjects(&address(email)).collect();
    let mut traces = Vec::new();
    for (key, stored) in world.store.dump() {
        let area = key.split(':').next().unwrap();
        let named = subjects.iter().any(|subject| key.contains(&subject.to_string()));
        if named && !matches!(area, "suppression" | "change") {
            traces.push(key.clone());
        }
        let at = StoreKey::new(key.as_str()).unwrap();
        let opened = keys.open(&at, &stored, Timestamp::EPOCH).ok().flatten();
        let content = opened.unwrap_or(stored);
        let lower = String::from_utf8_lossy(&content).to_lowercase();
        let words = WORDS.iter().chain([&email, &NAME]);
        let has = |needle: &[u8]| content.windows(needle.len()).any(|part| part == needle);
        // The records of what staff looked at may name a hash in what is sealed; here none does.
        if words.into_iter().any(|word| lower.contains(&word.to_lowercase()))
            || subjects.iter().any(|subject| has(&subject.to_bytes()))
        {
            traces.push(format!("{key} (content)"));
        }
    }
    traces
}

/// Lets the mailer take what waits.
fn take_mails(world: &World) {
    for key in world.keys("outbox") {
        world.store.take(&key);
    }
}
