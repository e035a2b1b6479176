//! The links of mails and pages: they name no address, and each can do one thing only.

use std::fmt;

use super::list::{ListTag, Scope};
use crate::email::{EmailAddress, is_letter};
use crate::keys::{Keyring, Purpose, Subject};
use crate::time::Timestamp;

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
        let text = address.as_str().to_lowercase();
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
    pub fn masked(self) -> Option<String> {
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
    use proptest::prelude::*;

    use super::*;
    use crate::keys::RootSecret;
    use crate::keys::tests::{keyring, secret};
    use crate::suppression::ListId;

    fn list(id: &str) -> ListTag {
        id.parse::<ListId>().unwrap().tag()
    }

    fn address(text: &str) -> EmailAddress {
        text.parse().unwrap()
    }

    #[test]
    fn a_mask_shows_two_letters_and_a_short_end() {
        for (email, shown) in [
            ("Jane@Example.org", "j•••@e•••.org"),
            ("почта@пример.рф", "п•••@п•••.рф"),
            ("a@b.photography", "a•••@b•••"),
            ("x@mail.co.uk", "x•••@m•••.uk"),
        ] {
            assert_eq!(Mask::new(&address(email)).masked().as_deref(), Some(shown), "{email}");
        }
        assert_eq!(Mask([0; 11]).masked(), None);
        assert_eq!(Mask::new(&address("+a@b.co")).masked(), None);
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

    proptest! {
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
                let _ = Mask::new(&address).masked();
            }
        }
    }
}
