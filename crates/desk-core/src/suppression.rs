//! Who does not want mail, and what of it: suppressions, the mailing lists they are about, and the links that make them.
//!
//! A suppression names a person by the keyed hash of the address alone, so it outlives the erasure of everything else:
//! without it nobody could honour the objection (GDPR articles 17(3) and 21(3)).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base32;
use crate::email::{EmailAddress, is_letter};
use crate::id::Id;
use crate::keys::{Keyring, Purpose, Subject};
use crate::store_key::StoreKey;
use crate::time::Timestamp;

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
pub struct ListTag([u8; Self::LEN]);

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
        base32::encode::<{ Self::CHARS }>(number).fmt(f)
    }
}

const ALL: &str = "all";
const BOUNCE: &str = "bounce";
const COMPLAINT: &str = "complaint";

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
        base32::encode::<13>(self.0.into()).fmt(f)
    }
}

/// What the key of a suppression begins with.
pub const SUPPRESSIONS: &str = "suppression:";
/// What the key of a [`Change`] begins with.
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
pub struct Change {
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

impl Change {
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

/// What an unsubscribe link says: who, and which list. It names no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whose mail.
    pub subject: Subject,
    /// Which list.
    pub list: ListTag,
    /// What the page may show of the address.
    pub mask: Mask,
}

impl Link {
    /// The link for an address on a list.
    pub fn new(keys: &Keyring, address: &EmailAddress, list: ListTag) -> Self {
        Self { subject: keys.subject(address), list, mask: Mask::new(address) }
    }

    /// The link's token. It never expires, and the same link has the same token.
    pub fn mint(&self, keys: &Keyring) -> String {
        let mut bytes = [0; 32];
        let parts = self.subject.to_bytes().into_iter().chain(self.list.0).chain(self.mask.0);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = from;
        }
        keys.mint(Purpose::UnsubscribeLink, bytes)
    }

    /// Reads a token, without a look into the store.
    pub fn redeem(keys: &Keyring, token: &str) -> Option<Self> {
        let bytes: [u8; 32] = keys.redeem(Purpose::UnsubscribeLink, token)?;
        let (subject, rest) = bytes.split_first_chunk::<16>()?;
        let (list, rest) = rest.split_first_chunk::<{ ListTag::LEN }>()?;
        Some(Self {
            subject: Subject::from_bytes(*subject),
            list: ListTag(*list),
            mask: Mask(rest.try_into().ok()?),
        })
    }
}

/// What a page may show of an address, so that a person with several knows which one it is about: the first letters of
/// both halves, and the last label of the domain where it is short. `j•••@e•••.org`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mask([u8; 11]);

impl Mask {
    /// Masks an address.
    pub fn new(address: &EmailAddress) -> Self {
        let text = address.normalised();
        let (local, domain) = text.rsplit_once('@').unwrap_or_default();
        let initial = |part: &str| {
            let [_, a, b, c] = part.chars().next().map_or(0, u32::from).to_be_bytes();
            [a, b, c]
        };
        let last = domain.rsplit('.').next().unwrap_or_default();
        let mut bytes = [0; 11];
        let shown = if last.len() <= 5 { last.as_bytes() } else { &[] };
        let initials = initial(local).into_iter().chain(initial(domain));
        for (to, from) in bytes.iter_mut().zip(initials.chain(shown.iter().copied())) {
            *to = from;
        }
        Self(bytes)
    }

    /// The masked address, if anything is known of it.
    pub fn shown(self) -> Option<String> {
        let [a, b, c, d, e, f, last @ ..] = self.0;
        let letter =
            |a, b, c| char::from_u32(u32::from_be_bytes([0, a, b, c])).filter(|c| is_letter(*c));
        let mut text = String::new();
        text.push(letter(a, b, c)?);
        text.push_str("•••@");
        text.push(letter(d, e, f)?);
        text.push_str("•••");
        let end = last.iter().position(|&byte| byte == 0).unwrap_or(last.len());
        let last = last.get(..end).and_then(|label| std::str::from_utf8(label).ok());
        if let Some(last) = last.filter(|label| !label.is_empty()) {
            text.push('.');
            text.push_str(last);
        }
        Some(text)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask(…)")
    }
}

/// How long an opt-out can be undone from the page that confirmed it.
pub const UNDO_SECONDS: i64 = 30 * 86_400;
/// How long a mailed link to the preferences works.
pub const PREFERENCES_SECONDS: i64 = 86_400;

/// What undoes an opt-out: who, what, and when it was made. It can do nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undo {
    /// Whose.
    pub subject: Subject,
    /// About what: a list, or all.
    pub scope: Scope,
    /// When the opt-out was made, to the second.
    pub at: Timestamp,
}

impl Undo {
    /// The token.
    pub fn mint(&self, keys: &Keyring) -> String {
        let list = match self.scope {
            Scope::List(tag) => tag.0,
            // No list's hash is all zeros, but for one in 2^40.
            Scope::All | Scope::Bounce | Scope::Complaint => [0; ListTag::LEN],
        };
        let mut bytes = [0; 29];
        let at = self.at.seconds().to_be_bytes();
        let parts = self.subject.to_bytes().into_iter().chain(list).chain(at);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = from;
        }
        keys.mint(Purpose::UndoLink, bytes)
    }

    /// Reads a token that has not expired.
    pub fn redeem(keys: &Keyring, token: &str, now: Timestamp) -> Option<Self> {
        let bytes: [u8; 29] = keys.redeem(Purpose::UndoLink, token)?;
        let (subject, rest) = bytes.split_first_chunk::<16>()?;
        let (list, rest) = rest.split_first_chunk::<{ ListTag::LEN }>()?;
        let at = Timestamp::from_seconds(i64::from_be_bytes(rest.try_into().ok()?)).ok()?;
        let scope =
            if *list == [0; ListTag::LEN] { Scope::All } else { Scope::List(ListTag(*list)) };
        let fresh = now < at.plus_seconds(UNDO_SECONDS);
        fresh.then_some(Self { subject: Subject::from_bytes(*subject), scope, at })
    }
}

