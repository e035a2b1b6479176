//! Minted links, and the preferences.

use super::*;

#[test]
fn links_are_minted_for_the_app_and_for_operators() {
    let world = world();
    let body = json!({"email": "jane@example.org", "list": "product-news"});
    let mint = |token: &str, body: &Value| {
        world.mailer(&json_body("/unsubscribe/links", body, &[("authorization", &bearer(token))]))
    };
    for token in [APP, OPERATOR] {
        let minted = mint(token, &body);
        assert_eq!(minted.status, 200, "{}", minted.text());
        let url = format!("{BASE}{}", jane(&world));
        assert_eq!(minted.field("/links/0/url"), url);
        assert_eq!(
            minted.json()["links"][0]["headers"],
            json!([
                format!("List-Unsubscribe: <{url}>"),
                "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
                "List-Id: Product news <product-news.desk.example>",
            ])
        );
    }
    assert_eq!(mint("nobody", &body).slug(), "unauthorised");
    let emails: Vec<String> = (0..1000).map(|n| format!("p{n}@example.org")).collect();
    let batch = mint(APP, &json!({"emails": emails, "list": "tips"}));
    assert_eq!(batch.json()["links"].as_array().unwrap().len(), 1000);
    let mut too_many = emails.clone();
    too_many.push("one@more.example".to_owned());
    for (body, pointer, code) in [
        (json!({"emails": too_many, "list": "tips"}), "/emails", "batch"),
        (json!({"emails": [], "list": "tips"}), "/emails", "empty"),
        (json!({"emails": "a@b.co", "list": "tips"}), "/emails", "not-a-list"),
        (json!({"emails": ["a@b.co", "no"], "list": "tips"}), "/emails/1", "not-an-address"),
        (json!({"emails": ["a@b.co", 1], "list": "tips"}), "/emails/1", "not-text"),
        (json!({"email": "no", "list": "tips"}), "/email", "not-an-address"),
        (json!({"list": "tips"}), "/email", "missing"),
        (json!({"email": "a@b.co"}), "/list", "missing"),
        (json!({"email": "a@b.co", "list": "none"}), "/list", "unknown-list"),
        (json!({"email": "a@b.co", "list": "tips", "x": 1}), "/x", "unknown-field"),
    ] {
        let answer = mint(APP, &body);
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())], "{body}");
    }
    assert!(world.store.dump().is_empty());
}

#[test]
fn a_mailbox_stands_beside_the_link_where_there_is_one() {
    let world = World::with(|name| (name == "unsubscribe_mailbox").then_some("u@in.desk.example"));
    let body = json!({"email": "jane@example.org", "list": "tips"});
    let minted =
        world.mailer(&json_body("/unsubscribe/links", &body, &[("authorization", &bearer(APP))]));
    let path = link(&world, "jane@example.org", "tips");
    let token = path.strip_prefix("/u/").unwrap();
    assert_eq!(
        minted.field("/links/0/headers/0"),
        format!(
            "List-Unsubscribe: <{BASE}{path}>, <mailto:u@in.desk.example?subject=unsubscribe%20{token}>"
        )
    );
}

#[test]
fn a_link_to_the_preferences_is_mailed_and_answers_are_alike() {
    let world = world();
    let known = jane(&world);
    world.unsubscribe(&one_click(&known));
    world.store.sent();
    world.later(86_400);
    let ask = |email: &str| {
        world.store.reset_calls();
        let answer = world.unsubscribe(&form("/unsubscribe", &[("email", email)]));
        let (calls, depth) = (world.store.calls(), world.store.depth());
        ((answer.status, answer.headers, answer.body), calls, depth)
    };
    let first = ask("jane@example.org");
    assert_eq!(first.0.0, 303);
    let path = mailed(&world);
    world.later(86_400);
    assert_eq!(ask("stranger@example.org"), first);
    world.later(-86_400);
    let shown = world.unsubscribe(&page(&path));
    assert_eq!(shown.status, 200);
    assert!(shown.text().contains("Stopped at present"));
    // Everything, the other way round.
    let saved = world.unsubscribe(&form(&path, &[("send", "product-news")]));
    assert!(saved.text().contains("Saved."), "{}", saved.text());
    let scopes: Vec<Reason> = held(&world).into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(scopes, [Reason::Preferences]);
    let nothing = world.unsubscribe(&form(&path, &[("send", "tips"), ("stop", "all")]));
    assert_eq!(nothing.status, 200);
    assert_eq!(held(&world).len(), 3);
    let again = world.unsubscribe(&form(&path, &[("send", "tips"), ("send", "product-news")]));
    assert_eq!(again.status, 200);
    assert!(held(&world).is_empty());
    world.later(86_400);
    assert_eq!(world.unsubscribe(&page(&path)).status, 404);
}

#[test]
fn asking_for_mail_is_limited_by_client_and_by_address() {
    let world = world();
    let ask = |email: &str, client: &str| {
        let headers = [HTML, URLENCODED, ("spin-client-addr", client)];
        let email = email.replace('@', "%40");
        world.unsubscribe(&request(
            Method::POST,
            "/unsubscribe",
            &headers,
            format!("email={email}"),
        ))
    };
    for number in 0..3 {
        assert_eq!(ask(&format!("a{number}@example.org"), "203.0.113.1:1").status, 303);
    }
    assert_eq!(ask("b@example.org", "203.0.113.1:1").status, 429);
    world.store.sent();
    for number in 0..5 {
        let client = format!("198.51.100.{number}:1");
        assert_eq!(ask("victim@example.org", &client).status, 303);
    }
    // Nobody is mailed more than the limit, whoever asks.
    assert_eq!(world.store.sent().len(), 3);
}

#[test]
fn a_wrong_address_comes_back_with_what_was_written() {
    let world = world();
    let wrong = world.unsubscribe(&form("/unsubscribe", &[("email", "jane@")]));
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("value=\"jane@\""), "{}", wrong.text());
    assert!(wrong.text().contains("<title>Error: "));
    let missing = world.unsubscribe(&form("/unsubscribe", &[("email", "")]));
    assert!(missing.text().contains("Enter your e-mail address"));
    let json = world.unsubscribe(&json_body("/unsubscribe", &json!({"email": "no"}), &[]));
    assert_eq!(json.errors(), [("/email".to_owned(), "not-an-address".to_owned())]);
    assert!(world.store.dump().is_empty());
}
