//! What operators do that must happen once: of those who decide on the same state the first alone, and else one after the other.

use desk_app::Desk;
use desk_app::claims::{ActName, Turn, first, in_turn};
use desk_app::ports::Scan;
use desk_core::id::Id;
use desk_core::keys::Purpose;
use desk_core::reference::{Reference, Series};
use desk_web::problem::Problem;
use desk_web::request::Request;

use super::Endpoint;

/// Does what an operator wants: of those who decide on the same state, or send the same again, the first alone; where a call
/// names neither a state nor itself, one after the other.
pub(super) async fn in_order<S: Scan, T>(
    desk: &Desk<'_, S>,
    request: &Request,
    turn: ActName,
    change: impl AsyncFnOnce() -> Result<T, Problem>,
) -> Result<T, Problem> {
    let own = |text: &str| {
        turn.of(&desk.setup.keys.blind(Purpose::Idempotency, &[b"act", text.as_bytes()]))
    };
    let tag = request.header("if-match").filter(|tag| *tag != "*");
    match (tag, request.header("idempotency-key")) {
        (Some(tag), _) => first(desk, &own(tag), async |_| change().await).await,
        (None, Some(key)) => {
            let work = async |turn_at| match turn_at {
                Turn::First => in_turn(desk, &turn, change).await,
                Turn::Late => change().await,
            };
            first(desk, &own(key), work).await
        }
        (None, None) => in_turn(desk, &turn, change).await,
    }
}

/// Whose turn it is, whichever of the names of a case or a request an operator uses; `None` for whoever only reads.
pub(super) fn turn_of(endpoint: Endpoint, name: &str) -> Result<Option<ActName>, Problem> {
    Ok(match endpoint {
        Endpoint::Reply | Endpoint::State | Endpoint::Refer => {
            Some(turn("case-turn", name, Reference::from)?)
        }
        Endpoint::Act(_)
        | Endpoint::Pack
        | Endpoint::DropPackage
        | Endpoint::Complaint
        | Endpoint::Erase => {
            Some(turn("request-turn", name, |id| Reference::new(Series::Requests, id))?)
        }
        Endpoint::Cases
        | Endpoint::Case
        | Endpoint::CaseFile
        | Endpoint::Outbox
        | Endpoint::Mail
        | Endpoint::Audit
        | Endpoint::Queue
        | Endpoint::Log
        | Endpoint::Metrics
        | Endpoint::Request
        | Endpoint::RequestFile
        | Endpoint::ErasurePreview
        | Endpoint::ErasureAct
        | Endpoint::ErasureLog => None,
    })
}

fn turn(kind: &str, name: &str, of_id: fn(Id) -> Reference) -> Result<ActName, Problem> {
    let reference = name.parse().map(of_id).ok().or_else(|| name.parse().ok());
    Ok(ActName::new(kind, reference.ok_or(Problem::NotFound)?))
}
