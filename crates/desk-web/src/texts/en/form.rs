//! English: forms and conversations.

use crate::texts::FormTexts;

/// The texts.
pub(in crate::texts) static FORM: FormTexts = FormTexts {
    optional: "(optional)",
    files_legend: "Files",
    files_hint: "Up to three, each up to 1 MiB: PNG, JPEG, PDF or plain text. Places and dates hidden inside pictures are removed.",
    file_label: |number| match number {
        1 => "First file",
        2 => "Second file",
        _ => "Third file",
    },
    files_again: "Files cannot be kept: please choose them again.",
    name_label: "Your name",
    language_label: "Answer me in",
    honeypot_label: "Leave this field empty",
    send: "Send",
    error: "Error",
    summary: |count| match count {
        1 => "Nothing was sent yet: please correct one thing".to_owned(),
        _ => format!("Nothing was sent yet: please correct {count} things"),
    },
    expired: "Nothing was sent yet: please send it once more",
    expired_hint: "The form was open for longer than a day, or did not come from this page. What you wrote is kept.",
    not_sent: "Nothing was sent yet",
    send_later: "What you wrote is kept here: leave this page open and send it again then.",
    kib: "KiB",
    by_you: "You",
    by_desk: |app| format!("{app} support"),
    add_label: "Add a message",
    add_hint: "Up to 10,000 characters.",
    thread_title: "Conversation",
    version: "Version",
    reference_label: "Reference",
};
