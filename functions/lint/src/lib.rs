//! The function `lint`: what a mailbox provider would object to in a raw mail.
#![cfg(target_family = "wasm")]

desk_spin::function!((), desk_web::lint::serve);
