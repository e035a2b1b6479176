//! Answers: one place where the headers that belong on every one of them are set.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;
use std::pin::Pin;

use bytes::Bytes;
use desk_core::lang::Lang;
use desk_core::time::Timestamp;
use http::{Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::headers::{self, Headers, Received};
use crate::problem::Problem;
use crate::request::Request;

/// No scripts, no frames, no third parties: styles and images from here, forms to here, and nothing else.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How long an answer may be kept by whoever receives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Nobody may keep it: it is personal, or true for this moment only.
    NoStore,
    /// Anybody may keep it for so many seconds.
    Public(u32),
    /// Anybody may keep it for five minutes, use it for a day while asking for a newer one, and for a week where none is
    /// to be had; but nobody past so many seconds, when something else becomes true.
    Current(Option<i64>),
    /// It never changes.
    Immutable,
}

impl Caching {
    /// The value of `Cache-Control` (RFC 9111, RFC 5861, RFC 8246).
    pub fn value(self) -> Cow<'static, str> {
        match self {
            Self::NoStore => "no-store".into(),
            Self::Immutable => "public, max-age=31536000, immutable".into(),
            Self::Current(None) => {
                "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800".into()
            }
            Self::Public(seconds) => format!("public, max-age={seconds}").into(),
            Self::Current(Some(left)) => {
                let fresh = left.clamp(0, 300);
                match left.saturating_sub(fresh) {
                    // Without this a cache may use what is stale when it cannot reach us.
                    ..=0 => format!("public, max-age={fresh}, must-revalidate").into(),
                    stale => format!(
                        "public, max-age={fresh}, stale-while-revalidate={}, stale-if-error={}",
                        stale.min(86_400),
                        stale.min(604_800)
                    )
                    .into(),
                }
            }
        }
    }
}

/// An answer as the edge hands it to the host.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: Headers,
    /// The body, or its beginning where there is a `rest`.
    pub body: Bytes,
    /// What the log should hear of it.
    pub log: Option<String>,
    /// What follows the body's beginning, for answers too long to be held in memory.
    pub rest: Option<Rest>,
    /// What is done once the answer is out, so that nobody waits for it.
    pub after: Option<After>,
}

/// The rest of a body, chunk by chunk.
pub struct Rest(Box<dyn Chunks>);

/// A source of chunks.
pub trait Chunks {
    /// Gives the next chunk; `None` at the end.
    ///
    /// The problem breaks the answer off, so that nobody takes the half of it for the whole.
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Result<Option<Bytes>, Problem>> + '_>>;
}

impl Rest {
    /// A body that goes on with these chunks.
    pub fn new(chunks: impl Chunks + 'static) -> Self {
        Self(Box::new(chunks))
    }

    /// Gives the next chunk; `None` at the end.
    ///
    /// # Errors
    /// What keeps the body from being given out whole.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        self.0.next().await
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rest(…)")
    }
}

/// Work that goes on after the answer. What it finds wrong it says in a line for the log.
pub struct After(Pin<Box<dyn Future<Output = Option<String>>>>);

impl After {
    /// Work to be done after the answer.
    pub fn new(work: impl Future<Output = Option<String>> + 'static) -> Self {
        Self(Box::pin(work))
    }

    /// Does it.
    pub async fn run(self) -> Option<String> {
        self.0.await
    }
}

impl fmt::Debug for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("After(…)")
    }
}

impl Response {
    fn bodiless(status: StatusCode, headers: Headers) -> Self {
        Self { status, headers, body: Bytes::new(), log: None, rest: None, after: None }
    }

    /// Lets the body go on with chunks, whose length nobody knows beforehand.
    #[must_use]
    pub fn followed_by(mut self, rest: Rest) -> Self {
        self.headers.remove(headers::CONTENT_LENGTH);
        self.rest = Some(rest);
        self
    }
}

