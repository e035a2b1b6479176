//! The function `policy`: the policy in force and its history.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::policy::serve);
