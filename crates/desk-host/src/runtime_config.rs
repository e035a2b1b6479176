//! The runtime config file, in Spin's own format: which storage is behind which label.

use std::{collections::BTreeMap, fmt, path::Path};

use serde::Deserialize;

use crate::store::StoreChoice;

/// What a runtime config file says.
#[derive(Debug, Default)]
pub struct RuntimeConfig {
    /// The storage by label.
    pub stores: BTreeMap<String, StoreChoice>,
}

/// Why a runtime config file cannot be used, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuntimeConfigError(String);

impl fmt::Display for RuntimeConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RuntimeConfigError {}

#[derive(Deserialize)]
struct RawRuntimeConfig {
    #[serde(default)]
    key_value_store: BTreeMap<String, toml::Table>,
    #[serde(flatten)]
    others: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, tag = "type", rename_all = "snake_case")]
enum RawStore {
    Spin { path: Option<String> },
    Redis { url: String },
}

/// The keys that Spin knows at the top of the file.
const SPIN_KEYS: [&str; 14] = [
    "config_provider",
    "llm_compute",
    "log_dir",
    "max_instance_memory",
    "outbound_http",
    "outbound_mqtt",
    "outbound_mysql",
    "outbound_networking",
    "outbound_pg",
    "outbound_redis",
    "client_tls",
    "sqlite_database",
    "state_dir",
    "variables_provider",
];

impl RuntimeConfig {
    /// Reads the file; a relative path in it starts at the file's own folder.
    ///
    /// # Errors
    /// When the file cannot be read, or asks for something that this host does not have.
    pub fn load(path: &Path) -> Result<Self, RuntimeConfigError> {
        let fail = |reason: String| RuntimeConfigError(format!("{}: {reason}", path.display()));
        let text = std::fs::read_to_string(path)
            .map_err(|error| fail(format!("the runtime config cannot be read: {error}")))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(folder, &text).map_err(fail)
    }

    fn parse(folder: &Path, text: &str) -> Result<Self, String> {
        let raw: RawRuntimeConfig = toml::from_str(text).map_err(|error| {
            let place = error.span().and_then(|span| text.get(..span.start));
            match place {
                Some(before) => {
                    format!("line {}: {}", 1 + before.matches('\n').count(), error.message())
                }
                None => error.message().to_owned(),
            }
        })?;
        if let Some(key) = raw.others.keys().next() {
            return Err(if SPIN_KEYS.contains(&key.as_str()) {
                format!("`{key}` is not supported by the embedded host (Spin has it)")
            } else {
                format!("`{key}` is unknown")
            });
        }
        let stores = raw
            .key_value_store
            .into_iter()
            .map(|(label, table)| {
                let choice = store(folder, table)
                    .map_err(|reason| format!("key_value_store.{label}: {reason}"))?;
                Ok((label, choice))
            })
            .collect::<Result<_, String>>()?;
        Ok(Self { stores })
    }
}

fn store(folder: &Path, table: toml::Table) -> Result<StoreChoice, String> {
    match table.get("type").and_then(toml::Value::as_str) {
        Some("spin" | "redis") => {}
        Some(other) => {
            return Err(format!(
                "the type `{other}` is not supported by the embedded host, only `spin` and `redis`"
            ));
        }
        None => return Err("`type` is missing".to_owned()),
    }
    let raw = RawStore::deserialize(table).map_err(|error| error.message().to_owned())?;
    Ok(match raw {
        RawStore::Spin { path: Some(path) } => StoreChoice::Sqlite(folder.join(path)),
        RawStore::Spin { path: None } => StoreChoice::Memory,
        RawStore::Redis { url } => StoreChoice::Redis(url),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RuntimeConfig, String> {
        RuntimeConfig::parse(Path::new("etc"), text)
    }

    #[test]
    fn spin_and_redis_are_understood() {
        let config = parse(
            "[key_value_store.default]\ntype = \"spin\"\npath = \"kv.db\"\n\
             [key_value_store.other]\ntype = \"redis\"\nurl = \"redis://127.0.0.1:6379/1\"\n\
             [key_value_store.gone]\ntype = \"spin\"\n",
        )
        .unwrap();
        let path = Path::new("etc/kv.db");
        assert!(matches!(config.stores.get("default"), Some(StoreChoice::Sqlite(p)) if p == path));
        assert!(matches!(config.stores.get("other"), Some(StoreChoice::Redis(_))));
        assert!(matches!(config.stores.get("gone"), Some(StoreChoice::Memory)));
    }

    #[test]
    fn an_empty_file_is_fine() {
        assert!(parse("").unwrap().stores.is_empty());
    }

    #[test]
    fn other_types_and_keys_are_refused_by_name() {
        for (text, expected) in [
            ("[key_value_store.default]\ntype = \"azure_cosmos\"", "`azure_cosmos`"),
            ("[key_value_store.default]\nurl = \"redis://x\"", "`type` is missing"),
            ("[key_value_store.default]\ntype = \"redis\"", "url"),
            ("[key_value_store.default]\ntype = \"spin\"\npaht = \"x\"", "paht"),
            ("[llm_compute]\ntype = \"spin\"", "`llm_compute` is not supported"),
            ("[[config_provider]]\ntype = \"vault\"", "`config_provider` is not supported"),
            ("nonsense = 1", "`nonsense` is unknown"),
            ("a =", "line 1"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = RuntimeConfig::load(Path::new("/no/such/file.toml")).unwrap_err().to_string();
        assert!(error.starts_with("/no/such/file.toml: "), "{error}");
    }
}
