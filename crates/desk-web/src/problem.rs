//! Everything that can go wrong, as problems of RFC 9457: one closed catalogue, two renderings.

use std::borrow::Cow;

use desk_core::fault::Fault;
use desk_core::lang::Lang;
use desk_core::profile::Profile;
use http::StatusCode;

use crate::negotiate;
use crate::page;
use crate::reply::{Reply, Response};
use crate::request::{Locale, Request};
use crate::texts::{number, texts};
use desk_core::json::Json;
use http::header;

/// A kind of problem. Its slug is part of the API: it never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read.
    Malformed,
    /// Fields are missing or wrong.
    InvalidFields,
    /// There is nothing here, or not for whoever asks.
    NotFound,
    /// No policy has been published, or none was in force then.
    NoPolicy,
    /// A link from a mail is not whole, not ours, or has expired.
    NotALink,
    /// The address does not take this method.
    MethodNotAllowed,
    /// The body is larger than this address takes.
    TooLarge,
    /// The body is of a kind that this address does not read.
    UnsupportedMediaType,
    /// An operator's token is missing or wrong.
    Unauthorised,
    /// A form was open for too long.
    FormExpired,
    /// The form, or the idempotency key, was already used for another text.
    AlreadySent,
    /// The policy version exists with another content.
    VersionPublished,
    /// The case does not allow this in its state.
    CaseState,
    /// What is to be changed has changed since it was read.
    PreconditionFailed,
    /// A change needs `If-Match`.
    PreconditionRequired,
    /// The client asks too often.
    TooManyRequests,
    /// The store does not answer.
    StoreUnavailable,
    /// The desk is not configured.
    Misconfigured,
    /// The desk has a fault.
    Internal,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::Malformed,
        Self::InvalidFields,
        Self::NotFound,
        Self::NoPolicy,
        Self::NotALink,
        Self::MethodNotAllowed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Unauthorised,
        Self::FormExpired,
        Self::AlreadySent,
        Self::VersionPublished,
        Self::CaseState,
        Self::PreconditionFailed,
        Self::PreconditionRequired,
        Self::TooManyRequests,
        Self::StoreUnavailable,
        Self::Misconfigured,
        Self::Internal,
    ];

    /// The last part of the problem's `type`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::InvalidFields => "invalid-fields",
            Self::NotFound => "not-found",
            Self::NoPolicy => "no-policy",
            Self::NotALink => "not-a-link",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::Unauthorised => "unauthorised",
            Self::FormExpired => "form-expired",
            Self::AlreadySent => "already-sent",
            Self::VersionPublished => "version-published",
            Self::CaseState => "case-state",
            Self::PreconditionFailed => "precondition-failed",
            Self::PreconditionRequired => "precondition-required",
            Self::TooManyRequests => "too-many-requests",
            Self::StoreUnavailable => "store-unavailable",
            Self::Misconfigured => "misconfigured",
            Self::Internal => "internal",
        }
    }

    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::InvalidFields | Self::FormExpired => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound | Self::NoPolicy | Self::NotALink => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::AlreadySent => StatusCode::UNPROCESSABLE_ENTITY,
            Self::VersionPublished | Self::CaseState => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The kind with this slug.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Where it is: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// A code that names the fault, part of the API.
    pub code: &'static str,
}

