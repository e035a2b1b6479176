//! The policy: its texts, the publications that bring them out, and the chain that they form.
//!
//! A publication brings out one version in one language, and never changes. It names the digest of the publication
//! before it, so nobody can rewrite what was once published without being noticed.

pub mod compare;
pub mod history;
pub mod markdown;
pub mod views;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::keys::Keyring;
use crate::lang::Lang;
use crate::store_key::StoreKey;
use crate::text::{Text, has_control, line_ends};
use crate::time::Timestamp;

/// A sentence on what changed: up to 500 characters.
pub type Note = Text<500>;

/// The name of a version: 1 to 32 of the characters `A-Z a-z 0-9 . _ -`, not beginning with `.` or `-`.
///
/// It stands in addresses, where `..` lies between two of them, and in store keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionName(String);

/// A text that is no version name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidVersionName;

impl fmt::Display for InvalidVersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version has 1 to 32 of A-Z a-z 0-9 . _ - and does not begin with . or -")
    }
}

impl std::error::Error for InvalidVersionName {}

impl VersionName {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for VersionName {
    type Err = InvalidVersionName;

    fn from_str(text: &str) -> Result<Self, InvalidVersionName> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        // Two dots would make the address of a comparison ambiguous.
        let ambiguous = text.starts_with(['.', '-']) || text.ends_with('.') || text.contains("..");
        if text.is_empty() || text.len() > 32 || ambiguous || !text.bytes().all(allowed) {
            return Err(InvalidVersionName);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for VersionName {
    type Error = InvalidVersionName;
    fn try_from(text: String) -> Result<Self, InvalidVersionName> {
        text.parse()
    }
}

impl From<VersionName> for String {
    fn from(name: VersionName) -> Self {
        name.0
    }
}

/// A SHA-256, written as 64 lower-case hexadecimal digits, also in the store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

/// A text that is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDigest;

impl fmt::Display for InvalidDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a digest has 64 lower-case hexadecimal digits")
    }
}

impl std::error::Error for InvalidDigest {}

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let bytes = base16ct::lower::decode_vec(text).map_err(|_| InvalidDigest)?;
        bytes.try_into().map(Self).map_err(|_| InvalidDigest)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;
    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// The Markdown of one version in one language: at most 60 KiB of UTF-8, line ends as LF, no other control characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PolicyText(String);

/// Why a text cannot be a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidPolicyText {
    /// There is nothing in it.
    Empty,
    /// It has more than [`PolicyText::MAX`] bytes.
    TooLong,
    /// It has a control character.
    Control,
}

impl fmt::Display for InvalidPolicyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the policy is empty",
            Self::TooLong => "the policy is longer than 60 KiB",
            Self::Control => "the policy has a control character",
        })
    }
}

impl std::error::Error for InvalidPolicyText {}

impl PolicyText {
    /// The most bytes: three texts and the index fit into a head.
    pub const MAX: usize = 60 * 1024;

    /// Takes a text as a file holds it. A byte order mark goes and line ends become LF, so that the same text is the
    /// same whatever system it was written on.
    ///
    /// # Errors
    /// [`InvalidPolicyText`] if it is empty, too long or has control characters.
    pub fn new(text: &str) -> Result<Self, InvalidPolicyText> {
        // Some editors put a second mark before the first.
        let text = text.trim_start_matches('\u{feff}');
        let text = line_ends(text);
        if text.trim().is_empty() {
            return Err(InvalidPolicyText::Empty);
        }
        if text.len() > Self::MAX {
            return Err(InvalidPolicyText::TooLong);
        }
        if has_control(&text) {
            return Err(InvalidPolicyText::Control);
        }
        Ok(Self(text))
    }

    /// The Markdown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its digest.
    pub fn sha256(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl TryFrom<String> for PolicyText {
    type Error = InvalidPolicyText;
    fn try_from(text: String) -> Result<Self, InvalidPolicyText> {
        Self::new(&text)
    }
}

impl From<PolicyText> for String {
    fn from(text: PolicyText) -> Self {
        text.0
    }
}

impl fmt::Debug for PolicyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyText({} bytes)", self.0.len())
    }
}

