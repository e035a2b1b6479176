//! The function `queue`: operators read data requests. It scans the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::ScanningStore, desk_web::console::requests::read);
