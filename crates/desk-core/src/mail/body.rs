//! What people see of a mail: whether its text leads them to where they can unsubscribe.

/// The beginnings of the words by which people know such a link, in the languages that the desk speaks.
const WORDS: [&str; 10] = [
    "unsubscri",
    "opt out",
    "opt-out",
    "opting out",
    "stop receiving",
    "no longer wish to receive",
    "отпис",
    "отпиш",
    "отказаться от",
    "не получать",
];

/// What stands at 0x80 to 0xBF in windows-1251; behind it the letters follow in their order.
const WINDOWS_1251: &str =
    "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u{98}™љ›њќћџ\u{a0}ЎўЈ¤Ґ¦§Ё©Є«¬\u{ad}®Ї°±Ііґµ¶·ё№є»јЅѕї";
/// What stands at 0x80 to 0xDF in KOI8-R (RFC 1489); behind it the same letters follow as capitals.
const KOI8_R: &str = "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u{a0}⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©юабцдефгхийклмнопярстужвьызшэщчъ";

/// Reads a text in the charset that its part names; what is neither of the two above is read as UTF-8.
pub(super) fn decoded(content: &[u8], charset: &str) -> String {
    let is = |name: &str| charset.eq_ignore_ascii_case(name);
    let table = match () {
        () if is("windows-1251") || is("cp1251") || is("x-cp1251") => WINDOWS_1251,
        () if is("koi8-r") || is("koi8r") || is("cskoi8r") => KOI8_R,
        () => return String::from_utf8_lossy(content).into_owned(),
    };
    let table: Vec<char> = table.chars().collect();
    let read = |&byte: &u8| {
        let Some(at) = byte.checked_sub(0x80).map(usize::from) else { return char::from(byte) };
        let letter = |offset: usize| table.get(offset).copied().map(capital);
        // Where a table ends the letters begin: in their order in the one, as capitals of the last 32 in the other.
        let behind = || match table.len() {
            64 => char::from_u32(0x410 + u32::from(byte) - 0xC0),
            _ => letter(at - 32),
        };
        table.get(at).copied().or_else(behind).unwrap_or(char::REPLACEMENT_CHARACTER)
    };
    content.iter().map(read).collect()
}

fn capital(letter: char) -> char {
    letter.to_uppercase().next().unwrap_or(letter)
}

/// Whether a plain text has the address, or another one beside words that say what it is for: on its line, or on the one
/// before or behind it.
pub(super) fn plain_leads(text: &str, address: Option<&str>) -> bool {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let line = |at: usize| lines.get(at).copied().unwrap_or_default();
    lines.iter().enumerate().any(|(at, here)| {
        address.is_some_and(|address| here.contains(address))
            || (has_address(here)
                && says_so(&[at.checked_sub(1).map_or("", line), *here, line(at + 1)].join(" ")))
    })
}

fn has_address(text: &str) -> bool {
    text.contains("https://") || text.contains("http://")
}

fn says_so(text: &str) -> bool {
    WORDS.iter().any(|word| contains_folded(text, word))
}

/// Whether a page has a link that can be seen: one to the address, or one that says what it is for, or stands in a sentence
/// that does.
pub(super) fn html_leads(html: &str, address: Option<&str>) -> bool {
    let mut reader = PageReader { address, ..PageReader::default() };
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        reader.see(&unescaped(before));
        rest = if let Some(comment) = tag.strip_prefix("!--") {
            comment.split_once("-->").map_or("", |(_, behind)| behind)
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        {
            let (tag, behind) = tag_of(tag);
            let name = name_of(tag);
            reader.tag(tag, &name);
            // Their text is nobody's to read.
            if matches!(name.as_str(), "script" | "style" | "title") {
                end_of(behind, &name)
            } else {
                behind
            }
        } else {
            reader.see("<");
            tag
        };
    }
    reader.see(&unescaped(rest));
    reader.end_sentence();
    reader.found
}

/// Reads a page as people do: sentence by sentence.
#[derive(Default)]
struct PageReader<'a> {
    address: Option<&'a str>,
    sentence: String,
    /// Whether a link was seen in this sentence.
    linked: bool,
    /// Whether a sign that ends a sentence was just seen.
    ending: bool,
    /// Where the link leads that is open.
    link: Option<String>,
    /// The element that hides what is in it, and how many of its name are open in it.
    hidden: Option<(String, usize)>,
    found: bool,
}

