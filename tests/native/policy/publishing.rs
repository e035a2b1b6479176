//! Publishing.

use super::*;

#[test]
fn before_anything_is_published() {
    let world = PolicyWorld::new();
    for target in ["/policy", "/policy/at/2026-01-01", "/policy/manifest.json"] {
        let response = world.get(target);
        assert_eq!((response.status().as_u16(), slug(&response)), (404, "no-policy".to_owned()));
    }
    let page = world.get_with("/policy", &[("accept", "text/html")]);
    assert!(body(&page).contains("<h1>No policy was in force</h1>"));
    assert_eq!(world.json("/policy/versions"), serde_json::json!({"versions": []}));
    assert_eq!(world.json("/policy/upcoming"), serde_json::json!({"upcoming": []}));
    assert!(
        body(&world.get("/policy/versions")).contains("No policy has been published here yet.")
    );
    assert!(body(&world.get("/policy/upcoming")).contains("No new version has been announced."));
    let moment = Moment::new(world.now.get(), Seed::new([7; 32]));
    let desk = Desk::new(&world.store, &world.setup, &world.instance, moment);
    assert_eq!(block_on(desk_app::policy::pin(&desk)), Ok(None));
    for target in [
        "/policy/nothing",
        "/policy/versions/1.0",
        "/policy/versions/1.0/en",
        "/policies",
        "/policy/versions/%2e%2e",
    ] {
        assert_eq!(world.get(target).status(), 404, "{target}");
    }
    // What comes is not in force, and not a secret either.
    world.publish("1.0", "lang=en&effective=2027-01-01T00:00:00Z", "# Soon");
    assert_eq!(slug(&world.get("/policy")), "no-policy");
    assert_eq!(world.json("/policy/upcoming")["upcoming"][0]["version"], "1.0");
    assert!(
        body(&world.get("/policy/versions/1.0")).contains("This version is not in effect yet.")
    );
}

#[test]
fn publishing_answers_what_was_published() {
    let world = PolicyWorld::new();
    let query = "lang=en&effective=2019-11-01T00:00:00%2B03:00&material=false&note=First.";
    let created = world.publish("1.0", query, ENGLISH);
    assert_eq!(created.status(), 201);
    assert_eq!(header(&created, "location"), "/policy/versions/1.0?lang=en");
    assert_eq!(header(&created, "cache-control"), "no-store");
    let publication: Value = serde_json::from_slice(created.body()).unwrap();
    assert_eq!(publication["effective"], "2019-10-31T21:00:00Z");
    assert_eq!(publication["published"], "2026-11-22T10:00:00Z");
    assert_eq!(publication["note"], "First.");
    world.later(3600);
    let stored = world.store.dump();
    for query in [query, "lang=en", "lang=en&note=First."] {
        let again = world.publish("1.0", query, &ENGLISH.replace('\n', "\r\n"));
        assert_eq!(again.status(), 200);
        let same: Value = serde_json::from_slice(again.body()).unwrap();
        assert_eq!(same, publication);
    }
    for (query, text) in [
        ("lang=en", "# Other"),
        ("lang=en&note=Other.", ENGLISH),
        ("lang=en&material=true", ENGLISH),
        ("lang=en&effective=2019-11-01T00:00:00Z", ENGLISH),
        ("lang=ru&material=true", RUSSIAN),
    ] {
        let refused = world.publish("1.0", query, text);
        assert_eq!(
            (refused.status().as_u16(), slug(&refused)),
            (409, "version-published".to_owned()),
            "{query}"
        );
    }
    assert_eq!(world.store.dump(), stored);
    let early = world.publish("0.9", "lang=en&effective=2019-01-01T00:00:00Z", "# Old");
    assert_eq!(codes(&early), [("?effective".to_owned(), "effective-too-early".to_owned())]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let world = PolicyWorld::new();
    let query = "effective=tomorrow&material=yes&note=a&note=b&efective=2027-01-01";
    let refused = world.publish("..1", query, "a <b>c</b> ![d](e) [f](javascript:g)");
    assert_eq!(refused.status(), 422);
    let told: Vec<(String, String)> = codes(&refused);
    let told: Vec<(&str, &str)> = told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        told,
        [
            ("/version", "version-name"),
            ("?note", "given-twice"),
            ("?efective", "unknown-field"),
            ("?lang", "missing"),
            ("?effective", "not-an-instant"),
            ("?material", "not-true-or-false"),
            ("", "no-heading"),
            ("", "raw-html"),
            ("", "image"),
            ("", "unsafe-link"),
        ]
    );
    let long = "a".repeat(501);
    for (query, text, pointer, code) in [
        ("lang=de", "# a", "?lang", "unknown-language"),
        ("lang=en-GB", "# a", "?lang", "unknown-language"),
        (&*format!("lang=en&note={long}"), "# a", "?note", "too-long"),
        ("lang=en", " \n", "", "empty"),
        ("lang=en", "# a\u{1b}[2J", "", "control-character"),
        ("lang=en", "# a\n\n## b {#c}\n\n## d {#c}", "", "duplicate-id"),
    ] {
        assert_eq!(
            codes(&world.publish("1", query, text)),
            [(pointer.to_owned(), code.to_owned())],
            "{query}"
        );
    }
    assert_eq!(world.publish("1", "lang=en", &format!("# {}", "a".repeat(61_440))).status(), 413);
    assert!(world.store.dump().is_empty());
    let authorised = ("authorization", &*format!("Bearer {TOKEN}"));
    for content_type in ["text/html", "application/json", ""] {
        let headers = [authorised, ("content-type", content_type)];
        let refused =
            world.send(&request(Method::PUT, "/policy/versions/1?lang=en", &headers, "# a"));
        assert_eq!(refused.status(), 415, "{content_type}");
    }
    let mut strange = put("1", "lang=en", "");
    strange.body = Body::Whole(Bytes::from_static(b"# \xff"));
    assert_eq!(world.send(&strange).status(), 400);
    strange.body = Body::Cut;
    assert_eq!(world.send(&strange).status(), 400);
    strange.body = Body::TooLarge;
    assert_eq!(world.send(&strange).status(), 413);
}

