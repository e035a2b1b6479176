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
use desk_app::outbox::{self, Mail};

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
    let mail = Mail { to: address(email), lang: Lang::En, subject: subject.into(), text, expires };
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
        block_on(desk.write_plain(&key, None, &0_u8)).unwrap();
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
    block_on(desk.write_plain(&key, None, &0_u8)).unwrap();
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

/// A request that stays keeps what tells of it: of its extension, and the only key to its package.
#[test]
fn mails_of_a_request_that_stays_are_still_sent() {
    let world = World::new();
    let open = open_request(
        &world,
        EMAIL,
        RequestKind::Access,
        RequestDoor::Form,
        Identity::Asserted,
        vec![],
    );
    let kept = mail_about(&world, EMAIL, &open);
    let gone = mail_to(&world, EMAIL);
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let own = mail_about(&world, EMAIL, &key);
    erased(&world, &key);
    let mails = world.keys("outbox");
    let is_there = |id: Id| mails.iter().any(|key| key.contains(&id.to_string()));
    assert!(is_there(kept) && !is_there(gone) && !is_there(own), "{mails:?}");
}

#[test]
fn earlier_requests_leave_their_lines_in_the_log() {
    let world = World::new();
    let earlier = [
        (vec![RequestChange::Withdrawn], Outcome::Withdrawn),
        (vec![RequestChange::Answered { text: text(WORDS[2]), partly: true }], Outcome::Part),
    ];
    let earlier = earlier.map(|(changes, outcome)| {
        let (kind, identity) = (RequestKind::Access, Identity::Asserted);
        (open_request(&world, EMAIL, kind, RequestDoor::Api, identity, changes), outcome)
    });
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    erased(&world, &key);
    for (key, outcome) in earlier {
        let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap();
        assert_eq!(entry.map(|entry| entry.outcome), Some(outcome));
    }
    // That of the request itself is the last word on it.
    let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Whole);
}

#[test]
fn nothing_of_the_person_is_left_and_nobody_else_is_touched() {
    let world = World::new();
    life(&world, "other@oncall.example");
    proven(&world, "other@oncall.example", RequestKind::Erasure);
    open_case(&world, None, false);
    let others = world.store.dump();
    life(&world, EMAIL);
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    assert!(traces(&world, &world.setup.keys, EMAIL).len() > 10);
    let shown = seen(&world, &key).json();
    let answer = erased(&world, &key);
    let act = answer.json()["act"].clone();
    // What was shown is what was done.
    assert_eq!(
        (&act["destroyed"], &act["stays"][0]["what"]),
        (&shown["destroyed"], &json!("opt-outs"))
    );
    let counts: BTreeMap<&str, (u64, u64)> = act["destroyed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| {
            let number = |name: &str| of[name].as_u64().unwrap();
            (of["category"].as_str().unwrap(), (number("count"), number("values")))
        })
        .collect();
    let expected = [
        ("packages", (1, 2)),
        ("mails", (1, 1)),
        ("idempotency-markers", (1, 1)),
        ("limiter-slots", (2, 2)),
        ("others", (1, 1)),
        ("files", (3, 3)),
        ("case-messages", (2, 3)),
        ("request-messages", (2, 4)),
        ("cases", (1, 1)),
        ("requests", (2, 2)),
    ];
    assert_eq!(counts, expected.into());
    // The notice alone holds the address, until it is taken; and it says no more than it must.
    let theirs = |trace: &String| others.contains_key(trace.trim_end_matches(" (content)"));
    let found = || {
        let mut found = traces(&world, &world.setup.keys, EMAIL);
        found.retain(|trace| !theirs(trace));
        found
    };
    let waiting = found();
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    let other = others.keys().filter(|key| key.starts_with("outbox:")).count();
    assert_eq!(world.keys("outbox").len(), other + 1);
    for key in world.keys("outbox") {
        if !others.contains_key(&key) {
            let at = StoreKey::new(key.as_str()).unwrap();
            let mail: Mail = block_on(world.desk().read_sealed(&at)).unwrap().unwrap();
            assert!(
                mail.text.contains("/requests/status/") && mail.text.contains("Всего доброго.")
            );
            assert_eq!(mail.expires.seconds_since(world.now.get()), NOTICE_SECONDS);
            world.store.take(&key);
        }
    }
    assert_eq!(found(), Vec::<String>::new());
    let dump = world.store.dump();
    for (key, value) in &others {
        assert_eq!(dump.get(key), Some(value), "{key}");
    }
    let new: BTreeSet<&str> = dump
        .keys()
        .filter(|key| !others.contains_key(*key))
        .map(|key| key.split(':').next().unwrap())
        .collect();
    assert_eq!(new, ["act", "act-by", "audit", "change", "request-log", "suppression"].into());
    // The opt-out is honoured all the same.
    let subject = world.setup.keys.subject(&address(EMAIL));
    assert!(block_on(world.desk().suppression(subject, Scope::All)).unwrap().is_some());
    // Who carried it out is sealed.
    let name = "Иванов".as_bytes();
    assert!(!dump.values().any(|value| value.windows(name.len()).any(|part| part == name)));
    let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap().unwrap();
    assert_eq!((entry.outcome, entry.kind), (Outcome::Whole, RequestKind::Erasure));
}

