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
use desk_app::outbox::Mail;
use desk_app::packages::{self, KEPT_SECONDS, download};
use desk_app::ports::Store;
use desk_app::ports::{Scan, StoreError};
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

#[test]
fn all_that_is_held_is_in_it_and_nothing_of_anybody_else() {
    let world = World::new();
    let (key, request) = fill(&world, "Anna@oncall.example", "ANNA");
    fill(&world, "boris@oncall.example", "BORIS");
    let opening = case::CaseOpening {
        email: None,
        ..case_opening(&world, "x@y.example", "case of NOBODY", &[])
    };
    let nobody = CaseKey { id: unique(&world), subject: None };
    let expires = opening.expires;
    open(&world, &nobody, opening, expires, &[], vec![]);
    let (package, secret) = build_at(&world, &key, &request);
    let archive = fetch(&world, &package, &secret).unwrap();
    let entries = entries(&archive);

    for (name, content) in &entries {
        let content = String::from_utf8_lossy(content);
        for other in ["BORIS", "boris", "NOBODY", "fingerprint\""] {
            assert!(!content.contains(other), "{other} in {name}");
        }
        let subject = world.desk().setup.keys.subject(&address("anna@oncall.example"));
        assert!(!content.contains(&subject.to_string()), "{name}");
    }
    let texts = [
        "case of ANNA",
        "Answer to case of ANNA",
        "Thanks for case of ANNA",
        "other case of ANNA",
        "Thanks for other case of ANNA",
        "request of ANNA",
        "Addition of request of ANNA",
        "Note of request of ANNA",
        "Question of request of ANNA",
        "Reason of request of ANNA",
        "Answer of request of ANNA",
        "Second answer of request of ANNA",
        "Refusal of request of ANNA",
    ];
    let (page, table) = (text(&entries, "index.html"), text(&entries, "messages.csv"));
    for text in texts {
        for (name, file) in [("index.html", &page), ("messages.csv", &table)] {
            assert!(file.contains(text), "{text} in {name}");
        }
    }
    for text in [
        "Subject of mail of ANNA",
        "Mail of mail of ANNA",
        "Name of case of ANNA",
        "Who wrote request of ANNA",
        "3.0.1",
        "Product news",
        "2026-11",
    ] {
        assert!(page.contains(text), "{text}");
    }

    let data = data(&entries);
    let count = |name: &str| data[name].as_array().unwrap().len();
    assert_eq!((count("cases"), count("requests"), count("mails")), (2, 2, 1));
    // Everything that was stopped and holds, and all that happened to it.
    assert_eq!((count("suppressions"), count("suppression_changes")), (2, 4));
    assert_eq!(data["email"], "Anna@oncall.example");
    assert_eq!(data["request"], request.reference().to_string());
    assert_eq!(data["suppression_changes"][2]["suppressed"], false);
    let said = data.to_string();
    for text in texts {
        assert!(said.contains(text), "{text}");
    }
    let mut seen = BTreeSet::new();
    for matter in ["cases", "requests"].iter().flat_map(|list| data[list].as_array().unwrap()) {
        for event in matter["history"].as_array().unwrap() {
            seen.insert(event["event"].as_str().unwrap().to_owned());
        }
        for file in matter["files"].as_array().unwrap() {
            let (name, hash) = (file["name"].as_str().unwrap(), file["sha256"].as_str().unwrap());
            let content = &entries[name];
            assert_eq!(base16ct::lower::encode_string(&Sha256::digest(content)), *hash);
            assert_eq!(file["size"], content.len());
            assert!(page.contains(&format!("href=\"{name}\"")));
        }
    }
    assert_eq!(seen, events());
    // Beside the four that are always there, the three files: nothing is in the archive that is not told of.
    assert_eq!(entries.len(), 3 + 3);
    let rows = rows(&table);
    assert_eq!(rows[0], ["reference", "about", "at", "by", "event", "text"]);
    // The answer to the other case was not looked for.
    assert_eq!(rows.len(), 1 + texts.len() + 1);
}

