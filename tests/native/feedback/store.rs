//! What lies in the store, what it costs, and a store that fails.

use super::*;

// What is stored.

#[test]
fn nothing_that_tells_who_somebody_is_stands_in_the_open() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let token = world.token();
    let form_status = ticket(&world.feedback(&filled(&token, MESSAGE, EMAIL)));
    world.feedback(&keyed(&complaint(), "key-of-a-client"));
    world.feedback(&form(&format!("{status}/messages"), &[("message", MESSAGE)]));
    let telling = [
        "anna",
        "Anna",
        "oncall.example",
        "203.0.113.7",
        "4711",
        "newsletters",
        "key-of-a-client",
        status.rsplit('/').next().unwrap(),
        form_status.rsplit('/').next().unwrap(),
    ];
    for (key, value) in world.store.dump() {
        if key.starts_with("policy") {
            continue;
        }
        let value = String::from_utf8_lossy(&value).into_owned();
        for word in telling {
            assert!(!key.contains(word) && !value.contains(word), "{word} under {key}");
        }
    }
    // Nor in what is answered when things go wrong, or logged.
    let mut wrong = complaint();
    wrong["kind"] = "none".into();
    let mut answers = vec![
        world.feedback(&send("/feedback", &wrong, &[])),
        world.feedback(&keyed(&json!({"kind": "question", "message": "x"}), "key-of-a-client")),
    ];
    world.store.reset_calls();
    world.store.fail_from(Some(1));
    answers.push(world.feedback(&filing()));
    answers.push(world.feedback(&get(&status)));
    world.store.fail_from(None);
    world.store.put(world.key(&status).opening().as_str(), b"\x01broken".to_vec());
    answers.push(world.feedback(&get(&status)));
    for answer in answers {
        assert!(answer.status >= 400);
        let all = format!("{answer:?}");
        for word in telling {
            assert!(!all.contains(word), "{word} in {all}");
        }
    }
}

#[test]
fn what_was_moved_cut_or_swapped_is_a_clear_problem_and_shows_nothing() {
    let world = World::desk_with_policy();
    let statuses = [world.filed(&complaint()), world.filed(&complaint())];
    for status in &statuses {
        let message = json!({"message": "A further message."});
        assert_eq!(world.feedback(&send(&format!("{status}/messages"), &message, &[])).status, 201);
    }
    let keys = [world.key(&statuses[0]), world.key(&statuses[1])];
    let whole = world.store.dump();
    let own = [keys[0].opening(), keys[0].head()];
    let others = [keys[1].opening(), keys[1].head()];
    let text = |key: &StoreKey| key.as_str().to_owned();
    let mut changes: Vec<(String, Vec<u8>)> = Vec::new();
    for (own, other) in own.iter().zip(&others) {
        let value = &whole[own.as_str()];
        changes.push((text(own), whole[other.as_str()].clone()));
        for cut in [0, 1, 8, 9, 20, value.len() - 1] {
            changes.push((text(own), value[..cut].to_vec()));
        }
        for at in [0, 5, 10, 30, value.len() - 1] {
            let mut changed = value.clone();
            changed[at] ^= 1;
            changes.push((text(own), changed));
        }
    }
    changes.push((text(&own[0]), whole[own[1].as_str()].clone()));
    changes.push((text(&own[1]), whole[own[0].as_str()].clone()));
    for (key, changed) in changes {
        world.store.put(&key, changed.clone());
        for request in [
            page(&statuses[0]),
            get(&format!("{}/case.json", statuses[0])),
            get(&format!("{}/receipt.json", statuses[0])),
            send(&format!("{}/messages", statuses[0]), &json!({"message": "x"}), &[]),
            form(&format!("{}/withdraw", statuses[0]), &[]),
        ] {
            let answer = world.feedback(&request);
            assert_eq!(answer.status, 500, "{key} {changed:?}");
            assert!(answer.log.is_some());
            assert!(!answer.text().contains("newsletters") && !answer.text().contains(NAME));
        }
        assert_eq!(world.feedback(&page(&statuses[1])).status, 200);
        world.store.put(&key, whole[&key].clone());
    }
    assert_eq!(world.store.dump().len(), whole.len());
    // A marker that was changed does not open a second case.
    assert_eq!(world.feedback(&keyed(&complaint(), "key-0001")).status, 201);
    let marker = world.keys("once").remove(0);
    world.store.put(&marker, b"\x01broken".to_vec());
    assert_eq!(world.feedback(&keyed(&complaint(), "key-0001")).status, 500);
    // The brake must not become a lock.
    for limit in world.keys("limit") {
        world.store.put(&limit, b"broken".to_vec());
    }
    assert_eq!(world.feedback(&filing()).status, 201);
}

