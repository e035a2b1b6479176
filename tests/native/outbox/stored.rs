//! What earlier releases stored, what variables may be, and any text.

use super::*;

#[test]
fn what_the_variables_may_be() {
    let fault = |provider: &str, token: &str, from: &str, host: &str| {
        let read = Provider::read([provider, token, from, host]);
        read.map(|read| read.is_some()).map_err(|error| error.variable)
    };
    assert_eq!(fault("", "", "", ""), Ok(false));
    for provider in PROVIDERS {
        assert_eq!(fault(provider, "t", "a@b.co", ""), Ok(true));
    }
    for (provider, token, from, host, variable) in [
        ("Postmark", "t", "a@b.co", "", "mail_provider"),
        ("mailgun", "t", "a@b.co", "", "mail_provider"),
        ("postmark", "", "a@b.co", "", "mail_token"),
        ("postmark", "t t", "a@b.co", "", "mail_token"),
        ("postmark", "t\r\nx: y", "a@b.co", "", "mail_token"),
        ("postmark", "тайна", "a@b.co", "", "mail_token"),
        ("postmark", "t", "", "", "mail_from"),
        ("postmark", "t", "a@b", "", "mail_from"),
        ("postmark", "t", "A <a@b.co", "", "mail_from"),
        ("postmark", "t", "A a@b.co>", "", "mail_from"),
        ("postmark", "t", "A <a@b.co>, B <c@d.co>", "", "mail_from"),
        ("postmark", "t", "A\r\nBcc: c@d.co <a@b.co>", "", "mail_from"),
        ("postmark", "t", "A \"B\" <a@b.co>", "", "mail_from"),
        ("postmark", "t", "a@b.co", "api.example", "mail_host"),
        ("postmark", "t", "a@b.co", "https://", "mail_host"),
        ("postmark", "t", "a@b.co", "https://api.example/v2", "mail_host"),
        ("postmark", "t", "a@b.co", "https://token@api.example", "mail_host"),
        ("postmark", "t", "a@b.co", "ftp://api.example", "mail_host"),
    ] {
        assert_eq!(fault(provider, token, from, host), Err(variable), "{token} {from} {host}");
    }
}

#[test]
fn names_are_in_quotes_where_they_must_be() {
    for (from, postmark, resend) in [
        ("a@b.co", "a@b.co", "a@b.co"),
        ("<a@b.co>", "a@b.co", "a@b.co"),
        ("\"Acme\" <a@b.co>", "\"Acme\" <a@b.co>", "Acme <a@b.co>"),
        ("Acme, Inc. <a@b.co>", "\"Acme, Inc.\" <a@b.co>", "\"Acme, Inc.\" <a@b.co>"),
        (" Служба  <a@b.co> ", "\"Служба\" <a@b.co>", "Служба <a@b.co>"),
    ] {
        for (provider, member, shown) in
            [("postmark", "From", postmark), ("resend", "from", resend)]
        {
            let world = World::with(|name| match name {
                "mail_provider" => Some(provider),
                "mail_token" => Some(TOKEN),
                "mail_from" => Some(from),
                _ => None,
            });
            mail(&world, DAY);
            assert_eq!(body(&world.store.sent()[0])[member], shown);
        }
    }
}

#[test]
fn secrets_are_not_shown() {
    for provider in PROVIDERS {
        let world = world(provider);
        assert!(!format!("{:?}", world.setup).contains(TOKEN), "nor before it is read");
        let read = format!("{:?}", world.setup.provider().unwrap());
        assert!(read.contains(provider) && !read.contains(TOKEN), "{read}");
        assert!(!format!("{:?}", world.setup).contains(TOKEN));
    }
    assert!(!format!("{:?}", mailer().setup).contains(SECRET));
}

proptest! {
    #[test]
    fn any_text_reaches_every_provider_whole(subject in any::<String>(), text in any::<String>(), name in "[^\\p{Cc}\"\\\\<>]{0,40}") {
        let from = format!("{name} <privacy@oncall.example>");
        for provider in PROVIDERS {
            let setup = Setup::new(|variable| match variable {
                "root_secret" => Some("A".repeat(43)),
                "mail_provider" => Some(provider.to_owned()),
                "mail_token" => Some(TOKEN.to_owned()),
                "mail_from" => Some(from.clone()),
                _ => None,
            }).unwrap();
            let mail = Mail {
                to: "jane@example.org".parse().unwrap(),
                lang: Lang::En,
                subject: subject.clone().into(),
                text: text.clone(),
                expires: "2026-11-22T10:00:00Z".parse().unwrap(),
                limit: None,
            };
            let id = "01M81B5H80XYJMDBX16KNDB6WJ".parse().unwrap();
            let outgoing = setup.provider().unwrap().unwrap().outgoing(id, &mail);
            let sent: Value = serde_json::from_str(&outgoing.body).unwrap();
            let (sent_subject, sent_text) = match provider {
                "postmark" => (&sent["Subject"], &sent["TextBody"]),
                "sendgrid" => (&sent["subject"], &sent["content"][0]["value"]),
                _ => (&sent["subject"], &sent["text"]),
            };
            prop_assert_eq!(sent_text.as_str(), Some(text.as_str()));
            prop_assert_eq!(sent_subject.as_str(), Some(mail.subject.as_str()));
            prop_assert!(!sent_subject.as_str().unwrap().chars().any(char::is_control));
        }
    }
}
