//! Types, rules, state machines and clocks of Privacy Desk.
//!
//! Everything here is pure: time and random bytes come in as arguments, nothing is read or written.
//! Serde on a type of this crate is its *stored* form; what goes over the wire is each function's.

// Its interface is documented for whoever writes another shell, with every error.
#![warn(clippy::missing_errors_doc)]

pub mod ascii;
pub mod assertion;
pub mod attachment;
pub mod base32;
pub mod case;
pub mod clock;
pub mod email;
pub mod entity_tag;
pub mod erasure;
pub mod fault;
pub mod id;
pub mod journal;
pub mod json;
pub mod keys;
pub mod lang;
pub mod limit;
pub mod mail;
pub mod package;
pub mod policy;
pub mod profile;
pub mod provider;
pub mod reference;
pub mod request;
pub mod sealed;
pub mod signed;
pub mod store_key;
pub mod suppression;
pub mod text;
pub mod time;
pub mod token;
pub mod variables;
pub mod webhook;
pub mod zip;
