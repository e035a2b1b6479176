//! Fuzz targets of Privacy Desk.
//!
//! Each target is a function here that is given bytes and holds what must be true whatever they are: it fails by
//! panicking. `targets/` wraps them for libFuzzer, `tests/corpus.rs` runs them over seeds and changed seeds with stable
//! Rust.

mod attachment;
mod clock;
mod compare;
mod email;
mod mail;
mod markdown;
pub mod replay;
mod request;
mod stored;
mod token;
mod zone;

pub use attachment::attachment;
pub use clock::clock;
pub use compare::compare;
pub use email::email;
pub use mail::mail;
pub use markdown::markdown;
pub use request::request;
pub use stored::stored;
pub use token::token;
pub use zone::zone;

/// A target: it panics where something that must hold does not.
pub type Target = fn(&[u8]);

/// Every target with the name of its file in `targets/` and of its folder in `corpus/`.
pub const TARGETS: &[(&str, Target)] = &[
    ("request", request),
    ("markdown", markdown),
    ("compare", compare),
    ("mail", mail),
    ("attachment", attachment),
    ("zone", zone),
    ("clock", clock),
    ("stored", stored),
    ("email", email),
    ("token", token),
];
