//! A policy's document as HTML and as plain text.

use std::fmt::Write;

use desk_core::policy::compare::with_addresses;
use desk_core::policy::markdown::{Block, Document, Inline, plain};
use maud::{Markup, html};

use crate::request::Locale;

/// The blocks as HTML. Whatever was in the Markdown, only what is written here comes out, and all text is escaped.
/// Links to pages of the desk keep the language where the request's address named it.
pub(super) fn blocks(blocks: &[Block], locale: Locale) -> Markup {
    list(blocks, locale, false)
}

fn list(blocks: &[Block], locale: Locale, tight: bool) -> Markup {
    html! { @for block in blocks { (self::block(block, locale, tight)) } }
}

fn block(block: &Block, locale: Locale, tight: bool) -> Markup {
    html! {
        @match block {
            Block::Heading { level, id, text } => {
                @match level {
                    ..=3 => h3 id=[id.as_deref()] { (inlines(text, locale)) },
                    4 => h4 id=[id.as_deref()] { (inlines(text, locale)) },
                    5 => h5 id=[id.as_deref()] { (inlines(text, locale)) },
                    _ => h6 id=[id.as_deref()] { (inlines(text, locale)) },
                }
            }
            Block::Paragraph(text) if tight => (inlines(text, locale)),
            Block::Paragraph(text) => p { (inlines(text, locale)) },
            Block::List { start: None, tight, items } => {
                ul { @for item in items { li { (list(item, locale, *tight)) } } }
            }
            Block::List { start: Some(start), tight, items } => {
                ol start=[(*start != 1).then_some(start)] {
                    @for item in items { li { (list(item, locale, *tight)) } }
                }
            }
            Block::Quote(inner) => blockquote { (list(inner, locale, false)) },
            Block::Code(text) => pre { code { (text) } },
            Block::Table { head, rows } => {
                table {
                    thead { tr { @for cell in head { th scope="col" { (inlines(cell, locale)) } } } }
                    tbody {
                        @for row in rows { tr { @for cell in row { td { (inlines(cell, locale)) } } } }
                    }
                }
            }
            Block::Rule => hr;,
        }
    }
}

/// Inlines as HTML.
pub(super) fn inlines(inlines: &[Inline], locale: Locale) -> Markup {
    html! {
        @for inline in inlines {
            @match inline {
                Inline::Text(text) => (text),
                Inline::Code(text) => code { (text) },
                Inline::Emphasis(inner) => em { (self::inlines(inner, locale)) },
                Inline::Strong(inner) => strong { (self::inlines(inner, locale)) },
                Inline::Link { to, text } => {
                    @if to.starts_with('/') && !to.contains('#') {
                        a href=(locale.href(to)) { (self::inlines(text, locale)) }
                    } @else {
                        a href=(to) { (self::inlines(text, locale)) }
                    }
                }
                Inline::Break => br;,
            }
        }
    }
}

/// The document as plain text: headings underlined, addresses of links behind their words.
pub(super) fn text(document: &Document) -> String {
    let mut text = String::new();
    let underlined = |text: &mut String, heading: &str, mark: &str| {
        let line = mark.repeat(heading.chars().count().clamp(1, 72));
        // Writing to a string cannot fail.
        let _ = write!(text, "{heading}\n{line}\n\n");
    };
    if let Some(title) = &document.title {
        underlined(&mut text, &plain(title), "=");
    }
    push_lines(&mut text, &document.preface);
    for section in &document.sections {
        text.push('\n');
        underlined(&mut text, &plain(&section.title), "-");
        push_lines(&mut text, &section.blocks);
    }
    text
}

fn push_lines(text: &mut String, blocks: &[Block]) {
    for line in lines(blocks, false) {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if !blocks.is_empty() {
        text.push('\n');
    }
}

/// The lines of some blocks, a blank one between two of them unless they stand close.
fn lines(blocks: &[Block], tight: bool) -> Vec<String> {
    let mut all = Vec::new();
    for block in blocks {
        if !all.is_empty() && !tight {
            all.push(String::new());
        }
        match block {
            Block::Heading { text, .. } | Block::Paragraph(text) => all.push(with_addresses(text)),
            Block::List { start, tight, items } => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 && !tight {
                        all.push(String::new());
                    }
                    let marker = match start {
                        Some(start) => format!("{}. ", u64::from(*start) + at as u64),
                        None => "- ".to_owned(),
                    };
                    all.extend(prefixed(lines(item, *tight), &marker, &" ".repeat(marker.len())));
                }
            }
            Block::Quote(inner) => all.extend(prefixed(lines(inner, false), "> ", "> ")),
            Block::Code(code) => {
                all.extend(prefixed(code.lines().map(str::to_owned).collect(), "    ", "    "));
            }
            Block::Table { head, rows } => {
                for row in std::iter::once(head).chain(rows) {
                    let cells: Vec<String> = row.iter().map(|cell| with_addresses(cell)).collect();
                    all.push(cells.join(" | "));
                }
            }
            Block::Rule => all.push("* * *".to_owned()),
        }
    }
    all
}

