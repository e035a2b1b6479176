//! The function `feedback`: the form for questions and complaints, and the pages on which a person follows theirs.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::feedback);
