//! The function `referral`: a complaint becomes a data request. It scans the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(
    desk_spin::Calling<desk_spin::ScanningStore>,
    desk_web::console::requests::refer
);
