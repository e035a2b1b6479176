//! The function `case-status`: what is behind the status link of a question or complaint.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::feedback::status::serve);
