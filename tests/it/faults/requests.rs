//! What people do about their data requests, over a store that fails.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{Side, assert_store_problem, fail_afresh, fail_at_every_call, failing_desk};
use crate::{
    harness::{
        files,
        http::{Part, Request, Response},
        target::{Target, path},
    },
    scenarios::feedback::hidden,
    walk::{ANNA, Filed, code_in, filed, get, link_in, look, newest_mail, post, proven},
};

/// All requests as operators see them, each read whole with its files, so that a half-made one would show.
async fn requests(host: &dyn Target) -> Vec<Value> {
    let list = host.send(&look("/console/api/requests?all=true&limit=200")).await;
    let mut requests = Vec::new();
    for item in list.json()["requests"].as_array().expect("a list") {
        let url = path(item["url"].as_str().expect("an address"));
        let request = host.send(&look(&url)).await;
        assert_eq!(request.status, 200, "a request that is listed can be read: {request:?}");
        for file in request.json()["files"].as_array().into_iter().flatten() {
            let url = path(file["url"].as_str().expect("an address"));
            let answer = host.send(&look(url)).await;
            assert_eq!(answer.status, 200, "a file that is named can be read: {answer:?}");
        }
        requests.push(request.json());
    }
    requests
}

/// One request as operators see it.
pub(super) async fn seen(host: &dyn Target, filed: &Filed) -> Value {
    let seen = host.send(&look(filed.console(""))).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    seen.json()
}

/// How many entries the thread of a request has.
pub(super) fn entries(seen: &Value) -> usize {
    seen["thread"].as_array().expect("a thread").len()
}

/// The names of the states that a request went through.
fn states(seen: &Value) -> Vec<&str> {
    let states = seen["states"].as_array().expect("states");
    states.iter().map(|state| state["state"].as_str().expect("a name")).collect()
}

pub(super) async fn a_request_by_json_is_whole_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let large = Base64::encode_string(&vec![b'a'; 700_000]);
    let filing = Request::post("/requests").header("idempotency-key", "request-0001").json(&json!({
        "kind": "access",
        "email": ANNA,
        "details": "All of it.",
        "attachments": [{"data": Base64::encode_string(&files::png_that_tells())}, {"data": large}],
    }));
    let (first, again) = fail_at_every_call(&host, &store, &filing).await;
    // However often the client had to try, it has one request, and the link that it was given leads to it.
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(first.body, again.body);
    let all = requests(&host).await;
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(
        (&all[0]["reference"], all[0]["attachments"].as_u64()),
        (&json!(first.field("/reference")), Some(2))
    );
    // A try that broke off may have left a mail: its link leads to this request, and the newest has the code as well.
    let filed = Filed::of(&host, &again, ANNA).await;
    for mail in crate::walk::mails(&host, ANNA).await {
        assert_eq!(link_in(&host, mail["text"].as_str().unwrap()), filed.link);
    }
    let status = filed.prove(&host).await;
    assert_eq!(host.send(&get(format!("{status}/attachments/2"))).await.body.len(), 700_000);
}

pub(super) async fn a_request_by_form_is_whole_or_refused(side: Side) {
    for door in ["/requests", "/delete-account", "/delete-data"] {
        let (host, store) = failing_desk(side).await;
        let form = host.send(&Request::get(door).page()).await;
        let token = hidden(&form, "token");
        let picture = files::png_that_tells();
        let mut parts = vec![
            Part::Field("token", &token),
            Part::Field("email", ANNA),
            Part::File("file", "a.png", "image/png", &picture),
        ];
        if door == "/requests" {
            parts.push(Part::Field("kind", "access"));
        }
        let filing = Request::post(door).multipart(&parts);
        let json = filing.clone().header("accept", "application/json");
        let (first, again) = fail_at_every_call(&host, &store, &json).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201), "{door}");
        assert_eq!(first.body, again.body);
        let all = requests(&host).await;
        assert_eq!((all.len(), all[0]["attachments"].as_u64()), (1, Some(1)), "{all:#?}");
        Filed::of(&host, &again, ANNA).await.prove(&host).await;
        // In a browser what was written comes back with the problem.
        store.fail_from(1);
        let page = host.send(&filing.page()).await;
        store.reset();
        assert_eq!((page.status.as_u16(), page.header("location")), (503, None));
        assert!(page.text().contains(ANNA) && !page.text().contains("told to fail"), "{page:?}");
    }
}

pub(super) async fn a_proof_is_taken_once_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    for by in ["code", "link"] {
        let prepare = async || {
            let filed = filed(&host, "access", ANNA).await;
            let proof = match by {
                "code" => filed.enter(&filed.code),
                _ => post(&filed.link, &json!({})),
            };
            (proof, filed)
        };
        let check = async |filed: Filed, answer: Response| {
            assert_eq!(answer.status, 200, "{answer:?}");
            let status = path(&answer.field("/status_url"));
            let person = host.send(&get(&status)).await;
            assert_eq!(person.field("/state"), "received");
            assert_eq!(person.field("/identity/by"), format!("mail-{by}"));
            let seen = seen(&host, &filed).await;
            assert_eq!(states(&seen), ["awaiting_identity", "received"], "{seen:#}");
            // Nothing is left that the same proof could do.
            assert_eq!(host.send(&post(&filed.link, &json!({}))).await.status, 200);
        };
        fail_afresh((&host, &store), prepare, check).await;
    }
}

