//! Data requests from outside, in native code.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use desk_core::case::CaseKey;
use desk_core::journal::Place as _;
use desk_core::keys::Purpose;
use desk_core::request::{Proof, RefusalGround, RequestChange, RequestKey, RequestKind};
use desk_core::text::Text;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::erasure::call;
use crate::world::{
    Answer, BASE, HTML, World, block_on, form, get, json as post, multipart, page, race, request,
};
use desk_app::cases;

const EMAIL: &str = "anna@oncall.example";

fn body(kind: &str) -> Value {
    json!({"kind": kind, "email": EMAIL, "regime": "eu-gdpr"})
}

/// Files a request by JSON, and gives the path of its pending page.
fn filed(world: &World, body: &Value) -> String {
    world.later(1);
    let answer = world.data_requests(&post("/requests", body, &[]));
    assert_eq!(answer.status, 201, "{}", answer.text());
    path(&answer.field("/pending_url"))
}

fn path(url: &str) -> String {
    url.strip_prefix(BASE).unwrap_or_else(|| panic!("{url}")).to_owned()
}

/// The link and the code of the newest mail. The link leads to the page in the mail's language; what follows asks for the
/// page as browsers of any language do.
fn proof(world: &World) -> (String, String) {
    let mail = world.waiting_mails().pop().expect("a mail");
    let line = |test: &dyn Fn(&str) -> bool| {
        mail.text.lines().map(str::trim).find(|line| test(line)).unwrap().to_owned()
    };
    let link = line(&|line| line.starts_with(BASE));
    let code = line(&|line| line.len() == 11 && line.chars().nth(5) == Some('-'));
    let (link, lang) = link.split_once("?lang=").expect("the mail's language");
    assert_eq!(lang, mail.lang.tag());
    (path(link), code)
}

