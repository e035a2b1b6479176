//! What each public path costs in calls to the store, and that the wasm makes the same calls as the native code.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use desk_host::{StoreChoice, store::MemoryStore};
use serde_json::json;

use crate::{
    harness::{
        failing::Failing,
        http::Request,
        native::Native,
        target::{APP, Host, OPERATOR, REUSE, Target},
    },
    scenarios::feedback::{complaint, hidden, status_of},
};

/// A request, the calls that it makes, and how many of them stand one after another: those that overlap count once.
struct Cost {
    what: &'static str,
    request: Request,
    calls: &'static [&'static str],
    depth: usize,
}

/// The public paths, in an order in which each finds what it needs.
async fn costs(target: &dyn Target) -> Vec<Cost> {
    let cost = |what, request, calls, depth| Cost { what, request, calls, depth };
    let text = "# Policy\n\n## One\n\nWe promise.\n";
    let publish = Request::put("/policy/versions/1.0?lang=en").bearer(OPERATOR);
    assert_eq!(target.send(&publish.body("text/markdown", text)).await.status, 201);
    let status = status_of(&target.send(&complaint()).await);
    let mint = json!({"email": "jane@example.org", "list": "tips"});
    let minted = target.send(&Request::post("/unsubscribe/links").bearer(APP).json(&mint)).await;
    let link = minted.field("/links/0/url").replace("https://desk.example", "");
    let token = hidden(&target.send(&Request::get("/feedback").page()).await, "token");
    // Nothing is remembered any more.
    target.clock().pass(60);
    let fields = [("token", token.as_str()), ("kind", "question"), ("message", "Why?")];
    let message = json!({"message": "More."});
    vec![
        cost("the policy", Request::get("/policy").page(), &["get policy-head"], 1),
        cost("the policy again", Request::get("/policy").page(), &[], 0),
        cost("what a phone polls", Request::get("/policy/manifest.json"), &[], 0),
        cost("the start page", Request::get("/"), &[], 0),
        cost("an unknown address", Request::get("/unknown"), &[], 0),
        cost("the form", Request::get("/feedback").page(), &[], 0),
        cost(
            "a case by JSON",
            complaint(),
            &["get limit", "get policy-index", "set case", "set limit"],
            2,
        ),
        cost(
            "a case by form",
            Request::post("/feedback").page().form(&fields),
            &["get case", "get limit", "set case", "set limit"],
            2,
        ),
        cost(
            "a case by JSON with a key",
            complaint().header("idempotency-key", "costs-0001"),
            &["get limit", "get once", "set case", "set limit", "set once"],
            3,
        ),
        cost("the status page", Request::get(&status).page(), &["get case", "get head"], 1),
        cost(
            "the case as a file",
            Request::get(format!("{status}/case.json")),
            &["get case", "get head"],
            1,
        ),
        cost("a forged link", Request::get("/feedback/status/forged"), &[], 0),
        cost(
            "a message",
            Request::post(format!("{status}/messages")).json(&message),
            &[
                "get case",
                "get head",
                "get head",
                "get limit",
                "set event",
                "set head",
                "set limit",
            ],
            3,
        ),
        cost("the form of a request", Request::get("/requests").page(), &[], 0),
        cost(
            "a request",
            Request::post("/requests")
                .json(&json!({"kind": "access", "email": "jane@example.org"})),
            &[
                "get limit",
                "get limit",
                "get policy-index",
                "set limit",
                "set limit",
                "set outbox",
                "set request",
            ],
            3,
        ),
        cost("a forged request", Request::get("/requests/status/forged"), &[], 0),
        cost("an unsubscribe link", Request::get(&link).page(), &[], 0),
        cost(
            "one click",
            Request::post(&link).form(&[("List-Unsubscribe", "One-Click")]),
            &["set change", "set suppression"],
            1,
        ),
        cost(
            "the button, which may be undone",
            Request::post(&link).page().form(&[("page", "0000000000000")]),
            &["get suppression", "set change", "set suppression"],
            1,
        ),
        cost(
            "a forged unsubscribe link",
            Request::post("/u/forged").body("text/plain", ""),
            &[],
            0,
        ),
        cost(
            "a link to the preferences",
            Request::post("/unsubscribe").json(&json!({"email": "jane@example.org"})),
            &["get limit", "get limit", "set limit", "set limit", "set outbox"],
            2,
        ),
        cost(
            "a check of one person",
            Request::post("/suppressions/check")
                .bearer(APP)
                .json(&json!({"email": "jane@example.org", "list": "tips"})),
            &["get suppression", "get suppression", "get suppression", "get suppression"],
            1,
        ),
        cost("a stranger at the suppressions", Request::get("/suppressions"), &[], 0),
        cost("a stranger at the console", Request::get("/console/api/cases"), &[], 0),
    ]
}

/// What may be asked of the store behind an answer, where nobody waits: claims of mails and of what is told, a second look at
/// a limit, and the entry of a repeat that goes.
const BEHIND: [&str; 11] = [
    "delete change",
    "get change",
    "get claim",
    "get limit",
    "get outbox",
    "get outcome",
    "get try",
    "set change",
    "set claim",
    "set limit",
    "set outcome",
];
/// How many such calls there are at the most.
const MOST_BEHIND: usize = 24;

#[tokio::test]
async fn public_paths_make_few_calls_to_the_store() {
    let native = Native::start();
    let (store, before) = (Rc::clone(native.store()), Rc::new(RefCell::default()));
    let seen = Rc::clone(&before);
    native.on_answer(move || drop(seen.replace((store.calls(), store.depth()))));
    let mut wrong = Vec::new();
    for Cost { what, request, calls, depth } in costs(&native).await {
        native.store().reset_calls();
        let answer = native.send(&request).await;
        assert!(!answer.status.is_server_error(), "{what}: {answer:?}");
        let (mut made, deep): (Vec<String>, usize) = before.take();
        let behind = native.store().calls().split_off(made.len());
        made.sort();
        if made != calls || deep != depth {
            wrong.push(format!("{what}: {made:?}, {deep} in sequence"));
        }
        let is_known = |call: &String| BEHIND.contains(&call.as_str());
        if behind.len() > MOST_BEHIND || !behind.iter().all(is_known) {
            wrong.push(format!("{what}, behind the answer: {behind:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn the_wasm_makes_the_same_calls() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), REUSE).await;
    let mut wrong = Vec::new();
    for Cost { what, request, calls, depth: _ } in costs(&host).await {
        store.reset();
        host.send(&request).await;
        let mut behind = store.calls();
        for call in calls {
            match behind.iter().position(|made| made == call) {
                Some(at) => drop(behind.remove(at)),
                None => wrong.push(format!("{what}: no {call}")),
            }
        }
        if behind.len() > MOST_BEHIND || !behind.iter().all(|call| BEHIND.contains(&call.as_str()))
        {
            wrong.push(format!("{what}: {behind:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
