//! The Markdown in which policies are written, read into a document.
//!
//! It is CommonMark without what a policy has no use for: raw HTML, images, reference links and most named entities.
//! What is left out is a [`PolicyFault`], so that nobody publishes a text which readers see otherwise than its author meant;
//! read it is all the same, as plain text, so that a document holds nothing but what is listed here. Tables are as on
//! GitHub; a heading may end in `{#id}`.

use std::collections::BTreeMap;
use std::iter::Peekable;

/// A document: its title, and its sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The `#` heading.
    pub title: Option<Vec<Inline>>,
    /// What stands before the first `##` heading, beside the title.
    pub preface: Vec<Block>,
    /// A section for each `##` heading.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its id, unlike that of any other heading.
    pub id: String,
    /// Its heading.
    pub title: Vec<Inline>,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 3 to 6; within a quote or a list, where none begins a section, of any.
    Heading {
        /// Its level.
        level: u8,
        /// Its id, if it has one.
        id: Option<String>,
        /// What it says.
        text: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A list.
    List {
        /// The number of the first item, if they are numbered.
        start: Option<u32>,
        /// Whether the items stand close, without paragraphs of their own.
        tight: bool,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// Text to be shown as it is.
    Code(String),
    /// A table: every row has as many cells as the head.
    Table {
        /// The head.
        head: Vec<Vec<Inline>>,
        /// The rows.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A line between two thoughts.
    Rule,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Text.
    Text(String),
    /// Text to be shown as it is.
    Code(String),
    /// Something emphasised.
    Emphasis(Vec<Inline>),
    /// Something important.
    Strong(Vec<Inline>),
    /// A link to an address that [`is_safe`] allows.
    Link {
        /// Where it leads.
        to: String,
        /// What it says.
        text: Vec<Inline>,
    },
    /// The end of a line that must stay one.
    Break,
}

/// Something that a policy must not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyFault {
    /// No heading.
    NoHeading,
    /// More than one `#` heading.
    TwoTitles,
    /// Two headings with the same id, or one with an id that the page itself has.
    DuplicateId,
    /// A heading whose braces hold no id of a letter and then letters, digits, `-` and `_`.
    InvalidId,
    /// HTML.
    RawHtml,
    /// An image.
    Image,
    /// A link whose address stands elsewhere.
    Reference,
    /// A link that leads neither to the web, nor to a mailbox, nor to a page of the desk.
    Link,
    /// A named entity other than the few that are read.
    Entity,
    /// Lists, quotations or emphasis nested deeper than eight levels.
    TooDeep,
}

/// The number behind the id of a second heading of the same words.
const FIRST_NUMBER: u32 = 2;

/// The ids that the frame of a page has already.
const TAKEN: [&str; 3] = ["main", "toc-title", "formats-title"];
/// How deep blocks nest, and inlines.
const DEPTH: usize = 8;

/// The text of some inlines, without marks.
pub fn plain(inlines: &[Inline]) -> String {
    let mut text = String::new();
    push_plain(&mut text, inlines);
    text
}

fn push_plain(text: &mut String, inlines: &[Inline]) {
    for inline in inlines {
        match inline {
            Inline::Text(part) | Inline::Code(part) => text.push_str(part),
            Inline::Emphasis(inner) | Inline::Strong(inner) => push_plain(text, inner),
            Inline::Link { text: inner, .. } => push_plain(text, inner),
            Inline::Break => text.push(' '),
        }
    }
}

/// How many columns a table has at the most. Every row has as many cells as the head: of a head of thousands, a text of a
/// hundred kilobytes would make a page of gigabytes.
const WIDEST: usize = 64;

/// Whether a link may lead there: to `http`, `https` or `mailto`, or to an address of the desk itself.
pub fn is_safe(address: &str) -> bool {
    if address.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\') {
        return false;
    }
    let until = address.find(['/', '?', '#']).unwrap_or(address.len());
    match address.get(..until).unwrap_or_default().split_once(':') {
        Some((scheme, _)) => {
            ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe))
        }
        // Two slashes lead to another host.
        None => !address.starts_with("//"),
    }
}

impl Document {
    /// Reads a document. Everything that is wrong with it is told, each kind once; what is wrong is read as text.
    pub fn read(markdown: &str) -> (Self, Vec<PolicyFault>) {
        let markdown = markdown.replace('\t', "    ");
        let lines: Vec<&str> = markdown.split('\n').collect();
        let mut reader = MarkdownReader { faults: Vec::new(), ids: BTreeMap::new() };
        let blocks = reader.blocks(&lines, 0);
        let document = reader.sections(blocks);
        if document.title.is_none() && document.sections.is_empty() {
            reader.fault(PolicyFault::NoHeading);
        }
        reader.faults.sort();
        (document, reader.faults)
    }
}

struct MarkdownReader {
    faults: Vec<PolicyFault>,
    /// The ids that are taken, each with the number to try next where another heading would have it too.
    ids: BTreeMap<String, u32>,
}

/// How a line opens a block, if it does.
enum Opening<'a> {
    Fence { mark: char, length: usize, indent: usize },
    Heading { level: usize, text: &'a str },
    Rule,
    Quote(&'a str),
    Item(Marker<'a>),
}

/// The mark before a list item.
#[derive(Clone, Copy)]
struct Marker<'a> {
    /// `-`, `*`, `+`, `.` or `)`: items with another mark belong to another list.
    mark: char,
    number: Option<u32>,
    /// How far the item's content is indented.
    width: usize,
    text: &'a str,
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Takes up to so many spaces off.
fn dedent(line: &str, by: usize) -> &str {
    line.get(indent(line).min(by)..).unwrap_or_default()
}

/// Whether a byte begins a letter, so that it opens nothing and is no space: true of most lines, and soon found out.
fn is_letter(byte: &u8) -> bool {
    // Of two bytes, all but the block of U+0085 and U+00A0.
    byte.is_ascii_alphabetic() || matches!(byte, 0xc3..=0xdf)
}

fn opening(line: &str) -> Option<Opening<'_>> {
    let indent = indent(line);
    if indent > 3 || line.as_bytes().get(indent).is_some_and(is_letter) {
        return None;
    }
    let text = line.trim();
    let first = text.chars().next()?;
    let run = text.len() - text.trim_start_matches(first).len();
    let rest = text.get(run..).unwrap_or_default();
    match first {
        '`' | '~' if run >= 3 && !(first == '`' && rest.contains('`')) => {
            return Some(Opening::Fence { mark: first, length: run, indent });
        }
        '#' if run <= 6 && (rest.is_empty() || rest.starts_with(' ')) => {
            return Some(Opening::Heading { level: run, text: closed(rest) });
        }
        '>' => {
            let rest = text.get(1..).unwrap_or_default();
            return Some(Opening::Quote(rest.strip_prefix(' ').unwrap_or(rest)));
        }
        '-' | '*' | '_' => {
            let is_rule = text.chars().all(|c| c == first || c == ' ');
            if is_rule && text.chars().filter(|&c| c == first).count() >= 3 {
                return Some(Opening::Rule);
            }
        }
        _ => {}
    }
    marker(line).map(Opening::Item)
}

/// A heading's text without the hashes that may close it.
fn closed(text: &str) -> &str {
    let text = text.trim();
    let open = text.trim_end_matches('#');
    if open.is_empty() || open.ends_with(' ') { open.trim_end() } else { text }
}

fn marker(line: &str) -> Option<Marker<'_>> {
    let indent = indent(line);
    let text = line.get(indent..)?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let mark = text.get(digits..)?.chars().next()?;
    let number = match (digits, mark) {
        (0, '-' | '*' | '+') => None,
        (1..=9, '.' | ')') => Some(text.get(..digits)?.parse().ok()?),
        _ => return None,
    };
    let behind = text.get(digits + 1..)?;
    let content = behind.trim_start_matches(' ');
    let spaces = behind.len() - content.len();
    if spaces == 0 && !behind.is_empty() {
        return None;
    }
    // Five spaces or more begin with indented text; an empty item has one.
    let spaces = if content.is_empty() || spaces > 4 { 1 } else { spaces };
    let text = behind.get(spaces..).unwrap_or_default();
    Some(Marker { mark, number, width: indent + digits + 1 + spaces, text })
}

