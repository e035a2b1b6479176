//! What operators do that must happen once: of those who decide on the same state the first alone, and else one after the other.

use desk_app::Desk;
use desk_app::claims::{ActName, Turn, first, in_turn};
use desk_app::outbox::QueuedMail;
use desk_app::ports::Scan;
use desk_core::id::Id;
use desk_core::keys::Purpose;
use desk_core::reference::{Reference, Series};
use desk_web::problem::Problem;
use desk_web::reply::ReplyWithOutgoing;
use desk_web::request::Request;

use super::{Endpoint, erasure, reply, requests, set_state};

/// What operators do with a case, one at a time.
pub(super) async fn change_case<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    endpoint: Endpoint,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    match endpoint {
        Endpoint::Reply => Ok(reply(desk, request, name).await?.into()),
        Endpoint::State => Ok(set_state(desk, request, name).await?.into()),
        Endpoint::Refer => requests::refer(desk, request, name).await,
        _ => Err(Problem::NotFound),
    }
}

/// What operators do with a request, one at a time.
pub(super) async fn change_request<S: Scan>(
    desk: &Desk<'_, S>,
    request: &Request,
    endpoint: Endpoint,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    match endpoint {
        Endpoint::Act(kind) => requests::act(desk, request, name, kind).await,
        Endpoint::Pack => requests::pack(desk, request, name).await,
        Endpoint::DropPackage => Ok(requests::drop_package(desk, request, name).await?.into()),
        Endpoint::Complaint => requests::complain(desk, request, name).await,
        Endpoint::Erase => erasure::order(desk, request, name).await,
        _ => Err(Problem::NotFound),
    }
}

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

/// Whose turn it is at a case, whichever of its names an operator uses.
pub(super) fn case_turn(name: &str) -> Result<ActName, Problem> {
    let reference = name.parse::<Id>().map(Reference::from).ok().or_else(|| name.parse().ok());
    Ok(ActName::new("case-turn", reference.ok_or(Problem::NotFound)?))
}

/// The same at a request.
pub(super) fn request_turn(name: &str) -> Result<ActName, Problem> {
    let of = |id: Id| Reference::new(Series::Requests, id);
    let reference = name.parse::<Id>().map(of).ok().or_else(|| name.parse().ok());
    Ok(ActName::new("request-turn", reference.ok_or(Problem::NotFound)?))
}
