//! Scenarios over a store in memory.

use std::collections::BTreeSet;

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use desk_core::case::{CaseHead, CaseKey};
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use desk_core::store_key::StoreKey;
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::world::{
    Answer, BASE, CLIENT, HTML, OPERATOR, World, block_on, form, get, json as send, multipart,
    page, race, request,
};
use desk_app::cases;
use desk_app::desk::decode;
use desk_app::paths::status_path;
use desk_web::problem::Problem;
use desk_web::request::{Body, Request};
use feedback::serve;

const MESSAGE: &str = "You wrote to me although I had refused newsletters.";
const NAME: &str = "Anna Example";
const EMAIL: &str = "Anna@oncall.example";

fn complaint() -> Value {
    json!({"kind": "complaint", "message": MESSAGE, "name": NAME, "email": EMAIL, "app_version": "3.0.1"})
}

fn filing() -> Request {
    send("/feedback", &complaint(), &[])
}

fn keyed(body: &Value, key: &str) -> Request {
    send("/feedback", body, &[("idempotency-key", key)])
}

/// What is below the base address.
fn path(url: &str) -> String {
    url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url} leads elsewhere")).to_owned()
}

/// The value of a form's hidden field.
fn hidden(page: &Answer, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.text().split_once(&marker).unwrap_or_else(|| panic!("no {name}"));
    rest.split('"').next().unwrap().to_owned()
}

/// The policy of most tests, so that a case has something to pin.
const POLICY: &str = "# Policy\n\n## One\n\nWe promise.\n";

impl World {
    /// A world with a policy in force.
    fn desk_with_policy() -> Self {
        let world = Self::new();
        let headers = [
            ("authorization", &*format!("Bearer {OPERATOR}")),
            ("content-type", "text/markdown; charset=utf-8"),
        ];
        let publish = request(Method::PUT, "/policy/versions/1.0?lang=en", &headers, POLICY);
        assert_eq!(world.policy(&publish).status, 201);
        world.later(60);
        world.store.reset_calls();
        world
    }

    /// Files a case by JSON and gives the path of its status page.
    fn filed(&self, body: &Value) -> String {
        let answer = self.feedback(&send("/feedback", body, &[]));
        assert_eq!(answer.status, 201, "{answer:?}");
        path(&answer.field("/status_url"))
    }

    /// The token of a form that was shown half a minute ago.
    fn token(&self) -> String {
        let token = hidden(&self.feedback(&page("/feedback")), "token");
        self.later(30);
        token
    }

    fn case(&self, status: &str) -> Value {
        let answer = self.feedback(&get(&format!("{status}/case.json")));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The key of the case behind a status page.
    fn key(&self, status: &str) -> CaseKey {
        let token = status.strip_prefix("/feedback/status/").unwrap();
        CaseKey::from_bytes(self.setup.keys.redeem(Purpose::StatusLink, token).unwrap())
    }

    /// Why a case is in quarantine.
    fn suspicions(&self, status: &str) -> Vec<&'static str> {
        let (desk, key) = (self.desk(), self.key(status));
        let opening = block_on(cases::load_opening(&desk, &key)).unwrap().unwrap();
        opening.suspicions.iter().map(|suspicion| suspicion.name()).collect()
    }
}

/// A form filled in.
fn filled<'a>(token: &'a str, message: &'a str, email: &'a str) -> Request {
    let fields = [
        ("token", token),
        ("kind", "complaint"),
        ("message", message),
        ("name", NAME),
        ("email", email),
        ("subject_line", ""),
    ];
    form("/feedback", &fields)
}

/// The status page that a form's answer leads to.
fn ticket(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    let location = answer.header("location");
    location.strip_suffix("/received").unwrap_or_else(|| panic!("{location}")).to_owned()
}

fn texts(case: &Value) -> Vec<String> {
    let entries = case["thread"].as_array().unwrap().iter();
    entries.map(|entry| entry["text"].as_str().unwrap().to_owned()).collect()
}

// What goes right.

#[test]
fn a_case_by_json_says_all_and_only_what_it_should() {
    let world = World::desk_with_policy();
    let answer = world.feedback(&filing());
    assert_eq!(answer.status, 201);
    let status = path(&answer.field("/status_url"));
    assert_eq!(answer.header("location"), status);
    assert_eq!(answer.field("/receipt_url"), format!("{BASE}{status}/receipt.json"));
    assert_eq!(answer.header("ratelimit-policy"), "\"60s\";q=30;w=60, \"86400s\";q=300;w=86400");
    assert!(answer.header("ratelimit").contains("r=29"), "{answer:?}");
    let names = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let set = |names: &[&str]| -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    };
    let ticket = [
        "reference",
        "kind",
        "state",
        "opened_at",
        "expires_at",
        "status_url",
        "receipt_url",
        "policy",
    ];
    assert_eq!(names(&answer.json()), set(&ticket));
    let case = world.case(&status);
    let more = ["language", "name", "email", "app_version", "thread"];
    assert_eq!(names(&case), set(&[&ticket[..], &more].concat()));
    assert_eq!(texts(&case), [MESSAGE]);
    assert_eq!((case["name"].as_str(), case["email"].as_str()), (Some(NAME), Some(EMAIL)));
    assert_eq!(case["policy"]["version"], "1.0");
    for name in ticket {
        assert_eq!(case[name], answer.json()[name], "{name}");
    }
}

