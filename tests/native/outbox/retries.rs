//! What is tried again, and for how long.

use super::*;

#[test]
fn an_address_that_is_refused_is_given_up_and_whatever_can_be_mended_is_not() {
    for (provider, status, answer, for_good) in SAID {
        let world = world(provider);
        world.store.others_answer(Some(status));
        world.store.others_say(answer.as_bytes());
        let (_, said) = mail(&world, 3 * DAY);
        let said = said.unwrap();
        assert!(said.contains(&format!("it answered {status}")), "{said}");
        assert_eq!(said.contains("for the last time"), for_good, "{answer} {said}");
        let mends = said.contains("see mail_provider, mail_token");
        assert_eq!(mends, !for_good && (400..500).contains(&status) && status != 429, "{said}");
        // What the provider says may hold the address, and what it is told the token.
        for secret in ["jane", TOKEN, "'To'", "`to`", "ErrorCode", "errors"] {
            assert!(!said.contains(secret), "{said}");
        }
        let shown = shown(&world);
        assert_eq!(shown["attempts"], 1);
        assert_eq!(shown["last_status"], status);
        assert_eq!(shown["given_up"], for_good);
        assert_eq!(shown.get("next_attempt_at").is_none(), for_good);
        world.store.sent();
        world.later(3600);
        world.store.others_answer(Some(200));
        world.sweep();
        assert_eq!(world.store.sent().len(), usize::from(!for_good), "{answer}");
        assert_eq!(world.keys("outbox").len(), usize::from(for_good), "{answer}");
        // It holds an address, so it goes once it is of no more use, and what was noted of it as well.
        world.later(3 * DAY);
        world.sweep();
        assert!(world.store.sent().is_empty());
        assert_eq!(world.keys("outbox").len() + world.keys("try").len(), 0, "{answer}");
    }
}

#[test]
fn a_mail_is_tried_for_three_days_and_then_waits_to_be_read() {
    let world = world("postmark");
    world.store.others_answer(Some(503));
    mail(&world, 30 * DAY);
    let mut said = String::new();
    for _ in 0..9 {
        world.later(DAY);
        said = world.sweep().log.unwrap();
    }
    assert!(said.contains("(10), for the last time: it answered 503"), "{said}");
    world.store.sent();
    world.later(DAY);
    world.sweep();
    assert!(world.store.sent().is_empty());
    let shown = shown(&world);
    assert_eq!((&shown["attempts"], &shown["given_up"]), (&json!(10), &json!(true)));
}

#[test]
fn without_anybody_who_sends_it_a_mail_waits_until_it_is_of_no_more_use() {
    let world = World::new();
    let (id, said) = mail(&world, DAY);
    let said = said.unwrap();
    assert!(said.contains("mail_provider") && said.contains("webhook_url"), "{said}");
    assert!(said.contains(&format!("{BASE}/console/api/outbox/{id};")), "{said}");
    world.later(3600);
    world.sweep();
    let shown = shown(&world);
    assert_eq!((&shown["attempts"], &shown["given_up"]), (&json!(0), &json!(false)));
    world.later(DAY);
    world.sweep();
    assert!(world.keys("outbox").is_empty());
    assert!(world.store.sent().is_empty());
}

#[test]
fn a_mail_that_waited_is_sent_once_somebody_sends_mail() {
    let before = World::new();
    mail(&before, DAY);
    let mut world = world("resend");
    world.store = before.store;
    world.later(120);
    world.sweep();
    assert_eq!(world.store.sent().len(), 1);
    assert!(world.keys("outbox").is_empty());
}

#[test]
fn a_mail_that_cannot_be_read_keeps_no_other_from_going_out() {
    let before = World::new();
    let desk = before.desk();
    let broken = mail_key(desk.moment.id()).unwrap();
    block_on(desk.write_sealed(&broken, None, &"no mail at all")).unwrap();
    before.later(1);
    mail(&before, DAY);
    let mut world = world("resend");
    world.store = before.store;
    world.later(120);
    let swept = world.sweep();
    assert_eq!(swept.status, 204, "{}", swept.text());
    assert_eq!(world.store.sent().len(), 1);
    // What is wrong with it is said, and it stays to be looked at.
    assert_eq!(swept.log.as_deref(), Some("a stored outbox cannot be decoded"));
    assert_eq!(world.keys("outbox"), [broken.as_str()]);
}

