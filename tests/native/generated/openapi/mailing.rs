//! The part of the description that is about newsletters: links, suppressions, and what the mailer is told.

use desk_core::mail::lint::LintRule;
use desk_core::suppression::Reason;
use serde_json::{Value, json};

use super::{
    answer, array, instant, json_answer, languages, object, operation, parameter, schema,
    see_other, text, url, with_body,
};
use mailer::MAX_BATCH;

fn json_body(name: &str) -> Value {
    json!({ "application/json": { "schema": schema(name) } })
}

/// The body of a form, or the same as JSON.
fn either_body(name: &str) -> Value {
    json!({
        "application/json": { "schema": schema(name) },
        "application/x-www-form-urlencoded": { "schema": schema(name) },
    })
}

fn page_or(name: &str) -> Value {
    json!({ "text/html": { "schema": { "type": "string" } }, "application/json": { "schema": schema(name) } })
}

/// For whoever has the app's token or the operators'.
fn for_app(mut operation: Value) -> Value {
    operation["security"] = json!([{ "app": [] }, { "operator": [] }]);
    operation
}

/// For operators alone.
fn for_operators(mut operation: Value) -> Value {
    operation["security"] = json!([{ "operator": [] }]);
    operation
}

pub(super) fn paths() -> Value {
    let stopped = || {
        let content = json!({
            "text/plain": { "schema": { "type": "string" } },
            "text/html": { "schema": { "type": "string" } },
            "application/json": { "schema": schema("Change") },
        });
        vec![("200", answer("Mail is stopped. Never a redirect, never a cookie.", content))]
    };
    let page = |description: &str| answer(description, json!({ "text/html": {} }));
    let one_click = json!({
        "application/x-www-form-urlencoded": { "schema": schema("OneClick") },
        "multipart/form-data": { "schema": schema("OneClick") },
    });
    let stop = |id: &str, summary: &str| {
        let mut operation = with_body(
            operation("unsubscribe", id, summary, &["lang"], stopped()),
            one_click.clone(),
        );
        // The link alone is the authority: without a body it is honoured as well.
        operation["requestBody"]["required"] = json!(false);
        operation
    };
    json!({
        "/u/{link}": { "parameters": [parameter("link")],
            "get": operation("unsubscribe", "show_link", "What a link is about; it changes nothing, whoever fetches it", &["lang"],
                vec![("200", answer("The page with the button.", page_or("LinkAbout")))]),
            "post": stop("unsubscribe", "Stop the mail of a list at once (RFC 8058)") },
        "/u/{link}/all": { "parameters": [parameter("link")],
            "post": stop("unsubscribe_from_all", "Stop the mail of every list at once") },
        "/u/{link}/less": { "parameters": [parameter("link")],
            "get": operation("unsubscribe", "show_lists_to_leave", "The lists, to be left", &["lang"], vec![("200", page("The page."))]),
            "post": with_body(operation("unsubscribe", "leave_lists", "Leave lists; nothing else can be done with this link", &["lang"],
                vec![("200", page("What was left."))]), either_body("Leave")) },
        "/u/{link}/receipt.json": { "parameters": [parameter("link")],
            "get": operation("unsubscribe", "download_opt_out_receipt", "The signed receipt of what is stopped; 404 while nothing is", &[],
                vec![("200", json_answer("The receipt.", "OptOutReceipt"))]) },
        "/u/undo/{undo}": { "parameters": [parameter("undo")],
            "get": operation("unsubscribe", "show_undo", "Asks whether to undo an opt-out; it changes nothing", &["lang"], vec![("200", page("The page."))]),
            "post": operation("unsubscribe", "undo", "Undo an opt-out, for 30 days", &["lang"], vec![("200", page("It is undone."))]) },
        "/unsubscribe": {
            "get": operation("unsubscribe", "show_preferences_form", "The page that takes an address", &["lang"], vec![("200", page("The page."))]),
            "post": with_body(operation("unsubscribe", "mail_preferences_link", "Have a link to the preferences mailed; every address is answered alike",
                &["lang"], vec![("202", answer("It is on its way.", json!({ "application/json": {} }))), ("303", see_other("It is on its way. For forms."))]),
                either_body("AskPreferences")) },
        "/unsubscribe/preferences/{preferences}": { "parameters": [parameter("preferences")],
            "get": operation("unsubscribe", "get_preferences", "What a person receives, for whoever got the mail", &["lang"],
                vec![("200", answer("The preferences.", page_or("Preferences")))]),
            "post": with_body(operation("unsubscribe", "set_preferences", "Set all of it: lists that are not named are left", &["lang"],
                vec![("200", answer("The preferences.", page_or("Preferences")))]), either_body("SetPreferences")) },
        "/unsubscribe/links": { "post": for_app(with_body(
            operation("unsubscribe", "mint_links", "Make links for the mailer, with the header fields that go with them", &[],
                vec![("200", json_answer("The links, in the order of the addresses.", "Links"))]), json_body("MintLinks"))) },
        "/unsubscribe/lint": { "post": with_body(
            operation("unsubscribe", "lint", "What a mailbox provider would object to in a raw mail; nothing of it is kept", &["lang"],
                vec![("200", json_answer("One finding for each rule.", "Lint"))]),
            json!({ "message/rfc822": {}, "text/plain": {}, "application/octet-stream": {} })) },
        "/suppressions": {
            "get": for_app(operation("suppressions", "export_suppressions",
                "Everything that holds, or what changed since a cursor; streamed. The header `Desk-Cursor` is what to ask for next",
                &["since", "export_format"], vec![("200", answer("One suppression or change a line.", json!({
                    "application/x-ndjson": { "schema": schema("Change") },
                    "text/csv": { "schema": { "type": "string", "description": "id,subject,scope,suppressed,reason,at" } } })))])),
            "put": for_operators(with_body(operation("suppressions", "enter_suppression", "Enter a suppression; leaves an audit record", &[],
                vec![("200", json_answer("It is entered.", "Change"))]), json_body("EnterSuppression"))),
            "delete": for_operators(with_body(operation("suppressions", "lift_suppression", "Lift a suppression; leaves an audit record", &[],
                vec![("200", json_answer("It is lifted.", "Change"))]), json_body("EnterSuppression"))),
        },
        "/suppressions/check": { "post": for_app(with_body(
            operation("suppressions", "check_suppressions", "Whether up to a thousand people may be written to", &[],
                vec![("200", json_answer("One result for each, in their order.", "Checked"))]), json_body("Check"))) },
        "/suppressions/import": { "post": for_operators(with_body(
            operation("suppressions", "import_opt_outs", "Take over another system's opt-outs; what is known already stays as it is", &[],
                vec![("200", json_answer("What was taken, and what was refused.", "Imported"))]), json_body("Import"))) },
        "/suppressions/pending": { "get": for_app(operation("suppressions", "get_pending", "What the mailer does not know yet, and how old the oldest of it is", &[],
            vec![("200", json_answer("The 48-hour clock.", "Pending"))])) },
        "/suppressions/acknowledge": { "post": for_app(with_body(
            operation("suppressions", "acknowledge", "Say that everything up to a cursor has been acted on", &[],
                vec![("204", json!({ "description": "It is noted." }))]), json_body("Acknowledge"))) },
        "/mail-events/{provider}": { "parameters": [parameter("provider")],
            "post": with_body(operation("suppressions", "take_mail_events",
                "What a mail provider tells of bounces and complaints, signed in its own way; 404 for a provider that is not configured", &[],
                vec![("200", json!({ "description": "It is recorded, or nothing is to be recorded." }))]),
                json!({ "application/json": {}, "text/plain": {} })) },
        "/mail-events/inbound": { "post": for_app(with_body(
            operation("suppressions", "take_inbound_mail", "A mail that came to the address beside an unsubscribe link", &[],
                vec![("204", json!({ "description": "It is recorded, or was sent by a machine." }))]), json!({ "message/rfc822": {} }))) },
        "/mail-events/arf": { "post": for_app(with_body(
            operation("suppressions", "take_feedback_report", "A feedback report (RFC 5965)", &[],
                vec![("204", json!({ "description": "It is recorded." }))]), json!({ "message/rfc822": {} }))) },
        "/console/api/outbox": { "get": operation("console", "list_outbox", "Mails that wait, the newest first, without what is in them",
            &["cursor", "limit"], vec![("200", json_answer("A page of mails.", "Outbox"))]) },
        "/console/api/outbox/{mail}": { "parameters": [parameter("mail")],
            "get": operation("console", "read_mail", "A mail that waits; leaves an audit record", &[], vec![("200", json_answer("The mail.", "Mail"))]) },
        "/ops/sweep": { "get": operation("ops", "sweep", "Tell again what was told in vain; harmless, and says nothing", &[],
            vec![("204", json!({ "description": "Done, or done moments ago." }))]) },
    })
}