#[test]
fn a_receipt_is_checked_with_nothing_but_the_published_key() {
    use ed25519_dalek::{Signature, VerifyingKey};
    let world = World::desk_with_policy();
    let file = Base64::encode_string(b"journal");
    let mut body = complaint();
    body["attachments"] = json!([{"data": file}]);
    let status = world.filed(&body);
    let answer = world.feedback(&get(&format!("{status}/receipt.json")));
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"FB-"));
    let jws = answer.field("/jws");
    let parts: Vec<&str> = jws.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("{jws}") };
    let decode = |part: &str| Base64UrlUnpadded::decode_vec(part).unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    assert_eq!(header["alg"], "EdDSA");
    // The key, from where the receipt says.
    assert_eq!(answer.field("/keys"), format!("{BASE}/.well-known/desk-keys.json"));
    let keys: Answer =
        block_on(async { policy::serve(&world.desk(), &get("/.well-known/desk-keys.json")).await })
            .into();
    let keys = keys.json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]);
    let key: [u8; 32] = decode(key.unwrap()["x"].as_str().unwrap()).try_into().unwrap();
    let key = VerifyingKey::from_bytes(&key).unwrap();
    let signature = Signature::from_slice(&decode(signature)).unwrap();
    let signed = jws.rsplit_once('.').unwrap().0;
    key.verify_strict(signed.as_bytes(), &signature).unwrap();
    let forged = signed.replacen('A', "B", 1);
    assert!(key.verify_strict(forged.as_bytes(), &signature).is_err());
    // What is signed is what is shown beside it, and what happened.
    let claims: Value = serde_json::from_slice(&decode(payload)).unwrap();
    assert_eq!(claims, answer.json()["receipt"]);
    let case = world.case(&status);
    for name in ["reference", "kind", "opened_at", "policy"] {
        assert_eq!(claims[name], case[name], "{name}");
    }
    assert_eq!(claims["message_sha256"], base16ct::lower::encode_string(&Sha256::digest(MESSAGE)));
    assert_eq!(
        claims["attachments_sha256"],
        json!([base16ct::lower::encode_string(&Sha256::digest("journal"))])
    );
    for word in [NAME, EMAIL, MESSAGE, status.as_str()] {
        assert!(!claims.to_string().contains(word), "{word} in {claims}");
    }
}

#[test]
fn a_thread_goes_both_ways_and_a_withdrawal_is_final() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    world.later(5);
    let answer = world.feedback(&send(&messages, &json!({"message": "More."}), &[]));
    assert_eq!(answer.status, 201);
    assert_eq!(texts(&answer.json()), [MESSAGE, "More."]);
    let withdraw =
        request(Method::POST, &format!("{status}/withdraw"), &[("spin-client-addr", CLIENT)], "");
    world.later(5);
    let first = world.feedback(&withdraw);
    assert_eq!((first.status, first.field("/state")), (200, "withdrawn".to_owned()));
    let events = world.keys("event");
    world.later(5);
    let again = world.feedback(&withdraw);
    assert_eq!((again.status, again.body), (200, first.body));
    assert_eq!(world.keys("event"), events);
    let late = world.feedback(&send(&messages, &json!({"message": "Late."}), &[]));
    assert_eq!((late.status, late.slug()), (409, "case-state".to_owned()));
    let shown = world.feedback(&page(&format!("{status}/withdrawn")));
    assert!(shown.text().contains("It is withdrawn."));
    assert!(!shown.text().contains("<form"), "{}", shown.text());
    // By form it is the same.
    let by_form = world.feedback(&form(&format!("{status}/withdraw"), &[]));
    assert_eq!(by_form.header("location"), format!("{status}/withdrawn"));
}

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

