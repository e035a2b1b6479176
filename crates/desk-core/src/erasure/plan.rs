//! The plan of an erasure: the inventory against what must stay, in an order that a crash cannot harm.

use serde::{Deserialize, Serialize};

use super::category::Category;
use super::stay::Stay;
use crate::id::Id;
use crate::journal::Place;
use crate::package::Mark;
use crate::request::RequestKey;
use crate::store_key::StoreKey;

/// A value that is held about the person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldValue {
    /// What it is.
    pub category: Category,
    /// Where it lies.
    pub key: StoreKey,
}

/// What is destroyed of one category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyedCategory {
    /// The category.
    pub category: Category,
    /// How many things, as people count them: a file that lies in three parts is one.
    pub count: u32,
    /// How many stored values.
    pub values: u32,
}

/// What an erasure will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What goes, in the order in which it goes.
    goes: Vec<HeldValue>,
    /// What stays.
    stays: Vec<Stay>,
}

impl Plan {
    /// Decides what goes and what stays. `held` is the inventory without opt-outs, of which there are so many values;
    /// `open` are the cases and requests that stay. The request itself always goes.
    pub fn new(own: &RequestKey, held: Vec<HeldValue>, open: &[Stay], opt_outs: u32) -> Self {
        let is_of_another = |stay: &Stay| stay.open().is_some_and(|id| id != own.id);
        let mut stays: Vec<Stay> = open.iter().copied().filter(is_of_another).collect();
        stays.sort_unstable();
        stays.dedup();
        let is_kept = |held: &HeldValue| {
            let id = held.key.parts().nth(1).and_then(|id| id.parse::<Id>().ok());
            let package = held.category == Category::Packages;
            id.is_some_and(|id| {
                stays
                    .iter()
                    .filter_map(|stay| stay.open())
                    .any(|open| open == id || package && Mark::of(open).is_on(id))
            })
        };
        let own = own.opening();
        let rank = |held: &HeldValue| {
            // The lock of a package before its parts: once it is gone nobody can open what is left.
            (held.key == own, held.category.place(), held.key.parts().count())
        };
        let mut goes: Vec<HeldValue> = held.into_iter().filter(|held| !is_kept(held)).collect();
        goes.sort_by(|a, b| (rank(a), &a.key).cmp(&(rank(b), &b.key)));
        goes.dedup_by(|a, b| a.key == b.key);
        stays.extend((opt_outs > 0).then_some(Stay::OptOuts(opt_outs)));
        stays.extend([Stay::Act, Stay::Log, Stay::Audit, Stay::Notice]);
        Self { goes, stays }
    }

    /// What goes, in the order in which it goes.
    pub fn goes(&self) -> &[HeldValue] {
        &self.goes
    }

    /// What stays.
    pub fn stays(&self) -> &[Stay] {
        &self.stays
    }

    /// What goes, counted: the categories of which there is something, in their order.
    pub fn destroyed(&self) -> Vec<DestroyedCategory> {
        let mut destroyed = Vec::new();
        for category in Category::ALL {
            let mut things: Vec<&str> = Vec::new();
            let mut values = 0;
            for held in self.goes.iter().filter(|held| held.category == category) {
                values += 1;
                // The view of a case's events is no message.
                let thing = category.thing(held.key.as_str());
                if let Some(thing) = thing.filter(|thing| !things.contains(thing)) {
                    things.push(thing);
                }
            }
            if values > 0 {
                let count = u32::try_from(things.len()).unwrap_or(u32::MAX);
                destroyed.push(DestroyedCategory { category, count, values });
            }
        }
        destroyed
    }

    /// What tells this plan from any other: every key that goes, and what stays.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for held in &self.goes {
            bytes.extend_from_slice(held.key.as_str().as_bytes());
            bytes.push(b'\n');
        }
        for stay in &self.stays {
            bytes.extend_from_slice(stay.name().as_bytes());
            let number = match stay {
                Stay::Case(id) | Stay::Request(id) => id.to_bytes(),
                Stay::OptOuts(count) => u128::from(*count).to_be_bytes(),
                Stay::Act | Stay::Log | Stay::Audit | Stay::Notice => [0; 16],
            };
            bytes.extend_from_slice(&number);
        }
        bytes
    }
}

#[cfg(test)]
mod tests;
