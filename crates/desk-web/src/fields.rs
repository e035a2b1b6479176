//! Fields that a client sends: JSON, a form in either encoding, all read into one shape, with every fault told at once.

use std::borrow::Cow;

pub use desk_core::json::FieldValue;
use desk_core::json::{self, MAX_FIELDS};

use crate::problem::{FieldError, Problem};
use crate::request::Request;
use http::header::CONTENT_TYPE;

/// How the fields came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded` or `multipart/form-data`.
    Form,
}

/// The fields of a body, taken out one by one; what is wrong is collected, and what is left over is wrong too.
#[derive(Debug)]
pub struct Fields {
    /// How they came.
    pub encoding: Encoding,
    fields: Vec<(String, FieldValue)>,
    errors: Vec<FieldError>,
}

/// The media types that addresses with fields read.
pub const READS: &str = "application/json, application/x-www-form-urlencoded, multipart/form-data";

impl Fields {
    /// Reads the fields of a request's body.
    ///
    /// # Errors
    /// A problem if the body is missing, too large, cut, of another media type, or not what its type says.
    pub fn read(request: &Request) -> Result<Self, Problem> {
        let body = request.whole_body()?;
        let (encoding, fields) = match request.content_type().as_str() {
            "application/json" => (Encoding::Json, json_object(body)?),
            "application/x-www-form-urlencoded" => (Encoding::Form, urlencoded(body)?),
            "multipart/form-data" => {
                let header = request.header(CONTENT_TYPE).unwrap_or_default();
                let boundary = boundary(header).ok_or(Problem::Malformed("boundary"))?;
                (Encoding::Form, multipart(body, &boundary)?)
            }
            _ => return Err(Problem::UnsupportedMediaType(READS)),
        };
        Ok(Self { encoding, fields, errors: Vec::new() })
    }

    /// Reads a body that has nothing to say: it may be missing, and else is one of no fields.
    ///
    /// # Errors
    /// As for [`Fields::read`], and if it says something.
    pub fn none(request: &Request) -> Result<Encoding, Problem> {
        if request.whole_body()?.is_empty() {
            return Ok(Encoding::Json);
        }
        let fields = Self::read(request)?;
        let encoding = fields.encoding;
        fields.finish().map_err(Problem::InvalidFields)?;
        Ok(encoding)
    }

