//! What each provider is sent.

use super::*;

#[test]
fn postmark_is_sent_what_it_takes() {
    let world = world("postmark");
    let (id, said) = mail(&world, DAY);
    assert_eq!(said, None);
    let sent = world.store.sent().remove(0);
    assert_eq!(sent.url, "https://api.postmarkapp.com/email");
    assert_eq!(header(&sent, "x-postmark-server-token"), TOKEN);
    assert_eq!(header(&sent, "content-type"), "application/json");
    assert_eq!(header(&sent, "accept"), "application/json");
    assert_eq!(
        body(&sent),
        json!({
            "From": "\"OnCall 3.0\" <privacy@oncall.example>",
            "To": "jane@example.org",
            "Subject": "Ваши данные  Bcc: mallory@example.org",
            "TextBody": "Открыть: https://desk.example/x?a=\"b\"\nКод $to $5",
            "MessageStream": "outbound",
            "TrackOpens": false,
            "TrackLinks": "None",
            "Headers": [
                {"Name": "Auto-Submitted", "Value": "auto-generated"},
                {"Name": "Content-Language", "Value": "ru"},
            ],
            "Metadata": {"desk-mail": id.to_string()},
        })
    );
    assert!(world.keys("outbox").is_empty(), "what was sent is gone");
}

#[test]
fn sendgrid_is_sent_what_it_takes() {
    let world = world("sendgrid");
    let (id, said) = mail(&world, DAY);
    assert_eq!(said, None);
    let sent = world.store.sent().remove(0);
    assert_eq!(sent.url, "https://api.sendgrid.com/v3/mail/send");
    assert_eq!(header(&sent, "authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(
        body(&sent),
        json!({
            "personalizations": [{"to": [{"email": "jane@example.org"}]}],
            "from": {"email": "privacy@oncall.example", "name": "OnCall 3.0"},
            "subject": "Ваши данные  Bcc: mallory@example.org",
            "content": [{
                "type": "text/plain",
                "value": "Открыть: https://desk.example/x?a=\"b\"\nКод $to $5",
            }],
            "headers": {"Auto-Submitted": "auto-generated", "Content-Language": "ru"},
            "custom_args": {"desk_mail": id.to_string()},
            "tracking_settings": {
                "click_tracking": {"enable": false},
                "open_tracking": {"enable": false},
                "subscription_tracking": {"enable": false},
            },
        })
    );
}

#[test]
fn resend_is_sent_what_it_takes_and_no_mail_twice() {
    let world = world("resend");
    world.store.others_answer(None);
    let (id, said) = mail(&world, DAY);
    assert!(said.unwrap().starts_with(&format!("resend was told {id} in vain (1)")));
    world.later(60);
    world.store.others_answer(Some(200));
    world.sweep();
    let sent = world.store.sent();
    assert_eq!(sent.len(), 2);
    for sent in &sent {
        assert_eq!(sent.url, "https://api.resend.com/emails");
        assert_eq!(header(sent, "authorization"), format!("Bearer {TOKEN}"));
        assert_eq!(header(sent, "idempotency-key"), id.to_string());
        assert_eq!(header(sent, "user-agent"), "privacy-desk");
        assert_eq!(
            body(sent),
            json!({
                "from": "OnCall 3.0 <privacy@oncall.example>",
                "to": ["jane@example.org"],
                "subject": "Ваши данные  Bcc: mallory@example.org",
                "text": "Открыть: https://desk.example/x?a=\"b\"\nКод $to $5",
                "headers": {"Auto-Submitted": "auto-generated", "Content-Language": "ru"},
            })
        );
    }
    assert_eq!(sent[0].body, sent[1].body);
    assert_eq!(world.keys("outbox").len() + world.keys("try").len(), 0);
}

#[test]
fn another_host_takes_the_place_of_the_providers_own() {
    for (host, url) in [
        ("https://api.eu.sendgrid.com", "https://api.eu.sendgrid.com/v3/mail/send"),
        ("http://127.0.0.1:2525/", "http://127.0.0.1:2525/v3/mail/send"),
    ] {
        let world = World::with(|name| match name {
            "mail_provider" => Some("sendgrid"),
            "mail_token" => Some(TOKEN),
            "mail_from" => Some("privacy@oncall.example"),
            "mail_host" => Some(host),
            _ => None,
        });
        mail(&world, DAY);
        let sent = world.store.sent().remove(0);
        assert_eq!(sent.url, url);
        // Without a name the address is one.
        let from = json!({"email": "privacy@oncall.example", "name": "privacy@oncall.example"});
        assert_eq!(body(&sent)["from"], from);
    }
}
