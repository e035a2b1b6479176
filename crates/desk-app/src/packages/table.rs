//! `messages.csv`: what was written, one row for each text, for spreadsheets.

use desk_core::case::Message;
use desk_core::time::Timestamp;

use super::Document;
use super::matter::{Item, Matter};
use desk_documents::package::{By, What};

/// The table. Its first row stands behind the mark by which a spreadsheet knows UTF-8.
pub(super) struct Table;

impl Document for Table {
    fn name(&self) -> &'static str {
        "messages.csv"
    }

    fn head(&mut self, text: &mut String) {
        text.push('\u{feff}');
        row(text, ["reference", "about", "at", "by", "event", "text"]);
    }

    fn item(&mut self, text: &mut String, item: &Item<'_>) {
        if let Item::Matter(of) = item {
            matter(text, of);
        }
    }

    fn tail(&mut self, _: &mut String) {}
}

/// The rows of a case or a request.
fn matter(text: &mut String, matter: &Matter) {
    let reference = matter.reference().to_string();
    let mut write = |at: Timestamp, by: By, what: What, message: &Message| {
        let at = at.to_string();
        let cells = [&reference, matter.kind(), &at, by.name(), what.name(), message.as_str()];
        row(text, cells);
    };
    if let Some(message) = matter.text() {
        write(matter.term().0, By::Person, What::Message, message);
    }
    for entry in matter.entries() {
        if let Some(message) = entry.text {
            write(entry.at, entry.by, entry.what, message);
        }
    }
}

/// Writes a row as RFC 4180 has it, with every cell in quotes.
pub(super) fn row(text: &mut String, cells: [&str; 6]) {
    for (at, cell) in cells.into_iter().enumerate() {
        text.push_str(if at == 0 { "\"" } else { ",\"" });
        // A spreadsheet reckons with what begins like this, also with the full-width forms of it.
        if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
            text.push('\'');
        }
        for character in cell.chars() {
            if character == '"' {
                text.push('"');
            }
            text.push(character);
        }
        text.push('"');
    }
    text.push_str("\r\n");
}
