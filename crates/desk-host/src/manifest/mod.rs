//! `spin.toml`, version 2, as far as the embedded host supports it.
//!
//! What Spin refuses is refused here, and what Spin has but this host lacks is refused by name, so
//! that nothing in a manifest is ever silently ignored.

mod build;
mod component;
mod error;
mod file;
#[cfg(test)]
mod sample;
mod trigger;
mod unsupported;
mod variable;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

pub use self::{
    build::Build,
    component::Component,
    error::{ManifestError, ManifestErrorKind},
    trigger::{Route, StaticResponse, Target},
    variable::Variable,
};

use self::error::LocatedError;
pub(crate) use self::unsupported::unsupported;

/// An application as its manifest describes it.
#[derive(Debug, Clone)]
pub struct Manifest {
    path: PathBuf,
    name: String,
    version: String,
    variables: BTreeMap<String, Variable>,
    components: Vec<Component>,
    routes: Vec<Route>,
}

impl Manifest {
    /// Reads the manifest at `path`.
    ///
    /// # Errors
    /// When the file cannot be read or is not a manifest that this host can serve.
    pub fn load(path: &Path) -> Result<Self, ManifestError> {
        let text = std::fs::read_to_string(path).map_err(|error| ManifestError {
            path: path.to_owned(),
            line: None,
            kind: ManifestErrorKind::Unreadable(error.to_string()),
        })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a manifest; relative paths in it start at the folder of `path`.
    ///
    /// # Errors
    /// When the text is not a manifest that this host can serve.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ManifestError> {
        file::read(path, text).map_err(|LocatedError { offset, kind }| ManifestError {
            path: path.to_owned(),
            line: offset
                .and_then(|offset| text.get(..offset))
                .map(|before| 1 + before.matches('\n').count()),
            kind,
        })
    }

    /// The name of the application.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the application, empty where the manifest has none.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The manifest's own path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that relative paths start from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// The declared variables by name.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<String, Variable> {
        &self.variables
    }

    /// The components, in the order of their ids.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The routes, in the order of the manifest.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        sample::{GOOD, parse},
        *,
    };
    use crate::routes::Pattern;

    #[test]
    fn a_whole_manifest_is_understood() {
        let manifest = parse(GOOD).unwrap();
        assert_eq!((manifest.name(), manifest.version()), ("desk", "0.1.0"));
        assert!(manifest.variables().get("root_secret").unwrap().required);
        let [component] = manifest.components() else { panic!("one component") };
        assert_eq!(component.id(), "a");
        assert_eq!(component.source(), Path::new("app/target/a.wasm"));
        assert_eq!(component.key_value_stores(), ["default"]);
        assert_eq!(component.variables().collect::<Vec<_>>(), ["secret"]);
        let build = component.build().unwrap();
        assert_eq!(build.commands, ["one", "two"]);
        assert_eq!(build.folder, Path::new("app/functions/a"));
        let patterns: Vec<_> = manifest
            .routes()
            .iter()
            .map(|route| route.pattern.as_ref().map(Pattern::as_str))
            .collect();
        assert_eq!(patterns, [Some("/a/..."), None, Some("/robots.txt")]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Manifest::load(Path::new("/no/such/spin.toml")).unwrap_err();
        assert!(matches!(error.kind, ManifestErrorKind::Unreadable(_)));
        assert!(error.to_string().starts_with("/no/such/spin.toml: "), "{error}");
    }
}
