//! Retries: the same key, or the same form, opens the same case.

use desk_core::attachment::Attachment;
use desk_core::case::PolicyPin;
use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cases;
use crate::desk::Desk;
use crate::policy;
use crate::ports::Store;

/// For how long a form can be sent, in seconds: a person may leave it open overnight.
pub const FORM_AGE: i64 = 24 * 3600;

/// What makes a retry the same filing: where the id of a case comes from.
#[derive(Clone, Debug)]
pub enum Ticket {
    /// From the token of a form, which was shown at the id's instant.
    Form(Id),
    /// From here, and remembered under an idempotency key.
    Keyed(StoreKey),
    /// From here: a retry opens another case.
    Fresh,
}

impl Ticket {
    /// The ticket of a form's token; `None` if the token is forged, or the form was open for too long.
    pub fn of_form<S>(desk: &Desk<'_, S>, purpose: Purpose, token: &str) -> Option<Self> {
        let id = Id::from_bytes(desk.setup.keys.redeem(purpose, token)?);
        (desk.now().seconds_since(id.instant()) < FORM_AGE).then_some(Self::Form(id))
    }

    /// The ticket of what a program sends to an address, with an idempotency key or without.
    ///
    /// # Errors
    /// None in practice: the name of a key fits.
    pub fn of_program<S>(
        desk: &Desk<'_, S>,
        address: &[u8],
        key: Option<&str>,
    ) -> Result<Self, Fault> {
        Ok(match key {
            Some(key) => Self::Keyed(marker_key(desk, address, key)?),
            None => Self::Fresh,
        })
    }

    /// Whether it is that of a form.
    pub const fn is_form(&self) -> bool {
        matches!(self, Self::Form(_))
    }

    /// What tells a retry from another text; nothing where no ticket can come a second time.
    pub(crate) fn fingerprint(&self, parts: &[&str], files: &[Attachment]) -> String {
        if matches!(self, Self::Fresh) { String::new() } else { fingerprint(parts, files) }
    }

    /// Remembers under an idempotency key which case is about to be opened. It comes before the case itself.
    pub(crate) async fn remember<S: Store>(
        &self,
        desk: &Desk<'_, S>,
        case: [u8; 32],
        fingerprint: String,
    ) -> Result<(), Fault> {
        let Self::Keyed(marker) = self else { return Ok(()) };
        let until = Some(desk.now().plus_seconds(KEY_AGE));
        desk.write_sealed(marker, until, &Marker::new(case, fingerprint)).await
    }
}

/// How long an idempotency key is remembered, in seconds.
const KEY_AGE: i64 = 24 * 3600;

/// What is remembered under an idempotency key.
#[derive(Serialize, Deserialize)]
struct Marker {
    /// The case that was about to be opened: 32 bytes.
    case: Vec<u8>,
    /// What it was opened with.
    fingerprint: String,
}

impl Marker {
    /// Remembers a case.
    fn new(case: [u8; 32], fingerprint: String) -> Self {
        Self { case: case.to_vec(), fingerprint }
    }
}

/// Finds the case that an idempotency key opened before, or gives the key of the one that it is to open.
pub(crate) async fn keyed<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    marker: &StoreKey,
    own: K,
    fingerprint: &str,
) -> Result<(K, Option<Box<cases::Opening<K>>>), Fault> {
    let Some(marker) = desk.read_sealed::<Marker>(marker).await? else { return Ok((own, None)) };
    let key = K::from_bytes(marker.case.as_slice().try_into().unwrap_or_default());
    match cases::load_opening(desk, &key).await? {
        // It never came to be, so another text may still use the key.
        None if marker.fingerprint != fingerprint => Ok((own, None)),
        opening => Ok((key, opening)),
    }
}

/// Where an idempotency key of an address is remembered.
pub fn marker_key<S>(desk: &Desk<'_, S>, address: &[u8], key: &str) -> Result<StoreKey, Fault> {
    let name = desk.setup.keys.blind(Purpose::Idempotency, &[address, key.as_bytes()]);
    Ok(StoreKey::new(["once:", &name].concat())?)
}

/// The id of the case that an idempotency key opens: the same for taps that race each other, another one for another text.
pub(crate) fn keyed_id<S>(desk: &Desk<'_, S>, marker: &StoreKey, fingerprint: &str) -> Id {
    // The minute, so that taps which follow each other fall into the same one.
    let seconds = desk.now().seconds();
    let minute = Timestamp::from_seconds(seconds - seconds.rem_euclid(60));
    let parts: [&[u8]; 2] = [marker.as_str().as_bytes(), fingerprint.as_bytes()];
    Id::new(minute.unwrap_or(desk.now()), cases::unique(desk, &parts))
}

/// The policy in force. One that cannot be read must not keep anybody from complaining.
pub(crate) async fn pin<S: Store>(desk: &Desk<'_, S>) -> Result<Option<PolicyPin>, Fault> {
    match policy::pin(desk).await {
        Err(Fault::Internal(_)) => Ok(None),
        pin => pin,
    }
}

/// A hash of texts and files that cannot run into each other.
fn fingerprint(parts: &[&str], files: &[Attachment]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    for file in files {
        hash.update(Sha256::digest(file.bytes()));
    }
    base16ct::lower::encode_string(&hash.finalize())
}
