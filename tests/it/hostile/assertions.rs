//! What the app's backend asserts of a person, forged in every way that is known of such tokens.

use base64ct::{Base64UrlUnpadded, Encoding};
use desk_host::StoreChoice;
use ed25519_dalek::{Signer, SigningKey};
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Problem, play, sent};
use crate::{
    harness::{
        http::{Request, Response},
        target::{Host, Target, path},
    },
    walk::{ANNA, JANE, get, post},
};

/// When every test begins, in seconds: see the harness.
const BEGIN: i64 = 1_795_341_600;
const SECRET: [u8; 32] = [7; 32];

fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn signed_part(header: &Value, claims: &[u8]) -> String {
    format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims))
}

/// A token signed with Ed25519.
fn eddsa(header: &Value, claims: &[u8]) -> String {
    let text = signed_part(header, claims);
    let signature = signing_key().sign(text.as_bytes());
    format!("{text}.{}", encode(&signature.to_bytes()))
}

/// A token signed with HMAC-SHA256.
fn hs256(secret: &[u8], header: &Value, claims: &[u8]) -> String {
    let text = signed_part(header, claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", encode(&mac.finalize().into_bytes()))
}

fn claims(email: &str) -> Value {
    json!({"aud": "https://desk.example", "email": email, "iat": BEGIN, "exp": BEGIN + 1800})
}

fn bytes(claims: &Value) -> Vec<u8> {
    claims.to_string().into_bytes()
}

async fn host() -> Host {
    let public = encode(signing_key().verifying_key().as_bytes());
    let keys = format!("eddsa:{public},hs256:{}", encode(&SECRET));
    Host::with(StoreChoice::Memory, &[("assertion_keys", &keys)]).await
}

/// Files a request that waits for an assertion: gives the path of its pending page.
async fn waiting(host: &Host, email: &str) -> String {
    let body = json!({"kind": "access", "email": email, "proof": "assertion"});
    let filed = host.send(&post("/requests", &body)).await;
    assert_eq!(filed.status, 201, "{filed:?}");
    path(&filed.field("/pending_url"))
}

fn assert_by(pending: &str, token: &str) -> Request {
    post(format!("{pending}/assertion"), &json!({"assertion": token}))
}

fn code(answer: &Response) -> String {
    assert_eq!(answer.status, 422, "{answer:?}");
    answer.field("/errors/0/code")
}

#[tokio::test]
async fn no_forged_assertion_proves_who_asks() {
    let host = host().await;
    let pending = waiting(&host, ANNA).await;
    let ed = json!({"alg": "EdDSA", "typ": "JWT"});
    let hs = json!({"alg": "HS256", "typ": "JWT"});
    let own = bytes(&claims(ANNA));
    let good = eddsa(&ed, &own);
    let public = signing_key().verifying_key();
    let [header, payload, signature] =
        good.split('.').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = claims(ANNA);
        change(&mut changed);
        eddsa(&ed, &bytes(&changed))
    };
    let jane = eddsa(&ed, &bytes(&claims(JANE)));
    let janes: Vec<&str> = jane.split('.').collect();
    let none = json!({"alg": "none"});
    let deep = [br#"{"email":"#.as_slice(), "[".repeat(2_000).as_bytes()].concat();
    let corpus = [
        ("nothing", String::new()),
        ("dots alone", "..".into()),
        ("no signature", format!("{header}.{payload}.")),
        ("two parts", format!("{header}.{payload}")),
        ("four parts", format!("{good}.{signature}")),
        ("a signature that is cut", good[..good.len() - 2].into()),
        ("a signature with padding", format!("{good}==")),
        ("a signature of zeros", format!("{header}.{payload}.{}", encode(&[0; 64]))),
        ("a signature of another person's token", format!("{header}.{payload}.{}", janes[2])),
        ("another person's claims under this signature", {
            format!("{header}.{}.{signature}", janes[1])
        }),
        ("another header", format!("e30.{payload}.{signature}")),
        ("no algorithm and no signature", format!("{}.", signed_part(&none, &own))),
        ("no algorithm and a signature", eddsa(&none, &own)),
        ("no algorithm, written otherwise", eddsa(&json!({"alg": "nOnE"}), &own)),
        ("an algorithm that is missing", eddsa(&json!({}), &own)),
        ("an algorithm that is a list", eddsa(&json!({"alg": ["EdDSA"]}), &own)),
        ("an algorithm in small letters", eddsa(&json!({"alg": "eddsa"}), &own)),
        ("an algorithm that is none of ours", eddsa(&json!({"alg": "RS256"}), &own)),
        ("a signature under the other algorithm", eddsa(&hs, &own)),
        ("the other signature", hs256(&SECRET, &ed, &own)),
        ("the public key for a secret", hs256(public.as_bytes(), &hs, &own)),
        ("the public key as text for a secret", {
            hs256(encode(public.as_bytes()).as_bytes(), &hs, &own)
        }),
        ("another secret", hs256(&[8; 32], &hs, &own)),
        ("an empty secret", hs256(&[], &hs, &own)),
        ("a key that the token brings along", {
            let jwk = json!({"alg": "EdDSA", "jwk": {"kty": "OKP", "crv": "Ed25519",
                "x": encode(SigningKey::from_bytes(&[4; 32]).verifying_key().as_bytes())}});
            let text = signed_part(&jwk, &own);
            let forged = SigningKey::from_bytes(&[4; 32]).sign(text.as_bytes());
            format!("{text}.{}", encode(&forged.to_bytes()))
        }),
        ("an extension that has to be understood", {
            eddsa(&json!({"alg": "EdDSA", "crit": ["b64"], "b64": false}), &own)
        }),
        ("claims that are no JSON", eddsa(&ed, b"anna@oncall.example")),
        ("claims that are no text", eddsa(&ed, b"\xff\xfe{\0}\0")),
        ("claims that are a list", eddsa(&ed, b"[]")),
        ("claims of depths", eddsa(&ed, &deep)),
        ("a token of kilobytes", "a.".repeat(20_000)),
        ("nobody", with(&|c| c["email"] = Value::Null)),
        ("another person", jane.clone()),
        ("several persons", with(&|c| c["email"] = json!([ANNA]))),
        ("another desk", with(&|c| c["aud"] = json!("https://desk.example.org"))),
        ("a desk below this one", with(&|c| c["aud"] = json!("https://desk.example/"))),
        ("other desks", with(&|c| c["aud"] = json!(["https://a.example", "https://b.example"]))),
        ("no desk", with(&|c| c["aud"] = Value::Null)),
        ("no end", with(&|c| c["exp"] = Value::Null)),
        ("an end in text", with(&|c| c["exp"] = json!((BEGIN + 60).to_string()))),
        ("an end that no machine counts to", with(&|c| c["exp"] = json!(1e300))),
        ("an end far ahead", with(&|c| c["exp"] = json!(BEGIN + 9_999))),
        ("a beginning that is to come", with(&|c| c["nbf"] = json!(BEGIN + 1_000))),
    ];
    let corpus = corpus.map(|(what, token)| sent(what, &assert_by(&pending, &token), Problem(422)));
    play(&host, corpus, 1, &get(&pending)).await;
    assert_eq!(host.send(&get(&pending)).await.field("/state"), "awaiting_identity");
    let events = |keys: Vec<String>| keys.iter().any(|key| key.starts_with("request-event"));
    assert!(!events(host.keys().await), "nothing happened to it");

    // The same key's good token is taken, and once more is the same act.
    let taken = host.send(&assert_by(&pending, &good)).await;
    assert_eq!(taken.status, 200, "{taken:?}");
    let stored = host.keys().await;
    host.clock().pass(1);
    assert_eq!(host.send(&assert_by(&pending, &good)).await.body, taken.body);
    assert_eq!(host.keys().await, stored);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn an_assertion_is_for_its_person_and_its_hour() {
    let host = host().await;
    let (anna, jane) = (waiting(&host, ANNA).await, waiting(&host, JANE).await);
    let header = json!({"alg": "HS256"});
    let good = hs256(&SECRET, &header, &bytes(&claims(ANNA)));
    // Replayed at another person's request it proves nothing.
    assert_eq!(code(&host.send(&assert_by(&jane, &good)).await), "not-an-assertion");
    host.clock().pass(1800);
    assert_eq!(code(&host.send(&assert_by(&anna, &good)).await), "assertion-expired");
    let mut again = claims(ANNA);
    again["exp"] = json!(BEGIN + 1801);
    let again = hs256(&SECRET, &header, &bytes(&again));
    let taken = host.send(&assert_by(&anna, &again)).await;
    assert_eq!(taken.status, 200, "{taken:?}");
    let status = path(&taken.field("/status_url"));
    assert_eq!(host.send(&get(&status)).await.field("/identity/by"), "assertion");
    // Where the app asserts, no mail goes out, and no code is the right one.
    assert!(!host.keys().await.iter().any(|key| key.starts_with("outbox:")));
    let enter = post(format!("{jane}/code"), &json!({"code": "00000-00000"}));
    super::assert_problem("a code that was never sent", &host.send(&enter).await, 409);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn an_assertion_with_an_id_proves_one_request() {
    let host = host().await;
    let header = json!({"alg": "HS256"});
    let mut own = claims(ANNA);
    own["jti"] = json!("4711");
    let unique = hs256(&SECRET, &header, &bytes(&own));
    let plain = hs256(&SECRET, &header, &bytes(&claims(ANNA)));
    let first = waiting(&host, ANNA).await;
    assert_eq!(host.send(&assert_by(&first, &unique)).await.status, 200);
    // Whoever saw it on its way files another request of the same person.
    let second = waiting(&host, ANNA).await;
    assert_eq!(code(&host.send(&assert_by(&second, &unique)).await), "assertion-used");
    assert_eq!(host.send(&get(&second)).await.field("/state"), "awaiting_identity");
    // One without an id is good for a minute from its first use.
    assert_eq!(host.send(&assert_by(&second, &plain)).await.status, 200);
    let third = waiting(&host, ANNA).await;
    assert_eq!(host.send(&assert_by(&third, &plain)).await.status, 200);
    host.clock().pass(60);
    let fourth = waiting(&host, ANNA).await;
    assert_eq!(code(&host.send(&assert_by(&fourth, &plain)).await), "assertion-used");
    // Where it was used, it is the same act again.
    assert_eq!(host.send(&assert_by(&first, &unique)).await.status, 200);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn an_assertion_used_many_times_at_once_proves_one_request() {
    let keys = format!("hs256:{}", encode(&SECRET));
    let set =
        [("assertion_keys", &*keys), ("claim_settle_ms", "500"), ("request_limits", "99;w=60")];
    for host in [Some(Host::sqlite_with(&set).await), Host::redis_with(&set).await] {
        let Some(host) = host else { continue };
        let mut own = claims(ANNA);
        own["jti"] = json!("4711");
        let unique = hs256(&SECRET, &json!({"alg": "HS256"}), &bytes(&own));
        let mut requests = Vec::new();
        for _ in 0..12 {
            requests.push(assert_by(&waiting(&host, ANNA).await, &unique));
        }
        let answers = join_all(requests.iter().map(|request| host.try_send(request))).await;
        let proven = answers.iter().filter(|answer| answer.as_ref().unwrap().status == 200).count();
        assert_eq!(proven, 1, "{answers:?}");
        host.assert_nothing_trapped();
    }
}

#[tokio::test]
async fn a_desk_whose_keys_for_assertions_are_wrong_says_so() {
    for keys in ["hs256:c2hvcnQ", "eddsa:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x"] {
        let host = Host::with(StoreChoice::Memory, &[("assertion_keys", keys)]).await;
        let pending = waiting(&host, ANNA).await;
        let answer = host.send(&assert_by(&pending, "x")).await;
        super::assert_problem(keys, &answer, 500);
        assert!(answer.field("/type").ends_with("/problems/misconfigured"), "{answer:?}");
        let log = host.log();
        assert!(log.iter().any(|line| line.contains("assertion_keys")), "{log:?}");
        assert!(!log.iter().any(|line| line.contains(&keys[1..]) && keys.len() > 1), "{log:?}");
        host.assert_nothing_trapped();
    }
}
