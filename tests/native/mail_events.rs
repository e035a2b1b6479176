//! Provider events, each signed with real keys.

use base64ct::{Base64, Encoding};
use desk_core::suppression::{Link, ListId, Reason, Scope, SuppressionChange};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use proptest::prelude::*;
use rsa::pkcs1v15;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::SignatureEncoding;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;

use crate::world::{APP, Answer, BASE, World, block_on, request};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const MAILGUN: &str = "key-0123456789abcdef";
const POSTMARK: &str = "postmark:0123456789abcdef";
const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:ses";
const CERTIFICATE_URL: &str =
    "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem";
const CERTIFICATE: &[u8] = include_bytes!("fixtures/certificate.pem");
const KEY: &[u8] = include_bytes!("fixtures/key.der");
const JANE: &str = "jane@example.org";

fn p256() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

/// The public key as `SendGrid` shows it: a `SubjectPublicKeyInfo` in base 64.
fn sendgrid_key() -> String {
    const HEAD: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
        0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    let point = p256().verifying_key().to_sec1_point(false);
    Base64::encode_string(&[HEAD.as_slice(), point.as_bytes()].concat())
}

fn configured() -> String {
    json!({
        "standard": SECRET, "postmark": POSTMARK, "sendgrid": sendgrid_key(), "mailgun": MAILGUN, "ses": TOPIC,
    })
    .to_string()
}

fn world() -> World {
    let text: &'static str = Box::leak(configured().into_boxed_str());
    World::with(|name| (name == "mail_events").then_some(text))
}

fn send(world: &World, path: &str, headers: &[(&str, String)], body: &[u8]) -> Answer {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let sent = request(Method::POST, path, &headers, body.to_vec());
    block_on(mail_events::serve(&world.desk(), &sent)).into()
}

fn now(world: &World) -> i64 {
    world.now.get().seconds()
}

/// What was recorded: scope and reason of each change, and whether it is about this person.
fn changes(world: &World) -> Vec<Recorded> {
    let jane = world.setup.keys.subject(&JANE.parse().unwrap());
    let all =
        world.keys("change").into_iter().map(|key| SuppressionChange::from_key(&key).unwrap());
    all.inspect(|change| assert_eq!(change.subject, jane)).map(|c| (c.scope, c.reason)).collect()
}

