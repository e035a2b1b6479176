//! What the texts of feedback are.

use super::Plain;
use desk_core::case::{Kind, State};

/// The texts of feedback.
#[derive(Debug)]
pub struct FeedbackTexts {
    /// The form's heading.
    pub form_title: Plain,
    /// Its first paragraph.
    pub form_lead: Plain,
    /// The question about the kind.
    pub kind_legend: Plain,
    /// A kind, in full.
    pub kind_label: fn(Kind) -> &'static str,
    /// A kind, in one word.
    pub kind_short: fn(Kind) -> &'static str,
    /// What a kind is for.
    pub kind_hint: fn(Kind) -> &'static str,
    /// The message.
    pub message_label: Plain,
    /// What to write in it.
    pub message_hint: Plain,
    /// The e-mail address.
    pub email_label: Plain,
    /// What it is used for.
    pub email_hint: Plain,
    /// The version of the app.
    pub app_version_label: Plain,
    /// How what is sent is kept, before the link to the policy.
    pub sealed: Plain,
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The heading of the ticket.
    pub received_title: fn(Kind) -> &'static str,
    /// What the reference is for.
    pub reference_hint: Plain,
    /// The heading of the secret link.
    pub link_title: Plain,
    /// What it is.
    pub link_hint: Plain,
    /// The call to save it.
    pub save_now: Plain,
    /// How, and why.
    pub save_hint: Plain,
    /// The button that goes on.
    pub saved: Plain,
    /// The link to the receipt.
    pub get_receipt: Plain,
    /// The link to the case as JSON.
    pub get_case: Plain,
    /// The heading of what happens next.
    pub next_title: Plain,
    /// What happens next.
    pub next_steps: [Plain; 3],
    /// The heading of the case.
    pub status_title: fn(Kind) -> &'static str,
    /// The name of the row of states.
    pub steps_label: Plain,
    /// A state.
    pub state: fn(State) -> &'static str,
    /// That a message was added.
    pub added: Plain,
    /// What happens with it.
    pub added_hint: Plain,
    /// That the case was withdrawn.
    pub withdrawn: Plain,
    /// What that means.
    pub withdrawn_hint: Plain,
    /// The heading of the facts.
    pub facts_title: Plain,
    /// Fact: the kind.
    pub fact_kind: Plain,
    /// Fact: when it was sent.
    pub fact_sent: Plain,
    /// Fact: the policy then in force.
    pub fact_policy: Plain,
    /// Fact: until when the link works.
    pub fact_until: Plain,
    /// The heading of withdrawing.
    pub withdraw_title: Plain,
    /// The line that opens it.
    pub withdraw_summary: fn(Kind) -> &'static str,
    /// What it means.
    pub withdraw_hint: Plain,
    /// The button that does it.
    pub withdraw_button: Plain,
}
