//! `desk check`: everything that is wrong with a configuration, before anybody meets it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
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
    setup::SetupArgs,
    terminal::{complain, say},
};

/// What is to be checked.
#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    setup: SetupArgs,
}

impl CheckArgs {
    pub(crate) fn run(&self) -> ExitCode {
        let faults = self.setup.read().and_then(|(manifest, values)| faults(&manifest, &values));
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
    let is_missing = |name: &str| {
        declared.get(name).is_some_and(|variable| variable.default.is_none())
            && !values.contains_key(name)
    };
    let missing = declared.keys().filter(|name| is_missing(name));
    faults.extend(missing.map(|name| format!("variable {name}: it is required, and has no value")));
    let wrong = Setup::faults(value).into_iter().filter(|fault| !is_missing(fault.variable));
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