/// A message with everything that shows who sent it.
struct Signed {
    path: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Signed {
    fn send(&self, world: &World) -> Answer {
        send(world, self.path, &self.headers, &self.body)
    }
}

fn standard(world: &World, body: &Value) -> Signed {
    let (body, at) = (body.to_string(), now(world));
    let signature = desk_core::webhook::sign(&[SECRET.parse().unwrap()], "m1", at, body.as_bytes());
    Signed {
        path: "/mail-events/standard",
        headers: vec![
            ("webhook-id", "m1".to_owned()),
            ("webhook-timestamp", at.to_string()),
            ("webhook-signature", signature),
        ],
        body: body.into_bytes(),
    }
}

fn postmark(_: &World, body: &Value) -> Signed {
    let basic = format!("Basic {}", Base64::encode_string(POSTMARK.as_bytes()));
    let headers = vec![("authorization", basic)];
    Signed { path: "/mail-events/postmark", headers, body: body.to_string().into_bytes() }
}

fn sendgrid(world: &World, body: &Value) -> Signed {
    let (body, at) = (body.to_string().into_bytes(), now(world).to_string());
    let signature: Signature = p256().sign(&[at.as_bytes(), &body].concat());
    let headers = vec![
        ("x-twilio-email-event-webhook-timestamp", at),
        ("x-twilio-email-event-webhook-signature", Base64::encode_string(&der(&signature))),
    ];
    Signed { path: "/mail-events/sendgrid", headers, body }
}

/// A signature as a sequence of two integers.
fn der(signature: &Signature) -> Vec<u8> {
    let bytes = signature.to_bytes();
    let mut numbers = Vec::new();
    for half in bytes.chunks(32) {
        let begin = half.iter().position(|&byte| byte != 0).unwrap_or(31);
        let mut number = half[begin..].to_vec();
        if number[0] >= 0x80 {
            number.insert(0, 0);
        }
        numbers.extend([2, number.len() as u8]);
        numbers.extend(number);
    }
    [vec![0x30, numbers.len() as u8], numbers].concat()
}

fn mailgun(world: &World, event: &Value) -> Signed {
    let at = now(world).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(MAILGUN.as_bytes()).unwrap();
    mac.update(at.as_bytes());
    mac.update(b"token-1");
    let hex: String =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let body = json!({
        "signature": {"timestamp": at, "token": "token-1", "signature": hex}, "event-data": event,
    });
    Signed {
        path: "/mail-events/mailgun",
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    }
}

/// A notification of SNS, signed; `mend` may change it before.
fn sns(world: &World, message: &Value, version: &str, mend: impl Fn(&mut Value)) -> Signed {
    let mut body = json!({
        "Type": "Notification", "MessageId": "1", "TopicArn": TOPIC, "Message": message.to_string(),
        "Timestamp": world.now.get().to_string(), "SignatureVersion": version, "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?x",
    });
    mend(&mut body);
    let names: &[&str] = if body["Type"] == "Notification" {
        &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
    } else {
        &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    };
    let signed: String = names
        .iter()
        .filter_map(|name| Some(format!("{name}\n{}\n", body.get(*name)?.as_str()?)))
        .collect();
    let key = rsa::PrivateKey::from_pkcs8_der(KEY).unwrap();
    let signature = match version {
        "1" => pkcs1v15::SigningKey::<Sha1>::new(key).sign(signed.as_bytes()).to_vec(),
        _ => pkcs1v15::SigningKey::<Sha256>::new(key).sign(signed.as_bytes()).to_vec(),
    };
    body["Signature"] = Base64::encode_string(&signature).into();
    let headers = vec![("content-type", "text/plain; charset=UTF-8".to_owned())];
    Signed { path: "/mail-events/ses", headers, body: body.to_string().into_bytes() }
}

fn ses(world: &World, message: &Value) -> Signed {
    world.store.others_say(CERTIFICATE);
    sns(world, message, "2", |_| {})
}

type Maker = fn(&World, &Value) -> Signed;
type Recorded = (Scope, Option<Reason>);

/// A genuine event of each provider, and what comes of it.
fn genuine() -> Vec<(Maker, Value, &'static [Recorded])> {
    const BOUNCE: &[Recorded] = &[(Scope::Bounce, Some(Reason::Bounce))];
    const COMPLAINT: &[Recorded] = &[(Scope::Complaint, Some(Reason::Complaint))];
    const ALL: &[Recorded] = &[(Scope::All, Some(Reason::Import))];
    vec![
        (
            standard,
            json!({"type": "bounce.hard", "timestamp": "x", "data": {"email": JANE}}),
            BOUNCE,
        ),
        (standard, json!({"type": "complaint", "data": {"email": JANE}}), COMPLAINT),
        (standard, json!({"type": "unsubscribe", "data": {"email": JANE}}), ALL),
        (standard, json!({"type": "bounce.soft", "data": {"email": JANE}}), &[]),
        (standard, json!({"type": "not-spam", "data": {"email": JANE}}), &[]),
        (standard, json!({"type": "email.bounced", "data": {"to": [JANE]}}), BOUNCE),
        (
            standard,
            json!({"type": "email.bounced", "data": {"to": [JANE], "bounce": {"type": "Transient"}}}),
            &[],
        ),
        (
            standard,
            json!({"type": "email.bounced", "data": {"to": [JANE], "bounce": {"type": "Undetermined"}}}),
            &[],
        ),
        (standard, json!({"type": "email.complained", "data": {"to": [JANE]}}), COMPLAINT),
        (standard, json!({"type": "email.opened", "data": {"to": [JANE]}}), &[]),
        (postmark, json!({"RecordType": "Bounce", "Type": "HardBounce", "Email": JANE}), BOUNCE),
        (postmark, json!({"RecordType": "Bounce", "Type": "Transient", "Email": JANE}), &[]),
        (postmark, json!({"RecordType": "SpamComplaint", "Email": JANE}), COMPLAINT),
        // A filter refused the mail; the person said nothing.
        (postmark, json!({"RecordType": "Bounce", "Type": "SpamNotification", "Email": JANE}), &[]),
        (
            postmark,
            json!({"RecordType": "SubscriptionChange", "Recipient": JANE, "SuppressSending": true, "SuppressionReason": "ManualSuppression"}),
            ALL,
        ),
        (
            postmark,
            json!({"RecordType": "SubscriptionChange", "Recipient": JANE, "SuppressSending": false}),
            &[],
        ),
        (
            sendgrid,
            json!([{"event": "bounce", "type": "bounce", "email": JANE}, {"event": "open", "email": JANE}]),
            BOUNCE,
        ),
        (sendgrid, json!([{"event": "bounce", "type": "blocked", "email": JANE}]), &[]),
        (
            sendgrid,
            json!([{"event": "spamreport", "email": JANE}, {"event": "spamreport", "email": JANE}]),
            COMPLAINT,
        ),
        (sendgrid, json!([{"event": "group_unsubscribe", "email": JANE}]), ALL),
        (
            sendgrid,
            json!([{"event": "dropped", "reason": "Bounced Address", "email": JANE}]),
            BOUNCE,
        ),
        (
            sendgrid,
            json!([{"event": "dropped", "reason": "Spam Reporting Address", "email": JANE}]),
            COMPLAINT,
        ),
        (
            sendgrid,
            json!([{"event": "dropped", "reason": "Unsubscribed Address", "email": JANE}]),
            ALL,
        ),
        (sendgrid, json!([{"event": "dropped", "reason": "Spam Content", "email": JANE}]), &[]),
        (mailgun, json!({"event": "failed", "severity": "permanent", "recipient": JANE}), BOUNCE),
        (mailgun, json!({"event": "failed", "severity": "temporary", "recipient": JANE}), &[]),
        (mailgun, json!({"event": "complained", "recipient": JANE}), COMPLAINT),
        (mailgun, json!({"event": "unsubscribed", "recipient": JANE}), ALL),
        (
            ses,
            json!({"notificationType": "Bounce", "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": JANE}]}}),
            BOUNCE,
        ),
        (
            ses,
            json!({"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": JANE}]}}),
            &[],
        ),
        (
            ses,
            json!({"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": JANE}]}}),
            COMPLAINT,
        ),
        (
            ses,
            json!({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "not-spam", "complainedRecipients": [{"emailAddress": JANE}]}}),
            &[],
        ),
    ]
}

