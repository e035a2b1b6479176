//! Everything that can go wrong, as problems of RFC 9457. The module `respond` renders them.

use std::borrow::Cow;

use desk_core::fault::Fault;

pub use crate::kind::Kind;

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

impl From<&desk_core::limit::Verdict> for RateLimit {
    fn from(verdict: &desk_core::limit::Verdict) -> Self {
        let mut policy = String::new();
        for standing in &verdict.standings {
            let joint = if policy.is_empty() { "" } else { ", " };
            let quota = standing.quota;
            let (window, requests) = (quota.window.to_string(), quota.requests.to_string());
            policy.extend([joint, "\"", &window, "s\";q=", &requests, ";w=", &window]);
        }
        let Some(tightest) = verdict.tightest() else { return Self::default() };
        let window = tightest.quota.window.to_string();
        let (left, reset) = (tightest.remaining.to_string(), tightest.reset.to_string());
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
            Fault::InProgress => Self::StoreUnavailable(
                "another request is at the same act, and has not ended".into(),
            ),
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
}
