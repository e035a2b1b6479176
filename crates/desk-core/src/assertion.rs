//! What the app's backend asserts of a person who is signed in: a JSON Web Token (RFC 7519), signed with Ed25519
//! (RFC 8037) or HMAC-SHA256 (RFC 7518 section 3.2). Nothing else is accepted, and never what the token itself says of how
//! it wants to be checked: a key belongs to one algorithm.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key that assertions are checked with: `eddsa:` and the 32 bytes of an Ed25519 public key, or `hs256:` and a secret of
/// at least 32 bytes, in base 64 or base64url without padding.
#[derive(Clone)]
pub struct AssertionKey(Key);

#[derive(Clone)]
enum Key {
    EdDsa(VerifyingKey),
    Hs256(Zeroizing<Vec<u8>>),
}

/// A text that is no key for assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidAssertionKey;

impl fmt::Display for InvalidAssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key is eddsa: and 32 bytes, or hs256: and at least 32 bytes, in base 64")
    }
}

impl std::error::Error for InvalidAssertionKey {}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AssertionKey({})", self.algorithm())
    }
}

impl FromStr for AssertionKey {
    type Err = InvalidAssertionKey;

    fn from_str(text: &str) -> Result<Self, InvalidAssertionKey> {
        let (name, encoded) = text.trim().split_once(':').ok_or(InvalidAssertionKey)?;
        let encoded = encoded.trim_end_matches('=');
        let bytes = Base64UrlUnpadded::decode_vec(encoded)
            .or_else(|_| Base64Unpadded::decode_vec(encoded))
            .map(Zeroizing::new)
            .map_err(|_| InvalidAssertionKey)?;
        match name {
            "eddsa" => {
                let bytes: [u8; 32] =
                    bytes.as_slice().try_into().map_err(|_| InvalidAssertionKey)?;
                let key = VerifyingKey::from_bytes(&bytes).map_err(|_| InvalidAssertionKey)?;
                // A key of small order would take any signature for a good one.
                if key.is_weak() { Err(InvalidAssertionKey) } else { Ok(Self(Key::EdDsa(key))) }
            }
            "hs256" if bytes.len() >= 32 => Ok(Self(Key::Hs256(bytes))),
            _ => Err(InvalidAssertionKey),
        }
    }
}

impl AssertionKey {
    /// The name of its algorithm, as the header of a token has it.
    pub const fn algorithm(&self) -> &'static str {
        match self.0 {
            Key::EdDsa(_) => "EdDSA",
            Key::Hs256(_) => "HS256",
        }
    }

    /// Whether this key signed a text. For HMAC, compared in constant time.
    fn signed(&self, text: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Key::EdDsa(key) => Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(text, &signature).is_ok()),
            Key::Hs256(secret) => Hmac::<Sha256>::new_from_slice(secret).is_ok_and(|mut mac| {
                mac.update(text);
                mac.verify_slice(signature).is_ok()
            }),
        }
    }
}

/// A token that was taken apart, and not checked yet.
#[derive(Debug)]
pub struct UnverifiedAssertion<'a> {
    text: &'a str,
    signature: Vec<u8>,
    header: Vec<u8>,
    claims: Vec<u8>,
}

/// The most characters of a token that are looked at.
const MAX_TOKEN: usize = 4096;

impl<'a> UnverifiedAssertion<'a> {
    /// Takes a compact token apart; `None` if it is none.
    pub fn new(token: &'a str) -> Option<Self> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let (text, signature) = token.rsplit_once('.')?;
        let (header, claims) = text.split_once('.')?;
        let bytes = |text| Base64UrlUnpadded::decode_vec(text).ok();
        Some(Self {
            text,
            signature: bytes(signature)?,
            header: bytes(header)?,
            claims: bytes(claims)?,
        })
    }

    /// The header, as JSON.
    pub fn header(&self) -> &str {
        std::str::from_utf8(&self.header).unwrap_or_default()
    }

