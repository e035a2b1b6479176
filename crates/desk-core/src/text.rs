//! Text that people write, bounded and free of control characters.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text of 1 to `MAX` characters (Unicode scalar values), trimmed, with line ends as LF.
///
/// Control characters other than line end and tab are refused, for a terminal or a log may obey them.
/// `Debug` shows the length alone: the text is personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const MAX: usize>(String);

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidText {
    /// Nothing is left after trimming.
    Empty,
    /// It is longer than the limit; both counted in characters.
    TooLong {
        /// How long it is.
        length: usize,
        /// How long it may be.
        max: usize,
    },
    /// It has a control character.
    Control,
}

impl fmt::Display for InvalidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the text is empty"),
            Self::TooLong { length, max } => write!(f, "{length} characters, {max} at most"),
            Self::Control => f.write_str("the text has a control character"),
        }
    }
}

impl std::error::Error for InvalidText {}

impl<const MAX: usize> Text<MAX> {
    /// Takes a text as a person wrote it.
    ///
    /// # Errors
    /// [`InvalidText`] if it is empty, too long or has control characters.
    pub fn new(text: &str) -> Result<Self, InvalidText> {
        // A browser's form sends CR LF for one line end; it must not count as two.
        let text = line_ends(text.trim());
        if text.is_empty() {
            return Err(InvalidText::Empty);
        }
        let length = text.chars().count();
        if length > MAX {
            return Err(InvalidText::TooLong { length, max: MAX });
        }
        if has_control(&text) {
            return Err(InvalidText::Control);
        }
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stays where it is put, as a name must: it has no line end, no tab, and nothing that turns around what
    /// stands beside it (embeddings, overrides and isolates, UAX #9 sections 2.1 to 2.4).
    pub fn is_one_line(&self) -> bool {
        let leaves = |character| matches!(character, '\n' | '\t' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        !self.0.contains(leaves)
    }
}

/// Whether a text has a control character other than line end and tab (Unicode's category Cc).
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Writes every line end as LF: CR LF, and CR alone.
pub(crate) fn line_ends(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

impl<const MAX: usize> TryFrom<String> for Text<MAX> {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::new(&text)
    }
}

impl<const MAX: usize> From<Text<MAX>> for String {
    fn from(text: Text<MAX>) -> Self {
        text.0
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

/// A text of one line, such as the subject of a mail: control characters and line ends of every kind are spaces in it, so
/// that it can begin no header field of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Line(String);

impl Line {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        let space = |c: char| match c {
            '\0'..=' ' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' => ' ',
            _ => c,
        };
        Self(text.chars().map(space).collect())
    }
}

impl From<Line> for String {
    fn from(line: Line) -> Self {
        line.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_characters_and_line_ends_once() {
        assert_eq!(Text::<3>::new(" я\r\nю ").unwrap().as_str(), "я\nю");
        assert_eq!(Text::<3>::new("абвг"), Err(InvalidText::TooLong { length: 4, max: 3 }));
        assert_eq!(Text::<3>::new(" \r\n\t "), Err(InvalidText::Empty));
        assert_eq!(Text::<9>::new("a\u{1b}[2J"), Err(InvalidText::Control));
    }

    #[test]
    fn a_name_stays_on_its_line_and_turns_nothing_around() {
        for (text, stays) in [
            ("Анна О\u{2019}Нил", true),
            ("\u{5d0}\u{5e0}\u{5d4}\u{200f} (A)", true),
            ("a\nb", false),
            ("a\tb", false),
            ("a\u{2028}b", false),
            ("a\u{202e}b", false),
            ("a\u{2066}b", false),
        ] {
            assert_eq!(Text::<30>::new(text).unwrap().is_one_line(), stays, "{text:?}");
        }
    }

    #[test]
    fn every_control_character_is_found() {
        for character in (0..0x3000).chain(0xfe00..0x10000).filter_map(char::from_u32) {
            let control = character.is_control() && !matches!(character, '\n' | '\t');
            for text in
                [character.to_string(), format!("я{character}ю"), format!("\u{a0}{character}")]
            {
                assert_eq!(has_control(&text), control, "{character:?}");
            }
            // Wherever it lies.
            for before in 0..17 {
                let text = format!("{:before$}{character}\u{a0} behind it", "");
                assert_eq!(has_control(&text), control, "{character:?} at {before}");
            }
        }
    }

    #[test]
    fn a_line_is_one_line_whatever_is_in_it() {
        let line = Line::from("Данные\r\nBcc: x@y.example\u{85}\u{2028}\u{1b}[2J".to_owned());
        assert_eq!(line.as_str(), "Данные  Bcc: x@y.example   [2J");
    }

    proptest! {
        #[test]
        fn a_line_has_no_control_character(text in any::<String>()) {
            let line = Line::from(text.clone());
            prop_assert!(!line.as_str().chars().any(char::is_control));
            prop_assert_eq!(line.as_str().chars().count(), text.chars().count());
        }

        #[test]
        fn what_was_taken_is_taken_again(text in any::<String>()) {
            if let Ok(taken) = Text::<100>::new(&text) {
                prop_assert_eq!(Text::new(taken.as_str()), Ok(taken));
            }
        }
    }
}
