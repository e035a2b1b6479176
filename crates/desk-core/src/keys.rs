//! One root secret, and a subkey for every purpose.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20::{R20, hchacha};
use chacha20poly1305::XChaCha20Poly1305;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::base32;
use crate::email::EmailAddress;

/// What a key is for. A key never serves two purposes: each is expanded from the root by its own label (RFC 5869).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sealing stored values.
    Seal,
    /// Turning an e-mail address into a [`Subject`].
    Subject,
    /// Turning a client's address into the name of its limiter slot.
    Limit,
    /// Turning an `Idempotency-Key` into the name of its marker.
    Idempotency,
    /// Signing receipts and the chain of policy versions.
    Sign,
    /// Minting links to a case's status page.
    StatusLink,
    /// Minting the render token of the feedback form.
    FeedbackForm,
    /// Minting the links in mails that unsubscribe.
    UnsubscribeLink,
    /// Minting the links that undo an opt-out.
    UndoLink,
    /// Minting the mailed links to a person's preferences.
    PreferencesLink,
    /// Hashing the codes that prove an identity.
    IdentityCode,
    /// Minting the render token of the forms of data requests.
    RequestForm,
    /// Minting links to a data request whose identity is to be proven: they show nothing about anybody.
    PendingLink,
    /// Minting the mailed links that prove an identity.
    IdentityLink,
    /// Minting links to the status page of a data request.
    RequestLink,
}

impl Purpose {
    /// The label that goes into the expansion. Changing one orphans everything that was made with it.
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Seal => b"seal",
            Self::Subject => b"subject",
            Self::Limit => b"limit",
            Self::Idempotency => b"idempotency",
            Self::Sign => b"sign.ed25519",
            Self::StatusLink => b"link.status",
            Self::FeedbackForm => b"form.feedback",
            Self::UnsubscribeLink => b"link.unsubscribe",
            Self::UndoLink => b"link.undo",
            Self::PreferencesLink => b"link.preferences",
            Self::IdentityCode => b"identity.code",
            Self::RequestForm => b"form.request",
            Self::PendingLink => b"link.pending",
            Self::IdentityLink => b"link.identity",
            Self::RequestLink => b"link.request",
        }
    }
}

/// A root secret of 32 bytes, written as base64url without padding (43 characters).
pub struct RootSecret(Zeroizing<[u8; 32]>);

/// A text that is not a root secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRootSecret;

impl fmt::Display for InvalidRootSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a root secret is 32 bytes as 43 characters of base64url")
    }
}

impl std::error::Error for InvalidRootSecret {}

impl FromStr for RootSecret {
    type Err = InvalidRootSecret;

    fn from_str(text: &str) -> Result<Self, InvalidRootSecret> {
        let mut bytes = Zeroizing::new([0; 32]);
        let read = Base64UrlUnpadded::decode(text.trim(), bytes.as_mut_slice());
        match read.map(<[u8]>::len) {
            Ok(32) => Ok(Self(bytes)),
            _ => Err(InvalidRootSecret),
        }
    }
}

impl fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootSecret(…)")
    }
}

/// Names the root that a token or a sealed value was made with, so that roots can be rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId([u8; Self::LEN]);

impl KeyId {
    /// How many bytes a key id takes.
    pub const LEN: usize = 4;

    /// The bytes as they stand in tokens and sealed values.
    pub const fn bytes(self) -> [u8; Self::LEN] {
        self.0
    }
}

/// One root, ready to be expanded.
#[derive(Clone)]
pub(crate) struct Root {
    id: KeyId,
    expander: Hkdf<Sha256>,
}

impl Root {
    fn new(secret: &RootSecret) -> Self {
        let expander = Hkdf::new(Some(b"privacy-desk.v1"), secret.0.as_slice());
        let mut id = [0; KeyId::LEN];
        // Expanding 4 bytes cannot exceed HKDF's limit of 8,160.
        let _ = expander.expand(b"key-id", &mut id);
        Self { id: KeyId(id), expander }
    }

    pub(crate) const fn id(&self) -> KeyId {
        self.id
    }

    /// The 32 bytes for one purpose.
    pub(crate) fn subkey(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        self.expanded(&[purpose.label()])
    }

    fn expanded(&self, label: &[&[u8]]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        // As above: 32 bytes are within the limit.
        let _ = self.expander.expand_multi_info(label, key.as_mut_slice());
        key
    }

