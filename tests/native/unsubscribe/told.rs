//! What the mailer is told, and whatever is sent.

use super::*;

#[test]
fn the_mailer_is_told_once_the_answer_is_out_and_again_until_it_listens() {
    let world = world();
    world.store.others_answer(Some(500));
    let answer = world.unsubscribe(&one_click(&jane(&world)));
    assert_eq!(answer.status, 200);
    assert!(answer.log.unwrap().contains("it answered 500"));
    let first = world.store.sent().remove(0);
    assert_eq!(first.url, WEBHOOK);
    let header = |name: &str| first.headers.iter().find(|(n, _)| n == name).unwrap().1.clone();
    let secrets = [SECRET.parse().unwrap()];
    let (id, at, signature) =
        (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let now = world.now.get().seconds();
    desk_core::webhook::verify(&secrets, (&id, &at, &signature), &first.body, now).unwrap();
    let body: Value = serde_json::from_slice(&first.body).unwrap();
    assert_eq!(body["type"], "suppression.created");
    assert_eq!(body["data"]["scope"], "product-news");
    assert_eq!(body["data"]["reason"], "one-click");
    assert!(!String::from_utf8_lossy(&first.body).contains("jane"));
    let pending = || {
        let asked =
            request(Method::GET, "/suppressions/pending", &[("authorization", &bearer(APP))], "");
        world.mailer(&asked).json()
    };
    assert_eq!(pending()["pending"], 1);
    // Not before it is due.
    world.later(3);
    world.sweep();
    assert!(world.store.sent().is_empty());
    for (later, attempts) in [(20, 2), (300, 3), (1_800, 4), (7_200, 5)] {
        world.later(later);
        world.sweep();
        assert_eq!(world.store.sent().len(), 1, "attempt {attempts}");
        world.sweep();
        assert!(world.store.sent().is_empty(), "a sweep that ran moments ago does nothing");
    }
    assert_eq!(pending()["pending"], 1);
    assert_eq!(pending()["overdue"], false);
    world.later(48 * 3600);
    assert_eq!(pending()["overdue"], true);
    world.store.others_answer(Some(204));
    world.sweep();
    let told = world.store.sent().remove(0);
    assert_eq!(told.headers.iter().find(|(n, _)| n == "webhook-id").unwrap().1, id);
    assert_eq!(told.body, first.body);
    assert_eq!(pending(), json!({"pending": 0}));
    assert!(world.keys("try").is_empty());
    world.later(3600);
    world.sweep();
    assert!(world.store.sent().is_empty());
}

#[test]
fn what_was_never_told_is_told_by_the_sweep() {
    let world = world();
    // The process died between the answer and the webhook.
    let response =
        crate::world::block_on(unsubscribe::serve(&world.desk(), &one_click(&jane(&world))));
    drop(response);
    assert!(world.store.sent().is_empty());
    world.later(30);
    world.sweep();
    assert!(world.store.sent().is_empty(), "it may still be under way");
    world.later(60);
    world.sweep();
    assert_eq!(world.store.sent().len(), 1);
}

#[test]
fn mails_are_sealed_while_they_wait_and_gone_once_taken_or_useless() {
    let world = world();
    world.store.others_answer(None);
    world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    world.store.sent();
    let dump = world.store.dump();
    assert!(dump.values().all(|value| !String::from_utf8_lossy(value).contains("jane")));
    assert_eq!(world.keys("outbox").len(), 1);
    world.later(60);
    world.store.others_answer(Some(200));
    world.sweep();
    assert_eq!(world.store.sent().len(), 1);
    assert!(world.keys("outbox").is_empty());
    world.store.others_answer(None);
    world.later(7200);
    world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    world.store.sent();
    world.later(86_400);
    world.sweep();
    assert!(world.store.sent().is_empty() && world.keys("outbox").is_empty());
}

#[test]
fn a_store_that_fails_at_any_call_is_a_clear_problem_and_nothing_is_confirmed() {
    let setup = |world: &World| {
        let path = jane(world);
        let id = field(&world.unsubscribe(&page(&path)), "page");
        (path, id)
    };
    for call in 1..=4 {
        let world = world();
        let (path, id) = setup(&world);
        let requests = [
            one_click(&path),
            form(&path, &[("page", &id)]),
            form(&format!("{path}/all"), &[]),
            form(&format!("{path}/less"), &[("stop", "tips")]),
            form("/unsubscribe", &[("email", "jane@example.org")]),
        ];
        for request in &requests {
            world.store.reset_calls();
            world.store.fail_from(Some(call));
            // Without what goes on after the answer.
            let answer = crate::world::block_on(unsubscribe::serve(&world.desk(), request));
            let calls = world.store.calls().len();
            world.store.fail_from(None);
            if calls >= call {
                assert_eq!(answer.status, 503, "{} at {call}", request.path());
                assert!(answer.after.is_none());
            }
            let again = world.unsubscribe(request);
            assert!([200, 303].contains(&again.status), "{} {}", request.path(), again.status);
            world.store.sent();
        }
    }
}

#[test]
fn bodies_that_did_not_come_whole_are_refused() {
    let world = world();
    let mut too_large = one_click(&jane(&world));
    too_large.body = desk_web::Body::TooLarge;
    assert_eq!(world.unsubscribe(&too_large).slug(), "too-large");
    let mut cut = one_click(&jane(&world));
    cut.body = desk_web::Body::Cut;
    assert_eq!(world.unsubscribe(&cut).slug(), "malformed");
    assert!(world.store.dump().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn strange_requests_are_never_our_fault(
        method in prop::sample::select(vec![Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD]),
        path in "/(u|unsubscribe)(/[a-zA-Z0-9%._-]{0,8}){0,3}",
        content_type in prop::sample::select(vec!["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "x"]),
        body: Vec<u8>,
    ) {
        let world = world();
        let answer = world.unsubscribe(&request(method, &path, &[("content-type", content_type)], body));
        prop_assert!(answer.status < 500, "{} {}", path, answer.status);
    }

    #[test]
    fn names_of_lists_survive_their_header(name in r#"[^\p{C}\\"]{1,60}"#) {
        let name = name.trim();
        prop_assume!(!name.is_empty());
        let lists = json!([{"id": "a", "name_en": name}]).to_string();
        let setup = desk_app::Setup::new(|variable| match variable {
            "root_secret" => Some("A".repeat(43)),
            "lists" => Some(lists.clone()),
            _ => None,
        }).unwrap();
        let header = desk_app::links::list_id(&setup, setup.lists().by_id("a").unwrap());
        prop_assert!(header.is_ascii());
        let phrase = header.rsplit_once(" <").unwrap().0;
        let mut read = Vec::new();
        for word in phrase.split(' ') {
            match word.strip_prefix("=?utf-8?B?").and_then(|word| word.strip_suffix("?=")) {
                Some(encoded) => {
                    use base64ct::Encoding;
                    prop_assert!(word.len() <= 75);
                    read.extend(base64ct::Base64::decode_vec(encoded).unwrap());
                }
                None => {
                    if !read.is_empty() {
                        read.push(b' ');
                    }
                    read.extend(word.bytes());
                }
            }
        }
        let squeezed: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
        let read = String::from_utf8(read).unwrap();
        let again: Vec<&str> = read.split(' ').filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(again, squeezed);
    }
}

#[test]
fn scopes_that_are_not_lists_cannot_be_chosen_by_a_person() {
    let world = world();
    for scope in ["bounce", "complaint"] {
        let less = format!("{}/less", jane(&world));
        let answer = world.unsubscribe(&form(&less, &[("stop", scope)]));
        assert_eq!(answer.status, 422, "{scope}");
    }
    assert!(matches!("all".parse(), Ok(Scope::All)));
}

#[test]
fn without_a_mailer_a_mail_is_read_in_the_console() {
    let world = World::new();
    let asked = world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    assert!(asked.log.unwrap().contains("/console/api/outbox/"));
    let token = bearer(OPERATOR);
    let read =
        |path: &str| world.console(&request(Method::GET, path, &[("authorization", &token)], ""));
    let list = read("/console/api/outbox");
    assert!(!list.text().contains("jane"));
    let id = list.field("/mails/0/id");
    let mail = read(&format!("/console/api/outbox/{id}"));
    assert_eq!(mail.field("/to"), "jane@example.org");
    let text = mail.field("/text");
    let path = text.split_whitespace().find_map(|word| word.strip_prefix(BASE)).unwrap();
    assert_eq!(world.unsubscribe(&page(path)).status, 200);
    let audit = read("/console/api/audit").json();
    assert_eq!(audit["records"][0]["action"], "mail-read");
    assert_eq!(audit["records"][0]["mail"], id.as_str());
    assert_eq!(read("/console/api/outbox/x").slug(), "not-found");
}
