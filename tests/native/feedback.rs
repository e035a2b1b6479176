//! Scenarios over a store in memory.

mod answers;
mod brake;
mod faults;
mod files;
mod links;
mod messages;
mod retries;
mod store;
mod strange;

use std::collections::BTreeSet;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use desk_core::case::{CaseHead, CaseKey};
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use desk_core::store_key::StoreKey;
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::{
    Answer, BASE, CLIENT, HTML, OPERATOR, World, block_on, form, get, json as send, multipart,
    page, race, request,
};
use desk_app::cases;
use desk_app::desk::decode;
use desk_app::paths::status_path;
use desk_web::problem::Problem;
use desk_web::request::{Body, Request};
use feedback::serve;

const MESSAGE: &str = "You wrote to me although I had refused newsletters.";
const NAME: &str = "Anna Example";
const EMAIL: &str = "Anna@oncall.example";

fn complaint() -> Value {
    json!({"kind": "complaint", "message": MESSAGE, "name": NAME, "email": EMAIL, "app_version": "3.0.1"})
}

fn filing() -> Request {
    send("/feedback", &complaint(), &[])
}

fn keyed(body: &Value, key: &str) -> Request {
    send("/feedback", body, &[("idempotency-key", key)])
}

/// What is below the base address.
fn path(url: &str) -> String {
    url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url} leads elsewhere")).to_owned()
}

/// The value of a form's hidden field.
fn hidden(page: &Answer, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.text().split_once(&marker).unwrap_or_else(|| panic!("no {name}"));
    rest.split('"').next().unwrap().to_owned()
}

/// The policy of most tests, so that a case has something to pin.
const POLICY: &str = "# Policy\n\n## One\n\nWe promise.\n";

impl World {
    /// A world with a policy in force.
    fn desk_with_policy() -> Self {
        let world = Self::new();
        let headers = [
            ("authorization", &*format!("Bearer {OPERATOR}")),
            ("content-type", "text/markdown; charset=utf-8"),
        ];
        let publish = request(Method::PUT, "/policy/versions/1.0?lang=en", &headers, POLICY);
        assert_eq!(world.policy(&publish).status, 201);
        world.later(60);
        world.store.reset_calls();
        world
    }

    /// Files a case by JSON and gives the path of its status page.
    fn filed(&self, body: &Value) -> String {
        let answer = self.feedback(&send("/feedback", body, &[]));
        assert_eq!(answer.status, 201, "{answer:?}");
        path(&answer.field("/status_url"))
    }

    /// The token of a form that was shown half a minute ago.
    fn token(&self) -> String {
        let token = hidden(&self.feedback(&page("/feedback")), "token");
        self.later(30);
        token
    }

    fn case(&self, status: &str) -> Value {
        let answer = self.feedback(&get(&format!("{status}/case.json")));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The key of the case behind a status page.
    fn key(&self, status: &str) -> CaseKey {
        let token = status.strip_prefix("/feedback/status/").unwrap();
        CaseKey::from_bytes(self.setup.keys.redeem(Purpose::StatusLink, token).unwrap())
    }

    /// Why a case is in quarantine.
    fn suspicions(&self, status: &str) -> Vec<&'static str> {
        let (desk, key) = (self.desk(), self.key(status));
        let opening = block_on(cases::load_opening(&desk, &key)).unwrap().unwrap();
        opening.suspicions.iter().map(|suspicion| suspicion.name()).collect()
    }
}

/// A form filled in.
fn filled<'a>(token: &'a str, message: &'a str, email: &'a str) -> Request {
    let fields = [
        ("token", token),
        ("kind", "complaint"),
        ("message", message),
        ("name", NAME),
        ("email", email),
        ("subject_line", ""),
    ];
    form("/feedback", &fields)
}

/// The status page that a form's answer leads to.
fn ticket(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    let location = answer.header("location");
    location.strip_suffix("/received").unwrap_or_else(|| panic!("{location}")).to_owned()
}

fn texts(case: &Value) -> Vec<String> {
    let entries = case["thread"].as_array().unwrap().iter();
    entries.map(|entry| entry["text"].as_str().unwrap().to_owned()).collect()
}

/// Holds a page to what everybody needs who cannot see it: whatever is named is there, once, and has a label.
fn assert_accessible(page: &Answer) {
    let text = page.text();
    let values = |name: &str| -> Vec<String> {
        let marker = format!(" {name}=\"");
        text.split(&marker).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = values("id");
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id stands twice: {ids:?}");
    for name in ["for", "aria-describedby", "aria-labelledby"] {
        for named in values(name).iter().flat_map(|value| value.split(' ')) {
            assert!(ids.iter().any(|id| id == named), "{name} names {named:?} in {text}");
        }
    }
    for link in values("href").iter().filter_map(|href| href.strip_prefix('#')) {
        assert!(ids.iter().any(|id| id == link), "a link leads to #{link} in {text}");
    }
    let labelled = values("for");
    for control in
        text.split("<input ").chain(text.split("<textarea ")).chain(text.split("<select "))
    {
        let tag = control.split('>').next().unwrap();
        if let Some((_, rest)) = tag.split_once(" id=\"").or(tag.split_once("id=\""))
            && !tag.contains("hidden")
            && tag.contains(" name=\"")
        {
            let id = rest.split('"').next().unwrap();
            assert!(labelled.iter().any(|known| known == id), "{id} has no label in {text}");
        }
    }
    assert!(!text.contains("<script") && !text.contains(" style=") && !text.contains(" onclick"));
}

// Files.

fn png(extra: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &[0; 4]].concat()
    };
    let chunks = [
        chunk(b"IHDR", &[0; 13]),
        if extra.is_empty() { Vec::new() } else { chunk(b"tEXt", extra) },
        chunk(b"IDAT", b"pixels"),
        chunk(b"IEND", b""),
    ];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zA-Z0-9+/=]{0,12}".prop_map(Value::from),
        Just(json!("question")),
    ];
    let name = prop_oneof![
        Just("kind".to_owned()),
        Just("message".to_owned()),
        Just("attachments".to_owned()),
        Just("data".to_owned()),
        "[a-z/~]{0,6}",
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}