/// Files a request, proves who asks by the code, and gives the path of its status page.
fn proven(world: &World, body: &Value) -> String {
    let pending = filed(world, body);
    let (_, code) = proof(world);
    let answer =
        world.data_requests(&post(&format!("{pending}/code"), &json!({"code": code}), &[]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    path(&answer.field("/status_url"))
}

fn key(world: &World, status: &str) -> RequestKey {
    let token = status.strip_prefix("/requests/status/").unwrap();
    RequestKey::from_bytes(world.setup.keys.redeem(Purpose::RequestLink, token).unwrap())
}

/// Lets something happen to a request, as an operator's side does.
fn happen(world: &World, status: &str, change: RequestChange) {
    // What happens in one millisecond has no order.
    world.later(1);
    let (desk, key) = (world.desk(), key(world, status));
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    let id = desk.moment.id();
    block_on(cases::append(&desk, &key, case, change, id)).unwrap();
    world.later(1);
}

fn text(text: &str) -> desk_core::case::Message {
    Text::new(text).unwrap()
}

/// The value of a hidden field.
fn hidden(answer: &Answer, name: &str) -> String {
    let text = answer.text();
    let begin = text.find(&format!("name=\"{name}\" value=\"")).expect(name);
    text[begin..].split('"').nth(3).unwrap().to_owned()
}

#[test]
fn a_person_asks_proves_who_they_are_and_follows() {
    let world = World::new();
    let shown = world.data_requests(&page("/requests"));
    assert_eq!(shown.status, 200);
    for kind in RequestKind::ALL {
        assert!(shown.text().contains(&format!("value=\"{}\"", kind.name())), "{}", kind.name());
    }
    let token = hidden(&shown, "token");
    let fields = [
        ("token", token.as_str()),
        ("kind", "access"),
        ("email", EMAIL),
        ("name", "Anna"),
        ("details", "Everything since <March>."),
        ("behalf", "self"),
        ("regime", "eu-gdpr"),
        ("language", "en"),
    ];
    let sent = world.data_requests(&form("/requests", &fields));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let pending = sent.header("location").to_owned();
    let waits = world.data_requests(&page(&pending));
    assert!(waits.text().contains("Check your mail"));
    // Whoever files it sees nothing of the person there.
    for secret in ["Anna", "anna@", "March"] {
        assert!(!waits.text().contains(secret), "{secret}");
    }
    // A retry is the same request, and sends no other mail.
    let again = world.data_requests(&form("/requests", &fields));
    assert_eq!(again.header("location"), pending);
    assert_eq!(world.waiting_mails().len(), 1);

    let (link, code) = proof(&world);
    let question = world.data_requests(&page(&link));
    assert!(question.text().contains("Did you ask for this?"));
    assert!(question.text().contains("Everything since &lt;March&gt;."));
    let entered =
        world.data_requests(&form(&format!("{pending}/code"), &[("code", &code.to_lowercase())]));
    assert_eq!(entered.status, 303, "{}", entered.text());
    let confirmed = world.data_requests(&page(entered.header("location")));
    assert_eq!(confirmed.status, 200);
    assert!(
        confirmed.text().contains("By ") && confirmed.text().contains("DR-"),
        "{}",
        confirmed.text()
    );
    let status = entered.header("location").strip_suffix("/confirmed").unwrap().to_owned();
    // The same code once more, as by a double tap, leads to the same page.
    let twice = world.data_requests(&form(&format!("{pending}/code"), &[("code", &code)]));
    assert_eq!(twice.header("location"), entered.header("location"));
    // So does the link of the mail, for a day.
    let by_link = world.data_requests(&form(&link, &[]));
    assert_eq!(by_link.header("location"), entered.header("location"));
    assert!(world.data_requests(&page(&pending)).text().contains("confirmed already"));

    let seen =
        world.data_requests(&request(Method::GET, &status, &[("accept", "application/json")], ""));
    assert_eq!(seen.field("/state"), "received");
    assert_eq!(seen.field("/due/last_day"), "2026-12-22");
    assert_eq!(seen.field("/identity/by"), "mail-code");
    assert_eq!(seen.field("/thread/0/text"), "Everything since <March>.");
    let added = world.data_requests(&form(
        &format!("{status}/messages"),
        &[("message", "And files, please."), ("once", "a-token-of-the-form")],
    ));
    assert_eq!(added.status, 303);
    let shown = world.data_requests(&page(added.header("location")));
    assert!(shown.text().contains("And files, please."));
    let gone = world.data_requests(&form(&format!("{status}/withdraw"), &[]));
    assert_eq!(gone.status, 303);
    assert!(world.data_requests(&page(&status)).text().contains("Withdrawn"));
    // An end is final.
    let late =
        world.data_requests(&post(&format!("{status}/messages"), &json!({"message": "x"}), &[]));
    assert_eq!((late.status, late.slug().as_str()), (409, "case-state"));
}

#[test]
fn whoever_files_for_another_learns_nothing_and_gets_nowhere() {
    let world = World::new();
    // An attacker files in the name of a person, who takes the mail for their own and confirms.
    let pending = filed(&world, &body("access"));
    let (link, _) = proof(&world);
    let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
    assert!(status.starts_with("/requests/status/"));
    // The attacker's link still says nothing and leads nowhere.
    let waits = world.data_requests(&page(&pending));
    assert!(!waits.text().contains("/requests/status/"));
    let guess = post(&format!("{pending}/code"), &json!({"code": "00000-00000"}), &[]);
    assert_eq!(world.data_requests(&guess).status, 409);
    // Nor does it tell, of what the person has proven, whether it is worked on, answered or refused.
    let accept = [("accept", "application/json")];
    let told = |world: &World| world.data_requests(&request(Method::GET, &pending, &accept, ""));
    assert_eq!(told(&world).field("/state"), "proven");
    let status = status.trim_end_matches("/confirmed");
    happen(
        &world,
        status,
        RequestChange::Refused { ground: RefusalGround::NothingHeld, text: text("No.") },
    );
    assert_eq!(told(&world).field("/state"), "proven");
    // No token serves another purpose.
    let token = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let (pending, link) = (token(&pending), token(&link));
    for wrong in [
        format!("/requests/status/{pending}"),
        format!("/requests/status/{link}"),
        format!("/requests/confirm/{pending}"),
        format!("/requests/pending/{link}"),
        "/requests/status/AAAA".to_owned(),
    ] {
        assert_eq!(world.data_requests(&page(&wrong)).status, 404, "{wrong}");
    }
}

#[test]
fn whoever_did_not_ask_says_so() {
    let world = World::new();
    let pending = filed(&world, &body("erasure"));
    let (link, code) = proof(&world);
    let said = world.data_requests(&form(&format!("{link}/not-me"), &[]));
    assert!(said.text().contains("it is withdrawn"), "{}", said.text());
    // Twice is once.
    assert_eq!(world.data_requests(&form(&format!("{link}/not-me"), &[])).status, 200);
    let answer =
        world.data_requests(&post(&format!("{pending}/code"), &json!({"code": code}), &[]));
    assert_eq!(answer.status, 409);
    assert!(world.data_requests(&page(&pending)).text().contains("has ended"));
    // There is nothing to be confirmed any more, and the page of the link says so.
    let over = world.data_requests(&page(&link));
    assert!(over.text().contains("has ended") && !over.text().contains("<form"));
    assert_eq!(world.data_requests(&form(&link, &[])).status, 409);
}

#[test]
fn five_wrong_codes_are_all_that_are_taken() {
    let world = World::new();
    let pending = filed(&world, &body("access"));
    let (link, code) = proof(&world);
    let enter =
        |code: &str| world.data_requests(&form(&format!("{pending}/code"), &[("code", code)]));
    for left in [4, 3, 2] {
        let answer = enter("00000-00000");
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains(&format!("{left} more tries")), "{}", answer.text());
    }
    // What is no code is no try.
    assert!(enter("K7QM2").text().contains("ten letters and digits"));
    assert!(enter("").text().contains("the field is empty"));
    // Another mail gives no tries back.
    assert_eq!(world.data_requests(&form(&format!("{pending}/resend"), &[])).status, 303);
    let (_, second) = proof(&world);
    assert_ne!(code, second);
    assert!(enter(&code).text().contains("one more try"), "the first code no longer counts");
    assert!(enter("00000-00001").text().contains("No more codes are taken"));
    assert!(enter(&second).text().contains("Too many wrong codes"));
    let shown = world.data_requests(&page(&pending)).text().to_owned();
    assert!(shown.contains("Open the link") && !shown.contains("enter the code"), "{shown}");
    assert!(shown.contains("Send another mail") && !shown.contains("another code"), "{shown}");
    // The link is in the mailbox alone, and still works.
    assert_eq!(world.data_requests(&form(&link, &[])).status, 303);
}

#[test]
fn links_and_codes_are_good_for_a_day_and_a_request_for_a_week() {
    let world = World::new();
    let pending = filed(&world, &body("access"));
    let (link, code) = proof(&world);
    let enter = |code: &str| {
        world.data_requests(&post(&format!("{pending}/code"), &json!({"code": code}), &[])).status
    };
    world.later(24 * 3600);
    assert_eq!(world.data_requests(&form(&link, &[])).status, 404);
    assert_eq!(enter(&code), 409);
    // Whoever has nothing but the mail can have another one sent.
    let late = world.data_requests(&page(&link));
    assert_eq!(late.status, 410);
    assert!(late.text().contains(&format!("action=\"{pending}/resend")), "{}", late.text());
    let resent = world.data_requests(&post(&format!("{pending}/resend"), &json!({}), &[]));
    assert_eq!(resent.status, 202);
    let (_, code) = proof(&world);
    assert_eq!(enter(&code), 200);

    let pending = filed(&world, &body("portability"));
    world.later(7 * 24 * 3600);
    let seen =
        world.data_requests(&request(Method::GET, &pending, &[("accept", "application/json")], ""));
    assert_eq!(seen.field("/state"), "expired");
    let resent = world.data_requests(&post(&format!("{pending}/resend"), &json!({}), &[]));
    assert_eq!(resent.status, 409);
}

#[test]
fn answers_for_known_and_unknown_addresses_do_not_differ() {
    let ask = |known: bool| {
        let world = World::new();
        if known {
            let feedback = json!({"kind": "complaint", "message": "Mine.", "email": EMAIL});
            assert_eq!(world.feedback(&post("/feedback", &feedback, &[])).status, 201);
            proven(&world, &body("access"));
        }
        world.now.set("2026-11-23T09:00:00Z".parse().unwrap());
        // The same instance, the same number of the request: what is drawn is the same.
        let fresh = world.renewed();
        fresh.store.reset_calls();
        let answer = fresh.data_requests(&post("/requests", &body("erasure"), &[]));
        (answer.status, answer.headers, answer.body, fresh.store.calls(), fresh.store.depth())
    };
    // What the limiter says of the client is about the client, and is the same here for a day has other slots.
    let (known, unknown) = (ask(true), ask(false));
    assert_eq!(known.0, unknown.0);
    assert_eq!(known.2, unknown.2);
    assert_eq!((known.3, known.4), (unknown.3, unknown.4));
    let names = |headers: &[(String, String)]| -> Vec<String> {
        headers.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&known.1), names(&unknown.1));
}