/// Whether a line ends a paragraph by opening another block.
fn interrupts(line: &str) -> bool {
    match opening(line) {
        // A number at the begin of a line is a list only if it counts from one.
        Some(Opening::Item(marker)) => {
            !marker.text.trim().is_empty() && marker.number.is_none_or(|number| number == 1)
        }
        Some(_) => true,
        None => false,
    }
}

/// The lines of a container, without what makes them its own.
#[derive(Default)]
struct Inside<'a> {
    lines: Vec<&'a str>,
    /// The fence that is open at their end.
    fence: Option<(char, usize)>,
}

impl<'a> Inside<'a> {
    fn push(&mut self, line: &'a str) {
        match (self.fence, opening(line)) {
            (None, Some(Opening::Fence { mark, length, .. })) => self.fence = Some((mark, length)),
            (Some((mark, length)), _) if closes(line, mark, length) => self.fence = None,
            _ => {}
        }
        self.lines.push(line);
    }

    /// Whether a line that belongs to the container by no indent or mark goes on with the paragraph at its end.
    fn goes_on(&self, line: &str) -> bool {
        let last = self.lines.last().copied().unwrap_or_default();
        let mut open = !last.trim().is_empty();
        let mut inner = opening(last);
        // An empty item ends no paragraph: below one, its mark is text.
        if matches!(&inner, Some(Opening::Item(marker)) if marker.text.is_empty())
            && below_text(&self.lines)
        {
            inner = None;
        }
        // What counts is the innermost block of the last line; those that are too deep are not read.
        for _ in 0..DEPTH {
            let Some(opened) = inner else { break };
            let (Opening::Quote(text) | Opening::Item(Marker { text, .. })) = opened else {
                return false;
            };
            open = !text.trim().is_empty();
            inner = opening(text);
        }
        open && self.fence.is_none() && !line.trim().is_empty() && opening(line).is_none()
    }
}

/// Whether the line before the last is one of a paragraph.
fn below_text(lines: &[&str]) -> bool {
    matches!(lines, [.., before, _] if !before.trim().is_empty() && opening(before).is_none())
}

fn closes(line: &str, mark: char, length: usize) -> bool {
    let text = line.trim();
    indent(line) <= 3 && text.len() >= length && text.chars().all(|c| c == mark)
}