#[test]
fn forms_that_are_too_old_or_not_ours_come_back_filled_in() {
    let world = World::desk_with_policy();
    let token = world.token();
    let status = world.filed(&complaint());
    let foreign = status.rsplit('/').next().unwrap().to_owned();
    let mut forged = token.clone();
    forged.replace_range(30..31, if &token[30..31] == "A" { "B" } else { "A" });
    let before = world.keys("case").len();
    world.later(24 * 3600);
    for token in [&token, &foreign, &forged, ""] {
        let answer = world.feedback(&filled(token, MESSAGE, EMAIL));
        assert_eq!(answer.status, 422, "{token}");
        let text = answer.text();
        for kept in [
            MESSAGE,
            NAME,
            EMAIL,
            "id=\"errors\"",
            "value=\"complaint\" required aria-describedby=\"kind-complaint-hint\" checked",
        ] {
            assert!(text.contains(kept), "{kept} in {text}");
        }
        assert_eq!(world.keys("case").len(), before);
        // It can be sent at once, and nobody is suspected for that.
        let fresh = hidden(&answer, "token");
        let message = format!("Sent again after {token:?}.");
        let status = ticket(&world.feedback(&filled(&fresh, &message, EMAIL)));
        assert_eq!(world.suspicions(&status), Vec::<&str>::new());
        world.store.take(world.key(&status).opening().as_str());
    }
    // A program is told so.
    let headers =
        [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
    let answer = world.feedback(&request(
        Method::POST,
        "/feedback",
        &headers,
        "token=x&kind=question&message=a",
    ));
    assert_eq!((answer.status, answer.slug()), (422, "form-expired".to_owned()));
}

#[test]
fn suspicious_ones_are_answered_like_all_others() {
    let world = World::desk_with_policy();
    let plain = world.filed(&complaint());
    let strip = |answer: &Answer, status: &str| {
        let reference = world.case(status)["reference"].as_str().unwrap().to_owned();
        let groups = reference.split_inclusive('-').map(|group| format!("<span>{group}</span>"));
        let text = answer.text().replace(status, "").replace(&groups.collect::<String>(), "");
        text.replace(&reference, "")
    };
    let links = "http://a.example http://b.example http://c.example http://d.example";
    let fast = hidden(&world.feedback(&page("/feedback")), "token");
    let fast = ticket(&world.feedback(&filled(&fast, MESSAGE, EMAIL)));
    assert_eq!(world.suspicions(&fast), ["too-fast"]);
    let token = world.token();
    let fields =
        [("token", &*token), ("kind", "complaint"), ("message", MESSAGE), ("subject_line", "x")];
    let honey = ticket(&world.feedback(&form("/feedback", &fields)));
    assert_eq!(world.suspicions(&honey), ["honeypot"]);
    let mut many = complaint();
    many["message"] = links.into();
    let many = world.filed(&many);
    assert_eq!(world.suspicions(&many), ["many-links"]);
    assert_eq!(world.suspicions(&plain), Vec::<&str>::new());
    let token = world.token();
    let form = ticket(&world.feedback(&filled(&token, MESSAGE, EMAIL)));
    // A page of one that was suspected and one that was not, received at one moment: nothing differs.
    let token = world.token();
    let at_once = hidden(&world.feedback(&page("/feedback")), "token");
    let calm = ticket(&world.feedback(&filled(&token, MESSAGE, EMAIL)));
    let hasty = ticket(&world.feedback(&filled(&at_once, MESSAGE, EMAIL)));
    assert_eq!((world.suspicions(&form).len(), world.suspicions(&hasty).len()), (0, 1));
    for below in ["/received", "/case.json"] {
        let [calm, hasty] = [&calm, &hasty]
            .map(|status| strip(&world.feedback(&page(&format!("{status}{below}"))), status));
        assert_eq!(calm, hasty);
    }
}

// The configuration.

#[test]
fn nobody_is_given_a_form_that_cannot_be_sent() {
    for (name, value) in [("feedback_limits", "many"), ("retention_days", "3y")] {
        let world = World::with(move |asked| (asked == name).then_some(value));
        for request in [page("/feedback"), page("/feedback?kind=question"), form("/feedback", &[])]
        {
            let answer = world.feedback(&request);
            assert_eq!(answer.status, 500, "{name} {request:?}");
            assert!(answer.log.as_ref().is_some_and(|text| text.contains(name)), "{answer:?}");
        }
    }
}

// The brake.

#[test]
fn only_accepted_writes_are_counted() {
    let world = World::with(|name| (name == "feedback_limits").then_some("4;w=60"));
    let left = |answer: &Answer| answer.header("ratelimit").to_owned();
    let first = world.feedback(&keyed(&complaint(), "key-0001"));
    assert_eq!(left(&first), "\"60s\";r=3;t=60");
    // What was refused, what was read, and what was sent again.
    let status = path(&first.field("/status_url"));
    let messages = format!("{status}/messages");
    for _ in 0..5 {
        assert_eq!(world.feedback(&send("/feedback", &json!({}), &[])).status, 422);
        assert_eq!(world.feedback(&page(&status)).status, 200);
        let again = world.feedback(&keyed(&complaint(), "key-0001"));
        assert_eq!((again.status, left(&again)), (201, "\"60s\";r=3;t=60".to_owned()));
        assert_eq!(world.feedback(&send(&messages, &json!({"message": ""}), &[])).status, 422);
    }
    let once = [("idempotency-key", "message-1")];
    let message = send(&messages, &json!({"message": "More."}), &once);
    assert_eq!(left(&world.feedback(&message)), "\"60s\";r=2;t=60");
    assert_eq!(left(&world.feedback(&message)), "\"60s\";r=2;t=60");
    let withdraw = form(&format!("{status}/withdraw"), &[]);
    assert_eq!(left(&world.feedback(&withdraw)), "\"60s\";r=1;t=60");
    assert_eq!(left(&world.feedback(&withdraw)), "\"60s\";r=1;t=60");
    assert_eq!(left(&world.feedback(&filing())), "\"60s\";r=0;t=60");
    // Nothing more, but what was accepted is still answered.
    let refused = world.feedback(&filing());
    assert_eq!((refused.status, refused.slug()), (429, "too-many-requests".to_owned()));
    assert_eq!((refused.header("retry-after"), &*left(&refused)), ("60", "\"60s\";r=0;t=60"));
    assert_eq!(refused.header("ratelimit-policy"), "\"60s\";q=4;w=60");
    assert_eq!(world.feedback(&keyed(&complaint(), "key-0001")).status, 201);
    assert_eq!(world.feedback(&message).status, 201);
    assert_eq!(world.feedback(&withdraw).status, 303);
    // Another client is not concerned, and a client cannot say that it is another.
    let body = complaint().to_string();
    for (addresses, status) in [
        (vec![("spin-client-addr", "198.51.100.9:1")], 201),
        (vec![("spin-client-addr", "192.0.2.1:1"), ("spin-client-addr", CLIENT)], 429),
        (vec![("spin-client-addr", "192.0.2.1, 203.0.113.7")], 429),
    ] {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        for (name, value) in addresses {
            headers.append(name, value.parse().unwrap());
        }
        let body = Body::Whole(body.clone().into());
        let answer = world.feedback(&Request::new(Method::POST, "/feedback", headers, body));
        assert_eq!(answer.status, status);
    }
    world.later(60);
    assert_eq!(world.feedback(&filing()).status, 201);
}

#[test]
fn what_a_person_wrote_survives_the_brake_and_a_store_that_fails() {
    let world = World::with(|name| (name == "feedback_limits").then_some("1;w=60"));
    let status = world.filed(&complaint());
    let token = world.token();
    let written = "My text, <kept> & whole.";
    let filing = filled(&token, written, EMAIL);
    let message =
        form(&format!("{status}/messages"), &[("once", "tap-0001"), ("message", written)]);
    for (request, escaped) in [(&filing, EMAIL), (&message, "tap-0001")] {
        let answer = world.feedback(request);
        assert_eq!((answer.status, answer.header("retry-after")), (429, "30"));
        assert!(answer.header("ratelimit").contains("r=0"));
        for kept in
            ["My text, &lt;kept&gt; &amp; whole.", escaped, "id=\"errors\"", "<title>Error: "]
        {
            assert!(answer.text().contains(kept), "{kept} in {}", answer.text());
        }
    }
    world.later(60);
    world.store.reset_calls();
    world.store.fail_from(Some(1));
    let answer = world.feedback(&filing);
    world.store.fail_from(None);
    assert_eq!((answer.status, answer.header("retry-after")), (503, "10"));
    assert!(answer.log.is_some() && answer.text().contains("My text, &lt;kept&gt; &amp; whole."));
    assert_eq!(hidden(&answer, "token"), token);
    let first = ticket(&world.feedback(&filled(&hidden(&answer, "token"), written, EMAIL)));
    assert_eq!(texts(&world.case(&first)), [written]);
}

// What is wrong.

#[test]
fn every_fault_of_json_is_told_at_once_and_points_to_its_place() {
    let world = World::desk_with_policy();
    let body = json!({
        "kind": "praise",
        "message": "\u{7}",
        "name": "a".repeat(201),
        "email": "nobody",
        "app_version": 3,
        "language": "tlh",
        "attachments": "none",
        "sur/na~me": "x",
        "token": "x",
        "subject_line": "",
    });
    let answer = world.feedback(&send("/feedback", &body, &[]));
    assert_eq!(answer.status, 422);
    let expected = [
        ("/kind", "unknown-kind"),
        ("/message", "control-character"),
        ("/attachments", "not-a-list"),
        ("/name", "too-long"),
        ("/email", "not-an-address"),
        ("/app_version", "not-text"),
        ("/language", "unknown-language"),
        ("/subject_line", "unknown-field"),
        ("/sur~1na~0me", "unknown-field"),
        ("/token", "unknown-field"),
    ];
    let mut told = answer.errors();
    told.sort();
    let mut expected: Vec<_> =
        expected.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect();
    expected.sort();
    assert_eq!(told, expected);
    let errors = |body: &Value| {
        let answer = world.feedback(&send("/feedback", body, &[]));
        assert_eq!(answer.status, 422, "{body}");
        answer.errors()
    };
    let pair = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(errors(&json!({})), [pair("/kind", "missing"), pair("/message", "missing")]);
    let base =
        |attachments: Value| json!({"kind": "problem", "message": "x", "attachments": attachments});
    let data = |bytes: &[u8]| json!({"data": Base64::encode_string(bytes)});
    assert_eq!(
        errors(&base(json!([data(b"MZ\x90\0"), {"data": "?"}, {"name": "a"}]))),
        [
            pair("/attachments/0", "file-kind"),
            pair("/attachments/1", "not-base64"),
            pair("/attachments/2", "not-a-file"),
        ]
    );
    assert_eq!(
        errors(&base(json!([data(b""), "a", {"data": "YQ==", "x": "1"}]))),
        [
            pair("/attachments/0", "empty-file"),
            pair("/attachments/1", "not-a-file"),
            pair("/attachments/2", "not-a-file"),
        ]
    );
    assert_eq!(
        errors(&base(json!([[], null, 3]))),
        [0, 1, 2].map(|at| pair(&format!("/attachments/{at}"), "not-a-file"))
    );
    for many in [4, 100] {
        let many = base(Value::Array(vec![data(b"text"); many]));
        assert_eq!(errors(&many), [pair("/attachments", "too-many-files")]);
    }
    for value in [json!(["a"]), json!({"a": "b"}), json!(true), json!(1.5), json!([[["a"]]])] {
        let body = json!({"kind": "question", "message": value});
        assert_eq!(errors(&body), [pair("/message", "not-text")], "{body}");
    }
    let twice = r#"{"kind": "question", "message": "a", "message": "b", "attachments": [], "attachments": []}"#;
    let twice = request(Method::POST, "/feedback", &[("content-type", "application/json")], twice);
    let twice = world.feedback(&twice).errors();
    assert_eq!(twice, [pair("/message", "given-twice"), pair("/attachments", "given-twice")]);
    assert!(world.keys("case").is_empty());
}

#[test]
fn what_may_be_left_out_may_be_blank() {
    let world = World::desk_with_policy();
    let body = json!({"kind": "question", "message": " x ", "name": " ", "email": " ", "app_version": "", "language": null, "attachments": null});
    let case = world.case(&world.filed(&body));
    assert_eq!(texts(&case), ["x"]);
    for name in ["name", "email", "app_version"] {
        assert!(case.get(name).is_none(), "{case}");
    }
    let case =
        world.case(&world.filed(&json!({"kind": "question", "message": "я".repeat(10_000)})));
    assert_eq!(texts(&case)[0].chars().count(), 10_000);
}

/// Holds a page to what everybody needs who cannot see it: whatever is named is there, once, and has a label.
fn assert_accessible(page: &Answer) {
    let text = page.text();
    let values = |name: &str| -> Vec<String> {
        let marker = format!(" {name}=\"");
        text.split(&marker).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = values("id");
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id stands twice: {ids:?}");
    for name in ["for", "aria-describedby", "aria-labelledby"] {
        for named in values(name).iter().flat_map(|value| value.split(' ')) {
            assert!(ids.iter().any(|id| id == named), "{name} names {named:?} in {text}");
        }
    }
    for link in values("href").iter().filter_map(|href| href.strip_prefix('#')) {
        assert!(ids.iter().any(|id| id == link), "a link leads to #{link} in {text}");
    }
    let labelled = values("for");
    for control in
        text.split("<input ").chain(text.split("<textarea ")).chain(text.split("<select "))
    {
        let tag = control.split('>').next().unwrap();
        if let Some((_, rest)) = tag.split_once(" id=\"").or(tag.split_once("id=\""))
            && !tag.contains("hidden")
            && tag.contains(" name=\"")
        {
            let id = rest.split('"').next().unwrap();
            assert!(labelled.iter().any(|known| known == id), "{id} has no label in {text}");
        }
    }
    assert!(!text.contains("<script") && !text.contains(" style=") && !text.contains(" onclick"));
}

#[test]
fn a_form_with_faults_comes_back_with_all_that_was_written() {
    let world = World::desk_with_policy();
    for (lang, error) in [("en", "Error"), ("ru", "Ошибка")] {
        let token = world.token();
        let long = "n".repeat(201);
        let version = "v".repeat(51);
        let large = vec![b'a'; 1024 * 1024 + 1];
        let parts: [(&str, Option<&str>, &[u8]); 11] = [
            ("token", None, token.as_bytes()),
            ("kind", None, b"praise"),
            ("message", None, b"\r\n  "),
            ("name", None, long.as_bytes()),
            ("email", None, b"anna at example"),
            ("app_version", None, version.as_bytes()),
            ("language", None, b"tlh"),
            ("file", Some(""), b""),
            ("file", Some("a.txt"), &large),
            ("file", Some("b.exe"), b"MZ\x90\0"),
            ("surprise", None, b"x"),
        ];
        let answer = world.feedback(&multipart(&format!("/feedback?lang={lang}"), &parts));
        assert_eq!((answer.status, answer.header("content-language")), (422, lang));
        let text = answer.text();
        assert!(text.contains(&format!("<title>{error}: ")), "{text}");
        assert_accessible(&answer);
        // Each fault stands in the summary with a link, and under its own label.
        for (anchor, control) in [
            ("kind-question", "kind"),
            ("message", "message"),
            ("name", "name"),
            ("email", "email"),
            ("app_version", "app_version"),
            ("language", "language"),
            ("file-2", "file-2"),
            ("file-3", "file-3"),
        ] {
            assert!(text.contains(&format!("<li><a href=\"#{anchor}\">")), "{anchor} in {text}");
            assert!(text.contains(&format!("id=\"{control}-error\"")), "{control} in {text}");
        }
        assert!(!text.contains("id=\"file-1-error\""));
        for kept in [&*long, "anna at example", &version] {
            assert!(text.contains(&format!("value=\"{kept}\"")), "{kept} in {text}");
        }
        assert!(text.contains(&format!("action=\"/feedback?lang={lang}#errors\"")), "{text}");
        assert_eq!(hidden(&answer, "token"), token);
        // No fault is told in the words for faults that have none.
        for fallback in ["A field is not valid", "Поле заполнено неверно"] {
            assert!(!text.contains(fallback), "{text}");
        }
        let twice = form(
            &format!("/feedback?lang={lang}"),
            &[("token", &token), ("kind", "question"), ("message", "a"), ("message", "b")],
        );
        assert_accessible(&world.feedback(&twice));
    }
    assert!(world.keys("case").is_empty());
    // Line ends at the beginning of a text survive the way through the page.
    let token = world.token();
    let fields = [("token", &*token), ("kind", ""), ("message", "\r\nIndented <b>.")];
    let text = world.feedback(&form("/feedback", &fields)).text().replace('\r', "");
    assert!(text.contains("\">\n\nIndented &lt;b&gt;.</textarea>"), "{text}");
}

#[test]
fn a_message_with_a_fault_comes_back_too() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages?lang=ru");
    let long = "ю".repeat(10_001);
    for (message, words) in [("  ", "поле пустое"), (&long, "10\u{a0}000 знаков")] {
        let fields = [("once", "tap-0001"), ("message", message)];
        let answer = world.feedback(&form(&messages, &fields));
        assert_eq!((answer.status, answer.header("x-robots-tag")), (422, "noindex"));
        let text = answer.text();
        assert!(
            text.contains("<title>Ошибка: ") && text.contains("id=\"message-error\""),
            "{text}"
        );
        assert!(text.contains(words) && text.contains(message.trim()), "{text}");
        assert!(text.contains(&format!("action=\"{messages}#errors\"")), "{text}");
        assert_eq!(hidden(&answer, "once"), "tap-0001");
        assert_accessible(&answer);
        // A program reads a problem.
        let answer = world.feedback(&send(&messages, &json!({"message": message}), &[]));
        assert_eq!((answer.status, answer.slug()), (422, "invalid-fields".to_owned()));
        assert_eq!(answer.errors()[0].0, "/message");
    }
    // Ten thousand characters are taken, whatever they are, within the body that a message may have.
    let long = "🦉".repeat(10_000);
    let request = multipart(&messages, &[("message", None, long.as_bytes())]);
    let Body::Whole(body) = &request.body else { panic!() };
    assert!(body.len() < feedback::ROUTES.body_limit(&Method::POST, &messages));
    assert!(world.feedback(&page(&status)).text().contains("enctype=\"multipart/form-data\""));
    let answer = world.feedback(&request);
    assert_eq!(answer.header("location"), format!("{status}/added?lang=ru"));
}

#[test]
fn bodies_that_cannot_be_read_are_clear_problems() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    for target in ["/feedback".to_owned(), format!("{status}/messages"), "/feedback/follow".into()]
    {
        let problem = |media_type: &str, body: Body| {
            let headers = [("content-type", media_type)];
            let mut request = request(Method::POST, &target, &headers, "");
            request.body = body;
            let answer = world.feedback(&request);
            (answer.status, answer.slug())
        };
        let whole = |bytes: &'static [u8]| Body::Whole(bytes.into());
        let malformed = (400, "malformed".to_owned());
        assert_eq!(problem("application/json", Body::Cut), malformed);
        assert_eq!(problem("application/json", whole(b"{\"a\":")), malformed);
        assert_eq!(problem("application/json", whole(b"[]")), malformed);
        assert_eq!(problem("application/json", whole(b"{\"a\": \"\xff\"}")), malformed);
        assert_eq!(problem("application/x-www-form-urlencoded", whole(b"a=%FF")), malformed);
        assert_eq!(problem("multipart/form-data", whole(b"--x")), malformed);
        assert_eq!(problem("multipart/form-data; boundary=x", whole(b"--x\r\n")), malformed);
        assert_eq!(problem("application/json", Body::TooLarge), (413, "too-large".to_owned()));
        let (code, slug) = problem("text/xml", whole(b"<a/>"));
        assert_eq!((code, &*slug), (415, "unsupported-media-type"));
    }
    for key in ["", "short", "with space in it", &"k".repeat(129), "ключ-ключ"] {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        headers.insert("idempotency-key", http::HeaderValue::from_bytes(key.as_bytes()).unwrap());
        let body = Body::Whole(complaint().to_string().into());
        let answer = world.feedback(&Request::new(Method::POST, "/feedback", headers, body));
        assert_eq!((answer.status, answer.slug()), (400, "malformed".to_owned()), "{key}");
    }
    assert_eq!(world.keys("case").len(), 1);
}

