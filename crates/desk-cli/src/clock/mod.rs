//! `desk clock`: when something is due by law, and why, without a server.

mod answer;
mod list;
mod query;
mod table;

use std::{
    fs,
    io::{self, IsTerminal},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use desk_app::clocks::{DEFAULT_ZONE, calendars};
use desk_core::{
    clock::{
        calendar::Calendars,
        due::{Clock, Pause},
        regime::{Regime, Right},
        zone::Zone,
    },
    json::Json,
    lang::Lang,
    time::Timestamp,
};
use desk_documents::{
    due as due_json,
    texts::{clock as clock_texts, clock::ClockTexts},
};

use self::query::{ClockQuery, parse_instant, parse_pause, parse_regime, parse_right};
use crate::terminal::exit_code;

/// What was asked for, and what happened since.
#[derive(Args)]
#[command(after_help = "An instant is written as 2025-12-22T10:00:00+03:00, or as a day alone, \
    which is taken as its beginning in the time zone.\n\nWithout --received, a CSV is read from \
    standard input with the columns right and received, and regime, zone, extended and rests where \
    they differ from the options; it is written again with a row for every clock and the columns \
    act, last_day, due, provisional and why.\n\nExit status: 0 with every date, 1 if lines were \
    refused, 2 if nothing could be done.")]
pub(crate) struct ClockArgs {
    /// Whose law: ru-152fz, eu-gdpr, uk-gdpr, us-ca or br-lgpd.
    #[arg(long, value_name = "NAME", default_value = "ru-152fz", value_parser = parse_regime)]
    regime: Regime,
    /// What is asked for, or what the law demands unasked: see --list.
    #[arg(long, value_name = "NAME", value_parser = parse_right)]
    right: Option<Right>,
    /// When the request came, or what else the term is counted from.
    #[arg(long, value_name = "INSTANT")]
    received: Option<String>,
    /// Where days begin and end, as a POSIX rule, such as CET-1CEST,M3.5.0,M10.5.0/3.
    #[arg(long, value_name = "RULE", default_value = DEFAULT_ZONE)]
    zone: Zone,
    /// The term was extended.
    #[arg(long)]
    extended: bool,
    /// When the person was waited for, as FROM..TO, or FROM.. while they still are; for proof of identity, or with
    /// `clarification:` before it. May be given often.
    #[arg(long, value_name = "FROM..TO")]
    rest: Vec<String>,
    /// Say how much time is left as of then.
    #[arg(long, value_name = "INSTANT")]
    now: Option<String>,
    /// The language of the explanation: en or ru.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Lang,
    /// Years of working-day calendars, as in the variable `working_days`.
    #[arg(long, value_name = "FILE")]
    calendar: Option<PathBuf>,
    /// Print JSON, for many one object a line.
    #[arg(long)]
    json: bool,
    /// Show every regime and right, and where its numbers were seen.
    #[arg(long)]
    list: bool,
}

/// What all due dates are computed and explained with.
struct Basis {
    calendars: Calendars,
    /// As of when it is said how much time is left.
    now: Option<Timestamp>,
    lang: Lang,
}

impl ClockArgs {
    pub(crate) fn run(self) -> ExitCode {
        exit_code(self.explain())
    }

    /// Explains what was asked, and says whether every line could be.
    fn explain(&self) -> anyhow::Result<bool> {
        if self.list {
            self.show_list();
            return Ok(true);
        }
        let basis = self.basis()?;
        match &self.received {
            Some(received) => {
                let query = self.query(received)?;
                if self.json {
                    answer::show_json(&query, &basis);
                } else {
                    answer::show(&query, &basis);
                }
                Ok(true)
            }
            None if io::stdin().is_terminal() => bail!(
                "give --right and --received, or a CSV on standard input; --list shows what there is"
            ),
            None => table::fill(self, &basis),
        }
    }

    fn show_list(&self) {
        if self.json {
            list::show_json(self.lang);
        } else {
            list::show(clock_texts(self.lang));
        }
    }

    fn basis(&self) -> anyhow::Result<Basis> {
        let calendars = self.calendars()?;
        let now = self.now.as_ref().map(|text| parse_instant(text, &self.zone));
        Ok(Basis { calendars, now: now.transpose().context("--now")?, lang: self.lang })
    }

    fn calendars(&self) -> anyhow::Result<Calendars> {
        let Some(path) = &self.calendar else { return Ok(Calendars::default()) };
        let name = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
        // As CSVs are read: editors put the mark there unasked.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        calendars(text).map_err(|reason| anyhow!("{name}: {reason}"))
    }

    /// What the options ask.
    fn query(&self, received: &str) -> anyhow::Result<ClockQuery> {
        let right = self.right.context("give --right; --list shows what there is")?;
        let received = parse_instant(received, &self.zone).context("--received")?;
        let pauses = self.pauses(&self.zone)?;
        let (regime, zone, extended) = (self.regime, self.zone.clone(), self.extended);
        ClockQuery { regime, right, received, zone, extended, pauses }.check()
    }

    /// The pauses that the options give.
    fn pauses(&self, zone: &Zone) -> anyhow::Result<Vec<Pause>> {
        let pauses = self.rest.iter().map(|text| parse_pause(text, zone));
        pauses.collect::<Result<_, _>>().context("--rest")
    }
}

impl Basis {
    fn texts(&self) -> &'static ClockTexts {
        clock_texts(self.lang)
    }

    /// Writes what a clock says, and how much time is left if that is asked.
    fn write_json(&self, json: &mut Json, clock: &Clock<'_>) {
        let due = clock.due();
        due_json::write(json, clock, &due, self.lang);
        if let Some(now) = self.now {
            due_json::write_left(json, &due, clock.left(&due, now), now);
        }
    }
}
