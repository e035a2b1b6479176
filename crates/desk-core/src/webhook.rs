//! Standard Webhooks 1.0.0 (<https://www.standardwebhooks.com>): how what the desk tells others is signed, and how what
//! others tell the desk is checked.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A symmetric secret: `whsec_` and the base 64 of 24 to 64 bytes.
pub struct Secret(Zeroizing<Vec<u8>>);

/// A text that is not a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidWebhookSecret;

impl fmt::Display for InvalidWebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret is whsec_ and the base 64 of 24 to 64 bytes")
    }
}

impl std::error::Error for InvalidWebhookSecret {}

impl FromStr for Secret {
    type Err = InvalidWebhookSecret;

    fn from_str(text: &str) -> Result<Self, InvalidWebhookSecret> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(InvalidWebhookSecret)?;
        let bytes = Zeroizing::new(Base64::decode_vec(encoded).map_err(|_| InvalidWebhookSecret)?);
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(InvalidWebhookSecret) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> [u8; 32] {
        // HMAC takes a key of any length, so this cannot fail.
        Hmac::<Sha256>::new_from_slice(&self.0).map_or([0; 32], |mut mac| {
            for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
                mac.update(part);
            }
            mac.finalize().into_bytes().into()
        })
    }
}

/// The value of `webhook-signature`: one signature for each secret, so that a receiver who knows any of them is satisfied
/// while secrets are rotated. `id` has no dot.
pub fn sign(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let signature = |secret: &Secret| {
        let mac = secret.mac(id, &timestamp, body);
        format!("v1,{}", Base64::encode_string(&mac))
    };
    secrets.iter().map(signature).collect::<Vec<_>>().join(" ")
}

/// How far the clock of a sender may be off, and how long a message may take, in seconds.
pub const TOLERANCE: i64 = 300;

/// A message that is not believed. Why is nobody's business but the log's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookRefusal {
    /// The timestamp is no number, or too far from now.
    Time,
    /// No signature fits.
    Signature,
}

impl fmt::Display for WebhookRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "the timestamp is too far from now",
            Self::Signature => "no signature fits",
        })
    }
}

impl std::error::Error for WebhookRefusal {}

/// Checks a message: `id`, `timestamp` and `signatures` are the values of its three headers, `now` is in seconds since 1970.
///
/// # Errors
/// [`WebhookRefusal`] if it is too old or too new, or none of the secrets made any of its signatures.
pub fn verify(
    secrets: &[Secret],
    (id, timestamp, signatures): (&str, &str, &str),
    body: &[u8],
    now: i64,
) -> Result<(), WebhookRefusal> {
    let at: i64 = timestamp.parse().map_err(|_| WebhookRefusal::Time)?;
    if now.saturating_sub(at).saturating_abs() > TOLERANCE {
        return Err(WebhookRefusal::Time);
    }
    let mut fits = false;
    for secret in secrets {
        let mac = secret.mac(id, timestamp, body);
        for signature in signatures.split(' ').filter_map(|text| text.strip_prefix("v1,")) {
            let mut sent = [0; 32];
            let whole = Base64::decode(signature, &mut sent).is_ok_and(|sent| sent.len() == 32);
            // Every pair is compared to its end, so that the time tells nothing of which one fits.
            fits |= whole & bool::from(mac.ct_eq(&sent));
        }
    }
    if fits { Ok(()) } else { Err(WebhookRefusal::Signature) }
}

