//! What makes a retry the same case: forms, keys, taps that race.

use super::*;

// One ticket for one case.

#[test]
fn a_form_given_out_again_differs_in_its_token_alone() {
    let world = World::new();
    for lang in ["en", "ru"] {
        let ask = |target: &str| {
            world.feedback(&request(Method::GET, target, &[("accept-language", lang)], ""))
        };
        let (first, again) = (ask("/feedback"), ask("/feedback"));
        // An address that says something is rendered for itself.
        let other = ask("/feedback?x");
        let tokens = [&first, &again, &other].map(|answer| hidden(answer, "token"));
        assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2]);
        let blank =
            |answer: &Answer, token: &str| answer.text().replace(token, "").replace("x=&amp;", "");
        assert_eq!(blank(&first, &tokens[0]), blank(&again, &tokens[1]));
        assert_eq!(blank(&first, &tokens[0]), blank(&other, &tokens[2]));
        assert!(first.text().contains(&format!("<html lang=\"{lang}\"")));
        let redeemed = |token: &str| world.setup.keys.redeem::<16>(Purpose::FeedbackForm, token);
        assert!(tokens.iter().all(|token| redeemed(token).is_some()));
    }
}

#[test]
fn a_form_sent_again_leads_to_the_same_case() {
    let world = World::desk_with_policy();
    for email in ["", EMAIL] {
        let before = world.keys("case").len();
        let token = world.token();
        let first = ticket(&world.feedback(&filled(&token, MESSAGE, email)));
        world.later(600);
        assert_eq!(ticket(&world.feedback(&filled(&token, MESSAGE, email))), first);
        // In another encoding it is still the same text.
        let parts = [
            ("token", None, token.as_bytes()),
            ("kind", None, b"complaint"),
            ("message", None, MESSAGE.as_bytes()),
            ("name", None, NAME.as_bytes()),
            ("email", None, email.as_bytes()),
            ("file", Some(""), b""),
        ];
        assert_eq!(ticket(&world.feedback(&multipart("/feedback", &parts))), first);
        assert_eq!(world.keys("case").len(), before + 1);
    }
}

#[test]
fn two_taps_that_race_open_one_case_by_either_door() {
    for schedule in 0..64 {
        let world = World::desk_with_policy();
        let token = world.token();
        let email = if schedule & 1 == 0 { "" } else { EMAIL };
        for request in [filled(&token, MESSAGE, email), keyed(&complaint(), "key-0001")] {
            let before = world.keys("case").len();
            let (desk, other) = (world.desk(), world.desk());
            let both =
                race(serve(&desk, &request), serve(&other, &request), schedule * 0x0101_0101);
            let (first, second): (Answer, Answer) = (both.0.into(), both.1.into());
            assert!(matches!(first.status, 201 | 303), "{first:?}");
            assert_eq!(first.header("location"), second.header("location"), "{schedule:b}");
            assert_eq!(world.keys("case").len(), before + 1, "{schedule:b}");
        }
    }
}

#[test]
fn a_key_sent_again_leads_to_the_same_case() {
    let world = World::desk_with_policy();
    let first = world.feedback(&keyed(&complaint(), "\"8e03978e-40d5\""));
    world.later(3_600);
    let again = world.feedback(&keyed(&complaint(), "8e03978e-40d5"));
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(world.keys("case").len(), 1);
    // Without a key every filing is one of its own.
    world.filed(&complaint());
    world.filed(&complaint());
    assert_eq!(world.keys("case").len(), 3);
    // A key is remembered for a day.
    world.later(86_400);
    let later = world.feedback(&keyed(&complaint(), "8e03978e-40d5"));
    assert_ne!(later.header("location"), first.header("location"));
}

