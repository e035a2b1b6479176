//! What the texts of feedback are.

mod en;
mod ru;

use desk_core::case::{CaseKind, CaseState};
use desk_core::lang::Lang;

/// The texts of feedback.
#[derive(Debug)]
pub(crate) struct FeedbackTexts {
    /// The form's heading.
    pub form_title: &'static str,
    /// Its first paragraph.
    pub form_lead: &'static str,
    /// The question about the kind.
    pub kind_legend: &'static str,
    /// A kind, in full.
    pub kind_label: fn(CaseKind) -> &'static str,
    /// A kind, in one word.
    pub kind_short: fn(CaseKind) -> &'static str,
    /// What a kind is for.
    pub kind_hint: fn(CaseKind) -> &'static str,
    /// The message.
    pub message_label: &'static str,
    /// What to write in it.
    pub message_hint: &'static str,
    /// The e-mail address.
    pub email_label: &'static str,
    /// What it is used for.
    pub email_hint: &'static str,
    /// The version of the app.
    pub app_version_label: &'static str,
    /// How what is sent is kept, before the link to the policy.
    pub sealed: &'static str,
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The heading of the ticket.
    pub received_title: fn(CaseKind) -> &'static str,
    /// What the reference is for.
    pub reference_hint: &'static str,
    /// The heading of the secret link.
    pub link_title: &'static str,
    /// What it is.
    pub link_hint: &'static str,
    /// The call to save it.
    pub save_now: &'static str,
    /// How, and why.
    pub save_hint: &'static str,
    /// The button that goes on.
    pub saved: &'static str,
    /// The link to the receipt.
    pub get_receipt: &'static str,
    /// The link to the case as JSON.
    pub get_case: &'static str,
    /// The heading of what happens next.
    pub next_title: &'static str,
    /// What happens next.
    pub next_steps: [&'static str; 3],
    /// The heading of the case.
    pub status_title: fn(CaseKind) -> &'static str,
    /// The name of the row of states.
    pub steps_label: &'static str,
    /// A state.
    pub state: fn(CaseState) -> &'static str,
    /// That a message was added.
    pub added: &'static str,
    /// What happens with it.
    pub added_hint: &'static str,
    /// That the case was withdrawn.
    pub withdrawn: &'static str,
    /// What that means.
    pub withdrawn_hint: &'static str,
    /// The heading of the facts.
    pub facts_title: &'static str,
    /// Fact: the kind.
    pub fact_kind: &'static str,
    /// Fact: when it was sent.
    pub fact_sent: &'static str,
    /// Fact: the policy then in force.
    pub fact_policy: &'static str,
    /// Fact: until when the link works.
    pub fact_until: &'static str,
    /// The heading of withdrawing.
    pub withdraw_title: &'static str,
    /// The line that opens it.
    pub withdraw_summary: fn(CaseKind) -> &'static str,
    /// What it means.
    pub withdraw_hint: &'static str,
    /// The button that does it.
    pub withdraw_button: &'static str,
}

/// The texts of feedback in a language.
pub(crate) fn feedback(lang: Lang) -> &'static FeedbackTexts {
    match lang {
        Lang::En => &en::FEEDBACK,
        Lang::Ru => &ru::FEEDBACK,
    }
}
