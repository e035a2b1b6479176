//! Unsubscribing, in native code.

use desk_core::suppression::{Link, ListId, Reason, Scope, Suppression, SuppressionChange};
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{
    APP, Answer, BASE, HTML, OPERATOR, World, form, get, json as json_body, page, request,
};

const WEBHOOK: &str = "https://mailer.example/hook";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn world() -> World {
    World::with(|name| match name {
        "webhook_url" => Some(WEBHOOK),
        "webhook_secrets" => Some(SECRET),
        _ => None,
    })
}

/// The path of a person's link on a list.
fn link(world: &World, email: &str, list: &str) -> String {
    let list: ListId = list.parse().unwrap();
    let link = Link::new(&world.setup.keys, &email.parse().unwrap(), list.tag());
    format!("/u/{}", link.mint(&world.setup.keys))
}

fn jane(world: &World) -> String {
    link(world, "jane@example.org", "product-news")
}

const URLENCODED: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// What a mailbox provider sends (RFC 8058 section 3.2).
fn one_click(path: &str) -> desk_web::Request {
    request(Method::POST, path, &[URLENCODED], "List-Unsubscribe=One-Click")
}

/// What was stored of the suppressions: reason by key.
fn held(world: &World) -> Vec<(String, Reason)> {
    let dump = world.store.dump();
    dump.iter()
        .filter(|(key, _)| key.starts_with("suppression:"))
        .map(|(key, value)| {
            let content = desk_core::sealed::read_plain(value, world.now.get()).unwrap().unwrap();
            let state: Suppression = desk_app::desk::decode(content).unwrap();
            (key.split(':').nth(2).unwrap().to_owned(), state.reason)
        })
        .collect()
}

fn changes(world: &World) -> Vec<SuppressionChange> {
    world.keys("change").iter().map(|key| SuppressionChange::from_key(key).unwrap()).collect()
}

/// Where a link of the page leads whose path begins so.
fn href(answer: &Answer, prefix: &str) -> String {
    let text = answer.text();
    let begin = text.find(&format!("\"{prefix}")).unwrap_or_else(|| panic!("{prefix}: {text}"));
    text[begin + 1..].split('"').next().unwrap().to_owned()
}

fn field(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let begin = text.find(&format!("name=\"{name}\" value=\"")).unwrap();
    text[begin..].split('"').nth(3).unwrap().to_owned()
}

#[test]
fn looking_at_a_link_changes_nothing_and_asks_the_store_nothing() {
    let world = world();
    let path = jane(&world);
    world.store.reset_calls();
    for _ in 0..3 {
        let shown = world.unsubscribe(&page(&path));
        assert_eq!(shown.status, 200);
        assert!(shown.text().contains("Stop receiving Product news?"), "{}", shown.text());
        assert!(shown.text().contains("j•••@e•••.org"));
        assert_eq!(shown.header("cache-control"), "no-store");
        assert_eq!(shown.header("referrer-policy"), "no-referrer");
        assert_eq!(shown.header("x-robots-tag"), "noindex");
        assert_eq!(shown.header("set-cookie"), "");
        let head = world.unsubscribe(&request(Method::HEAD, &path, &[HTML], ""));
        assert_eq!((head.status, head.body.len()), (200, 0));
        let less = world.unsubscribe(&page(&format!("{path}/less")));
        assert_eq!(less.status, 200);
    }
    assert!(world.store.calls().is_empty());
    assert!(world.store.dump().is_empty() && world.store.sent().is_empty());
    let russian = world.unsubscribe(&page(&format!("{path}?lang=ru")));
    assert!(russian.text().contains("Отписаться от рассылки «Новости продукта»?"));
    let json =
        world.unsubscribe(&request(Method::GET, &path, &[("accept", "application/json")], ""));
    assert_eq!(
        json.json(),
        json!({"scope": "product-news", "name": "Product news", "address": "j•••@e•••.org"})
    );
}

