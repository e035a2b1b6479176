//! Why a manifest cannot be used, and where in it.

use std::{fmt, path::PathBuf};

use toml::Spanned;

use crate::routes;

/// Why a manifest cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestError {
    /// The manifest.
    pub path: PathBuf,
    /// The line, from 1 on, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub kind: ManifestErrorKind,
}

/// What can be wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestErrorKind {
    /// The file cannot be read.
    Unreadable(String),
    /// It is not TOML, or has a key or a value that no manifest has.
    Malformed(String),
    /// It has another version than 2.
    Version(String),
    /// It uses something that Spin has and the embedded host lacks.
    Unsupported {
        /// The feature, by its key in the manifest.
        feature: String,
        /// The component that uses it, where it is one.
        component: Option<String>,
    },
    /// A component id that is not `kebab-case`.
    ComponentId(String),
    /// A variable whose name is not `lower_snake_case`.
    VariableName(String),
    /// A variable with neither a default nor `required = true`.
    NeitherDefaultNorRequired(String),
    /// A variable with both a default and `required = true`.
    DefaultAndRequired(String),
    /// A component variable that names an application variable nobody declared.
    UnknownVariable {
        /// The component.
        component: String,
        /// The name between the braces.
        name: String,
    },
    /// A `{{` without its `}}`.
    Template {
        /// The component.
        component: String,
        /// What is wrong.
        reason: String,
    },
    /// A trigger that leads to a component that the manifest does not have.
    UnknownComponent(String),
    /// A trigger with both a component and a static response, or with neither.
    ComponentOrStatic,
    /// A route that cannot be read.
    Route {
        /// The route.
        route: String,
        /// What is wrong.
        reason: String,
    },
    /// Two triggers whose routes match the same paths.
    DuplicateRoute(String),
    /// A route under the paths that Spin answers itself.
    ReservedRoute(String),
    /// A `private` that is not `true`.
    PrivateFalse,
    /// A static response that is no HTTP response.
    StaticResponse(String),
    /// A store label that is neither `kebab-case` nor `snake_case`.
    StoreLabel {
        /// The component.
        component: String,
        /// The label.
        label: String,
    },
    /// An entry of `allowed_outbound_hosts` that cannot be read.
    OutboundHost {
        /// The component.
        component: String,
        /// What is wrong.
        reason: String,
    },
    /// A `workdir` that is not relative to the manifest.
    AbsoluteWorkdir(String),
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl fmt::Display for ManifestErrorKind {
    #[expect(clippy::too_many_lines, reason = "a table of sentences")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => write!(f, "the manifest cannot be read: {reason}"),
            Self::Malformed(reason) => f.write_str(reason),
            Self::Version(found) => {
                write!(f, "the manifest has version {found}, and only version 2 can be read")
            }
            Self::Unsupported { feature, component: None } => {
                write!(f, "`{feature}` is not supported by the embedded host (Spin has it)")
            }
            Self::Unsupported { feature, component: Some(component) } => write!(
                f,
                "the component `{component}` uses `{feature}`, which is not supported by the \
                 embedded host (Spin has it)"
            ),
            Self::ComponentId(id) => write!(f, "the component id `{id}` is not kebab-case"),
            Self::VariableName(reason) => write!(f, "the variable name {reason}"),
            Self::NeitherDefaultNorRequired(name) => write!(
                f,
                "the variable `{name}` has neither a default nor `required = true`: give it one"
            ),
            Self::DefaultAndRequired(name) => write!(
                f,
                "the variable `{name}` has both a default and `required = true`: keep one of them"
            ),
            Self::UnknownVariable { component, name } => write!(
                f,
                "the component `{component}` uses the variable `{name}`, which [variables] does \
                 not declare"
            ),
            Self::Template { component, reason } => {
                write!(f, "a variable of the component `{component}` is malformed: {reason}")
            }
            Self::UnknownComponent(id) => {
                write!(f, "a trigger leads to the component `{id}`, which the manifest lacks")
            }
            Self::ComponentOrStatic => {
                f.write_str("a trigger needs either a component or a static_response")
            }
            Self::Route { route, reason } => {
                write!(f, "the route `{route}` cannot be used: {reason}")
            }
            Self::DuplicateRoute(route) => {
                write!(f, "the route `{route}` matches the same paths as another one")
            }
            Self::ReservedRoute(route) => write!(
                f,
                "the route `{route}` would never be reached: Spin answers the paths under {} itself",
                routes::RESERVED
            ),
            Self::PrivateFalse => f.write_str(
                "a route is a path pattern or { private = true }, never private = false",
            ),
            Self::StaticResponse(reason) => {
                write!(f, "the static_response is no HTTP response: {reason}")
            }
            Self::StoreLabel { component, label } => write!(
                f,
                "the key_value_stores label `{label}` of the component `{component}` is neither \
                 kebab-case nor snake_case"
            ),
            Self::OutboundHost { component, reason } => {
                write!(f, "allowed_outbound_hosts of the component `{component}`: {reason}")
            }
            Self::AbsoluteWorkdir(folder) => {
                write!(f, "the build workdir `{folder}` must be relative to the manifest")
            }
        }
    }
}

impl std::error::Error for ManifestError {}

/// An error with its place in the text.
pub(super) struct LocatedError {
    pub(super) offset: Option<usize>,
    pub(super) kind: ManifestErrorKind,
}

/// Puts an error where `place` was written.
pub(super) fn error_at<T>(place: &Spanned<T>, kind: ManifestErrorKind) -> LocatedError {
    LocatedError { offset: Some(place.span().start), kind }
}