impl MarkdownReader {
    fn fault(&mut self, fault: PolicyFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn blocks(&mut self, lines: &[&str], depth: usize) -> Vec<Block> {
        if depth > DEPTH {
            self.fault(PolicyFault::TooDeep);
            return vec![Block::Paragraph(vec![Inline::Text(lines.join(" "))])];
        }
        let mut blocks = Vec::new();
        let mut rest = lines;
        while let Some((&line, behind)) = rest.split_first() {
            if line.trim().is_empty() {
                rest = behind;
                continue;
            }
            let (block, left) = match opening(line) {
                Some(Opening::Fence { mark, length, indent }) => {
                    fenced(behind, mark, length, indent)
                }
                Some(Opening::Heading { level, text }) => (self.heading(level, text), behind),
                Some(Opening::Rule) => (Block::Rule, behind),
                Some(Opening::Quote(_)) => self.quote(rest, depth),
                Some(Opening::Item(marker)) => self.list(rest, marker, depth),
                None if indent(line) > 3 => indented(rest),
                None => self.paragraph(rest),
            };
            blocks.push(block);
            rest = left;
        }
        blocks
    }

    fn heading(&mut self, level: usize, text: &str) -> Block {
        let (text, id) = match text.strip_suffix('}').and_then(|text| text.rsplit_once('{')) {
            Some((before, braces)) => match braces.trim().strip_prefix('#') {
                Some(id) if is_id(id) => (before.trim_end(), Some(id.to_owned())),
                _ => {
                    self.fault(PolicyFault::InvalidId);
                    (text, None)
                }
            },
            None => (text, None),
        };
        let mut id = id;
        if id.as_ref().is_some_and(|id| self.is_taken(id)) {
            self.fault(PolicyFault::DuplicateId);
            id = None;
        }
        self.ids.extend(id.clone().map(|id| (id, FIRST_NUMBER)));
        Block::Heading { level: level as u8, id, text: self.inlines(text) }
    }

    fn quote<'a>(&mut self, lines: &'a [&'a str], depth: usize) -> (Block, &'a [&'a str]) {
        let mut inside = Inside::default();
        let mut rest = lines;
        while let Some((&line, behind)) = rest.split_first() {
            match opening(line) {
                Some(Opening::Quote(_)) => {
                    // The end of the line counts: two spaces there are a break.
                    let text = line.trim_start().get(1..).unwrap_or_default();
                    inside.push(text.strip_prefix(' ').unwrap_or(text));
                }
                _ if inside.goes_on(line) => inside.push(line),
                _ => break,
            }
            rest = behind;
        }
        (Block::Quote(self.blocks(&inside.lines, depth + 1)), rest)
    }

    fn list<'a>(
        &mut self,
        lines: &'a [&'a str],
        first: Marker<'a>,
        depth: usize,
    ) -> (Block, &'a [&'a str]) {
        let (mut items, mut tight) = (Vec::new(), true);
        let mut rest = lines;
        let mut marker = first;
        loop {
            let mut inside = Inside::default();
            inside.push(marker.text);
            let mut behind = rest.get(1..).unwrap_or_default();
            while let Some((&line, left)) = behind.split_first() {
                let blank = line.trim().is_empty();
                // An item that begins with an empty line has nothing behind a second one.
                let empty = blank && inside.lines.iter().all(|line| line.trim().is_empty());
                if (blank && !empty) || indent(line) >= marker.width && !blank {
                    inside.push(dedent(line, marker.width));
                } else if inside.goes_on(line) {
                    inside.push(line);
                } else {
                    break;
                }
                behind = left;
            }
            let mut inside = inside.lines;
            // The marker's own line is never a blank one, even with nothing behind the marker.
            let blanks =
                inside.iter().skip(1).rev().take_while(|line| line.trim().is_empty()).count();
            inside.truncate(inside.len() - blanks);
            let blocks = self.blocks(&inside, depth + 1);
            // A blank line between two blocks of an item makes the list loose; one within a fence or a list in it does not.
            tight &= blocks.len() < 2 || !gaps(&inside);
            items.push(blocks);
            // Blank lines behind an empty item are not in it, and yet the list goes on after them.
            let between = behind.iter().take_while(|line| line.trim().is_empty()).count();
            let ahead = behind.get(between..).unwrap_or_default();
            let blanks = blanks + between;
            rest = behind;
            let next = ahead.first().and_then(|line| match opening(line) {
                Some(Opening::Item(next)) if next.mark == first.mark => Some(next),
                _ => None,
            });
            match next {
                Some(next) => {
                    tight &= blanks == 0;
                    marker = next;
                    rest = ahead;
                }
                None => break,
            }
        }
        (Block::List { start: first.number, tight, items }, rest)
    }

    fn paragraph<'a>(&mut self, lines: &'a [&'a str]) -> (Block, &'a [&'a str]) {
        if let Some((table, rest)) = self.table(lines) {
            return (table, rest);
        }
        let mut text = String::new();
        let mut rest = lines;
        while let Some((&line, behind)) = rest.split_first() {
            if !text.is_empty() {
                if let Some(level) = underline(line) {
                    let text = text.trim().to_owned();
                    return (self.heading(level, &text), behind);
                }
                if line.trim().is_empty() || interrupts(line) {
                    break;
                }
                text.push('\n');
            }
            text.push_str(line.trim_start());
            rest = behind;
        }
        let text = text.trim_end();
        if text.starts_with('[')
            && text.split_once(']').is_some_and(|(_, rest)| rest.starts_with(':'))
        {
            self.fault(PolicyFault::Reference);
        }
        (Block::Paragraph(self.inlines(text)), rest)
    }

    fn table<'a>(&mut self, lines: &'a [&'a str]) -> Option<(Block, &'a [&'a str])> {
        let [head, delimiter, rest @ ..] = lines else { return None };
        let head = cells(head)?;
        let is_delimiter = |cell: &String| {
            let dashes = cell.strip_prefix(':').unwrap_or(cell);
            let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
            !dashes.is_empty() && dashes.bytes().all(|b| b == b'-')
        };
        let delimiter = cells(delimiter).filter(|cells| cells.iter().all(is_delimiter))?;
        if delimiter.len() != head.len() || head.len() > WIDEST {
            return None;
        }
        let mut rows = Vec::new();
        let mut rest = rest;
        while let Some((&line, behind)) = rest.split_first() {
            if line.trim().is_empty() || interrupts(line) {
                break;
            }
            let row = cells(line).unwrap_or_else(|| vec![line.trim().to_owned()]);
            rows.push(self.row(&row, head.len()));
            rest = behind;
        }
        Some((Block::Table { head: self.row(&head, head.len()), rows }, rest))
    }

    /// Reads a row: as many cells as the head has, whatever it has itself.
    fn row(&mut self, cells: &[String], width: usize) -> Vec<Vec<Inline>> {
        let mut row = Vec::with_capacity(width);
        for at in 0..width {
            row.push(self.inlines(cells.get(at).map_or("", String::as_str)));
        }
        row
    }

    /// Puts the blocks into sections, and gives every section an id.
    fn sections(&mut self, blocks: Vec<Block>) -> Document {
        let mut document = Document::default();
        for block in blocks {
            match block {
                Block::Heading { level: 1, text, .. } if document.title.is_none() => {
                    document.title = Some(text);
                }
                Block::Heading { level: level @ 1..=2, id, text } => {
                    if level == 1 {
                        self.fault(PolicyFault::TwoTitles);
                    }
                    let id = id.unwrap_or_else(|| self.slug(&plain(&text)));
                    document.sections.push(Section { id, title: text, blocks: Vec::new() });
                }
                other => match document.sections.last_mut() {
                    Some(section) => section.blocks.push(other),
                    None => document.preface.push(other),
                },
            }
        }
        document
    }

    /// An id for a heading that has none: its words, and a number where another one has them. Letters outside ASCII keep
    /// their case, for the table that changes it takes 12 KB.
    fn slug(&mut self, title: &str) -> String {
        let mut slug = String::new();
        for character in title.chars() {
            if is_word(character) {
                slug.push(character.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(slug.trim_end_matches('-').len());
        if slug.is_empty() {
            slug.push_str("section");
        }
        let mut id = slug.clone();
        let mut number = self.ids.get(&slug).copied().unwrap_or(FIRST_NUMBER);
        while self.is_taken(&id) {
            id = format!("{slug}-{number}");
            number += 1;
        }
        self.ids.insert(id.clone(), FIRST_NUMBER);
        self.ids.insert(slug, number);
        id
    }

    fn is_taken(&self, id: &str) -> bool {
        TAKEN.contains(&id) || self.ids.contains_key(id)
    }

    fn inlines(&mut self, text: &str) -> Vec<Inline> {
        Inlines { reader: self, text, rest: text, nodes: Vec::new(), brackets: Vec::new() }.read()
    }
}

/// Whether some lines have a blank one among their own blocks, deeper ones aside.
fn gaps(lines: &[&str]) -> bool {
    let mut fence = None;
    let mut blank = false;
    // How far the content of a list among them is indented: its own blank lines are not theirs.
    let mut inner: Option<usize> = None;
    let mut text = false;
    for line in lines {
        if let Some((mark, length)) = fence {
            if closes(line, mark, length) {
                fence = None;
            }
            continue;
        }
        if line.trim().is_empty() {
            (blank, text) = (true, false);
            continue;
        }
        let within = inner.is_some_and(|width| indent(line) >= width);
        let item = match opening(line) {
            // Below text, the mark of an empty item is text too.
            Some(Opening::Item(marker)) if !(text && marker.text.is_empty()) => Some(marker.width),
            Some(Opening::Fence { mark, length, .. }) if !within => {
                fence = Some((mark, length));
                None
            }
            _ => None,
        };
        if blank && !within && !(inner.is_some() && item.is_some()) {
            return true;
        }
        (blank, text) = (false, item.is_none());
        if !within {
            inner = item;
        }
    }
    false
}

fn is_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The level of the heading that a line below a paragraph makes of it.
fn underline(line: &str) -> Option<usize> {
    let text = line.trim();
    let all = |mark: char| !text.is_empty() && text.chars().all(|c| c == mark);
    match indent(line) <= 3 {
        true if all('=') => Some(1),
        true if all('-') => Some(2),
        _ => None,
    }
}

fn fenced<'a>(
    lines: &'a [&'a str],
    mark: char,
    length: usize,
    indent: usize,
) -> (Block, &'a [&'a str]) {
    let end = lines.iter().position(|line| closes(line, mark, length)).unwrap_or(lines.len());
    let (inside, rest) = lines.split_at(end);
    (code(inside, indent), rest.get(1..).unwrap_or_default())
}

fn indented<'a>(lines: &'a [&'a str]) -> (Block, &'a [&'a str]) {
    let end = lines
        .iter()
        .position(|line| indent(line) < 4 && !line.trim().is_empty())
        .unwrap_or(lines.len());
    let (inside, rest) = lines.split_at(end);
    let blanks = inside.iter().rev().take_while(|line| line.trim().is_empty()).count();
    let inside = inside.get(..inside.len() - blanks).unwrap_or_default();
    (code(inside, 4), rest)
}

fn code(lines: &[&str], indent: usize) -> Block {
    let mut text = String::new();
    for line in lines {
        text.push_str(dedent(line, indent));
        text.push('\n');
    }
    Block::Code(text)
}

/// The cells of a table's row; `None` if the line has no bar.
fn cells(line: &str) -> Option<Vec<String>> {
    if !line.contains('|') {
        return None;
    }
    let line = line.trim();
    let mut cells = vec![String::new()];
    let mut escaped = false;
    // Copied by stretches: characters one by one take several times as long.
    let mut from = 0;
    for (at, byte) in line.bytes().enumerate() {
        if byte == b'|' {
            // The backslash before a bar was for the table alone.
            let stretch = line.get(from..at - usize::from(escaped)).unwrap_or_default();
            cells.last_mut()?.push_str(stretch);
            from = at + usize::from(!escaped);
            if !escaped {
                cells.push(String::new());
            }
        }
        escaped = byte == b'\\' && !escaped;
    }
    cells.last_mut()?.push_str(line.get(from..).unwrap_or_default());
    if cells.len() == 1 {
        return None;
    }
    if line.starts_with('|') {
        cells.remove(0);
    }
    if cells.len() > 1 && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    Some(cells.iter().map(|cell| cell.trim().to_owned()).collect())
}

/// A part of a line that is being read: a mark may still turn out to be one, or text.
enum Node {
    Done(Inline),
    Mark { mark: char, count: usize, opens: bool, closes: bool },
    Bracket { image: bool },
}

struct Inlines<'a, 'r> {
    reader: &'r mut MarkdownReader,
    text: &'a str,
    rest: &'a str,
    nodes: Vec<Node>,
    /// Which of the nodes are brackets that may yet be closed.
    brackets: Vec<usize>,
}

/// The named characters that are read: what typography and legal texts need.
const ENTITIES: [(&str, char); 11] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("nbsp", '\u{a0}'),
    ("shy", '\u{ad}'),
    ("copy", '©'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("laquo", '«'),
    ("raquo", '»'),
];

/// Whether a character belongs to a word. Outside ASCII all do but the blocks of signs: Unicode's own tables take 4 KB,
/// and differ where no policy goes.
pub(super) fn is_word(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' | '×' | '÷' => false,
        '\u{2000}'..='\u{2bff}' | '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{303f}' => false,
        _ => !c.is_whitespace(),
    }
}

fn is_punctuation(c: char) -> bool {
    !is_word(c) && !c.is_whitespace()
}

/// Whether a byte may begin anything but text. All that do are ASCII, which is never a part of another character.
fn may_be_mark(byte: &u8) -> bool {
    // What most bytes are is told at once.
    let is_common = byte.is_ascii_lowercase() || *byte == b' ' || !byte.is_ascii();
    !is_common
        && matches!(byte, b'\\' | b'`' | b'*' | b'_' | b'[' | b'!' | b']' | b'<' | b'&' | b'\n')
}

impl<'a> Inlines<'a, '_> {
    fn read(mut self) -> Vec<Inline> {
        while let Some(character) = self.rest.chars().next() {
            match character {
                '\\' => self.escape(),
                '`' => self.code(),
                '*' | '_' => self.mark(character),
                '[' => self.open(false),
                '!' if self.rest.starts_with("![") => self.open(true),
                ']' => self.close(),
                '<' => self.angle(),
                '&' => self.entity(),
                '\n' => self.line_end(),
                _ => {
                    let behind = self.rest.as_bytes().get(1..).unwrap_or_default();
                    let end = behind.iter().position(may_be_mark);
                    self.text(end.map_or(self.rest.len(), |end| end + 1));
                }
            }
        }
        settle(self.nodes, self.reader)
    }

    /// Takes so many bytes of text.
    fn text(&mut self, bytes: usize) {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.nodes.push(Node::Done(Inline::Text(taken.to_owned())));
        self.rest = rest;
    }

    fn push(&mut self, inline: Inline, rest: &'a str) {
        self.nodes.push(Node::Done(inline));
        self.rest = rest;
    }

    fn escape(&mut self) {
        let behind = self.rest.get(1..).unwrap_or_default();
        match behind.chars().next() {
            Some('\n') => self.push(Inline::Break, behind.trim_start()),
            Some(c) if c.is_ascii_punctuation() => {
                self.push(Inline::Text(c.to_string()), behind.get(1..).unwrap_or_default());
            }
            _ => self.text(1),
        }
    }

    fn code(&mut self) {
        let run = self.rest.len() - self.rest.trim_start_matches('`').len();
        let behind = self.rest.get(run..).unwrap_or_default();
        let mut from = 0;
        while let Some(at) = behind.get(from..).and_then(|rest| rest.find('`')).map(|at| at + from)
        {
            let tail = behind.get(at..).unwrap_or_default();
            let end = tail.len() - tail.trim_start_matches('`').len();
            if end == run {
                let inside = behind.get(..at).unwrap_or_default().replace('\n', " ");
                let padded = inside.strip_prefix(' ').and_then(|text| text.strip_suffix(' '));
                let code = padded.filter(|text| !text.trim().is_empty()).unwrap_or(&inside);
                let code = Inline::Code(code.to_owned());
                return self.push(code, behind.get(at + end..).unwrap_or_default());
            }
            from = at + end;
        }
        self.text(run);
    }

    /// Reads a run of `*` or `_`, by the rules of CommonMark section 6.2.
    fn mark(&mut self, mark: char) {
        let run = self.rest.len() - self.rest.trim_start_matches(mark).len();
        let at = self.text.len() - self.rest.len();
        let before = self.text.get(..at).and_then(|text| text.chars().next_back()).unwrap_or(' ');
        let rest = self.rest.get(run..).unwrap_or_default();
        let after = rest.chars().next().unwrap_or(' ');
        let left = !after.is_whitespace()
            && (!is_punctuation(after) || before.is_whitespace() || is_punctuation(before));
        let right = !before.is_whitespace()
            && (!is_punctuation(before) || after.is_whitespace() || is_punctuation(after));
        let (opens, closes) = match mark {
            '_' => (
                left && (!right || is_punctuation(before)),
                right && (!left || is_punctuation(after)),
            ),
            _ => (left, right),
        };
        self.nodes.push(Node::Mark { mark, count: run, opens, closes });
        self.rest = rest;
    }

    fn open(&mut self, image: bool) {
        self.brackets.push(self.nodes.len());
        self.nodes.push(Node::Bracket { image });
        self.rest = self.rest.get(1 + usize::from(image)..).unwrap_or_default();
    }

    fn close(&mut self) {
        let behind = self.rest.get(1..).unwrap_or_default();
        let Some(opened) = self.brackets.pop() else { return self.text(1) };
        let target = behind.strip_prefix('(').and_then(target);
        if target.is_none() && behind.starts_with(['[']) {
            self.reader.fault(PolicyFault::Reference);
        }
        let Some((to, rest)) = target else {
            // The bracket was none, and can be none later.
            self.unbracket(opened);
            return self.text(1);
        };
        let inside: Vec<Node> = self.nodes.drain(opened..).collect();
        let mut inside = inside.into_iter();
        let image = matches!(inside.next(), Some(Node::Bracket { image: true }));
        let text = unlinked(settle(inside.collect(), self.reader));
        self.rest = rest;
        if image || !is_safe(&to) {
            self.reader.fault(if image { PolicyFault::Image } else { PolicyFault::Link });
            self.nodes.extend(text.into_iter().map(Node::Done));
            return;
        }
        // A link has no links in it: the brackets before this one open none.
        for opened in std::mem::take(&mut self.brackets) {
            if let Some(Node::Bracket { image: true }) = self.nodes.get(opened) {
                self.brackets.push(opened);
            } else {
                self.unbracket(opened);
            }
        }
        self.nodes.push(Node::Done(Inline::Link { to, text }));
    }

    /// Makes a bracket that opened nothing the text that it is.
    fn unbracket(&mut self, opened: usize) {
        if let Some(node) = self.nodes.get_mut(opened) {
            *node = unbracketed(node);
        }
    }

    /// Reads `<https://…>` or `<a@b.example>`; whatever else looks like a tag is HTML.
    fn angle(&mut self) {
        let behind = self.rest.get(1..).unwrap_or_default();
        let end = behind.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
        let address = end.and_then(|end| {
            let (inside, rest) = behind.split_at_checked(end)?;
            Some((inside, rest.strip_prefix('>')?)).filter(|_| !inside.is_empty())
        });
        if let Some((inside, rest)) = address {
            let absolute = inside.split_once(':').is_some_and(|(scheme, _)| {
                scheme.len() >= 2
                    && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                    && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
            });
            let mailbox = inside.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty()
                    && local
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&b))
                    && domain.starts_with(|c: char| c.is_ascii_alphanumeric())
                    && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
            });
            if absolute || mailbox {
                let to = if absolute { inside.to_owned() } else { format!("mailto:{inside}") };
                let text = Inline::Text(inside.to_owned());
                if is_safe(&to) {
                    return self.push(Inline::Link { to, text: vec![text] }, rest);
                }
                self.reader.fault(PolicyFault::Link);
                return self.push(text, rest);
            }
        }
        if behind.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            self.reader.fault(PolicyFault::RawHtml);
        }
        self.text(1);
    }

    fn entity(&mut self) {
        let behind = self.rest.get(1..).unwrap_or_default();
        let end = behind.bytes().take(33).position(|byte| byte == b';');
        let named = end.and_then(|end| Some((behind.get(..end)?, behind.get(end + 1..)?)));
        let named = named.filter(|(name, _)| {
            let name = name.strip_prefix('#').unwrap_or(name);
            !name.is_empty() && name.len() <= 31 && name.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        let Some((name, rest)) = named else { return self.text(1) };
        let numbered = |digits: &str| match digits.strip_prefix(['x', 'X']) {
            Some(digits) if digits.len() <= 6 => u32::from_str_radix(digits, 16).ok(),
            None if digits.len() <= 7 => digits.parse().ok(),
            _ => None,
        };
        let character = match name.strip_prefix('#') {
            Some(digits) => numbered(digits).and_then(char::from_u32),
            None => ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c),
        };
        match character.filter(|c| !c.is_control()) {
            Some(character) => self.push(Inline::Text(character.to_string()), rest),
            None => {
                self.reader.fault(PolicyFault::Entity);
                self.text(1);
            }
        }
    }

    fn line_end(&mut self) {
        let hard = match self.nodes.last_mut() {
            Some(Node::Done(Inline::Text(text))) => {
                let trimmed = text.trim_end_matches(' ').len();
                let hard = text.len() - trimmed >= 2;
                text.truncate(trimmed);
                hard
            }
            _ => false,
        };
        let rest = self.rest.trim_start();
        self.push(if hard { Inline::Break } else { Inline::Text(" ".to_owned()) }, rest);
    }
}

