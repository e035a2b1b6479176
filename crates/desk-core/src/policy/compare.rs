//! What changed between two texts: by section, then by line, then by word.

use super::markdown::{Block, Document, Inline, is_word, plain};

/// What happened to a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
    /// It says the same.
    Unchanged,
}

/// A section of either text, or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionChange {
    /// Its id, by which the two are matched; none for what stands before the first section.
    pub id: Option<String>,
    /// Its title as it is now, or was last.
    pub title: String,
    /// What happened to it.
    pub change: Change,
    /// Its lines, and its title where that changed; none where nothing changed.
    pub lines: Vec<LineChange>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
    /// Text to be shown as it is.
    Code,
}

/// A line with what happened to its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// What it is.
    pub kind: Kind,
    /// Its parts, in order: what was removed stands before what was added in its place.
    pub parts: Vec<Part>,
}

impl LineChange {
    /// Whether nothing happened to it.
    pub fn is_unchanged(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Same(_)))
    }
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is in both.
    Same(String),
    /// It is in the old one alone.
    Removed(String),
    /// It is in the new one alone.
    Added(String),
}

impl Part {
    /// Its text.
    pub fn text(&self) -> &str {
        match self {
            Self::Same(text) | Self::Removed(text) | Self::Added(text) => text,
        }
    }
}

/// Compares two documents: the sections of the new one in their order, then those that are gone.
pub fn compare(old: &Document, new: &Document) -> Vec<SectionChange> {
    let (old, new) = (flat(old), flat(new));
    let mut changes = Vec::with_capacity(old.len().max(new.len()));
    for section in &new {
        changes.push(match old.iter().find(|before| before.id == section.id) {
            Some(before) => section.since(before),
            None => section.whole(Change::Added),
        });
    }
    for before in &old {
        if new.iter().all(|section| section.id != before.id) {
            changes.push(before.whole(Change::Removed));
        }
    }
    changes
}

#[derive(PartialEq)]
struct TextLine {
    kind: Kind,
    text: String,
}

struct Flat<'a> {
    id: Option<&'a str>,
    title: String,
    lines: Vec<TextLine>,
}

fn flat(document: &Document) -> Vec<Flat<'_>> {
    let mut sections = Vec::with_capacity(document.sections.len() + 1);
    let mut add = |id: Option<_>, title: &[Inline], blocks: &[Block]| {
        let title = plain(title);
        let mut lines = Vec::new();
        if !title.is_empty() {
            lines.push(TextLine { kind: Kind::Heading, text: title.clone() });
        }
        flatten(&mut lines, blocks, Kind::Paragraph);
        // A document without a title or text before its first section has no such part.
        if id.is_some() || !lines.is_empty() {
            sections.push(Flat { id, title, lines });
        }
    };
    add(None, document.title.as_deref().unwrap_or_default(), &document.preface);
    for section in &document.sections {
        add(Some(section.id.as_str()), &section.title, &section.blocks);
    }
    sections
}

fn flatten(lines: &mut Vec<TextLine>, blocks: &[Block], kind: Kind) {
    for block in blocks {
        let (kind, text) = match block {
            Block::Heading { text, .. } => (Kind::Heading, with_addresses(text)),
            Block::Paragraph(text) => (kind, with_addresses(text)),
            Block::Code(text) => (Kind::Code, text.clone()),
            Block::Rule => continue,
            Block::Table { head, rows } => {
                let text = cells(head);
                lines.push(TextLine { kind: Kind::Row, text });
                for row in rows {
                    let text = cells(row);
                    lines.push(TextLine { kind: Kind::Row, text });
                }
                continue;
            }
            Block::List { items, .. } => {
                items.iter().for_each(|item| flatten(lines, item, Kind::Item));
                continue;
            }
            Block::Quote(blocks) => {
                flatten(lines, blocks, kind);
                continue;
            }
        };
        if !text.is_empty() {
            lines.push(TextLine { kind, text });
        }
    }
}

/// The cells of a table's row in one line.
pub fn cells(row: &[Vec<Inline>]) -> String {
    let mut line = String::new();
    for cell in row {
        if !line.is_empty() {
            line.push_str(" | ");
        }
        line.push_str(&with_addresses(cell));
    }
    line
}

