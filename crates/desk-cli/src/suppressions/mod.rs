//! `desk suppressions`: the opt-outs of another system, and who must not be written to, at any base address.

use std::{
    fs,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::Duration,
};

use clap::{Args, Subcommand};
use csv::ByteRecord;
use desk_core::{
    email::EmailAddress,
    time::{Date, Timestamp},
};
use serde_json::{Map, Value, json};

use crate::{
    client::{Answer, Client},
    policy,
    rows::{Row, Sheet},
    terminal::{Failure, ended, failure, say},
};

/// Who must not be written to.
#[derive(Subcommand)]
pub(crate) enum Suppressions {
    /// Import another system's opt-outs from a CSV file.
    Import(Import),
    /// Ask whether people may be written to.
    Check(Check),
    /// Tell how many opt-outs the mailer does not know yet.
    Pending(Pending),
}

#[derive(Args)]
struct Desk {
    /// The base address of the desk.
    #[arg(long, value_name = "BASE", default_value = "http://127.0.0.1:3000")]
    url: String,
    /// The operator token [default: `$DESK_TOKEN`, `$DESK_OPERATOR_TOKEN`, or the one in .desk/secrets.env].
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// What to import, and where.
#[derive(Args)]
#[command(
    after_help = "Further columns may be `list` or `scope`, a list's id or `all`, and `at`, \
    `date` or `unsubscribed_at`, such as 2026-01-31 or 2026-01-31T10:00:00Z; others are left \
    alone. What is imported already does no harm, so an import that was interrupted is simply run \
    again.\n\nExit status: 0 if all were taken, 1 if some were refused, 2 if it could not be done."
)]
pub(crate) struct Import {
    /// CSV in UTF-8 whose first line names the columns, one of them email or address; - is standard input.
    file: PathBuf,
    #[command(flatten)]
    desk: Desk,
    /// The list that people opted out of where their line names none [default: every list].
    #[arg(long, value_name = "ID")]
    list: Option<String>,
    /// Write the refused lines and their reasons to this CSV file, to be mended and imported.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// Whom to ask about.
#[derive(Args)]
pub(crate) struct Check {
    /// The addresses.
    #[arg(required = true, value_name = "ADDRESS")]
    addresses: Vec<String>,
    #[command(flatten)]
    desk: Desk,
    /// Ask about mail to this list; without it, only about all mail.
    #[arg(long, value_name = "ID")]
    list: Option<String>,
}

/// Where to ask.
#[derive(Args)]
pub(crate) struct Pending {
    #[command(flatten)]
    desk: Desk,
}

impl Suppressions {
    pub(crate) fn run(self) -> ExitCode {
        ended(match self {
            Self::Import(import) => import.run(),
            Self::Check(check) => check.run(),
            Self::Pending(pending) => pending.run(),
        })
    }
}

/// A desk, with the token to show it.
struct Session {
    client: Client,
    url: String,
    token: String,
}

impl Desk {
    fn session(self) -> Result<Session, Failure> {
        let token = match self.token.or_else(|| std::env::var("DESK_TOKEN").ok()) {
            Some(token) => token,
            None => policy::find_token()?,
        };
        let token = token.trim().to_owned();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(failure("the token is empty, or has characters that no token has"));
        }
        let url = self.url.trim_end_matches('/').to_owned();
        Ok(Session { client: Client::new(&url)?, url, token })
    }
}

impl Session {
    /// The answer to a request that was understood, or why it was not.
    fn read(&self, answer: &Answer) -> Result<Value, Failure> {
        match answer.status {
            200 => match answer.json() {
                value @ Value::Object(_) => Ok(value),
                _ => Err(self.no_desk()),
            },
            401 => Err(failure(format!("{} does not take this token (status 401)", self.url))),
            404 => Err(self.no_desk()),
            _ if answer.json().get("errors").is_some_and(about_list) => {
                Err(failure(format!("{} has no such list", self.url)))
            }
            _ => Err(failure(format!("{} refuses: {}", self.url, answer.refusal()))),
        }
    }

    fn no_desk(&self) -> Failure {
        failure(format!("{} answers, but not as a desk with suppressions does", self.url))
    }
}

