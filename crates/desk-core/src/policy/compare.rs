//! What changed between two texts: by section, then by line, then by word.

use std::ops::Range;

use super::markdown::{Block, Document, Inline, plain};

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
    let mut changes: Vec<SectionChange> = new
        .iter()
        .map(|section| match old.iter().find(|before| before.id == section.id) {
            Some(before) => section.since(before),
            None => section.whole(Change::Added, Part::Added),
        })
        .collect();
    let gone = old.iter().filter(|before| new.iter().all(|section| section.id != before.id));
    changes.extend(gone.map(|section| section.whole(Change::Removed, Part::Removed)));
    changes
}

#[derive(PartialEq)]
struct Line {
    kind: Kind,
    text: String,
}

struct Flat<'a> {
    id: Option<&'a str>,
    title: String,
    lines: Vec<Line>,
}

fn flat(document: &Document) -> Vec<Flat<'_>> {
    let title = document.title.as_deref().map(plain).unwrap_or_default();
    let section = |id, title: String, blocks| {
        let mut lines = vec![Line { kind: Kind::Heading, text: title.clone() }];
        flatten(&mut lines, blocks, Kind::Paragraph);
        lines.retain(|line| !line.text.is_empty());
        Flat { id, title, lines }
    };
    let preface = Some(section(None, title, &document.preface)).filter(|p| !p.lines.is_empty());
    let sections = document
        .sections
        .iter()
        .map(|s| section(Some(s.id.as_str()), plain(&s.title), s.blocks.as_slice()));
    preface.into_iter().chain(sections).collect()
}

fn flatten(lines: &mut Vec<Line>, blocks: &[Block], kind: Kind) {
    for block in blocks {
        match block {
            Block::Heading { text, .. } => {
                lines.push(Line { kind: Kind::Heading, text: with_addresses(text) })
            }
            Block::Paragraph(text) => lines.push(Line { kind, text: with_addresses(text) }),
            Block::List { items, .. } => {
                items.iter().for_each(|item| flatten(lines, item, Kind::Item));
            }
            Block::Quote(blocks) => flatten(lines, blocks, kind),
            Block::Code(text) => lines.push(Line { kind: Kind::Code, text: text.clone() }),
            Block::Table { head, rows } => {
                for row in std::iter::once(head).chain(rows) {
                    let cells: Vec<String> = row.iter().map(|cell| with_addresses(cell)).collect();
                    lines.push(Line { kind: Kind::Row, text: cells.join(" | ") });
                }
            }
            Block::Rule => {}
        }
    }
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
    fn whole(&self, change: Change, part: fn(String) -> Part) -> SectionChange {
        let line =
            |line: &Line| LineChange { kind: line.kind, parts: vec![part(line.text.clone())] };
        // The title is said already.
        let said = self.lines.iter().skip(usize::from(!self.title.is_empty()));
        SectionChange {
            id: self.id.map(str::to_owned),
            title: self.title.clone(),
            change,
            lines: said.map(line).collect(),
        }
    }

    fn since(&self, before: &Flat<'_>) -> SectionChange {
        let mut lines = Vec::new();
        let same = |text: &str| vec![Part::Same(text.to_owned())];
        for run in runs(&before.lines, &self.lines) {
            let (old, new) = match run {
                Run::Same(range) => {
                    let kept = self.lines.get(range).unwrap_or_default().iter();
                    lines.extend(kept.map(|l| LineChange { kind: l.kind, parts: same(&l.text) }));
                    continue;
                }
                Run::Other(old, new) => (before.lines.get(old), self.lines.get(new)),
            };
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            for at in 0..old.len().max(new.len()) {
                match (old.get(at), new.get(at)) {
                    (Some(old), Some(new)) if old.kind == new.kind => {
                        lines.push(LineChange {
                            kind: new.kind,
                            parts: words(&old.text, &new.text),
                        });
                    }
                    (old, new) => {
                        let removed = old.map(|l| (l.kind, Part::Removed(l.text.clone())));
                        let added = new.map(|l| (l.kind, Part::Added(l.text.clone())));
                        lines.extend(
                            removed
                                .into_iter()
                                .chain(added)
                                .map(|(kind, part)| LineChange { kind, parts: vec![part] }),
                        );
                    }
                }
            }
        }
        let change = match lines.iter().all(LineChange::is_unchanged) {
            true => Change::Unchanged,
            false => Change::Changed,
        };
        match change {
            Change::Unchanged => lines.clear(),
            // A title that stayed is said already.
            _ if lines.first().is_some_and(|l| l.kind == Kind::Heading && l.is_unchanged()) => {
                lines.remove(0);
            }
            _ => {}
        }
        SectionChange { id: self.id.map(str::to_owned), title: self.title.clone(), change, lines }
    }
}

