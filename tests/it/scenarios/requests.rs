//! What people and operators do about data requests.

use serde_json::json;

use super::{Player, feedback::hidden, scenarios};
use crate::harness::{
    http::{Request, Response},
    target::{OPERATOR, path},
};
use crate::walk::code_in;

scenarios! { "requests":
    from_the_form_to_the_answer,
    deletion_by_the_page_of_a_store,
    proofs_that_fail,
    operators_extend_and_refuse,
    erasure_and_what_stays,
}

const ANNA: &str = "anna@oncall.example";

fn filing(kind: &str) -> Request {
    Request::post("/requests").json(&json!({"kind": kind, "email": ANNA, "regime": "eu-gdpr"}))
}

/// The newest mail that waits, as operators read it.
async fn newest_mail(p: &Player) -> Response {
    let listed = p.send(Request::get("/console/api/outbox").bearer(OPERATOR)).await;
    p.send(Request::get(path(&listed.field("/mails/0/url"))).bearer(OPERATOR)).await
}

/// The link and the code of the newest mail.
async fn proof(p: &Player) -> (String, String) {
    let text = newest_mail(p).await.field("/text");
    let link = text.lines().map(str::trim).find(|line| line.starts_with("https://"));
    (path(link.expect("a link")), code_in(&text))
}

/// Files a request and proves who asks: gives the path of its status page and its reference.
async fn proven(p: &Player, kind: &str) -> (String, String) {
    let filed = p.send(filing(kind)).await;
    let (_, code) = proof(p).await;
    let pending = path(&filed.field("/pending_url"));
    let entered =
        p.send(Request::post(format!("{pending}/code")).json(&json!({"code": code}))).await;
    p.wait(1);
    (path(&entered.field("/status_url")), filed.field("/reference"))
}

fn console(reference: &str, rest: &str) -> String {
    format!("/console/api/requests/{reference}{rest}")
}

/// The tag of a request as operators see it.
async fn tag(p: &Player, reference: &str) -> String {
    let read = p.send(Request::get(console(reference, "")).bearer(OPERATOR)).await;
    read.header("etag").expect("a tag").to_owned()
}

async fn act(p: &Player, reference: &str, name: &str, body: serde_json::Value) -> Request {
    Request::post(console(reference, &format!("/{name}")))
        .bearer(OPERATOR)
        .header("if-match", &tag(p, reference).await)
        .json(&body)
}

async fn from_the_form_to_the_answer(p: &mut Player) {
    let form = p.step("form", 200, Request::get("/requests").page()).await;
    p.step("form_in_russian", 200, Request::get("/requests?lang=ru").page()).await;
    let token = hidden(&form, "token");
    let fields = [("token", token.as_str()), ("kind", "access"), ("email", ANNA), ("name", "Anna")];
    let sent = p.step("sent", 303, Request::post("/requests").page().form(&fields)).await;
    let pending = sent.header("location").expect("a way on").to_owned();
    p.step("pending", 200, Request::get(&pending).page()).await;
    let (link, code) = proof(p).await;
    p.step(
        "mail",
        200,
        Request::get(path(&{
            let listed = p.send(Request::get("/console/api/outbox").bearer(OPERATOR)).await;
            listed.field("/mails/0/url")
        }))
        .bearer(OPERATOR),
    )
    .await;
    p.step("asked", 200, Request::get(&link).page()).await;
    let enter = Request::post(format!("{pending}/code")).page().form(&[("code", &code)]);
    let entered = p.step("entered", 303, enter).await;
    let confirmed = entered.header("location").expect("a way on").to_owned();
    p.step("confirmed", 200, Request::get(&confirmed).page()).await;
    p.step("confirmed_in_russian", 200, Request::get(format!("{confirmed}?lang=ru")).page()).await;
    let status = confirmed.strip_suffix("/confirmed").expect("the status page").to_owned();
    let seen = Request::get(&status).header("accept", "application/json");
    let seen = p.step("as_json", 200, seen).await;
    p.step("receipt", 200, Request::get(format!("{status}/receipt.json"))).await;
    let reference = seen.field("/reference");
    p.wait(1);
    p.step("queue", 200, Request::get("/console/api/requests").bearer(OPERATOR)).await;
    p.step("read", 200, Request::get(console(&reference, "")).bearer(OPERATOR)).await;
    let ask = act(p, &reference, "clarification", json!({"text": "Since when?"})).await;
    p.step("clarification", 201, ask).await;
    p.wait(1);
    p.step("asked_back", 200, Request::get(&status).page()).await;
    let message = Request::post(format!("{status}/messages")).json(&json!({"message": "Ever."}));
    p.step("clarified", 201, message).await;
    p.wait(1);
    let answer = act(p, &reference, "answer", json!({"text": "Here it is."})).await;
    p.step("answered", 201, answer).await;
    p.step("notice", 200, {
        let listed = p.send(Request::get("/console/api/outbox").bearer(OPERATOR)).await;
        Request::get(path(&listed.field("/mails/0/url"))).bearer(OPERATOR)
    })
    .await;
    p.step("in_the_end", 200, Request::get(&status).page()).await;
    p.step("too_late", 409, Request::post(format!("{status}/withdraw")).json(&json!({}))).await;
    p.step("log", 200, Request::get("/console/api/requests/log?format=csv").bearer(OPERATOR)).await;
    p.step(
        "metrics",
        200,
        Request::get("/console/api/requests/metrics?year=2026").bearer(OPERATOR),
    )
    .await;
}