// What it costs.

#[test]
fn public_paths_make_few_calls() {
    let world = World::desk_with_policy();
    let counted = |request: &Request, status: u16| {
        world.store.reset_calls();
        // What is done behind the answer is nothing that anybody waits for.
        let answer = block_on(feedback::serve(&world.desk(), request));
        assert_eq!(answer.status, status, "{answer:?}");
        let mut calls = world.store.calls();
        calls.sort();
        (world.store.depth(), calls.join(", "))
    };
    let is = |depth: usize, calls: &str| (depth, calls.to_owned());
    let token = world.token();
    assert_eq!(counted(&page("/feedback"), 200), is(0, ""));
    let cold = "get case, get limit, get policy-index, set case, set limit";
    assert_eq!(counted(&filled(&token, MESSAGE, ""), 303), is(2, cold));
    // Within the two seconds for which an instance remembers the policy.
    let tokens = [1, 2].map(|_| hidden(&world.feedback(&page("/feedback")), "token"));
    let warm = "get case, get limit, set case, set limit";
    assert_eq!(counted(&filled(&tokens[0], MESSAGE, ""), 303), is(2, warm));
    assert_eq!(counted(&filled(&tokens[0], MESSAGE, ""), 303), is(1, "get case, get limit"));
    // With an address the same form may have been sent without one before.
    let both = "get case, get case, get limit, set case, set limit";
    assert_eq!(counted(&filled(&tokens[1], MESSAGE, EMAIL), 303), is(2, both));
    assert_eq!(counted(&filing(), 201), is(2, "get limit, set case, set limit"));
    let key = "get limit, get once, set case, set limit, set once";
    assert_eq!(counted(&keyed(&complaint(), "key-0001"), 201), is(3, key));
    assert_eq!(
        counted(&keyed(&complaint(), "key-0001"), 201),
        is(1, "get case, get limit, get once")
    );
    let status = world.filed(&complaint());
    for below in ["", "/received", "/case.json", "/receipt.json"] {
        assert_eq!(counted(&page(&format!("{status}{below}")), 200), is(1, "get case, get head"));
    }
    let message = send(&format!("{status}/messages"), &json!({"message": "x"}), &[]);
    let append = "get case, get head, get head, get limit, set event, set head, set limit";
    assert_eq!(counted(&message, 201), is(3, append));
    let withdraw = form(&format!("{status}/withdraw"), &[]);
    assert_eq!(counted(&withdraw, 303), is(3, append));
    assert_eq!(counted(&withdraw, 303), is(1, "get case, get head, get limit"));
    // Nothing is asked of the store for what cannot be a case or is no case yet.
    for target in ["/feedback/status/forged", "/feedback/nothing"] {
        assert_eq!(counted(&page(target), 404), is(0, ""));
    }
    assert_eq!(counted(&send("/feedback", &json!({}), &[]), 422), is(0, ""));
    assert_eq!(counted(&form("/feedback", &[("token", "x")]), 422), is(0, ""));
}