/// Compares two lines by word. Where so little stayed that single words would only confuse, the whole line is replaced.
pub fn words(old: &str, new: &str) -> Vec<Part> {
    if old == new {
        return vec![Part::Same(new.to_owned())];
    }
    let (before, after) = (tokens(old), tokens(new));
    let mut parts: Vec<Part> = Vec::new();
    let mut kept = 0;
    let runs = runs(&before, &after);
    let mut runs = runs.into_iter().peekable();
    let (mut removed, mut added) = (String::new(), String::new());
    let join =
        |tokens: &[&str], range: Range<usize>| tokens.get(range).unwrap_or_default().concat();
    while let Some(run) = runs.next() {
        match run {
            Run::Same(range) => {
                let text = join(&after, range);
                let between = !(removed.is_empty() && added.is_empty()) && runs.peek().is_some();
                if between && text.trim().is_empty() {
                    // A space between two changed words is read with them, as one change.
                    removed.push_str(&text);
                    added.push_str(&text);
                    continue;
                }
                flush(&mut parts, &mut removed, &mut added);
                kept += text.trim().len();
                parts.push(Part::Same(text));
            }
            Run::Other(old, new) => {
                removed.push_str(&join(&before, old));
                added.push_str(&join(&after, new));
            }
        }
    }
    flush(&mut parts, &mut removed, &mut added);
    if kept.saturating_mul(4) < old.len().min(new.len()) {
        return vec![Part::Removed(old.to_owned()), Part::Added(new.to_owned())];
    }
    parts
}

fn flush(parts: &mut Vec<Part>, removed: &mut String, added: &mut String) {
    for (text, part) in [(removed, Part::Removed as fn(String) -> Part), (added, Part::Added)] {
        let text = std::mem::take(text);
        if !text.is_empty() {
            parts.push(part(text));
        }
    }
}

/// Splits a text into words, runs of spaces, and single other characters.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| if c.is_alphanumeric() { 0 } else { 1 + u8::from(c.is_whitespace()) };
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

/// A run of two sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Run {
    /// It is in both; the range is that of the new one.
    Same(Range<usize>),
    /// It is in the old one, or in the new one, or differs.
    Other(Range<usize>, Range<usize>),
}

/// The most pairs of elements that are compared: about 2 MiB of table. What is larger counts as replaced as a whole.
const MAX_PAIRS: usize = 1_000_000;

/// Compares two sequences by their longest common subsequence.
fn runs<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Run> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) =
        (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = old_rest.get(..old_rest.len() - tail).unwrap_or_default();
    let new_middle = new_rest.get(..new_rest.len() - tail).unwrap_or_default();

    // Pairs of equal elements, in order, as places in the two sequences.
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    pairs.extend(common(old_middle, new_middle).into_iter().map(|(a, b)| (a + head, b + head)));
    pairs.extend((0..tail).map(|at| (old.len() - tail + at, new.len() - tail + at)));

    let mut runs: Vec<Run> = Vec::new();
    let (mut a, mut b) = (0, 0);
    for (old_at, new_at) in pairs.into_iter().chain([(old.len(), new.len())]) {
        if old_at > a || new_at > b {
            runs.push(Run::Other(a..old_at, b..new_at));
        }
        if new_at < new.len() {
            match runs.last_mut() {
                Some(Run::Same(range)) => range.end = new_at + 1,
                _ => runs.push(Run::Same(new_at..new_at + 1)),
            }
        }
        (a, b) = (old_at + 1, new_at + 1);
    }
    runs
}

/// The places of a longest common subsequence.
fn common<T: PartialEq>(old: &[T], new: &[T]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > MAX_PAIRS {
        return Vec::new();
    }
    // lengths[a * width + b] is how much the rests from a and from b have in common: at most 1,000.
    let width = new.len() + 1;
    let mut lengths = vec![0u16; (old.len() + 1) * width];
    let length =
        |lengths: &[u16], a: usize, b: usize| lengths.get(a * width + b).copied().unwrap_or(0);
    for (a, left) in old.iter().enumerate().rev() {
        for (b, right) in new.iter().enumerate().rev() {
            let best = if left == right {
                length(&lengths, a + 1, b + 1).saturating_add(1)
            } else {
                length(&lengths, a + 1, b).max(length(&lengths, a, b + 1))
            };
            if let Some(cell) = lengths.get_mut(a * width + b) {
                *cell = best;
            }
        }
    }
    let mut pairs = Vec::new();
    let (mut a, mut b) = (0, 0);
    while let (Some(left), Some(right)) = (old.get(a), new.get(b)) {
        if left == right {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if length(&lengths, a + 1, b) >= length(&lengths, a, b + 1) {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
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
        fn runs_cover_both_sequences(old in prop::collection::vec(0..3u8, 0..20), new in prop::collection::vec(0..3u8, 0..20)) {
            let (mut a, mut b) = (0, 0);
            for run in runs(&old, &new) {
                match run {
                    Run::Same(range) => {
                        prop_assert_eq!(range.start, b);
                        prop_assert_eq!(&old[a..a + range.len()], &new[range.clone()]);
                        (a, b) = (a + range.len(), range.end);
                    }
                    Run::Other(left, right) => {
                        prop_assert_eq!((left.start, right.start), (a, b));
                        (a, b) = (left.end, right.end);
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