#[test]
fn a_mailbox_is_not_flooded_and_nobody_is_told() {
    let world = World::with(|name| (name == "request_mail_limits").then_some("2;w=3600"));
    let answers: Vec<u16> = (0..4)
        .map(|_| world.data_requests(&post("/requests", &body("access"), &[])).status)
        .collect();
    assert_eq!(answers, [201; 4]);
    assert_eq!(world.waiting_mails().len(), 2);
    // The requests are all there: nobody can keep another from asking.
    assert_eq!(world.keys("request").len(), 4);
}

/// Nor can anybody read off what a mailbox was sent by others, nor make a clock rest for a question that nobody asked.
#[test]
fn a_mail_that_is_held_back_counts_like_one_that_is_sent() {
    let counts = |others: usize| {
        let world = World::with(|name| (name == "request_mail_limits").then_some("3;w=3600"));
        (0..others).for_each(|_| drop(filed(&world, &body("erasure"))));
        let pending = filed(&world, &body("access"));
        let accept = [("accept", "application/json")];
        let told = (0..5).map(|_| {
            let resent = world.data_requests(&post(&format!("{pending}/resend"), &json!({}), &[]));
            let shown = world.data_requests(&request(Method::GET, &pending, &accept, ""));
            let shown: Value = serde_json::from_str(shown.text()).unwrap();
            (resent.status, shown["mails_left"].clone(), shown["tries_left"].clone())
        });
        let told: Vec<_> = told.collect();
        (told, world.waiting_mails().len() - others)
    };
    let (alone, sent) = counts(0);
    let (among, held) = counts(3);
    assert_eq!(alone, among);
    assert_eq!((sent, held), (3, 0));
}

