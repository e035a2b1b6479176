//! The function `mail-events`: bounces and complaints, as mail providers tell them.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>, desk_web::mail_events::serve);
