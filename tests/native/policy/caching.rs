//! What caches and instances keep.

use super::*;

#[test]
fn a_warm_instance_needs_no_store() {
    let world = PolicyWorld::with_sample();
    let first = world.get("/policy");
    assert_eq!((world.store.calls(), world.store.depth()), (vec!["get policy-head".into()], 1));
    world.store.reset_calls();
    let again = world.get("/policy");
    assert_eq!(again.headers(), first.headers());
    assert_eq!(again.body(), first.body());
    world.get_with("/policy?lang=ru&format=json", &[]);
    let tag = header(&first, "etag").to_owned();
    assert_eq!(world.get_with("/policy", &[("if-none-match", &tag)]).status(), 304);
    assert!(world.store.calls().is_empty());
    // After two seconds the head is read again, and what was rendered of the same head stays.
    world.later(2);
    world.get("/policy");
    world.get("/policy/manifest.json");
    assert_eq!(world.store.calls(), ["get policy-head"]);
    // A version that is not in force any more is one more read.
    let world = PolicyWorld::with_sample();
    world.publish("1.1", "lang=en", "# T\n\n## A {#a}\n\nb");
    let world = world.restart();
    assert_eq!(world.get("/policy/versions/1.0?lang=ru").status(), 200);
    assert_eq!(world.store.calls(), ["get policy-head", "get policy-text"]);
}

#[test]
fn another_instance_sees_a_publication_within_two_seconds() {
    let world = PolicyWorld::with_sample();
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.0");
    let other = PolicyWorld { now: world.now.clone(), ..PolicyWorld::new() };
    let response = other.send_with(&world.store, &put("1.1", "lang=en", "# New"));
    assert_eq!(response.status(), 201, "{}", body(&response));
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.0");
    world.later(2);
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.1");
    assert!(body(&world.get("/policy")).contains("<h1>New</h1>"));
    // Whoever published it sees it at once.
    assert_eq!(world.publish("1.2", "lang=en", "# Newer").status(), 201);
    assert!(body(&world.get("/policy")).contains("<h1>Newer</h1>"));
}

#[test]
fn conditions_and_head() {
    let world = PolicyWorld::with_sample();
    for target in [
        "/policy",
        "/policy?format=json&lang=ru",
        "/policy/versions",
        "/policy/versions/1.0?lang=ru&format=text",
        "/policy/at/2020-01-01T00:00:00Z",
        "/policy/upcoming",
        "/policy/diff/1.0..1.0",
        "/policy/feed.atom",
        "/policy/feed.json",
        "/policy/manifest.json",
    ] {
        let full = world.get(target);
        assert_eq!(full.status(), 200, "{target}");
        let length = full.body().len().to_string();
        assert_eq!(header(&full, "content-length"), length);
        assert_eq!(header(&full, "repr-digest"), repr_digest(full.body()), "{target}");
        let head = world.send(&request(Method::HEAD, target, &[], ""));
        assert_eq!(head.headers(), full.headers(), "{target}");
        assert!(head.body().is_empty());
        let tag = header(&full, "etag");
        assert!(tag.starts_with('"'), "{target}");
        for method in [Method::GET, Method::HEAD] {
            let sent = format!("\"other\", W/{tag}");
            let same = world.send(&request(method, target, &[("if-none-match", &sent)], ""));
            assert_eq!((same.status().as_u16(), same.body().len()), (304, 0));
            for name in [
                "etag",
                "cache-control",
                "vary",
                "content-location",
                "repr-digest",
                "last-modified",
            ] {
                assert_eq!(header(&same, name), header(&full, name), "{target} {name}");
            }
            assert!(!same.headers().contains_key("content-length"));
        }
        let other = world.get_with(target, &[("if-none-match", "\"other\"")]);
        assert_eq!(other.status(), 200);
        let post = world.send(&request(Method::POST, target, &[], ""));
        assert_eq!(post.status(), 405);
        let allow =
            if target.starts_with("/policy/versions/") { "GET, HEAD, PUT" } else { "GET, HEAD" };
        assert_eq!(header(&post, "allow"), allow);
    }
    let dated = world.get("/policy?format=markdown");
    assert_eq!(header(&dated, "last-modified"), "Sun, 22 Nov 2026 10:00:00 GMT");
    let since = [("if-modified-since", "Sun, 22 Nov 2026 10:00:00 GMT")];
    assert_eq!(world.get_with("/policy?format=markdown", &since).status(), 304);
}