fn prefixed(lines: Vec<String>, first: &str, other: &str) -> Vec<String> {
    let first = std::iter::once(first).chain(std::iter::repeat(other));
    let mut lines: Vec<String> =
        lines.into_iter().zip(first).map(|(line, prefix)| format!("{prefix}{line}")).collect();
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::lang::Lang;
    use desk_core::policy::markdown::Fault;
    use proptest::prelude::*;

    const EN: Locale = Locale { lang: Lang::En, explicit: false };

    fn page(markdown: &str) -> (String, Vec<Fault>) {
        let (document, faults) = Document::read(markdown);
        let sections = document.sections.iter().map(|s| {
            html! { section id=(s.id) { h2 { (inlines(&s.title, EN)) } (blocks(&s.blocks, EN)) } }
        });
        let html = html! { (blocks(&document.preface, EN)) @for section in sections { (section) } };
        (html.into_string(), faults)
    }

    #[test]
    fn plain_text_reads_well() {
        let markdown = "# T\n\nfirst *a*\nand [b](/c)\n\n## S {#s}\n\n- x\n- y\n  1. z\n\n> q\n>\n> r\n\n|a|b|\n|-|-|\n|c|d|\n\n***\n\n    code";
        assert_eq!(
            text(&Document::read(markdown).0),
            "T\n=\n\nfirst a and b (/c)\n\n\nS\n-\n\n- x\n- y\n  1. z\n\n> q\n>\n> r\n\na | b\nc | d\n\n\
             * * *\n\n    code\n\n"
        );
    }

    #[test]
    fn links_keep_the_language_of_the_address() {
        let (document, _) = Document::read("# T\n\n[a](/feedback) [b](https://b.example/) [c](#d)");
        let explicit = Locale { lang: Lang::Ru, explicit: true };
        let html = blocks(&document.preface, explicit).into_string();
        assert_eq!(
            html,
            "<p><a href=\"/feedback?lang=ru\">a</a> <a href=\"https://b.example/\">b</a> <a href=\"#d\">c</a></p>"
        );
    }

    /// The names of the elements and attributes of some HTML, and the addresses of its links.
    fn anatomy(html: &str) -> (Vec<String>, Vec<String>) {
        let mut names = Vec::new();
        let mut addresses = Vec::new();
        for tag in html.split('<').skip(1) {
            let (inside, _) = tag.split_once('>').unwrap();
            let mut rest = inside;
            let end = rest.find(' ').unwrap_or(rest.len());
            names.push(rest[..end].trim_matches('/').to_owned());
            rest = &rest[end..];
            while let Some((name, value)) = rest.split_once("=\"") {
                let (value, behind) = value.split_once('"').unwrap();
                names.push(name.trim().to_owned());
                if name.trim() == "href" {
                    addresses.push(value.to_owned());
                }
                rest = behind;
            }
            assert!(rest.trim().is_empty(), "{inside}");
        }
        (names, addresses)
    }

    const HARMLESS: &[&str] = &[
        "section",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "hr",
        "br",
        "em",
        "strong",
        "a",
        "id",
        "href",
        "start",
        "scope",
    ];

    fn check(markdown: &str) {
        let (html, _) = page(markdown);
        let (names, addresses) = anatomy(&html);
        for name in names {
            assert!(HARMLESS.contains(&name.as_str()), "{name} in {html}");
        }
        for address in addresses {
            assert!(
                desk_core::policy::markdown::is_safe(&address.replace("&amp;", "&")),
                "{address}"
            );
        }
    }

    #[test]
    fn nothing_is_smuggled_into_a_page() {
        for markdown in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:alert(1))",
            "[a](java&#115;cript:alert(1))",
            "[a](&#106;avascript:alert(1))",
            "[a](\"><script>)",
            "[a](/b\"onclick=\"c)",
            "<javascript:alert(1)>",
            "<https://a.example/\"onclick=\"b>",
            "# a {onclick=alert(1)}",
            "## a {#b\" onclick=\"c}",
            "## \"><script>",
            "```\"><script>\n</code></pre><script>\n```",
            "![a](data:text/html,b)",
            "| <b> | `<i>` |\n|-|-|",
            "[a][b]\n\n[b]: javascript:alert(1)",
            "&lt;script&gt; &#60;script&#62;",
        ] {
            check(markdown);
        }
    }

    proptest! {
        #[test]
        fn no_markdown_breaks_out_of_its_elements(
            markdown in "(<script>|<a href=\"|javascript:|\\[a\\]\\(|\\)|onclick=|\"|'|>|<|&#60;|`|\\{#|\\}|## |\n|- |\\||[a-z &;/:]){0,40}",
        ) {
            check(&markdown);
        }

        #[test]
        fn any_text_is_rendered(markdown in "(\\PC|[-\n >#*_`\\[\\]()<&|:=~\\\\!{}1.]){0,200}") {
            let (document, _) = Document::read(&markdown);
            let _ = (page(&markdown), text(&document));
        }
    }
}