#[test]
fn genuine_events_are_recorded_for_what_they_mean() {
    for (make, body, expected) in genuine() {
        let world = world();
        let answer = make(&world, &body).send(&world);
        assert_eq!(answer.status, 200, "{body}: {}", answer.text());
        assert_eq!(changes(&world), expected, "{body}");
        // Told once more, nothing is different for the person.
        let before = world.keys("suppression");
        assert_eq!(make(&world, &body).send(&world).status, 200);
        assert_eq!(world.keys("suppression"), before);
    }
}

#[test]
fn a_hard_bounce_passes_and_a_complaint_does_not() {
    let world = world();
    standard(&world, &json!({"type": "bounce.hard", "data": {"email": JANE}})).send(&world);
    standard(&world, &json!({"type": "complaint", "data": {"email": JANE}})).send(&world);
    let jane = world.setup.keys.subject(&JANE.parse().unwrap());
    let held = |scope| block_on(world.desk().suppression(jane, scope)).unwrap().is_some();
    assert!(held(Scope::Bounce) && held(Scope::Complaint));
    world.later(180 * 86_400);
    assert!(!held(Scope::Bounce) && held(Scope::Complaint));
}

#[test]
fn whatever_was_changed_or_is_old_is_refused_alike() {
    for (make, body, expected) in genuine() {
        if expected.is_empty() {
            continue;
        }
        let world = world();
        let refused = |signed: &Signed, what: &str| {
            let answer = signed.send(&world);
            assert!([400, 401].contains(&answer.status), "{what} of {body}: {}", answer.status);
            assert!(changes(&world).is_empty(), "{what} of {body}");
        };
        let good = make(&world, &body);
        let mut changed = make(&world, &body);
        let jane = changed.body.windows(4).position(|window| window == b"jane").unwrap();
        changed.body[jane] = b'k';
        if !matches!(good.path, "/mail-events/postmark" | "/mail-events/mailgun") {
            refused(&changed, "another body");
        }
        for at in 0..good.headers.len() {
            if good.path == "/mail-events/ses" {
                break;
            }
            let mut other = make(&world, &body);
            other.headers[at].1.push('x');
            refused(&other, other.headers[at].0);
            let mut missing = make(&world, &body);
            missing.headers.remove(at);
            refused(&missing, "a header");
        }
        if good.path == "/mail-events/mailgun" {
            let text = String::from_utf8(good.body.clone()).unwrap();
            for (from, to) in [("token-1", "token-2"), ("\"signature\":\"", "\"signature\":\"0")] {
                let body = text.replacen(from, to, 1).into_bytes();
                refused(&Signed { body, headers: Vec::new(), path: good.path }, from);
            }
        }
        if good.path != "/mail-events/postmark" {
            world.later(90_000);
            refused(&good, "an old message");
        }
    }
}

