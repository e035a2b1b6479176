//! The edge between Spin and the desk: the one user of Spin's SDK.
//!
//! It reads the clock once a request and the random source once an instance, reads bodies through a limit, opens the
//! store when it is first used, and turns whatever comes out into an answer. It never returns an error to Spin, which
//! would answer a bare 500, and never traps, which would end up to 16 other requests in the same instance.
#![cfg(target_family = "wasm")]

mod edge;
mod outbound;
mod scan;
mod store;
mod variables;

pub use edge::{handle, handle_site};
pub use outbound::Calling;
pub use scan::ScanningStore;
pub use spin_sdk;
pub use store::SpinStore;

/// Exports a function's crate as the HTTP handler of a component.
///
/// The crate has `ROUTES` and an `async fn serve(&Desk<'_, Store>, &Request) -> desk_web::reply::Response`. The macro takes
/// the type of its ports: [`SpinStore`], or [`ScanningStore`] where the component may scan, either inside of [`Calling`]
/// where it may call others. The function `site` has no store.
#[expect(clippy::crate_in_macro_def, reason = "what is exported is the crate that calls it")]
#[macro_export]
macro_rules! function {
    (site) => {
        $crate::export!(|request| {
            let limit = |method: &_, target: &_| crate::ROUTES.body_limit(method, target);
            $crate::handle_site(request, limit, |variable| crate::Site::new(variable), crate::serve)
                .await
        });
    };
    ($store:ty) => {
        $crate::export!(|request| {
            let limit = |method: &_, target: &_| crate::ROUTES.body_limit(method, target);
            $crate::handle::<$store>(request, limit, async |desk, request| {
                crate::serve(desk, request).await
            })
            .await
        });
    };
}

/// Exports a handler that gives an answer whatever comes.
#[doc(hidden)]
#[macro_export]
macro_rules! export {
    (|$request:ident| $answer:block) => {
        mod edge {
            use $crate::spin_sdk::wasip3::exports::http::handler::Guest;
            use $crate::spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};

            struct Function;

            $crate::spin_sdk::wasip3::http::service::export!(Function);

            impl Guest for Function {
                async fn handle($request: Request) -> Result<Response, ErrorCode> {
                    Ok($answer)
                }
            }
        }
    };
}
