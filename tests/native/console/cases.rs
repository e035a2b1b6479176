//! Scenarios over a store in memory.

mod acts;
mod heads;
mod lists;

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding as _};
use desk_core::case::{CaseHead, CaseKey};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{
    Answer, BASE, CLIENT, HTML, OPERATOR, World, get as public, json as send, request,
};
use desk_app::desk::encode;
use desk_web::request::Request;

const MESSAGE: &str = "You wrote to me although I had refused newsletters.";
const EMAIL: &str = "Anna@oncall.example";

fn operator(method: Method, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let bearer = format!("Bearer {OPERATOR}");
    let own = [("authorization", &*bearer), ("content-type", "application/json")];
    request(method, target, &[&own, headers].concat(), body.to_owned())
}

fn get(target: &str) -> Request {
    operator(Method::GET, target, &[], "")
}

fn reply(case: &str, text: &str, headers: &[(&str, &str)]) -> Request {
    let target = format!("{case}/replies");
    operator(Method::POST, &target, headers, &json!({"text": text}).to_string())
}

fn set_state(case: &str, state: &str, headers: &[(&str, &str)]) -> Request {
    let target = format!("{case}/state");
    operator(Method::PUT, &target, headers, &json!({"state": state}).to_string())
}

fn path(url: &str) -> String {
    url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url} leads elsewhere")).to_owned()
}

/// A case that was filed: its status page, and its address in the console.
struct FiledCase {
    status: String,
    url: String,
    reference: String,
}

impl World {
    /// A desk that takes as many cases as a test files.
    fn busy() -> Self {
        Self::with(|name| (name == "feedback_limits").then_some("1000000;w=60"))
    }

    fn file(&self, body: &Value) -> FiledCase {
        let known: BTreeSet<String> = self.keys("case").into_iter().collect();
        let answer = self.feedback(&send("/feedback", body, &[]));
        assert_eq!(answer.status, 201, "{answer:?}");
        let key = self.keys("case").into_iter().find(|key| !known.contains(key)).unwrap();
        let key = CaseKey::from_opening(&key).unwrap();
        self.later(1);
        FiledCase {
            status: path(&answer.field("/status_url")),
            url: format!("/console/api/cases/{}", key.id),
            reference: answer.field("/reference"),
        }
    }

    fn complaint(&self) -> FiledCase {
        self.file(&json!({"kind": "complaint", "message": MESSAGE, "name": "Anna", "email": EMAIL}))
    }

    fn read(&self, filed: &FiledCase) -> Answer {
        let answer = self.console(&get(&filed.url));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    /// What was done, newest first, as the console tells it.
    fn audit(&self) -> Vec<String> {
        let answer = self.console(&get("/console/api/audit?limit=200"));
        let json = answer.json();
        let records = json["records"].as_array().unwrap().iter();
        records.map(|record| record["action"].as_str().unwrap().to_owned()).collect()
    }

    /// The references on the pages of a list, page by page.
    fn pages(&self, query: &str) -> Vec<Vec<String>> {
        let (mut pages, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let from = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let answer = self.console(&get(&format!("/console/api/cases?{query}{from}")));
            assert_eq!(answer.status, 200, "{answer:?}");
            let json = answer.json();
            let cases = json["cases"].as_array().unwrap().iter();
            pages.push(cases.map(|case| case["reference"].as_str().unwrap().to_owned()).collect());
            cursor = json["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return pages;
            }
        }
    }
}
