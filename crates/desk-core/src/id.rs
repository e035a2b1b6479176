//! Time-ordered unique ids, and the one source of time and randomness that a request brings along.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chacha20::{R20, hchacha};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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

    /// The id as text: 26 characters of [`base32`].
    pub fn text(self) -> String {
        base32::encode::<26>(self.0)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// Reads exactly what [`Id`]'s `Display` writes: ids are compared as text in store keys.
impl FromStr for Id {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let id = Self(base32::decode(text).map_err(|_| InvalidId)?);
        if id.text() == text { Ok(id) } else { Err(InvalidId) }
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

/// 32 bytes of a cryptographic random source, and how many times they were drawn from. Copies share both.
#[derive(Clone)]
pub struct Seed(Arc<SeedSource>);

struct SeedSource {
    key: Zeroizing<[u8; 32]>,
    draws: AtomicU64,
    /// What all nonces begin with, and how many there were.
    nonces: (OnceLock<[u8; Moment::NONCE - 8]>, AtomicU64),
}

impl Seed {
    /// Takes in the bytes. They are taken in once: another seed of the same bytes would give the same again.
    pub fn new(bytes: [u8; 32]) -> Self {
        let key = Zeroizing::new(bytes);
        Self(Arc::new(SeedSource { key, draws: AtomicU64::new(0), nonces: Default::default() }))
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
/// All requests of an instance may share 32 random bytes. What is drawn is `HChaCha20` of a count under those bytes
/// (draft-irtf-cfrg-xchacha-03 section 2.2), which goes on from one draw to the next, whichever request it is for: to
/// whoever does not know the bytes, each is as good as random.
#[derive(Clone)]
pub struct Moment {
    now: Timestamp,
    seed: Seed,
}

impl Moment {
    /// Builds the moment of a request from the clock and a seed.
    pub const fn new(now: Timestamp, seed: Seed) -> Self {
        Self { now, seed }
    }

    /// The instant the request came at.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Draws bytes, other ones each time.
    pub fn draw<const N: usize>(&self) -> [u8; N] {
        const { assert!(N <= 32, "HChaCha20 gives no more at once") };
        let mut input = [0; 16];
        let count = self.seed.0.draws.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        input.iter_mut().zip(count).for_each(|(to, from)| *to = from);
        let block = hchacha::<R20>((&*self.seed.0.key).into(), (&input).into());
        let mut bytes = [0; N];
        bytes.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        bytes
    }

    /// How many bytes a nonce has, which is what XChaCha20 takes.
    pub(crate) const NONCE: usize = 24;

    /// Gives a nonce, another one each time: 16 random bytes that all requests with this seed share, and a count that goes
    /// on from one to the next. It must never come again, and may be guessed.
    pub(crate) fn nonce(&self) -> [u8; Self::NONCE] {
        let (prefix, count) = &self.seed.0.nonces;
        let prefix = prefix.get_or_init(|| self.draw());
        let count = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut nonce = [0; Self::NONCE];
        let bytes = prefix.iter().chain(&count);
        nonce.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        nonce
    }

    /// Draws a fresh id.
    pub fn id(&self) -> Id {
        Id::new(self.now, self.draw())
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
    use std::collections::BTreeSet;

    #[test]
    fn nothing_is_drawn_twice_whichever_requests_share_a_seed() {
        let now = Timestamp::from_seconds(1_800_000_000).unwrap();
        let seed = Seed::new([7; 32]);
        let (mut nonces, mut draws) = (BTreeSet::new(), BTreeSet::new());
        for number in 0..20 {
            let moment = Moment::new(now, seed.clone());
            for moment in [&moment, &moment.clone(), &moment] {
                assert!(nonces.insert(moment.nonce()), "in request {number}");
                assert!(draws.insert(moment.draw::<10>()), "in request {number}");
            }
        }
        // Another seed begins otherwise.
        let other = Moment::new(now, Seed::new([8; 32]));
        assert!(nonces.insert(other.nonce()) && draws.insert(other.draw()));
        // The same bytes give the same, so that tests can repeat what they see.
        let first = || Moment::new(now, Seed::new([7; 32])).draw::<32>();
        assert_eq!(first(), first());
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
}
