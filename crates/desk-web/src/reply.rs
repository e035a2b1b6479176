//! Answers: one place where the headers that belong on every one of them are set.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;

use base64ct::{Base64, Encoding};
use bytes::Bytes;
use desk_core::attachment::FileKind;
use desk_core::entity_tag::{self, entity_tag};
use desk_core::lang::Lang;
use desk_core::reference::Reference;
use desk_core::time::Timestamp;
use http::header::{self, IntoHeaderName};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use sha2::{Digest, Sha256};

use crate::headers;
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
    pub headers: HeaderMap,
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
    fn bodiless(status: StatusCode, headers: HeaderMap) -> Self {
        Self { status, headers, body: Bytes::new(), log: None, rest: None, after: None }
    }

    /// Lets the body go on with chunks, whose length nobody knows beforehand.
    #[must_use]
    pub fn followed_by(mut self, rest: Rest) -> Self {
        self.headers.remove(header::CONTENT_LENGTH);
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

impl From<Response> for http::Response<Bytes> {
    /// The status, the headers and the beginning of the body, in the types of the `http` crate.
    fn from(response: Response) -> Self {
        let mut answer = Self::new(response.body);
        *answer.status_mut() = response.status;
        *answer.headers_mut() = response.headers;
        answer
    }
}

/// A reply, and what is sent once it is out: mails, or notices of opt-outs.
#[derive(Debug)]
pub struct ReplyWithOutgoing<T> {
    /// The reply.
    pub reply: Reply,
    /// What is sent then.
    pub outgoing: T,
}

impl<T: Default> From<Reply> for ReplyWithOutgoing<T> {
    fn from(reply: Reply) -> Self {
        Self { reply, outgoing: T::default() }
    }
}

/// An answer before the headers that every answer has.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    caching: Caching,
    etag: Option<String>,
    modified: Option<Timestamp>,
}

