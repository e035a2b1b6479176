//! Links, languages and methods.

use super::*;

// Links.

#[test]
fn unknown_wrong_and_expired_links_are_answered_alike() {
    let world = World::desk_with_policy();
    let expired = world.filed(&complaint());
    let expired = expired.rsplit('/').next().unwrap().to_owned();
    let unknown = CaseKey { id: world.desk().moment.id(), subject: None };
    let unknown = status_path(&world.setup, &unknown).rsplit('/').next().unwrap().to_owned();
    let mut forged = expired.clone();
    forged.replace_range(40..41, if &forged[40..41] == "A" { "B" } else { "A" });
    let purpose = world.token();
    world.later(1096 * 86_400);
    let tokens = [&*expired, &unknown, &forged, &purpose, "nonsense", &expired[..60], "%00%FF"];
    let requests = |token: &str| -> Vec<Request> {
        let at = |below: &str| format!("/feedback/status/{token}{below}");
        let mut requests = Vec::new();
        for below in [
            "",
            "/received",
            "/added",
            "/withdrawn",
            "/case.json",
            "/receipt.json",
            "/attachments/1",
            "/attachments/x",
            "/unknown",
        ] {
            requests.push(page(&at(below)));
            requests.push(get(&at(below)));
            requests.push(request(Method::HEAD, &at(below), &[HTML], ""));
            requests.push(request(Method::DELETE, &at(below), &[], ""));
        }
        for below in ["/messages", "/withdraw"] {
            for body in [json!({"message": "x"}), json!({}), json!({"message": ""})] {
                requests.push(send(&at(below), &body, &[]));
            }
            requests.push(form(&at(below), &[]));
            requests.push(form(&at(below), &[("message", "x")]));
            requests.push(form(&at(below), &[("message", " "), ("once", "tap-0001")]));
            requests.push(request(Method::POST, &at(below), &[], ""));
            requests.push(request(Method::POST, &at(below), &[("content-type", "text/xml")], "x"));
            requests.push(page(&at(below)));
        }
        requests
    };
    // Whether the client has used all that it may or not.
    for exhausted in [false, true] {
        if exhausted {
            while world.feedback(&filing()).status != 429 {}
        }
        let answers: Vec<Vec<Answer>> = tokens
            .iter()
            .map(|token| {
                let answers = requests(token);
                let answers = answers.iter().map(|request| {
                    let answer = world.feedback(request);
                    // The language switch repeats the address; but for that nothing may differ.
                    let body = answer.text().replace(token, "").into();
                    let headers = answer.headers.into_iter();
                    let headers = headers.filter(|(name, _)| name != "content-length");
                    Answer { body, headers: headers.collect(), ..answer }
                });
                answers.collect()
            })
            .collect();
        for (token, given) in tokens.iter().zip(&answers) {
            for ((given, expected), request) in given.iter().zip(&answers[0]).zip(requests(token)) {
                assert!((400..500).contains(&given.status), "{request:?} {given:?}");
                // A path with a byte that is no text is never an address of ours, whatever the method.
                if *token != "%00%FF" {
                    assert_eq!(given, expected, "{request:?}");
                }
            }
        }
    }
}

#[test]
fn a_pasted_link_is_followed_and_never_leads_elsewhere() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let token = status.rsplit('/').next().unwrap();
    for link in [
        token.to_owned(),
        format!("  {BASE}{status}\n"),
        format!("{BASE}{status}/received?lang=ru#errors"),
        format!("http://elsewhere.example/feedback/status/{token}"),
    ] {
        let answer = world.feedback(&form("/feedback/follow?lang=ru", &[("link", &link)]));
        assert_eq!(answer.header("location"), format!("{status}?lang=ru"), "{link}");
        assert_eq!(answer.header("x-robots-tag"), "noindex");
    }
    assert_eq!(world.feedback(&form("/feedback/follow", &[("link", "")])).status, 422);
    for link in ["a b", "//evil.example", "/feedback/status/", "\u{202e}", "x\r\nset-cookie: a=b"] {
        let answer = world.feedback(&form("/feedback/follow", &[("link", link)]));
        assert_eq!((answer.status, answer.header("location")), (404, ""), "{link}");
    }
}