#[test]
fn the_wrong_fields_are_told_all_at_once() {
    let world = World::new();
    let wrong = json!({
        "kind": "wishes", "email": "anna", "name": "x".repeat(201), "details": "\u{1b}",
        "behalf": "other", "regime": "xx", "language": "fr", "attachments": "x", "more": 1,
    });
    let answer = world.data_requests(&post("/requests", &wrong, &[]));
    assert_eq!(answer.status, 422);
    let errors = answer.errors();
    let codes: Vec<(&str, &str)> = errors.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("/kind", "unknown-right"),
            ("/email", "not-an-address"),
            ("/name", "too-long"),
            ("/details", "control-character"),
            ("/behalf", "unknown-behalf"),
            ("/attachments", "not-a-list"),
            ("/regime", "unknown-regime"),
            ("/language", "unknown-language"),
            ("/more", "unknown-field"),
        ]
    );
    // A name has one line, and turns nothing around that stands beside it.
    for name in ["Anna\nadmin", "\u{202e}annA"] {
        let mut other = body("access");
        other["name"] = json!(name);
        let answer = world.data_requests(&post("/requests", &other, &[]));
        assert_eq!(answer.errors(), [("/name".to_owned(), "control-character".to_owned())]);
    }
    // What cannot be carried out without words needs them; who asks for another has to show that they may.
    let answer = world.data_requests(&post("/requests", &body("rectification"), &[]));
    assert_eq!(answer.errors(), [("/details".to_owned(), "missing".to_owned())]);
    let mut other = body("access");
    other["behalf"] = json!("representative");
    let answer = world.data_requests(&post("/requests", &other, &[]));
    assert_eq!(answer.errors(), [("/attachments".to_owned(), "missing".to_owned())]);
    assert!(world.store.dump().is_empty());
    // A form shows them beside the fields, and keeps what was written.
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let back = world.data_requests(&form(
        "/requests",
        &[("token", &token), ("email", "anna<"), ("kind", "objection")],
    ));
    assert_eq!(back.status, 422);
    assert!(back.text().contains("value=\"anna&lt;\"") && back.text().contains("checked"));
    assert!(back.text().contains("Say what it is about"));
    let expired = world.data_requests(&form("/requests", &[("token", "x"), ("email", EMAIL)]));
    assert!(expired.status == 422 && expired.text().contains("once more"));
}

#[test]
fn a_representative_attaches_what_shows_it() {
    let world = World::new();
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let sent = world.data_requests(&multipart(
        "/requests",
        &[
            ("token", None, token.as_bytes()),
            ("kind", None, b"access"),
            ("email", None, EMAIL.as_bytes()),
            ("behalf", None, b"representative"),
            ("file", Some("power.txt"), b"I may ask for Anna."),
        ],
    ));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let (link, _) = proof(&world);
    let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
    let status = status.strip_suffix("/confirmed").unwrap();
    let shown = world.data_requests(&page(status));
    assert!(shown.text().contains("/attachments/1"));
    let file = world.data_requests(&get(&format!("{status}/attachments/1")));
    assert_eq!((file.status, file.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert!(file.header("content-disposition").contains("attachment"));
    assert_eq!(world.data_requests(&get(&format!("{status}/attachments/2"))).status, 404);
}

#[test]
fn what_the_stores_link_to_says_whose_app_it_is_and_opens_the_same_request() {
    let world = World::with(|name| match name {
        "developer_name" => Some("OnCall Ltd"),
        "deletion_ru" => Some("Удаляется всё.\nОстаётся отказ от рассылок."),
        _ => None,
    });
    for (address, door) in [("/delete-account", "delete-account"), ("/delete-data", "delete-data")]
    {
        let shown = world.data_requests(&page(address));
        assert_eq!(shown.status, 200);
        let text = shown.text();
        for needed in ["OnCall 3.0", "OnCall Ltd", "without the app", "24 months", "three years"] {
            assert!(text.contains(needed), "{needed} on {address}");
        }
        let russian = world.data_requests(&page(&format!("{address}?lang=ru")));
        assert!(russian.text().contains("<p>Остаётся отказ от рассылок.</p>"));
        let token = hidden(&shown, "token");
        let mut fields = vec![("token", token.as_str()), ("email", EMAIL), ("language", "en")];
        if door == "delete-data" {
            fields.push(("details", "My messages."));
        }
        let sent = world.data_requests(&form(address, &fields));
        assert_eq!(sent.status, 303, "{}", sent.text());
        let (link, _) = proof(&world);
        let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
        let status = status.strip_suffix("/confirmed").unwrap().to_owned();
        let (desk, key) = (world.desk(), key(&world, &status));
        let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
        assert_eq!((case.opening.kind, case.opening.door.name()), (RequestKind::Erasure, door));
        world.later(60);
    }
}

#[test]
fn the_page_tells_how_it_went() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    let shown = || world.data_requests(&page(&status)).text().to_owned();
    happen(&world, &status, RequestChange::Taken);
    assert!(shown().contains("aria-current=\"step\">Being worked on"));
    happen(&world, &status, RequestChange::ClarificationAsked(text("Which <app>?")));
    assert!(
        shown().contains("We need to know something from you")
            && shown().contains("Which &lt;app&gt;?")
    );
    let answered = world.data_requests(&post(
        &format!("{status}/messages"),
        &json!({"message": "This one."}),
        &[],
    ));
    assert_eq!(answered.field("/state"), "in_progress");
    let notice = world.desk().moment.id();
    happen(
        &world,
        &status,
        RequestChange::Extended { reason: text("There is very much."), notice },
    );
    assert!(shown().contains("The term was extended") && shown().contains("There is very much."));
    let seen =
        world.data_requests(&request(Method::GET, &status, &[("accept", "application/json")], ""));
    assert_eq!(seen.field("/due/last_day"), "2027-02-22");
    happen(
        &world,
        &status,
        RequestChange::Refused { ground: RefusalGround::Excessive, text: text("No.") },
    );
    assert!(shown().contains("Refused") && shown().contains("repeats an earlier one too soon"));
    assert!(!shown().contains("Withdraw this request"));
    let late = proven(&world, &body("access"));
    world.later(40 * 86_400);
    assert!(world.data_requests(&page(&late)).text().contains("This date has passed"));
}

#[test]
fn the_due_date_is_explained_in_the_language_that_is_asked_for() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    let json = ("accept", "application/json");
    for (target, headers, lang, says) in [
        (status.clone(), &[json][..], "en", "Received on"),
        (status.clone(), &[json, ("accept-language", "ru")], "ru", "Поступило"),
        (format!("{status}?lang=ru"), &[json, ("accept-language", "en")], "ru", "Поступило"),
        (format!("{status}/request.json?lang=ru"), &[], "ru", "Поступило"),
        (format!("{status}/request.json"), &[("accept-language", "de")], "en", "Received on"),
    ] {
        let seen = world.data_requests(&request(Method::GET, &target, headers, ""));
        let step = seen.field("/due/steps/0/text");
        assert!(step.starts_with(says), "{target}: {step}");
        assert_eq!(
            (seen.header("content-language"), seen.field("/language")),
            (lang, "en".to_owned())
        );
    }
}

