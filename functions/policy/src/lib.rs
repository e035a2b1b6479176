//! The function `policy`: the policy in force, its history, and every address that no other function has.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::policy::serve);