// Links.

#[test]
fn unknown_wrong_and_expired_links_are_answered_alike() {
    let world = World::desk_with_policy();
    let expired = world.filed(&complaint());
    let expired = expired.rsplit('/').next().unwrap().to_owned();
    let unknown = CaseKey { id: world.desk().moment.id(), subject: None };
    let unknown = status_path(&world.setup, &unknown).rsplit('/').next().unwrap().to_owned();
    let mut forged = expired.clone();
    forged.replace_range(40..41, if &forged[40..41] == "A" { "B" } else { "A" });
    let purpose = world.token();
    world.later(1096 * 86_400);
    let tokens = [&*expired, &unknown, &forged, &purpose, "nonsense", &expired[..60], "%00%FF"];
    let requests = |token: &str| -> Vec<Request> {
        let at = |below: &str| format!("/feedback/status/{token}{below}");
        let mut requests = Vec::new();
        for below in [
            "",
            "/received",
            "/added",
            "/withdrawn",
            "/case.json",
            "/receipt.json",
            "/attachments/1",
            "/attachments/x",
            "/unknown",
        ] {
            requests.push(page(&at(below)));
            requests.push(get(&at(below)));
            requests.push(request(Method::HEAD, &at(below), &[HTML], ""));
            requests.push(request(Method::DELETE, &at(below), &[], ""));
        }
        for below in ["/messages", "/withdraw"] {
            for body in [json!({"message": "x"}), json!({}), json!({"message": ""})] {
                requests.push(send(&at(below), &body, &[]));
            }
            requests.push(form(&at(below), &[]));
            requests.push(form(&at(below), &[("message", "x")]));
            requests.push(form(&at(below), &[("message", " "), ("once", "tap-0001")]));
            requests.push(request(Method::POST, &at(below), &[], ""));
            requests.push(request(Method::POST, &at(below), &[("content-type", "text/xml")], "x"));
            requests.push(page(&at(below)));
        }
        requests
    };
    // Whether the client has used all that it may or not.
    for exhausted in [false, true] {
        if exhausted {
            while world.feedback(&filing()).status != 429 {}
        }
        let answers: Vec<Vec<Answer>> = tokens
            .iter()
            .map(|token| {
                let answers = requests(token);
                let answers = answers.iter().map(|request| {
                    let answer = world.feedback(request);
                    // The language switch repeats the address; but for that nothing may differ.
                    let body = answer.text().replace(token, "").into();
                    let headers = answer.headers.into_iter();
                    let headers = headers.filter(|(name, _)| name != "content-length");
                    Answer { body, headers: headers.collect(), ..answer }
                });
                answers.collect()
            })
            .collect();
        for (token, given) in tokens.iter().zip(&answers) {
            for ((given, expected), request) in given.iter().zip(&answers[0]).zip(requests(token)) {
                assert!((400..500).contains(&given.status), "{request:?} {given:?}");
                // A path with a byte that is no text is never an address of ours, whatever the method.
                if *token != "%00%FF" {
                    assert_eq!(given, expected, "{request:?}");
                }
            }
        }
    }
}

