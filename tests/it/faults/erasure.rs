//! An erasure, over a store that fails: repeated, it goes on to its end.

use serde_json::{Value, json};

use super::{Side, fail_afresh, failing_desk, work::mails_about};
use crate::{
    harness::{
        failing::Failing,
        http::{Request, Response},
        target::{OPERATOR, Target, path},
    },
    walk::{ANNA, Filed, JANE, get, link_in, look, packed, post, proven, tag},
};

/// Somebody with much to erase: an answered case, a request that has ended, and one with a package that erases.
async fn much(host: &dyn Target) -> (Filed, String) {
    let body = json!({"kind": "complaint", "message": "Mine.", "email": ANNA,
        "attachments": [{"data": "SSBzYXcgaXQu"}]});
    let case = host.send(&post("/feedback", &body)).await;
    let case = format!("/console/api/cases/{}", case.field("/reference"));
    let reply = post(format!("{case}/replies"), &json!({"text": "We are sorry."}));
    assert_eq!(host.send(&reply.bearer(OPERATOR)).await.status, 201);
    let (ended, _) = proven(host, "access", ANNA).await;
    let answer = ended.act(host, "/answer", &json!({"text": "Here it is."})).await;
    assert_eq!(host.send(&answer).await.status, 201);
    let (filed, status) = proven(host, "erasure", ANNA).await;
    packed(host, &filed, ANNA).await;
    (filed, status)
}

async fn order(host: &dyn Target, filed: &Filed) -> Request {
    let tag = tag(host, &filed.console("/erasure")).await;
    let body = json!({"executor": "Head of support", "text": "It is done."});
    post(filed.console("/erasure"), &body).bearer(OPERATOR).header("if-match", &tag)
}

/// The keys of what the store holds about people; what tells of nobody is left out.
async fn held(host: &dyn Target, store: &Failing) -> Vec<String> {
    let mut keys = Vec::new();
    for key in host.keys().await {
        if !store.is_destroyed(&key).await {
            keys.push(key);
        }
    }
    let nobody = [
        "audit",
        "act",
        "act-by",
        "claim",
        "outcome",
        "request-log",
        "limit",
        "policy-index",
        "policy-head",
    ];
    keys.retain(|key| !nobody.contains(&key.split(':').next().unwrap_or_default()));
    keys
}

pub(super) async fn an_erasure_that_breaks_off_anywhere_is_repeated_to_its_end(side: Side) {
    let (host, store) = failing_desk(side).await;
    let prepare = async || {
        // Somebody else, of whom nothing may go.
        let (_, janes) = proven(&host, "access", JANE).await;
        let before = held(&host, &store).await;
        let (filed, status) = much(&host).await;
        (order(&host, &filed).await, (filed, status, janes, before))
    };
    let check = async |about: (Filed, String, String, Vec<String>), answer: Response| {
        let (filed, status, janes, before) = about;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["verified"], json!(true));
        let act = answer.json()["act"].clone();
        let destroyed = act["destroyed"].as_array().unwrap();
        assert!(destroyed.iter().any(|one| one["category"] == "cases"), "{act:#}");
        assert!(destroyed.iter().any(|one| one["category"] == "packages"), "{act:#}");
        // Nothing of the person is left but the one mail that tells them.
        let mails = mails_about(&host, &filed.reference).await;
        assert_eq!(mails.len(), 1, "{mails:#?}");
        assert!(mails[0].contains("It is done."), "{mails:#?}");
        let mut left = held(&host, &store).await;
        left.retain(|key| !before.contains(key));
        let waiting = left.iter().filter(|key| key.starts_with("outbox:")).count();
        assert_eq!((left.len(), waiting), (1, 1), "{left:#?}");
        // The person and the operator are shown the same act, and once more is the same act.
        for link in [&status, &link_in(&host, &mails[0])] {
            let shown = host.send(&get(link)).await;
            assert_eq!(shown.status, 200, "{shown:?}");
            assert_eq!(shown.json()["act"]["destroyed"], act["destroyed"]);
        }
        let filed_act = host.send(&look(filed.console("/erasure/act"))).await;
        assert_eq!(filed_act.json()["act"], act);
        let again = post(filed.console("/erasure"), &json!({"executor": "Head of support"}));
        let again = host.send(&again.bearer(OPERATOR)).await;
        assert_eq!((again.status.as_u16(), &again.json()["act"]), (200, &act));
        assert_eq!(mails_about(&host, &filed.reference).await.len(), 1, "and it is told once");
        let log = host.send(&look("/console/api/requests/log")).await.text().to_owned();
        assert_eq!(log.matches(&filed.reference).count(), 1, "one line of the log");
        assert_eq!(host.send(&get(&janes)).await.field("/state"), "received");
    };
    fail_afresh((&host, &store), prepare, check).await;
}

pub(super) async fn an_erasure_that_failed_for_long_is_repeated_to_its_end(side: Side) {
    let (host, store) = failing_desk(side).await;
    let (filed, status) = much(&host).await;
    let order = order(&host, &filed).await;
    let (first, again) = super::fail_at_every_call(&host, &store, &order).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200), "{first:?} {again:?}");
    assert_eq!(first.json()["act"], again.json()["act"]);
    let left = held(&host, &store).await;
    assert!(left.len() == 1 && left[0].starts_with("outbox:"), "{left:#?}");
    assert_eq!(mails_about(&host, &filed.reference).await.len(), 1);
    let act: Value = host.send(&get(path(&again.field("/receipt_url")))).await.json();
    assert_eq!(act["act"]["destroyed"], again.json()["act"]["destroyed"]);
    assert_eq!(host.send(&get(&status)).await.status, 200);
}