impl PageReader<'_> {
    fn see(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        for character in text.chars() {
            if character.is_whitespace() {
                if self.ending {
                    self.end_sentence();
                }
                self.space();
                continue;
            }
            self.sentence.push(character);
            self.ending = matches!(character, '.' | '!' | '?' | '…');
            if let Some(link) = &self.link {
                self.linked = true;
                self.found |= self.address == Some(link.as_str());
            }
        }
    }

    fn space(&mut self) {
        if !self.sentence.is_empty() && !self.sentence.ends_with(' ') {
            self.sentence.push(' ');
        }
    }

    fn end_sentence(&mut self) {
        self.found |= self.linked && says_so(&self.sentence);
        self.sentence.clear();
        (self.linked, self.ending) = (false, false);
    }

    fn tag(&mut self, tag: &str, name: &str) {
        let closes = tag.starts_with('/');
        if let Some((hider, depth)) = &mut self.hidden {
            if hider == name {
                *depth = if closes { *depth - 1 } else { *depth + 1 };
            }
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        let style = attribute(tag, "style").unwrap_or_default();
        let style: String =
            style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        let hides = attribute(tag, "hidden").is_some()
            || ["display:none", "visibility:hidden"].iter().any(|rule| style.contains(rule));
        match name {
            "br" | "hr" => self.end_sentence(),
            "img" if !hides => self.see(&attribute(tag, "alt").unwrap_or_default()),
            "img" | "input" | "link" | "meta" => {}
            _ if hides && !closes => self.hidden = Some((name.to_owned(), 1)),
            "a" if closes => self.link = None,
            "a" => self.link = attribute(tag, "href").filter(|to| has_address(to)),
            "td" | "th" => self.space(),
            // What stands within a line.
            "abbr" | "b" | "big" | "em" | "font" | "i" | "s" | "small" | "span" | "strong"
            | "sub" | "sup" | "u" => {}
            _ => self.end_sentence(),
        }
    }
}

/// What stands between the brackets of a tag, of which the first was taken, and what follows it.
fn tag_of(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                return (
                    text.get(..at).unwrap_or_default(),
                    text.get(at + 1..).unwrap_or_default(),
                );
            }
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    (text, "")
}

fn name_of(tag: &str) -> String {
    let tag = tag.trim_start_matches('/');
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
    tag.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// What follows an element whose content is no text of the page.
fn end_of<'t>(text: &'t str, name: &str) -> &'t str {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("</") {
        if behind.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name)) {
            return tag_of(behind).1;
        }
        rest = behind;
    }
    ""
}

/// The value of an attribute; empty where it has none.
fn attribute(tag: &str, wanted: &str) -> Option<String> {
    let mut rest = tag.get(name_of(tag).len()..)?;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_whitespace() || matches!(c, '=' | '/'))
            .map_or(rest.len(), |(at, _)| at);
        let (name, behind) = rest.split_at_checked(end)?;
        let (value, behind) = match behind.trim_start().strip_prefix('=').map(str::trim_start) {
            None => ("", behind),
            Some(value) => match value.strip_prefix(['"', '\'']) {
                Some(quoted) => {
                    let quote = if value.starts_with('"') { '"' } else { '\'' };
                    quoted.split_once(quote).unwrap_or((quoted, ""))
                }
                None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
            },
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(unescaped(value));
        }
        rest = behind;
    }
}

/// A text with its characters in place of what stands for them: those of XML, the space that does not break, and numbers.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name)) = rest.split_once('&') {
        plain.push_str(before);
        let end = name.bytes().take(10).position(|byte| byte == b';');
        let known = end.and_then(|end| {
            let character = character(name.get(..end)?)?;
            Some((character, name.get(end + 1..)?))
        });
        rest = if let Some((character, behind)) = known {
            plain.push(character);
            behind
        } else {
            plain.push('&');
            name
        };
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

