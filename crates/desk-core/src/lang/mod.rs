//! The languages that the desk speaks.

mod date;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A language of pages, texts and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    En,
    /// Russian.
    Ru,
}

/// A text that names none of our languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLang;

impl fmt::Display for UnknownLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the languages are en and ru")
    }
}

impl std::error::Error for UnknownLang {}

impl Lang {
    /// Every language, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// The language tag of RFC 5646.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// The language's name in itself, for a switch.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
        }
    }

    /// Finds the language for one range of `Accept-Language` as RFC 4647 section 3.4 looks up: subtags are taken off
    /// from the right until a language fits, so `ru-RU` finds Russian.
    pub fn lookup(range: &str) -> Option<Self> {
        let mut range = range;
        loop {
            if let Some(lang) = Self::ALL.into_iter().find(|l| l.tag().eq_ignore_ascii_case(range))
            {
                return Some(lang);
            }
            range = range.rsplit_once('-')?.0;
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        Self::lookup(text).ok_or(UnknownLang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_up_by_taking_subtags_off() {
        assert_eq!(Lang::lookup("ru"), Some(Lang::Ru));
        assert_eq!(Lang::lookup("RU-ru"), Some(Lang::Ru));
        assert_eq!(Lang::lookup("en-Latn-GB-x-private"), Some(Lang::En));
        assert_eq!(Lang::lookup("rus"), None);
        assert_eq!(Lang::lookup("*"), None);
        assert_eq!(Lang::lookup(""), None);
    }
}
