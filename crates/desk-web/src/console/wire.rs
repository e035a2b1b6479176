//! What the operators' API says as JSON.

use desk_core::case::{Case, CaseKey, Door};
use desk_core::id::Id;
use desk_core::reference::Reference;
use serde::Serialize;

use crate::audit::Record;
use crate::feedback::wire::{Entry, Policy, thread};
use crate::setup::Setup;

/// A page of the list.
#[derive(Serialize)]
pub(super) struct List {
    cases: Vec<Item>,
    /// Where the next page begins; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<Id>,
}

/// What the list says of a case: nothing that the person wrote.
#[derive(Serialize)]
struct Item {
    id: Id,
    reference: String,
    kind: &'static str,
    state: &'static str,
    opened_at: String,
    changed_at: String,
    language: &'static str,
    quarantined: bool,
    suspicions: Vec<&'static str>,
    attachments: usize,
    messages: usize,
    has_email: bool,
    door: &'static str,
    url: String,
}

/// A case as operators see it.
#[derive(Serialize)]
pub(super) struct OperatorsCase {
    #[serde(flatten)]
    item: Item,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_version: Option<String>,
    policy: Option<Policy>,
    thread: Vec<Entry>,
}

/// A page of audit records.
#[derive(Serialize)]
pub(super) struct Audit {
    records: Vec<AuditItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<Id>,
}

#[derive(Serialize)]
struct AuditItem {
    id: Id,
    at: String,
    action: &'static str,
    case: Id,
    reference: String,
}

fn item(setup: &Setup, key: &CaseKey, case: &Case) -> Item {
    let opening = &case.opening;
    let thread = thread(case, "");
    let changed = case.head.events().last().map_or(opening.at, |event| event.id.instant());
    Item {
        id: key.id,
        reference: case.reference().to_string(),
        kind: opening.kind.name(),
        state: case.state.name(),
        opened_at: opening.at.to_string(),
        changed_at: changed.to_string(),
        language: opening.lang.tag(),
        quarantined: !opening.suspicions.is_empty(),
        suspicions: opening.suspicions.iter().map(|suspicion| suspicion.name()).collect(),
        attachments: opening.files.len(),
        messages: thread.len(),
        has_email: opening.email.is_some(),
        door: match opening.door {
            Door::Form => "form",
            Door::Api => "api",
        },
        url: format!("{}/console/api/cases/{}", setup.base_url, key.id),
    }
}

pub(super) fn list(setup: &Setup, cases: &[(CaseKey, Case)], next: Option<Id>) -> List {
    List {
        cases: cases.iter().map(|(key, case)| item(setup, key, case)).collect(),
        next_cursor: next,
    }
}

pub(super) fn case(setup: &Setup, key: &CaseKey, case: &Case) -> OperatorsCase {
    let item = item(setup, key, case);
    let files = format!("{}/attachments", item.url);
    let opening = &case.opening;
    OperatorsCase {
        expires_at: opening.expires.to_string(),
        name: opening.name.clone().map(String::from),
        email: opening.email.clone().map(String::from),
        app_version: opening.app_version.clone().map(String::from),
        policy: opening.policy.as_ref().map(Policy::from),
        thread: thread(case, &files),
        item,
    }
}

pub(super) fn audit(records: &[Record], next: Option<Id>) -> Audit {
    let item = |record: &Record| AuditItem {
        id: record.id,
        at: record.id.instant().to_string(),
        action: record.action.name(),
        case: record.case,
        reference: Reference::from(record.case).to_string(),
    };
    Audit { records: records.iter().map(item).collect(), next_cursor: next }
}
