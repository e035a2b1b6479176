//! What operators do with data requests, over a store that fails.

use serde_json::{Value, json};

use super::{
    Side, fail_afresh, fail_at_every_call, failing_desk,
    requests::{entries, seen},
};
use crate::{
    harness::{
        http::{Request, Response},
        target::{OPERATOR, Target, path},
    },
    walk::{ANNA, Filed, code_in, filed, get, link_in, look, newest_mail, post, proven},
};

/// The texts of the newest mails in which a reference stands, the newest first.
pub(super) async fn mails_about(host: &dyn Target, reference: &str) -> Vec<String> {
    let listed = host.send(&look("/console/api/outbox?limit=12")).await.json();
    let mut texts = Vec::new();
    for mail in listed["mails"].as_array().expect("a list") {
        let mail = host.send(&look(path(mail["url"].as_str().expect("an address")))).await;
        // One that was overwritten and not deleted yet is listed until the next sweep.
        if mail.status == 404 {
            continue;
        }
        let text = mail.field("/text");
        if text.contains(reference) {
            texts.push(text);
        }
    }
    texts
}

/// How many lines of the log are about a request.
async fn lines(host: &dyn Target, id: &Value) -> usize {
    let key = format!("request-log:{}", id.as_str().expect("an id"));
    host.keys().await.iter().filter(|known| **known == key).count()
}

/// An act, the state that it leads to, and how many entries it adds to the thread.
const ACTS: [(&str, &str, usize); 6] = [
    ("/take", "in_progress", 0),
    ("/messages", "in_progress", 1),
    ("/clarification", "awaiting_clarification", 1),
    ("/extension", "extended", 1),
    ("/answer", "answered", 1),
    ("/refusal", "refused", 1),
];

pub(super) async fn what_an_operator_does_is_done_and_told_once_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    for (name, state, told) in ACTS {
        let body = match name {
            "/take" => json!({}),
            "/extension" => json!({"reason": "There is much of it."}),
            "/refusal" => json!({"ground": "legal-duty", "text": "It must be kept."}),
            _ => json!({"text": "Here is what we say."}),
        };
        let prepare = async || {
            let (filed, status) = proven(&host, "access", ANNA).await;
            let act = filed.act(&host, name, &body).await.header("idempotency-key", "act-00001");
            (act, (filed, status))
        };
        let check = async |(filed, status): (Filed, String), answer: Response| {
            assert!(answer.status.is_success(), "{name}: {answer:?}");
            assert_eq!(answer.field("/state"), state);
            let person = host.send(&get(&status)).await.json();
            assert_eq!((entries(&person), &person["state"]), (told, &json!(state)), "{name}");
            let seen = seen(&host, &filed).await;
            assert_eq!((entries(&seen), &seen["state"]), (told, &json!(state)), "{name}: {seen:#}");
            // The mail that asked for a proof, and the one that tells of this.
            let mails = mails_about(&host, &filed.reference).await;
            assert_eq!(mails.len(), 1 + told, "{name}: {mails:#?}");
            let ended = usize::from(["answered", "refused"].contains(&state));
            assert_eq!(lines(&host, &seen["id"]).await, ended, "{name}");
        };
        fail_afresh((&host, &store), prepare, check).await;
    }
}

pub(super) async fn a_proof_that_an_operator_saw_is_audited_and_taken_once_or_refused(side: Side) {
    let (host, store) = failing_desk(side).await;
    let prepare = async || {
        let filed = filed(&host, "access", ANNA).await;
        let body = json!({"reason": "Showed a passport in the office."});
        let act = filed.act(&host, "/identity", &body).await;
        (act.header("idempotency-key", "act-00001"), filed)
    };
    let check = async |filed: Filed, answer: Response| {
        assert_eq!((answer.status.as_u16(), answer.field("/state")), (200, "received".into()));
        assert_eq!(seen(&host, &filed).await["identity"]["proof"], "operator");
        let audit = host.send(&look("/console/api/audit?limit=10")).await;
        assert!(audit.text().contains("Showed a passport in the office."), "{}", audit.text());
    };
    fail_afresh((&host, &store), prepare, check).await;
}

/// Files a complaint with an address: gives where operators find it.
async fn complaint(host: &dyn Target) -> String {
    host.clock().pass(1);
    let body = json!({"kind": "complaint", "message": "Delete it all!", "email": ANNA});
    let filed = host.send(&post("/feedback", &body)).await;
    assert_eq!(filed.status, 201, "{filed:?}");
    format!("/console/api/cases/{}", filed.field("/reference"))
}

