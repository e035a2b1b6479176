//! Versions, languages, comparisons and feeds.

use super::*;

#[test]
fn the_truth_is_told_about_the_language() {
    let world = PolicyWorld::new();
    world.publish("1.0", "lang=en", "# One\n\n## A {#a}\n\nb");
    world.later(60);
    world.publish("2.0", "lang=ru", "# Два\n\n## A {#a}\n\nб");
    let english = [("accept-language", "en-GB, de;q=0.5")];
    let response = world.get_with("/policy", &english);
    assert_eq!(header(&response, "content-language"), "ru");
    assert_eq!(header(&response, "policy-translation"), "outdated;requested=en;served=ru");
    assert_eq!(header(&response, "content-location"), "/policy/versions/2.0?lang=ru");
    let html = body(&response);
    assert!(html.contains("<html lang=\"en\""));
    assert!(html.contains("<h1 lang=\"ru\">Два</h1>"));
    assert!(html.contains("<article class=\"prose\" lang=\"ru\">"));
    assert!(html.contains("There is no English text of version 2.0, so you are reading it in Russian. The last one in English is <a href=\"/policy/versions/1.0\">version 1.0</a>, which is older."));
    let json = world.json("/policy?lang=en");
    assert_eq!(json["language"], "ru");
    let told = serde_json::json!({"requested": "en", "served": "ru", "status": "outdated", "latest": "1.0"});
    assert_eq!(json["translation"], told);
    // Where there was never one, nothing is said of an older one.
    let world = PolicyWorld::new();
    world.publish("1.0", "lang=ru", "# Два");
    let response = world.get("/policy");
    assert_eq!(header(&response, "policy-translation"), "missing;requested=en;served=ru");
    assert!(!body(&response).contains("which is older"));
    let response = world.get_with("/policy", &[("accept-language", "ru")]);
    assert_eq!(header(&response, "policy-translation"), "exact;requested=ru;served=ru");
    assert!(!body(&response).contains("не переведена"));
}

#[test]
fn what_was_in_force_when() {
    let world = PolicyWorld::with_sample();
    world.publish("2.0", "lang=en&effective=2026-12-01T00:00:00Z", "# Next");
    for (when, version) in [
        ("2019-10-31T21:00:00Z", "1.0"),
        ("2019-11-01T00:00:00%2B03:00", "1.0"),
        ("2019-11-01T00:00:00+03:00", "1.0"),
        ("2019-11-01", "1.0"),
        ("2026-11-30", "1.0"),
        ("2026-12-01", "2.0"),
        ("2026-11-30T23:59:59.999Z", "1.0"),
        ("2030-01-01T00:00:00Z", "2.0"),
    ] {
        let response = world.get(&format!("/policy/at/{when}"));
        let location = format!("/policy/versions/{version}?lang=en");
        assert_eq!(header(&response, "content-location"), location, "{when}");
        assert!(body(&response).contains("What was in effect at this moment:"));
    }
    // A day is one of the operator's, in Moscow.
    let before = world.get("/policy/at/2019-10-31");
    assert_eq!((before.status().as_u16(), slug(&before)), (404, "no-policy".to_owned()));
    for when in ["yesterday", "2026-02-30", "2026-11-22T10:00", "%FF"] {
        let status = world.get(&format!("/policy/at/{when}")).status().as_u16();
        assert_eq!(status, if when == "%FF" { 404 } else { 400 }, "{when}");
    }
}

