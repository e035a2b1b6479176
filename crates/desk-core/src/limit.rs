//! How often one client may do a thing: fixed windows, counted in one slot of the store.
//!
//! Each instance of a function counts what it let through, exactly, and a slot keeps the count of every instance. Whoever
//! writes a slot takes the larger of what is there and what they know of each, so an update that another one wrote over heals
//! with the next. Beyond the limit goes no more than what instances have in flight.

use std::collections::BTreeMap;
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

/// An instance of a function, as slots know one: a number that it drew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Counter(pub u32);

/// What one client has used: for each quota the count of every instance within its window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot(Vec<Window>);

/// A window: its start in seconds since 1970, and what each instance let through in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Window {
    start: i64,
    counts: BTreeMap<Counter, u32>,
}

impl Window {
    fn count(&self) -> u32 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

impl Slot {
    /// What this slot and another one of the same client know together: of each instance the larger count, of each quota
    /// the later window.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        self.0.resize_with(self.0.len().max(other.0.len()), Window::default);
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            if other.start > own.start {
                *own = other.clone();
            } else if other.start == own.start {
                for (counter, count) in &other.counts {
                    let known = own.counts.entry(*counter).or_default();
                    *known = (*known).max(*count);
                }
            }
        }
        self
    }
}

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

impl Quota {
    /// The window that an instant lies in: its beginning, and its end.
    pub fn window_of(&self, at: Timestamp) -> (Timestamp, Timestamp) {
        let window = i64::from(self.window);
        let begin = at.plus_seconds(-at.seconds().rem_euclid(window)).to_second();
        (begin, begin.plus_seconds(window))
    }
}

impl Limits {
    /// The quotas, in the order in which they were configured.
    pub fn quotas(&self) -> &[Quota] {
        &self.0
    }

    /// These limits with so many times the requests.
    #[must_use]
    pub fn times(&self, factor: u32) -> Self {
        let times =
            |quota: &Quota| Quota { requests: quota.requests.saturating_mul(factor), ..*quota };
        Self(self.0.iter().map(times).collect())
    }

    /// Decides whether a client may do the thing once more, and counts it if so, as let through by an instance.
    pub fn decide(&self, slot: &Slot, counter: Counter, now: Timestamp) -> Verdict {
        let now = now.seconds();
        let mut windows: Vec<Window> = self
            .0
            .iter()
            .enumerate()
            .map(|(at, quota)| {
                let length = i64::from(quota.window);
                let start = now.div_euclid(length) * length;
                let known = slot.0.get(at).filter(|known| known.start == start).cloned();
                known.unwrap_or_else(|| Window { start, counts: BTreeMap::new() })
            })
            .collect();
        let allowed =
            self.0.iter().zip(&windows).all(|(quota, window)| window.count() < quota.requests);
        if allowed {
            for window in &mut windows {
                let own = window.counts.entry(counter).or_default();
                *own = own.saturating_add(1);
            }
        }
        let standing = |(quota, window): (&Quota, &Window)| Standing {
            quota: *quota,
            remaining: quota.requests.saturating_sub(window.count()),
            reset: u32::try_from(window.start + i64::from(quota.window) - now).unwrap_or(1),
        };
        let standings = self.0.iter().zip(&windows).map(standing).collect();
        Verdict { allowed, slot: Slot(windows), standings }
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
            let verdict = limits.decide(&slot, Counter(1), now);
            assert!(verdict.allowed);
            assert_eq!(verdict.tightest().map(|s| (s.remaining, s.reset)), Some((remaining, 45)));
            slot = verdict.slot;
        }
        let verdict = limits.decide(&slot, Counter(1), now);
        assert!(!verdict.allowed && verdict.slot == slot);
        assert!(limits.decide(&slot, Counter(1), now.plus_seconds(45)).allowed);
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
                let verdict = limits.decide(&slot, Counter(1), now);
                if verdict.allowed {
                    *through.entry(now.seconds() / i64::from(window)).or_insert(0) += 1;
                }
                slot = verdict.slot;
            }
            prop_assert!(through.values().all(|count| *count <= requests));
        }

        #[test]
        fn a_strange_slot_never_panics(
            entries: Vec<(i64, Vec<(u32, u32)>)>, now in 0i64..10_000_000_000,
        ) {
            let limits: Limits = "30;w=60, 300;w=86400".parse().unwrap();
            let window = |(start, counts): (i64, Vec<(u32, u32)>)| Window {
                start,
                counts: counts.into_iter().map(|(counter, count)| (Counter(counter), count)).collect(),
            };
            let slot = Slot(entries.into_iter().map(window).collect());
            limits.decide(&slot, Counter(1), Timestamp::from_seconds(now).unwrap());
        }

        /// Instances that write over each other lose nothing for long: once each has written again, all is counted.
        #[test]
        fn what_was_written_over_heals(writers in prop::collection::vec(0usize..4, 1..40)) {
            let limits: Limits = "1000;w=60".parse().unwrap();
            let now = Timestamp::from_seconds(6_000).unwrap();
            let mut own = vec![Slot::default(); 4];
            let mut stored = Slot::default();
            let mut write = |writer: usize, reads: bool, stored: &mut Slot| {
                let known = own[writer].clone();
                let known = if reads { known.merged(stored) } else { known };
                own[writer] = limits.decide(&known, Counter(writer as u32), now).slot;
                *stored = own[writer].clone();
            };
            // Each of these is written over what the one before wrote, unseen.
            for writer in &writers {
                write(*writer, false, &mut stored);
            }
            for writer in 0..4 {
                write(writer, true, &mut stored);
            }
            prop_assert_eq!(stored.0[0].count() as usize, writers.len() + 4);
        }
    }
}
