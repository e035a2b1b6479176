//! Who asks, and how that is proven.

use super::*;

#[test]
fn a_person_asks_proves_who_they_are_and_follows() {
    let world = World::new();
    let shown = world.data_requests(&page("/requests"));
    assert_eq!(shown.status, 200);
    for kind in RequestKind::ALL {
        assert!(shown.text().contains(&format!("value=\"{}\"", kind.name())), "{}", kind.name());
    }
    let token = hidden(&shown, "token");
    let fields = [
        ("token", token.as_str()),
        ("kind", "access"),
        ("email", EMAIL),
        ("name", "Anna"),
        ("details", "Everything since <March>."),
        ("behalf", "self"),
        ("regime", "eu-gdpr"),
        ("language", "en"),
    ];
    let sent = world.data_requests(&form("/requests", &fields));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let pending = sent.header("location").to_owned();
    let waits = world.data_requests(&page(&pending));
    assert!(waits.text().contains("Check your mail"));
    // Whoever files it sees nothing of the person there.
    for secret in ["Anna", "anna@", "March"] {
        assert!(!waits.text().contains(secret), "{secret}");
    }
    // A retry is the same request, and sends no other mail.
    let again = world.data_requests(&form("/requests", &fields));
    assert_eq!(again.header("location"), pending);
    assert_eq!(world.waiting_mails().len(), 1);

    let (link, code) = proof(&world);
    let question = world.data_requests(&page(&link));
    assert!(question.text().contains("Did you ask for this?"));
    assert!(question.text().contains("Everything since &lt;March&gt;."));
    let entered =
        world.data_requests(&form(&format!("{pending}/code"), &[("code", &code.to_lowercase())]));
    assert_eq!(entered.status, 303, "{}", entered.text());
    let confirmed = world.data_requests(&page(entered.header("location")));
    assert_eq!(confirmed.status, 200);
    assert!(
        confirmed.text().contains("By ") && confirmed.text().contains("DR-"),
        "{}",
        confirmed.text()
    );
    let status = entered.header("location").strip_suffix("/confirmed").unwrap().to_owned();
    // The same code once more, as by a double tap, leads to the same page.
    let twice = world.data_requests(&form(&format!("{pending}/code"), &[("code", &code)]));
    assert_eq!(twice.header("location"), entered.header("location"));
    // So does the link of the mail, for a day.
    let by_link = world.data_requests(&form(&link, &[]));
    assert_eq!(by_link.header("location"), entered.header("location"));
    assert!(world.data_requests(&page(&pending)).text().contains("confirmed already"));

    let seen =
        world.data_requests(&request(Method::GET, &status, &[("accept", "application/json")], ""));
    assert_eq!(seen.field("/state"), "received");
    assert_eq!(seen.field("/due/last_day"), "2026-12-22");
    assert_eq!(seen.field("/identity/by"), "mail-code");
    assert_eq!(seen.field("/thread/0/text"), "Everything since <March>.");
    let added = world.data_requests(&form(
        &format!("{status}/messages"),
        &[("message", "And files, please."), ("once", "a-token-of-the-form")],
    ));
    assert_eq!(added.status, 303);
    let shown = world.data_requests(&page(added.header("location")));
    assert!(shown.text().contains("And files, please."));
    let gone = world.data_requests(&form(&format!("{status}/withdraw"), &[]));
    assert_eq!(gone.status, 303);
    assert!(world.data_requests(&page(&status)).text().contains("Withdrawn"));
    // An end is final.
    let late =
        world.data_requests(&post(&format!("{status}/messages"), &json!({"message": "x"}), &[]));
    assert_eq!((late.status, late.slug().as_str()), (409, "case-state"));
}

