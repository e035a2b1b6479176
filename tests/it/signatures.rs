//! What the desk signs can be checked by anybody with the public keys, and outlives a change of the root secret.

use std::{collections::BTreeMap, sync::Arc};

use base64ct::{Base64UrlUnpadded, Encoding};
use desk_host::{HostOptions, StoreChoice, store::MemoryStore};
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Value, json};

use crate::{
    harness::{
        functions,
        http::Request,
        target::{Host, OPERATOR, Target, variables},
    },
    scenarios::feedback::{complaint, status_of},
};

/// The public keys by their ids (RFC 7517, RFC 8037).
async fn keys(host: &Host) -> BTreeMap<String, VerifyingKey> {
    let set = host.send(&Request::get("/.well-known/desk-keys.json")).await.json();
    let keys = set["keys"].as_array().expect("a list of keys");
    keys.iter()
        .map(|key| {
            assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
            let text = |member: &str| key[member].as_str().expect("text").to_owned();
            let bytes = Base64UrlUnpadded::decode_vec(&text("x")).expect("base64url");
            let bytes = bytes.try_into().expect("32 bytes");
            (text("kid"), VerifyingKey::from_bytes(&bytes).expect("a point"))
        })
        .collect()
}

/// Checks a signed text (JWS, RFC 7515, compact) and gives what it says; `None` if it is not genuine.
fn verified(keys: &BTreeMap<String, VerifyingKey>, jws: &str) -> Option<Value> {
    let (signed, signature) = jws.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).ok();
    let header: Value = serde_json::from_slice(&decode(header)?).ok()?;
    let key = keys.get(header["kid"].as_str()?)?;
    let signature = Signature::from_slice(&decode(signature)?).ok()?;
    key.verify_strict(signed.as_bytes(), &signature).ok()?;
    serde_json::from_slice(&decode(payload)?).ok()
}

#[tokio::test]
async fn a_receipt_can_be_checked_by_anybody() {
    let host = Host::memory().await;
    let keys = keys(&host).await;
    let status = status_of(&host.send(&complaint()).await);
    let receipt = host.send(&Request::get(format!("{status}/receipt.json"))).await.json();
    let jws = receipt["jws"].as_str().unwrap();
    assert_eq!(verified(&keys, jws).as_ref(), Some(&receipt["receipt"]));
    // It names nobody and quotes nothing.
    let text = receipt["receipt"].to_string();
    assert!(!text.contains("anna") && !text.contains("newsletters"), "{text}");
    // Any character that is another one is noticed.
    for at in 0..jws.len() {
        let mut forged = jws.to_owned();
        let other = if &jws[at..=at] == "A" { "B" } else { "A" };
        forged.replace_range(at..=at, other);
        // The last character of each part carries bits that mean nothing; a strict decoder refuses those as well.
        assert_eq!(verified(&keys, &forged), None, "the character {at}");
    }
}

#[tokio::test]
async fn the_versions_of_the_policy_form_a_signed_chain() {
    let host = Host::memory().await;
    let keys = keys(&host).await;
    for (version, text) in [("1.0", "# One\n"), ("2.0", "# Two\n"), ("3.0", "# Three\n")] {
        let publish = Request::put(format!("/policy/versions/{version}?lang=en")).bearer(OPERATOR);
        let answer = host.send(&publish.body("text/markdown", text)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        host.clock().pass(60);
    }
    let list = Request::get("/policy/versions").header("accept", "application/json");
    let list = host.send(&list).await.json();
    let mut previous = Value::Null;
    for version in list["versions"].as_array().unwrap().iter().rev() {
        let publication = &version["languages"]["en"];
        let said = verified(&keys, publication["signature"].as_str().unwrap()).expect("genuine");
        for member in ["version", "language", "sha256", "digest", "previous"] {
            assert_eq!(said[member], publication[member], "{member}");
        }
        assert_eq!(publication["previous"], previous);
        previous = publication["digest"].clone();
    }
}

#[tokio::test]
async fn a_new_root_secret_breaks_nothing_while_the_old_one_is_known() {
    const NEW: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg";
    let store = Arc::new(MemoryStore::default());
    let host = |secret: &str, previous: &str| {
        let mut options = HostOptions::new(functions::built().path());
        options.variables = variables();
        options.variables.insert("root_secret".to_owned(), secret.to_owned());
        options.variables.insert("previous_root_secrets".to_owned(), previous.to_owned());
        options.store = StoreChoice::Custom(store.clone());
        Host::run(options)
    };
    let old = variables()["root_secret"].clone();
    let before = host(&old, "").await;
    let status = status_of(&before.send(&complaint()).await);
    let receipt = before.send(&Request::get(format!("{status}/receipt.json"))).await.json();
    drop(before);

    let rotated = host(NEW, &old).await;
    let case = rotated.send(&Request::get(format!("{status}/case.json"))).await;
    assert_eq!(case.status, 200, "an old link works: {case:?}");
    let more = Request::post(format!("{status}/messages")).json(&json!({"message": "More."}));
    assert_eq!(rotated.send(&more).await.status, 201);
    let keys = keys(&rotated).await;
    assert_eq!(keys.len(), 2);
    assert!(verified(&keys, receipt["jws"].as_str().unwrap()).is_some(), "an old receipt is good");
    let fresh = status_of(&rotated.send(&complaint()).await);
    let receipt = rotated.send(&Request::get(format!("{fresh}/receipt.json"))).await.json();
    assert!(verified(&keys, receipt["jws"].as_str().unwrap()).is_some());
    drop(rotated);

    // Once the old secret is gone, so is what only it could read; what came since is not.
    let after = host(NEW, "").await;
    assert_eq!(after.send(&Request::get(&status)).await.status, 404);
    assert_eq!(after.send(&Request::get(&fresh)).await.status, 200);
    after.assert_nothing_trapped();
}
