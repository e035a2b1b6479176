//! What the texts of forms and conversations are, whatever they are about.

use super::Plain;

/// The texts of forms and conversations.
#[derive(Debug)]
pub struct FormTexts {
    /// The mark of a field that may be left empty.
    pub optional: Plain,
    /// The files.
    pub files_legend: Plain,
    /// Which files are taken.
    pub files_hint: Plain,
    /// The n-th file.
    pub file_label: fn(usize) -> &'static str,
    /// That files must be chosen anew.
    pub files_again: Plain,
    /// The name.
    pub name_label: Plain,
    /// The language of the answer.
    pub language_label: Plain,
    /// The field that must stay empty.
    pub honeypot_label: Plain,
    /// The button that sends.
    pub send: Plain,
    /// The word before an error.
    pub error: Plain,
    /// The heading of the summary: how many faults.
    pub summary: fn(usize) -> String,
    /// The heading where the form was open for too long.
    pub expired: Plain,
    /// What to do then.
    pub expired_hint: Plain,
    /// The heading where nothing is wrong with what was written, and yet it could not be taken.
    pub not_sent: Plain,
    /// What to do then.
    pub send_later: Plain,
    /// The unit of 1,024 bytes.
    pub kib: Plain,
    /// The person, in the thread.
    pub by_you: Plain,
    /// The operators, in the thread: app.
    pub by_desk: fn(&str) -> String,
    /// The label of a further message.
    pub add_label: Plain,
    /// Its hint.
    pub add_hint: Plain,
    /// The heading of the thread.
    pub thread_title: Plain,
    /// The word before a version's name.
    pub version: Plain,
    /// The label of the reference.
    pub reference_label: Plain,
}
