//! The part of the description that is about erasures.

use desk_core::clock::regime::Regime;
use desk_core::erasure::{Category, RetentionGround};
use desk_core::request::{RequestKind, STATES};
use serde_json::{Value, json};

use super::{
    answer, array, instant, json_answer, languages, merged, object, operation, parameter, schema,
    text, url, with_body,
};

pub(super) fn paths() -> Value {
    let base = "/console/api/requests/{request}/erasure";
    let act_forms = json!({
        "application/json": { "schema": schema("DestructionAct") },
        "text/html": { "schema": { "type": "string" } },
    });
    let log_forms = json!({
        "application/json": { "schema": schema("DestructionLog") },
        "text/csv": { "schema": { "type": "string", "description": "date,subject,category,description,count,system,reason" } },
    });
    let erase = operation(
        "console",
        "erase",
        "Erase what is held about the person; the same call goes on where one broke off, and gives the same act",
        &["if_match_preview"],
        vec![("200", json_answer("It is done.", "DestructionAct"))],
    );
    json!({
        base: { "parameters": [parameter("request")],
            "get": operation("console", "preview_erasure", "What an erasure would destroy, what stays and why; leaves an audit record", &[],
                vec![("200", json_answer("The plan, whose ETag an order names; or the act, once it is done.", "ErasurePlan"))]),
            "post": with_body(erase, json!({ "application/json": { "schema": schema("ErasureOrder") } })) },
        format!("{base}/act"): { "parameters": [parameter("request")],
            "get": operation("console", "read_destruction_act", "The act of destruction, as JSON or as a page to be printed; leaves an audit record",
                &["lang", "act_format"], vec![("200", answer("The act.", act_forms))]) },
        format!("{base}/log"): { "parameters": [parameter("request")],
            "get": operation("console", "read_destruction_log", "The export from the log of events; leaves an audit record",
                &["lang", "log_format"], vec![("200", answer("The export.", log_forms))]) },
    })
}

pub(super) fn parameters() -> Value {
    let format = |of: [&str; 2]| json!({ "name": "format", "in": "query", "description": "Form of the answer, before `Accept`.", "schema": { "enum": of } });
    json!({
        "request": { "name": "request", "in": "path", "required": true,
            "description": "The id or the reference of a data request.", "schema": { "type": "string" } },
        "if_match_preview": { "name": "If-Match", "in": "header",
            "description": "The ETag of the preview. Not asked for where an erasure was begun.", "schema": { "type": "string" } },
        "act_format": format(["json", "html"]),
        "log_format": format(["json", "csv"]),
    })
}

pub(super) fn schemas() -> Value {
    let number = json!({ "type": "integer" });
    let kinds = json!({ "enum": RequestKind::ALL.map(RequestKind::name) });
    let destroyed = array(object(
        json!({
            "category": { "enum": Category::ALL.map(Category::name) },
            "count": { "type": "integer", "description": "How many things, as people count them." },
            "values": { "type": "integer", "description": "How many stored values." },
        }),
        &[],
    ));
    let stays = array(object(
        json!({
            "what": { "enum": ["case", "request", "opt-outs", "act", "request-log", "audit", "notice"] },
            "reference": text("The open case or request."),
            "values": number,
            "ground": { "enum": RetentionGround::ALL.map(RetentionGround::name) },
            "articles": array(text("The law, and the place in it.")),
            "checked": { "enum": ["law-text", "official", "secondary", "no"], "description": "Where the least sure of the articles was seen." },
            "until": instant("Until when it stays, where that is a date."),
        }),
        &["reference", "values", "until"],
    ));
    let claims = json!({
        "type": { "const": "data-destroyed" },
        "issuer": url("The desk."),
        "controller": text("Who answers for the data."),
        "controller_address": text("Their address, where it is configured."),
        "reference": text("The request, by which the subject is known."),
        "kind": kinds,
        "regime": { "enum": Regime::ALL.map(Regime::name) },
        "received_at": instant("When the request was received."),
        "destroyed_at": instant("When it was decided what goes."),
        "destroyed": destroyed,
        "information_system": text("From which it was destroyed."),
        "method": { "const": "deleted-from-store" },
        "stays": stays,
    });
    let operators = merged(
        claims.clone(),
        json!({
            "executor": text("Who carried it out, as the order says."),
            "reason": { "type": ["string", "null"], "description": "Why, as the order says." },
        }),
    );
    let receipt = object(
        json!({
            "receipt": object(claims, &["controller_address"]),
            "jws": text("The same, signed: compact JWS with Ed25519."),
            "keys": url("The JWK set to check it with."),
        }),
        &[],
    );
    let act = object(
        json!({
            "act": object(operators, &["controller_address", "executor", "reason"]),
            "receipt_url": url("The act as the person sees it, with the signed receipt. Whoever has the link can read it."),
            "verified": { "type": "boolean", "description": "Whether the store was read again, and nothing was left but what stays." },
        }),
        &[],
    );
    json!({
        "ErasurePlan": object(json!({
            "id": text("The request's id."), "reference": text("Its public name."), "kind": kinds,
            "state": { "enum": STATES },
            "begun": { "type": "boolean", "description": "Whether an erasure broke off: the same order goes on." },
            "allowed": { "type": "boolean", "description": "Whether it may be ordered." },
            "destroyed": destroyed, "stays": stays, "url": url("The erasure."),
        }), &[]),
        "ErasureOrder": object(json!({
            "executor": { "type": "string", "minLength": 1, "maxLength": 200, "description": "Name and position; several on lines of their own." },
            "reason": { "type": ["string", "null"], "maxLength": 500, "description": "Why, in the act; it names nobody." },
            "text": { "type": ["string", "null"], "maxLength": 10_000, "description": "What the person is told, beside what the desk says itself." },
        }), &["reason", "text"]),
        "DestructionAct": act,
        "DestructionReceipt": receipt,
        "DestructionLog": object(json!({
            "subject": text("The reference by which the subject is known."),
            "categories": array(object(json!({
                "category": { "enum": Category::ALL.map(Category::name) },
                "description": { "type": "string", "description": format!("In the language of the request: {}.", languages().join(", ")) },
                "count": number }), &[])),
            "information_system": text("From which it was destroyed."),
            "reason": text("Why."),
            "destroyed_at": instant("When."),
        }), &[]),
    })
}
