//! The function `console`: the operators' API. It scans the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::ScanningStore, desk_web::console::serve);
