//! Every regime and right, and where its numbers were seen.

use desk_core::json::Json;
use desk_core::{
    clock::regime::{RULES, Rule},
    lang::Lang,
};
use desk_documents::{due, texts::clock::ClockTexts};

use crate::terminal::{say, styled};

pub(super) fn show_json(lang: Lang) {
    say(Json::object(|json| {
        json.list("rules", |list| {
            for rule in &RULES {
                list.nest("", |json| due::write_rule(json, rule, lang));
            }
        });
    }));
}

pub(super) fn show(texts: &ClockTexts) {
    let rows: Vec<_> = RULES.iter().map(|rule| cells(rule, texts)).collect();
    let widths = [0, 1, 2, 3].map(|at| {
        let width = |row: &[String; 5]| row.get(at).map_or(0, |cell| cell.chars().count());
        rows.iter().map(width).max().unwrap_or(0)
    });
    let mut regime = None;
    for (rule, row) in RULES.iter().zip(&rows) {
        if regime != Some(rule.regime) {
            if regime.is_some() {
                say("");
            }
            let title = (texts.regime)(rule.regime);
            say(format_args!("{}  {title}", styled("1", rule.regime.name())));
            regime = Some(rule.regime);
        }
        let [right, act, term, article, checked] = row;
        let [a, b, c, d] = widths;
        say(format_args!("  {right:a$}  {act:b$}  {term:c$}  {article:d$}  {checked}"));
    }
}

/// A rule as a line of the list.
fn cells(rule: &Rule, texts: &ClockTexts) -> [String; 5] {
    let mut term = (texts.term)(rule.term);
    if let Some(more) = rule.extension {
        term = format!("{term} + {}", (texts.term)(more));
    }
    [
        rule.right.name().to_owned(),
        (texts.act)(rule.act).to_owned(),
        term,
        (texts.article)(rule.article),
        (texts.checked)(rule.checked).to_owned(),
    ]
}
