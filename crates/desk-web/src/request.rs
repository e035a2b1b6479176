//! A request as the use cases see it: parsed at the edge, with its body already read within the route's limit.

use std::borrow::Cow;
use std::cell::OnceCell;

use bytes::Bytes;
use desk_core::lang::Lang;
use desk_core::profile::Profile;
use http::header::AsHeaderName;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::headers;
use crate::negotiate;
use crate::problem::Problem;
use http::header::CONTENT_TYPE;

/// A body as the edge could read it.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it.
    Whole(Bytes),
    /// It has more bytes than the route allows, and the rest was not read.
    TooLarge,
    /// It broke off.
    Cut,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path as it was sent, still percent-encoded, without a slash at the end.
    path: String,
    /// The path's segments, once somebody has asked for them; `None` if one of them is not UTF-8.
    segments: OnceCell<Option<Vec<String>>>,
    /// The query as it was sent.
    query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

impl Request {
    /// Builds a request from its parts; `target` is the path with its query.
    pub fn new(method: Method, target: &str, headers: HeaderMap, body: Body) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let trimmed = path.trim_end_matches('/');
        let path = match trimmed {
            "" => "/".to_owned(),
            // As routes take it. A page that said such a path again would lead to another host.
            trimmed if trimmed.contains("//") => {
                let named = trimmed.split('/').filter(|segment| !segment.is_empty());
                named.flat_map(|segment| ["/", segment]).collect()
            }
            trimmed => trimmed.to_owned(),
        };
        Self { method, path, segments: OnceCell::new(), query: query.to_owned(), headers, body }
    }

    /// The path, percent-encoded, with one slash between two segments and none at the end (but `/` for the start page).
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path's segments, each percent-decoded.
    ///
    /// # Errors
    /// A problem if one of them is not UTF-8.
    pub fn segments(&self) -> Result<Vec<&str>, Problem> {
        let decode = || {
            let mut decoded = Vec::new();
            for segment in self.path.split('/').filter(|segment| !segment.is_empty()) {
                decoded.push(percent_decode_str(segment).decode_utf8().ok()?.into_owned());
            }
            Some(decoded)
        };
        let segments = self.segments.get_or_init(decode).as_deref().ok_or(Problem::NotFound)?;
        Ok(segments.iter().map(String::as_str).collect())
    }

    /// Whether the client only wants to see something: `GET`, and `HEAD` wherever that is.
    pub fn reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }

    /// The value of a query parameter, if it is there once.
    ///
    /// # Errors
    /// A problem if it is there more than once: which of two a client means is not ours to guess.
    pub fn query(&self, name: &'static str) -> Result<Option<String>, Problem> {
        let mut values =
            form_urlencoded::parse(self.query.as_bytes()).filter(|(key, _)| key == name);
        let value = values.next().map(|(_, value)| value.into_owned());
        if values.next().is_some() {
            return Err(Problem::invalid_query(name, "given-twice"));
        }
        Ok(value)
    }

    /// All query parameters, in their order.
    pub fn query_pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.query.as_bytes())
    }

    /// The single value of a header; `None` if it is missing, repeated, or no text.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        headers::one(&self.headers, name)
    }

    /// The client's address, as the header of this name has it. The last value: a client's own `spin-*` headers come before
    /// the host's.
    pub fn client_address(&self, header: &str) -> Option<&str> {
        headers::last(&self.headers, header)
    }

    /// The media type of the body, without parameters, in lower case.
    pub fn content_type(&self) -> String {
        let value = self.header(CONTENT_TYPE).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The whole body.
    ///
    /// # Errors
    /// The problem that says why there is none.
    pub fn whole_body(&self) -> Result<&Bytes, Problem> {
        match &self.body {
            Body::Whole(bytes) => Ok(bytes),
            Body::TooLarge => Err(Problem::TooLarge),
            Body::Cut => Err(Problem::malformed("cut")),
        }
    }

    /// The language of the answer: `?lang=` if it names one of ours, else what the client prefers, else the default.
    pub fn locale(&self, profile: &Profile) -> Locale {
        let asked = form_urlencoded::parse(self.query.as_bytes())
            .find(|(key, _)| key == "lang")
            .and_then(|(_, value)| Lang::lookup(&value));
        let negotiated = || negotiate::language(&self.headers).unwrap_or(profile.default_lang);
        Locale { lang: asked.unwrap_or_else(negotiated), explicit: asked.is_some() }
    }

    /// Whether the client signals Global Privacy Control (`Sec-GPC: 1`, and nothing else, is the signal).
    pub fn signals_gpc(&self) -> bool {
        self.header("sec-gpc") == Some("1")
    }
}

/// The language of an answer, and whether the address named it, so that links keep it: there is no cookie to do so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale {
    /// The language.
    pub lang: Lang,
    /// Whether `?lang=` named it.
    pub explicit: bool,
}

impl Locale {
    /// The language of an answer where there is no configuration: what the client asks for, or English.
    pub fn of(request: &Request) -> Self {
        Self { lang: negotiate::language(&request.headers).unwrap_or(Lang::En), explicit: false }
    }

    /// An address of ours that keeps the language if this request's address named it.
    pub fn href(self, path: &str) -> Cow<'_, str> {
        if !self.explicit {
            return path.into();
        }
        let joint = if path.contains('?') { "&lang=" } else { "?lang=" };
        [path, joint, self.lang.tag()].concat().into()
    }
}
