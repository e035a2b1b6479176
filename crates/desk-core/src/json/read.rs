//! Reads JSON (RFC 8259) into the little that fields and others' messages can be.

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Text of a form.
    Text(String),
    /// The content of a file of a form.
    File(Vec<u8>),
    /// A JSON `null`.
    Null,
    /// A JSON list: of files, in our case. The first few items of it, which are more than any field takes.
    List(Vec<FieldValue>),
    /// A JSON object whose members are text, in their order: a file, in our case.
    Object(Vec<(String, String)>),
    /// Any other JSON value: a number, a truth value, something nested, or more of it than any field has.
    Other,
}

/// The most fields, or parts of a form, that are read.
pub const MAX_FIELDS: usize = 64;

/// The most items of a JSON list that are kept: one more than any field takes, so that it can tell that there are too many.
const MAX_ITEMS: usize = 1_001;

/// How deep lists and objects may lie in each other: a reader that calls itself needs an end.
const MAX_DEPTH: usize = 127;

/// Reads an object into its members, in their order; `None` if the text is no object. Of too many it gives one too many.
///
/// Two members of one name are both given: maps keep the last of two, and which one a client meant is not ours to guess.
pub fn object(text: &str) -> Option<Vec<(String, FieldValue)>> {
    let mut reader = JsonReader { rest: text.as_bytes() };
    if !reader.token(b'{') {
        return None;
    }
    let members = reader.members(MAX_DEPTH)?;
    reader.space();
    reader.rest.is_empty().then_some(members)
}

/// A JSON value as far as others' messages need one.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object: its members in their order.
    Object(Vec<(String, Value)>),
    /// A number, as it is written.
    Number(String),
    /// `true`.
    True,
    /// `false`.
    False,
    /// Anything else.
    Other,
}

impl Value {
    /// Reads a JSON text; `None` if it is none.
    pub fn read(text: &str) -> Option<Self> {
        let mut reader = JsonReader { rest: text.as_bytes() };
        let value = reader.whole(MAX_DEPTH)?;
        reader.space();
        reader.rest.is_empty().then_some(value)
    }

    /// The value of a member, of a member of that, and so on. Of two members with one name it is the first.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |value, name| match value {
            Self::Object(members) => {
                members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
            }
            _ => None,
        })
    }

    /// The text at a path; empty where there is none.
    pub fn text(&self, path: &[&str]) -> &str {
        match self.at(path) {
            Some(Self::Text(text)) => text,
            _ => "",
        }
    }

    /// The items of the list at a path; none where there is none.
    pub fn items(&self, path: &[&str]) -> &[Self] {
        match self.at(path) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }
}

struct JsonReader<'a> {
    rest: &'a [u8],
}