/// One text's coming out: what it is, from when it holds, and what came out before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Its place in the chain, from one.
    pub number: u32,
    /// The version.
    pub version: VersionName,
    /// The language of the text.
    pub language: Lang,
    /// When it was published, to the second.
    pub published: Timestamp,
    /// When the version takes effect, to the second.
    pub effective: Timestamp,
    /// Whether the change matters to people.
    pub material: bool,
    /// The digest of the Markdown.
    pub sha256: Digest,
    /// The digest of the publication before it; none for the first.
    pub previous: Option<Digest>,
    /// What changed.
    pub note: Option<Note>,
}

impl Publication {
    /// The text that the digest is taken of: a line for each field, with LF between them and none at the end.
    ///
    /// ```text
    /// privacy-desk.policy.v1
    /// number: 2
    /// version: 1.0
    /// language: ru
    /// published: 2026-11-22T10:00:00Z
    /// effective: 2019-10-31T21:00:00Z
    /// material: false
    /// sha256: 9f2c…
    /// previous: 3ab0…
    /// note: What changed.
    /// ```
    ///
    /// A missing `previous` or `note` is an empty one (`previous: ` with its space). The note comes last, for it alone
    /// may have line ends. Everything in it is in the public record, so anybody can compute the digest anew.
    pub fn canonical(&self) -> String {
        format!(
            "privacy-desk.policy.v1\nnumber: {}\nversion: {}\nlanguage: {}\npublished: {}\neffective: {}\n\
             material: {}\nsha256: {}\nprevious: {}\nnote: {}",
            self.number,
            self.version,
            self.language,
            self.published,
            self.effective,
            self.material,
            self.sha256,
            self.previous.map(|digest| digest.to_string()).unwrap_or_default(),
            self.note.as_ref().map_or("", Note::as_str),
        )
    }

    /// The digest of [`Publication::canonical`], which the next publication names.
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical().as_bytes())
    }

    /// Signs the publication.
    pub fn sign(self, keys: &Keyring) -> SignedPublication {
        let signature = keys.sign(self.claim().as_bytes());
        SignedPublication { publication: self, signature }
    }

    /// What is signed: JSON that names the digest, which covers everything, and what a reader wants to see at once.
    /// Names, tags and digests have no character that JSON escapes.
    fn claim(&self) -> String {
        let previous = self.previous.map_or("null".to_owned(), |digest| format!("\"{digest}\""));
        format!(
            "{{\"type\":\"policy-publication\",\"version\":\"{}\",\"language\":\"{}\",\"sha256\":\"{}\",\
             \"digest\":\"{}\",\"previous\":{previous}}}",
            self.version,
            self.language,
            self.sha256,
            self.digest(),
        )
    }
}

/// A publication with its signature: a compact JWS (RFC 7515) that one of the desk's public keys checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedPublication {
    /// What was published.
    pub publication: Publication,
    /// The signature.
    pub signature: String,
}

impl SignedPublication {
    /// Whether one of these keys signed exactly this publication.
    pub fn verify(&self, keys: &Keyring) -> bool {
        keys.verify(&self.signature).is_ok_and(|claim| claim == self.publication.claim().as_bytes())
    }