/// What opens the preferences of a person who proved, by receiving a mail, that the address is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreferencesLink {
    /// Whose.
    pub subject: Subject,
    /// When it stops to work.
    pub expires: Timestamp,
}

impl PreferencesLink {
    /// The token.
    pub fn mint(&self, keys: &Keyring) -> String {
        let mut bytes = [0; 24];
        let expires = self.expires.seconds().to_be_bytes();
        for (to, from) in bytes.iter_mut().zip(self.subject.to_bytes().into_iter().chain(expires)) {
            *to = from;
        }
        keys.mint(Purpose::PreferencesLink, bytes)
    }

    /// Reads a token that has not expired.
    pub fn redeem(keys: &Keyring, token: &str, now: Timestamp) -> Option<Self> {
        let bytes: [u8; 24] = keys.redeem(Purpose::PreferencesLink, token)?;
        let (subject, expires) = bytes.split_first_chunk::<16>()?;
        let expires = Timestamp::from_seconds(i64::from_be_bytes(expires.try_into().ok()?)).ok()?;
        (now < expires).then_some(Self { subject: Subject::from_bytes(*subject), expires })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::RootSecret;
    use crate::keys::tests::{keyring, secret};
    use proptest::prelude::*;

    fn list(id: &str) -> ListTag {
        id.parse::<ListId>().unwrap().tag()
    }

    fn address(text: &str) -> EmailAddress {
        text.parse().unwrap()
    }

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

    #[test]
    fn a_mask_shows_two_letters_and_a_short_end() {
        for (email, shown) in [
            ("Jane@Example.org", "j•••@e•••.org"),
            ("почта@пример.рф", "п•••@п•••.рф"),
            ("a@b.photography", "a•••@b•••"),
            ("x@mail.co.uk", "x•••@m•••.uk"),
        ] {
            assert_eq!(Mask::new(&address(email)).shown().as_deref(), Some(shown), "{email}");
        }
        assert_eq!(Mask([0; 11]).shown(), None);
        assert_eq!(Mask::new(&address("+a@b.co")).shown(), None);
    }

    #[test]
    fn a_link_is_for_one_person_and_one_list_and_survives_rotation() {
        let ring = keyring();
        let link = Link::new(&ring, &address("jane@example.org"), list("news"));
        let token = link.mint(&ring);
        assert_eq!(token.len(), 70);
        assert_eq!(Link::redeem(&ring, &token), Some(link));
        let rotated = crate::keys::Keyring::new(&secret(2), &[secret(1)]);
        assert_eq!(Link::redeem(&rotated, &token), Some(link));
        let other: RootSecret = secret(3);
        assert_eq!(Link::redeem(&crate::keys::Keyring::new(&other, &[]), &token), None);
        let elsewhere = Link::new(&ring, &address("jane@example.org"), list("tips"));
        assert_ne!(elsewhere.mint(&ring), token);
        assert!(!token.contains("jane") && !token.contains("news"));
    }

    #[test]
    fn tokens_expire_when_they_should_and_serve_one_purpose() {
        let ring = keyring();
        let at = Timestamp::from_seconds(1_800_000_000).unwrap();
        let subject = ring.subject(&address("jane@example.org"));
        for scope in [Scope::All, Scope::List(list("news"))] {
            let undo = Undo { subject, scope, at };
            let token = undo.mint(&ring);
            assert_eq!(Undo::redeem(&ring, &token, at), Some(undo));
            let last = at.plus_seconds(UNDO_SECONDS - 1);
            assert_eq!(Undo::redeem(&ring, &token, last), Some(undo));
            assert_eq!(Undo::redeem(&ring, &token, last.plus_seconds(1)), None);
            assert_eq!(Link::redeem(&ring, &token), None);
            assert_eq!(PreferencesLink::redeem(&ring, &token, at), None);
        }
        let expires = at.plus_seconds(PREFERENCES_SECONDS);
        let link = PreferencesLink { subject, expires };
        let token = link.mint(&ring);
        assert_eq!(PreferencesLink::redeem(&ring, &token, at), Some(link));
        assert_eq!(PreferencesLink::redeem(&ring, &token, expires), None);
        assert_eq!(Undo::redeem(&ring, &token, at), None);
    }

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
            let change = Change { id: Id::from_bytes(id), subject, scope, reason };
            prop_assert_eq!(Change::from_key(change.key().as_str()), Some(change));
            prop_assert_eq!(from_key(key(subject, scope).as_str()), Some((subject, scope)));
        }

        #[test]
        fn strange_keys_never_panic(text in "(change:|suppression:)?[A-Z0-9a-z:]*") {
            let _ = (Change::from_key(&text), from_key(&text));
        }

        #[test]
        fn every_changed_token_is_refused(at in 0..70usize, with in "[A-Za-z0-9_-]") {
            let ring = keyring();
            let token = Link::new(&ring, &address("jane@example.org"), list("news")).mint(&ring);
            let mut changed = token.clone();
            changed.replace_range(at..=at, &with);
            prop_assume!(changed != token);
            prop_assert_eq!(Link::redeem(&ring, &changed), None);
        }

        #[test]
        fn a_mask_never_panics(text in "\\PC{1,5}@\\PC{1,9}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                let _ = Mask::new(&address).shown();
            }
        }
    }
}
