//! The function `data-requests`: the forms of requests about one's own data, and of deletion.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>, desk_web::requests::serve);
