//! What the subcommands tell the person who typed them.

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

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

/// Prints one line for the person, on stdout. Nobody who has stopped listening, such as `head`, ends the command.
pub(crate) fn say(text: impl fmt::Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints one line that is not the command's result, on stderr.
pub(crate) fn complain(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "desk: {text}");
}

/// How a command ends that takes many things: 0 with all of them, 1 with some refused, 2 where it could not be done.
pub(crate) fn ended(all_taken: Result<bool, Failure>) -> ExitCode {
    match all_taken {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            complain(failure);
            ExitCode::from(2)
        }
    }
}