/// The text of a link, in which an address in angle brackets is no link of its own.
fn unlinked(text: Vec<Inline>) -> Vec<Inline> {
    let mut plain = Vec::with_capacity(text.len());
    for inline in text {
        match inline {
            Inline::Link { text, .. } => plain.extend(unlinked(text)),
            Inline::Emphasis(inner) => plain.push(Inline::Emphasis(unlinked(inner))),
            Inline::Strong(inner) => plain.push(Inline::Strong(unlinked(inner))),
            other => plain.push(other),
        }
    }
    plain
}

/// The text of a bracket that opened nothing.
fn unbracketed(node: &Node) -> Node {
    let text = if matches!(node, Node::Bracket { image: true }) { "![" } else { "[" };
    Node::Done(Inline::Text(text.to_owned()))
}

/// How many characters the address of a link may have, so that one without an end is not looked for to the end of the text.
const LONGEST_ADDRESS: usize = 2_000;

/// Reads the address of a link behind its parenthesis, and leaves out its title.
fn target(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let (to, rest) = if let Some(inside) = text.strip_prefix('<') {
        let (to, rest) = inside.split_once('>')?;
        (to, rest)
    } else {
        let (mut depth, mut length) = (0usize, 0usize);
        let mut escaped = false;
        let end = text
            .find(|c: char| {
                length += 1;
                if length > LONGEST_ADDRESS {
                    return true;
                }
                if std::mem::take(&mut escaped) {
                    return false;
                }
                match c {
                    '\\' => escaped = true,
                    '(' => depth += 1,
                    ')' if depth == 0 => return true,
                    ')' => depth -= 1,
                    _ => return c.is_whitespace(),
                }
                false
            })
            .unwrap_or(text.len());
        text.split_at_checked(end)?
    };
    if to.contains('\n') {
        return None;
    }
    let spaced = rest.trim_start();
    let rest = match spaced.chars().next()? {
        ')' => spaced,
        quote @ ('"' | '\'') if spaced.len() < rest.len() => {
            let (_, rest) = spaced.get(1..)?.split_once(quote)?;
            rest.trim_start()
        }
        _ => return None,
    };
    let rest = rest.strip_prefix(')')?;
    let mut address = String::new();
    let mut characters = to.chars().peekable();
    while let Some(c) = characters.next() {
        match escaped_after(c, &mut characters) {
            Some(escaped) => address.push(escaped),
            None => address.push(c),
        }
    }
    Some((address.replace("&amp;", "&"), rest))
}

