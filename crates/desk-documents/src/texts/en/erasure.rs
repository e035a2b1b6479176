//! English: erasures.

use desk_core::erasure::{Category, RetentionGround, Stay};
use desk_core::request::RequestKind;

use crate::texts::erasure::ErasureTexts;

/// The texts.
pub(in crate::texts) static ERASURE: ErasureTexts = ErasureTexts {
    category: |category| match category {
        Category::Packages => "packages of what was held",
        Category::Mails => "mails that waited to be sent: address, subject and text",
        Category::Markers => "what was remembered to recognise a form that is sent twice",
        Category::Limits => "how often mail to the address was asked for",
        Category::Others => "other records about the person",
        Category::Files => "attached files",
        Category::CaseMessages => "messages and events of cases",
        Category::RequestMessages => "messages and events of data requests",
        Category::Cases => "cases: e-mail address, name, message, version of the app",
        Category::Requests => "data requests: e-mail address, name, what was written",
    },
    stay: |stay| match stay {
        Stay::Case(_) => "the open case",
        Stay::Request(_) => "the open data request",
        Stay::OptOuts(_) => "opt-outs from newsletters",
        Stay::Act => "the act of destruction",
        Stay::Log => "the entry in the log of requests",
        Stay::Audit => "the records of which data staff looked at",
        Stay::Notice => "the mail that tells you of this",
    },
    ground: |ground| match ground {
        RetentionGround::OpenCase => "it has not been answered yet, and stays until it is closed",
        RetentionGround::Suppression => {
            "so that no newsletter is sent again; a keyed hash is kept, and no address"
        }
        RetentionGround::LegalLog => {
            "so that it can be proven that the request was honoured; nobody is named in it"
        }
        RetentionGround::Audit => "so that misuse can be found; nobody's data is in them",
        RetentionGround::Notice => "until it is on its way, and for three days at the most",
    },
    reason: |kind| match kind {
        RequestKind::Withdrawal => "consent to the processing of personal data was withdrawn",
        RequestKind::Objection => "the data subject objected to the processing",
        RequestKind::Erasure
        | RequestKind::Access
        | RequestKind::Portability
        | RequestKind::Rectification
        | RequestKind::Restriction => "the data subject asked for erasure",
    },
    act: "Act of destruction of personal data",
    number: "No.",
    controller: "Name and address of the controller (operator)",
    processor: "Name and address of whoever processes the data on the controller's behalf, if anybody",
    subject: "The data subject, or other information relating to the identified natural person whose personal data was destroyed",
    by_reference: "known by the data request",
    executors: "Name and position of those who destroyed the personal data, and their signature",
    categories: "Categories of personal data that were destroyed",
    carriers: "Destroyed carriers that contained personal data, with the number of sheets",
    no_carriers: "none: the data was processed by automated means",
    system: "Information system from which the personal data was destroyed",
    method: "Method of destruction",
    deleted: "deleted from the system's store; the system keeps no copy",
    why: "Reason for the destruction",
    date: "Date of the destruction",
    kept: "What was not destroyed, and on what ground",
    notice_subject: |reference| format!("Your data was erased: {reference}"),
    notice: |reference, app| {
        format!(
            "Hello,\n\nas you asked in {reference}, this was erased from what {app} holds about you in its privacy desk:"
        )
    },
    stays: "This stays:",
    link: "The signed receipt can be had here; the link stays secret:",
};