#[test]
fn opt_outs_go_to_the_webhook_and_mail_to_the_provider() {
    let world = World::with(|name| match name {
        "webhook_url" => Some("https://mailer.example/hook"),
        "webhook_secrets" => Some(SECRET),
        "mail_provider" => Some("postmark"),
        "mail_token" => Some(TOKEN),
        "mail_from" => Some(FROM),
        _ => None,
    });
    world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    let sent = world.store.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].url, "https://api.postmarkapp.com/email");
    let text = body(&sent[0])["TextBody"].as_str().unwrap().to_owned();
    let path = text.split_whitespace().find_map(|word| word.strip_prefix(BASE)).unwrap();
    world.unsubscribe(&form(path, &[("stop", "all")]));
    let sent = world.store.sent();
    assert!(!sent.is_empty());
    for sent in &sent {
        assert_eq!(sent.url, "https://mailer.example/hook");
        assert!(!String::from_utf8_lossy(&sent.body).contains(TOKEN));
        assert!(sent.headers.iter().all(|(_, value)| !value.contains(TOKEN)));
    }
}

#[test]
fn a_webhook_that_is_gone_is_told_no_more_of_what_it_refused() {
    let world = mailer();
    world.store.others_answer(Some(410));
    let (_, said) = mail(&world, DAY);
    let said = said.unwrap();
    assert!(said.ends_with("(1), for the last time: it answered 410 and wants no more"), "{said}");
    assert_eq!(shown(&world)["given_up"], true);
    world.store.sent();
    world.later(3600);
    world.sweep();
    assert!(world.store.sent().is_empty());
    // A provider is no webhook: what answers so there is a wrong host, which can be mended.
    let world = self::world("postmark");
    world.store.others_answer(Some(410));
    mail(&world, DAY);
    assert_eq!(shown(&world)["given_up"], false);
}

#[test]
fn what_is_wrong_with_the_provider_is_said_and_stops_nobody() {
    let world = World::with(|name| match name {
        "mail_provider" => Some("postmark"),
        "mail_token" => Some("two words-that-nobody-may-see"),
        "mail_from" => Some(FROM),
        "webhook_url" => Some("https://mailer.example/hook"),
        "webhook_secrets" => Some(SECRET),
        _ => None,
    });
    let asked = world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    assert_eq!(asked.status, 303);
    let said = asked.log.unwrap();
    assert!(said.contains("variable mail_token"), "{said}");
    assert!(!said.contains("nobody-may-see"), "{said}");
    assert!(world.store.sent().is_empty(), "it does not go to somebody else instead");
    world.later(60);
    let swept = world.sweep();
    assert_eq!(swept.status, 500);
    assert!(swept.log.unwrap().contains("variable mail_token"));
    assert_eq!(world.keys("outbox").len(), 1);
    // Opt-outs have nothing to do with it.
    let put = request(
        Method::PUT,
        "/suppressions",
        &[("authorization", &format!("Bearer {OPERATOR}")), ("content-type", "application/json")],
        json!({"email": "jane@example.org", "reason": "she called"}).to_string(),
    );
    assert_eq!(world.mailer(&put).log, None);
    assert_eq!(world.store.sent().len(), 1);
}

#[test]
fn wrong_lists_keep_no_mail_from_going_out() {
    let world = World::with(|name| match name {
        "lists" => Some("{"),
        "mail_provider" => Some("resend"),
        "mail_token" => Some(TOKEN),
        "mail_from" => Some(FROM),
        _ => None,
    });
    world.store.others_answer(None);
    mail(&world, DAY);
    assert_eq!(world.store.sent().len(), 1);
    world.store.others_answer(Some(200));
    world.later(60);
    let swept = world.sweep();
    assert_eq!(swept.status, 500);
    assert_eq!(world.store.sent().len(), 1);
    assert!(world.keys("outbox").is_empty());
}