#[test]
fn nothing_held_makes_a_package_all_the_same() {
    let world = World::new();
    for lang in Lang::ALL {
        let opening = request::RequestOpening {
            lang,
            ..request_opening(&world, "anna@oncall.example", None)
        };
        let (key, request) = file_request(&world, opening, &[], vec![]);
        let (package, secret) = build_at(&world, &key, &request);
        let entries = entries(&fetch(&world, &package, &secret).unwrap());
        let page = text(&entries, "index.html");
        let t = texts::package(lang);
        assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{page}");
        assert!(page.contains(t.nothing) && page.contains(t.nothing_stopped));
        // Its times are those of the pages: of the operator's zone, which is Moscow's here.
        let zone = world.setup.zone().unwrap();
        let at = request.opening.at;
        assert!(page.contains(&zone.time(at)) && page.contains(" UTC+3<"), "{page}");
        assert!(page.contains(&format!("datetime=\"{}\"", zone.rfc3339(at))), "{page}");
        assert_eq!(data(&entries)["cases"], serde_json::json!([]));
    }
}

#[test]
fn an_event_that_the_view_misses_is_in_it() {
    let world = World::new();
    let (key, request) = fill(&world, "anna@oncall.example", "ANNA");
    for key in world.keys("head").into_iter().chain(world.keys("request-head")) {
        world.store.take(&key);
    }
    let event = Event {
        id: unique(&world),
        change: request::RequestChange::PersonWrote(message("late words")),
    };
    block_on(world.desk().write_sealed(&key.event(event.id), None, &event)).unwrap();
    let (package, secret) = build_at(&world, &key, &request);
    let entries = entries(&fetch(&world, &package, &secret).unwrap());
    for name in ["index.html", "data.json", "messages.csv"] {
        let text = text(&entries, name);
        assert!(text.contains("late words") && text.contains("Thanks for case of ANNA"), "{name}");
    }
}

