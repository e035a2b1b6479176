//! The function `sweep`: it tells again what was told in vain.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>, desk_web::sweep::serve);
