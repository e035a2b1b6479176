//! The function `package-download`: gives the package of a data request to the person, piece by piece.
#![cfg(target_family = "wasm")]

desk_spin::function!(
    desk_spin::Streaming<desk_spin::SpinStore>,
    desk_web::requests::package::serve
);