/// Whether a JSON value has no more than its description names, and no less than that requires. Those parts that are
/// described as something else than objects and lists are not looked at.
fn fits(all: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let pointer = name.strip_prefix('#').unwrap();
        return fits(all, all.pointer(pointer).unwrap(), value, place);
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        values.iter().for_each(|value| fits(all, items, value, place));
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    let members = value.as_object().unwrap_or_else(|| panic!("{place} is no object: {value}"));
    for (name, value) in members {
        let known =
            properties.get(name).unwrap_or_else(|| panic!("{place}/{name} is not described"));
        fits(all, known, value, &format!("{place}/{name}"));
    }
    for name in schema["required"].as_array().unwrap() {
        assert!(members.contains_key(name.as_str().unwrap()), "{place} lacks {name}");
    }
}

#[test]
fn the_persons_json_is_the_one_that_is_described() {
    let all: Value =
        serde_json::from_str(include_str!("../../functions/site/openapi.json")).unwrap();
    let schemas = &all["components"]["schemas"];
    let world = World::new();
    let mut sent = body("access");
    sent["behalf"] = json!("representative");
    sent["attachments"] = json!([{"data": "cHJvb2Y="}]);
    let status = proven(&world, &sent);
    let look = || {
        let json = ("accept", "application/json");
        let mut seen = world.data_requests(&request(Method::GET, &status, &[json], "")).json();
        // Of two schemas that hold at once each has a part.
        let (mut due, left) = (seen["due"].take(), &schemas["PersonsRequest"]["properties"]["due"]);
        let mut of_left = serde_json::Map::new();
        for name in left["allOf"][1]["properties"].as_object().unwrap().keys() {
            of_left.insert(name.clone(), due.as_object_mut().unwrap().remove(name).unwrap());
        }
        fits(&all, &left["allOf"][1], &Value::Object(of_left), "due");
        // What a step has beside its name and sentence is its own.
        for step in due["steps"].as_array_mut().unwrap() {
            let step = step.as_object_mut().unwrap();
            step.retain(|name, _| matches!(name.as_str(), "step" | "text"));
        }
        fits(&all, &left["allOf"][0], &due, "due");
        seen.as_object_mut().unwrap().remove("due");
        fits(&all, &schemas["PersonsRequest"], &seen, "");
        seen
    };
    look();
    happen(&world, &status, RequestChange::ClarificationAsked(text("Which?")));
    assert!(look()["asked_at"].is_string());
    let notice = world.desk().moment.id();
    happen(&world, &status, RequestChange::Extended { reason: text("There is much."), notice });
    let (key, desk) = (key(&world, &status), world.desk());
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    let mut keys: Vec<String> = world.store.dump().into_keys().collect();
    keys.sort_unstable();
    let (built, _) = block_on(desk_app::packages::build(&desk, &keys, &key, &case)).unwrap();
    happen(&world, &status, RequestChange::Packaged(built));
    assert!(look()["package"].is_object());
    happen(
        &world,
        &status,
        RequestChange::Refused { ground: RefusalGround::Excessive, text: text("No.") },
    );
    assert_eq!(look()["ground"], "excessive");
}

