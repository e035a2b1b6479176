//! Data requests from outside, in native code.

mod fields;
mod links;
mod pages;
mod proof;
mod retries;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use desk_core::case::CaseKey;
use desk_core::journal::Place as _;
use desk_core::keys::Purpose;
use desk_core::request::{Proof, RefusalGround, RequestChange, RequestKey, RequestKind};
use desk_core::text::Text;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::erasure::call;
use crate::world::{
    Answer, BASE, HTML, World, block_on, form, get, json as post, multipart, page, race, request,
};
use desk_app::cases;

const EMAIL: &str = "anna@oncall.example";

fn body(kind: &str) -> Value {
    json!({"kind": kind, "email": EMAIL, "regime": "eu-gdpr"})
}

/// Files a request by JSON, and gives the path of its pending page.
fn filed(world: &World, body: &Value) -> String {
    world.later(1);
    let answer = world.data_requests(&post("/requests", body, &[]));
    assert_eq!(answer.status, 201, "{}", answer.text());
    path(&answer.field("/pending_url"))
}

fn path(url: &str) -> String {
    url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url}")).to_owned()
}

/// The link and the code of the newest mail. The link leads to the page in the mail's language; what follows asks for the
/// page as browsers of any language do.
fn proof(world: &World) -> (String, String) {
    let mail = world.waiting_mails().pop().expect("a mail");
    let line = |test: &dyn Fn(&str) -> bool| {
        mail.text.lines().map(str::trim).find(|line| test(line)).unwrap().to_owned()
    };
    let link = line(&|line| line.starts_with(BASE));
    let code = line(&|line| line.len() == 11 && line.chars().nth(5) == Some('-'));
    let (link, lang) = link.split_once("?lang=").expect("the mail's language");
    assert_eq!(lang, mail.lang.tag());
    (path(link), code)
}

/// Files a request, proves who asks by the code, and gives the path of its status page.
fn proven(world: &World, body: &Value) -> String {
    let pending = filed(world, body);
    let (_, code) = proof(world);
    let answer =
        world.data_requests(&post(&format!("{pending}/code"), &json!({"code": code}), &[]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    path(&answer.field("/status_url"))
}

fn key(world: &World, status: &str) -> RequestKey {
    let token = status.strip_prefix("/requests/status/").unwrap();
    RequestKey::from_bytes(world.setup.keys.redeem(Purpose::RequestLink, token).unwrap())
}

/// Lets something happen to a request, as an operator's side does.
fn happen(world: &World, status: &str, change: RequestChange) {
    // What happens in one millisecond has no order.
    world.later(1);
    let (desk, key) = (world.desk(), key(world, status));
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    let id = desk.moment.id();
    block_on(cases::append(&desk, &key, case, change, id)).unwrap();
    world.later(1);
}

fn text(text: &str) -> desk_core::case::Message {
    Text::new(text).unwrap()
}

/// The value of a hidden field.
fn hidden(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let begin = text.find(&format!("name=\"{name}\" value=\"")).expect(name);
    text[begin..].split('"').nth(3).unwrap().to_owned()
}

/// Whether a JSON value has no more than its description names, and no less than that requires. Those parts that are
/// described as something else than objects and lists are not looked at.
fn fits(all: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.strip_prefix('#').unwrap();
        return fits(all, all.pointer(pointer).unwrap(), value, place);
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        values.iter().for_each(|value| fits(all, items, value, place));
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    let members = value.as_object().unwrap_or_else(|| panic!("{place} is no object: {value}"));
    for (name, value) in members {
        let known =
            properties.get(name).unwrap_or_else(|| panic!("{place}/{name} is not described"));
        fits(all, known, value, &format!("{place}/{name}"));
    }
    for name in schema["required"].as_array().unwrap() {
        assert!(members.contains_key(name.as_str().unwrap()), "{place} lacks {name}");
    }
}

fn by_hmac(secret: &[u8], claims: &Value) -> String {
    let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    let signed = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256","typ":"JWT"}"#),
        encode(claims.to_string().as_bytes())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", encode(&mac.finalize().into_bytes()))
}
