//! The function `packages`: builds and drops the packages of data requests. It scans the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(
    desk_spin::Calling<desk_spin::ScanningStore>,
    desk_web::console::requests::pack
);