    /// What is signed: the signature beside it may be written in more than one way.
    pub const fn signed(&self) -> &'a str {
        self.text
    }

    /// The claims, as JSON, if one of these keys signed them by the algorithm that the header names.
    pub fn verify(&self, keys: &[AssertionKey], algorithm: &str) -> Option<&str> {
        let fits = |key: &AssertionKey| {
            key.algorithm() == algorithm && key.signed(self.text.as_bytes(), &self.signature)
        };
        if keys.iter().any(fits) { std::str::from_utf8(&self.claims).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use proptest::prelude::*;

    const CLAIMS: &str = r#"{"email":"anna@oncall.example"}"#;

    fn encode(bytes: &[u8]) -> String {
        Base64UrlUnpadded::encode_string(bytes)
    }

    fn keys() -> (SigningKey, [AssertionKey; 2]) {
        let signing = SigningKey::from_bytes(&[3; 32]);
        let public = format!("eddsa:{}", encode(signing.verifying_key().as_bytes()));
        let secret = format!("hs256:{}", encode(&[7; 32]));
        (signing, [public.parse().unwrap(), secret.parse().unwrap()])
    }

    fn by_hmac(secret: &[u8], header: &str) -> String {
        let text = format!("{}.{}", encode(header.as_bytes()), encode(CLAIMS.as_bytes()));
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(text.as_bytes());
        format!("{text}.{}", encode(&mac.finalize().into_bytes()))
    }

    #[test]
    fn takes_what_one_of_its_keys_signed() {
        let (signing, keys) = keys();
        let text = format!("{}.{}", encode(br#"{"alg":"EdDSA"}"#), encode(CLAIMS.as_bytes()));
        let token = format!("{text}.{}", encode(&signing.sign(text.as_bytes()).to_bytes()));
        assert_eq!(UnverifiedAssertion::new(&token).unwrap().verify(&keys, "EdDSA"), Some(CLAIMS));
        let token = by_hmac(&[7; 32], r#"{"alg":"HS256"}"#);
        assert_eq!(UnverifiedAssertion::new(&token).unwrap().verify(&keys, "HS256"), Some(CLAIMS));
    }

    #[test]
    fn a_public_key_is_never_taken_for_a_secret() {
        let (signing, keys) = keys();
        let token = by_hmac(signing.verifying_key().as_bytes(), r#"{"alg":"HS256"}"#);
        for algorithm in ["HS256", "EdDSA", "none", ""] {
            assert_eq!(UnverifiedAssertion::new(&token).unwrap().verify(&keys, algorithm), None);
        }
        let unsigned = format!("{}.{}.", encode(br#"{"alg":"none"}"#), encode(CLAIMS.as_bytes()));
        assert_eq!(UnverifiedAssertion::new(&unsigned).unwrap().verify(&keys, "none"), None);
    }

    #[test]
    fn keys_are_refused_unless_they_are_whole() {
        for text in [
            "",
            "eddsa:",
            "hs256:c2hvcnQ",
            "rs256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            // The neutral element, which takes every signature.
            "eddsa:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(text.parse::<AssertionKey>().is_err(), "{text}");
        }
        assert!(!format!("{:?}", keys().1).contains("BwcH"));
    }

    proptest! {
        #[test]
        fn every_change_is_refused(at: prop::sample::Index, with in "[A-Za-z0-9_-]") {
            let (_, keys) = keys();
            let token = by_hmac(&[7; 32], r#"{"alg":"HS256"}"#);
            let at = at.index(token.len());
            let mut forged = token.clone();
            forged.replace_range(at..=at, &with);
            prop_assume!(forged != token);
            let claims = UnverifiedAssertion::new(&forged).and_then(|token| token.verify(&keys, "HS256").map(str::to_owned));
            prop_assert_eq!(claims, None);
        }

        #[test]
        fn strange_text_never_panics(text in "\\PC*") {
            let _ = UnverifiedAssertion::new(&text).map(|token| token.verify(&keys().1, "HS256").map(str::to_owned));
        }
    }
}
