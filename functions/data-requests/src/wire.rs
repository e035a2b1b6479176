//! What goes over the wire as JSON: the ticket, the request, the receipt.

use desk_core::lang::Lang;
use desk_core::reference::{Reference, Series};
use desk_core::request::{Proof, Request, RequestChange, RequestKey, RequestOpening, RequestState};
use desk_core::time::Timestamp;
use sha2::{Digest, Sha256};

use super::clock;
use desk_app::Setup;
use desk_app::paths::request_path;
use desk_core::json::Json;
use desk_documents::case::{attachments, policy};
use desk_documents::texts::complain;
use desk_web::problem::Problem;

/// Writes what everybody may see of a request who has any of its links.
fn summary(json: &mut Json, case: &Request, now: Timestamp) {
    let opening = &case.opening;
    json.text("reference", &case.reference().text());
    json.text("kind", opening.kind.name());
    json.text("regime", opening.regime.name());
    json.text("state", case.state(now).name());
    json.text("received_at", &opening.at.text());
}

/// The answer to a new request. `path` leads to where identity is proven.
pub(super) fn ticket(
    setup: &Setup,
    key: &RequestKey,
    opening: &RequestOpening,
    path: &str,
) -> String {
    Json::object(|json| {
        json.text("reference", &Reference::new(Series::Requests, key.id).text());
        json.text("kind", opening.kind.name());
        json.text("regime", opening.regime.name());
        // It is no more than that until somebody proves who asks, whatever came of it since.
        json.text("state", "awaiting_identity");
        json.text("received_at", &opening.at.text());
        json.text("expires_at", &opening.expires.text());
        json.text("pending_url", &setup.profile.url(path));
        policy(json, opening.policy.as_ref());
    })
}

fn opening_policy(case: &Request) -> Option<&desk_core::case::PolicyPin> {
    case.opening.policy.as_ref()
}

/// The answer to a change that the person made.
pub(super) fn changed(setup: &Setup, case: &Request, path: &str, now: Timestamp) -> String {
    Json::object(|json| {
        summary(json, case, now);
        json.text("status_url", &setup.profile.url(path));
    })
}

/// A request whose identity is to be proven, as whoever filed it sees it: nothing about the person, nor what becomes of a
/// request that they have proven.
pub(super) fn pending(case: &Request, now: Timestamp) -> String {
    Json::object(|json| {
        json.text("reference", &case.reference().text());
        let state = case.state(now);
        json.text("state", if case.identified.is_some() { "proven" } else { state.name() });
        if let RequestState::AwaitingIdentity(awaiting) = state {
            json.number("tries_left", awaiting.tries_left.into());
            json.number("mails_left", awaiting.sends_left.into());
            json.text("until", &awaiting.until.text());
        }
    })
}

/// The answer to a proof of identity.
pub(super) fn proven(setup: &Setup, path: &str) -> String {
    Json::object(|json| json.text("status_url", &setup.profile.url(path)))
}

/// A request as its person sees it, with its explanations in a language.
///
/// # Errors
/// A problem if the clocks are configured wrongly.
pub(super) fn case(
    setup: &Setup,
    key: &RequestKey,
    case: &Request,
    (lang, now): (Lang, Timestamp),
) -> Result<String, Problem> {
    let url = format!("{}{}", setup.profile.base_url, request_path(setup, key));
    setup.clocks()?;
    Ok(Json::object(|json| {
        summary(json, case, now);
        json.text("expires_at", &case.opening.expires.text());
        json.text("status_url", &url);
        json.shown("receipt_url", &format_args!("{url}/receipt.json"));
        clock::write(json, setup, case, lang, now);
        standing(json, case, now);
        json.text("complain", complain::complain(lang)(case.opening.regime));
        policy(json, opening_policy(case));
        json.text("language", case.opening.lang.tag());
        person(json, case);
        if let Some(package) = case.package(now) {
            json.nest("package", |json| {
                json.shown("size", &package.size);
                json.text("until", &package.until.text());
                json.shown("url", &format_args!("{url}/package"));
            });
        }
        thread(json, case, &format!("{url}/attachments"));
    }))
}

