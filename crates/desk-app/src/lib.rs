//! The use cases of Privacy Desk over ports, and the discipline of its store. No HTTP and no pages.
//!
//! A use case loads (port), decides (`desk-core`) and saves (port). It takes a typed input and gives a typed outcome, or a
//! [`desk_core::fault::Fault`]. Nothing here knows Spin: the same code runs natively in tests and in the functions.

pub mod audit;
pub mod cases;
pub mod claims;
pub mod clocks;
pub mod data_request;
pub mod desk;
pub mod erasure;
pub mod feedback;
pub mod heads;
pub mod holdings;
pub mod idempotency;
pub mod instance;
pub mod journal;
pub mod limiter;
pub mod links;
pub mod lists;
pub mod mail_providers;
pub mod memory;
pub mod notices;
pub mod outbox;
pub mod packages;
pub mod paths;
pub mod policy;
pub mod policy_cache;
pub mod ports;
pub mod requests_log;
pub mod retention;
pub mod sender;
pub mod setup;
pub mod suppression;
pub mod sweep;

pub use desk::Desk;
pub use instance::Instance;
pub use setup::Setup;
