//! The code of the mail that proves an identity.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::base32;
use crate::id::{Id, Moment};
use crate::keys::{Keyring, Purpose, Root, short};

/// How many characters a code has: 50 bits. Tries are counted without a lock, so whoever sends very many at once may
/// have a few more than they should; even millions would not do.
const SYMBOLS: usize = 10;
const MASK: u64 = (1 << (5 * SYMBOLS)) - 1;

/// A code such as `K7QM2-X9P4T`. `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code(u64);

/// A text that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCode;

impl Code {
    /// Draws a code.
    pub fn draw(moment: &Moment) -> Self {
        Self(u64::from_be_bytes(moment.draw()) & MASK)
    }

    /// The code of bytes that nobody can guess, for where the same one must be found twice.
    pub const fn of(bytes: [u8; 10]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = bytes;
        Self(u64::from_be_bytes([a, b, c, d, e, f, g, h]) & MASK)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = base32::encode::<SYMBOLS>(self.0.into());
        let (a, b) = text.split_at_checked(SYMBOLS / 2).unwrap_or_default();
        write!(f, "{a}-{b}")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

/// Reads a code as people write it: in either case, with or without dashes and spaces.
impl FromStr for Code {
    type Err = InvalidCode;

    fn from_str(text: &str) -> Result<Self, InvalidCode> {
        let (mut number, mut count) = (0_u64, 0);
        for symbol in text.chars().filter(|c| !matches!(c, '-' | ' ')) {
            if count == SYMBOLS {
                return Err(InvalidCode);
            }
            let digit = base32::digit(symbol).ok_or(InvalidCode)?;
            number = (number << 5) | u64::from(digit);
            count += 1;
        }
        if count == SYMBOLS { Ok(Self(number)) } else { Err(InvalidCode) }
    }
}

/// The keyed hash of a code, which is all that is stored of it: 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeHash(u128);

impl CodeHash {
    /// Hashes the code of a request.
    pub fn new(keys: &Keyring, request: Id, code: &Code) -> Self {
        Self(hash(keys.current(), request, code))
    }

    /// Tells in constant time whether this is the hash of a code, made under any root.
    pub(super) fn is(&self, keys: &Keyring, request: Id, code: &Code) -> bool {
        let same = |root| hash(root, request, code).to_be_bytes().ct_eq(&self.0.to_be_bytes());
        keys.roots().any(|root| bool::from(same(root)))
    }
}

fn hash(root: &Root, request: Id, code: &Code) -> u128 {
    short(&root.mac(Purpose::IdentityCode, &[&request.to_bytes(), &code.0.to_be_bytes()]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::Seed;
    use crate::request::tests::{at, code};

    #[test]
    fn codes_are_read_as_people_write_them() {
        let shown = code(1).to_string();
        assert_eq!(shown.len(), "K7QM2-X9P4T".len());
        let relaxed = format!(" {} ", shown.to_lowercase().replace('-', " "));
        assert_eq!(relaxed.parse(), Ok(code(1)));
        for wrong in ["", "K7QM2-X9P4", "K7QM2-X9P4TT", "K7QM2-X9P4U"] {
            assert_eq!(wrong.parse::<Code>(), Err(InvalidCode), "{wrong}");
        }
        assert!(!format!("{:?}", code(1)).contains(&shown[..5]));
    }

    proptest! {
        #[test]
        fn codes_round_trip_and_never_panic(seed: [u8; 32], strange in "\\PC*") {
            let code = Code::draw(&Moment::new(at(0), Seed::new(seed)));
            prop_assert_eq!(code.to_string().parse(), Ok(code));
            let _ = strange.parse::<Code>();
        }
    }
}
