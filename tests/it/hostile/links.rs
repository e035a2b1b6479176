//! Links, codes, forms and keys of data requests that are forged, cut, swapped, or used once more.

use serde_json::{Value, json};

use super::{Hostile, Problem, assert_problem, play, sent};
use crate::{
    harness::{
        http::Request,
        target::{APP, Host, Target, path},
    },
    scenarios::feedback::{complaint, hidden, status_of},
    walk::{
        ANNA, Filed, JANE, code_in, filed, filing, get, link_in, look, mails, newest_mail, post,
        proven,
    },
};

/// The token at the end of a path.
fn token(path: &str) -> &str {
    path.rsplit('/').next().expect("a token")
}

/// Everything that can be asked below a link of one kind.
fn below(kind: &str, token: &str) -> Vec<Request> {
    let at = |rest: &str| format!("/requests/{kind}/{token}{rest}");
    let code = json!({"code": "00000-00000"});
    match kind {
        "pending" => vec![
            get(at("")),
            get(at("/resent")),
            post(at("/code"), &code),
            post(at("/resend"), &json!({})),
            post(at("/assertion"), &json!({"assertion": "x"})),
        ],
        "confirm" => {
            vec![get(at("")), post(at(""), &json!({})), post(at("/not-me"), &json!({}))]
        }
        _ => vec![
            get(at("")),
            get(at("/confirmed")),
            get(at("/added")),
            get(at("/withdrawn")),
            get(at("/request.json")),
            get(at("/receipt.json")),
            get(at("/attachments/1")),
            post(at("/messages"), &json!({"message": "x"})),
            post(at("/withdraw"), &json!({})),
            post(at("/package"), &json!({"secret": "x"})),
        ],
    }
}

/// A token with something done to it.
fn forgeries(token: &str) -> Vec<(&'static str, String)> {
    let swap = |at: usize| {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &token[..at], &token[at + 1..])
    };
    vec![
        ("cut by a letter", token[..token.len() - 1].to_owned()),
        ("cut in half", token[..token.len() / 2].to_owned()),
        ("with more behind it", format!("{token}A")),
        ("with a space behind it", format!("{token}%20")),
        ("with a NUL behind it", format!("{token}%00")),
        ("with a query's mark in it", format!("{token}%3f")),
        ("twice", format!("{token}{token}")),
        ("back to front", token.chars().rev().collect()),
        ("in capitals", token.to_uppercase()),
        ("with the first letter changed", swap(0)),
        ("with the sixth letter changed", swap(5)),
        ("with a letter in the middle changed", swap(token.len() / 2)),
        ("with a letter near the end changed", swap(token.len() - 3)),
        ("of zeros", "A".repeat(token.len())),
        ("of bytes that are no text", "%ff%fe".to_owned()),
        ("of nothing but dots", "%2e%2e".to_owned()),
        ("of kilobytes", "A".repeat(4_000)),
    ]
}

#[tokio::test]
async fn a_link_that_was_changed_or_is_of_another_purpose_leads_nowhere() {
    let host = Host::memory().await;
    let case = status_of(&host.send(&complaint()).await);
    let (anna, status) = proven(&host, "access", ANNA).await;
    let jane = filed(&host, "access", JANE).await;
    let form = hidden(&host.send(&Request::get("/requests").page()).await, "token");
    let feedback_form = hidden(&host.send(&Request::get("/feedback")).await, "token");
    let links = json!({"emails": [JANE], "list": "tips"});
    let links = host.send(&post("/unsubscribe/links", &links).bearer(APP)).await;
    let unsubscribe = path(&links.field("/links/0/url"));
    let tokens = [
        ("pending", token(&jane.pending)),
        ("confirm", token(&jane.link)),
        ("status", token(&status)),
        ("feedback", token(&case)),
        ("form", &form),
        ("feedback-form", &feedback_form),
        ("unsubscribe", token(&unsubscribe)),
    ];
    let mut corpus: Vec<Hostile> = Vec::new();
    for kind in ["pending", "confirm", "status"] {
        for (of, token) in tokens {
            if of == kind {
                for (how, forged) in forgeries(token) {
                    for request in below(kind, &forged) {
                        let what = format!("{} {}, {how}", request.method, request.target);
                        corpus.push(sent(what, &request, Problem(404)));
                    }
                }
                continue;
            }
            for request in below(kind, token) {
                let what = format!("{} {}, a token of {of}", request.method, request.target);
                corpus.push(sent(what, &request, Problem(404)));
            }
        }
    }
    let before = host.keys().await;
    play(&host, corpus, 0, &get(&status)).await;
    assert_eq!(host.keys().await, before, "nothing was stored");
    // Each leads where it should.
    for link in [&jane.pending, &jane.link, &anna.pending] {
        assert_eq!(host.send(&get(link)).await.status, 200, "{link}");
    }
}

