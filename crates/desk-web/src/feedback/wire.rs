//! What goes over the wire as JSON: the ticket, the case, the receipt.

use desk_core::case::{AttachedFile, Case, CaseKey, Change, Message, PolicyPin, Refusal};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::status_path;
use crate::cases::hex;
use crate::problem::Problem;
use crate::setup::Setup;

/// The answer to a new case.
#[derive(Serialize)]
pub(super) struct Ticket {
    reference: String,
    kind: &'static str,
    state: &'static str,
    opened_at: String,
    expires_at: String,
    status_url: String,
    receipt_url: String,
    policy: Option<Policy>,
}

/// The policy that was in force.
#[derive(Serialize)]
pub(crate) struct Policy {
    version: String,
    digest: String,
}

impl From<&PolicyPin> for Policy {
    fn from(pin: &PolicyPin) -> Self {
        Self { version: pin.version.clone(), digest: pin.digest.clone() }
    }
}

/// A case as the person who opened it sees it.
#[derive(Serialize)]
pub(super) struct PersonsCase {
    #[serde(flatten)]
    ticket: Ticket,
    language: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_version: Option<String>,
    thread: Vec<Entry>,
}

/// One entry of the thread.
#[derive(Serialize)]
pub(crate) struct Entry {
    from: &'static str,
    at: String,
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<File>,
}

/// One attached file.
#[derive(Serialize)]
pub(crate) struct File {
    media_type: &'static str,
    size: usize,
    sha256: String,
    url: String,
}

impl File {
    fn new(file: &AttachedFile, url: String) -> Self {
        let media_type = file.kind.media_type();
        Self { media_type, size: file.size, sha256: file.sha256.clone(), url }
    }
}

pub(super) fn ticket(setup: &Setup, key: &CaseKey, case: &Case) -> Ticket {
    let url = format!("{}{}", setup.base_url, status_path(setup, key));
    Ticket {
        reference: case.reference().to_string(),
        kind: case.opening.kind.name(),
        state: case.state.name(),
        opened_at: case.opening.at.to_string(),
        expires_at: case.opening.expires.to_string(),
        receipt_url: format!("{url}/receipt.json"),
        status_url: url,
        policy: case.opening.policy.as_ref().map(Policy::from),
    }
}

pub(super) fn case(setup: &Setup, key: &CaseKey, case: &Case) -> PersonsCase {
    let ticket = ticket(setup, key, case);
    let files = format!("{}/attachments", ticket.status_url);
    PersonsCase {
        language: case.opening.lang.tag(),
        name: case.opening.name.clone().map(String::from),
        email: case.opening.email.clone().map(String::from),
        app_version: case.opening.app_version.clone().map(String::from),
        thread: thread(case, &files),
        ticket,
    }
}

/// The thread: the opening, then every message, in order. `files` is the address below which the files lie.
pub(crate) fn thread(case: &Case, files: &str) -> Vec<Entry> {
    let attachments = case.opening.files.iter().enumerate();
    let opening = Entry {
        from: "person",
        at: case.opening.at.to_string(),
        text: case.opening.message.as_str().to_owned(),
        attachments: attachments
            .map(|(at, file)| File::new(file, format!("{files}/{}", at + 1)))
            .collect(),
    };
    let entry = |from, at: desk_core::time::Timestamp, text: &Message| Entry {
        from,
        at: at.to_string(),
        text: text.as_str().to_owned(),
        attachments: Vec::new(),
    };
    let messages = case.head.events().iter().filter_map(|event| match &event.change {
        Change::PersonWrote { text } => Some(entry("person", event.id.instant(), text)),
        Change::OperatorReplied { text } => Some(entry("operator", event.id.instant(), text)),
        Change::StateSet { .. } | Change::Withdrawn => None,
    });
    std::iter::once(opening).chain(messages).collect()
}

/// A receipt, with the text that is signed beside what it says.
#[derive(Serialize)]
pub(super) struct Receipt {
    receipt: Claims,
    jws: String,
    keys: String,
}

/// What a receipt says. The signed text is these members as JSON; it names no address and quotes no message.
#[derive(Serialize)]
struct Claims {
    r#type: &'static str,
    issuer: String,
    controller: String,
    reference: String,
    kind: &'static str,
    opened_at: String,
    message_sha256: String,
    attachments_sha256: Vec<String>,
    policy: Option<Policy>,
}

/// The receipt of an opening. It depends on nothing that changes, so it is signed when it is asked for.
pub(super) fn receipt(setup: &Setup, case: &Case) -> Receipt {
    let receipt = Claims {
        r#type: "case-opened",
        issuer: setup.base_url.clone(),
        controller: setup.controller_name.clone(),
        reference: case.reference().to_string(),
        kind: case.opening.kind.name(),
        opened_at: case.opening.at.to_string(),
        message_sha256: hex(&Sha256::digest(case.opening.message.as_str())),
        attachments_sha256: case.opening.files.iter().map(|file| file.sha256.clone()).collect(),
        policy: case.opening.policy.as_ref().map(Policy::from),
    };
    let jws = setup.keys.sign(&serde_json::to_vec(&receipt).unwrap_or_default());
    Receipt { receipt, jws, keys: format!("{}/.well-known/desk-keys.json", setup.base_url) }
}

/// The problem of a thing that a case does not allow.
pub(crate) const fn refusal(refusal: Refusal) -> Problem {
    Problem::CaseState(match refusal {
        Refusal::Withdrawn => "withdrawn",
        Refusal::Unchanged => "unchanged",
        Refusal::ThreadFull => "thread-full",
    })
}
