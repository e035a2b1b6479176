//! Methods and questions that make no sense at the doors of data requests, keys of other packages, and the link of an act.

use http::Method;
use serde_json::json;

use super::{Problem, assert_problem, sent, stage::Stage};
use crate::{
    harness::{
        http::Request,
        target::{Host, OPERATOR, Target},
    },
    walk::{self, ANNA, JANE, fetch, get, link_in, look, packed, post, proven},
};

#[tokio::test]
async fn every_door_of_data_requests_names_the_methods_that_it_takes() {
    let stage = Stage::set().await;
    let (pending, link, status) = (&stage.unproven.pending, &stage.unproven.link, &stage.status);
    let (open, case) = (&stage.open, &stage.case);
    let (reads, both) = ("GET, HEAD", "GET, HEAD, POST");
    let doors = [
        ("/requests".to_owned(), both),
        ("/delete-account".to_owned(), both),
        ("/delete-data".to_owned(), both),
        (pending.clone(), reads),
        (format!("{pending}/resent"), reads),
        (format!("{pending}/code"), "POST"),
        (format!("{pending}/resend"), "POST"),
        (format!("{pending}/assertion"), "POST"),
        (link.clone(), both),
        (format!("{link}/not-me"), "POST"),
        (status.clone(), reads),
        (format!("{status}/confirmed"), reads),
        (format!("{status}/added"), reads),
        (format!("{status}/withdrawn"), reads),
        (format!("{status}/request.json"), reads),
        (format!("{status}/receipt.json"), reads),
        (format!("{status}/attachments/1"), reads),
        (format!("{status}/messages"), "POST"),
        (format!("{status}/withdraw"), "POST"),
        (format!("{status}/package"), "POST"),
        ("/console/api/requests".to_owned(), reads),
        ("/console/api/requests/log".to_owned(), reads),
        ("/console/api/requests/metrics".to_owned(), reads),
        (open.console(""), reads),
        (open.console("/attachments/1"), reads),
        (open.console("/take"), "POST"),
        (open.console("/messages"), "POST"),
        (open.console("/clarification"), "POST"),
        (open.console("/extension"), "POST"),
        (open.console("/answer"), "POST"),
        (open.console("/refusal"), "POST"),
        (open.console("/identity"), "POST"),
        (open.console("/package"), "POST, DELETE"),
        (open.console("/complaint"), "POST"),
        (open.console("/erasure"), both),
        (open.console("/erasure/act"), reads),
        (open.console("/erasure/log"), reads),
        (format!("{case}/request"), "POST"),
    ];
    let before = stage.kept().await;
    for (target, allow) in doors {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            if allow.split(", ").any(|allowed| allowed == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::new(method, &target).bearer(OPERATOR).header("if-match", "*");
            let answer = stage.host.send(&request).await;
            let what = format!("{} {target}", request.method);
            assert_problem(&what, &answer, 405);
            assert_eq!(answer.header("allow"), Some(allow), "{what}");
        }
    }
    assert_eq!(stage.kept().await, before);
    stage.host.assert_nothing_trapped();
}

#[tokio::test]
async fn questions_that_make_no_sense_are_told_so() {
    let stage = Stage::set().await;
    let (open, status) = (&stage.open, &stage.status);
    let mut corpus = Vec::new();
    let mut ask = |target: String, status: u16| {
        corpus.push(sent(target.clone(), &look(target), Problem(status)));
    };
    for query in [
        "state=x",
        "state=",
        "kind=x",
        "all=1",
        "all=",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "cursor=x",
        "cursor=-",
        "cursor=1-x",
        "cursor=--5-01M81B5H80E73KXZC5V6QZKT90",
        "cursor=%00",
        "cursor=99999999999999999999-x",
    ] {
        ask(format!("/console/api/requests?{query}"), 422);
    }
    for query in [
        "from=x",
        "from=2026-02-30",
        "from=2026-13-01",
        "from=2026-1-1",
        "from=99999-01-01",
        "from=-2026-01-01",
        "to=",
        "to=%00",
        "from=2026-01-01&from=2026-01-02",
        "format=xml",
        "format=",
    ] {
        ask(format!("/console/api/requests/log?{query}"), 422);
    }
    for query in ["year=x", "year=", "year=26", "year=99999", "year=-999", "year=%D9%A2%D9%A0"] {
        ask(format!("/console/api/requests/metrics?{query}"), 422);
    }
    for name in [
        "x",
        "%00",
        "%ff%fe",
        "..%2f..",
        "DR-0000-0000-0000",
        "DR-ZZZZ-ZZZZ-ZZZZ",
        "00000000000000000000000000",
        "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "99999999999999999999999999",
        &"A".repeat(4_000),
        "%D0%96",
    ] {
        for below in ["", "/attachments/1", "/erasure", "/erasure/act", "/erasure/log"] {
            ask(format!("/console/api/requests/{name}{below}"), 404);
        }
    }
    for number in ["0", "1", "-1", "x", "%00", "18446744073709551616", "1/2"] {
        ask(open.console(&format!("/attachments/{number}")), 404);
        ask(format!("{status}/attachments/{number}"), 404);
    }
    // Nothing was erased, so there is no act; and the wrong format is told before anything is looked for.
    ask(open.console("/erasure/act"), 404);
    ask(open.console("/erasure/log"), 404);
    ask(open.console("/erasure/act?format=xml"), 422);
    ask(open.console("/erasure/log?format=html"), 422);
    ask(open.console("/erasure/more"), 404);
    ask(format!("{status}/more"), 404);
    ask(format!("{status}/package/more"), 404);
    ask("/requests/more".into(), 404);
    ask("/requests/pending".into(), 404);
    ask("/requests/confirm".into(), 404);
    ask("/requests/status".into(), 404);
    ask("/delete-account/more".into(), 404);
    stage.play(corpus).await;
    // The ends of time are days like others.
    for target in [
        "/console/api/requests/log?from=0001-01-01&to=9999-12-31",
        "/console/api/requests/log?from=9999-12-31&to=0001-01-01&format=csv",
        "/console/api/requests/metrics?year=9999",
        "/console/api/requests/metrics?year=0001",
        "/console/api/requests?cursor=9223372036854775807-01M81B5H80E73KXZC5V6QZKT90",
        "/console/api/requests?nothing=%ff&all=true",
    ] {
        let answer = stage.host.send(&look(target)).await;
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
    }
    stage.host.assert_nothing_trapped();
}

