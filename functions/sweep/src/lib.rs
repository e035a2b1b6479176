//! The function `sweep`: what tells again what was told in vain, and deletes what has expired.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>, desk_web::sweep);
