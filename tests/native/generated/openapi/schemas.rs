//! The schemas that are of no single function.

use super::*;

pub(super) fn schemas() -> Value {
    let message = |description: &str| json!({ "type": "string", "minLength": 1, "maxLength": 10_000, "description": description });
    let short = |max: usize, description: &str| json!({ "type": ["string", "null"], "maxLength": max, "description": description });
    let slugs: Vec<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
    let statuses: Vec<_> = Kind::ALL.iter().map(|kind| kind.status().as_u16()).collect();
    let suspicions: Vec<_> = [Suspicion::TooFast, Suspicion::Honeypot, Suspicion::ManyLinks]
        .iter()
        .map(|s| s.name())
        .collect();
    let actions: Vec<_> = Action::ALL.iter().map(|a| a.name()).collect();
    let pinned = json!({ "oneOf": [schema("PolicyPin"), { "type": "null" }] });
    let ticket = json!({
        "reference": text("The public name of the case, with a check character."),
        "kind": schema("CaseKind"),
        "state": schema("CaseState"),
        "opened_at": instant("When it was accepted."),
        "expires_at": instant("Until when it is kept and the link works."),
        "status_url": url("The secret link: whoever has it can read the case."),
        "receipt_url": url("The signed receipt."),
        "policy": pinned.clone(),
    });
    let personal = json!({
        "name": text("The person's name."),
        "email": text("The person's address."),
        "app_version": text("The app's version."),
        "thread": array(schema("Entry")),
    });
    let item = json!({
        "id": text("The id, whose order is the order in time."),
        "reference": text("The public name."),
        "kind": schema("CaseKind"),
        "state": schema("CaseState"),
        "opened_at": instant("When it was accepted."),
        "changed_at": instant("When something last happened."),
        "language": { "enum": languages() },
        "quarantined": { "type": "boolean" },
        "suspicions": array(json!({ "enum": suspicions })),
        "attachments": { "type": "integer" },
        "messages": { "type": "integer" },
        "has_email": { "type": "boolean" },
        "door": { "enum": ["form", "api"] },
        "url": url("The case."),
    });
    let edition = json!({
        "version": text("The version's name."),
        "digest": text("The digest of its last publication."),
        "effective": instant("When it takes effect."),
        "published": instant("When it was published."),
        "material": { "type": "boolean" },
        "languages": { "type": "object", "additionalProperties": object(json!({
            "sha256": text("SHA-256 of the Markdown, in hexadecimal."), "url": url("The text.") }), &[]) },
    });
    let publication = json!({
        "number": { "type": "integer", "description": "Its place in the chain, from 1." },
        "version": text("The version's name."),
        "language": { "enum": languages() },
        "published": instant("When it was published."),
        "effective": instant("When it takes effect."),
        "material": { "type": "boolean" },
        "note": { "type": ["string", "null"], "description": "What changed." },
        "sha256": text("SHA-256 of the Markdown, in hexadecimal."),
        "digest": text("The digest of this publication."),
        "previous": { "type": ["string", "null"], "description": "The digest of the publication before it." },
        "signature": text("Compact JWS (RFC 7515), by a key of /.well-known/desk-keys.json."),
        "url": url("The text."),
    });
    let version = json!({
        "version": text("The version's name."),
        "state": { "enum": ["upcoming", "in_force", "past"] },
        "published": instant("When it was first published."),
        "effective": instant("When it takes effect."),
        "material": { "type": "boolean" },
        "url": url("The version."),
        "languages": { "type": "object", "additionalProperties": schema("Publication") },
    });
    let side = object(
        json!({ "version": text("The version."), "effective": instant("When it takes effect."), "url": url("The version.") }),
        &[],
    );
    let number = json!({ "type": "integer" });
    json!({
        "Problem": object(json!({
            "type": { "type": "string", "format": "uri-reference",
                "description": format!("Ends in one of: {}.", slugs.join(", ")) },
            "title": text("What went wrong, in the language of the request."),
            "status": { "type": "integer", "enum": unique(statuses) },
            "detail": text("What happened this time."),
            "code": text("Why, for programs: with malformed and case-state."),
            "errors": array(object(json!({
                "pointer": text("A JSON pointer into the body, or ?name for a query parameter."),
                "code": text("The fault, for programs."),
                "detail": text("The fault, for people.") }), &[])),
        }), &["code", "errors"]),
        "CaseKind": { "enum": CaseKind::ALL.map(CaseKind::name) },
        "CaseState": { "enum": CaseState::ALL.map(CaseState::name) },
        "PolicyPin": object(json!({ "version": text("The version."), "digest": text("The digest of its last publication.") }), &[]),
        "Feedback": object(json!({
            "kind": schema("CaseKind"),
            "message": message("What the person writes."),
            "name": short(200, "The person's name."),
            "email": short(254, "The person's e-mail address."),
            "app_version": short(50, "The app's version."),
            "language": { "enum": languages(), "description": "The language of the answer; that of the request, if absent." },
            "attachments": { "type": "array", "maxItems": MAX_ATTACHMENTS, "items": object(json!({
                "data": { "type": "string", "contentEncoding": "base64",
                    "description": format!("PNG, JPEG, PDF or plain text of at most {MAX_ATTACHMENT} bytes.") } }), &[]) },
        }), &["name", "email", "app_version", "language", "attachments"]),
        "FeedbackForm": object(json!({
            "token": text("The hidden field of the form."),
            "kind": schema("CaseKind"),
            "message": message("What the person writes."),
            "name": short(200, "The person's name."),
            "email": short(254, "The person's e-mail address."),
            "app_version": short(50, "The app's version."),
            "language": { "enum": languages() },
            "file": { "type": "array", "maxItems": MAX_ATTACHMENTS, "items": { "type": "string", "contentMediaType": "application/octet-stream" } },
            "subject_line": text("Must stay empty."),
        }), &["name", "email", "app_version", "language", "file", "subject_line"]),
        "Ticket": object(ticket.clone(), &[]),
        "Case": object(merged(merged(ticket, personal.clone()), json!({ "language": { "enum": languages() } })), &["name", "email", "app_version"]),
        "Entry": object(json!({
            "from": { "enum": ["person", "operator"] },
            "at": instant("When."),
            "text": text("What was written."),
            "attachments": array(object(json!({
                "media_type": text("Its media type."), "size": { "type": "integer" },
                "sha256": text("SHA-256 of its bytes."), "url": url("Where it is downloaded.") }), &[])),
        }), &["attachments"]),
        "Message": object(json!({ "message": message("What the person adds."), "once": text("The hidden field of the form.") }), &["once"]),
        "Receipt": object(json!({
            "receipt": object(json!({
                "type": { "const": "case-opened" },
                "issuer": url("The desk."), "controller": text("Who answers for the data."),
                "reference": text("The case."), "kind": schema("CaseKind"), "opened_at": instant("When."),
                "message_sha256": text("SHA-256 of the message."), "attachments_sha256": array(text("SHA-256 of a file.")),
                "policy": pinned.clone() }), &[]),
            "jws": text("The same, signed: compact JWS with Ed25519."),
            "keys": url("The JWK set to check it with."),
        }), &[]),
        "CaseList": object(json!({ "cases": array(object(item.clone(), &[])), "next_cursor": text("Where the next page begins.") }), &["next_cursor"]),
        "OperatorsCase": object(merged(merged(item, personal), json!({ "expires_at": instant("Until when it is kept."), "policy": pinned })),
            &["name", "email", "app_version"]),
        "Reply": object(json!({ "text": message("What the operator writes.") }), &[]),
        "SetState": object(json!({ "state": { "enum": ["in_progress", "closed"] } }), &[]),
        "Audit": object(json!({ "records": array(object(json!({
            "id": text("The record's id."), "at": instant("When."), "action": { "enum": actions },
            "case": text("The case's id."), "reference": text("The case or the data request."), "subject": text("The person, for a suppression."),
            "request": text("The data request's id."),
            "count": { "type": "integer", "description": "How many, for an import." }, "mail": text("The mail's id."),
            "reason": text("Why, where the operator said so.") }), &["case", "request", "reference", "subject", "count", "mail", "reason"])),
            "next_cursor": text("Where the next page begins.") }), &["next_cursor"]),
        "Publication": object(publication.clone(), &[]),
        "Versions": object(json!({ "versions": array(object(version.clone(), &[])) }), &[]),
        "Upcoming": object(json!({ "upcoming": array(object(version, &[])) }), &[]),
        "PolicyText": object(merged(publication, json!({
            "translation": object(json!({
                "requested": { "enum": languages() }, "served": { "enum": languages() },
                "status": { "enum": ["exact", "missing", "outdated"] },
                "latest": text("The last version in the language that was asked for.") }), &["latest"]),
            "title": { "type": ["string", "null"] },
            "markdown": text("The text."),
            "sections": array(json!({ "type": "object" })) })), &[]),
        "Diff": object(json!({
            "from": side.clone(), "to": side, "language": { "enum": languages() },
            "summary": object(json!({ "added": number, "removed": number, "changed": number, "unchanged": number }), &[]),
            "sections": array(object(json!({
                "id": { "type": ["string", "null"] }, "title": text("The section's heading."),
                "status": { "enum": ["added", "removed", "changed", "unchanged"] },
                "lines": array(object(json!({ "kind": text("What kind of line it is."),
                    "ops": array(object(json!({ "op": { "enum": ["equal", "insert", "delete"] }, "text": text("The words.") }), &[])) }), &[])) }), &[])),
        }), &[]),
        "Manifest": object(merged(edition.clone(), json!({ "upcoming": array(object(edition, &[])) })), &[]),
        "JwkSet": object(json!({ "keys": array(object(json!({
            "kty": { "const": "OKP" }, "crv": { "const": "Ed25519" }, "alg": { "const": "EdDSA" }, "use": { "const": "sig" },
            "kid": text("The key's thumbprint (RFC 7638)."), "x": text("The public key.") }), &[])) }), &[]),
        "Gpc": object(json!({ "gpc": { "const": true }, "lastUpdate": { "type": "string", "format": "date" } }), &[]),
    })
}