#[tokio::test]
async fn keys_of_packages_open_their_own_package_alone() {
    let stage = Stage::set().await;
    let (host, status, secret) = (&stage.host, &stage.status, &stage.secret);
    let (jane, janes) = proven(host, "access", JANE).await;
    assert_eq!(host.send(&fetch(&janes, secret)).await.status, 404, "none was built yet");
    let janes_secret = packed(host, &jane, JANE).await;
    let reversed: String = secret.chars().rev().collect();
    let one_more = format!("{secret}0");
    let one_less = &secret[..secret.len() - 1];
    let mut corpus = Vec::new();
    for (what, status, secret) in [
        ("another person's key", status, janes_secret.as_str()),
        ("a key at another person's link", &janes, secret),
        ("a key back to front", status, &reversed),
        ("a key with more behind it", status, &one_more),
        ("a key that is cut", status, one_less),
        ("a key of nothing", status, ""),
        ("a key of spaces", status, "   "),
        ("a key that is the code", status, &jane.code),
        ("a key that is a link", status, status),
        ("a key of a megabyte less", status, &"0".repeat(60_000)),
        ("a key of other letters", status, "ЖЖЖЖЖ-ЖЖЖЖЖ-ЖЖЖЖЖ-ЖЖЖЖЖ-ЖЖЖЖЖЖ"),
    ] {
        corpus.push(sent(what, &fetch(status, secret), Problem(422)));
        let form = Request::post(format!("{status}/package")).page().form(&[("secret", secret)]);
        corpus.push(sent(format!("{what}, by form"), &form, Problem(422)));
    }
    stage.play(corpus).await;
    for (status, secret) in [(status, secret), (&janes, &janes_secret)] {
        let fetched = host.send(&fetch(status, secret)).await;
        assert_eq!(fetched.header("content-type"), Some("application/zip"), "{:?}", fetched.status);
        // However often: it is the person's own.
        assert_eq!(host.send(&fetch(status, secret)).await.body, fetched.body);
    }
    // A key that was replaced, or whose package was dropped, opens nothing.
    let newer = packed(host, &jane, JANE).await;
    assert_eq!(host.send(&fetch(&janes, &janes_secret)).await.status, 422);
    let mut drop = jane.act(host, "/package", &json!({})).await;
    drop.method = Method::DELETE;
    assert_eq!(host.send(&drop).await.status, 200);
    assert_eq!(host.send(&fetch(&janes, &newer)).await.status, 404);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn the_link_of_an_act_leads_to_the_act_alone() {
    let host = Host::memory().await;
    let (filed, status) = proven(&host, "erasure", ANNA).await;
    let tag = walk::tag(&host, &filed.console("/erasure")).await;
    let order = post(filed.console("/erasure"), &json!({"executor": "Head of support"}));
    let order = order.bearer(OPERATOR).header("if-match", &tag);
    assert_eq!(host.send(&order).await.status, 200);
    let act = link_in(&host, &walk::newest_mail(&host, ANNA).await);
    for link in [&act, &status] {
        assert_eq!(host.send(&get(link)).await.status, 200);
        assert_eq!(host.send(&get(format!("{link}/receipt.json"))).await.status, 200);
        for (below, body) in [
            ("/messages", json!({"message": "x"})),
            ("/withdraw", json!({})),
            ("/package", json!({"secret": "x"})),
        ] {
            let answer = host.send(&post(format!("{link}{below}"), &body)).await;
            assert_problem(below, &answer, 404);
        }
        for below in ["/request.json", "/attachments/1"] {
            assert_problem(below, &host.send(&get(format!("{link}{below}"))).await, 404);
        }
    }
    // What proved who asks leads nowhere any more, and nothing is worked on.
    assert_eq!(host.send(&get(&filed.pending)).await.status, 404);
    assert_eq!(host.send(&filed.enter(&filed.code)).await.status, 404);
    assert_eq!(host.send(&post(&filed.link, &json!({}))).await.status, 404);
    for act in ["/take", "/answer", "/package", "/complaint"] {
        let request = post(filed.console(act), &json!({"text": "x"})).header("if-match", "*");
        let body = if act == "/answer" { json!({"text": "x"}) } else { json!({}) };
        let request = Request { body: body.to_string().into(), ..request.bearer(OPERATOR) };
        assert_problem(act, &host.send(&request).await, 404);
    }
    host.assert_nothing_trapped();
}
