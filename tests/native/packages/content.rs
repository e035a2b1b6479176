//! What is in a package.

use super::*;

#[test]
fn all_that_is_held_is_in_it_and_nothing_of_anybody_else() {
    let world = World::new();
    let (key, request) = fill(&world, "Anna@oncall.example", "ANNA");
    fill(&world, "boris@oncall.example", "BORIS");
    let opening = case::CaseOpening {
        email: None,
        ..case_opening(&world, "x@y.example", "case of NOBODY", &[])
    };
    let nobody = CaseKey { id: unique(&world), subject: None };
    let expires = opening.expires;
    open(&world, &nobody, opening, expires, &[], vec![]);
    let (package, secret) = build_at(&world, &key, &request);
    let archive = fetch(&world, &package, &secret).unwrap();
    let entries = entries(&archive);

    for (name, content) in &entries {
        let content = String::from_utf8_lossy(content);
        for other in ["BORIS", "boris", "NOBODY", "fingerprint\""] {
            assert!(!content.contains(other), "{other} in {name}");
        }
        let subject = world.desk().setup.keys.subject(&address("anna@oncall.example"));
        assert!(!content.contains(&subject.to_string()), "{name}");
    }
    let texts = [
        "case of ANNA",
        "Answer to case of ANNA",
        "Thanks for case of ANNA",
        "other case of ANNA",
        "Thanks for other case of ANNA",
        "request of ANNA",
        "Addition of request of ANNA",
        "Note of request of ANNA",
        "Question of request of ANNA",
        "Reason of request of ANNA",
        "Answer of request of ANNA",
        "Second answer of request of ANNA",
        "Refusal of request of ANNA",
    ];
    let (page, table) = (text(&entries, "index.html"), text(&entries, "messages.csv"));
    for text in texts {
        for (name, file) in [("index.html", &page), ("messages.csv", &table)] {
            assert!(file.contains(text), "{text} in {name}");
        }
    }
    for text in [
        "Subject of mail of ANNA",
        "Mail of mail of ANNA",
        "Name of case of ANNA",
        "Who wrote request of ANNA",
        "3.0.1",
        "Product news",
        "2026-11",
    ] {
        assert!(page.contains(text), "{text}");
    }

    let data = data(&entries);
    let count = |name: &str| data[name].as_array().unwrap().len();
    assert_eq!((count("cases"), count("requests"), count("mails")), (2, 2, 1));
    // Everything that was stopped and holds, and all that happened to it.
    assert_eq!((count("suppressions"), count("suppression_changes")), (2, 4));
    assert_eq!(data["email"], "Anna@oncall.example");
    assert_eq!(data["request"], request.reference().to_string());
    assert_eq!(data["suppression_changes"][2]["suppressed"], false);
    let said = data.to_string();
    for text in texts {
        assert!(said.contains(text), "{text}");
    }
    let mut seen = BTreeSet::new();
    for matter in ["cases", "requests"].iter().flat_map(|list| data[list].as_array().unwrap()) {
        for event in matter["history"].as_array().unwrap() {
            seen.insert(event["event"].as_str().unwrap().to_owned());
        }
        for file in matter["files"].as_array().unwrap() {
            let (name, hash) = (file["name"].as_str().unwrap(), file["sha256"].as_str().unwrap());
            let content = &entries[name];
            assert_eq!(base16ct::lower::encode_string(&Sha256::digest(content)), *hash);
            assert_eq!(file["size"], content.len());
            assert!(page.contains(&format!("href=\"{name}\"")));
        }
    }
    assert_eq!(seen, events());
    // Beside the four that are always there, the three files: nothing is in the archive that is not told of.
    assert_eq!(entries.len(), 3 + 3);
    let rows = rows(&table);
    assert_eq!(rows[0], ["reference", "about", "at", "by", "event", "text"]);
    // The answer to the other case was not looked for.
    assert_eq!(rows.len(), 1 + texts.len() + 1);
}

