//! Acts upon a request.

use super::*;

#[test]
fn a_request_is_worked_on_from_its_first_day_to_its_answer() {
    let world = World::requests();
    let filed = world.unproven();
    assert_eq!(world.listed(""), std::slice::from_ref(&filed.reference));
    let identity = world.show(&filed)["identity"].clone();
    assert_eq!((&identity["proof"], &identity["tries_left"]), (&Value::Null, &json!(5)));
    world.later(3 * 86_400);
    let proven = world.done(&act(&filed, "identity", json!({"reason": "Spoke to her in person."})));
    assert_eq!((proven.status, proven.field("/state")), (200, "received".to_owned()));
    assert_eq!(proven.field("/identity/proof"), "operator");
    assert_eq!(world.done(&act(&filed, "take", json!({}))).field("/state"), "in_progress");
    assert_eq!(world.mails().len(), 0);
    let wrote = world.done(&act(&filed, "messages", text("We are at it.")));
    assert_eq!(wrote.status, 201);
    let asked = world.done(&act(&filed, "clarification", text("From which year on?")));
    assert_eq!(asked.field("/state"), "awaiting_clarification");
    world.later(86_400);
    world.happens(&filed, RequestChange::PersonWrote(Text::new("All of it.").unwrap()));
    let due = world.show(&filed)["due"].clone();
    // Received on Sunday 22 November; the three days in which identity was to be proven do not count.
    assert_eq!(due["date"], "2026-12-25");
    let extended = world.done(&act(&filed, "extension", json!({"reason": "There is much of it."})));
    assert_eq!(extended.field("/state"), "extended");
    assert_eq!(extended.field("/due/date"), "2027-02-25");
    assert_eq!(extended.json()["extended"], true);
    let mail = extended.field("/extension/mail");
    assert!(world.mails().iter().any(|(id, _)| id.to_string() == mail));
    world.later(40 * 86_400);
    let body = json!({"text": "Here it is; the rest is not ours.", "partly": true});
    let answered = world.done(&act(&filed, "answer", body));
    assert_eq!((answered.status, answered.field("/state")), (201, "answered".to_owned()));
    let shown = world.show(&filed);
    assert_eq!(shown, answered.json());
    assert_eq!(
        members(&shown["states"], "state"),
        [
            "awaiting_identity",
            "received",
            "in_progress",
            "awaiting_clarification",
            "in_progress",
            "extended",
            "answered"
        ]
    );
    assert_eq!(
        members(&shown["thread"], "what"),
        ["request", "message", "clarification", "message", "extension", "answer"]
    );
    assert_eq!(shown["thread"][5]["partly"], true);
    assert_eq!(members(&shown["pauses"], "cause"), ["identity", "clarification"]);
    assert_eq!(members(&shown["clocks"], "act"), ["answer"]);
    assert!(!members(&shown["clocks"][0]["steps"], "text").is_empty());
    assert_eq!((&shown["due"]["overdue"], &shown["leads"]), (&json!(false), &json!(false)));
    // The person was told of each, under their own link alone.
    let mails: Vec<Mail> = world.mails().into_iter().map(|(_, mail)| mail).collect();
    let said = ["We are at it.", "From which year on?", "There is much of it.", "Here it is"];
    assert_eq!(mails.len(), said.len());
    let path = desk_app::paths::request_path(&world.setup, &filed.key);
    for (mail, said) in mails.iter().zip(said) {
        assert!(mail.text.contains(said) && mail.text.contains(&format!("{BASE}{path}")));
        assert_eq!((mail.to.as_str(), mail.lang), (EMAIL, Lang::En));
    }
    assert!(mails[2].text.contains("25\u{a0}December 2026"), "{}", mails[2].text);
    assert!(mails[2].text.contains("25\u{a0}February 2027"));
    // The secret of the person is no operator's.
    assert!(!shown.to_string().contains("/requests/status/"));
    assert_eq!(world.listed(""), [""; 0]);
    assert_eq!(world.listed("state=answered"), std::slice::from_ref(&filed.reference));
    let mut actions = world.actions();
    assert!(actions.contains(&"request-read".to_owned()));
    actions.retain(|action| action != "request-read");
    let expected = [
        "request-answered",
        "request-extended",
        "clarification-asked",
        "request-messaged",
        "request-taken",
        "identity-seen",
    ];
    assert_eq!(actions, expected);
    let json = world.console(&get("/console/api/audit?limit=200")).json();
    let record =
        json["records"].as_array().unwrap().iter().find(|r| r["action"] == "identity-seen");
    let record = record.unwrap();
    assert_eq!(record["reason"], "Spoke to her in person.");
    assert_eq!(
        (&record["reference"], &record["request"]),
        (&json!(filed.reference), &json!(filed.key.id.to_string()))
    );
    assert!(!json.to_string().contains("Anna"));
    // By its reference too, as people say it.
    let said = filed.reference.to_lowercase().replace('-', "%20");
    assert_eq!(world.console(&get(&format!("{REQUESTS}/{said}"))).json(), shown);
}

