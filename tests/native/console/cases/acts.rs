//! Reading, answering and closing a case.

use super::*;

#[test]
fn whoever_has_no_token_learns_nothing() {
    let world = World::new();
    let filed = world.complaint();
    let targets = [
        "/console",
        "/console/api",
        "/console/api/cases",
        "/console/api/cases?limit=x",
        &filed.url,
        &format!("{}/attachments/1", filed.url),
        &format!("{}/replies", filed.url),
        "/console/api/audit",
        "/console/api/nothing",
        "/console/api/cases/%FF",
    ];
    world.store.reset_calls();
    let long = format!("Bearer {OPERATOR}t");
    for wrong in ["", "Bearer", "Bearer ", "Bearer wrong", "Basic dDp0", OPERATOR, &long] {
        let mut answers = Vec::new();
        for target in targets {
            for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
                let headers = [("authorization", wrong), ("content-type", "application/json")];
                let answer = world.console(&request(method, target, &headers, "{}"));
                assert_eq!((answer.status, answer.slug()), (401, "unauthorised".to_owned()));
                assert!(answer.header("www-authenticate").starts_with("Bearer "));
                answers.push(answer);
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    assert!(world.store.calls().is_empty());
    // A token that is not configured lets nobody in, and one that is sent twice is none.
    let closed = World::with(|name| (name == "operator_token").then_some(""));
    assert_eq!(closed.console(&get("/console/api/cases")).status, 401);
    let mut headers = http::HeaderMap::new();
    for _ in 0..2 {
        headers.append("authorization", format!("Bearer {OPERATOR}").parse().unwrap());
    }
    let body = desk_web::request::Body::Whole(bytes::Bytes::new());
    let twice = Request::new(Method::GET, "/console/api/cases", headers, body);
    assert_eq!(world.console(&twice).status, 401);
}

#[test]
fn an_operator_reads_answers_and_closes_a_case() {
    let world = World::new();
    let filed = world.complaint();
    let read = world.read(&filed);
    assert_eq!(read.header("cache-control"), "no-store");
    let case = read.json();
    assert_eq!(case["thread"][0]["text"], MESSAGE);
    assert_eq!((&case["name"], &case["email"]), (&json!("Anna"), &json!(EMAIL)));
    assert_eq!(case["url"], format!("{BASE}{}", filed.url));
    assert_eq!((&case["state"], &case["quarantined"]), (&json!("received"), &json!(false)));
    // The secret of the person is no operator's.
    assert!(!read.text().contains("/feedback/status/"), "{}", read.text());
    // By its reference too, as people say it.
    let said = filed.reference.to_lowercase().replace('-', "%20");
    let by_reference = world.console(&get(&format!("/console/api/cases/{said}")));
    assert_eq!(by_reference.body, read.body);
    let tag = read.header("etag").to_owned();
    world.later(1);
    let taken = world.console(&set_state(&filed.url, "in_progress", &[("if-match", &tag)]));
    assert_eq!((taken.status, taken.field("/state")), (200, "in_progress".to_owned()));
    world.later(1);
    let answered = world.console(&reply(&filed.url, "We are sorry.", &[]));
    assert_eq!((answered.status, answered.field("/state")), (201, "answered".to_owned()));
    assert_eq!(answered.field("/thread/1/from"), "operator");
    world.later(1);
    let tag = answered.header("etag").to_owned();
    let closed = world.console(&set_state(&filed.url, "closed", &[("if-match", &tag)]));
    assert_eq!(closed.field("/state"), "closed");
    // The person sees it all, and may come back.
    let seen = world.feedback(&public(&format!("{}/case.json", filed.status)));
    assert_eq!(
        (seen.field("/state"), seen.field("/thread/1/text")),
        ("closed".into(), "We are sorry.".into())
    );
    world.later(1);
    let more = json!({"message": "Thank you."});
    world.feedback(&send(&format!("{}/messages", filed.status), &more, &[]));
    assert_eq!(world.read(&filed).field("/state"), "in_progress");
    let expected =
        ["case-read", "state-set", "case-replied", "state-set", "case-read", "case-read"];
    assert_eq!(world.audit(), expected);
}

#[test]
fn an_access_that_cannot_be_recorded_does_not_happen() {
    let world = World::new();
    let filed = world.file(&json!({
        "kind": "problem",
        "message": MESSAGE,
        "attachments": [{"data": Base64::encode_string(b"the journal")}],
    }));
    let tag = world.read(&filed).header("etag").to_owned();
    let attachment = get(&format!("{}/attachments/1", filed.url));
    let once = [("idempotency-key", "reply-0001")];
    for (request, expected) in [
        (get(&filed.url), "case-read"),
        (operator(Method::HEAD, &filed.url, &[], ""), "case-read"),
        (attachment, "file-read"),
        (set_state(&filed.url, "in_progress", &[("if-match", &tag)]), "state-set"),
        (reply(&filed.url, "We are sorry.", &once), "case-replied"),
        // The same once more changes nothing, but its answer shows the case.
        (reply(&filed.url, "We are sorry.", &once), "case-read"),
    ] {
        world.later(1);
        let before = world.stored();
        world.store.reset_calls();
        let count = world.audit().len();
        world.store.reset_calls();
        // Whatever was done before it, the record itself fails.
        let whole = {
            let trial = World::new();
            for (key, value) in &before {
                trial.store.put(key, value.clone());
            }
            trial.now.set(world.now.get());
            trial.console(&request);
            trial.store.calls()
        };
        let record = whole.iter().position(|call| call == "set audit").unwrap();
        let shown_or_changed = |call: &String| {
            call.starts_with("get file")
                || call.starts_with("set ") && call != "set audit" && call != "set claim"
        };
        assert!(!whole[..record].iter().any(shown_or_changed), "{whole:?}");
        world.store.fail_from(Some(record + 1));
        let refused = world.console(&request);
        world.store.fail_from(None);
        assert_eq!(refused.status, 503, "{expected}");
        assert!(!refused.text().contains("newsletters") && !refused.text().contains("journal"));
        assert_eq!(world.stored(), before, "{expected}");
        world.later(60);
        let answer = world.console(&request);
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        let audit = world.audit();
        assert_eq!((audit.len(), &*audit[0]), (count + 1, expected));
    }
    assert_eq!(world.keys("event").len(), 2);
}

#[test]
fn a_change_is_held_to_the_state_that_it_was_decided_on() {
    let world = World::new();
    let filed = world.complaint();
    let old = world.read(&filed).header("etag").to_owned();
    assert_eq!(world.console(&reply(&filed.url, "First.", &[])).status, 201);
    let new = world.read(&filed).header("etag").to_owned();
    assert_ne!(old, new);
    world.later(1);
    let events = world.keys("event");
    for (tag, status) in [
        (&*old, 412),
        (&format!("W/{new}"), 412),
        ("\"\"", 412),
        ("nonsense", 412),
        ("", 412),
        (&format!("{old}, W/{new}"), 412),
    ] {
        let tag = [("if-match", tag)];
        let state = world.console(&set_state(&filed.url, "closed", &tag));
        assert_eq!((state.status, state.slug()), (status, "precondition-failed".to_owned()));
        assert_eq!(world.console(&reply(&filed.url, "Second.", &tag)).status, 412);
    }
    let without = world.console(&set_state(&filed.url, "closed", &[]));
    assert_eq!((without.status, without.slug()), (428, "precondition-required".to_owned()));
    assert_eq!(world.keys("event"), events);
    let list = format!("{old}, {new}");
    assert_eq!(world.console(&set_state(&filed.url, "closed", &[("if-match", &list)])).status, 200);
    let again = world.console(&set_state(&filed.url, "closed", &[("if-match", "*")]));
    assert_eq!((again.status, again.slug()), (409, "case-state".to_owned()));
    let any = world.console(&set_state(&filed.url, "in_progress", &[("if-match", "*")]));
    assert_eq!(any.status, 200);
    // What a person does changes the tag as well.
    let seen = any.header("etag").to_owned();
    world.later(1);
    let withdraw = request(
        Method::POST,
        &format!("{}/withdraw", filed.status),
        &[("spin-client-addr", CLIENT)],
        "",
    );
    assert_eq!(world.feedback(&withdraw).status, 200);
    assert_eq!(world.console(&reply(&filed.url, "Too late.", &[("if-match", &seen)])).status, 412);
    let late = world.console(&reply(&filed.url, "Too late.", &[]));
    assert_eq!((late.status, late.slug()), (409, "case-state".to_owned()));
    // A client that has it already is told so; the access is recorded all the same.
    let tag = world.read(&filed).header("etag").to_owned();
    let records = world.audit().len();
    let current = world.console(&operator(Method::GET, &filed.url, &[("if-none-match", &tag)], ""));
    assert_eq!((current.status, current.body.len()), (304, 0));
    assert_eq!(world.audit().len(), records + 1);
}

#[test]
fn a_reply_is_sent_once_and_keys_of_persons_are_not_those_of_operators() {
    let world = World::new();
    let filed = world.complaint();
    let once = [("idempotency-key", "key-0001")];
    let messages = format!("{}/messages", filed.status);
    let message = world.feedback(&send(&messages, &json!({"message": "More."}), &once));
    assert_eq!(message.status, 201);
    for _ in 0..3 {
        world.later(1);
        let answer = world.console(&reply(&filed.url, "We are sorry.", &once));
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let other = world.console(&reply(&filed.url, "Another text.", &once));
    assert_eq!((other.status, other.slug()), (422, "already-sent".to_owned()));
    assert_eq!(world.keys("event").len(), 2);
    for (text, code) in
        [("", "missing"), (&"a".repeat(10_001), "too-long"), ("\u{1b}", "control-character")]
    {
        let answer = world.console(&reply(&filed.url, text, &[]));
        assert_eq!(answer.errors(), [("/text".to_owned(), code.to_owned())]);
    }
    let target = format!("{}/state", filed.url);
    for (body, pointer, code) in [
        ("{}", "/state", "missing"),
        ("{\"state\": \"answered\"}", "/state", "unknown-state"),
        ("{\"state\": \"withdrawn\"}", "/state", "unknown-state"),
        ("{\"state\": 1}", "/state", "not-text"),
        ("{\"state\": \"closed\", \"why\": \"\"}", "/why", "unknown-field"),
    ] {
        let answer = world.console(&operator(Method::PUT, &target, &[("if-match", "*")], body));
        assert_eq!(answer.status, 422);
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())]);
    }
}
