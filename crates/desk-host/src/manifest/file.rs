//! The file as it is written.

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, de::IgnoredAny};
use toml::Spanned;

use super::{
    Manifest, ManifestErrorKind, Variable,
    component::{RawComponent, check_component},
    error::{LocatedError, error_at},
    folder_of,
    trigger::{RawTriggers, check_routes},
    unsupported::{refuse_trigger_settings, unsupported},
    variable::check_variables,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawManifest {
    spin_manifest_version: Option<Spanned<toml::Value>>,
    /// The key of version 1.
    spin_version: Option<Spanned<IgnoredAny>>,
    application: RawApplication,
    #[serde(default)]
    variables: BTreeMap<Spanned<String>, Variable>,
    trigger: RawTriggers,
    #[serde(default)]
    component: BTreeMap<Spanned<String>, RawComponent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawApplication {
    name: String,
    #[serde(default)]
    version: String,
    #[serde(rename = "description")]
    _description: Option<String>,
    #[serde(rename = "authors")]
    _authors: Option<Vec<String>>,
    // Checked by `spin build` alone.
    #[serde(rename = "targets")]
    _targets: Option<IgnoredAny>,
    trigger: Option<Spanned<BTreeMap<String, toml::Table>>>,
    #[serde(rename = "tool")]
    _tool: Option<BTreeMap<String, toml::Table>>,
}

/// Reads and checks the text of a manifest.
pub(super) fn read(path: &Path, text: &str) -> Result<Manifest, LocatedError> {
    let raw: RawManifest = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => return Err(malformed(text, &error)),
    };
    check_version(&raw)?;
    if let Some(place) = &raw.application.trigger {
        refuse_trigger_settings(place)?;
    }
    if let Some(other) = raw.trigger.others.first() {
        return Err(error_at(other, unsupported(&format!("trigger.{}", other.get_ref()), None)));
    }
    let variables = check_variables(raw.variables)?;
    let mut components = Vec::new();
    for (id, component) in raw.component {
        components.push(check_component(folder_of(path), &id, component, &variables)?);
    }
    let routes = check_routes(raw.trigger.http, &components)?;
    Ok(Manifest {
        path: path.to_owned(),
        name: raw.application.name,
        version: raw.application.version,
        variables,
        components,
        routes,
    })
}

/// What toml says, or the better words where an old manifest is the reason.
fn malformed(text: &str, error: &toml::de::Error) -> LocatedError {
    #[derive(Deserialize)]
    struct Version {
        spin_manifest_version: Option<toml::Value>,
        spin_version: Option<toml::Value>,
    }
    let offset = error.span().map(|span| span.start);
    if let Ok(Version { spin_manifest_version, spin_version }) = toml::from_str(text)
        && let Some(found) = spin_manifest_version.or(spin_version)
        && found.as_integer() != Some(2)
    {
        return LocatedError { offset, kind: ManifestErrorKind::Version(version_text(&found)) };
    }
    LocatedError { offset, kind: ManifestErrorKind::Malformed(error.message().to_owned()) }
}

/// A version as somebody wrote it.
fn version_text(version: &toml::Value) -> String {
    match (version.as_integer(), version.as_str()) {
        (Some(number), _) => number.to_string(),
        (None, Some(text)) => text.to_owned(),
        (None, None) => format!("of the type {}", version.type_str()),
    }
}

fn check_version(raw: &RawManifest) -> Result<(), LocatedError> {
    if let Some(old) = &raw.spin_version {
        return Err(error_at(old, ManifestErrorKind::Version("1".to_owned())));
    }
    match &raw.spin_manifest_version {
        Some(version) if version.get_ref().as_integer() == Some(2) => Ok(()),
        Some(version) => {
            Err(error_at(version, ManifestErrorKind::Version(version_text(version.get_ref()))))
        }
        None => Err(LocatedError {
            offset: None,
            kind: ManifestErrorKind::Malformed("missing field `spin_manifest_version`".to_owned()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{broken, line_of, parse},
        *,
    };

    #[test]
    fn broken_toml_is_told_with_its_line() {
        let (line, kind) = broken("name = \"desk\"", "name = desk");
        assert_eq!(line, line_of("name = \"desk\""));
        assert!(matches!(kind, ManifestErrorKind::Malformed(_)));
    }

    #[test]
    fn unknown_keys_are_errors() {
        for (line, replacement) in [
            ("version = \"0.1.0\"", "verison = \"0.1.0\""),
            ("description = \"the a\"", "descripton = \"the a\""),
            ("component = \"a\"", "component = \"a\"\nrout = 1"),
            ("default = \"OnCall\"", "defautl = \"OnCall\""),
            ("watch = [", "wach = ["),
        ] {
            let (found, kind) = broken(line, replacement);
            assert!(matches!(kind, ManifestErrorKind::Malformed(_)), "{replacement}: {kind:?}");
            assert!(found.is_some(), "{replacement}");
        }
    }

    #[test]
    fn other_versions_are_refused_by_name() {
        let (_, kind) = broken("spin_manifest_version = 2", "spin_manifest_version = 3");
        assert_eq!(kind, ManifestErrorKind::Version("3".to_owned()));
        let error = parse("spin_version = \"1\"\nname = \"x\"").unwrap_err();
        assert!(matches!(error.kind, ManifestErrorKind::Version(_)), "{error}");
    }
}
