//! Packages of what is held about a person: encrypted so that the person alone can read them.
//!
//! The key of a package is derived from two halves (HKDF, RFC 5869): a secret that only the person is given and nobody
//! stores, and the lock, which lies in the store. Whoever has the store and the root secret lacks the first; once the
//! second is deleted nobody has it. So dropping the lock is the deletion of the package.
//!
//! The archive lies in numbered parts, each XChaCha20-Poly1305 under that key. The nonce says which part it is and
//! whether it is the last one (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015), so parts that
//! were exchanged, left out or cut off are noticed. A nonce never repeats: a key serves one package, which is written once.

use std::fmt;
use std::str::FromStr;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::base32;
use crate::id::{Id, Moment};
use crate::sealed::{self, MAX_VALUE, Unreadable};
use crate::store_key::StoreKey;
use crate::time::Timestamp;

/// The first part of the keys of parts.
pub const PARTS: &str = "package";
/// The first part of the keys of locks.
pub const LOCKS: &str = "package-lock";

/// The most bytes of an archive that go into one part: what is left of a value beside its header and the tag.
pub const MAX_PART: usize = MAX_VALUE - sealed::HEADER - 16;

/// The key of a part of a package; parts count from one.
pub fn part_key(package: Id, part: u32) -> StoreKey {
    StoreKey::of(PARTS, package).with(&part)
}

/// The key of a package's lock.
pub fn lock_key(package: Id) -> StoreKey {
    StoreKey::of(LOCKS, package)
}

/// What the ids of all packages of a request have in common, so that a package is found by its keys alone, also one
/// that was begun and never finished: 64 bits of the SHA-256 of the request's id, in the place of random ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark([u8; 8]);

impl Mark {
    /// The mark of a request's packages.
    pub fn of(request: Id) -> Self {
        let mut mark = [0; 8];
        let hash = Sha256::new().chain_update(b"package").chain_update(request.to_bytes());
        for (to, from) in mark.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        Self(mark)
    }

    /// Whether a package is one of the request's.
    pub fn is_on(self, package: Id) -> bool {
        package.unique() >> 16 == u128::from(u64::from_be_bytes(self.0))
    }
}

/// Draws the id of a new package of a request. Two that are built in the same millisecond differ in 16 random bits.
pub fn draw_id(moment: &Moment, request: Id) -> Id {
    let mut unique = [0; 10];
    let random: [u8; 2] = moment.draw();
    for (to, from) in unique.iter_mut().zip(Mark::of(request).0.into_iter().chain(random)) {
        *to = from;
    }
    Id::new(moment.now(), unique)
}

/// How many characters a secret has: 128 bits.
const SYMBOLS: usize = 26;
/// How many of them stand together.
const GROUP: usize = 5;

/// What the person alone is given: 128 bits, such as `3K7QM-2X9P4-TZ0AB-CDEFG-HJKMNP`. `Debug` hides it.
#[derive(Clone)]
pub struct PackageSecret(Zeroizing<[u8; 16]>);

/// A text that is no secret of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPackageSecret;

impl fmt::Display for InvalidPackageSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a secret of 26 base 32 characters")
    }
}

impl std::error::Error for InvalidPackageSecret {}

impl PackageSecret {
    /// Draws the secret of a package.
    pub fn draw(moment: &Moment) -> Self {
        Self(Zeroizing::new(moment.draw()))
    }
}

impl fmt::Display for PackageSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Zeroizing::new(base32::encode::<SYMBOLS>(u128::from_be_bytes(*self.0)));
        for (at, symbol) in text.chars().enumerate() {
            // The last group takes the one that is over.
            if at > 0 && at % GROUP == 0 && at + 1 < SYMBOLS {
                f.write_str("-")?;
            }
            write!(f, "{symbol}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for PackageSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PackageSecret(…)")
    }
}

/// Reads a secret as people write it: in either case, with whatever dashes and spaces a mail program made of ours.
impl FromStr for PackageSecret {
    type Err = InvalidPackageSecret;

    fn from_str(text: &str) -> Result<Self, InvalidPackageSecret> {
        let between = |c: char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}');
        let mut symbols = Zeroizing::new(String::new());
        for symbol in text.chars().filter(|c| !between(*c)) {
            if symbols.len() >= SYMBOLS {
                return Err(InvalidPackageSecret);
            }
            symbols.push(symbol);
        }
        if symbols.len() != SYMBOLS {
            return Err(InvalidPackageSecret);
        }
        let number = base32::decode(&symbols).map_err(|_| InvalidPackageSecret)?;
        Ok(Self(Zeroizing::new(number.to_be_bytes())))
    }
}

