//! What is made from the code and checked in: `docs/openapi.json` and `docs/schemas/package.schema.json`, both also without
//! white space as they are served, `docs/problems.md`, and the tables of `docs/clocks.md`.
//!
//! The tests fail where a document differs from what the code says; `DESK_BLESS=1 cargo test --test native` writes it anew.

mod clocks;
mod openapi;
mod package;
mod problems;

use std::path::PathBuf;

/// Holds a file of the repository to what the code says, or writes it anew.
fn hold(name: &str, made: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever changes the code")]
    let bless = std::env::var("DESK_BLESS").is_ok();
    if bless {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "{name} is not what the code says: run DESK_BLESS=1 cargo test --test native"
    );
}
