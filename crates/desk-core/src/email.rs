//! E-mail addresses: taken as people write them, compared in one normal form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An e-mail address that could receive mail, as its owner wrote it.
///
/// `Debug` hides it: it is personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why a text is not an e-mail address that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidEmail {
    /// It is longer than the 254 characters of RFC 5321, or its part before the @ than 64.
    TooLong,
    /// There is not exactly one @ between two parts, or a part has a character that cannot stand there.
    Shape,
}

impl fmt::Display for InvalidEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the address is too long",
            Self::Shape => "not an address such as name@company.example",
        })
    }
}

impl std::error::Error for InvalidEmail {}

impl EmailAddress {
    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which addresses are compared and hashed: lower case throughout.
    ///
    /// RFC 5321 lets a host tell `A@` from `a@`; none that people use does, and a person who writes their address
    /// in another case is still the same person. Plus tags and dots are kept, for they may belong to someone else.
    ///
    /// Latin and Cyrillic letters are lowered, and those of other scripts stay: subjects are hashes of this form, so
    /// another form would be another person.
    pub fn normalised(&self) -> String {
        let lower = |c: char| match c {
            'А'..='Я' => char::from_u32(c as u32 + 0x20).unwrap_or(c),
            'Ѐ'..='Џ' => char::from_u32(c as u32 + 0x50).unwrap_or(c),
            _ => c.to_ascii_lowercase(),
        };
        self.0.chars().map(lower).collect()
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail::Shape)?;
        if text.chars().count() > 254 || local.chars().count() > 64 {
            return Err(InvalidEmail::TooLong);
        }
        // Quoted local parts are legal and unused; what they allow (spaces, a second @, quotes) is only an attack here.
        let local_ok = |c: char| {
            let mark = u8::try_from(c).is_ok_and(|c| b"!#$%&'*+-/=?^_`{|}~.".contains(&c));
            mark || is_letter(c)
        };
        let dots_ok = |part: &str| !part.split('.').any(str::is_empty);
        let label_ok = |label: &str| {
            !label.starts_with('-')
                && !label.ends_with('-')
                && label.len() <= 63
                && label.chars().all(|c| is_letter(c) || c == '-')
        };
        let fine = dots_ok(local)
            && local.chars().all(local_ok)
            && dots_ok(domain)
            && domain.split('.').all(label_ok)
            && domain.contains('.');
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidEmail::Shape) }
    }
}

/// Whether a character can be a letter, a digit or a mark of some script, as RFC 6531 takes them: beyond ASCII it is all but
/// the blocks of signs, of what cannot be seen, and of private use. Unicode's letters alone would lack the marks without
/// which Hindi or Tamil cannot be written.
pub(crate) const fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        // Controls and signs of Latin-1; punctuation, what turns the direction, arrows, mathematics, boxes.
        '\u{80}'..='\u{bf}' | '×' | '÷' | '\u{2000}'..='\u{2bff}' | '\u{2e00}'..='\u{2fff}' => {
            false
        }
        // Punctuation of Chinese and Japanese, in all its widths: an ideographic stop is a dot to some.
        '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}' => false,
        '\u{fe00}'..='\u{fe6f}' | '\u{feff}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' => false,
        '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}' | '\u{ffe0}'..='\u{ffff}' => false,
        // What cannot be seen, or turns the direction, in the blocks of single scripts.
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}' => {
            false
        }
        '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}' => false,
        // Private use, signs and pictures, and what marks or varies the characters before it.
        '\u{e000}'..='\u{f8ff}' | '\u{1d000}'..='\u{1d3ff}' | '\u{1f000}'..='\u{1faff}' => false,
        '\u{e0000}'.. => false,
        _ => true,
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmail;
    fn try_from(text: String) -> Result<Self, InvalidEmail> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_what_people_have() {
        for text in [
            "anna@oncall.example",
            "A.B+tag@mail.oncall.example",
            "o'neil@x.co",
            "почта@пример.рф",
            "संपर्क@उदाहरण.भारत",
            "用户@例子.中国",
        ] {
            assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_cannot_receive_mail() {
        for text in [
            "",
            "anna",
            "@x.co",
            "anna@",
            "anna@localhost",
            "a b@x.co",
            "a@b@x.co",
            "a..b@x.co",
            "a@x..co",
            "a@-x.co",
            "\"a\"@x.co",
            "a@x.co\r\nBcc: b@x.co",
            "<a@x.co>",
            "a@x。co.example",
            "a@x.co\u{202e}m",
            "a\u{200b}@x.co",
            "a\u{a0}b@x.co",
            "☎@x.co",
            "a＠b@x.co",
            "a@x\u{1680}y.co",
            "a\u{61c}@x.co",
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(InvalidEmail::Shape), "{text}");
        }
        let long = format!("{}@x.co", "a".repeat(65));
        assert_eq!(long.parse::<EmailAddress>(), Err(InvalidEmail::TooLong));
    }

    #[test]
    fn cases_of_letters_are_one() {
        let normal = |text: &str| text.parse::<EmailAddress>().unwrap().normalised();
        assert_eq!(normal("Anna@OnCall.Example"), "anna@oncall.example");
        assert_eq!(normal("ПОЧТА.Ёж@Пример.РФ"), "почта.ёж@пример.рф");
    }

    #[test]
    fn debug_shows_nothing() {
        let address: EmailAddress = "anna@oncall.example".parse().unwrap();
        assert!(!format!("{address:?}").contains("anna"));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*@\\PC*") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert_eq!(address.as_str().parse(), Ok(address.clone()));
            }
        }
    }
}