/// The half of a package's key that lies in the store, under [`lock_key`], sealed and with the package's expiry.
#[derive(Clone, Serialize, Deserialize)]
pub struct Lock([u8; 32]);

impl Lock {
    /// Draws the lock of a package.
    pub fn draw(moment: &Moment) -> Self {
        Self(moment.draw())
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock(…)")
    }
}

/// The key of one package, from both of its halves.
pub struct PackageKey {
    package: Id,
    cipher: XChaCha20Poly1305,
}

impl PackageKey {
    /// Puts the halves together.
    pub fn new(package: Id, lock: &Lock, secret: &PackageSecret) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        let expander = Hkdf::<Sha256>::new(Some(&lock.0), secret.0.as_slice());
        // Expanding 32 bytes cannot exceed HKDF's limit of 8,160.
        let _ = expander.expand(&package.to_bytes(), key.as_mut_slice());
        Self { package, cipher: XChaCha20Poly1305::new((&*key).into()) }
    }

    /// Encrypts a part, of at most [`MAX_PART`] bytes, and frames it with its expiry as every stored value is.
    pub fn seal(&self, part: u32, last: bool, expires: Timestamp, content: &[u8]) -> Vec<u8> {
        let key = part_key(self.package, part);
        let payload = Payload { msg: content, aad: key.as_str().as_bytes() };
        // Encryption fails only past 256 GiB, which no part reaches.
        let sealed = self.cipher.encrypt(&nonce(part, last), payload).unwrap_or_default();
        sealed::plain(Some(expires), &sealed)
    }

    /// Decrypts a part; `None` once it has expired.
    ///
    /// # Errors
    /// [`Unreadable`] where the halves do not belong together, or the part is not this one, not the last one, or was
    /// changed or cut.
    pub fn open(
        &self,
        part: u32,
        last: bool,
        stored: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, Unreadable> {
        let Some(sealed) = sealed::read_plain(stored, now)? else { return Ok(None) };
        let key = part_key(self.package, part);
        let payload = Payload { msg: sealed, aad: key.as_str().as_bytes() };
        let opened = self.cipher.decrypt(&nonce(part, last), payload);
        opened.map(Some).map_err(|_| Unreadable::Forged)
    }
}

impl fmt::Debug for PackageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackageKey({})", self.package)
    }
}