/// The character behind a backslash, if it is one that a backslash escapes.
fn escaped_after(c: char, rest: &mut Peekable<std::str::Chars<'_>>) -> Option<char> {
    if c == '\\' { rest.next_if(char::is_ascii_punctuation) } else { None }
}

/// Turns marks into emphasis, by the rules of CommonMark section 6.2, and what is left of them into text.
fn settle(nodes: Vec<Node>, reader: &mut MarkdownReader) -> Vec<Inline> {
    let mut settled: Vec<Node> = Vec::with_capacity(nodes.len());
    let mut searched = OpenerSearch::default();
    for node in nodes {
        let Node::Mark { mark, mut count, opens, closes: true } = node else {
            settled.push(node);
            continue;
        };
        while count > 0
            && let Some(opener) = searched.opener(&settled, mark, count, opens)
        {
            let inside = texts(settled.drain(opener + 1..).collect());
            // It is the last node now.
            let Some(Node::Mark { count: length, .. }) = settled.last_mut() else { break };
            let strong = *length >= 2 && count >= 2;
            let taken = if strong { 2 } else { 1 };
            count -= taken;
            *length -= taken;
            if *length == 0 {
                settled.pop();
            }
            let inline = if too_deep(&inside, DEPTH - 1) {
                reader.fault(PolicyFault::TooDeep);
                Inline::Text(plain(&inside))
            } else if strong {
                Inline::Strong(inside)
            } else {
                Inline::Emphasis(inside)
            };
            settled.push(Node::Done(inline));
        }
        if count > 0 {
            settled.push(Node::Mark { mark, count, opens, closes: true });
        }
    }
    texts(settled)
}

