//! The function `unsubscribe`: the links in mails, one click, and the mailing preferences.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>, desk_web::unsubscribe);
