//! `POST /unsubscribe/lint`: what a mailbox provider would object to in a raw mail.

use desk_core::lang::Lang;
use desk_core::mail::lint::{Finding, LintRule, LintVerdict, Token, is_clean, lint};
use desk_core::mail::message::{MailMessage, UnreadableMail};
use desk_core::suppression::Link;
use http::StatusCode;

use crate::problem::Problem;
use crate::reply::Reply;
use crate::request::Request;
use crate::setup::Setup;
use crate::texts;
use desk_core::json::Json;

/// The media types of a raw mail.
const READS: &str = "message/rfc822, text/plain, application/octet-stream";

/// Answers for `/unsubscribe/lint`. It reads nothing but the mail and keeps nothing of it.
pub(crate) fn answer(setup: &Setup, request: &Request) -> Result<Reply, Problem> {
    let lang = request.locale(&setup.profile).lang;
    let body = request.whole_body()?;
    if !READS.split(", ").any(|known| known == request.content_type()) {
        return Err(Problem::UnsupportedMediaType(READS));
    }
    let message = MailMessage::read(body).map_err(|why| match why {
        UnreadableMail::TooLarge => Problem::TooLarge,
        UnreadableMail::TooManyFields => Problem::malformed("too-many-fields"),
        UnreadableMail::NoHeader => Problem::malformed("no-header"),
    })?;
    let findings = lint(&message, &|url| token(setup, url));
    Ok(Reply::json_text(StatusCode::OK, json(&findings, lang)).lang(lang).vary("Accept-Language"))
}

/// What is known of the token of an address: those under the configured base are ours.
pub fn token(setup: &Setup, url: &str) -> Token {
    let ours = url.strip_prefix(&setup.profile.base_url).and_then(|path| path.strip_prefix("/u/"));
    match ours.map(|token| Link::redeem(&setup.keys, token)) {
        Some(Some(_)) => Token::Valid,
        Some(None) => Token::Invalid,
        None => Token::Unknown,
    }
}

/// What was found, as JSON.
pub fn json(findings: &[Finding], lang: Lang) -> String {
    Json::object(|json| {
        json.flag("ok", is_clean(findings));
        json.list("findings", |list| {
            for finding in findings {
                list.nest("", |json| {
                    json.text("rule", finding.rule.name());
                    json.text("verdict", finding.verdict.name());
                    json.text("text", text(finding.rule, finding.verdict, lang));
                    json.text("seen", &finding.seen);
                    json.text("source", finding.rule.source());
                });
            }
        });
    })
}

/// What is said of a rule to people: what holds where it is kept, and what to do where it is not.
pub fn text(rule: LintRule, verdict: LintVerdict, lang: Lang) -> &'static str {
    (texts::lint(lang).of)(rule, verdict)
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;
    use crate::memory::testing::{Answer, BASE, World, block_on, request};
    use desk_core::suppression::ListId;

    fn send(world: &World, content_type: &str, body: &str, lang: &str) -> Answer {
        let headers = [("content-type", content_type), ("accept-language", lang)];
        let sent = request(Method::POST, "/unsubscribe/lint", &headers, body.to_owned());
        block_on(crate::mail_events::serve(&world.desk(), &sent)).into()
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
        let url = crate::unsubscribe::url(&world.setup, &link.mint(&world.setup.keys));
        let clean = send(&world, "message/rfc822", &mail(&url), "en").json();
        assert_eq!(clean["ok"], true, "{clean}");
        assert_eq!(clean["findings"].as_array().unwrap().len(), LintRule::ALL.len());
        let forged =
            send(&world, "message/rfc822", &mail(&format!("{BASE}/u/forged")), "ru").json();
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
}
