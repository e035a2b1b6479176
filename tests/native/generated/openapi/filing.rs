//! The part of the description that is about data requests as people file and follow them.

use desk_core::clock::regime::Regime;
use desk_core::request::{Behalf, RequestKind, STATES};
use serde_json::{Value, json};

use desk_documents::package::PACKAGE_SCHEMA_PATH;

use super::{
    answer, array, file_answer, instant, json_answer, languages, object, operation, parameter,
    schema, see_other, text, url, with_body,
};

fn forms(name: &str) -> Value {
    json!({
        "application/json": { "schema": schema(name) },
        "application/x-www-form-urlencoded": { "schema": schema(name) },
    })
}

pub(super) fn paths() -> Value {
    let page_or = |name: &str| json!({ "text/html": { "schema": { "type": "string" } }, "application/json": { "schema": schema(name) } });
    let page = |description: &str| answer(description, json!({ "text/html": {} }));
    let file = |id: &str, summary: &str| {
        let mut operation = with_body(
            operation(
                "requests",
                id,
                summary,
                &["lang", "idempotency_key"],
                vec![
                    (
                        "201",
                        json_answer(
                            "It is stored. A mail with a link and a code is on its way, unless the app asserts who asks.",
                            "RequestTicket",
                        ),
                    ),
                    (
                        "303",
                        see_other("It is stored; the page where a code can be entered. For forms."),
                    ),
                ],
            ),
            json!({
                "application/json": { "schema": schema("RequestFiling") },
                "multipart/form-data": { "schema": { "type": "object" } },
            }),
        );
        operation["description"] = json!("Known and unknown addresses are answered alike.");
        operation
    };
    let pending = "/requests/pending/{token}";
    let status = "/requests/status/{token}";
    let proven = || {
        vec![
            ("200", json_answer("It is proven who asks.", "RequestProven")),
            ("303", see_other("The request. For forms.")),
        ]
    };
    json!({
        "/requests": {
            "get": operation("requests", "get_request_form", "The form", &["lang"], vec![("200", page("The form."))]),
            "post": file("file_request", "Ask for data, or to have it corrected, erased, restricted, handed over or no longer used") },
        "/delete-account": {
            "get": operation("requests", "get_account_deletion", "The page that stores of apps link to", &["lang"], vec![("200", page("The page."))]),
            "post": file("delete_account", "Ask for the deletion of an account") },
        "/delete-data": {
            "get": operation("requests", "get_data_deletion", "The page that stores of apps link to", &["lang"], vec![("200", page("The page."))]),
            "post": file("delete_data", "Ask for the deletion of data") },
        pending: { "parameters": [parameter("token")],
            "get": operation("requests", "get_pending_request", "Whether it is proven who asks; nothing about the person", &["lang"],
                vec![("200", answer("Where it stands.", page_or("RequestPending")))]) },
        format!("{pending}/code"): { "parameters": [parameter("token")],
            "post": with_body(operation("requests", "enter_code", "Prove who asks by the code of the mail: five tries, 24 hours", &["lang"], proven()),
                forms("RequestCode")) },
        format!("{pending}/resend"): { "parameters": [parameter("token")],
            "post": operation("requests", "resend_code", "Have another mail sent; it gives no tries back", &["lang"],
                vec![("202", answer("It is on its way.", json!({ "application/json": {} }))), ("303", see_other("It is on its way. For forms."))]) },
        format!("{pending}/assertion"): { "parameters": [parameter("token")],
            "post": with_body(operation("requests", "assert_identity", "Prove who asks by what the app's backend asserts", &["lang"],
                vec![("200", json_answer("It is proven who asks.", "RequestProven"))]),
                json!({ "application/json": { "schema": schema("RequestAssertion") } })) },
        "/requests/confirm/{token}": { "parameters": [parameter("token")],
            "get": operation("requests", "get_confirmation", "What the mailed link is about; it changes nothing, whoever fetches it", &["lang"],
                vec![("200", answer("The page with the buttons.", page_or("RequestPending")))]),
            "post": operation("requests", "confirm_request", "Prove who asks by the mailed link", &["lang"], proven()) },
        "/requests/confirm/{token}/not-me": { "parameters": [parameter("token")],
            "post": operation("requests", "disown_request", "Withdraw what another asked for", &["lang"],
                vec![("200", answer("It is withdrawn.", json!({ "text/html": {}, "application/json": {} })))]) },
        status: { "parameters": [parameter("token")],
            "get": operation("requests", "get_request", "State, due date with its explanation, thread, for whoever has the secret link", &["lang"],
                vec![("200", answer("The request.", page_or("PersonsRequest")))]) },
        format!("{status}/request.json"): { "parameters": [parameter("token")],
            "get": operation("requests", "download_request", "The request, to be saved", &[], vec![("200", json_answer("The request.", "PersonsRequest"))]) },
        format!("{status}/receipt.json"): { "parameters": [parameter("token")],
            "get": operation("requests", "download_request_receipt", "The signed receipt; once everything was erased, that of the destruction", &[],
                vec![("200", json_answer("The receipt.", "RequestReceipt"))]) },
        format!("{status}/attachments/{{number}}"): { "parameters": [parameter("token"), parameter("number")],
            "get": operation("requests", "download_request_file", "An attached file, to be saved", &[], vec![("200", file_answer())]) },
        format!("{status}/messages"): { "parameters": [parameter("token")],
            "post": with_body(operation("requests", "write_message", "Add a message; it answers a question that was asked", &["lang", "idempotency_key"],
                vec![("201", json_answer("It is stored.", "RequestChanged")), ("303", see_other("It is stored. For forms."))]), forms("Message")) },
        format!("{status}/package"): { "parameters": [parameter("token")],
            "post": with_body(operation("requests", "fetch_package", "Fetch the package with the key that was mailed", &["lang"],
                vec![("200", answer("The archive, to be saved.", json!({ "application/zip": {} })))]), forms("PackageKey")) },
        PACKAGE_SCHEMA_PATH: {
            "get": operation("requests", "get_package_schema", "The description of data.json in a package (JSON Schema)", &[],
                vec![("200", answer("The schema.", json!({ "application/schema+json": {} })))]) },
        format!("{status}/withdraw"): { "parameters": [parameter("token")],
            "post": operation("requests", "withdraw_request", "Withdraw it; doing it twice is doing it once", &["lang"],
                vec![("200", json_answer("It is withdrawn.", "RequestChanged")), ("303", see_other("It is withdrawn. For forms."))]) },
    })
}

