//! Crockford's base 32: digits and capitals without I, L, O and U, so that people can read it aloud.

use std::fmt;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A character that stands for nothing in this alphabet, and where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBase32 {
    /// The position of the character, counted in characters from zero.
    pub at: usize,
}

impl fmt::Display for InvalidBase32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {} is not one of the alphabet", self.at + 1)
    }
}

impl std::error::Error for InvalidBase32 {}

/// The character for the lowest five bits of `digit`.
pub fn symbol(digit: u8) -> u8 {
    ALPHABET.get(usize::from(digit & 31)).map_or(b'0', |&symbol| symbol)
}

/// The five bits of a character, in either case; I and L are read as 1, O as 0, for that is how they are misread.
pub fn digit(symbol: char) -> Option<u8> {
    match symbol.to_ascii_uppercase() {
        'I' | 'L' => Some(1),
        'O' => Some(0),
        symbol => {
            let digit = ALPHABET.iter().position(|&known| char::from(known) == symbol)?;
            u8::try_from(digit).ok()
        }
    }
}

/// Writes the lowest `5 * N` bits of a number as `N` characters, the highest first.
pub fn encode<const N: usize>(number: u128) -> String {
    const { assert!(N <= 26, "a `u128` has no more") };
    (0..N).rev().map(|place| char::from(symbol((number >> (5 * place)) as u8))).collect()
}

/// Reads characters as one number, the highest first.
///
/// # Errors
/// [`InvalidBase32`] at the first character outside the alphabet, or the 27th: a `u128` has no room for it.
pub fn decode(text: &str) -> Result<u128, InvalidBase32> {
    let mut number: u128 = 0;
    for (at, symbol) in text.chars().enumerate() {
        let value = digit(symbol).filter(|_| number >> 123 == 0).ok_or(InvalidBase32 { at })?;
        number = (number << 5) | u128::from(value);
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn round_trips(number: u128) {
            prop_assert_eq!(decode(&encode::<26>(number)), Ok(number));
            prop_assert_eq!(decode(&encode::<26>(number).to_lowercase()), Ok(number));
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = decode(&text);
        }
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(decode("oIl"), decode("011"));
        assert_eq!(decode("AU"), Err(InvalidBase32 { at: 1 }));
        assert_eq!(decode(&"Z".repeat(27)), Err(InvalidBase32 { at: 25 }));
    }
}