#[test]
fn a_pasted_link_is_followed_and_never_leads_elsewhere() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let token = status.rsplit('/').next().unwrap();
    for link in [
        token.to_owned(),
        format!("  {BASE}{status}\n"),
        format!("{BASE}{status}/received?lang=ru#errors"),
        format!("http://elsewhere.example/feedback/status/{token}"),
    ] {
        let answer = world.feedback(&form("/feedback/follow?lang=ru", &[("link", &link)]));
        assert_eq!(answer.header("location"), format!("{status}?lang=ru"), "{link}");
        assert_eq!(answer.header("x-robots-tag"), "noindex");
    }
    assert_eq!(world.feedback(&form("/feedback/follow", &[("link", "")])).status, 422);
    for link in ["a b", "//evil.example", "/feedback/status/", "\u{202e}", "x\r\nset-cookie: a=b"] {
        let answer = world.feedback(&form("/feedback/follow", &[("link", link)]));
        assert_eq!((answer.status, answer.header("location")), (404, ""), "{link}");
    }
}

#[test]
fn heads_are_gets_without_bodies_and_other_methods_are_refused() {
    let world = World::desk_with_policy();
    let mut body = complaint();
    body["attachments"] = json!([{"data": Base64::encode_string(b"text")}]);
    let status = world.filed(&body);
    let below =
        ["", "/received", "/added", "/withdrawn", "/case.json", "/receipt.json", "/attachments/1"];
    let mut readable: Vec<String> = below.iter().map(|below| format!("{status}{below}")).collect();
    readable.push("/feedback".to_owned());
    for target in &readable {
        let got = world.feedback(&page(target));
        let head = world.feedback(&request(Method::HEAD, target, &[HTML], ""));
        assert_eq!((got.status, head.status), (200, 200), "{target}");
        assert_eq!(got.headers, head.headers, "{target}");
        assert!(head.body.is_empty());
        assert_eq!(got.header("content-length"), got.body.len().to_string());
        assert_eq!(got.header("cache-control"), "no-store");
        assert_eq!(got.header("referrer-policy"), "no-referrer");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
        let behind = target != "/feedback";
        assert_eq!(got.header("x-robots-tag"), if behind { "noindex" } else { "" }, "{target}");
    }
    let refused = |method: &Method, target: &str, allow: &str| {
        let answer = world.feedback(&request(method.clone(), target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{method} {target}");
        assert_eq!(answer.slug(), "method-not-allowed");
    };
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::CONNECT] {
        for target in &readable {
            let allow = if target == "/feedback" { "GET, HEAD, POST" } else { "GET, HEAD" };
            refused(&method, target, allow);
        }
        for below in ["messages", "withdraw"] {
            refused(&method, &format!("{status}/{below}"), "POST");
        }
        refused(&method, "/feedback/follow", "POST");
    }
    refused(&Method::POST, &status, "GET, HEAD");
    refused(&Method::GET, &format!("{status}/withdraw"), "POST");
    for target in [
        "/feedback/x",
        "/feedback/status",
        &format!("{status}/x"),
        &format!("{status}/attachments/1/2"),
    ] {
        assert_eq!(world.feedback(&get(target)).status, 404, "{target}");
    }
}

#[test]
fn a_language_that_the_address_names_is_kept_by_every_link() {
    let world = World::desk_with_policy();
    let token = world.token();
    let fields = [("token", &*token), ("kind", "complaint"), ("message", MESSAGE)];
    let sent = world.feedback(&form("/feedback?lang=ru", &fields));
    let received = sent.header("location").to_owned();
    let status = received.strip_suffix("/received?lang=ru").unwrap().to_owned();
    let added = world.feedback(&form(&format!("{status}/messages?lang=ru"), &[("message", "x")]));
    assert_eq!(added.header("location"), format!("{status}/added?lang=ru"));
    let mut pages = vec!["/feedback?lang=ru".to_owned(), received];
    pages.extend(["", "/added"].map(|below| format!("{status}{below}?lang=ru")));
    for target in pages {
        let answer = world.feedback(&page(&target));
        assert_eq!(answer.header("content-language"), "ru", "{target}");
        assert_accessible(&answer);
        let text = answer.text();
        for name in [" href=\"", " action=\""] {
            for link in text.split(name).skip(1).map(|rest| rest.split('"').next().unwrap()) {
                // Downloads have no language, nor has what is the same for everybody.
                let no_language = ["/assets/", "/.well-known/", "#"];
                if !link.ends_with(".json")
                    && !no_language.iter().any(|start| link.starts_with(start))
                {
                    assert!(link.contains("lang="), "{link} in {target}");
                }
            }
        }
        // The link to be kept is whoever's it will be.
        assert!(!text.contains(&format!("{BASE}{status}?")), "{text}");
    }
    let withdrawn = world.feedback(&form(&format!("{status}/withdraw?lang=ru"), &[]));
    assert_eq!(withdrawn.header("location"), format!("{status}/withdrawn?lang=ru"));
    // The language switch keeps what the app said.
    let answer = world.feedback(&page("/feedback?app_version=3.0.1"));
    assert!(answer.text().contains("href=\"?app_version=3.0.1&amp;lang=ru\""), "{}", answer.text());
    assert!(answer.text().contains("name=\"app_version\" autocomplete=\"off\" value=\"3.0.1\""));
}

#[test]
fn no_page_leads_to_the_host_that_an_address_pretends_to_be() {
    let world = World::new();
    for target in ["//evil.example", "//evil.example/feedback?lang=ru", "/\\evil.example/", "///"] {
        let answer = world.feedback(&page(target));
        assert_eq!(answer.status, 404, "{target}");
        let text = answer.text();
        assert!(!text.contains("evil.example"), "{target}: {text}");
        assert!(text.contains(" href=\"?lang=ru\""), "{target}: {text}");
    }
}

// Files.

fn png(extra: &[u8]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &[0; 4]].concat()
    };
    let chunks = [
        chunk(b"IHDR", &[0; 13]),
        if extra.is_empty() { Vec::new() } else { chunk(b"tEXt", extra) },
        chunk(b"IDAT", b"pixels"),
        chunk(b"IEND", b""),
    ];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunks.concat()].concat()
}