    /// The key of its text.
    pub fn text_key(&self) -> StoreKey {
        let publication = &self.publication;
        StoreKey::area("policy-text")
            .with(&publication.version)
            .with(&publication.language)
            .with(&publication.sha256)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::keys::tests::{keyring, secret};
    use proptest::prelude::*;

    pub(crate) fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    pub(crate) fn publication() -> Publication {
        Publication {
            number: 1,
            version: "1.0".parse().unwrap(),
            language: Lang::En,
            published: at("2026-11-22T10:00:00Z"),
            effective: at("2019-10-31T21:00:00Z"),
            material: false,
            sha256: Digest::of(b"# Policy\n"),
            previous: None,
            note: None,
        }
    }

    #[test]
    fn the_canonical_form_is_fixed() {
        let second = Publication {
            number: 2,
            previous: Some(publication().digest()),
            note: Some(Note::new("What\nchanged").unwrap()),
            ..publication()
        };
        assert_eq!(
            second.canonical(),
            "privacy-desk.policy.v1\nnumber: 2\nversion: 1.0\nlanguage: en\npublished: 2026-11-22T10:00:00Z\n\
             effective: 2019-10-31T21:00:00Z\nmaterial: false\n\
             sha256: 906634d4c84299d734a3b62d9a4ba6cf36931982688a06e654c705158ad62884\n\
             previous: fbbbf82e675b3060a03384ca8e8c401639cc0318b9a6b963681562809fb71eef\nnote: What\nchanged"
        );
        assert!(publication().canonical().ends_with("\nprevious: \nnote: "));
    }

    #[test]
    fn names_are_fit_for_addresses_and_keys() {
        for name in ["1", "1.0", "2026-11-22", "v1_a.b-c", &"a".repeat(32)] {
            assert!(name.parse::<VersionName>().is_ok(), "{name}");
        }
        for name in
            ["", ".", "-1", ".1", "1.", "1..2", "1/2", "1 2", "версия", "a:b", &"a".repeat(33)]
        {
            assert!(name.parse::<VersionName>().is_err(), "{name}");
        }
        let longest = Publication { version: "a".repeat(32).parse().unwrap(), ..publication() };
        let key = longest.sign(&keyring()).text_key();
        assert!(StoreKey::new(key.as_str()).is_ok(), "{key}");
    }

    #[test]
    fn the_same_text_is_the_same_on_every_system() {
        let unix = PolicyText::new("# A\n\nb\n").unwrap();
        let windows = PolicyText::new("\u{feff}# A\r\n\r\nb\r\n").unwrap();
        assert_eq!(unix.sha256(), windows.sha256());
        assert_eq!(PolicyText::new("\u{feff}\u{feff}# A\n\nb\n").unwrap(), unix);
        assert_eq!(PolicyText::new(" \n"), Err(InvalidPolicyText::Empty));
        assert_eq!(PolicyText::new("a\u{7}"), Err(InvalidPolicyText::Control));
        assert!(PolicyText::new(&"a".repeat(PolicyText::MAX)).is_ok());
        let long = PolicyText::new(&"a".repeat(PolicyText::MAX + 1));
        assert_eq!(long, Err(InvalidPolicyText::TooLong));
    }

    #[test]
    fn a_signature_holds_for_its_publication_alone() {
        let signed = publication().sign(&keyring());
        assert!(signed.verify(&keyring()));
        let rotated = Keyring::new(&secret(2), &[secret(1)]);
        assert!(signed.verify(&rotated));
        assert!(!signed.verify(&Keyring::new(&secret(2), &[])));
        let mut moved = signed.clone();
        moved.publication.effective = at("2020-01-01T00:00:00Z");
        assert!(!moved.verify(&keyring()));
    }

    proptest! {
        #[test]
        fn every_field_is_in_the_digest(field in 0..9usize, note in "[a-z]{1,9}") {
            let mut other = publication();
            match field {
                0 => other.number += 1,
                1 => other.version = "1.1".parse().unwrap(),
                2 => other.language = Lang::Ru,
                3 => other.published = other.published.plus_seconds(1),
                4 => other.effective = other.effective.plus_seconds(1),
                5 => other.material = true,
                6 => other.sha256 = Digest::of(b""),
                7 => other.previous = Some(Digest::of(b"")),
                _ => other.note = Some(Note::new(&note).unwrap()),
            }
            prop_assert_ne!(other.digest(), publication().digest());
        }

        #[test]
        fn parsers_never_panic_and_give_back_what_they_took(text in "\\PC*") {
            if let Ok(name) = text.parse::<VersionName>() {
                prop_assert_eq!(name.as_str(), text.as_str());
            }
            if let Ok(digest) = text.parse::<Digest>() {
                prop_assert_eq!(digest.to_string(), text.as_str());
            }
            if let Ok(taken) = PolicyText::new(&text) {
                prop_assert_eq!(PolicyText::new(taken.as_str()), Ok(taken));
            }
        }

        #[test]
        fn digests_are_written_as_they_are_read(bytes: [u8; 32]) {
            let digest = Digest(bytes);
            prop_assert_eq!(digest.to_string().parse(), Ok(digest));
        }
    }
}
