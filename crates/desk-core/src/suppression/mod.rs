//! Who does not want mail, and what of it: suppressions, the mailing lists they are about, and the links that make them.
//!
//! A suppression names a person by the keyed hash of the address alone, so it outlives the erasure of everything else:
//! without it nobody could honour the objection (GDPR articles 17(3) and 21(3)).

mod link;
mod list;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base32;
use crate::id::Id;
use crate::keys::Subject;
use crate::store_key::StoreKey;
use crate::time::Timestamp;

pub use link::{Link, Mask, PREFERENCES_SECONDS, PreferencesLink, UNDO_SECONDS, Undo};
use list::{BOUNCE, COMPLAINT};
pub use list::{InvalidListId, ListId, ListTag, Scope};

/// How a suppression came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// A mail client sent `List-Unsubscribe=One-Click` (RFC 8058 section 3.2).
    OneClick,
    /// The person pressed the button on the page.
    Form,
    /// Something posted to the link without saying what, as some clients do. It is honoured all the same.
    Bare,
    /// The person chose it among the preferences.
    Preferences,
    /// An operator entered it.
    Operator,
    /// It came from another system.
    Import,
    /// Mail to the address came back for good.
    Bounce,
    /// The person reported a mail as unwanted.
    Complaint,
    /// A mail program wrote to the address beside the link (RFC 2369 section 2).
    Mail,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::OneClick,
        Self::Form,
        Self::Bare,
        Self::Preferences,
        Self::Operator,
        Self::Import,
        Self::Bounce,
        Self::Complaint,
        Self::Mail,
    ];

    /// The reason's name in keys and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneClick => "one-click",
            Self::Form => "form",
            Self::Bare => "bare",
            Self::Preferences => "preferences",
            Self::Operator => "operator",
            Self::Import => "import",
            Self::Bounce => BOUNCE,
            Self::Complaint => COMPLAINT,
            Self::Mail => "mail",
        }
    }

    /// The reason of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Whether the person did it with a link of ours, and so may undo it with one.
    pub const fn is_the_persons(self) -> bool {
        matches!(self, Self::OneClick | Self::Form | Self::Bare | Self::Preferences | Self::Mail)
    }
}

/// A suppression as it is stored under its key: who and what are in the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Since when.
    pub at: Timestamp,
    /// How it came about.
    pub reason: Reason,
    /// The page that it was made on: the same page, sent again, is the same act.
    pub page: Option<PageId>,
}

/// Tells one showing of the unsubscribe page from another: 64 random bits, written as 13 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageId(u64);

impl PageId {
    /// The page with these random bytes.
    pub const fn new(random: [u8; 8]) -> Self {
        Self(u64::from_be_bytes(random))
    }

    /// Reads what `Display` writes.
    pub fn from_text(text: &str) -> Option<Self> {
        let number = base32::decode(text).ok().filter(|_| text.len() == 13)?;
        u64::try_from(number).ok().map(Self)
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32::encode::<13>(self.0.into()))
    }
}

/// What the key of a suppression begins with.
pub const SUPPRESSIONS: &str = "suppression:";
/// What the key of a [`SuppressionChange`] begins with.
pub const CHANGES: &str = "change:";

/// The key of a person's suppression of a scope.
pub fn key(subject: Subject, scope: Scope) -> StoreKey {
    StoreKey::area("suppression").with(&subject).with(&scope)
}

/// Reads the key of a suppression.
pub fn from_key(key: &str) -> Option<(Subject, Scope)> {
    let (subject, scope) = key.strip_prefix(SUPPRESSIONS)?.split_once(':')?;
    Some((subject.parse().ok()?, scope.parse().ok()?))
}

/// One change, as the journal keeps it: all of it is in the key, so that the mailer can be told by keys alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuppressionChange {
    /// Which, and when.
    pub id: Id,
    /// Whose.
    pub subject: Subject,
    /// About what.
    pub scope: Scope,
    /// How it came about; `None` where a suppression was lifted.
    pub reason: Option<Reason>,
}

/// The word for a lifted suppression in the keys of changes.
const LIFTED: &str = "lifted";

impl SuppressionChange {
    /// The change's key.
    pub fn key(&self) -> StoreKey {
        let what = self.reason.map_or(LIFTED, Reason::name);
        StoreKey::of("change", self.id).with(&self.subject).with(&self.scope).with(&what)
    }

    /// Reads a change's key.
    pub fn from_key(key: &str) -> Option<Self> {
        let mut parts = key.strip_prefix(CHANGES)?.split(':');
        let (id, subject, scope) = (parts.next()?, parts.next()?, parts.next()?);
        let what = parts.next().filter(|_| parts.next().is_none())?;
        Some(Self {
            id: id.parse().ok()?,
            subject: subject.parse().ok()?,
            scope: scope.parse().ok()?,
            reason: if what == LIFTED { None } else { Some(Reason::from_name(what)?) },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scope() -> impl Strategy<Value = Scope> {
        prop_oneof![
            any::<[u8; 5]>().prop_map(|bytes| Scope::List(ListTag(bytes))),
            Just(Scope::All),
            Just(Scope::Bounce),
            Just(Scope::Complaint),
        ]
    }

    proptest! {
        #[test]
        fn keys_are_read_as_they_are_written(
            id: [u8; 16], subject: [u8; 16], scope in scope(), reason in prop::option::of(prop::sample::select(&Reason::ALL[..])),
        ) {
            let subject = Subject::from_bytes(subject);
            let change = SuppressionChange { id: Id::from_bytes(id), subject, scope, reason };
            prop_assert_eq!(SuppressionChange::from_key(change.key().as_str()), Some(change));
            prop_assert_eq!(from_key(key(subject, scope).as_str()), Some((subject, scope)));
        }

        #[test]
        fn strange_keys_never_panic(text in "(change:|suppression:)?[A-Z0-9a-z:]*") {
            let _ = (SuppressionChange::from_key(&text), from_key(&text));
        }
    }
}
