//! The application's variables, and the texts of components that name them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{
    ManifestErrorKind,
    error::{LocatedError, error_at},
};
use crate::{ids, variables::Template};

/// A variable that the operator may set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The value where none is given; without one the variable is required.
    pub default: Option<String>,
    /// Whether a value must be given.
    #[serde(default)]
    pub required: bool,
    /// Whether the value must not be shown.
    #[serde(default)]
    pub secret: bool,
    /// What the variable is for.
    pub description: Option<String>,
}

pub(super) fn check_variables(
    raw: BTreeMap<Spanned<String>, Variable>,
) -> Result<BTreeMap<String, Variable>, LocatedError> {
    let mut variables = BTreeMap::new();
    for (name, variable) in raw {
        ids::lower_snake(name.get_ref())
            .map_err(|reason| error_at(&name, ManifestErrorKind::VariableName(reason)))?;
        let kind = match (&variable.default, variable.required) {
            (None, false) => ManifestErrorKind::NeitherDefaultNorRequired,
            (Some(_), true) => ManifestErrorKind::DefaultAndRequired,
            (Some(_), false) | (None, true) => {
                variables.insert(name.into_inner(), variable);
                continue;
            }
        };
        return Err(error_at(&name, kind(name.get_ref().clone())));
    }
    Ok(variables)
}

pub(super) fn check_template(
    component: &str,
    text: &Spanned<String>,
    declared: &BTreeMap<String, Variable>,
) -> Result<Template, LocatedError> {
    let component = || component.to_owned();
    let template = Template::parse(text.get_ref()).map_err(|reason| {
        error_at(text, ManifestErrorKind::Template { component: component(), reason })
    })?;
    if let Some(name) = template.names().into_iter().find(|name| !declared.contains_key(*name)) {
        let name = name.to_owned();
        return Err(error_at(
            text,
            ManifestErrorKind::UnknownVariable { component: component(), name },
        ));
    }
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{broken, line_of},
        *,
    };

    #[test]
    fn variables_have_a_default_or_are_required() {
        let (line, kind) = broken("{ default = \"OnCall\" }", "{ secret = true }");
        assert_eq!(kind, ManifestErrorKind::NeitherDefaultNorRequired("app_name".to_owned()));
        assert_eq!(line, line_of("app_name = {"));
        let (_, kind) = broken("required = true,", "required = true, default = \"x\",");
        assert_eq!(kind, ManifestErrorKind::DefaultAndRequired("root_secret".to_owned()));
        let (_, kind) = broken("app_name = {", "App-Name = {");
        assert!(matches!(kind, ManifestErrorKind::VariableName(_)));
    }

    #[test]
    fn templates_name_declared_variables() {
        let (line, kind) = broken("\"{{ root_secret }}\"", "\"{{ rot_secret }}\"");
        let expected = ManifestErrorKind::UnknownVariable {
            component: "a".to_owned(),
            name: "rot_secret".to_owned(),
        };
        assert_eq!(kind, expected);
        assert_eq!(line, line_of("{{ root_secret }}"));
        let (_, kind) = broken("\"{{ root_secret }}\"", "\"{{ root_secret\"");
        assert!(matches!(kind, ManifestErrorKind::Template { .. }));
    }
}
