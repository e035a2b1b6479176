//! The function `mail-events`: what mail providers tell, and the lint of a raw mail.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>, desk_web::mail_events);