#[test]
fn a_form_used_for_another_text_leads_to_the_first() {
    let world = World::desk_with_policy();
    let token = world.token();
    let first = ticket(&world.feedback(&filled(&token, MESSAGE, "")));
    for (message, email) in [("Another text.", ""), (MESSAGE, EMAIL), ("Another text.", EMAIL)] {
        let mut again = filled(&token, message, email);
        let answer = world.feedback(&again);
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(answer.text().contains(&format!("href=\"{first}\"")), "{}", answer.text());
        // The link keeps the language.
        again = Request::new(Method::POST, "/feedback?lang=ru", again.headers, again.body);
        let answer = world.feedback(&again);
        assert!(answer.text().contains(&format!("href=\"{first}?lang=ru\"")), "{}", answer.text());
    }
    assert_eq!(texts(&world.case(&first)), [MESSAGE]);
    assert_eq!(world.keys("case").len(), 1);
}

#[test]
fn an_address_corrected_in_a_form_harms_nothing_that_was_sent() {
    let world = World::desk_with_policy();
    let token = world.token();
    let file = [1, 2, 3].map(|number| format!("file {number}"));
    let mut sent = Vec::new();
    for (file, email) in file.iter().zip(["anna@x.example", EMAIL, "other@x.example"]) {
        let parts = [
            ("token", None, token.as_bytes()),
            ("kind", None, b"problem"),
            ("message", None, MESSAGE.as_bytes()),
            ("email", None, email.as_bytes()),
            ("file", Some("a.txt"), file.as_bytes()),
        ];
        sent.push((ticket(&world.feedback(&multipart("/feedback", &parts))), file, email));
    }
    for (status, file, email) in sent {
        assert_eq!(world.case(&status)["email"], email);
        let answer = world.feedback(&get(&format!("{status}/attachments/1")));
        assert_eq!(answer.text(), file);
    }
}

#[test]
fn a_key_used_for_another_text_is_refused_without_a_link() {
    let world = World::desk_with_policy();
    let first = world.feedback(&keyed(&complaint(), "key-0001"));
    assert_eq!(first.status, 201);
    let mut other = complaint();
    other["message"] = "Another text.".into();
    let mut elsewhere = complaint();
    elsewhere["email"] = "other@oncall.example".into();
    for body in [other, elsewhere] {
        let answer = world.feedback(&keyed(&body, "key-0001"));
        assert_eq!((answer.status, answer.slug()), (422, "already-sent".to_owned()));
        assert!(!answer.text().contains("/feedback/status/"), "{}", answer.text());
    }
    assert_eq!(world.keys("case").len(), 1);
}

#[test]
fn two_texts_that_race_under_one_key_are_both_kept() {
    for schedule in 0..64 {
        let world = World::desk_with_policy();
        let requests = ["One.", "Two."]
            .map(|text| keyed(&json!({"kind": "question", "message": text}), "key-0001"));
        let (desk, other) = (world.desk(), world.desk());
        let both =
            race(serve(&desk, &requests[0]), serve(&other, &requests[1]), schedule * 0x0101_0101);
        for (answer, text) in [(Answer::from(both.0), "One."), (both.1.into(), "Two.")] {
            // Whoever was told that it is accepted finds it.
            if answer.status == 201 {
                let case = world.case(&path(&answer.field("/status_url")));
                assert_eq!(texts(&case), [text], "{schedule:b}");
            } else {
                assert_eq!(answer.slug(), "already-sent");
            }
        }
    }
}

#[test]
fn a_key_whose_case_never_came_to_be_may_be_used_for_another_text() {
    let world = World::desk_with_policy();
    // The marker is the third call, so from the fourth on the case is missing.
    world.store.reset_calls();
    world.store.fail_from(Some(5));
    assert_eq!(world.feedback(&keyed(&complaint(), "key-0001")).status, 503);
    world.store.fail_from(None);
    assert_eq!((world.keys("once").len(), world.keys("case").len()), (1, 0));
    let other =
        json!({"kind": "question", "message": "Another text.", "email": "b@oncall.example"});
    let answer = world.feedback(&keyed(&other, "key-0001"));
    assert_eq!(answer.status, 201, "{answer:?}");
    let status = path(&answer.field("/status_url"));
    // Under its own subject, and never under that of the text before.
    let subject = world.setup.keys.subject(&"b@oncall.example".parse().unwrap());
    assert_eq!(world.key(&status).subject, Some(subject));
    let again = world.feedback(&keyed(&other, "key-0001"));
    assert_eq!(again.header("location"), status);
}
