//! CSV files, with addresses above all, as other systems export them.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use anyhow::{Context, anyhow, bail};
use csv::ByteRecord;
use desk_core::email::EmailAddress;

use crate::terminal::printable;

/// The column without which a file is of no use.
#[derive(Debug)]
pub(crate) struct KeyColumn {
    /// What it may be called, the surest first. Names are compared without case and punctuation.
    pub(crate) names: &'static [&'static str],
    /// How it is named to a person whose file has none.
    pub(crate) label: &'static str,
    /// What tells rows from letters.
    pub(crate) row_mark: RowMark,
}

/// What a line inside a cell has if it is a row that was swallowed because a quote is missing, and not one of a letter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RowMark {
    /// An address: better a letter with one is refused than that an opt-out is lost.
    Address,
    /// As many delimiters as the first line has. Addresses may stand in any letter.
    Delimiters,
}

/// The column of addresses.
const ADDRESS: KeyColumn = KeyColumn {
    names: &["email", "emailaddress", "address"],
    label: "email or address",
    row_mark: RowMark::Address,
};

/// A row that no file has, put behind the last one: an open quote would swallow it.
const END: &[u8] = b"\0";

/// What stands for standard input.
const STDIN: &str = "-";

/// What a person calls a file.
pub(crate) fn name_of(path: &Path) -> String {
    if path == Path::new(STDIN) { "standard input".to_owned() } else { path.display().to_string() }
}

/// What cells may be separated by: commas (RFC 4180), semicolons, as in every country that writes decimals with a comma, or
/// tabs, as they are copied from a spreadsheet.
const DELIMITERS: [u8; 3] = *b",;\t";

/// A CSV file with a column that matters.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) delimiter: u8,
    pub(crate) header: ByteRecord,
    pub(crate) rows: Vec<Row>,
    key: usize,
}

/// A row with at least as many cells as the header.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The line of the file that it begins on, from 1 on.
    pub(crate) line: usize,
    pub(crate) cells: ByteRecord,
    fault: Option<String>,
}

impl Sheet {
    /// Reads a file with addresses, or standard input for `-`.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        Self::read_by(path, &ADDRESS)
    }

    /// Reads a file with another column that matters, or standard input for `-`.
    pub(crate) fn read_by(path: &Path, key: &KeyColumn) -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        let name = name_of(path);
        let outcome = if path == Path::new(STDIN) {
            io::stdin().lock().read_to_end(&mut bytes)
        } else {
            fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
        };
        outcome.with_context(|| format!("{name} cannot be read"))?;
        Self::parse(bytes, key).map_err(|fault| anyhow!("{name} {fault:#}"))
    }

    /// Reads the bytes of a file; an error is the rest of a sentence that begins with its name.
    pub(crate) fn parse(mut bytes: Vec<u8>, key: &KeyColumn) -> anyhow::Result<Self> {
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
            bail!("is no text in UTF-8: save it as CSV in UTF-8");
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        if bytes.trim_ascii().is_empty() {
            let name = key.names.first().unwrap_or(&"");
            bail!("is empty: its first line must name the columns, one of them {name}");
        }
        bytes.push(b'\n');
        bytes.extend(END);
        let Some((delimiter, key_at)) = find_key(&bytes, key)? else {
            return Err(missing_key(&bytes, key));
        };
        let mut records = records(&bytes, delimiter);
        let header = records.next().transpose()?.unwrap_or_default();
        let mut counter = LineCounter { bytes: &bytes, at: 0, line: 1 };
        let mut rows = Vec::new();
        let mut last_line = counter.line_of(&header);
        let mut is_complete = is_end(&header);
        for record in records {
            let record = record?;
            last_line = counter.line_of(&record);
            is_complete = is_end(&record);
            // What a spreadsheet leaves below the table.
            if !is_complete && record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                rows.push(Row::new(last_line, record, header.len(), delimiter, key.row_mark));
            }
        }
        if !is_complete {
            bail!("has a quote that is never closed, in the row of line {last_line}");
        }
        Ok(Self { delimiter, header, rows, key: key_at })
    }

    /// Whether a column has this very name, in either case.
    pub(crate) fn has_column(&self, name: &str) -> bool {
        self.header.iter().any(|cell| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
    }

    /// The column of one of these names, lower case and without punctuation; the first name that there is counts.
    pub(crate) fn column(&self, names: &[&str]) -> anyhow::Result<Option<usize>> {
        find_column(&self.header, names).map_err(|fault| anyhow!("the file {fault:#}"))
    }

    /// The address of a row, or why the row cannot be used.
    pub(crate) fn address(&self, row: &Row) -> anyhow::Result<EmailAddress> {
        match self.key(row)? {
            "" => bail!("there is no address"),
            text => Ok(text.parse()?),
        }
    }

    /// What a row has in the column that matters, or why the row cannot be used.
    pub(crate) fn key<'a>(&self, row: &'a Row) -> anyhow::Result<&'a str> {
        match &row.fault {
            Some(fault) => bail!("{fault}"),
            None => row.text(self.key),
        }
    }
}

