//! The function `site`: the start page, assets, well-known addresses, and every address that no other function has.
#![cfg(target_family = "wasm")]

desk_spin::function!(site, desk_web::site);
