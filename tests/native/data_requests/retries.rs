//! Assertions and retries, and what they cost.

use super::*;

#[test]
fn the_app_asserts_who_is_signed_in() {
    let world = World::with(|name| {
        (name == "assertion_keys").then_some("hs256:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")
    });
    let now = world.now.get().seconds();
    let claims = json!({"aud": BASE, "email": "Anna@OnCall.example", "exp": now + 300, "iat": now});
    let file = |world: &World| {
        let mut sent = body("access");
        sent["proof"] = json!("assertion");
        filed(world, &sent)
    };
    let assert_by = |world: &World, pending: &str, key: &[u8], claims: &Value| {
        let sent = json!({"assertion": by_hmac(key, claims)});
        world.data_requests(&post(&format!("{pending}/assertion"), &sent, &[]))
    };
    let with = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims.clone();
        change(&mut claims);
        assert_by(&world, &file(&world), &[7; 32], &claims)
    };
    let pending = file(&world);
    // Who is signed in is not told to look for a mail, and may have one sent all the same.
    for address in [pending.clone(), format!("{pending}/resent")] {
        let shown = world.data_requests(&page(&address)).text().to_owned();
        assert!(shown.contains("The app confirms that it is you"));
        assert!(!shown.contains("Check your mail") && !shown.contains("Another mail"));
    }
    let taken = assert_by(&world, &pending, &[7; 32], &claims);
    assert_eq!(taken.status, 200, "{}", taken.text());
    let status = path(&taken.field("/status_url"));
    let (desk, key) = (world.desk(), key(&world, &status));
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    assert_eq!(case.identified.map(|(_, proof)| proof), Some(Proof::Assertion));
    // Twice is once.
    assert_eq!(assert_by(&world, &pending, &[7; 32], &claims).body, taken.body);
    assert!(world.waiting_mails().is_empty());
    for (name, code, change) in [
        (
            "another audience",
            "not-an-assertion",
            &(|c: &mut Value| c["aud"] = json!("https://x.example")) as &dyn Fn(&mut Value),
        ),
        ("another person", "not-an-assertion", &|c| c["email"] = json!("eve@oncall.example")),
        ("no end", "not-an-assertion", &|c| c["exp"] = Value::Null),
        ("an end in text", "not-an-assertion", &|c| c["exp"] = json!("99999999999")),
        ("an end far ahead", "not-an-assertion", &|c| c["exp"] = json!(now + 7200)),
        ("not yet", "not-an-assertion", &|c| c["nbf"] = json!(now + 60)),
        ("over", "assertion-expired", &|c| c["exp"] = json!(now)),
        ("an address that nobody answered", "not-an-assertion", &|c| {
            c["email_verified"] = json!(false);
        }),
    ] {
        let answer = with(change);
        assert_eq!(answer.errors(), [("/assertion".to_owned(), code.to_owned())], "{name}");
    }
    assert_eq!(with(&|c| c["email_verified"] = json!(true)).status, 200);
    // One with an id proves one request; one without, those of the same minute: signed in one second, two are the same.
    let unique = |c: &mut Value| c["jti"] = json!("1");
    assert_eq!((with(&unique).status, with(&|_| {}).status), (200, 200));
    let used = [("/assertion".to_owned(), "assertion-used".to_owned())];
    assert_eq!(with(&unique).errors(), used);
    world.later(60);
    assert_eq!(with(&|_| {}).errors(), used);
    assert_eq!(assert_by(&world, &pending, &[7; 32], &claims).body, taken.body);
    // One of several audiences will do.
    assert_eq!(with(&|c| c["aud"] = json!(["https://x.example", BASE])).status, 200);
    // With another key, or none configured, it is none; nor is it one for a request that ended.
    assert_eq!(assert_by(&world, &file(&world), &[8; 32], &claims).status, 422);
    let other = World::new();
    assert_eq!(assert_by(&other, &file(&other), &[7; 32], &claims).status, 422);
    let pending = file(&world);
    world.later(7 * 24 * 3600);
    let late = json!({"aud": BASE, "email": EMAIL, "exp": world.now.get().seconds() + 60});
    assert_eq!(assert_by(&world, &pending, &[7; 32], &late).status, 409);
}

#[test]
fn an_idempotency_key_opens_one_request() {
    let world = World::new();
    let key = [("idempotency-key", "0123456789abcdef")];
    let first = world.data_requests(&post("/requests", &body("access"), &key));
    let second = world.data_requests(&post("/requests", &body("access"), &key));
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.field("/reference"), second.field("/reference"));
    assert_eq!((world.keys("request").len(), world.waiting_mails().len()), (1, 1));
    let other = world.data_requests(&post("/requests", &body("erasure"), &key));
    assert_eq!((other.status, other.slug().as_str()), (422, "already-sent"));
}

