//! Short texts whose length is known: ids, references, dates. They are written digit by digit and lie on the stack: a page
//! is full of them, and what the standard library formats and pads with takes many times as long.

use std::fmt;
use std::ops::Deref;

use zeroize::Zeroize;

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

impl<const N: usize> Zeroize for Ascii<N> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

/// A SHA-256 in lower-case hexadecimal digits.
pub fn hex(hash: &[u8; 32]) -> Ascii<64> {
    let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
    let mut digits = [0; 64];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(hash) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    Ascii::new(digits)
}

/// The two digits of a number below 100.
pub(crate) const fn digits(number: u8) -> [u8; 2] {
    [b'0' + number / 10 % 10, b'0' + number % 10]
}