/// For tests, which want an answer whole and everything done.
#[cfg(not(target_family = "wasm"))]
impl Response {
    /// Takes in the rest of the body, then does what was left for after the answer.
    ///
    /// # Errors
    /// What breaks the answer off.
    pub async fn whole(mut self) -> Result<Self, Problem> {
        if let Some(mut rest) = self.rest.take() {
            let mut body = Vec::from(self.body);
            while let Some(chunk) = rest.next().await? {
                body.extend_from_slice(&chunk);
            }
            self.body = body.into();
        }
        if let Some(after) = self.after.take() {
            let said = after.run().await;
            self.log = self.log.or(said);
        }
        Ok(self)
    }
}

/// For tests, whose clients speak in the types of the `http` crate.
#[cfg(not(target_family = "wasm"))]
impl From<Response> for http::Response<Bytes> {
    fn from(response: Response) -> Self {
        let mut builder = http::Response::builder().status(response.status);
        for (name, value) in response.headers.list() {
            builder = builder.header(name, value);
        }
        // Names and values were checked when they were set.
        builder.body(response.body).unwrap_or_default()
    }
}

/// An answer before the headers that every answer has.
#[derive(Clone, Debug)]
pub struct Reply(Box<Parts>);

/// What an answer is made of, behind a pointer: it is handed on many times while it is built.
#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    headers: Headers,
    body: Bytes,
    caching: Caching,
    etag: Option<String>,
    modified: Option<Timestamp>,
}