fn nonce(part: u32, last: bool) -> XNonce {
    let mut nonce = [0; 24];
    let counted = part.to_be_bytes().into_iter().chain([u8::from(last)]);
    for (to, from) in nonce.iter_mut().rev().zip(counted) {
        *to = from;
    }
    XNonce::from(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moment(seed: u8) -> Moment {
        Moment::new(
            Timestamp::from_seconds(1_800_000_000).unwrap(),
            crate::id::Seed::new([seed; 32]),
        )
    }

    fn request(byte: u8) -> Id {
        Id::new(moment(0).now(), [byte; 10])
    }

    /// A package with its secret and its lock.
    fn package(seed: u8) -> (Id, Lock, PackageSecret) {
        let moment = moment(seed);
        let id = draw_id(&moment, request(seed));
        (id, Lock::draw(&moment), PackageSecret::draw(&moment))
    }

    fn expires() -> Timestamp {
        moment(0).now().plus_seconds(60)
    }

    #[test]
    fn a_package_is_known_by_its_request() {
        let (a, b) = (draw_id(&moment(1), request(1)), draw_id(&moment(2), request(1)));
        assert_ne!(a, b);
        assert_eq!(a.instant(), moment(1).now());
        for id in [a, b] {
            assert!(Mark::of(request(1)).is_on(id) && !Mark::of(request(2)).is_on(id));
        }
        assert!(!Mark::of(request(1)).is_on(request(1)));
    }

    #[test]
    fn both_halves_are_needed() {
        let (id, lock, secret) = package(1);
        let (other_id, other_lock, other_secret) = package(2);
        let stored = PackageKey::new(id, &lock, &secret).seal(1, true, expires(), b"all of it");
        let open = |id, lock, secret| {
            PackageKey::new(id, lock, secret).open(1, true, &stored, moment(1).now())
        };
        assert_eq!(open(id, &lock, &secret), Ok(Some(b"all of it".to_vec())));
        for (id, lock, secret) in [
            (id, &lock, &other_secret),
            (id, &other_lock, &secret),
            (other_id, &lock, &secret),
            (id, &other_lock, &other_secret),
        ] {
            assert_eq!(open(id, lock, secret), Err(Unreadable::Forged));
        }
        assert!(!stored.windows(3).any(|window| window == b"all"));
    }

    #[test]
    fn a_part_is_this_one_and_the_last_one_or_not() {
        let (id, lock, secret) = package(1);
        let key = PackageKey::new(id, &lock, &secret);
        let now = moment(1).now();
        let mut nonces = std::collections::BTreeSet::new();
        for (part, last) in [(1, false), (1, true), (2, false), (2, true), (256, true)] {
            let stored = key.seal(part, last, expires(), b"x");
            assert_eq!(key.open(part, last, &stored, now), Ok(Some(b"x".to_vec())));
            for (other, ends) in [(1, false), (1, true), (2, false), (2, true), (256, true)] {
                let same = (part, last) == (other, ends);
                assert_eq!(key.open(other, ends, &stored, now).is_ok(), same);
            }
            assert_eq!(key.open(part, last, &stored, expires()), Ok(None));
            assert_eq!(sealed::expiry(&stored), Ok(Some(expires())));
            assert!(nonces.insert(nonce(part, last).to_vec()));
        }
        // The part of the same number of another package has another key to lie under.
        assert_ne!(part_key(id, 1), part_key(package(2).0, 1));
    }

    #[test]
    fn the_largest_part_is_the_largest_value() {
        let (id, lock, secret) = package(1);
        let stored =
            PackageKey::new(id, &lock, &secret).seal(9, true, expires(), &vec![7; MAX_PART]);
        assert_eq!(stored.len(), MAX_VALUE);
    }

    #[test]
    fn a_secret_is_read_as_people_write_it() {
        let (_, _, secret) = package(1);
        let text = secret.to_string();
        assert_eq!(text.len(), 30);
        assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5, 6]);
        for written in [
            text.clone(),
            text.to_lowercase(),
            text.replace('-', ""),
            text.replace('-', " "),
            text.replace('-', "\u{2011}"),
            format!(" {}\r\n", text.replace('-', "\u{a0}– ")),
            text.replace('0', "o").replace('1', "l"),
        ] {
            let read: PackageSecret = written.parse().unwrap();
            assert_eq!(*read.0, *secret.0, "{written}");
        }
        let bare = text.replace('-', "");
        for wrong in [
            "",
            &bare[1..],
            &format!("{bare}0"),
            &format!("U{}", &bare[1..]),
            // More than 128 bits.
            &format!("Z{}", &bare[1..]),
            &"-".repeat(26),
            &"Ж".repeat(26),
            &"Ж".repeat(13),
        ] {
            assert_eq!(wrong.parse::<PackageSecret>().err(), Some(InvalidPackageSecret), "{wrong}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let (id, lock, secret) = package(1);
        let key = PackageKey::new(id, &lock, &secret);
        assert_eq!(format!("{lock:?} {secret:?}"), "Lock(…) PackageSecret(…)");
        assert_eq!(format!("{key:?}"), format!("PackageKey({id})"));
    }

    proptest! {
        #[test]
        fn every_secret_is_read_again(bytes: [u8; 16]) {
            let secret = PackageSecret(Zeroizing::new(bytes));
            prop_assert_eq!(*secret.to_string().parse::<PackageSecret>().unwrap().0, bytes);
        }

        #[test]
        fn strange_texts_never_panic(text in "\\PC*") {
            let _ = text.parse::<PackageSecret>();
        }

        #[test]
        fn every_change_is_noticed(content: Vec<u8>, at: prop::sample::Index, bit in 0u8..8, cut: prop::sample::Index) {
            let (id, lock, secret) = package(1);
            let key = PackageKey::new(id, &lock, &secret);
            let stored = key.seal(1, false, expires(), &content);
            let now = moment(1).now();
            prop_assert!(key.open(1, false, &stored[..cut.index(stored.len())], now).is_err());
            // The header's expiry is not the package's: that of the lock, which is sealed with it, is.
            let mut changed = stored.clone();
            let at = sealed::HEADER + at.index(stored.len() - sealed::HEADER);
            changed[at] ^= 1 << bit;
            prop_assert_eq!(key.open(1, false, &changed, now), Err(Unreadable::Forged));
        }
    }
}