#[test]
fn a_crash_at_any_call_is_gone_on_from_and_there_is_one_act() {
    let calls = {
        let world = World::new();
        life(&world, EMAIL);
        let key = proven(&world, EMAIL, RequestKind::Withdrawal);
        let tag = seen(&world, &key).header("etag").to_owned();
        world.store.reset_calls();
        assert_eq!(ordered(&world, &key, &tag).status, 200);
        world.store.calls().len()
    };
    assert!(calls > 40, "{calls}");
    for fail_at in 1..=calls {
        let world = World::new();
        life(&world, EMAIL);
        let key = proven(&world, EMAIL, RequestKind::Withdrawal);
        let first = seen(&world, &key);
        let tag = first.header("etag").to_owned();
        world.store.reset_calls();
        world.store.fail_from(Some(fail_at));
        let failed = ordered(&world, &key, &tag);
        world.store.fail_from(None);
        let begun = block_on(acts::find(&world.desk(), key.id)).unwrap();
        // Nothing goes before the act is there.
        if begun.is_none() {
            assert_eq!(seen(&world, &key).header("etag"), tag, "at {fail_at}");
        }
        if fail_at < calls {
            assert!(failed.status >= 500, "at {fail_at}: {failed:?}");
        }
        world.later(60);
        let answer = ordered(&world, &key, &tag);
        assert_eq!(
            (answer.status, &answer.json()["verified"]),
            (200, &json!(true)),
            "at {fail_at}"
        );
        assert_eq!(answer.json()["act"]["destroyed"], first.json()["destroyed"], "at {fail_at}");
        if let Some(begun) = begun {
            assert_eq!(block_on(acts::find(&world.desk(), key.id)).unwrap(), Some(begun));
        }
        assert_eq!((world.keys("act").len(), world.keys("act-by").len()), (1, 1));
        assert_eq!((world.keys("outbox").len(), world.keys("request-log").len()), (1, 2));
        take_mails(&world);
        assert_eq!(traces(&world, &world.setup.keys, EMAIL), Vec::<String>::new(), "at {fail_at}");
        // Once more is the same.
        let again = ordered(&world, &key, "");
        assert_eq!(again.json(), answer.json());
        assert!(world.keys("outbox").is_empty());
    }
}

