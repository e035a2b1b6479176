//! The log of requests, and what is counted from it.
//!
//! The CCPA's regulations want a record of every request for at least 24 months, for nothing but to show that the law is
//! kept (California Code of Regulations title 11, section 7101), and counts and times of a calendar year (section 7102).
//! An entry names nobody, so it outlives the request itself.

use serde::{Deserialize, Serialize};

use super::{RefusalGround, Request, RequestDoor, RequestKind, RequestState};
use crate::clock::due::Clock;
use crate::clock::regime::Regime;
use crate::clock::zone::Zone;
use crate::id::Id;
use crate::store_key::StoreKey;
use crate::time::Timestamp;

/// For how long an entry is kept at the least, in seconds: two leap years, which 24 months never exceed.
pub const KEPT_SECONDS: i64 = 2 * 366 * 86_400;

/// The first part of the keys of entries.
pub const AREA: &str = "request-log";

/// What the keys of entries begin with.
pub const PREFIX: &str = "request-log:";

/// The key of the entry of a request.
pub fn key(id: Id) -> StoreKey {
    StoreKey::of(AREA, id)
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing yet.
    Open,
    /// It was done.
    Whole,
    /// A part of it was done.
    Part,
    /// It was refused, on this ground.
    Refused(RefusalGround),
    /// The person withdrew it.
    Withdrawn,
    /// Nobody proved in time who asks.
    Expired,
}

impl Outcome {
    /// The outcome's name in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Whole => "complied",
            Self::Part => "complied-in-part",
            Self::Refused(_) => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// Whether the person was given an answer, whatever it said.
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Whole | Self::Part | Self::Refused(_))
    }
}

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The request's id.
    pub id: Id,
    /// The nature of the request.
    pub kind: RequestKind,
    /// The law whose clock ran.
    pub regime: Regime,
    /// The manner in which it was made.
    pub door: RequestDoor,
    /// The date of the request.
    pub received: Timestamp,
    /// The date of the response, or of another end.
    pub ended: Option<Timestamp>,
    /// The nature of the response, with the basis for a denial.
    pub outcome: Outcome,
    /// Whether the term was extended.
    pub extended: bool,
    /// When it was due; `None` where the regime does not know the right, or nobody reckoned it.
    pub due: Option<Timestamp>,
    /// Whether it ended after that, or is open after that.
    pub late: bool,
}

impl Entry {
    /// The line of a request as it stands. `clock` is the one that it is kept by.
    pub fn new(request: &Request, clock: Option<&Clock<'_>>, now: Timestamp) -> Self {
        let state = request.state(now);
        let outcome = match state {
            RequestState::Answered { partly: false, .. } => Outcome::Whole,
            RequestState::Answered { partly: true, .. } => Outcome::Part,
            RequestState::Refused { ground, .. } => Outcome::Refused(ground),
            RequestState::Withdrawn { .. } => Outcome::Withdrawn,
            RequestState::Expired { .. } => Outcome::Expired,
            RequestState::AwaitingIdentity(_)
            | RequestState::Received
            | RequestState::InProgress
            | RequestState::AwaitingClarification { .. }
            | RequestState::Extended => Outcome::Open,
        };
        let entry = Self::of(request, state.ended(), outcome);
        clock.map_or(entry, |clock| entry.with_due_date(clock, now))
    }

    /// The line of a request that ends with its erasure, which leaves no event that would say so. When it was due is
    /// reckoned later.
    pub fn erased(request: &Request, at: Timestamp, partly: bool) -> Self {
        let outcome = if partly { Outcome::Part } else { Outcome::Whole };
        Self::of(request, Some(at), outcome)
    }

    fn of(request: &Request, ended: Option<Timestamp>, outcome: Outcome) -> Self {
        Self {
            id: request.id,
            kind: request.opening.kind,
            regime: request.opening.regime,
            door: request.opening.door,
            received: request.received(),
            ended,
            outcome,
            extended: request.extension.is_some(),
            due: None,
            late: false,
        }
    }

    /// The line with when it was due by a clock, and whether it was late.
    #[must_use]
    pub fn with_due_date(self, clock: &Clock<'_>, now: Timestamp) -> Self {
        let due = clock.due();
        let late = due.is_overdue(self.ended.unwrap_or(now));
        Self { due: Some(due.at), late, ..self }
    }

    /// How many days the answer took, from day to day where the operator is; `None` where there was none.
    pub fn days(&self, zone: &Zone) -> Option<u32> {
        let ended = self.ended.filter(|_| self.outcome.is_answer())?;
        u32::try_from(zone.date(ended).days_since(zone.date(self.received))).ok()
    }
}

/// What is counted of requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// How many were received.
    pub received: usize,
    /// How many were complied with in whole.
    pub whole: usize,
    /// How many were complied with in part.
    pub part: usize,
    /// How many were denied on each ground, in the order of [`RefusalGround::ALL`].
    pub denied: [usize; RefusalGround::ALL.len()],
    /// How many were withdrawn.
    pub withdrawn: usize,
    /// For how many nobody proved in time who asks.
    pub expired: usize,
    /// How many are open.
    pub open: usize,
    /// How many of the open ones are past their date.
    pub overdue: usize,
    /// How many were answered past their date.
    pub late: usize,
    /// How many days each answer took, the shortest first.
    days: Vec<u32>,
}