#[test]
fn heads_are_gets_without_bodies_and_other_methods_are_refused() {
    let world = World::desk_with_policy();
    let mut body = complaint();
    body["attachments"] = json!([{"data": Base64::encode_string(b"text")}]);
    let status = world.filed(&body);
    let below =
        ["", "/received", "/added", "/withdrawn", "/case.json", "/receipt.json", "/attachments/1"];
    let mut readable: Vec<String> = below.iter().map(|below| format!("{status}{below}")).collect();
    readable.push("/feedback".to_owned());
    for target in &readable {
        let got = world.feedback(&page(target));
        let head = world.feedback(&request(Method::HEAD, target, &[HTML], ""));
        assert_eq!((got.status, head.status), (200, 200), "{target}");
        assert_eq!(got.headers, head.headers, "{target}");
        assert!(head.body.is_empty());
        assert_eq!(got.header("content-length"), got.body.len().to_string());
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.header("referrer-policy"), "no-referrer");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
        let behind = target != "/feedback";
        assert_eq!(got.header("x-robots-tag"), if behind { "noindex" } else { "" }, "{target}");
    }
    let refused = |method: &Method, target: &str, allow: &str| {
        let answer = world.feedback(&request(method.clone(), target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{method} {target}");
        assert_eq!(answer.slug(), "method-not-allowed");
    };
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::CONNECT] {
        for target in &readable {
            let allow = if target == "/feedback" { "GET, HEAD, POST" } else { "GET, HEAD" };
            refused(&method, target, allow);
        }
        for below in ["messages", "withdraw"] {
            refused(&method, &format!("{status}/{below}"), "POST");
        }
        refused(&method, "/feedback/follow", "POST");
    }
    refused(&Method::POST, &status, "GET, HEAD");
    refused(&Method::GET, &format!("{status}/withdraw"), "POST");
    for target in [
        "/feedback/x",
        "/feedback/status",
        &format!("{status}/x"),
        &format!("{status}/attachments/1/2"),
    ] {
        assert_eq!(world.feedback(&get(target)).status, 404, "{target}");
    }
}

#[test]
fn a_language_that_the_address_names_is_kept_by_every_link() {
    let world = World::desk_with_policy();
    let token = world.token();
    let fields = [("token", &*token), ("kind", "complaint"), ("message", MESSAGE)];
    let sent = world.feedback(&form("/feedback?lang=ru", &fields));
    let received = sent.header("location").to_owned();
    let status = received.strip_suffix("/received?lang=ru").unwrap().to_owned();
    let added = world.feedback(&form(&format!("{status}/messages?lang=ru"), &[("message", "x")]));
    assert_eq!(added.header("location"), format!("{status}/added?lang=ru"));
    let mut pages = vec!["/feedback?lang=ru".to_owned(), received];
    pages.extend(["", "/added"].map(|below| format!("{status}{below}?lang=ru")));
    for target in pages {
        let answer = world.feedback(&page(&target));
        assert_eq!(answer.header("content-language"), "ru", "{target}");
        assert_accessible(&answer);
        let text = answer.text();
        for name in [" href=\"", " action=\""] {
            for link in text.split(name).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                // Downloads have no language, nor has what is the same for everybody.
                let no_language = ["/assets/", "/.well-known/", "#"];
                if !link.ends_with(".json")
                    && !no_language.iter().any(|start| link.starts_with(start))
                {
                    assert!(link.contains("lang="), "{link} in {target}");
                }
            }
        }
        // The link to be kept is whoever's it will be.
        assert!(!text.contains(&format!("{BASE}{status}?")), "{text}");
    }
    let withdrawn = world.feedback(&form(&format!("{status}/withdraw?lang=ru"), &[]));
    assert_eq!(withdrawn.header("location"), format!("{status}/withdrawn?lang=ru"));
    // The language switch keeps what the app said.
    let answer = world.feedback(&page("/feedback?app_version=3.0.1"));
    assert!(answer.text().contains("href=\"?app_version=3.0.1&amp;lang=ru\""), "{}", answer.text());
    assert!(answer.text().contains("name=\"app_version\" autocomplete=\"off\" value=\"3.0.1\""));
}

#[test]
fn no_page_leads_to_the_host_that_an_address_pretends_to_be() {
    let world = World::new();
    for target in ["//evil.example", "//evil.example/feedback?lang=ru", "/\\evil.example/", "///"] {
        let answer = world.feedback(&page(target));
        assert_eq!(answer.status, 404, "{target}");
        let text = answer.text();
        assert!(!text.contains("evil.example"), "{target}: {text}");
        assert!(text.contains(" href=\"?lang=ru\""), "{target}: {text}");
    }
}
