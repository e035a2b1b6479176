//! The kinds of problems: one closed catalogue, whose slugs are part of the API.

use http::StatusCode;

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
