//! What operators see and do, by the JSON API.

use base64ct::{Base64, Encoding};
use http::Method;
use serde_json::json;

use super::{
    Player,
    feedback::{complaint, status_of},
    scenarios,
};
use crate::harness::{
    files,
    http::{Request, Response},
    target::OPERATOR,
};

scenarios! { "console":
    answering_a_complaint,
    lists,
    strangers,
    changes_that_clash,
    files_and_quarantine,
    what_does_not_exist,
}

fn operator(request: Request) -> Request {
    request.bearer(OPERATOR)
}

/// Files a case and gives its status page and its address in the console.
async fn filed(p: &mut Player, request: Request) -> (String, String) {
    let filed = p.send(request).await;
    assert_eq!(filed.status, 201, "{filed:?}");
    (status_of(&filed), format!("/console/api/cases/{}", filed.field("/reference")))
}

fn tag(answer: &Response) -> String {
    answer.header("etag").expect("a tag").to_owned()
}

fn set_state(case: &str, state: &str) -> Request {
    operator(Request::put(format!("{case}/state"))).json(&json!({"state": state}))
}

fn reply(case: &str, text: &str) -> Request {
    operator(Request::post(format!("{case}/replies"))).json(&json!({"text": text}))
}

async fn answering_a_complaint(p: &mut Player) {
    let (status, case) = filed(p, complaint()).await;
    p.wait(60);
    let list = p.step("list", 200, operator(Request::get("/console/api/cases"))).await;
    let by_id = format!("/console/api/cases/{}", list.field("/cases/0/id"));
    p.wait(1);
    let read = p.step("read", 200, operator(Request::get(&case))).await;
    p.wait(1);
    p.step("read_by_id", 200, operator(Request::get(&by_id))).await;
    p.wait(1);
    let taken = set_state(&case, "in_progress").header("if-match", &tag(&read));
    p.step("taken_up", 200, taken).await;
    p.wait(1);
    p.step("replied", 201, reply(&case, "We are sorry. It will not happen again.")).await;
    p.step("persons_view", 200, Request::get(format!("{status}/case.json"))).await;
    p.step("persons_page", 200, Request::get(&status).page()).await;
    p.wait(1);
    let read = p.send(operator(Request::get(&case))).await;
    p.wait(1);
    p.step("closed", 200, set_state(&case, "closed").header("if-match", &tag(&read))).await;
    p.wait(1);
    // A message opens the case again.
    let more = Request::post(format!("{status}/messages")).json(&json!({"message": "It did."}));
    p.step("opened_again", 201, more).await;
    p.step("audit", 200, operator(Request::get("/console/api/audit"))).await;
}

async fn lists(p: &mut Player) {
    for (kind, message) in [
        ("question", "One?"),
        ("complaint", "Two!"),
        ("question", "Three?"),
        ("suggestion", "Four."),
    ] {
        let body = json!({"kind": kind, "message": message});
        filed(p, Request::post("/feedback").json(&body)).await;
        p.wait(60);
    }
    p.step("all", 200, operator(Request::get("/console/api/cases"))).await;
    let first =
        p.step("first_page", 200, operator(Request::get("/console/api/cases?limit=3"))).await;
    let cursor = first.field("/next_cursor");
    let second = Request::get(format!("/console/api/cases?limit=3&cursor={cursor}"));
    p.step("second_page", 200, operator(second)).await;
    p.step("questions", 200, operator(Request::get("/console/api/cases?kind=question"))).await;
    p.step("closed", 200, operator(Request::get("/console/api/cases?state=closed"))).await;
    p.step("quarantined", 200, operator(Request::get("/console/api/cases?quarantined=true"))).await;
    for (step, code, query) in [
        ("unknown_kind", 422, "kind=praise"),
        ("unknown_state", 422, "state=lost"),
        ("neither_true_nor_false", 422, "quarantined=maybe"),
        ("no_limit", 422, "limit=0"),
        ("no_cursor", 422, "cursor=next"),
        ("twice", 422, "kind=question&kind=complaint"),
    ] {
        p.step(step, code, operator(Request::get(format!("/console/api/cases?{query}")))).await;
    }
    p.step("empty_audit", 200, operator(Request::get("/console/api/audit"))).await;
}