/// The text of some inlines, with where its links lead, unless that is what they say: a link that leads elsewhere is a
/// change.
pub fn with_addresses(inlines: &[Inline]) -> String {
    let mut text = String::new();
    for inline in inlines {
        match inline {
            Inline::Text(part) | Inline::Code(part) => text.push_str(part),
            Inline::Emphasis(inner) | Inline::Strong(inner) => {
                text.push_str(&with_addresses(inner))
            }
            Inline::Break => text.push(' '),
            Inline::Link { to, text: inner } => {
                let said = with_addresses(inner);
                let same = to.strip_prefix("mailto:").unwrap_or(to) == said;
                text.push_str(&said);
                if !same {
                    text.push_str(" (");
                    text.push_str(to);
                    text.push(')');
                }
            }
        }
    }
    text
}

impl Flat<'_> {
    fn change(&self, change: Change, lines: Vec<LineChange>) -> SectionChange {
        let (id, title) = (self.id.map(str::to_owned), self.title.clone());
        SectionChange { id, title, change, lines }
    }

    fn whole(&self, change: Change) -> SectionChange {
        let mut lines = Vec::new();
        // The title is said already.
        for line in self.lines.iter().skip(usize::from(!self.title.is_empty())) {
            let text = line.text.clone();
            let part =
                if change == Change::Added { Part::Added(text) } else { Part::Removed(text) };
            lines.push(LineChange { kind: line.kind, parts: vec![part] });
        }
        self.change(change, lines)
    }

    fn since(&self, before: &Flat<'_>) -> SectionChange {
        if before.lines == self.lines {
            return self.change(Change::Unchanged, Vec::new());
        }
        // A title that stayed is said already.
        let said = usize::from(!self.title.is_empty() && self.title == before.title);
        let [old, new] = [before, self].map(|flat| flat.lines.get(said..).unwrap_or_default());
        let mut lines = Vec::new();
        let (mut removed, mut added): (Vec<&TextLine>, Vec<&TextLine>) = (Vec::new(), Vec::new());
        for edit in edits(old.len(), new.len(), &|a, b| old.get(a) == new.get(b)) {
            match edit {
                Edit::Removed(at) => removed.extend(old.get(at)),
                Edit::Added(at) => added.extend(new.get(at)),
                Edit::Same(at) => {
                    replace(&mut lines, &mut removed, &mut added);
                    if let Some(line) = new.get(at) {
                        let parts = vec![Part::Same(line.text.clone())];
                        lines.push(LineChange { kind: line.kind, parts });
                    }
                }
            }
        }
        replace(&mut lines, &mut removed, &mut added);
        self.change(Change::Changed, lines)
    }
}

/// Sets lines that came against those that went: by word where both are of a kind, else each as a whole.
fn replace(lines: &mut Vec<LineChange>, removed: &mut Vec<&TextLine>, added: &mut Vec<&TextLine>) {
    for at in 0..removed.len().max(added.len()) {
        let (old, new) = (removed.get(at), added.get(at));
        if let (Some(old), Some(new)) = (old, new)
            && old.kind == new.kind
        {
            lines.push(LineChange { kind: new.kind, parts: words(&old.text, &new.text) });
            continue;
        }
        if let Some(old) = old {
            let parts = vec![Part::Removed(old.text.clone())];
            lines.push(LineChange { kind: old.kind, parts });
        }
        if let Some(new) = new {
            let parts = vec![Part::Added(new.text.clone())];
            lines.push(LineChange { kind: new.kind, parts });
        }
    }
    removed.clear();
    added.clear();
}

/// Compares two lines by word. Where so little stayed that single words would only confuse, the whole line is replaced.
pub fn words(old: &str, new: &str) -> Vec<Part> {
    let (before, after) = (tokens(old), tokens(new));
    let edits = edits(before.len(), after.len(), &|a, b| before.get(a) == after.get(b));
    let mut parts = Vec::new();
    let (mut same, mut removed, mut added) = (String::new(), String::new(), String::new());
    let mut kept = 0;
    let mut edits = edits.into_iter().peekable();
    while let Some(edit) = edits.next() {
        match edit {
            Edit::Removed(at) => removed.push_str(before.get(at).unwrap_or(&"")),
            Edit::Added(at) => added.push_str(after.get(at).unwrap_or(&"")),
            Edit::Same(at) => {
                let text = after.get(at).copied().unwrap_or_default();
                let changed = !(removed.is_empty() && added.is_empty());
                let space = text.trim().is_empty();
                if changed && space && edits.peek().is_some_and(|e| !matches!(e, Edit::Same(_))) {
                    // A space between two changed words is read with them, as one change.
                    removed.push_str(text);
                    added.push_str(text);
                    continue;
                }
                if changed {
                    flush(&mut parts, &mut same, &mut removed, &mut added);
                }
                kept += if space { 0 } else { text.len() };
                same.push_str(text);
            }
        }
    }
    flush(&mut parts, &mut same, &mut removed, &mut added);
    if old != new && kept.saturating_mul(4) < old.len().min(new.len()) {
        return vec![Part::Removed(old.to_owned()), Part::Added(new.to_owned())];
    }
    parts
}

