//! The headers of a request.

use http::{HeaderMap, HeaderName};

/// The headers of a request, in the order in which they came: names in lower case, values as they were sent.
///
/// The map of the `http` crate parses every name into its own table, which takes 13 KB of a component to look up a few.
#[derive(Clone, Debug, Default)]
pub struct Headers(Vec<(String, Vec<u8>)>);

impl Headers {
    /// Takes the headers as a host gives them.
    pub fn new(entries: Vec<(String, Vec<u8>)>) -> Self {
        let lower = |(mut name, value): (String, Vec<u8>)| {
            name.make_ascii_lowercase();
            (name, value)
        };
        Self(entries.into_iter().map(lower).collect())
    }

    /// Whether there is a header of this name.
    pub fn has(&self, name: &HeaderName) -> bool {
        self.values(name.as_str()).next().is_some()
    }

    /// Every value of a header that is visible ASCII, in order.
    pub fn all<'a>(&'a self, name: &HeaderName) -> impl Iterator<Item = &'a str> {
        self.values(name.as_str()).filter_map(text)
    }

    /// The value of a header that is there once and is visible ASCII.
    pub fn one<'a>(&'a self, name: &str) -> Option<&'a str> {
        let mut values = self.values(name);
        let value = values.next()?;
        if values.next().is_some() { None } else { text(value) }
    }

    /// The last value of a header, if it is visible ASCII.
    pub fn last<'a>(&'a self, name: &str) -> Option<&'a str> {
        self.values(name).last().and_then(text)
    }

    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// A value as text. Others are as if they were not there: none of our headers has any use for them.
fn text(value: &[u8]) -> Option<&str> {
    let visible = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    visible.then(|| std::str::from_utf8(value).ok()).flatten()
}

impl From<HeaderMap> for Headers {
    fn from(map: HeaderMap) -> Self {
        Self(
            map.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
        )
    }
}
