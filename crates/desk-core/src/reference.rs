//! References of cases, made to be read aloud: `FB-7K3M-2Q9X-4TR6`.

use std::fmt;
use std::str::FromStr;

use crate::base32;
use crate::id::Id;

/// Data characters in a reference, five bits each: with 55 bits, a million cases have a chance of 1 in 70,000 that two
/// of them share one.
const DATA: usize = 11;

/// The public name of a case: a prefix that tells the kind of desk, and twelve characters of [`base32`],
/// the last of which checks the others.
///
/// The check finds every single wrong character and every swap of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    series: Series,
    digits: [u8; DATA],
}

/// What kind of case a reference names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Series {
    /// Questions, complaints, suggestions and problems.
    Feedback,
    /// Data requests.
    Requests,
}

impl Series {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Feedback => "FB",
            Self::Requests => "DR",
        }
    }
}

impl Reference {
    /// The reference of the case with this id: the lowest 55 of its random bits.
    pub fn new(series: Series, id: Id) -> Self {
        let mut digits = [0; DATA];
        for (place, digit) in digits.iter_mut().rev().enumerate() {
            *digit = ((id.unique() >> (5 * place)) & 31) as u8;
        }
        Self { series, digits }
    }

    /// The reference as text, in its groups.
    pub fn text(self) -> String {
        let mut text = self.series.prefix().to_owned();
        for (place, digit) in self.digits.into_iter().chain([check(&self.digits)]).enumerate() {
            if place.is_multiple_of(4) {
                text.push('-');
            }
            text.push(char::from(base32::symbol(digit)));
        }
        text
    }
}

/// Why a text is not a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidReference {
    /// It has not twelve characters after its prefix, or one that is no letter or digit.
    Shape,
    /// The check character does not fit: one character is wrong, or two are swapped.
    Check,
}

impl fmt::Display for InvalidReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "a reference looks like FB-7K3M-2Q9X-4TR6",
            Self::Check => "a character of the reference is wrong or two are swapped",
        })
    }
}

impl std::error::Error for InvalidReference {}

impl From<Id> for Reference {
    /// The reference of a feedback case.
    fn from(id: Id) -> Self {
        Self::new(Series::Feedback, id)
    }
}

/// Multiplies by x in GF(32), the field of the polynomial x⁵ + x² + 1.
const fn times_x(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

/// Sums the digits, each times its own power of x. Powers up to the 30th are all different and none is zero, which is
/// why a wrong digit, or two swapped ones, always change the sum.
fn check(digits: &[u8; DATA]) -> u8 {
    digits.iter().fold(0, |sum, &digit| times_x(sum ^ digit))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Reads a reference as people write it: in either case, with or without dashes and spaces.
impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let mut symbols = text.chars().filter(|c| !matches!(c, '-' | ' '));
        let mut letter = || symbols.next().map(|c| c.to_ascii_uppercase());
        let series = match (letter(), letter()) {
            (Some('F'), Some('B')) => Series::Feedback,
            (Some('D'), Some('R')) => Series::Requests,
            _ => return Err(InvalidReference::Shape),
        };
        let mut next = || symbols.next().and_then(base32::digit).ok_or(InvalidReference::Shape);
        let mut digits = [0; DATA];
        for digit in &mut digits {
            *digit = next()?;
        }
        let last = next()?;
        if symbols.next().is_some() {
            return Err(InvalidReference::Shape);
        }
        if check(&digits) == last {
            Ok(Self { series, digits })
        } else {
            Err(InvalidReference::Check)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference(number: u128) -> Reference {
        Id::from_bytes(number.to_be_bytes()).into()
    }

    #[test]
    fn looks_as_documented() {
        let text = reference(0x1234_5678_9abc_def0).to_string();
        assert_eq!(text.len(), "FB-7K3M-2Q9X-4TR6".len());
        let relaxed = text.to_lowercase().replace('-', " ");
        assert_eq!(relaxed.parse(), Ok(reference(0x1234_5678_9abc_def0)));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_found(number: u128, at in 0usize..12, other in 0u8..32) {
            let text = reference(number).to_string().replace('-', "");
            let mut symbols: Vec<char> = text.chars().collect();
            let changed = char::from(base32::symbol(other));
            prop_assume!(symbols[at + 2] != changed);
            symbols[at + 2] = changed;
            let wrong: String = symbols.into_iter().collect();
            prop_assert_eq!(wrong.parse::<Reference>(), Err(InvalidReference::Check));
        }

        #[test]
        fn two_swapped_characters_are_found(number: u128, a in 2usize..14, b in 2usize..14) {
            let mut symbols: Vec<char> = reference(number).to_string().replace('-', "").chars().collect();
            prop_assume!(symbols[a] != symbols[b]);
            symbols.swap(a, b);
            let wrong: String = symbols.into_iter().collect();
            prop_assert_eq!(wrong.parse::<Reference>(), Err(InvalidReference::Check));
        }

        #[test]
        fn round_trips_and_never_panics(number: u128, text in "\\PC*") {
            prop_assert_eq!(reference(number).to_string().parse(), Ok(reference(number)));
            let _ = text.parse::<Reference>();
        }
    }
}
