//! What is read of feedback and the policy, over a store that is gone.

use super::{Side, assert_store_problem, failing_desk};
use crate::{
    harness::{
        http::Request,
        snapshot,
        target::{OPERATOR, Target},
    },
    scenarios::feedback::{complaint, status_of},
};

pub(super) async fn a_store_that_is_gone_is_a_clear_problem_on_every_path(side: Side) {
    let (host, store) = failing_desk(side).await;
    let status = status_of(&host.send(&complaint()).await);
    let reads = [
        Request::get("/policy"),
        Request::get("/policy/versions"),
        Request::get("/policy/versions/1.0"),
        Request::get("/policy/at/2026-01-01"),
        Request::get("/policy/upcoming"),
        Request::get("/policy/diff/1.0..2.0"),
        Request::get("/policy/feed.atom"),
        Request::get("/policy/feed.json"),
        Request::get("/policy/manifest.json"),
        Request::get(&status),
        Request::get(format!("{status}/received")),
        Request::get(format!("{status}/case.json")),
        Request::get(format!("{status}/receipt.json")),
        Request::get(format!("{status}/attachments/1")),
        Request::get("/console/api/cases").bearer(OPERATOR),
        Request::get("/console/api/audit").bearer(OPERATOR),
    ];
    // What needs no store is served without one.
    let without =
        ["/", "/feedback", "/robots.txt", "/.well-known/gpc.json", "/.well-known/desk-keys.json"];
    store.fail_from(1);
    for request in &reads {
        let json = request.clone().header("accept", "application/problem+json");
        assert_store_problem(&host.send(&json).await, 1);
    }
    for path in without {
        assert_eq!(host.send(&Request::get(path)).await.status, 200, "{path}");
    }
    let page = Request::get(&status).page();
    let answer = host.send(&page).await;
    snapshot::hold("faults/store", "page", &page, &answer);
    let json = Request::get(&status).header("accept", "application/json");
    let answer = host.send(&json).await;
    snapshot::hold("faults/store", "json", &json, &answer);
    store.reset();
    assert_eq!(host.send(&Request::get(&status)).await.status, 200);
    host.assert_nothing_trapped();
    // The log tells the operator what the answer does not.
    assert!(host.log().iter().any(|line| line.contains("told to fail")), "{:?}", host.log());
    assert!(!host.log().iter().any(|line| line.contains(&status)), "no token in the log");
}
