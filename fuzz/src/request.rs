//! `request`: whole requests, sent to the functions as the edge of a host sends them.

mod answer;
mod archive;
mod html;
mod routes;
mod sent;
mod story;
mod world;

use answer::Answer;
use http::Method;
use sent::Sent;
use story::STORY;
use world::World;

/// The functions that only look, whatever is asked with GET: mail scanners and browsers fetch what they find. Operators
/// leave audit records, and the mailer is told what it fetched.
const ONLY_LOOK: [&str; 5] = ["site", "policy", "feedback", "data-requests", "unsubscribe"];
/// How many links of an answer are followed.
const FOLLOWED: usize = 4;

/// How many requests of an input are sent.
const SENT: usize = 12;

/// Requests as they were typed, with a line of three dashes between two of them: `METHOD target`, then headers, an empty
/// line and a body. Names in braces stand for what is in the store already, such as `{status}` for the token of a status
/// link.
///
/// Each goes to the function that the manifest gives the address to, then to another one, as if the manifest were wrong,
/// then to the first one again, as if it had been sent twice. What was made is looked at.
pub fn request(data: &[u8]) {
    let world = World::new();
    // What an input says itself may be told again.
    let secrets: Vec<&str> =
        world::SECRETS.into_iter().filter(|secret| !sent::contains(data, secret)).collect();
    for (number, typed) in Sent::split(data).into_iter().take(SENT).enumerate() {
        let sent = Sent::read(typed, &STORY.names);
        let routed = routes::component(&sent.target);
        let components = routes::components();
        let other = components.get((hash(data) + number) % components.len());
        for component in [routed, other.copied().unwrap_or(routed), routed] {
            play(&world, component, &sent, &secrets);
        }
    }
}

fn play(world: &World, component: &str, sent: &Sent, secrets: &[&str]) {
    let looks = matches!(sent.method, Method::GET | Method::HEAD);
    let before = (looks && ONLY_LOOK.contains(&component)).then(|| world.store().dump());
    let answer = world.send(component, sent);
    check(component, sent, &answer, secrets);
    if let Some(before) = before {
        assert!(before == world.store().dump(), "{component} changed something: {sent:?}");
    }
    if !looks && answer.status < 400 {
        follow(world, &answer, secrets);
    }
}

/// What must hold of every answer.
fn check(component: &str, sent: &Sent, answer: &Answer, secrets: &[&str]) {
    let what = || format!("{component} to {sent:?}: {answer:?}");
    let status = answer.status;
    assert!((200..=599).contains(&status), "{}", what());
    // Neither the store nor anybody else fails here, and nothing is wrong with the configuration.
    assert!(status != 500 && status != 503, "{}", what());
    assert!(answer.log.is_none(), "{}", what());
    answer.headers_are_sound(sent.method == Method::HEAD);
    answer.body_is_sound();
    for secret in secrets {
        assert!(!answer.says(secret), "a secret is told by {}", what());
    }

    let gone_through = status < 400;
    if component == "console" {
        assert!(!gone_through || sent.carries(world::OPERATOR), "nobody's business: {}", what());
    }
    if component == "mailer" {
        let known = sent.carries(world::OPERATOR) || sent.carries(world::APP);
        assert!(!gone_through || known, "nobody's business: {}", what());
    }
    if component == "policy" && sent.method == Method::PUT {
        assert!(!gone_through || sent.carries(world::OPERATOR), "published by {}", what());
    }
}

/// Looks at what an answer leads to, as a browser and as a program: what was written is shown there.
fn follow(world: &World, answer: &Answer, secrets: &[&str]) {
    for target in answer.links().into_iter().take(FOLLOWED) {
        for accept in ["text/html", "application/json"] {
            let sent = Sent::look(&target, accept);
            let component = routes::component(&target);
            let answer = world.send(component, &sent);
            check(component, &sent, &answer, secrets);
        }
    }
}

/// A number that depends on all of the bytes (FNV-1a).
fn hash(bytes: &[u8]) -> usize {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    usize::try_from(hash >> 33).unwrap_or(0)
}
