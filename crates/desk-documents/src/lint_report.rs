//! What a mailbox provider would object to in a mail, as JSON and in words.

use desk_core::json::Json;
use desk_core::lang::Lang;
use desk_core::mail::lint::{Finding, LintRule, LintVerdict, is_clean};

use crate::texts;

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