pub(super) async fn a_complaint_becomes_one_request_or_none(side: Side) {
    let (host, store) = failing_desk(side).await;
    let prepare = async || {
        let case = complaint(&host).await;
        let turn = post(format!("{case}/request"), &json!({"kind": "erasure"})).bearer(OPERATOR);
        (turn, case)
    };
    let check = async |case: String, answer: Response| {
        assert!([200, 201].contains(&answer.status.as_u16()), "{answer:?}");
        let reference = answer.field("/reference");
        let console = format!("/console/api/requests/{reference}");
        let turned = host.send(&look(console)).await.json();
        assert_eq!(turned["state"], "awaiting_identity");
        let told = host.send(&look(&case)).await.json();
        assert_eq!(told["thread"].as_array().unwrap().len(), 2, "{told:#}");
        // One mail asks for the proof, and what is in it proves it.
        let mails = mails_about(&host, &reference).await;
        assert_eq!(mails.len(), 1, "{mails:#?}");
        assert_eq!(newest_mail(&host, ANNA).await, mails[0]);
        let pending = link_in(&host, &mails[0]);
        assert_eq!(host.send(&get(&pending)).await.status, 200);
        code_in(&mails[0]);
        assert_eq!(host.send(&post(&pending, &json!({}))).await.status, 200);
    };
    fail_afresh((&host, &store), prepare, check).await;
}

pub(super) async fn a_request_gives_one_complaint_and_one_mail_or_none(side: Side) {
    let (host, store) = failing_desk(side).await;
    let prepare = async || {
        let (filed, status) = proven(&host, "access", ANNA).await;
        let opens = post(filed.console("/complaint"), &json!({})).bearer(OPERATOR);
        (opens, (filed, status))
    };
    let check = async |(filed, status): (Filed, String), answer: Response| {
        assert!([200, 201].contains(&answer.status.as_u16()), "{answer:?}");
        assert_eq!(answer.field("/state"), "in_progress");
        assert_eq!(answer.json()["thread"].as_array().unwrap().len(), 2, "{answer:?}");
        let reference = answer.field("/reference");
        let person = host.send(&get(&status)).await.json();
        assert_eq!(entries(&person), 1, "{person:#}");
        assert_eq!(entries(&seen(&host, &filed).await), 1);
        let mails = mails_about(&host, &reference).await;
        assert_eq!(mails.len(), 1, "{mails:#?}");
        for area in ["case:", "request:"] {
            let keys = host.keys().await;
            assert_eq!(keys.iter().filter(|key| key.starts_with(area)).count(), 1, "{keys:#?}");
        }
    };
    fail_afresh((&host, &store), prepare, check).await;
}

pub(super) async fn the_log_is_exported_whole_or_not_at_all(side: Side) {
    for target in ["", "?all=true", "/log", "/log?format=csv", "/metrics?year=2026"] {
        let (host, store) = failing_desk(side).await;
        // Requests whose lines are stored by whoever comes by: one was taken back, one nobody proved.
        let (_, status) = proven(&host, "access", ANNA).await;
        assert_eq!(host.send(&post(format!("{status}/withdraw"), &json!({}))).await.status, 200);
        filed(&host, "erasure", ANNA).await;
        host.clock().pass(8 * 24 * 3600);
        let (open, _) = proven(&host, "access", ANNA).await;
        let export = look(format!("/console/api/requests{target}"));
        let (first, again) = fail_at_every_call(&host, &store, &export).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200), "{target}");
        assert_eq!(first.body, again.body, "{target}");
        let lines = host.keys().await.iter().filter(|key| key.starts_with("request-log:")).count();
        assert_eq!(lines, 2, "{target}");
        if !target.starts_with("/metrics") {
            assert_eq!(first.text().matches(&open.reference).count(), 1, "{target}");
        }
    }
}

pub(super) async fn a_look_that_cannot_be_recorded_is_not_given(side: Side) {
    let (host, store) = failing_desk(side).await;
    let (filed, _) = proven(&host, "erasure", ANNA).await;
    for target in [filed.console(""), filed.console("/erasure")] {
        let (first, again) = fail_at_every_call(&host, &store, &look(&target)).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200), "{target}");
        assert_eq!(first.header("etag"), again.header("etag"), "{target}");
        let made: Request = look(&target);
        store.reset();
        host.send(&made).await;
        let calls = store.calls();
        let audited = calls.iter().position(|call| call == "set audit").expect("an audit record");
        let opened = calls.iter().position(|call| call == "get request").expect("a look");
        assert!(audited < opened, "{target}: {calls:?}");
    }
}