    /// What seals stored values.
    pub(crate) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.subkey(Purpose::Seal)).into())
    }

    /// 32 bytes that only whoever has the key for one purpose can tell from chance: `HChaCha20` of 16 bytes
    /// (draft-irtf-cfrg-xchacha-03 section 2.2), under a key of its own.
    pub(crate) fn stream(&self, purpose: Purpose, input: &[u8; 16]) -> [u8; 32] {
        block(&self.expanded(&[purpose.label(), b".stream"]), input)
    }

    /// HMAC-SHA256 under the key for one purpose, over parts that cannot run into each other: each follows its length.
    pub(crate) fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let key = self.subkey(purpose);
        // HMAC takes a key of any length, so this cannot fail.
        Hmac::<Sha256>::new_from_slice(key.as_slice()).map_or([0; 32], |mut mac| {
            for part in parts {
                mac.update(&(part.len() as u64).to_be_bytes());
                mac.update(part);
            }
            mac.finalize().into_bytes().into()
        })
    }
}

/// `HChaCha20` of 16 bytes under a key.
fn block(key: &[u8; 32], input: &[u8; 16]) -> [u8; 32] {
    hchacha::<R20>(key.into(), input.into()).into()
}

/// The current root and the previous ones: the current one makes, all of them check.
#[derive(Clone)]
pub struct Keyring {
    current: Root,
    previous: Vec<Root>,
}

impl Keyring {
    /// Builds the keyring from the root that makes and the roots that still check.
    pub fn new(current: &RootSecret, previous: &[RootSecret]) -> Self {
        Self { current: Root::new(current), previous: previous.iter().map(Root::new).collect() }
    }

    pub(crate) const fn current(&self) -> &Root {
        &self.current
    }

    /// All roots, the current one first.
    pub(crate) fn roots(&self) -> impl Iterator<Item = &Root> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// The root with this id.
    pub(crate) fn root(&self, id: &[u8]) -> Option<&Root> {
        self.roots().find(|root| root.id.0 == id)
    }

    /// The keyed hash of an address under the current root.
    pub fn subject(&self, address: &EmailAddress) -> Subject {
        Subject::new(&self.current, address)
    }

    /// The keyed hashes of an address under every root, since what was stored before a rotation keeps the old one.
    pub fn subjects(&self, address: &EmailAddress) -> impl Iterator<Item = Subject> {
        self.roots().map(move |root| Subject::new(root, address))
    }

    /// 128 bits of a keyed hash.
    pub fn hash(&self, purpose: Purpose, parts: &[&[u8]]) -> u128 {
        short(&self.current.mac(purpose, parts))
    }

    /// A name for something that must not be stored as it is: a keyed hash as text for a store key.
    pub fn blind(&self, purpose: Purpose, parts: &[&[u8]]) -> String {
        base32::encode::<26>(self.hash(purpose, parts))
    }

    /// The same for 16 bytes and a number: the number under a key that is made of the bytes, each by `HChaCha20`.
    pub fn blind_numbered(&self, purpose: Purpose, bytes: &[u8; 16], number: i64) -> String {
        let key = self.current.stream(purpose, bytes);
        base32::encode::<26>(short(&block(&key, &i128::from(number).to_be_bytes())))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} roots)", self.previous.len() + 1)
    }
}

/// The first 128 bits of a hash.
pub(crate) fn short(hash: &[u8; 32]) -> u128 {
    hash.iter().take(16).fold(0, |number, &byte| (number << 8) | u128::from(byte))
}

/// A data subject as the store's keys know one: the keyed hash of a normalised e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject(u128);

impl Subject {
    fn new(root: &Root, address: &EmailAddress) -> Self {
        Self(short(&root.mac(Purpose::Subject, &[address.normalised().as_bytes()])))
    }

    /// The 16 bytes of the hash.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The subject with this hash, for what was stored or sealed into a token.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

/// The hash as it stands in store keys.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32::encode::<26>(self.0))
    }
}

/// A text that is not the hash of a data subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSubject;

impl fmt::Display for InvalidSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a subject of 26 base 32 characters")
    }
}

impl std::error::Error for InvalidSubject {}

/// Reads exactly what `Display` writes: subjects are compared as text in store keys.
impl FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let subject = Self(base32::decode(text).map_err(|_| InvalidSubject)?);
        if base32::encode::<26>(subject.0) == text { Ok(subject) } else { Err(InvalidSubject) }
    }
}

