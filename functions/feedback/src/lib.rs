//! The function `feedback`: questions and complaints, and the status pages of those who sent them.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::feedback::serve);
