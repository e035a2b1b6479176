//! Packages that were changed, broke off or are gone.

use super::*;

#[test]
fn whatever_was_done_to_the_parts_is_noticed() {
    let world = World::new();
    let (key, request, package, secret) = large(&world);
    let other = {
        world.later(60);
        build_at(&world, &key, &request)
    };
    assert_eq!(attempt(&world, &package, &secret), "whole");
    assert_eq!(attempt(&world, &other.0, &other.1), "whole");
    assert_eq!(attempt(&world, &package, &other.1), "wrong secret");
    let part = |number: u32| part_key(package.id, number).to_string();
    let stored = world.store.dump();
    let with = |changes: &[(String, Option<Vec<u8>>)]| {
        for (key, value) in changes {
            match value {
                Some(value) => world.store.put(key, value.clone()),
                None => std::mem::drop(world.store.take(key)),
            }
        }
        let outcome = attempt(&world, &package, &secret);
        for (key, value) in &stored {
            world.store.put(key, value.clone());
        }
        outcome
    };
    let value = |key: &str| Some(stored[key].clone());
    let flipped = |key: &str| {
        let mut value = stored[key].clone();
        *value.last_mut().unwrap() ^= 1;
        Some(value)
    };
    let cut = |key: &str| Some(stored[key][..stored[key].len() - 1].to_vec());
    // Swapped, repeated, of another package, changed, cut, gone.
    assert_eq!(with(&[(part(2), value(&part(3))), (part(3), value(&part(2)))]), "fault");
    assert_eq!(with(&[(part(2), value(&part(1)))]), "fault");
    assert_eq!(with(&[(part(3), value(&part_key(other.0.id, 3).to_string()))]), "fault");
    for number in 2..=4 {
        for value in [flipped(&part(number)), cut(&part(number)), None, Some(vec![])] {
            assert_eq!(with(&[(part(number), value)]), "fault", "{number}");
        }
    }
    // Of the first part nobody can say whether it or the secret is wrong.
    assert_eq!(with(&[(part(1), flipped(&part(1)))]), "wrong secret");
    assert_eq!(with(&[(part(1), None)]), "fault");
    let lock = package::lock_key(package.id).to_string();
    assert_eq!(with(&[(lock.clone(), flipped(&lock))]), "fault");
    assert_eq!(with(&[(lock.clone(), value(&package::lock_key(other.0.id).to_string()))]), "fault");
    assert_eq!(with(&[(lock, None)]), "not found");
    // An end that is none, and one that came too soon.
    assert_eq!(attempt_with(&world, Package { parts: 3, ..package }, &secret), "fault");
    assert_eq!(attempt_with(&world, Package { parts: 5, ..package }, &secret), "fault");
    assert_eq!(attempt(&world, &package, &secret), "whole");
    // Its time.
    world.later(KEPT_SECONDS - 120);
    assert_eq!(attempt(&world, &package, &secret), "whole");
    world.later(120);
    assert_eq!(attempt(&world, &package, &secret), "not found");
}

#[test]
fn a_package_that_was_dropped_is_gone() {
    let world = World::new();
    let (key, _, package, secret) = large(&world);
    world.store.reset_calls();
    dropped(&world, &key, Some(package.id)).unwrap();
    assert_eq!(
        world.store.calls()[..5],
        ["get outbox", "get try", "get package-lock", "set package-lock", "delete package-lock"]
    );
    assert!(world.keys("package").is_empty() && world.keys("package-lock").is_empty());
    assert_eq!(attempt(&world, &package, &secret), "not found");
    dropped(&world, &key, Some(package.id)).unwrap();
    // One that was broken off is unreadable, and done again it is done.
    let world = World::new();
    let (key, _, package, secret) = large(&world);
    world.store.reset_calls();
    world.store.fail_from(Some(6));
    assert!(dropped(&world, &key, Some(package.id)).is_err());
    world.store.fail_from(None);
    assert_eq!(attempt(&world, &package, &secret), "not found");
    dropped(&world, &key, Some(package.id)).unwrap();
    assert!(world.keys("package").is_empty());
}

#[test]
fn what_broke_off_is_dropped_too_and_what_is_being_built_is_not() {
    let world = World::new();
    let (key, request, first, secret) = large(&world);
    world.later(1);
    // Built, and its request never said so; being built, so that it has no lock yet; and somebody else's.
    let (second, other_secret) = build_at(&world, &key, &request);
    world.later(1);
    let (third, _) = build_at(&world, &key, &request);
    assert!(world.store.take(package::lock_key(third.id).as_str()).is_some());
    let (others, other) =
        file_request(&world, request_opening(&world, "jane@example.org", None), &[], vec![]);
    let (fourth, fourth_secret) = build_at(&world, &others, &other);
    dropped(&world, &key, None).unwrap();
    assert_eq!(attempt(&world, &first, &secret), "not found");
    assert_eq!(attempt(&world, &second, &other_secret), "not found");
    assert_eq!(attempt(&world, &fourth, &fourth_secret), "whole");
    assert_eq!(world.keys("package-lock").len(), 1);
    assert_eq!(world.keys("package").len(), (third.parts + fourth.parts) as usize);
}

