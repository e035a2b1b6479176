//! A raw message (RFC 5322) and its parts (RFC 2045, RFC 2046).
//!
//! Messages come from everywhere and are often not quite what the standards say, so this reader takes whatever there is:
//! line ends of either kind, bytes that are no UTF-8, parts that never end. Only what could cost too much is refused.

/// The most bytes of a message.
pub const MAX_MESSAGE: usize = 1024 * 1024;
/// The most fields of a header.
const MAX_FIELDS: usize = 1_000;
/// How deep parts may lie in each other.
const MAX_DEPTH: usize = 8;
/// The most parts of a message.
const MAX_PARTS: usize = 200;

/// Why a message is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableMail {
    /// It is larger than [`MAX_MESSAGE`].
    TooLarge,
    /// It has more than 1,000 fields.
    TooManyFields,
    /// It does not begin with a field.
    NoHeader,
}

/// A field of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in lower case.
    pub name: String,
    /// Its value: unfolded, without white space around it, what is no UTF-8 replaced.
    pub value: String,
    /// The longest of its lines in bytes, without the line end.
    pub longest_line: usize,
    /// Whether all of it is ASCII.
    pub ascii: bool,
}

/// A message, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailMessage<'a> {
    /// The fields in their order.
    pub fields: Vec<Field>,
    /// What follows the header.
    pub body: &'a [u8],
}

/// A part that holds no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPart {
    /// Its media type in lower case, without parameters.
    pub media_type: String,
    /// The charset that it names; empty where it names none.
    pub charset: String,
    /// Its content, decoded from its transfer encoding.
    pub content: Vec<u8>,
}

impl<'a> MailMessage<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// [`UnreadableMail`] if it is too large or does not begin with a field.
    pub fn read(bytes: &'a [u8]) -> Result<Self, UnreadableMail> {
        if bytes.len() > MAX_MESSAGE {
            return Err(UnreadableMail::TooLarge);
        }
        // Mail that was saved from a mailbox may begin with the line that separates it from the one before.
        let bytes = match bytes.strip_prefix(b"From ") {
            Some(rest) => next_line(rest).1,
            None => bytes,
        };
        let message = Self::header(bytes)?;
        if message.fields.is_empty() { Err(UnreadableMail::NoHeader) } else { Ok(message) }
    }

    /// Reads a header, which a part may do without.
    fn header(bytes: &'a [u8]) -> Result<Self, UnreadableMail> {
        let mut fields: Vec<Field> = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (line, behind) = next_line(rest);
            if line.is_empty() {
                rest = behind;
                break;
            }
            let text = String::from_utf8_lossy(line);
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                // A line that continues nothing is no field, and no reason to give up.
                if let Some(field) = fields.last_mut() {
                    if !field.value.is_empty() {
                        field.value.push(' ');
                    }
                    field.value.push_str(text.trim());
                    field.longest_line = field.longest_line.max(line.len());
                    field.ascii &= line.is_ascii();
                }
            } else {
                let Some((name, value)) = text.split_once(':') else { break };
                let name = name.trim_end();
                if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic()) {
                    break;
                }
                if fields.len() == MAX_FIELDS {
                    return Err(UnreadableMail::TooManyFields);
                }
                fields.push(Field {
                    name: name.to_ascii_lowercase(),
                    value: value.trim().to_owned(),
                    longest_line: line.len(),
                    ascii: line.is_ascii(),
                });
            }
            rest = behind;
        }
        Ok(Self { fields, body: rest })
    }

    /// The values of every field of this name, given in lower case.
    pub fn all<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'m Field> {
        self.fields.iter().filter(move |field| field.name == name)
    }

    /// The value of the first field of this name, given in lower case.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }

    /// The media type and its parameters; `text/plain` where none is given (RFC 2045 section 5.2).
    pub fn content_type(&self) -> ContentType {
        ContentType::read(self.value("content-type").unwrap_or("text/plain"))
    }

    /// The parts that hold no others, in their order. A message within the message is such a part.
    pub fn parts(&self) -> Vec<MailPart> {
        let mut parts = Vec::new();
        self.collect(MAX_DEPTH, &mut parts);
        parts
    }

    fn collect(&self, depth: usize, parts: &mut Vec<MailPart>) {
        if parts.len() >= MAX_PARTS {
            return;
        }
        let kind = self.content_type();
        let boundary =
            kind.parameter("boundary").filter(|_| kind.media_type.starts_with("multipart/"));
        let Some((boundary, depth)) = boundary.zip(depth.checked_sub(1)) else {
            let encoding = self.value("content-transfer-encoding").unwrap_or_default();
            let content = decode(token(encoding), self.body);
            let charset = kind.parameter("charset").unwrap_or_default().to_owned();
            return parts.push(MailPart { media_type: kind.media_type, charset, content });
        };
        for part in split(self.body, boundary) {
            // The fields of one part may not be too many either; such a part is left out.
            if let Ok(part) = MailMessage::header(part) {
                part.collect(depth, parts);
            }
        }
    }
}