/// After how many seconds a message is sent once more that was sent so often in vain; `None` after about three days.
pub const fn delay(attempts: u32) -> Option<u32> {
    const MINUTE: u32 = 60;
    const HOUR: u32 = 60 * MINUTE;
    Some(match attempts {
        0 => 0,
        1 => 5,
        2 => 5 * MINUTE,
        3 => 30 * MINUTE,
        4 => 2 * HOUR,
        5 => 5 * HOUR,
        6 => 10 * HOUR,
        7 => 14 * HOUR,
        8 => 20 * HOUR,
        9 => 24 * HOUR,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NOW: i64 = 1_614_265_330;

    fn secrets(texts: &[&str]) -> Vec<Secret> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_example_of_the_specification_is_signed_as_it_says() {
        let signed = sign(
            &secrets(&[SECRET]),
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            NOW,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_are_refused_unless_they_are_whole() {
        for text in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_AAAA", "whsec_*"] {
            assert!(text.parse::<Secret>().is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", SECRET.parse::<Secret>().unwrap()), "Secret(…)");
    }

    #[test]
    fn any_of_the_secrets_will_do_while_they_are_rotated() {
        let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let signed = sign(&secrets(&[other, SECRET]), "a", NOW, b"x");
        for known in [&[SECRET][..], &[other], &[SECRET, other]] {
            assert_eq!(
                verify(&secrets(known), ("a", &NOW.to_string(), &signed), b"x", NOW),
                Ok(())
            );
        }
        let third = secrets(&["whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"]);
        let refused = verify(&third, ("a", &NOW.to_string(), &signed), b"x", NOW);
        assert_eq!(refused, Err(WebhookRefusal::Signature));
    }

    #[test]
    fn old_and_early_messages_are_refused() {
        let secrets = secrets(&[SECRET]);
        let signed = sign(&secrets, "a", NOW, b"x");
        let at = |now| verify(&secrets, ("a", &NOW.to_string(), &signed), b"x", now);
        assert_eq!((at(NOW + 300), at(NOW - 300)), (Ok(()), Ok(())));
        assert_eq!(
            (at(NOW + 301), at(NOW - 301)),
            (Err(WebhookRefusal::Time), Err(WebhookRefusal::Time))
        );
        assert_eq!(verify(&secrets, ("a", "soon", &signed), b"x", NOW), Err(WebhookRefusal::Time));
    }

    #[test]
    fn it_is_tried_for_about_three_days() {
        let all: u32 = (0..).map_while(delay).sum();
        assert!((70 * 3600..80 * 3600).contains(&all), "{all}");
    }

    proptest! {
        #[test]
        fn secrets_are_read_as_base_64_alone(bytes in prop::collection::vec(any::<u8>(), 24..=64)) {
            let text = ["whsec_", &Base64::encode_string(&bytes)].concat();
            prop_assert_eq!(text.parse::<Secret>().map(|secret| secret.0.to_vec()), Ok(bytes));
            for wrong in [text.trim_end_matches('=').to_owned(), [&text, "="].concat(), [&text, "===="].concat()] {
                prop_assert!(wrong == text || wrong.parse::<Secret>().is_err());
            }
            let url_safe = text.replacen('+', "-", 1).replacen('/', "_", 1);
            prop_assert!(url_safe == text || url_safe.parse::<Secret>().is_err());
        }

        #[test]
        fn what_was_changed_is_refused(id in "[a-z]{1,9}", body: Vec<u8>, other: Vec<u8>) {
            let secrets = secrets(&[SECRET]);
            let signed = sign(&secrets, &id, NOW, &body);
            let time = NOW.to_string();
            prop_assert_eq!(verify(&secrets, (&id, &time, &signed), &body, NOW), Ok(()));
            prop_assume!(body != other);
            prop_assert!(verify(&secrets, (&id, &time, &signed), &other, NOW).is_err());
            prop_assert!(verify(&secrets, ("-", &time, &signed), &body, NOW).is_err());
            prop_assert!(verify(&secrets, (&id, &(NOW + 1).to_string(), &signed), &body, NOW).is_err());
        }

        #[test]
        fn strange_signatures_never_panic(text in "[ -~]*") {
            prop_assert!(verify(&secrets(&[SECRET]), ("a", &NOW.to_string(), &text), b"x", NOW).is_err());
        }
    }
}
