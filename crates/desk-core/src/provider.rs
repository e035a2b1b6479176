//! How mail providers sign what they tell: each in its own way. What all of them have in common is that nothing of a
//! message is believed, or even parsed, before its signature was checked over the bytes as they came.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use rsa::pkcs1v15;
use rsa::{BoxedUint, PublicKey};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::time::{Date, Timestamp};

/// How old a message may be, in seconds: providers try again for half a day, not all of them with a new timestamp, and a
/// replay does no harm.
pub const TOLERANCE: i64 = 12 * 3600;

/// Whether a provider's timestamp, in seconds since 1970, is near enough to now.
pub fn is_recent(timestamp: &str, now: i64) -> bool {
    timestamp.parse::<i64>().is_ok_and(|at| now.saturating_sub(at).saturating_abs() <= TOLERANCE)
}

/// A text that is no key, or no secret, of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProviderKey;

impl fmt::Display for InvalidProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not what the provider gives out")
    }
}

impl std::error::Error for InvalidProviderKey {}

/// The name and password of HTTP Basic (RFC 7617), by which Postmark shows who it is.
pub struct Basic(Zeroizing<Vec<u8>>);

/// Reads `name:password`.
impl FromStr for Basic {
    type Err = InvalidProviderKey;

    fn from_str(text: &str) -> Result<Self, InvalidProviderKey> {
        let (name, password) = text.split_once(':').ok_or(InvalidProviderKey)?;
        if name.is_empty() || password.len() < 16 {
            return Err(InvalidProviderKey);
        }
        Ok(Self(Zeroizing::new(Base64::encode_string(text.as_bytes()).into_bytes())))
    }
}

impl Basic {
    /// Tells in constant time whether the value of `Authorization` has this name and password.
    pub fn is(&self, authorization: &str) -> bool {
        authorization.split_once(' ').is_some_and(|(scheme, sent)| {
            scheme.eq_ignore_ascii_case("basic") && self.0.ct_eq(sent.trim().as_bytes()).into()
        })
    }
}

/// The key with which Mailgun signs.
pub struct MailgunKey(Zeroizing<Vec<u8>>);

impl FromStr for MailgunKey {
    type Err = InvalidProviderKey;

    fn from_str(text: &str) -> Result<Self, InvalidProviderKey> {
        let long = text.len() >= 16;
        if long {
            Ok(Self(Zeroizing::new(text.as_bytes().to_vec())))
        } else {
            Err(InvalidProviderKey)
        }
    }
}

impl MailgunKey {
    /// Whether the hexadecimal HMAC-SHA256 of timestamp and token fits.
    pub fn signed(&self, timestamp: &str, token: &str, signature: &str) -> bool {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return false };
        mac.update(timestamp.as_bytes());
        mac.update(token.as_bytes());
        base16ct::mixed::decode_vec(signature).is_ok_and(|sent| mac.verify_slice(&sent).is_ok())
    }
}

/// `SendGrid`'s public key: ECDSA on P-256, as the base 64 of a `SubjectPublicKeyInfo` (RFC 5280 section 4.1).
pub struct SendGridKey(VerifyingKey);

impl FromStr for SendGridKey {
    type Err = InvalidProviderKey;

    fn from_str(text: &str) -> Result<Self, InvalidProviderKey> {
        let der = Base64::decode_vec(text.trim()).map_err(|_| InvalidProviderKey)?;
        VerifyingKey::from_public_key_der(&der).map(Self).map_err(|_| InvalidProviderKey)
    }
}

impl SendGridKey {
    /// Whether the signature, base 64 of DER, fits the timestamp followed by the body.
    pub fn signed(&self, timestamp: &str, body: &[u8], signature: &str) -> bool {
        let Ok(der) = Base64::decode_vec(signature) else { return false };
        let Ok(signature) = Signature::from_der(&der) else { return false };
        let message = [timestamp.as_bytes(), body].concat();
        self.0.verify(&message, &signature).is_ok()
    }
}

/// Which hash an SNS signature is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnsVersion {
    /// `SignatureVersion` 1: SHA-1. Nobody can make another message with the same hash that says something of use, for
    /// most of what is hashed is Amazon's to choose; but 2 is to be preferred.
    One,
    /// `SignatureVersion` 2: SHA-256.
    Two,
}