/// A media type with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// The type in lower case.
    pub media_type: String,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    /// Reads the value of `Content-Type`.
    fn read(value: &str) -> Self {
        let (media_type, mut rest) = value.split_once(';').unwrap_or((value, ""));
        let mut parameters: Vec<(String, String)> = Vec::new();
        while let Some((name, value)) = rest.split_once('=') {
            // Before the name may stand a comment, or a parameter without a value: neither is part of it.
            let name = name.rsplit(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let value = value.trim_start();
            let (text, behind) = match value.strip_prefix('"') {
                Some(quoted) => quoted_text(quoted),
                None => {
                    let end = value.find(';').unwrap_or(value.len());
                    let (text, behind) = value.split_at_checked(end).unwrap_or((value, ""));
                    let text = text.split_once(" (").map_or(text, |(text, _comment)| text);
                    (text.trim().to_owned(), behind)
                }
            };
            rest = behind;
            // A long value may come in numbered pieces (RFC 2231 section 3), in their order.
            let (name, piece) = match name.split_once('*') {
                Some((name, piece)) => (name.to_owned(), piece != "0"),
                None => (name, false),
            };
            match parameters.last_mut() {
                Some((known, whole)) if piece && *known == name => whole.push_str(&text),
                _ => parameters.push((name, text)),
            }
        }
        Self { media_type: token(media_type).to_ascii_lowercase(), parameters }
    }

    /// The value of a parameter, named in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What stands before white space, a comment or a parameter.
fn token(value: &str) -> &str {
    value.trim_start().split([' ', '\t', '(', ';']).next().unwrap_or_default()
}

/// Reads a quoted string whose first quote was taken, and gives what follows it.
fn quoted_text(quoted: &str) -> (String, &str) {
    let mut text = String::new();
    let mut escaped = false;
    for (at, character) in quoted.char_indices() {
        match character {
            '"' if !escaped => return (text, quoted.get(at + 1..).unwrap_or_default()),
            '\\' if !escaped => escaped = true,
            other => {
                escaped = false;
                text.push(other);
            }
        }
    }
    (text, "")
}

/// The next line without its end, and what follows it.
fn next_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|&b| b == b'\n');
    let (line, rest) = match end {
        Some(end) => (bytes.get(..end), bytes.get(end + 1..)),
        None => (Some(bytes), None),
    };
    let line = line.unwrap_or_default();
    (line.strip_suffix(b"\r").unwrap_or(line), rest.unwrap_or_default())
}

