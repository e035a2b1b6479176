//! Whatever is sent.

use super::*;

// Parsers.

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn strange_json_is_never_our_fault(text in "[\\[\\]{}\",:a-z0-9 \\\\u]{0,60}", body in any_json()) {
        let world = World::new();
        for body in [text, body.to_string()] {
            let headers = [("content-type", "application/json")];
            let answer = world.feedback(&request(Method::POST, "/feedback", &headers, body.clone()));
            prop_assert!(answer.status < 500, "{body}");
            // Whatever is JSON and an object gets told what is wrong with its fields, and where.
            if let Ok(Value::Object(_)) = serde_json::from_str::<Value>(&body) {
                prop_assert!(matches!(answer.status, 201 | 422), "{body} {}", answer.text());
            }
        }
    }

    #[test]
    fn pasted_links_never_lead_elsewhere(link in "\\PC*", start in "(https://desk.example)?(/feedback/status/)?") {
        let world = World::new();
        let link = format!("{start}{link}");
        let answer = world.feedback(&form("/feedback/follow", &[("link", &link)]));
        prop_assert!(matches!(answer.status, 303 | 404 | 422), "{link}");
        let location = answer.header("location");
        let token = location.strip_prefix("/feedback/status/").unwrap_or_default();
        prop_assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
        prop_assert_eq!(answer.status == 303, !token.is_empty());
    }

    #[test]
    fn idempotency_keys_are_themselves_or_refused(value in "[ -~]{0,140}") {
        let headers = [("idempotency-key", value.as_str())];
        match desk_web::filing::idempotency_key(&request(Method::POST, "/feedback", &headers, "")) {
            Ok(key) => {
                let key = key.unwrap();
                prop_assert!((8..=128).contains(&key.len()));
                prop_assert_eq!(value.trim().trim_matches('"'), key);
            }
            Err(problem) => prop_assert_eq!(problem, Problem::Malformed("idempotency-key")),
        }
    }

    #[test]
    fn every_text_that_is_taken_comes_back_as_it_was(text in "\\PC{1,200}") {
        let world = World::new();
        let body = json!({"kind": "question", "message": text});
        let answer = world.feedback(&send("/feedback", &body, &[]));
        prop_assume!(answer.status == 201);
        let status = path(&answer.field("/status_url"));
        prop_assert_eq!(texts(&world.case(&status)), [text.trim()]);
        let token = world.token();
        let by_form = world.feedback(&filled(&token, &text, ""));
        prop_assert_eq!(texts(&world.case(&ticket(&by_form))), [text.trim()]);
    }

    #[test]
    fn strange_paths_are_never_our_fault(path in "(/feedback)?(/status)?(/[ -~]{0,20}){0,4}", query in "[ -~]{0,30}") {
        let world = World::new();
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            let answer = world.feedback(&request(method, &format!("{path}?{query}"), &[], ""));
            prop_assert!(answer.status < 500);
        }
    }
}

#[test]
fn a_head_of_a_store_is_read_as_it_was_written() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    world.feedback(&send(&format!("{status}/messages"), &json!({"message": "x"}), &[]));
    let key = world.key(&status);
    let stored = world.store.dump()[key.head().as_str()].clone();
    let content = world.setup.keys.open(&key.head(), &stored, world.now.get()).unwrap().unwrap();
    assert_eq!(decode::<CaseHead>(&content).unwrap().events().len(), 1);
    // The same bytes under another layout are not believed.
    assert!(decode::<CaseHead>(&[&[9], &content[1..]].concat()).is_none());
}
