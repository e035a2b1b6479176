//! The headers of a request and of an answer.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::ptr;
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

/// Where the headers of a request are asked for by name.
pub trait Source {
    /// Every value of a header whose name is given in lower case, in their order.
    fn values(&self, name: &str) -> Vec<Vec<u8>>;
}

/// The headers of a request. Each is asked of the host when it is first needed, for copying all of the dozen that a request
/// has takes longer than the two or three that a function looks at.
#[derive(Clone)]
pub struct Received(Rc<Asked>);

struct Asked {
    source: Box<dyn Source>,
    /// What was asked for already, one behind the other, so that what was given out stays where it is.
    first: OnceCell<Box<Known>>,
}

struct Known {
    name: &'static str,
    values: Vec<Vec<u8>>,
    next: OnceCell<Box<Self>>,
}

impl Received {
    /// The headers that a host gives by name.
    pub fn new(source: impl Source + 'static) -> Self {
        Self(Rc::new(Asked { source: Box::new(source), first: OnceCell::new() }))
    }

    /// Whether there is a header of this name, given in lower case.
    pub fn has(&self, name: &'static str) -> bool {
        !self.values(name).is_empty()
    }

    /// Every value of a header that is visible ASCII, in order.
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &str> {
        self.values(name).iter().filter_map(|value| text(value))
    }

    /// The value of a header that is there once and is visible ASCII.
    pub fn one(&self, name: &'static str) -> Option<&str> {
        match self.values(name) {
            [value] => text(value),
            _ => None,
        }
    }

    /// The last value of a header that a deployment names, if it is visible ASCII.
    pub fn last(&self, name: &str) -> Option<String> {
        text(self.0.source.values(name).last()?).map(str::to_owned)
    }

    fn values(&self, name: &'static str) -> &[Vec<u8>] {
        let mut slot = &self.0.first;
        while let Some(known) = slot.get() {
            if known.name == name {
                return &known.values;
            }
            slot = &known.next;
        }
        let values = self.0.source.values(name);
        let known = Known { name, values, next: OnceCell::new() };
        &slot.get_or_init(|| Box::new(known)).values
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Received(…)")
    }
}

/// No headers at all.
impl Source for () {
    fn values(&self, _name: &str) -> Vec<Vec<u8>> {
        Vec::new()
    }
}

/// Headers: names in lower case, values as they are sent; those of one name in the order in which they came.
///
/// The map of the `http` crate parses every name into a hash table of its own, which takes 25 KB of a component for the
/// dozen headers of a request and the dozen of an answer.
///
/// Copies share what they hold until one of them is changed, so that a remembered answer is given out again for nothing.
#[derive(Clone, Debug, Default)]
pub struct Headers(Rc<Shared>);

#[derive(Default)]
struct Shared {
    common: Vec<Fixed>,
    own: Vec<(&'static str, String)>,
    /// What the edge made of them for the host, to be used again.
    made: OnceCell<Box<dyn Any>>,
}

/// A header whose value is one of the texts of this program.
type Fixed = (&'static str, &'static str);

impl Clone for Shared {
    /// For a copy that is to be changed.
    fn clone(&self) -> Self {
        Self { common: self.common.clone(), own: self.own.clone(), made: OnceCell::new() }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.common).entries(&self.own).finish()
    }
}

/// Headers in a host's own form.
pub trait Made: 'static {
    /// Makes headers.
    fn new(list: &[Fixed]) -> Self;
    /// Copies them, which costs a host less than reading names and values once more.
    fn copy(&self) -> Self;
    /// Adds one more.
    fn add(&self, name: &str, value: &str);
}

/// Fixed headers, and what the host has of them.
type Common = (Vec<Fixed>, Box<dyn Any>);

/// How many lists of fixed headers an instance keeps in the host's form: a function answers in two languages, to people
/// and to programs, with a handful of statuses.
const KEPT: usize = 16;

thread_local! {
    static COMMON: RefCell<Vec<Common>> = const { RefCell::new(Vec::new()) };
}

/// The host's form of fixed headers, which every answer of its kind has.
fn common<T: Made>(list: &[Fixed]) -> T {
    // The same place of the program gave the same texts, so where they lie tells, and nothing has to be read.
    let same = |a: &Fixed, b: &Fixed| ptr::eq(a.0, b.0) && ptr::eq(a.1, b.1);
    COMMON.with_borrow_mut(|kept| {
        let known = kept.iter().find(|(known, _)| {
            known.len() == list.len() && known.iter().zip(list).all(|(a, b)| same(a, b))
        });
        if let Some(made) = known.and_then(|(_, made)| made.downcast_ref::<T>()) {
            return made.copy();
        }
        let made = T::new(list);
        if kept.len() < KEPT {
            kept.push((list.to_vec(), Box::new(made.copy())));
        }
        made
    })
}

impl Headers {
    /// Whether there is a header of this name.
    pub fn has(&self, name: &str) -> bool {
        self.list().any(|(known, _)| known == name)
    }

    /// Names and values.
    pub fn list(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let own = self.0.own.iter().map(|(name, value)| (*name, value.as_str()));
        self.0.common.iter().copied().chain(own)
    }

    /// The headers in the host's own form. Those of answers that are given out again are made once and copied; of others,
    /// what does not depend on the request is.
    pub fn made<T: Made>(&self) -> T {
        if let Some(made) = self.0.made.get().and_then(|made| made.downcast_ref::<T>()) {
            return made.copy();
        }
        let made: T = common(&self.0.common);
        for (name, value) in &self.0.own {
            made.add(name, value);
        }
        if Rc::strong_count(&self.0) == 1 {
            return made;
        }
        let copied = made.copy();
        // Another request may have made it meanwhile; one is as good as the other.
        let _ = self.0.made.set(Box::new(made));
        copied
    }