/// When something is due by a rule of law, with every step by which that was reckoned.
fn reckoning() -> Value {
    let term = object(json!({ "count": { "type": "integer" }, "unit": text("Of what.") }), &[]);
    let article = object(
        json!({ "law": text("The law."), "place": text("Where in it."), "text": text("Both, in words.") }),
        &[],
    );
    let regimes: Vec<&str> = Regime::ALL.map(Regime::name).into();
    json!({
        "regime": { "enum": regimes }, "right": text("The right."), "act": text("What is due."),
        "term": term.clone(), "extension": { "oneOf": [term, { "type": "null" }] },
        "base": text("From what it counts."), "article": article, "checked": text("Against what its numbers were checked."),
        "note": { "type": ["string", "null"] },
        "received": instant("When it began."), "time_zone": text("Where days begin and end, as a POSIX rule."),
        "extended": { "type": "boolean" },
        "last_day": { "type": "string", "format": "date" }, "due": instant("The last instant."),
        "provisional": { "type": "boolean" }, "resting_since": { "type": ["string", "null"], "format": "date-time" },
        "steps": array(json!({ "type": "object", "required": ["step", "text"], "properties": {
            "step": text("What was done, for programs."), "text": text("The same as a sentence.") } })),
    })
}

/// A request as its person sees it.
fn persons_request(policy: &Value) -> Value {
    let regimes: Vec<&str> = Regime::ALL.map(Regime::name).into();
    let due = json!({ "allOf": [schema("Reckoning"), object(json!({
                "as_of": instant("When this was reckoned."), "overdue": { "type": "boolean" },
                "days_left": { "type": "integer" }, "working_days_left": { "type": ["integer", "null"] } }), &[])],
                "description": "When the answer is due, and how that was reckoned; absent where the regime does not know the right." });
    let thread = array(object(
        json!({
                "from": { "enum": ["person", "operator"] },
                "kind": { "enum": ["message", "clarification", "extension", "answer", "refusal"] },
                "at": instant("When."), "text": text("What was written."),
                "attachments": array(object(json!({ "media_type": text("Its media type."), "size": { "type": "integer" },
                    "sha256": text("SHA-256 of its bytes."), "url": url("Where it is downloaded.") }), &[])) }),
        &["kind", "attachments"],
    ));
    object(
        json!({
            "reference": text("Made to be read aloud."), "kind": schema("RequestKind"), "regime": { "enum": regimes }, "state": schema("RequestState"),
            "received_at": instant("When."), "expires_at": instant("When it is forgotten."),
            "status_url": url("The request."), "receipt_url": url("Its signed receipt."),
            "due": due,
            "identity": object(json!({ "proven_at": instant("When."), "by": text("By what.") }), &[]),
            "extension": object(json!({ "at": instant("When."), "reason": text("Why.") }), &[]),
            "ended_at": instant("When it was answered, or ended otherwise."),
            "asked_at": instant("Since when an answer of the person is waited for."),
            "partly": { "type": "boolean" }, "ground": text("Why it was refused."),
            "complain": text("Where and how to complain, in the language of the answer."),
            "policy": policy, "language": { "enum": languages() },
            "email": text("The person's address."), "name": text("Who asks."),
            "behalf": { "enum": [Behalf::Own.name(), Behalf::Represented.name()] },
            "package": object(json!({ "size": text("How many bytes it has."), "until": instant("Until when it can be fetched."), "url": url("Where, by POST with the key.") }), &[]),
            "thread": thread,
        }),
        &[
            "due",
            "identity",
            "extension",
            "ended_at",
            "asked_at",
            "partly",
            "ground",
            "name",
            "package",
        ],
    )
}

