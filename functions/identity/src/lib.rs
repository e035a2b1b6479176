//! The function `identity`: the proof of who asks for data, by a link or a code that is mailed.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>, desk_web::requests::identity::serve);