/// Whether what is wrong with a request is its list.
fn about_list(errors: &Value) -> bool {
    errors
        .as_array()
        .into_iter()
        .flatten()
        .any(|error| error.get("code") == Some(&json!("unknown-list")))
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

/// What has become of the rows.
#[derive(Default)]
struct Outcome<'a> {
    imported: u64,
    known: u64,
    refused: Vec<(&'a Row, String)>,
}

impl Import {
    fn run(self) -> Result<bool, Failure> {
        let report = self.report;
        if let (Some(report), Ok(read)) = (&report, self.file.canonicalize())
            && report.canonicalize().is_ok_and(|written| written == read)
        {
            return Err(failure("the report would overwrite the file that is imported"));
        }
        let session = self.desk.session()?;
        let sheet = Sheet::read(&self.file)?;
        let (mut outcome, opt_outs) = prepare(&sheet, self.list.as_deref())?;
        let mut progress = Progress::new(opt_outs.len());
        let mut sent = 0;
        let mut stopped = None;
        for batch in opt_outs.chunks(BATCH) {
            progress.show(sent, "");
            match import(&session, batch, &mut progress, sent, &mut outcome) {
                Ok(()) => sent += batch.len(),
                Err(failure) => {
                    stopped = Some(failure);
                    break;
                }
            }
        }
        progress.end();
        if let (0, Some(failure)) = (sent, stopped.take_if(|_| sent == 0)) {
            return Err(failure);
        }
        outcome.refused.sort_by_key(|(row, _)| row.line);
        outcome.print();
        if let Some(report) = &report {
            outcome.write(&sheet, report)?;
        }
        match stopped {
            None => Ok(outcome.refused.is_empty()),
            Some(why) => Err(failure(format!(
                "{why}; {sent} of {} rows were sent before that, and the same command may be run \
                 again",
                opt_outs.len()
            ))),
        }
    }
}

/// Reads every row, so that a file that is no such thing is refused before anything is sent.
fn prepare<'a>(
    sheet: &'a Sheet,
    list: Option<&str>,
) -> Result<(Outcome<'a>, Vec<OptOut<'a>>), Failure> {
    let scope = sheet.column(&["list", "scope"])?;
    let at = sheet.column(&["at", "date", "unsubscribedat"])?;
    let mut outcome = Outcome::default();
    let mut opt_outs = Vec::new();
    let read = |row: &Row| {
        let address = sheet.address(row)?;
        let mut json = Map::new();
        json.insert("email".to_owned(), address.as_str().into());
        let own = scope.map_or(Ok(""), |column| row.text(column))?;
        if let Some(scope) = Some(own).filter(|own| !own.is_empty()).or(list) {
            json.insert("scope".to_owned(), scope.into());
        }
        match at.map_or(Ok(""), |column| row.text(column))? {
            "" => {}
            text => {
                let at = instant(text).ok_or("not a date such as 2026-01-31, nor an instant")?;
                json.insert("at".to_owned(), at.to_string().into());
            }
        }
        Ok(Value::Object(json))
    };
    for row in &sheet.rows {
        match read(row) {
            Ok(json) => opt_outs.push(OptOut { row, json }),
            Err(reason) => outcome.refused.push((row, reason)),
        }
    }
    Ok((outcome, opt_outs))
}

/// Reads a date, whose beginning in UTC is meant, or an instant; one without an offset is taken to be in UTC.
fn instant(text: &str) -> Option<Timestamp> {
    if text.parse::<Date>().is_ok() {
        return format!("{text}T00:00:00Z").parse().ok();
    }
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

/// Imports a batch; where the desk is busy, it is asked again.
fn import<'a>(
    session: &Session,
    batch: &[OptOut<'a>],
    progress: &mut Progress,
    sent: usize,
    outcome: &mut Outcome<'a>,
) -> Result<(), Failure> {
    let items: Vec<&Value> = batch.iter().map(|opt_out| &opt_out.json).collect();
    let body = json!({ "opt_outs": items });
    let mut tries = 1;
    let answer = loop {
        let answer = session.client.post("/suppressions/import", &session.token, &body)?;
        if !matches!(answer.status, 429 | 503) {
            break answer;
        }
        if tries == TRIES {
            let url = &session.url;
            return Err(failure(format!("{url} was busy {TRIES} times: {}", answer.refusal())));
        }
        let wait = answer.retry_after.unwrap_or(1 << tries).min(LONGEST_WAIT);
        progress.show(sent, &format!("the desk is busy, trying again in {wait} s"));
        thread::sleep(Duration::from_secs(wait));
        tries += 1;
    };
    let answer = session.read(&answer)?;
    let number = |name: &str| answer.get(name).and_then(Value::as_u64);
    let (Some(imported), Some(known)) = (number("imported"), number("known")) else {
        return Err(session.no_desk());
    };
    outcome.imported += imported;
    outcome.known += known;
    for refused in answer.get("refused").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| refused.get(name).and_then(Value::as_str).unwrap_or_default();
        let at = text("pointer").rsplit('/').next().and_then(|at| at.parse::<usize>().ok());
        let Some(opt_out) = at.and_then(|at| batch.get(at)) else {
            return Err(session.no_desk());
        };
        let scope = opt_out.json.get("scope").and_then(Value::as_str).unwrap_or_default();
        outcome.refused.push((opt_out.row, reason(text("code"), scope)));
    }
    Ok(())
}

