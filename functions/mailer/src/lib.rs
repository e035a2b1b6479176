//! The function `mailer`: links for the mailer, and who must not be written to.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>, desk_web::mailer);
