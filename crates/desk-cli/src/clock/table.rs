//! The answers about many requests: a CSV that is read and written again with the dates.

use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

use anyhow::{Context, bail};
use csv::ByteRecord;
use desk_core::clock::due::{Clock, Step};
use desk_core::json::Json;

use super::{
    Basis, ClockArgs,
    query::{ClockQuery, parse_instant, parse_pause, parse_regime, parse_right},
};
use crate::{
    sheet::{KeyColumn, Row, RowMark, Sheet},
    terminal::complain,
};

/// The columns that are added.
const COLUMNS: [&str; 5] = ["act", "last_day", "due", "provisional", "why"];

/// The columns that are added where it is asked how much time is left.
const AS_OF: [&str; 2] = ["overdue", "days_left"];

const RECEIVED: KeyColumn =
    KeyColumn { names: &["received"], label: "received", row_mark: RowMark::Delimiters };

/// Reads a CSV and writes it with the dates; says whether every line has some.
pub(super) fn fill(args: &ClockArgs, basis: &Basis) -> anyhow::Result<bool> {
    let sheet = Sheet::read_by(Path::new("-"), &RECEIVED)?;
    let columns = Columns::of(&sheet)?;
    let mut added = COLUMNS.to_vec();
    if basis.now.is_some() {
        added.extend(AS_OF);
    }
    if !args.json
        && let Some(taken) = added.iter().find(|name| sheet.has_column(name))
    {
        bail!(
            "standard input has a column {taken} already: rename it, for dates come with one of \
             that name"
        );
    }
    let mut refused = 0;
    let queries = sheet.rows.iter().filter_map(|row| match columns.query(args, &sheet, row) {
        Ok(query) => Some((row, query)),
        Err(reason) => {
            refused += 1;
            complain(format_args!("line {}: {reason:#}", row.line));
            None
        }
    });
    let written = if args.json {
        write_json(queries, basis)
    } else {
        write_csv(queries, basis, &sheet, &added)
    };
    written.context("the dates cannot be written")?;
    if refused > 0 {
        complain(format_args!("{refused} of {} rows have no date", sheet.rows.len()));
    }
    Ok(refused == 0)
}

fn write_json<'a>(
    queries: impl Iterator<Item = (&'a Row, ClockQuery)>,
    basis: &Basis,
) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for (row, query) in queries {
        for clock in query.clocks(&basis.calendars) {
            let line = Json::object(|json| {
                json.number("line", row.line);
                basis.write_json(json, &clock);
            });
            writeln!(out, "{line}")?;
        }
    }
    out.flush()
}

fn write_csv<'a>(
    queries: impl Iterator<Item = (&'a Row, ClockQuery)>,
    basis: &Basis,
    sheet: &Sheet,
    added: &[&str],
) -> io::Result<()> {
    let out = BufWriter::new(io::stdout().lock());
    let mut csv = csv::WriterBuilder::new().delimiter(sheet.delimiter).from_writer(out);
    let header = sheet.header.iter().chain(added.iter().map(|name| name.as_bytes()));
    csv.write_byte_record(&header.collect())?;
    for (row, query) in queries {
        for clock in query.clocks(&basis.calendars) {
            let dates = date_cells(&clock, basis);
            let cells = row.cells.iter().chain(dates.iter().map(String::as_bytes));
            csv.write_byte_record(&cells.collect::<ByteRecord>())?;
        }
    }
    csv.flush()
}

/// The cells of [`COLUMNS`], and those of [`AS_OF`] if it is asked how much time is left.
fn date_cells(clock: &Clock<'_>, basis: &Basis) -> Vec<String> {
    let due = clock.due();
    let yes_or_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    // Of the steps, those that decide; the others are the same for every line.
    let decides = |step: &&Step| {
        !matches!(step, Step::Received { .. } | Step::NextDay { .. } | Step::LastDay { .. })
    };
    let steps = due.steps.iter().filter(decides);
    let why: Vec<_> =
        steps.map(|step| (basis.texts().step)(step, clock.rule, clock.zone)).collect();
    let mut cells = vec![
        clock.rule.act.name().to_owned(),
        due.last_day.to_string(),
        clock.zone.rfc3339(due.at),
        yes_or_no(due.provisional),
        why.join(" ").replace('\u{a0}', " "),
    ];
    if let Some(now) = basis.now {
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
    fn of(sheet: &Sheet) -> anyhow::Result<Self> {
        Ok(Self {
            regime: sheet.column(&["regime"])?,
            right: sheet.column(&["right"])?,
            zone: sheet.column(&["zone", "timezone", "time_zone"])?,
            extended: sheet.column(&["extended"])?,
            rests: sheet.column(&["rests", "rest"])?,
        })
    }

    /// What a line asks; what it leaves out, the options say.
    fn query(&self, args: &ClockArgs, sheet: &Sheet, row: &Row) -> anyhow::Result<ClockQuery> {
        let received = sheet.key(row)?;
        let zone = match row.optional_text(self.zone)? {
            "" => args.zone.clone(),
            rule => rule.parse().context("zone")?,
        };
        let regime = match row.optional_text(self.regime)? {
            "" => args.regime,
            name => parse_regime(name).context("regime")?,
        };
        let right = match row.optional_text(self.right)? {
            "" => args.right.context("there is no right")?,
            name => parse_right(name).context("right")?,
        };
        let extended = match row.optional_text(self.extended)?.to_lowercase().as_str() {
            "" => args.extended,
            "true" | "yes" | "1" | "да" => true,
            "false" | "no" | "0" | "нет" => false,
            _ => bail!("extended is neither yes nor no"),
        };
        let pauses = match row.optional_text(self.rests)? {
            "" => args.pauses(&zone)?,
            texts => {
                let pauses = texts.split_whitespace().map(|text| parse_pause(text, &zone));
                pauses.collect::<Result<_, _>>().context("rests")?
            }
        };
        let received = parse_instant(received, &zone).context("received")?;
        ClockQuery { regime, right, received, zone, extended, pauses }.check()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct TypedArgs {
        #[command(flatten)]
        clock: ClockArgs,
    }

    #[test]
    fn a_line_without_rests_has_those_of_the_options_in_its_own_zone() {
        let pauses = |option: &str, line: &str| {
            let typed = TypedArgs::parse_from(["desk", "--zone", "UTC0", "--rest", option]);
            let text = format!("right,received,zone,rests\naccess,2026-03-02,{line}\n");
            let sheet = Sheet::parse(text.into_bytes(), &RECEIVED).unwrap();
            let columns = Columns::of(&sheet).ok().unwrap();
            columns
                .query(&typed.clock, &sheet, &sheet.rows[0])
                .map(|query| query.pauses)
                .map_err(|reason| format!("{reason:#}"))
        };
        let option = "2026-03-05..2026-03-12";
        let from = |line| pauses(option, line).unwrap()[0].from.to_string();
        assert_eq!(from(","), "2026-03-05T00:00:00Z");
        assert_eq!(from("MSK-3,"), "2026-03-04T21:00:00Z");
        assert_eq!(from("MSK-3,2026-03-06.."), "2026-03-05T21:00:00Z");
        assert!(pauses("2026-03-05", ",").err().unwrap().starts_with("--rest: write it as"));
        assert!(pauses(option, ",2026-03-05").err().unwrap().starts_with("rests: write it as"));
    }
}
