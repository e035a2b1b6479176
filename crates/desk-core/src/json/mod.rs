//! JSON: written as it goes, and read as far as fields and others' messages need it.

mod read;

pub use read::{FieldValue, MAX_FIELDS, Value, object};

use std::fmt::{self, Write};

/// A JSON text that is being written. Members go into objects under a name, and into lists under an empty one.
#[derive(Debug, Default)]
pub struct Json(String);

impl Json {
    /// Writes an object.
    pub fn object(content: impl FnOnce(&mut Self)) -> String {
        let mut json = Self::default();
        json.nest("", content);
        json.0
    }

    fn name(&mut self, name: &str) {
        if !matches!(self.0.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.0.push(',');
        }
        if !name.is_empty() {
            self.quote(name);
            self.0.push(':');
        }
    }

    /// Writes a text in quotes, wherever it stands.
    pub fn quote(&mut self, text: &str) {
        self.0.push('"');
        self.escape(text);
        self.0.push('"');
    }

    /// RFC 8259 section 7: a quote, a backslash and control characters. What lies between them is copied as it is, for a
    /// mail is long and nearly all of it is that.
    fn escape(&mut self, mut text: &str) {
        let special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
        while let Some(at) = text.bytes().position(special) {
            // A special byte is a whole character, so both cuts are at the edges of characters.
            let (plain, rest) = text.split_at_checked(at).unwrap_or((text, ""));
            self.0.push_str(plain);
            let Some((&byte, _)) = rest.as_bytes().split_first() else { return };
            match byte {
                b'"' => self.0.push_str("\\\""),
                b'\\' => self.0.push_str("\\\\"),
                b'\n' => self.0.push_str("\\n"),
                // Writing to a string cannot fail.
                _ => drop(write!(self.0, "\\u{byte:04x}")),
            }
            text = rest.get(1..).unwrap_or_default();
        }
        self.0.push_str(text);
    }

    /// Writes what is JSON already.
    pub fn push(&mut self, json: &str) {
        self.0.push_str(json);
    }

    /// Writes a member that is an object.
    pub fn nest(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.name(name);
        self.0.push('{');
        content(self);
        self.0.push('}');
    }

    /// Writes a member that is a list.
    pub fn list(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.name(name);
        self.0.push('[');
        content(self);
        self.0.push(']');
    }

    /// Writes a member that is text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.name(name);
        self.quote(text);
    }

    /// Writes a member that is the text of a value.
    pub fn shown(&mut self, name: &str, value: &dyn fmt::Display) {
        self.name(name);
        self.0.push('"');
        // What is shown never fails, and an unclosed text would be noticed by every test.
        let _ = write!(Escaping(self), "{value}");
        self.0.push('"');
    }

    /// Writes a member that is text, or null.
    pub fn maybe(&mut self, name: &str, text: Option<&str>) {
        match text {
            Some(text) => self.text(name, text),
            None => self.bare(name, "null"),
        }
    }

    /// Writes a member that is true or false.
    pub fn flag(&mut self, name: &str, value: bool) {
        self.bare(name, if value { "true" } else { "false" });
    }

    /// Writes a member that is a whole number.
    pub fn number(&mut self, name: &str, value: usize) {
        self.name(name);
        let _ = write!(self.0, "{value}");
    }

    /// Writes a member that is a whole number, negative or not.
    pub fn integer(&mut self, name: &str, value: i64) {
        self.name(name);
        let _ = write!(self.0, "{value}");
    }

    /// Writes a member that is a number with one decimal, given in tenths, or null.
    pub fn tenths(&mut self, name: &str, tenths: Option<usize>) {
        match tenths {
            Some(tenths) => {
                self.name(name);
                let _ = write!(self.0, "{}.{}", tenths / 10, tenths % 10);
            }
            None => self.bare(name, "null"),
        }
    }

    fn bare(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.push_str(value);
    }
}

impl From<Json> for String {
    fn from(json: Json) -> Self {
        json.0
    }
}

struct Escaping<'a>(&'a mut Json);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escape(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn objects_and_lists_nest() {
        let text = Json::object(|json| {
            json.list("list", |list| {
                list.text("", "a");
                list.nest("", |_| {});
                list.list("", |list| list.number("", 1));
            });
            json.flag("flag", true);
            json.maybe("none", None);
            json.integer("integer", -7);
            json.tenths("tenths", Some(168));
            json.tenths("no tenths", None);
            json.nest("object", |object| {
                object.maybe("some", Some("b"));
                object.shown("shown", &'"');
            });
        });
        let expected = json!({"list": ["a", {}, [1]], "flag": true, "none": null, "integer": -7, "tenths": 16.8, "no tenths": null, "object": {"some": "b", "shown": "\""}});
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn any_text_comes_through(name in "\\PC+", value in any::<String>()) {
            let text = Json::object(|json| {
                json.text(&name, &value);
                json.shown("shown", &value);
            });
            let read: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.get(&name).and_then(Value::as_str), Some(value.as_str()));
            prop_assert_eq!(read.get("shown").and_then(Value::as_str), Some(value.as_str()));
        }
    }
}
