//! The headers of a request and of an answer.

use std::any::Any;
use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

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
///
/// Copies share what they hold until one of them is changed, so that a remembered answer is given out again for nothing.
#[derive(Clone, Debug, Default)]
pub struct Headers(Rc<Shared>);

#[derive(Default)]
struct Shared {
    list: Vec<(String, Vec<u8>)>,
    /// What the edge made of them for the host, to be used again.
    made: OnceCell<Box<dyn Any>>,
}

impl Clone for Shared {
    /// For a copy that is to be changed.
    fn clone(&self) -> Self {
        Self { list: self.list.clone(), made: OnceCell::new() }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.fmt(f)
    }
}

impl Headers {
    /// Takes the headers as a host gives them.
    pub fn new(entries: Vec<(String, Vec<u8>)>) -> Self {
        let lower = |(mut name, value): (String, Vec<u8>)| {
            name.make_ascii_lowercase();
            (name, value)
        };
        entries.into_iter().map(lower).collect::<Vec<_>>().into()
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
        &self.0.list
    }

    /// The headers in the host's own form: made for every answer but those that are given out again, for which it is made
    /// once and copied.
    pub fn made<T: 'static>(
        &self,
        make: impl FnOnce(&[(String, Vec<u8>)]) -> T,
        copy: impl FnOnce(&T) -> T,
    ) -> T {
        if let Some(made) = self.0.made.get().and_then(|made| made.downcast_ref()) {
            return copy(made);
        }
        let made = make(self.list());
        if Rc::strong_count(&self.0) == 1 {
            return made;
        }
        let copied = copy(&made);
        // Another request may have made it meanwhile; one is as good as the other.
        let _ = self.0.made.set(Box::new(made));
        copied
    }

    /// The list to be changed, and nothing made of it any more.
    fn change(&mut self) -> &mut Vec<(String, Vec<u8>)> {
        let shared = Rc::make_mut(&mut self.0);
        shared.made.take();
        &mut shared.list
    }

    /// Sets a header, in place of an earlier value; a value that cannot stand in one is left out.
    pub fn set(&mut self, name: &'static str, value: &str) {
        if text(value.as_bytes()).is_none() {
            return;
        }
        match self.change().iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value.into(),
            None => self.add(name, value),
        }
    }

    /// Adds one more value of a header; one that cannot stand in it is left out.
    pub fn add(&mut self, name: &'static str, value: &str) {
        if text(value.as_bytes()).is_some() {
            self.change().push((name.to_owned(), value.into()));
        }
    }

    /// Removes a header.
    pub fn remove(&mut self, name: &str) {
        self.change().retain(|(known, _)| known != name);
    }

    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .list
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_slice())
    }
}

impl From<Vec<(String, Vec<u8>)>> for Headers {
    /// Takes headers whose names are in lower case.
    fn from(list: Vec<(String, Vec<u8>)>) -> Self {
        Self(Rc::new(Shared { list, made: OnceCell::new() }))
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
        let entry = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), value.as_bytes().to_vec())
        };
        map.iter().map(entry).collect::<Vec<_>>().into()
    }
}
