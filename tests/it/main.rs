//! Black-box tests: the shipped wasm in the embedded host, beside the same scenarios in native code.
//!
//! One binary, one module for each thing that is held to account; `harness` is what they stand on.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test fails by panicking, reads its own environment, tells what it measured, and is one journey or table"
)]

mod after;
mod alone;
mod archives;
mod browser_flows;
mod costs;
mod crash;
mod docs;
mod faults;
mod gone;
mod harness;
mod hostile;
mod interleaved;
mod mails;
mod once;
mod packages;
mod scenarios;
mod self_tests;
mod signatures;
mod unsubscribe;
mod walk;
mod wit;
