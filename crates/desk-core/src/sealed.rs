//! Stored values: a header with a version and an expiry, then the content, sealed or plain.
//!
//! Sealed values are XChaCha20-Poly1305 (a 192-bit nonce) with the storage key and the header as associated data, so
//! a value that was moved to another key, cut, or given another expiry does not open.

use std::fmt;

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};

use crate::id::Moment;
use crate::keys::{KeyId, Keyring};
use crate::store_key::StoreKey;
use crate::time::Timestamp;

/// Format bytes. A new layout gets a new byte; old ones stay readable.
const SEALED: u8 = 1;
const PLAIN: u8 = 2;
/// One format byte and the expiry.
pub(crate) const HEADER: usize = 1 + 8;
const NONCE: usize = Moment::NONCE;

/// The most bytes that a value may have: what every Spin backend holds.
pub const MAX_VALUE: usize = 256 * 1024;
/// What sealing adds to a content: header, key id, nonce and tag.
pub const OVERHEAD: usize = HEADER + KeyId::LEN + NONCE + 16;

/// Why stored bytes could not be read as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The bytes are not one of our formats, or are cut.
    Format,
    /// The value was sealed with a root that is not in the keyring.
    UnknownKey,
    /// The value was changed, or belongs to another key.
    Forged,
}

impl Unreadable {
    /// What it is, for the log.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Format => "the stored bytes have no known format",
            Self::UnknownKey => "the value was sealed with a root secret that is not configured",
            Self::Forged => "the value was changed or moved",
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl std::error::Error for Unreadable {}

fn header(format: u8, expires: Option<Timestamp>) -> [u8; HEADER] {
    let mut header = [format; HEADER];
    let expires = expires.map_or(0, Timestamp::millis).to_be_bytes();
    for (to, from) in header.iter_mut().skip(1).zip(expires) {
        *to = from;
    }
    header
}

/// Stored bytes, taken apart.
struct Frame<'a> {
    header: &'a [u8; HEADER],
    format: u8,
    expires: Option<Timestamp>,
    rest: &'a [u8],
}

fn split(stored: &[u8]) -> Result<Frame<'_>, Unreadable> {
    let (header, rest) = stored.split_first_chunk::<HEADER>().ok_or(Unreadable::Format)?;
    let (&format, expires) = header.split_first().ok_or(Unreadable::Format)?;
    let millis = i64::from_be_bytes(expires.try_into().map_err(|_| Unreadable::Format)?);
    let expires = match millis {
        0 => None,
        _ => Some(Timestamp::from_millis(millis).map_err(|_| Unreadable::Format)?),
    };
    Ok(Frame { header, format, expires, rest })
}

/// When the value in these stored bytes expires; readable without any key, so that a sweep needs none.
///
/// # Errors
/// [`Unreadable::Format`] where the bytes are none of our values.
pub fn expiry(stored: &[u8]) -> Result<Option<Timestamp>, Unreadable> {
    split(stored).map(|framed| framed.expires)
}

/// Whether a value was overwritten, and only its name is left: it is as if there were none.
pub fn is_destroyed(stored: &[u8]) -> bool {
    !stored.is_empty() && stored.iter().all(|byte| *byte == 0)
}

/// Frames a content that is sealed by itself, as the parts of packages are.
pub fn plain(expires: Option<Timestamp>, content: &[u8]) -> Vec<u8> {
    [&header(PLAIN, expires), content].concat()
}

/// Reads a framed content; `None` once it has expired.
///
/// # Errors
/// [`Unreadable::Format`] where the bytes are no plain value.
pub fn read_plain(stored: &[u8], now: Timestamp) -> Result<Option<&[u8]>, Unreadable> {
    let Frame { format, expires, rest: content, .. } = split(stored)?;
    if format != PLAIN {
        return Err(Unreadable::Format);
    }
    Ok(Some(content).filter(|_| expires.is_none_or(|at| now < at)))
}

impl Keyring {
    /// Seals a content for one storage key.
    pub fn seal(
        &self,
        key: &StoreKey,
        expires: Option<Timestamp>,
        content: &[u8],
        moment: &Moment,
    ) -> Vec<u8> {
        let header = header(SEALED, expires);
        let root = self.current();
        let nonce = moment.nonce();
        let cipher = root.cipher();
        let aad = [header.as_slice(), key.as_str().as_bytes()].concat();
        let payload = Payload { msg: content, aad: &aad };
        // Encryption fails only past 256 GiB, which no content reaches.
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [header.as_slice(), &root.id().bytes(), &nonce, &sealed].concat()
    }