/// Gives out what has been gathered: what stayed, then what went, then what came.
fn flush(parts: &mut Vec<Part>, same: &mut String, removed: &mut String, added: &mut String) {
    let gathered = [
        Part::Same(std::mem::take(same)),
        Part::Removed(std::mem::take(removed)),
        Part::Added(std::mem::take(added)),
    ];
    parts.extend(gathered.into_iter().filter(|part| !part.text().is_empty()));
}

/// Splits a text into words, runs of spaces, and single other characters.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| if is_word(c) { 0 } else { 1 + u8::from(c.is_whitespace()) };
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = class(first);
        let end = match kind {
            1 => first.len_utf8(),
            _ => rest.find(|c| class(c) != kind).unwrap_or(rest.len()),
        };
        let Some((token, behind)) = rest.split_at_checked(end) else { break };
        tokens.push(token);
        rest = behind;
    }
    tokens
}

/// What happened to an element of two sequences; the number is its place in the one it is in, for both the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edit {
    Same(usize),
    Removed(usize),
    Added(usize),
}

/// The most pairs of elements that are compared: about 2 MiB of table. What is larger counts as replaced as a whole.
const MAX_PAIRS: usize = 1_000_000;

/// Compares two sequences by their longest common subsequence.
fn edits(old: usize, new: usize, same: &dyn Fn(usize, usize) -> bool) -> Vec<Edit> {
    let shorter = old.min(new);
    let head = (0..shorter).take_while(|&at| same(at, at)).count();
    let tail = (0..shorter - head).take_while(|at| same(old - 1 - at, new - 1 - at)).count();
    let (old, width) = (old - head - tail, new - head - tail);

    // lengths[a * row + b] is how much the rests from a and from b have in common: at most 1,000.
    let row = width + 1;
    let compared = old.saturating_mul(width) <= MAX_PAIRS;
    let mut lengths = vec![0u16; if compared { (old + 1) * row } else { 0 }];
    let length = |lengths: &[u16], a, b| lengths.get(a * row + b).copied().unwrap_or(0);
    if compared {
        for a in (0..old).rev() {
            for b in (0..width).rev() {
                let best = if same(a + head, b + head) {
                    length(&lengths, a + 1, b + 1).saturating_add(1)
                } else {
                    length(&lengths, a + 1, b).max(length(&lengths, a, b + 1))
                };
                if let Some(cell) = lengths.get_mut(a * row + b) {
                    *cell = best;
                }
            }
        }
    }

    let mut edits: Vec<Edit> = (0..head).map(Edit::Same).collect();
    let (mut a, mut b) = (0, 0);
    while a < old || b < width {
        if compared && a < old && b < width && same(a + head, b + head) {
            edits.push(Edit::Same(b + head));
            (a, b) = (a + 1, b + 1);
        } else if b == width || a < old && length(&lengths, a + 1, b) >= length(&lengths, a, b + 1)
        {
            edits.push(Edit::Removed(a + head));
            a += 1;
        } else {
            edits.push(Edit::Added(b + head));
            b += 1;
        }
    }
    edits.extend((head + width..head + width + tail).map(Edit::Same));
    edits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(markdown: &str) -> Document {
        Document::read(markdown).0
    }

    /// A line with what was removed in brackets and what was added in braces.
    fn marked(parts: &[Part]) -> String {
        parts
            .iter()
            .map(|part| match part {
                Part::Same(text) => text.clone(),
                Part::Removed(text) => format!("[{text}]"),
                Part::Added(text) => format!("{{{text}}}"),
            })
            .collect()
    }

    #[test]
    fn neighbouring_words_are_one_change() {
        for (old, new, expected) in [
            (
                "The log is kept for as long as it is needed.",
                "The log is kept for twelve months and then destroyed.",
                "The log is kept for [as long as it is needed]{twelve months and then destroyed}.",
            ),
            ("Журнал хранится год.", "Журнал хранится долго.", "Журнал хранится [год]{долго}."),
            ("a b c d", "a b d", "a b [c ]d"),
            (
                "all of it is other",
                "nothing stays here",
                "[all of it is other]{nothing stays here}",
            ),
        ] {
            assert_eq!(marked(&words(old, new)), expected);
        }
    }

    #[test]
    fn sections_are_matched_by_their_id() {
        let old =
            read("# P\nintro\n## A {#a}\none\n\ntwo\n## B {#b}\ngone\n## C {#c}\n- x\n- y [z](/1)");
        let new = read(
            "# P\nintro\n## C {#c}\n- x\n- y [z](/2)\n## New {#n}\nfresh\n## A, too {#a}\none\n\ntwo",
        );
        let told: Vec<(Option<String>, Change, Vec<String>)> = compare(&old, &new)
            .into_iter()
            .map(|s| (s.id, s.change, s.lines.iter().map(|l| marked(&l.parts)).collect()))
            .collect();
        let line = |text: &str| text.to_owned();
        let id = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                (None, Change::Unchanged, vec![]),
                (id("c"), Change::Changed, vec![line("x"), line("y z (/[1]{2})")]),
                (id("n"), Change::Added, vec![line("{fresh}")]),
                (id("a"), Change::Changed, vec![line("A{, too}"), line("one"), line("two")]),
                (id("b"), Change::Removed, vec![line("[gone]")]),
            ]
        );
    }

    #[test]
    fn a_heading_that_is_no_title_is_told_with_the_lines() {
        let changes = compare(&read("### A\n\nold text"), &read("### A\n\nnew text"));
        let lines: Vec<_> = changes.iter().flat_map(|s| &s.lines).collect();
        assert_eq!(
            lines.iter().map(|l| marked(&l.parts)).collect::<Vec<_>>(),
            ["A", "[old]{new} text"]
        );
    }

    #[test]
    fn what_is_too_large_to_compare_is_replaced_as_a_whole() {
        let (old, new) = ("a ".repeat(2_000), "b ".repeat(2_000));
        assert_eq!(words(&old, &new).len(), 2);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_told_from_the_parts(old in "[ab ,ж]{0,30}", new in "[ab ,ж]{0,30}") {
            let parts = words(&old, &new);
            let text = |keep: fn(&Part) -> bool| -> String {
                parts.iter().filter(|part| keep(part)).map(Part::text).collect()
            };
            prop_assert_eq!(text(|part| !matches!(part, Part::Added(_))), old.clone());
            prop_assert_eq!(text(|part| !matches!(part, Part::Removed(_))), new.clone());
            prop_assert_eq!(old == new, parts.iter().all(|part| matches!(part, Part::Same(_))));
        }

        #[test]
        fn edits_lead_from_one_sequence_to_the_other(
            old in prop::collection::vec(0..3u8, 0..20),
            new in prop::collection::vec(0..3u8, 0..20),
        ) {
            let (mut a, mut b) = (0, 0);
            for edit in edits(old.len(), new.len(), &|a, b| old[a] == new[b]) {
                match edit {
                    Edit::Same(at) => {
                        prop_assert_eq!((at, old[a]), (b, new[b]));
                        (a, b) = (a + 1, b + 1);
                    }
                    Edit::Removed(at) => {
                        prop_assert_eq!(at, a);
                        a += 1;
                    }
                    Edit::Added(at) => {
                        prop_assert_eq!(at, b);
                        b += 1;
                    }
                }
            }
            prop_assert_eq!((a, b), (old.len(), new.len()));
        }

        #[test]
        fn any_two_texts_can_be_compared(old in "(## [a-c]\n|[a-c ]{1,9}\n|\n|- ){0,12}", new in "(## [a-c]\n|[a-c ]{1,9}\n|\n|- ){0,12}") {
            let (old, new) = (read(&old), read(&new));
            let none = compare(&old, &old);
            prop_assert!(none.iter().all(|s| s.change == Change::Unchanged && s.lines.is_empty()));
            let some = compare(&old, &new);
            prop_assert!(some.iter().all(|s| s.change == Change::Unchanged || s.change != Change::Changed || !s.lines.is_empty()));
        }
    }
}
