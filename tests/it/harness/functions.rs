//! The functions, built once for a test run, as the manifest says.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
};

use desk_host::manifest::Manifest;

use super::{process, root};

/// Where the application's manifest lies.
pub(crate) fn manifest_path() -> PathBuf {
    root().join("spin.toml")
}

/// The application's manifest, read but with nothing built: enough for tests that need no wasm.
pub(crate) fn manifest() -> &'static Manifest {
    static MANIFEST: OnceLock<Manifest> = OnceLock::new();
    MANIFEST.get_or_init(|| {
        Manifest::load(&manifest_path()).unwrap_or_else(|error| panic!("the manifest: {error}"))
    })
}

/// The application's manifest, with every component built by its own build commands.
///
/// What is up to date costs a fraction of a second, so nothing is ever tested that lags behind its source.
pub(crate) fn built() -> &'static Manifest {
    static BUILT: Mutex<bool> = Mutex::new(false);
    let manifest = manifest();
    // A build that failed is tried again by the next test, which then fails with the compiler's words as well.
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !*built {
        build(manifest);
        *built = true;
    }
    manifest
}

fn build(manifest: &Manifest) {
    let mut done = BTreeSet::new();
    for component in manifest.components() {
        let Some(build) = component.build() else { continue };
        for command in &build.commands {
            if !done.insert((command, &build.folder)) {
                continue;
            }
            let mut shell = Command::new("sh");
            shell.args(["-c", command]).current_dir(&build.folder);
            // The manifest's `source` names the default target folder, wherever this test was built.
            shell.env("CARGO_TARGET_DIR", root().join("target"));
            process::build(component.id(), &mut shell);
        }
    }
    for component in manifest.components() {
        let source = component.source();
        assert!(source.is_file(), "the build of {} left no {}", component.id(), source.display());
    }
}
