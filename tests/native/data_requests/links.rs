//! Receipts, addresses, acts and packages.

use super::*;

#[test]
fn a_receipt_can_be_checked_by_anybody() {
    let world = World::new();
    let mut sent = body("rectification");
    sent["details"] = json!("My name is Anna.");
    let status = proven(&world, &sent);
    let before = world.data_requests(&get(&format!("{status}/receipt.json")));
    happen(&world, &status, RequestChange::Withdrawn);
    let receipt = world.data_requests(&get(&format!("{status}/receipt.json")));
    assert_eq!(before.body, receipt.body, "what happens later changes no receipt");
    let claims = world.setup.keys.verify(&receipt.field("/jws")).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims, receipt.json()["receipt"]);
    assert_eq!(claims["type"], "request-received");
    assert_eq!(claims["due_on"], "2026-12-22");
    assert!(!receipt.text().contains("Anna"));
}

#[test]
fn only_the_addresses_that_there_are_answer() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    for (method, target, allowed) in [
        (Method::PUT, "/requests".to_owned(), "GET, HEAD, POST"),
        (Method::DELETE, "/delete-account".to_owned(), "GET, HEAD, POST"),
        (Method::POST, status.clone(), "GET, HEAD"),
        (Method::GET, format!("{status}/messages"), "POST"),
        (Method::GET, format!("{status}/withdraw"), "POST"),
        (Method::POST, format!("{status}/receipt.json"), "GET, HEAD"),
    ] {
        let answer = world.data_requests(&request(method, &target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{target}");
    }
    for target in [format!("{status}/x"), "/requests/x".to_owned(), "/requests/pending".to_owned()]
    {
        assert_eq!(world.data_requests(&get(&target)).status, 404, "{target}");
    }
    for answer in [world.data_requests(&page(&status)), world.data_requests(&get(&status))] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-robots-tag"), "noindex");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    // A link to feedback is none to a request.
    let feedback = CaseKey { id: key(&world, &status).id, subject: None };
    let token = world.setup.keys.mint(Purpose::StatusLink, feedback.to_bytes());
    assert_eq!(world.data_requests(&page(&format!("/requests/status/{token}"))).status, 404);
    let _ = HTML;
}

#[test]
fn what_was_erased_leaves_a_page_with_the_act() {
    let world = World::new();
    let status = proven(&world, &body("erasure"));
    let key = key(&world, &status);
    let url = format!("/console/api/requests/{}/erasure", key.id);
    let null = Value::Null;
    let tag = call(&world, Method::GET, &url, "", &null).header("etag").to_owned();
    let done = call(&world, Method::POST, &url, &tag, &json!({"executor": "A. B., admin"}));
    assert_eq!(done.status, 200, "{}", done.text());
    let linked = path(&done.field("/receipt_url"));
    assert_ne!(linked, status);
    let reference = done.field("/act/reference");
    let last_group = format!("<span>{}</span>", reference.rsplit('-').next().unwrap());
    for link in [&status, &linked] {
        let shown = world.data_requests(&page(link));
        assert_eq!((shown.status, shown.header("x-robots-tag")), (200, "noindex"));
        for said in [
            "It is done: your data was erased",
            &last_group,
            "data requests: e-mail",
            "log of requests",
        ] {
            assert!(shown.text().contains(said), "{said}: {}", shown.text());
        }
        assert!(shown.text().contains(&format!("href=\"{link}/receipt.json\"")));
        let accept = [("accept", "application/json")];
        let told = world.data_requests(&request(Method::GET, link, &accept, ""));
        assert_eq!(told.field("/act/type"), "data-destroyed");
        let receipt = world.data_requests(&get(&format!("{link}/receipt.json")));
        let signed = world.setup.keys.verify(&receipt.field("/jws")).unwrap();
        let claims: Value = serde_json::from_slice(&signed).unwrap();
        assert_eq!(claims["reference"], reference);
        for answer in [&shown, &told, &receipt] {
            assert!(!answer.text().contains("A. B.") && !answer.text().contains(EMAIL));
        }
        // A page that was saved with what it said at the time leads there as well.
        assert_eq!(world.data_requests(&page(&format!("{link}/confirmed"))).status, 200);
        for gone in ["received", "request.json", "attachments/1"] {
            assert_eq!(world.data_requests(&get(&format!("{link}/{gone}"))).status, 404, "{gone}");
        }
        let more = post(&format!("{link}/messages"), &json!({"message": "Thanks"}), &[]);
        assert_eq!(world.data_requests(&more).status, 404);
    }
    // One read more, and only where nothing was found.
    world.store.reset_calls();
    world.data_requests(&page(&status));
    assert!(world.store.calls().len() <= 3, "{:?}", world.store.calls());
    let other = proven(&world, &body("access"));
    world.store.reset_calls();
    world.data_requests(&page(&other));
    assert!(world.store.calls().iter().all(|call| !call.ends_with(" act")));
    // Without an act there is nothing to see.
    world.later(4 * 366 * 86_400);
    assert_eq!(world.data_requests(&page(&linked)).status, 404);
}

#[test]
fn whoever_has_the_link_and_the_key_fetches_the_package() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    let address = format!("{status}/package");
    let fetch = |request| world.data_requests(&request);
    let with = |secret: &str| fetch(form(&address, &[("secret", secret)]));
    // There is none yet, whatever is said.
    assert_eq!(with("ABCDE").status, 404);
    let (key, desk) = (key(&world, &status), world.desk());
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    let mut keys: Vec<String> = world.store.dump().into_keys().collect();
    keys.sort_unstable();
    let (built, secret) = block_on(desk_app::packages::build(&desk, &keys, &key, &case)).unwrap();
    happen(&world, &status, RequestChange::Packaged(built));

    let secret = secret.to_string();
    let right = with(&secret);
    assert_eq!((right.status, right.header("content-type")), (200, "application/zip"));
    assert!(right.body.starts_with(b"PK") && right.body.len() as u64 == built.size);
    assert_eq!(
        fetch(post(&address, &json!({"secret": secret.to_lowercase()}), &[])).body,
        right.body
    );

    let wrong = "ABCDEFGHJKMNPQRSTVWXYZ2345";
    for (given, said) in [(wrong, "does not open"), ("short", "does not open"), ("", "is empty")] {
        let shown = with(given);
        assert_eq!(shown.status, 422, "{}", shown.text());
        assert!(shown.text().contains(said) && shown.text().contains("name=\"secret\""));
        assert!(given.is_empty() || !shown.text().contains(given));
    }
    let told = fetch(post(&address, &json!({"secret": wrong}), &[]));
    assert_eq!(told.status, 422);
    assert_eq!(told.field("/errors/0/pointer"), "/secret");
    assert_eq!(told.field("/errors/0/code"), "wrong-secret");

    let looked = fetch(get(&address));
    assert_eq!((looked.status, looked.header("allow")), (405, "POST"));
    assert_eq!(fetch(form("/requests/status/forged/package", &[("secret", &secret)])).status, 404);
    world.later(desk_app::packages::KEPT_SECONDS);
    assert_eq!(with(&secret).status, 404);
}
