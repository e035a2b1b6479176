//! The part of the description that is about data requests: what operators read, do and export.

use desk_core::clock::due::Cause;
use desk_core::clock::regime::Regime;
use desk_core::request::{Proof, RefusalGround, RequestKind, STATES};
use serde_json::{Map, Value, json};

use super::{
    answer, array, file_answer, instant, json_answer, languages, object, operation, parameter,
    schema, text, url, with_body,
};

fn json_body(name: &str) -> Value {
    json!({ "application/json": { "schema": schema(name) } })
}

pub(super) fn paths() -> Value {
    let act = |id: &str, summary: &str, parameters: &[&str], status: &str, body: Option<&str>| {
        let done = vec![(status, json_answer("It is done.", "RequestDone"))];
        let operation = operation("console", id, summary, parameters, done);
        let operation = match body {
            Some(body) => with_body(operation, json_body(body)),
            None => operation,
        };
        json!({ "parameters": [parameter("request")], "post": operation })
    };
    let decides = &["idempotency_key", "if_match_required"][..];
    let mut package = act(
        "build_package",
        "Build the package of all that is held; the person is mailed its key",
        &["if_match_required"],
        "201",
        None,
    );
    package["delete"] = operation(
        "console",
        "drop_package",
        "Drop the package, which nobody can open from then on",
        &["if_match_required"],
        vec![("200", json_answer("It is dropped.", "RequestDone"))],
    );
    json!({
        "/console/api/requests": { "get": operation("console", "list_requests",
            "Open data requests, those that are due first before the others, without personal data",
            &["request_kind", "request_state", "ended_too", "cursor", "limit"],
            vec![("200", json_answer("A page of the queue.", "RequestQueue"))]) },
        "/console/api/requests/log": { "get": operation("console", "export_request_log",
            "The log of requests (11 CCR 7101), without personal data", &["from", "to", "log_format"],
            vec![("200", answer("The log, in the order of receipt.", json!({
                "application/json": { "schema": schema("RequestLog") }, "text/csv": {} })))]) },
        "/console/api/requests/metrics": { "get": operation("console", "count_requests",
            "Counts and times of a calendar year (11 CCR 7102)", &["year"],
            vec![("200", json_answer("The counts.", "RequestMetrics"))]) },
        "/console/api/requests/{request}": { "parameters": [parameter("request")],
            "get": operation("console", "read_request", "Everything about a data request; leaves an audit record", &["lang"],
                vec![("200", json_answer("The request; its ETag is what changes name.", "OperatorsRequest"))]) },
        "/console/api/requests/{request}/attachments/{number}": { "parameters": [parameter("request"), parameter("number")],
            "get": operation("console", "read_request_file", "An attached file; leaves an audit record", &[], vec![("200", file_answer())]) },
        "/console/api/requests/{request}/take": act("take_request", "Take it up", decides, "200", None),
        "/console/api/requests/{request}/messages": act("write_to_person", "Write to the person, by mail and on the status page",
            &["idempotency_key", "if_match"], "201", Some("Reply")),
        "/console/api/requests/{request}/clarification": act("ask_person", "Ask the person what they mean", decides, "201", Some("Reply")),
        "/console/api/requests/{request}/extension": act("extend_request", "Extend the term, once and as the law allows", decides, "201", Some("Reason")),
        "/console/api/requests/{request}/answer": act("answer_request", "End it: what was asked for was done, or a part of it", decides, "201", Some("RequestAnswer")),
        "/console/api/requests/{request}/refusal": act("refuse_request", "Refuse it; the person is told the ground and how to complain", decides, "201", Some("RequestRefusal")),
        "/console/api/requests/{request}/identity": act("take_identity", "Take another proof of who asks; the reason goes into the audit record", decides, "200", Some("ShortReason")),
        "/console/api/requests/{request}/package": package,
        "/console/api/requests/{request}/complaint": { "parameters": [parameter("request")],
            "post": operation("console", "open_complaint", "Open a complaint with the request's text; doing it twice is doing it once", &[],
                vec![("201", json_answer("The complaint.", "OperatorsCase")), ("200", json_answer("It was opened before.", "OperatorsCase"))]) },
        "/console/api/cases/{case}/request": { "parameters": [parameter("case")],
            "post": with_body(operation("console", "turn_case_into_request",
                "Open a data request with the text of a case; the person is mailed a link and a code to prove who asks", &["idempotency_key"],
                vec![("201", json_answer("The request.", "RequestDone")), ("200", json_answer("It was opened before.", "RequestDone"))]),
                json_body("TurnCase")) },
    })
}

