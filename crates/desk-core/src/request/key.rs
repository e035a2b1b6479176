//! Where a request lies in the store.

use super::Request;
use crate::case::{half, joined};
use crate::id::Id;
use crate::journal::Place;
use crate::keys::Subject;
use crate::store_key::StoreKey;

/// Where a request lies: its id, and whose data it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// The request's id.
    pub id: Id,
    /// Whose data it is about.
    pub subject: Subject,
}

impl RequestKey {
    /// The first part of the keys of openings.
    pub const AREA: &'static str = "request";

    /// Reads the key of an opening; `None` if it is another key.
    pub fn from_opening(key: &str) -> Option<Self> {
        let mut parts = key.split(':');
        if parts.next() != Some(Self::AREA) {
            return None;
        }
        let id = parts.next()?.parse().ok()?;
        let subject = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { id, subject })
    }
}

impl Place for RequestKey {
    type Case = Request;

    fn id(&self) -> Id {
        self.id
    }

    fn opening(&self) -> StoreKey {
        StoreKey::of(Self::AREA, self.id).with(&self.subject)
    }

    fn head(&self) -> StoreKey {
        StoreKey::of("request-head", self.id)
    }

    fn events_prefix(&self) -> String {
        format!("request-event:{}:", self.id)
    }

    fn event(&self, event: Id) -> StoreKey {
        StoreKey::of("request-event", self.id).with(&event)
    }

    fn to_bytes(self) -> [u8; 32] {
        joined(self.id, self.subject.to_bytes())
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        let id = Id::from_bytes(half(&bytes, 0));
        Self { id, subject: Subject::from_bytes(half(&bytes, 16)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::keyring;
    use crate::request::tests::id;

    #[test]
    fn keys_and_links_name_the_same_request() {
        let subject = keyring().subject(&"anna@oncall.example".parse().unwrap());
        let key = RequestKey { id: id(), subject };
        assert_eq!(RequestKey::from_opening(key.opening().as_str()), Some(key));
        assert_eq!(RequestKey::from_bytes(key.to_bytes()), key);
        assert_eq!(RequestKey::from_opening("request:00000000000000000000000001:anonymous"), None);
        assert_eq!(RequestKey::from_opening(&format!("{}:x", key.opening())), None);
    }
}