/// Why the desk refused a row, for people.
fn reason(code: &str, scope: &str) -> String {
    match code {
        "not-an-address" => "not an address such as name@company.example".to_owned(),
        "not-an-instant" => "not a date such as 2026-01-31, nor an instant".to_owned(),
        "unknown-list" => {
            let scope: String = scope.chars().filter(|c| !c.is_control()).take(63).collect();
            format!("the desk has no list {scope}")
        }
        other => format!("the desk says {other}"),
    }
}

impl Outcome<'_> {
    fn print(&self) {
        let (imported, known, refused) = (self.imported, self.known, self.refused.len());
        say(format_args!("{imported} imported, {known} known already, {refused} refused"));
        for (lines, reason) in self.groups() {
            say(format_args!("  {lines}: {reason}"));
        }
    }

    /// The refused lines, those together that follow each other with the same reason.
    fn groups(&self) -> Vec<(String, &str)> {
        let runs = self.refused.chunk_by(|(_, one), (_, next)| one == next);
        runs.filter_map(|run| {
            let ((first, reason), (last, _)) = (run.first()?, run.last()?);
            let lines = if first.line == last.line {
                format!("line {}", first.line)
            } else if run.len() == last.line - first.line + 1 {
                format!("lines {} to {}", first.line, last.line)
            } else if run.len() > 20 {
                format!("{} of the lines {} to {}", run.len(), first.line, last.line)
            } else {
                let each: Vec<_> = run.iter().map(|(row, _)| row.line.to_string()).collect();
                format!("lines {}", each.join(", "))
            };
            Some((lines, reason.as_str()))
        })
        .collect()
    }

    /// Writes the refused rows as they were, each with its line and the reason, so that the file can be imported once
    /// they are mended.
    fn write(&self, sheet: &Sheet, path: &Path) -> Result<(), Failure> {
        const COLUMNS: [&[u8]; 2] = [b"refused_line", b"refused_because"];
        // A report on a report has each but once.
        let old: Vec<bool> = sheet.header.iter().map(|name| COLUMNS.contains(&name)).collect();
        let joined = |cells: &ByteRecord, more: [&[u8]; 2]| -> ByteRecord {
            let own = cells.iter().enumerate().filter(|(at, _)| old.get(*at) != Some(&true));
            own.map(|(_, cell)| cell).chain(more).collect()
        };
        let write = || -> io::Result<()> {
            let file = fs::File::create(path)?;
            let mut csv = csv::WriterBuilder::new()
                .delimiter(sheet.delimiter)
                .flexible(true)
                .from_writer(file);
            csv.write_byte_record(&joined(&sheet.header, COLUMNS))?;
            for (row, reason) in &self.refused {
                let line = row.line.to_string();
                csv.write_byte_record(&joined(&row.cells, [line.as_bytes(), reason.as_bytes()]))?;
            }
            csv.flush()
        };
        write().map_err(|error| failure(format!("{} cannot be written: {error}", path.display())))
    }
}

/// A line on the terminal that says how far an import is; nothing where nobody looks.
struct Progress {
    total: usize,
    shown: bool,
    width: usize,
}

impl Progress {
    fn new(total: usize) -> Self {
        Self { total, shown: total > 0 && io::stderr().is_terminal(), width: 0 }
    }

    fn show(&mut self, done: usize, note: &str) {
        if !self.shown {
            return;
        }
        let line = bar(done, self.total, note);
        let mut out = io::stderr().lock();
        let width = self.width;
        // Spaces wipe away what a longer line has left.
        let _ = write!(out, "\r{line:<width$}").and_then(|()| out.flush());
        self.width = line.chars().count();
    }

    fn end(&mut self) {
        if self.shown && self.width > 0 {
            let width = self.width;
            let mut out = io::stderr().lock();
            let _ = write!(out, "\r{:width$}\r", "").and_then(|()| out.flush());
        }
    }
}

fn bar(done: usize, total: usize, note: &str) -> String {
    const WIDTH: usize = 30;
    let full = (done * WIDTH).checked_div(total).unwrap_or(WIDTH).min(WIDTH);
    let gap = if note.is_empty() { "" } else { "; " };
    format!(
        "Importing [{}{}] {done} of {total}{gap}{note}",
        "=".repeat(full),
        " ".repeat(WIDTH - full)
    )
}

/// The most addresses of a question.
const QUESTION: usize = 1_000;

