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
    /// Latin and Cyrillic letters are lowered; the tables for every other script would take 12 KB of each component.
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
            mark || c.is_alphanumeric()
        };
        let dots_ok = |part: &str| !part.split('.').any(str::is_empty);
        let label_ok = |label: &str| {
            !label.starts_with('-')
                && !label.ends_with('-')
                && label.len() <= 63
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let fine = dots_ok(local)
            && local.chars().all(local_ok)
            && dots_ok(domain)
            && domain.split('.').all(label_ok)
            && domain.contains('.');
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidEmail::Shape) }
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
        for text in
            ["anna@oncall.example", "A.B+tag@mail.oncall.example", "o'neil@x.co", "почта@пример.рф"]
        {
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
