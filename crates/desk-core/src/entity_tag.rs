//! Entity tags (RFC 9110 section 8.8.3): what a change names to say which state it was decided on.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

/// The entity tag of a content: 128 bits of its SHA-256, without the quotes.
pub fn entity_tag(content: &[u8]) -> String {
    of_hash(&Sha256::digest(content))
}

/// The same where the SHA-256 is known.
pub fn of_hash(hash: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(hash.get(..16).unwrap_or_default())
}