/// Up to where there is known to be no opener, for each kind of closing mark: a character, a count modulo three, and whether
/// it opens as well. Without it, marks that pair with none are looked through again and again.
#[derive(Default)]
struct OpenerSearch(Vec<((char, usize, bool), usize)>);

impl OpenerSearch {
    /// The mark among some nodes that one behind them closes.
    fn opener(&mut self, nodes: &[Node], mark: char, count: usize, opens: bool) -> Option<usize> {
        let kind = (mark, count % 3, opens);
        let known = self.0.iter().find(|(known, _)| *known == kind).map_or(0, |(_, from)| *from);
        let found = nodes.get(known..).unwrap_or_default().iter().rposition(|node| match *node {
            Node::Mark { mark: other, count: length, opens: true, closes } => {
                // Rule of three: marks that could do both do not pair to a multiple of three.
                let odd = (opens || closes)
                    && (length + count).is_multiple_of(3)
                    && !(length.is_multiple_of(3) && count.is_multiple_of(3));
                other == mark && !odd
            }
            _ => false,
        });
        match found {
            // What lies behind it will be one node.
            Some(at) => {
                for (_, from) in &mut self.0 {
                    *from = (*from).min(known + at);
                }
                Some(known + at)
            }
            None => {
                self.0.retain(|(known, _)| *known != kind);
                self.0.push((kind, nodes.len()));
                None
            }
        }
    }
}

/// Whether inlines nest deeper than so many levels.
fn too_deep(inlines: &[Inline], levels: usize) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Link { text: inner, .. } => {
            levels == 0 || too_deep(inner, levels - 1)
        }
        Inline::Text(_) | Inline::Code(_) | Inline::Break => false,
    })
}

