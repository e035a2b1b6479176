//! Unsubscribing, in native code.

mod links;
mod preferences;
mod told;

use desk_core::store_key::StoreKey;
use desk_core::suppression::{Link, ListId, Reason, Scope, Suppression, SuppressionChange};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{
    APP, Answer, BASE, HTML, OPERATOR, World, form, get, json as json_body, page, request,
};

const WEBHOOK: &str = "https://mailer.example/hook";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn world() -> World {
    World::with(|name| match name {
        "webhook_url" => Some(WEBHOOK),
        "webhook_secrets" => Some(SECRET),
        _ => None,
    })
}

/// The path of a person's link on a list.
fn link(world: &World, email: &str, list: &str) -> String {
    let list: ListId = list.parse().unwrap();
    let link = Link::new(&world.setup.keys, &email.parse().unwrap(), list.tag());
    format!("/u/{}", link.mint(&world.setup.keys))
}

fn jane(world: &World) -> String {
    link(world, "jane@example.org", "product-news")
}

const URLENCODED: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// What a mailbox provider sends (RFC 8058 section 3.2).
fn one_click(path: &str) -> desk_web::Request {
    request(Method::POST, path, &[URLENCODED], "List-Unsubscribe=One-Click")
}

/// What was stored of the suppressions: reason by key.
fn held(world: &World) -> Vec<(String, Reason)> {
    let dump = world.store.dump();
    dump.iter()
        .filter(|(key, _)| key.starts_with("suppression:"))
        .map(|(key, value)| {
            let at = StoreKey::new(key.as_str()).unwrap();
            let content = world.setup.keys.open(&at, value, world.now.get()).unwrap().unwrap();
            let state: Suppression = desk_app::desk::decode(&content).unwrap();
            (key.split(':').nth(2).unwrap().to_owned(), state.reason)
        })
        .collect()
}

fn changes(world: &World) -> Vec<SuppressionChange> {
    world.keys("change").iter().map(|key| SuppressionChange::from_key(key).unwrap()).collect()
}

/// Where a link of the page leads whose path begins so.
fn href(answer: &Answer, prefix: &str) -> String {
    let text = answer.text();
    let begin = text.find(&format!("\"{prefix}")).unwrap_or_else(|| panic!("{prefix}: {text}"));
    text[begin + 1..].split('"').next().unwrap().to_owned()
}

fn field(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let begin = text.find(&format!("name=\"{name}\" value=\"")).unwrap();
    text[begin..].split('"').nth(3).unwrap().to_owned()
}

/// The path of the preferences link that was mailed last.
fn mailed(world: &World) -> String {
    let sent = world.store.sent();
    let body: Value = serde_json::from_slice(&sent.last().unwrap().body).unwrap();
    assert_eq!(body["type"], "mail.requested");
    let text = body["data"]["text"].as_str().unwrap();
    let begin = text.find("/unsubscribe/preferences/").unwrap();
    text[begin..].split_whitespace().next().unwrap().to_owned()
}