/// A problem as it occurred.
///
/// It carries codes alone: whatever a client sent never comes back in it, and internal texts go to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// See [`Kind::Malformed`]; the code names what could not be read.
    Malformed(&'static str),
    /// See [`Kind::InvalidFields`]; all of them at once.
    InvalidFields(Vec<FieldError>),
    /// See [`Kind::NotFound`].
    NotFound,
    /// See [`Kind::NoPolicy`].
    NoPolicy,
    /// See [`Kind::NotALink`].
    NotALink,
    /// See [`Kind::MethodNotAllowed`]; the methods that the address takes, as in `Allow`.
    MethodNotAllowed(String),
    /// See [`Kind::TooLarge`].
    TooLarge,
    /// See [`Kind::UnsupportedMediaType`]; what the address reads.
    UnsupportedMediaType(&'static str),
    /// See [`Kind::Unauthorised`].
    Unauthorised,
    /// See [`Kind::FormExpired`].
    FormExpired,
    /// See [`Kind::AlreadySent`]; where what was sent first can be seen, for those who may.
    AlreadySent(Option<String>),
    /// See [`Kind::VersionPublished`].
    VersionPublished,
    /// See [`Kind::CaseState`]; the code names the reason.
    CaseState(&'static str),
    /// See [`Kind::PreconditionFailed`].
    PreconditionFailed,
    /// See [`Kind::PreconditionRequired`].
    PreconditionRequired,
    /// See [`Kind::TooManyRequests`]; the `RateLimit` fields, and seconds until it makes sense to come back.
    TooManyRequests(Box<RateLimit>),
    /// See [`Kind::StoreUnavailable`]; text for the log.
    StoreUnavailable(Cow<'static, str>),
    /// See [`Kind::Misconfigured`]; text for the log.
    Misconfigured(Cow<'static, str>),
    /// See [`Kind::Internal`]; text for the log.
    Internal(Cow<'static, str>),
}

/// A problem, and for what a person filled in the form that shows it beside what they wrote.
#[derive(Debug)]
pub struct Refused {
    /// The problem.
    pub problem: Problem,
    /// The page to be answered in place of the problem's own.
    pub form: Option<Reply>,
}

impl<P: Into<Problem>> From<P> for Refused {
    fn from(problem: P) -> Self {
        Self { problem: problem.into(), form: None }
    }
}

/// The `RateLimit` fields of an answer (draft-ietf-httpapi-ratelimit-headers-10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// `RateLimit-Policy`.
    pub policy: String,
    /// `RateLimit`.
    pub standing: String,
    /// Seconds until the tightest window ends.
    pub reset: u32,
}

impl RateLimit {
    /// The fields for where a client stands; none where the host gave no address.
    pub fn of(verdict: Option<&desk_core::limit::Verdict>) -> Self {
        verdict.map(Self::from).unwrap_or_default()
    }

    /// Sets the fields on an answer.
    pub fn apply(&self, reply: Reply) -> Reply {
        if self.policy.is_empty() {
            return reply;
        }
        reply
            .header("ratelimit-policy", self.policy.clone())
            .header("ratelimit", self.standing.clone())
    }
}

impl From<&desk_core::limit::Verdict> for RateLimit {
    fn from(verdict: &desk_core::limit::Verdict) -> Self {
        let mut policy = String::new();
        for standing in &verdict.standings {
            let joint = if policy.is_empty() { "" } else { ", " };
            let quota = standing.quota;
            let (window, requests) = (number(quota.window), number(quota.requests));
            policy.extend([joint, "\"", &window, "s\";q=", &requests, ";w=", &window]);
        }
        let Some(tightest) = verdict.tightest() else { return Self::default() };
        let window = number(tightest.quota.window);
        let (left, reset) = (number(tightest.remaining), number(tightest.reset));
        let standing = ["\"", &window, "s\";r=", &left, ";t=", &reset].concat();
        Self { policy, standing, reset: tightest.reset }
    }
}

/// The one place where a fault of a use case becomes a problem.
impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotFound => Self::NotFound,
            Fault::CaseState(code) => Self::CaseState(code),
            Fault::InvalidField { name, code } if name.is_empty() || name.starts_with('?') => {
                Self::InvalidFields(vec![FieldError { pointer: name.to_owned(), code }])
            }
            Fault::InvalidField { name, code } => Self::invalid_field(name, code),
            Fault::AlreadySent => Self::AlreadySent(None),
            Fault::FormExpired => Self::FormExpired,
            Fault::PreconditionFailed => Self::PreconditionFailed,
            Fault::PreconditionRequired => Self::PreconditionRequired,
            Fault::VersionPublished => Self::VersionPublished,
            Fault::TooManyRequests(verdict) => {
                Self::TooManyRequests(Box::new(RateLimit::from(&*verdict)))
            }
            Fault::StoreUnavailable(text) => Self::StoreUnavailable(text),
            Fault::Misconfigured(text) => Self::Misconfigured(text),
            Fault::Internal(text) => Self::Internal(text),
        }
    }
}

/// What else is told as a fault is.
macro_rules! problem_by_fault {
    ($($error:ty),+) => {
        $(impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Fault::from(error).into()
            }
        })+
    };
}