    /// Takes the text of a field that may be there once. JSON's `null` and a form's empty field are as if they were
    /// not there.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let mut values = self.take(name);
        if values.len() > 1 {
            self.error(name, "given-twice");
            return None;
        }
        match values.pop()? {
            // A form sends a field that was left empty; in JSON an empty text is one that somebody wrote.
            FieldValue::Text(text) => {
                Some(text).filter(|text| !text.is_empty() || self.encoding == Encoding::Json)
            }
            FieldValue::Null => None,
            FieldValue::File(_)
            | FieldValue::List(_)
            | FieldValue::Object(_)
            | FieldValue::Other => {
                self.error(name, "not-text");
                None
            }
        }
    }

    /// Takes the text of a field and parses it; without a text there is no value and no fault.
    pub fn parse<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Option<T> {
        let text = self.text(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(code) => {
                self.error(name, code);
                None
            }
        }
    }

    /// Takes every value of a field that may be there more than once.
    pub fn take(&mut self, name: &str) -> Vec<FieldValue> {
        let (taken, left) =
            std::mem::take(&mut self.fields).into_iter().partition(|(key, _)| key == name);
        self.fields = left;
        let taken: Vec<(String, FieldValue)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    /// Looks at the text of a form's field without taking it.
    pub fn peek(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).and_then(|(_, value)| match value {
            FieldValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether a file was sent under this name.
    pub fn has_file(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, value)| key == name && matches!(value, FieldValue::File(_)))
    }

    /// Notes that a field is missing, unless something is wrong with it already.
    pub fn require<T>(&mut self, name: &'static str, value: &Option<T>) {
        let is_noted = |error: &FieldError| error.pointer.strip_prefix('/') == Some(name);
        if value.is_none() && !self.errors.iter().any(is_noted) {
            self.error(name, "missing");
        }
    }

    /// Notes a fault.
    pub fn error(&mut self, pointer: &str, code: &'static str) {
        self.errors.push(FieldError { pointer: ["/", pointer].concat(), code });
    }

    /// Ends the reading: whatever was not taken is an unknown field.
    ///
    /// # Errors
    /// Every fault that was found.
    pub fn finish(mut self) -> Result<(), Vec<FieldError>> {
        let mut unknown: Vec<String> =
            std::mem::take(&mut self.fields).into_iter().map(|(name, _)| name).collect();
        unknown.dedup();
        for name in unknown {
            let pointer = ["/", &escape_pointer(&name)].concat();
            self.errors.push(FieldError { pointer, code: "unknown-field" });
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

/// Escapes a name for a JSON pointer (RFC 6901), cut to a length that is fit for an answer.
fn escape_pointer(name: &str) -> String {
    name.chars().take(40).collect::<String>().replace('~', "~0").replace('/', "~1")
}

fn urlencoded(body: &[u8]) -> Result<Vec<(String, FieldValue)>, Problem> {
    // The parser replaces what is not UTF-8; a text that was mangled on its way must not be stored as if it were whole.
    let mut fields = Vec::new();
    for pair in body.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
        let mut halves = pair.splitn(2, |&b| b == b'=');
        let name = percent_text(halves.next().unwrap_or_default())?;
        let value = percent_text(halves.next().unwrap_or_default())?;
        fields.push((name, FieldValue::Text(value)));
        if fields.len() > MAX_FIELDS {
            return Err(Problem::Malformed("too-many-fields"));
        }
    }
    Ok(fields)
}

fn percent_text(bytes: &[u8]) -> Result<String, Problem> {
    let spaced: Vec<u8> = bytes.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
    let decoded: Cow<'_, [u8]> = percent_encoding::percent_decode(&spaced).into();
    String::from_utf8(decoded.into_owned()).map_err(|_| Problem::Malformed("not-utf-8"))
}

/// Reads a JSON object into its members.
pub fn json_object(body: &[u8]) -> Result<Vec<(String, FieldValue)>, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::Malformed("not-utf-8"))?;
    let members = json::object(text).ok_or(Problem::Malformed("json"))?;
    if members.len() > MAX_FIELDS {
        return Err(Problem::Malformed("too-many-fields"));
    }
    Ok(members)
}

/// Finds the boundary in a `Content-Type` of multipart/form-data (RFC 2046 section 5.1.1: 1 to 70 characters).
fn boundary(content_type: &str) -> Option<String> {
    let value = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value)
    })?;
    let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// Reads multipart/form-data (RFC 7578) that is in memory already.
fn multipart(body: &[u8], boundary: &str) -> Result<Vec<(String, FieldValue)>, Problem> {
    const WRONG: Problem = Problem::Malformed("multipart");
    let delimiter = ["\r\n--", boundary].concat();
    let opening = ["--", boundary].concat();
    // A preamble may stand before the first delimiter; no browser sends one, but the grammar has it.
    let mut rest = match body.strip_prefix(opening.as_bytes()) {
        Some(rest) => rest,
        None => split_at(body, delimiter.as_bytes()).ok_or(WRONG)?.1,
    };
    let mut fields = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(fields);
        }
        // Spaces may stand between a delimiter and its line end.
        let padding = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
        rest = rest.get(padding..).and_then(|r| r.strip_prefix(b"\r\n")).ok_or(WRONG)?;
        let (part, behind) = split_at(rest, delimiter.as_bytes()).ok_or(WRONG)?;
        // A part without headers begins with the empty line itself.
        let (head, content) = match part.strip_prefix(b"\r\n") {
            Some(content) => (&b""[..], content),
            None => split_at(part, b"\r\n\r\n").ok_or(WRONG)?,
        };
        let head = std::str::from_utf8(head).map_err(|_| Problem::Malformed("not-utf-8"))?;
        let (name, file) = disposition(head).ok_or(WRONG)?;
        // A file input that was left empty sends a part without a file's name and without bytes.
        let value = if file.is_some_and(|file| !file.is_empty() || !content.is_empty()) {
            FieldValue::File(content.to_vec())
        } else {
            let text = String::from_utf8(content.to_vec());
            FieldValue::Text(text.map_err(|_| Problem::Malformed("not-utf-8"))?)
        };
        fields.push((name, value));
        if fields.len() > MAX_FIELDS {
            return Err(Problem::Malformed("too-many-fields"));
        }
        rest = behind;
    }
}

