//! The function `request-status`: a data request as its person follows it.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::requests::status::serve);
