//! A corpus of hostile requests against the built wasm: each gets a clear problem or is refused by the host,
//! nothing ever traps, and the next request works.

mod assertions;
mod bodies;
mod changed;
mod corpus;
mod links;
mod operators;
mod requests;
mod stage;

use http::StatusCode;
use serde_json::json;

use crate::harness::{
    http::{Connection, Request, Response},
    target::{Host, Target},
};

/// What must come of a request.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// A function answers with a problem of this status.
    Problem(u16),
    /// A function answers that all is well, whatever it was sent along.
    Served,
    /// No function gets to see it: the host answers with an error of its own, or closes the connection.
    Refused,
    /// The client goes away before it has said everything; if it still gets an answer, that is a problem.
    Cut,
}

use Fate::{Cut, Problem, Refused, Served};

/// One line of the corpus.
struct Hostile {
    what: String,
    bytes: Vec<u8>,
    fate: Fate,
}

fn raw(what: impl Into<String>, bytes: impl Into<Vec<u8>>, fate: Fate) -> Hostile {
    Hostile { what: what.into(), bytes: bytes.into(), fate }
}

fn sent(what: impl Into<String>, request: &Request, fate: Fate) -> Hostile {
    raw(what, request.to_bytes(), fate)
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=x";

/// Holds an answer to what every problem has.
fn assert_problem(what: &str, answer: &Response, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{what}: {answer:?}");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    if status == 405 {
        assert!(answer.header("allow").is_some(), "{what} does not say what is allowed");
    }
    if answer.header("content-type") == Some("text/html; charset=utf-8") {
        // A plain form gets its page back.
        assert!(answer.text().contains("<h1>"), "{what}: {answer:?}");
        return;
    }
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    let problem = answer.json();
    assert_eq!(problem["status"], json!(status), "{what}");
    for member in ["type", "title", "detail"] {
        let text = problem[member].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{what} has no {member}: {problem}");
    }
}
/// Whether an answer, or none, is what must come of a request.
fn assert_fate(what: &str, fate: Fate, answer: Option<&Response>) {
    match (fate, answer) {
        (Problem(status), Some(answer)) => assert_problem(what, answer, status),
        (Served, Some(answer)) => assert_eq!(answer.status, 200, "{what}: {answer:?}"),
        (Refused, Some(answer)) => {
            let refused = answer.status.is_client_error()
                || answer.status == StatusCode::INTERNAL_SERVER_ERROR;
            assert!(refused && answer.body.is_empty(), "{what}: {answer:?}");
        }
        (Cut, Some(answer)) => assert!(answer.status.is_client_error(), "{what}: {answer:?}"),
        (Refused | Cut, None) => {}
        (Problem(_) | Served, None) => panic!("{what}: no answer"),
    }
}

/// Sends a corpus line by line, with some seconds between them, and holds each answer to what must come of it. After
/// each, the probe is answered with 200.
async fn play(
    host: &Host,
    corpus: impl IntoIterator<Item = Hostile>,
    seconds: i64,
    probe: &Request,
) {
    let mut wrong = Vec::new();
    for Hostile { what, bytes, fate } in corpus {
        host.clock().pass(seconds);
        let mut connection = Connection::open(host.address()).await;
        connection.write(&bytes).await;
        if let Cut = fate {
            connection.end().await;
        }
        let answer = connection.read().await;
        let held = std::panic::catch_unwind(|| assert_fate(&what, fate, answer.as_ref()));
        if held.is_err() {
            wrong.push(what);
        }
        let next = host.send(probe).await;
        assert_eq!(next.status, 200, "after {:?}", wrong.last());
    }
    host.assert_nothing_trapped();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
