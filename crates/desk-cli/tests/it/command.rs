//! The `desk` command as a person types it.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use desk_host::{HostOptions, start};
use tempfile::TempDir;

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

fn folder(manifest: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("spin.toml"), manifest).unwrap();
    folder
}

fn desk(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_desk"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SPIN_VARIABLE_") {
            command.env_remove(name);
        }
    }
    command.env_remove("DESK_OPERATOR_TOKEN");
    command
}

/// The one sentence that a failing command says.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success(), "{text}");
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("desk: "), "{text}");
    last
}

fn failing(folder: &Path, arguments: &[&str]) -> String {
    complaint(&desk(folder, arguments).output().unwrap())
}

const ANY_PORT: [&str; 3] = ["up", "--listen", "127.0.0.1:0"];

/// A desk that serves; killed where a test fails.
struct Served {
    process: Child,
    output: BufReader<ChildStdout>,
    said: String,
}

impl Served {
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

impl Drop for Served {
    fn drop(&mut self) {
        // Already ended in a test that passes.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn up_serves_until_it_is_asked_to_end() {
    for signal in ["-INT", "-TERM"] {
        let folder = folder(MANIFEST);
        let served = Served::start(desk(folder.path(), &ANY_PORT));
        assert_eq!(ureq::get(format!("http://{}/", served.address())).call().unwrap().status(), 200);
        assert!(served.said.contains("Start page"), "{}", served.said);
        assert!(!served.said.contains("Feedback"), "{}", served.said);
        assert!(folder.path().join(".desk/sqlite_key_value.db").is_file());
        let secrets = fs::read_to_string(folder.path().join(".desk/secrets.env")).unwrap();
        let (success, rest) = served.end(signal);
        assert!(success && rest.contains("Stopping."), "{signal}: {rest}");

        let served = Served::start(desk(folder.path(), &ANY_PORT));
        drop(served);
        let again = fs::read_to_string(folder.path().join(".desk/secrets.env")).unwrap();
        assert_eq!(again, secrets, "the secrets of the first start stay");
    }
}

#[test]
fn without_a_command_it_is_up() {
    let folder = folder("nonsense");
    assert!(failing(folder.path(), &[]).contains("spin.toml, line 1: "));
}

#[test]
fn a_missing_manifest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(failing(folder.path(), &ANY_PORT).contains("spin.toml: the manifest cannot be read"));
}

#[test]
fn a_busy_port_is_said_before_anything_is_built() {
    let folder = folder(&format!("{MANIFEST}{COMPONENT}"));
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = failing(folder.path(), &["up", "--listen", &address]);
    assert!(said.contains(&format!("{address} is already in use")), "{said}");
    assert!(!folder.path().join("built.txt").exists());
}

#[test]
fn a_failed_build_is_named_with_its_command() {
    let manifest = format!("{MANIFEST}{COMPONENT}").replace("echo built > built.txt", "exit 3");
    let said = failing(folder(&manifest).path(), &ANY_PORT);
    assert!(said.contains("`only` was not built: `exit 3` failed"), "{said}");
}

#[test]
fn a_build_that_makes_no_wasm_is_told() {
    let folder = folder(&format!("{MANIFEST}{COMPONENT}"));
    let output = desk(folder.path(), &ANY_PORT).output().unwrap();
    assert!(complaint(&output).contains("the component `only` is not built: "));
    assert!(String::from_utf8(output.stdout).unwrap().contains("Building only (1 of 1)"));
    assert!(folder.path().join("built.txt").exists());
}

#[test]
fn without_building_a_missing_wasm_says_what_to_do() {
    let folder = folder(&format!("{MANIFEST}{COMPONENT}"));
    let said = failing(folder.path(), &["up", "--listen", "127.0.0.1:0", "--no-build"]);
    assert!(said.contains("without --no-build"), "{said}");
    assert!(!folder.path().join("built.txt").exists());
}

#[test]
fn a_missing_toolchain_is_said() {
    let manifest = format!("{MANIFEST}{COMPONENT}")
        .replace("echo built > built.txt", "cargo build --target wasm32-wasip2");
    let folder = folder(&manifest);
    let said = complaint(&desk(folder.path(), &ANY_PORT).env("PATH", "/nowhere").output().unwrap());
    assert!(said.contains("Rust is missing") && said.contains("https://rustup.rs"), "{said}");
}

/// A Rust without the target, and no rustup to add it.
#[cfg(unix)]
#[test]
fn a_missing_target_without_rustup_is_said() {
    use std::os::unix::fs::PermissionsExt;

    let manifest = format!("{MANIFEST}{COMPONENT}")
        .replace("echo built > built.txt", "cargo build --target wasm32-wasip2");
    let folder = folder(&manifest);
    for program in ["rustc", "cargo"] {
        let path = folder.path().join(program);
        fs::write(&path, "#!/bin/sh\necho /nowhere\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let output = desk(folder.path(), &ANY_PORT).env("PATH", folder.path()).output().unwrap();
    let said = complaint(&output);
    assert!(said.contains("the Rust target wasm32-wasip2 is missing and so is rustup"), "{said}");
}

#[test]
fn a_data_folder_that_is_none_is_said() {
    let folder = folder(MANIFEST);
    fs::write(folder.path().join("taken"), "a file").unwrap();
    let arguments = ["up", "--listen", "127.0.0.1:0", "--state-dir", "taken"];
    let said = failing(folder.path(), &arguments);
    assert!(said.contains("the data folder taken cannot be used"), "{said}");

    let inside = folder.path().join("state");
    fs::create_dir_all(inside.join("sqlite_key_value.db")).unwrap();
    let said = failing(folder.path(), &["up", "--listen", "127.0.0.1:0", "--state-dir", "state"]);
    assert!(
        said.contains("the key-value store state/sqlite_key_value.db cannot be used"),
        "{said}"
    );
}

#[test]
fn a_variable_without_value_is_said_with_its_environment_form() {
    let manifest = MANIFEST.replacen("[[trigger", "extra = { required = true }\n[[trigger", 1);
    let folder = folder(&manifest);
    let said = failing(folder.path(), &ANY_PORT);
    assert!(said.contains("SPIN_VARIABLE_EXTRA"), "{said}");
    for given in ["flag", "environment", "file"] {
        let mut command = desk(folder.path(), &ANY_PORT);
        match given {
            "flag" => command.args(["--variable", "extra=x"]),
            "environment" => command.env("SPIN_VARIABLE_EXTRA", "x"),
            _ => {
                fs::write(folder.path().join(".env"), "SPIN_VARIABLE_EXTRA=x\n").unwrap();
                &mut command
            }
        };
        drop(Served::start(command));
    }
}

#[test]
fn a_broken_runtime_config_is_said() {
    let folder = folder(MANIFEST);
    fs::write(folder.path().join("rc.toml"), "[key_value_store.default]\ntype = \"aws_dynamo\"")
        .unwrap();
    let arguments = ["up", "--listen", "127.0.0.1:0", "--runtime-config-file", "rc.toml"];
    let said = failing(folder.path(), &arguments);
    assert!(said.contains("rc.toml: key_value_store.default: the type `aws_dynamo`"), "{said}");
}

#[test]
fn the_sample_policy_is_published_on_the_first_start() {
    let folder = folder(MANIFEST);
    fs::create_dir_all(folder.path().join("samples/policy")).unwrap();
    for language in ["en", "ru"] {
        let file = format!("samples/policy/oncall-3.0.{language}.md");
        fs::write(folder.path().join(file), "# Policy\n").unwrap();
    }
    let served = Served::start(desk(folder.path(), &ANY_PORT));
    assert!(served.said.contains("Published the sample policy, 1.0."), "{}", served.said);
    let mut quiet = desk(folder.path(), &ANY_PORT);
    quiet.arg("--no-sample");
    assert!(!Served::start(quiet).said.contains("Published"));
}

#[test]
fn secrets_are_fresh_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let print = || {
        let output = desk(folder.path(), &["secrets"]).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let one = print();
    for name in ["\nSPIN_VARIABLE_ROOT_SECRET=", "\nSPIN_VARIABLE_OPERATOR_TOKEN="] {
        assert!(one.contains(name), "{one}");
    }
    assert_ne!(one, print());
}

const DESK: &str = r#"
spin_manifest_version = 2
[application]
name = "answers"
[[trigger.http]]
route = "/policy/versions"
[trigger.http.static_response]
body = '{"versions":[{"version":"1.0","published":"2026-01-01T00:00:00Z","effective":"2019-11-01T00:00:00+03:00","material":true,"languages":{"en":{},"ru":{}}}]}'
[[trigger.http]]
route = "/policy/versions/new"
static_response = { status_code = 201 }
[[trigger.http]]
route = "/policy/versions/same"
static_response = { status_code = 200 }
[[trigger.http]]
route = "/policy/versions/other"
[trigger.http.static_response]
status_code = 409
body = '{"title":"The version is published already","detail":"Its text differs."}'
"#;

#[tokio::test]
async fn policies_are_listed_and_published_anywhere() {
    let folder = folder(DESK);
    let running = start(HostOptions::new(folder.path().join("spin.toml"))).await.unwrap();
    let base = format!("http://{}", running.address());
    fs::write(folder.path().join("policy.ru.md"), "# П").unwrap();
    let run = |arguments: &[&str]| {
        let mut command = desk(folder.path(), arguments);
        command.args(["--url", &base]).output().unwrap()
    };
    let publish = |version: &str| {
        run(&["policy", "publish", "policy.ru.md", "--version", version, "--token", "t"])
    };

    let listed = String::from_utf8(run(&["policy", "list"]).stdout).unwrap();
    let expected = "Version  In effect from             Published             Languages  Material\n\
                    1.0      2019-11-01T00:00:00+03:00  2026-01-01T00:00:00Z  en, ru     yes\n";
    assert_eq!(listed, expected);
    let json = String::from_utf8(run(&["policy", "list", "--json"]).stdout).unwrap();
    assert!(json.starts_with("{\"versions\":["), "{json}");

    let said = String::from_utf8(publish("new").stdout).unwrap();
    assert_eq!(said, format!("Version new (ru) is published at {base}.\n"));
    let said = String::from_utf8(publish("same").stdout).unwrap();
    assert!(said.contains("was published before, with the same text"), "{said}");
    let said = complaint(&publish("other"));
    assert!(
        said.contains("The version is published already: Its text differs (status 409)"),
        "{said}"
    );
    let said = complaint(&publish("unknown"));
    assert!(said.contains("the status is 404"), "{said}");

    let said = complaint(&run(&["policy", "publish", "policy.ru.md", "--version", "new"]));
    assert!(said.contains("there is no operator token"), "{said}");
    let said = complaint(&run(&["policy", "publish", "no.md", "--version", "1", "--token", "t"]));
    assert!(said.contains("no.md cannot be read"), "{said}");
    running.stop().await;
    let said = complaint(&run(&["policy", "list"]));
    assert!(said.contains(&format!("{base} does not answer")), "{said}");
}
