//! Receipts that anybody can check offline: compact JWS (RFC 7515) signed with Ed25519 (RFC 8037).

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::keys::{Keyring, Purpose, Root};

/// A public key as a JWK set publishes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The key's thumbprint (RFC 7638), which receipts name as `kid`.
    pub id: String,
    /// The 32 bytes of the key as base64url without padding: member `x` of the JWK.
    pub x: String,
}

impl PublicKey {
    fn new(key: &VerifyingKey) -> Self {
        let x = Base64UrlUnpadded::encode_string(key.as_bytes());
        // RFC 7638 section 3.3 hashes exactly these members in exactly this order.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        Self { id: Base64UrlUnpadded::encode_string(&Sha256::digest(members)), x }
    }
}

/// Why a signed text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidSignature {
    /// It is not three parts of base64url with our header.
    Shape,
    /// It was signed with a key that is not ours.
    UnknownKey,
    /// Its content or signature was changed.
    Forged,
}

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "not a compact JWS",
            Self::UnknownKey => "signed with an unknown key",
            Self::Forged => "the signature does not fit the content",
        })
    }
}

impl std::error::Error for InvalidSignature {}

fn signing_key(root: &Root) -> SigningKey {
    SigningKey::from_bytes(&root.subkey(Purpose::Sign))
}

impl Keyring {
    /// The public keys, the current one first.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.roots().map(|root| PublicKey::new(&signing_key(root).verifying_key())).collect()
    }

    /// Signs a content as a compact JWS. Ed25519 is deterministic: the same content gives the same text.
    pub fn sign(&self, content: &[u8]) -> String {
        let key = signing_key(self.current());
        let kid = PublicKey::new(&key.verifying_key()).id;
        let header = format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#);
        let mut text = Base64UrlUnpadded::encode_string(header.as_bytes());
        text.push('.');
        text.push_str(&Base64UrlUnpadded::encode_string(content));
        let signature = key.sign(text.as_bytes());
        text.push('.');
        text.push_str(&Base64UrlUnpadded::encode_string(&signature.to_bytes()));
        text
    }

    /// Checks a compact JWS of ours and gives its content.
    ///
    /// # Errors
    /// [`InvalidSignature`] unless one of our keys, named by the header, signed exactly this text.
    pub fn verify(&self, text: &str) -> Result<Vec<u8>, InvalidSignature> {
        use InvalidSignature::{Forged, Shape, UnknownKey};
        let (signed, signature) = text.rsplit_once('.').ok_or(Shape)?;
        let (header, content) = signed.split_once('.').ok_or(Shape)?;
        let header = Base64UrlUnpadded::decode_vec(header).map_err(|_| Shape)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| Shape)?;
        let content = Base64UrlUnpadded::decode_vec(content).map_err(|_| Shape)?;
        let signature = Base64UrlUnpadded::decode_vec(signature).map_err(|_| Shape)?;
        let signature = Signature::from_slice(&signature).map_err(|_| Shape)?;
        // The algorithm is ours to choose, never the sender's (RFC 8725 section 3.1).
        if header.alg != "EdDSA" {
            return Err(Shape);
        }
        let key = self
            .roots()
            .map(|root| signing_key(root).verifying_key())
            .find(|key| PublicKey::new(key).id == header.kid)
            .ok_or(UnknownKey)?;
        key.verify_strict(signed.as_bytes(), &signature).map_err(|_| Forged)?;
        Ok(content)
    }
}

#[derive(serde::Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::tests::{keyring, secret};
    use proptest::prelude::*;

    #[test]
    fn the_thumbprint_is_that_of_rfc_8037_appendix_a3() {
        let bytes =
            Base64UrlUnpadded::decode_vec("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = VerifyingKey::from_bytes(&bytes.try_into().unwrap()).unwrap();
        assert_eq!(PublicKey::new(&key).id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn old_receipts_are_still_ours_after_a_rotation() {
        let receipt = keyring().sign(b"{}");
        let rotated = Keyring::new(&secret(2), &[secret(1)]);
        assert_eq!(rotated.verify(&receipt), Ok(b"{}".to_vec()));
        assert_eq!(
            Keyring::new(&secret(2), &[]).verify(&receipt),
            Err(InvalidSignature::UnknownKey)
        );
    }

    proptest! {
        #[test]
        fn every_change_is_refused(content: Vec<u8>, at: prop::sample::Index, with in "[A-Za-z0-9_.-]") {
            let ring = keyring();
            let text = ring.sign(&content);
            prop_assert_eq!(ring.verify(&text), Ok(content));
            let mut forged = text.clone();
            let at = at.index(text.len());
            forged.replace_range(at..=at, &with);
            prop_assume!(forged != text);
            prop_assert!(ring.verify(&forged).is_err());
        }

        #[test]
        fn strange_text_never_panics(text in "\\PC*\\.\\PC*\\.\\PC*") {
            prop_assert!(keyring().verify(&text).is_err());
        }
    }
}
