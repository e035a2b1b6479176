//! Mails and reports, and whatever is sent.

use super::*;

#[test]
fn a_report_with_a_blackened_address_is_resolved_by_our_own_link() {
    let world = world();
    let list: ListId = "tips".parse().unwrap();
    let link = Link::new(&world.setup.keys, &JANE.parse().unwrap(), list.tag());
    let url = desk_app::links::url(&world.setup, &link.mint(&world.setup.keys));
    let post = |token: &str, body: &[u8]| {
        let headers = [
            ("authorization", format!("Bearer {token}")),
            ("content-type", "message/rfc822".to_owned()),
        ];
        send(&world, "/mail-events/arf", &headers, body)
    };
    let redacted = "Original-Rcpt-To: redacted@provider.example\r\n";
    let abuse = report("abuse", redacted, &url);
    assert_eq!(post("nobody", &abuse).slug(), "unauthorised");
    assert_eq!(post(APP, &report("not-spam", redacted, &url)).status, 204);
    assert!(changes(&world).is_empty());
    assert_eq!(post(APP, &abuse).status, 204);
    assert_eq!(changes(&world), [(Scope::Complaint, Some(Reason::Complaint))]);
    let by_address =
        report("abuse", &format!("Original-Rcpt-To: <{JANE}>\r\n"), "https://elsewhere.example/");
    assert_eq!(post(APP, &by_address).status, 204);
    for body in [
        report("abuse", "", &format!("{BASE}/u/forged")),
        b"no mail".to_vec(),
        b"A: b\r\n\r\n".to_vec(),
    ] {
        assert_eq!(post(APP, &body).slug(), "malformed");
    }
    let wrong =
        send(&world, "/mail-events/arf", &[("authorization", format!("Bearer {APP}"))], &abuse);
    assert_eq!(wrong.slug(), "unsupported-media-type");
}

#[test]
fn whom_nobody_configured_is_not_there() {
    let world = World::new();
    for name in ["standard", "postmark", "sendgrid", "mailgun", "ses", "nobody"] {
        assert_eq!(send(&world, &format!("/mail-events/{name}"), &[], b"{}").slug(), "not-found");
    }
    let wrong = World::with(|name| (name == "mail_events").then_some("{\"sendgrid\": \"x\"}"));
    let answer = send(&wrong, "/mail-events/sendgrid", &[], b"[]");
    assert_eq!(answer.slug(), "misconfigured");
    assert!(answer.log.unwrap().contains("sendgrid is not what the provider gives out"));
}

#[test]
fn a_store_that_fails_lets_the_provider_tell_again() {
    for call in 1..=2 {
        let world = world();
        let message = standard(&world, &json!({"type": "complaint", "data": {"email": JANE}}));
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        assert_eq!(message.send(&world).status, 503);
        world.store.fail_from(None);
        assert_eq!(message.send(&world).status, 200);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn strange_bodies_that_are_signed_are_never_our_fault(body in "[\\[\\]{}\",:a-z0-9 ]{0,60}") {
        let world = world();
        let at = now(&world);
        let signature = desk_core::webhook::sign(&[SECRET.parse().unwrap()], "m", at, body.as_bytes());
        let headers = [("webhook-id", "m".to_owned()), ("webhook-timestamp", at.to_string()), ("webhook-signature", signature)];
        let answer = send(&world, "/mail-events/standard", &headers, body.as_bytes());
        prop_assert!(answer.status < 500);
    }
}

#[test]
fn a_mail_to_the_address_beside_the_link_stops_mail_and_a_note_of_absence_does_not() {
    let world = world();
    let list: ListId = "tips".parse().unwrap();
    let link = Link::new(&world.setup.keys, &JANE.parse().unwrap(), list.tag());
    let token = link.mint(&world.setup.keys);
    let post = |token: &str, header: &str, subject: &str| {
        let body = format!("From: {JANE}\r\n{header}Subject: {subject}\r\n\r\n\r\n");
        let headers = [
            ("authorization", format!("Bearer {token}")),
            ("content-type", "message/rfc822".to_owned()),
        ];
        send(&world, "/mail-events/inbound", &headers, body.as_bytes())
    };
    let subject = format!("unsubscribe {token}");
    assert_eq!(post("nobody", "", &subject).slug(), "unauthorised");
    for header in
        ["Auto-Submitted: auto-replied\r\n", "Precedence: bulk\r\n", "Precedence: AUTO_REPLY\r\n"]
    {
        assert_eq!(post(APP, header, &subject).status, 204);
        assert!(changes(&world).is_empty(), "{header}");
    }
    assert_eq!(post(APP, "", "unsubscribe me").slug(), "malformed");
    assert_eq!(post(APP, "Auto-Submitted: no\r\n", &format!("Re: {subject}")).status, 204);
    assert_eq!(changes(&world), [(Scope::List(list.tag()), Some(Reason::Mail))]);
}
