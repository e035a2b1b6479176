//! What the texts of data requests are: of filing one, and of following it. They lie in different functions.

use super::Plain;
use desk_core::request::{Behalf, Ground, Kind};

/// The texts of filing data requests, and of proving who asks.
#[derive(Debug)]
pub struct RequestTexts {
    /// The form's heading.
    pub form_title: Plain,
    /// Its first paragraph.
    pub form_lead: Plain,
    /// The question about the kind.
    pub kind_legend: Plain,
    /// A kind, as the form offers it.
    pub kind_label: fn(Kind) -> &'static str,
    /// What a kind means.
    pub kind_hint: fn(Kind) -> &'static str,
    /// The e-mail address.
    pub email_label: Plain,
    /// Why it is needed.
    pub email_hint: Plain,
    /// The details.
    pub details_label: Plain,
    /// What to write in them.
    pub details_hint: Plain,
    /// The question for whom one asks.
    pub behalf_legend: Plain,
    /// An answer to it.
    pub behalf_label: fn(Behalf) -> &'static str,
    /// What a representative has to attach.
    pub behalf_hint: Plain,
    /// The question which law applies.
    pub regime_label: Plain,
    /// What it decides.
    pub regime_hint: Plain,
    /// That it costs nothing, before the link to the policy.
    pub free: Plain,
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The heading of the page about deleting an account: app.
    pub delete_account_title: fn(&str) -> String,
    /// The heading of the page about deleting data: app.
    pub delete_data_title: fn(&str) -> String,
    /// Whose app it is, and that no account is needed: app, developer.
    pub delete_lead: fn(&str, &str) -> String,
    /// The steps of deleting an account.
    pub delete_account_steps: [Plain; 3],
    /// How deleting data differs from deleting an account.
    pub delete_data_hint: Plain,
    /// The heading of what is deleted and what is kept.
    pub deleted_title: Plain,
    /// What is deleted and kept, and for how long, where nothing else is configured: one paragraph a line.
    pub deleted: Plain,
    /// What is to be deleted.
    pub delete_details_label: Plain,
    /// What to write there.
    pub delete_details_hint: Plain,
    /// The button that asks for deletion.
    pub delete_send: Plain,
    /// The link from one of these pages to the other requests.
    pub other_page: Plain,
    /// The heading while identity is to be proven.
    pub pending_title: Plain,
    /// What was sent, and what to do.
    pub pending_lead: Plain,
    /// The same where no more codes are taken.
    pub pending_link: Plain,
    /// Why it is needed.
    pub pending_why: Plain,
    /// The heading while the app is to say who it is.
    pub asserted_title: Plain,
    /// What then happens.
    pub asserted_lead: Plain,
    /// The way without the app.
    pub asserted_mail: Plain,
    /// What a mail brings then.
    pub asserted_hint: Plain,
    /// The button that has it sent.
    pub asserted_button: Plain,
    /// The code.
    pub code_label: Plain,
    /// How it looks.
    pub code_hint: Plain,
    /// The button that sends it.
    pub code_send: Plain,
    /// That a code is wrong: how many tries are left.
    pub code_wrong: fn(u8) -> String,
    /// That no more codes are taken.
    pub code_locked: Plain,
    /// That the code is too old.
    pub code_late: Plain,
    /// The heading of sending another mail.
    pub resend_title: Plain,
    /// When to do so.
    pub resend_hint: Plain,
    /// What it does to the code, while one is taken.
    pub resend_code: Plain,
    /// The button that sends another mail.
    pub resend_button: Plain,
    /// That another mail was sent.
    pub resent: Plain,
    /// That no more mails are sent.
    pub resend_none: Plain,
    /// The heading where identity is proven already.
    pub pending_done_title: Plain,
    /// Where to go on then.
    pub pending_done: Plain,
    /// The heading where nobody proved it in time, or it was withdrawn.
    pub pending_over_title: Plain,
    /// What to do then.
    pub pending_over: Plain,
    /// The heading of the page behind the mailed link.
    pub confirm_title: Plain,
    /// What it is for.
    pub confirm_lead: Plain,
    /// The button that confirms.
    pub confirm_button: Plain,
    /// The button for whoever did not ask.
    pub confirm_not_me: Plain,
    /// The heading after that.
    pub not_me_title: Plain,
    /// What happened then.
    pub not_me: Plain,
    /// Fact: the kind.
    pub fact_kind: Plain,
    /// Fact: when it was received.
    pub fact_received: Plain,
}

