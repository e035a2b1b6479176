//! The act of destruction: what an erasure did, without naming anybody.

use serde::{Deserialize, Serialize};

use super::plan::DestroyedCategory;
use super::stay::{ACT_SECONDS, Stay};
use crate::clock::regime::Regime;
use crate::id::Id;
use crate::reference::{Reference, Series};
use crate::request::RequestKind;
use crate::store_key::StoreKey;
use crate::time::Timestamp;

/// The act of destruction (152-FZ article 21(7), order 179 of 28.10.2022), without whoever carried it out: it names no
/// person, and so is kept in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestructionAct {
    /// The request that was honoured, by which the subject is known.
    pub request: Id,
    /// What was asked for.
    pub kind: RequestKind,
    /// The law that it was asked for under.
    pub regime: Regime,
    /// When it was received.
    pub received: Timestamp,
    /// When it was decided what goes. Everything that goes was there before.
    pub at: Timestamp,
    /// What was destroyed.
    pub destroyed: Vec<DestroyedCategory>,
    /// What stayed.
    pub stays: Vec<Stay>,
    /// Who answers for the data, as was configured then.
    pub controller: String,
    /// Their address, likewise; empty if none was.
    pub address: String,
    /// The app whose data it was.
    pub app: String,
}

impl DestructionAct {
    /// The first part of the keys of acts.
    pub const AREA: &'static str = "act";
    /// The first part of the keys of who carried them out.
    pub const EXECUTORS: &'static str = "act-by";

    /// The key of the act about a request.
    pub fn key(request: Id) -> StoreKey {
        StoreKey::of(Self::AREA, request)
    }

    /// The key of who carried it out, which is sealed.
    pub fn executor_key(request: Id) -> StoreKey {
        StoreKey::of(Self::EXECUTORS, request)
    }

    /// The reference by which the subject is known.
    pub fn reference(&self) -> Reference {
        Reference::new(Series::Requests, self.request)
    }

    /// When the act itself is no longer kept.
    pub const fn expires(&self) -> Timestamp {
        self.at.plus_seconds(ACT_SECONDS)
    }

    /// Whether a case or a request was left because it was open, so that only a part was done.
    pub fn is_partial(&self) -> bool {
        self.stays.iter().any(|stay| stay.open().is_some())
    }

    /// What this act left because it was open, for whoever goes on where it broke off.
    pub fn open(&self) -> impl Iterator<Item = Stay> + '_ {
        self.stays.iter().copied().filter(|stay| stay.open().is_some())
    }
}
