//! Time-ordered unique ids, and the one source of time and randomness that a request brings along.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::base32;
use crate::time::Timestamp;

/// A time-ordered unique id: 48 bits of milliseconds since 1970, then 80 random bits.
///
/// Written as 26 characters of [`base32`], whose order as text is the order in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id(u128);

/// A text that is not an [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of 26 base 32 characters")
    }
}

impl std::error::Error for InvalidId {}

impl Id {
    /// Builds an id from its instant and 80 random bits.
    pub fn new(at: Timestamp, unique: [u8; 10]) -> Self {
        let millis = at.millis().max(0) as u128 & ((1 << 48) - 1);
        Self(unique.iter().fold(millis, |number, &byte| (number << 8) | u128::from(byte)))
    }

    /// The id with these 16 bytes, the highest first.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }

    /// The 16 bytes, the highest first.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The instant at which the id was made.
    pub fn instant(self) -> Timestamp {
        Timestamp::from_millis((self.0 >> 80) as i64).unwrap_or(Timestamp::EPOCH)
    }

    /// The 80 random bits.
    pub const fn unique(self) -> u128 {
        self.0 & ((1 << 80) - 1)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        base32::encode::<26>(self.0).fmt(f)
    }
}

/// Reads exactly what [`Id`]'s `Display` writes: ids are compared as text in store keys.
impl FromStr for Id {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let id = Self(base32::decode(text).map_err(|_| InvalidId)?);
        if base32::encode::<26>(id.0).as_str() == text { Ok(id) } else { Err(InvalidId) }
    }
}

impl TryFrom<String> for Id {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        text.parse()
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.to_string()
    }
}

/// 32 bytes of a cryptographic random source, ready to be drawn from: HMAC with the bytes taken in as its key, which is
/// half of the hashes of every draw. Copies share it, for every request has one and many draw nothing.
#[derive(Clone)]
pub struct Seed(Arc<Source>);

struct Source {
    mac: Option<Hmac<Sha256>>,
    /// What all nonces begin with, and how many there were.
    nonces: (OnceLock<[u8; Moment::NONCE - 8]>, AtomicU64),
}

impl Seed {
    /// Takes in the bytes. They are taken in once: another seed of the same bytes would give the same nonces again.
    pub fn new(bytes: [u8; 32]) -> Self {
        // HMAC takes a key of any length, so this cannot fail.
        Self(Arc::new(Source {
            mac: Hmac::new_from_slice(&bytes).ok(),
            nonces: Default::default(),
        }))
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// What one request brings from outside: the instant it came at, and the randomness from which all of its ids, nonces and
/// tokens are drawn, so that everything behind the edge is a pure function.
///
/// Requests may share 32 random bytes where each has a number of its own. What is drawn is HMAC-SHA256 of the number, the
/// label and the context under those bytes, as NIST SP 800-108 derives many keys from one: to whoever does not know the
/// bytes it is as good as random for every new message. The number stands first and is always as long, so no two requests
/// have a message in common.
#[derive(Clone)]
pub struct Moment {
    now: Timestamp,
    seed: Seed,
    number: u64,
}

impl Moment {
    /// Builds the moment of a request from the clock and 32 bytes of a cryptographic random source.
    pub fn new(now: Timestamp, seed: [u8; 32]) -> Self {
        Self::numbered(now, Seed::new(seed), 0)
    }

    /// Builds the moment of one of several requests that share 32 bytes of a cryptographic random source.
    ///
    /// No two of them may have the same number.
    pub const fn numbered(now: Timestamp, seed: Seed, number: u64) -> Self {
        Self { now, seed, number }
    }

    /// The instant the request came at.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Draws bytes for one use. The same `label` and `context` give the same bytes, so a value that is drawn twice
    /// must differ in one of them.
    pub fn draw<const N: usize>(&self, label: &str, context: &[&[u8]]) -> [u8; N] {
        self.numbered_draw(self.number, label, context)
    }

    /// How many bytes a nonce has, which is what XChaCha20 takes.
    pub(crate) const NONCE: usize = 24;

    /// Gives a nonce, another one each time: 16 random bytes that all requests with this seed share, and a count that goes
    /// on from one to the next. It must never come again, and may be guessed.
    pub(crate) fn nonce(&self) -> [u8; Self::NONCE] {
        let (prefix, count) = &self.seed.0.nonces;
        // No request has this number.
        let prefix = prefix.get_or_init(|| self.numbered_draw(u64::MAX, "nonces", &[]));
        let count = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut nonce = [0; Self::NONCE];
        let bytes = prefix.iter().chain(&count);
        nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        nonce
    }

    fn numbered_draw<const N: usize>(
        &self,
        number: u64,
        label: &str,
        context: &[&[u8]],
    ) -> [u8; N] {
        const { assert!(N <= 32, "one block of HMAC-SHA256 is all there is") };
        let mut bytes = [0; N];
        if let Some(mut mac) = self.seed.0.mac.clone() {
            mac.update(&number.to_be_bytes());
            mac.update(label.as_bytes());
            for part in context {
                mac.update(&(part.len() as u64).to_be_bytes());
                mac.update(part);
            }
            for (to, from) in bytes.iter_mut().zip(mac.finalize().into_bytes()) {
                *to = from;
            }
        }
        bytes
    }

    /// Draws a fresh id for the thing that `label` names; one request makes one id per label.
    pub fn id(&self, label: &str) -> Id {
        Id::new(self.now, self.draw(label, &[b"id"]))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Moment({})", self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_nonce_comes_again_whichever_requests_share_a_seed() {
        let now = Timestamp::from_seconds(1_800_000_000).unwrap();
        let seed = Seed::new([7; 32]);
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..20 {
            let moment = Moment::numbered(now, seed.clone(), number);
            for moment in [&moment, &moment.clone(), &moment] {
                assert!(seen.insert(moment.nonce()), "in request {number}");
            }
        }
        // Another seed begins otherwise.
        assert!(seen.insert(Moment::new(now, [8; 32]).nonce()));
    }

    proptest! {
        #[test]
        fn order_as_text_is_order_in_time(a in 0i64..200_000_000_000_000, b in 0i64..200_000_000_000_000, unique: [u8; 10]) {
            let id = |millis| Id::new(Timestamp::from_millis(millis).unwrap(), unique);
            prop_assert_eq!(id(a).to_string().cmp(&id(b).to_string()), a.cmp(&b));
            prop_assert_eq!(id(a).instant().millis(), a);
            prop_assert_eq!(id(a).to_string().parse(), Ok(id(a)));
            prop_assert_eq!(Id::from_bytes(id(a).to_bytes()), id(a));
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = text.parse::<Id>();
        }
    }

    #[test]
    fn draws_differ_by_label_and_context() {
        let moment = Moment::new(Timestamp::EPOCH, [7; 32]);
        let draws: [[u8; 16]; 4] = [
            moment.draw("a", &[]),
            moment.draw("b", &[]),
            moment.draw("a", &[b"x", b"y"]),
            moment.draw("a", &[b"xy"]),
        ];
        for (at, draw) in draws.iter().enumerate() {
            assert!(!draws[..at].contains(draw));
        }
        // Nor do two requests of one instance draw the same.
        let next = Moment::numbered(Timestamp::EPOCH, Seed::new([7; 32]), 1);
        assert!(!draws.contains(&next.draw("a", &[])));
        assert_eq!(moment.draw::<16>("a", &[]), draws[0]);
    }
}
