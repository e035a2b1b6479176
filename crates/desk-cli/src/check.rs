//! `desk check`: everything that is wrong with a configuration, before anybody meets it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::bail;
use clap::Args;
use desk_app::Setup;
use desk_host::{
    manifest::Manifest,
    variables::{process_environment, read_env_file},
};

use crate::{
    setup::{DEFAULT_STATE, given_variables, manifest_at, secrets_file},
    terminal::{complain, say},
};

/// What is to be checked.
#[derive(Args)]
pub(crate) struct CheckArgs {
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

impl CheckArgs {
    pub(crate) fn run(&self) -> ExitCode {
        let faults = Manifest::load(&manifest_at(&self.from)).map_err(Into::into).and_then(
            |manifest: Manifest| -> anyhow::Result<Vec<String>> {
                let secrets = secrets_file(&self.state_dir);
                let values = given_variables(&manifest, &secrets, &self.variable, None)?;
                faults(&manifest, &values)
            },
        );
        match faults {
            Ok(faults) if faults.is_empty() => {
                say("The configuration is in order.");
                ExitCode::SUCCESS
            }
            Ok(faults) => {
                faults.iter().for_each(complain);
                ExitCode::FAILURE
            }
            Err(error) => {
                complain(format_args!("{error:#}"));
                ExitCode::FAILURE
            }
        }
    }
}

/// Everything that is wrong with the variables that are given a value: those that the application does not know, those that
/// it needs, and those that do not parse.
pub(crate) fn faults(
    manifest: &Manifest,
    values: &BTreeMap<String, String>,
) -> anyhow::Result<Vec<String>> {
    let declared = manifest.variables();
    let mut unknown: BTreeSet<String> =
        values.keys().filter(|name| !declared.contains_key(*name)).cloned().collect();
    for source in [process_environment(), read_env_file(Path::new(".env"))?] {
        let named = source.keys().filter_map(|name| name.strip_prefix("SPIN_VARIABLE_"));
        unknown
            .extend(named.map(str::to_ascii_lowercase).filter(|name| !declared.contains_key(name)));
    }
    let mut faults: Vec<String> = unknown
        .into_iter()
        .map(|name| format!("variable {name}: the application has no variable of this name"))
        .collect();
    let value = |name: &str| {
        let default = || declared.get(name)?.default.as_ref();
        values.get(name).or_else(default).cloned()
    };
    for (name, variable) in declared {
        if variable.default.is_none() && !values.contains_key(name) {
            faults.push(format!("variable {name}: it is required, and has no value"));
        }
    }
    let known: BTreeSet<String> = faults.iter().cloned().collect();
    let wrong = Setup::faults(value).into_iter().filter(|fault| {
        let missing = format!("variable {}: it is required, and has no value", fault.variable);
        !known.contains(&missing)
    });
    faults.extend(wrong.map(|fault| fault.to_string()));
    Ok(faults)
}

/// Refuses a configuration with faults, and tells all of them.
///
/// # Errors
/// The faults, one on each line.
pub(crate) fn refuse(manifest: &Manifest, values: &BTreeMap<String, String>) -> anyhow::Result<()> {
    match faults(manifest, values)?.as_slice() {
        [] => Ok(()),
        [fault] => bail!("{fault}"),
        faults => bail!("{} variables are wrong:\n  {}", faults.len(), faults.join("\n  ")),
    }
}
