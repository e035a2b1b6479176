//! What the operators' API says as JSON.

use desk_core::case::{Case, CaseDoor, CaseKey};
use desk_core::id::Id;
use desk_core::keys::Subject;
use desk_core::reference::{Reference, Series};

use desk_app::Setup;
use desk_app::audit::{About, Record};
use desk_app::outbox::Tries;
use desk_app::sender::Mail;
use desk_core::json::Json;
use desk_documents::case::{messages, person, policy, thread};

/// Writes what the list says of a case: nothing that the person wrote.
fn item(json: &mut Json, url: &str, key: &CaseKey, case: &Case) {
    let opening = &case.opening;
    let changed = case.head.events().last().map_or(opening.at, |event| event.id.instant());
    json.shown("id", &key.id);
    json.shown("reference", &case.reference());
    json.text("kind", opening.kind.name());
    json.text("state", case.state.name());
    json.shown("opened_at", &opening.at);
    json.shown("changed_at", &changed);
    json.text("language", opening.lang.tag());
    json.flag("quarantined", !opening.suspicions.is_empty());
    json.list("suspicions", |list| {
        for suspicion in &opening.suspicions {
            list.text("", suspicion.name());
        }
    });
    json.number("attachments", opening.files.len());
    json.number("messages", 1 + messages(case).count());
    json.flag("has_email", opening.email.is_some());
    json.text(
        "door",
        match opening.door {
            CaseDoor::Form => "form",
            CaseDoor::Api => "api",
        },
    );
    json.text("url", url);
}

fn url(setup: &Setup, key: &CaseKey) -> String {
    format!("{}/console/api/cases/{}", setup.profile.base_url, key.id)
}

/// Writes where the next page begins, unless this is the last one.
fn cursor(json: &mut Json, next: Option<Id>) {
    if let Some(next) = next {
        json.shown("next_cursor", &next);
    }
}

/// A page of the list.
pub(super) fn list(setup: &Setup, cases: &[(CaseKey, Case)], next: Option<Id>) -> String {
    Json::object(|json| {
        json.list("cases", |list| {
            for (key, case) in cases {
                list.nest("", |json| item(json, &url(setup, key), key, case));
            }
        });
        cursor(json, next);
    })
}

/// A case as operators see it.
pub(super) fn case(setup: &Setup, key: &CaseKey, case: &Case) -> String {
    let url = url(setup, key);
    Json::object(|json| {
        item(json, &url, key, case);
        json.shown("expires_at", &case.opening.expires);
        person(json, case);
        policy(json, case.opening.policy.as_ref());
        thread(json, case, &format!("{url}/attachments"));
    })
}

/// A page of the mails that wait: nothing that is in them.
pub(super) fn outbox(base: &str, waiting: &[(Id, Option<Tries>)], next: Option<Id>) -> String {
    Json::object(|json| {
        json.list("mails", |list| {
            for (id, tries) in waiting {
                list.nest("", |json| {
                    json.shown("id", id);
                    json.shown("at", &id.instant());
                    json.number("attempts", tries.map_or(0, |tries| tries.attempts as usize));
                    if let Some(next) = tries.and_then(|tries| tries.next) {
                        json.shown("next_attempt_at", &next);
                    }
                    if let Some(status) = tries.and_then(|tries| tries.status) {
                        json.number("last_status", usize::from(status));
                    }
                    json.flag("given_up", tries.is_some_and(|tries| tries.next.is_none()));
                    json.shown("url", &format_args!("{base}/console/api/outbox/{id}"));
                });
            }
        });
        cursor(json, next);
    })
}

/// A mail that waits, as the operator reads it.
pub(super) fn mail(id: Id, mail: &Mail) -> String {
    Json::object(|json| {
        json.shown("id", &id);
        json.shown("at", &id.instant());
        json.text("to", mail.to.as_str());
        json.text("language", mail.lang.tag());
        json.text("subject", mail.subject.as_str());
        json.text("text", &mail.text);
        json.shown("expires_at", &mail.expires);
    })
}

/// A page of audit records.
pub(super) fn audit(records: &[Record], next: Option<Id>) -> String {
    Json::object(|json| {
        json.list("records", |list| {
            for record in records {
                list.nest("", |json| {
                    json.shown("id", &record.id);
                    json.shown("at", &record.id.instant());
                    json.text("action", record.action.name());
                    match record.about {
                        About::Case(id) => {
                            json.shown("case", &id);
                            json.shown("reference", &Reference::from(id));
                        }
                        About::Subject(subject) => {
                            json.shown("subject", &Subject::from_bytes(subject));
                        }
                        About::Batch(count) => json.number("count", count as usize),
                        About::Mail(id) => json.shown("mail", &id),
                        About::Request(id) => {
                            json.shown("request", &id);
                            json.shown("reference", &Reference::new(Series::Requests, id));
                        }
                    }
                    if let Some(reason) = &record.reason {
                        json.text("reason", reason.as_str());
                    }
                });
            }
        });
        cursor(json, next);
    })
}