#[test]
fn files_are_told_by_content_cleaned_kept_sealed_and_given_back_to_be_saved() {
    let world = World::desk_with_policy();
    let token = world.token();
    let large = vec![b'a'; 1024 * 1024];
    let told = png(b"Author\0Anna");
    let parts: [(&str, Option<&str>, &[u8]); 7] = [
        ("token", None, token.as_bytes()),
        ("kind", None, b"problem"),
        ("message", None, b"See for yourself."),
        ("file", Some("..\\\\picture.exe"), &told),
        ("file", Some("anna-secret.html"), &large),
        ("file", Some("letter.txt"), b"%PDF-1.7 x"),
        ("subject_line", None, b""),
    ];
    let status = ticket(&world.feedback(&multipart("/feedback", &parts)));
    let case = world.case(&status);
    let files = case["thread"][0]["attachments"].as_array().unwrap();
    let expected: [(&str, &str, Vec<u8>); 3] = [
        ("image/png", "png", png(b"")),
        ("text/plain; charset=utf-8", "txt", large.clone()),
        ("application/pdf", "pdf", b"%PDF-1.7 x".to_vec()),
    ];
    for (at, ((media_type, ending, bytes), file)) in expected.iter().zip(files).enumerate() {
        let number = at + 1;
        assert_eq!(file["media_type"], *media_type);
        assert_eq!(file["size"], bytes.len());
        assert_eq!(file["sha256"], base16ct::lower::encode_string(&Sha256::digest(bytes)));
        let url = path(file["url"].as_str().unwrap());
        assert_eq!(url, format!("{status}/attachments/{number}"));
        let answer = world.feedback(&page(&url));
        assert_eq!((answer.status, answer.body.as_ref()), (200, bytes.as_slice()));
        assert_eq!(answer.header("content-type"), *media_type);
        let reference = case["reference"].as_str().unwrap();
        let disposition = format!("attachment; filename=\"{reference}-{number}.{ending}\"");
        assert_eq!(answer.header("content-disposition"), disposition);
        assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for number in ["0", "4", "-1", "one", "18446744073709551616"] {
        assert_eq!(world.feedback(&get(&format!("{status}/attachments/{number}"))).status, 404);
    }
    // Five parts for a MiB, one for each of the others; no name of a file is kept anywhere.
    assert_eq!(world.keys("file").len(), 7);
    assert!(world.store.dump().values().all(|value| value.len() <= 256 * 1024));
    assert!(!case.to_string().contains("secret"));
}

#[test]
fn no_part_of_a_file_is_believed_that_is_not_the_one_attached() {
    let world = World::desk_with_policy();
    let mut body = complaint();
    let file = |byte: u8| json!({"data": Base64::encode_string(&vec![byte; 600_000])});
    body["attachments"] = json!([file(b'a'), file(b'b')]);
    let status = world.filed(&body);
    let key = world.key(&status);
    let part = |file, number| key.file_part(file, number).as_str().to_owned();
    let answer = || world.feedback(&get(&format!("{status}/attachments/1")));
    let whole = world.store.dump();
    assert_eq!(answer().body.len(), 600_000);
    type Change<'a> = (&'a str, Vec<(String, Option<Vec<u8>>)>);
    let value = |key: &str| whole[key].clone();
    let mut cut = value(&part(1, 2));
    cut.truncate(1000);
    let changes: Vec<Change<'_>> = vec![
        ("missing", vec![(part(1, 2), None)]),
        ("cut", vec![(part(1, 2), Some(cut))]),
        ("empty", vec![(part(1, 2), Some(Vec::new()))]),
        ("of another file", vec![(part(1, 2), Some(value(&part(2, 2))))]),
        (
            "swapped",
            vec![(part(1, 1), Some(value(&part(1, 2)))), (part(1, 2), Some(value(&part(1, 1))))],
        ),
    ];
    for (what, changes) in changes {
        for (key, changed) in &changes {
            match changed {
                Some(changed) => world.store.put(key, changed.clone()),
                None => drop(world.store.take(key)),
            }
        }
        let given = answer();
        assert_eq!((given.status, given.slug()), (500, "internal".to_owned()), "{what}");
        assert!(given.log.is_some());
        for (key, _) in &changes {
            world.store.put(key, value(key));
        }
    }
    assert_eq!(answer().status, 200);
}

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
        let answer = world.feedback(request);
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

