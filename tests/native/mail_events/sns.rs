//! Amazon SNS.

use super::*;

#[test]
fn sns_is_believed_of_its_own_topic_and_hosts_alone() {
    let complaint = json!({"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": JANE}]}});
    for url in [
        "http://sns.eu-central-1.amazonaws.com/a.pem",
        "https://evil.example/sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/a.pem",
        "https://sns.evil.example.amazonaws.com/a.pem",
        "https://user@sns.eu-central-1.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/a.pem",
        "https://s3.eu-central-1.amazonaws.com/a.pem",
        "https://sns.amazonaws.com/a.pem",
        "https://sns.eu-central-1.amazonaws.com/a.txt",
        "https://sns.eu-central-1.amazonaws.com\\@evil.example/a.pem",
        // A bucket that is called sns, and what the API answers to anybody who has a topic.
        "https://sns.s3.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.s3-eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        "https://sns.eu-central-1.amazonaws.com/?Action=GetEndpointAttributes&x=.pem",
        "https://sns.eu-central-1.amazonaws.com/a.pem?Action=GetTopicAttributes&x=.pem",
        "https://sns.eu-central-1.amazonaws.com/a.pem#.pem",
        "https://sns.eu-central-1.amazonaws.com/a/../b.pem",
        "https://sns.eu-central-1.amazonaws.com/%61.pem",
        "https://sns.eu-central-1.amazonaws.com/.pem",
    ] {
        let world = world();
        world.store.others_say(CERTIFICATE);
        let message = sns(&world, &complaint, "2", |body| body["SigningCertURL"] = url.into());
        assert_eq!(message.send(&world).status, 401, "{url}");
        assert!(world.store.sent().is_empty(), "{url} was called");
    }
    let world = world();
    world.store.others_say(CERTIFICATE);
    for (member, value) in [
        ("TopicArn", "arn:aws:sns:eu-central-1:1:other"),
        ("SignatureVersion", "3"),
        ("Timestamp", "yesterday"),
    ] {
        let message = sns(&world, &complaint, "2", |body| body[member] = value.into());
        assert_eq!(message.send(&world).status, 401, "{member}");
    }
    assert!(changes(&world).is_empty());
    // Signed with SHA-1, as SNS does where nobody chose otherwise; and the certificate is fetched once.
    world.store.sent();
    for _ in 0..2 {
        assert_eq!(sns(&world, &complaint, "1", |_| {}).send(&world).status, 200);
    }
    assert_eq!(world.store.sent().len(), 1);
    // A certificate that is not to be had is a reason to tell again.
    let elsewhere = self::world();
    elsewhere.store.others_answer(None);
    assert_eq!(sns(&elsewhere, &complaint, "2", |_| {}).send(&elsewhere).status, 503);
    elsewhere.store.others_answer(Some(200));
    elsewhere.store.others_say(b"no certificate");
    assert_eq!(sns(&elsewhere, &complaint, "2", |_| {}).send(&elsewhere).status, 401);
}

#[test]
fn a_certificate_of_sns_is_for_sns_and_for_now() {
    let complaint = json!({"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": JANE}]}});
    let status = |certificate: &[u8], days: i64, url: &str| {
        let world = world();
        world.later(days * 86_400);
        world.store.others_say(certificate);
        let message = sns(&world, &complaint, "2", |body| body["SigningCertURL"] = url.into());
        message.send(&world).status
    };
    let regional = include_bytes!("../fixtures/regional.pem");
    let foreign = include_bytes!("../fixtures/foreign.pem");
    let elsewhere = CERTIFICATE_URL.replace("eu-central-1", "eu-west-1");
    // For all of SNS, and for one region of it; from the beginning of 2026 to that of 2126, and of 2027.
    for (certificate, days, url, expected) in [
        (CERTIFICATE, 0, CERTIFICATE_URL, 200),
        (CERTIFICATE, 0, &elsewhere, 200),
        (CERTIFICATE, -330, CERTIFICATE_URL, 401),
        (CERTIFICATE, 36_190, CERTIFICATE_URL, 200),
        (CERTIFICATE, 36_300, CERTIFICATE_URL, 401),
        (regional, 0, CERTIFICATE_URL, 200),
        (regional, 39, CERTIFICATE_URL, 200),
        (regional, 40, CERTIFICATE_URL, 401),
        (regional, -324, CERTIFICATE_URL, 200),
        (regional, -326, CERTIFICATE_URL, 401),
        (regional, 0, &elsewhere, 401),
        (foreign, 0, CERTIFICATE_URL, 401),
    ] {
        assert_eq!(status(certificate, days, url), expected, "{days} {url}");
    }
    // One that was kept since it was valid is looked at again.
    let world = world();
    world.store.others_say(regional);
    assert_eq!(sns(&world, &complaint, "2", |_| {}).send(&world).status, 200);
    world.later(40 * 86_400);
    assert_eq!(sns(&world, &complaint, "2", |_| {}).send(&world).status, 401);
}

#[test]
fn a_damaged_certificate_is_none_and_never_panics() {
    let pem = String::from_utf8(CERTIFICATE.to_vec()).unwrap();
    let lines: Vec<&str> = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = Base64::decode_vec(&lines.concat()).unwrap();
    for at in 0..der.len() {
        for with in [0, 0x7f, 0x82, 0xff] {
            let mut damaged = der.clone();
            damaged[at] = with;
            let pem = [
                "-----BEGIN CERTIFICATE-----\n",
                &Base64::encode_string(&damaged),
                "\n-----END CERTIFICATE-----\n",
            ];
            let _ = desk_core::provider::SnsCertificate::from_pem(pem.concat().as_bytes())
                .map(|read| (read.is_for(CERTIFICATE_URL), read.is_valid_at(world().now.get())));
        }
    }
}

#[test]
fn a_subscription_is_confirmed_for_the_topic_alone() {
    let subscribe = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
    let confirm = |url: &'static str| {
        move |body: &mut Value| {
            body["Type"] = "SubscriptionConfirmation".into();
            body["Token"] = "t".into();
            body["SubscribeURL"] = url.into();
        }
    };
    let world = world();
    world.store.others_say(CERTIFICATE);
    assert_eq!(sns(&world, &json!({}), "2", confirm(subscribe)).send(&world).status, 200);
    let called: Vec<String> = world.store.sent().into_iter().map(|call| call.url).collect();
    assert_eq!(called, [CERTIFICATE_URL, subscribe]);
    let foreign = sns(&world, &json!({}), "2", confirm("https://evil.example/?x"));
    assert_eq!(foreign.send(&world).status, 401);
    assert!(world.store.sent().is_empty());
}
