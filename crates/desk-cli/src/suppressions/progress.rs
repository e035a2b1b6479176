//! How far an import is.

use std::io::{self, IsTerminal, Write};

/// A line on the terminal that says how far an import is; nothing where nobody looks.
pub(super) struct ProgressBar {
    total: usize,
    shown: bool,
    width: usize,
}

impl ProgressBar {
    pub(super) fn new(total: usize) -> Self {
        Self { total, shown: total > 0 && io::stderr().is_terminal(), width: 0 }
    }

    pub(super) fn show(&mut self, done: usize, note: &str) {
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

    pub(super) fn end(&mut self) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows() {
        assert_eq!(bar(0, 4, ""), format!("Importing [{}] 0 of 4", " ".repeat(30)));
        assert!(bar(2, 4, "x").ends_with("=               ] 2 of 4; x"));
        assert!(bar(4, 4, "").ends_with("==] 4 of 4"));
        assert!(bar(0, 0, "").ends_with("==] 0 of 0"));
    }
}
