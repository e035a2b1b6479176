//! The ticket, the case and its receipt, and the pages as they are shown.

use super::*;

// What goes right.

#[test]
fn a_case_by_json_says_all_and_only_what_it_should() {
    let world = World::desk_with_policy();
    let answer = world.feedback(&filing());
    assert_eq!(answer.status, 201);
    let status = path(&answer.field("/status_url"));
    assert_eq!(answer.header("location"), status);
    assert_eq!(answer.field("/receipt_url"), format!("{BASE}{status}/receipt.json"));
    assert_eq!(answer.header("ratelimit-policy"), "\"60s\";q=30;w=60, \"86400s\";q=300;w=86400");
    assert!(answer.header("ratelimit").contains("r=29"), "{answer:?}");
    let names = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let set = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let ticket = [
        "reference",
        "kind",
        "state",
        "opened_at",
        "expires_at",
        "status_url",
        "receipt_url",
        "policy",
    ];
    assert_eq!(names(&answer.json()), set(&ticket));
    let case = world.case(&status);
    let more = ["language", "name", "email", "app_version", "thread"];
    assert_eq!(names(&case), set(&[&ticket[..], &more].concat()));
    assert_eq!(texts(&case), [MESSAGE]);
    assert_eq!((case["name"].as_str(), case["email"].as_str()), (Some(NAME), Some(EMAIL)));
    assert_eq!(case["policy"]["version"], "1.0");
    for name in ticket {
        assert_eq!(case[name], answer.json()[name], "{name}");
    }
}

#[test]
fn a_receipt_is_checked_with_nothing_but_the_published_key() {
    use ed25519_dalek::{Signature, VerifyingKey};
    let world = World::desk_with_policy();
    let file = Base64::encode_string(b"journal");
    let mut body = complaint();
    body["attachments"] = json!([{"data": file}]);
    let status = world.filed(&body);
    let answer = world.feedback(&get(&format!("{status}/receipt.json")));
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"FB-"));
    let jws = answer.field("/jws");
    let parts: Vec<&str> = jws.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("{jws}") };
    let decode = |part: &str| Base64UrlUnpadded::decode_vec(part).unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    assert_eq!(header["alg"], "EdDSA");
    // The key, from where the receipt says.
    assert_eq!(answer.field("/keys"), format!("{BASE}/.well-known/desk-keys.json"));
    let keys: Answer =
        block_on(async { policy::serve(&world.desk(), &get("/.well-known/desk-keys.json")).await })
            .into();
    let keys = keys.json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]);
    let key: [u8; 32] = decode(key.unwrap()["x"].as_str().unwrap()).try_into().unwrap();
    let key = VerifyingKey::from_bytes(&key).unwrap();
    let signature = Signature::from_slice(&decode(signature)).unwrap();
    let signed = jws.rsplit_once('.').unwrap().0;
    key.verify_strict(signed.as_bytes(), &signature).unwrap();
    let forged = signed.replacen('A', "B", 1);
    assert!(key.verify_strict(forged.as_bytes(), &signature).is_err());
    // What is signed is what is shown beside it, and what happened.
    let claims: Value = serde_json::from_slice(&decode(payload)).unwrap();
    assert_eq!(claims, answer.json()["receipt"]);
    let case = world.case(&status);
    for name in ["reference", "kind", "opened_at", "policy"] {
        assert_eq!(claims[name], case[name], "{name}");
    }
    assert_eq!(claims["message_sha256"], base16ct::lower::encode_string(&Sha256::digest(MESSAGE)));
    assert_eq!(
        claims["attachments_sha256"],
        json!([base16ct::lower::encode_string(&Sha256::digest("journal"))])
    );
    for word in [NAME, EMAIL, MESSAGE, status.as_str()] {
        assert!(!claims.to_string().contains(word), "{word} in {claims}");
    }
}

#[test]
fn a_thread_goes_both_ways_and_a_withdrawal_is_final() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    world.later(5);
    let answer = world.feedback(&send(&messages, &json!({"message": "More."}), &[]));
    assert_eq!(answer.status, 201);
    assert_eq!(texts(&answer.json()), [MESSAGE, "More."]);
    let withdraw =
        request(Method::POST, &format!("{status}/withdraw"), &[("spin-client-addr", CLIENT)], "");
    world.later(5);
    let first = world.feedback(&withdraw);
    assert_eq!((first.status, first.field("/state")), (200, "withdrawn".to_owned()));
    let events = world.keys("event");
    world.later(5);
    let again = world.feedback(&withdraw);
    assert_eq!((again.status, again.body), (200, first.body));
    assert_eq!(world.keys("event"), events);
    let late = world.feedback(&send(&messages, &json!({"message": "Late."}), &[]));
    assert_eq!((late.status, late.slug()), (409, "case-state".to_owned()));
    let shown = world.feedback(&page(&format!("{status}/withdrawn")));
    assert!(shown.text().contains("It is withdrawn."));
    assert!(!shown.text().contains("<form"), "{}", shown.text());
    // By form it is the same.
    let by_form = world.feedback(&form(&format!("{status}/withdraw"), &[]));
    assert_eq!(by_form.header("location"), format!("{status}/withdrawn"));
}
