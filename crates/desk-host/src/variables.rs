//! Application variables: where their values come from, and how components see them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use crate::manifest::Manifest;

/// Why the variables of an application have no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableError {
    /// A required variable was given no value.
    Missing(String),
    /// A `.env` file that cannot be read.
    DotEnv {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A `--variable` that is not `NAME=VALUE`, or names a file that cannot be read.
    Flag(String),
}

impl fmt::Display for VariableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(
                f,
                "the variable `{name}` is required and has no value: set {} in the environment or \
                 in .env, or pass --variable {name}=...",
                environment_name(name)
            ),
            Self::DotEnv { path, reason } => write!(f, "{path} cannot be read: {reason}"),
            Self::Flag(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for VariableError {}

/// The name under which the environment may set a variable, in Spin's own form.
#[must_use]
pub fn environment_name(variable: &str) -> String {
    format!("SPIN_VARIABLE_{}", variable.to_ascii_uppercase())
}

/// Reads a `.env` file; a missing one holds nothing.
///
/// # Errors
/// When the file cannot be read or a line in it is not `NAME=VALUE`.
pub fn read_env_file(path: &Path) -> Result<BTreeMap<String, String>, VariableError> {
    let explain = |error: dotenvy::Error| {
        let reason = match error {
            dotenvy::Error::LineParse(line, _) => format!("`{line}` is not NAME=VALUE"),
            other => other.to_string(),
        };
        VariableError::DotEnv { path: path.display().to_string(), reason }
    };
    match dotenvy::from_path_iter(path) {
        Ok(lines) => lines.collect::<Result<_, _>>().map_err(explain),
        Err(error) if error.not_found() => Ok(BTreeMap::new()),
        Err(error) => Err(explain(error)),
    }
}

/// The environment of this process, as far as it is text.
#[must_use]
pub fn process_environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Values for the variables that `manifest` declares, taken from maps of environment names.
///
/// The first source that has a name wins, as Spin asks the environment before `.env`.
#[must_use]
pub fn from_environment(
    manifest: &Manifest,
    sources: &[BTreeMap<String, String>],
) -> BTreeMap<String, String> {
    let find = |name: &String| {
        let key = environment_name(name);
        let value = sources.iter().find_map(|source| source.get(&key))?;
        Some((name.clone(), value.clone()))
    };
    manifest.variables().keys().filter_map(find).collect()
}

/// Reads `--variable` arguments: `NAME=VALUE`, `NAME=@FILE`, `@FILE.toml` or `@FILE.json`.
///
/// # Errors
/// When an argument has none of these forms or its file cannot be read.
pub fn from_flags(flags: &[String]) -> Result<BTreeMap<String, String>, VariableError> {
    let mut values = BTreeMap::new();
    for flag in flags {
        if let Some(path) = flag.strip_prefix('@') {
            let text = read(path)?;
            let explain = |reason: String| {
                VariableError::Flag(format!("{path} holds no table of variables: {reason}"))
            };
            let table: BTreeMap<String, String> = if path.ends_with(".json") {
                serde_json::from_str(&text).map_err(|error| explain(error.to_string()))?
            } else if path.ends_with(".toml") {
                toml::from_str(&text).map_err(|error| explain(error.message().to_owned()))?
            } else {
                return Err(VariableError::Flag(format!(
                    "--variable {flag} names a file that is neither .toml nor .json"
                )));
            };
            values.extend(table);
            continue;
        }
        let Some((name, value)) = flag.split_once('=') else {
            return Err(VariableError::Flag(format!(
                "--variable {flag} is neither NAME=VALUE nor NAME=@FILE"
            )));
        };
        let value = match value.strip_prefix('@') {
            Some(path) => read(path)?,
            None => value.to_owned(),
        };
        values.insert(name.to_owned(), value);
    }
    Ok(values)
}

fn read(path: &str) -> Result<String, VariableError> {
    std::fs::read_to_string(path)
        .map_err(|error| VariableError::Flag(format!("{path} cannot be read: {error}")))
}

/// What every declared variable is worth: the given value, else the default.
///
/// # Errors
/// When a required variable has neither.
pub fn resolve(
    manifest: &Manifest,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, VariableError> {
    manifest
        .variables()
        .iter()
        .map(|(name, declared)| {
            let value = given
                .get(name)
                .or(declared.default.as_ref())
                .ok_or_else(|| VariableError::Missing(name.clone()))?;
            Ok((name.clone(), value.clone()))
        })
        .collect()
}

/// Text with `{{ name }}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<TemplatePart>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum TemplatePart {
    Text(String),
    Variable(String),
}

impl Template {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                return Err(format!("`{text}` has `{{{{` without `}}}}`"));
            };
            if !before.is_empty() {
                parts.push(TemplatePart::Text(before.to_owned()));
            }
            parts.push(TemplatePart::Variable(name.trim().to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// The variables that the text names.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.0
            .iter()
            .filter_map(|part| match part {
                TemplatePart::Text(_) => None,
                TemplatePart::Variable(name) => Some(name.as_str()),
            })
            .collect()
    }

    /// The text with values put in; the manifest has seen to it that every name is declared.
    pub(crate) fn render(&self, values: &BTreeMap<String, String>) -> String {
        self.0
            .iter()
            .map(|part| match part {
                TemplatePart::Text(text) => text.as_str(),
                TemplatePart::Variable(name) => values.get(name).map_or("", String::as_str),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        Manifest::parse(
            Path::new("spin.toml"),
            r#"
            spin_manifest_version = 2
            [application]
            name = "test"
            [variables]
            root_secret = { required = true }
            app_name = { default = "OnCall" }
            [[trigger.http]]
            route = "/..."
            component = "a"
            [component.a]
            source = "a.wasm"
            [component.a.variables]
            title = "{{ app_name }} ({{root_secret}})"
            "#,
        )
        .unwrap()
    }

    #[test]
    fn a_given_value_wins_over_the_default() {
        let given = BTreeMap::from([
            ("root_secret".to_owned(), "s".to_owned()),
            ("app_name".to_owned(), "Other".to_owned()),
        ]);
        let values = resolve(&manifest(), &given).unwrap();
        assert_eq!(values.get("app_name").map(String::as_str), Some("Other"));
    }

    #[test]
    fn a_required_variable_without_value_is_named_with_its_environment_form() {
        let error = resolve(&manifest(), &BTreeMap::new()).unwrap_err();
        assert_eq!(error, VariableError::Missing("root_secret".to_owned()));
        assert!(error.to_string().contains("SPIN_VARIABLE_ROOT_SECRET"), "{error}");
    }

    #[test]
    fn the_first_source_wins() {
        let source = |value: &str, names: &[&str]| {
            names.iter().map(|name| ((*name).to_owned(), value.to_owned())).collect()
        };
        let both = ["SPIN_VARIABLE_APP_NAME", "SPIN_VARIABLE_ROOT_SECRET"];
        let sources = [source("env", &["SPIN_VARIABLE_APP_NAME", "HOME"]), source("file", &both)];
        let values = from_environment(&manifest(), &sources);
        assert_eq!(values.len(), 2);
        assert_eq!(values.get("app_name").map(String::as_str), Some("env"));
        assert_eq!(values.get("root_secret").map(String::as_str), Some("file"));
    }

    #[test]
    fn flags_take_values_and_files() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "from a file").unwrap();
        let table = folder.path().join("more.toml");
        std::fs::write(&table, "app_name = \"from a table\"").unwrap();
        let values = from_flags(&[
            "a=b=c".to_owned(),
            format!("root_secret=@{}", secret.display()),
            format!("@{}", table.display()),
        ])
        .unwrap();
        assert_eq!(values.get("a").map(String::as_str), Some("b=c"));
        assert_eq!(values.get("root_secret").map(String::as_str), Some("from a file"));
        assert_eq!(values.get("app_name").map(String::as_str), Some("from a table"));
        for bad in ["nothing", "a=@/no/such/file", "@vars.yaml"] {
            from_flags(&[bad.to_owned()]).unwrap_err();
        }
    }

    #[test]
    fn an_env_file_is_read_and_a_broken_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        assert!(read_env_file(&path).unwrap().is_empty());
        std::fs::write(&path, "# why\nA=1\nexport B=\"two words\"\n").unwrap();
        let values = read_env_file(&path).unwrap();
        assert_eq!(values.get("B").map(String::as_str), Some("two words"));
        std::fs::write(&path, "no equals sign").unwrap();
        let error = read_env_file(&path).unwrap_err().to_string();
        assert!(error.contains("no equals sign"), "{error}");
    }

    #[test]
    fn templates_take_names_between_braces() {
        let template = Template::parse("{{ app_name }} ({{root_secret}})").unwrap();
        assert_eq!(template.names(), BTreeSet::from(["app_name", "root_secret"]));
        let values =
            resolve(&manifest(), &BTreeMap::from([("root_secret".to_owned(), "s".to_owned())]))
                .unwrap();
        assert_eq!(template.render(&values), "OnCall (s)");
        Template::parse("{{ open").unwrap_err();
    }
}
