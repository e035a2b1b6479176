//! Mailing lists, and what a suppression is about: one of them, or all.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::base32;

/// The id of a mailing list: a label of a domain name, for it stands in `List-Id` (RFC 2919 section 2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListId(String);

/// A text that is not the id of a mailing list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidListId;

impl fmt::Display for InvalidListId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list's id has 1 to 63 of a-z 0-9 -, and is not all, bounce or complaint")
    }
}

impl std::error::Error for InvalidListId {}

impl ListId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What tokens and store keys carry instead of the id.
    pub fn tag(&self) -> ListTag {
        let mut tag = [0; ListTag::LEN];
        for (to, from) in tag.iter_mut().zip(Sha256::digest(&self.0)) {
            *to = from;
        }
        ListTag(tag)
    }
}

impl FromStr for ListId {
    type Err = InvalidListId;

    fn from_str(text: &str) -> Result<Self, InvalidListId> {
        let fits = (1..=63).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
            // These name scopes that are not lists.
            && !matches!(text, ALL | BOUNCE | COMPLAINT);
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidListId) }
    }
}

impl fmt::Display for ListId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A list as tokens and keys know it: 40 bits of the SHA-256 of its id. A link works for ever, also when its list is no
/// longer configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListTag(pub(super) [u8; Self::LEN]);

impl ListTag {
    /// How many bytes a tag takes.
    pub const LEN: usize = 5;
    const CHARS: usize = 8;

    fn from_text(text: &str) -> Option<Self> {
        let number = base32::decode(text).ok().filter(|_| text.len() == Self::CHARS)?;
        let [.., a, b, c, d, e] = number.to_be_bytes();
        let tag = Self([a, b, c, d, e]);
        // Keys are compared as text, so there is one text for a tag.
        (tag.to_string() == text).then_some(tag)
    }
}

impl fmt::Display for ListTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.0.iter().fold(0, |number, &byte| (number << 8) | u128::from(byte));
        f.write_str(&base32::encode::<{ Self::CHARS }>(number))
    }
}

const ALL: &str = "all";
pub(super) const BOUNCE: &str = "bounce";
pub(super) const COMPLAINT: &str = "complaint";

/// What a suppression is about. Each scope has a key of its own, so that a bounce which expires never takes along what a
/// person asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// One list.
    List(ListTag),
    /// Every list, those to come included.
    All,
    /// Every list, because mail to the address comes back.
    Bounce,
    /// Every list, because the person reported a mail as unwanted.
    Complaint,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(tag) => tag.fmt(f),
            Self::All => f.write_str(ALL),
            Self::Bounce => f.write_str(BOUNCE),
            Self::Complaint => f.write_str(COMPLAINT),
        }
    }
}

/// Reads what `Display` writes: the scope as store keys have it.
impl FromStr for Scope {
    type Err = InvalidListId;

    fn from_str(text: &str) -> Result<Self, InvalidListId> {
        match text {
            ALL => Ok(Self::All),
            BOUNCE => Ok(Self::Bounce),
            COMPLAINT => Ok(Self::Complaint),
            _ => ListTag::from_text(text).map(Self::List).ok_or(InvalidListId),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_lists_are_labels_of_domain_names() {
        for text in ["product-news", "a", "1", &"a".repeat(63)] {
            assert!(text.parse::<ListId>().is_ok(), "{text}");
        }
        for text in [
            "",
            "-a",
            "a-",
            "A",
            "a.b",
            "a_b",
            "новости",
            "all",
            "bounce",
            "complaint",
            &"a".repeat(64),
        ] {
            assert!(text.parse::<ListId>().is_err(), "{text}");
        }
    }
}