#[test]
fn a_store_that_fails_leaves_nothing_that_claims_to_be_a_package() {
    let world = World::new();
    let (key, request) = fill(&world, "anna@oncall.example", "ANNA");
    let before = world.store.dump();
    world.store.reset_calls();
    build_at(&world, &key, &request);
    let calls = world.store.calls();
    assert_eq!(calls.first().map(String::as_str), Some("keys "));
    assert_eq!(calls.last().map(String::as_str), Some("set package-lock"));
    assert_eq!(world.keys("package-lock").len(), 1);
    for key in world.keys("package").into_iter().chain(world.keys("package-lock")) {
        world.store.take(&key);
    }
    for call in 1..=calls.len() {
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let built = block_on(build(&world.desk(), &key, &request));
        assert!(matches!(built, Err(Fault::StoreUnavailable(_))), "call {call}");
        world.store.fail_from(None);
        assert!(world.keys("package-lock").is_empty());
        for key in world.keys("package") {
            // What was left is found by its request's keys, and expires.
            let stored = world.store.dump()[&key].clone();
            assert!(desk_core::sealed::expiry(&stored).unwrap().is_some());
            let keys: Vec<String> = world.store.dump().into_keys().collect();
            let held = block_on(desk_app::holdings::Holdings::find(
                &world.desk(),
                &keys,
                &request.opening.email,
            ));
            assert_eq!(held.unwrap().packages.len(), 1);
            world.store.take(&key);
        }
    }
    assert_eq!(world.store.dump().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    // And a download says so, or breaks off.
    let (package, secret) = build_at(&world, &key, &request);
    for call in 1..=2 {
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let refused = block_on(download(&world.desk(), &package, &secret));
        assert!(matches!(refused, Err(Fault::StoreUnavailable(_))));
    }
}

#[test]
fn a_source_that_was_changed_makes_no_package() {
    let world = World::new();
    let (key, request) = fill(&world, "anna@oncall.example", "ANNA");
    let stored = world.store.dump();
    for key_of in stored.keys().filter(|key| key.starts_with("file:")) {
        world.store.take(key_of);
        let built = block_on(build(&world.desk(), &key, &request));
        assert!(matches!(built, Err(Fault::Internal(_))), "{key_of}");
        world.store.put(key_of, stored[key_of].clone());
    }
    assert!(world.keys("package-lock").is_empty());
    build_at(&world, &key, &request);
}

#[test]
fn a_package_is_for_whoever_has_proven_who_they_are() {
    let world = World::new();
    let code = CodeHash::new(&world.setup.keys, unique(&world), &"K7QM2X9P4T".parse().unwrap());
    let opening = request::RequestOpening {
        identity: Identity::Sent(code),
        ..request_opening(&world, "anna@oncall.example", None)
    };
    let (key, request) = file_request(&world, opening, &[], vec![]);
    assert!(matches!(block_on(build(&world.desk(), &key, &request)), Err(Fault::Internal(_))));
}

#[test]
fn it_is_gone_when_its_request_is() {
    let world = World::new();
    let opening = request_opening(&world, "anna@oncall.example", None);
    let expires = opening.expires;
    let (key, request) = file_request(&world, opening, &[], vec![]);
    assert_eq!(
        build_at(&world, &key, &request).0.until,
        world.now.get().plus_seconds(KEPT_SECONDS)
    );
    world.now.set(expires.plus_seconds(-10));
    assert_eq!(build_at(&world, &key, &request).0.until, expires);
}

#[test]
fn an_answer_says_how_long_it_is() {
    let world = World::new();
    let (.., package, secret) = large(&world);
    let answer = |request: &desk_web::request::Request| -> Answer {
        let desk = world.desk();
        let download = block_on(download(&desk, &package, &secret)).unwrap();
        data_requests::archive(request, download, "DR-1234").into()
    };
    let posted = answer(&form("/requests/x/package", &[]));
    assert_eq!((posted.status, posted.body.len() as u64), (200, package.size));
    assert_eq!(posted.header("content-length"), package.size.to_string());
    assert_eq!(posted.header("content-type"), "application/zip");
    assert_eq!(posted.header("content-disposition"), "attachment; filename=\"DR-1234.zip\"");
    assert_eq!(posted.header("cache-control"), "no-store");
    let head = answer(&http_request(Method::HEAD, "/requests/x/package", &[], ""));
    assert_eq!(
        (head.body.len(), head.header("content-length")),
        (0, package.size.to_string().as_str())
    );
}