#[test]
fn only_the_operator_publishes() {
    let world = PolicyWorld::new();
    for authorization in
        ["", "Bearer", "Bearer wrong", &*format!("Basic {TOKEN}"), &*format!("Bearer {TOKEN}x")]
    {
        let headers = [("authorization", authorization), ("content-type", "text/markdown")];
        let refused =
            world.send(&request(Method::PUT, "/policy/versions/1?lang=en", &headers, "# a"));
        assert_eq!((refused.status().as_u16(), slug(&refused)), (401, "unauthorised".to_owned()));
        assert!(header(&refused, "www-authenticate").starts_with("Bearer"));
    }
    assert!(world.store.calls().is_empty());
    for method in [Method::DELETE, Method::PATCH, Method::POST] {
        let refused = world.send(&request(method, "/policy/versions/1", &[], ""));
        assert_eq!((refused.status().as_u16(), header(&refused, "allow")), (405, "GET, HEAD, PUT"));
    }
}

#[test]
fn a_store_that_fails_at_any_call_leaves_nothing_half_said() {
    for fail_at in 1.. {
        let world = PolicyWorld::with_sample();
        world.store.fail_from(Some(fail_at));
        let response = world.publish("1.1", "lang=en", "# Next");
        if response.status() == 201 {
            assert!(fail_at > 5, "{fail_at}");
            break;
        }
        assert_eq!(
            (response.status().as_u16(), slug(&response)),
            (503, "store-unavailable".to_owned())
        );
        assert_eq!(world.get("/policy").status(), 503);
        world.store.fail_from(None);
        // The same again ends well, whatever was written the first time.
        let world = world.restart();
        assert!(matches!(world.publish("1.1", "lang=en", "# Next").status().as_u16(), 200 | 201));
        assert_eq!(world.json("/policy/manifest.json")["version"], "1.1");
        assert!(body(&world.get("/policy")).contains("<h1>Next</h1>"));
        let views = views(&world.store);
        assert_eq!(views.0, views.1);
        assert_eq!(views.0.broken(), None);
        assert_eq!(views.0.publications().len(), 3);
    }
}

#[test]
fn a_text_that_was_changed_in_the_store_is_not_served() {
    let world = PolicyWorld::with_sample();
    world.publish("1.1", "lang=en", "# Next");
    let world = world.restart();
    let (key, value) = world
        .store
        .dump()
        .into_iter()
        .find(|(key, _)| key.starts_with("policy-text:1.0:en"))
        .unwrap();
    let mut forged = value.clone();
    *forged.last_mut().unwrap() ^= 1;
    world.store.put(&key, forged);
    assert_eq!(slug(&world.get("/policy/versions/1.0?lang=en")), "internal");
    assert_eq!(world.get("/policy/versions/1.0?lang=ru").status(), 200);
    world.store.take(&key);
    assert_eq!(slug(&world.get("/policy/versions/1.0?lang=en")), "internal");
    world.store.put("policy-head", b"nonsense".to_vec());
    world.later(2);
    assert_eq!(slug(&world.get("/policy")), "internal");
}

#[test]
fn of_two_publishers_who_race_neither_is_lost() {
    let world = PolicyWorld::with_sample();
    let rival = PolicyWorld { now: world.now.clone(), ..PolicyWorld::new() };
    for (key, value) in world.store.dump() {
        rival.store.put(&key, value);
    }
    let raced = Raced { store: &world.store, rival: Some(rival).into() };
    assert_eq!(world.send_with(&raced, &put("1.1", "lang=en", "# Ours")).status(), 201);
    let (index, head) = views(&world.store);
    assert_eq!(index, head);
    let names: Vec<&str> =
        index.publications().iter().map(|s| s.publication.version.as_str()).collect();
    assert_eq!(names.len(), 4);
    assert!(names.contains(&"1.1") && names.contains(&"1.2"));
    // Both name the same publication before; the chain holds all the same, and so does the next one.
    assert_eq!(index.broken(), None);
    let world = world.restart();
    assert_eq!(world.publish("1.3", "lang=en", "# Next").status(), 201);
    assert_eq!(views(&world.store).0.broken(), None);
}

#[test]
fn other_addresses_belong_to_others() {
    let world = PolicyWorld::with_sample();
    for target in ["/", "/robots.txt", "/policies", "/%70olicy/nothing"] {
        assert_eq!(world.get(target).status(), 404, "{target}");
    }
    assert!(world.store.calls().is_empty());
}
