//! The web kit: requests, replies, fields, negotiation, conditions, problems, and the frame of pages. No use case.

pub mod assets;
pub mod fields;
pub mod filing;
pub mod form;
pub mod headers;
pub mod kind;
pub mod negotiate;
pub mod operator;
pub mod page;
pub mod problem;
pub mod reply;
pub mod request;
pub mod respond;
pub mod routes;
pub mod texts;

pub use request::{Body, Request};