#[test]
fn no_cache_outlives_a_coming_version() {
    let world = PolicyWorld::with_sample();
    let cached = |target: &str| header(&world.get(target), "cache-control").to_owned();
    let whole = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800";
    assert_eq!(cached("/policy"), whole);
    let note = "note=Says%20how%20long%20logs%20are%20kept.";
    let coming = format!("lang=en&effective=2026-12-01T00:00:00Z&material=true&{note}");
    assert_eq!(world.publish("2.0", &coming, "# Next\n\n## A {#a}\n\nb").status(), 201);
    let all = [
        "/policy",
        "/policy/versions",
        "/policy/versions/1.0",
        "/policy/versions/2.0",
        "/policy/upcoming",
        "/policy/manifest.json",
        "/policy/feed.atom",
        "/policy/at/2020-01-01",
        "/policy/diff/1.0..2.0?lang=en",
    ];
    let check = |at: &str, expected: &str| {
        world.now.set(at.parse().unwrap());
        for target in all {
            assert_eq!(cached(target), expected, "{target} at {at}");
        }
    };
    check("2026-11-22T10:00:00Z", whole);
    check(
        "2026-11-29T00:00:00Z",
        "public, max-age=300, stale-while-revalidate=86400, stale-if-error=172500",
    );
    check(
        "2026-11-30T23:54:59Z",
        "public, max-age=300, stale-while-revalidate=1, stale-if-error=1",
    );
    check("2026-11-30T23:55:00Z", "public, max-age=300, must-revalidate");
    check("2026-11-30T23:59:59.999Z", "public, max-age=0, must-revalidate");
    assert!(body(&world.get("/policy")).contains("A new version is coming."));
    assert_eq!(world.json("/policy/manifest.json")["version"], "1.0");
    assert_eq!(world.json("/policy/manifest.json")["upcoming"][0]["version"], "2.0");
    assert_eq!(world.json("/policy/upcoming")["upcoming"][0]["material"], true);
    assert_eq!(world.json("/policy?lang=ru")["upcoming"][0]["effective"], "2026-12-01T00:00:00Z");
    // A millisecond later, on the same instance and well within its two seconds, the new one holds.
    let before = header(&world.get("/policy"), "etag").to_owned();
    check("2026-12-01T00:00:00Z", whole);
    let after = world.get_with("/policy", &[("if-none-match", &before)]);
    assert_eq!(after.status(), 200);
    assert!(body(&after).contains("<h1>Next</h1>"));
    assert!(!body(&after).contains("A new version is coming."));
    assert_eq!(world.json("/policy/manifest.json")["version"], "2.0");
    assert_eq!(world.json("/policy/upcoming")["upcoming"], serde_json::json!([]));
    assert!(
        body(&world.get("/policy/versions/1.0")).contains("This version is no longer in effect.")
    );
    let markdown = world.get("/policy?format=markdown");
    assert_eq!(header(&markdown, "last-modified"), "Tue, 01 Dec 2026 00:00:00 GMT");
}

#[test]
fn what_names_its_version_and_language_is_kept_for_ever() {
    let world = PolicyWorld::new();
    assert_eq!(world.publish("1.0", "lang=ru", RUSSIAN).status(), 201);
    let cached = |target: &str| header(&world.get(target), "cache-control").contains("immutable");
    for format in ["markdown", "text", "json"] {
        assert!(cached(&format!("/policy/versions/1.0?lang=ru&format={format}")), "{format}");
        assert!(!cached(&format!("/policy/versions/1.0?format={format}")), "{format}");
        assert!(!cached(&format!("/policy/versions/1.0?lang=en&format={format}")), "{format}");
        assert!(!cached(&format!("/policy?lang=ru&format={format}")), "{format}");
        assert!(!cached(&format!("/policy/at/2030-01-01?lang=ru&format={format}")), "{format}");
    }
    assert!(!cached("/policy/versions/1.0?lang=ru"));
    // Whatever is published later, such an answer stays to the byte, headers and all.
    let forever: Vec<String> = ["markdown", "text", "json"]
        .map(|format| format!("/policy/versions/1.0?lang=ru&format={format}"))
        .to_vec();
    let before: Vec<_> = forever.iter().map(|target| world.get(target)).collect();
    world.later(60);
    assert_eq!(world.publish("1.0", "lang=en", ENGLISH).status(), 201);
    assert_eq!(world.publish("1.1", "lang=ru", "# Новая").status(), 201);
    assert_eq!(
        world.publish("1.2", "lang=ru&effective=2030-01-01T00:00:00Z", "# Другая").status(),
        201
    );
    for (target, before) in forever.iter().zip(before) {
        let after = world.get(target);
        assert_eq!(after.headers(), before.headers(), "{target}");
        assert_eq!(after.body(), before.body(), "{target}");
    }
}
