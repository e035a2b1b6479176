//! Links and their pages.

use super::*;

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
