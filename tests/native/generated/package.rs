//! `docs/schemas/package.schema.json`: the description of `data.json` in a package (JSON Schema, draft 2020-12), with its
//! lists taken from the code.

use desk_core::attachment::FileKind;
use desk_core::case::{self, Suspicion};
use desk_core::clock::regime::Regime;
use desk_core::lang::Lang;
use desk_core::request::{self, Behalf, RefusalGround};
use desk_core::suppression::Reason;
use serde_json::{Map, Value, json};

use desk_documents::package::By;

#[test]
fn the_data_of_a_package_is_described() {
    let schema = schema();
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    super::hold("docs/schemas/package.schema.json", &text);
    super::hold("crates/desk-documents/package.schema.json", &schema.to_string());
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn instant(description: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": description })
}

fn one_of<'n>(description: &str, names: impl IntoIterator<Item = &'n str>) -> Value {
    let names: Vec<&str> = names.into_iter().collect();
    json!({ "type": "string", "enum": names, "description": description })
}

fn list(description: &str, item: &str) -> Value {
    json!({ "type": "array", "items": { "$ref": format!("#/$defs/{item}") }, "description": description })
}

/// An object with these members, and no others. What ends with a question mark may be absent.
fn object(description: &str, members: Vec<(&str, Value)>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in members {
        let bare = name.strip_suffix('?');
        if bare.is_none() {
            required.push(name);
        }
        properties.insert(bare.unwrap_or(name).to_owned(), schema);
    }
    json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

/// Every event that a history may have.
const EVENTS: [&str; 15] = [
    "message",
    "question",
    "taken-up",
    "state-set",
    "code-sent",
    "code-held",
    "code-wrong",
    "identified",
    "extended",
    "answered",
    "answered-partly",
    "refused",
    "withdrawn",
    "package-built",
    "package-deleted",
];
const PROOFS: [&str; 4] = ["mail-link", "mail-code", "assertion", "operator"];

fn proof() -> Value {
    one_of("How identity was proven.", PROOFS)
}

fn language(description: &str) -> Value {
    one_of(description, Lang::ALL.map(Lang::tag))
}

fn schema() -> Value {
    let doors = ["form", "api", "delete-account", "delete-data", "feedback"];
    let media_types = [FileKind::Png, FileKind::Jpeg, FileKind::Pdf, FileKind::Text];
    let common = |kind: Value, state: Value| {
        vec![
            ("reference", text("What people call it by.")),
            ("kind", kind),
            ("state", state),
            ("language", language("The language of the answers.")),
            ("door", one_of("Through which door it came.", doors)),
            ("received_at", instant("When it was received.")),
            ("kept_until", instant("Until when it is kept.")),
            ("name?", text("The name that was given.")),
            ("text?", text("What the person wrote.")),
            ("policy", json!({ "oneOf": [{ "$ref": "#/$defs/policy" }, { "type": "null" }] })),
            ("files", list("The files that the person attached.", "file")),
            ("history", list("What happened since, in order.", "event")),
        ]
    };
    let mut case = common(
        one_of("What it is about.", case::CaseKind::ALL.map(case::CaseKind::name)),
        one_of("Where it stands.", case::CaseState::ALL.map(case::CaseState::name)),
    );
    let suspicions = [Suspicion::TooFast, Suspicion::Honeypot, Suspicion::ManyLinks];
    case.extend([
        ("email?", text("The address that was given.")),
        ("app_version?", text("The version of the app.")),
        (
            "suspicions",
            json!({
                "type": "array",
                "items": one_of("Why.", suspicions.map(Suspicion::name)),
                "description": "Why it was set apart as possible spam; empty if it was not.",
            }),
        ),
    ]);
    let mut request = common(
        one_of("What is asked for.", request::RequestKind::ALL.map(request::RequestKind::name)),
        one_of("Where it stands.", request::STATES),
    );
    request.extend([
        ("email", text("The address that it is about.")),
        ("case?", text("The reference of the case that it came from.")),
        ("law", one_of("The law whose clock runs.", Regime::ALL.map(Regime::name))),
        (
            "on_behalf_of",
            one_of("For whom somebody asks.", [Behalf::Own, Behalf::Represented].map(Behalf::name)),
        ),
        (
            "identified?",
            object(
                "When and how identity was proven.",
                vec![("at", instant("When.")), ("how", proof())],
            ),
        ),
    ]);
    let scope = || {
        vec![
            ("scope", text("The id of a newsletter; all, bounce or complaint: every newsletter.")),
            ("list?", text("The newsletter's name.")),
        ]
    };
    let reason = one_of("How it came about.", Reason::ALL.map(Reason::name));
    let mut suppression = scope();
    suppression.extend([("since", instant("Since when.")), ("reason", reason.clone())]);
    let mut change = scope();
    change.extend([
        ("at", instant("When.")),
        (
            "suppressed",
            json!({ "type": "boolean", "description": "Whether mail was stopped or resumed." }),
        ),
        ("reason", json!({ "oneOf": [reason, { "type": "null" }] })),
    ]);
    let states = ["in_progress", "closed"];
    let defs = json!({
        "policy": object("The policy in force when it was received.", vec![
            ("version", text("The version's name.")),
            ("digest", text("The digest of its publication.")),
        ]),
        "file": object("An attached file.", vec![
            ("name", text("Where it lies in the archive.")),
            ("media_type", one_of("What it is.", media_types.map(FileKind::media_type))),
            ("size", json!({ "type": "integer", "minimum": 0, "description": "How many bytes it has." })),
            ("sha256", json!({ "type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of its bytes." })),
        ]),
        "event": object("One thing that happened.", vec![
            ("at", instant("When.")),
            ("by", one_of("Who did it.", By::ALL.map(By::name))),
            ("event", one_of("What it was.", EVENTS)),
            ("state?", one_of("The state that was set.", states)),
            ("how?", proof()),
            ("ground?", one_of("On what ground it was refused.", RefusalGround::ALL.map(RefusalGround::name))),
            ("until?", instant("Until when a package could be fetched.")),
            ("text?", text("What was written.")),
        ]),
        "case": object("A question, complaint, suggestion or problem.", case),
        "request": object("A data request.", request),
        "suppression": object("A newsletter that must not be sent.", suppression),
        "change": object("An entry in the journal of suppressions.", change),
        "mail": object("A mail that was not handed over to the mail service yet.", vec![
            ("at", instant("When it was written.")),
            ("kept_until", instant("When it is no longer of use.")),
            ("language", language("In which language it is.")),
            ("subject", text("Its subject.")),
            ("text", text("Its text.")),
        ]),
    });
    let mut root = object(
        "Everything that the privacy desk holds under one e-mail address.",
        vec![
            (
                "$schema",
                json!({ "type": "string", "format": "uri", "description": "Where this description is." }),
            ),
            ("format", json!({ "const": 1, "description": "The version of this format." })),
            ("prepared_at", instant("When the package was prepared.")),
            ("request", text("The reference of the request that it answers.")),
            ("email", text("The address.")),
            ("language", language("The language of the page beside this file.")),
            ("app", text("The app.")),
            ("controller", text("Who is responsible for the data.")),
            ("contact?", text("Where to write to.")),
            (
                "policy_url",
                json!({ "type": "string", "format": "uri", "description": "Where the privacy policy is." }),
            ),
            ("cases", list("Questions and complaints, the oldest first.", "case")),
            ("requests", list("Data requests, the oldest first.", "request")),
            ("suppressions", list("The newsletters that must not be sent.", "suppression")),
            ("suppression_changes", list("What changed about them, in order.", "change")),
            ("mails", list("The mails that wait, the oldest first.", "mail")),
        ],
    );
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        root.insert("title".to_owned(), "A package of personal data".into());
        root.insert("$defs".to_owned(), defs);
    }
    root
}
