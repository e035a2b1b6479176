//! The outbox, in native code: what each provider is sent, and what becomes of what it says.

mod overlap;
mod providers;
mod retries;
mod stored;

use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Waker};

use desk_core::lang::Lang;
use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{BASE, OPERATOR, TestDesk, World, block_on, form, get, race, request};
use desk_app::Setup;
use desk_app::desk::encode;
use desk_app::memory::SentRequest;
use desk_app::outbox::QueuedMail;
use desk_app::outbox::{after, mail_key, put, tries};
use desk_app::sender::Mail;
use desk_app::sender::Provider;
use desk_web::request::Request;

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
        limit: None,
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

fn header<'a>(sent: &'a SentRequest, name: &str) -> &'a str {
    sent.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

fn body(sent: &SentRequest) -> Value {
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
    let id = |sent: &SentRequest| body(sent)["Metadata"]["desk-mail"].to_string();
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