fn by_hmac(secret: &[u8], claims: &Value) -> String {
    let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    let signed = format!(
        "{}.{}",
        encode(br#"{"alg":"HS256","typ":"JWT"}"#),
        encode(claims.to_string().as_bytes())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", encode(&mac.finalize().into_bytes()))
}

#[test]
fn the_app_asserts_who_is_signed_in() {
    let world = World::with(|name| {
        (name == "assertion_keys").then_some("hs256:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc")
    });
    let now = world.now.get().seconds();
    let claims = json!({"aud": BASE, "email": "Anna@OnCall.example", "exp": now + 300, "iat": now});
    let file = |world: &World| {
        let mut sent = body("access");
        sent["proof"] = json!("assertion");
        filed(world, &sent)
    };
    let assert_by = |world: &World, pending: &str, key: &[u8], claims: &Value| {
        let sent = json!({"assertion": by_hmac(key, claims)});
        world.data_requests(&post(&format!("{pending}/assertion"), &sent, &[]))
    };
    let with = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims.clone();
        change(&mut claims);
        assert_by(&world, &file(&world), &[7; 32], &claims)
    };
    let pending = file(&world);
    // Who is signed in is not told to look for a mail, and may have one sent all the same.
    for address in [pending.clone(), format!("{pending}/resent")] {
        let shown = world.data_requests(&page(&address)).text().to_owned();
        assert!(shown.contains("The app confirms that it is you"));
        assert!(!shown.contains("Check your mail") && !shown.contains("Another mail"));
    }
    let taken = assert_by(&world, &pending, &[7; 32], &claims);
    assert_eq!(taken.status, 200, "{}", taken.text());
    let status = path(&taken.field("/status_url"));
    let (desk, key) = (world.desk(), key(&world, &status));
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    assert_eq!(case.identified.map(|(_, proof)| proof), Some(Proof::Assertion));
    // Twice is once.
    assert_eq!(assert_by(&world, &pending, &[7; 32], &claims).body, taken.body);
    assert!(world.waiting_mails().is_empty());
    for (name, code, change) in [
        (
            "another audience",
            "not-an-assertion",
            &(|c: &mut Value| c["aud"] = json!("https://x.example")) as &dyn Fn(&mut Value),
        ),
        ("another person", "not-an-assertion", &|c| c["email"] = json!("eve@oncall.example")),
        ("no end", "not-an-assertion", &|c| c["exp"] = Value::Null),
        ("an end in text", "not-an-assertion", &|c| c["exp"] = json!("99999999999")),
        ("an end far ahead", "not-an-assertion", &|c| c["exp"] = json!(now + 7200)),
        ("not yet", "not-an-assertion", &|c| c["nbf"] = json!(now + 60)),
        ("over", "assertion-expired", &|c| c["exp"] = json!(now)),
        ("an address that nobody answered", "not-an-assertion", &|c| {
            c["email_verified"] = json!(false);
        }),
    ] {
        let answer = with(change);
        assert_eq!(answer.errors(), [("/assertion".to_owned(), code.to_owned())], "{name}");
    }
    assert_eq!(with(&|c| c["email_verified"] = json!(true)).status, 200);
    // One with an id proves one request; one without, those of the same minute: signed in one second, two are the same.
    let unique = |c: &mut Value| c["jti"] = json!("1");
    assert_eq!((with(&unique).status, with(&|_| {}).status), (200, 200));
    let used = [("/assertion".to_owned(), "assertion-used".to_owned())];
    assert_eq!(with(&unique).errors(), used);
    world.later(60);
    assert_eq!(with(&|_| {}).errors(), used);
    assert_eq!(assert_by(&world, &pending, &[7; 32], &claims).body, taken.body);
    // One of several audiences will do.
    assert_eq!(with(&|c| c["aud"] = json!(["https://x.example", BASE])).status, 200);
    // With another key, or none configured, it is none; nor is it one for a request that ended.
    assert_eq!(assert_by(&world, &file(&world), &[8; 32], &claims).status, 422);
    let other = World::new();
    assert_eq!(assert_by(&other, &file(&other), &[7; 32], &claims).status, 422);
    let pending = file(&world);
    world.later(7 * 24 * 3600);
    let late = json!({"aud": BASE, "email": EMAIL, "exp": world.now.get().seconds() + 60});
    assert_eq!(assert_by(&world, &pending, &[7; 32], &late).status, 409);
}

#[test]
fn an_idempotency_key_opens_one_request() {
    let world = World::new();
    let key = [("idempotency-key", "0123456789abcdef")];
    let first = world.data_requests(&post("/requests", &body("access"), &key));
    let second = world.data_requests(&post("/requests", &body("access"), &key));
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.field("/reference"), second.field("/reference"));
    assert_eq!((world.keys("request").len(), world.waiting_mails().len()), (1, 1));
    let other = world.data_requests(&post("/requests", &body("erasure"), &key));
    assert_eq!((other.status, other.slug().as_str()), (422, "already-sent"));
}

#[test]
fn two_taps_that_race_open_one_request() {
    for schedule in 0..256 {
        let world = World::new();
        let token = hidden(&world.data_requests(&page("/requests")), "token");
        let sent = form("/requests", &[("token", &token), ("kind", "access"), ("email", EMAIL)]);
        let (one, other) = (world.desk(), world.desk());
        let (a, b) =
            race(data_requests::serve(&one, &sent), data_requests::serve(&other, &sent), schedule);
        let (a, b) = (Answer::from(a), Answer::from(b));
        assert_eq!((a.status, b.status), (303, 303));
        assert_eq!(a.header("location"), b.header("location"));
        assert_eq!(world.keys("request").len(), 1);
        // Each may have sent a mail, and the code of any of them is good.
        let (_, code) = proof(&world);
        assert!(world.waiting_mails().iter().all(|mail| mail.text.contains(&code)));
        let pending = a.header("location").split('?').next().unwrap().to_owned();
        let entered = post(&format!("{pending}/code"), &json!({"code": code}), &[]);
        assert_eq!(world.data_requests(&entered).status, 200);
    }
}

