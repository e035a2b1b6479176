//! The embedded host: runs the application of a `spin.toml` in this process, as Spin 4.1 does.
//!
//! It is for a first try, for development and for tests. It does nothing that Spin does not do,
//! and where a manifest asks for something that Spin has and it lacks, it says so and stops.
#![warn(clippy::missing_errors_doc)]
#![allow(
    clippy::disallowed_methods,
    reason = "the bans on clocks and the environment are for guests; this crate is their host"
)]

#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "generated code"
)]
mod bindings;
mod engine;
mod error;
mod hosts;
mod http;
mod ids;
mod key_value;
mod log;
pub mod manifest;
mod options;
mod outbound;
mod routes;
mod running;
pub mod runtime_config;
mod startup;
pub mod store;
mod threads;
pub mod variables;

pub use async_trait::async_trait;

pub use crate::{
    error::HostError,
    options::{Clock, HostOptions, LogSink, Random, Reuse},
    routes::Pattern,
    running::{RunningHost, start},
    startup::listen,
    store::{Backend, StoreChoice},
};