// Races.

#[test]
fn messages_that_race_are_both_kept_and_a_double_tap_counts_once() {
    for schedule in 0..128 {
        let world = World::desk_with_policy();
        let status = world.filed(&complaint());
        let messages = format!("{status}/messages");
        let post = |text: &str, once: &str| {
            send(&messages, &json!({"message": text}), &[("idempotency-key", once)])
        };
        let check = |first: Request, second: Request, expected: &[&str]| {
            let desk = world.desk();
            // The second comes a moment later, so that its event has another instant.
            world.now.set(
                desk_core::time::Timestamp::from_millis(world.now.get().millis() + 5).unwrap(),
            );
            let other = world.desk();
            let both =
                race(feedback::serve(&desk, &first), feedback::serve(&other, &second), schedule);
            let (first, second): (Answer, Answer) = (both.0.into(), both.1.into());
            assert_eq!((first.status, second.status), (201, 201), "{schedule:b}");
            // Every event is there, whatever the head missed; and once an operator has looked, the page, which reads the
            // head alone, shows them all.
            let read = format!("/console/api/cases/{}", world.key(&status).id);
            let operator = [("authorization", &*format!("Bearer {OPERATOR}"))];
            let read = world.console(&request(Method::GET, &read, &operator, ""));
            assert_eq!(texts(&read.json())[1..], *expected, "{schedule:b}");
            assert_eq!(texts(&world.case(&status))[1..], *expected, "{schedule:b}");
        };
        check(post("One.", "message-1"), post("Two.", "message-2"), &["One.", "Two."]);
        world.later(1);
        check(
            post("Three.", "message-3"),
            post("Three.", "message-3"),
            &["One.", "Two.", "Three."],
        );
    }
}