/// What the desk tells the mailer by webhooks.
pub(super) fn webhooks() -> Value {
    let event = |summary: &str, r#type: &str, data: &str| {
        json!({ "post": {
            "summary": summary,
            "description": "Signed as Standard Webhooks 1.0.0 has it. Any 2xx means that it was taken, and 410 that it shall not be told again; anything else is told again, for about three days.",
            "requestBody": { "required": true, "content": { "application/json": { "schema": object(json!({
                "type": { "const": r#type }, "timestamp": instant("When it came about."), "data": schema(data) }), &[]) } } },
            "responses": { "2XX": { "description": "It was taken." } },
        } })
    };
    json!({
        "suppression.created": event("Somebody must not be written to any more", "suppression.created", "Change"),
        "suppression.lifted": event("Somebody may be written to again", "suppression.lifted", "Change"),
        "mail.requested": event("A mail is to be sent, where no mail provider is configured", "mail.requested", "RequestedMail"),
    })
}

pub(super) fn schemas() -> Value {
    let reasons: Vec<_> = Reason::ALL.iter().map(|reason| reason.name()).collect();
    let subject = || text("The person: a keyed hash of the address, 26 characters of base 32.");
    let scope = || text("The id of a list, `all`, `bounce` or `complaint`.");
    let email = || json!({ "type": "string", "format": "email", "maxLength": 254 });
    let emails =
        || json!({ "type": "array", "minItems": 1, "maxItems": MAX_BATCH, "items": email() });
    let held = || {
        object(
            json!({ "scope": scope(), "reason": { "enum": reasons }, "at": instant("Since when.") }),
            &[],
        )
    };
    let mail = |id: bool| {
        let mut members = json!({
            "id": text("The mail's id."),
            "to": email(),
            "language": { "enum": languages() },
            "subject": text("Its subject."),
            "text": text("Its text."),
            "expires_at": instant("When it is no longer of use."),
        });
        if id {
            members["at"] = instant("When it was asked for.");
        }
        object(members, &[])
    };
    json!({
        "OneClick": { "type": "object", "properties": {
            "List-Unsubscribe": { "const": "One-Click" }, "page": text("The hidden field of the page.") } },
        "LinkAbout": object(json!({ "scope": scope(), "name": { "type": ["string", "null"] },
            "address": { "type": ["string", "null"], "description": "The masked address." } }), &[]),
        "Change": object(json!({
            "id": text("The change's id, whose order is the order in time; absent from what merely holds."),
            "subject": subject(), "scope": scope(), "suppressed": { "type": "boolean" },
            "reason": { "enum": reasons.iter().map(|name| json!(name)).chain([Value::Null]).collect::<Vec<_>>() },
            "at": instant("When.") }), &["id"]),
        "Leave": object(json!({ "stop": array(scope()) }), &["stop"]),
        "AskPreferences": object(json!({ "email": email() }), &[]),
        "SetPreferences": object(json!({ "send": array(text("The id of a list.")),
            "stop": { "const": "all", "description": "Nothing at all, lists to come included." } }), &["send", "stop"]),
        "Preferences": object(json!({
            "lists": array(object(json!({ "list": text("The list's id."), "name": text("What people call it."),
                "description": text("What it brings."), "suppressed": { "type": "boolean" } }), &[])),
            "suppressed": array(held()) }), &[]),
        "OptOutReceipt": object(json!({
            "receipt": object(json!({ "type": { "const": "opt-out" }, "issuer": url("The desk."), "app": text("The app."),
                "subject": subject(), "suppressed": array(held()) }), &[]),
            "jws": text("The same, signed: compact JWS with Ed25519."), "keys": url("The JWK set to check it with.") }), &[]),
        "MintLinks": object(json!({ "list": text("The id of a list."), "email": email(), "emails": emails() }), &["email", "emails"]),
        "Links": object(json!({ "list": text("The list."), "links": array(object(json!({
            "email": email(), "subject": subject(), "url": url("The link."),
            "headers": array(text("A header line, ready for the mail.")) }), &[])) }), &[]),
        "EnterSuppression": object(json!({ "email": email(), "subject": subject(), "scope": scope(),
            "reason": { "type": "string", "minLength": 1, "maxLength": 500, "description": "Why, for the audit record." } }), &["email", "subject", "scope"]),
        "Check": object(json!({ "list": text("The id of a list; without one, only what holds for every list."),
            "email": email(), "emails": emails(),
            "subjects": { "type": "array", "minItems": 1, "maxItems": MAX_BATCH, "items": subject() } }), &["list", "email", "emails", "subjects"]),
        "Checked": object(json!({ "list": { "type": ["string", "null"] }, "results": array(object(json!({
            "email": email(), "subject": subject(), "suppressed": { "type": "boolean" }, "because": array(held()) }), &["email"])) }), &[]),
        "Import": object(json!({ "opt_outs": { "type": "array", "minItems": 1, "maxItems": MAX_BATCH, "items": object(json!({
            "email": email(), "scope": scope(), "at": text("Since when: an RFC 3339 instant or date.") }), &["scope", "at"]) } }), &[]),
        "Imported": object(json!({ "imported": { "type": "integer" }, "known": { "type": "integer" },
            "refused": array(object(json!({ "pointer": text("Which one."), "code": text("Why.") }), &[])) }), &[]),
        "Pending": object(json!({ "pending": { "type": "integer" }, "oldest_at": instant("When the oldest came about."),
            "oldest_age_seconds": { "type": "integer" }, "due_at": instant("48 hours later."), "overdue": { "type": "boolean" } }),
            &["oldest_at", "oldest_age_seconds", "due_at", "overdue"]),
        "Acknowledge": object(json!({ "cursor": text("The `Desk-Cursor` of an export.") }), &[]),
        "Outbox": object(json!({ "mails": array(object(json!({ "id": text("The mail's id."), "at": instant("When it was asked for."),
            "attempts": { "type": "integer" }, "next_attempt_at": instant("When it is tried again."),
            "last_status": { "type": "integer", "description": "What it was refused with last, if there was an answer." },
            "given_up": { "type": "boolean", "description": "Whether it is tried no more: for three days it was, or the address was refused for good." },
            "url": url("The mail.") }),
            &["next_attempt_at", "last_status"])), "next_cursor": text("Where the next page begins.") }), &["next_cursor"]),
        "Lint": object(json!({ "ok": { "type": "boolean" }, "findings": array(object(json!({
            "rule": { "enum": LintRule::ALL.map(LintRule::name) }, "verdict": { "enum": ["pass", "fail", "advice", "unknown"] },
            "text": text("What holds, or what to do."), "seen": text("What was seen in the mail."), "source": text("Who says so.") }), &[])) }), &[]),
        "Mail": mail(true),
        "RequestedMail": mail(false),
    })
}