#[test]
fn whoever_files_for_another_learns_nothing_and_gets_nowhere() {
    let world = World::new();
    // An attacker files in the name of a person, who takes the mail for their own and confirms.
    let pending = filed(&world, &body("access"));
    let (link, _) = proof(&world);
    let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
    assert!(status.starts_with("/requests/status/"));
    // The attacker's link still says nothing and leads nowhere.
    let waits = world.data_requests(&page(&pending));
    assert!(!waits.text().contains("/requests/status/"));
    let guess = post(&format!("{pending}/code"), &json!({"code": "00000-00000"}), &[]);
    assert_eq!(world.data_requests(&guess).status, 409);
    // Nor does it tell, of what the person has proven, whether it is worked on, answered or refused.
    let accept = [("accept", "application/json")];
    let told = |world: &World| world.data_requests(&request(Method::GET, &pending, &accept, ""));
    assert_eq!(told(&world).field("/state"), "proven");
    let status = status.trim_end_matches("/confirmed");
    happen(
        &world,
        status,
        RequestChange::Refused { ground: RefusalGround::NothingHeld, text: text("No.") },
    );
    assert_eq!(told(&world).field("/state"), "proven");
    // No token serves another purpose.
    let token = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let (pending, link) = (token(&pending), token(&link));
    for wrong in [
        format!("/requests/status/{pending}"),
        format!("/requests/status/{link}"),
        format!("/requests/confirm/{pending}"),
        format!("/requests/pending/{link}"),
        "/requests/status/AAAA".to_owned(),
    ] {
        assert_eq!(world.data_requests(&page(&wrong)).status, 404, "{wrong}");
    }
}

#[test]
fn whoever_did_not_ask_says_so() {
    let world = World::new();
    let pending = filed(&world, &body("erasure"));
    let (link, code) = proof(&world);
    let said = world.data_requests(&form(&format!("{link}/not-me"), &[]));
    assert!(said.text().contains("it is withdrawn"), "{}", said.text());
    // Twice is once.
    assert_eq!(world.data_requests(&form(&format!("{link}/not-me"), &[])).status, 200);
    let answer =
        world.data_requests(&post(&format!("{pending}/code"), &json!({"code": code}), &[]));
    assert_eq!(answer.status, 409);
    assert!(world.data_requests(&page(&pending)).text().contains("has ended"));
    // There is nothing to be confirmed any more, and the page of the link says so.
    let over = world.data_requests(&page(&link));
    assert!(over.text().contains("has ended") && !over.text().contains("<form"));
    assert_eq!(world.data_requests(&form(&link, &[])).status, 409);
}

#[test]
fn five_wrong_codes_are_all_that_are_taken() {
    let world = World::new();
    let pending = filed(&world, &body("access"));
    let (link, code) = proof(&world);
    let enter =
        |code: &str| world.data_requests(&form(&format!("{pending}/code"), &[("code", code)]));
    for left in [4, 3, 2] {
        let answer = enter("00000-00000");
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains(&format!("{left} more tries")), "{}", answer.text());
    }
    // What is no code is no try.
    assert!(enter("K7QM2").text().contains("ten letters and digits"));
    assert!(enter("").text().contains("the field is empty"));
    // Another mail gives no tries back.
    world.later(1);
    assert_eq!(world.data_requests(&form(&format!("{pending}/resend"), &[])).status, 303);
    let (_, second) = proof(&world);
    assert_ne!(code, second);
    assert!(enter(&code).text().contains("one more try"), "the first code no longer counts");
    assert!(enter("00000-00001").text().contains("No more codes are taken"));
    assert!(enter(&second).text().contains("Too many wrong codes"));
    let shown = world.data_requests(&page(&pending)).text().to_owned();
    assert!(shown.contains("Open the link") && !shown.contains("enter the code"), "{shown}");
    assert!(shown.contains("Send another mail") && !shown.contains("another code"), "{shown}");
    // The link is in the mailbox alone, and still works.
    assert_eq!(world.data_requests(&form(&link, &[])).status, 303);
}