#[test]
fn nothing_held_makes_a_package_all_the_same() {
    let world = World::new();
    for lang in Lang::ALL {
        let opening = request::RequestOpening {
            lang,
            ..request_opening(&world, "anna@oncall.example", None)
        };
        let (key, request) = file_request(&world, opening, &[], vec![]);
        let (package, secret) = build_at(&world, &key, &request);
        let entries = entries(&fetch(&world, &package, &secret).unwrap());
        let page = text(&entries, "index.html");
        let t = texts::package(lang);
        assert!(page.contains(&format!("<html lang=\"{lang}\"")), "{page}");
        assert!(page.contains(t.nothing) && page.contains(t.nothing_stopped));
        // Its times are those of the pages: of the operator's zone, which is Moscow's here.
        let zone = world.setup.zone().unwrap();
        let at = request.opening.at;
        assert!(page.contains(&zone.time(at)) && page.contains(" UTC+3<"), "{page}");
        assert!(page.contains(&format!("datetime=\"{}\"", zone.rfc3339(at))), "{page}");
        assert_eq!(data(&entries)["cases"], serde_json::json!([]));
    }
}

#[test]
fn an_event_that_the_view_misses_is_in_it() {
    let world = World::new();
    let (key, request) = fill(&world, "anna@oncall.example", "ANNA");
    for key in world.keys("head").into_iter().chain(world.keys("request-head")) {
        world.store.take(&key);
    }
    let event = Event {
        id: unique(&world),
        change: request::RequestChange::PersonWrote(message("late words")),
    };
    block_on(world.desk().write_sealed(&key.event(event.id), None, &event)).unwrap();
    let (package, secret) = build_at(&world, &key, &request);
    let entries = entries(&fetch(&world, &package, &secret).unwrap());
    for name in ["index.html", "data.json", "messages.csv"] {
        let text = text(&entries, name);
        assert!(text.contains("late words") && text.contains("Thanks for case of ANNA"), "{name}");
    }
}

#[test]
fn what_has_expired_is_not_given_out() {
    let world = World::new();
    file_case(&world, "anna@oncall.example", "old case", &[Attachment::new(b"old file").unwrap()]);
    world.later(89_999_900);
    let (key, request) =
        file_request(&world, request_opening(&world, "anna@oncall.example", None), &[], vec![]);
    world.later(1_000);
    let (package, secret) = build_at(&world, &key, &request);
    let entries = entries(&fetch(&world, &package, &secret).unwrap());
    assert_eq!(data(&entries)["cases"], serde_json::json!([]));
    assert_eq!(entries.len(), 3);
}

#[test]
fn hostile_texts_are_harmless() {
    let world = World::new();
    for text in HOSTILE {
        file_case(&world, "anna@oncall.example", text, &[]);
    }
    let words = HOSTILE.map(|text| request::RequestChange::PersonWrote(message(text))).to_vec();
    let (key, request) = file_request(
        &world,
        request_opening(&world, "anna@oncall.example", Some(HOSTILE[0])),
        &[],
        words,
    );
    mail(&world, "anna@oncall.example", HOSTILE[0]);
    let (package, secret) = build_at(&world, &key, &request);
    let entries = entries(&fetch(&world, &package, &secret).unwrap());
    let page = text(&entries, "index.html");
    for bad in ["<script", "<img", "alert(1)>", "<!--", "</textarea", "onerror=alert(1)>"] {
        assert!(!page.contains(bad), "{bad}");
    }
    // One style, which is ours, and nothing that a browser would fetch.
    assert_eq!(page.matches("<style>").count(), 1);
    assert_eq!(page.matches("</style>").count(), 1);
    let tags = page.split('<').skip(1).map(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap()
    });
    let known = [
        "", "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "dl",
        "div", "dt", "dd", "ul", "ol", "li", "a", "article", "time", "strong", "bdi", "code",
        "table", "thead", "tbody", "tr", "th", "td",
    ];
    for tag in tags {
        assert!(known.contains(&tag), "{tag}");
    }
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    let rows = rows(&text(&entries, "messages.csv"));
    let texts: Vec<&str> = rows.iter().skip(1).map(|row| row[5].as_str()).collect();
    for row in &rows {
        assert_eq!(row.len(), 6);
        assert!(
            !row.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝'])),
            "{row:?}"
        );
    }
    let data = data(&entries);
    for (at, hostile) in HOSTILE.iter().enumerate() {
        let guarded = format!("'{hostile}");
        assert!(texts.contains(hostile) || texts.contains(&guarded.as_str()), "{hostile}");
        assert_eq!(data["cases"][at]["text"], *hostile);
        assert_eq!(data["requests"][0]["history"][at]["text"], *hostile);
    }
}