/// A browser goes back to a form whose request was erased meanwhile, and sends it again.
#[test]
fn a_form_does_not_open_again_what_was_erased() {
    let world = World::new();
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let sent = form("/requests", &[("token", &token), ("kind", "erasure"), ("email", EMAIL)]);
    world.data_requests(&sent);
    let (link, _) = proof(&world);
    let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
    let key = key(&world, status.split("/confirmed").next().unwrap());
    let url = format!("/console/api/requests/{}/erasure", key.id);
    let tag = call(&world, Method::GET, &url, "", &Value::Null).header("etag").to_owned();
    let done = call(&world, Method::POST, &url, &tag, &json!({"executor": "A. B., admin"}));
    assert_eq!(done.status, 200, "{}", done.text());
    let act = world.store.dump()[&format!("act:{}", key.id)].clone();
    let again = world.data_requests(&sent);
    assert_eq!(again.status, 422);
    assert_ne!(hidden(&again, "token"), token);
    assert_eq!(world.keys("request").len(), 0);
    assert_eq!(world.store.dump()[&format!("act:{}", key.id)], act);
}

/// A store that fails at any call: the request is there with its mail, or the person is told that it is not.
#[test]
fn a_request_is_whole_or_refused() {
    let world = World::new();
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let sent = form("/requests", &[("token", &token), ("kind", "access"), ("email", EMAIL)]);
    world.data_requests(&sent);
    world.store.reset_calls();
    let calls = {
        let fresh = World::new();
        fresh.data_requests(&sent);
        fresh.store.calls().len()
    };
    assert!(calls > 0);
    for call in 1..=calls {
        let world = World::new();
        world.store.fail_from(Some(call));
        let answer = world.data_requests(&sent);
        world.store.fail_from(None);
        world.store.reset_calls();
        assert_eq!(answer.status, 503, "call {call}");
        assert!(answer.text().contains("Nothing was sent yet") && answer.text().contains(EMAIL));
        // Sent again under the same token it is taken, once, and a mail leads to it.
        let again = world.data_requests(&sent);
        assert_eq!(again.status, 303, "call {call}");
        assert_eq!(world.keys("request").len(), 1);
        let pending = again.header("location").to_owned();
        if world.waiting_mails().is_empty() {
            assert_eq!(world.data_requests(&form(&format!("{pending}/resend"), &[])).status, 303);
        }
        let works = world.waiting_mails().iter().any(|mail| {
            let link = mail.text.lines().find(|line| line.starts_with(BASE)).unwrap();
            world.data_requests(&form(&path(link), &[])).status == 303
        });
        assert!(works, "call {call}");
    }
}

#[test]
fn public_paths_make_few_calls() {
    let world = World::new();
    let cost = |request: &desk_web::Request| {
        world.store.reset_calls();
        let answer = world.data_requests(request);
        assert!(answer.status < 400, "{}", answer.text());
        (world.store.depth(), world.store.calls().len())
    };
    assert_eq!(cost(&page("/requests")), (0, 0));
    assert_eq!(cost(&page("/delete-account")), (0, 0));
    // Two brakes and the policy (which the instance then knows) side by side; the mail; the opening and both brakes.
    assert_eq!(cost(&post("/requests", &body("access"), &[])), (3, 7));
    let status = proven(&world, &body("access"));
    assert_eq!(cost(&page(&status)), (1, 2));
    assert_eq!(cost(&get(&format!("{status}/receipt.json"))), (1, 2));
}

#[test]
fn a_receipt_can_be_checked_by_anybody() {
    let world = World::new();
    let mut sent = body("rectification");
    sent["details"] = json!("My name is Anna.");
    let status = proven(&world, &sent);
    let before = world.data_requests(&get(&format!("{status}/receipt.json")));
    happen(&world, &status, RequestChange::Withdrawn);
    let receipt = world.data_requests(&get(&format!("{status}/receipt.json")));
    assert_eq!(before.body, receipt.body, "what happens later changes no receipt");
    let claims = world.setup.keys.verify(&receipt.field("/jws")).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims, receipt.json()["receipt"]);
    assert_eq!(claims["type"], "request-received");
    assert_eq!(claims["due_on"], "2026-12-22");
    assert!(!receipt.text().contains("Anna"));
}

#[test]
fn only_the_addresses_that_there_are_answer() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    for (method, target, allowed) in [
        (Method::PUT, "/requests".to_owned(), "GET, HEAD, POST"),
        (Method::DELETE, "/delete-account".to_owned(), "GET, HEAD, POST"),
        (Method::POST, status.clone(), "GET, HEAD"),
        (Method::GET, format!("{status}/messages"), "POST"),
        (Method::GET, format!("{status}/withdraw"), "POST"),
        (Method::POST, format!("{status}/receipt.json"), "GET, HEAD"),
    ] {
        let answer = world.data_requests(&request(method, &target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allowed), "{target}");
    }
    for target in [format!("{status}/x"), "/requests/x".to_owned(), "/requests/pending".to_owned()]
    {
        assert_eq!(world.data_requests(&get(&target)).status, 404, "{target}");
    }
    for answer in [world.data_requests(&page(&status)), world.data_requests(&get(&status))] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-robots-tag"), "noindex");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    // A link to feedback is none to a request.
    let feedback = CaseKey { id: key(&world, &status).id, subject: None };
    let token = world.setup.keys.mint(Purpose::StatusLink, feedback.to_bytes());
    assert_eq!(world.data_requests(&page(&format!("/requests/status/{token}"))).status, 404);
    let _ = HTML;
}

