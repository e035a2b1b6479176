//! What the texts of forms and conversations are, whatever they are about.

/// The texts of forms and conversations.
#[derive(Debug)]
pub struct FormTexts {
    /// The mark of a field that may be left empty.
    pub optional: &'static str,
    /// The files.
    pub files_legend: &'static str,
    /// Which files are taken.
    pub files_hint: &'static str,
    /// The n-th file.
    pub file_label: fn(usize) -> &'static str,
    /// That files must be chosen anew.
    pub files_again: &'static str,
    /// The name.
    pub name_label: &'static str,
    /// The language of the answer.
    pub language_label: &'static str,
    /// The field that must stay empty.
    pub honeypot_label: &'static str,
    /// The button that sends.
    pub send: &'static str,
    /// The word before an error.
    pub error: &'static str,
    /// The heading of the summary: how many faults.
    pub summary: fn(usize) -> String,
    /// The heading where the form was open for too long.
    pub expired: &'static str,
    /// What to do then.
    pub expired_hint: &'static str,
    /// The heading where nothing is wrong with what was written, and yet it could not be taken.
    pub not_sent: &'static str,
    /// What to do then.
    pub send_later: &'static str,
    /// The unit of 1,024 bytes.
    pub kib: &'static str,
    /// The person, in the thread.
    pub by_you: &'static str,
    /// The operators, in the thread: app.
    pub by_desk: fn(&str) -> String,
    /// The label of a further message.
    pub add_label: &'static str,
    /// Its hint.
    pub add_hint: &'static str,
    /// The heading of the thread.
    pub thread_title: &'static str,
    /// The word before a version's name.
    pub version: &'static str,
    /// The label of the reference.
    pub reference_label: &'static str,
}
