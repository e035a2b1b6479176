//! The function `data-requests`: requests about one's own data, from the form to the answer.
#![cfg(target_family = "wasm")]

desk_spin::function!(
    desk_spin::Calling<desk_spin::Streaming<desk_spin::SpinStore>>,
    desk_web::requests::serve
);
