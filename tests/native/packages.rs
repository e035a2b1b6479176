mod content;
mod large;
mod whole;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use desk_core::attachment::Attachment;
use desk_core::case::{self, CaseKey, Message, Name, PolicyPin, Suspicion};
use desk_core::clock::regime::Regime;
use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::journal::{Aggregate, Event, Place};
use desk_core::lang::Lang;
use desk_core::request::{
    self, Behalf, CodeHash, Identity, Proof, RefusalGround, RequestDoor, RequestKind,
};
use desk_core::sealed::MAX_VALUE;
use desk_core::store_key::StoreKey;
use desk_core::suppression::{Reason, Scope};
use http::Method;
use proptest::prelude::*;
use serde_json::Value;

use crate::world::{Answer, BASE, World, block_on, form, request as http_request};
use bytes::Bytes;
use desk_app::cases;
use desk_app::desk::Desk;
use desk_app::memory::MemoryStore;
use desk_app::outbox;
use desk_app::packages::{self, KEPT_SECONDS, download};
use desk_app::ports::Store;
use desk_app::ports::{Scan, StoreError};
use desk_app::sender::Mail;
use desk_app::suppression::Act;
use desk_core::fault::Fault;
use desk_core::package::{self, PackageSecret, part_key};
use desk_core::request::{Package, Request, RequestKey};
use desk_core::time::Timestamp;
use desk_documents::package::{PACKAGE_SCHEMA, PACKAGE_SCHEMA_PATH};
use desk_documents::texts;
use sha2::{Digest, Sha256};

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

fn message(text: &str) -> Message {
    Message::new(text).unwrap()
}

/// Opens a case of a place, with files, and lets things happen to it.
fn open<K: Place>(
    world: &World,
    key: &K,
    opening: <K::Case as Aggregate>::Opening,
    expires: Timestamp,
    files: &[Attachment],
    changes: Vec<<K::Case as Aggregate>::Change>,
) -> K::Case {
    let desk = world.desk();
    block_on(cases::write_files(&desk, key, expires, files)).unwrap();
    block_on(cases::open(&desk, key, expires, &opening)).unwrap();
    let mut case = block_on(cases::load(&desk, key)).unwrap().unwrap();
    for change in changes {
        world.later(60);
        let desk = world.desk();
        let id = desk.moment.id();
        case = block_on(cases::append(&desk, key, case, change, id)).unwrap();
    }
    case
}

fn unique(world: &World) -> Id {
    world.later(60);
    world.desk().moment.id()
}

fn case_opening(world: &World, email: &str, text: &str, files: &[Attachment]) -> case::CaseOpening {
    case::CaseOpening {
        at: world.now.get(),
        kind: case::CaseKind::Complaint,
        message: message(text),
        name: Some(
            Name::new(&format!("Name of {}", text.chars().take(50).collect::<String>())).unwrap(),
        ),
        email: Some(address(email)),
        app_version: Some("3.0.1".to_owned().try_into().unwrap()),
        lang: Lang::En,
        files: files.iter().map(cases::describe).collect(),
        policy: Some(PolicyPin { version: "2026-11".to_owned(), digest: "digest".to_owned() }),
        suspicions: vec![Suspicion::TooFast],
        door: case::CaseDoor::Form,
        fingerprint: "fingerprint".to_owned(),
        expires: world.now.get().plus_seconds(90_000_000),
    }
}

fn file_case(world: &World, email: &str, text: &str, files: &[Attachment]) -> CaseKey {
    let id = unique(world);
    let key = CaseKey { id, subject: Some(world.desk().setup.keys.subject(&address(email))) };
    let opening = case_opening(world, email, text, files);
    let expires = opening.expires;
    let changes = vec![
        case::CaseChange::StateSet { state: case::SetState::InProgress },
        case::CaseChange::OperatorReplied { text: message(&format!("Answer to {text}")) },
        case::CaseChange::PersonWrote { text: message(&format!("Thanks for {text}")) },
        case::CaseChange::StateSet { state: case::SetState::Closed },
        case::CaseChange::Withdrawn,
    ];
    open(world, &key, opening, expires, files, changes);
    key
}