#[test]
fn what_changed_since_the_preview_is_not_erased() {
    let world = World::new();
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let tag = seen(&world, &key).header("etag").to_owned();
    assert_eq!(seen(&world, &key).header("etag"), tag);
    let before = world.store.dump();
    assert_eq!(ordered(&world, &key, "").slug(), "precondition-required");
    assert_eq!(ordered(&world, &key, "*").slug(), "precondition-failed");
    open_case(&world, Some(EMAIL), true);
    assert_eq!(ordered(&world, &key, &tag).slug(), "precondition-failed");
    let case = open_case(&world, Some(EMAIL), false);
    let fresh = seen(&world, &key).header("etag").to_owned();
    assert_ne!(fresh, tag);
    let dump = world.store.dump();
    assert!(before.iter().all(|(key, value)| dump.get(key) == Some(value)));
    assert!(world.keys("act").is_empty());
    let answer = ordered(&world, &key, &fresh).json();
    // What is open stays whole, and is named.
    let stays = &answer["act"]["stays"][0];
    assert_eq!((&stays["what"], &stays["ground"]), (&json!("case"), &json!("open-case")));
    assert_eq!(stays["reference"], desk_core::reference::Reference::from(case.id).to_string());
    let left = block_on(desk_app::erasure::load_whole(
        &world.desk(),
        &world.store.dump().into_keys().collect::<Vec<_>>(),
        &case,
    ));
    assert_eq!(left.unwrap().unwrap().state, case::CaseState::Received);
    assert_eq!(world.keys("file").len(), 1);
    let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Part);
}

#[test]
fn what_comes_in_on_the_way_is_no_part_of_it() {
    let world = World::new();
    let closed = open_case(&world, Some(EMAIL), true);
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let tag = seen(&world, &key).header("etag").to_owned();
    world.store.reset_calls();
    // It breaks off once the act is there and before anything is gone.
    world.store.fail_from(Some(14));
    assert!(ordered(&world, &key, &tag).status >= 500);
    world.store.fail_from(None);
    assert_eq!((world.keys("act").len(), world.keys("case").len()), (1, 1));
    world.later(60);
    let new = open_case(&world, Some(EMAIL), true);
    let mail = mail_to(&world, EMAIL);
    let answer = ordered(&world, &key, &tag);
    assert_eq!(answer.json()["verified"], true, "{answer:?}");
    assert_eq!(world.keys("case"), [new.opening().to_string()]);
    assert_ne!(closed.id, new.id);
    assert!(world.keys("outbox").contains(&format!("outbox:{mail}")));
}

#[test]
fn only_an_open_request_that_ends_so_and_is_proven_erases() {
    let world = World::new();
    let code = desk_core::request::CodeHash::new(
        &world.setup.keys,
        Id::from_bytes([0; 16]),
        &"K7QM2-X9P4T".parse().unwrap(),
    );
    let open = |kind, identity, changes| {
        open_request(&world, EMAIL, kind, RequestDoor::Form, identity, changes)
    };
    let before = |key: &RequestKey| {
        let tag = seen(&world, key).header("etag").to_owned();
        let answer = ordered(&world, key, &tag);
        assert_eq!((answer.status, answer.slug().as_str()), (409, "case-state"));
        assert_eq!(seen(&world, key).json()["allowed"], false);
        answer.field("/detail")
    };
    let mut said = BTreeSet::new();
    said.insert(before(&open(RequestKind::Erasure, Identity::Sent(code), vec![])));
    let refused =
        RequestChange::Refused { ground: request::RefusalGround::Excessive, text: text("No.") };
    said.insert(before(&open(RequestKind::Erasure, Identity::Asserted, vec![refused])));
    for kind in [
        RequestKind::Access,
        RequestKind::Portability,
        RequestKind::Rectification,
        RequestKind::Restriction,
    ] {
        said.insert(before(&open(kind, Identity::Asserted, vec![])));
    }
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(world.keys("act").is_empty() && world.keys("request-log").is_empty());
    for kind in [RequestKind::Erasure, RequestKind::Objection, RequestKind::Withdrawal] {
        let proven = vec![RequestChange::Identified(Proof::Code)];
        erased(&world, &open(kind, Identity::Sent(code), proven));
    }
    // Others that are open stayed, those that had ended went.
    assert_eq!(world.keys("request").len(), 5);
    let nobody = RequestKey {
        id: Id::from_bytes([9; 16]),
        ..open(RequestKind::Access, Identity::Asserted, vec![])
    };
    assert_eq!(ordered(&world, &nobody, "*").status, 404);
    for body in [json!({}), json!({"executor": " "}), json!({"executor": "A", "wat": 1})] {
        let answer = call(&world, Method::POST, &url(&nobody), "\"x\"", &body);
        assert_eq!(answer.slug(), "invalid-fields");
    }
}

