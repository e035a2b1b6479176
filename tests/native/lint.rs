//! The lint of a raw mail.

use http::Method;

use crate::world::{Answer, BASE, World, block_on, request};
use desk_core::lang::Lang;
use desk_core::mail::lint::{LintRule, LintVerdict};
use desk_core::suppression::{Link, ListId};
use desk_documents::lint_report::text;

fn send(world: &World, content_type: &str, body: &str, lang: &str) -> Answer {
    let headers = [("content-type", content_type), ("accept-language", lang)];
    let sent = request(Method::POST, "/unsubscribe/lint", &headers, body.to_owned());
    block_on(mail_events::serve(&world.desk(), &sent)).into()
}

fn mail(url: &str) -> String {
    format!(
        "DKIM-Signature: v=1; h=From:List-Unsubscribe:List-Unsubscribe-Post; b=x\r\nFrom: a@b.co\r\n\
         List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
         List-Id: News <news.b.co>\r\n\r\nLeave: {url}\r\n"
    )
}

#[test]
fn a_mail_with_a_link_of_ours_is_clean_and_with_a_forged_one_is_not() {
    let world = World::new();
    let list: ListId = "tips".parse().unwrap();
    let link = Link::new(&world.setup.keys, &"jane@example.org".parse().unwrap(), list.tag());
    let url = desk_app::links::url(&world.setup, &link.mint(&world.setup.keys));
    let clean = send(&world, "message/rfc822", &mail(&url), "en").json();
    assert_eq!(clean["ok"], true, "{clean}");
    assert_eq!(clean["findings"].as_array().unwrap().len(), LintRule::ALL.len());
    let forged = send(&world, "message/rfc822", &mail(&format!("{BASE}/u/forged")), "ru").json();
    assert_eq!(forged["ok"], false);
    let finding =
        forged["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "token").unwrap();
    assert_eq!(finding["verdict"], "fail");
    assert!(finding["text"].as_str().unwrap().chars().any(|c| ('а'..='я').contains(&c)));
    let foreign = send(&world, "text/plain", &mail("https://b.co/u/1"), "en").json();
    assert_eq!(foreign["ok"], true);
    assert!(world.store.calls().is_empty());
}

#[test]
fn what_is_no_mail_is_a_clear_problem() {
    let world = World::new();
    assert_eq!(send(&world, "message/rfc822", "", "en").slug(), "malformed");
    assert_eq!(send(&world, "application/json", "{}", "en").slug(), "unsupported-media-type");
    let many = "A: b\n".repeat(1_001);
    assert_eq!(send(&world, "message/rfc822", &many, "en").slug(), "malformed");
}

#[test]
fn every_verdict_has_a_text_in_every_language() {
    for lang in Lang::ALL {
        for rule in LintRule::ALL {
            let pass = text(rule, LintVerdict::Pass, lang);
            assert!(!pass.is_empty());
            assert_ne!(pass, text(rule, LintVerdict::Fail, lang), "{rule:?}");
        }
    }
}
