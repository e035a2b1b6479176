//! The desk as it is set up in a folder: its manifest, its secrets, and the variables that are given a value.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use desk_app::Setup;
use desk_host::{
    manifest::Manifest,
    variables::{VariableError, from_environment, from_flags, process_environment, read_env_file},
};

use crate::secrets;

/// The folder for data, secrets and compiled functions.
pub(crate) const DEFAULT_STATE: &str = ".desk";

/// The variables that links depend on. What is wrong with another one is no reason to make none.
const VARIABLES: [&str; 7] = [
    "root_secret",
    "previous_root_secrets",
    "base_url",
    "lists",
    "list_domain",
    "default_language",
    "unsubscribe_mailbox",
];

/// Where the desk is set up that is meant.
#[derive(Args)]
pub(crate) struct SetupArgs {
    /// The manifest of the application.
    #[arg(short, long = "from", value_name = "FILE", default_value = "spin.toml")]
    from: PathBuf,
    /// The folder with the secrets of `desk up`.
    #[arg(long, value_name = "FOLDER", default_value = DEFAULT_STATE)]
    state_dir: PathBuf,
    /// A value for a variable of the application; may be given often.
    #[arg(long, value_name = "NAME=VALUE")]
    variable: Vec<String>,
}

impl SetupArgs {
    /// The setup, as a function has it to which the variables are granted that links depend on.
    pub(crate) fn load(&self) -> anyhow::Result<Setup> {
        let (manifest, values) = self.read()?;
        let value = |name: &str| {
            let default = || manifest.variables().get(name)?.default.as_ref();
            VARIABLES.contains(&name).then(|| values.get(name).or_else(default).cloned()).flatten()
        };
        if value("root_secret").is_none() {
            bail!(VariableError::Missing("root_secret".to_owned()));
        }
        Ok(Setup::new(value)?)
    }

    /// The manifest, and the variables that are given a value.
    pub(crate) fn read(&self) -> anyhow::Result<(Manifest, BTreeMap<String, String>)> {
        let manifest = Manifest::load(&manifest_at(&self.from))?;
        let secrets = secrets_file(&self.state_dir);
        let values = given_variables(&manifest, &secrets, &self.variable, None)?;
        Ok((manifest, values))
    }
}

/// The manifest at a path; a folder stands for the one in it, as for Spin.
pub(crate) fn manifest_at(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("spin.toml") } else { path.to_owned() }
}

/// The file of generated secrets in a state folder.
pub(crate) fn secrets_file(state_dir: &Path) -> PathBuf {
    state_dir.join("secrets.env")
}

/// The variables that are given a value, and not their default: by flags, by the environment, by `.env`, by the file of
/// generated secrets, or as `last`. The first of these that names one wins.
pub(crate) fn given_variables(
    manifest: &Manifest,
    secrets: &Path,
    flags: &[String],
    last: Option<(String, String)>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let dotenv = read_env_file(Path::new(".env"))?;
    let generated = read_env_file(secrets)?;
    let sources = [process_environment(), dotenv, generated, last.into_iter().collect()];
    let mut values = from_environment(manifest, &sources);
    values.extend(from_flags(flags)?);
    Ok(values)
}

/// The operator token of the environment, or of the desk in this folder.
pub(crate) fn find_operator_token() -> anyhow::Result<String> {
    if let Ok(token) = std::env::var("DESK_OPERATOR_TOKEN") {
        return Ok(token);
    }
    let path = Path::new(".desk/secrets.env");
    read_env_file(path)?.remove(secrets::OPERATOR_TOKEN).context(
        "there is no operator token: pass --token, set DESK_OPERATOR_TOKEN, or run this where \
         .desk/secrets.env lies",
    )
}
