//! The triggers: which paths lead to which component.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use toml::Spanned;

use super::{
    Component, ManifestErrorKind,
    error::{LocatedError, error_at},
    unsupported::{refuse_trigger_features, unsupported},
};
use crate::routes::Pattern;

/// A path pattern and what answers it.
#[derive(Debug, Clone)]
pub struct Route {
    /// The pattern; `None` for a component that no path leads to (`private = true`).
    pub pattern: Option<Pattern>,
    /// What answers.
    pub target: Target,
}

/// What answers a route.
#[derive(Debug, Clone)]
pub enum Target {
    /// The component of this id.
    Component(String),
    /// The host itself, always alike.
    Static(StaticResponse),
}

/// An answer that needs no component.
#[derive(Debug, Clone, Deserialize)]
pub struct StaticResponse {
    /// The status, 200 where the manifest names none.
    #[serde(default = "ok")]
    pub status_code: u16,
    /// The header fields.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Option<String>,
}

fn ok() -> u16 {
    200
}

/// `[[trigger.http]]`, and the names of all other trigger types.
pub(super) struct RawTriggers {
    pub(super) http: Vec<RawHttpTrigger>,
    pub(super) others: Vec<Spanned<String>>,
}

// By hand, for serde's `flatten` would lose the places of errors.
impl<'de> Deserialize<'de> for RawTriggers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TriggersVisitor;

        impl<'de> Visitor<'de> for TriggersVisitor {
            type Value = RawTriggers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of trigger types")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawTriggers, A::Error> {
                let mut triggers = RawTriggers { http: Vec::new(), others: Vec::new() };
                while let Some(key) = map.next_key::<Spanned<String>>()? {
                    if key.get_ref() == "http" {
                        triggers.http = map.next_value()?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        triggers.others.push(key);
                    }
                }
                Ok(triggers)
            }
        }

        deserializer.deserialize_map(TriggersVisitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHttpTrigger {
    #[serde(rename = "id")]
    _id: Option<String>,
    component: Option<Spanned<toml::Value>>,
    static_response: Option<Spanned<StaticResponse>>,
    route: Spanned<RawRoute>,
    pub(super) executor: Option<Spanned<RawExecutor>>,
    pub(super) components: Option<Spanned<IgnoredAny>>,
    pub(super) dependencies: Option<Spanned<IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawRoute {
    Pattern(String),
    Private(RawPrivate),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPrivate {
    private: bool,
}

#[derive(Deserialize)]
pub(super) struct RawExecutor {
    pub(super) r#type: String,
}

pub(super) fn check_routes(
    raw: Vec<RawHttpTrigger>,
    components: &[Component],
) -> Result<Vec<Route>, LocatedError> {
    let mut routes: Vec<Route> = Vec::new();
    for trigger in raw {
        refuse_trigger_features(&trigger)?;
        let target = match (trigger.component, trigger.static_response) {
            (Some(reference), None) => check_reference(&reference, components)?,
            (None, Some(response)) => {
                check_static_response(&response)?;
                Target::Static(response.into_inner())
            }
            (None, None) | (Some(_), Some(_)) => {
                return Err(error_at(&trigger.route, ManifestErrorKind::ComponentOrStatic));
            }
        };
        let pattern = check_route(&trigger.route, &routes)?;
        routes.push(Route { pattern, target });
    }
    Ok(routes)
}

fn check_reference(
    reference: &Spanned<toml::Value>,
    components: &[Component],
) -> Result<Target, LocatedError> {
    let Some(id) = reference.get_ref().as_str() else {
        return Err(error_at(reference, unsupported("an inline component in a trigger", None)));
    };
    if components.iter().any(|component| component.id() == id) {
        return Ok(Target::Component(id.to_owned()));
    }
    Err(error_at(reference, ManifestErrorKind::UnknownComponent(id.to_owned())))
}

fn check_static_response(response: &Spanned<StaticResponse>) -> Result<(), LocatedError> {
    let StaticResponse { status_code, headers, .. } = response.get_ref();
    let mut builder = http::Response::builder().status(*status_code);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    match builder.body(()) {
        Ok(_) => Ok(()),
        Err(error) => Err(error_at(response, ManifestErrorKind::StaticResponse(error.to_string()))),
    }
}

/// The pattern, or `None` for a private endpoint.
fn check_route(
    raw: &Spanned<RawRoute>,
    earlier: &[Route],
) -> Result<Option<Pattern>, LocatedError> {
    let route = match raw.get_ref() {
        RawRoute::Private(RawPrivate { private: true }) => return Ok(None),
        RawRoute::Private(RawPrivate { private: false }) => {
            return Err(error_at(raw, ManifestErrorKind::PrivateFalse));
        }
        RawRoute::Pattern(route) => route,
    };
    let pattern = Pattern::parse(route).map_err(|reason| {
        error_at(raw, ManifestErrorKind::Route { route: route.clone(), reason })
    })?;
    if pattern.is_reserved() {
        return Err(error_at(raw, ManifestErrorKind::ReservedRoute(route.clone())));
    }
    if earlier.iter().filter_map(|route| route.pattern.as_ref()).any(|one| one.same_paths(&pattern))
    {
        return Err(error_at(raw, ManifestErrorKind::DuplicateRoute(route.clone())));
    }
    Ok(Some(pattern))
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{broken, line_of},
        *,
    };

    #[test]
    fn triggers_lead_to_a_known_component_or_a_static_response() {
        let (line, kind) = broken("component = \"a\"", "component = \"b\"");
        assert_eq!(kind, ManifestErrorKind::UnknownComponent("b".to_owned()));
        assert_eq!(line, line_of("component = \"a\""));
        let (_, kind) = broken("component = \"a\"", "");
        assert_eq!(kind, ManifestErrorKind::ComponentOrStatic);
        let (_, kind) = broken("component = \"a\"", "component = \"a\"\nstatic_response = {}");
        assert_eq!(kind, ManifestErrorKind::ComponentOrStatic);
        let (_, kind) = broken("status_code = 200", "status_code = 9999");
        assert!(matches!(kind, ManifestErrorKind::StaticResponse(_)));
    }

    #[test]
    fn routes_are_distinct_and_reachable() {
        let (line, kind) = broken("\"/robots.txt\"", "\"/a/*\"");
        assert_eq!(kind, ManifestErrorKind::DuplicateRoute("/a/*".to_owned()));
        assert_eq!(line, line_of("/robots.txt"));
        let (_, kind) = broken("\"/robots.txt\"", "\"/.well-known/spin/health\"");
        assert_eq!(kind, ManifestErrorKind::ReservedRoute("/.well-known/spin/health".to_owned()));
        let (_, kind) = broken("\"/robots.txt\"", "\"/.../x\"");
        assert!(matches!(kind, ManifestErrorKind::Route { .. }));
        let (_, kind) = broken("private = true", "private = false");
        assert_eq!(kind, ManifestErrorKind::PrivateFalse);
    }
}