#[test]
fn every_byte_of_a_signature_counts() {
    let world = world();
    let good = sendgrid(&world, &json!([{"event": "spamreport", "email": JANE}]));
    let signature = Base64::decode_vec(&good.headers[1].1).unwrap();
    for at in 0..signature.len() {
        let mut changed = signature.clone();
        changed[at] ^= 1;
        let mut other = sendgrid(&world, &json!([{"event": "spamreport", "email": JANE}]));
        other.headers[1].1 = Base64::encode_string(&changed);
        assert_eq!(other.send(&world).status, 401, "byte {at}");
        let cut = Base64::encode_string(&signature[..at]);
        other.headers[1].1 = cut;
        assert_eq!(other.send(&world).status, 401, "cut at {at}");
    }
    assert!(changes(&world).is_empty());
}

/// The text with one byte changed.
fn flipped(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_byte_that_is_signed_counts() {
    let world = world();
    for good in [
        standard(&world, &json!({"type": "complaint", "data": {"email": JANE}})),
        sendgrid(&world, &json!([{"event": "spamreport", "email": JANE}])),
    ] {
        let Signed { path, headers, body } = &good;
        for at in 0..body.len() {
            let mut body = body.clone();
            body[at] ^= 1;
            assert_eq!(send(&world, path, headers, &body).status, 401, "{path}, byte {at}");
        }
        for (index, (name, value)) in headers.iter().enumerate() {
            for at in 0..value.len() {
                let mut headers = headers.clone();
                headers[index].1 = flipped(value, at);
                assert_eq!(send(&world, path, &headers, body).status, 401, "{name}, byte {at}");
            }
        }
    }
    let complaint = json!({"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": JANE}]}});
    for (good, within, names) in [
        (
            mailgun(&world, &json!({"event": "complained", "recipient": JANE})),
            "/signature",
            &["timestamp", "token", "signature"][..],
        ),
        (
            ses(&world, &complaint),
            "",
            &["Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature"],
        ),
    ] {
        let body: Value = serde_json::from_slice(&good.body).unwrap();
        for name in names {
            let value = body.pointer(within).unwrap()[*name].as_str().unwrap();
            for at in 0..value.len() {
                let mut body = body.clone();
                body.pointer_mut(within).unwrap()[*name] = flipped(value, at).into();
                let answer = send(&world, good.path, &good.headers, body.to_string().as_bytes());
                assert_eq!(answer.status, 401, "{name}, byte {at}");
            }
        }
        // What is signed as missing cannot be put there.
        if within.is_empty() {
            let mut body = body.clone();
            body["Subject"] = "x".into();
            let answer = send(&world, good.path, &good.headers, body.to_string().as_bytes());
            assert_eq!(answer.status, 401);
        }
    }
    assert!(changes(&world).is_empty());
}

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
    let regional = include_bytes!("fixtures/regional.pem");
    let foreign = include_bytes!("fixtures/foreign.pem");
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

fn report(kind: &str, recipient: &str, link: &str) -> Vec<u8> {
    format!(
        "From: <fbl@provider.example>\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nReport\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\n\
         Feedback-Type: {kind}\r\nUser-Agent: x\r\nVersion: 1\r\n{recipient}\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nList-Unsubscribe: <{link}>\r\n\r\nHello\r\n--b--\r\n"
    )
    .into_bytes()
}

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
