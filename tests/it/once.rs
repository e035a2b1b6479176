//! What must happen once, sent twice and thirty times at the same instant, and limits under bursts: over the shipped wasm, on
//! SQLite and on Redis.
//!
//! `DESK_ROUNDS` says how often each is played; five times where nothing is said.

use std::{collections::BTreeSet, rc::Rc};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    harness::{
        http::{Request, Response},
        target::{Host, OPERATOR, Target, path},
    },
    walk::{ANNA, Filed, filed, filing, get, look, mails, post, proven, secret_in, tag},
};

/// How many connections a burst has.
const BURST: usize = 64;

fn rounds() -> usize {
    std::env::var("DESK_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

/// Plays a test on both stores, in as many rounds as are wanted. Limits on clients stop nobody here, but where that is what
/// it is about.
///
/// One test after the other, so that no burst makes another one slow.
async fn on_both_stores(set: &[(&str, &str)], round: impl AsyncFn(&Rc<Host>, usize)) {
    static TURN: Mutex<()> = Mutex::const_new(());
    let _turn = TURN.lock().await;
    let unlimited = ["feedback_limits", "request_limits"].map(|name| (name, "1000000;w=60"));
    // Long enough for a store that is under a burst on a machine that has much else to do.
    let settle = [("claim_settle_ms", "1500")];
    let variables: Vec<_> = unlimited.iter().chain(&settle).chain(set).copied().collect();
    for host in [Host::sqlite_with(&variables).await.into(), Host::redis_with(&variables).await] {
        let Some(host) = host else { continue };
        let host = Rc::new(host);
        for number in 0..rounds() {
            // Every round has a day of its own, and with it limits of its own.
            host.clock().pass(86_400);
            round(&host, number).await;
        }
        host.assert_nothing_trapped();
    }
}

/// Sends the same request so many times at once.
async fn at_once(host: &Rc<Host>, times: usize, request: &Request) -> Vec<Response> {
    all_at_once(host, &vec![request.clone(); times]).await
}

/// Sends requests at once, each over a connection of its own; gives the answers once the desk has come to rest.
async fn all_at_once(host: &Rc<Host>, requests: &[Request]) -> Vec<Response> {
    let answers = join_all(requests.iter().map(|request| host.try_send(request))).await;
    host.until_idle().await;
    answers.into_iter().map(|answer| answer.expect("an answer")).collect()
}

fn statuses(answers: &[Response]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status.as_u16()).collect()
}

fn count(answers: &[Response], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// An address that is new in each round.
fn somebody(round: usize) -> String {
    format!("anna.{round}@oncall.example")
}

async fn texts(host: &Rc<Host>, to: &str) -> Vec<String> {
    let mails = mails(host, to).await;
    mails.iter().map(|mail| mail["text"].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn a_filing_sent_many_times_at_once_is_one_request_and_one_mail() {
    on_both_stores(&[], async |host, round| {
        for times in [2, 30] {
            let email = format!("{times}.{}", somebody(round));
            let key = format!("a-key-of-a-client-{times}-{round}");
            let request = filing("access", &email).header("idempotency-key", &key);
            let answers = at_once(host, times, &request).await;
            assert_eq!(count(&answers, 201), times, "{:?}", statuses(&answers));
            let references: BTreeSet<String> =
                answers.iter().map(|answer| answer.field("/reference")).collect();
            assert_eq!(references.len(), 1, "{references:?}");
            assert_eq!(mails(host, &email).await.len(), 1);
            // The code of that mail is the one that works.
            Filed::of(host, &answers[0], &email).await.prove(&**host).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_sent_many_times_at_once_is_one_request_and_one_mail() {
    on_both_stores(&[], async |host, round| {
        let email = somebody(round);
        let form = host.send(&Request::get("/requests").page()).await;
        let token = crate::scenarios::feedback::hidden(&form, "token");
        let fields = [("token", token.as_str()), ("kind", "access"), ("email", email.as_str())];
        let answers = at_once(host, 30, &Request::post("/requests").form(&fields).page()).await;
        assert_eq!(count(&answers, 303), 30, "{:?}", statuses(&answers));
        assert_eq!(mails(host, &email).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_mailbox_gets_no_more_mails_than_its_limit_whatever_comes() {
    on_both_stores(&[], async |host, round| {
        let email = somebody(round);
        let tagged = |number: usize| email.replace('@', &format!("+{}@", number % 3));
        let requests: Vec<Request> =
            (0..BURST).map(|number| filing("access", &tagged(number))).collect();
        let answers = all_at_once(host, &requests).await;
        assert_eq!(count(&answers, 201), BURST, "nobody is told of the limit");
        host.clock().pass(61);
        assert_eq!(host.send(&Request::get("/ops/sweep")).await.status, 204);
        let mut sent = 0;
        for number in 0..3 {
            sent += mails(host, &tagged(number)).await.len();
        }
        assert_eq!(sent, 5);
    })
    .await;
}

#[tokio::test]
async fn an_act_sent_many_times_at_once_happens_once_and_is_told_once() {
    on_both_stores(&[], async |host, round| {
        let acts = [
            ("/answer", json!({"text": "Here it is."})),
            ("/refusal", json!({"ground": "legal-duty", "text": "It must be kept."})),
            ("/extension", json!({"reason": "There is much of it."})),
        ];
        let (name, body) = &acts[round % acts.len()];
        let email = somebody(round);
        let (filed, status) = proven(host, "access", &email).await;
        let before = mails(host, &email).await.len();
        let key = format!("an-act-of-an-operator-{round}");
        let act = filed.act(host, name, body).await.header("idempotency-key", &key);
        let answers = at_once(host, 30, &act).await;
        assert_eq!(count(&answers, 201), 30, "{name}: {:?}", statuses(&answers));
        assert!(answers.iter().all(|answer| answer.body == answers[0].body), "{answers:?}");
        assert_eq!(mails(host, &email).await.len() - before, 1, "{name}");
        let person = host.send(&get(&status)).await.json();
        assert_eq!(person["thread"].as_array().expect("a thread").len(), 1, "{person:#}");
    })
    .await;
}

#[tokio::test]
async fn a_package_ordered_many_times_at_once_is_one_with_one_mail() {
    on_both_stores(&[], async |host, round| {
        let email = somebody(round);
        let (filed, status) = proven(host, "access", &email).await;
        let order = filed.act(host, "/package", &json!({})).await;
        let answers = at_once(host, 30, &order).await;
        assert_eq!(
            (count(&answers, 201), count(&answers, 412)),
            (1, 29),
            "{:?}",
            statuses(&answers)
        );
        let keys: Vec<String> =
            texts(host, &email).await.iter().filter(|text| text.contains("key")).cloned().collect();
        assert_eq!(keys.len(), 1, "{keys:?}");
        let fetched = host.send(&crate::walk::fetch(&status, &secret_in(&keys[0]))).await;
        assert_eq!(fetched.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_erasure_ordered_many_times_at_once_is_one_act_and_one_mail() {
    on_both_stores(&[], async |host, round| {
        let email = somebody(round);
        let (filed, _) = proven(host, "erasure", &email).await;
        let tag = tag(host, &filed.console("/erasure")).await;
        let body = json!({"executor": "Head of support", "text": "It is done."});
        let order =
            post(filed.console("/erasure"), &body).bearer(OPERATOR).header("if-match", &tag);
        let answers = at_once(host, 30, &order).await;
        assert_eq!(count(&answers, 200), 30, "{:?}", statuses(&answers));
        let acts: BTreeSet<String> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .map(|answer| answer.json()["act"].to_string())
            .collect();
        assert_eq!(acts.len(), 1, "{:?}", statuses(&answers));
        let told = texts(host, &email).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("It is done."));
    })
    .await;
}

#[tokio::test]
async fn no_more_codes_are_judged_and_no_more_mails_sent_again_than_allowed() {
    on_both_stores(&[("request_mail_limits", "99;w=60")], async |host, round| {
        let email = somebody(round);
        let filed = filed(host, "access", &email).await;
        let answers = at_once(host, BURST, &filed.enter("00000-00000")).await;
        let judged = count(&answers, 422);
        assert!((5..=21).contains(&judged), "{:?}", statuses(&answers));
        assert_eq!(count(&answers, 409) + judged, BURST, "{:?}", statuses(&answers));
        let right = host.send(&filed.enter(&filed.code)).await;
        assert_eq!(right.status, 409, "there is no try left: {right:?}");

        let filed = crate::walk::filed(host, "access", &format!("b.{email}")).await;
        let resend = Request::post(format!("{}/resend", filed.pending));
        let answers = at_once(host, BURST, &resend).await;
        let sent = count(&answers, 202);
        assert!((1..=5).contains(&sent), "{:?}", statuses(&answers));
        let all = mails(host, &format!("b.{email}")).await.len();
        assert!(all <= 5, "{all}");
    })
    .await;
}

#[tokio::test]
async fn a_limit_on_a_client_holds_under_a_burst() {
    on_both_stores(&[("feedback_limits", "30;w=60")], async |host, _| {
        let body: Value = json!({"kind": "complaint", "message": "You wrote to me again."});
        let mut taken = 0;
        // 150 over 64 connections.
        for burst in [64, 64, 22] {
            let answers = at_once(host, burst, &post("/feedback", &body)).await;
            taken += count(&answers, 201);
            assert_eq!(count(&answers, 201) + count(&answers, 429), burst);
        }
        assert!((30..=94).contains(&taken), "{taken}");
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_used_again_and_again_says_one_thing_a_minute() {
    on_both_stores(&[], async |host, round| {
        let list = json!({"list": "tips", "email": somebody(round)});
        let made = host.send(&post("/unsubscribe/links", &list).bearer(OPERATOR)).await;
        let link = path(&made.field("/links/0/url"));
        let click = Request::post(&link).form(&[("List-Unsubscribe", "One-Click")]);
        let entries = async || {
            let keys = host.keys().await;
            keys.iter().filter(|key| key.starts_with("change:")).count()
        };
        let before = entries().await;
        for _ in 0..3 {
            let answers = at_once(host, BURST, &click).await;
            assert_eq!(count(&answers, 200), BURST);
        }
        assert_eq!(entries().await - before, 1);
        host.clock().pass(60);
        at_once(host, BURST, &click).await;
        assert_eq!(entries().await - before, 2);
    })
    .await;
}

#[tokio::test]
async fn a_retry_after_the_mail_went_out_sends_no_other() {
    on_both_stores(&[], async |host, round| {
        let email = somebody(round);
        let key = format!("a-key-that-comes-again-{round}");
        let request = filing("access", &email).header("idempotency-key", &key);
        for _ in 0..3 {
            assert_eq!(host.send(&request).await.status, 201);
            host.clock().pass(1);
        }
        assert_eq!(mails(host, &email).await.len(), 1);
        assert_ne!(email, ANNA);
        assert_eq!(host.send(&look("/console/api/requests")).await.status, 200);
    })
    .await;
}
