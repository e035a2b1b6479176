//! English: the page in a package.

use desk_core::case::{self, Suspicion};
use desk_core::clock::regime::Regime;
use desk_core::request::{self, Behalf, Proof, RefusalGround};
use desk_core::suppression::Reason;

use crate::package::{By, What};
use crate::texts::package::PackageTexts;

/// The texts.
pub(in crate::texts) static PACKAGE: PackageTexts = PackageTexts {
    title: |app| format!("What the privacy desk of {app} holds about you"),
    lead: |controller| {
        format!(
            "This is everything that the privacy desk holds under your e-mail address: what you wrote here, what came of it, and which mail you do not want. For this data {controller} is responsible. What other systems hold is not in this package."
        )
    },
    about: "E-mail address",
    request: "Your request",
    prepared: "Prepared",
    controller: "Responsible",
    contact: "Questions",
    policy: "Privacy policy",
    contents: "In this package",
    nothing: "Nothing is held.",
    cases: "Questions and complaints",
    cases_hint: "What you wrote to us, what we answered, and what happened to it.",
    requests: "Data requests",
    requests_hint: "What you asked for under data protection law, this request included.",
    received: "Received",
    state: "State",
    name: "Name",
    email: "E-mail address",
    app_version: "Version of the app",
    policy_version: "Policy in force then: version",
    kept_until: "Kept until",
    suspicion: "Set apart as possible spam, because",
    suspicion_of: |suspicion| match suspicion {
        Suspicion::TooFast => "the form was filled in very fast",
        Suspicion::Honeypot => "a field that is hidden from people was filled in",
        Suspicion::ManyLinks => "the message has many links",
    },
    law: "Law",
    law_of: |regime| match regime {
        Regime::Ru152Fz => "Federal Law 152-FZ (Russia)",
        Regime::EuGdpr => "GDPR (European Union)",
        Regime::UkGdpr => "UK GDPR (United Kingdom)",
        Regime::UsCa => "CCPA (California)",
        Regime::BrLgpd => "LGPD (Brazil)",
    },
    behalf: "Asked by",
    behalf_of: |behalf| match behalf {
        Behalf::Own => "you yourself",
        Behalf::Represented => "somebody on your behalf",
    },
    identified: "Identity proven",
    proof: |proof| match proof {
        Proof::Link => "by the link of our mail",
        Proof::Code => "by the code of our mail",
        Proof::Assertion => "by the app, where you were signed in",
        Proof::Operator => "in another way, seen by an operator",
    },
    case_kind: |kind| match kind {
        case::CaseKind::Question => "Question",
        case::CaseKind::Complaint => "Complaint about personal data",
        case::CaseKind::Suggestion => "Suggestion",
        case::CaseKind::Problem => "Problem with the app",
    },
    case_state: |state| match state {
        case::CaseState::Received => "received",
        case::CaseState::InProgress => "in progress",
        case::CaseState::Answered => "answered",
        case::CaseState::Closed => "closed",
        case::CaseState::Withdrawn => "withdrawn",
    },
    request_kind: |kind| match kind {
        request::RequestKind::Access => "Access to your data",
        request::RequestKind::Portability => "Your data in machine-readable form",
        request::RequestKind::Rectification => "Correction",
        request::RequestKind::Erasure => "Erasure",
        request::RequestKind::Restriction => "Restriction of use",
        request::RequestKind::Objection => "Objection",
        request::RequestKind::Withdrawal => "Withdrawal of consent",
    },
    request_state: |state| match state {
        request::RequestState::AwaitingIdentity(_) => "waiting for proof of identity",
        request::RequestState::Received => "received",
        request::RequestState::InProgress => "in progress",
        request::RequestState::AwaitingClarification { .. } => "waiting for your answer",
        request::RequestState::Extended => "in progress, with an extended term",
        request::RequestState::Answered { partly: false, .. } => "done",
        request::RequestState::Answered { partly: true, .. } => "done in part",
        request::RequestState::Refused { .. } => "refused",
        request::RequestState::Withdrawn { .. } => "withdrawn",
        request::RequestState::Expired { .. } => "expired without proof of identity",
    },
    by: |by| match by {
        By::Person => "You",
        By::Operator => "We",
        By::Desk => "Automatically",
    },
    event: |what| match what {
        What::Message => "message",
        What::Question => "question",
        What::Taken => "taken up",
        What::State(case::CaseState::Closed) => "closed",
        What::State(_) => "taken up",
        What::CodeSent => "another code sent",
        What::CodeHeld => {
            "another code was asked for; none was sent, for there had been enough mails"
        }
        What::CodeWrong => "wrong code",
        What::Identified(_) => "identity proven",
        What::Extended => "term extended",
        What::Answered { partly: false } => "done",
        What::Answered { partly: true } => "done in part",
        What::Refused(ground) => match ground {
            RefusalGround::NothingHeld => "refused: nothing is held",
            RefusalGround::NotIdentified => "refused: identity could not be proven",
            RefusalGround::Excessive => "refused: unfounded or repeated too soon",
            RefusalGround::LegalDuty => "refused: a law demands that the data is kept",
            RefusalGround::LegalClaims => "refused: needed for legal claims",
            RefusalGround::RightsOfOthers => "refused: rights of others",
            RefusalGround::NotApplicable => "refused: the law does not give this right here",
        },
        What::Withdrawn => "withdrawn",
        What::Packaged(_) => "package prepared, to be fetched until",
        What::PackageDropped => "package deleted",
    },
    bytes: |size| match size {
        0..1024 => format!("{size} bytes"),
        _ => format!("{} KB", size.div_ceil(1024)),
    },
    mailing: "Newsletters",
    mailing_hint: "The newsletters that must not be sent to you. They are kept without your address, under a code that is reckoned from it.",
    nothing_stopped: "You have stopped no newsletter here.",
    list: "Newsletter",
    every_list: "all newsletters",
    former_list: |tag| format!("a former newsletter ({tag})"),
    since: "Stopped since",
    reason: "How",
    reason_of: |reason| match reason {
        Reason::OneClick => "with one click in your mail program",
        Reason::Form => "with the button on our page",
        Reason::Bare => "with the link of a mail",
        Reason::Preferences => "in your preferences",
        Reason::Operator => "entered by an operator",
        Reason::Import => "taken over from another system",
        Reason::Bounce => "mail to your address came back",
        Reason::Complaint => "you reported a mail as unwanted",
        Reason::Mail => "by a mail of your mail program",
    },
    changes: "What changed",
    when: "When",
    what: "What",
    stopped: "stopped",
    resumed: "resumed",
    mails: "Mails on their way",
    mails_hint: "Mails to you that were not handed over to the mail service yet. They are deleted once they are.",
    files: "Other files in this package",
    data_hint: "everything once more, for programs.",
    schema: "What the names in it mean (JSON Schema).",
    table_hint: "all messages as a table, for spreadsheets.",
    files_hint: "the files that you attached.",
    keep_safe: "Keep this package where nobody else gets at it: whoever has it reads all of this.",
};
