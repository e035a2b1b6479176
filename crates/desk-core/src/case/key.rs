//! Where a case lies in the store.

use super::Case;
use crate::id::Id;
use crate::journal::Place;
use crate::keys::Subject;
use crate::store_key::StoreKey;

/// Where a case lies: its id, and the subject where the person gave an address. Both are in the key of its opening, so
/// that lists, retention and erasure choose by key alone, and both are in the status link, so that it needs no scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseKey {
    /// The case's id.
    pub id: Id,
    /// Whose it is.
    pub subject: Option<Subject>,
}

impl CaseKey {
    /// The first part of the keys of openings.
    pub const AREA: &'static str = "case";
    /// What stands for the subject where the person gave no address.
    const ANONYMOUS: &'static str = "anonymous";

    /// Reads the key of an opening; `None` if it is another key.
    pub fn from_opening(key: &str) -> Option<Self> {
        let mut parts = key.split(':');
        if parts.next() != Some(Self::AREA) {
            return None;
        }
        let id = parts.next()?.parse().ok()?;
        let subject = match parts.next()? {
            Self::ANONYMOUS => None,
            text => Some(Subject::from_bytes(crate::base32::decode(text).ok()?.to_be_bytes())),
        };
        parts.next().is_none().then_some(Self { id, subject })
    }
}

impl Place for CaseKey {
    type Case = Case;

    fn id(&self) -> Id {
        self.id
    }

    fn opening(&self) -> StoreKey {
        let key = StoreKey::of(Self::AREA, self.id);
        match &self.subject {
            Some(subject) => key.with(subject),
            None => key.with(&Self::ANONYMOUS),
        }
    }

    fn head(&self) -> StoreKey {
        StoreKey::of("head", self.id)
    }

    fn events_prefix(&self) -> String {
        format!("event:{}:", self.id)
    }

    fn event(&self, event: Id) -> StoreKey {
        StoreKey::of("event", self.id).with(&event)
    }

    fn to_bytes(self) -> [u8; 32] {
        joined(self.id, self.subject.map_or([0; 16], Subject::to_bytes))
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        let (id, subject) = (u128::from_be_bytes(half(&bytes, 0)), half(&bytes, 16));
        let subject = (subject != [0; 16]).then(|| Subject::from_bytes(subject));
        Self { id: Id::from_bytes(id.to_be_bytes()), subject }
    }
}

/// The payload of a link: an id, then 16 bytes.
pub(crate) fn joined(id: Id, rest: [u8; 16]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(id.to_bytes().into_iter().chain(rest)) {
        *to = from;
    }
    bytes
}

pub(crate) fn half(bytes: &[u8; 32], from: usize) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(bytes.iter().skip(from)) {
        *to = *from;
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::tests::at;
    use crate::keys::tests::keyring;

    #[test]
    fn keys_and_links_name_the_same_case() {
        let subject = keyring().subject(&"anna@oncall.example".parse().unwrap());
        for subject in [None, Some(subject)] {
            let key = CaseKey { id: Id::new(at(5), [3; 10]), subject };
            assert_eq!(CaseKey::from_opening(key.opening().as_str()), Some(key));
            assert_eq!(CaseKey::from_bytes(key.to_bytes()), key);
        }
        for other in [
            "",
            "case",
            "case:x:anonymous",
            "head:00000000000000000000000001",
            "case:00000000000000000000000001:anonymous:x",
        ] {
            assert_eq!(CaseKey::from_opening(other), None, "{other}");
        }
    }
}