#[test]
fn every_refusal_says_why_and_changes_nothing() {
    let world = World::requests();
    let open = world.asserted();
    let unproven = world.unproven();
    for name in ["messages", "clarification", "answer"] {
        assert_eq!(
            world.refused(&act(&unproven, name, text("x"))),
            "it is not proven yet who asks."
        );
    }
    let reason = json!({"reason": "r"});
    assert_eq!(world.refused(&act(&unproven, "take", json!({}))), "it is not proven yet who asks.");
    assert_eq!(
        world.refused(&act(&unproven, "extension", reason.clone())),
        "it is not proven yet who asks."
    );
    assert_eq!(
        world.refused(&act(&open, "identity", reason.clone())),
        "it is proven already who asks."
    );
    world.done(&act(&open, "take", json!({})));
    assert_eq!(world.refused(&act(&open, "take", json!({}))), "it is in this state already.");
    world.done(&act(&open, "extension", reason.clone()));
    assert_eq!(
        world.refused(&act(&open, "extension", reason.clone())),
        "its term was extended already, which may be done once."
    );
    // A law that knows no extension, and a term that is over.
    let brazilian = world.open(&RequestOpening { regime: Regime::BrLgpd, ..world.opening() });
    assert_eq!(
        world.refused(&act(&brazilian, "extension", reason.clone())),
        "the law knows no extension of this term."
    );
    let late = world.asserted();
    // Received on 22 November at 10:00 UTC and due on the 22nd of December, to its last second.
    world.now.set("2026-12-22T23:59:59.999Z".parse().unwrap());
    let last = world.asserted();
    world.now.set("2026-12-23T00:00:00Z".parse().unwrap());
    assert_eq!(
        world.refused(&act(&late, "extension", reason.clone())),
        "its term is over, and the person had to be told before it was."
    );
    world.now.set("2026-12-22T23:59:59.999Z".parse().unwrap());
    world.console(&act(&late, "extension", reason.clone()));
    assert_eq!(world.show(&late)["state"], "extended");
    // One whose identity nobody proved in time; and whoever cannot be identified may be refused before that.
    let refusal = json!({"ground": "not-identified", "text": "We could not tell."});
    assert_eq!(world.refused(&act(&unproven, "refusal", refusal.clone())), "it has ended.");
    let doubtful = world.unproven();
    let refused = world.done(&act(&doubtful, "refusal", refusal.clone()));
    assert_eq!(refused.field("/thread/1/ground"), "not-identified");
    for (name, body) in [
        ("take", json!({})),
        ("messages", text("x")),
        ("clarification", text("x")),
        ("answer", text("x")),
        ("extension", reason.clone()),
        ("identity", reason.clone()),
        ("refusal", refusal),
    ] {
        assert_eq!(world.refused(&act(&doubtful, name, body)), "it has ended.", "{name}");
    }
    // A thread with no more room; the end stays reachable.
    for number in 0..200 {
        world.later(1);
        world.happens(&last, RequestChange::PersonWrote(Text::new(&number.to_string()).unwrap()));
    }
    assert_eq!(world.refused(&act(&last, "messages", text("x"))), "its thread is full.");
    world.done(&act(&last, "answer", text("It is done.")));
}

