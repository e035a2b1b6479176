//! Opaque link tokens: a few bytes of payload that only the desk can make or read, for one purpose each.
//!
//! A token is `base64url(key id ‖ tag ‖ payload ⊕ stream)`. The tag is an HMAC of the payload and the stream `HChaCha20` of
//! the tag, each under a key of its own for the purpose: encryption with a synthetic initialisation vector (the
//! construction of RFC 5297, with HMAC-SHA256 and `HChaCha20` in the places of CMAC and CTR). It needs no nonce, the same
//! payload gives the same token, and a token shows nothing, not even that two of them belong to one case.

use std::borrow::Cow;

use subtle::ConstantTimeEq;

use crate::base32::{self, NO_DIGIT};
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
        let bytes = [root.id().bytes().as_slice(), &tag, &hidden].concat();
        encode(&bytes)
    }

    /// Reads a token that was made for this purpose, under any root of the keyring. Everything else is `None`, and
    /// nothing tells one kind of wrong token from another.
    pub fn redeem<const N: usize>(&self, purpose: Purpose, token: &str) -> Option<[u8; N]> {
        const { assert!(N <= MAX_PAYLOAD, "the stream has one block") };
        let mut bytes = [0; KeyId::LEN + TAG + MAX_PAYLOAD];
        let read = bytes.get_mut(..KeyId::LEN + TAG + N)?;
        decode(token, read)?;
        let (key_id, rest) = read.split_first_chunk::<{ KeyId::LEN }>()?;
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
        // Eight characters are six bytes, and the first four of these are the key id.
        let mut first = [0; 6];
        let read = token.get(..8).and_then(|text| decode(text, &mut first));
        match read.and(first.split_first_chunk()) {
            Some((id, _)) if *id == self.current().id().bytes() => Cow::Borrowed(token),
            _ => Cow::Owned(self.mint(purpose, payload)),
        }
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const DIGITS: [u8; 128] = base32::digits(ALPHABET);

/// Writes bytes as base64url without padding.
///
/// Whoever is given a token knows it, as does whoever sends one, so nothing is gained by taking the same time for every
/// text, for which the crate that other secrets are written and read with takes four times as long.
fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            let digit = bits >> (18 - 6 * place) & 63;
            text.push(ALPHABET.get(digit as usize).map_or(b'A', |&symbol| symbol));
        }
    }
    // The alphabet is ASCII.
    String::from_utf8(text).unwrap_or_default()
}

/// Reads base64url without padding into as many bytes as there must be.
fn decode(text: &str, bytes: &mut [u8]) -> Option<()> {
    let mut digits = text.bytes();
    let (mut bits, mut have) = (0u32, 0u32);
    for byte in bytes {
        while have < 8 {
            let digit = DIGITS
                .get(usize::from(digits.next()?))
                .copied()
                .filter(|&digit| digit != NO_DIGIT)?;
            bits = bits << 6 | u32::from(digit);
            have += 6;
        }
        have -= 8;
        *byte = (bits >> have) as u8;
    }
    // One text for a token: nothing behind it, and no bits that are not used.
    (digits.next().is_none() && bits & ((1 << have) - 1) == 0).then_some(())
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
    use base64ct::{Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_base64url(bytes: Vec<u8>) {
            prop_assert_eq!(encode(&bytes), Base64UrlUnpadded::encode_string(&bytes));
        }

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
        fn what_is_decoded_was_encoded(bytes: [u8; 36], text in "[A-Za-z0-9_=+/-]{0,50}") {
            let mut ours = [0; 36];
            prop_assert_eq!(decode(&Base64UrlUnpadded::encode_string(&bytes), &mut ours), Some(()));
            prop_assert_eq!(ours, bytes);
            for length in 0..36 {
                let ours = &mut ours[..length];
                let theirs = Base64UrlUnpadded::decode_vec(&text).ok().filter(|b| b.len() == length);
                prop_assert_eq!(decode(&text, ours).map(|()| ours.to_vec()), theirs);
            }
        }

        #[test]
        fn strange_text_never_panics(text in "\\PC*") {
            prop_assert_eq!(keyring().redeem::<16>(Purpose::StatusLink, &text), None);
        }
    }
}