/// Whether a text has a word, capital letters or not; Latin and Cyrillic.
fn contains_folded(text: &str, word: &str) -> bool {
    let lower = |c: char| match c {
        'А'..='Я' => char::from_u32(c as u32 + 0x20).unwrap_or(c),
        '\u{a0}' => ' ',
        _ => c.to_ascii_lowercase(),
    };
    let Some(first) = word.chars().next() else { return true };
    text.char_indices().filter(|(_, c)| lower(*c) == first).any(|(at, _)| {
        let rest = text.get(at..).unwrap_or_default();
        let mut here = rest.chars().map(lower);
        word.chars().all(|wanted| here.next() == Some(wanted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ADDRESS: &str = "https://desk.example/u/abc?a=1&b=2";

    #[test]
    fn links_that_say_so_are_seen() {
        for html in [
            r#"<a href="https://desk.example/u/abc?a=1&amp;b=2">Leave</a>"#,
            "<A HREF='https://x.example/'>UNSUBSCRIBE</A>",
            "<a href=https://x.example/1>Отписаться</a>",
            "<p>To <b>opt&nbsp;out</b>, press <a href=\"http://x.example/\">here</a>.</p>",
            "<p>Новости v1.2 раз в месяц. Чтобы больше <i>не</i>\n получать их, нажмите <a class=x href=\"https://x.example/\">сюда</a>!</p>",
            "<a href=\"https://x.example/\">&#1054;&#x442;писаться</a>",
            "<a href=\"https://x.example/\"><img src=x alt=\"Unsubscribe\"></a>",
            "<tr><td>Unsubscribe:</td><td><a href=\"https://x.example/\">here</a></td></tr>",
            "<style>a > b {}</style><title>x</title><!-- > --><a title=\"a > b\" href=\"https://x.example/\">unsubscribe</a>",
            "<div style=\"display: none\">news <div>x</div></div><a href=\"https://x.example/\">unsubscribe</a>",
            "1 < 2 & 3 <a href=\"https://x.example/\">unsubscribe",
        ] {
            assert!(html_leads(html, Some(ADDRESS)), "{html}");
        }
    }

    #[test]
    fn words_and_links_that_have_nothing_to_do_with_each_other_are_not_enough() {
        for html in [
            "<p>You can unsubscribe at any moment. Visit <a href=\"https://x.example/\">our shop</a>.</p>",
            "<p>Unsubscribe</p><p><a href=\"https://x.example/\">Our shop</a></p>",
            "Unsubscribe<br><a href=\"https://x.example/\">Our shop</a>",
            "<a href=\"https://x.example/unsubscribe\">Our shop</a>",
            "<a href=\"mailto:unsubscribe@x.example\">Unsubscribe</a>",
            "<a href=\"https://desk.example/u/abc?a=1&amp;b=2\"> </a>",
            "<a href=\"https://desk.example/u/abc?a=1&amp;b=2\"></a>Leave",
            "<!-- <a href=\"https://desk.example/u/abc?a=1&amp;b=2\">unsubscribe</a> -->",
            "<div hidden><p>x</p><a href=\"https://desk.example/u/abc?a=1&amp;b=2\">unsubscribe</a></div>",
            "<a style='Display : None' href=\"https://desk.example/u/abc?a=1&amp;b=2\">unsubscribe</a>",
            "<span style=\"visibility:hidden\"><span></span><a href=\"https://x.example/\">unsubscribe</a></span>",
            "<script>'<a href=\"https://x.example/\">unsubscribe</a>'</SCRIPT> bye",
            "unsubscribe: https://x.example/",
            "",
        ] {
            assert!(!html_leads(html, Some(ADDRESS)), "{html}");
        }
    }

    #[test]
    fn in_plain_text_a_word_stands_beside_its_link() {
        for text in [
            "Leave: https://desk.example/u/abc?a=1&b=2",
            "To unsubscribe, open\r\n\r\nhttps://x.example/\r\n",
            "https://x.example/\n(если вы хотите отписаться)",
            "If you want to stop\nreceiving this: http://x.example/",
            "https://x.example/unsubscribe",
        ] {
            assert!(plain_leads(text, Some(ADDRESS)), "{text}");
        }
        for text in [
            "You can unsubscribe.\nNews of today:\nhttps://x.example/",
            "https://x.example/\nNews of today\nYou can unsubscribe.",
            "unsubscribe",
            "https://desk.example/u/abd",
            "",
        ] {
            assert!(!plain_leads(text, Some(ADDRESS)), "{text}");
        }
    }

    #[test]
    fn two_charsets_of_russia_are_read() {
        let (windows, koi) = (
            b"\xce\xf2\xef\xe8\xf1\xe0\xf2\xfc\xf1\xff \x97 \xa8\xb8 abc \xab\xff\xbb\xff\xc0"
                .as_slice(),
            b"\xef\xd4\xd0\xc9\xd3\xc1\xd4\xd8\xd3\xd1 \x94 \xb3\xa3 abc \xff\xc0\xe0".as_slice(),
        );
        assert_eq!(decoded(windows, "Windows-1251"), "Отписаться — Ёё abc «я»яА");
        assert_eq!(decoded(koi, "KOI8-R"), "Отписаться ■ Ёё abc ЪюЮ");
        assert_eq!(decoded("Привет".as_bytes(), "utf-8"), "Привет");
        assert_eq!(decoded(b"\xff", "utf-8"), "\u{fffd}");
        assert_eq!((WINDOWS_1251.chars().count(), KOI8_R.chars().count()), (64, 96));
        let lower: String = KOI8_R.chars().skip(64).collect();
        assert_eq!(decoded(&(0xe0..=0xff).collect::<Vec<u8>>(), "koi8-r"), lower.to_uppercase());
    }

    proptest! {
        #[test]
        fn strange_pages_never_panic(text in "(<[!/]?[aA-b-]{0,3}|>|\"|'|&#?x?[0-9a-z]{0,4};?|href=|style=|[ =/.a-cя]){0,60}") {
            let _ = (html_leads(&text, Some("a")), plain_leads(&text, None), attribute(&text, "href"));
        }

        #[test]
        fn folding_is_that_of_the_standard_library(text in "[a-zA-Zа-яА-Я ]{0,20}", word in "[a-zа-я]{1,3}") {
            prop_assert_eq!(contains_folded(&text, &word), text.to_lowercase().contains(&word));
        }
    }
}
