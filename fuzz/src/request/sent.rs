//! A request as it was typed, and as the edge hands it on.

use std::fmt;

use bytes::Bytes;
use desk_web::{Body, Request};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::story::Names;
use super::world::{APP, CLIENT, OPERATOR};

/// A request.
pub(super) struct Sent {
    pub(super) method: Method,
    pub(super) target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Sent {
    /// Splits an input where a line has nothing but three dashes.
    pub(super) fn split(data: &[u8]) -> Vec<&[u8]> {
        const BETWEEN: &[u8] = b"\n---\n";
        let mut typed = Vec::new();
        let mut rest = data;
        while let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
            typed.extend(rest.get(..at));
            rest = rest.get(at + BETWEEN.len()..).unwrap_or_default();
        }
        typed.push(rest);
        typed
    }

    /// Reads a request leniently: what is no header is left out, what cannot stand in an address is encoded.
    pub(super) fn read(data: &[u8], names: &Names) -> Self {
        let mut rest = data;
        let first = fill(line(&mut rest), names);
        let (method, target) = match first.iter().position(|&byte| byte == b' ') {
            Some(at) => first.split_at_checked(at).unwrap_or_default(),
            None => (&b"GET"[..], first.as_slice()),
        };
        let mut headers = HeaderMap::new();
        while !rest.is_empty() {
            let header = line(&mut rest);
            if header.is_empty() {
                break;
            }
            // The tokens of operators and of the app may stand in headers alone: elsewhere they would be told again, as
            // whatever is written there is.
            let header = replace(&replace(header, "{operator}", OPERATOR), "{app}", APP);
            let header = fill(&header, names);
            let Some(at) = header.iter().position(|&byte| byte == b':') else { continue };
            let (name, value) = header.split_at_checked(at).unwrap_or_default();
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            let name = HeaderName::from_bytes(name.trim_ascii());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
                headers.append(name, value);
            }
        }
        let mut sent = Self {
            // A method that cannot be one is answered like one that no address takes.
            method: Method::from_bytes(method).unwrap_or(Method::CONNECT),
            target: address(target),
            headers,
            body: fill(rest, names),
        };
        sent.add_the_hosts();
        sent
    }

    /// A request that looks at an address, as an operator where one has to be.
    pub(super) fn look(target: &str, accept: &'static str) -> Self {
        Self::of(Method::GET, target, &[("accept", accept)], "")
    }

    /// A request with a body, as an operator where one has to be.
    pub(super) fn of(
        method: Method,
        target: &str,
        headers: &[(&'static str, &str)],
        body: &str,
    ) -> Self {
        let pair = |(name, value): &(&'static str, &str)| {
            Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
        };
        let headers = headers.iter().filter_map(pair).collect();
        let mut sent =
            Self { method, target: target.to_owned(), headers, body: body.as_bytes().to_vec() };
        if ["/console/", "/suppressions", "/policy/versions/", "/unsubscribe/links"]
            .iter()
            .any(|begin| target.starts_with(begin))
        {
            let bearer = HeaderValue::from_str(&format!("Bearer {OPERATOR}"));
            sent.headers.extend(bearer.ok().map(|bearer| (http::header::AUTHORIZATION, bearer)));
        }
        sent.add_the_hosts();
        sent
    }

    /// What the host adds to every request.
    fn add_the_hosts(&mut self) {
        self.headers.insert("spin-client-addr", HeaderValue::from_static(CLIENT));
    }

    /// The request as the edge hands it on, with as much of its body as the route allows.
    pub(super) fn request(&self, limit: usize) -> Request {
        let mut lengths = self.headers.get_all(http::header::CONTENT_LENGTH).iter();
        let length = match (lengths.next(), lengths.next()) {
            (Some(one), None) => one.to_str().ok().and_then(|text| text.parse::<usize>().ok()),
            _ => None,
        };
        let body = if limit == 0 {
            Body::Whole(Bytes::new())
        } else if length.unwrap_or(self.body.len()) > limit {
            Body::TooLarge
        } else {
            match self.body.get(..length.unwrap_or(self.body.len())) {
                Some(whole) => Body::Whole(Bytes::copy_from_slice(whole)),
                None => Body::Cut,
            }
        };
        Request::new(self.method.clone(), &self.target, self.headers.clone(), body)
    }

    /// Whether a header carries this text.
    pub(super) fn carries(&self, token: &str) -> bool {
        self.headers.values().any(|value| contains(value.as_bytes(), token))
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, target, headers, body } = self;
        write!(f, "{method} {target:?} {headers:?} b\"{}\"", body.escape_ascii())
    }
}

/// Takes the next line, without its end.
fn line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    let (line, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    *rest = behind.get(1..).unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// An address as a client can send one: it begins with a slash, and spaces and control characters are encoded.
fn address(target: &[u8]) -> String {
    let target = String::from_utf8_lossy(target.trim_ascii());
    let target = target.split('#').next().unwrap_or_default();
    let mut address = String::with_capacity(target.len() + 1);
    if !target.starts_with('/') {
        address.push('/');
    }
    for character in target.chars() {
        if character <= ' ' || character == '\u{7f}' {
            address.push_str(&format!("%{:02X}", u32::from(character)));
        } else {
            address.push(character);
        }
    }
    address
}

/// Puts in what names in braces stand for.
fn fill(bytes: &[u8], names: &Names) -> Vec<u8> {
    let mut filled = bytes.to_vec();
    for (name, value) in names {
        if filled.contains(&b'{') {
            filled = replace(&filled, &format!("{{{name}}}"), value);
        }
    }
    filled
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(&byte) = rest.first() {
        match rest.strip_prefix(from.as_bytes()) {
            Some(behind) => {
                replaced.extend_from_slice(to.as_bytes());
                rest = behind;
            }
            None => {
                replaced.push(byte);
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    replaced
}

/// Whether a text stands somewhere among bytes.
pub(super) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len().max(1)).any(|window| window == text.as_bytes())
}
