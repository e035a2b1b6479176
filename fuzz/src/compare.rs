//! `compare`: what changed between two versions of a policy.

use desk_core::policy::compare::{
    Change, Kind, Part, SectionChange, cells, compare as sections, with_addresses, words,
};
use desk_core::policy::markdown::{Block, Document, Inline, plain};

/// Two texts, with a NUL byte between them. What was removed and what stayed is the old one, what stayed and what was
/// added the new one; and nothing changes between a text and itself.
pub fn compare(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (old, new) = text.split_once('\0').unwrap_or((&text, ""));
    by_word(old, new);
    for (old, new) in old.lines().zip(new.lines()) {
        by_word(old, new);
    }
    let (old, new) = (Document::read(old).0, Document::read(new).0);
    by_section(&old, &new);
    by_section(&new, &old);
    for document in [&old, &new] {
        for section in sections(document, document) {
            assert_eq!(section.change, Change::Unchanged, "a text differs from itself");
            assert!(section.lines.is_empty(), "lines changed between a text and itself");
        }
    }
}

/// The text as it was, or as it is now.
fn side(parts: &[Part], is_new: bool) -> String {
    parts
        .iter()
        .filter(|part| match part {
            Part::Same(_) => true,
            Part::Removed(_) => !is_new,
            Part::Added(_) => is_new,
        })
        .map(Part::text)
        .collect()
}

fn by_word(old: &str, new: &str) {
    let parts = words(old, new);
    assert_eq!(side(&parts, false), old, "what stayed and what was removed: {parts:?}");
    assert_eq!(side(&parts, true), new, "what stayed and what was added: {parts:?}");
    assert!(parts.iter().all(|part| !part.text().is_empty()), "a part says nothing: {parts:?}");
    let unchanged = parts.iter().all(|part| matches!(part, Part::Same(_)));
    assert_eq!(unchanged, old == new, "{parts:?}");
    for pair in parts.windows(2) {
        let in_order = matches!(
            pair,
            [Part::Same(_), Part::Removed(_) | Part::Added(_)]
                | [Part::Removed(_), Part::Added(_) | Part::Same(_)]
                | [Part::Added(_), Part::Same(_)]
        );
        assert!(in_order, "what was removed stands before what was added: {pair:?}");
    }
}

/// A section as a comparison sees it, laid flat apart from how the desk does it.
struct Flat {
    id: Option<String>,
    title: String,
    lines: Vec<(Kind, String)>,
}

fn flat(document: &Document) -> Vec<Flat> {
    let preface = (None, document.title.as_deref().unwrap_or_default(), &document.preface);
    let rest =
        document.sections.iter().map(|s| (Some(s.id.clone()), s.title.as_slice(), &s.blocks));
    let flat = std::iter::once(preface).chain(rest).map(|(id, title, blocks)| {
        let title = plain(title);
        let mut lines = vec![(Kind::Heading, title.clone())];
        push(&mut lines, blocks, Kind::Paragraph);
        // Only a row may say nothing.
        lines.retain(|(kind, text)| *kind == Kind::Row || !text.is_empty());
        Flat { id, title, lines }
    });
    // A document without a title or text before its first section has no such part.
    flat.filter(|flat| flat.id.is_some() || !flat.lines.is_empty()).collect()
}

fn push(lines: &mut Vec<(Kind, String)>, blocks: &[Block], kind: Kind) {
    let row = |cells_of: &Vec<Vec<Inline>>| (Kind::Row, cells(cells_of));
    for block in blocks {
        match block {
            Block::Heading { text, .. } => lines.push((Kind::Heading, with_addresses(text))),
            Block::Paragraph(text) => lines.push((kind, with_addresses(text))),
            Block::List { items, .. } => {
                items.iter().for_each(|item| push(lines, item, Kind::Item))
            }
            Block::Quote(inner) => push(lines, inner, kind),
            Block::Code(text) => lines.push((Kind::Code, text.clone())),
            Block::Table { head, rows } => {
                lines.push(row(head));
                lines.extend(rows.iter().map(row));
            }
            Block::Rule => {}
        }
    }
}

fn by_section(old: &Document, new: &Document) {
    let changes = sections(old, new);
    let (old, new) = (flat(old), flat(new));
    let find = |all: &'_ [Flat], id: &Option<String>| all.iter().position(|flat| flat.id == *id);
    let gone = old.iter().filter(|before| find(&new, &before.id).is_none());
    let order: Vec<&Option<String>> = new.iter().chain(gone).map(|flat| &flat.id).collect();
    let told: Vec<&Option<String>> = changes.iter().map(|section| &section.id).collect();
    assert_eq!(told, order, "every section once: the new ones in their order, then those gone");
    for section in &changes {
        let before = find(&old, &section.id).and_then(|at| old.get(at));
        let after = find(&new, &section.id).and_then(|at| new.get(at));
        let expected = match (before, after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            (Some(before), Some(after)) if before.lines == after.lines => Change::Unchanged,
            _ => Change::Changed,
        };
        assert_eq!(section.change, expected, "{:?}", section.id);
        let shown = after.or(before).map_or("", |flat| &flat.title);
        assert_eq!(section.title, shown, "{:?}", section.id);
        if expected == Change::Unchanged {
            assert!(section.lines.is_empty(), "{section:?}");
            continue;
        }
        // A title that stayed, or that goes or comes with the whole section, is said already.
        let titles = [before, after].map(|flat| flat.map_or("", |flat| flat.title.as_str()));
        let stayed = expected != Change::Changed || titles[0] == titles[1];
        let said = stayed && !section.title.is_empty();
        for (is_new, flat) in [(false, before), (true, after)] {
            let lines = flat.map_or(&[][..], |flat| &flat.lines);
            let lines = lines.iter().skip(usize::from(said && !lines.is_empty())).cloned();
            let expected: Vec<(Kind, String)> =
                lines.filter(|(_, text)| !text.is_empty()).collect();
            assert_eq!(told_lines(section, is_new), expected, "{:?} of {section:?}", section.id);
        }
    }
}

/// The lines of a section as they were, or as they are now, by what the comparison tells.
fn told_lines(section: &SectionChange, is_new: bool) -> Vec<(Kind, String)> {
    let lines = section.lines.iter().map(|line| (line.kind, side(&line.parts, is_new)));
    lines.filter(|(_, text)| !text.is_empty()).collect()
}
