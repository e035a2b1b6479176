//! Router, wire types, problems, pages and use cases of Privacy Desk, over ports.
//!
//! A use case loads (port), decides (`desk-core`), saves (port) and renders. Nothing here knows Spin: the same code runs
//! natively in tests and behind `desk-spin` in the functions.

pub mod assets;
pub mod audit;
pub mod cases;
pub mod clock_wire;
pub mod clocks;
pub mod console;
pub mod desk;
pub mod erasure;
pub mod feedback;
pub mod fields;
mod form;
#[cfg(test)]
mod generated;
pub mod headers;
mod heads;
pub mod holdings;
mod journal;
pub mod limiter;
pub mod lint;
pub mod lists;
pub mod mail_events;
pub mod mailer;
pub mod memory;
pub mod negotiate;
mod notices;
pub mod operator;
pub mod outbox;
pub mod packages;
pub mod page;
pub mod policy;
pub mod ports;
pub mod problem;
pub mod reply;
pub mod request;
pub mod requests;
pub mod requests_log;
pub mod retention;
pub mod routes;
pub mod setup;
pub mod site;
mod submitted;
pub mod suppression;
pub mod sweep;
pub mod texts;
pub mod unsubscribe;

pub use desk::Desk;
pub use request::{Body, Request};
pub use setup::Setup;
