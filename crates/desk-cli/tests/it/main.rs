//! The command from the outside; only `mailing` needs built functions.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers as well"
)]

mod clock;
mod command;
mod mailing;
