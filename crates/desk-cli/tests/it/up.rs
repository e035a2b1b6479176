//! `desk up` as a person types it.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Stdio},
};

use tempfile::TempDir;

use crate::harness::{command, folder, output, run};

const MANIFEST: &str = r#"
spin_manifest_version = 2
[application]
name = "trial"
[variables]
root_secret = { required = true }
operator_token = { required = true }
[[trigger.http]]
route = "/"
static_response = { body = "start" }
[[trigger.http]]
route = "/policy/versions"
static_response = { body = '{"versions":[]}' }
[[trigger.http]]
route = "/policy/versions/1.0"
static_response = { status_code = 201 }
"#;

/// A component that a harmless command builds into nothing.
const COMPONENT: &str = r#"
[[trigger.http]]
route = "/..."
component = "only"
[component.only]
source = "only.wasm"
[component.only.build]
command = "echo built > built.txt"
"#;

/// A folder with an application.
fn app(manifest: &str) -> TempDir {
    folder(&[("spin.toml", manifest)])
}

const ANY_PORT: [&str; 3] = ["up", "--listen", "127.0.0.1:0"];

/// A desk that serves; killed where a test fails.
struct ServingDesk {
    process: Child,
    output: BufReader<ChildStdout>,
    said: String,
}

impl ServingDesk {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut said = String::new();
        while !said.contains("Press Ctrl-C") {
            assert_ne!(output.read_line(&mut said).unwrap(), 0, "ended after: {said}");
        }
        Self { process, output, said }
    }

    fn address(&self) -> std::net::SocketAddr {
        let start = self.said.split_once("http://").unwrap().1;
        start
            .split(|c: char| !(c.is_ascii_digit() || ".:".contains(c)))
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    fn end(mut self, signal: &str) -> (bool, String) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (self.process.wait().unwrap().success(), rest)
    }
}

impl Drop for ServingDesk {
    fn drop(&mut self) {
        // Already ended in a test that passes.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn up_serves_until_it_is_asked_to_end() {
    for signal in ["-INT", "-TERM"] {
        let folder = app(MANIFEST);
        let served = ServingDesk::start(command(folder.path(), &ANY_PORT));
        assert_eq!(
            ureq::get(format!("http://{}/", served.address())).call().unwrap().status(),
            200
        );
        assert!(served.said.contains("Start page"), "{}", served.said);
        assert!(!served.said.contains("Feedback"), "{}", served.said);
        assert!(folder.path().join(".desk/sqlite_key_value.db").is_file());
        let secrets = fs::read_to_string(folder.path().join(".desk/secrets.env")).unwrap();
        let (success, rest) = served.end(signal);
        assert!(success && rest.contains("Stopping."), "{signal}: {rest}");

        let served = ServingDesk::start(command(folder.path(), &ANY_PORT));
        drop(served);
        let again = fs::read_to_string(folder.path().join(".desk/secrets.env")).unwrap();
        assert_eq!(again, secrets, "the secrets of the first start stay");
    }
}

#[test]
fn without_a_command_it_is_up() {
    let folder = app("nonsense");
    assert!(run(folder.path(), &[]).complaint().contains("spin.toml, line 1: "));
}

#[test]
fn a_missing_manifest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        run(folder.path(), &ANY_PORT)
            .complaint()
            .contains("spin.toml: the manifest cannot be read")
    );
}