impl Check {
    fn run(self) -> Result<bool, Failure> {
        let mut addresses = Vec::new();
        for text in &self.addresses {
            let address: EmailAddress =
                text.parse().map_err(|error| failure(format!("{}: {error}", printable(text))))?;
            addresses.push(address);
        }
        let session = self.desk.session()?;
        let mut rows = Vec::new();
        for asked in addresses.chunks(QUESTION) {
            let emails: Vec<_> = asked.iter().map(EmailAddress::as_str).collect();
            let mut body = json!({ "emails": emails });
            if let (Some(list), Value::Object(body)) = (&self.list, &mut body) {
                body.insert("list".to_owned(), list.as_str().into());
            }
            let answer = session.client.post("/suppressions/check", &session.token, &body)?;
            let answer = session.read(&answer)?;
            let results = answer.get("results").and_then(Value::as_array);
            let Some(results) = results.filter(|results| results.len() == asked.len()) else {
                return Err(session.no_desk());
            };
            for (email, result) in emails.into_iter().zip(results) {
                rows.push(row(email, result).ok_or_else(|| session.no_desk())?);
            }
        }
        say(policy::table(["Address", "Mail", "Because of"], &rows));
        Ok(true)
    }
}

/// A line of the table; nothing where the answer is none of a desk's.
fn row(email: &str, result: &Value) -> Option<[String; 3]> {
    let suppressed = result.get("suppressed")?.as_bool()?;
    let because = result.get("because")?.as_array()?.iter().map(|held| {
        let text = |name: &str| held.get(name).and_then(Value::as_str).unwrap_or("?");
        let (scope, reason) = (text("scope"), text("reason"));
        let at = text("at");
        // A bounce by a bounce is said once.
        let by = if scope == reason { String::new() } else { format!(" ({reason})") };
        format!("{scope}{by} since {}", at.get(..10).unwrap_or(at))
    });
    let because = because.collect::<Vec<_>>().join(", ");
    Some([email.to_owned(), if suppressed { "no" } else { "yes" }.to_owned(), because])
}

/// What somebody typed, as a terminal may see it.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

impl Pending {
    fn run(self) -> Result<bool, Failure> {
        let session = self.desk.session()?;
        let answer = session.client.get_as("/suppressions/pending", &session.token)?;
        let answer = session.read(&answer)?;
        let Some(pending) = answer.get("pending").and_then(Value::as_u64) else {
            return Err(session.no_desk());
        };
        if pending == 0 {
            say("The mailer knows every opt-out.");
            return Ok(true);
        }
        let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or("?");
        let age = answer.get("oldest_age_seconds").and_then(Value::as_u64).unwrap_or_default();
        let waits = if pending == 1 { "opt-out waits" } else { "opt-outs wait" };
        say(format_args!("{pending} {waits} for the mailer."));
        say(format_args!("The oldest is {} old, from {}.", lasted(age), text("oldest_at")));
        let overdue = answer.get("overdue").and_then(Value::as_bool).unwrap_or(false);
        let (must, due) = if overdue { ("was", "OVERDUE: ") } else { ("is", "") };
        say(format_args!("{due}It {must} due by {}.", text("due_at")));
        Ok(true)
    }
}

/// A time for people, in its two largest units.
fn lasted(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    if days > 0 {
        format!("{days} d {} h", hours % 24)
    } else if hours > 0 {
        format!("{hours} h {} min", minutes % 60)
    } else if minutes > 0 {
        format!("{minutes} min")
    } else {
        format!("{seconds} s")
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
            assert_eq!(instant(text).unwrap().to_string(), at, "{text}");
        }
        for text in ["31.01.2026", "2026-02-30", "yesterday", "2026-01-31T", "1"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn refused_lines_with_one_reason_are_together() {
        let row = |line| {
            let mut row = Row::default();
            row.line = line;
            row
        };
        let rows: Vec<Row> =
            [2, 3, 4, 6, 9].into_iter().chain((10..60).step_by(2)).map(row).collect();
        let refused = |from: usize, to: usize, reason: &str| -> Vec<(&Row, String)> {
            rows[from..to].iter().map(|row| (row, reason.to_owned())).collect()
        };
        let refused =
            [refused(0, 3, "a"), refused(3, 5, "b"), refused(5, 30, "a"), refused(4, 5, "c")];
        let outcome = Outcome { refused: refused.concat(), ..Outcome::default() };
        let groups: Vec<_> = outcome.groups().into_iter().map(|(lines, _)| lines).collect();
        assert_eq!(groups, ["lines 2 to 4", "lines 6, 9", "25 of the lines 10 to 58", "line 9"]);
    }

    #[test]
    fn a_bar_grows() {
        assert_eq!(bar(0, 4, ""), format!("Importing [{}] 0 of 4", " ".repeat(30)));
        assert!(bar(2, 4, "x").ends_with("=               ] 2 of 4; x"));
        assert!(bar(4, 4, "").ends_with("==] 4 of 4"));
        assert!(bar(0, 0, "").ends_with("==] 0 of 0"));
    }

    #[test]
    fn times_have_two_units() {
        let told = [5, 60, 3_660, 86_399, 90_000].map(lasted);
        assert_eq!(told, ["5 s", "1 min", "1 h 1 min", "23 h 59 min", "1 d 1 h"]);
    }
}