#[test]
fn what_an_old_root_hashed_goes_too() {
    let old = World::new();
    life(&old, EMAIL);
    open_request(
        &old,
        EMAIL,
        RequestKind::Access,
        RequestDoor::Form,
        Identity::Asserted,
        vec![RequestChange::Withdrawn],
    );
    let mut new = World::with(|name| match name {
        "root_secret" => Some("BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"),
        "previous_root_secrets" => Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        _ => None,
    });
    new.store = std::rc::Rc::clone(&old.store);
    new.now.set(old.now.get());
    let key = proven(&new, EMAIL, RequestKind::Erasure);
    erased(&new, &key);
    take_mails(&new);
    // The names of slots under an old root are known to nobody; they count, and expire within the day.
    assert!(new.keys("limit").is_empty() || traces(&new, &new.setup.keys, EMAIL).is_empty());
    assert_eq!(traces(&new, &new.setup.keys, EMAIL), Vec::<String>::new());
    assert!(new.keys("case").is_empty() && new.keys("request").is_empty());
    assert_eq!(new.keys("suppression").len(), 1);
}

#[test]
fn the_case_that_a_request_was_made_from_goes_with_it() {
    let world = World::new();
    let stranger = open_case(&world, None, true);
    let case = open_case(&world, None, true);
    let door = RequestDoor::Feedback(case.id);
    let key = open_request(&world, EMAIL, RequestKind::Erasure, door, Identity::Asserted, vec![]);
    erased(&world, &key);
    assert_eq!(world.keys("case"), [stranger.opening().to_string()]);
    assert_eq!((world.keys("file").len(), world.keys("head").len()), (1, 1));
    let open = open_case(&world, None, false);
    let door = RequestDoor::Feedback(open.id);
    let key = open_request(&world, EMAIL, RequestKind::Erasure, door, Identity::Asserted, vec![]);
    assert_eq!(erased(&world, &key).json()["act"]["stays"][0]["what"], "case");
    assert_eq!(world.keys("case").len(), 2);
}

