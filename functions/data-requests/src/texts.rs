//! What the texts of data requests are: of filing one, and of following it. They lie in different functions.

mod en;
mod ru;

use desk_core::lang::Lang;
use desk_core::request::{Behalf, RefusalGround, RequestKind};

/// The texts of filing data requests, and of proving who asks.
#[derive(Debug)]
pub(crate) struct RequestTexts {
    /// The form's heading.
    pub form_title: &'static str,
    /// Its first paragraph.
    pub form_lead: &'static str,
    /// The question about the kind.
    pub kind_legend: &'static str,
    /// A kind, as the form offers it.
    pub kind_label: fn(RequestKind) -> &'static str,
    /// What a kind means.
    pub kind_hint: fn(RequestKind) -> &'static str,
    /// The e-mail address.
    pub email_label: &'static str,
    /// Why it is needed.
    pub email_hint: &'static str,
    /// The details.
    pub details_label: &'static str,
    /// What to write in them.
    pub details_hint: &'static str,
    /// The question for whom one asks.
    pub behalf_legend: &'static str,
    /// An answer to it.
    pub behalf_label: fn(Behalf) -> &'static str,
    /// What a representative has to attach.
    pub behalf_hint: &'static str,
    /// The question which law applies.
    pub regime_label: &'static str,
    /// What it decides.
    pub regime_hint: &'static str,
    /// That it costs nothing, before the link to the policy.
    pub free: &'static str,
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The heading of the page about deleting an account: app.
    pub delete_account_title: fn(&str) -> String,
    /// The heading of the page about deleting data: app.
    pub delete_data_title: fn(&str) -> String,
    /// Whose app it is, and that no account is needed: app, developer.
    pub delete_lead: fn(&str, &str) -> String,
    /// The steps of deleting an account.
    pub delete_account_steps: [&'static str; 3],
    /// How deleting data differs from deleting an account.
    pub delete_data_hint: &'static str,
    /// The heading of what is deleted and what is kept.
    pub deleted_title: &'static str,
    /// What is deleted and kept, and for how long, where nothing else is configured: one paragraph a line.
    pub deleted: &'static str,
    /// What is to be deleted.
    pub delete_details_label: &'static str,
    /// What to write there.
    pub delete_details_hint: &'static str,
    /// The button that asks for deletion.
    pub delete_send: &'static str,
    /// The link from one of these pages to the other requests.
    pub other_page: &'static str,
    /// The heading while identity is to be proven.
    pub pending_title: &'static str,
    /// What was sent, and what to do.
    pub pending_lead: &'static str,
    /// The same where no more codes are taken.
    pub pending_link: &'static str,
    /// Why it is needed.
    pub pending_why: &'static str,
    /// The heading while the app is to say who it is.
    pub asserted_title: &'static str,
    /// What then happens.
    pub asserted_lead: &'static str,
    /// The way without the app.
    pub asserted_mail: &'static str,
    /// What a mail brings then.
    pub asserted_hint: &'static str,
    /// The button that has it sent.
    pub asserted_button: &'static str,
    /// The code.
    pub code_label: &'static str,
    /// How it looks.
    pub code_hint: &'static str,
    /// The button that sends it.
    pub code_send: &'static str,
    /// That a code is wrong: how many tries are left.
    pub code_wrong: fn(u8) -> String,
    /// That no more codes are taken.
    pub code_locked: &'static str,
    /// That the code is too old.
    pub code_late: &'static str,
    /// The heading of sending another mail.
    pub resend_title: &'static str,
    /// When to do so.
    pub resend_hint: &'static str,
    /// What it does to the code, while one is taken.
    pub resend_code: &'static str,
    /// The button that sends another mail.
    pub resend_button: &'static str,
    /// That another mail was sent.
    pub resent: &'static str,
    /// That no more mails are sent.
    pub resend_none: &'static str,
    /// The heading where identity is proven already.
    pub pending_done_title: &'static str,
    /// Where to go on then.
    pub pending_done: &'static str,
    /// The heading where nobody proved it in time, or it was withdrawn.
    pub pending_over_title: &'static str,
    /// What to do then.
    pub pending_over: &'static str,
    /// The heading of the page behind the mailed link.
    pub confirm_title: &'static str,
    /// What it is for.
    pub confirm_lead: &'static str,
    /// The button that confirms.
    pub confirm_button: &'static str,
    /// The button for whoever did not ask.
    pub confirm_not_me: &'static str,
    /// The heading after that.
    pub not_me_title: &'static str,
    /// What happened then.
    pub not_me: &'static str,
    /// Fact: the kind.
    pub fact_kind: &'static str,
    /// Fact: when it was received.
    pub fact_received: &'static str,
}

/// The texts of the page where a data request is followed.
#[derive(Debug)]
pub(crate) struct StatusTexts {
    /// A kind, as the heading of a request.
    pub kind_title: fn(RequestKind) -> &'static str,
    /// That identity is proven.
    pub confirmed: &'static str,
    /// That the link of the page should be saved.
    pub save_link: &'static str,
    /// What the reference is for.
    pub reference_hint: &'static str,
    /// The steps of a request: received, being worked on, answered.
    pub steps: [&'static str; 3],
    /// A state, by its name.
    pub state: fn(&str) -> &'static str,
    /// The heading of the due date.
    pub due_title: &'static str,
    /// The same for a request that has ended.
    pub due_was_title: &'static str,
    /// Until when the answer is due: before and behind the date.
    pub due_by: (&'static str, &'static str),
    /// Until when the answer was due, of a request that has ended, before the date.
    pub due_was: &'static str,
    /// That it is due at once.
    pub due_at_once: &'static str,
    /// That the clock rests.
    pub due_resting: &'static str,
    /// That the date may yet change.
    pub due_provisional: &'static str,
    /// That the date has passed.
    pub due_late: &'static str,
    /// The line that opens the explanation.
    pub due_why: &'static str,
    /// The heading of an extension.
    pub extended_title: &'static str,
    /// The heading where an operator waits for the person.
    pub asked_title: &'static str,
    /// What to do then.
    pub asked_hint: &'static str,
    /// That only a part was done.
    pub answered_partly: &'static str,
    /// A ground of refusal.
    pub ground: fn(RefusalGround) -> &'static str,
    /// The label of the ground.
    pub ground_title: &'static str,
    /// The heading of the package.
    pub package_title: &'static str,
    /// What it is: size, until when.
    pub package_lead: fn(&str, &str) -> String,
    /// The key of the package.
    pub secret_label: &'static str,
    /// Where it is.
    pub secret_hint: &'static str,
    /// The button that fetches the package.
    pub package_get: &'static str,
    /// The heading where everything was erased.
    pub erased_title: &'static str,
    /// What was done, and what stays.
    pub erased: &'static str,
    /// The link to the act of destruction.
    pub get_act: &'static str,
    /// The heading of how to complain.
    pub complain_title: &'static str,
    /// How to complain to the controller, before the link.
    pub complain_us: &'static str,
    /// That link.
    pub complain_us_link: &'static str,
    /// Fact: the law.
    pub fact_law: &'static str,
    /// Fact: when identity was proven.
    pub fact_identified: &'static str,
    /// Fact: the policy then in force.
    pub fact_policy: &'static str,
    /// Fact: until when the link works.
    pub fact_until: &'static str,
    /// The heading of the facts.
    pub facts_title: &'static str,
    /// The link to the receipt.
    pub get_receipt: &'static str,
    /// The link to the request as JSON.
    pub get_json: &'static str,
    /// That a message was added.
    pub added: &'static str,
    /// That it was withdrawn.
    pub withdrawn: &'static str,
    /// The heading of withdrawing.
    pub withdraw_title: &'static str,
    /// The line that opens it.
    pub withdraw_summary: &'static str,
    /// What it means.
    pub withdraw_hint: &'static str,
    /// The button that does it.
    pub withdraw_button: &'static str,
    /// The heading of the secret link.
    pub link_title: &'static str,
    /// What it is.
    pub link_hint: &'static str,
    /// A kind, as the form offers it.
    pub kind_label: fn(RequestKind) -> &'static str,
    /// Fact: the kind.
    pub fact_kind: &'static str,
    /// Fact: when it was received.
    pub fact_received: &'static str,
}

/// The texts of what a person does with their request.
#[derive(Debug)]
pub(crate) struct ChangeTexts {
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The link back to the request.
    pub back: &'static str,
}

/// The texts of the form that a package's key goes into, where it came back.
#[derive(Debug)]
pub(crate) struct PackageFormTexts {
    /// A fault: field, code.
    pub field_error: fn(&str, &str) -> &'static str,
    /// The heading.
    pub title: &'static str,
    /// The key of the package.
    pub secret_label: &'static str,
    /// What it is.
    pub secret_hint: &'static str,
    /// The button that fetches the package.
    pub get: &'static str,
    /// The link back to the request.
    pub back: &'static str,
}

/// The texts of what a person does with their request in a language.
pub(crate) fn changes(lang: Lang) -> &'static ChangeTexts {
    match lang {
        Lang::En => &en::CHANGES,
        Lang::Ru => &ru::CHANGES,
    }
}

/// The texts of the form that a package's key goes into, in a language.
pub(crate) fn package_form(lang: Lang) -> &'static PackageFormTexts {
    match lang {
        Lang::En => &en::PACKAGE_FORM,
        Lang::Ru => &ru::PACKAGE_FORM,
    }
}

/// The texts of following a data request in a language.
pub(crate) fn request_status(lang: Lang) -> &'static StatusTexts {
    match lang {
        Lang::En => &en::STATUS,
        Lang::Ru => &ru::STATUS,
    }
}

/// The texts of filing data requests in a language.
pub(crate) fn requests(lang: Lang) -> &'static RequestTexts {
    match lang {
        Lang::En => &en::REQUESTS,
        Lang::Ru => &ru::REQUESTS,
    }
}