/// Splits a body at the lines of its boundary (RFC 2046 section 5.1.1). A part that never ends goes to the end.
fn split<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut begin: Option<usize> = None;
    let mut at = 0;
    while at < body.len() && parts.len() < MAX_PARTS {
        let rest = body.get(at..).unwrap_or_default();
        let (line, behind) = next_line(rest);
        let tail = line.strip_prefix(b"--").and_then(|l| l.strip_prefix(boundary.as_bytes()));
        let next = body.len() - behind.len();
        // What follows may only be white space: the boundary of an inner part may begin with that of the outer one.
        let tail = tail.map(<[u8]>::trim_ascii_end);
        if let Some(tail) = tail.filter(|tail| tail.is_empty() || *tail == b"--") {
            if let Some(begin) = begin {
                let part = body.get(begin..at).unwrap_or_default();
                // The line end before a boundary belongs to the boundary.
                let part = part.strip_suffix(b"\n").unwrap_or(part);
                parts.push(part.strip_suffix(b"\r").unwrap_or(part));
            }
            if !tail.is_empty() {
                return parts;
            }
            begin = Some(next);
        }
        at = next;
    }
    parts.extend(begin.and_then(|begin| body.get(begin..)));
    parts
}

/// Decodes a content from its transfer encoding (RFC 2045 section 6); what cannot be decoded stays as it is.
fn decode(encoding: &str, content: &[u8]) -> Vec<u8> {
    if encoding.eq_ignore_ascii_case("base64") {
        base64(content)
    } else if encoding.eq_ignore_ascii_case("quoted-printable") {
        quoted_printable(content)
    } else {
        content.to_vec()
    }
}

/// Base 64 as mail has it: broken into lines, and what is not of the alphabet is passed over (RFC 2045 section 6.8).
fn base64(content: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(content.len() / 4 * 3);
    let (mut bits, mut have) = (0u32, 0u32);
    for &byte in content {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => break,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xff_ffff;
        have += 6;
        if have >= 8 {
            have -= 8;
            decoded.push((bits >> have) as u8);
        }
    }
    decoded
}

/// Quoted-printable (RFC 2045 section 6.7).
fn quoted_printable(content: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte != b'=' {
            decoded.push(byte);
            continue;
        }
        match behind {
            [b'\r', b'\n', more @ ..] | [b'\n', more @ ..] => rest = more,
            [high, low, more @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = more;
                }
                _ => decoded.push(byte),
            },
            _ => decoded.push(byte),
        }
    }
    decoded
}

