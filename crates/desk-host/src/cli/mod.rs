//! The subcommands, and what they share.

pub(crate) mod client;
pub(crate) mod policy;
pub(crate) mod secrets;
pub(crate) mod toolchain;
pub(crate) mod up;

use std::fmt;

/// Why a command failed, as one sentence for the person who typed it.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes a failure of anything that can be shown.
pub(crate) fn failure(reason: impl fmt::Display) -> Failure {
    Failure(reason.to_string())
}

/// Prints one line for the person, on stdout.
#[expect(clippy::print_stdout, reason = "the one place where the command speaks")]
pub(crate) fn say(text: impl fmt::Display) {
    println!("{text}");
}

/// Prints one line that is not the command's result, on stderr.
#[expect(clippy::print_stderr, reason = "the one place where the command complains")]
pub(crate) fn complain(text: impl fmt::Display) {
    eprintln!("desk: {text}");
}
