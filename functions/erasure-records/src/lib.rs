//! The function `erasure-records`: the act about an erasure, and the export from the log. It scans the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(desk_spin::ScanningStore, desk_web::console::erasure::records);
