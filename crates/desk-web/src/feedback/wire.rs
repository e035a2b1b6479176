//! What goes over the wire as JSON: the ticket, the case, the receipt.

use desk_core::case::{AttachedFile, Case, CaseChange, CaseKey, CaseRefusal, Message, PolicyPin};
use desk_core::time::Timestamp;
use sha2::{Digest, Sha256};

use super::status_path;
use crate::problem::Problem;
use crate::setup::Setup;
use desk_core::json::Json;

/// Writes the policy that was in force.
pub(crate) fn policy(json: &mut Json, pin: Option<&PolicyPin>) {
    let Some(pin) = pin else { return json.maybe("policy", None) };
    json.nest("policy", |json| {
        json.text("version", &pin.version);
        json.text("digest", &pin.digest);
    });
}

/// The answer to a new case.
pub(super) fn ticket(setup: &Setup, key: &CaseKey, case: &Case) -> String {
    let url = format!("{}{}", setup.profile.base_url, status_path(setup, key));
    Json::object(|json| summary(json, case, &url))
}

fn summary(json: &mut Json, case: &Case, url: &str) {
    let opening = &case.opening;
    json.text("reference", &case.reference().text());
    json.text("kind", opening.kind.name());
    json.text("state", case.state.name());
    json.text("opened_at", &opening.at.text());
    json.text("expires_at", &opening.expires.text());
    json.text("status_url", url);
    json.shown("receipt_url", &format_args!("{url}/receipt.json"));
    policy(json, opening.policy.as_ref());
}

/// A case as the person who opened it sees it.
pub(super) fn case(setup: &Setup, key: &CaseKey, case: &Case) -> String {
    let url = format!("{}{}", setup.profile.base_url, status_path(setup, key));
    Json::object(|json| {
        summary(json, case, &url);
        json.text("language", case.opening.lang.tag());
        person(json, case);
        thread(json, case, &format!("{url}/attachments"));
    })
}

/// Writes what the person said of themselves, each only if it was said.
pub(crate) fn person(json: &mut Json, case: &Case) {
    let opening = &case.opening;
    let name = opening.name.as_ref().map(|name| name.as_str());
    let email = opening.email.as_ref().map(|email| email.as_str());
    let app_version = opening.app_version.as_ref().map(|version| version.as_str());
    for (member, value) in [("name", name), ("email", email), ("app_version", app_version)] {
        if let Some(value) = value {
            json.text(member, value);
        }
    }
}

/// The messages after the opening, in order, each with who wrote it and when.
pub(crate) fn messages(case: &Case) -> impl Iterator<Item = (&'static str, Timestamp, &Message)> {
    case.head.events().iter().filter_map(|event| match &event.change {
        CaseChange::PersonWrote { text } => Some(("person", event.id.instant(), text)),
        CaseChange::OperatorReplied { text } => Some(("operator", event.id.instant(), text)),
        CaseChange::StateSet { .. } | CaseChange::Withdrawn => None,
    })
}

/// Writes the thread: the opening, then every message. `files` is the address below which the files lie.
pub(crate) fn thread(json: &mut Json, case: &Case, files: &str) {
    let opening = &case.opening;
    json.list("thread", |list| {
        entry(list, ("person", opening.at, &opening.message), &opening.files, files);
        for message in messages(case) {
            entry(list, message, &[], files);
        }
    });
}

fn entry(
    list: &mut Json,
    (from, at, text): (&'static str, Timestamp, &Message),
    attached: &[AttachedFile],
    files: &str,
) {
    list.nest("", |json| {
        json.text("from", from);
        json.text("at", &at.text());
        json.text("text", text.as_str());
        attachments(json, attached, files);
    });
}

/// Writes the attached files, which lie below the address `files`; nothing where there are none.
pub(crate) fn attachments(json: &mut Json, attached: &[AttachedFile], files: &str) {
    if attached.is_empty() {
        return;
    }
    json.list("attachments", |list| {
        for (number, file) in (1..).zip(attached) {
            list.nest("", |json| {
                json.text("media_type", file.kind.media_type());
                json.number("size", file.size);
                json.text("sha256", &file.sha256);
                json.shown("url", &format_args!("{files}/{number}"));
            });
        }
    });
}

/// The receipt of an opening: what it says, and the same signed. It depends on nothing that changes, so it is signed when
/// it is asked for.
pub(super) fn receipt(setup: &Setup, case: &Case) -> String {
    let message = base16ct::lower::encode_string(&Sha256::digest(case.opening.message.as_str()));
    let claims = |json: &mut Json| claims(json, setup, case, &message);
    let jws = setup.keys.sign(Json::object(claims).as_bytes());
    Json::object(|json| {
        json.nest("receipt", claims);
        json.text("jws", &jws);
        json.shown("keys", &format_args!("{}/.well-known/desk-keys.json", setup.profile.base_url));
    })
}

/// Writes what a receipt says. The signed text is these members as JSON; it names no address and quotes no message.
fn claims(json: &mut Json, setup: &Setup, case: &Case, message: &str) {
    let opening = &case.opening;
    json.text("type", "case-opened");
    json.text("issuer", &setup.profile.base_url);
    json.text("controller", &setup.profile.controller(case.opening.lang));
    json.text("reference", &case.reference().text());
    json.text("kind", opening.kind.name());
    json.text("opened_at", &opening.at.text());
    json.text("message_sha256", message);
    json.list("attachments_sha256", |list| {
        for file in &opening.files {
            list.text("", &file.sha256);
        }
    });
    policy(json, opening.policy.as_ref());
}

/// The problem of a thing that a case does not allow.
pub(crate) const fn refusal(refusal: CaseRefusal) -> Problem {
    Problem::CaseState(match refusal {
        CaseRefusal::Withdrawn => "withdrawn",
        CaseRefusal::Unchanged => "unchanged",
        CaseRefusal::ThreadFull => "thread-full",
    })
}