/// Splits bytes at the first occurrence of a pattern, which is in neither half.
fn split_at<'a>(bytes: &'a [u8], pattern: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (&first, tail) = pattern.split_first()?;
    let mut from = 0;
    // Looking for the first byte alone skips over file contents quickly.
    while let Some(offset) = bytes.get(from..)?.iter().position(|&b| b == first) {
        let at = from + offset;
        let behind = bytes.get(at + 1..)?;
        if behind.starts_with(tail) {
            return Some((bytes.get(..at)?, behind.get(tail.len()..)?));
        }
        from = at + 1;
    }
    None
}

/// Reads the field's name from a part's headers, and the file's, if it is one.
fn disposition(head: &str) -> Option<(String, Option<String>)> {
    let value = head.split('\r').find_map(|line| {
        let line = line.strip_prefix('\n').unwrap_or(line);
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value.trim())
    })?;
    let rest = value.get(..9).filter(|v| v.eq_ignore_ascii_case("form-data"));
    let mut rest = rest.and(value.get(9..))?.trim_start();
    let (mut name, mut file) = (None, None);
    while let Some(parameter) = rest.strip_prefix(';') {
        let (key, value) = parameter.trim_start().split_once('=')?;
        let (value, behind) = parameter_value(value)?;
        match key.trim().to_ascii_lowercase().as_str() {
            "name" => name = Some(value),
            "filename" | "filename*" => file = Some(value),
            _ => {}
        }
        rest = behind.trim_start();
    }
    if rest.is_empty() { Some((name?, file)) } else { None }
}

