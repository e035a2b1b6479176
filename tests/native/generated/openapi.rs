//! `docs/openapi.json`: the description of the API (OpenAPI 3.1), with its lists and limits taken from the code.

mod erasure;
mod filing;
mod mailing;
mod requests;
mod schemas;

use schemas::schemas;

use desk_core::attachment::{MAX_ATTACHMENT, MAX_ATTACHMENTS};
use desk_core::case::{CaseKind, CaseState, Suspicion};
use desk_core::lang::Lang;
use serde_json::{Map, Value, json};

use desk_app::audit::Action;
use desk_web::problem::Kind;

#[test]
fn the_api_is_described() {
    let document = document();
    let mut text = serde_json::to_string_pretty(&document).unwrap();
    text.push('\n');
    super::hold("docs/openapi.json", &text);
    super::hold("functions/site/openapi.json", &document.to_string());
}

#[test]
fn every_reference_resolves() {
    let document = document();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        if let Some(Value::String(reference)) = value.get("$ref") {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        match value {
            Value::Object(members) => open.extend(members.values()),
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

/// Generators of clients make functions of the names of operations.
#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = document();
    let paths = document["paths"].as_object().unwrap().values();
    let mut names: Vec<&str> = paths
        .flat_map(|path| path.as_object().unwrap().values())
        .filter_map(|operation| operation.get("operationId")?.as_str())
        .collect();
    assert!(!names.is_empty());
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Privacy Desk",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The privacy side of a mobile app: policy, feedback, newsletters, operators' console.",
            "description": "Everything that people do on pages, programs do with the same addresses and `Accept: application/json`. \
                Errors are problems of RFC 9457. Times are RFC 3339 in UTC.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": [
            { "name": "policy", "description": "The policy in force, its history, and publishing." },
            { "name": "feedback", "description": "Questions, complaints, suggestions and problems." },
            { "name": "requests", "description": "Requests about one's own data, as people file and follow them." },
            { "name": "unsubscribe", "description": "The links in newsletters, one click, and the mailing preferences." },
            { "name": "suppressions", "description": "Who must not be written to, for the mailer and for operators." },
            { "name": "console", "description": "What operators do; every call needs the operator token." },
            { "name": "ops", "description": "What a cron calls." },
            { "name": "site", "description": "Well-known addresses and this description." },
        ],
        "paths": merged(merged(merged(merged(paths(), mailing::paths()), filing::paths()), requests::paths()), erasure::paths()),
        "webhooks": mailing::webhooks(),
        "components": {
            "securitySchemes": {
                "operator": { "type": "http", "scheme": "bearer" },
                "app": { "type": "http", "scheme": "bearer", "description": "The token of the app's backend and the mailer." },
            },
            "parameters": merged(merged(parameters(), requests::parameters()), erasure::parameters()),
            "headers": headers(),
            "schemas": merged(merged(merged(merged(schemas(), mailing::schemas()), filing::schemas()), requests::schemas()), erasure::schemas()),
            "responses": { "Problem": {
                "description": "A problem, of which docs/problems.md lists every kind.",
                "content": { "application/problem+json": { "schema": schema("Problem") } },
            } },
        },
    })
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// An operation; whatever goes wrong is a problem.
fn operation(
    tag: &str,
    id: &str,
    summary: &str,
    parameters: &[&str],
    answers: Vec<(&str, Value)>,
) -> Value {
    let mut responses: Map<String, Value> =
        answers.into_iter().map(|(status, answer)| (status.to_owned(), answer)).collect();
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    let mut operation =
        json!({ "tags": [tag], "operationId": id, "summary": summary, "responses": responses });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.iter().map(|name| parameter(name)).collect();
    }
    if tag == "console" || id == "publish_version" {
        operation["security"] = json!([{ "operator": [] }]);
    }
    operation
}

fn with_body(mut operation: Value, content: Value) -> Value {
    operation["requestBody"] = json!({ "required": true, "content": content });
    operation
}

fn answer(description: &str, content: Value) -> Value {
    json!({ "description": description, "content": content })
}

fn json_answer(description: &str, name: &str) -> Value {
    answer(description, json!({ "application/json": { "schema": schema(name) } }))
}