/// The certificate with which Amazon SNS signs, as it lies at `SigningCertURL`.
///
/// Who issued it is not looked at: that says no more than where it was fetched from, which is Amazon's own host over TLS,
/// whose certificate was checked then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnsCertificate {
    key: PublicKey,
    begins: Timestamp,
    ends: Timestamp,
    /// Whom it is for: the common names, and the alternative names that are hosts (RFC 5280 section 4.2.1.6).
    names: Vec<String>,
}

impl SnsCertificate {
    /// Reads a certificate in PEM (RFC 7468).
    ///
    /// # Errors
    /// [`InvalidProviderKey`] if it is no certificate with an RSA key of 2,048 to 4,096 bits.
    pub fn from_pem(pem: &[u8]) -> Result<Self, InvalidProviderKey> {
        let text = std::str::from_utf8(pem).map_err(|_| InvalidProviderKey)?;
        let (_, rest) = text.split_once("-----BEGIN CERTIFICATE-----").ok_or(InvalidProviderKey)?;
        let (body, _) = rest.split_once("-----END CERTIFICATE-----").ok_or(InvalidProviderKey)?;
        let encoded: String = body.split_whitespace().collect();
        let der = Base64::decode_vec(&encoded).map_err(|_| InvalidProviderKey)?;
        Self::from_der(&der).ok_or(InvalidProviderKey)
    }

    fn from_der(der: &[u8]) -> Option<Self> {
        let (_, certificate) = value(der, SEQUENCE)?.0.pair();
        let (tbs, _) = value(certificate, SEQUENCE)?;
        let mut rest = tbs.content();
        // The version is explicit in every certificate since the first; serial, algorithm, issuer, validity and subject
        // follow, and then the key.
        for _ in 0..4 {
            rest = any(rest)?.1;
        }
        let (validity, rest) = value(rest, SEQUENCE)?;
        let (begins, behind) = time(validity.content())?;
        let (ends, _) = time(behind)?;
        let (subject, rest) = value(rest, SEQUENCE)?;
        let names = names(subject.content(), any(rest)?.1);
        let key = public_key(rest)?;
        let mut numbers = value(key, SEQUENCE)?.0.content();
        let mut number = || -> Option<BoxedUint> {
            let (integer, behind) = value(numbers, INTEGER)?;
            numbers = behind;
            let bytes = integer.content();
            let bytes = bytes.strip_prefix(&[0]).unwrap_or(bytes);
            if bytes.len() > 512 {
                return None;
            }
            BoxedUint::from_be_slice(bytes, (bytes.len() * 8) as u32).ok()
        };
        let (modulus, exponent) = (number()?, number()?);
        if modulus.bit_width() < 2_048 {
            return None;
        }
        let key = PublicKey::new(modulus, exponent).ok()?;
        Some(Self { key, begins, ends, names })
    }

    /// Whether it is valid at this instant (RFC 5280 section 4.1.2.5).
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.begins..=self.ends).contains(&now)
    }

    /// Whether it is for SNS, as it is served at this address: `sns.amazonaws.com`, or a name of the address's own region,
    /// as younger regions have them, and those of China and of the government.
    pub fn is_for(&self, url: &str) -> bool {
        let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        let Some(place) = host.and_then(|host| host.strip_prefix("sns.")) else { return false };
        self.names.iter().any(|name| {
            let regional = ["sns.", "sns-signing.", "sns-"];
            name == "sns.amazonaws.com"
                || regional.iter().any(|begin| name.strip_prefix(begin) == Some(place))
                || (place.starts_with("us-gov-") && name == "sns-us-gov-west-1.amazonaws.com")
        })
    }

    /// Whether a signature, base 64, fits the text that SNS signs.
    pub fn signed(&self, version: SnsVersion, text: &str, signature: &str) -> bool {
        let Ok(bytes) = Base64::decode_vec(signature) else { return false };
        let Ok(signature) = pkcs1v15::Signature::try_from(bytes.as_slice()) else { return false };
        let key = self.key.clone();
        match version {
            SnsVersion::One => {
                pkcs1v15::VerifyingKey::<Sha1>::new(key).verify(text.as_bytes(), &signature)
            }
            SnsVersion::Two => {
                pkcs1v15::VerifyingKey::<Sha256>::new(key).verify(text.as_bytes(), &signature)
            }
        }
        .is_ok()
    }
}

