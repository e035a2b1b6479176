//! The function `sweep`: it tells again what was told in vain, repairs heads, deletes what has expired, and prunes the journal.
//! Nobody can learn anything from it, and it may be called by anybody at any moment.

use desk_app::Desk;
use desk_app::ports::{Outbound, Scan};
use desk_app::sweep::sweep;
use desk_web::Request;
use desk_web::problem::Problem;
use desk_web::reply::{Reply, Response};
use desk_web::respond::respond_json;
use desk_web::routes::{BODY_LIMIT, Route, Routes};
use http::StatusCode;

/// The one route of the function `sweep`. Some clocks can only send a GET.
pub const ROUTES: Routes<()> =
    Routes(&[Route::get("/ops/sweep", ()), Route::post("/ops/sweep", BODY_LIMIT, ())]);

/// Answers a request to the function `sweep`.
pub async fn serve<S: Scan + Outbound>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = request.locale(&desk.setup.profile);
    let swept = match ROUTES.find(request) {
        Ok(_) => sweep(desk).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match swept {
        Ok(refused) => {
            let mut response = Reply::new(StatusCode::NO_CONTENT).finish(request);
            response.log = refused;
            response
        }
        Err(problem) => respond_json(&desk.setup.profile, request, locale, Err(problem)),
    }
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::Calling<desk_spin::ScanningStore>);
