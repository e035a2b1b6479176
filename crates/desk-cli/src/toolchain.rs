//! What the build commands need, and running them.

use std::{
    collections::BTreeSet,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};
use desk_host::manifest::Manifest;

use crate::terminal::say;

/// The Rust target of the functions.
const TARGET: &str = "wasm32-wasip2";

/// Builds every component with the manifest's own commands.
pub(crate) fn build(manifest: &Manifest) -> anyhow::Result<()> {
    let built: Vec<_> = manifest
        .components()
        .iter()
        .filter_map(|component| Some((component, component.build()?)))
        .collect();
    let mut commands = built.iter().flat_map(|(_, build)| &build.commands);
    if commands.any(|command| command.contains(TARGET)) {
        ensure_target(manifest.folder())?;
    }
    let mut done = BTreeSet::new();
    for (position, (component, build)) in built.iter().enumerate() {
        let new = build.commands.iter().any(|command| !done.contains(&(command, &build.folder)));
        if new {
            say(format_args!("Building {} ({} of {})", component.id(), position + 1, built.len()));
        }
        for command in &build.commands {
            if done.insert((command, &build.folder)) {
                run(component.id(), command, &build.folder)?;
            }
        }
    }
    Ok(())
}

/// Runs a build command in the shell, as Spin does.
fn run(component: &str, command: &str, folder: &Path) -> anyhow::Result<()> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let status = Command::new(shell)
        .arg(flag)
        .arg(command)
        .current_dir(folder)
        // The manifest says where the wasm lies; a target folder of the person's own would put it
        // elsewhere.
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .with_context(|| {
            format!("`{command}` cannot be run in {} to build `{component}`", folder.display())
        })?;
    if !status.success() {
        bail!("`{component}` was not built: `{command}` failed, as shown above");
    }
    Ok(())
}

/// Adds the wasm target of Rust where it is missing.
fn ensure_target(folder: &Path) -> anyhow::Result<()> {
    let sysroot = match output("rustc", &["--print", "sysroot"], folder) {
        ProgramOutput::Printed(path) => PathBuf::from(path.trim()),
        ProgramOutput::Failed(reason) => bail!("rustc does not work: {reason}"),
        ProgramOutput::Missing => bail!(
            "Rust is missing, and it builds the functions: install it from https://rustup.rs, then \
             run this again"
        ),
    };
    if let ProgramOutput::Missing = output("cargo", &["--version"], folder) {
        bail!(
            "cargo is missing, and it builds the functions: install Rust from https://rustup.rs, \
             then run this again"
        );
    }
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    say(format_args!("Adding the Rust target {TARGET}"));
    match Command::new("rustup").args(["target", "add", TARGET]).current_dir(folder).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => bail!("`rustup target add {TARGET}` failed, as shown above"),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "the Rust target {TARGET} is missing and so is rustup, which adds it: install Rust from \
             https://rustup.rs, or add the target the way this Rust was installed, then run this \
             again"
        ),
        Err(error) => bail!("rustup cannot be run: {error}"),
    }
}

/// What came of running a program.
enum ProgramOutput {
    Printed(String),
    Failed(String),
    Missing,
}

fn output(program: &str, arguments: &[&str], folder: &Path) -> ProgramOutput {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) if output.status.success() => {
            ProgramOutput::Printed(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            ProgramOutput::Failed(text.lines().next().unwrap_or("it says nothing").to_owned())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => ProgramOutput::Missing,
        Err(error) => ProgramOutput::Failed(error.to_string()),
    }
}