/// Reads one parameter's value, quoted or not. Browsers write a quote in a name as `%22`, older ones as `\"`.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return Some((text.get(..end)?.trim().to_owned(), text.get(end..)?));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, quoted.get(at + 1..)?)),
            '\\' => match characters.next()?.1 {
                escaped @ ('"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;
    use http::{HeaderMap, HeaderValue, Method};
    use proptest::prelude::*;

    fn read(content_type: &str, body: &[u8]) -> Result<Fields, Problem> {
        let headers = HeaderMap::from_iter([(
            http::header::CONTENT_TYPE,
            HeaderValue::from_str(content_type).unwrap(),
        )]);
        let body = Body::Whole(body.to_vec().into());
        Fields::read(&Request::new(Method::POST, "/", headers, body))
    }

    const URLENCODED: &str = "application/x-www-form-urlencoded; charset=UTF-8";
    const MULTIPART: &str = "multipart/form-data; boundary=\"x y\"";

    #[test]
    fn a_file_without_bytes_is_one_if_it_has_a_name() {
        for (name, is_chosen) in [("", false), ("proof.txt", true)] {
            let body = format!(
                "--x y\r\ncontent-disposition: form-data; name=\"f\"; filename=\"{name}\"\r\n\r\n\r\n--x y--"
            );
            assert_eq!(read(MULTIPART, body.as_bytes()).unwrap().has_file("f"), is_chosen);
        }
    }

    #[test]
    fn the_three_encodings_say_the_same() {
        let form =
            "--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nпривет мир\r\n--x y--\r\n";
        for (content_type, body) in [
            ("application/json", "{\"a\": \"привет мир\", \"b\": null}"),
            (URLENCODED, "a=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82+%D0%BC%D0%B8%D1%80&b="),
            (MULTIPART, form),
        ] {
            let mut fields = read(content_type, body.as_bytes()).unwrap();
            assert_eq!(fields.text("a").as_deref(), Some("привет мир"), "{content_type}");
            assert_eq!(fields.text("b"), None);
            assert_eq!(fields.finish(), Ok(()));
        }
    }

    #[test]
    fn files_are_bytes_and_names_may_be_quoted() {
        let body = b"--x y\r\ncontent-disposition: form-data; name=\"f\"; filename=\"a;\\\"b.png\"\r\nContent-Type: image/png\r\n\r\n\x00\r\n--x\r\n--x y--";
        let mut fields = read(MULTIPART, body).unwrap();
        assert_eq!(fields.take("f"), [FieldValue::File(b"\x00\r\n--x".to_vec())]);
    }

    #[test]
    fn what_is_wrong_is_told_at_once() {
        let body = br#"{"a": 1, "b": "x", "b": "y", "c/d": true}"#;
        let mut fields = read("application/json", body).unwrap();
        let a = fields.text("a");
        fields.require("a", &a);
        let _ = fields.text("b");
        let missing = fields.text("missing");
        fields.require("missing", &missing);
        let errors: Vec<_> =
            fields.finish().unwrap_err().into_iter().map(|e| (e.pointer, e.code)).collect();
        let told = [
            ("/a", "not-text"),
            ("/b", "given-twice"),
            ("/missing", "missing"),
            ("/c~1d", "unknown-field"),
        ];
        assert_eq!(errors, told.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn bodies_that_are_not_what_they_say_are_malformed() {
        for (content_type, body, code) in [
            ("application/json", &b"{\"a\": "[..], "json"),
            ("application/json", b"[1]", "json"),
            ("application/json", b"{} {}", "json"),
            ("application/json", b"{\"a\": \"\xff\"}", "not-utf-8"),
            ("application/json", b"", "json"),
            (URLENCODED, b"a=%FF", "not-utf-8"),
            (MULTIPART, b"", "multipart"),
            (
                MULTIPART,
                b"--x y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut",
                "multipart",
            ),
            (
                MULTIPART,
                b"--x y\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--x y--",
                "multipart",
            ),
            (
                MULTIPART,
                b"--x y\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--x y--",
                "multipart",
            ),
            ("multipart/form-data", b"", "boundary"),
        ] {
            assert_eq!(read(content_type, body).unwrap_err(), Problem::Malformed(code), "{body:?}");
        }
        assert_eq!(read("text/plain", b"x").unwrap_err().kind().status(), 415);
    }

    #[test]
    fn too_many_fields_are_told_as_such_in_every_encoding() {
        let body = |first: &str, field: &str, last: &str| {
            [first, &field.repeat(MAX_FIELDS), field.trim_end_matches(','), last].concat()
        };
        for (content_type, body) in [
            ("application/json", body("{", "\"a\":\"\",", "}")),
            (URLENCODED, body("", "a=&", "")),
            (
                MULTIPART,
                body("--x y", "\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--x y", "--"),
            ),
        ] {
            let told = read(content_type, body.as_bytes()).unwrap_err();
            assert_eq!(told, Problem::Malformed("too-many-fields"), "{content_type}");
        }
    }

    proptest! {
        #[test]
        fn strange_bodies_never_panic(body: Vec<u8>) {
            for content_type in ["application/json", URLENCODED, MULTIPART] {
                let _ = read(content_type, &body);
            }
            let framed = [b"--x y\r\n", body.as_slice(), b"\r\n--x y--"].concat();
            let _ = read(MULTIPART, &framed);
        }

        #[test]
        fn a_form_brings_any_text_unharmed(name in "[a-z]{1,8}", text in any::<String>()) {
            let body: String = form_urlencoded::Serializer::new(String::new()).append_pair(&name, &text).finish();
            prop_assert_eq!(urlencoded(body.as_bytes()).unwrap(), [(name.clone(), FieldValue::Text(text.clone()))]);
            prop_assume!(!text.contains("\r\n--x y"));
            let body = format!("--x y\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n--x y--\r\n");
            prop_assert_eq!(multipart(body.as_bytes(), "x y").unwrap(), [(name, FieldValue::Text(text))]);
        }

        #[test]
        fn headers_of_parts_never_panic(head in "[ -~\r\n]*", content_type in "[ -~]*") {
            let _ = (disposition(&head), boundary(&content_type));
        }
    }
}