    /// Opens the value of one storage key; `None` once it has expired.
    ///
    /// # Errors
    /// [`Unreadable`] if the bytes are cut, changed, moved from another key, or sealed with an unknown root.
    pub fn open(
        &self,
        key: &StoreKey,
        stored: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, Unreadable> {
        let Frame { header, format, expires, rest } = split(stored)?;
        if format != SEALED {
            return Err(Unreadable::Format);
        }
        let (key_id, rest) =
            rest.split_first_chunk::<{ KeyId::LEN }>().ok_or(Unreadable::Format)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(Unreadable::Format)?;
        let root = self.root(key_id).ok_or(Unreadable::UnknownKey)?;
        let cipher = root.cipher();
        let aad = [header.as_slice(), key.as_str().as_bytes()].concat();
        let content = cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad })
            .map_err(|_| Unreadable::Forged)?;
        Ok(Some(content).filter(|_| expires.is_none_or(|at| now < at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{keyring, secret};
    use proptest::prelude::*;

    fn moment() -> Moment {
        Moment::new(Timestamp::from_seconds(1_800_000_000).unwrap(), crate::id::Seed::new([9; 32]))
    }

    fn key(text: &str) -> StoreKey {
        StoreKey::new(text).unwrap()
    }

    #[test]
    fn opens_for_its_key_and_root_only() {
        let ring = keyring();
        let stored = ring.seal(&key("case:a"), None, b"secret", &moment());
        let now = moment().now();
        assert_eq!(ring.open(&key("case:a"), &stored, now), Ok(Some(b"secret".to_vec())));
        assert_eq!(ring.open(&key("case:b"), &stored, now), Err(Unreadable::Forged));
        let other = Keyring::new(&secret(2), &[]);
        assert_eq!(other.open(&key("case:a"), &stored, now), Err(Unreadable::UnknownKey));
        let rotated = Keyring::new(&secret(2), &[secret(1)]);
        assert_eq!(rotated.open(&key("case:a"), &stored, now), Ok(Some(b"secret".to_vec())));
        assert!(!stored.windows(6).any(|window| window == b"secret"));
    }

    #[test]
    fn readers_honour_the_expiry() {
        let (ring, now) = (keyring(), moment().now());
        let stored = ring.seal(&key("k"), Some(now.plus_seconds(60)), b"x", &moment());
        assert!(ring.open(&key("k"), &stored, now.plus_seconds(59)).unwrap().is_some());
        assert_eq!(ring.open(&key("k"), &stored, now.plus_seconds(60)), Ok(None));
        assert_eq!(expiry(&stored), Ok(Some(now.plus_seconds(60))));
        let stored = plain(Some(now.plus_seconds(60)), b"x");
        assert_eq!(read_plain(&stored, now), Ok(Some(b"x".as_slice())));
        assert_eq!(read_plain(&stored, now.plus_seconds(60)), Ok(None));
    }

    #[test]
    fn overhead_is_what_sealing_adds() {
        assert_eq!(keyring().seal(&key("k"), None, b"12345", &moment()).len(), 5 + OVERHEAD);
    }

    proptest! {
        #[test]
        fn every_change_is_noticed(content: Vec<u8>, at: prop::sample::Index, bit in 0u8..8) {
            let ring = keyring();
            let mut stored = ring.seal(&key("k"), None, &content, &moment());
            let at = at.index(stored.len());
            stored[at] ^= 1 << bit;
            prop_assert!(ring.open(&key("k"), &stored, moment().now()).is_err());
        }

        #[test]
        fn every_cut_is_noticed(content: Vec<u8>, cut: prop::sample::Index) {
            let ring = keyring();
            let stored = ring.seal(&key("k"), None, &content, &moment());
            let cut = cut.index(stored.len());
            prop_assert!(ring.open(&key("k"), &stored[..cut], moment().now()).is_err());
        }

        #[test]
        fn strange_bytes_never_panic(stored: Vec<u8>) {
            let now = moment().now();
            let _ = keyring().open(&key("k"), &stored, now);
            let _ = read_plain(&stored, now);
            let _ = expiry(&stored);
        }
    }
}