#[test]
fn two_taps_that_race_open_one_request() {
    for schedule in 0..256 {
        let world = World::new();
        let token = hidden(&world.data_requests(&page("/requests")), "token");
        let sent = form("/requests", &[("token", &token), ("kind", "access"), ("email", EMAIL)]);
        let (one, other) = (world.desk(), world.desk());
        let (a, b) =
            race(data_requests::serve(&one, &sent), data_requests::serve(&other, &sent), schedule);
        let (a, b) = (Answer::from(a), Answer::from(b));
        assert_eq!((a.status, b.status), (303, 303));
        assert_eq!(a.header("location"), b.header("location"));
        assert_eq!(world.keys("request").len(), 1);
        // Each may have sent a mail, and the code of any of them is good.
        let (_, code) = proof(&world);
        assert!(world.waiting_mails().iter().all(|mail| mail.text.contains(&code)));
        let pending = a.header("location").split('?').next().unwrap().to_owned();
        let entered = post(&format!("{pending}/code"), &json!({"code": code}), &[]);
        assert_eq!(world.data_requests(&entered).status, 200);
    }
}

/// A browser goes back to a form whose request was erased meanwhile, and sends it again.
#[test]
fn a_form_does_not_open_again_what_was_erased() {
    let world = World::new();
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let sent = form("/requests", &[("token", &token), ("kind", "erasure"), ("email", EMAIL)]);
    world.data_requests(&sent);
    let (link, _) = proof(&world);
    let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
    let key = key(&world, status.split("/confirmed").next().unwrap());
    let url = format!("/console/api/requests/{}/erasure", key.id);
    let tag = call(&world, Method::GET, &url, "", &Value::Null).header("etag").to_owned();
    let done = call(&world, Method::POST, &url, &tag, &json!({"executor": "A. B., admin"}));
    assert_eq!(done.status, 200, "{}", done.text());
    let act = world.store.dump()[&format!("act:{}", key.id)].clone();
    let again = world.data_requests(&sent);
    assert_eq!(again.status, 422);
    assert_ne!(hidden(&again, "token"), token);
    assert_eq!(world.keys("request").len(), 0);
    assert_eq!(world.store.dump()[&format!("act:{}", key.id)], act);
}

/// A store that fails at any call: the request is there with its mail, or the person is told that it is not.
#[test]
fn a_request_is_whole_or_refused() {
    let world = World::new();
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let sent = form("/requests", &[("token", &token), ("kind", "access"), ("email", EMAIL)]);
    world.data_requests(&sent);
    world.store.reset_calls();
    let calls = {
        let fresh = World::new();
        block_on(data_requests::serve(&fresh.desk(), &sent));
        fresh.store.calls().len()
    };
    assert!(calls > 0);
    for call in 1..=calls {
        let world = World::new();
        world.store.fail_from(Some(call));
        let answer = world.data_requests(&sent);
        world.store.fail_from(None);
        world.store.reset_calls();
        assert_eq!(answer.status, 503, "call {call}");
        assert!(answer.text().contains("Nothing was sent yet") && answer.text().contains(EMAIL));
        // Sent again under the same token it is taken, once, and a mail leads to it.
        let again = world.data_requests(&sent);
        assert_eq!(again.status, 303, "call {call}");
        assert_eq!(world.keys("request").len(), 1);
        let pending = again.header("location").to_owned();
        if world.waiting_mails().is_empty() {
            assert_eq!(world.data_requests(&form(&format!("{pending}/resend"), &[])).status, 303);
        }
        let works = world.waiting_mails().iter().any(|mail| {
            let link = mail.text.lines().find(|line| line.starts_with(BASE)).unwrap();
            world.data_requests(&form(&path(link), &[])).status == 303
        });
        assert!(works, "call {call}");
    }
}

#[test]
fn public_paths_make_few_calls() {
    let world = World::new();
    let cost = |request: &desk_web::Request| {
        world.store.reset_calls();
        let answer = block_on(data_requests::serve(&world.desk(), request));
        assert!(answer.status.as_u16() < 400, "{answer:?}");
        let before = (world.store.depth(), world.store.calls().len());
        // Behind it, a mail takes a place in each of two windows, and nobody waits for that.
        block_on(answer.whole()).unwrap();
        assert!(world.store.calls().len() - before.1 <= 16, "{:?}", world.store.calls());
        before
    };
    assert_eq!(cost(&page("/requests")), (0, 0));
    assert_eq!(cost(&page("/delete-account")), (0, 0));
    // Two brakes and the policy (which the instance then knows) side by side; the mail; the opening and both brakes.
    assert_eq!(cost(&post("/requests", &body("access"), &[])), (3, 7));
    let status = proven(&world, &body("access"));
    assert_eq!(cost(&page(&status)), (1, 2));
    assert_eq!(cost(&get(&format!("{status}/receipt.json"))), (1, 2));
}
