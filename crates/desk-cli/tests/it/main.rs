//! The command from the outside; only `links` and `suppressions` need built functions.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod clock;
mod harness;
mod links;
mod policy;
mod secrets;
mod suppressions;
mod up;
