//! A policy's document as HTML and as plain text.

use desk_core::policy::compare::{cells, with_addresses};
use desk_core::policy::markdown::{Block, Document, Inline, plain};
use maud::{Markup, PreEscaped, html};

use desk_web::request::Locale;

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
                // The level is a number, and an id has letters, digits, `-` and `_` alone.
                (PreEscaped(match id {
                    Some(id) => format!("<h{level} id=\"{id}\">"),
                    None => format!("<h{level}>"),
                }))
                (inlines(text, locale))
                (PreEscaped(format!("</h{level}>")))
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
    let mut part = |title: &[Inline], mark: char, blocks: &[Block]| {
        let title = plain(title);
        if !title.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&title);
            text.push('\n');
            text.extend(title.chars().take(72).map(|_| mark));
            text.push_str("\n\n");
        }
        if !blocks.is_empty() {
            lines(&mut text, blocks, false, "", "");
            text.push('\n');
        }
    };
    part(document.title.as_deref().unwrap_or_default(), '=', &document.preface);
    for section in &document.sections {
        part(&section.title, '-', &section.blocks);
    }
    text
}

/// Writes the lines of some blocks, a blank one between two of them unless they stand close. The first line begins with
/// `first`, all others with `prefix`.
fn lines(text: &mut String, blocks: &[Block], tight: bool, first: &str, prefix: &str) {
    let mut first = first;
    if blocks.is_empty() {
        line(text, first, "");
    }
    for (at, block) in blocks.iter().enumerate() {
        if at > 0 && !tight {
            line(text, prefix, "");
        }
        match block {
            Block::Heading { text: inlines, .. } | Block::Paragraph(inlines) => {
                line(text, first, &with_addresses(inlines));
            }
            Block::List { start, tight, items } => {
                for (at, item) in items.iter().enumerate() {
                    if at > 0 && !tight {
                        line(text, prefix, "");
                    }
                    let marker = match start {
                        Some(start) => format!("{}. ", u64::from(*start) + at as u64),
                        None => "- ".to_owned(),
                    };
                    let inner = format!("{prefix}{:1$}", "", marker.len());
                    lines(text, item, *tight, &(first.to_owned() + &marker), &inner);
                    first = prefix;
                }
            }
            Block::Quote(inner) => {
                let inner_prefix = prefix.to_owned() + "> ";
                lines(text, inner, false, &(first.to_owned() + "> "), &inner_prefix);
            }
            Block::Code(code) => {
                for code in code.lines() {
                    line(text, first, &("    ".to_owned() + code));
                    first = prefix;
                }
            }
            Block::Table { head, rows } => {
                line(text, first, &cells(head));
                rows.iter().for_each(|row| line(text, prefix, &cells(row)));
            }
            Block::Rule => line(text, first, "* * *"),
        }
        first = prefix;
    }
}

fn line(text: &mut String, prefix: &str, content: &str) {
    text.push_str(prefix);
    text.push_str(content);
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::lang::Lang;
    use desk_core::policy::markdown::PolicyFault;
    use proptest::prelude::*;

    const EN: Locale = Locale { lang: Lang::En, explicit: false };

    fn page(markdown: &str) -> (String, Vec<PolicyFault>) {
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
