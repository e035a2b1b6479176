//! English: data requests.

use desk_core::request::{Behalf, RefusalGround, RequestKind};

use super::{ChangeTexts, PackageFormTexts, RequestTexts, StatusTexts};

/// The texts.
pub(super) static REQUESTS: RequestTexts = RequestTexts {
    form_title: "Your data, your rights",
    form_lead: "Ask what we hold about you, or have it corrected, deleted or handed over. You will see until when we must answer, and how that date is counted.",
    kind_legend: "What would you like?",
    kind_label,
    kind_hint: |kind| match kind {
        RequestKind::Access => "You get everything we hold, with why and since when.",
        RequestKind::Portability => "The same as a file for machines (JSON).",
        RequestKind::Rectification => "Say below what is wrong, and what is right.",
        RequestKind::Erasure => "Everything that no law tells us to keep.",
        RequestKind::Restriction => "For instance while we check whether it is right.",
        RequestKind::Objection => "Say below what you do not want it used for.",
        RequestKind::Withdrawal => "What you agreed to earlier no longer holds from then on.",
    },
    email_label: "E-mail",
    email_hint: "The address that we know you by. We send a link and a code there, so that nobody else can ask for your data.",
    details_label: "Details",
    details_hint: "Up to 10,000 characters. Leave out passwords and other people’s data.",
    behalf_legend: "For whom do you ask?",
    behalf_label: |behalf| match behalf {
        Behalf::Own => "For myself",
        Behalf::Represented => "For somebody else, as their representative",
    },
    behalf_hint: "Give the e-mail address of the person whose data it is, and attach what shows that you may ask for them, such as a power of attorney.",
    regime_label: "Whose law applies to you?",
    regime_hint: "Usually that of the place where you live. It decides how long the answer may take.",
    free: "It costs nothing. What you send is sealed on arrival and read only by authorised staff, as promised in the",
    field_error: |field, code| match (field, code) {
        ("kind", _) => "Choose what you would like",
        ("email", "missing") => "Give your e-mail address: the field is empty",
        ("email", "too-long") => "The e-mail address is too long",
        ("email", _) => "The e-mail address is not complete: it looks like name@company.example",
        ("details", "missing") => "Say what it is about: the field is empty",
        ("details", "too-long") => "Shorten the details to 10,000 characters",
        ("details", _) => "The details have a character that cannot be shown: write them anew",
        ("name", "too-long") => "Shorten your name to 200 characters",
        ("name", _) => "The name has a character that cannot be shown",
        ("behalf", _) => "Choose for whom you ask",
        ("file", "missing") => "Attach what shows that you may ask for somebody else",
        ("regime", _) => "Choose a law from the list",
        ("language", _) => "Choose a language from the list",
        ("file", "too-many-files") => "Choose three files at most",
        ("code", "missing") => "Write the code from the mail: the field is empty",
        ("code", _) => "That is not a whole code: it has ten letters and digits",
        (_, "file-too-large") => "The file is larger than 1 MiB",
        (_, "file-kind") => "The file is no PNG, JPEG, PDF or plain text",
        (_, "file-damaged") => "The image is damaged and cannot be read",
        (_, "not-a-file" | "empty-file") => "The file could not be read",
        (_, "unknown-field") => "The form has a field that is not known here",
        _ => "A field is not valid",
    },
    delete_account_title: |app| format!("Delete your {app} account"),
    delete_data_title: |app| format!("Delete your {app} data"),
    delete_lead: |app, developer| {
        format!(
            "{app} is published by {developer}. You can ask for this here, without the app and without signing in."
        )
    },
    delete_account_steps: [
        "Give the e-mail address of your account.",
        "Confirm by the link or the code that we send there.",
        "We delete the account and everything that belongs to it, and tell you when it is done.",
    ],
    delete_data_hint: "This deletes data and leaves your account as it is. Say below which data; leave it empty for all of it.",
    deleted_title: "What is deleted, and what is kept",
    deleted: "Deleted: your messages and files, your activity in the app, and your choices of newsletters. With the account go its name, e-mail address and company.\nKept: that you do not want newsletters, as an irreversible hash of your address, for as long as we send any; that there was this request and when it was answered, without your name, for 24 months; the signed act of the deletion, without your name, for three years.\nKept longer only where a law demands it; then we tell you which data, which law, and until when.",
    delete_details_label: "Which data",
    delete_details_hint: "For instance: my messages to support, or my activity before March.",
    delete_send: "Ask for deletion",
    other_page: "Ask for something else about your data",
    pending_title: "Check your mail",
    pending_lead: "If the address is right, a mail with a link and a code is on its way. Open the link, or enter the code here. Both work for 24 hours.",
    pending_link: "If the address is right, a mail with a link is on its way. Open the link: it works for 24 hours. No more codes are taken here.",
    asserted_title: "The app confirms that it is you",
    asserted_lead: "You have nothing to do: you are signed in, and the app tells us who you are. Then this request is worked on.",
    asserted_mail: "Does that not happen?",
    asserted_hint: "You can confirm by mail instead. It has a link and a code, which work for 24 hours.",
    asserted_button: "Send a mail",
    pending_why: "This shows that it is you who asks: nobody else can read that mail.",
    code_label: "The code from the mail",
    code_hint: "Ten letters and digits, such as K7QM2-X9P4T.",
    code_send: "Confirm",
    code_wrong: |left| match left {
        0 => "That is not the code. No more codes are taken; the link in the mail still works."
            .to_owned(),
        1 => "That is not the code. You have one more try; the link in the mail works as well."
            .to_owned(),
        _ => format!(
            "That is not the code. You have {left} more tries; the link in the mail works as well."
        ),
    },
    code_locked: "Too many wrong codes were entered, so none are taken any more. The link in the mail still works.",
    code_late: "Link and code are older than 24 hours. Have another mail sent below.",
    resend_title: "No mail?",
    resend_hint: "Look among unwanted mail first, and whether the address was right.",
    resend_code: "Another mail has another code; the earlier one no longer counts.",
    resend_button: "Send another mail",
    resent: "Another mail is on its way.",
    resend_none: "No more mails are sent for this request. You can ask anew.",
    pending_done_title: "This is confirmed already",
    pending_done: "Follow it by the secret link that was shown then. If you did not save it, open the link in the mail once more: it works for 24 hours.",
    pending_over_title: "This request has ended",
    pending_over: "Nobody confirmed it in time, or it was withdrawn or refused. What was written is deleted within days; only the entry that it was there stays. You can ask anew at any moment.",
    confirm_title: "Did you ask for this?",
    confirm_lead: "Somebody gave your e-mail address and asked for this. If it was you, confirm it, and we begin.",
    confirm_button: "Yes, it was me",
    confirm_not_me: "No, it was not me",
    not_me_title: "Thank you, it is withdrawn",
    not_me: "Nothing was told to anybody, and nothing was changed.",
    fact_kind: "Asked for",
    fact_received: "Received",
};