pub(super) fn parameters() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let date = || json!({ "type": "string", "format": "date" });
    json!({
        "request": { "name": "request", "in": "path", "required": true, "description": "The id or the reference of a data request.", "schema": { "type": "string" } },
        "request_kind": query("kind", "Only requests for this.", schema("RequestKind")),
        "request_state": query("state", "Only requests in this state.", schema("RequestState")),
        "ended_too": query("all", "Whether those that have ended are listed too.", json!({ "type": "boolean", "default": false })),
        "from": query("from", "Only what was received on this day of the operator or later.", date()),
        "to": query("to", "Only what was received on this day of the operator or earlier.", date()),
        "log_format": query("format", "Form of the answer, before `Accept`.", json!({ "enum": ["json", "csv"] })),
        "year": query("year", "The year of receipt; the current one, if absent.", json!({ "type": "string", "pattern": "^[0-9]{4}$" })),
    })
}

pub(super) fn schemas() -> Value {
    let number = || json!({ "type": "integer" });
    let flag = || json!({ "type": "boolean" });
    let maybe = |schema: Value| json!({ "oneOf": [schema, { "type": "null" }] });
    let message = |description: &str| json!({ "type": "string", "minLength": 1, "maxLength": 10_000, "description": description });
    let regime = || json!({ "enum": Regime::ALL.map(Regime::name) });
    let doors = json!({ "enum": ["form", "api", "delete-account", "delete-data", "feedback"] });
    let item = json!({
        "id": text("The id."),
        "reference": text("The public name, such as DR-7K3M-2Q9X-4TR6."),
        "kind": schema("RequestKind"),
        "regime": regime(),
        "state": schema("RequestState"),
        "received_at": instant("When it arrived, from which the law counts."),
        "due": maybe(object(json!({
            "date": { "type": "string", "format": "date", "description": "The last day on which an answer is in time." },
            "at": instant("The last instant."),
            "provisional": flag(), "resting": flag(),
            "days_left": number(), "working_days_left": { "type": ["integer", "null"] },
            "overdue": flag() }), &[])),
        "extended": flag(),
        "door": doors.clone(),
        "behalf": { "enum": ["self", "representative"] },
        "attachments": number(),
        "language": { "enum": languages() },
        "duplicates": array(text("The reference of another open request of the same person for the same.")),
        "leads": { "type": "boolean", "description": "Whether it leads them: the first whose identity was proven does." },
        "url": url("The request."),
    });
    let log: Map<String, Value> = [
        ("reference", text("The public name.")),
        ("received", instant("The date of the request.")),
        ("kind", schema("RequestKind")),
        ("regime", regime()),
        ("manner", doors),
        ("due", json!({ "type": ["string", "null"], "format": "date-time" })),
        ("extended", flag()),
        ("ended", json!({ "type": ["string", "null"], "format": "date-time" })),
        ("outcome", json!({ "enum": ["open", "complied", "complied-in-part", "denied", "withdrawn", "expired"] })),
        ("ground", json!({ "enum": [null] })),
        ("late", json!({ "type": ["boolean", "null"], "description": "Whether it ended, or is open, after that; null where nothing is due." })),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect();
    let mut log = Value::Object(log);
    let grounds = RefusalGround::ALL.map(RefusalGround::name);
    log["ground"]["enum"] = grounds.iter().map(|name| json!(name)).chain([Value::Null]).collect();
    let denied: Map<String, Value> =
        grounds.iter().map(|name| ((*name).to_owned(), number())).collect();
    let days = || json!({ "type": ["number", "null"], "description": "Days from receipt to answer, with one decimal." });
    let counts = json!({
        "received": number(), "complied": number(), "complied_in_part": number(),
        "denied": object(Value::Object(denied), &[]),
        "withdrawn": number(), "expired": number(), "open": number(),
        "overdue": { "type": "integer", "description": "Open, and past the date." },
        "late": { "type": "integer", "description": "Answered past the date." },
        "median_days": days(), "mean_days": days(),
    });
    let group =
        super::merged(counts.clone(), json!({ "regime": regime(), "kind": schema("RequestKind") }));
    let entry = object(
        json!({
        "from": { "enum": ["person", "operator"] },
        "what": { "enum": ["request", "message", "clarification", "extension", "answer", "refusal"] },
        "at": instant("When."), "text": text("What was written."),
        "partly": flag(), "ground": { "enum": grounds } }),
        &["partly", "ground"],
    );
    let proofs = [Proof::Link, Proof::Code, Proof::Assertion, Proof::Operator].map(Proof::name);
    let proofs: Value = proofs.iter().map(|name| json!(name)).chain([Value::Null]).collect();
    let whole = json!({
        "opened_at": instant("When it was opened; later than received for what came as a complaint."),
        "expires_at": instant("Until when it is kept."),
        "email": text("The person's address."), "name": { "type": ["string", "null"] },
        "case": url("The complaint that it came from."),
        "policy": maybe(schema("PolicyPin")),
        "identity": maybe(object(json!({
            "proof": { "enum": proofs },
            "at": instant("When it was proven."), "until": instant("Until when it can be."),
            "mails_left": number(), "tries_left": number() }), &["at", "until", "mails_left", "tries_left"])),
        "states": array(object(json!({ "state": schema("RequestState"), "at": instant("Since when.") }), &[])),
        "files": array(object(json!({ "media_type": text("Its media type."), "size": number(),
            "sha256": text("SHA-256 of its bytes."), "url": url("Where it is downloaded.") }), &[])),
        "thread": array(entry),
        "pauses": array(object(json!({ "cause": { "enum": Cause::ALL.map(Cause::name) },
            "from": instant("Since when the person was waited for."), "to": { "type": ["string", "null"], "format": "date-time" } }), &[])),
        "extension": maybe(object(json!({ "at": instant("When."), "reason": text("Why."), "mail": text("The mail that told the person.") }), &[])),
        "clocks": array(schema("Reckoning")),
        "package": maybe(object(json!({ "id": text("Its id."), "size": text("How many bytes it has."), "until": instant("Until when it can be fetched.") }), &[])),
    });
    json!({
        "RequestKind": { "enum": RequestKind::ALL.map(RequestKind::name) },
        "RequestState": { "enum": STATES },
        "RequestQueue": object(json!({
            "requests": array(object(item.clone(), &[])),
            "complete": { "type": "boolean", "description": "False where there are more than 1,000: then the oldest of the open ones, or the latest of all, were put in order." },
            "next_cursor": text("Where the next page begins.") }), &["next_cursor"]),
        "OperatorsRequest": object(super::merged(item, whole), &["case"]),
        "RequestDone": object(json!({ "id": text("The id."), "reference": text("The public name."),
            "state": schema("RequestState"), "url": url("The request.") }), &[]),
        "Reason": object(json!({ "reason": message("Why, which the person is told.") }), &[]),
        "ShortReason": object(json!({ "reason": { "type": "string", "minLength": 1, "maxLength": 500 } }), &[]),
        "RequestAnswer": object(json!({ "text": message("What the person is told."), "partly": flag() }), &["partly"]),
        "RequestRefusal": object(json!({ "ground": { "enum": grounds }, "text": message("What the person is told.") }), &[]),
        "TurnCase": object(json!({ "kind": schema("RequestKind"), "regime": regime() }), &["regime"]),
        "RequestLog": object(json!({ "requests": array(object(log, &[])) }), &[]),
        "RequestMetrics": object(json!({ "year": number(), "total": object(counts, &[]),
            "groups": array(object(group, &[])) }), &[]),
    })
}