/// What the nodes are when no mark pairs any more; neighbouring texts become one.
fn texts(nodes: Vec<Node>) -> Vec<Inline> {
    let mut inlines: Vec<Inline> = Vec::new();
    for node in nodes {
        let inline = match node {
            Node::Done(inline) => inline,
            Node::Mark { mark, count, .. } => Inline::Text((0..count).map(|_| mark).collect()),
            Node::Bracket { image } => Inline::Text(if image { "![" } else { "[" }.to_owned()),
        };
        match (inlines.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, inline) => inlines.push(inline),
        }
    }
    inlines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PolicyText;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, html};

    fn escape(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
    }

    fn inlines_html(inlines: &[Inline]) -> String {
        inlines
            .iter()
            .map(|inline| match inline {
                Inline::Text(text) => escape(text),
                Inline::Code(text) => format!("<code>{}</code>", escape(text)),
                Inline::Emphasis(inner) => format!("<em>{}</em>", inlines_html(inner)),
                Inline::Strong(inner) => format!("<strong>{}</strong>", inlines_html(inner)),
                Inline::Link { to, text } => {
                    format!("<a href=\"{}\">{}</a>", escape(to), inlines_html(text))
                }
                Inline::Break => "<br />".to_owned(),
            })
            .collect()
    }

    fn heading_html(level: u8, id: Option<&str>, text: &[Inline]) -> String {
        let id = id.map(|id| format!(" id=\"{id}\"")).unwrap_or_default();
        format!("<h{level}{id}>{}</h{level}>", inlines_html(text))
    }

    fn blocks_html(blocks: &[Block], tight: bool) -> String {
        let cells = |row: &[Vec<Inline>], tag: &str| -> String {
            let cells = row.iter().map(|cell| format!("<{tag}>{}</{tag}>", inlines_html(cell)));
            cells.collect()
        };
        blocks
            .iter()
            .map(|block| match block {
                Block::Heading { level, id, text } => heading_html(*level, id.as_deref(), text),
                Block::Paragraph(text) if tight => inlines_html(text),
                Block::Paragraph(text) => format!("<p>{}</p>", inlines_html(text)),
                Block::List { start, tight, items } => {
                    let items: String = items
                        .iter()
                        .map(|item| format!("<li>{}</li>", blocks_html(item, *tight)))
                        .collect();
                    match start {
                        None => format!("<ul>{items}</ul>"),
                        Some(1) => format!("<ol>{items}</ol>"),
                        Some(start) => format!("<ol start=\"{start}\">{items}</ol>"),
                    }
                }
                Block::Quote(inner) => {
                    format!("<blockquote>{}</blockquote>", blocks_html(inner, false))
                }
                Block::Code(text) => format!("<pre><code>{}</code></pre>", escape(text)),
                Block::Table { head, rows } => {
                    let rows: String =
                        rows.iter().map(|row| format!("<tr>{}</tr>", cells(row, "td"))).collect();
                    let body =
                        if rows.is_empty() { rows } else { format!("<tbody>{rows}</tbody>") };
                    format!("<table><thead><tr>{}</tr></thead>{body}</table>", cells(head, "th"))
                }
                Block::Rule => "<hr />".to_owned(),
            })
            .collect()
    }

    /// The blocks as HTML, by this reader and by a whole CommonMark one; line ends aside.
    fn both(markdown: &str) -> (String, String, Vec<PolicyFault>) {
        // Titles of links are left out here.
        let options = Options::ENABLE_TABLES | Options::ENABLE_HEADING_ATTRIBUTES;
        let events = Parser::new_ext(markdown, options).map(|event| match event {
            Event::SoftBreak => Event::Text(" ".into()),
            Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                Event::Start(Tag::Link { link_type, dest_url, title: "".into(), id })
            }
            other => other,
        });
        let mut theirs = String::new();
        html::push_html(&mut theirs, events);
        let mut reader = MarkdownReader { faults: Vec::new(), ids: BTreeMap::new() };
        let lines: Vec<&str> = markdown.lines().collect();
        let ours = blocks_html(&reader.blocks(&lines, 0), false);
        let flat = |html: &str| {
            let html = html.replace(" class=\"language-text\"", "");
            let html = html.replace(" style=\"text-align: center\"", "");
            html.replace("<tbody>\n</tbody>", "").replace('\n', "")
        };
        (flat(&ours), flat(&theirs), reader.faults)
    }

    #[test]
    fn the_sample_policies_are_read_as_commonmark() {
        for sample in [
            include_str!("../../../../samples/policy/oncall-3.0.en.md"),
            include_str!("../../../../samples/policy/oncall-3.0.ru.md"),
        ] {
            let (ours, theirs, faults) = both(sample);
            assert_eq!(ours, theirs);
            assert_eq!(faults, []);
            let (document, faults) = Document::read(sample);
            assert_eq!(faults, []);
            let ids: Vec<&str> = document.sections.iter().map(|s| s.id.as_str()).collect();
            let all =
                ["general", "collected", "use", "disclosure", "security", "requests", "changes"];
            assert_eq!(ids, all);
        }
    }

    #[test]
    fn reads_blocks_and_lines_as_commonmark() {
        for markdown in [
            "a\nb  \nc\\\nd",
            "*a* **b** ***c*** *a **b** c* **a *b* c** a*b*c a_b_c _a_ __b__ ** a ** * a *",
            "**a* b** *a **b* c** ****a**** *a*b*c* **Registration.** To",
            "`a` ``b`c`` ` d ` `e\nf` `unclosed",
            "[a](b) [a *b*](<c> \"t\") [a](/b?c=d&amp;e#f 'title') [](x) [a]( b ) [a](b(c)d) [a](b",
            "[a [b](c) d](e) *[a*](b) \\[a](b) a] [b",
            "<https://a.example/?b=c> <a@b.example> 1 < 2 > 3",
            "&amp; &lt;b&gt; &#1078; &#x416; & &; AT&T &nbsp;",
            "\\*a\\* \\\\ \\a \\# \\&amp;",
            "- a\n- b\n  c\nd\n\n- e\n\n  f\n* g",
            "- a\n  - b\n\n    c\n  - d\n- e",
            "1. a\n2. b\n   - c\n\n7) d\n8) e",
            "- a\n\n      code\n\n- b",
            "-\n- a\n-\n\n  b",
            "> a\n> > b\nc\n> - d\ne\n\nf",
            "```\na\n  b\n```\n~~~ text\nc\n```\n~~~\n    d\n\n    e\n\n```\nopen",
            "a\n===\nb\n---\nc\n***\nd\n# e #\n## f ##g\n#h\n####### i",
            "| a | b |\n|---|:-:|\n| c | `d\\|e` |\n| f |\n| g | h | i |\n\n| j |",
            "a | b\n- | -\nc | d\n> e",
            "a\n    b\n\n    c",
            "a\n1. b\n\na\n2. b",
            "- a\n  *\nb\n\n- a\n  * *\nb",
            "- a\n- - b\n  - c\n- # d\n- > e",
            "## a {#b}\n### c {#d}",
        ] {
            let (ours, theirs, faults) = both(markdown);
            assert_eq!(ours, theirs, "{markdown}");
            assert_eq!(faults, [], "{markdown}");
        }
    }

    #[test]
    fn what_a_policy_must_not_have_is_told_and_read_as_text() {
        use PolicyFault::*;
        for (markdown, fault) in [
            ("a", NoHeading),
            ("# a\n# b", TwoTitles),
            ("## a {#x}\n### b {#x}", DuplicateId),
            ("## a {#main}", DuplicateId),
            ("## a {#1}", InvalidId),
            ("## a {#b .c}", InvalidId),
            ("## a {onclick=x}", InvalidId),
            ("# a\n<script>alert(1)</script>", RawHtml),
            ("# a <b onclick=x>c</b>", RawHtml),
            ("# a\n\n<!-- b -->", RawHtml),
            ("# a\n\n![b](/c.png)", Image),
            ("# a\n\n[b][c]", Reference),
            ("# a\n\n[b]: /c", Reference),
            ("# a\n\n[b](javascript:alert(1))", Link),
            ("# a\n\n[b](//c.example)", Link),
            ("# a\n\n<javascript:alert(1)>", Link),
            ("# a\n\n&eacute;", Entity),
            ("# a\n\n> > > > > > > > > > b", TooDeep),
        ] {
            assert_eq!(Document::read(markdown).1, [fault], "{markdown}");
        }
        let nested = format!("# a\n\n{}x{}", "*b _c ".repeat(5), " d_ e*".repeat(5));
        assert_eq!(Document::read(&nested).1, [TooDeep]);
    }

    #[test]
    fn an_address_within_a_link_is_no_link_of_its_own() {
        let document = Document::read("# a\n\n[b *<https://c.example>*](/d)").0;
        let address = Inline::Text("https://c.example".to_owned());
        let text = vec![Inline::Text("b ".to_owned()), Inline::Emphasis(vec![address])];
        let link = Inline::Link { to: "/d".to_owned(), text };
        assert_eq!(document.preface, [Block::Paragraph(vec![link])]);
    }

    /// In a moment: were each number looked for from the first, it would take hours.
    #[test]
    fn headings_that_are_all_alike_are_numbered() {
        let document = Document::read(&"## A\n".repeat(20_000)).0;
        let ids: Vec<&str> = document.sections.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids.first_chunk(), Some(&["a", "a-2", "a-3"]));
        assert_eq!(ids.last(), Some(&"a-20000"));
    }

    /// In a moment each, at the most that a policy may have: what was looked through once is not looked through again.
    #[test]
    fn what_leads_nowhere_is_read_once() {
        let filled = |head: &str, piece: &str| {
            let times = (PolicyText::MAX - head.len()) / piece.len();
            Document::read(&[head, &piece.repeat(times)].concat()).0
        };
        for piece in
            ["[a](", "*_", "**a*", "[", "![", "<", "<a ", "&", ">", ">>>>\n", "- ", "a|b\n", "`a``"]
        {
            filled("", piece);
        }
        filled(&"[".repeat(PolicyText::MAX / 2), "]");
        let document = filled("> > > > a\n", "a\n");
        assert!(matches!(document.preface.as_slice(), [Block::Quote(_)]));
    }

    #[test]
    fn an_address_is_as_long_as_is_looked_for() {
        let link = |length: usize| {
            let text = format!("[a](https://a.example/{})", "a".repeat(length - 18));
            let document = Document::read(&text).0;
            let [Block::Paragraph(inlines)] = document.preface.as_slice() else {
                panic!("{document:?}")
            };
            matches!(inlines.as_slice(), [Inline::Link { .. }])
        };
        assert!(link(LONGEST_ADDRESS) && !link(LONGEST_ADDRESS + 1));
    }

    #[test]
    fn a_table_is_as_wide_as_can_be_read() {
        let table = |width: usize| {
            let text = format!("# a\n\n{}\n{}\n|b", "|c".repeat(width), "|-".repeat(width));
            matches!(Document::read(&text).0.preface.as_slice(), [Block::Table { .. }])
        };
        assert!(table(WIDEST) && !table(WIDEST + 1));
    }

    #[test]
    fn sections_without_an_id_are_named_by_their_words() {
        let (document, faults) =
            Document::read("# T\np\n## Что мы собираем?\n## A b\n## a B\n## ...\n## Main\n### x");
        assert_eq!(faults, []);
        let ids: Vec<&str> = document.sections.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["Что-мы-собираем", "a-b", "a-b-2", "section", "main-2"]);
        assert_eq!(document.preface, [Block::Paragraph(vec![Inline::Text("p".to_owned())])]);
        assert_eq!(document.title.as_deref().map(plain).as_deref(), Some("T"));
    }

    #[test]
    fn addresses_that_may_be_followed() {
        for safe in [
            "/feedback",
            "#a",
            "?a=b:c",
            "a/b:c",
            "",
            "https://a.example",
            "HTTP://a",
            "mailto:a@b",
        ] {
            assert!(is_safe(safe), "{safe}");
        }
        for unsafe_ in [
            "javascript:a",
            "JavaScript:a",
            "data:,a",
            "//a",
            "/\\a",
            "java\nscript:a",
            " javascript:a",
            "vbscript:a",
            "a:b",
            ":",
        ] {
            assert!(!is_safe(unsafe_), "{unsafe_}");
        }
    }

    /// Lines as people write them.
    fn any_markdown() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            6 => "[a-cж]{1,3}",
            1 => Just("*a*".to_owned()),
            1 => Just("**b c**".to_owned()),
            1 => Just("`d*`".to_owned()),
            1 => Just("[e *f*](/g)".to_owned()),
            1 => Just("*".to_owned()),
            1 => Just("_h".to_owned()),
            1 => Just("i_".to_owned()),
            1 => Just("**j".to_owned()),
            1 => Just("k**,".to_owned()),
        ];
        let start = prop_oneof![
            8 => Just(""),
            3 => Just("- "),
            2 => Just("1. "),
            1 => Just("> "),
            1 => Just("## "),
            1 => Just("  "),
        ];
        // A line that begins with a mark may be an empty item: those are among the examples above.
        let line = (start, prop::collection::vec(word, 1..5)).prop_map(|(start, words)| {
            let first = if words[0] == "*" { "a " } else { "" };
            format!("{start}{first}{}", words.join(" "))
        });
        prop::collection::vec((line, any::<bool>()), 1..9).prop_map(|lines| {
            lines
                .iter()
                .map(
                    |(line, blank)| {
                        if *blank { format!("{line}\n\n") } else { format!("{line}\n") }
                    },
                )
                .collect()
        })
    }

    proptest! {
        #[test]
        fn agrees_with_a_whole_commonmark_reader(markdown in any_markdown()) {
            let (ours, theirs, faults) = both(&markdown);
            prop_assert_eq!(ours, theirs, "{}", markdown);
            prop_assert_eq!(faults, []);
        }

        #[test]
        fn strange_text_never_panics(text in "(\\PC|[-\n >#*_`\\[\\]()<&|:=~\\\\!{}1.]){0,200}") {
            let (document, _) = Document::read(&text);
            let mut ids: Vec<&str> = document.sections.iter().map(|s| s.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), document.sections.len());
        }
    }
}
