//! English: forms and conversations.

use crate::texts::FormTexts;
use crate::texts::plain::plain;

/// The texts.
pub(in crate::texts) static FORM: FormTexts = FormTexts {
    optional: plain("(optional)"),
    files_legend: plain("Files"),
    files_hint: plain(
        "Up to three, each up to 1 MiB: PNG, JPEG, PDF or plain text. Places and dates hidden inside pictures are removed.",
    ),
    file_label: |number| match number {
        1 => "First file",
        2 => "Second file",
        _ => "Third file",
    },
    files_again: plain("Files cannot be kept: please choose them again."),
    name_label: plain("Your name"),
    language_label: plain("Answer me in"),
    honeypot_label: plain("Leave this field empty"),
    send: plain("Send"),
    error: plain("Error"),
    summary: |count| match count {
        1 => "Nothing was sent yet: please correct one thing".to_owned(),
        _ => format!("Nothing was sent yet: please correct {count} things"),
    },
    expired: plain("Nothing was sent yet: please send it once more"),
    expired_hint: plain(
        "The form was open for longer than a day, or did not come from this page. What you wrote is kept.",
    ),
    not_sent: plain("Nothing was sent yet"),
    send_later: plain("What you wrote is kept here: leave this page open and send it again then."),
    kib: plain("KiB"),
    by_you: plain("You"),
    by_desk: |app| format!("{app} support"),
    add_label: plain("Add a message"),
    add_hint: plain("Up to 10,000 characters."),
    thread_title: plain("Conversation"),
    version: plain("Version"),
    reference_label: plain("Reference"),
};
