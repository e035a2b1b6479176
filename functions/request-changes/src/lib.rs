//! The function `request-changes`: what a person does with their request: messages and the withdrawal.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::requests::changes::serve);
