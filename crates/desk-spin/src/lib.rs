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

pub use desk_web::setup::Granted;
pub use edge::handle;
pub use outbound::Calling;
pub use scan::ScanningStore;
pub use spin_sdk;
pub use store::SpinStore;

/// Exports a function of `desk-web` as the HTTP handler of a component.
///
/// Takes the ports' type ([`SpinStore`], or [`ScanningStore`] where the component may scan, either inside of [`Calling`]
/// where it may call others) and the path of a module with `ROUTES` and an
/// `async fn serve(&Desk<'_, Store>, &Request) -> desk_web::reply::Response`.
///
/// The component is named like the package, and reads the variables that the repository's `spin.toml` grants it.
#[macro_export]
macro_rules! function {
    ($store:ty, $($function:ident)::+) => {
        mod edge {
            use $crate::spin_sdk::wasip3::exports::http::handler::Guest;
            use $crate::spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};

            struct Function;

            const GRANTED: $crate::Granted = $crate::Granted::of(
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spin.toml")),
                env!("CARGO_PKG_NAME"),
            );

            $crate::spin_sdk::wasip3::http::service::export!(Function);

            impl Guest for Function {
                async fn handle(request: Request) -> Result<Response, ErrorCode> {
                    use $($function)::+ as function;

                    let limit = |method: &_, target: &_| function::ROUTES.body_limit(method, target);
                    Ok($crate::handle::<$store>(request, GRANTED, limit, async |desk, request| {
                        function::serve(desk, request).await
                    })
                    .await)
                }
            }
        }
    };
}