fn request_opening(world: &World, email: &str, text: Option<&str>) -> request::RequestOpening {
    request::RequestOpening {
        at: world.now.get(),
        kind: RequestKind::Access,
        regime: Regime::EuGdpr,
        email: address(email),
        name: None,
        details: text.map(message),
        behalf: Behalf::Own,
        files: vec![],
        lang: Lang::En,
        policy: None,
        door: RequestDoor::Form,
        fingerprint: "fingerprint".to_owned(),
        identity: Identity::Asserted,
        expires: world.now.get().plus_seconds(90_000_000),
    }
}

fn file_request(
    world: &World,
    opening: request::RequestOpening,
    files: &[Attachment],
    changes: Vec<request::RequestChange>,
) -> (RequestKey, Request) {
    let id = unique(world);
    let key = RequestKey { id, subject: world.desk().setup.keys.subject(&opening.email) };
    let expires = opening.expires;
    let files_of: Vec<_> = files.iter().map(cases::describe).collect();
    let opening = request::RequestOpening { files: files_of, ..opening };
    let request = open(world, &key, opening, expires, files, changes);
    (key, request)
}

/// A request of every change there is, whose identity is proven in the end.
fn eventful(world: &World, email: &str, text: &str, files: &[Attachment]) -> (RequestKey, Request) {
    use request::RequestChange::*;
    let words = |what: &str| message(&format!("{what} of {text}"));
    let code = CodeHash::new(
        &world.desk().setup.keys,
        world.desk().moment.id(),
        &"K7QM2X9P4T".parse().unwrap(),
    );
    let package = Package { id: unique(world), size: 1, parts: 1, until: world.now.get() };
    let opening = request::RequestOpening {
        identity: Identity::Sent(code),
        name: Some(Name::new(&format!("Who wrote {text}")).unwrap()),
        door: RequestDoor::Feedback(unique(world)),
        behalf: Behalf::Represented,
        policy: Some(PolicyPin { version: "2026-11".to_owned(), digest: "digest".to_owned() }),
        ..request_opening(world, email, Some(text))
    };
    let changes = vec![
        CodeSent(code),
        CodeHeld,
        CodeWrong,
        Identified(Proof::Link),
        Taken,
        PersonWrote(words("Addition")),
        OperatorWrote(words("Note")),
        ClarificationAsked(words("Question")),
        Extended { reason: words("Reason"), notice: package.id },
        Packaged(package),
        PackageDropped(package.id),
        Answered { text: words("Answer"), partly: true },
        // These came too late to do anything, and yet they were written.
        Answered { text: words("Second answer"), partly: false },
        Refused { ground: RefusalGround::LegalDuty, text: words("Refusal") },
        Withdrawn,
    ];
    file_request(world, opening, files, changes)
}

fn suppress(world: &World, email: &str, scope: Scope, reason: Reason) {
    world.later(60);
    let desk = world.desk();
    let subject = desk.setup.keys.subject(&address(email));
    let act = Act { subject, scope, reason, page: None, at: desk.now(), expires: None };
    block_on(desk.suppress(act)).unwrap();
}

fn mail(world: &World, email: &str, text: &str) {
    let id = unique(world);
    let desk = world.desk();
    let mail = Mail {
        to: address(email),
        lang: Lang::En,
        subject: format!("Subject of {text}").into(),
        text: format!("Mail of {text}"),
        expires: desk.now().plus_seconds(90_000_000),
        limit: None,
    };
    block_on(outbox::put(&desk, id, mail)).unwrap();
}

/// Some of everything about a person, with texts that name them.
fn fill(world: &World, email: &str, who: &str) -> (RequestKey, Request) {
    let files = [
        Attachment::new(format!("first file of {who}").as_bytes()).unwrap(),
        Attachment::new(&[b"%PDF-", format!("second file of {who}").as_bytes()].concat()).unwrap(),
    ];
    let news = world.setup.lists().by_id("product-news").unwrap().tag;
    file_case(world, email, &format!("case of {who}"), &files);
    file_case(world, email, &format!("other case of {who}"), &[]);
    suppress(world, email, Scope::List(news), Reason::OneClick);
    suppress(world, email, Scope::All, Reason::Operator);
    let subject = world.desk().setup.keys.subject(&address(email));
    world.later(60);
    block_on(world.desk().lift(subject, Scope::All)).unwrap();
    suppress(world, email, Scope::Bounce, Reason::Bounce);
    mail(world, email, &format!("mail of {who}"));
    eventful(world, email, &format!("request of {who}"), &files[..1]);
    file_request(world, request_opening(world, email, None), &[], vec![])
}

