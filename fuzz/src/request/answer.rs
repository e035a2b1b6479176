//! An answer taken apart.

use std::fmt;

use desk_web::reply::Response;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::sent::contains;
use super::world::{BASE, block_on};
use super::{archive, html};

/// Headers that belong on every answer.
const EVERYWHERE: [&str; 4] =
    ["cache-control", "content-security-policy", "referrer-policy", "x-content-type-options"];

/// An answer, whole.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) log: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// Takes in the rest of the body, and lets be done what was left for after the answer.
    pub(super) fn new(response: Response) -> Self {
        let whole = block_on(response.whole());
        assert!(whole.is_ok(), "an answer was broken off: {:?}", whole.as_ref().err());
        let Ok(response) = whole else {
            return Self { status: 0, log: None, headers: vec![], body: vec![] };
        };
        let pair = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Self {
            status: response.status.as_u16(),
            headers: response.headers.iter().map(pair).collect(),
            body: response.body.to_vec(),
            log: response.log,
        }
    }

    /// The value of a header, or nothing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(super) fn headers_are_sound(&self, is_head: bool) {
        for (name, value) in &self.headers {
            let token = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(!name.is_empty() && name.bytes().all(token), "{name:?} in {self:?}");
            assert!(value.bytes().all(|b| matches!(b, b' '..=b'~')), "{name}: {value:?}");
        }
        for name in EVERYWHERE {
            let known = self.headers.iter().filter(|(known, _)| known == name).count();
            assert_eq!(known, 1, "{name} in {self:?}");
        }
        let length = self.header("content-length");
        if !length.is_empty() {
            // Also where the body is given out piece by piece.
            assert!(is_head || length == self.body.len().to_string(), "{self:?}");
        }
        assert!(!is_head || self.body.is_empty(), "a body in the answer to HEAD: {self:?}");
        let typed = self.body.is_empty() || !self.header("content-type").is_empty();
        assert!(typed, "a body of no type: {self:?}");
        assert!(self.header("set-cookie").is_empty(), "there are no cookies: {self:?}");
        let location = self.header("location");
        let ours = location.starts_with('/') && !location.starts_with("//");
        assert!(location.is_empty() || ours, "it leads elsewhere: {self:?}");
    }

    pub(super) fn body_is_sound(&self) {
        let kind = self.header("content-type").split(';').next().unwrap_or_default();
        if self.body.is_empty() {
            return;
        }
        match kind {
            "text/html" => html::check(&self.text()),
            "application/atom+xml" | "image/svg+xml" => html::check_xml(&self.text()),
            "application/x-ndjson" => {
                self.body.split(|&byte| byte == b'\n').filter(|l| !l.is_empty()).for_each(is_json);
            }
            "application/zip" => {
                let files = archive::files(&self.body);
                assert!(!files.is_empty(), "an archive without files: {self:?}");
                for (name, content) in files {
                    match name.rsplit('.').next() {
                        Some("html") => html::check(&String::from_utf8_lossy(&content)),
                        Some("json") => is_json(&content),
                        _ => {}
                    }
                }
            }
            kind if kind == "application/json" || kind.ends_with("+json") => {
                let read = serde_json::from_slice::<Value>(&self.body);
                assert!(read.is_ok(), "{read:?}: {self:?}");
                if kind == "application/problem+json" {
                    let problem = read.unwrap_or_default();
                    let status = problem.get("status").and_then(Value::as_u64);
                    assert_eq!(status, Some(self.status.into()), "{self:?}");
                    let told = problem.get("type").and_then(Value::as_str).unwrap_or_default();
                    assert!(told.starts_with(&format!("{BASE}/problems/")), "{self:?}");
                }
            }
            _ => {}
        }
    }

    /// Whether it says a text, wherever.
    pub(super) fn says(&self, text: &str) -> bool {
        contains(&self.body, text) || self.headers.iter().any(|(_, value)| value.contains(text))
    }

    /// The addresses of ours that it leads to: where the client is sent, and what JSON names.
    pub(super) fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        let location = self.header("location");
        if !location.is_empty() {
            links.push(location.to_owned());
        }
        if self.header("content-type").starts_with("application/json") {
            named(&self.json(), &mut links);
        }
        links
    }
}

fn is_json(bytes: &[u8]) {
    let read = serde_json::from_slice::<Value>(bytes);
    assert!(read.is_ok(), "{read:?}: {}", bytes.escape_ascii());
}

fn named(value: &Value, links: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            links.extend(text.strip_prefix(BASE).filter(|p| p.starts_with('/')).map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| named(item, links)),
        Value::Object(members) => members.values().for_each(|member| named(member, links)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, log, headers, .. } = self;
        let body: String = self.text().chars().take(2_000).collect();
        write!(f, "{status} {headers:?} {body:?} {log:?}")
    }
}
