//! The function `assertion`: what the app's backend asserts of a person who is signed in.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::SpinStore, desk_web::requests::assertion::serve);