/// The texts of the page where a data request is followed.
#[derive(Debug)]
pub struct StatusTexts {
    /// A kind, as the heading of a request.
    pub kind_title: fn(Kind) -> &'static str,
    /// That identity is proven.
    pub confirmed: Plain,
    /// That the link of the page should be saved.
    pub save_link: Plain,
    /// What the reference is for.
    pub reference_hint: Plain,
    /// The steps of a request: received, being worked on, answered.
    pub steps: [Plain; 3],
    /// A state, by its name.
    pub state: fn(&str) -> &'static str,
    /// The heading of the due date.
    pub due_title: Plain,
    /// The same for a request that has ended.
    pub due_was_title: Plain,
    /// Until when the answer is due: before and behind the date.
    pub due_by: (Plain, Plain),
    /// Until when the answer was due, of a request that has ended, before the date.
    pub due_was: Plain,
    /// That it is due at once.
    pub due_at_once: Plain,
    /// That the clock rests.
    pub due_resting: Plain,
    /// That the date may yet change.
    pub due_provisional: Plain,
    /// That the date has passed.
    pub due_late: Plain,
    /// The line that opens the explanation.
    pub due_why: Plain,
    /// The heading of an extension.
    pub extended_title: Plain,
    /// The heading where an operator waits for the person.
    pub asked_title: Plain,
    /// What to do then.
    pub asked_hint: Plain,
    /// That only a part was done.
    pub answered_partly: Plain,
    /// A ground of refusal.
    pub ground: fn(Ground) -> &'static str,
    /// The label of the ground.
    pub ground_title: Plain,
    /// The heading of the package.
    pub package_title: Plain,
    /// What it is: size, until when.
    pub package_lead: fn(&str, &str) -> String,
    /// The key of the package.
    pub secret_label: Plain,
    /// Where it is.
    pub secret_hint: Plain,
    /// The button that fetches the package.
    pub package_get: Plain,
    /// The heading where everything was erased.
    pub erased_title: Plain,
    /// What was done, and what stays.
    pub erased: Plain,
    /// The link to the act of destruction.
    pub get_act: Plain,
    /// The heading of how to complain.
    pub complain_title: Plain,
    /// How to complain to the controller, before the link.
    pub complain_us: Plain,
    /// That link.
    pub complain_us_link: Plain,
    /// Fact: the law.
    pub fact_law: Plain,
    /// Fact: when identity was proven.
    pub fact_identified: Plain,
    /// Fact: the policy then in force.
    pub fact_policy: Plain,
    /// Fact: until when the link works.
    pub fact_until: Plain,
    /// The heading of the facts.
    pub facts_title: Plain,
    /// The link to the receipt.
    pub get_receipt: Plain,
    /// The link to the request as JSON.
    pub get_json: Plain,
    /// That a message was added.
    pub added: Plain,
    /// That it was withdrawn.
    pub withdrawn: Plain,
    /// The heading of withdrawing.
    pub withdraw_title: Plain,
    /// The line that opens it.
    pub withdraw_summary: Plain,
    /// What it means.
    pub withdraw_hint: Plain,
    /// The button that does it.
    pub withdraw_button: Plain,
    /// The heading of the secret link.
    pub link_title: Plain,
    /// What it is.
    pub link_hint: Plain,
    /// A kind, as the form offers it.
    pub kind_label: fn(Kind) -> &'static str,
    /// Fact: the kind.
    pub fact_kind: Plain,
    /// Fact: when it was received.
    pub fact_received: Plain,
}

/// The texts of what a person does with their request.
#[derive(Debug)]
pub struct ChangeTexts {
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The link back to the request.
    pub back: Plain,
}

/// The texts of the form that a package's key goes into, where it came back.
#[derive(Debug)]
pub struct PackageFormTexts {
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The heading.
    pub title: Plain,
    /// The key of the package.
    pub secret_label: Plain,
    /// What it is.
    pub secret_hint: Plain,
    /// The button that fetches the package.
    pub get: Plain,
    /// The link back to the request.
    pub back: Plain,
}
