//! English: feedback.

use desk_core::case::{Kind, State};

use crate::texts::feedback::FeedbackTexts;
use crate::texts::plain::plain;

/// The texts.
pub(in crate::texts) static FEEDBACK: FeedbackTexts = FeedbackTexts {
    form_title: plain("Ask or complain"),
    form_lead: plain(
        "People read this, not machines. You will get a reference and a secret link to follow the answer.",
    ),
    kind_legend: plain("What are you writing about?"),
    kind_label: |kind| match kind {
        Kind::Question => "A question",
        Kind::Complaint => "A complaint about personal data",
        Kind::Suggestion => "A suggestion",
        Kind::Problem => "A problem with the app",
    },
    kind_short: |kind| match kind {
        Kind::Question => "Question",
        Kind::Complaint => "Complaint",
        Kind::Suggestion => "Suggestion",
        Kind::Problem => "Problem",
    },
    kind_hint: |kind| match kind {
        Kind::Question => "You want to know something about your data or the policy.",
        Kind::Complaint => "Something was done with your data that should not have been.",
        Kind::Suggestion => "You know how we could do it better.",
        Kind::Problem => "Something does not work.",
    },
    message_label: plain("Your message"),
    message_hint: plain(
        "Up to 10,000 characters. Say what happened and what you would like us to do. Leave out passwords and other people’s data.",
    ),
    email_label: plain("E-mail"),
    email_hint: plain(
        "Only so that staff can reach you about this. You can follow the answer here without it.",
    ),
    app_version_label: plain("App version"),
    sealed: plain(
        "What you send is sealed on arrival and read only by authorised staff, as promised in the",
    ),
    field_error: |field, code| match (field, code) {
        ("kind", _) => "Choose what you are writing about",
        ("message", "missing") => "Write your message: the field is empty",
        ("message", "too-long") => "Shorten your message to 10,000 characters",
        ("message", "control-character") => {
            "Your message has a character that cannot be shown: write it anew"
        }
        ("message", _) => "The message is not valid",
        ("name", "too-long") => "Shorten your name to 200 characters",
        ("name", _) => "The name has a character that cannot be shown",
        ("email", "too-long") => "The e-mail address is too long",
        ("email", _) => "The e-mail address is not complete: it looks like name@company.example",
        ("app_version", "too-long") => "Shorten the app version to 50 characters",
        ("app_version", _) => "The app version has a character that cannot be shown",
        ("language", _) => "Choose a language from the list",
        ("file", "too-many-files") => "Choose three files at most",
        (_, "file-too-large") => "The file is larger than 1 MiB",
        (_, "file-kind") => "The file is no PNG, JPEG, PDF or plain text",
        (_, "file-damaged") => "The image is damaged and cannot be read",
        (_, "not-a-file" | "empty-file") => "The file could not be read",
        (_, "unknown-field") => "The form has a field that is not known here",
        _ => "A field is not valid",
    },
    received_title: |kind| match kind {
        Kind::Question => "We have received your question",
        Kind::Complaint => "We have received your complaint",
        Kind::Suggestion => "We have received your suggestion",
        Kind::Problem => "We have received your report",
    },
    reference_hint: plain("Its reference. You can read it aloud or write it down:"),
    link_title: plain("Your secret link"),
    link_hint: plain(
        "Keep it: it is the only way back to this page. Whoever has it can read everything here.",
    ),
    save_now: plain("Save it now:"),
    save_hint: plain(
        "bookmark the next page, print this one, or copy the link. It is the only way back, and we cannot send it again. Whoever has the link can read everything here.",
    ),
    saved: plain("I have saved it, go on"),
    get_receipt: plain("Download the signed receipt"),
    get_case: plain("Download everything (JSON)"),
    next_title: plain("What happens next"),
    next_steps: [
        plain("An authorised person reads your message."),
        plain("The answer appears behind your secret link."),
        plain("You can add to it or withdraw it at any moment."),
    ],
    status_title: |kind| match kind {
        Kind::Question => "Your question",
        Kind::Complaint => "Your complaint",
        Kind::Suggestion => "Your suggestion",
        Kind::Problem => "Your report",
    },
    steps_label: plain("Where it is now"),
    state: |state| match state {
        State::Received => "Received",
        State::InProgress => "Being looked into",
        State::Answered => "Answered",
        State::Closed => "Closed",
        State::Withdrawn => "Withdrawn",
    },
    added: plain("Your message was added."),
    added_hint: plain("We will read it together with the rest."),
    withdrawn: plain("It is withdrawn."),
    withdrawn_hint: plain("We have stopped looking into it."),
    facts_title: plain("Facts"),
    fact_kind: plain("Kind"),
    fact_sent: plain("Sent"),
    fact_policy: plain("Policy then in force"),
    fact_until: plain("Link works until"),
    withdraw_title: plain("Withdraw"),
    withdraw_summary: |kind| match kind {
        Kind::Question => "Withdraw this question",
        Kind::Complaint => "Withdraw this complaint",
        Kind::Suggestion => "Withdraw this suggestion",
        Kind::Problem => "Withdraw this report",
    },
    withdraw_hint: plain(
        "We stop looking into it and close it. What was written stays readable here until the link expires. This cannot be undone, but you can always write again.",
    ),
    withdraw_button: plain("Yes, withdraw it"),
};