async fn deletion_by_the_page_of_a_store(p: &mut Player) {
    let account = p.step("account", 200, Request::get("/delete-account").page()).await;
    p.step("account_in_russian", 200, Request::get("/delete-account?lang=ru").page()).await;
    p.step("data", 200, Request::get("/delete-data").page()).await;
    let token = hidden(&account, "token");
    let wrong = [("token", token.as_str()), ("email", "anna")];
    p.step("wrong", 422, Request::post("/delete-account").page().form(&wrong)).await;
    let fields = [("token", token.as_str()), ("email", ANNA)];
    p.step("sent", 303, Request::post("/delete-account").page().form(&fields)).await;
    let (link, _) = proof(p).await;
    let (bare, lang) = link.split_once('?').expect("the language of the mail");
    let not_me = format!("{bare}/not-me?{lang}");
    p.step("not_me", 200, Request::post(not_me).page().form(&[])).await;
    p.step("afterwards", 409, Request::post(&link).json(&json!({}))).await;
}

async fn proofs_that_fail(p: &mut Player) {
    let filed = p.step("filed", 201, filing("access")).await;
    let pending = path(&filed.field("/pending_url"));
    let enter = |code: &str| Request::post(format!("{pending}/code")).json(&json!({"code": code}));
    p.step("no_code", 422, enter("K7QM2")).await;
    p.step("wrong_code", 422, enter("00000-00000")).await;
    let form = Request::post(format!("{pending}/code")).page().form(&[("code", "00000-00000")]);
    p.step("wrong_code_by_form", 422, form).await;
    p.step("resent", 202, Request::post(format!("{pending}/resend")).json(&json!({}))).await;
    for _ in 0..3 {
        p.send(enter("00000-00000")).await;
    }
    p.step("locked", 409, enter("00000-00000")).await;
    p.step("left", 200, Request::get(&pending).header("accept", "application/json")).await;
    let assertion = Request::post(format!("{pending}/assertion")).json(&json!({"assertion": "x"}));
    p.step("no_assertion", 422, assertion).await;
    p.step("forged", 404, Request::get("/requests/status/AAAA").page()).await;
    p.step("all_wrong", 422, Request::post("/requests").json(&json!({"kind": "x", "more": 1})))
        .await;
    p.wait(7 * 24 * 3600);
    p.step("expired", 200, Request::get(&pending).page()).await;
}

async fn operators_extend_and_refuse(p: &mut Player) {
    let (status, reference) = proven(p, "erasure").await;
    p.step("stranger", 401, Request::get("/console/api/requests")).await;
    let extend = act(p, &reference, "extension", json!({"reason": "There is very much."})).await;
    p.step("extended", 201, extend).await;
    p.wait(1);
    let again = act(p, &reference, "extension", json!({"reason": "Once more."})).await;
    p.step("extended_again", 409, again).await;
    p.step("seen", 200, Request::get(&status).page()).await;
    let blind = Request::post(console(&reference, "/take")).bearer(OPERATOR).json(&json!({}));
    p.step("without_a_tag", 428, blind).await;
    let body = json!({"ground": "legal-duty", "text": "The tax law has us keep it."});
    p.step("refused", 201, act(p, &reference, "refusal", body).await).await;
    p.step("refused_seen", 200, Request::get(format!("{status}?lang=ru")).page()).await;
}

async fn erasure_and_what_stays(p: &mut Player) {
    let feedback = json!({"kind": "complaint", "message": "Mine.", "email": ANNA});
    p.send(Request::post("/feedback").json(&feedback)).await;
    let (status, reference) = proven(p, "erasure").await;
    let address = console(&reference, "/erasure");
    let preview = p.step("preview", 200, Request::get(&address).bearer(OPERATOR)).await;
    let order = |tag: &str| {
        let body = json!({"executor": "Head of support"});
        Request::post(&address).bearer(OPERATOR).header("if-match", tag).json(&body)
    };
    p.step("on_something_else", 412, order("\"x\"")).await;
    let tag = preview.header("etag").expect("a tag").to_owned();
    p.step("erased", 200, order(&tag)).await;
    p.step("act", 200, Request::get(format!("{address}/act?format=html")).bearer(OPERATOR)).await;
    p.step("export", 200, Request::get(format!("{address}/log?format=csv")).bearer(OPERATOR)).await;
    p.step("seen", 200, Request::get(&status).page()).await;
    p.step("receipt", 200, Request::get(format!("{status}/receipt.json"))).await;
}
