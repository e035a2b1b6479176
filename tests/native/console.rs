//! What operators do.

mod cases;
mod requests;