fn text_forms() -> Value {
    json!({
        "text/html": { "schema": { "type": "string" } },
        "text/markdown": { "schema": { "type": "string" } },
        "text/plain": { "schema": { "type": "string" } },
        "application/json": { "schema": schema("PolicyText") },
    })
}

/// A text of the policy with the headers that tell what it is.
fn policy_text(description: &str) -> Value {
    let mut answer = answer(description, text_forms());
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    answer["headers"] = json!({
        "ETag": header("ETag"),
        "Repr-Digest": header("ReprDigest"),
        "Policy-Translation": header("PolicyTranslation"),
        "Content-Language": header("ContentLanguage"),
    });
    answer
}

fn not_modified() -> Value {
    json!({ "description": "The client has it already (`If-None-Match`)." })
}

fn see_other(description: &str) -> Value {
    json!({ "description": description, "headers": { "Location": { "schema": { "type": "string" } } } })
}

fn file_answer() -> Value {
    answer(
        "The file, to be saved.",
        json!({ "image/png": {}, "image/jpeg": {}, "application/pdf": {}, "text/plain": {} }),
    )
}

fn paths() -> Value {
    let page_or = |name: &str| json!({ "text/html": { "schema": { "type": "string" } }, "application/json": { "schema": schema(name) } });
    json!({
        "/policy": { "get": operation("policy", "get_policy", "The policy in force, in the best language and form",
            &["lang", "format"], vec![("200", policy_text("The policy in force.")), ("304", not_modified())]) },
        "/policy/versions": { "get": operation("policy", "list_versions", "All versions, the latest first",
            &["lang"], vec![("200", answer("The versions.", page_or("Versions"))), ("304", not_modified())]) },
        "/policy/versions/{version}": {
            "parameters": [parameter("version")],
            "get": operation("policy", "get_version", "One version, which never changes",
                &["lang", "format"], vec![("200", policy_text("The version.")), ("304", not_modified())]),
            "put": with_body(
                operation("policy", "publish_version", "Publish a version in one language; a published one never changes",
                    &["publication_lang", "effective", "note", "material"],
                    vec![("201", json_answer("It is published.", "Publication")),
                         ("200", json_answer("It was published before, with the same content.", "Publication"))]),
                json!({ "text/markdown": { "schema": { "type": "string", "maxLength": 61440 } } })),
        },
        "/policy/at/{when}": { "parameters": [parameter("when")],
            "get": operation("policy", "get_policy_at", "The policy that was, is or will be in force at an instant",
                &["lang", "format"], vec![("200", policy_text("The policy at that instant."))]) },
        "/policy/upcoming": { "get": operation("policy", "list_upcoming", "Versions that take effect later, the soonest first",
            &["lang"], vec![("200", answer("The versions.", page_or("Upcoming")))]) },
        "/policy/diff/{pair}": { "parameters": [parameter("pair")],
            "get": operation("policy", "compare_versions", "What changed between two versions, by section and by word",
                &["lang"], vec![("200", answer("The differences.", page_or("Diff")))]) },
        "/policy/feed.atom": { "get": operation("policy", "get_atom_feed", "The versions as an Atom feed (RFC 4287)",
            &["lang"], vec![("200", answer("The feed.", json!({ "application/atom+xml": {} })))]) },
        "/policy/feed.json": { "get": operation("policy", "get_json_feed", "The versions as a JSON Feed 1.1",
            &["lang"], vec![("200", answer("The feed.", json!({ "application/feed+json": {} })))]) },
        "/policy/manifest.json": { "get": operation("policy", "get_manifest", "What a phone polls: version, digests, what comes next",
            &[], vec![("200", json_answer("The manifest.", "Manifest")), ("304", not_modified())]) },
        "/feedback": {
            "get": operation("feedback", "get_feedback_form", "The form", &["lang", "app_version"],
                vec![("200", answer("The form.", json!({ "text/html": {} })))]),
            "post": with_body(
                operation("feedback", "open_case", "Send a question, a complaint, a suggestion or a problem",
                    &["lang", "idempotency_key"],
                    vec![("201", json_answer("It is stored.", "Ticket")),
                         ("303", see_other("It is stored; the page with the ticket. For forms."))]),
                json!({
                    "application/json": { "schema": schema("Feedback") },
                    "application/x-www-form-urlencoded": { "schema": schema("FeedbackForm") },
                    "multipart/form-data": { "schema": schema("FeedbackForm") },
                })),
        },
        "/feedback/status/{token}": { "parameters": [parameter("token")],
            "get": operation("feedback", "get_case", "State and thread of a case, for whoever has its secret link", &["lang"],
                vec![("200", answer("The case.", page_or("Case")))]) },
        "/feedback/status/{token}/case.json": { "parameters": [parameter("token")],
            "get": operation("feedback", "download_case", "The case, to be saved", &[], vec![("200", json_answer("The case.", "Case"))]) },
        "/feedback/status/{token}/receipt.json": { "parameters": [parameter("token")],
            "get": operation("feedback", "download_receipt", "The signed receipt, to be saved", &[],
                vec![("200", json_answer("The receipt.", "Receipt"))]) },
        "/feedback/status/{token}/attachments/{number}": { "parameters": [parameter("token"), parameter("number")],
            "get": operation("feedback", "download_attachment", "An attached file, to be saved", &[], vec![("200", file_answer())]) },
        "/feedback/status/{token}/messages": { "parameters": [parameter("token")],
            "post": with_body(
                operation("feedback", "add_message", "Add a message", &["lang", "idempotency_key"],
                    vec![("201", json_answer("It is stored.", "Case")), ("303", see_other("It is stored. For forms."))]),
                json!({ "application/json": { "schema": schema("Message") },
                        "application/x-www-form-urlencoded": { "schema": schema("Message") } })) },
        "/feedback/status/{token}/withdraw": { "parameters": [parameter("token")],
            "post": operation("feedback", "withdraw_case", "Withdraw the case; doing it twice is doing it once", &["lang"],
                vec![("200", json_answer("It is withdrawn.", "Case")), ("303", see_other("It is withdrawn. For forms."))]) },
        "/console/api/cases": { "get": operation("console", "list_cases", "Cases, the newest first, without what people wrote",
            &["kind", "state", "quarantined", "cursor", "limit"], vec![("200", json_answer("A page of cases.", "CaseList"))]) },
        "/console/api/cases/{case}": { "parameters": [parameter("case")],
            "get": operation("console", "read_case", "One case with its thread; leaves an audit record", &[],
                vec![("200", json_answer("The case; its ETag is what changes name.", "OperatorsCase"))]) },
        "/console/api/cases/{case}/attachments/{number}": { "parameters": [parameter("case"), parameter("number")],
            "get": operation("console", "read_attachment", "An attached file; leaves an audit record", &[], vec![("200", file_answer())]) },
        "/console/api/cases/{case}/replies": { "parameters": [parameter("case")],
            "post": with_body(operation("console", "reply_to_case", "Reply to the person; leaves an audit record",
                &["idempotency_key", "if_match"], vec![("201", json_answer("It is stored.", "OperatorsCase"))]),
                json!({ "application/json": { "schema": schema("Reply") } })) },
        "/console/api/cases/{case}/state": { "parameters": [parameter("case")],
            "put": with_body(operation("console", "set_case_state", "Take a case up or close it; leaves an audit record",
                &["if_match_required"], vec![("200", json_answer("The case.", "OperatorsCase"))]),
                json!({ "application/json": { "schema": schema("SetState") } })) },
        "/console/api/audit": { "get": operation("console", "list_audit", "Audit records, the newest first", &["cursor", "limit"],
            vec![("200", json_answer("A page of records.", "Audit"))]) },
        "/.well-known/desk-keys.json": { "get": operation("site", "get_keys", "The keys that sign receipts and publications (RFC 7517)", &[],
            vec![("200", answer("A JWK set.", json!({ "application/jwk-set+json": { "schema": schema("JwkSet") } })))]) },
        "/.well-known/gpc.json": { "get": operation("site", "get_gpc", "Support of Global Privacy Control", &[],
            vec![("200", json_answer("The desk honours the signal.", "Gpc"))]) },
        "/.well-known/security.txt": { "get": operation("site", "get_security_contact", "Where to report a security problem (RFC 9116)", &[],
            vec![("200", answer("The contact.", json!({ "text/plain": {} })))]) },
        "/problems/{slug}": { "parameters": [parameter("slug")],
            "get": operation("site", "get_problem_type", "What a kind of problem means", &["lang"],
                vec![("200", answer("The explanation.", json!({ "text/html": {}, "application/json": {} })))]) },
        "/openapi.json": { "get": operation("site", "get_openapi", "This description", &[],
            vec![("200", answer("This document.", json!({ "application/json": {} })))]) },
    })
}