pub(super) async fn a_wrong_code_counts_and_locks_nobody_out_of_their_mailbox(side: Side) {
    let (host, store) = failing_desk(side).await;
    let prepare = async || {
        let filed = filed(&host, "access", ANNA).await;
        (filed.enter("00000-00000"), filed)
    };
    let check = async |filed: Filed, answer: Response| {
        assert_eq!(answer.status, 422, "{answer:?}");
        // An operator's look repairs the view, so that every try that was stored is in it.
        assert_eq!(seen(&host, &filed).await["state"], "awaiting_identity");
        let left = host.send(&get(&filed.pending)).await.field("/tries_left");
        assert!(["3", "4"].contains(&left.as_str()), "{left}");
        filed.prove(&host).await;
    };
    fail_afresh((&host, &store), prepare, check).await;
}

pub(super) async fn another_mail_brings_a_code_that_works(side: Side) {
    let (host, store) = failing_desk(side).await;
    let prepare = async || {
        let filed = filed(&host, "access", ANNA).await;
        (Request::post(format!("{}/resend", filed.pending)), filed)
    };
    let check = async |filed: Filed, answer: Response| {
        assert_eq!(answer.status, 202, "{answer:?}");
        let mail = newest_mail(&host, ANNA).await;
        assert!(mail.contains(&filed.reference), "{mail}");
        assert_eq!(link_in(&host, &mail), filed.link);
        seen(&host, &filed).await;
        let old = host.send(&filed.enter(&filed.code)).await;
        assert_eq!(old.status, 422, "the code before is no longer the one: {old:?}");
        Filed { code: code_in(&mail), ..filed }.prove(&host).await;
    };
    fail_afresh((&host, &store), prepare, check).await;
}

pub(super) async fn what_is_taken_back_is_taken_back_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    for by in ["not-me", "withdraw"] {
        let prepare = async || {
            let (filed, status) = proven(&host, "erasure", ANNA).await;
            let target = match by {
                "not-me" => format!("{}/not-me", filed.link),
                _ => format!("{status}/withdraw"),
            };
            (post(target, &json!({})), (filed, status))
        };
        let check = async |(filed, status): (Filed, String), answer: Response| {
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(host.send(&get(&status)).await.field("/state"), "withdrawn");
            let seen = seen(&host, &filed).await;
            assert_eq!(states(&seen), ["awaiting_identity", "received", "withdrawn"], "{seen:#}");
        };
        fail_afresh((&host, &store), prepare, check).await;
    }
}

pub(super) async fn a_message_to_a_request_is_kept_once_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    for by in ["json", "form"] {
        let prepare = async || {
            let (filed, status) = proven(&host, "access", ANNA).await;
            let ask = filed.act(&host, "/clarification", &json!({"text": "Since when?"})).await;
            assert_eq!(host.send(&ask).await.status, 201);
            host.clock().pass(1);
            let target = format!("{status}/messages");
            let message = match by {
                "json" => {
                    let message = post(target, &json!({"message": "Since ever."}));
                    message.header("idempotency-key", "message-0001")
                }
                _ => {
                    let once = hidden(&host.send(&Request::get(&status).page()).await, "once");
                    let fields = [("message", "Since ever."), ("once", once.as_str())];
                    Request::post(target).header("accept", "application/json").form(&fields)
                }
            };
            (message, (filed, status))
        };
        let check = async |(filed, status): (Filed, String), answer: Response| {
            assert_eq!(answer.status, 201, "{answer:?}");
            // Before an operator looks, and after.
            for _ in 0..2 {
                let person = host.send(&get(&status)).await.json();
                assert_eq!((entries(&person), &person["state"]), (2, &json!("in_progress")));
                let seen = seen(&host, &filed).await;
                assert_eq!(entries(&seen), 2, "{seen:#}");
            }
        };
        fail_afresh((&host, &store), prepare, check).await;
    }
}

pub(super) async fn a_store_that_is_gone_is_a_clear_problem_to_whoever_reads_a_request(side: Side) {
    let (host, store) = failing_desk(side).await;
    let (filed, status) = proven(&host, "access", ANNA).await;
    let mut reads: Vec<Request> =
        ["", "/confirmed", "/request.json", "/receipt.json", "/attachments/1"]
            .iter()
            .map(|rest| get(format!("{status}{rest}")))
            .collect();
    reads.extend([get(&filed.pending), get(&filed.link), get(format!("{}/resent", filed.pending))]);
    for rest in ["", "/attachments/1", "/erasure", "/erasure/act", "/erasure/log"] {
        reads.push(look(filed.console(rest)));
    }
    for query in ["", "?all=true", "/log", "/log?format=csv", "/metrics"] {
        reads.push(look(format!("/console/api/requests{query}")));
    }
    for request in &reads {
        store.fail_from(1);
        let answer = host.send(request).await;
        store.reset();
        assert_store_problem(&answer, 1);
    }
    // The forms need no store.
    store.fail_from(1);
    for door in ["/requests", "/delete-account", "/delete-data"] {
        assert_eq!(host.send(&Request::get(door).page()).await.status, 200, "{door}");
    }
    store.reset();
    assert_eq!(host.send(&get(&status)).await.status, 200);
    host.assert_nothing_trapped();
    let log = host.log();
    for secret in [&status, &filed.pending, &filed.link, &filed.code] {
        assert!(!log.iter().any(|line| line.contains(secret.as_str())), "a secret is in the log");
    }
}