#[test]
fn a_message_under_a_used_key_is_told_from_a_retry() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    let tap = |text: &str| form(&messages, &[("once", "tap-0001"), ("message", text)]);
    for _ in 0..2 {
        world.later(1);
        assert_eq!(world.feedback(&tap("More.")).header("location"), format!("{status}/added"));
    }
    let other = world.feedback(&tap("Less."));
    assert_eq!(other.status, 422);
    assert!(other.text().contains(&format!("href=\"{status}\"")), "{}", other.text());
    assert_eq!(texts(&world.case(&status)), [MESSAGE, "More."]);
    assert!(world.feedback(&page(&format!("{status}/added"))).text().contains("role=\"status\""));
}

#[test]
fn a_thread_that_is_full_is_refused_and_the_way_out_stays_open() {
    let world = World::with(|name| (name == "feedback_limits").then_some("1000;w=60"));
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    let long = json!({"message": "я".repeat(10_000)});
    let mut taken = 0;
    let refused = loop {
        world.later(1);
        let answer = world.feedback(&send(&messages, &long, &[]));
        if answer.status != 201 {
            break answer;
        }
        taken += 1;
    };
    assert_eq!((taken, refused.status, refused.slug()), (8, 409, "case-state".to_owned()));
    assert_eq!(world.feedback(&form(&format!("{status}/withdraw"), &[])).status, 303);
    assert_eq!(world.case(&status)["state"], "withdrawn");
}

#[test]
fn messages_that_race_past_the_size_of_a_head_are_kept_all_the_same() {
    let world = World::with(|name| (name == "feedback_limits").then_some("1000;w=60"));
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages");
    let long = json!({"message": "🦉".repeat(10_000)});
    for _ in 0..4 {
        world.later(1);
        assert_eq!(world.feedback(&send(&messages, &long, &[])).status, 201);
    }
    // Four more that have all seen the case as it is now.
    let head = world.key(&status).head();
    let seen = world.store.dump()[head.as_str()].clone();
    for _ in 0..4 {
        world.later(1);
        world.store.put(head.as_str(), seen.clone());
        let answer = world.feedback(&send(&messages, &long, &[]));
        assert!(matches!(answer.status, 201 | 409), "{answer:?}");
    }
    assert_eq!(world.feedback(&page(&status)).status, 200);
}

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

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zA-Z0-9+/=]{0,12}".prop_map(Value::from),
        Just(json!("question")),
    ];
    let name = prop_oneof![
        Just("kind".to_owned()),
        Just("message".to_owned()),
        Just("attachments".to_owned()),
        Just("data".to_owned()),
        "[a-z/~]{0,6}",
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
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
