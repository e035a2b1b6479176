//! Keys of the store, which every Spin backend must be able to hold.

use std::fmt::{self, Write};

use crate::id::Id;

/// A key of the store: 1 to 200 of the characters `A-Z a-z 0-9 . _ : -`.
///
/// One backend builds SQL from keys and others forbid `/ \ ? #`, so nothing that a client sends ever becomes part of a
/// key unless it was parsed into a type whose text keeps to these characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey(String);

/// A part that cannot stand in a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidStoreKey;

impl fmt::Display for InvalidStoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a key of 1 to 200 characters A-Z a-z 0-9 . _ : -")
    }
}

impl std::error::Error for InvalidStoreKey {}

/// The most characters that a key may have.
pub const MAX_KEY: usize = 200;

impl StoreKey {
    /// Takes a text as a key.
    ///
    /// # Errors
    /// [`InvalidStoreKey`] where it is empty, too long, or has another character.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidStoreKey> {
        let text = text.into();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
        if text.is_empty() || text.len() > MAX_KEY || !text.bytes().all(allowed) {
            return Err(InvalidStoreKey);
        }
        Ok(Self(text))
    }

    /// The key that is an area's name alone.
    pub(crate) fn area(area: &'static str) -> Self {
        Self(area.to_owned())
    }

    /// The key `<area>:<id>`.
    pub(crate) fn of(area: &'static str, id: Id) -> Self {
        Self([area, ":", &id.text()].concat())
    }

    /// This key with one more part.
    pub(crate) fn with(mut self, part: &dyn fmt::Display) -> Self {
        // Writing to a text cannot fail.
        let _ = write!(self.0, ":{part}");
        self
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts between the colons.
    pub fn parts(&self) -> std::str::Split<'_, char> {
        self.0.split(':')
    }
}

impl fmt::Display for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_what_every_backend_holds() {
        assert!(StoreKey::new("case:01ABC.x_y-z").is_ok());
        for text in ["", "a b", "a/b", "a'b", "a\"b", "ключ", "a\n", "a#b", &"a".repeat(201)] {
            assert_eq!(StoreKey::new(text), Err(InvalidStoreKey), "{text}");
        }
    }
}
