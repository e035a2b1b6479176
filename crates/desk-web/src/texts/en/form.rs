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

/// What is said of the codes of files.
pub(in crate::texts) const FILE_CODES: &[(&str, &str)] = &[
    ("too-many-files", "three files at most"),
    ("not-a-file", "must be a file: an object with base 64 in data, or a file of the form"),
    ("not-base64", "is not base 64"),
    ("empty-file", "the file is empty"),
    ("file-too-large", "the file is larger than 1 MiB"),
    ("file-kind", "the file is no PNG, JPEG, PDF or plain text"),
    ("file-damaged", "the image is damaged"),
];
