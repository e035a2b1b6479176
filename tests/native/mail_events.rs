//! Provider events, each signed with real keys.

mod mails;
mod signed;
mod sns;

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

/// The text with one byte changed.
fn flipped(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).unwrap()
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