/// The bearer token of an operator, compared in constant time.
#[derive(Clone)]
pub struct OperatorToken(Zeroizing<Vec<u8>>);

/// A text that is too short to be an operator token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidOperatorToken;

impl fmt::Display for InvalidOperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an operator token has at least {} characters", OperatorToken::MIN)
    }
}

impl std::error::Error for InvalidOperatorToken {}

impl OperatorToken {
    /// The fewest characters: 32 of base 64 are 192 bits.
    pub const MIN: usize = 32;

    /// Tells in constant time whether a client sent this token.
    pub fn is(&self, sent: &[u8]) -> bool {
        self.0.as_slice().ct_eq(sent).into()
    }
}

impl FromStr for OperatorToken {
    type Err = InvalidOperatorToken;

    fn from_str(text: &str) -> Result<Self, InvalidOperatorToken> {
        let text = text.trim();
        if text.len() < Self::MIN {
            return Err(InvalidOperatorToken);
        }
        Ok(Self(Zeroizing::new(text.as_bytes().to_vec())))
    }
}

impl fmt::Debug for OperatorToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OperatorToken(…)")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn secret(byte: u8) -> RootSecret {
        Base64UrlUnpadded::encode_string(&[byte; 32]).parse().unwrap()
    }

    pub(crate) fn keyring() -> Keyring {
        Keyring::new(&secret(1), &[])
    }

    #[test]
    fn purposes_have_keys_of_their_own() {
        use Purpose::*;
        let all = [
            Seal,
            Subject,
            Limit,
            Idempotency,
            Sign,
            StatusLink,
            FeedbackForm,
            UnsubscribeLink,
            UndoLink,
            PreferencesLink,
            IdentityCode,
            RequestForm,
            PendingLink,
            IdentityLink,
            RequestLink,
        ];
        let ring = keyring();
        let keys: Vec<_> = all.iter().map(|p| *ring.current().subkey(*p)).collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key));
        }
    }

    #[test]
    fn a_subject_does_not_depend_on_case_and_changes_with_the_root() {
        let ring = Keyring::new(&secret(2), &[secret(1)]);
        let (a, b) =
            ("Anna@OnCall.example".parse().unwrap(), "anna@oncall.example".parse().unwrap());
        assert_eq!(ring.subject(&a), ring.subject(&b));
        let old = keyring().subject(&a);
        assert_ne!(ring.subject(&a), old);
        assert!(ring.subjects(&a).any(|subject| subject == old));
    }

    #[test]
    fn secrets_are_refused_unless_they_are_whole() {
        for text in ["", "AAAA", &"A".repeat(42), &"A".repeat(44), &"*".repeat(43)] {
            assert!(text.parse::<RootSecret>().is_err(), "{text}");
        }
        assert!("short".parse::<OperatorToken>().is_err());
        let token: OperatorToken = "t".repeat(32).parse().unwrap();
        assert!(token.is("t".repeat(32).as_bytes()));
        assert!(!token.is("t".repeat(33).as_bytes()) && !token.is(b""));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown =
            format!("{:?} {:?}", secret(65), "t".repeat(32).parse::<OperatorToken>().unwrap());
        assert!(!shown.contains("tttt") && !shown.contains("AAAA") && !shown.contains("QUFB"));
    }

    proptest! {
        #[test]
        fn numbered_names_tell_bytes_and_numbers_apart(a: [u8; 16], b: [u8; 16], number: i64, other: i64) {
            let ring = keyring();
            let name = ring.blind_numbered(Purpose::Limit, &a, number);
            prop_assert_eq!(&name, &keyring().blind_numbered(Purpose::Limit, &a, number));
            prop_assert_eq!(name == ring.blind_numbered(Purpose::Limit, &b, number), a == b);
            prop_assert_eq!(name == ring.blind_numbered(Purpose::Limit, &a, other), number == other);
            prop_assert_ne!(name, ring.blind_numbered(Purpose::Idempotency, &a, number));
        }

        #[test]
        fn parts_cannot_run_into_each_other(a: Vec<u8>, b: Vec<u8>) {
            prop_assume!(!b.is_empty());
            let joined = [a.as_slice(), b.as_slice()].concat();
            let ring = keyring();
            prop_assert_ne!(ring.blind(Purpose::Limit, &[&a, &b]), ring.blind(Purpose::Limit, &[&joined]));
        }
    }
}
