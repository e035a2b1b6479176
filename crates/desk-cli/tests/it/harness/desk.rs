//! The functions as they are shipped, in the embedded host.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use desk_host::{HostOptions, RunningHost, manifest::Manifest, start};

pub(crate) const SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
pub(crate) const OPERATOR: &str = "the-token-of-the-operators-in-tests";
pub(crate) const APP: &str = "the-token-of-the-mailer-in-the-tests";
pub(crate) const BASE: &str = "https://privacy.example";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The manifest of the application, once its functions are built; what is up to date takes no time.
fn built_manifest() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let manifest = Manifest::load(&root().join("spin.toml")).unwrap();
        for component in manifest.components() {
            let Some(build) = component.build() else { continue };
            for command in &build.commands {
                let mut shell = Command::new("sh");
                shell.args(["-c", command]).current_dir(&build.folder).stdin(Stdio::null());
                // The manifest names the default target folder, wherever this test was built.
                let output = shell.env("CARGO_TARGET_DIR", root().join("target")).output().unwrap();
                let errors = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{}: {errors}", component.id());
            }
        }
        manifest.path().to_owned()
    })
}

/// The desk itself, and its address.
pub(crate) async fn start_desk(variables: &[(&str, &str)]) -> (RunningHost, String) {
    let all = [
        ("root_secret", SECRET),
        ("operator_token", OPERATOR),
        ("app_token", APP),
        ("base_url", BASE),
    ];
    let all = all.iter().chain(variables);
    let variables: BTreeMap<_, _> =
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    // Compiled once, and not once for every start.
    let cache = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    let running = start(HostOptions { variables, cache, ..HostOptions::new(built_manifest()) })
        .await
        .unwrap();
    let url = format!("http://{}", running.address());
    (running, url)
}
