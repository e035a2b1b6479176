//! The function `suppressions`: who must not be written to, for the mailer and the operators.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>, desk_web::suppressions::serve);
