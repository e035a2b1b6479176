//! The function `complaint`: a data request gives rise to a complaint. It scans the store.
#![cfg(target_family = "wasm")]

desk_spin::function!(
    desk_spin::Calling<desk_spin::ScanningStore>,
    desk_web::console::requests::complain
);
