//! What has become of the rows of an import.

use std::{fs, io, path::Path};

use anyhow::Context;
use csv::ByteRecord;

use crate::{
    sheet::{Row, Sheet},
    terminal::say,
};

/// How many rows were taken, and which were refused.
#[derive(Default)]
pub(super) struct ImportSummary<'a> {
    pub(super) imported: u64,
    /// Those that the desk had before.
    pub(super) known: u64,
    /// The others, each with the reason.
    pub(super) refused: Vec<(&'a Row, String)>,
}

impl ImportSummary<'_> {
    pub(super) fn print(&self) {
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
    pub(super) fn write_refused(&self, sheet: &Sheet, path: &Path) -> anyhow::Result<()> {
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
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let summary = ImportSummary { refused: refused.concat(), ..ImportSummary::default() };
        let groups: Vec<_> = summary.groups().into_iter().map(|(lines, _)| lines).collect();
        assert_eq!(groups, ["lines 2 to 4", "lines 6, 9", "25 of the lines 10 to 58", "line 9"]);
    }
}