#[test]
fn what_has_expired_is_not_given_out() {
    let world = World::new();
    file_case(&world, "anna@oncall.example", "old case", &[Attachment::new(b"old file").unwrap()]);
    world.later(89_999_900);
    let (key, request) =
        file_request(&world, request_opening(&world, "anna@oncall.example", None), &[], vec![]);
    world.later(1_000);
    let (package, secret) = build_at(&world, &key, &request);
    let entries = entries(&fetch(&world, &package, &secret).unwrap());
    assert_eq!(data(&entries)["cases"], serde_json::json!([]));
    assert_eq!(entries.len(), 3);
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

#[test]
fn hostile_texts_are_harmless() {
    let world = World::new();
    for text in HOSTILE {
        file_case(&world, "anna@oncall.example", text, &[]);
    }
    let words = HOSTILE.map(|text| request::RequestChange::PersonWrote(message(text))).to_vec();
    let (key, request) = file_request(
        &world,
        request_opening(&world, "anna@oncall.example", Some(HOSTILE[0])),
        &[],
        words,
    );
    mail(&world, "anna@oncall.example", HOSTILE[0]);
    let (package, secret) = build_at(&world, &key, &request);
    let entries = entries(&fetch(&world, &package, &secret).unwrap());
    let page = text(&entries, "index.html");
    for bad in ["<script", "<img", "alert(1)>", "<!--", "</textarea", "onerror=alert(1)>"] {
        assert!(!page.contains(bad), "{bad}");
    }
    // One style, which is ours, and nothing that a browser would fetch.
    assert_eq!(page.matches("<style>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    let tags = page.split('<').skip(1).map(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap()
    });
    let known = [
        "", "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "dl",
        "div", "dt", "dd", "ul", "ol", "li", "a", "article", "time", "strong", "bdi", "code",
        "table", "thead", "tbody", "tr", "th", "td",
    ];
    for tag in tags {
        assert!(known.contains(&tag), "{tag}");
    }
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    let rows = rows(&text(&entries, "messages.csv"));
    let texts: Vec<&str> = rows.iter().skip(1).map(|row| row[5].as_str()).collect();
    for row in &rows {
        assert_eq!(row.len(), 6);
        assert!(
            !row.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝'])),
            "{row:?}"
        );
    }
    let data = data(&entries);
    for (at, hostile) in HOSTILE.iter().enumerate() {
        let guarded = format!("'{hostile}");
        assert!(texts.contains(hostile) || texts.contains(&guarded.as_str()), "{hostile}");
        assert_eq!(data["cases"][at]["text"], *hostile);
        assert_eq!(data["requests"][0]["history"][at]["text"], *hostile);
    }
}

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

#[test]
fn whatever_was_done_to_the_parts_is_noticed() {
    let world = World::new();
    let (key, request, package, secret) = large(&world);
    let other = {
        world.later(60);
        build_at(&world, &key, &request)
    };
    assert_eq!(attempt(&world, &package, &secret), "whole");
    assert_eq!(attempt(&world, &other.0, &other.1), "whole");
    assert_eq!(attempt(&world, &package, &other.1), "wrong secret");
    let part = |number: u32| part_key(package.id, number).to_string();
    let stored = world.store.dump();
    let with = |changes: &[(String, Option<Vec<u8>>)]| {
        for (key, value) in changes {
            match value {
                Some(value) => world.store.put(key, value.clone()),
                None => std::mem::drop(world.store.take(key)),
            }
        }
        let outcome = attempt(&world, &package, &secret);
        for (key, value) in &stored {
            world.store.put(key, value.clone());
        }
        outcome
    };
    let value = |key: &str| Some(stored[key].clone());
    let flipped = |key: &str| {
        let mut value = stored[key].clone();
        *value.last_mut().unwrap() ^= 1;
        Some(value)
    };
    let cut = |key: &str| Some(stored[key][..stored[key].len() - 1].to_vec());
    // Swapped, repeated, of another package, changed, cut, gone.
    assert_eq!(with(&[(part(2), value(&part(3))), (part(3), value(&part(2)))]), "fault");
    assert_eq!(with(&[(part(2), value(&part(1)))]), "fault");
    assert_eq!(with(&[(part(3), value(&part_key(other.0.id, 3).to_string()))]), "fault");
    for number in 2..=4 {
        for value in [flipped(&part(number)), cut(&part(number)), None, Some(vec![])] {
            assert_eq!(with(&[(part(number), value)]), "fault", "{number}");
        }
    }
    // Of the first part nobody can say whether it or the secret is wrong.
    assert_eq!(with(&[(part(1), flipped(&part(1)))]), "wrong secret");
    assert_eq!(with(&[(part(1), None)]), "fault");
    let lock = package::lock_key(package.id).to_string();
    assert_eq!(with(&[(lock.clone(), flipped(&lock))]), "fault");
    assert_eq!(with(&[(lock.clone(), value(&package::lock_key(other.0.id).to_string()))]), "fault");
    assert_eq!(with(&[(lock, None)]), "not found");
    // An end that is none, and one that came too soon.
    assert_eq!(attempt_with(&world, Package { parts: 3, ..package }, &secret), "fault");
    assert_eq!(attempt_with(&world, Package { parts: 5, ..package }, &secret), "fault");
    assert_eq!(attempt(&world, &package, &secret), "whole");
    // Its time.
    world.later(KEPT_SECONDS - 120);
    assert_eq!(attempt(&world, &package, &secret), "whole");
    world.later(120);
    assert_eq!(attempt(&world, &package, &secret), "not found");
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

#[test]
fn a_package_that_was_dropped_is_gone() {
    let world = World::new();
    let (key, _, package, secret) = large(&world);
    world.store.reset_calls();
    dropped(&world, &key, Some(package.id)).unwrap();
    assert_eq!(world.store.calls()[..3], ["delete outbox", "delete try", "delete package-lock"]);
    assert!(world.keys("package").is_empty() && world.keys("package-lock").is_empty());
    assert_eq!(attempt(&world, &package, &secret), "not found");
    dropped(&world, &key, Some(package.id)).unwrap();
    // One that was broken off is unreadable, and done again it is done.
    let world = World::new();
    let (key, _, package, secret) = large(&world);
    world.store.reset_calls();
    world.store.fail_from(Some(4));
    assert!(dropped(&world, &key, Some(package.id)).is_err());
    world.store.fail_from(None);
    assert_eq!(attempt(&world, &package, &secret), "not found");
    dropped(&world, &key, Some(package.id)).unwrap();
    assert!(world.keys("package").is_empty());
}

#[test]
fn what_broke_off_is_dropped_too_and_what_is_being_built_is_not() {
    let world = World::new();
    let (key, request, first, secret) = large(&world);
    world.later(1);
    // Built, and its request never said so; being built, so that it has no lock yet; and somebody else's.
    let (second, other_secret) = build_at(&world, &key, &request);
    world.later(1);
    let (third, _) = build_at(&world, &key, &request);
    assert!(world.store.take(package::lock_key(third.id).as_str()).is_some());
    let (others, other) =
        file_request(&world, request_opening(&world, "jane@example.org", None), &[], vec![]);
    let (fourth, fourth_secret) = build_at(&world, &others, &other);
    dropped(&world, &key, None).unwrap();
    assert_eq!(attempt(&world, &first, &secret), "not found");
    assert_eq!(attempt(&world, &second, &other_secret), "not found");
    assert_eq!(attempt(&world, &fourth, &fourth_secret), "whole");
    assert_eq!(world.keys("package-lock").len(), 1);
    assert_eq!(world.keys("package").len(), (third.parts + fourth.parts) as usize);
}

#[test]
fn a_store_that_fails_leaves_nothing_that_claims_to_be_a_package() {
    let world = World::new();
    let (key, request) = fill(&world, "anna@oncall.example", "ANNA");
    let before = world.store.dump();
    world.store.reset_calls();
    build_at(&world, &key, &request);
    let calls = world.store.calls();
    assert_eq!(calls.first().map(String::as_str), Some("keys "));
    assert_eq!(calls.last().map(String::as_str), Some("set package-lock"));
    assert_eq!(world.keys("package-lock").len(), 1);
    for key in world.keys("package").into_iter().chain(world.keys("package-lock")) {
        world.store.take(&key);
    }
    for call in 1..=calls.len() {
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let built = block_on(build(&world.desk(), &key, &request));
        assert!(matches!(built, Err(Fault::StoreUnavailable(_))), "call {call}");
        world.store.fail_from(None);
        assert!(world.keys("package-lock").is_empty());
        for key in world.keys("package") {
            // What was left is found by its request's keys, and expires.
            let stored = world.store.dump()[&key].clone();
            assert!(desk_core::sealed::expiry(&stored).unwrap().is_some());
            let keys: Vec<String> = world.store.dump().into_keys().collect();
            let held = block_on(desk_app::holdings::Holdings::find(
                &world.desk(),
                &keys,
                &request.opening.email,
            ));
            assert_eq!(held.unwrap().packages.len(), 1);
            world.store.take(&key);
        }
    }
    assert_eq!(world.store.dump().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    // And a download says so, or breaks off.
    let (package, secret) = build_at(&world, &key, &request);
    for call in 1..=2 {
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let refused = block_on(download(&world.desk(), &package, &secret));
        assert!(matches!(refused, Err(Fault::StoreUnavailable(_))));
    }
}

#[test]
fn a_source_that_was_changed_makes_no_package() {
    let world = World::new();
    let (key, request) = fill(&world, "anna@oncall.example", "ANNA");
    let stored = world.store.dump();
    for key_of in stored.keys().filter(|key| key.starts_with("file:")) {
        world.store.take(key_of);
        let built = block_on(build(&world.desk(), &key, &request));
        assert!(matches!(built, Err(Fault::Internal(_))), "{key_of}");
        world.store.put(key_of, stored[key_of].clone());
    }
    assert!(world.keys("package-lock").is_empty());
    build_at(&world, &key, &request);
}

#[test]
fn a_package_is_for_whoever_has_proven_who_they_are() {
    let world = World::new();
    let code = CodeHash::new(&world.setup.keys, unique(&world), &"K7QM2X9P4T".parse().unwrap());
    let opening = request::RequestOpening {
        identity: Identity::Sent(code),
        ..request_opening(&world, "anna@oncall.example", None)
    };
    let (key, request) = file_request(&world, opening, &[], vec![]);
    assert!(matches!(block_on(build(&world.desk(), &key, &request)), Err(Fault::Internal(_))));
}

#[test]
fn it_is_gone_when_its_request_is() {
    let world = World::new();
    let opening = request_opening(&world, "anna@oncall.example", None);
    let expires = opening.expires;
    let (key, request) = file_request(&world, opening, &[], vec![]);
    assert_eq!(
        build_at(&world, &key, &request).0.until,
        world.now.get().plus_seconds(KEPT_SECONDS)
    );
    world.now.set(expires.plus_seconds(-10));
    assert_eq!(build_at(&world, &key, &request).0.until, expires);
}

#[test]
fn an_answer_says_how_long_it_is() {
    let world = World::new();
    let (.., package, secret) = large(&world);
    let answer = |request: &desk_web::request::Request| -> Answer {
        let desk = world.desk();
        let download = block_on(download(&desk, &package, &secret)).unwrap();
        data_requests::archive(request, download, "DR-1234").into()
    };
    let posted = answer(&form("/requests/x/package", &[]));
    assert_eq!((posted.status, posted.body.len() as u64), (200, package.size));
    assert_eq!(posted.header("content-length"), package.size.to_string());
    assert_eq!(posted.header("content-type"), "application/zip");
    assert_eq!(posted.header("content-disposition"), "attachment; filename=\"DR-1234.zip\"");
    assert_eq!(posted.header("cache-control"), "no-store");
    let head = answer(&http_request(Method::HEAD, "/requests/x/package", &[], ""));
    assert_eq!(
        (head.body.len(), head.header("content-length")),
        (0, package.size.to_string().as_str())
    );
}

/// A store that watches how much is read of files and not yet written into parts.
#[derive(Default)]
struct Watched {
    store: MemoryStore,
    /// Bytes that are somewhere in between.
    between: Cell<i64>,
    most: Cell<i64>,
    largest: Cell<usize>,
    writes: RefCell<usize>,
}

impl Store for Watched {
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.store.get(key).await?;
        if key.as_str().starts_with("file:") {
            let length = value.as_ref().map_or(0, Vec::len);
            self.between.set(self.between.get() + length as i64);
            self.most.set(self.most.get().max(self.between.get()));
        }
        Ok(value)
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        if key.as_str().starts_with("package:") {
            self.between.set(self.between.get() - value.len() as i64);
            *self.writes.borrow_mut() += 1;
        }
        self.largest.set(self.largest.get().max(value.len()));
        self.store.set(key, value).await
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.store.delete(key).await
    }
}

impl Scan for Watched {
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.store.keys(prefix).await
    }
}

const CASES: usize = 4;

#[test]
fn what_is_large_passes_through_a_few_parts() {
    let world = World::new();
    let store = Rc::new(Watched::default());
    let desk = || Desk { store: &store, setup: &world.setup, moment: world.desk().moment };
    let email = "anna@oncall.example";
    let file = Attachment::new(&[b"%PDF-".as_slice(), &vec![7; 1_048_000]].concat()).unwrap();
    let files = [file.clone(), file.clone(), file];
    // Twelve megabytes; a hundred pass as well, and take minutes without optimisation.
    for _ in 0..CASES {
        let id = unique(&world);
        let key = CaseKey { id, subject: Some(world.setup.keys.subject(&address(email))) };
        let opening = case_opening(&world, email, &"слово ".repeat(1_600), &files);
        let desk = desk();
        block_on(cases::write_files(&desk, &key, opening.expires, &files)).unwrap();
        block_on(cases::open(&desk, &key, opening.expires, &opening)).unwrap();
    }
    let opening = request_opening(&world, email, None);
    let id = unique(&world);
    let key = RequestKey { id, subject: world.setup.keys.subject(&opening.email) };
    block_on(cases::open(&desk(), &key, opening.expires, &opening)).unwrap();
    let request = block_on(cases::load(&desk(), &key)).unwrap().unwrap();

    let desk = desk();
    let (package, secret) = block_on(build(&desk, &key, &request)).unwrap();
    assert!(package.size > CASES as u64 * 3 * 1_048_000, "{}", package.size);
    assert_eq!(*store.writes.borrow(), package.parts as usize);
    assert_eq!(store.largest.get(), MAX_VALUE);
    // What was read is written before more is read: a batch of parts, and a value.
    assert!(store.most.get() < 4 * MAX_VALUE as i64, "{}", store.most.get());
    let mut download = block_on(download(&desk, &package, &secret)).unwrap();
    let (mut size, mut tail) = (0, Bytes::new());
    while let Some(chunk) = block_on(download.next()).unwrap() {
        assert!(chunk.len() < MAX_VALUE);
        size += chunk.len() as u64;
        tail = chunk;
    }
    assert_eq!(size, package.size);
    // The directory's end: 3 entries and the files.
    assert_eq!(tail[tail.len() - 12..tail.len() - 10], (3 + CASES as u16 * 3).to_le_bytes());
    assert_eq!(store.store.dump().len(), CASES * 13 + 1 + package.parts as usize + 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_comes_through_and_is_harmless(words in "[^\\p{Cc}]{1,80}") {
        prop_assume!(!words.trim().is_empty());
        let world = World::new();
        let (key, request) = file_request(&world, request_opening(&world, "anna@oncall.example", Some(&words)), &[], vec![]);
        let (package, secret) = build_at(&world, &key, &request);
        let entries = entries(&fetch(&world, &package, &secret).unwrap());
        let words = message(&words);
        let data = data(&entries);
        prop_assert_eq!(data["requests"][0]["text"].as_str(), Some(words.as_str()));
        let rows = rows(&text(&entries, "messages.csv"));
        prop_assert_eq!(rows.len(), 2);
        let cell = &rows[1][5];
        let guarded = format!("'{}", words.as_str());
        prop_assert!(cell == words.as_str() || *cell == guarded);
        prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
        let page = text(&entries, "index.html");
        let begin = page.find("<p class=\"text\" dir=\"auto\">").unwrap() + 27;
        let shown = &page[begin..begin + page[begin..].find("</p>").unwrap()];
        prop_assert!(!shown.contains('<') && !shown.contains('"'));
    }
}