impl Metrics {
    /// Counts entries.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>, zone: &Zone) -> Self {
        let mut metrics = Self::default();
        for entry in entries {
            metrics.received += 1;
            match entry.outcome {
                Outcome::Open => metrics.open += 1,
                Outcome::Whole => metrics.whole += 1,
                Outcome::Part => metrics.part += 1,
                Outcome::Withdrawn => metrics.withdrawn += 1,
                Outcome::Expired => metrics.expired += 1,
                Outcome::Refused(ground) => {
                    for (known, count) in RefusalGround::ALL.into_iter().zip(&mut metrics.denied) {
                        *count += usize::from(known == ground);
                    }
                }
            }
            metrics.overdue += usize::from(entry.late && entry.outcome == Outcome::Open);
            metrics.late += usize::from(entry.late && entry.outcome.is_answer());
            metrics.days.extend(entry.days(zone));
        }
        metrics.days.sort_unstable();
        metrics
    }

    /// The median of the days to an answer, in tenths; of an even number the mean of the two in the middle.
    pub fn median_tenths(&self) -> Option<usize> {
        let middle = self.days.len() / 2;
        let upper = *self.days.get(middle)? as usize;
        if self.days.len() % 2 == 1 {
            return Some(upper * 10);
        }
        let lower = *self.days.get(middle.checked_sub(1)?)? as usize;
        Some((lower + upper) * 5)
    }

    /// The mean of the days to an answer, in tenths, rounded to the nearest.
    pub fn mean_tenths(&self) -> Option<usize> {
        let count = self.days.len();
        let sum: usize = self.days.iter().map(|days| *days as usize).sum();
        (sum * 20 + count).checked_div(count * 2)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(days: Option<u32>, outcome: Outcome, late: bool) -> Entry {
        let received: Timestamp = "2026-03-10T09:00:00Z".parse().unwrap();
        Entry {
            id: Id::new(received, [1; 10]),
            kind: RequestKind::Access,
            regime: Regime::UsCa,
            door: RequestDoor::Api,
            received,
            ended: days.map(|days| received.plus_seconds(i64::from(days) * 86_400)),
            outcome,
            extended: false,
            due: None,
            late,
        }
    }

    #[test]
    fn keys_begin_with_the_prefix() {
        let id = Id::new("2026-03-10T09:00:00Z".parse().unwrap(), [1; 10]);
        assert_eq!(key(id).as_str().strip_prefix(PREFIX), Some(&*id.to_string()));
    }

    #[test]
    fn counts_are_those_of_a_hand() {
        let entries = [
            entry(Some(3), Outcome::Whole, false),
            entry(Some(50), Outcome::Part, true),
            entry(Some(10), Outcome::Refused(RefusalGround::LegalDuty), false),
            entry(Some(4), Outcome::Whole, false),
            // These took their time too, but nobody was answered.
            entry(Some(30), Outcome::Withdrawn, false),
            entry(Some(7), Outcome::Expired, false),
            entry(None, Outcome::Open, true),
        ];
        let metrics = Metrics::of(&entries, &Zone::utc());
        assert_eq!(
            (metrics.received, metrics.whole, metrics.part, metrics.denied),
            (7, 2, 1, [0, 0, 0, 1, 0, 0, 0])
        );
        assert_eq!((metrics.withdrawn, metrics.expired, metrics.open), (1, 1, 1));
        assert_eq!((metrics.late, metrics.overdue), (1, 1));
        // 3, 4, 10, 50: the middle is between 4 and 10, the mean is 67 / 4 = 16.75.
        assert_eq!((metrics.median_tenths(), metrics.mean_tenths()), (Some(70), Some(168)));
        let none = Metrics::of(&[], &Zone::utc());
        assert_eq!((none.median_tenths(), none.mean_tenths()), (None, None));
    }

    #[test]
    fn days_are_those_of_the_operator() {
        let zone: Zone = "<+03>-3".parse().unwrap();
        let mut entry = entry(Some(0), Outcome::Whole, false);
        entry.received = "2026-03-10T20:59:59Z".parse().unwrap();
        entry.ended = Some("2026-03-10T21:00:00Z".parse().unwrap());
        assert_eq!((entry.days(&Zone::utc()), entry.days(&zone)), (Some(0), Some(1)));
    }

    proptest! {
        #[test]
        fn median_and_mean_lie_among_the_days(days in proptest::collection::vec(0_u32..500, 1..40)) {
            let entries: Vec<_> = days.iter().map(|d| entry(Some(*d), Outcome::Whole, false)).collect();
            let metrics = Metrics::of(&entries, &Zone::utc());
            let (least, most) = (*days.iter().min().unwrap() as usize * 10, *days.iter().max().unwrap() as usize * 10);
            for tenths in [metrics.median_tenths().unwrap(), metrics.mean_tenths().unwrap()] {
                prop_assert!((least..=most).contains(&tenths));
            }
            let mean = f64::from(days.iter().sum::<u32>()) / days.len() as f64;
            prop_assert!((metrics.mean_tenths().unwrap() as f64 / 10.0 - mean).abs() <= 0.050_001);
        }
    }
}