fn languages() -> Vec<&'static str> {
    Lang::ALL.iter().map(|lang| lang.tag()).collect()
}

fn parameters() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let path = |name: &str, description: &str| json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } });
    let header = |name: &str, required: bool, description: &str| json!({ "name": name, "in": "header", "required": required, "description": description, "schema": { "type": "string" } });
    let required = |mut parameter: Value| {
        parameter["required"] = json!(true);
        parameter
    };
    json!({
        "lang": query("lang", "Language of the answer, before `Accept-Language`.", json!({ "enum": languages() })),
        "format": query("format", "Form of the answer, before `Accept`.", json!({ "enum": ["html", "markdown", "text", "json"] })),
        "publication_lang": required(query("lang", "Language of the text.", json!({ "enum": languages() }))),
        "effective": query("effective", "When it takes effect; now, if absent.", json!({ "type": "string", "format": "date-time" })),
        "note": query("note", "What changed, in the language of the text.", json!({ "type": "string", "maxLength": 500 })),
        "material": query("material", "Whether people should be asked again.", json!({ "type": "boolean" })),
        "app_version": query("app_version", "The app's version, to be filled in.", json!({ "type": "string", "maxLength": 50 })),
        "kind": query("kind", "Only cases of this kind.", schema("CaseKind")),
        "state": query("state", "Only cases in this state.", schema("CaseState")),
        "quarantined": query("quarantined", "Only cases in quarantine, or only others.", json!({ "type": "boolean" })),
        "cursor": query("cursor", "Where to go on: `next_cursor` of the page before.", json!({ "type": "string" })),
        "limit": query("limit", "How many at the most.", json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 })),
        "version": path("version", "The name of a version: 1 to 32 of A-Z a-z 0-9 . _ -"),
        "when": path("when", "An RFC 3339 instant, or a date, which stands for its last instant in the operator's time zone."),
        "pair": path("pair", "Two versions: `1.0..2.0`."),
        "token": path("token", "The token of a status link."),
        "number": path("number", "Which file, counted from 1."),
        "case": path("case", "The id or the reference of a case."),
        "link": path("link", "The token of an unsubscribe link."),
        "undo": path("undo", "The token of an undo link."),
        "preferences": path("preferences", "The token of a mailed link."),
        "provider": path("provider", "`standard`, `postmark`, `sendgrid`, `mailgun` or `ses`."),
        "mail": path("mail", "The id of a mail."),
        "since": query("since", "Only what changed after this `Desk-Cursor`.", json!({ "type": "string" })),
        "export_format": query("format", "Form of the answer, before `Accept`.", json!({ "enum": ["ndjson", "csv"] })),
        "slug": path("slug", "The last part of a problem's type."),
        "idempotency_key": header("Idempotency-Key", false,
            "8 to 128 visible characters, in quotes or bare. For 24 hours, a retry with the same key gives the same answer."),
        "if_match": header("If-Match", false, "The ETag of the case as it was read."),
        "if_match_required": header("If-Match", true, "The ETag of the case as it was read."),
    })
}

fn headers() -> Value {
    let header =
        |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    json!({
        "ETag": header("A strong entity tag of this representation."),
        "ReprDigest": header("SHA-256 of this representation (RFC 9530)."),
        "PolicyTranslation": header("`exact`, `missing` or `outdated`, with the parameters `requested` and `served`."),
        "ContentLanguage": header("The language of the text that is served."),
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn instant(description: &str) -> Value {
    json!({ "type": "string", "format": "date-time", "description": description })
}

fn url(description: &str) -> Value {
    json!({ "type": "string", "format": "uri", "description": description })
}

fn array(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// An object whose members are all there, except the optional ones.
fn object(members: Value, optional: &[&str]) -> Value {
    let required: Vec<&String> = members
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| !optional.contains(&name.as_str()))
        .collect();
    json!({ "type": "object", "required": required, "properties": members })
}

/// An object with the members of two.
fn merged(a: Value, b: Value) -> Value {
    let mut all = a;
    for (name, value) in b.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

/// Numbers in order, each once.
fn unique(mut numbers: Vec<u16>) -> Vec<u16> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
