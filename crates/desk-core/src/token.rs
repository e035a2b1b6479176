//! Opaque link tokens: a few bytes of payload that only the desk can make or read, for one purpose each.
//!
//! A token is `base64url(key id ‖ tag ‖ payload ⊕ stream)`. The tag is an HMAC of the payload and the stream `HChaCha20` of
//! the tag, each under a key of its own for the purpose: encryption with a synthetic initialisation vector (the
//! construction of RFC 5297, with HMAC-SHA256 and `HChaCha20` in the places of CMAC and CTR). It needs no nonce, the same
//! payload gives the same token, and a token shows nothing, not even that two of them belong to one case.

use std::borrow::Cow;

use base64ct::{Base64UrlUnpadded, Encoding};
use subtle::ConstantTimeEq;

use crate::keys::{KeyId, Keyring, Purpose, Root};

const TAG: usize = 16;
/// The most bytes of payload: one block of the stream.
const MAX_PAYLOAD: usize = 32;

impl Keyring {
    /// Makes the token for a payload of at most 32 bytes.
    pub fn mint<const N: usize>(&self, purpose: Purpose, payload: [u8; N]) -> String {
        const { assert!(N <= MAX_PAYLOAD, "the stream has one block") };
        let root = self.current();
        let tag = tag(root, purpose, &payload);
        let hidden = xor(payload, &root.stream(purpose, &tag));
        Base64UrlUnpadded::encode_string(&[root.id().bytes().as_slice(), &tag, &hidden].concat())
    }

    /// Reads a token that was made for this purpose, under any root of the keyring. Everything else is `None`, and
    /// nothing tells one kind of wrong token from another.
    pub fn redeem<const N: usize>(&self, purpose: Purpose, token: &str) -> Option<[u8; N]> {
        const { assert!(N <= MAX_PAYLOAD, "the stream has one block") };
        let bytes = Base64UrlUnpadded::decode_vec(token).ok()?;
        let (key_id, rest) = bytes.split_first_chunk::<{ KeyId::LEN }>()?;
        let (sent_tag, rest) = rest.split_first_chunk::<TAG>()?;
        let hidden: [u8; N] = rest.try_into().ok()?;
        let root = self.root(key_id)?;
        let payload = xor(hidden, &root.stream(purpose, sent_tag));
        bool::from(tag(root, purpose, &payload).ct_eq(sent_tag)).then_some(payload)
    }

    /// A token that was redeemed, as it is given out again: as it came, or made anew where its root is no longer the
    /// current one, so that whoever keeps it outlives that root.
    pub fn renewed<'a, const N: usize>(
        &self,
        purpose: Purpose,
        token: &'a str,
        payload: [u8; N],
    ) -> Cow<'a, str> {
        let bytes = Base64UrlUnpadded::decode_vec(token).unwrap_or_default();
        if bytes.starts_with(&self.current().id().bytes()) {
            Cow::Borrowed(token)
        } else {
            Cow::Owned(self.mint(purpose, payload))
        }
    }
}

fn tag(root: &Root, purpose: Purpose, payload: &[u8]) -> [u8; TAG] {
    let mut half = [0; TAG];
    for (to, from) in half.iter_mut().zip(root.mac(purpose, &[b"tag", payload])) {
        *to = from;
    }
    half
}

fn xor<const N: usize>(mut bytes: [u8; N], stream: &[u8; MAX_PAYLOAD]) -> [u8; N] {
    for (byte, mask) in bytes.iter_mut().zip(stream) {
        *byte ^= mask;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{keyring, secret};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn serves_one_purpose(payload: [u8; 16]) {
            let ring = keyring();
            let token = ring.mint(Purpose::StatusLink, payload);
            prop_assert_eq!(ring.redeem(Purpose::StatusLink, &token), Some(payload));
            prop_assert_eq!(ring.redeem::<16>(Purpose::FeedbackForm, &token), None);
            prop_assert_eq!(ring.redeem::<32>(Purpose::StatusLink, &token), None);
        }

        #[test]
        fn survives_the_rotation_of_the_root_but_not_its_removal(payload: [u8; 16]) {
            let token = keyring().mint(Purpose::StatusLink, payload);
            let rotated = Keyring::new(&secret(2), &[secret(1)]);
            prop_assert_eq!(rotated.redeem(Purpose::StatusLink, &token), Some(payload));
            let renewed = rotated.renewed(Purpose::StatusLink, &token, payload);
            prop_assert_ne!(&renewed, &token);
            prop_assert_eq!(rotated.renewed(Purpose::StatusLink, &renewed, payload), &*renewed);
            let replaced = Keyring::new(&secret(2), &[]);
            prop_assert_eq!(replaced.redeem(Purpose::StatusLink, &renewed), Some(payload));
            prop_assert_eq!(replaced.redeem::<16>(Purpose::StatusLink, &token), None);
        }

        #[test]
        fn every_change_is_refused(payload: [u8; 32], at in 0..69usize, with in "[A-Za-z0-9_-]") {
            let ring = keyring();
            let token = ring.mint(Purpose::StatusLink, payload);
            let mut forged = token.clone();
            forged.replace_range(at..=at, &with);
            prop_assume!(forged != token);
            prop_assert_eq!(ring.redeem::<32>(Purpose::StatusLink, &forged), None);
            prop_assert_eq!(ring.redeem::<32>(Purpose::StatusLink, &token[..at]), None);
        }

        #[test]
        fn strange_text_never_panics(text in "\\PC*") {
            prop_assert_eq!(keyring().redeem::<16>(Purpose::StatusLink, &text), None);
        }
    }
}