#[test]
fn the_act_can_be_filed_and_checked() {
    let world = World::with(|name| match name {
        "controller_name" => Some("ООО «Пример»"),
        "controller_address" => Some("Москва, ул. Примерная, 1"),
        _ => None,
    });
    open_case(&world, Some(EMAIL), true);
    let key = proven(&world, EMAIL, RequestKind::Withdrawal);
    let reference =
        desk_core::reference::Reference::new(desk_core::reference::Series::Requests, key.id);
    let by_reference = format!("/console/api/requests/{reference}/erasure");
    let get = |target: &str| call(&world, Method::GET, target, "", &Value::Null);
    assert_eq!(get(&format!("{by_reference}/act")).status, 404);
    let tag = get(&by_reference).header("etag").to_owned();
    let body = json!({"executor": "Иванов И. И., администратор\nСидоров С. С., инженер", "reason": "=1+1 \"по заявлению\""});
    let done = call(&world, Method::POST, &by_reference, &tag, &body);
    assert_eq!(done.status, 200, "{done:?}");
    for target in [url(&key), by_reference.clone()] {
        let act = get(&format!("{target}/act"));
        assert_eq!(act.json(), done.json());
        assert_eq!(act.field("/act/reference"), reference.to_string());
        assert!(act.field("/act/executor").starts_with("Иванов"));
        assert!(act.field("/receipt_url").starts_with(&format!("{BASE}/requests/status/")));
        // What is gone is told of by its act.
        assert_eq!(get(&target).json(), done.json());
    }
    let page = get(&format!("{by_reference}/act?format=html&lang=ru"));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for said in [
        "Акт об уничтожении персональных данных",
        "ООО «Пример»",
        "Москва, ул. Примерная, 1",
        "Перечень категорий уничтоженных персональных данных",
        "Способ уничтожения персональных данных",
        "Причина уничтожения персональных данных",
        "Сидоров С. С., инженер",
        "Privacy Desk (OnCall 3.0)",
        &reference.to_string(),
        "lang=\"ru\"",
    ] {
        assert!(page.text().contains(said), "{said}");
    }
    let token = format!("Bearer {OPERATOR}");
    let headers =
        [("authorization", token.as_str()), ("accept", "text/html"), ("accept-language", "en")];
    let page = world.console(&request(Method::GET, &format!("{by_reference}/act"), &headers, ""));
    assert!(page.text().contains("Act of destruction of personal data"));
    let log = get(&format!("{by_reference}/log"));
    assert_eq!(log.field("/subject"), reference.to_string());
    assert_eq!(log.json()["categories"].as_array().unwrap().len(), 5);
    let csv = get(&format!("{by_reference}/log?format=csv"));
    assert!(csv.header("content-type").starts_with("text/csv"));
    let lines: Vec<&str> = csv.text().split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 6);
    assert!(lines[1].ends_with(",\"'=1+1 \"\"по заявлению\"\"\""), "{}", lines[1]);
    for wrong in ["act?format=csv", "log?format=html", "wat"] {
        assert!(get(&format!("{by_reference}/{wrong}")).status >= 404);
    }
    // The person's receipt names nobody, and is signed as well.
    let act = block_on(acts::find(&world.desk(), key.id)).unwrap().unwrap();
    let receipt: Value = serde_json::from_str(&acts::receipt(&world.setup, &act)).unwrap();
    assert!(!receipt.to_string().contains("Иванов") && !receipt.to_string().contains("заявлению"));
    let signed = world.setup.keys.verify(receipt["jws"].as_str().unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&signed).unwrap();
    assert_eq!(claims, receipt["receipt"]);
    assert_eq!((&claims["type"], &claims["issuer"]), (&json!("data-destroyed"), &json!(BASE)));
    // It says what the act says, and its link leads to nobody's request.
    for (name, value) in claims.as_object().unwrap() {
        assert_eq!(Some(value), done.json()["act"].get(name), "{name}");
    }
    let token = done.field("/receipt_url");
    let token = token.rsplit('/').next().unwrap();
    let bytes = world.setup.keys.redeem(desk_core::keys::Purpose::RequestLink, token).unwrap();
    let linked = RequestKey::from_bytes(bytes);
    assert_eq!((linked.id, linked.subject.to_bytes()), (key.id, [0; 16]));
    // It is kept for three years, and the entry of the log for two.
    world.later(2 * 365 * 86_400);
    assert_eq!(get(&format!("{by_reference}/act")).status, 200);
    assert!(block_on(requests_log::find(&world.desk(), key.id)).unwrap().is_some());
    world.later(366 * 86_400);
    assert_eq!(get(&format!("{by_reference}/act")).status, 404);
}

#[test]
fn every_look_is_recorded_and_only_operators_look() {
    let world = World::new();
    let key = proven(&world, EMAIL, RequestKind::Erasure);
    let token = format!("Bearer {APP}");
    for target in [url(&key), format!("{}/act", url(&key)), format!("{}/log", url(&key))] {
        for method in [Method::GET, Method::POST] {
            let headers = [("authorization", token.as_str())];
            assert_eq!(world.console(&request(method, &target, &headers, "{}")).status, 401);
        }
    }
    assert!(world.keys("audit").is_empty());
    erased(&world, &key);
    call(&world, Method::GET, &format!("{}/act", url(&key)), "", &Value::Null);
    let audit = call(&world, Method::GET, "/console/api/audit", "", &Value::Null).json();
    let mut actions: Vec<&str> = audit["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["action"].as_str().unwrap())
        .collect();
    actions.sort_unstable();
    assert_eq!(actions, ["erased", "erasure-read", "erasure-read"]);
    assert!(
        audit["records"]
            .as_array()
            .unwrap()
            .iter()
            .all(|record| { record["reference"].as_str().unwrap().starts_with("DR-") })
    );
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(call(&world, method, &url(&key), "", &Value::Null).status, 405);
    }
}