/// Builds a package as operators' side does: of what one scan has found.
async fn build<S: Scan>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    request: &Request,
) -> Result<(Package, PackageSecret), Fault> {
    let mut keys = desk.store.keys("").await?;
    keys.sort_unstable();
    packages::build(desk, &keys, key, request).await
}

fn build_at(world: &World, key: &RequestKey, request: &Request) -> (Package, PackageSecret) {
    block_on(build(&world.desk(), key, request)).unwrap()
}

/// Downloads a package whole.
fn fetch(world: &World, package: &Package, secret: &PackageSecret) -> Result<Vec<u8>, Fault> {
    let mut download = block_on(download(&world.desk(), package, secret))?;
    let mut archive = Vec::new();
    while let Some(chunk) = block_on(download.next())? {
        assert!(chunk.len() <= MAX_VALUE);
        archive.extend_from_slice(&chunk);
    }
    assert_eq!(archive.len() as u64, package.size);
    Ok(archive)
}

/// Takes an archive apart by its directory.
fn entries(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let long = |at: usize| u32::from_le_bytes(archive[at..at + 4].try_into().unwrap()) as usize;
    let short =
        |at: usize| usize::from(u16::from_le_bytes(archive[at..at + 2].try_into().unwrap()));
    let end = archive.len() - 22;
    assert_eq!(long(end), 0x0605_4b50);
    let (mut at, mut found) = (long(end + 16), BTreeMap::new());
    for _ in 0..short(end + 10) {
        assert_eq!(long(at), 0x0201_4b50);
        let (size, length, offset) = (long(at + 24), short(at + 28), long(at + 42));
        let name = String::from_utf8(archive[at + 46..at + 46 + length].to_vec()).unwrap();
        let (mut content, mut block) = (Vec::new(), offset + 30 + short(offset + 26));
        // Deflated without compression: blocks, of which the last one is empty.
        while archive[block] == 0 {
            content.extend_from_slice(&archive[block + 5..block + 5 + short(block + 1)]);
            block += 5 + short(block + 1);
        }
        assert_eq!((&archive[block..block + 5], content.len()), (&[1, 0, 0, 255, 255][..], size));
        assert!(found.insert(name, content).is_none());
        at += 46 + length;
    }
    assert_eq!(at, end);
    found
}

fn text(entries: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(entries[name].clone()).unwrap()
}

/// Holds a value to a schema, of whose words it must know each one.
fn validate(root: &Value, schema: &Value, value: &Value, path: &str) -> Result<(), String> {
    let fail = |what: &str| Err(format!("{path}: {what}: {value}"));
    let Value::Object(words) = schema else { return fail("no schema") };
    for (word, said) in words {
        match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "required" => {}
            "$ref" => {
                let pointer = said.as_str().unwrap().strip_prefix('#').unwrap();
                validate(root, root.pointer(pointer).unwrap(), value, path)?;
            }
            "type" => {
                let fits = match said.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_u64(),
                    "null" => value.is_null(),
                    other => panic!("{other}"),
                };
                if !fits {
                    return fail("type");
                }
            }
            "enum" => {
                if !said.as_array().unwrap().contains(value) {
                    return fail("enum");
                }
            }
            "const" => {
                if said != value {
                    return fail("const");
                }
            }
            "oneOf" => {
                let fits = |schema| validate(root, schema, value, path).is_ok();
                if said.as_array().unwrap().iter().filter(|schema| fits(*schema)).count() != 1 {
                    return fail("oneOf");
                }
            }
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    validate(root, said, item, &format!("{path}/{at}"))?;
                }
            }
            "properties" => {
                let Some(members) = value.as_object() else { return fail("type") };
                for name in schema["required"].as_array().unwrap() {
                    if !members.contains_key(name.as_str().unwrap()) {
                        return fail(&format!("no {name}"));
                    }
                }
                for (name, member) in members {
                    let Some(schema) = said.get(name) else { return fail(&format!("a {name}")) };
                    validate(root, schema, member, &format!("{path}/{name}"))?;
                }
            }
            "additionalProperties" => assert_eq!(said, false),
            "minimum" => assert_eq!(said, 0),
            "pattern" => {
                assert_eq!(said, "^[0-9a-f]{64}$");
                let hash = value.as_str().unwrap();
                if hash.len() != 64 || !hash.bytes().all(|b| b"0123456789abcdef".contains(&b)) {
                    return fail("pattern");
                }
            }
            "format" => {
                let text = value.as_str().unwrap();
                let fits = match said.as_str().unwrap() {
                    "date-time" => text.parse::<Timestamp>().is_ok(),
                    "uri" => text.starts_with("https://"),
                    other => panic!("{other}"),
                };
                if !fits {
                    return fail("format");
                }
            }
            other => panic!("the schema says {other}"),
        }
    }
    Ok(())
}

