//! A due date and how it was reckoned, as JSON. Nothing here is rendered by the core, so that a program reads codes and
//! days, and a person the sentences beside them.

use desk_core::clock::calendar::CalendarVersion;
use desk_core::clock::due::{Clock, Due, Left, Step};
use desk_core::clock::regime::{Article, Rule, Term};
use desk_core::clock::zone::Zone;
use desk_core::lang::Lang;
use desk_core::time::{Date, Timestamp};

use crate::texts::clock as texts;
use desk_core::json::Json;

/// Writes what a clock says into an object: the rule, when it is due, and the steps.
pub fn write(json: &mut Json, clock: &Clock<'_>, due: &Due, lang: Lang) {
    let zone = clock.zone;
    write_rule(json, clock.rule, lang);
    json.text("received", &zone.rfc3339(clock.received));
    json.shown("time_zone", zone);
    json.flag("extended", clock.extended && clock.rule.extension.is_some());
    json.text("last_day", &due.last_day.text());
    json.text("due", &zone.rfc3339(due.at));
    json.flag("provisional", due.provisional);
    json.maybe("resting_since", due.rests_since.map(|at| zone.rfc3339(at)).as_deref());
    json.list("steps", |list| {
        for step in &due.steps {
            list.nest("", |json| {
                json.text("step", step.name());
                json.text("text", &(texts(lang).step)(step, clock.rule, zone));
                write_step(json, step, zone, lang);
            });
        }
    });
}

/// Writes what the law says into an object.
pub fn write_rule(json: &mut Json, rule: &Rule, lang: Lang) {
    json.text("regime", rule.regime.name());
    json.text("right", rule.right.name());
    json.text("act", rule.act.name());
    json.nest("term", |json| term(json, rule.term));
    match rule.extension {
        Some(more) => json.nest("extension", |json| term(json, more)),
        None => json.maybe("extension", None),
    }
    json.text("base", rule.base.name());
    article(json, rule.article, lang);
    json.text("checked", rule.checked.name());
    json.maybe("note", rule.note.map(|note| (texts(lang).note)(note)));
}

/// Writes how much time is left as of now.
pub fn write_left(json: &mut Json, due: &Due, left: Left, now: Timestamp) {
    json.text("as_of", &now.text());
    json.flag("overdue", due.is_overdue(now));
    json.integer("days_left", left.days);
    match left.working_days {
        Some(days) => json.integer("working_days_left", days.into()),
        None => json.maybe("working_days_left", None),
    }
}

fn term(json: &mut Json, term: Term) {
    json.number("count", term.count.into());
    json.text("unit", term.unit.name());
}

fn article(json: &mut Json, article: Article, lang: Lang) {
    json.nest("article", |json| write_article(json, article, lang));
}

fn write_article(json: &mut Json, article: Article, lang: Lang) {
    json.text("law", article.law.name());
    json.text("place", article.place);
    json.text("text", &(texts(lang).article)(article));
}

fn calendars(json: &mut Json, versions: &[CalendarVersion]) {
    json.list("calendars", |list| {
        for version in versions {
            list.shown("", version);
        }
    });
}