#[test]
fn fields_are_held_to() {
    let world = World::requests();
    let filed = world.asserted();
    let long = "a".repeat(501);
    for (name, body, pointer, code) in [
        ("messages", json!({}), "/text", "missing"),
        ("messages", text(""), "/text", "missing"),
        ("messages", text(&"a".repeat(10_001)), "/text", "too-long"),
        ("clarification", json!({"text": 1}), "/text", "not-text"),
        ("extension", text("x"), "/reason", "missing"),
        ("answer", json!({"text": "x", "partly": 1}), "/partly", "not-true-or-false"),
        ("answer", json!({"text": "x", "partly": "x"}), "/partly", "not-true-or-false"),
        ("answer", json!({"text": "x", "more": 1}), "/more", "unknown-field"),
        ("refusal", text("x"), "/ground", "missing"),
        ("refusal", json!({"ground": "x", "text": "x"}), "/ground", "unknown-ground"),
        ("refusal", json!({"ground": "excessive"}), "/text", "missing"),
        ("identity", json!({"reason": long}), "/reason", "too-long"),
    ] {
        let answer = world.console(&act(&filed, name, body));
        assert!(answer.errors().contains(&(pointer.to_owned(), code.to_owned())), "{answer:?}");
        assert_eq!(answer.status, 422);
    }
    assert_eq!(world.keys("request-event"), [""; 0]);
    for (partly, state) in [(json!(false), false), (json!(null), false), (json!("true"), true)] {
        let filed = world.asserted();
        let answer = world.done(&act(&filed, "answer", json!({"text": "x", "partly": partly})));
        assert_eq!(answer.json()["thread"][1]["partly"], state);
    }
    let filed = world.asserted();
    let form = [("if-match", "*"), ("content-type", "application/x-www-form-urlencoded")];
    let bearer = format!("Bearer {OPERATOR}");
    let headers = [&form[..], &[("authorization", &*bearer)]].concat();
    let target = format!("{}/answer", filed.url);
    let answer = world.console(&request(Method::POST, &target, &headers, "text=x&partly=true"));
    assert_eq!((answer.status, &world.show(&filed)["thread"][1]["partly"]), (201, &json!(true)));
}

#[test]
fn an_act_that_takes_no_fields_is_not_done_for_a_body_that_has_some() {
    let world = World::requests();
    let filed = world.asserted();
    for name in ["take", "package", "complaint"] {
        let more = world.console(&act(&filed, name, json!({"text": "Not yet."})));
        assert_eq!((more.status, more.errors()[0].1.as_str()), (422, "unknown-field"), "{name}");
        let target = format!("{}/{name}", filed.url);
        for (body, problem) in [(Body::Cut, 400), (Body::TooLarge, 413)] {
            let mut cut = operator(Method::POST, &target, &[("if-match", "*")], "");
            cut.body = body;
            assert_eq!(world.console(&cut).status, problem, "{name}");
        }
    }
    let areas = ["request-event", "package", "case", "outbox"].map(|area| world.keys(area).len());
    assert_eq!(areas, [0; 4]);
}

#[test]
fn decisions_are_held_to_what_they_were_made_on() {
    let world = World::requests();
    let filed = world.unproven();
    let old = world.console(&get(&filed.url)).header("etag").to_owned();
    let reason = json!({"reason": "r"});
    let acts = [
        ("identity", reason.clone()),
        ("take", json!({})),
        ("clarification", text("x")),
        ("extension", reason),
        ("answer", text("x")),
        ("refusal", json!({"ground": "excessive", "text": "x"})),
    ];
    world.later(1);
    world.happens(&filed, RequestChange::Identified(Proof::Link));
    let events = world.keys("request-event");
    for (name, body) in &acts {
        let target = format!("{}/{name}", filed.url);
        let without = world.console(&post(&target, body, &[]));
        assert_eq!((without.status, without.slug()), (428, "precondition-required".to_owned()));
        let outdated = world.console(&post(&target, body, &[("if-match", &old)]));
        assert_eq!((outdated.status, outdated.slug()), (412, "precondition-failed".to_owned()));
    }
    let target = format!("{}/messages", filed.url);
    assert_eq!(world.console(&post(&target, &text("x"), &[("if-match", &old)])).status, 412);
    assert_eq!((world.keys("request-event"), world.mails().len()), (events, 0));
    world.later(1);
    assert_eq!(world.console(&post(&target, &text("x"), &[])).status, 201);
    // What is read is never "unchanged": how much time is left changes by itself.
    let tag = world.console(&get(&filed.url)).header("etag").to_owned();
    let again = operator(Method::GET, &filed.url, &[("if-none-match", &tag)], "");
    assert_eq!(world.console(&again).status, 200);
    world.later(1);
    let target = format!("{}/answer", filed.url);
    assert_eq!(world.console(&post(&target, &text("x"), &[("if-match", &tag)])).status, 201);
    // One that expires by itself is not as it was read either.
    let other = world.unproven();
    let tag = world.console(&get(&other.url)).header("etag").to_owned();
    world.later(8 * 86_400);
    let target = format!("{}/identity", other.url);
    let late = world.console(&post(&target, &json!({"reason": "r"}), &[("if-match", &tag)]));
    assert_eq!(late.status, 412);
}