pub(super) fn schemas() -> Value {
    let kinds: Vec<&str> = RequestKind::ALL.map(RequestKind::name).into();
    let regimes: Vec<&str> = Regime::ALL.map(Regime::name).into();
    let states: Vec<&str> = STATES.into();
    let policy = json!({ "oneOf": [schema("PolicyPin"), { "type": "null" }] });
    json!({
        "RequestFiling": object(json!({
            "kind": { "enum": kinds }, "email": text("Whose data it is about; the proof is mailed there."),
            "name": text("Who asks."), "details": text("What it is about; needed for rectification and objection."),
            "behalf": { "enum": [Behalf::Own.name(), Behalf::Represented.name()] },
            "regime": { "enum": regimes }, "language": { "enum": languages() },
            "proof": { "enum": ["mail", "assertion"], "description": "How it will be proven who asks; with assertion no mail is sent." },
            "attachments": array(object(json!({ "data": text("Base 64.") }), &[])) }),
            &["kind", "name", "details", "behalf", "regime", "language", "proof", "attachments"]),
        "RequestTicket": object(json!({
            "reference": text("Made to be read aloud."), "kind": { "enum": kinds }, "regime": { "enum": regimes },
            "state": { "const": "awaiting_identity" }, "received_at": instant("When."), "expires_at": instant("When it is forgotten."),
            "pending_url": url("Where it is proven who asks."), "policy": policy.clone() }), &[]),
        "RequestPending": object(json!({
            "reference": text("The request."), "state": { "enum": ["awaiting_identity", "proven", "refused", "withdrawn", "expired"] }, "tries_left": { "type": "integer" },
            "mails_left": { "type": "integer" }, "until": instant("When it is over.") }), &["tries_left", "mails_left", "until"]),
        "RequestCode": object(json!({ "code": text("Ten letters and digits, such as K7QM2-X9P4T.") }), &[]),
        "RequestAssertion": object(json!({ "assertion": text("A JWT, signed by EdDSA or HS256: `aud` is the desk's address, `email` the person's, `exp` at most an hour ahead.") }), &[]),
        "RequestProven": object(json!({ "status_url": url("The request, to be kept secret.") }), &[]),
        "RequestChanged": object(json!({
            "reference": text("The request."), "kind": { "enum": kinds }, "regime": { "enum": regimes }, "state": { "enum": states },
            "received_at": instant("When."), "status_url": url("The request.") }), &[]),
        "PackageKey": object(json!({ "secret": text("The key, as the mail has it.") }), &[]),
        "Reckoning": object(reckoning(), &["resting_since"]),
        "PersonsRequest": persons_request(&policy),
        "RequestReceipt": object(json!({
            "receipt": { "type": "object" }, "jws": text("The same, signed with Ed25519 as a compact JWS."), "keys": url("The public keys.") }), &[]),
    })
}