/// The texts of following a request.
pub(super) static STATUS: StatusTexts = StatusTexts {
    kind_title: |kind| match kind {
        RequestKind::Access => "Your request for a copy of your data",
        RequestKind::Portability => "Your request for your data in a portable form",
        RequestKind::Rectification => "Your request for a correction",
        RequestKind::Erasure => "Your request for deletion",
        RequestKind::Restriction => "Your request to restrict the use of your data",
        RequestKind::Objection => "Your objection",
        RequestKind::Withdrawal => "Your withdrawal of consent",
    },
    confirmed: "You are confirmed, and the request is on its way.",
    save_link: "Save this page’s address now: it is your secret link, and the only way back. Whoever has it can read everything here.",
    reference_hint: "Reference",
    steps: ["Received", "Being worked on", "Answered"],
    state: |state| match state {
        "awaiting_identity" => "Waiting for your confirmation",
        "received" => "Received",
        "in_progress" => "Being worked on",
        "awaiting_clarification" => "Waiting for your answer",
        "extended" => "Being worked on, with more time",
        "answered" => "Answered",
        "refused" => "Refused",
        "withdrawn" => "Withdrawn",
        _ => "Ended without a confirmation",
    },
    due_title: "When you get an answer",
    due_was_title: "When the answer was due",
    due_by: ("By ", " at the latest"),
    due_was: "It was due by ",
    due_at_once: "At once",
    due_resting: "The clock is resting until we hear from you. This is the earliest date: it moves on meanwhile.",
    due_provisional: "The calendar of working days for that year is not published yet, so the date may change by a few days.",
    due_late: "This date has passed, and that should not have happened. Below is how you can complain.",
    due_why: "How this date is counted",
    extended_title: "The term was extended",
    asked_title: "We need to know something from you",
    asked_hint: "Please answer in the conversation below.",
    answered_partly: "A part of it was done; the answer says which, and why not the rest.",
    ground: |ground| match ground {
        RefusalGround::NothingHeld => "We hold nothing about you.",
        RefusalGround::NotIdentified => "We could not make sure that it is you who asks.",
        RefusalGround::Excessive => {
            "The request repeats an earlier one too soon, or is manifestly unfounded."
        }
        RefusalGround::LegalDuty => "A law demands that we keep this data.",
        RefusalGround::LegalClaims => "The data is needed for a legal claim.",
        RefusalGround::RightsOfOthers => "It would harm the rights of other people.",
        RefusalGround::NotApplicable => "The law does not give this right in this case.",
    },
    ground_title: "Why",
    package_title: PACKAGE_TITLE,
    package_lead: |size, until| {
        format!(
            "One file (ZIP, {size}): a page to read, the same for machines, and your files. You can fetch it until {until}."
        )
    },
    secret_label: SECRET_LABEL,
    secret_hint: SECRET_HINT,
    package_get: PACKAGE_GET,
    erased_title: "It is done: your data was erased",
    erased: "Your data is destroyed, but for what is listed below with its ground.",
    get_act: "Download the signed act",
    complain_title: "If you are not content",
    complain_us: "You can always",
    complain_us_link: "write a complaint to us",
    fact_law: "Law",
    fact_identified: "Confirmed",
    fact_policy: "Policy then in force",
    fact_until: "Link works until",
    facts_title: "Facts",
    get_receipt: "Download the signed receipt",
    get_json: "Download everything (JSON)",
    added: "Your message was added.",
    withdrawn: "The request is withdrawn. We have stopped working on it.",
    withdraw_title: "Withdraw",
    withdraw_summary: "Withdraw this request",
    withdraw_hint: "We stop working on it. This cannot be undone, but you can always ask again.",
    withdraw_button: "Yes, withdraw it",
    link_title: "Your secret link",
    link_hint: "Keep it: it is the only way back to this page. Whoever has it can read everything here.",
    kind_label,
    fact_kind: "Asked for",
    fact_received: "Received",
};

