//! What is signed, and what was changed.

use super::*;

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