#[test]
fn links_and_codes_are_good_for_a_day_and_a_request_for_a_week() {
    let world = World::new();
    let pending = filed(&world, &body("access"));
    let (link, code) = proof(&world);
    let enter = |code: &str| {
        world.data_requests(&post(&format!("{pending}/code"), &json!({"code": code}), &[])).status
    };
    world.later(24 * 3600);
    assert_eq!(world.data_requests(&form(&link, &[])).status, 404);
    assert_eq!(enter(&code), 409);
    // Whoever has nothing but the mail can have another one sent.
    let late = world.data_requests(&page(&link));
    assert_eq!(late.status, 410);
    assert!(late.text().contains(&format!("action=\"{pending}/resend")), "{}", late.text());
    let resent = world.data_requests(&post(&format!("{pending}/resend"), &json!({}), &[]));
    assert_eq!(resent.status, 202);
    let (_, code) = proof(&world);
    assert_eq!(enter(&code), 200);

    let pending = filed(&world, &body("portability"));
    world.later(7 * 24 * 3600);
    let seen =
        world.data_requests(&request(Method::GET, &pending, &[("accept", "application/json")], ""));
    assert_eq!(seen.field("/state"), "expired");
    let resent = world.data_requests(&post(&format!("{pending}/resend"), &json!({}), &[]));
    assert_eq!(resent.status, 409);
}

#[test]
fn answers_for_known_and_unknown_addresses_do_not_differ() {
    let ask = |known: bool| {
        let world = World::new();
        if known {
            let feedback = json!({"kind": "complaint", "message": "Mine.", "email": EMAIL});
            assert_eq!(world.feedback(&post("/feedback", &feedback, &[])).status, 201);
            proven(&world, &body("access"));
        }
        world.now.set("2026-11-23T09:00:00Z".parse().unwrap());
        // The same instance, the same number of the request: what is drawn is the same.
        let fresh = world.renewed();
        fresh.store.reset_calls();
        let answer = fresh.data_requests(&post("/requests", &body("erasure"), &[]));
        (answer.status, answer.headers, answer.body, fresh.store.calls(), fresh.store.depth())
    };
    // What the limiter says of the client is about the client, and is the same here for a day has other slots.
    let (known, unknown) = (ask(true), ask(false));
    assert_eq!(known.0, unknown.0);
    assert_eq!(known.2, unknown.2);
    assert_eq!((known.3, known.4), (unknown.3, unknown.4));
    let names = |headers: &[(String, String)]| -> Vec<String> {
        headers.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&known.1), names(&unknown.1));
}

#[test]
fn a_mailbox_is_not_flooded_and_nobody_is_told() {
    let world = World::with(|name| (name == "request_mail_limits").then_some("2;w=3600"));
    let answers: Vec<u16> = (0..4)
        .map(|_| world.data_requests(&post("/requests", &body("access"), &[])).status)
        .collect();
    assert_eq!(answers, [201; 4]);
    assert_eq!(world.waiting_mails().len(), 2);
    // The requests are all there: nobody can keep another from asking.
    assert_eq!(world.keys("request").len(), 4);
}

/// Nor can anybody read off what a mailbox was sent by others, nor make a clock rest for a question that nobody asked.
#[test]
fn a_mail_that_is_held_back_counts_like_one_that_is_sent() {
    let counts = |others: usize| {
        let world = World::with(|name| (name == "request_mail_limits").then_some("3;w=3600"));
        (0..others).for_each(|_| drop(filed(&world, &body("erasure"))));
        let pending = filed(&world, &body("access"));
        let accept = [("accept", "application/json")];
        let told = (0..5).map(|_| {
            let resent = world.data_requests(&post(&format!("{pending}/resend"), &json!({}), &[]));
            let shown = world.data_requests(&request(Method::GET, &pending, &accept, ""));
            let shown: Value = serde_json::from_str(shown.text()).unwrap();
            (resent.status, shown["mails_left"].clone(), shown["tries_left"].clone())
        });
        let told: Vec<_> = told.collect();
        (told, world.waiting_mails().len() - others)
    };
    let (alone, sent) = counts(0);
    let (among, held) = counts(3);
    assert_eq!(alone, among);
    assert_eq!((sent, held), (3, 0));
}
