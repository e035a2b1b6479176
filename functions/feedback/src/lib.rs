//! The function `feedback`: the form for questions and complaints.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::feedback::serve);
