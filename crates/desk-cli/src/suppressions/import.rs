//! `desk suppressions import`: another system's opt-outs from a CSV file.

use std::{path::PathBuf, thread, time::Duration};

use anyhow::{Context, bail};
use clap::Args;
use desk_core::time::{Date, Timestamp};
use serde_json::{Map, Value, json};

use super::{DeskAccess, Session, progress::ProgressBar, summary::ImportSummary};
use crate::{
    client::Answer,
    sheet::{Row, Sheet},
    terminal::printable,
};

/// What to import, and where.
#[derive(Args)]
#[command(
    after_help = "Further columns may be `list` or `scope`, a list's id or `all`, and `at`, \
    `date` or `unsubscribed_at`, such as 2026-01-31 or 2026-01-31T10:00:00Z; others are left \
    alone. What is imported already does no harm, so an import that was interrupted is simply run \
    again.\n\nExit status: 0 if all were taken, 1 if some were refused, 2 if it could not be done."
)]
pub(crate) struct ImportArgs {
    /// CSV in UTF-8 whose first line names the columns, one of them email or address; - is standard input.
    file: PathBuf,
    #[command(flatten)]
    desk: DeskAccess,
    /// The list that people opted out of where their line names none [default: every list].
    #[arg(long, value_name = "ID")]
    list: Option<String>,
    /// Write the refused lines and their reasons to this CSV file, to be mended and imported.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// How many opt-outs go in a request.
const BATCH: usize = 500;

/// How often a batch is sent before the import is given up, and how long it waits in between at the most.
const TRIES: u32 = 5;
const LONGEST_WAIT: u64 = 60;

/// A row as the desk takes it.
struct OptOut<'a> {
    row: &'a Row,
    json: Value,
}

impl ImportArgs {
    pub(super) fn run(self) -> anyhow::Result<bool> {
        self.check_report()?;
        let session = self.desk.session()?;
        let sheet = Sheet::read(&self.file)?;
        let (summary, opt_outs) = prepare(&sheet, self.list.as_deref())?;
        let progress = ProgressBar::new(opt_outs.len());
        let mut import = Import { session: &session, progress, sent: 0, summary };
        let outcome = import.send_all(&opt_outs);
        import.progress.end();
        let sent = import.sent;
        let fault = match outcome {
            // Nothing was done, so there is nothing else to tell.
            Err(fault) if sent == 0 => return Err(fault),
            outcome => outcome.err(),
        };
        let all_taken = self.finish(&sheet, import.summary)?;
        match fault {
            None => Ok(all_taken),
            Some(fault) => bail!(
                "{fault:#}; {sent} of {} rows were sent before that, and the same command may be \
                 run again",
                opt_outs.len()
            ),
        }
    }

    /// Refuses a report that is the file itself.
    fn check_report(&self) -> anyhow::Result<()> {
        if let (Some(report), Ok(read)) = (&self.report, self.file.canonicalize())
            && report.canonicalize().is_ok_and(|written| written == read)
        {
            bail!("the report would overwrite the file that is imported");
        }
        Ok(())
    }

    /// Tells what has become of the rows, and says whether all were taken.
    fn finish(&self, sheet: &Sheet, mut summary: ImportSummary<'_>) -> anyhow::Result<bool> {
        summary.refused.sort_by_key(|(row, _)| row.line);
        summary.print();
        if let Some(report) = &self.report {
            summary.write_refused(sheet, report)?;
        }
        Ok(summary.refused.is_empty())
    }
}

/// Reads every row, so that a file that is no such thing is refused before anything is sent.
fn prepare<'a>(
    sheet: &'a Sheet,
    list: Option<&str>,
) -> anyhow::Result<(ImportSummary<'a>, Vec<OptOut<'a>>)> {
    let scope = sheet.column(&["list", "scope"])?;
    let at = sheet.column(&["at", "date", "unsubscribedat"])?;
    let mut summary = ImportSummary::default();
    let mut opt_outs = Vec::new();
    let read = |row: &Row| -> anyhow::Result<Value> {
        let address = sheet.address(row)?;
        let mut json = Map::new();
        json.insert("email".to_owned(), address.as_str().into());
        let own = row.optional_text(scope)?;
        if let Some(scope) = Some(own).filter(|own| !own.is_empty()).or(list) {
            json.insert("scope".to_owned(), scope.into());
        }
        match row.optional_text(at)? {
            "" => {}
            text => {
                let at =
                    parse_instant(text).context("not a date such as 2026-01-31, nor an instant")?;
                json.insert("at".to_owned(), at.to_string().into());
            }
        }
        Ok(Value::Object(json))
    };
    for row in &sheet.rows {
        match read(row) {
            Ok(json) => opt_outs.push(OptOut { row, json }),
            Err(reason) => summary.refused.push((row, format!("{reason:#}"))),
        }
    }
    Ok((summary, opt_outs))
}

