//! Packages, over a store that fails: built, dropped, and fetched with the store failing in the middle.

use ::http::Method;
use base64ct::{Base64, Encoding};
use desk_core::{id::Id, package::Mark};
use serde_json::{Value, json};

use super::{Side, fail_afresh, failing_desk, requests::seen, work::mails_about};
use crate::{
    harness::{http::Response, target::Target},
    walk::{ANNA, Filed, fetch, packed, post, proven, secret_in},
};

/// How many locks and how many parts there are of the packages of a request.
async fn stored(host: &dyn Target, seen: &Value) -> (usize, usize) {
    let id: Id = seen["id"].as_str().expect("an id").parse().expect("an id");
    let mark = Mark::of(id);
    let of = |key: &&String, area: &str| {
        let mut parts = key.split(':');
        let is_own = |id: &str| id.parse().is_ok_and(|id| mark.is_on(id));
        parts.next() == Some(area) && parts.next().is_some_and(is_own)
    };
    let keys = host.keys().await;
    let count = |area: &str| keys.iter().filter(|key| of(key, area)).count();
    (count("package-lock"), count("package"))
}

pub(super) async fn a_package_is_built_whole_or_not_given_out(side: Side) {
    let (host, store) = failing_desk(side).await;
    for replaces in [false, true] {
        let prepare = async || {
            let (filed, status) = proven(&host, "access", ANNA).await;
            if replaces {
                packed(&host, &filed, ANNA).await;
            }
            (filed.act(&host, "/package", &json!({})).await, (filed, status))
        };
        let check = async |(filed, status): (Filed, String), answer: Response| {
            // Where it was stored that there is one, and only the answer was not sent, the operator looks again.
            assert!([201, 412].contains(&answer.status.as_u16()), "{answer:?}");
            let given = seen(&host, &filed).await;
            assert!(given["package"].is_object(), "{given:#}");
            let mails = mails_about(&host, &filed.reference).await;
            let secret = secret_in(&mails[0]);
            let fetched = host.send(&fetch(&status, &secret)).await;
            assert_eq!(fetched.status, 200, "{fetched:?}");
            if answer.status == 201 {
                assert_eq!(stored(&host, &given).await.0, 1, "one lock, for one package");
                assert_eq!(mails.len(), 2, "what asked for a proof, and one key: {mails:#?}");
            }
            // Whatever was left of the tries: once it is dropped no lock is there, and no part that one opened.
            let mut drop = filed.act(&host, "/package", &json!({})).await;
            drop.method = Method::DELETE;
            assert_eq!(host.send(&drop).await.status, 200);
            host.clock().pass(1);
            assert_eq!(stored(&host, &given).await.0, 0);
            let mails = mails_about(&host, &filed.reference).await;
            assert_eq!(mails.len(), 1, "no key waits to a package that is gone: {mails:#?}");
            assert_eq!(host.send(&fetch(&status, &secret)).await.status, 404);
        };
        fail_afresh((&host, &store), prepare, check).await;
    }
}

pub(super) async fn a_package_is_dropped_or_the_same_call_drops_it(side: Side) {
    let (host, store) = failing_desk(side).await;
    let prepare = async || {
        let (filed, status) = proven(&host, "access", ANNA).await;
        let secret = packed(&host, &filed, ANNA).await;
        let mut drop = filed.act(&host, "/package", &json!({})).await;
        drop.method = Method::DELETE;
        (drop, (filed, status, secret))
    };
    let check = async |(filed, status, secret): (Filed, String, String), answer: Response| {
        assert!([200, 412].contains(&answer.status.as_u16()), "{answer:?}");
        let given = seen(&host, &filed).await;
        assert_eq!(given["package"], Value::Null);
        assert_eq!(stored(&host, &given).await, (0, 0));
        assert_eq!(host.send(&fetch(&status, &secret)).await.status, 404);
    };
    fail_afresh((&host, &store), prepare, check).await;
}

pub(super) async fn a_package_that_breaks_off_is_seen_to_and_fetched_again(side: Side) {
    let (host, store) = failing_desk(side).await;
    let large = Base64::encode_string(&vec![b'a'; 700_000]);
    let filing = json!({"kind": "access", "email": ANNA, "attachments": [{"data": large}]});
    let filed = Filed::of(&host, &host.send(&post("/requests", &filing)).await, ANNA).await;
    let status = filed.prove(&host).await;
    let secret = packed(&host, &filed, ANNA).await;
    let request = fetch(&status, &secret);
    store.reset();
    let whole = host.send(&request).await;
    let calls = store.calls().len();
    assert!(calls >= 6, "there are several parts: {:?}", store.calls());
    let mut broken = 0;
    for call in 1..=calls {
        for alone in [true, false] {
            if alone {
                store.fail_at(call);
            } else {
                store.fail_from(call);
            }
            match host.try_send(&request).await {
                // Before the answer began it is a problem; behind that the length tells that it was cut.
                Ok(answer) => super::assert_store_problem(&answer, call),
                Err(_) => broken += 1,
            }
            store.reset();
            let again = host.send(&request).await;
            assert_eq!(again.body, whole.body, "after a failure at call {call}");
        }
    }
    assert!(broken > 0, "some answers broke off");
    host.assert_nothing_trapped();
    let log = host.log();
    assert!(log.iter().any(|line| line.contains("an answer was broken off")), "{log:?}");
    assert!(!log.iter().any(|line| line.contains(&secret) || line.contains(&status)), "{log:?}");
}
