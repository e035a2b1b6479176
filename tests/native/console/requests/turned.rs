//! Complaints that become requests, and the other way round.

use super::*;

#[test]
fn a_complaint_becomes_a_request_without_retyping() {
    let world = World::requests();
    let case = complaint(&world, Some(EMAIL), "complaint");
    let received = world.now.get();
    world.later(10 * 86_400);
    let target = format!("{case}/request");
    let wanted = json!({"kind": "erasure", "regime": "ru-152fz"});
    let turned = world.done(&post(&target, &wanted, &[("idempotency-key", "turn-0001")]));
    assert_eq!(turned.status, 201);
    assert_eq!(turned.field("/state"), "awaiting_identity");
    assert_eq!(
        (turned.field("/door"), turned.field("/language")),
        ("feedback".into(), "ru".into())
    );
    assert_eq!(turned.field("/thread/0/text"), "Delete all that you have on me!");
    // The law counts from when the complaint came, though identity is only asked for now.
    assert_eq!(turned.field("/received_at").parse(), Ok(received.to_second()));
    assert_eq!(turned.field("/opened_at").parse(), Ok(world.now.get().to_second()));
    assert_eq!(turned.field("/due/date"), "2026-12-01");
    let reference = turned.field("/reference");
    assert!(turned.header("location").ends_with(&turned.field("/id")));
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].1;
    assert!(mail.text.contains("24 часа") && mail.text.contains("/requests/confirm/"));
    assert!(mail.subject.as_str().contains(&reference));
    let link = mail.text.split_whitespace().find(|word| word.starts_with(BASE)).unwrap();
    assert!(!link.contains("status"));
    let thread = world.console(&get(&case)).json()["thread"].clone();
    assert!(thread[1]["text"].as_str().unwrap().contains(&reference));
    assert_eq!(turned.field("/case"), world.console(&get(&case)).field("/url"));
    // The code of the mail is the one that was stored.
    let key = RequestKey::from_opening(&world.keys("request")[0]).unwrap();
    let kept = block_on(cases::load(&world.desk(), &key)).unwrap().unwrap();
    let code = mail.text.lines().find_map(|line| line.parse::<Code>().ok()).unwrap();
    let attempt = kept.unproven(world.now.get()).unwrap().try_code(&world.setup.keys, &code);
    assert!(matches!(attempt, desk_core::request::Attempt::Right(_)));
    // However often, with whatever key, it is that one.
    for headers in
        [&[("idempotency-key", "turn-0001")][..], &[], &[("idempotency-key", "turn-0002")]]
    {
        let again = world.done(&post(&target, &json!({"kind": "erasure"}), headers));
        assert_eq!((again.status, again.field("/reference")), (200, reference.clone()));
    }
    assert_eq!((world.keys("request").len(), world.mails().len()), (1, 1));
    assert_eq!(world.console(&get(&case)).json()["thread"].as_array().unwrap().len(), 2);
    // The same key for something else is refused; another right is another request.
    let access = json!({"kind": "access"});
    let other = world.console(&post(&target, &access, &[("idempotency-key", "turn-0001")]));
    assert_eq!((other.status, other.slug()), (422, "already-sent".to_owned()));
    let other = world.done(&post(&target, &access, &[]));
    assert_eq!((other.status, other.field("/regime")), (201, "eu-gdpr".to_owned()));
    assert_eq!(world.keys("request").len(), 2);
    let actions = world.actions();
    assert_eq!(actions.iter().filter(|action| *action == "request-opened").count(), 2);
}

/// One that nobody proved is gone after a week, and its line in the log with its id stays.
#[test]
fn a_complaint_becomes_another_request_once_the_first_is_gone() {
    let world = World::requests();
    let case = complaint(&world, Some(EMAIL), "complaint");
    let turn = || post(&format!("{case}/request"), &json!({"kind": "erasure"}), &[]);
    let first = world.done(&turn()).field("/reference");
    assert_eq!(world.done(&turn()).field("/reference"), first);
    world.later(8 * 86_400);
    world.console(&get(REQUESTS));
    assert_eq!(world.keys("request-log").len(), 1);
    for key in world.keys("request") {
        world.store.take(&key);
    }
    let second = world.done(&turn());
    assert_eq!((second.status, second.field("/state")), (201, "awaiting_identity".to_owned()));
    assert_ne!(second.field("/reference"), first);
    let queue = world.console(&get(REQUESTS)).json();
    assert_eq!(queue["requests"][0]["reference"], second.field("/reference"));
}

