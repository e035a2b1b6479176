//! The answer about one request, for people and for programs.

use desk_core::json::Json;
use desk_core::{
    clock::due::{Clock, Due},
    time::Timestamp,
};
use desk_documents::texts::clock::ClockTexts;

use super::{Basis, query::ClockQuery};
use crate::terminal::{say, styled};

/// How wide an explanation is.
const WIDTH: usize = 90;

const BOLD: &str = "1";

pub(super) fn show_json(query: &ClockQuery, basis: &Basis) {
    say(Json::object(|json| {
        json.list("clocks", |list| {
            for clock in query.clocks(&basis.calendars) {
                list.nest("", |json| basis.write_json(json, &clock));
            }
        });
    }));
}

pub(super) fn show(query: &ClockQuery, basis: &Basis) {
    let texts = basis.texts();
    let (regime, right) = ((texts.regime)(query.regime), (texts.right)(query.right));
    say(styled(BOLD, format_args!("{regime}: {right}")));
    for clock in query.clocks(&basis.calendars) {
        let due = clock.due();
        let rule = clock.rule;
        say("");
        say(styled(BOLD, headline(&clock, &due, texts)));
        for step in &due.steps {
            print_wrapped("  · ", &(texts.step)(step, rule, clock.zone));
        }
        if let Some(note) = rule.note {
            print_wrapped("    ", (texts.note)(note));
        }
        print_wrapped("    ", &format!("{}.", capitalized((texts.checked)(rule.checked))));
        if let Some(now) = basis.now {
            print_wrapped("    ", &time_left(&clock, &due, now, texts));
            if due.is_resting() {
                print_wrapped("    ", texts.resting);
            }
        }
    }
}

/// What is due, and when.
fn headline(clock: &Clock<'_>, due: &Due, texts: &ClockTexts) -> String {
    let act = capitalized((texts.act)(clock.rule.act));
    let last = if clock.rule.term.is_at_once() {
        (texts.term)(clock.rule.term)
    } else {
        format!("{}, {}", (texts.day)(due.last_day), clock.zone.time(due.at))
    };
    let mark = if due.provisional { format!(" ({})", texts.provisional) } else { String::new() };
    format!("{act}: {last}{mark}")
}

fn time_left(clock: &Clock<'_>, due: &Due, now: Timestamp, texts: &ClockTexts) -> String {
    let left = clock.left(due, now);
    if due.is_overdue(now) {
        return (texts.overdue)(due.at, clock.zone);
    }
    if due.is_resting() && left.days == 0 {
        return texts.none_left.to_owned();
    }
    let days = capitalized(&(texts.days_left)(left.days));
    match left.working_days {
        // On the last day itself there is nothing to add.
        None | Some(0) => format!("{days}."),
        Some(working_days) => format!("{days}, {}.", (texts.working_days_left)(working_days)),
    }
}

/// Begins with a capital, as a line of its own does.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Prints a paragraph behind a mark, its lines no wider than is read with ease.
fn print_wrapped(mark: &str, text: &str) {
    let indent = mark.chars().count();
    let mut line = mark.to_owned();
    let mut width = indent;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > indent && width + 1 + length > WIDTH {
            say(&line);
            line = " ".repeat(indent);
            width = indent;
        }
        if width > indent {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += length;
    }
    say(&line);
}
