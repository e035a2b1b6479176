//! The headers of a request and of an answer.

/// `Accept`.
pub const ACCEPT: &str = "accept";
/// `Accept-Language`.
pub const ACCEPT_LANGUAGE: &str = "accept-language";
/// `Allow`.
pub const ALLOW: &str = "allow";
/// `Authorization`.
pub const AUTHORIZATION: &str = "authorization";
/// `Cache-Control`.
pub const CACHE_CONTROL: &str = "cache-control";
/// `Content-Disposition`.
pub const CONTENT_DISPOSITION: &str = "content-disposition";
/// `Content-Language`.
pub const CONTENT_LANGUAGE: &str = "content-language";
/// `Content-Length`.
pub const CONTENT_LENGTH: &str = "content-length";
/// `Content-Location`.
pub const CONTENT_LOCATION: &str = "content-location";
/// `Content-Security-Policy`.
pub const CONTENT_SECURITY_POLICY: &str = "content-security-policy";
/// `Content-Type`.
pub const CONTENT_TYPE: &str = "content-type";
/// `ETag`.
pub const ETAG: &str = "etag";
/// `If-Match`.
pub const IF_MATCH: &str = "if-match";
/// `If-Modified-Since`.
pub const IF_MODIFIED_SINCE: &str = "if-modified-since";
/// `If-None-Match`.
pub const IF_NONE_MATCH: &str = "if-none-match";
/// `Last-Modified`.
pub const LAST_MODIFIED: &str = "last-modified";
/// `Link`.
pub const LINK: &str = "link";
/// `Location`.
pub const LOCATION: &str = "location";
/// `Referrer-Policy`.
pub const REFERRER_POLICY: &str = "referrer-policy";
/// `Retry-After`.
pub const RETRY_AFTER: &str = "retry-after";
/// `Vary`.
pub const VARY: &str = "vary";
/// `WWW-Authenticate`.
pub const WWW_AUTHENTICATE: &str = "www-authenticate";
/// `X-Content-Type-Options`.
pub const X_CONTENT_TYPE_OPTIONS: &str = "x-content-type-options";

/// Headers in their order: names in lower case, values as they are sent.
///
/// The map of the `http` crate parses every name into a hash table of its own, which takes 25 KB of a component for the
/// dozen headers of a request and the dozen of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    pub fn has(&self, name: &str) -> bool {
        self.values(name).next().is_some()
    }

    /// Every value of a header that is visible ASCII, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.values(name).filter_map(text)
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

    /// The headers as a host takes them.
    pub fn list(&self) -> &[(String, Vec<u8>)] {
        &self.0
    }

    /// Sets a header, in place of an earlier value; a value that cannot stand in one is left out.
    pub fn set(&mut self, name: &'static str, value: &str) {
        if text(value.as_bytes()).is_none() {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value.into(),
            None => self.add(name, value),
        }
    }

    /// Adds one more value of a header; one that cannot stand in it is left out.
    pub fn add(&mut self, name: &'static str, value: &str) {
        if text(value.as_bytes()).is_some() {
            self.0.push((name.to_owned(), value.into()));
        }
    }

    /// Removes a header.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// A value as text, if it is visible ASCII. Others are as if they were not there: none of our headers has any use for them.
fn text(value: &[u8]) -> Option<&str> {
    let visible = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    visible.then(|| std::str::from_utf8(value).ok()).flatten()
}

/// For tests, whose clients speak in the types of the `http` crate.
#[cfg(not(target_family = "wasm"))]
impl From<http::HeaderMap> for Headers {
    fn from(map: http::HeaderMap) -> Self {
        Self(
            map.iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
        )
    }
}
