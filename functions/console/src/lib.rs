//! The function `console`: the operators' API.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>, desk_web::console);