/// The state of a request that nobody has proven, and how many wrong codes and mails are left.
async fn left(host: &Host, filed: &Filed) -> (String, Value, Value) {
    let pending = host.send(&get(&filed.pending)).await;
    assert_eq!(pending.status, 200, "{pending:?}");
    let json = pending.json();
    (pending.field("/state"), json["tries_left"].clone(), json["mails_left"].clone())
}

#[tokio::test]
async fn five_wrong_codes_are_taken_however_often_another_mail_is_sent() {
    let host = Host::memory().await;
    let anna = filed(&host, "access", ANNA).await;
    let jane = filed(&host, "access", JANE).await;
    let says = |answer: &crate::harness::http::Response, status: u16, says: &str| {
        assert_problem(says, answer, status);
        assert!(answer.text().contains(says), "{answer:?}");
    };
    let wrong = |answer: &_| says(answer, 422, "is not the one of the mail");
    let over = |answer: &_, what: &str| says(answer, 409, what);
    // What is no code at all costs nothing.
    for text in ["", "K7QM2", "K7QM2-K7QM2-K7QM2", "!!!!!-!!!!!", "ЖЖЖЖЖ-ЖЖЖЖЖ", "\u{0}"]
    {
        assert_problem(text, &host.send(&anna.enter(text)).await, 422);
    }
    assert_eq!(left(&host, &anna).await, ("awaiting_identity".into(), json!(5), json!(4)));
    // Another person's code is a wrong one.
    wrong(&host.send(&anna.enter(&jane.code)).await);
    let reversed: String = anna.code.chars().rev().collect();
    wrong(&host.send(&anna.enter(&reversed)).await);
    assert_eq!(left(&host, &anna).await.1, json!(3));
    host.clock().pass(1);
    let resend = Request::post(format!("{}/resend", anna.pending));
    assert_eq!(host.send(&resend).await.status, 202);
    let mail = newest_mail(&host, ANNA).await;
    let (link, code) = (link_in(&host, &mail), code_in(&mail));
    assert_eq!(left(&host, &anna).await, ("awaiting_identity".into(), json!(3), json!(3)));
    // The code of the mail before is no longer the one.
    wrong(&host.send(&anna.enter(&anna.code)).await);
    for _ in 0..2 {
        wrong(&host.send(&anna.enter("00000-00000")).await);
    }
    // The sixth is not looked at, and neither is the right one, nor that of yet another mail.
    over(&host.send(&anna.enter("00000-00000")).await, "too many wrong codes");
    over(&host.send(&anna.enter(&code)).await, "too many wrong codes");
    host.clock().pass(1);
    assert_eq!(host.send(&resend).await.status, 202);
    let newest = code_in(&newest_mail(&host, ANNA).await);
    over(&host.send(&anna.enter(&newest)).await, "too many wrong codes");
    let form = Request::post(format!("{}/code", anna.pending)).page().form(&[("code", &newest)]);
    assert_problem("by form", &host.send(&form).await, 409);
    assert_eq!(left(&host, &anna).await, ("awaiting_identity".into(), json!(0), json!(2)));
    // Mails end as well, and nobody else's request was touched.
    for _ in 0..2 {
        host.clock().pass(1);
        assert_eq!(host.send(&resend).await.status, 202);
    }
    over(&host.send(&resend).await, "no more codes are sent");
    assert_eq!(left(&host, &jane).await, ("awaiting_identity".into(), json!(5), json!(4)));
    // Whoever has the mailbox gets in all the same.
    let confirmed = host.send(&post(&link, &json!({}))).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let status = path(&confirmed.field("/status_url"));
    assert_eq!(host.send(&get(&status)).await.field("/identity/by"), "mail-link");
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn a_proof_that_is_given_twice_is_one_act() {
    let host = Host::memory().await;
    let anna = filed(&host, "access", ANNA).await;
    // Looking at the link, as mail scanners do, proves nothing.
    for _ in 0..3 {
        assert_eq!(host.send(&get(&anna.link)).await.status, 200);
    }
    assert_eq!(left(&host, &anna).await.0, "awaiting_identity");
    let first = host.send(&anna.enter(&anna.code)).await;
    assert_eq!(first.status, 200, "{first:?}");
    let stored = host.keys().await;
    let status = first.field("/status_url");
    for again in [anna.enter(&anna.code), post(&anna.link, &json!({}))] {
        host.clock().pass(1);
        let again = host.send(&again).await;
        assert_eq!((again.status.as_u16(), again.field("/status_url")), (200, status.clone()));
    }
    assert_eq!(host.keys().await, stored, "nothing was stored once more");
    for code in ["00000-00000", &anna.code.chars().rev().collect::<String>()] {
        assert_problem("a wrong code afterwards", &host.send(&anna.enter(code)).await, 409);
    }
    let resend = Request::post(format!("{}/resend", anna.pending));
    assert_problem("a mail afterwards", &host.send(&resend).await, 409);
    // By the link first, and the code of the same mail opens nothing any more.
    let jane = filed(&host, "access", JANE).await;
    let first = host.send(&post(&jane.link, &json!({}))).await;
    let second = host.send(&post(&jane.link, &json!({}))).await;
    assert_eq!((first.status.as_u16(), &first.body), (200, &second.body));
    assert_problem("the code after the link", &host.send(&jane.enter(&jane.code)).await, 409);
    // A day later neither works, though the request goes on.
    host.clock().pass(24 * 3600);
    for (what, request, status) in [
        ("an old link", get(&anna.link), 404),
        ("an old link, posted", post(&anna.link, &json!({})), 404),
        ("an old link, taken back", post(format!("{}/not-me", anna.link), &json!({})), 404),
        ("an old code", anna.enter(&anna.code), 409),
    ] {
        assert_problem(what, &host.send(&request).await, status);
    }
    assert_eq!(host.send(&get(path(&status))).await.field("/state"), "received");
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn what_was_asked_in_another_s_name_and_taken_back_stays_so() {
    let host = Host::memory().await;
    let anna = filed(&host, "erasure", ANNA).await;
    let not_me = post(format!("{}/not-me", anna.link), &json!({}));
    for _ in 0..2 {
        let taken = host.send(&not_me).await;
        assert_eq!(taken.status, 200, "{taken:?}");
        host.clock().pass(1);
    }
    for (what, request) in [
        ("the link", post(&anna.link, &json!({}))),
        ("the code", anna.enter(&anna.code)),
        ("another mail", Request::post(format!("{}/resend", anna.pending))),
    ] {
        assert_problem(what, &host.send(&request).await, 409);
    }
    assert_eq!(left(&host, &anna).await.0, "withdrawn");
    // Once somebody has proven who they are, the same link still says that it was not them.
    let jane = filed(&host, "erasure", JANE).await;
    let status = jane.prove(&host).await;
    assert_eq!(host.send(&post(format!("{}/not-me", jane.link), &json!({}))).await.status, 200);
    assert_eq!(host.send(&get(&status)).await.field("/state"), "withdrawn");
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn a_form_that_is_sent_again_is_the_same_request() {
    let host = Host::memory().await;
    for door in ["/requests", "/delete-account", "/delete-data"] {
        host.clock().pass(60);
        let form = host.send(&Request::get(door).page()).await;
        let token = hidden(&form, "token");
        let with = |token: &str, email: &str, name: &str| {
            let mut fields = vec![("token", token), ("email", email), ("name", name)];
            if door == "/requests" {
                fields.push(("kind", "access"));
            }
            Request::post(door).page().form(&fields)
        };
        let sent_before = mails(&host, ANNA).await.len();
        let first = host.send(&with(&token, ANNA, "Anna")).await;
        assert_eq!(first.status, 303, "{first:?}");
        for _ in 0..2 {
            host.clock().pass(60);
            let again = host.send(&with(&token, ANNA, "Anna")).await;
            assert_eq!(again.status, 303, "{again:?}");
            assert_eq!(again.header("location"), first.header("location"));
        }
        assert_eq!(mails(&host, ANNA).await.len(), sent_before + 1, "one mail for one request");
        // Another text under the same token is refused, and shown back to whoever wrote it.
        let other = host.send(&with(&token, ANNA, "Somebody else")).await;
        assert_problem("another text", &other, 422);
        assert_eq!(mails(&host, ANNA).await.len(), sent_before + 1);
        // What is no token of this form is none, and neither is one that is a day old.
        let feedback = hidden(&host.send(&Request::get("/feedback")).await, "token");
        for forged in ["", "AAAA", &feedback, &token[..token.len() - 1], &format!("{token}A")] {
            let answer = host.send(&with(forged, JANE, "Jane")).await;
            assert_problem("a token that is none", &answer, 422);
            let json = Request::post(door).header("accept", "application/json");
            let json = Request { headers: json.headers, ..with(forged, JANE, "Jane") };
            let json = json.header("content-type", super::FORM);
            assert_problem("a token that is none, for a program", &host.send(&json).await, 422);
        }
        host.clock().pass(24 * 3600);
        assert_problem("an old token", &host.send(&with(&token, JANE, "Jane")).await, 422);
        assert_eq!(mails(&host, JANE).await.len(), 0);
    }
    let listed = host.send(&look("/console/api/requests")).await;
    assert_eq!(listed.json()["requests"].as_array().unwrap().len(), 3, "{}", listed.text());
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn an_idempotency_key_is_good_for_one_text() {
    let host = Host::memory().await;
    let key = |request: Request| request.header("idempotency-key", "\"one-request\"");
    let first = host.send(&key(filing("access", ANNA))).await;
    assert_eq!(first.status, 201, "{first:?}");
    host.clock().pass(60);
    let again = host.send(&key(filing("access", ANNA))).await;
    assert_eq!((again.status.as_u16(), &again.body), (201, &first.body));
    let mut corpus = vec![
        sent("another right", &key(filing("erasure", ANNA)), Problem(422)),
        sent("another person", &key(filing("access", JANE)), Problem(422)),
    ];
    for (what, value) in [
        ("a short key", "1234567"),
        ("a key of spaces", "         "),
        ("a key with a quote in it", "\"12345\"678\""),
        ("a key with a space in it", "1234 5678"),
        ("a key of a kilobyte", &"k".repeat(1024)),
    ] {
        let request = filing("access", JANE).header("idempotency-key", value);
        corpus.push(sent(what, &request, Problem(400)));
    }
    let two = key(key(filing("access", JANE)));
    corpus.push(sent("two keys", &two, Problem(400)));
    let pending = get(path(&first.field("/pending_url")));
    play(&host, corpus, 1, &pending).await;
    assert_eq!((mails(&host, ANNA).await.len(), mails(&host, JANE).await.len()), (1, 0));
    // A message, and what an operator does, likewise.
    let filed = Filed::of(&host, &first, ANNA).await;
    let status = filed.prove(&host).await;
    let message = |text: &str| key(post(format!("{status}/messages"), &json!({"message": text})));
    assert_eq!(host.send(&message("More.")).await.status, 201);
    host.clock().pass(60);
    assert_eq!(host.send(&message("More.")).await.status, 201);
    assert_problem("another message", &host.send(&message("Less.")).await, 422);
    let act = filed.act(&host, "/clarification", &json!({"text": "Since when?"})).await;
    let other = Request { body: json!({"text": "Why?"}).to_string().into(), ..act.clone() };
    assert_eq!(host.send(&key(act.clone())).await.status, 201);
    host.clock().pass(60);
    assert_eq!(host.send(&key(act)).await.status, 201);
    assert_problem("another question", &host.send(&key(other)).await, 422);
    let seen = host.send(&get(&status)).await;
    assert_eq!(seen.json()["thread"].as_array().unwrap().len(), 2, "{}", seen.text());
    assert_eq!(mails(&host, ANNA).await.len(), 2, "a proof that was asked for, and one question");
    host.assert_nothing_trapped();
}
