//! The function `data-requests`: requests about one's own data, from the form to the proof of who asks.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>, desk_web::requests::serve);
