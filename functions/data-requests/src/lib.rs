//! The function `data-requests`: the forms of data requests, the proof of who asks, status pages and packages.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>, desk_web::requests);
