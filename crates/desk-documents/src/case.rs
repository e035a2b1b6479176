//! Cases as JSON: the pieces that a person's view, an operator's and a package share.

use desk_core::case::{AttachedFile, Case, CaseChange, Message, PolicyPin};
use desk_core::json::Json;
use desk_core::time::Timestamp;

/// Writes the policy that was in force.
pub fn policy(json: &mut Json, pin: Option<&PolicyPin>) {
    let Some(pin) = pin else { return json.maybe("policy", None) };
    json.nest("policy", |json| {
        json.text("version", &pin.version);
        json.text("digest", &pin.digest);
    });
}

/// Writes what the person said of themselves, each only if it was said.
pub fn person(json: &mut Json, case: &Case) {
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
pub fn messages(case: &Case) -> impl Iterator<Item = (&'static str, Timestamp, &Message)> {
    case.head.events().iter().filter_map(|event| match &event.change {
        CaseChange::PersonWrote { text } => Some(("person", event.id.instant(), text)),
        CaseChange::OperatorReplied { text } => Some(("operator", event.id.instant(), text)),
        CaseChange::StateSet { .. } | CaseChange::Withdrawn => None,
    })
}

/// Writes the thread: the opening, then every message. `files` is the address below which the files lie.
pub fn thread(json: &mut Json, case: &Case, files: &str) {
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
pub fn attachments(json: &mut Json, attached: &[AttachedFile], files: &str) {
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
