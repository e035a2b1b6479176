//! What the tests stand on: targets, clients, servers of their own, and stores that misbehave on demand.

pub(crate) mod browser;
pub(crate) mod failing;
pub(crate) mod files;
pub(crate) mod functions;
pub(crate) mod http;
pub(crate) mod native;
pub(crate) mod process;
pub(crate) mod redis;
pub(crate) mod snapshot;
pub(crate) mod target;

use std::{
    env,
    ffi::OsStr,
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// The longest that anything is waited for: a test that hangs fails instead.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ lies in the workspace").to_owned()
}

/// Says something past the test runner, which keeps back what passing tests print.
pub(crate) fn say(text: &str) {
    // Nobody to tell it to is no reason to fail.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a measurement, also where the test passes.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stdout(), "\n{text}");
}

/// Waits for something that must happen soon.
pub(crate) async fn soon<T>(what: &str, happens: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, happens).await {
        Ok(value) => value,
        Err(_) => panic!("this did not happen within {DEADLINE:?}: {what}"),
    }
}

/// Finds a program that not every machine has. Where it is missing the test is left out, loudly, and where
/// `DESK_REQUIRE_ALL=1` demands everything, as CI does, it fails.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let demanded = env::var("DESK_REQUIRE_ALL").as_deref() == Ok("1");
    let found = program_in(name, &env::var_os("PATH").unwrap_or_default(), demanded);
    if found.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        say(&format!("LEFT OUT: {test}: {name} is not installed"));
    }
    found
}

/// Finds a program in a search path.
pub(crate) fn program_in(name: &str, path: &OsStr, demanded: bool) -> Option<PathBuf> {
    let found = env::split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file());
    assert!(
        found.is_some() || !demanded,
        "{name} is not installed, and DESK_REQUIRE_ALL=1 demands it"
    );
    found
}
