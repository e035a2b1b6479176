//! `desk clock`: when something is due by law, and why, without a server.

use std::{
    fs,
    io::{self, BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use csv::ByteRecord;
use desk_core::{
    clock::{
        calendar::Calendars,
        due::{Cause, Clock as Running, Due, Pause, Step},
        regime::{RULES, Regime, Right, Rule, rules},
        zone::Zone,
    },
    lang::Lang,
    time::{Date, InvalidTime, Timestamp},
};
use desk_web::{
    clock_wire,
    clocks::{DEFAULT_ZONE, calendars, unknown_regime},
    json::Json,
    texts::{clock as texts, clock::ClockTexts},
};

use super::{
    Failure, complain, ended, failure,
    rows::{Key, Mark, Row, Sheet},
    say,
};

/// What was asked for, and what happened since.
#[derive(Args)]
#[command(after_help = "An instant is written as 2025-12-22T10:00:00+03:00, or as a day alone, \
    which is taken as its beginning in the time zone.\n\nWithout --received, a CSV is read from \
    standard input with the columns right and received, and regime, zone, extended and rests where \
    they differ from the options; it is written again with a row for every clock and the columns \
    act, last_day, due, provisional and why.\n\nExit status: 0 with every date, 1 if lines were \
    refused, 2 if nothing could be done.")]
pub(crate) struct Clock {
    /// Whose law: ru-152fz, eu-gdpr, uk-gdpr, us-ca or br-lgpd.
    #[arg(long, value_name = "NAME", default_value = "ru-152fz", value_parser = regime)]
    regime: Regime,
    /// What is asked for, or what the law demands unasked: see --list.
    #[arg(long, value_name = "NAME", value_parser = right)]
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

/// The columns that are added.
const COLUMNS: [&str; 5] = ["act", "last_day", "due", "provisional", "why"];

/// The columns that are added where it is asked how much time is left.
const AS_OF: [&str; 2] = ["overdue", "days_left"];

const RECEIVED: Key = Key { names: &["received"], said: "received", mark: Mark::Delimiters };

/// How wide an explanation is.
const WIDTH: usize = 90;

fn regime(name: &str) -> Result<Regime, String> {
    Regime::from_name(name).ok_or_else(unknown_regime)
}

fn right(name: &str) -> Result<Right, String> {
    Right::from_name(name)
        .ok_or_else(|| format!("there are {}", Right::ALL.map(Right::name).join(", ")))
}

/// What one line, or the options, say.
struct Asked {
    regime: Regime,
    right: Right,
    received: Timestamp,
    zone: Zone,
    extended: bool,
    pauses: Vec<Pause>,
}

impl Asked {
    fn clocks<'a>(&'a self, calendars: &'a Calendars) -> impl Iterator<Item = Running<'a>> {
        rules(self.regime, self.right).map(move |rule| Running {
            rule,
            received: self.received,
            zone: &self.zone,
            calendars,
            pauses: &self.pauses,
            extended: self.extended,
        })
    }

    /// Why nothing can be said, where the law does not know the right.
    fn check(self) -> Result<Self, String> {
        if rules(self.regime, self.right).next().is_some() {
            return Ok(self);
        }
        let of_regime = RULES.iter().filter(|rule| rule.regime == self.regime);
        let mut known: Vec<_> = of_regime.map(|rule| rule.right.name()).collect();
        known.dedup();
        let (regime, right) = (self.regime.name(), self.right.name());
        Err(format!("{regime} has no {right}: it has {}", known.join(", ")))
    }
}

impl Clock {
    pub(crate) fn run(self) -> ExitCode {
        ended(self.explain())
    }

    /// Explains what was asked, and says whether every line could be.
    fn explain(&self) -> Result<bool, Failure> {
        let texts = texts(self.lang);
        if self.list {
            self.show_list(texts);
            return Ok(true);
        }
        let calendars = self.calendars()?;
        let now = self.now.as_ref().map(|text| instant(text, &self.zone));
        let now = now.transpose().map_err(|reason| failure(format!("--now: {reason}")))?;
        match &self.received {
            Some(received) => {
                let asked = self.asked(received).map_err(failure)?;
                self.show(&asked, &calendars, now, texts);
                Ok(true)
            }
            None if io::stdin().is_terminal() => Err(failure(
                "give --right and --received, or a CSV on standard input; --list shows what there is",
            )),
            None => self.many(&calendars, now, texts),
        }
    }

    fn calendars(&self) -> Result<Calendars, Failure> {
        let Some(path) = &self.calendar else { return Ok(Calendars::default()) };
        let name = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| failure(format!("{name} cannot be read: {error}")))?;
        // As CSVs are read: editors put the mark there unasked.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        calendars(text).map_err(|reason| failure(format!("{name}: {reason}")))
    }

    fn asked(&self, received: &str) -> Result<Asked, String> {
        let right = self.right.ok_or("give --right; --list shows what there is")?;
        let received = instant(received, &self.zone).map_err(|why| format!("--received: {why}"))?;
        let pauses = self.rests(&self.zone)?;
        let (regime, zone, extended) = (self.regime, self.zone.clone(), self.extended);
        Asked { regime, right, received, zone, extended, pauses }.check()
    }

    /// The rests that the options give.
    fn rests(&self, zone: &Zone) -> Result<Vec<Pause>, String> {
        let rests = self.rest.iter().map(|text| rest(text, zone));
        rests.collect::<Result<_, _>>().map_err(|reason| format!("--rest: {reason}"))
    }

    /// Shows one.
    fn show(
        &self,
        asked: &Asked,
        calendars: &Calendars,
        now: Option<Timestamp>,
        texts: &ClockTexts,
    ) {
        if self.json {
            say(Json::object(|json| {
                json.list("clocks", |list| {
                    for clock in asked.clocks(calendars) {
                        list.nest("", |json| self.write(json, &clock, &clock.due(), now));
                    }
                });
            }));
            return;
        }
        let colour = io::stdout().is_terminal();
        let (bold, plain) = if colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let regime = (texts.regime)(asked.regime);
        say(format_args!("{bold}{regime}: {}{plain}", (texts.right)(asked.right)));
        for clock in asked.clocks(calendars) {
            let due = clock.due();
            let rule = clock.rule;
            let mark =
                if due.provisional { format!(" ({})", texts.provisional) } else { String::new() };
            let last = if rule.term.is_at_once() {
                (texts.term)(rule.term)
            } else {
                format!("{}, {}", (texts.day)(due.last_day), asked.zone.time(due.at))
            };
            say("");
            say(format_args!("{bold}{}: {last}{mark}{plain}", capital((texts.act)(rule.act))));
            for step in &due.steps {
                wrap("  · ", &(texts.step)(step, rule, &asked.zone));
            }
            if let Some(note) = rule.note {
                wrap("    ", (texts.note)(note));
            }
            wrap("    ", &format!("{}.", capital((texts.checked)(rule.checked))));
            if let Some(now) = now {
                let left = clock.left(&due, now);
                let text = if due.is_overdue(now) {
                    (texts.overdue)(due.at, &asked.zone)
                } else if due.is_resting() && left.days == 0 {
                    texts.none_left.to_owned()
                } else {
                    let mut text = capital(&(texts.days_left)(left.days));
                    // On the last day itself there is nothing to add.
                    if let Some(days) = left.working_days.filter(|days| *days > 0) {
                        text = format!("{text}, {}", (texts.working_days_left)(days));
                    }
                    format!("{text}.")
                };
                wrap("    ", &text);
                if due.is_resting() {
                    wrap("    ", texts.resting);
                }
            }
        }
    }

    fn write(&self, json: &mut Json, clock: &Running<'_>, due: &Due, now: Option<Timestamp>) {
        clock_wire::write(json, clock, due, self.lang);
        if let Some(now) = now {
            clock_wire::write_left(json, due, clock.left(due, now), now);
        }
    }

    /// Reads a CSV and writes it with the dates; says whether every line has some.
    fn many(
        &self,
        calendars: &Calendars,
        now: Option<Timestamp>,
        texts: &ClockTexts,
    ) -> Result<bool, Failure> {
        let sheet = Sheet::read_by(Path::new("-"), &RECEIVED)?;
        let columns = Columns::of(&sheet)?;
        let mut added = COLUMNS.to_vec();
        if now.is_some() {
            added.extend(AS_OF);
        }
        if !self.json
            && let Some(taken) = added.iter().find(|name| {
                let same = |cell: &[u8]| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
                sheet.header.iter().any(same)
            })
        {
            return Err(failure(format!(
                "standard input has a column {taken} already: rename it, for dates come with one of that name"
            )));
        }
        let refused = self
            .write_many(&sheet, &columns, calendars, now, texts, &added)
            .map_err(|error| failure(format!("the dates cannot be written: {error}")))?;
        if refused > 0 {
            complain(format_args!("{refused} of {} rows have no date", sheet.rows.len()));
        }
        Ok(refused == 0)
    }

    fn write_many(
        &self,
        sheet: &Sheet,
        columns: &Columns,
        calendars: &Calendars,
        now: Option<Timestamp>,
        texts: &ClockTexts,
        added: &[&str],
    ) -> io::Result<usize> {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut refused = 0;
        let taken = sheet.rows.iter().filter_map(|row| match self.line(sheet, columns, row) {
            Ok(asked) => Some((row, asked)),
            Err(reason) => {
                refused += 1;
                complain(format_args!("line {}: {reason}", row.line));
                None
            }
        });
        if self.json {
            for (row, asked) in taken {
                for clock in asked.clocks(calendars) {
                    let line = Json::object(|json| {
                        json.number("line", row.line);
                        self.write(json, &clock, &clock.due(), now);
                    });
                    writeln!(out, "{line}")?;
                }
            }
        } else {
            let mut csv =
                csv::WriterBuilder::new().delimiter(sheet.delimiter).from_writer(&mut out);
            let header = sheet.header.iter().chain(added.iter().map(|name| name.as_bytes()));
            csv.write_byte_record(&header.collect())?;
            for (row, asked) in taken {
                for clock in asked.clocks(calendars) {
                    let cells = cells(&clock, now, texts);
                    let cells = row.cells.iter().chain(cells.iter().map(String::as_bytes));
                    csv.write_byte_record(&cells.collect::<ByteRecord>())?;
                }
            }
            csv.flush()?;
        }
        out.flush()?;
        Ok(refused)
    }

    /// What a line asks; what it leaves out, the options say.
    fn line(&self, sheet: &Sheet, columns: &Columns, row: &Row) -> Result<Asked, String> {
        let received = sheet.key(row)?;
        let text = |column: Option<usize>| column.map_or(Ok(""), |at| row.text(at));
        let zone = match text(columns.zone)? {
            "" => self.zone.clone(),
            rule => rule.parse().map_err(|error| format!("zone: {error}"))?,
        };
        let regime = match text(columns.regime)? {
            "" => self.regime,
            name => regime(name).map_err(|reason| format!("regime: {reason}"))?,
        };
        let right = match (text(columns.right)?, self.right) {
            ("", Some(right)) => right,
            ("", None) => return Err("there is no right".to_owned()),
            (name, _) => right(name).map_err(|reason| format!("right: {reason}"))?,
        };
        let extended = match text(columns.extended)?.to_lowercase().as_str() {
            "" => self.extended,
            "true" | "yes" | "1" | "да" => true,
            "false" | "no" | "0" | "нет" => false,
            _ => return Err("extended is neither yes nor no".to_owned()),
        };
        let pauses = match text(columns.rests)? {
            "" => self.rests(&zone)?,
            texts => {
                let rests = texts.split_whitespace().map(|text| rest(text, &zone));
                rests.collect::<Result<_, _>>().map_err(|reason| format!("rests: {reason}"))?
            }
        };
        let received = instant(received, &zone).map_err(|reason| format!("received: {reason}"))?;
        Asked { regime, right, received, zone, extended, pauses }.check()
    }

    /// Shows what there is.
    fn show_list(&self, texts: &ClockTexts) {
        if self.json {
            say(Json::object(|json| {
                json.list("rules", |list| {
                    for rule in &RULES {
                        list.nest("", |json| clock_wire::write_rule(json, rule, self.lang));
                    }
                });
            }));
            return;
        }
        let rows: Vec<_> = RULES.iter().map(|rule| cells_of(rule, texts)).collect();
        let widths = [0, 1, 2, 3].map(|at| {
            let width = |row: &[String; 5]| row.get(at).map_or(0, |cell| cell.chars().count());
            rows.iter().map(width).max().unwrap_or(0)
        });
        let colour = io::stdout().is_terminal();
        let mut regime = None;
        for (rule, row) in RULES.iter().zip(&rows) {
            if regime != Some(rule.regime) {
                if regime.is_some() {
                    say("");
                }
                let (name, title) = (rule.regime.name(), (texts.regime)(rule.regime));
                if colour {
                    say(format_args!("\u{1b}[1m{name}\u{1b}[0m  {title}"));
                } else {
                    say(format_args!("{name}  {title}"));
                }
                regime = Some(rule.regime);
            }
            let [right, act, term, article, checked] = row;
            let [a, b, c, d] = widths;
            say(format_args!("  {right:a$}  {act:b$}  {term:c$}  {article:d$}  {checked}"));
        }
    }
}

/// A rule as a line of the list.
fn cells_of(rule: &Rule, texts: &ClockTexts) -> [String; 5] {
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

/// The cells of [`COLUMNS`], and those of [`AS_OF`] if it is asked how much time is left.
fn cells(clock: &Running<'_>, now: Option<Timestamp>, texts: &ClockTexts) -> Vec<String> {
    let due = clock.due();
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    // Of the steps, those that decide; the others are the same for every line.
    let decides = |step: &&Step| {
        !matches!(step, Step::Received { .. } | Step::NextDay { .. } | Step::LastDay { .. })
    };
    let steps = due.steps.iter().filter(decides);
    let why: Vec<_> = steps.map(|step| (texts.step)(step, clock.rule, clock.zone)).collect();
    let mut cells = vec![
        clock.rule.act.name().to_owned(),
        due.last_day.to_string(),
        clock.zone.rfc3339(due.at),
        yes_or_no(due.provisional),
        why.join(" ").replace('\u{a0}', " "),
    ];
    if let Some(now) = now {
        cells.push(yes_or_no(due.is_overdue(now)));
        cells.push(clock.left(&due, now).days.to_string());
    }
    cells
}

/// Where the columns are that may be there.
struct Columns {
    regime: Option<usize>,
    right: Option<usize>,
    zone: Option<usize>,
    extended: Option<usize>,
    rests: Option<usize>,
}

impl Columns {
    fn of(sheet: &Sheet) -> Result<Self, Failure> {
        Ok(Self {
            regime: sheet.column(&["regime"])?,
            right: sheet.column(&["right"])?,
            zone: sheet.column(&["zone", "timezone", "time_zone"])?,
            extended: sheet.column(&["extended"])?,
            rests: sheet.column(&["rests", "rest"])?,
        })
    }
}

/// Reads an instant, or a day as its beginning.
fn instant(text: &str, zone: &Zone) -> Result<Timestamp, String> {
    let at = match text.parse::<Date>() {
        Ok(day) => Ok(zone.start_of(day)),
        Err(InvalidTime::Range) => Err(InvalidTime::Range),
        Err(InvalidTime::Shape) => text.parse(),
    };
    at.map_err(|error| match error {
        InvalidTime::Range => error.to_string(),
        InvalidTime::Shape => {
            format!("{error}: write it as 2025-12-22T10:00:00+03:00, or a day as 2025-12-22")
        }
    })
}

/// Reads `FROM..TO`, `FROM..`, with the name of a cause before it or not.
fn rest(text: &str, zone: &Zone) -> Result<Pause, String> {
    let named = text.split_once(':').and_then(|(name, rest)| Some((Cause::from_name(name)?, rest)));
    let (cause, text) = named.unwrap_or((Cause::Identity, text));
    let (from, to) = text
        .split_once("..")
        .ok_or("write it as FROM..TO, or FROM.. while the person is still waited for")?;
    let from = instant(from, zone)?;
    let to = if to.is_empty() { None } else { Some(instant(to, zone)?) };
    if to.is_some_and(|to| to < from) {
        return Err("it ends before it begins".to_owned());
    }
    Ok(Pause { cause, from, to })
}

/// Begins with a capital, as a line of its own does.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Prints a paragraph behind a mark, its lines no wider than is read with ease.
fn wrap(mark: &str, text: &str) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        clock: Clock,
    }

    #[test]
    fn a_line_without_rests_has_those_of_the_options_in_its_own_zone() {
        let pauses = |option: &str, line: &str| {
            let typed = Typed::parse_from(["desk", "--zone", "UTC0", "--rest", option]);
            let text = format!("right,received,zone,rests\naccess,2026-03-02,{line}\n");
            let sheet = Sheet::parse(text.into_bytes(), &RECEIVED).unwrap();
            let columns = Columns::of(&sheet).ok().unwrap();
            typed.clock.line(&sheet, &columns, &sheet.rows[0]).map(|asked| asked.pauses)
        };
        let option = "2026-03-05..2026-03-12";
        let from = |line| pauses(option, line).unwrap()[0].from.to_string();
        assert_eq!(from(","), "2026-03-05T00:00:00Z");
        assert_eq!(from("MSK-3,"), "2026-03-04T21:00:00Z");
        assert_eq!(from("MSK-3,2026-03-06.."), "2026-03-05T21:00:00Z");
        assert!(pauses("2026-03-05", ",").err().unwrap().starts_with("--rest: write it as"));
        assert!(pauses(option, ",2026-03-05").err().unwrap().starts_with("rests: write it as"));
    }

    #[test]
    fn rests_are_read_with_their_cause() {
        let zone: Zone = "MSK-3".parse().unwrap();
        let pause = rest("clarification:2026-03-05T10:00:00Z..2026-03-12", &zone).unwrap();
        assert_eq!(pause.cause, Cause::Clarification);
        assert_eq!(zone.rfc3339(pause.from), "2026-03-05T13:00:00+03:00");
        assert_eq!(zone.rfc3339(pause.to.unwrap()), "2026-03-12T00:00:00+03:00");
        let open = rest("2026-03-05..", &zone).unwrap();
        assert_eq!((open.cause, open.to), (Cause::Identity, None));
        for text in ["", "..", "2026-03-05", "2026-03-05..2026-03-04", "fee:2026-03-05.."] {
            assert!(rest(text, &zone).is_err(), "{text}");
        }
    }
}
