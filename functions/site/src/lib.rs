//! The function `site`: the start page, assets, well-known addresses, and every address that no other function has.
#![cfg(target_family = "wasm")]

// It keeps nothing and reads nothing, so it has no store.
desk_spin::function!((), desk_web::site);
