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

/// Exports a function as the HTTP handler of a component.
///
/// Takes the ports' type ([`SpinStore`], or [`ScanningStore`] where the component may scan, either inside of [`Calling`]
/// where it may call others) and the path of a module with `ROUTES` and an
/// `async fn serve(&Desk<'_, Store>, &Request) -> desk_web::reply::Response`. The function `site` has no store.
#[macro_export]
macro_rules! function {
    (site, $($function:ident)::+) => {
        $crate::export!(|request| {
            use $($function)::+ as function;

            let limit = |method: &_, target: &_| function::ROUTES.body_limit(method, target);
            $crate::handle_site(request, limit, function::serve).await
        });
    };
    ($store:ty, $($function:ident)::+) => {
        $crate::export!(|request| {
            use $($function)::+ as function;

            let limit = |method: &_, target: &_| function::ROUTES.body_limit(method, target);
            $crate::handle::<$store>(request, limit, async |desk, request| {
                function::serve(desk, request).await
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
