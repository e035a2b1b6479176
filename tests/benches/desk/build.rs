//! The functions, built as their manifest says.

use std::{collections::BTreeSet, path::Path, process::Command};

use desk_host::manifest::Manifest;

use crate::root;

/// Loads a manifest and builds every component in it with the manifest's own commands.
pub(crate) fn built(path: &Path) -> Manifest {
    let manifest = Manifest::load(path).unwrap_or_else(|error| panic!("{error}"));
    let mut done = BTreeSet::new();
    for component in manifest.components() {
        let Some(build) = component.build() else { continue };
        for command in &build.commands {
            if !done.insert((command, &build.folder)) {
                continue;
            }
            eprintln!("building {}: {command}", component.id());
            let mut shell = Command::new("sh");
            shell.args(["-c", command]).current_dir(&build.folder);
            // The manifest's `source` names the default target folder, wherever this bench was built.
            shell.env("CARGO_TARGET_DIR", root().join("target"));
            let output = shell.output().expect("there is a shell");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{command} failed:\n{said}");
        }
    }
    manifest
}
