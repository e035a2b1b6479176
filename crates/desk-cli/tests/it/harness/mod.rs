//! Running the command, and what it says.

pub(crate) mod desk;

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A folder with files in it.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// The command in a folder, without the variables of whoever runs the tests.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_desk"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SPIN_VARIABLE_") {
            command.env_remove(name);
        }
    }
    command.env_remove("DESK_OPERATOR_TOKEN").env_remove("DESK_TOKEN");
    command
}

/// How a command ended, what it printed, and what it complained of.
pub(crate) struct CommandOutput {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl CommandOutput {
    pub(crate) fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let said = Self {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!said.err.contains("panicked"), "{}", said.err);
        said
    }

    /// The last sentence of a command that failed.
    pub(crate) fn complaint(&self) -> String {
        assert_ne!(self.code, 0, "{}", self.err);
        let last = self.err.lines().last().unwrap_or_default();
        assert!(last.starts_with("desk: "), "{}", self.err);
        last.to_owned()
    }
}

pub(crate) fn output(command: &mut Command) -> CommandOutput {
    CommandOutput::new(command.output().unwrap())
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> CommandOutput {
    output(&mut command(folder, arguments))
}

/// The one sentence of a command that could do nothing.
pub(crate) fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let said = run(folder, arguments);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    said.err.strip_prefix("desk: ").unwrap().trim_end().to_owned()
}
