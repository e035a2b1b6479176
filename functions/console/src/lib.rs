//! The function `console`: the operators' API, and the only one that may scan the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::ScanningStore, desk_web::console::serve);
