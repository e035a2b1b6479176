//! The doors of operators to data requests: without their token, without a tag, and about nobody.

use http::Method;
use serde_json::json;

use super::{Problem, play, sent, stage::Stage};
use crate::{
    harness::{
        http::Request,
        target::{APP, OPERATOR, Target},
    },
    walk::{self, get, post},
};

/// Every door of operators to data requests, with what would be taken there.
fn guarded(stage: &Stage) -> Vec<Request> {
    let open = &stage.open;
    let mut all: Vec<Request> = [
        "/console/api/requests".to_owned(),
        "/console/api/requests/log".to_owned(),
        "/console/api/requests/metrics".to_owned(),
        "/console/api/requests/nothing".to_owned(),
        open.console(""),
        open.console("/attachments/1"),
        open.console("/nothing"),
        open.console("/erasure"),
        open.console("/erasure/act"),
        open.console("/erasure/log"),
    ]
    .map(Request::get)
    .into();
    for door in stage.doors() {
        if door.good.target.starts_with("/console") {
            let mut request = door.good;
            request.headers.remove("authorization");
            all.push(request);
        }
    }
    all.push(Request::new(Method::DELETE, open.console("/package")).header("if-match", "*"));
    all
}

#[tokio::test]
async fn whoever_is_no_operator_learns_and_changes_nothing() {
    let stage = Stage::set().await;
    let capitals = format!("Bearer {}", OPERATOR.to_uppercase());
    let cut = format!("Bearer {}", &OPERATOR[..OPERATOR.len() - 1]);
    let more = format!("Bearer {OPERATOR}x");
    let basic = format!("Basic {OPERATOR}");
    let app = format!("Bearer {APP}");
    let token = stage.status.rsplit('/').next().unwrap();
    let link = format!("Bearer {token}");
    let mut corpus = Vec::new();
    for request in guarded(&stage) {
        let what = |who: &str| format!("{who} at {} {}", request.method, request.target);
        corpus.push(sent(what("a stranger"), &request, Problem(401)));
        for (who, authorization) in [
            ("a token in capitals", capitals.as_str()),
            ("a token that is cut", &cut),
            ("a token with more behind it", &more),
            ("a token without a scheme", OPERATOR),
            ("a token under another scheme", &basic),
            ("no token behind the scheme", "Bearer "),
            ("the app's token", &app),
            ("a person's link", &link),
        ] {
            let request = request.clone().header("authorization", authorization);
            corpus.push(sent(what(who), &request, Problem(401)));
        }
        let twice = request.clone().bearer(OPERATOR).bearer(OPERATOR);
        corpus.push(sent(what("a token twice"), &twice, Problem(401)));
    }
    let audited = stage.host.keys().await.iter().filter(|key| key.starts_with("audit:")).count();
    play(&stage.host, corpus, 1, &get(&stage.status)).await;
    let after = stage.host.keys().await.iter().filter(|key| key.starts_with("audit:")).count();
    assert_eq!(after, audited, "nobody was let in");
}

#[tokio::test]
async fn operators_decide_on_what_they_have_read_or_not_at_all() {
    let stage = Stage::set().await;
    let open = &stage.open;
    let old = walk::tag(&stage.host, &open.console("")).await;
    let seen = walk::tag(&stage.host, &open.console("/erasure")).await;
    let message = json!({"message": "One more thing."});
    let sent_more = stage.host.send(&post(format!("{}/messages", stage.status), &message)).await;
    assert_eq!(sent_more.status, 201, "{sent_more:?}");
    let mut corpus = Vec::new();
    let deletes = Request::new(Method::DELETE, open.console("/package")).bearer(OPERATOR);
    let others = stage.doors().into_iter().map(|door| door.good);
    let decides = |request: &Request| {
        let act = request.target.rsplit('/').next().unwrap_or_default();
        request.target.starts_with(&open.console("/"))
            && !matches!(act, "messages" | "complaint" | "identity")
    };
    for mut request in others.filter(decides).chain([deletes]) {
        request.headers.remove("if-match");
        let what = |tag: &str| format!("{tag} at {} {}", request.method, request.target);
        corpus.push(sent(what("no tag"), &request, Problem(428)));
        let erases = request.target.ends_with("/erasure");
        let weak = format!("W/{}", if erases { &seen } else { &old });
        for (tag, value) in [
            ("an old tag", if erases { &seen } else { &old }.as_str()),
            ("a weak tag", &weak),
            ("a tag without quotes", "x"),
            ("an empty tag", ""),
            ("half a tag", "\""),
            ("thousands of tags", &"\"x\",".repeat(5_000)),
        ] {
            let request = request.clone().header("if-match", value);
            corpus.push(sent(what(tag), &request, Problem(412)));
        }
        // A star says that any state will do, which is no way to erase.
        if erases {
            let request = request.clone().header("if-match", "*");
            corpus.push(sent(what("a star"), &request, Problem(412)));
        }
    }
    stage.play(corpus).await;
}

#[tokio::test]
async fn what_operators_are_told_to_do_with_nobody_is_not_done() {
    let stage = Stage::set().await;
    let mut corpus = Vec::new();
    let case = stage.case.rsplit('/').next().unwrap();
    for door in stage.doors() {
        let target = &door.good.target;
        let own = if target.ends_with("/request") { case } else { &stage.open.reference };
        if !target.starts_with("/console") {
            continue;
        }
        // A case is no request, and a request is no case.
        let other = if own == case { &stage.open.reference } else { case };
        for name in [other, "x", "%00", "%ff", "DR-0000-0000-0000", "FB-0000-0000-0000"] {
            let request = Request { target: target.replace(own, name), ..door.good.clone() };
            corpus.push(sent(request.target.clone(), &request, Problem(404)));
        }
        let key = door.good.clone().header("idempotency-key", "\"12345\"678\"");
        if !["package", "complaint", "erasure"].iter().any(|name| target.ends_with(name)) {
            corpus.push(sent(format!("a bad key for {target}"), &key, Problem(400)));
        }
    }
    // Nobody proved who asks, so nothing is decided but a refusal.
    for door in stage.doors() {
        let target = door.good.target.replace(&stage.open.reference, &stage.unproven.reference);
        if target == door.good.target
            || ["/refusal", "/identity", "/complaint"].iter().any(|name| target.ends_with(name))
        {
            continue;
        }
        let request = Request { target, ..door.good };
        corpus.push(sent(format!("{}, unproven", request.target), &request, Problem(409)));
    }
    stage.play(corpus).await;
}