async fn strangers(p: &mut Player) {
    let (_, case) = filed(p, complaint()).await;
    p.step("without_token", 401, Request::get("/console/api/cases")).await;
    let wrong = OPERATOR.replace('e', "f");
    let same = p.send(Request::get("/console/api/cases")).await;
    for request in [
        Request::get(&case).bearer(&wrong),
        Request::get(&case).bearer(""),
        Request::get(&case).header("authorization", OPERATOR),
        Request::get(&case).header("authorization", &format!("Basic {OPERATOR}")),
        Request::get(&case).bearer(OPERATOR).bearer(&wrong),
        // Nobody without the token learns which addresses there are, or which methods they take.
        Request::get("/console/api/unknown"),
        Request::get("/console"),
        Request::new(Method::DELETE, "/console/api/cases"),
        Request::post(format!("{case}/replies")).json(&json!({"text": "x"})),
    ] {
        let answer = p.send(request).await;
        assert_eq!((answer.status, &answer.body), (same.status, &same.body));
        assert_eq!(answer.header("www-authenticate"), same.header("www-authenticate"));
    }
    // And nobody is audited who saw nothing.
    let audit = p.send(operator(Request::get("/console/api/audit"))).await;
    assert_eq!(audit.json()["records"], json!([]));
}

async fn changes_that_clash(p: &mut Player) {
    let (status, case) = filed(p, complaint()).await;
    p.wait(1);
    let read = p.send(operator(Request::get(&case))).await;
    p.step("without_condition", 428, set_state(&case, "closed")).await;
    p.wait(1);
    // Meanwhile the person writes.
    p.send(Request::post(format!("{status}/messages")).json(&json!({"message": "Wait."}))).await;
    p.wait(1);
    p.step("outdated", 412, set_state(&case, "closed").header("if-match", &tag(&read))).await;
    p.step("outdated_reply", 412, reply(&case, "Done.").header("if-match", &tag(&read))).await;
    let read = p.send(operator(Request::get(&case))).await;
    p.wait(1);
    p.step("unchanged_by_hand", 422, set_state(&case, "received").header("if-match", &tag(&read)))
        .await;
    let keyed = reply(&case, "We are at it.").header("idempotency-key", "reply-0001");
    p.step("reply", 201, keyed.clone()).await;
    p.wait(1);
    p.step("reply_retry", 201, keyed).await;
    let other = reply(&case, "We are not.").header("idempotency-key", "reply-0001");
    p.step("reply_for_another_text", 422, other).await;
    p.step("empty_reply", 422, reply(&case, " ")).await;
    p.step(
        "unknown_field",
        422,
        operator(Request::post(format!("{case}/replies"))).json(&json!({"tex": "x"})),
    )
    .await;
    p.send(Request::post(format!("{status}/withdraw"))).await;
    p.wait(1);
    p.step("reply_to_a_withdrawn_case", 409, reply(&case, "Why?")).await;
    let read = p.send(operator(Request::get(&case))).await;
    p.wait(1);
    p.step(
        "closing_a_withdrawn_case",
        409,
        set_state(&case, "closed").header("if-match", &tag(&read)),
    )
    .await;
}

async fn files_and_quarantine(p: &mut Player) {
    let body = json!({
        "kind": "problem",
        "message": "http://a.example http://b.example http://c.example http://d.example",
        "attachments": [{"data": Base64::encode_string(&files::png_that_tells())}],
    });
    let (_, case) = filed(p, Request::post("/feedback").json(&body)).await;
    p.wait(1);
    p.step("quarantined", 200, operator(Request::get("/console/api/cases?quarantined=true"))).await;
    p.step("read", 200, operator(Request::get(&case))).await;
    p.wait(1);
    let file = p.step("file", 200, operator(Request::get(format!("{case}/attachments/1")))).await;
    assert_eq!(file.body, files::png_that_tells_nothing());
    p.step("no_file", 404, operator(Request::get(format!("{case}/attachments/2")))).await;
    p.wait(1);
    p.step("audit", 200, operator(Request::get("/console/api/audit?limit=2"))).await;
}

async fn what_does_not_exist(p: &mut Player) {
    let (_, case) = filed(p, complaint()).await;
    // One character wrong.
    let last = if case.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{last}", &case[..case.len() - 1]);
    p.step("wrong_reference", 404, operator(Request::get(wrong))).await;
    for (step, code, method, path) in [
        ("unknown", 404, Method::GET, "/console/api/unknown"),
        ("start", 404, Method::GET, "/console"),
        ("list_is_read_only", 405, Method::POST, "/console/api/cases"),
        ("case_is_read_only", 405, Method::DELETE, case.as_str()),
        ("replies_are_written", 405, Method::GET, &format!("{case}/replies")),
        ("state_is_put", 405, Method::POST, &format!("{case}/state")),
    ] {
        p.step(step, code, operator(Request::new(method, path))).await;
    }
    // Lower case and spaces are how people write.
    let spelled = case.to_lowercase().replace("/console/api/cases/fb-", "/console/api/cases/fb%20");
    assert_eq!(p.send(operator(Request::get(spelled))).await.status, 200);
}
