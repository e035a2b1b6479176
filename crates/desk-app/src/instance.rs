//! What an instance of a function remembers from one request to the next: three small things, and no other.
//!
//! None of it holds personal data in the clear, nor anything of one request. Up to 16 requests share it at once, so nothing
//! here is borrowed across a wait.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use desk_core::id::Moment;
use desk_core::limit::{Counter, Slot};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;

use crate::policy_cache::PolicyCache;

/// What an instance remembers.
#[derive(Debug, Default)]
pub struct Instance {
    /// The policy in force, for a few seconds.
    pub policy: PolicyCache,
    /// What it is about to do that must happen once.
    pub acts: ActsInFlight,
    /// How often it let clients through.
    pub counters: Counters,
}

/// How often an instance let each client through, by the keys of their slots, which are keyed hashes of a day.
#[derive(Debug, Default)]
pub struct Counters {
    own: OnceCell<Counter>,
    slots: RefCell<BTreeMap<StoreKey, Slot>>,
    overwritten: RefCell<BTreeMap<StoreKey, Timestamp>>,
    missing_address: Cell<MissingAddress>,
}

/// Whether a client came without an address, and the log was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum MissingAddress {
    #[default]
    No,
    Seen,
    Told,
}

impl Counters {
    /// The number that this instance goes by.
    pub fn own(&self, moment: &Moment) -> Counter {
        *self.own.get_or_init(|| Counter(u32::from_be_bytes(moment.draw())))
    }

    /// What this instance and the store know of a client together.
    pub fn known(&self, key: &StoreKey, stored: &Slot) -> Slot {
        let slots = self.slots.borrow();
        slots.get(key).map_or_else(|| stored.clone(), |own| stored.clone().merged(own))
    }

    /// Keeps what is known of a client now.
    pub fn keep(&self, key: &StoreKey, slot: Slot) {
        self.slots.borrow_mut().insert(key.clone(), slot);
    }

    /// Expects that others write over what was just written under a key, which is of use until an instant.
    pub fn expect_overwritten(&self, key: &StoreKey, until: Timestamp) {
        self.overwritten.borrow_mut().insert(key.clone(), until);
    }

    /// What was expected, once.
    pub fn take_overwritten(&self) -> BTreeMap<StoreKey, Timestamp> {
        self.overwritten.take()
    }

    /// Notes that a client came without an address.
    pub fn note_missing_address(&self) {
        if self.missing_address.get() == MissingAddress::No {
            self.missing_address.set(MissingAddress::Seen);
        }
    }

    /// What the log should hear of this, once.
    pub fn warning(&self) -> Option<&'static str> {
        (self.missing_address.get() == MissingAddress::Seen).then(|| {
            self.missing_address.set(MissingAddress::Told);
            "a request came without a client address that can be read, so that all of them share one limit: \
             see client_address_header"
        })
    }
}

/// The acts that requests of this instance are at.
#[derive(Debug, Default)]
pub struct ActsInFlight(RefCell<BTreeSet<String>>);

impl ActsInFlight {
    /// Begins an act; `None` while another request is at it. What is given ends the act when it goes, also where its
    /// request was cancelled.
    pub fn begin(&self, name: &str) -> Option<ActInFlight<'_>> {
        let is_new = self.0.borrow_mut().insert(name.to_owned());
        is_new.then(|| ActInFlight { acts: self, name: name.to_owned() })
    }
}

/// An act that a request is at.
#[derive(Debug)]
pub struct ActInFlight<'a> {
    acts: &'a ActsInFlight,
    name: String,
}

impl Drop for ActInFlight<'_> {
    fn drop(&mut self) {
        self.acts.0.borrow_mut().remove(&self.name);
    }
}