impl JsonReader<'_> {
    /// Takes this byte, if it is the next.
    fn byte(&mut self, wanted: u8) -> bool {
        let Some((&next, rest)) = self.rest.split_first() else { return false };
        if next == wanted {
            self.rest = rest;
        }
        next == wanted
    }

    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Takes this byte, if it is the next behind white space.
    fn token(&mut self, wanted: u8) -> bool {
        self.space();
        self.byte(wanted)
    }

    /// Reads a value with everything in it.
    fn whole(&mut self, depth: usize) -> Option<Value> {
        if self.token(b'"') {
            return self.text().map(Value::Text);
        }
        if self.byte(b'{') {
            let depth = depth.checked_sub(1)?;
            let mut members = Vec::new();
            let mut more = !self.token(b'}');
            while more {
                if !self.token(b'"') {
                    return None;
                }
                let name = self.text()?;
                if !self.token(b':') {
                    return None;
                }
                members.push((name, self.whole(depth)?));
                more = self.more(b'}')?;
            }
            return Some(Value::Object(members));
        }
        if self.byte(b'[') {
            let depth = depth.checked_sub(1)?;
            let mut items = Vec::new();
            let mut more = !self.token(b']');
            while more {
                items.push(self.whole(depth)?);
                more = self.more(b']')?;
            }
            return Some(Value::List(items));
        }
        for (word, value) in
            [("null", Value::Other), ("true", Value::True), ("false", Value::False)]
        {
            if let Some(rest) = self.rest.strip_prefix(word.as_bytes()) {
                self.rest = rest;
                return Some(value);
            }
        }
        let before = self.rest;
        self.number().then(|| {
            let number = before.get(..before.len() - self.rest.len()).unwrap_or_default();
            Value::Number(String::from_utf8_lossy(number).into_owned())
        })
    }

    fn value(&mut self, depth: usize) -> Option<FieldValue> {
        if self.token(b'"') {
            return self.text().map(FieldValue::Text);
        }
        if self.byte(b'{') {
            let members = self.members(depth.checked_sub(1)?)?;
            let is_whole = members.len() <= MAX_FIELDS;
            let text = |(name, value)| match value {
                FieldValue::Text(text) => Some((name, text)),
                _ => None,
            };
            let texts: Option<_> = members.into_iter().map(text).collect();
            return Some(texts.filter(|_| is_whole).map_or(FieldValue::Other, FieldValue::Object));
        }
        if self.byte(b'[') {
            return self.items(depth.checked_sub(1)?).map(FieldValue::List);
        }
        for (word, value) in
            [("null", FieldValue::Null), ("true", FieldValue::Other), ("false", FieldValue::Other)]
        {
            if let Some(rest) = self.rest.strip_prefix(word.as_bytes()) {
                self.rest = rest;
                return Some(value);
            }
        }
        self.number().then_some(FieldValue::Other)
    }

    /// Reads an object whose brace was taken: the first of its members, of too many one too many.
    fn members(&mut self, depth: usize) -> Option<Vec<(String, FieldValue)>> {
        let mut members = Vec::new();
        let mut more = !self.token(b'}');
        while more {
            if !self.token(b'"') {
                return None;
            }
            let name = self.text()?;
            if !self.token(b':') {
                return None;
            }
            let value = self.value(depth)?;
            if members.len() <= MAX_FIELDS {
                members.push((name, value));
            }
            more = self.more(b'}')?;
        }
        Some(members)
    }

    /// Reads a list whose bracket was taken: the first of its items.
    fn items(&mut self, depth: usize) -> Option<Vec<FieldValue>> {
        let mut items = Vec::new();
        let mut more = !self.token(b']');
        while more {
            let item = self.value(depth)?;
            if items.len() < MAX_ITEMS {
                items.push(item);
            }
            more = self.more(b']')?;
        }
        Some(items)
    }

    /// Whether another one follows, or the end; `None` where neither does.
    fn more(&mut self, end: u8) -> Option<bool> {
        let more = self.token(b',');
        (more || self.byte(end)).then_some(more)
    }

    /// Takes a number, if one is next.
    fn number(&mut self) -> bool {
        self.byte(b'-');
        let whole = self.byte(b'0') || self.digits();
        let decimals = !self.byte(b'.') || self.digits();
        let exponent = if self.byte(b'e') || self.byte(b'E') {
            let _signed = self.byte(b'+') || self.byte(b'-');
            self.digits()
        } else {
            true
        };
        whole && decimals && exponent
    }

    /// Takes digits, if there is one at least.
    fn digits(&mut self) -> bool {
        let before = self.rest.len();
        while let [b'0'..=b'9', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.len() < before
    }

    /// Reads a text whose quote was taken.
    fn text(&mut self) -> Option<String> {
        let mut text = Vec::new();
        loop {
            // By runs: a file of a megabyte is one.
            let special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
            let (run, rest) = self.rest.split_at_checked(self.rest.iter().position(special)?)?;
            text.extend_from_slice(run);
            self.rest = rest;
            if self.byte(b'"') {
                return String::from_utf8(text).ok();
            }
            let character = self.escape()?;
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    fn escape(&mut self) -> Option<char> {
        let [b'\\', letter, rest @ ..] = self.rest else { return None };
        self.rest = rest;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(*letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                // A character outside the first plane is a pair of surrogates.
                if !(0xd800..0xdc00).contains(&unit) {
                    return char::from_u32(unit);
                }
                self.rest = self.rest.strip_prefix(b"\\u")?;
                let low = self.unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                return char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low);
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        digits.iter().try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// What a general reader has, as fields see it.
    fn seen(value: &Value) -> FieldValue {
        match value {
            Value::Null => FieldValue::Null,
            Value::String(text) => FieldValue::Text(text.clone()),
            Value::Array(items) => FieldValue::List(items.iter().map(seen).collect()),
            Value::Object(members) => {
                let texts = members.iter().map(|(name, value)| {
                    value.as_str().map(|value| (name.clone(), value.to_owned()))
                });
                texts.collect::<Option<_>>().map_or(FieldValue::Other, FieldValue::Object)
            }
            Value::Bool(_) | Value::Number(_) => FieldValue::Other,
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn the_grammar_is_that_of_the_standard() {
        for value in [
            "0",
            "-0",
            "10",
            "1.5",
            "1e5",
            "1E-5",
            "-1.0e+5",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "-",
            "--1",
            "0x1",
            "1_0",
            "NaN",
            "true",
            "tru",
            "nulls",
            "True",
            "\"\\ud83d\\ude00\"",
            "\"\\u00e9\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"\\ud83dx\"",
            "\"\\u00g0\"",
            "\"\\u+041\"",
            "\"\\x\"",
            "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"",
            "\"\t\"",
            "\"\u{7f}\"",
            "\"",
            "'a'",
            "[]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{}",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":}",
            " [ 1 , {\"a\" : \"b\"} ] ",
            "\u{a0}1",
            "1,",
            "",
        ] {
            let text = format!("{{\"a\":{value}}}");
            let expected = serde_json::from_str::<Value>(&text).ok();
            let expected = expected.map(|value| vec![("a".to_owned(), seen(&value["a"]))]);
            assert_eq!(object(&text), expected, "{value}");
        }
        for text in ["\u{feff}{}", "[]", "\"a\"", "{}{}", "{} ,", "", "{"] {
            assert_eq!(object(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_too_much_is_not_kept() {
        let members = |count: usize| {
            let members: Vec<_> = (0..count).map(|at| format!("\"{at}\":\"\"")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(object(&members(MAX_FIELDS)).unwrap().len(), MAX_FIELDS);
        assert_eq!(object(&members(1_000)).unwrap().len(), MAX_FIELDS + 1);
        let inner = |count| object(&format!("{{\"a\":{}}}", members(count))).unwrap().remove(0).1;
        assert!(matches!(inner(MAX_FIELDS), FieldValue::Object(_)));
        assert_eq!(inner(MAX_FIELDS + 1), FieldValue::Other);
        let list = object(&format!("{{\"a\":[{}0]}}", "0,".repeat(2000))).unwrap().remove(0).1;
        assert_eq!(list, FieldValue::List(vec![FieldValue::Other; MAX_ITEMS]));
        let deep = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(object(&deep(MAX_DEPTH)).is_some());
        assert_eq!(object(&deep(MAX_DEPTH + 1)), None);
        assert_eq!(object(&deep(1_000_000)), None);
    }

    proptest! {
        #[test]
        fn any_value_is_read_as_by_a_general_reader(value in value(), pretty: bool) {
            let object_text = serde_json::json!({"a": value});
            let text = if pretty { format!("{object_text:#}") } else { object_text.to_string() };
            prop_assert_eq!(object(&text), Some(vec![("a".to_owned(), seen(&value))]));
        }

        #[test]
        fn a_whole_value_is_read_as_by_a_general_reader(value in value(), pretty: bool) {
            fn same(ours: &super::Value, theirs: &Value) -> bool {
                match (ours, theirs) {
                    (super::Value::Text(a), Value::String(b)) => a == b,
                    (super::Value::List(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
                    (super::Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(n, a)| b.get(n).is_some_and(|b| same(a, b))),
                    (super::Value::True, Value::Bool(true)) | (super::Value::False, Value::Bool(false)) => true,
                    (super::Value::Number(a), Value::Number(b)) => a.parse::<f64>().ok() == b.as_f64(),
                    (super::Value::Other, Value::Null) => true,
                    _ => false,
                }
            }
            let text = if pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert!(same(&super::Value::read(&text).unwrap(), &value));
        }

        #[test]
        fn whatever_is_damaged_is_refused_as_by_a_general_reader(value in value(), at: prop::sample::Index, with in "[\\[\\]{}\",:0-9a-z\\\\ -]") {
            let mut text: Vec<char> = serde_json::json!({"a": value}).to_string().chars().collect();
            let at = at.index(text.len());
            text[at] = with.chars().next().unwrap();
            let text: String = text.into_iter().collect();
            let general = serde_json::from_str::<Value>(&text);
            // Numbers beyond every type are numbers here.
            prop_assume!(!general.as_ref().is_err_and(|error| error.to_string().contains("out of range")));
            prop_assert_eq!(object(&text).is_some(), general.is_ok_and(|value| value.is_object()));
        }
    }
}