/// The data of an archive, held to the schema that it names.
fn data(entries: &BTreeMap<String, Vec<u8>>) -> Value {
    let schema: Value = serde_json::from_str(PACKAGE_SCHEMA).unwrap();
    let data: Value = serde_json::from_slice(&entries["data.json"]).unwrap();
    assert_eq!(data["$schema"], format!("{BASE}{PACKAGE_SCHEMA_PATH}"));
    validate(&schema, &schema, &data, "").unwrap();
    data
}

/// Reads a table as RFC 4180 has it.
fn rows(table: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (vec![], vec![], String::new(), false);
    let mut rest = table.strip_prefix('\u{feff}').unwrap().chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(rest.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !quoted);
    rows
}

/// What every part of a schema allows to happen.
fn events() -> BTreeSet<String> {
    let schema: Value = serde_json::from_str(PACKAGE_SCHEMA).unwrap();
    let names = schema.pointer("/$defs/event/properties/event/enum").unwrap();
    names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

const HOSTILE: [&str; 10] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1;1)\nsecond, \"quoted\" line",
    "＝1+1",
    "\u{202e}gnp.exe \u{2066}\u{200f}שלום",
    "</style></textarea>--><!-- ]]> &lt;",
    "a,b;c\td",
];

/// What is wrong with a package, or whether it came whole.
fn attempt(world: &World, package: &Package, secret: &PackageSecret) -> &'static str {
    match fetch(world, package, secret) {
        Ok(_) => "whole",
        Err(Fault::InvalidField { name, code }) => {
            assert_eq!((name, code), ("secret", "wrong-secret"));
            "wrong secret"
        }
        Err(Fault::NotFound) => "not found",
        Err(Fault::Internal(_)) => "fault",
        Err(problem) => panic!("{problem:?}"),
    }
}

/// A package of several parts.
fn large(world: &World) -> (RequestKey, Request, Package, PackageSecret) {
    let file = Attachment::new(&[b"%PDF-".as_slice(), &[b'x'; 900_000]].concat()).unwrap();
    file_case(world, "anna@oncall.example", "case", &[file]);
    let opening = request_opening(world, "anna@oncall.example", None);
    let (key, request) = file_request(world, opening, &[], vec![]);
    let (package, secret) = build_at(world, &key, &request);
    assert_eq!(package.parts, 4);
    (key, request, package, secret)
}

fn attempt_with(world: &World, package: Package, secret: &PackageSecret) -> &'static str {
    match block_on(async {
        let mut download = download(&world.desk(), &package, secret).await?;
        while download.next().await?.is_some() {}
        Ok::<(), Fault>(())
    }) {
        Ok(()) => "whole",
        Err(Fault::Internal(_)) => "fault",
        Err(problem) => panic!("{problem:?}"),
    }
}

fn dropped(world: &World, key: &RequestKey, named: Option<Id>) -> Result<(), Fault> {
    let keys: Vec<String> = world.store.dump().into_keys().collect();
    block_on(packages::drop(&world.desk(), &keys, key.id, named))
}
