//! `desk links`: unsubscribe links made here, for a mailer that cannot ask the desk for them.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use csv::ByteRecord;
use desk_app::{
    Setup,
    links::{header_lines, list_id, url},
    lists::List,
};
use desk_core::{email::EmailAddress, suppression::Link};
use serde_json::json;

use crate::{
    setup::SetupArgs,
    sheet::{Sheet, name_of},
    terminal::{complain, exit_code},
};

/// Whose links, and for which list.
#[derive(Args)]
#[command(after_help = "The links are those that POST /unsubscribe/links gives. They take the \
    variables of the desk itself, so run this where the desk is set up, or set root_secret, \
    base_url and lists as the desk has them.\n\nExit status: 0 with a link for every line, 1 if \
    lines were refused, 2 if nothing could be done.")]
pub(crate) struct LinksArgs {
    /// CSV in UTF-8 whose first line names the columns, one of them email or address; - is standard input.
    file: PathBuf,
    /// The mailing list.
    #[arg(long, value_name = "ID")]
    list: String,
    /// Print JSON as the desk answers, instead of the columns and those of the links.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    setup: SetupArgs,
}

/// The columns that are added.
const COLUMNS: [&str; 5] =
    ["subject", "unsubscribe_url", "list_unsubscribe", "list_unsubscribe_post", "list_id"];

impl LinksArgs {
    pub(crate) fn run(self) -> ExitCode {
        exit_code(self.make_links())
    }

    /// Writes the links, and says whether every line has one.
    fn make_links(&self) -> anyhow::Result<bool> {
        let setup = self.setup.load()?;
        if let Err(problem) = setup.mailing() {
            bail!("{}", problem.log().unwrap_or("the variables of newsletters are wrong"));
        }
        let Some(list) = setup.lists().by_id(&self.list) else {
            let ids: Vec<_> = setup.lists().iter().map(|list| list.id.as_str()).collect();
            let there = if ids.is_empty() {
                "the variable lists has none".to_owned()
            } else {
                format!("there are {}", ids.join(", "))
            };
            bail!("there is no list {}: {there}", self.list);
        };
        let sheet = Sheet::read(&self.file)?;
        if !self.json
            && let Some(taken) = COLUMNS.iter().find(|name| sheet.has_column(name))
        {
            bail!(
                "{} has a column {taken} already: rename it, for links come with one of that name",
                name_of(&self.file)
            );
        }
        if is_local(&setup.profile.base_url) {
            complain(format_args!(
                "the links lead to {}, which nobody else can open: set base_url",
                setup.profile.base_url
            ));
        }
        let refused = self.write(&setup, list, &sheet).context("the links cannot be written")?;
        if refused > 0 {
            complain(format_args!("{refused} of {} rows have no link", sheet.rows.len()));
        }
        Ok(refused == 0)
    }

    /// Writes all links, and says how many there could not be.
    fn write(&self, setup: &Setup, list: &List, sheet: &Sheet) -> io::Result<usize> {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut refused = 0;
        let links = sheet.rows.iter().filter_map(|row| match sheet.address(row) {
            Ok(address) => Some((row, UnsubscribeLink::new(setup, list, address))),
            Err(reason) => {
                refused += 1;
                complain(format_args!("line {}: {reason:#}", row.line));
                None
            }
        });
        if self.json {
            // Written as it is made, so that a large file takes no more memory than it must.
            write!(out, "{{\"list\":{},\"links\":[", json!(list.id.as_str()))?;
            for (at, (_, link)) in links.enumerate() {
                out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
                link.write_json(&mut out)?;
            }
            out.write_all(b"\n]}\n")?;
        } else {
            let mut csv =
                csv::WriterBuilder::new().delimiter(sheet.delimiter).from_writer(&mut out);
            let columns = COLUMNS.map(str::as_bytes);
            csv.write_byte_record(&joined(&sheet.header, columns))?;
            for (row, link) in links {
                csv.write_byte_record(&joined(&row.cells, link.cells().map(str::as_bytes)))?;
            }
            csv.flush()?;
        }
        out.flush()?;
        Ok(refused)
    }
}

/// A link with what goes with it.
struct UnsubscribeLink {
    address: EmailAddress,
    subject: String,
    url: String,
    lines: [String; 3],
}

impl UnsubscribeLink {
    fn new(setup: &Setup, list: &List, address: EmailAddress) -> Self {
        let link = Link::new(&setup.keys, &address, list.tag);
        let token = link.mint(&setup.keys);
        let url = url(setup, &token);
        let lines = header_lines(setup, &token, &list_id(setup, list));
        Self { address, subject: link.subject.to_string(), url, lines }
    }

    /// The cells of [`COLUMNS`]: of the header fields, only what stands behind the name.
    fn cells(&self) -> [&str; 5] {
        let value = |line: &'_ str| line.split_once(": ").map_or(0, |(name, _)| name.len() + 2);
        let [unsubscribe, post, id] =
            self.lines.each_ref().map(|line| line.get(value(line)..).unwrap_or_default());
        [&self.subject, &self.url, unsubscribe, post, id]
    }

    /// Writes the object that the desk answers with, its members in the same order.
    fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        write!(
            out,
            r#"{{"email":{},"subject":{},"url":{},"headers":{}}}"#,
            json!(self.address.as_str()),
            json!(self.subject),
            json!(self.url),
            json!(self.lines)
        )
    }
}

fn joined(cells: &ByteRecord, more: [&[u8]; 5]) -> ByteRecord {
    cells.iter().chain(more).collect()
}

/// Whether an address leads to this very machine.
fn is_local(base: &str) -> bool {
    let host = base.split("//").nth(1).unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|local| {
        host.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_lead_nowhere_else_are_known() {
        for local in ["http://127.0.0.1:3000", "https://localhost", "http://[::1]/x"] {
            assert!(is_local(local), "{local}");
        }
        for public in ["https://localhost.example", "https://privacy.example", ""] {
            assert!(!is_local(public), "{public}");
        }
    }
}
