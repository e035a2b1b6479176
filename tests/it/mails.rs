//! The mails of operators' calls on the built wasm: sent once the answer is out, and again until they are taken.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{
        http::Request,
        soon,
        target::{Host, OPERATOR, Target},
    },
    unsubscribe::Mailer,
    walk::{ANNA, JANE, done, fetch, look, post, proven, secret_in, tag},
};

/// What the provider is sent next: to whom, and the text.
async fn heard(provider: &mut Mailer) -> (String, String) {
    let (_, body) = provider.hear().await;
    let mail: Value = serde_json::from_str(&body).unwrap();
    (mail["To"].as_str().unwrap().to_owned(), mail["TextBody"].as_str().unwrap().to_owned())
}

/// Waits until so many mails wait, each of which was refused.
async fn until_waiting(host: &Host, count: usize) {
    soon("what the provider said is noted", async {
        loop {
            let list = host.send(&look("/console/api/outbox")).await.json();
            let mails = list["mails"].as_array().unwrap();
            if mails.len() == count && mails.iter().all(|mail| mail["attempts"] == 1) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_operators_do_is_told_once_they_have_an_answer() {
    // It takes neither the two mails with codes, which are read in the outbox, nor the last.
    let mut provider = Mailer::start(&[503, 200, 200, 503, 200, 503, 200]).await;
    let host = provider
        .host_with(&[
            ("mail_provider", "postmark"),
            ("mail_token", "a-token"),
            ("mail_from", "privacy@oncall.example"),
            ("mail_host", &provider.address),
        ])
        .await;
    let (access, status) = proven(&host, "access", ANNA).await;
    assert!(heard(&mut provider).await.1.contains("/requests/confirm/"));
    until_waiting(&host, 1).await;

    let built = host.send(&access.act(&host, "/package", &json!({})).await).await;
    assert_eq!(built.status, 201, "{built:?}");
    let (to, text) = heard(&mut provider).await;
    assert_eq!(to, ANNA);
    let package = host.send(&fetch(&status, &secret_in(&text))).await;
    assert!(package.status == 200 && package.body.starts_with(b"PK"), "{}", package.status);
    until_waiting(&host, 1).await;

    done(&host, &access, "/complaint", &json!({})).await;
    let (to, text) = heard(&mut provider).await;
    assert!(to == ANNA && text.contains("/feedback/status/"), "{text}");
    until_waiting(&host, 1).await;

    let (erasure, _) = proven(&host, "erasure", JANE).await;
    assert!(heard(&mut provider).await.1.contains("/requests/confirm/"));
    until_waiting(&host, 2).await;
    let target = erasure.console("/erasure");
    let order = post(&target, &json!({"executor": "J. Roe, privacy officer"})).bearer(OPERATOR);
    let tag = tag(&host, &target).await;
    // Nothing is told of what did not happen.
    let early = host.send(&order.clone().header("if-match", "\"another\"")).await;
    assert_eq!(early.status, 412, "{early:?}");
    let erased = host.send(&order.header("if-match", &tag)).await;
    assert_eq!(erased.status, 200, "{erased:?}");
    let (to, text) = heard(&mut provider).await;
    assert!(to == JANE && text.contains("/requests/status/"), "{text}");
    // The mail with the code went with all else that was held.
    until_waiting(&host, 1).await;

    let feedback = json!({"kind": "complaint", "message": "Delete it.", "email": JANE});
    let case = host.send(&Request::post("/feedback").json(&feedback)).await.field("/reference");
    let turn = post(format!("/console/api/cases/{case}/request"), &json!({"kind": "erasure"}));
    let turned = host.send(&turn.bearer(OPERATOR)).await;
    assert_eq!(turned.status, 201, "{turned:?}");
    let refused = heard(&mut provider).await;
    assert!(refused.0 == JANE && refused.1.contains("/requests/confirm/"), "{}", refused.1);
    until_waiting(&host, 2).await;
    // What was not taken is sent again by the sweep.
    host.clock().pass(61);
    assert_eq!(host.send(&Request::get("/ops/sweep")).await.status, 204);
    let again = [heard(&mut provider).await, heard(&mut provider).await];
    assert!(again.contains(&refused), "{again:?}");
    until_waiting(&host, 0).await;
    host.assert_nothing_trapped();
}
