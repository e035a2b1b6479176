//! Cases of feedback and versions of the policy, over a store that fails.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{Side, fail_at_every_call, failing_desk};
use crate::{
    harness::{
        files,
        http::{Part, Request},
        target::{OPERATOR, Target},
    },
    scenarios::feedback::{complaint, hidden, path, status_of},
};

/// All cases as operators see them, each read whole, so that a half-made one would show.
async fn cases(host: &dyn Target) -> Vec<Value> {
    let list = host.send(&Request::get("/console/api/cases?limit=200").bearer(OPERATOR)).await;
    let mut cases = Vec::new();
    for item in list.json()["cases"].as_array().expect("a list") {
        let url = path(item["url"].as_str().expect("an address"));
        let case = host.send(&Request::get(url).bearer(OPERATOR)).await;
        assert_eq!(case.status, 200, "a case that is listed can be read: {case:?}");
        for file in case.json()["thread"][0]["attachments"].as_array().into_iter().flatten() {
            let url = path(file["url"].as_str().expect("an address"));
            let answer = host.send(&Request::get(url).bearer(OPERATOR)).await;
            assert_eq!(answer.status, 200, "a file that is named can be read: {answer:?}");
        }
        cases.push(case.json());
    }
    cases
}

pub(super) async fn a_filing_by_json_is_whole_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let data = Base64::encode_string(&files::png_that_tells());
    let large = Base64::encode_string(&vec![b'a'; 700_000]);
    let filing = Request::post("/feedback").header("idempotency-key", "filing-0001").json(&json!({
        "kind": "complaint",
        "message": "With files.",
        "attachments": [{"data": data}, {"data": large}],
    }));
    let (first, again) = fail_at_every_call(&host, &store, &filing).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    // However often the client had to try, it has one case, and the reference that it was given leads to it.
    assert_eq!(first.field("/reference"), again.field("/reference"));
    let cases = cases(&host).await;
    assert_eq!(cases.len(), 1, "{cases:#?}");
    assert_eq!(cases[0]["reference"], first.field("/reference"));
}

pub(super) async fn a_filing_by_form_is_whole_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let form = host.send(&Request::get("/feedback").page()).await;
    let token = hidden(&form, "token");
    let picture = files::png_that_tells();
    let filing = Request::post("/feedback").header("accept", "application/json").multipart(&[
        Part::Field("token", &token),
        Part::Field("kind", "complaint"),
        Part::Field("message", "By form."),
        Part::File("file", "a.png", "image/png", &picture),
    ]);
    let (first, again) = fail_at_every_call(&host, &store, &filing).await;
    assert!(first.status.is_success() && again.status.is_success(), "{first:?} {again:?}");
    assert_eq!(first.field("/reference"), again.field("/reference"));
    assert_eq!(cases(&host).await.len(), 1);
}

pub(super) async fn a_message_is_kept_once_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let status = status_of(&host.send(&complaint()).await);
    let message = Request::post(format!("{status}/messages"))
        .header("idempotency-key", "message-0001")
        .json(&json!({"message": "More."}));
    let (first, again) = fail_at_every_call(&host, &store, &message).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    let case = host.send(&Request::get(format!("{status}/case.json"))).await;
    assert_eq!(case.json()["thread"].as_array().unwrap().len(), 2, "{}", case.text());
    assert_eq!(cases(&host).await[0]["messages"], 2);
}

pub(super) async fn a_withdrawal_happens_or_is_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let status = status_of(&host.send(&complaint()).await);
    let withdraw = Request::post(format!("{status}/withdraw"));
    let (first, again) = fail_at_every_call(&host, &store, &withdraw).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
    assert_eq!(first.field("/state"), "withdrawn");
    assert_eq!(cases(&host).await[0]["state"], "withdrawn");
}

pub(super) async fn a_reply_is_audited_and_kept_once_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let filed = host.send(&complaint()).await;
    let case = format!("/console/api/cases/{}", filed.field("/reference"));
    let reply = Request::post(format!("{case}/replies"))
        .bearer(OPERATOR)
        .header("idempotency-key", "reply-0001")
        .json(&json!({"text": "We are sorry."}));
    let (first, again) = fail_at_every_call(&host, &store, &reply).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
    assert_eq!(cases(&host).await[0]["messages"], 2);
    let audit = host.send(&Request::get("/console/api/audit").bearer(OPERATOR)).await;
    let audit = audit.json();
    let records = audit["records"].as_array().unwrap();
    assert!(records.iter().any(|record| record["action"] == "case-replied"), "{records:#?}");
}

pub(super) async fn a_state_is_set_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let filed = host.send(&complaint()).await;
    let case = format!("/console/api/cases/{}", filed.field("/reference"));
    let read = host.send(&Request::get(&case).bearer(OPERATOR)).await;
    let state = Request::put(format!("{case}/state"))
        .bearer(OPERATOR)
        .header("if-match", read.header("etag").unwrap())
        .json(&json!({"state": "in_progress"}));
    // Where the event was stored and its answer was not sent, the tag has changed by the retry: that it is refused
    // tells the operator to look, and looking shows the new state.
    let (first, again) = fail_at_every_call(&host, &store, &state).await;
    assert!([200, 412].contains(&first.status.as_u16()), "{first:?}");
    assert_eq!(again.status, 412);
    assert_eq!(cases(&host).await[0]["state"], "in_progress");
}

pub(super) async fn a_policy_version_is_published_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let publish = Request::put("/policy/versions/1.0?lang=en")
        .bearer(OPERATOR)
        .body("text/markdown; charset=utf-8", "# Policy\n\n## General\n\nWe promise.\n");
    let (first, again) = fail_at_every_call(&host, &store, &publish).await;
    assert!([200, 201].contains(&first.status.as_u16()), "{first:?}");
    assert_eq!(again.status, 200);
    host.clock().pass(60);
    let policy = host.send(&Request::get("/policy?format=txt")).await;
    assert!(policy.text().contains("We promise."), "{policy:?}");
    let versions = Request::get("/policy/versions").header("accept", "application/json");
    let versions = host.send(&versions).await;
    assert_eq!(versions.json()["versions"].as_array().unwrap().len(), 1, "{}", versions.text());
}