/// Reads a date, whose beginning in UTC is meant, or an instant; one without an offset is taken to be in UTC.
fn parse_instant(text: &str) -> Option<Timestamp> {
    if text.parse::<Date>().is_ok() {
        return format!("{text}T00:00:00Z").parse().ok();
    }
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

/// An import under way.
struct Import<'a> {
    session: &'a Session,
    progress: ProgressBar,
    /// How many rows the desk has answered for.
    sent: usize,
    summary: ImportSummary<'a>,
}

impl<'a> Import<'a> {
    fn send_all(&mut self, opt_outs: &[OptOut<'a>]) -> anyhow::Result<()> {
        for batch in opt_outs.chunks(BATCH) {
            self.progress.show(self.sent, "");
            self.send(batch)?;
            self.sent += batch.len();
        }
        Ok(())
    }

    fn send(&mut self, batch: &[OptOut<'a>]) -> anyhow::Result<()> {
        let items: Vec<&Value> = batch.iter().map(|opt_out| &opt_out.json).collect();
        let answer = self.post(&json!({ "opt_outs": items }))?;
        let answer = self.session.result(&answer)?;
        let number = |name: &str| answer.get(name).and_then(Value::as_u64);
        let (Some(imported), Some(known)) = (number("imported"), number("known")) else {
            return Err(self.session.not_a_desk());
        };
        self.summary.imported += imported;
        self.summary.known += known;
        for refused in answer.get("refused").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| refused.get(name).and_then(Value::as_str).unwrap_or_default();
            let at = text("pointer").rsplit('/').next().and_then(|at| at.parse::<usize>().ok());
            let Some(opt_out) = at.and_then(|at| batch.get(at)) else {
                return Err(self.session.not_a_desk());
            };
            let scope = opt_out.json.get("scope").and_then(Value::as_str).unwrap_or_default();
            self.summary.refused.push((opt_out.row, describe_refusal(text("code"), scope)));
        }
        Ok(())
    }

    /// Posts a batch; where the desk is busy, it is asked again.
    fn post(&mut self, body: &Value) -> anyhow::Result<Answer> {
        let Session { client, url, token } = self.session;
        let mut tries = 1;
        loop {
            let answer = client.post("/suppressions/import", token, body)?;
            if !matches!(answer.status, 429 | 503) {
                return Ok(answer);
            }
            if tries == TRIES {
                bail!("{url} was busy {TRIES} times: {}", answer.refusal());
            }
            let wait = answer.retry_after.unwrap_or(1 << tries).min(LONGEST_WAIT);
            let note = format!("the desk is busy, trying again in {wait} s");
            self.progress.show(self.sent, &note);
            thread::sleep(Duration::from_secs(wait));
            tries += 1;
        }
    }
}

/// Why the desk refused a row, for people.
fn describe_refusal(code: &str, scope: &str) -> String {
    match code {
        "not-an-address" => "not an address such as name@company.example".to_owned(),
        "not-an-instant" => "not a date such as 2026-01-31, nor an instant".to_owned(),
        "unknown-list" => format!("the desk has no list {}", printable(scope, 63)),
        other => format!("the desk says {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_instants_are_read() {
        for (text, at) in [
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T10:00:00+03:00", "2026-01-31T07:00:00Z"),
            ("2026-01-31 10:00:00", "2026-01-31T10:00:00Z"),
            ("2026-01-31T10:00:00.5", "2026-01-31T10:00:00Z"),
        ] {
            assert_eq!(parse_instant(text).unwrap().to_string(), at, "{text}");
        }
        for text in ["31.01.2026", "2026-02-30", "yesterday", "2026-01-31T", "1"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }
}