#[test]
fn a_busy_port_is_said_before_anything_is_built() {
    let folder = app(&format!("{MANIFEST}{COMPONENT}"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = run(folder.path(), &["up", "--listen", &address]).complaint();
    assert!(said.contains(&format!("{address} is already in use")), "{said}");
    assert!(!folder.path().join("built.txt").exists());
}

#[test]
fn a_failed_build_is_named_with_its_command() {
    let manifest = format!("{MANIFEST}{COMPONENT}").replace("echo built > built.txt", "exit 3");
    let said = run(app(&manifest).path(), &ANY_PORT).complaint();
    assert!(said.contains("`only` was not built: `exit 3` failed"), "{said}");
}

#[test]
fn a_build_that_makes_no_wasm_is_told() {
    let folder = app(&format!("{MANIFEST}{COMPONENT}"));
    let said = run(folder.path(), &ANY_PORT);
    assert!(said.complaint().contains("the component `only` is not built: "));
    assert!(said.out.contains("Building only (1 of 1)"));
    assert!(folder.path().join("built.txt").exists());
}

#[test]
fn without_building_a_missing_wasm_says_what_to_do() {
    let folder = app(&format!("{MANIFEST}{COMPONENT}"));
    let said = run(folder.path(), &["up", "--listen", "127.0.0.1:0", "--no-build"]).complaint();
    assert!(said.contains("without --no-build"), "{said}");
    assert!(!folder.path().join("built.txt").exists());
}

#[test]
fn a_missing_toolchain_is_said() {
    let manifest = format!("{MANIFEST}{COMPONENT}")
        .replace("echo built > built.txt", "cargo build --target wasm32-wasip2");
    let folder = app(&manifest);
    let said = output(command(folder.path(), &ANY_PORT).env("PATH", "/nowhere")).complaint();
    assert!(said.contains("Rust is missing") && said.contains("https://rustup.rs"), "{said}");
}

/// A Rust without the target, and no rustup to add it.
#[cfg(unix)]
#[test]
fn a_missing_target_without_rustup_is_said() {
    use std::os::unix::fs::PermissionsExt;

    let manifest = format!("{MANIFEST}{COMPONENT}")
        .replace("echo built > built.txt", "cargo build --target wasm32-wasip2");
    let folder = app(&manifest);
    for program in ["rustc", "cargo"] {
        let path = folder.path().join(program);
        fs::write(&path, "#!/bin/sh\necho /nowhere\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let said = output(command(folder.path(), &ANY_PORT).env("PATH", folder.path())).complaint();
    assert!(said.contains("the Rust target wasm32-wasip2 is missing and so is rustup"), "{said}");
}

#[test]
fn a_data_folder_that_is_none_is_said() {
    let folder = app(MANIFEST);
    fs::write(folder.path().join("taken"), "a file").unwrap();
    let arguments = ["up", "--listen", "127.0.0.1:0", "--state-dir", "taken"];
    let said = run(folder.path(), &arguments).complaint();
    assert!(said.contains("the data folder taken cannot be used"), "{said}");

    let inside = folder.path().join("state");
    fs::create_dir_all(inside.join("sqlite_key_value.db")).unwrap();
    let said =
        run(folder.path(), &["up", "--listen", "127.0.0.1:0", "--state-dir", "state"]).complaint();
    assert!(
        said.contains("the key-value store state/sqlite_key_value.db cannot be used"),
        "{said}"
    );
}

#[test]
fn a_variable_without_value_is_said_with_its_environment_form() {
    let manifest = MANIFEST.replacen("[[trigger", "extra = { required = true }\n[[trigger", 1);
    let folder = app(&manifest);
    let said = run(folder.path(), &ANY_PORT).complaint();
    assert!(said.contains("SPIN_VARIABLE_EXTRA"), "{said}");
    for given in ["flag", "environment", "file"] {
        let mut typed = command(folder.path(), &ANY_PORT);
        match given {
            "flag" => typed.args(["--variable", "extra=x"]),
            "environment" => typed.env("SPIN_VARIABLE_EXTRA", "x"),
            _ => {
                fs::write(folder.path().join(".env"), "SPIN_VARIABLE_EXTRA=x\n").unwrap();
                &mut typed
            }
        };
        drop(ServingDesk::start(typed));
    }
}

#[test]
fn a_broken_runtime_config_is_said() {
    let folder = app(MANIFEST);
    fs::write(folder.path().join("rc.toml"), "[key_value_store.default]\ntype = \"aws_dynamo\"")
        .unwrap();
    let arguments = ["up", "--listen", "127.0.0.1:0", "--runtime-config-file", "rc.toml"];
    let said = run(folder.path(), &arguments).complaint();
    assert!(said.contains("rc.toml: key_value_store.default: the type `aws_dynamo`"), "{said}");
}

#[test]
fn the_sample_policy_is_published_on_the_first_start() {
    let folder = app(MANIFEST);
    fs::create_dir_all(folder.path().join("samples/policy")).unwrap();
    for language in ["en", "ru"] {
        let file = format!("samples/policy/oncall-3.0.{language}.md");
        fs::write(folder.path().join(file), "# Policy\n").unwrap();
    }
    let served = ServingDesk::start(command(folder.path(), &ANY_PORT));
    assert!(served.said.contains("Published the sample policy, 1.0."), "{}", served.said);
    let mut quiet = command(folder.path(), &ANY_PORT);
    quiet.arg("--no-sample");
    assert!(!ServingDesk::start(quiet).said.contains("Published"));
}