    /// The lists to be changed, and nothing made of them any more.
    fn change(&mut self) -> &mut Shared {
        let shared = Rc::make_mut(&mut self.0);
        shared.made.take();
        shared
    }

    /// Sets a header, in place of an earlier value; a value that cannot stand in one is left out.
    pub fn set(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        if self.has(name) {
            self.remove(name);
        }
        self.put(name, value.into());
    }

    /// Adds one more value of a header; one that cannot stand in it is left out.
    pub fn add(&mut self, name: &'static str, value: impl Into<Cow<'static, str>>) {
        self.put(name, value.into());
    }

    fn put(&mut self, name: &'static str, value: Cow<'static, str>) {
        match value {
            Cow::Borrowed(value) => self.change().common.push((name, value)),
            Cow::Owned(value) if text(value.as_bytes()).is_some() => {
                self.change().own.push((name, value));
            }
            Cow::Owned(_) => {}
        }
    }

    /// Removes a header.
    pub fn remove(&mut self, name: &str) {
        let shared = self.change();
        shared.common.retain(|(known, _)| *known != name);
        shared.own.retain(|(known, _)| *known != name);
    }
}

/// A value as text, if it is visible ASCII. Others are as if they were not there: none of our headers has any use for them.
fn text(value: &[u8]) -> Option<&str> {
    let visible = value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    visible.then(|| std::str::from_utf8(value).ok()).flatten()
}

/// For tests, whose clients speak in the types of the `http` crate.
#[cfg(not(target_family = "wasm"))]
impl Source for http::HeaderMap {
    fn values(&self, name: &str) -> Vec<Vec<u8>> {
        self.get_all(name).iter().map(|value| value.as_bytes().to_vec()).collect()
    }
}

#[cfg(not(target_family = "wasm"))]
impl From<http::HeaderMap> for Received {
    fn from(map: http::HeaderMap) -> Self {
        Self::new(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn each_header_is_asked_for_once_and_only_when_it_is_needed() {
        struct Noted(Rc<RefCell<Vec<String>>>);
        impl Source for Noted {
            fn values(&self, name: &str) -> Vec<Vec<u8>> {
                self.0.borrow_mut().push(name.to_owned());
                match name {
                    "a" => vec![b"1".to_vec(), b"\xff".to_vec(), b"3".to_vec()],
                    "b" => vec![b"one".to_vec()],
                    _ => Vec::new(),
                }
            }
        }
        let asked = Rc::new(RefCell::new(Vec::new()));
        let headers = Received::new(Noted(Rc::clone(&asked)));
        assert!(asked.borrow().is_empty());
        let first = headers.all("a");
        assert_eq!(
            (headers.one("b"), headers.one("c"), headers.one("a")),
            (Some("one"), None, None)
        );
        assert!(headers.has("a") && !headers.clone().has("c"));
        assert_eq!(first.collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(*asked.borrow(), ["a", "b", "c"]);
        assert_eq!(headers.last("a").as_deref(), Some("3"));
    }

    /// A host that counts what it is asked for.
    struct Host(RefCell<Vec<(String, String)>>);

    thread_local! {
        static MADE: Cell<usize> = const { Cell::new(0) };
    }

    impl Made for Host {
        fn new(list: &[Fixed]) -> Self {
            MADE.set(MADE.get() + 1);
            let owned = |(name, value): &Fixed| ((*name).to_owned(), (*value).to_owned());
            Self(RefCell::new(list.iter().map(owned).collect()))
        }

        fn copy(&self) -> Self {
            Self(RefCell::new(self.0.borrow().clone()))
        }

        fn add(&self, name: &str, value: &str) {
            self.0.borrow_mut().push((name.to_owned(), value.to_owned()));
        }
    }

    #[test]
    fn what_answers_share_is_made_once_and_nothing_else_is_kept() {
        let answer = |location: &str, kind: &'static str| {
            let mut headers = Headers::default();
            headers.set(CONTENT_TYPE, "text/plain");
            headers.set(LOCATION, location.to_owned());
            headers.set(CONTENT_TYPE, kind);
            headers.set("x-cut", "a\r\nb".to_owned());
            let mut list = headers.made::<Host>().0.into_inner();
            list.sort();
            let list: Vec<_> =
                list.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            list.join("; ")
        };
        for (round, secret) in ["/u/one", "/u/two", "/u/three"].into_iter().enumerate() {
            let page = answer(secret, "text/html");
            assert_eq!(page, format!("content-type: text/html; location: {secret}"));
            let json = answer(secret, "application/json");
            assert_eq!(json, format!("content-type: application/json; location: {secret}"));
            assert_eq!(MADE.get(), 2, "in round {round}");
        }
        // What is given out again is kept whole, until it is changed.
        let mut kept = Headers::default();
        kept.set(ETAG, "\"1\"".to_owned());
        let mut copy = kept.clone();
        assert_eq!(kept.made::<Host>().0.into_inner().len(), 1);
        assert_eq!(copy.made::<Host>().0.into_inner().len(), 1);
        copy.set(ETAG, "\"2\"".to_owned());
        let etag = |headers: &Headers| headers.made::<Host>().0.into_inner();
        assert_eq!(etag(&copy), [("etag".to_owned(), "\"2\"".to_owned())]);
        assert_eq!(etag(&kept), [("etag".to_owned(), "\"1\"".to_owned())]);
    }
}
