//! What goes over the wire as JSON: the ticket, the case, the receipt.

use desk_core::case::{Case, CaseKey};
use sha2::{Digest, Sha256};

use desk_app::Setup;
use desk_app::paths::status_path;
use desk_core::json::Json;
use desk_documents::case::{person, policy, thread};

/// The answer to a new case.
pub(super) fn ticket(setup: &Setup, key: &CaseKey, case: &Case) -> String {
    let url = format!("{}{}", setup.profile.base_url, status_path(setup, key));
    Json::object(|json| summary(json, case, &url))
}

fn summary(json: &mut Json, case: &Case, url: &str) {
    let opening = &case.opening;
    json.text("reference", &case.reference().text());
    json.text("kind", opening.kind.name());
    json.text("state", case.state.name());
    json.text("opened_at", &opening.at.text());
    json.text("expires_at", &opening.expires.text());
    json.text("status_url", url);
    json.shown("receipt_url", &format_args!("{url}/receipt.json"));
    policy(json, opening.policy.as_ref());
}

/// A case as the person who opened it sees it.
pub(super) fn case(setup: &Setup, key: &CaseKey, case: &Case) -> String {
    let url = format!("{}{}", setup.profile.base_url, status_path(setup, key));
    Json::object(|json| {
        summary(json, case, &url);
        json.text("language", case.opening.lang.tag());
        person(json, case);
        thread(json, case, &format!("{url}/attachments"));
    })
}

/// The receipt of an opening: what it says, and the same signed. It depends on nothing that changes, so it is signed when
/// it is asked for.
pub(super) fn receipt(setup: &Setup, case: &Case) -> String {
    let message = base16ct::lower::encode_string(&Sha256::digest(case.opening.message.as_str()));
    let claims = |json: &mut Json| claims(json, setup, case, &message);
    let jws = setup.keys.sign(Json::object(claims).as_bytes());
    Json::object(|json| {
        json.nest("receipt", claims);
        json.text("jws", &jws);
        json.shown("keys", &format_args!("{}/.well-known/desk-keys.json", setup.profile.base_url));
    })
}

/// Writes what a receipt says. The signed text is these members as JSON; it names no address and quotes no message.
fn claims(json: &mut Json, setup: &Setup, case: &Case, message: &str) {
    let opening = &case.opening;
    json.text("type", "case-opened");
    json.text("issuer", &setup.profile.base_url);
    json.text("controller", &setup.profile.controller(case.opening.lang));
    json.text("reference", &case.reference().text());
    json.text("kind", opening.kind.name());
    json.text("opened_at", &opening.at.text());
    json.text("message_sha256", message);
    json.list("attachments_sha256", |list| {
        for file in &opening.files {
            list.text("", &file.sha256);
        }
    });
    policy(json, opening.policy.as_ref());
}
