//! Short texts whose length is known: dates and times, written digit by digit.

use std::fmt;
use std::ops::Deref;

/// A text of `N` ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    /// The text of these characters, all of which are ASCII.
    pub(crate) const fn new(characters: [u8; N]) -> Self {
        Self(characters)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<const N: usize> Deref for Ascii<N> {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl<const N: usize> fmt::Display for Ascii<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

/// The two digits of a number below 100.
pub(crate) const fn digits(number: u8) -> [u8; 2] {
    [b'0' + number / 10 % 10, b'0' + number % 10]
}