fn kind_label(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Access => "A copy of what you hold about me",
        RequestKind::Portability => "My data in a form that another service can read",
        RequestKind::Rectification => "Correct something",
        RequestKind::Erasure => "Delete my data",
        RequestKind::Restriction => "Keep my data, but stop using it for now",
        RequestKind::Objection => "Stop using my data for something",
        RequestKind::Withdrawal => "Take back my consent",
    }
}

/// The texts of what a person does with their request.
pub(super) static CHANGES: ChangeTexts = ChangeTexts {
    field_error: |field, code| match (field, code) {
        ("message", "missing") => "Write your message: the field is empty",
        ("message", "too-long") => "Shorten your message to 10,000 characters",
        ("message", _) => "Your message has a character that cannot be shown: write it anew",
        (_, "unknown-field") => "The form has a field that is not known here",
        _ => "A field is not valid",
    },
    back: "Back to the request, without sending",
};

const PACKAGE_TITLE: &str = "Your data";
const SECRET_LABEL: &str = "The key from the mail";
const SECRET_HINT: &str =
    "The file is encrypted, and only this key opens it. We have no copy of the key.";
const PACKAGE_GET: &str = "Download the file";

/// The texts of the form that a package's key goes into.
pub(super) static PACKAGE_FORM: PackageFormTexts = PackageFormTexts {
    field_error: |field, code| match (field, code) {
        ("secret", "missing") => "Write the key from the mail: the field is empty",
        ("secret", _) => {
            "This key does not open the package: copy it from the newest mail, all of it"
        }
        (_, "unknown-field") => "The form has a field that is not known here",
        _ => "A field is not valid",
    },
    title: PACKAGE_TITLE,
    secret_label: SECRET_LABEL,
    secret_hint: SECRET_HINT,
    get: PACKAGE_GET,
    back: "Back to the request",
};
