//! The outbox, in native code: what each provider is sent, and what becomes of what it says.

use std::collections::BTreeSet;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use desk_core::email::EmailAddress;
use desk_core::lang::Lang;
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{BASE, OPERATOR, World, block_on, form, get, race, request};
use desk_app::Setup;
use desk_app::desk::{Desk, encode};
use desk_app::memory::{MemoryStore, Sent};
use desk_app::outbox::{Mail, Tries, after, after_act, mail_key, put, tries};
use desk_app::outbox::{Posted, Provider};
use desk_web::request::Request;

type TestDesk<'a> = Desk<'a, Rc<MemoryStore>>;

const TOKEN: &str = "token-that-nobody-may-see";
const FROM: &str = "OnCall 3.0 <privacy@oncall.example>";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const PROVIDERS: [&str; 3] = ["postmark", "sendgrid", "resend"];

fn world(provider: &'static str) -> World {
    World::with(|name| match name {
        "mail_provider" => Some(provider),
        "mail_token" => Some(TOKEN),
        "mail_from" => Some(FROM),
        _ => None,
    })
}

fn mailer() -> World {
    World::with(|name| match name {
        "webhook_url" => Some("https://mailer.example/hook"),
        "webhook_secrets" => Some(SECRET),
        _ => None,
    })
}

fn a_mail(desk: &TestDesk<'_>, expires_in: i64) -> Mail {
    Mail {
        to: "jane@example.org".parse().unwrap(),
        lang: Lang::Ru,
        subject: "Ваши данные\r\nBcc: mallory@example.org".to_owned().into(),
        text: "Открыть: https://desk.example/x?a=\"b\"\nКод $to $5".to_owned(),
        expires: desk.now().plus_seconds(expires_in),
    }
}

/// Stores a mail and has it sent, as a function does; gives its id, and what the log says.
fn mail(world: &World, expires_in: i64) -> (desk_core::id::Id, Option<String>) {
    let desk = world.desk();
    let (id, mail) = (desk.moment.id(), a_mail(&desk, expires_in));
    let posted = block_on(put(&desk, id, mail)).unwrap();
    (id, block_on(after(&desk, [posted]).unwrap()))
}

const DAY: i64 = 86_400;

fn header<'a>(sent: &'a Sent, name: &str) -> &'a str {
    sent.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn body(sent: &Sent) -> Value {
    serde_json::from_slice(&sent.body).unwrap()
}

/// What the console shows of the only mail that waits.
fn shown(world: &World) -> Value {
    let token = format!("Bearer {OPERATOR}");
    let asked = request(Method::GET, "/console/api/outbox", &[("authorization", &token)], "");
    let list = world.console(&asked);
    assert!(!list.text().contains("jane"));
    list.json()["mails"][0].clone()
}

#[test]
fn postmark_is_sent_what_it_takes() {
    let world = world("postmark");
    let (id, said) = mail(&world, DAY);
    assert_eq!(said, None);
    let sent = world.store.sent().remove(0);
    assert_eq!(sent.url, "https://api.postmarkapp.com/email");
    assert_eq!(header(&sent, "x-postmark-server-token"), TOKEN);
    assert_eq!(header(&sent, "content-type"), "application/json");
    assert_eq!(header(&sent, "accept"), "application/json");
    assert_eq!(
        body(&sent),
        json!({
            "From": "\"OnCall 3.0\" <privacy@oncall.example>",
            "To": "jane@example.org",
            "Subject": "Ваши данные  Bcc: mallory@example.org",
            "TextBody": "Открыть: https://desk.example/x?a=\"b\"\nКод $to $5",
            "MessageStream": "outbound",
            "TrackOpens": false,
            "TrackLinks": "None",
            "Headers": [
                {"Name": "Auto-Submitted", "Value": "auto-generated"},
                {"Name": "Content-Language", "Value": "ru"},
            ],
            "Metadata": {"desk-mail": id.to_string()},
        })
    );
    assert!(world.store.dump().is_empty(), "what was sent is gone");
}