#[test]
fn a_store_that_fails_at_any_call_makes_nothing_half() {
    let attachments = json!([
        {"data": Base64::encode_string(&vec![b'a'; 600_000])},
        {"data": Base64::encode_string(b"b")},
    ]);
    let mut with_files = complaint();
    with_files["attachments"] = attachments;
    type Build = fn(&World, &Value) -> Request;
    let by_form: Build = |world, _| filled(&world.token(), MESSAGE, EMAIL);
    let anonymous: Build = |world, _| filled(&world.token(), MESSAGE, "");
    let by_key: Build = |_, body| keyed(body, "key-0001");
    let message: Build = |world, _| {
        let status = world.filed(&complaint());
        let once = [("idempotency-key", "message-1")];
        send(&format!("{status}/messages"), &json!({"message": "More."}), &once)
    };
    let message_by_form: Build = |world, _| {
        let status = world.filed(&complaint());
        let page = world.feedback(&page(&status));
        let fields = [("once", &*hidden(&page, "once")), ("message", "More.")];
        form(&format!("{status}/messages"), &fields)
    };
    let withdraw: Build = |world, _| {
        let status = world.filed(&complaint());
        form(&format!("{status}/withdraw"), &[])
    };
    for (what, build) in [
        ("form", by_form),
        ("anonymous", anonymous),
        ("key", by_key),
        ("message", message),
        ("message by form", message_by_form),
        ("withdrawal", withdraw),
    ] {
        let mut calls = 0;
        for call in 1.. {
            let world = World::desk_with_policy();
            let request = build(&world, &with_files);
            let accept = if request.header(http::header::ACCEPT).is_some() { 303 } else { 201 };
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            let answer = world.feedback(&request);
            world.store.fail_from(None);
            if answer.status < 500 {
                calls = call - 1;
                assert_eq!(answer.status, accept, "{what}");
                break;
            }
            assert_eq!(answer.status, 503, "{what} at call {call}: {answer:?}");
            assert_eq!((answer.header("retry-after"), answer.header("location")), ("10", ""));
            assert!(answer.log.is_some() && !answer.text().contains("told to fail"));
            // The same again, as anybody does who has seen that: one case, one message, whole.
            world.later(2);
            let again = world.feedback(&request);
            assert_eq!(again.status, accept, "{what} after call {call}: {again:?}");
            assert_eq!(world.keys("case").len(), 1, "{what} after call {call}");
            let key = CaseKey::from_opening(&world.keys("case")[0]).unwrap();
            let status = status_path(&world.setup, &key);
            let case = world.case(&status);
            let entries = if what.starts_with("message") { 2 } else { 1 };
            assert_eq!(texts(&case).len(), entries, "{what} after call {call}: {case}");
            assert_eq!(case["state"], if what == "withdrawal" { "withdrawn" } else { "received" });
            for file in case["thread"][0]["attachments"].as_array().into_iter().flatten() {
                let file = path(file["url"].as_str().unwrap());
                assert_eq!(world.feedback(&get(&file)).status, 200, "{what} after call {call}");
            }
        }
        assert!(calls >= 5, "{what} made {calls} calls");
    }
    // A filing without a key cannot be told from another one, but it is whole or not there.
    for call in 1..=4 {
        let world = World::desk_with_policy();
        world.store.reset_calls();
        world.store.fail_from(Some(call));
        assert_eq!(world.feedback(&filing()).status, 503);
        world.store.fail_from(None);
        assert_eq!(world.feedback(&filing()).status, 201);
    }
}

#[test]
fn a_store_that_is_gone_is_a_clear_problem_wherever_one_looks() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    for below in ["", "/received", "/added", "/case.json", "/receipt.json", "/attachments/1"] {
        world.store.reset_calls();
        world.store.fail_from(Some(1));
        for request in [page(&format!("{status}{below}")), get(&format!("{status}{below}"))] {
            let answer = world.feedback(&request);
            assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{below}");
        }
        world.store.fail_from(None);
    }
    assert_eq!(world.feedback(&page(&status)).status, 200);
}