/// Whether an address is Amazon's own for SNS: https, a host `sns.<region>.amazonaws.com` (or `.com.cn`), no port, no
/// name before the host. Everything that is fetched on behalf of a message is fetched from such an address alone.
pub fn is_sns(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let Some((host, _)) = rest.split_once('/') else { return false };
    let region = host.strip_prefix("sns.").and_then(|host| {
        host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))
    });
    let plain = url.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    // Such as eu-central-1: an area in letters, and a number at the end. On the same domain S3 serves anybody's bucket, the
    // one called `sns` as `sns.s3.amazonaws.com`.
    let regional = |region: &str| {
        let named = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let area = region.split_once('-').map(|(area, _)| area);
        area.is_some_and(|area| area.bytes().all(|b| b.is_ascii_lowercase()))
            && region.ends_with(|c: char| c.is_ascii_digit())
            && region.bytes().all(named)
    };
    plain && region.is_some_and(regional)
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The extensions of a certificate, and a host among the alternative names.
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;
/// The object identifiers of `commonName` and `subjectAltName`.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];

/// A value of DER (X.690): its tag and its content.
struct Tlv<'a> {
    tag: u8,
    content: &'a [u8],
}

impl<'a> Tlv<'a> {
    const fn content(&self) -> &'a [u8] {
        self.content
    }

    const fn pair(&self) -> (u8, &'a [u8]) {
        (self.tag, self.content)
    }
}

/// Reads the value at the beginning, and gives what follows it.
fn any(der: &[u8]) -> Option<(Tlv<'_>, &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
        }
        _ => return None,
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((Tlv { tag, content }, behind))
}

/// Reads the value at the beginning, which must have this tag.
fn value(der: &[u8], tag: u8) -> Option<(Tlv<'_>, &[u8])> {
    any(der).filter(|(found, _)| found.tag == tag)
}

/// The values that follow each other.
fn each(der: &[u8]) -> impl Iterator<Item = Tlv<'_>> {
    let mut rest = der;
    std::iter::from_fn(move || {
        let (one, behind) = any(rest)?;
        rest = behind;
        Some(one)
    })
}

/// Reads an instant of either form (RFC 5280 section 4.1.2.5), and gives what follows it.
fn time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (one, behind) = any(der)?;
    let digits = one.content().strip_suffix(b"Z")?;
    let digits = digits.iter().map(|digit| char::from(*digit).to_digit(10));
    let digits: Vec<u32> = digits.collect::<Option<_>>()?;
    let mut pairs =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |number, digit| number * 10 + digit));
    let year = match (one.tag, digits.len()) {
        (UTC_TIME, 12) => {
            pairs.next().map(|year| if year < 50 { 2000 + year } else { 1900 + year })?
        }
        (GENERALIZED_TIME, 14) => pairs.next()? * 100 + pairs.next()?,
        _ => return None,
    };
    let mut next = || pairs.next();
    let (month, day) = (u8::try_from(next()?).ok()?, u8::try_from(next()?).ok()?);
    let date = Date::new(u16::try_from(year).ok()?, month, day).ok()?;
    let seconds = next()? * 3600 + next()? * 60 + next()?;
    Some((date.start_utc().plus_seconds(seconds.into()), behind))
}

/// The names in a certificate's subject, and among what follows its key.
fn names(subject: &[u8], behind: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut note = |name: &[u8]| names.extend(String::from_utf8(name.to_vec()));
    for pair in each(subject).flat_map(|set| each(set.content)) {
        let mut pair = each(pair.content);
        if pair.next().is_some_and(|kind| kind.content == COMMON_NAME) {
            pair.for_each(|name| note(name.content));
        }
    }
    let extensions =
        each(behind).filter(|one| one.tag == EXTENSIONS).flat_map(|one| each(one.content));
    for extension in extensions.flat_map(|list| each(list.content)) {
        let mut parts = each(extension.content);
        if parts.next().is_some_and(|kind| kind.content == ALTERNATIVE_NAMES) {
            let all = parts.last().into_iter().flat_map(|text| each(text.content));
            let all = all.flat_map(|list| each(list.content));
            all.filter(|name| name.tag == DNS_NAME).for_each(|name| note(name.content));
        }
    }
    names
}

/// The key within a `SubjectPublicKeyInfo`: an algorithm, then a bit string without unused bits.
fn public_key(der: &[u8]) -> Option<&[u8]> {
    let info = value(der, SEQUENCE)?.0.content();
    let (_algorithm, rest) = value(info, SEQUENCE)?;
    value(rest, BIT_STRING)?.0.content().strip_prefix(&[0])
}
