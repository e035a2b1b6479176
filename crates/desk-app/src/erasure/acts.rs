//! Acts of destruction: found again, told as JSON, and signed.
//!
//! The person's side needs the act alone: [`find`] by the id that a status link holds, then [`receipt`].

use desk_core::erasure::{DestructionAct, Plan, Stay};
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::{Purpose, Subject};
use desk_core::request::{Request, RequestKey};
use desk_core::text::Text;
use desk_documents::destruction::{Executor, system};

use super::Preview;
use crate::desk::Desk;
use crate::ports::Store;
use crate::setup::Setup;
use desk_core::fault::Fault;
use desk_core::json::Json;

/// Finds the act about a request; `None` if there is none, or it is no longer kept. One read.
///
/// # Errors
/// A problem if the store fails or the act is not one.
pub async fn find<S: Store>(
    desk: &Desk<'_, S>,
    request: Id,
) -> Result<Option<DestructionAct>, Fault> {
    desk.read_sealed(&DestructionAct::key(request)).await
}

/// Reads who carried it out; `None` if nobody can open it any longer.
///
/// # Errors
/// A problem if the store fails.
pub async fn executor<S: Store>(
    desk: &Desk<'_, S>,
    act: &DestructionAct,
) -> Result<Option<Executor>, Fault> {
    match desk.read_sealed(&DestructionAct::executor_key(act.request)).await {
        // The act outlives a root secret: it is shown without a name then, and not withheld.
        Err(Fault::Internal(_)) => Ok(None),
        read => read,
    }
}

/// Draws up the act for a plan that is about to be carried out.
pub(super) fn draw_up<S>(desk: &Desk<'_, S>, request: &Request, plan: &Plan) -> DestructionAct {
    let opening = &request.opening;
    DestructionAct {
        request: request.id,
        kind: opening.kind,
        regime: opening.regime,
        received: opening.at,
        at: desk.now(),
        destroyed: plan.destroyed(),
        stays: plan.stays().to_vec(),
        controller: desk.setup.profile.controller(opening.lang),
        address: desk.setup.controller_address.clone(),
        app: desk.setup.profile.app_name.clone(),
    }
}

/// The path of the page that tells of an act, for whoever has its link: the person, from the mail that says that it is
/// done, and operators. It is a status link that leads to nobody's request: the subject in it is none.
pub fn path(setup: &Setup, request: Id) -> String {
    let key = RequestKey { id: request, subject: Subject::from_bytes([0; 16]) };
    let token = setup.keys.mint(Purpose::RequestLink, key.to_bytes());
    format!("/requests/status/{token}")
}

/// The receipt: what the act says, and the same signed. It names nobody, not even who carried it out, so whoever has the
/// link of the act may have it.
///
/// For a function that signs: the operators' does not, for the curve is a quarter of what a component may be.
pub fn receipt(setup: &Setup, act: &DestructionAct) -> String {
    let claims = |json: &mut Json| claims(json, setup, act);
    let jws = setup.keys.sign(Json::object(claims).as_bytes());
    Json::object(|json| {
        json.nest("receipt", claims);
        json.text("jws", &jws);
        json.shown("keys", &format_args!("{}/.well-known/desk-keys.json", setup.profile.base_url));
    })
}

/// The act for operators: with who carried it out, where it can be had signed, and whether it came to its end.
pub fn document(
    setup: &Setup,
    act: &DestructionAct,
    executor: Option<&Executor>,
    verified: bool,
) -> String {
    Json::object(|json| {
        json.nest("act", |json| {
            claims(json, setup, act);
            if let Some(Executor { executor, reason }) = executor {
                json.text("executor", executor.as_str());
                json.maybe("reason", reason.as_ref().map(Text::as_str));
            }
        });
        let path = path(setup, act.request);
        json.shown("receipt_url", &format_args!("{}{path}", setup.profile.base_url));
        json.flag("verified", verified);
    })
}

/// Writes what an act says. The signed text is these members as JSON.
fn claims(json: &mut Json, setup: &Setup, act: &DestructionAct) {
    json.text("type", "data-destroyed");
    json.text("issuer", &setup.profile.base_url);
    json.text("controller", &act.controller);
    if !act.address.is_empty() {
        json.text("controller_address", &act.address);
    }
    json.shown("reference", &act.reference());
    json.text("kind", act.kind.name());
    json.text("regime", act.regime.name());
    json.shown("received_at", &act.received);
    json.shown("destroyed_at", &act.at);
    destroyed(json, &act.destroyed);
    json.text("information_system", &system(act));
    json.text("method", METHOD);
    stays(json, &act.stays, act.at);
}

/// How it is destroyed: the values are deleted, and no copy is kept.
const METHOD: &str = "deleted-from-store";

fn destroyed(json: &mut Json, destroyed: &[desk_core::erasure::DestroyedCategory]) {
    json.list("destroyed", |list| {
        for of in destroyed {
            list.nest("", |json| {
                json.text("category", of.category.name());
                json.number("count", of.count as usize);
                json.number("values", of.values as usize);
            });
        }
    });
}

fn stays(json: &mut Json, stays: &[Stay], at: desk_core::time::Timestamp) {
    json.list("stays", |list| {
        for stay in stays {
            list.nest("", |json| {
                json.text("what", stay.name());
                if let Some(reference) = stay.reference() {
                    json.shown("reference", &reference);
                }
                if let Stay::OptOuts(values) = stay {
                    json.number("values", *values as usize);
                }
                let ground = stay.ground();
                json.text("ground", ground.name());
                json.list("articles", |list| {
                    for article in ground.articles() {
                        list.shown("", &format_args!("{} {}", article.law.name(), article.place));
                    }
                });
                json.text("checked", ground.checked().name());
                if let Some(until) = stay.until(at) {
                    json.shown("until", &until);
                }
            });
        }
    });
}

/// What an erasure would do, as JSON.
pub fn plan(setup: &Setup, preview: &Preview, at: desk_core::time::Timestamp) -> String {
    let request = &preview.request;
    Json::object(|json| {
        json.shown("id", &request.id);
        json.shown("reference", &request.reference());
        json.text("kind", request.opening.kind.name());
        json.text("state", request.state(at).name());
        json.flag("begun", preview.begun.is_some());
        json.flag("allowed", preview.begun.is_some() || preview.allow(at).is_ok());
        destroyed(json, &preview.plan.destroyed());
        stays(json, preview.plan.stays(), at);
        json.shown(
            "url",
            &format_args!("{}/console/api/requests/{}/erasure", setup.profile.base_url, request.id),
        );
    })
}