impl Row {
    fn new(
        line: usize,
        mut cells: ByteRecord,
        columns: usize,
        delimiter: u8,
        mark: RowMark,
    ) -> Self {
        let count = cells.len();
        let spare = cells.iter().skip(columns).any(|cell| !cell.trim_ascii().is_empty());
        let fault = if spare {
            Some(format!("there are {count} cells where the first line names {columns}"))
        } else if cells.iter().any(|cell| mark.is_in(cell, columns, delimiter)) {
            // Else a row could be lost without a word.
            let sign = mark.description();
            Some(format!("a cell has lines of its own, with {sign} in them: a quote is missing"))
        } else {
            None
        };
        if !spare {
            cells.truncate(columns);
        }
        for _ in cells.len()..columns {
            cells.push_field(b"");
        }
        Self { line, cells, fault }
    }

    /// The text of a cell, without the space around it.
    pub(crate) fn text(&self, column: usize) -> anyhow::Result<&str> {
        let cell = self.cells.get(column).unwrap_or_default();
        std::str::from_utf8(cell).map(str::trim).map_err(|_| anyhow!("the text is not UTF-8"))
    }

    /// The text of a cell whose column may be missing; then it is empty.
    pub(crate) fn optional_text(&self, column: Option<usize>) -> anyhow::Result<&str> {
        column.map_or(Ok(""), |column| self.text(column))
    }
}

fn is_end(record: &ByteRecord) -> bool {
    record.len() == 1 && record.get(0) == Some(END)
}

impl RowMark {
    /// Whether a line of a cell that is not its first is a row.
    fn is_in(self, cell: &[u8], columns: usize, delimiter: u8) -> bool {
        let (byte, least) = match self {
            Self::Address => (b'@', 1),
            Self::Delimiters => (delimiter, columns.saturating_sub(1)),
        };
        let mut lines = cell.split(|byte| matches!(byte, b'\r' | b'\n')).skip(1);
        lines.any(|line| {
            let count = line.iter().filter(|found| **found == byte).count();
            !line.trim_ascii().is_empty() && count >= least
        })
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Address => "an address",
            Self::Delimiters => "as many cells as a row has",
        }
    }
}

fn records(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = anyhow::Result<ByteRecord>> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes)
        .into_byte_records()
        .map(|record| record.context("cannot be read"))
}