#[test]
fn sendgrid_is_sent_what_it_takes() {
    let world = world("sendgrid");
    let (id, said) = mail(&world, DAY);
    assert_eq!(said, None);
    let sent = world.store.sent().remove(0);
    assert_eq!(sent.url, "https://api.sendgrid.com/v3/mail/send");
    assert_eq!(header(&sent, "authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(
        body(&sent),
        json!({
            "personalizations": [{"to": [{"email": "jane@example.org"}]}],
            "from": {"email": "privacy@oncall.example", "name": "OnCall 3.0"},
            "subject": "Ваши данные  Bcc: mallory@example.org",
            "content": [{
                "type": "text/plain",
                "value": "Открыть: https://desk.example/x?a=\"b\"\nКод $to $5",
            }],
            "headers": {"Auto-Submitted": "auto-generated", "Content-Language": "ru"},
            "custom_args": {"desk_mail": id.to_string()},
            "tracking_settings": {
                "click_tracking": {"enable": false},
                "open_tracking": {"enable": false},
                "subscription_tracking": {"enable": false},
            },
        })
    );
}

#[test]
fn resend_is_sent_what_it_takes_and_no_mail_twice() {
    let world = world("resend");
    world.store.others_answer(None);
    let (id, said) = mail(&world, DAY);
    assert!(said.unwrap().starts_with(&format!("resend was told {id} in vain (1)")));
    world.later(60);
    world.store.others_answer(Some(200));
    world.sweep();
    let sent = world.store.sent();
    assert_eq!(sent.len(), 2);
    for sent in &sent {
        assert_eq!(sent.url, "https://api.resend.com/emails");
        assert_eq!(header(sent, "authorization"), format!("Bearer {TOKEN}"));
        assert_eq!(header(sent, "idempotency-key"), id.to_string());
        assert_eq!(header(sent, "user-agent"), "privacy-desk");
        assert_eq!(
            body(sent),
            json!({
                "from": "OnCall 3.0 <privacy@oncall.example>",
                "to": ["jane@example.org"],
                "subject": "Ваши данные  Bcc: mallory@example.org",
                "text": "Открыть: https://desk.example/x?a=\"b\"\nКод $to $5",
                "headers": {"Auto-Submitted": "auto-generated", "Content-Language": "ru"},
            })
        );
    }
    assert_eq!(sent[0].body, sent[1].body);
    assert_eq!(world.keys("outbox").len() + world.keys("try").len(), 0);
}

#[test]
fn another_host_takes_the_place_of_the_providers_own() {
    for (host, url) in [
        ("https://api.eu.sendgrid.com", "https://api.eu.sendgrid.com/v3/mail/send"),
        ("http://127.0.0.1:2525/", "http://127.0.0.1:2525/v3/mail/send"),
    ] {
        let world = World::with(|name| match name {
            "mail_provider" => Some("sendgrid"),
            "mail_token" => Some(TOKEN),
            "mail_from" => Some("privacy@oncall.example"),
            "mail_host" => Some(host),
            _ => None,
        });
        mail(&world, DAY);
        let sent = world.store.sent().remove(0);
        assert_eq!(sent.url, url);
        // Without a name the address is one.
        let from = json!({"email": "privacy@oncall.example", "name": "privacy@oncall.example"});
        assert_eq!(body(&sent)["from"], from);
    }
}

/// What a provider says of an address, and of what is the operator's to mend.
const SAID: [(&str, u16, &str, bool); 16] = [
    (
        "postmark",
        422,
        r#"{"ErrorCode":406,"Message":"You tried to send to jane@example.org"}"#,
        true,
    ),
    ("postmark", 422, r#"{ "ErrorCode": 406, "Message": "jane@example.org" }"#, true),
    ("postmark", 422, r#"{"ErrorCode":300,"Message":"Invalid 'To' address: 'jane@x'."}"#, true),
    ("postmark", 422, r#"{"ErrorCode":300,"Message":"Invalid 'From' address: 'a@b.c'."}"#, false),
    ("postmark", 422, r#"{"ErrorCode":400,"Message":"Sender signature not found"}"#, false),
    ("postmark", 401, r#"{"ErrorCode":10,"Message":"No account with 'To'"}"#, false),
    (
        "sendgrid",
        400,
        r#"{"errors":[{"field":"personalizations.0.to.0.email","message":"x"}]}"#,
        true,
    ),
    ("sendgrid", 400, r#"{"errors":[{"field":"from.email","message":"x"}]}"#, false),
    ("sendgrid", 403, r#"{"errors":[{"field":"from","message":"x"}]}"#, false),
    (
        "resend",
        422,
        r#"{"statusCode":422,"message":"Invalid `to` field.","name":"validation_error"}"#,
        true,
    ),
    ("resend", 422, r#"{"statusCode":422,"message":"Invalid `from` field."}"#, false),
    ("resend", 403, r#"{"statusCode":403,"name":"invalid_api_key"}"#, false),
    ("resend", 429, r#"{"statusCode":429,"name":"daily_quota_exceeded"}"#, false),
    ("resend", 500, "`to`", false),
    ("postmark", 302, "'To'", false),
    ("postmark", 422, "", false),
];

#[test]
fn an_address_that_is_refused_is_given_up_and_whatever_can_be_mended_is_not() {
    for (provider, status, answer, for_good) in SAID {
        let world = world(provider);
        world.store.others_answer(Some(status));
        world.store.others_say(answer.as_bytes());
        let (_, said) = mail(&world, 3 * DAY);
        let said = said.unwrap();
        assert!(said.contains(&format!("it answered {status}")), "{said}");
        assert_eq!(said.contains("for the last time"), for_good, "{answer} {said}");
        let mends = said.contains("see mail_provider, mail_token");
        assert_eq!(mends, !for_good && (400..500).contains(&status) && status != 429, "{said}");
        // What the provider says may hold the address, and what it is told the token.
        for secret in ["jane", TOKEN, "'To'", "`to`", "ErrorCode", "errors"] {
            assert!(!said.contains(secret), "{said}");
        }
        let shown = shown(&world);
        assert_eq!(shown["attempts"], 1);
        assert_eq!(shown["last_status"], status);
        assert_eq!(shown["given_up"], for_good);
        assert_eq!(shown.get("next_attempt_at").is_none(), for_good);
        world.store.sent();
        world.later(3600);
        world.store.others_answer(Some(200));
        world.sweep();
        assert_eq!(world.store.sent().len(), usize::from(!for_good), "{answer}");
        assert_eq!(world.keys("outbox").len(), usize::from(for_good), "{answer}");
        // It holds an address, so it goes once it is of no more use, and what was noted of it as well.
        world.later(3 * DAY);
        world.sweep();
        assert!(world.store.sent().is_empty());
        assert_eq!(world.keys("outbox").len() + world.keys("try").len(), 0, "{answer}");
    }
}

#[test]
fn a_mail_is_tried_for_three_days_and_then_waits_to_be_read() {
    let world = world("postmark");
    world.store.others_answer(Some(503));
    mail(&world, 30 * DAY);
    let mut said = String::new();
    for _ in 0..9 {
        world.later(DAY);
        said = world.sweep().log.unwrap();
    }
    assert!(said.contains("(10), for the last time: it answered 503"), "{said}");
    world.store.sent();
    world.later(DAY);
    world.sweep();
    assert!(world.store.sent().is_empty());
    let shown = shown(&world);
    assert_eq!((&shown["attempts"], &shown["given_up"]), (&json!(10), &json!(true)));
}

#[test]
fn without_anybody_who_sends_it_a_mail_waits_until_it_is_of_no_more_use() {
    let world = World::new();
    let (id, said) = mail(&world, DAY);
    let said = said.unwrap();
    assert!(said.contains("mail_provider") && said.contains("webhook_url"), "{said}");
    assert!(said.contains(&format!("{BASE}/console/api/outbox/{id};")), "{said}");
    world.later(3600);
    world.sweep();
    let shown = shown(&world);
    assert_eq!((&shown["attempts"], &shown["given_up"]), (&json!(0), &json!(false)));
    world.later(DAY);
    world.sweep();
    assert!(world.keys("outbox").is_empty());
    assert!(world.store.sent().is_empty());
}

#[test]
fn a_mail_that_waited_is_sent_once_somebody_sends_mail() {
    let before = World::new();
    mail(&before, DAY);
    let mut world = world("resend");
    world.store = before.store;
    world.later(120);
    world.sweep();
    assert_eq!(world.store.sent().len(), 1);
    assert!(world.keys("outbox").is_empty());
}

#[test]
fn a_mail_that_cannot_be_read_keeps_no_other_from_going_out() {
    let before = World::new();
    let desk = before.desk();
    let broken = mail_key(desk.moment.id()).unwrap();
    block_on(desk.write_sealed(&broken, None, &"no mail at all")).unwrap();
    before.later(1);
    mail(&before, DAY);
    let mut world = world("resend");
    world.store = before.store;
    world.later(120);
    let swept = world.sweep();
    assert_eq!(swept.status, 204, "{}", swept.text());
    assert_eq!(world.store.sent().len(), 1);
    // What is wrong with it is said, and it stays to be looked at.
    assert_eq!(swept.log.as_deref(), Some("a stored outbox cannot be decoded"));
    assert_eq!(world.keys("outbox"), [broken.as_str()]);
}

#[test]
fn opt_outs_go_to_the_webhook_and_mail_to_the_provider() {
    let world = World::with(|name| match name {
        "webhook_url" => Some("https://mailer.example/hook"),
        "webhook_secrets" => Some(SECRET),
        "mail_provider" => Some("postmark"),
        "mail_token" => Some(TOKEN),
        "mail_from" => Some(FROM),
        _ => None,
    });
    world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    let sent = world.store.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].url, "https://api.postmarkapp.com/email");
    let text = body(&sent[0])["TextBody"].as_str().unwrap().to_owned();
    let path = text.split_whitespace().find_map(|word| word.strip_prefix(BASE)).unwrap();
    world.unsubscribe(&form(path, &[("stop", "all")]));
    let sent = world.store.sent();
    assert!(!sent.is_empty());
    for sent in &sent {
        assert_eq!(sent.url, "https://mailer.example/hook");
        assert!(!String::from_utf8_lossy(&sent.body).contains(TOKEN));
        assert!(sent.headers.iter().all(|(_, value)| !value.contains(TOKEN)));
    }
}

#[test]
fn a_webhook_that_is_gone_is_told_no_more_of_what_it_refused() {
    let world = mailer();
    world.store.others_answer(Some(410));
    let (_, said) = mail(&world, DAY);
    let said = said.unwrap();
    assert!(said.ends_with("(1), for the last time: it answered 410 and wants no more"), "{said}");
    assert_eq!(shown(&world)["given_up"], true);
    world.store.sent();
    world.later(3600);
    world.sweep();
    assert!(world.store.sent().is_empty());
    // A provider is no webhook: what answers so there is a wrong host, which can be mended.
    let world = self::world("postmark");
    world.store.others_answer(Some(410));
    mail(&world, DAY);
    assert_eq!(shown(&world)["given_up"], false);
}

#[test]
fn what_is_wrong_with_the_provider_is_said_and_stops_nobody() {
    let world = World::with(|name| match name {
        "mail_provider" => Some("postmark"),
        "mail_token" => Some("two words-that-nobody-may-see"),
        "mail_from" => Some(FROM),
        "webhook_url" => Some("https://mailer.example/hook"),
        "webhook_secrets" => Some(SECRET),
        _ => None,
    });
    let asked = world.unsubscribe(&form("/unsubscribe", &[("email", "jane@example.org")]));
    assert_eq!(asked.status, 303);
    let said = asked.log.unwrap();
    assert!(said.contains("variable mail_token"), "{said}");
    assert!(!said.contains("nobody-may-see"), "{said}");
    assert!(world.store.sent().is_empty(), "it does not go to somebody else instead");
    world.later(60);
    let swept = world.sweep();
    assert_eq!(swept.status, 500);
    assert!(swept.log.unwrap().contains("variable mail_token"));
    assert_eq!(world.keys("outbox").len(), 1);
    // Opt-outs have nothing to do with it.
    let put = request(
        Method::PUT,
        "/suppressions",
        &[("authorization", &format!("Bearer {OPERATOR}")), ("content-type", "application/json")],
        json!({"email": "jane@example.org", "reason": "she called"}).to_string(),
    );
    assert_eq!(world.mailer(&put).log, None);
    assert_eq!(world.store.sent().len(), 1);
}

#[test]
fn wrong_lists_keep_no_mail_from_going_out() {
    let world = World::with(|name| match name {
        "lists" => Some("{"),
        "mail_provider" => Some("resend"),
        "mail_token" => Some(TOKEN),
        "mail_from" => Some(FROM),
        _ => None,
    });
    world.store.others_answer(None);
    mail(&world, DAY);
    assert_eq!(world.store.sent().len(), 1);
    world.store.others_answer(Some(200));
    world.later(60);
    let swept = world.sweep();
    assert_eq!(swept.status, 500);
    assert_eq!(world.store.sent().len(), 1);
    assert!(world.keys("outbox").is_empty());
}

/// A sweep that is on its way, and what it answers.
async fn sweeping(desk: &TestDesk<'_>, asked: &Request) -> u16 {
    sweep::serve(desk, asked).await.status.as_u16()
}

/// Twenty mails that nobody has tried to send.
fn twenty() -> World {
    let before = World::new();
    for _ in 0..20 {
        mail(&before, DAY);
    }
    before.later(120);
    let mut world = world("postmark");
    world.now.set(before.now.get());
    world.store = before.store;
    world
}

/// How many mails were sent, each of the twenty at least once.
fn sent_to_all(world: &World) -> usize {
    let sent = world.store.sent();
    let id = |sent: &Sent| body(sent)["Metadata"]["desk-mail"].to_string();
    assert_eq!(sent.iter().map(id).collect::<BTreeSet<_>>().len(), 20);
    sent.len()
}

/// Schedules of two that begin at once: one is slower than the other, and begins a little later. Without a swap nothing helps
/// where one stands still between what it reads and what it writes while the other does all that it does.
fn at_once(paces: &[(u32, u32)]) -> impl Iterator<Item = u32> {
    paces.iter().flat_map(|&(slow, fast)| {
        (0..10).map(move |late| {
            let turn = |at: u32| u32::from(at >= late && (at - late) % (slow + fast) < slow);
            (0..32).fold(0, |schedule, at| schedule | turn(at) << at)
        })
    })
}

#[test]
fn sweeps_that_begin_at_once_send_no_mail_twice() {
    let asked = get("/ops/sweep");
    for schedule in at_once(&[(1, 1), (1, 2), (2, 1), (2, 2)]) {
        let world = twenty();
        let desks = (world.desk(), world.desk());
        let done = race(sweeping(&desks.0, &asked), sweeping(&desks.1, &asked), schedule);
        assert_eq!(done, (204, 204));
        assert_eq!(sent_to_all(&world), 20, "{schedule:b}");
        assert_eq!(world.keys("outbox").len() + world.keys("try").len(), 0);
    }
}

#[test]
fn a_sweep_that_takes_long_and_those_that_begin_meanwhile_send_no_mail_twice() {
    let asked = get("/ops/sweep");
    for turns in 1..60 {
        let world = twenty();
        let desk = world.desk();
        let mut slow = pin!(sweeping(&desk, &asked));
        let context = &mut Context::from_waker(Waker::noop());
        let mut done = (0..turns).any(|_| slow.as_mut().poll(context).is_ready());
        for _ in 0..3 {
            world.later(30);
            assert_eq!(world.sweep().status, 204);
        }
        while !done {
            done = slow.as_mut().poll(context).is_ready();
        }
        assert_eq!(sent_to_all(&world), 20, "{turns}");
    }
}

#[test]
fn what_a_sweep_left_in_the_midst_of_it_is_sent_by_one_that_comes_later() {
    let asked = get("/ops/sweep");
    for turns in 1..20 {
        let world = twenty();
        let desk = world.desk();
        {
            let mut cut = pin!(sweeping(&desk, &asked));
            let context = &mut Context::from_waker(Waker::noop());
            assert!((0..turns).all(|_| cut.as_mut().poll(context).is_pending()));
        }
        world.later(500);
        world.sweep();
        assert!(sent_to_all(&world) >= 20);
        assert!(world.keys("outbox").is_empty(), "{turns}");
    }
}

#[test]
fn the_mail_of_two_acts_at_once_is_sent_once_and_is_the_one_that_came_last() {
    for schedule in at_once(&[(1, 1)]) {
        let world = world("postmark");
        let desks = (world.desk(), world.desk());
        let id = desks.0.moment.id();
        let newer =
            |desk: &TestDesk<'_>| Mail { text: "the newer".to_owned(), ..a_mail(desk, DAY) };
        let first = block_on(put(&desks.0, id, a_mail(&desks.0, DAY))).unwrap();
        let second = block_on(put(&desks.1, id, newer(&desks.1))).unwrap();
        let told = race(after_act(&desks.0, first), after_act(&desks.1, second), schedule);
        assert_eq!(told, (None, None));
        let sent = world.store.sent();
        assert_eq!(sent.len(), 1, "{schedule:b}");
        assert_eq!(body(&sent[0])["TextBody"], "the newer");
        assert!(world.store.dump().is_empty(), "{:?}", world.store.dump());
    }
}

#[test]
fn the_mail_of_an_act_and_a_sweep_at_once_are_one() {
    let asked = get("/ops/sweep");
    for schedule in at_once(&[(1, 1), (1, 2), (2, 1), (2, 2)]) {
        let world = world("postmark");
        let earlier = world.desk().moment.id();
        // An act that is gone on with names its mail by when it began, so that no sweep waits any more.
        world.later(120);
        let desks = (world.desk(), world.desk());
        let posted = block_on(put(&desks.0, earlier, a_mail(&desks.0, DAY))).unwrap();
        let act = async { after_act(&desks.0, posted).await.map_or(0, |_| 1) };
        assert_eq!(race(act, sweeping(&desks.1, &asked), schedule), (0, 204));
        world.later(500);
        world.sweep();
        assert_eq!(world.store.sent().len(), 1, "{schedule:b}");
        assert!(world.keys("outbox").is_empty() && world.keys("try").is_empty());
    }
}

#[test]
fn what_was_told_in_vain_is_the_sweeps() {
    let world = world("postmark");
    world.store.others_answer(Some(500));
    let (id, _) = mail(&world, DAY);
    let desk = world.desk();
    let posted = block_on(put(&desk, id, a_mail(&desk, DAY))).unwrap();
    assert_eq!(world.store.sent().len(), 1);
    assert_eq!(block_on(after_act(&desk, posted)), None);
    assert!(world.store.sent().is_empty());
    assert_eq!(block_on(tries(&desk, id)).unwrap().map(|tries| tries.attempts), Some(1));
}

#[test]
fn what_an_earlier_release_noted_of_the_last_sweep_stops_none() {
    let world = twenty();
    let earlier = desk_core::sealed::plain(None, &encode(&world.now.get()));
    world.store.put("sweep:ran", earlier);
    assert_eq!(world.sweep().status, 204);
    assert_eq!(sent_to_all(&world), 20);
}

#[test]
fn no_opt_out_is_told_twice_by_sweeps_that_overlap() {
    let asked = get("/ops/sweep");
    for turns in 1..40 {
        let before = World::new();
        for who in 0..20 {
            let put = json!({"email": format!("{who}@example.org"), "reason": "she called"});
            let bearer = format!("Bearer {OPERATOR}");
            let headers = [("authorization", &*bearer), ("content-type", "application/json")];
            before.mailer(&request(Method::PUT, "/suppressions", &headers, put.to_string()));
        }
        let mut world = mailer();
        world.store = before.store;
        world.later(120);
        let desk = world.desk();
        let mut slow = pin!(sweeping(&desk, &asked));
        let context = &mut Context::from_waker(Waker::noop());
        let mut done = (0..turns).any(|_| slow.as_mut().poll(context).is_ready());
        world.later(30);
        world.sweep();
        while !done {
            done = slow.as_mut().poll(context).is_ready();
        }
        assert_eq!(world.store.sent().len(), 20, "{turns}");
        assert_eq!((world.keys("told").len(), world.keys("try").len()), (20, 0));
    }
}

#[test]
fn whoever_took_nothing_is_not_waited_for_again_and_the_sweep_tells_the_rest() {
    let world = mailer();
    world.store.others_answer(None);
    let desk = world.desk();
    let mails =
        (0..10).map(|_| block_on(put(&desk, desk.moment.id(), a_mail(&desk, DAY))).unwrap());
    let mails: Vec<Posted> = mails.collect();
    let said = block_on(after(&desk, mails).unwrap()).unwrap();
    assert!(said.contains("in vain (1)"), "{said}");
    assert_eq!((world.store.sent().len(), world.keys("try").len()), (1, 1));
    world.store.others_answer(Some(200));
    world.later(60);
    world.sweep();
    assert_eq!((world.store.sent().len(), world.keys("outbox").len()), (10, 0));
}

#[test]
fn what_one_call_looks_at_is_bounded_and_the_next_one_goes_on() {
    let before = World::new();
    for _ in 0..600 {
        mail(&before, 30 * DAY);
    }
    before.later(120);
    let calls = |world: &World| {
        world.store.reset_calls();
        assert_eq!(world.sweep().status, 204);
        world
            .store
            .calls()
            .iter()
            .filter(|call| *call == "get try" || *call == "get outbox")
            .count()
    };
    assert_eq!(calls(&before), 0, "nobody sends mail");
    let mut world = world("postmark");
    world.now.set(before.now.get());
    world.store = before.store;
    world.store.others_answer(Some(422));
    world.store.others_say(br#"{"ErrorCode":406}"#);
    let mut sent = 0;
    for _ in 0..10 {
        world.later(60);
        assert!(calls(&world) <= 256 + 3 * 64);
        let now = world.store.sent().len();
        assert!(now <= 64);
        sent += now;
    }
    assert_eq!(sent, 600, "all of them were tried, and given up");
    // What waits behind many that were given up has its turn.
    world.store.others_answer(None);
    assert!(mail(&world, 30 * DAY).1.is_some());
    world.store.others_answer(Some(200));
    world.store.sent();
    for _ in 0..3 {
        world.later(60);
        assert!(calls(&world) <= 256 + 3);
    }
    assert_eq!((world.store.sent().len(), world.keys("outbox").len()), (1, 600));
}

#[test]
fn whom_it_takes_long_to_tell_keeps_nothing_from_being_deleted() {
    let asked = get("/ops/sweep");
    let world = twenty();
    let other = world.desk();
    let old = desk_core::sealed::plain(Some(other.now()), &encode(&()));
    world.store.put("once:x", old);
    let desk = world.desk();
    let mut cut = pin!(sweeping(&desk, &asked));
    let context = &mut Context::from_waker(Waker::noop());
    // It is cut as soon as the first mails are on their way.
    while world.store.sent().is_empty() {
        assert!(cut.as_mut().poll(context).is_pending());
    }
    assert!(world.keys("once").is_empty());
}

#[test]
fn what_was_noted_before_statuses_were_is_still_read() {
    let world = world("postmark");
    world.store.others_answer(None);
    let (id, _) = mail(&world, DAY);
    let next = Some(world.now.get().plus_seconds(7));
    let earlier = desk_core::sealed::plain(None, &encode(&(3_u32, next)));
    world.store.put(&format!("try:{id}"), earlier);
    let read = block_on(tries(&world.desk(), id)).unwrap().unwrap();
    assert_eq!(read, Tries { attempts: 3, next, status: None });
    world.later(60);
    world.sweep();
    let read = block_on(tries(&world.desk(), id)).unwrap().unwrap();
    assert_eq!((read.attempts, read.status), (4, None));
    assert!(shown(&world).get("last_status").is_none(), "nobody answered");
    world.store.put(&format!("try:{id}"), b"?".to_vec());
    assert!(block_on(tries(&world.desk(), id)).is_err());
}

#[test]
fn what_was_stored_before_subjects_were_lines_is_still_read() {
    let world = World::new();
    let desk = world.desk();
    let to: EmailAddress = "jane@example.org".parse().unwrap();
    let expires = desk.now().plus_seconds(DAY);
    let id = desk.moment.id();
    let earlier = (to, Lang::En, "A\nB", "text", expires);
    let key = mail_key(id).unwrap();
    block_on(desk.write_sealed(&key, Some(expires), &earlier)).unwrap();
    let read = block_on(desk.read_sealed::<Mail>(&key)).unwrap().unwrap();
    assert_eq!((read.subject.as_str(), read.expires), ("A B", expires));
}

#[test]
fn what_the_variables_may_be() {
    let fault = |provider: &str, token: &str, from: &str, host: &str| {
        let read = Provider::read([provider, token, from, host]);
        read.map(|read| read.is_some()).map_err(|error| error.variable)
    };
    assert_eq!(fault("", "", "", ""), Ok(false));
    for provider in PROVIDERS {
        assert_eq!(fault(provider, "t", "a@b.co", ""), Ok(true));
    }
    for (provider, token, from, host, variable) in [
        ("Postmark", "t", "a@b.co", "", "mail_provider"),
        ("mailgun", "t", "a@b.co", "", "mail_provider"),
        ("postmark", "", "a@b.co", "", "mail_token"),
        ("postmark", "t t", "a@b.co", "", "mail_token"),
        ("postmark", "t\r\nx: y", "a@b.co", "", "mail_token"),
        ("postmark", "тайна", "a@b.co", "", "mail_token"),
        ("postmark", "t", "", "", "mail_from"),
        ("postmark", "t", "a@b", "", "mail_from"),
        ("postmark", "t", "A <a@b.co", "", "mail_from"),
        ("postmark", "t", "A a@b.co>", "", "mail_from"),
        ("postmark", "t", "A <a@b.co>, B <c@d.co>", "", "mail_from"),
        ("postmark", "t", "A\r\nBcc: c@d.co <a@b.co>", "", "mail_from"),
        ("postmark", "t", "A \"B\" <a@b.co>", "", "mail_from"),
        ("postmark", "t", "a@b.co", "api.example", "mail_host"),
        ("postmark", "t", "a@b.co", "https://", "mail_host"),
        ("postmark", "t", "a@b.co", "https://api.example/v2", "mail_host"),
        ("postmark", "t", "a@b.co", "https://token@api.example", "mail_host"),
        ("postmark", "t", "a@b.co", "ftp://api.example", "mail_host"),
    ] {
        assert_eq!(fault(provider, token, from, host), Err(variable), "{token} {from} {host}");
    }
}

#[test]
fn names_are_in_quotes_where_they_must_be() {
    for (from, postmark, resend) in [
        ("a@b.co", "a@b.co", "a@b.co"),
        ("<a@b.co>", "a@b.co", "a@b.co"),
        ("\"Acme\" <a@b.co>", "\"Acme\" <a@b.co>", "Acme <a@b.co>"),
        ("Acme, Inc. <a@b.co>", "\"Acme, Inc.\" <a@b.co>", "\"Acme, Inc.\" <a@b.co>"),
        (" Служба  <a@b.co> ", "\"Служба\" <a@b.co>", "Служба <a@b.co>"),
    ] {
        for (provider, member, shown) in
            [("postmark", "From", postmark), ("resend", "from", resend)]
        {
            let world = World::with(|name| match name {
                "mail_provider" => Some(provider),
                "mail_token" => Some(TOKEN),
                "mail_from" => Some(from),
                _ => None,
            });
            mail(&world, DAY);
            assert_eq!(body(&world.store.sent()[0])[member], shown);
        }
    }
}

#[test]
fn secrets_are_not_shown() {
    for provider in PROVIDERS {
        let world = world(provider);
        assert!(!format!("{:?}", world.setup).contains(TOKEN), "nor before it is read");
        let read = format!("{:?}", world.setup.provider().unwrap());
        assert!(read.contains(provider) && !read.contains(TOKEN), "{read}");
        assert!(!format!("{:?}", world.setup).contains(TOKEN));
    }
    assert!(!format!("{:?}", mailer().setup).contains(SECRET));
}

proptest! {
    #[test]
    fn any_text_reaches_every_provider_whole(subject in any::<String>(), text in any::<String>(), name in "[^\\p{Cc}\"\\\\<>]{0,40}") {
        let from = format!("{name} <privacy@oncall.example>");
        for provider in PROVIDERS {
            let setup = Setup::new(|variable| match variable {
                "root_secret" => Some("A".repeat(43)),
                "mail_provider" => Some(provider.to_owned()),
                "mail_token" => Some(TOKEN.to_owned()),
                "mail_from" => Some(from.clone()),
                _ => None,
            }).unwrap();
            let mail = Mail {
                to: "jane@example.org".parse().unwrap(),
                lang: Lang::En,
                subject: subject.clone().into(),
                text: text.clone(),
                expires: "2026-11-22T10:00:00Z".parse().unwrap(),
            };
            let id = "01M81B5H80XYJMDBX16KNDB6WJ".parse().unwrap();
            let outgoing = setup.provider().unwrap().unwrap().outgoing(id, &mail);
            let sent: Value = serde_json::from_str(&outgoing.body).unwrap();
            let (sent_subject, sent_text) = match provider {
                "postmark" => (&sent["Subject"], &sent["TextBody"]),
                "sendgrid" => (&sent["subject"], &sent["content"][0]["value"]),
                _ => (&sent["subject"], &sent["text"]),
            };
            prop_assert_eq!(sent_text.as_str(), Some(text.as_str()));
            prop_assert_eq!(sent_subject.as_str(), Some(mail.subject.as_str()));
            prop_assert!(!sent_subject.as_str().unwrap().chars().any(char::is_control));
        }
    }
}
