//! The documents of an erasure that are printed and filed: the act, and the export from the log of events
//! (152-FZ article 21(7), Roskomnadzor's order 179 of 28.10.2022).

use desk_core::clock::zone::Zone;
use desk_core::erasure::DestructionAct;
use desk_core::json::Json;
use desk_core::lang::Lang;
use desk_core::text::Text;
use maud::{DOCTYPE, Markup, html};

use serde::{Deserialize, Serialize};

use crate::texts;

/// Who carried out an erasure, and why: sealed, for it names an employee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executor {
    /// Name and position. Several stand on lines of their own.
    pub executor: Text<200>,
    /// Why, in the operator's words.
    pub reason: Option<Text<500>>,
}

/// The name of the information system that an act is about.
pub fn system(act: &DestructionAct) -> String {
    format!("Privacy Desk ({})", act.app)
}

/// The reason of an act in words: the operator's, or that of the right that was exercised.
pub fn reason(act: &DestructionAct, executor: Option<&Executor>, lang: Lang) -> String {
    match executor.and_then(|by| by.reason.as_ref()) {
        Some(reason) => reason.as_str().to_owned(),
        None => (texts::erasure(lang).reason)(act.kind).to_owned(),
    }
}

/// The act as a page to be printed and signed. Its date is that of the operator's zone.
pub fn act_page(
    act: &DestructionAct,
    executor: Option<&Executor>,
    lang: Lang,
    zone: &Zone,
    stylesheet: &str,
) -> Markup {
    let t = texts::erasure(lang);
    let date = lang.date(zone.date(act.at));
    let blank = "________________________";
    let row =
        |label: &str, value: Markup| html! { tr { th scope="row" { (label) } td { (value) } } };
    html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (t.act) " " (act.reference()) }
                link rel="stylesheet" href=(stylesheet);
            }
            body {
                main {
                    h1 { (t.act) }
                    p { (t.number) " " (act.reference()) ", " (date) }
                    table {
                        (row(t.controller, html! {
                            (act.controller) br;
                            @if act.address.is_empty() { (blank) } @else { (act.address) }
                        }))
                        (row(t.processor, html! { (blank) }))
                        (row(t.subject, html! { (t.by_reference) " " (act.reference()) }))
                        (row(t.executors, html! {
                            @match executor {
                                Some(by) => @for line in by.executor.as_str().lines() {
                                    p { (line) ": " (blank) }
                                },
                                None => p { (blank) },
                            }
                        }))
                        (row(t.categories, html! {
                            ul {
                                @for of in &act.destroyed { li { ((t.category)(of.category)) ": " (of.count) } }
                            }
                        }))
                        (row(t.carriers, html! { (t.no_carriers) }))
                        (row(t.system, html! { (system(act)) }))
                        (row(t.method, html! { (t.deleted) }))
                        (row(t.why, html! { (reason(act, executor, lang)) }))
                        (row(t.date, html! { time datetime=(act.at) { (date) } }))
                        (row(t.kept, html! {
                            ul {
                                @for stay in &act.stays {
                                    li {
                                        ((t.stay)(*stay))
                                        @if let Some(reference) = stay.reference() { " " (reference) }
                                        ": " ((t.ground)(stay.ground()))
                                    }
                                }
                            }
                        }))
                    }
                }
            }
        }
    }
}

/// The export from the log of events as CSV (RFC 4180): a line for each category.
pub fn log_csv(act: &DestructionAct, executor: Option<&Executor>, lang: Lang) -> String {
    let t = texts::erasure(lang);
    let mut csv = String::from("date,subject,category,description,count,system,reason\r\n");
    for of in &act.destroyed {
        let fields = [
            act.at.to_string(),
            act.reference().to_string(),
            of.category.name().to_owned(),
            (t.category)(of.category).to_owned(),
            of.count.to_string(),
            system(act),
            reason(act, executor, lang),
        ];
        for (at, field) in fields.iter().enumerate() {
            csv.push_str(if at == 0 { "\"" } else { ",\"" });
            // A spreadsheet takes what begins so for a formula.
            if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                csv.push('\'');
            }
            for character in field.chars() {
                csv.extend((character == '"').then_some('"'));
                csv.push(character);
            }
            csv.push('"');
        }
        csv.push_str("\r\n");
    }
    csv
}

/// The same as JSON.
pub fn log_json(act: &DestructionAct, executor: Option<&Executor>, lang: Lang) -> String {
    Json::object(|json| {
        json.shown("subject", &act.reference());
        json.list("categories", |list| {
            for of in &act.destroyed {
                list.nest("", |json| {
                    json.text("category", of.category.name());
                    json.text("description", (texts::erasure(lang).category)(of.category));
                    json.number("count", of.count as usize);
                });
            }
        });
        json.text("information_system", &system(act));
        json.text("reason", &reason(act, executor, lang));
        json.shown("destroyed_at", &act.at);
    })
}
