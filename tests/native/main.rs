//! The functions in native code: journeys beside each other over a store in memory, races step by step, and what is
//! generated from the code.
//!
//! One binary, one module for each function or use case; `world` is what they stand on.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and is one journey or table"
)]

mod claims;
mod console;
mod data_requests;
mod erasure;
mod feedback;
mod generated;
mod holdings;
mod lint;
mod mail_events;
mod mailer;
mod notices;
mod outbox;
mod packages;
mod policy;
mod retention;
mod unsubscribe;
mod world;
