//! `markdown`: the texts of policies.

use desk_core::policy::PolicyText;
use desk_core::policy::compare::{cells, with_addresses};
use desk_core::policy::markdown::{Block, Document, Inline, PolicyFault, is_safe, plain};

/// How deep containers lie in each other at the most, and how deep marks and links do: eight levels by what the reader
/// says of itself, and the level beyond them that is read as text.
const DEPTH: usize = 9;
/// How many cells of tables a byte may make at the most: a row that lacks some is filled up, so that a table may be larger
/// than its text, and must not be larger without end.
const CELLS: usize = 32;
/// The ids that the frame of a page has, which no heading may have.
const TAKEN: [&str; 3] = ["main", "toc-title", "formats-title"];

/// Whatever was written, a document holds nothing but what it may: links that lead somewhere safe, ids that are there
/// once, rows as wide as their head, and no depth without end.
pub fn markdown(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    document(&text);
    // As it is published: without a byte order mark, with one kind of line end.
    if let Ok(policy) = PolicyText::new(&text) {
        document(policy.as_str());
        let again = PolicyText::new(policy.as_str());
        assert!(again.is_ok_and(|again| again == policy), "a policy is taken again as it is");
    }
}

fn document(text: &str) {
    let (document, faults) = Document::read(text);
    assert!(faults.is_sorted_by(|a, b| a < b), "each kind of fault once, in order: {faults:?}");
    let again = Document::read(text);
    assert_eq!(again, (document.clone(), faults.clone()), "it is read the same way every time");
    let has_heading = document.title.is_some() || !document.sections.is_empty();
    assert_eq!(has_heading, !faults.contains(&PolicyFault::NoHeading), "{faults:?}");

    let cells = cells_of(&document.preface)
        + document.sections.iter().map(|section| cells_of(&section.blocks)).sum::<usize>();
    assert!(cells <= CELLS * text.len(), "{} bytes make {cells} cells", text.len());
    let mut ids = Vec::new();
    inlines(document.title.as_deref().unwrap_or_default(), 0);
    blocks(&document.preface, 0, &mut ids);
    for section in &document.sections {
        let id = &section.id;
        assert!(!id.is_empty() && !id.contains(char::is_whitespace), "the id {id:?}");
        ids.push(id.clone());
        inlines(&section.title, 0);
        blocks(&section.blocks, 0, &mut ids);
    }
    for id in &ids {
        assert!(!TAKEN.contains(&id.as_str()), "{id:?} is an id of the page");
        assert!(!id.contains(['"', '<', '>', '&', '\'']), "{id:?} would have to be escaped");
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "an id is there twice");
}

/// How many cells the tables among some blocks have.
fn cells_of(blocks: &[Block]) -> usize {
    let of = |block: &Block| match block {
        Block::Table { head, rows } => head.len() * (rows.len() + 1),
        Block::List { items, .. } => items.iter().map(|item| cells_of(item)).sum(),
        Block::Quote(inner) => cells_of(inner),
        _ => 0,
    };
    blocks.iter().map(of).sum()
}

fn blocks(blocks: &[Block], depth: usize, ids: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Heading { level, id, text } => {
                // Within a quote or a list no heading begins a section.
                let least = if depth == 0 { 3 } else { 1 };
                assert!((least..=6).contains(level), "a heading of level {level} among blocks");
                ids.extend(id.clone());
                inlines(text, 0);
            }
            Block::Paragraph(text) => inlines(text, 0),
            Block::List { items, .. } => {
                assert!(depth < DEPTH, "a list {depth} levels deep");
                assert!(!items.is_empty(), "a list without items");
                items.iter().for_each(|item| self::blocks(item, depth + 1, ids));
            }
            Block::Quote(inner) => {
                assert!(depth < DEPTH, "a quotation {depth} levels deep");
                self::blocks(inner, depth + 1, ids);
            }
            Block::Code(code) => {
                assert!(code.is_empty() || code.ends_with('\n'), "lines of code end: {code:?}");
            }
            Block::Table { head, rows } => {
                assert!(!head.is_empty(), "a table without a head");
                for row in std::iter::once(head).chain(rows) {
                    assert_eq!(row.len(), head.len(), "a row is as wide as the head");
                    row.iter().for_each(|cell| inlines(cell, 0));
                    let _ = cells(row);
                }
            }
            Block::Rule => {}
        }
    }
}

fn inlines(inlines: &[Inline], depth: usize) {
    for inline in inlines {
        match inline {
            Inline::Text(_) | Inline::Code(_) | Inline::Break => {}
            Inline::Emphasis(inner) | Inline::Strong(inner) => {
                assert!(depth < DEPTH, "emphasis {depth} levels deep");
                self::inlines(inner, depth + 1);
            }
            Inline::Link { to, text } => {
                assert!(depth < DEPTH, "a link {depth} levels deep");
                safe(to);
                assert!(!has_link(text), "a link within a link to {to:?}");
                self::inlines(text, depth + 1);
            }
        }
    }
    if depth == 0 {
        // With its addresses a text says no less than without.
        assert!(with_addresses(inlines).len() >= plain(inlines).len(), "{inlines:?}");
    }
}

fn has_link(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Link { .. } => true,
        Inline::Emphasis(inner) | Inline::Strong(inner) => has_link(inner),
        Inline::Text(_) | Inline::Code(_) | Inline::Break => false,
    })
}

/// An address that a browser takes to the web, to a mailbox, or to a page of the desk. Looked at as a browser does, which
/// passes over tabs and line ends wherever they stand and over what comes before the scheme.
fn safe(to: &str) {
    assert!(is_safe(to), "a link to {to:?}");
    let seen: String = to
        .trim_start_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let seen = seen.replace('\\', "/").to_ascii_lowercase();
    let scheme = seen.split(['/', '?', '#']).next().and_then(|first| first.split_once(':'));
    match scheme {
        Some((scheme, _)) => {
            assert!(matches!(scheme, "http" | "https" | "mailto"), "a link to {to:?}");
        }
        None => {
            assert!(!seen.starts_with("//"), "a link to another host without saying so: {to:?}")
        }
    }
}