/// The value of a hexadecimal digit.
fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_unfolded_and_kept_in_their_order() {
        let raw = b"From: a@b.co\r\nList-Unsubscribe:\r\n <https://b.co/u/1>,\r\n\t<mailto:u@b.co>\r\nX: 1\nX:2\r\n\r\nbody";
        let message = MailMessage::read(raw).unwrap();
        assert_eq!(message.value("list-unsubscribe"), Some("<https://b.co/u/1>, <mailto:u@b.co>"));
        assert_eq!(message.all("x").map(|f| f.value.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(message.body, b"body");
        assert!(MailMessage::read(b"From jane Mon Nov 23\r\nA: b\r\n\r\n").is_ok());
    }

    #[test]
    fn what_is_no_message_is_refused() {
        assert_eq!(MailMessage::read(b""), Err(UnreadableMail::NoHeader));
        assert_eq!(MailMessage::read(b"hello\r\nworld"), Err(UnreadableMail::NoHeader));
        assert_eq!(MailMessage::read(b"\r\n\r\nA: b"), Err(UnreadableMail::NoHeader));
        assert_eq!(
            MailMessage::read(&"A: b\n".repeat(1_001).into_bytes()),
            Err(UnreadableMail::TooManyFields)
        );
        assert_eq!(MailMessage::read(&vec![b'a'; MAX_MESSAGE + 1]), Err(UnreadableMail::TooLarge));
    }

    #[test]
    fn parts_are_found_and_decoded() {
        let raw = "Content-Type: multipart/alternative;\r\n boundary=\"=_x y\"\r\n\r\npreamble\r\n--=_x y\r\n\
            Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n0L/RgNC4\r\n0LLQtdGC\r\n\
            --=_x y\r\nContent-Type: TEXT/HTML\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n<a href=3D\"x\">a=\r\nb</a>\r\n\
            --=_x y--\r\nepilogue";
        let parts = MailMessage::read(raw.as_bytes()).unwrap().parts();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].content, "привет".as_bytes());
        assert_eq!(
            (parts[1].media_type.as_str(), parts[1].content.as_slice()),
            ("text/html", &b"<a href=\"x\">ab</a>"[..])
        );
    }

    #[test]
    fn odd_ways_to_write_a_type_hide_no_part() {
        let many = "multipart/mixed; boundary";
        for kind in [
            "multipart/mixed (of parts); boundary=\"b\" (that is all)",
            "multipart/mixed; flowed; boundary=b",
            "multipart/mixed;; charset=\"x\" (y); Boundary = b (z)",
            "multipart/mixed; boundary*0=\"b\"",
            "multipart/mixed;\r\n boundary*0=\"\";\r\n boundary*1=b",
        ] {
            let raw = format!(
                "Content-Type: {kind}\r\n\r\n--b\r\nContent-Type: text/html (a page)\r\n\
                 Content-Transfer-Encoding: base64 (as ever)\r\n\r\naGk=\r\n--b-- \r\n"
            );
            let (media_type, content) = ("text/html".to_owned(), b"hi".to_vec());
            let part = MailPart { media_type, charset: String::new(), content };
            assert_eq!(MailMessage::read(raw.as_bytes()).unwrap().parts(), [part], "{kind}");
        }
        let raw = format!(
            "Content-Type: {many}=b\r\n\r\n--b\r\nContent-Type: {many}=\"b--2\"\r\n\r\n\
             --b--2\r\n\r\none\r\n--b--2--\r\n--b\r\n\r\ntwo\r\n--b--\r\n"
        );
        let parts = MailMessage::read(raw.as_bytes()).unwrap().parts();
        let contents: Vec<&[u8]> = parts.iter().map(|part| part.content.as_slice()).collect();
        assert_eq!(contents, [b"one", b"two"]);
    }

    #[test]
    fn nests_and_unended_parts_have_an_end() {
        let mut raw = String::new();
        for depth in 0..50 {
            raw.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"
            ));
        }
        assert!(MailMessage::read(raw.as_bytes()).unwrap().parts().len() <= 1);
        let many = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
            "--b\r\n\r\nx\r\n".repeat(10_000)
        );
        assert_eq!(MailMessage::read(many.as_bytes()).unwrap().parts().len(), MAX_PARTS);
    }

    proptest! {
        #[test]
        fn strange_messages_never_panic(bytes: Vec<u8>, text in "(Content-Type: multipart/x; boundary=b\r?\n|A: b\r?\n| c\r?\n|\r?\n|--b(--)?\r?\n|=[0-9a-fA-F=]{0,3}|[a-z\"\\\\;=:]{0,9}){0,30}") {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                if let Ok(message) = MailMessage::read(bytes) {
                    let _ = (message.parts(), message.content_type());
                }
            }
        }

        #[test]
        fn base64_is_decoded_as_it_was_encoded(content: Vec<u8>) {
            use base64ct::Encoding;
            let encoded = base64ct::Base64::encode_string(&content);
            let lines: Vec<String> = encoded.as_bytes().chunks(76).map(|l| String::from_utf8(l.to_vec()).unwrap()).collect();
            prop_assert_eq!(base64(lines.join("\r\n").as_bytes()), content);
        }

        #[test]
        fn quoted_printable_is_decoded_as_it_was_encoded(content: Vec<u8>) {
            let encoded: String = content.iter().map(|byte| format!("={byte:02X}")).collect();
            prop_assert_eq!(quoted_printable(encoded.as_bytes()), content);
        }
    }
}
