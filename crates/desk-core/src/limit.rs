//! How often one client may do a thing: fixed windows, counted in one slot of the store.
//!
//! A slot is written by the last writer alone, so requests that race may be counted once: the limit is a brake against
//! abuse, not a bookkeeper.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// So many requests in so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub requests: u32,
    /// The window, in seconds.
    pub window: u32,
}

/// Every quota that holds at once, written `30;w=60, 300;w=86400`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(Vec<Quota>);

/// A text that is not a list of one to four quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLimits;

impl fmt::Display for InvalidLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("limits look like 30;w=60, 300;w=86400")
    }
}

impl std::error::Error for InvalidLimits {}

impl FromStr for Limits {
    type Err = InvalidLimits;

    fn from_str(text: &str) -> Result<Self, InvalidLimits> {
        let quotas: Option<Vec<Quota>> = text
            .split(',')
            .map(|part| {
                let (requests, window) = part.trim().split_once(';')?;
                let window = window.strip_prefix("w=")?;
                let quota =
                    Quota { requests: requests.parse().ok()?, window: window.parse().ok()? };
                (quota.requests > 0 && (1..=86_400).contains(&quota.window)).then_some(quota)
            })
            .collect();
        quotas.filter(|quotas| quotas.len() <= 4).map(Self).ok_or(InvalidLimits)
    }
}

/// What one client has used: per quota the start of its window in seconds since 1970, and the count within it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot(Vec<(i64, u32)>);

/// Where a client stands with one quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The quota.
    pub quota: Quota,
    /// How many requests are left in this window.
    pub remaining: u32,
    /// Seconds until the window ends.
    pub reset: u32,
}

/// The answer to a client that wants to do the thing once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it may.
    pub allowed: bool,
    /// The slot to store; unchanged where it may not.
    pub slot: Slot,
    /// Where it stands with each quota afterwards.
    pub standings: Vec<Standing>,
}

impl Verdict {
    /// The standing that binds: the one with the fewest requests left, and of those the one that takes longest.
    pub fn tightest(&self) -> Option<Standing> {
        self.standings.iter().copied().min_by_key(|s| (s.remaining, u32::MAX - s.reset))
    }

    /// When the slot no longer says anything.
    pub fn expires(&self, now: Timestamp) -> Timestamp {
        let longest = self.standings.iter().map(|s| s.reset).max().unwrap_or(0);
        now.plus_seconds(i64::from(longest))
    }
}

impl Limits {
    /// Decides whether a client may do the thing once more, and counts it if so.
    pub fn decide(&self, slot: &Slot, now: Timestamp) -> Verdict {
        let now = now.seconds();
        let used: Vec<(Quota, i64, u32)> = self
            .0
            .iter()
            .enumerate()
            .map(|(at, &quota)| {
                let window = i64::from(quota.window);
                let start = now.div_euclid(window) * window;
                let count = slot.0.get(at).filter(|(known, _)| *known == start).map_or(0, |s| s.1);
                (quota, start, count)
            })
            .collect();
        let allowed = used.iter().all(|(quota, _, count)| *count < quota.requests);
        let count_after = |count: u32| count.saturating_add(u32::from(allowed));
        Verdict {
            allowed,
            slot: Slot(
                used.iter().map(|(_, start, count)| (*start, count_after(*count))).collect(),
            ),
            standings: used
                .iter()
                .map(|(quota, start, count)| Standing {
                    quota: *quota,
                    remaining: quota.requests.saturating_sub(count_after(*count)),
                    reset: u32::try_from(start + i64::from(quota.window) - now).unwrap_or(1),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_it_documents() {
        let limits: Limits = "30;w=60, 300;w=86400".parse().unwrap();
        assert_eq!(limits.0[1], Quota { requests: 300, window: 86_400 });
        for text in
            ["", "30", "30;w=0", "0;w=60", "30;w=60,", "x;w=60", "1;w=1,1;w=1,1;w=1,1;w=1,1;w=1"]
        {
            assert_eq!(text.parse::<Limits>(), Err(InvalidLimits), "{text}");
        }
    }

    #[test]
    fn a_refused_request_is_told_when_to_come_back() {
        let limits: Limits = "2;w=60".parse().unwrap();
        let now = Timestamp::from_seconds(6_015).unwrap();
        let mut slot = Slot::default();
        for remaining in [1, 0] {
            let verdict = limits.decide(&slot, now);
            assert!(verdict.allowed);
            assert_eq!(verdict.tightest().map(|s| (s.remaining, s.reset)), Some((remaining, 45)));
            slot = verdict.slot;
        }
        let verdict = limits.decide(&slot, now);
        assert!(!verdict.allowed && verdict.slot == slot);
        assert!(limits.decide(&slot, now.plus_seconds(45)).allowed);
    }

    proptest! {
        #[test]
        fn never_lets_more_through_than_a_quota_has(
            requests in 1u32..20, window in 1u32..100, steps in prop::collection::vec(0i64..5, 1..300),
        ) {
            let limits = Limits(vec![Quota { requests, window }]);
            let mut now = Timestamp::from_seconds(1_800_000_000).unwrap();
            let mut slot = Slot::default();
            let mut through = std::collections::HashMap::new();
            for step in steps {
                now = now.plus_seconds(step);
                let verdict = limits.decide(&slot, now);
                if verdict.allowed {
                    *through.entry(now.seconds() / i64::from(window)).or_insert(0) += 1;
                }
                slot = verdict.slot;
            }
            prop_assert!(through.values().all(|count| *count <= requests));
        }

        #[test]
        fn a_strange_slot_never_panics(entries: Vec<(i64, u32)>, now in 0i64..10_000_000_000) {
            let limits: Limits = "30;w=60, 300;w=86400".parse().unwrap();
            limits.decide(&Slot(entries), Timestamp::from_seconds(now).unwrap());
        }
    }
}
