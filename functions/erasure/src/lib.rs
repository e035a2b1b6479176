//! The function `erasure`: operators erase what is held about a person. It scans the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(
    desk_spin::Calling<desk_spin::ScanningStore>,
    desk_web::console::erasure::serve
);