/// A name as names are compared.
fn normalized(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn find_column(header: &ByteRecord, names: &[&str]) -> anyhow::Result<Option<usize>> {
    for name in names {
        let mut found = header.iter().enumerate().filter(|(_, cell)| normalized(cell) == *name);
        if let Some((at, cell)) = found.next() {
            return match found.next() {
                None => Ok(Some(at)),
                Some(_) => bail!("has two columns {}", String::from_utf8_lossy(cell).trim()),
            };
        }
    }
    Ok(None)
}

/// The delimiter with which the first line has the key column, and where that is.
fn find_key(bytes: &[u8], key: &KeyColumn) -> anyhow::Result<Option<(u8, usize)>> {
    for delimiter in DELIMITERS {
        let header = records(bytes, delimiter).next().transpose()?.unwrap_or_default();
        if let Some(column) = find_column(&header, key.names)? {
            return Ok(Some((delimiter, column)));
        }
    }
    Ok(None)
}

/// What is wrong with a file that lacks the key column.
fn missing_key(bytes: &[u8], key: &KeyColumn) -> anyhow::Error {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = DELIMITERS.into_iter().find(|delimiter| first.contains(delimiter));
    let delimiter = delimiter.unwrap_or(b',');
    let header = records(bytes, delimiter).next().and_then(Result::ok).unwrap_or_default();
    let names: Vec<_> = header.iter().map(|cell| String::from_utf8_lossy(cell)).collect();
    if names.iter().any(|name| name.contains('@')) {
        let name = key.names.first().unwrap_or(&"");
        return anyhow!("has no header: its first line must name the columns, one of them {name}");
    }
    let named: Vec<String> = names.iter().take(8).map(|name| printable(name.trim(), 40)).collect();
    let more = if names.len() > named.len() { ", …" } else { "" };
    anyhow!("has no column {}, but {}{more}", key.label, named.join(", "))
}

/// Finds the lines of records, which come in the order of the file. The reader's own count is behind where lines end with
/// CR LF or nothing stands in them.
struct LineCounter<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl LineCounter<'_> {
    fn line_of(&mut self, record: &ByteRecord) -> usize {
        let begin = record.position().map_or(0, csv::Position::byte);
        let begin = usize::try_from(begin).unwrap_or(usize::MAX);
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.at >= begin && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.at = self.at.saturating_add(1);
            let pair = byte == b'\r' && self.bytes.get(self.at) == Some(&b'\n');
            if matches!(byte, b'\r' | b'\n') && !pair {
                self.line = self.line.saturating_add(1);
            }
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sheet(text: &str) -> Sheet {
        Sheet::parse(text.as_bytes().to_vec(), &ADDRESS).unwrap()
    }

    fn refusal(text: &[u8]) -> String {
        Sheet::parse(text.to_vec(), &ADDRESS).unwrap_err().to_string()
    }

    /// The lines with their addresses, or with what is wrong.
    fn read(text: &str) -> Vec<(usize, String)> {
        let sheet = sheet(text);
        let address = |row: &Row| match sheet.address(row) {
            Ok(address) => address.as_str().to_owned(),
            Err(reason) => reason.to_string(),
        };
        sheet.rows.iter().map(|row| (row.line, address(row))).collect()
    }

    #[test]
    fn files_of_all_countries_are_read() {
        for text in [
            "email,name\na@x.co,Ann\nb@x.co,Bob\n",
            "\u{feff}email,name\r\na@x.co,Ann\r\nb@x.co,Bob",
            "Name;E-Mail\nAnn; a@x.co \nBob;b@x.co;;\n",
            "\"Email Address\"\r\"a@x.co\"\r\"b@x.co\"\r",
            "ADDRESS\na@x.co\nb@x.co",
            "address,Email\nElm Street,a@x.co\nOak Street,b@x.co\n",
        ] {
            let expected = [(2, "a@x.co".to_owned()), (3, "b@x.co".to_owned())];
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = "\nemail,note\n\n\na@x.co,\"two\nlines\"\n\n,\n , \nnone,x\nb@x.co\n\n";
            let found = read(&text.replace('\n', end));
            let lines: Vec<_> = found.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [5, 10, 11], "{end:?}");
            assert_eq!(found[1].1, "not an address such as name@company.example");
        }
    }

    #[test]
    fn rows_that_cannot_be_right_are_told() {
        let found = read("email,name,note\n,Ann,\na@x.co,b,c,d\nb@x.co,\"Bo\nc@x.co,C,\"\n");
        let reasons: Vec<_> = found.iter().map(|(_, reason)| reason.as_str()).collect();
        assert_eq!(reasons[0], "there is no address");
        assert_eq!(reasons[1], "there are 4 cells where the first line names 3");
        assert!(reasons[2].ends_with("a quote is missing"), "{reasons:?}");
        let sheet = Sheet::parse(b"email\n\xff@x.co\n".to_vec(), &ADDRESS).unwrap();
        assert_eq!(sheet.address(&sheet.rows[0]).unwrap_err().to_string(), "the text is not UTF-8");
    }

    #[test]
    fn rows_that_an_open_quote_swallowed_are_missed_where_cells_have_letters_in_them() {
        let key =
            KeyColumn { names: &["received"], label: "received", row_mark: RowMark::Delimiters };
        let faults = |text: &str| -> Vec<Option<String>> {
            let sheet = Sheet::parse(text.as_bytes().to_vec(), &key).unwrap();
            sheet
                .rows
                .iter()
                .map(|row| sheet.key(row).err().map(|fault| fault.to_string()))
                .collect()
        };
        let torn = "right,received,note\naccess,2026-03-02,\"abc\nerasure,2026-03-02,\"x\"\naccess,2026-03-03,ok\n";
        let found = faults(torn);
        assert!(found[0].as_ref().unwrap().ends_with("a quote is missing"), "{found:?}");
        assert_eq!(found[1..], [None]);
        assert!(faults(&torn.replace(',', ";"))[0].is_some());
        let letter =
            "right,received,note\naccess,2026-03-02,\"Dear all,\n\nmail me at a@b.co, please\"\n";
        assert_eq!(faults(letter), [None]);
        // With one column, every further line may have been a row.
        assert!(faults("received\n\"2026-03-02\n2026-03-03\"\n")[0].is_some());
    }

    #[test]
    fn an_open_quote_loses_nobody() {
        for text in [&b"email,n\na@x.co,\"A\nb@x.co,B"[..], b"email,\"n\na@x.co\n"] {
            assert!(refusal(text).starts_with("has a quote that is never closed"), "{text:?}");
        }
        assert!(refusal(b"email,n\r\na@x.co,A\r\nb@x.co,\"B\r\n").ends_with("of line 3"));
    }

    #[test]
    fn files_that_are_none_say_why() {
        assert!(refusal(b"\xef\xbb\xbf \r\n").starts_with("is empty"));
        assert!(refusal(b"\xff\xfee\0").contains("UTF-8"));
        for text in [&b"name;mail\nx;y"[..], b"name,mail\nx,y", b"name\tmail\nx\ty"] {
            assert_eq!(refusal(text), "has no column email or address, but name, mail");
        }
        assert!(refusal(b"a@x.co\nb@x.co\n").starts_with("has no header"));
        assert_eq!(refusal(b"email,EMAIL\n"), "has two columns email");
        assert!(sheet("email").rows.is_empty());
    }

    proptest! {
        #[test]
        fn strange_files_never_panic(body in prop::collection::vec(prop::sample::select(&b"a@.\",;\r\n \xff"[..]), 0..60)) {
            if let Ok(sheet) = Sheet::parse([b"email", body.as_slice()].concat(), &ADDRESS) {
                for row in &sheet.rows {
                    let _ = sheet.address(row);
                    prop_assert!(row.cells.len() >= sheet.header.len());
                }
            }
        }

        #[test]
        fn what_a_writer_wrote_is_read(rows in prop::collection::vec(("[a-z]{1,9}@x\\.co", "[^@\0]*"), 0..20)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["email", "note"]).unwrap();
            for (email, note) in &rows {
                writer.write_record([email, note]).unwrap();
            }
            let sheet = Sheet::parse(writer.into_inner().unwrap(), &ADDRESS).unwrap();
            prop_assert_eq!(sheet.rows.len(), rows.len());
            for (row, (email, note)) in sheet.rows.iter().zip(&rows) {
                let address = sheet.address(row).unwrap();
                prop_assert_eq!(address.as_str(), email);
                prop_assert_eq!(row.text(1).unwrap(), note.trim());
            }
        }
    }
}