#[test]
fn versions_form_a_chain_that_anybody_can_check() {
    let world = PolicyWorld::with_sample();
    world.later(60);
    world.publish("1.1", "lang=en&note=What%20changed.&material=true", "# T");
    let list = world.json("/policy/versions");
    let names: Vec<&str> = list["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["version"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["1.1", "1.0"]);
    assert_eq!(list["versions"][0]["state"], "in_force");
    assert_eq!(list["versions"][1]["state"], "past");
    let languages = &list["versions"][1]["languages"];
    let publications =
        [&languages["en"], &languages["ru"], &list["versions"][0]["languages"]["en"]];
    let mut previous = String::new();
    for (at, publication) in publications.iter().enumerate() {
        // What is published is all that it takes to compute the digest, as the documentation says.
        let text = |name: &str| publication[name].as_str().unwrap_or_default();
        let canonical = format!(
            "privacy-desk.policy.v1\nnumber: {}\nversion: {}\nlanguage: {}\npublished: {}\neffective: {}\nmaterial: {}\nsha256: {}\nprevious: {}\nnote: {}",
            at + 1,
            text("version"),
            text("language"),
            text("published"),
            text("effective"),
            publication["material"],
            text("sha256"),
            text("previous"),
            text("note"),
        );
        let digest = desk_core::policy::Digest::of(canonical.as_bytes()).to_string();
        assert_eq!(text("digest"), digest);
        assert_eq!(text("previous"), previous);
        let claim = world.setup.keys.verify(text("signature")).unwrap();
        let claim: Value = serde_json::from_slice(&claim).unwrap();
        assert_eq!(claim["type"], "policy-publication");
        assert_eq!(claim["digest"], digest.as_str());
        // The digest of the text is that of the Markdown at its address.
        let path = text("url").strip_prefix("https://privacy.oncall.example").unwrap().to_owned();
        let markdown = world.get(&format!("{path}&format=markdown"));
        assert_eq!(text("sha256"), desk_core::policy::Digest::of(markdown.body()).to_string());
        previous = digest;
    }
    let manifest = world.json("/policy/manifest.json");
    assert_eq!(manifest["digest"], previous.as_str());
    assert_eq!(manifest["languages"]["en"]["sha256"], publications[2]["sha256"]);
    let moment = Moment::new(world.now.get(), Seed::new([7; 32]));
    let desk = Desk::new(&world.store, &world.setup, &world.instance, moment);
    let pin = block_on(desk_app::policy::pin(&desk)).unwrap().unwrap();
    assert_eq!((pin.version.as_str(), pin.digest), ("1.1", previous));
    let html = world.get("/policy/versions");
    for part in [
        "<a href=\"/policy/versions/1.1\">1.1</a> <span class=\"tag\">in effect</span>",
        "<span class=\"tag\">important</span> What changed.",
        "<a href=\"/policy/diff/1.0..1.1\">with 1.0<span class=\"vh\">: version 1.1</span></a>",
        "English, Russian",
    ] {
        assert!(body(&html).contains(part), "{part}");
    }
}

#[test]
fn links_lead_around_the_versions() {
    let world = PolicyWorld::with_sample();
    world.later(60);
    world.publish("1.1", "lang=en", "# T");
    world.publish("1.2", "lang=en&effective=2027-01-01T00:00:00Z", "# U");
    let link = |target: &str| header(&world.get(target), "link").to_owned();
    let now = link("/policy");
    for part in [
        "<https://privacy.oncall.example/policy?lang=en>; rel=\"canonical\"",
        "</policy?lang=en&format=markdown>; rel=\"alternate\"; type=\"text/markdown\"",
        "</policy/versions>; rel=\"version-history\"",
        "</policy>; rel=\"latest-version\"",
        "</policy>; rel=\"privacy-policy\"",
        "</policy/versions/1.0>; rel=\"predecessor-version\"",
        "</policy/versions/1.2>; rel=\"successor-version\"",
        "</policy/feed.atom>; rel=\"alternate\"; type=\"application/atom+xml\"",
    ] {
        assert!(now.contains(part), "{part} in {now}");
    }
    let first = link("/policy/versions/1.0");
    assert!(first.contains("</policy/versions/1.0?lang=ru>; rel=\"alternate\"; hreflang=\"ru\""));
    assert!(!first.contains("predecessor-version"));
}

#[test]
fn a_comparison_goes_by_section_and_by_word() {
    let world = PolicyWorld::with_sample();
    world.later(60);
    let changed = ENGLISH
        .replace("3.0 is a phone app", "3.0 is an app")
        .replace("and the log is held.", "and the log is held for twelve months.")
        .replace(
            "## Security {#security}",
            "## Your choices {#choices}\n\nAsk at any moment.\n\n## Security {#security}",
        );
    let changed = changed.split("## Changes {#changes}").next().unwrap();
    assert_eq!(world.publish("1.1", "lang=en", changed).status(), 201);
    let json = world.json("/policy/diff/1.0..1.1");
    assert_eq!(
        json["summary"],
        serde_json::json!({"added": 1, "removed": 1, "changed": 2, "unchanged": 5})
    );
    let section = |id: &str| -> Value {
        json["sections"].as_array().unwrap().iter().find(|s| s["id"] == id).unwrap().clone()
    };
    assert_eq!(section("choices")["status"], "added");
    assert_eq!(section("changes")["status"], "removed");
    assert_eq!(
        section("use"),
        serde_json::json!({"id": "use", "title": "How it is used", "status": "unchanged", "lines": []})
    );
    let lines = section("collected")["lines"].clone();
    let ops = lines
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["ops"])
        .find(|ops| ops.as_array().unwrap().len() > 1)
        .unwrap();
    assert_eq!(ops[1], serde_json::json!({"op": "insert", "text": " for twelve months"}));
    let html = world.get("/policy/diff/1.0..1.1");
    for part in [
        "<h1>What changes from 1.0 to 1.1</h1>",
        "2 sections changed, 1 added, 1 removed, 5 stay the same",
        "<h2>What is collected</h2><p><span class=\"tag\">changed</span></p>",
        "the log is held<ins><span class=\"vh\">[added: </span> for twelve months<span class=\"vh\"> end]</span></ins>.",
        "OnCall\u{a0}3.0 is <del><span class=\"vh\">[removed: </span>a phone<span class=\"vh\"> end]</span></del><ins><span class=\"vh\">[added: </span>an<span class=\"vh\"> end]</span></ins> app",
        "paragraphs without change</p>",
        "<p>General terms, How it is used, Disclosure, Security, Requests and complaints.</p>",
        "<a href=\"/policy/diff/1.0..1.1?format=json\" type=\"application/json\">JSON</a>",
    ] {
        assert!(body(&html).contains(part), "{part}\n{}", body(&html));
    }
    // In Russian there is nothing of 1.1 to compare, so the English texts are compared on a Russian page.
    let russian = world.get("/policy/diff/1.0..1.1?lang=ru");
    assert_eq!(header(&russian, "content-language"), "en");
    assert!(body(&russian).contains("<h1>Что меняется между 1.0 и 1.1</h1>"));
    world.publish("1.2", "lang=ru", "# Только по-русски");
    for (target, status) in [
        ("/policy/diff/1.0..9", 404),
        ("/policy/diff/..", 404),
        ("/policy/diff/1.1..1.2", 404),
        ("/policy/diff/1.0", 400),
        ("/policy/diff/1.0..1.1?format=markdown", 422),
        ("/policy/diff/1.1..1.0", 200),
        ("/policy/diff", 404),
    ] {
        assert_eq!(world.get(target).status(), status, "{target}");
    }
}

#[test]
fn feeds_tell_of_every_version_in_every_language() {
    let world = PolicyWorld::with_sample();
    world.later(60);
    world.publish("1.1", "lang=en&note=A%20%26%20%3Cb%3E&material=true", "# T");
    let atom = world.get("/policy/feed.atom?lang=ru");
    assert_eq!(header(&atom, "content-type"), "application/atom+xml; charset=utf-8");
    insta::assert_snapshot!(body(&atom).replace("><", ">\n<"));
    let json = world.json("/policy/feed.json");
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(json["items"][0]["id"], "tag:privacy.oncall.example,2026:policy/en/1.1");
    assert_eq!(json["items"][0]["content_text"], "A & <b>");
    assert_eq!(json["items"][0]["tags"], serde_json::json!(["material"]));
    assert_eq!(json["items"].as_array().unwrap().len(), 2);
    // An empty feed never changed, and so can be asked for with a condition too.
    let empty = PolicyWorld::new().get("/policy/feed.atom");
    assert_eq!(header(&empty, "last-modified"), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert!(body(&empty).contains("<updated>1970-01-01T00:00:00Z</updated>"));
}