/// The facts of a step, beside its name and its sentence.
#[expect(clippy::too_many_lines, reason = "a table of steps")]
fn write_step(json: &mut Json, step: &Step, zone: &Zone, lang: Lang) {
    let day = |json: &mut Json, name: &str, day: &Date| json.text(name, &day.text());
    match step {
        Step::Received { at, day: of } | Step::LastDay { day: of, at } => {
            day(json, "day", of);
            json.text("at", &zone.rfc3339(*at));
        }
        Step::AtOnce { article: by } => article(json, *by, lang),
        Step::Extended { by, total, article: of } => {
            json.nest("by", |json| term(json, *by));
            json.nest("total", |json| term(json, *total));
            article(json, *of, lang);
        }
        Step::NoExtension => {}
        Step::NextDay { first, article: by } => {
            day(json, "day", first);
            article(json, *by, lang);
        }
        Step::Hours { count, at, article: by } => {
            json.number("count", (*count).into());
            json.text("at", &zone.rfc3339(*at));
            article(json, *by, lang);
        }
        Step::CalendarDays { count, last, article: by } => {
            json.number("count", (*count).into());
            day(json, "day", last);
            article(json, *by, lang);
        }
        Step::Months { count, last, is_shorter, article: by, counting } => {
            json.number("count", (*count).into());
            day(json, "day", last);
            json.flag("shorter_month", *is_shorter);
            article(json, *by, lang);
            json.nest("counting", |json| write_article(json, *counting, lang));
        }
        Step::WorkingDays { count, last, skipped, worked, versions, article: by } => {
            json.number("count", (*count).into());
            day(json, "day", last);
            json.list("skipped", |list| {
                for (from, to) in skipped {
                    list.nest("", |json| {
                        day(json, "from", from);
                        day(json, "to", to);
                    });
                }
            });
            json.list("worked", |list| worked.iter().for_each(|of| day(list, "", of)));
            calendars(json, versions);
            article(json, *by, lang);
        }
        Step::Rested { cause, from, to, days, held, article: by } => {
            json.text("cause", cause.name());
            day(json, "from", from);
            day(json, "to", to);
            json.number("days", *days as usize);
            json.flag("held", *held);
            article(json, *by, lang);
        }
        Step::Anew { from, awaited, last, article: by } => {
            day(json, "from", from);
            json.flag("awaited", *awaited);
            day(json, "to", last);
            article(json, *by, lang);
        }
        Step::Resting { cause, since, article: by } => {
            json.text("cause", cause.name());
            day(json, "from", since);
            article(json, *by, lang);
        }
        Step::NoRest { cause, from } | Step::RestTooLate { cause, from } => {
            json.text("cause", cause.name());
            day(json, "from", from);
        }
        Step::Roll { from, to, versions, article: by } => {
            day(json, "from", from);
            day(json, "to", to);
            calendars(json, versions);
            article(json, *by, lang);
        }
        Step::NoRoll { day: of } => day(json, "day", of),
        Step::Provisional { version } => calendars(json, std::slice::from_ref(version)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::clock::calendar::Calendars;
    use desk_core::clock::due::{Cause, Pause};
    use desk_core::clock::regime::{RULES, Regime, Right, leading};
    use serde_json::{Value, json};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn written(clock: &Clock<'_>, lang: Lang) -> Value {
        let text = Json::object(|json| write(json, clock, &clock.due(), lang));
        serde_json::from_str(&text).unwrap()
    }

    fn zone() -> Zone {
        "MSK-3".parse().unwrap()
    }

    #[test]
    fn a_year_that_is_computed_is_said_to_be_unknown_here() {
        let (zone, calendars) = (zone(), Calendars::default());
        let clock = Clock {
            rule: leading(Regime::Ru152Fz, Right::Access).unwrap(),
            received: at("2026-12-24T10:00:00+03:00"),
            zone: &zone,
            calendars: &calendars,
            pauses: &[],
            extended: false,
        };
        let [en, ru] = Lang::ALL.map(|lang| written(&clock, lang));
        let text = |value: &Value| value["steps"][3]["text"].as_str().unwrap().to_owned();
        assert!(text(&en).contains("the days off of 2027 are not known here yet"), "{en}");
        assert!(text(&ru).contains("выходные 2027 года здесь не заданы"), "{ru}");
    }

    #[test]
    fn a_proof_is_not_said_to_have_come_when_nobody_wrote_that_down() {
        let (zone, calendars) = (zone(), Calendars::default());
        let clock = Clock {
            rule: leading(Regime::Ru152Fz, Right::Erasure).unwrap(),
            received: at("2026-03-02T10:00:00+03:00"),
            zone: &zone,
            calendars: &calendars,
            pauses: &[],
            extended: false,
        };
        let [en, ru] = Lang::ALL.map(|lang| written(&clock, lang));
        let text = |value: &Value| value["steps"][0]["text"].as_str().unwrap().to_owned();
        assert!(text(&en).starts_with("Received on Monday, 2"), "{en}");
        assert!(text(&en).ends_with("UTC+3; the proof is taken to have come then."), "{en}");
        assert!(text(&ru).starts_with("Поступило: понедельник, 2"), "{ru}");
        assert!(text(&ru).ends_with("сведения получены тогда же."), "{ru}");
    }

    #[test]
    fn a_program_reads_codes_and_days() {
        let (zone, calendars) = (zone(), Calendars::default());
        let clock = Clock {
            rule: leading(Regime::Ru152Fz, Right::Access).unwrap(),
            received: at("2025-12-22T10:00:00+03:00"),
            zone: &zone,
            calendars: &calendars,
            pauses: &[],
            extended: false,
        };
        let value = written(&clock, Lang::En);
        assert_eq!(value["due"], "2026-01-15T23:59:59+03:00");
        assert_eq!(value["last_day"], "2026-01-15");
        assert_eq!(value["term"], json!({"count": 10, "unit": "working-days"}));
        assert_eq!(value["extension"], json!({"count": 5, "unit": "working-days"}));
        assert_eq!((&value["provisional"], &value["extended"]), (&json!(false), &json!(false)));
        assert_eq!(value["resting_since"], Value::Null);
        let step = &value["steps"][2];
        assert_eq!(step["step"], "working-days");
        assert_eq!(step["skipped"], json!([{"from": "2025-12-31", "to": "2026-01-09"}]));
        assert_eq!(step["calendars"][1], "ru-2026, xmlcalendar 2025-10-01");
        assert_eq!(step["article"]["law"], "152-FZ");
        let now = at("2026-01-14T12:00:00+03:00");
        let due = clock.due();
        let left = Json::object(|json| write_left(json, &due, clock.left(&due, now), now));
        assert_eq!(
            serde_json::from_str::<Value>(&left).unwrap(),
            json!({"as_of": "2026-01-14T09:00:00Z", "overdue": false, "days_left": 1, "working_days_left": 1})
        );
    }

    #[test]
    fn a_rest_that_holds_the_term_says_so() {
        let (zone, calendars) = (Zone::utc(), Calendars::default());
        let (asked, came) = (at("2026-03-09T00:00:00Z"), at("2026-03-18T00:00:00Z"));
        let pauses = [Pause { cause: Cause::Clarification, from: asked, to: Some(came) }];
        let clock = Clock {
            rule: leading(Regime::UkGdpr, Right::Access).unwrap(),
            received: at("2026-02-07T00:00:00Z"),
            zone: &zone,
            calendars: &calendars,
            pauses: &pauses,
            extended: false,
        };
        let [en, ru] = Lang::ALL.map(|lang| written(&clock, lang));
        assert_eq!(en["last_day"], "2026-03-18");
        let step = &en["steps"][2];
        assert_eq!((&step["days"], &step["held"]), (&json!(9), &json!(true)));
        let text = step["text"].as_str().unwrap().replace('\u{a0}', " ");
        assert!(text.contains("given on 18 March 2026: it was asked for while"), "{text}");
        let text = ru["steps"][2]["text"].as_str().unwrap().replace('\u{a0}', " ");
        assert!(text.contains("получено 18 марта 2026 года, запрос пришёлся"), "{text}");
    }

    #[test]
    fn every_step_of_every_clock_is_a_sentence_in_every_language() {
        let (zone, calendars) = (zone(), Calendars::default());
        let pause = |cause, from, to: Option<&str>| Pause { cause, from: at(from), to: to.map(at) };
        let pauses = [
            pause(Cause::Identity, "2026-12-05T10:00:00Z", Some("2026-12-05T11:00:00Z")),
            pause(Cause::Clarification, "2026-12-06T10:00:00Z", Some("2026-12-07T11:00:00Z")),
            pause(Cause::Identity, "2027-12-05T10:00:00Z", None),
        ];
        let mut seen = Vec::new();
        for rule in &RULES {
            for received in ["2026-11-30T09:00:00Z", "2025-10-29T09:00:00Z"] {
                for (pauses, extended) in [(&pauses[..], true), (&pauses[..0], false)] {
                    let open = [pause(Cause::Identity, "2026-12-02T10:00:00Z", None)];
                    let pauses = if extended { pauses } else { &open };
                    let (received, zone, calendars) = (at(received), &zone, &calendars);
                    let clock = Clock { rule, received, zone, calendars, pauses, extended };
                    let [en, ru] = Lang::ALL.map(|lang| written(&clock, lang));
                    let pairs =
                        en["steps"].as_array().unwrap().iter().zip(ru["steps"].as_array().unwrap());
                    for (en, ru) in pairs {
                        let (name, ours, theirs) =
                            (&en["step"], en["text"].as_str(), ru["text"].as_str());
                        let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
                        for text in [ours, theirs] {
                            assert!(
                                text.ends_with('.') && !text.contains("  ") && !text.contains(".."),
                                "{text}"
                            );
                        }
                        let cyrillic = |text: &str| text.chars().any(|c| ('а'..='я').contains(&c));
                        assert!(!cyrillic(ours) && cyrillic(theirs), "{ours} {theirs}");
                        seen.push(name.as_str().unwrap().to_owned());
                    }
                }
            }
        }
        for name in [
            "received",
            "at-once",
            "extended",
            "no-extension",
            "next-day",
            "hours",
            "calendar-days",
            "months",
            "working-days",
            "rested",
            "resting",
            "no-rest",
            "rest-too-late",
            "roll",
            "no-roll",
            "provisional",
            "last-day",
        ] {
            assert!(seen.iter().any(|step| step == name), "{name}");
        }
    }
}