#[test]
fn what_cannot_become_a_request_is_refused() {
    let world = World::requests();
    let nobody = complaint(&world, None, "question");
    let wanted = json!({"kind": "erasure"});
    let target = format!("{nobody}/request");
    assert_eq!(
        world.refused(&post(&target, &wanted, &[])),
        "it has no e-mail address to which a code could be sent."
    );
    for (body, pointer, code) in [
        (json!({}), "/kind", "missing"),
        (json!({"kind": "complaint"}), "/kind", "unknown-right"),
        (json!({"kind": "access", "regime": "gdpr"}), "/regime", "unknown-regime"),
        (json!({"kind": "access", "x": "y"}), "/x", "unknown-field"),
    ] {
        let answer = world.console(&post(&target, &body, &[]));
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())]);
    }
    let unknown = post("/console/api/cases/FB-0000-0000-0000/request", &wanted, &[]);
    assert_eq!(world.console(&unknown).status, 404);
    let body = json!({"kind": "complaint", "message": "x", "email": EMAIL});
    let filed = world.feedback(&send("/feedback", &body, &[]));
    let status = filed.field("/status_url").strip_prefix(BASE).unwrap().to_owned();
    world.later(1);
    assert_eq!(world.feedback(&send(&format!("{status}/withdraw"), &json!({}), &[])).status, 200);
    let target = format!("/console/api/cases/{}/request", filed.field("/reference"));
    assert_eq!(world.refused(&post(&target, &wanted, &[])), "it was withdrawn.");
    assert_eq!((world.keys("request").len(), world.mails().len()), (0, 0));
}

#[test]
fn turning_a_complaint_survives_a_store_that_fails() {
    for call in 1.. {
        let world = World::requests();
        let case = complaint(&world, Some(EMAIL), "complaint");
        world.later(1);
        let turn = post(&format!("{case}/request"), &json!({"kind": "access"}), &[]);
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let answer = world.console(&turn);
        world.store.fail_from(None);
        // Nobody is asked for a proof of what nobody was told of.
        assert!(world.mails().len() >= world.keys("request").len());
        if answer.status < 500 {
            assert!(call > 8);
            break;
        }
        world.later(60);
        let again = world.console(&turn);
        assert!(matches!(again.status, 200 | 201), "{call} {again:?}");
        assert_eq!((world.keys("request").len(), world.mails().len()), (1, 1), "{call}");
        let thread = world.console(&get(&case)).json()["thread"].clone();
        assert_eq!(thread.as_array().unwrap().len(), 2, "{call}");
    }
}

#[test]
fn a_request_gives_rise_to_a_complaint() {
    let world = World::requests();
    let filed = world.asserted();
    let target = format!("{}/complaint", filed.url);
    let opened = world.done(&post(&target, &json!({}), &[]));
    assert_eq!((opened.status, opened.field("/kind")), (201, "complaint".to_owned()));
    assert_eq!(opened.field("/state"), "in_progress");
    assert_eq!(
        (opened.field("/thread/0/text"), opened.field("/email")),
        (DETAILS.into(), EMAIL.into())
    );
    assert!(opened.field("/thread/1/text").contains(&filed.reference));
    let reference = opened.field("/reference");
    let shown = world.show(&filed);
    assert!(shown["thread"][1]["text"].as_str().unwrap().contains(&reference));
    assert!(shown["due"]["overdue"] == false && shown["state"] == "in_progress");
    assert!(!shown.to_string().contains("/feedback/status/"));
    let mails = world.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].1;
    assert!(mail.text.contains(&reference) && mail.text.contains("/feedback/status/"));
    let link = mail.text.split_whitespace().find(|word| word.contains("/feedback/status/"));
    let link = link.unwrap().strip_prefix(BASE).unwrap();
    assert_eq!(world.feedback(&public(&format!("{link}/case.json"))).status, 200);
    // Twice is once.
    let again = world.done(&post(&target, &json!({}), &[]));
    assert_eq!((again.status, again.field("/reference")), (200, reference));
    assert_eq!((world.keys("case").len(), world.mails().len()), (1, 1));
    // A complaint about what has ended is heard all the same.
    let refused = world.open(&RequestOpening { details: None, ..world.opening() });
    world.done(&act(&refused, "refusal", json!({"ground": "excessive", "text": "x"})));
    let opened = world.done(&post(&format!("{}/complaint", refused.url), &json!({}), &[]));
    assert!(opened.field("/thread/0/text").contains(&refused.reference));
    assert_eq!(world.kept(&refused).head.events().len(), 1);
    // And with a store that fails.
    for call in 1.. {
        let world = World::requests();
        let filed = world.asserted();
        let target = format!("{}/complaint", filed.url);
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        let answer = world.console(&post(&target, &json!({}), &[]));
        world.store.fail_from(None);
        if answer.status < 500 {
            assert!(call > 8);
            break;
        }
        world.later(90);
        let opened = world.done(&post(&target, &json!({}), &[]));
        assert_eq!(world.keys("case").len(), 1, "{call}");
        assert_eq!(opened.field("/state"), "in_progress", "{call}");
        assert_eq!(opened.json()["thread"].as_array().unwrap().len(), 2, "{call}");
        assert_eq!(world.kept(&filed).head.events().len(), 1, "{call}");
        assert_eq!(world.mails().len(), 1, "{call}");
    }
}