/// Writes how a request came to stand where it does.
pub(crate) fn standing(json: &mut Json, case: &Request, now: Timestamp) {
    if let Some((at, proof)) = case.identified {
        json.nest("identity", |json| {
            json.text("proven_at", &at.text());
            json.text("by", Proof::name(proof));
        });
    }
    if let Some(extension) = &case.extension {
        json.nest("extension", |json| {
            json.text("at", &extension.at.text());
            json.text("reason", extension.reason.as_str());
        });
    }
    let state = case.state(now);
    if let Some(at) = state.ended() {
        json.text("ended_at", &at.text());
    }
    match state {
        RequestState::AwaitingClarification { since } => json.text("asked_at", &since.text()),
        RequestState::Answered { partly, .. } => json.flag("partly", partly),
        RequestState::Refused { ground, .. } => json.text("ground", ground.name()),
        _ => {}
    }
}

/// Writes what the person said of themselves and of what they want.
pub(crate) fn person(json: &mut Json, case: &Request) {
    let opening = &case.opening;
    json.text("email", opening.email.as_str());
    if let Some(name) = &opening.name {
        json.text("name", name.as_str());
    }
    json.text("behalf", opening.behalf.name());
}

/// Writes the thread: the details, then every message. `files` is the address below which the files lie.
pub(crate) fn thread(json: &mut Json, case: &Request, files: &str) {
    let opening = &case.opening;
    json.list("thread", |list| {
        if opening.details.is_some() || !opening.files.is_empty() {
            list.nest("", |json| {
                json.text("from", "person");
                json.text("at", &opening.at.text());
                json.text("text", opening.details.as_ref().map_or("", |text| text.as_str()));
                attachments(json, &opening.files, files);
            });
        }
        for event in case.effective_events() {
            let (from, kind, text) = match &event.change {
                RequestChange::PersonWrote(text) => ("person", "message", text),
                RequestChange::OperatorWrote(text) => ("operator", "message", text),
                RequestChange::ClarificationAsked(text) => ("operator", "clarification", text),
                RequestChange::Extended { reason, .. } => ("operator", "extension", reason),
                RequestChange::Answered { text, .. } => ("operator", "answer", text),
                RequestChange::Refused { text, .. } => ("operator", "refusal", text),
                _ => continue,
            };
            list.nest("", |json| {
                json.text("from", from);
                json.text("kind", kind);
                json.text("at", &event.id.instant().text());
                json.text("text", text.as_str());
            });
        }
    });
}

/// The receipt of a request: what it says, and the same signed. It depends on nothing that happens later, so it is signed
/// when it is asked for.
///
/// # Errors
/// A problem if the clocks are configured wrongly.
pub(super) fn receipt(setup: &Setup, case: &Request) -> Result<String, Problem> {
    let fresh =
        Request::fold(case.id, case.opening.clone(), desk_core::request::RequestHead::default());
    // As of its receipt: what rested or was extended since is told by the page, not by the receipt.
    let due = clock::due(setup, &fresh, case.opening.at)?;
    let opening = &case.opening;
    let details = opening.details.as_ref().map_or("", |text| text.as_str());
    let details = base16ct::lower::encode_string(&Sha256::digest(details));
    let claims = |json: &mut Json| {
        json.text("type", "request-received");
        json.text("issuer", &setup.profile.base_url);
        json.text("controller", &setup.profile.controller(opening.lang));
        json.text("reference", &case.reference().text());
        json.text("kind", opening.kind.name());
        json.text("regime", opening.regime.name());
        json.text("received_at", &opening.at.text());
        if let Some(due) = &due {
            json.text("due_on", &due.last_day.text());
        }
        json.text("details_sha256", &details);
        json.list("attachments_sha256", |list| {
            for file in &opening.files {
                list.text("", &file.sha256);
            }
        });
        policy(json, opening.policy.as_ref());
    };
    let jws = setup.keys.sign(Json::object(claims).as_bytes());
    Ok(Json::object(|json| {
        json.nest("receipt", claims);
        json.text("jws", &jws);
        json.shown("keys", &format_args!("{}/.well-known/desk-keys.json", setup.profile.base_url));
    }))
}
