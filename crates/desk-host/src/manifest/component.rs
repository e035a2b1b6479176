//! The components, and what each may reach.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::IgnoredAny};
use toml::Spanned;

use super::{
    Build, ManifestErrorKind, Variable,
    build::{RawBuild, check_build},
    error::{LocatedError, error_at},
    unsupported::{refuse_component_features, unsupported},
    variable::check_template,
};
use crate::{hosts::AllowedHost, ids, variables::Template};

/// One function of the application and what it may reach.
#[derive(Debug, Clone)]
pub struct Component {
    id: String,
    source: PathBuf,
    description: String,
    key_value_stores: Vec<String>,
    variables: BTreeMap<String, Template>,
    allowed_outbound_hosts: Vec<Template>,
    build: Option<Build>,
}

impl Component {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where the wasm file lies.
    #[must_use]
    pub fn source(&self) -> &Path {
        &self.source
    }

    /// What the component is for.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The labels of the stores that the component may open.
    #[must_use]
    pub fn key_value_stores(&self) -> &[String] {
        &self.key_value_stores
    }

    /// How the component is built, where the manifest says so.
    #[must_use]
    pub fn build(&self) -> Option<&Build> {
        self.build.as_ref()
    }

    /// The names of the variables that the component can read.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// Whether the manifest has an address that the component may call.
    #[must_use]
    pub fn may_call_others(&self) -> bool {
        !self.allowed_outbound_hosts.is_empty()
    }

    pub(crate) fn variable_templates(&self) -> &BTreeMap<String, Template> {
        &self.variables
    }

    pub(crate) fn outbound_templates(&self) -> &[Template] {
        &self.allowed_outbound_hosts
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawComponent {
    source: Spanned<RawSource>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    variables: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    key_value_stores: Vec<Spanned<String>>,
    #[serde(default)]
    allowed_outbound_hosts: Vec<Spanned<String>>,
    build: Option<RawBuild>,
    #[serde(rename = "tool")]
    _tool: Option<BTreeMap<String, toml::Table>>,
    // Checked by `spin build` alone.
    #[serde(rename = "targets")]
    _targets: Option<IgnoredAny>,
    // The rest is what this host lacks.
    pub(super) environment: Option<Spanned<toml::Table>>,
    pub(super) files: Option<Spanned<Vec<toml::Value>>>,
    pub(super) exclude_files: Option<Spanned<Vec<toml::Value>>>,
    pub(super) allowed_http_hosts: Option<Spanned<Vec<toml::Value>>>,
    pub(super) sqlite_databases: Option<Spanned<Vec<toml::Value>>>,
    pub(super) ai_models: Option<Spanned<Vec<toml::Value>>>,
    pub(super) dependencies: Option<Spanned<toml::Table>>,
    pub(super) dependencies_inherit_configuration: Option<Spanned<bool>>,
    pub(super) profile: Option<Spanned<toml::Table>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawSource {
    Path(String),
    Remote(toml::Table),
}

pub(super) fn check_component(
    folder: &Path,
    id: &Spanned<String>,
    raw: RawComponent,
    declared: &BTreeMap<String, Variable>,
) -> Result<Component, LocatedError> {
    let component = id.get_ref().clone();
    if !ids::is_kebab(&component) {
        return Err(error_at(id, ManifestErrorKind::ComponentId(component)));
    }
    refuse_component_features(&component, &raw)?;
    let source = match raw.source.get_ref() {
        RawSource::Path(path) => folder.join(path),
        RawSource::Remote(table) => {
            let key = if table.contains_key("url") { "source.url" } else { "source.registry" };
            return Err(error_at(&raw.source, unsupported(key, Some(&component))));
        }
    };
    let mut variables = BTreeMap::new();
    for (name, text) in raw.variables {
        ids::lower_snake(name.get_ref())
            .map_err(|reason| error_at(&name, ManifestErrorKind::VariableName(reason)))?;
        let template = check_template(&component, &text, declared)?;
        variables.insert(name.into_inner(), template);
    }
    let mut allowed_outbound_hosts = Vec::new();
    for text in &raw.allowed_outbound_hosts {
        let template = check_template(&component, text, declared)?;
        // One with variables in it can only be read once they have values.
        if template.names().is_empty() {
            AllowedHost::parse(text.get_ref())
                .map_err(|error| error_at(text, error.in_component(&component)))?;
        }
        allowed_outbound_hosts.push(template);
    }
    for label in &raw.key_value_stores {
        if !ids::is_kebab(label.get_ref()) && !ids::is_snake(label.get_ref()) {
            let label_text = label.get_ref().clone();
            return Err(error_at(
                label,
                ManifestErrorKind::StoreLabel { component, label: label_text },
            ));
        }
    }
    Ok(Component {
        source,
        description: raw.description,
        key_value_stores: raw.key_value_stores.into_iter().map(Spanned::into_inner).collect(),
        variables,
        allowed_outbound_hosts,
        build: raw.build.map(|build| check_build(folder, build)).transpose()?,
        id: component,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{broken, line_of},
        *,
    };

    #[test]
    fn ids_labels_and_hosts_have_their_shapes() {
        let (_, kind) = broken("[component.a]", "[component.A_b]\nsource = \"x\"\n[component.a]");
        assert_eq!(kind, ManifestErrorKind::ComponentId("A_b".to_owned()));
        let (_, kind) = broken("[\"default\"]", "[\"b@d\"]");
        assert!(matches!(kind, ManifestErrorKind::StoreLabel { .. }));
        let (line, kind) = broken("\"https://mail.example\"", "\"mail.example\"");
        assert!(matches!(kind, ManifestErrorKind::OutboundHost { .. }));
        assert_eq!(line, line_of("https://mail.example"));
        let (_, kind) = broken("\"https://mail.example\"", "\"http://b.spin.internal\"");
        assert!(matches!(kind, ManifestErrorKind::Unsupported { .. }));
    }
}