#[test]
fn a_page_given_out_again_is_the_persons_own() {
    let remembering = world();
    let people = [
        ("jane@example.org", "product-news"),
        ("john@example.com", "product-news"),
        ("anna@firma.ru", "product-news"),
        ("x@example.photography", "tips"),
        ("y@example.photography", "gone"),
        ("jane@example.org", "product-news"),
    ];
    for (email, list) in people {
        for lang in ["en", "ru"] {
            let path = link(&remembering, email, list);
            let asked = request(Method::GET, &path, &[HTML, ("accept-language", lang)], "");
            let again = remembering.unsubscribe(&asked);
            // Another desk of the same setup renders the same.
            let fresh = world().unsubscribe(&asked);
            let (id, other) = (field(&again, "page"), field(&fresh, "page"));
            assert_eq!(again.text().replace(&id, ""), fresh.text().replace(&other, ""), "{email}");
            let length = again.body.len().to_string();
            assert_eq!(again.header("content-length"), length);
            assert_eq!(again.headers, fresh.headers);
        }
    }
    let path = jane(&remembering);
    let ids = [(); 2].map(|()| field(&remembering.unsubscribe(&page(&path)), "page"));
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn one_click_stops_mail_with_one_call_in_sequence() {
    let world = world();
    let path = jane(&world);
    world.store.reset_calls();
    let answer = crate::world::block_on(unsubscribe::serve(&world.desk(), &one_click(&path)));
    assert_eq!(world.store.calls(), ["set suppression", "set change"]);
    assert_eq!(world.store.depth(), 1);
    let answer: Answer = answer.into();
    assert_eq!((answer.status, answer.text()), (200, "Unsubscribed.\n"));
    for absent in ["location", "set-cookie"] {
        assert_eq!(answer.header(absent), "", "{absent}");
    }
    assert_eq!(held(&world)[0].1, Reason::OneClick);
}

#[test]
fn every_body_stops_mail_and_the_method_is_recorded() {
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    for (content_type, body, reason) in [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click", Reason::OneClick),
        ("multipart/form-data; boundary=b", multipart, Reason::OneClick),
        ("multipart/form-data; boundary=\"b\"", multipart, Reason::OneClick),
        ("application/x-www-form-urlencoded", "", Reason::Bare),
        ("application/x-www-form-urlencoded", "List-Unsubscribe=Never", Reason::Bare),
        ("application/x-www-form-urlencoded", "%ff=%fe", Reason::Bare),
        ("multipart/form-data", "nonsense", Reason::Bare),
        ("application/json", "{", Reason::Bare),
        ("text/plain", "List-Unsubscribe=One-Click", Reason::Bare),
        ("", "", Reason::Bare),
    ] {
        let world = world();
        let path = jane(&world);
        let headers: &[(&str, &str)] =
            if content_type.is_empty() { &[] } else { &[("content-type", content_type)] };
        let answer = world.unsubscribe(&request(Method::POST, &path, headers, body));
        assert_eq!(
            (answer.status, answer.text()),
            (200, "Unsubscribed.\n"),
            "{content_type} {body}"
        );
        assert_eq!(held(&world)[0].1, reason, "{content_type} {body}");
    }
}

#[test]
fn a_person_presses_the_button_and_may_undo_it() {
    let world = world();
    let path = jane(&world);
    let shown = world.unsubscribe(&page(&path));
    let id = field(&shown, "page");
    world.store.reset_calls();
    let press = form(&path, &[("page", &id)]);
    let done = world.unsubscribe(&press);
    assert_eq!(done.status, 200);
    assert!(done.text().contains("You will get no more of Product news"), "{}", done.text());
    assert_eq!(held(&world)[0].1, Reason::Form);
    // The same page sent again, as by a reload, is the same act, and still may be undone.
    assert_eq!(href(&world.unsubscribe(&press), "/u/undo/").len(), href(&done, "/u/undo/").len());
    let undo = href(&done, "/u/undo/");
    let asked = world.unsubscribe(&page(&undo));
    assert!(asked.text().contains("Receive Product news again?"));
    assert_eq!(held(&world).len(), 1);
    // Changes of one millisecond stand in the journal in any order.
    world.later(1);
    let undone = world.unsubscribe(&form(&undo, &[("undo", "yes")]));
    assert!(undone.text().contains("You will receive Product news again"));
    assert!(held(&world).is_empty());
    assert_eq!(changes(&world).last().unwrap().reason, None);
    // Undoing twice is undoing once.
    assert_eq!(world.unsubscribe(&form(&undo, &[("undo", "yes")])).status, 200);
    world.later(30 * 86_400);
    assert_eq!(world.unsubscribe(&page(&undo)).status, 404);
}

#[test]
fn a_forwarded_mail_cannot_sign_anybody_up() {
    let world = world();
    let path = jane(&world);
    world.unsubscribe(&one_click(&path));
    // Somebody else opens the page, presses the button, and would undo it.
    let id = field(&world.unsubscribe(&page(&path)), "page");
    let done = world.unsubscribe(&form(&path, &[("page", &id)]));
    assert!(!done.text().contains("/u/undo/"), "{}", done.text());
    assert!(done.text().contains("It had been stopped before."));
    assert_eq!(held(&world).len(), 1);
}

#[test]
fn an_undo_leaves_what_an_operator_entered() {
    let world = world();
    let path = jane(&world);
    let id = field(&world.unsubscribe(&page(&path)), "page");
    let undo = href(&world.unsubscribe(&form(&path, &[("page", &id)])), "/u/undo/");
    let body = json!({"email": "jane@example.org", "scope": "product-news", "reason": "by phone"});
    let entered = request(
        Method::PUT,
        "/suppressions",
        &[("authorization", &bearer(OPERATOR)), ("content-type", "application/json")],
        body.to_string(),
    );
    assert_eq!(world.mailer(&entered).status, 200);
    world.unsubscribe(&form(&undo, &[]));
    assert_eq!(held(&world)[0].1, Reason::Operator);
}

#[test]
fn every_list_can_be_left_at_once_and_some_of_them() {
    let world = world();
    let path = jane(&world);
    let all = world.unsubscribe(&form(&format!("{path}/all"), &[("page", "")]));
    assert!(all.text().contains("no more newsletters of OnCall 3.0"), "{}", all.text());
    assert_eq!(held(&world), [("all".to_owned(), Reason::Bare)]);
    let undo = href(&all, "/u/undo/");
    world.unsubscribe(&form(&undo, &[]));
    assert!(held(&world).is_empty());
    let less = format!("{path}/less");
    let done = world.unsubscribe(&form(&less, &[("stop", "tips"), ("stop", "product-news")]));
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(held(&world).iter().all(|(_, reason)| *reason == Reason::Preferences));
    assert_eq!(held(&world).len(), 2);
    let none = world.unsubscribe(&form(&less, &[]));
    assert!(none.text().contains("nothing has changed"), "{}", none.text());
    let wrong = world.unsubscribe(&json_body(&less, &json!({"stop": ["no-such-list"]}), &[]));
    assert_eq!(wrong.errors(), [("/stop".to_owned(), "unknown-list".to_owned())]);
    assert_eq!(held(&world).len(), 2);
}

#[test]
fn links_that_are_not_whole_are_answered_alike() {
    let world = world();
    let good = jane(&world);
    let purposes = {
        let undo = href(&world.unsubscribe(&form(&good, &[("page", "")])), "/u/undo/");
        undo.replace("/u/undo/", "/u/")
    };
    let cut = &good[..good.len() - 1];
    let forged = format!("/u/{}", "A".repeat(70));
    let paths = [cut, &forged, &purposes, "/u/x", "/u/undo"];
    let normal = |answer: Answer| (answer.status, answer.headers, answer.body);
    let before = world.store.dump();
    let expected = normal(world.unsubscribe(&one_click("/u/nothing")));
    assert_eq!(expected.0, 404);
    world.store.reset_calls();
    for path in paths {
        assert_eq!(normal(world.unsubscribe(&one_click(path))), expected, "{path}");
        assert_eq!(world.unsubscribe(&get(path)).slug(), "not-a-link", "{path}");
    }
    assert!(world.store.calls().is_empty());
    assert_eq!(world.store.dump(), before);
    let shown = world.unsubscribe(&page(cut));
    assert!(shown.text().contains("This link is not whole"));
}

#[test]
fn links_outlive_their_root_and_their_list() {
    let old = world();
    let path = link(&old, "jane@example.org", "gone");
    let rotated = World::with(|name| match name {
        "root_secret" => Some("BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA"),
        "previous_root_secrets" => Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        _ => None,
    });
    let shown = rotated.unsubscribe(&page(&path));
    assert!(shown.text().contains("Stop receiving this newsletter?"), "{}", shown.text());
    assert_eq!(rotated.unsubscribe(&one_click(&path)).status, 200);
    // Whoever asks by address finds what was stored under the old hash.
    let news = link(&old, "jane@example.org", "product-news");
    assert_eq!(rotated.unsubscribe(&one_click(&news)).status, 200);
    let check = json_body(
        "/suppressions/check",
        &json!({"emails": ["Jane@Example.org", "john@example.org"], "list": "product-news"}),
        &[("authorization", &bearer(APP))],
    );
    let results = rotated.mailer(&check).json();
    assert_eq!(results["results"][0]["suppressed"], true);
    assert_eq!(results["results"][0]["because"][0]["scope"], "product-news");
    assert_eq!(results["results"][1]["suppressed"], false);
}

#[test]
fn a_receipt_can_be_checked_by_anybody() {
    let world = world();
    let path = jane(&world);
    assert_eq!(world.unsubscribe(&get(&format!("{path}/receipt.json"))).slug(), "not-found");
    world.unsubscribe(&one_click(&path));
    let receipt = world.unsubscribe(&get(&format!("{path}/receipt.json")));
    assert_eq!(receipt.status, 200);
    let content = world.setup.keys.verify(&receipt.field("/jws")).unwrap();
    let claims: Value = serde_json::from_slice(&content).unwrap();
    assert_eq!(claims, receipt.json()["receipt"]);
    assert_eq!(claims["type"], "opt-out");
    assert_eq!(claims["suppressed"][0]["scope"], "product-news");
    assert_eq!(claims["suppressed"][0]["reason"], "one-click");
    assert!(!receipt.text().contains("jane"));
}

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

/// The path of the preferences link that was mailed last.
fn mailed(world: &World) -> String {
    let sent = world.store.sent();
    let body: Value = serde_json::from_slice(&sent.last().unwrap().body).unwrap();
    assert_eq!(body["type"], "mail.requested");
    let text = body["data"]["text"].as_str().unwrap();
    let begin = text.find("/unsubscribe/preferences/").unwrap();
    text[begin..].split_whitespace().next().unwrap().to_owned()
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

#[test]
fn the_mailer_is_told_once_the_answer_is_out_and_again_until_it_listens() {
    let world = world();
    world.store.others_answer(Some(500));
    let answer = world.unsubscribe(&one_click(&jane(&world)));
    assert_eq!(answer.status, 200);
    assert!(answer.log.unwrap().contains("it answered 500"));
    let first = world.store.sent().remove(0);
    assert_eq!(first.url, WEBHOOK);
    let header = |name: &str| first.headers.iter().find(|(n, _)| n == name).unwrap().1.clone();
    let secrets = [SECRET.parse().unwrap()];
    let (id, at, signature) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let now = world.now.get().seconds();
    desk_core::webhook::verify(&secrets, (&id, &at, &signature), &first.body, now).unwrap();
    let body: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(body["type"], "suppression.created");
    assert_eq!(body["data"]["scope"], "product-news");
    assert_eq!(body["data"]["reason"], "one-click");
    assert!(!String::from_utf8_lossy(&first.body).contains("jane"));
    let pending = || {
        let asked =
            request(Method::GET, "/suppressions/pending", &[("authorization", &bearer(APP))], "");
        world.mailer(&asked).json()
    };
    assert_eq!(pending()["pending"], 1);
    // Not before it is due.
    world.later(3);
    world.sweep();
    assert!(world.store.sent().is_empty());
    for (later, attempts) in [(20, 2), (300, 3), (1_800, 4), (7_200, 5)] {
        world.later(later);
        world.sweep();
        assert_eq!(world.store.sent().len(), 1, "attempt {attempts}");
        world.sweep();
        assert!(world.store.sent().is_empty(), "a sweep that ran moments ago does nothing");
    }
    assert_eq!(pending()["pending"], 1);
    assert_eq!(pending()["overdue"], false);
    world.later(48 * 3600);
    assert_eq!(pending()["overdue"], true);
    world.store.others_answer(Some(204));
    world.sweep();
    let told = world.store.sent().remove(0);
    assert_eq!(told.headers.iter().find(|(n, _)| n == "webhook-id").unwrap().1, id);
    assert_eq!(told.body, first.body);
    assert_eq!(pending(), json!({"pending": 0}));
    assert!(world.keys("try").is_empty());
    world.later(3600);
    world.sweep();
    assert!(world.store.sent().is_empty());
}

#[test]
fn what_was_never_told_is_told_by_the_sweep() {
    let world = world();
    // The process died between the answer and the webhook.
    let response =
        crate::world::block_on(unsubscribe::serve(&world.desk(), &one_click(&jane(&world))));
    drop(response);
    assert!(world.store.sent().is_empty());
    world.later(30);
    world.sweep();
    assert!(world.store.sent().is_empty(), "it may still be under way");
    world.later(60);
    world.sweep();
    assert_eq!(world.store.sent().len(), 1);
}

#[test]
fn mails_are_sealed_while_they_wait_and_gone_once_taken_or_useless() {
    let world = world();
    world.store.others_answer(None);
    world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    world.store.sent();
    let dump = world.store.dump();
    assert!(dump.values().all(|value| !String::from_utf8_lossy(value).contains("jane")));
    assert_eq!(world.keys("outbox").len(), 1);
    world.later(60);
    world.store.others_answer(Some(200));
    world.sweep();
    assert_eq!(world.store.sent().len(), 1);
    assert!(world.keys("outbox").is_empty());
    world.store.others_answer(None);
    world.later(7200);
    world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    world.store.sent();
    world.later(86_400);
    world.sweep();
    assert!(world.store.sent().is_empty() && world.keys("outbox").is_empty());
}

#[test]
fn a_store_that_fails_at_any_call_is_a_clear_problem_and_nothing_is_confirmed() {
    let setup = |world: &World| {
        let path = jane(world);
        let id = field(&world.unsubscribe(&page(&path)), "page");
        (path, id)
    };
    for call in 1..=4 {
        let world = world();
        let (path, id) = setup(&world);
        let requests = [
            one_click(&path),
            form(&path, &[("page", &id)]),
            form(&format!("{path}/all"), &[]),
            form(&format!("{path}/less"), &[("stop", "tips")]),
            form("/unsubscribe", &[("email", "jane@example.org")]),
        ];
        for request in &requests {
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            // Without what goes on after the answer.
            let answer = crate::world::block_on(unsubscribe::serve(&world.desk(), request));
            let calls = world.store.calls().len();
            world.store.fail_from(None);
            if calls >= call {
                assert_eq!(answer.status, 503, "{} at {call}", request.path());
                assert!(answer.after.is_none());
            }
            let again = world.unsubscribe(request);
            assert!([200, 303].contains(&again.status), "{} {}", request.path(), again.status);
            world.store.sent();
        }
    }
}

#[test]
fn bodies_that_did_not_come_whole_are_refused() {
    let world = world();
    let mut too_large = one_click(&jane(&world));
    too_large.body = desk_web::Body::TooLarge;
    assert_eq!(world.unsubscribe(&too_large).slug(), "too-large");
    let mut cut = one_click(&jane(&world));
    cut.body = desk_web::Body::Cut;
    assert_eq!(world.unsubscribe(&cut).slug(), "malformed");
    assert!(world.store.dump().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn strange_requests_are_never_our_fault(
        method in prop::sample::select(vec![Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD]),
        path in "/(u|unsubscribe)(/[a-zA-Z0-9%._-]{0,8}){0,3}",
        content_type in prop::sample::select(vec!["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "x"]),
        body: Vec<u8>,
    ) {
        let world = world();
        let answer = world.unsubscribe(&request(method, &path, &[("content-type", content_type)], body));
        prop_assert!(answer.status < 500, "{} {}", path, answer.status);
    }

    #[test]
    fn names_of_lists_survive_their_header(name in r#"[^\p{C}\\"]{1,60}"#) {
        let name = name.trim();
        prop_assume!(!name.is_empty());
        let lists = json!([{"id": "a", "name_en": name}]).to_string();
        let setup = desk_app::Setup::new(|variable| match variable {
            "root_secret" => Some("A".repeat(43)),
            "lists" => Some(lists.clone()),
            _ => None,
        }).unwrap();
        let header = desk_app::links::list_id(&setup, setup.lists().by_id("a").unwrap());
        prop_assert!(header.is_ascii());
        let phrase = header.rsplit_once(" <").unwrap().0;
        let mut read = Vec::new();
        for word in phrase.split(' ') {
            match word.strip_prefix("=?utf-8?B?").and_then(|word| word.strip_suffix("?=")) {
                Some(encoded) => {
                    use base64ct::Encoding;
                    prop_assert!(word.len() <= 75);
                    read.extend(base64ct::Base64::decode_vec(encoded).unwrap());
                }
                None => {
                    if !read.is_empty() {
                        read.push(b' ');
                    }
                    read.extend(word.bytes());
                }
            }
        }
        let squeezed: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
        let read = String::from_utf8(read).unwrap();
        let again: Vec<&str> = read.split(' ').filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(again, squeezed);
    }
}

#[test]
fn scopes_that_are_not_lists_cannot_be_chosen_by_a_person() {
    let world = world();
    for scope in ["bounce", "complaint"] {
        let less = format!("{}/less", jane(&world));
        let answer = world.unsubscribe(&form(&less, &[("stop", scope)]));
        assert_eq!(answer.status, 422, "{scope}");
    }
    assert!(matches!("all".parse(), Ok(Scope::All)));
}

#[test]
fn without_a_mailer_a_mail_is_read_in_the_console() {
    let world = World::new();
    let asked = world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    assert!(asked.log.unwrap().contains("/console/api/outbox/"));
    let token = bearer(OPERATOR);
    let read =
        |path: &str| world.console(&request(Method::GET, path, &[("authorization", &token)], ""));
    let list = read("/console/api/outbox");
    assert!(!list.text().contains("jane"));
    let id = list.field("/mails/0/id");
    let mail = read(&format!("/console/api/outbox/{id}"));
    assert_eq!(mail.field("/to"), "jane@example.org");
    let text = mail.field("/text");
    let path = text.split_whitespace().find_map(|word| word.strip_prefix(BASE)).unwrap();
    assert_eq!(world.unsubscribe(&page(path)).status, 200);
    let audit = read("/console/api/audit").json();
    assert_eq!(audit["records"][0]["action"], "mail-read");
    assert_eq!(audit["records"][0]["mail"], id.as_str());
    assert_eq!(read("/console/api/outbox/x").slug(), "not-found");
}
