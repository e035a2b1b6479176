//! A target without a fuzzer: it is run over files, to look at what was found with stable Rust.

use std::io::Write;
use std::process::ExitCode;

use crate::Target;

/// Runs a target over each file that is named as an argument. A find panics, as it did under the fuzzer.
pub fn main(name: &str, target: Target) -> ExitCode {
    let files: Vec<_> = std::env::args_os().skip(1).collect();
    if files.is_empty() {
        say(&format!(
            "Which find is to be looked at? Name one file or more: \
             cargo run --manifest-path fuzz/Cargo.toml --bin {name} -- fuzz/artifacts/{name}/*"
        ));
        return ExitCode::FAILURE;
    }
    for file in files {
        let shown = file.display();
        match std::fs::read(&file) {
            Ok(bytes) => {
                say(&format!("{name}: {shown}, {} bytes", bytes.len()));
                target(&bytes);
            }
            Err(error) => {
                say(&format!("{shown} cannot be read: {error}"));
                return ExitCode::FAILURE;
            }
        }
    }
    say(&format!("{name}: nothing was found"));
    ExitCode::SUCCESS
}

/// Tells whoever looks. Where that fails there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