#[test]
fn what_was_erased_leaves_a_page_with_the_act() {
    let world = World::new();
    let status = proven(&world, &body("erasure"));
    let key = key(&world, &status);
    let url = format!("/console/api/requests/{}/erasure", key.id);
    let null = Value::Null;
    let tag = call(&world, Method::GET, &url, "", &null).header("etag").to_owned();
    let done = call(&world, Method::POST, &url, &tag, &json!({"executor": "A. B., admin"}));
    assert_eq!(done.status, 200, "{}", done.text());
    let linked = path(&done.field("/receipt_url"));
    assert_ne!(linked, status);
    let reference = done.field("/act/reference");
    let last_group = format!("<span>{}</span>", reference.rsplit('-').next().unwrap());
    for link in [&status, &linked] {
        let shown = world.data_requests(&page(link));
        assert_eq!((shown.status, shown.header("x-robots-tag")), (200, "noindex"));
        for said in [
            "It is done: your data was erased",
            &last_group,
            "data requests: e-mail",
            "log of requests",
        ] {
            assert!(shown.text().contains(said), "{said}: {}", shown.text());
        }
        assert!(shown.text().contains(&format!("href=\"{link}/receipt.json\"")));
        let accept = [("accept", "application/json")];
        let told = world.data_requests(&request(Method::GET, link, &accept, ""));
        assert_eq!(told.field("/act/type"), "data-destroyed");
        let receipt = world.data_requests(&get(&format!("{link}/receipt.json")));
        let signed = world.setup.keys.verify(&receipt.field("/jws")).unwrap();
        let claims: Value = serde_json::from_slice(&signed).unwrap();
        assert_eq!(claims["reference"], reference);
        for answer in [&shown, &told, &receipt] {
            assert!(!answer.text().contains("A. B.") && !answer.text().contains(EMAIL));
        }
        // A page that was saved with what it said at the time leads there as well.
        assert_eq!(world.data_requests(&page(&format!("{link}/confirmed"))).status, 200);
        for gone in ["received", "request.json", "attachments/1"] {
            assert_eq!(world.data_requests(&get(&format!("{link}/{gone}"))).status, 404, "{gone}");
        }
        let more = post(&format!("{link}/messages"), &json!({"message": "Thanks"}), &[]);
        assert_eq!(world.data_requests(&more).status, 404);
    }
    // One read more, and only where nothing was found.
    world.store.reset_calls();
    world.data_requests(&page(&status));
    assert!(world.store.calls().len() <= 3, "{:?}", world.store.calls());
    let other = proven(&world, &body("access"));
    world.store.reset_calls();
    world.data_requests(&page(&other));
    assert!(world.store.calls().iter().all(|call| !call.ends_with(" act")));
    // Without an act there is nothing to see.
    world.later(4 * 366 * 86_400);
    assert_eq!(world.data_requests(&page(&linked)).status, 404);
}

#[test]
fn whoever_has_the_link_and_the_key_fetches_the_package() {
    let world = World::new();
    let status = proven(&world, &body("access"));
    let address = format!("{status}/package");
    let fetch = |request| world.data_requests(&request);
    let with = |secret: &str| fetch(form(&address, &[("secret", secret)]));
    // There is none yet, whatever is said.
    assert_eq!(with("ABCDE").status, 404);
    let (key, desk) = (key(&world, &status), world.desk());
    let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
    let mut keys: Vec<String> = world.store.dump().into_keys().collect();
    keys.sort_unstable();
    let (built, secret) = block_on(desk_app::packages::build(&desk, &keys, &key, &case)).unwrap();
    happen(&world, &status, RequestChange::Packaged(built));

    let secret = secret.to_string();
    let right = with(&secret);
    assert_eq!((right.status, right.header("content-type")), (200, "application/zip"));
    assert!(right.body.starts_with(b"PK") && right.body.len() as u64 == built.size);
    assert_eq!(
        fetch(post(&address, &json!({"secret": secret.to_lowercase()}), &[])).body,
        right.body
    );

    let wrong = "ABCDEFGHJKMNPQRSTVWXYZ2345";
    for (given, said) in [(wrong, "does not open"), ("short", "does not open"), ("", "is empty")] {
        let shown = with(given);
        assert_eq!(shown.status, 422, "{}", shown.text());
        assert!(shown.text().contains(said) && shown.text().contains("name=\"secret\""));
        assert!(given.is_empty() || !shown.text().contains(given));
    }
    let told = fetch(post(&address, &json!({"secret": wrong}), &[]));
    assert_eq!(told.status, 422);
    assert_eq!(told.field("/errors/0/pointer"), "/secret");
    assert_eq!(told.field("/errors/0/code"), "wrong-secret");

    let looked = fetch(get(&address));
    assert_eq!((looked.status, looked.header("allow")), (405, "POST"));
    assert_eq!(fetch(form("/requests/status/forged/package", &[("secret", &secret)])).status, 404);
    world.later(desk_app::packages::KEPT_SECONDS);
    assert_eq!(with(&secret).status, 404);
}
