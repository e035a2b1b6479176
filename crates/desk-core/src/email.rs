//! E-mail addresses: taken as people write them, compared in one normal form.

use std::fmt;
use std::str::FromStr;

use caseless::default_case_fold_str;
use idna::domain_to_ascii;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

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

    /// The address of the mailbox that it leads to, for limits alone: without the tag that many hosts let people put behind
    /// a plus. Whose address it is does not depend on this.
    #[must_use]
    pub fn mailbox(&self) -> Self {
        let Some((local, domain)) = self.0.rsplit_once('@') else { return self.clone() };
        match local.split_once('+') {
            Some((name, _)) if !name.is_empty() => Self(format!("{name}@{domain}")),
            _ => self.clone(),
        }
    }

    /// The form in which addresses are compared and hashed: the domain in ASCII (IDNA, UTS 46), the rest without a
    /// difference of case (full case folding), composed (NFC). So however a person writes their address, they are one.
    ///
    /// RFC 5321 lets a host tell `A@` from `a@`; none that people use does. Plus tags and dots are kept, for they may belong
    /// to someone else.
    pub fn normalised(&self) -> String {
        let (local, domain) = self.parts();
        let folded = default_case_fold_str(&local.nfd().collect::<String>());
        // One that IDNA does not take was refused when it was read.
        let domain = domain_to_ascii(domain).unwrap_or_else(|_| default_case_fold_str(domain));
        format!("{}@{domain}", folded.nfc())
    }

    /// Whether this and another address of one normal form are written alike but for the case of their letters. `straße@` and
    /// `strasse@` are not: some hosts give them to two people, so nothing is taken from one for the other unseen.
    pub fn is_written_like(&self, other: &Self) -> bool {
        let form = |address: &Self| {
            let (local, domain) = address.parts();
            let local: String = local.nfc().flat_map(char::to_lowercase).collect();
            (local, domain_to_ascii(domain).ok())
        };
        form(self) == form(other)
    }

    fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
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
            && domain.contains('.')
            && domain_to_ascii(domain).is_ok();
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidEmail::Shape) }
    }
}

/// Whether a character cannot be seen and says nothing: what programs put beside a pasted address, and people never type.
/// What turns the direction of a text is none of these: whoever writes that wants to be read as somebody else.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
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

    fn address(text: &str) -> EmailAddress {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn however_it_is_written_it_is_one() {
        for spellings in [
            ["Anna@OnCall.Example", "anna@oncall.example"],
            ["ПОЧТА.Ёж@Пример.РФ", "почта.е\u{308}ж@xn--e1afmkfd.xn--p1ai"],
            ["a@bücher.example", "A@xn--bcher-kva.example"],
            ["a@BÜCHER.example", "a@bu\u{308}cher.example"],
            ["Ü@x.example", "u\u{308}@x.example"],
            ["Ä@x.example", "ä@x.example"],
            ["ΟΔΟΣ@x.example", "οδος@x.example"],
            ["οδοσ@x.example", "οδος@x.example"],
            ["straße@x.example", "STRASSE@x.example"],
            ["an\u{200b}na@x.example", "anna@x.example"],
            ["\u{feff}anna@x.example\u{200e}", "anna@x.example"],
            ["anna@x\u{ad}y.example", "anna@xy.example"],
        ] {
            let [one, other] = spellings.map(address);
            assert_eq!(one.normalised(), other.normalised(), "{spellings:?}");
        }
        assert_eq!(address("a@bücher.example").normalised(), "a@xn--bcher-kva.example");
        assert_ne!(address("a.b@x.example").normalised(), address("ab@x.example").normalised());
    }

    #[test]
    fn what_some_hosts_tell_apart_is_seen() {
        let alike = |one: &str, other: &str| address(one).is_written_like(&address(other));
        assert!(alike("Anna@пример.рф", "anna@xn--e1afmkfd.xn--p1ai"));
        assert!(alike("Ü@x.example", "u\u{308}@x.example"));
        assert!(!alike("straße@x.example", "strasse@x.example"));
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
                address.normalised();
            }
        }

        /// Any spelling: case, composition, the form of the domain, and what cannot be seen.
        #[test]
        fn any_spelling_is_the_same_person(
            local in "[a-zäöüßéñа-яёα-ω0-9]{1,12}", domain in "[a-zäöüа-яё]{1,10}\\.example",
            upper: bool, decomposed: bool, ascii: bool, hidden in 0usize..12,
        ) {
            let plain = address(&format!("{local}@{domain}"));
            let mut local: String = if decomposed { local.nfd().collect() } else { local };
            if upper {
                local = local.to_uppercase();
            }
            let at = local.char_indices().nth(hidden).map_or(0, |(at, _)| at);
            local.insert(at, '\u{200b}');
            let domain = if ascii { domain_to_ascii(&domain).unwrap() } else { domain.to_uppercase() };
            let other = address(&format!("{local}@{domain}"));
            prop_assert_eq!(plain.normalised(), other.normalised());
        }
    }
}