impl Reply {
    /// Begins an answer without a body that nobody may keep.
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            caching: Caching::NoStore,
            etag: None,
            modified: None,
        }
    }

    /// An answer with a body of this media type.
    pub fn with_body(status: StatusCode, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let reply = Self { body: body.into(), ..Self::new(status) };
        reply.header(header::CONTENT_TYPE, media_type)
    }

    /// A file that holds what others wrote: wherever it is opened, nothing in it runs or loads.
    pub fn sandboxed(media_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self::with_body(StatusCode::OK, media_type, body)
            .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
    }

    /// A file that belongs to a case, named after its reference and its number, to be saved and not shown.
    pub fn attached_file(
        reference: Reference,
        number: usize,
        kind: FileKind,
        bytes: impl Into<Bytes>,
    ) -> Self {
        let name = format!("{reference}-{number}.{}", kind.extension());
        Self::sandboxed(kind.media_type(), bytes).download(&name)
    }

    /// Has the answer saved under a name.
    #[must_use]
    pub fn download(self, name: &str) -> Self {
        self.header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
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
        Self::new(StatusCode::SEE_OTHER).header(header::LOCATION, location)
    }

    /// Sets a header; a value that cannot stand in one is left out.
    #[must_use]
    pub fn header(mut self, name: impl IntoHeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.headers.insert(name, value);
        }
        self
    }

    /// Adds one more value of a header; one that cannot stand in it is left out.
    #[must_use]
    pub fn also(mut self, name: impl IntoHeaderName, value: impl TryInto<HeaderValue>) -> Self {
        if let Ok(value) = value.try_into() {
            self.headers.append(name, value);
        }
        self
    }

    /// Says in which language the body is.
    #[must_use]
    pub fn lang(self, lang: Lang) -> Self {
        self.header(header::CONTENT_LANGUAGE, lang.tag())
    }

    /// Says what the answer depends on.
    #[must_use]
    pub fn vary(self, names: &'static str) -> Self {
        self.header(header::VARY, names)
    }

    /// Says how long the answer may be kept.
    #[must_use]
    pub fn caching(mut self, caching: Caching) -> Self {
        self.caching = caching;
        self
    }

    /// Sets the entity tag, given without its quotes.
    #[must_use]
    pub fn etag(mut self, tag: impl Into<String>) -> Self {
        self.etag = Some(tag.into());
        self
    }

    /// Sets the entity tag from a hash of the body.
    #[must_use]
    pub fn etag_of_body(self) -> Self {
        let tag = entity_tag(&self.body);
        self.etag(tag)
    }

    /// Says when the content last changed.
    #[must_use]
    pub fn modified(mut self, at: Timestamp) -> Self {
        self.modified = Some(at);
        self
    }

    /// Sets the entity tag and `Repr-Digest` (RFC 9530) from one hash of the body.
    #[must_use]
    pub fn digested(self) -> Self {
        let hash = Sha256::digest(&self.body);
        let digest = format!("sha-256=:{}:", Base64::encode_string(&hash));
        self.etag(entity_tag::of_hash(&hash)).header("repr-digest", digest)
    }

    /// Finishes the answer to this request: conditions, HEAD, and the headers that every answer has.
    pub fn finish(self, request: &Request) -> Response {
        if self.is_current(request) {
            let mut unchanged = self;
            unchanged.headers.remove(header::CONTENT_TYPE);
            // No `Content-Length`: RFC 9110 section 8.6 would have it be that of the 200.
            return Response::bodiless(StatusCode::NOT_MODIFIED, unchanged.with_common_headers());
        }
        let (status, body) = (self.status, self.body.clone());
        let mut headers = self.with_common_headers();
        // Without a length the host sends the body in a second write, and the client waits for it.
        headers.insert(header::CONTENT_LENGTH, body.len().into());
        if request.method == Method::HEAD {
            return Response::bodiless(status, headers);
        }
        Response { body, ..Response::bodiless(status, headers) }
    }

    /// The headers, with those that every answer has, whoever asked.
    fn with_common_headers(self) -> HeaderMap {
        let tag = self.etag.as_ref().map(|tag| format!("\"{tag}\""));
        let date = self.modified.map(|at| at.http_date());
        let caching = self.caching.value();
        let mut reply = self.header(header::CACHE_CONTROL, caching.as_ref());
        if let Some(tag) = tag {
            reply = reply.header(header::ETAG, tag);
        }
        if let Some(date) = date {
            reply = reply.header(header::LAST_MODIFIED, date);
        }
        let mut headers = reply.headers;
        for (name, value) in [
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            // A token stands in some addresses, and no address of ours is anybody else's business.
            (header::REFERRER_POLICY, "no-referrer"),
        ] {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        headers
    }

    /// Whether the client has this already (RFC 9110 section 13.2.2: a tag decides, and only without one a date).
    fn is_current(&self, request: &Request) -> bool {
        if !request.reads() || self.status != StatusCode::OK {
            return false;
        }
        if request.headers.contains_key(header::IF_NONE_MATCH) {
            let Some(tag) = &self.etag else { return false };
            return matches_tag(&request.headers, header::IF_NONE_MATCH, tag);
        }
        let since = request.header(header::IF_MODIFIED_SINCE);
        match (since.and_then(|date| Timestamp::from_http_date(date).ok()), self.modified) {
            (Some(since), Some(modified)) => modified.to_second() <= since,
            _ => false,
        }
    }
}

/// Whether a condition header names this tag or `*`, by weak comparison (RFC 9110 section 8.8.3.2).
pub fn matches_tag(headers: &HeaderMap, name: HeaderName, tag: &str) -> bool {
    headers::all(headers, name).any(|value| {
        value.split(',').map(str::trim).any(|sent| {
            let sent = sent.strip_prefix("W/").unwrap_or(sent);
            sent == "*" || sent.strip_prefix('"').and_then(|s| s.strip_suffix('"')) == Some(tag)
        })
    })
}