problem_by_fault!(
    desk_core::case::CaseRefusal,
    desk_core::clock::due::ExtensionRefusal,
    desk_core::request::MoveRefusal,
    desk_core::sealed::Unreadable,
    desk_core::store_key::InvalidStoreKey,
    desk_core::variables::InvalidVariable
);

impl Problem {
    /// A request that cannot be read; the code names why.
    pub const fn malformed(code: &'static str) -> Self {
        Self::Malformed(code)
    }

    /// One wrong field of a body.
    pub fn invalid_field(name: &str, code: &'static str) -> Self {
        Self::InvalidFields(vec![FieldError { pointer: ["/", name].concat(), code }])
    }

    /// A wrong query parameter.
    pub fn invalid_query(name: &str, code: &'static str) -> Self {
        Self::InvalidFields(vec![FieldError { pointer: format!("?{name}"), code }])
    }

    /// The kind of problem.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Malformed(_) => Kind::Malformed,
            Self::InvalidFields(_) => Kind::InvalidFields,
            Self::NotFound => Kind::NotFound,
            Self::NoPolicy => Kind::NoPolicy,
            Self::NotALink => Kind::NotALink,
            Self::MethodNotAllowed(_) => Kind::MethodNotAllowed,
            Self::TooLarge => Kind::TooLarge,
            Self::UnsupportedMediaType(_) => Kind::UnsupportedMediaType,
            Self::Unauthorised => Kind::Unauthorised,
            Self::FormExpired => Kind::FormExpired,
            Self::AlreadySent(_) => Kind::AlreadySent,
            Self::VersionPublished => Kind::VersionPublished,
            Self::CaseState(_) => Kind::CaseState,
            Self::PreconditionFailed => Kind::PreconditionFailed,
            Self::PreconditionRequired => Kind::PreconditionRequired,
            Self::TooManyRequests(_) => Kind::TooManyRequests,
            Self::StoreUnavailable(_) => Kind::StoreUnavailable,
            Self::Misconfigured(_) => Kind::Misconfigured,
            Self::Internal(_) => Kind::Internal,
        }
    }

    /// What the log should hear of it: the faults that are ours, not the client's.
    pub fn log(&self) -> Option<&str> {
        match self {
            Self::StoreUnavailable(text) | Self::Misconfigured(text) | Self::Internal(text) => {
                Some(text)
            }
            _ => None,
        }
    }

    /// What happened this time, in words.
    fn detail(&self, lang: Lang) -> String {
        let texts = texts(lang);
        let general = (texts.problem)(self.kind()).detail;
        match self {
            Self::Malformed(code) | Self::CaseState(code) => {
                [general, " ", (texts.code)(code)].concat()
            }
            Self::MethodNotAllowed(allow) => [general, " ", allow, "."].concat(),
            Self::UnsupportedMediaType(reads) => [general, " ", reads, "."].concat(),
            Self::TooManyRequests(limit) => (texts.come_back)(limit.reset),
            _ => general.to_owned(),
        }
    }

    /// Renders the problem for whoever asked: as a page for those who read HTML, as JSON for all others.
    pub fn respond(&self, profile: &Profile, request: &Request, locale: Locale) -> Response {
        if !negotiate::reads_html(&request.headers) {
            return self.respond_json(Some(profile), request, locale);
        }
        self.headers(self.page(profile, request, locale))
            .vary("Accept, Accept-Language")
            .finish(request)
    }

    /// Renders the problem for a program, or where there is no configuration to render a page with.
    pub fn respond_json(
        &self,
        profile: Option<&Profile>,
        request: &Request,
        locale: Locale,
    ) -> Response {
        self.headers(self.json(profile, locale.lang))
            .vary("Accept, Accept-Language")
            .finish(request)
    }

    /// The problem as JSON (RFC 9457 section 3).
    fn json(&self, profile: Option<&Profile>, lang: Lang) -> Reply {
        let texts = texts(lang);
        let kind = self.kind();
        let base = profile.map_or("", |profile| profile.base_url.as_str());
        let errors = match self {
            Self::InvalidFields(errors) => errors.as_slice(),
            _ => &[],
        };
        let text = (texts.problem)(kind);
        let json = Json::object(|json| {
            json.shown("type", &format_args!("{base}/problems/{}", text.slug));
            json.text("title", text.title);
            json.number("status", kind.status().as_u16().into());
            json.text("detail", &self.detail(lang));
            if let Self::Malformed(code) | Self::CaseState(code) = self {
                json.text("code", code);
            }
            if !errors.is_empty() {
                json.list("errors", |list| {
                    for error in errors {
                        list.nest("", |json| {
                            json.text("pointer", &error.pointer);
                            json.text("code", error.code);
                            json.text("detail", (texts.code)(error.code));
                        });
                    }
                });
            }
        });
        Reply::json_text(kind.status(), json)
            .header(header::CONTENT_TYPE, "application/problem+json")
            .lang(lang)
    }

    fn page(&self, profile: &Profile, request: &Request, locale: Locale) -> Reply {
        let texts = texts(locale.lang);
        let kind = self.kind();
        let errors = match self {
            Self::InvalidFields(errors) => errors.as_slice(),
            _ => &[],
        };
        let link = match self {
            Self::AlreadySent(link) => link.as_deref(),
            _ => None,
        };
        let text = (texts.problem)(kind);
        let detail = self.detail(locale.lang);
        let view = page::ProblemView { kind, text, detail, errors, link };
        let markup = page::problem(profile, request, locale, &view);
        Reply::page(kind.status(), locale.lang, markup)
    }

    /// The headers that go with a status.
    fn headers(&self, reply: Reply) -> Reply {
        match self {
            Self::MethodNotAllowed(allow) => reply.header(header::ALLOW, allow.clone()),
            Self::Unauthorised => reply.header(header::WWW_AUTHENTICATE, "Bearer realm=\"desk\""),
            Self::TooManyRequests(limit) => {
                limit.apply(reply).header(header::RETRY_AFTER, limit.reset.to_string())
            }
            Self::StoreUnavailable(_) => reply.header(header::RETRY_AFTER, "10"),
            _ => reply,
        }
    }
}

/// Turns an outcome into the answer, for people and programs. Where a person filled in a form, the form comes back with what
/// they wrote in place of the problem's own page.
pub fn respond(
    profile: &Profile,
    request: &Request,
    locale: Locale,
    outcome: Result<Reply, impl Into<Refused>>,
) -> Response {
    let Refused { problem, form } = match outcome {
        Ok(reply) => return reply.finish(request),
        Err(refused) => refused.into(),
    };
    let response = match form {
        Some(form) => form.finish(request),
        None => problem.respond(profile, request, locale),
    };
    logged(response, &problem)
}

/// Turns an outcome into the answer, for programs alone.
pub fn respond_json(
    profile: &Profile,
    request: &Request,
    locale: Locale,
    outcome: Result<Reply, Problem>,
) -> Response {
    match outcome {
        Ok(reply) => reply.finish(request),
        Err(problem) => logged(problem.respond_json(Some(profile), request, locale), &problem),
    }
}

/// Leaves in an answer what the log should hear of its problem.
pub fn logged(mut response: Response, problem: &Problem) -> Response {
    response.log = problem.log().map(str::to_owned);
    response
}