impl Reply {
    /// Begins an answer without a body that nobody may keep.
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Parts {
            status,
            headers: Headers::default(),
            body: Bytes::new(),
            caching: Caching::NoStore,
            etag: None,
            modified: None,
        }))
    }

    /// An answer with a body of this media type.
    pub fn with_body(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut reply = Self::new(status);
        reply.0.body = body.into();
        reply.header(headers::CONTENT_TYPE, media_type)
    }

    /// An answer with a page.
    pub fn page(status: StatusCode, lang: Lang, page: maud::Markup) -> Self {
        Self::with_body(status, "text/html; charset=utf-8", page.into_string()).lang(lang)
    }

    /// An answer with JSON.
    pub fn json(status: StatusCode, value: &impl serde::Serialize) -> Self {
        // Wire types are plain structs, whose serialisation cannot fail; an empty body would be noticed by every test.
        Self::with_body(status, "application/json", serde_json::to_vec(value).unwrap_or_default())
    }

    /// An answer with JSON that was written already.
    pub fn json_text(status: StatusCode, json: String) -> Self {
        Self::with_body(status, "application/json", json)
    }

    /// Sends the client to another address of ours with GET.
    pub fn see_other(location: &str) -> Self {
        Self::new(StatusCode::SEE_OTHER).header(headers::LOCATION, location.to_owned())
    }

    /// Sets a header; a value that cannot stand in one is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.0.headers.set(name, value);
        self
    }

    /// Adds one more value of a header.
    #[must_use]
    pub fn also(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.0.headers.add(name, value);
        self
    }

    /// Says in which language the body is.
    #[must_use]
    pub fn lang(self, lang: Lang) -> Self {
        self.header(headers::CONTENT_LANGUAGE, lang.tag())
    }

    /// Says what the answer depends on.
    #[must_use]
    pub fn vary(self, names: &'static str) -> Self {
        self.header(headers::VARY, names)
    }

    /// Says how long the answer may be kept.
    #[must_use]
    pub fn caching(mut self, caching: Caching) -> Self {
        self.0.caching = caching;
        self
    }

    /// Sets the entity tag, given without its quotes.
    #[must_use]
    pub fn etag(mut self, tag: impl Into<String>) -> Self {
        self.0.etag = Some(tag.into());
        self
    }

    /// Sets the entity tag from a hash of the body.
    #[must_use]
    pub fn etag_of_body(self) -> Self {
        let tag = entity_tag(&self.0.body);
        self.etag(tag)
    }

    /// Says when the content last changed.
    #[must_use]
    pub fn modified(mut self, at: Timestamp) -> Self {
        self.0.modified = Some(at);
        self
    }

    /// Sets the entity tag and `Repr-Digest` (RFC 9530) from one hash of the body.
    #[must_use]
    pub fn digested(self) -> Self {
        use base64ct::{Base64, Encoding};
        let hash = Sha256::digest(&self.0.body);
        let digest = ["sha-256=:", &Base64::encode_string(&hash), ":"].concat();
        self.etag(tag_of(&hash)).header("repr-digest", digest)
    }

    /// Finishes the answer to this request: conditions, HEAD, and the headers that every answer has.
    pub fn finish(self, request: &Request) -> Response {
        self.prepare().answer(request)
    }

    /// Sets the headers that every answer has, whoever asked.
    pub fn prepare(self) -> Prepared {
        let Parts { status, mut headers, body, caching, etag, modified } = *self.0;
        let unchanged = OnceCell::new();
        if let Some(tag) = &etag {
            headers.set(headers::ETAG, ["\"", tag, "\""].concat());
        }
        if let Some(at) = modified {
            headers.set(headers::LAST_MODIFIED, at.http_date());
        }
        headers.set(headers::CACHE_CONTROL, caching.value());
        for (name, value) in [
            (headers::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
            (headers::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // A token stands in some addresses, and no address of ours is anybody else's business.
            (headers::REFERRER_POLICY, "no-referrer"),
        ] {
            if !headers.has(name) {
                headers.add(name, value);
            }
        }
        // Without a length the host sends the body in a second write, and the client waits for it.
        headers.set(headers::CONTENT_LENGTH, itoa::Buffer::new().format(body.len()).to_owned());
        Prepared { status, headers, body, etag, modified, unchanged }
    }
}

/// An answer with all of its headers, which can be given more than once.
#[derive(Clone, Debug)]
pub struct Prepared {
    status: StatusCode,
    headers: Headers,
    body: Bytes,
    etag: Option<String>,
    modified: Option<Timestamp>,
    /// The headers for a client that has this already.
    unchanged: OnceCell<Headers>,
}

impl Prepared {
    /// Gives the answer to this request: conditions and HEAD.
    pub fn answer(&self, request: &Request) -> Response {
        if self.is_current(request) {
            return Response::bodiless(StatusCode::NOT_MODIFIED, self.unchanged().clone());
        }
        let headers = self.headers.clone();
        if request.method == Method::HEAD {
            return Response::bodiless(self.status, headers);
        }
        Response { body: self.body.clone(), ..Response::bodiless(self.status, headers) }
    }

    fn unchanged(&self) -> &Headers {
        self.unchanged.get_or_init(|| {
            let mut headers = self.headers.clone();
            headers.remove(headers::CONTENT_TYPE);
            // RFC 9110 section 8.6 would have it be that of the 200.
            headers.remove(headers::CONTENT_LENGTH);
            headers
        })
    }

    /// Whether the client has this already (RFC 9110 section 13.2.2: a tag decides, and only without one a date).
    fn is_current(&self, request: &Request) -> bool {
        let reads = request.method == Method::GET || request.method == Method::HEAD;
        if !reads || self.status != StatusCode::OK {
            return false;
        }
        // Most answers have neither, and are spared the question.
        if self.etag.is_none() && self.modified.is_none() {
            return false;
        }
        if request.headers.has(headers::IF_NONE_MATCH) {
            let Some(tag) = &self.etag else { return false };
            return matches_tag(&request.headers, headers::IF_NONE_MATCH, tag);
        }
        let since = request.header(headers::IF_MODIFIED_SINCE);
        match (since.and_then(|date| Timestamp::from_http_date(date).ok()), self.modified) {
            (Some(since), Some(modified)) => modified.to_second() <= since,
            _ => false,
        }
    }
}

/// The entity tag of a body: 128 bits of its SHA-256, without the quotes.
pub fn entity_tag(body: &[u8]) -> String {
    tag_of(&Sha256::digest(body))
}

fn tag_of(hash: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    Base64UrlUnpadded::encode_string(hash.get(..16).unwrap_or_default())
}

/// Whether a condition header names this tag or `*`, by weak comparison (RFC 9110 section 8.8.3.2).
pub fn matches_tag(headers: &Received, name: &'static str, tag: &str) -> bool {
    headers.all(name).any(|value| {
        value.split(',').map(str::trim).any(|sent| {
            let sent = sent.strip_prefix("W/").unwrap_or(sent);
            sent == "*" || sent.strip_prefix('"').and_then(|s| s.strip_suffix('"')) == Some(tag)
        })
    })
}
