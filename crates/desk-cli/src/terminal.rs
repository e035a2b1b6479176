//! What the command says on the terminal, and how it ends.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

/// Prints one line for the person, on stdout. Nobody who has stopped listening, such as `head`, ends the command.
pub(crate) fn say(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints one line that is not the command's result, on stderr.
pub(crate) fn complain(text: impl Display) {
    let _ = writeln!(io::stderr(), "desk: {text}");
}

/// How a command ends that takes many things: 0 with all of them, 1 with some refused, 2 where it could not be done.
pub(crate) fn exit_code(all_taken: anyhow::Result<bool>) -> ExitCode {
    match all_taken {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            complain(format_args!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// What somebody typed, as a terminal may see it.
pub(crate) fn printable(text: &str, length: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(length).collect()
}

/// Text in a style of the terminal, such as `1` for bold; plain where stdout is not one.
pub(crate) fn styled(style: &str, text: impl Display) -> String {
    if io::stdout().is_terminal() {
        format!("\u{1b}[{style}m{text}\u{1b}[0m")
    } else {
        text.to_string()
    }
}

/// Columns as wide as their widest cell.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let lines: Vec<_> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<_> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    let line = |cells: &[String; N]| {
        let padded: Vec<_> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    lines.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned() {
        let rows = [["1".to_owned(), "long cell".to_owned()], ["long".to_owned(), "x".to_owned()]];
        assert_eq!(table(["A", "B"], &rows), "A     B\n1     long cell\nlong  x");
    }
}
