//! The function `policy`: the policy in force, its history, and the keys that sign it.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::policy);
