//! When something is due, and every step of how that was reckoned.
//!
//! A term of days or months does not count the day of its event, and ends with the last second of its last day, in the
//! operator's time zone. While it rests, days do not count: the day on which the clock stopped still does, the day on
//! which it goes on again does not, as with the event of a term itself. So a rest within one day adds nothing, and a term
//! never ends later than the laws allow by any of their readings.

mod count;
mod rest;
mod step;

use serde::{Deserialize, Serialize};

use self::rest::Anew;
use super::calendar::Calendars;
use super::regime::{Rule, Unit};
use super::zone::Zone;
use crate::id::Id;
use crate::time::{Date, Timestamp};

pub use step::Step;

/// What the person has yet to give while a clock rests. Stored by its place in this list: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// Proof of who they are.
    Identity,
    /// What exactly they mean.
    Clarification,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 2] = [Self::Identity, Self::Clarification];

    /// The cause's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Clarification => "clarification",
        }
    }

    /// Finds a cause by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }
}

/// A time in which the operator waited for the person. Whether the clock rested meanwhile is for the law to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What was waited for.
    pub cause: Cause,
    /// When it was asked for.
    pub from: Timestamp,
    /// When it came; `None` while it is still waited for.
    pub to: Option<Timestamp>,
}

/// A running clock: a rule, and what happened.
#[derive(Clone, Copy, Debug)]
pub struct Clock<'a> {
    /// What the law says.
    pub rule: &'static Rule,
    /// When the event happened from which the term is counted, such as the receipt of the request.
    pub received: Timestamp,
    /// Where days begin and end.
    pub zone: &'a Zone,
    /// Which days are worked.
    pub calendars: &'a Calendars,
    /// When the person was waited for, in any order.
    pub pauses: &'a [Pause],
    /// Whether the term was extended. An extension that the law does not know is not counted.
    pub extended: bool,
}

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The last day on which it is in time.
    pub last_day: Date,
    /// The last instant: the last second of that day, or, for a term of hours, the exact instant.
    pub at: Timestamp,
    /// Whether the day may yet move because a calendar it rests on is not known: that of a Russian year without its
    /// decree, or holidays that would have to be counted and that nobody gave. Where such a calendar is only asked
    /// whether the last day is off, a missing holiday cannot make the day too late, and nothing is provisional.
    pub provisional: bool,
    /// Since when the clock has been resting, if it still does. The day is then the earliest possible: it moves on with
    /// every day until the person is heard of.
    pub rests_since: Option<Timestamp>,
    /// How it was reckoned.
    pub steps: Vec<Step>,
}

/// How much time is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Seconds until the last instant; negative once it is past.
    pub seconds: i64,
    /// Days until the last day: 0 on that day, negative after it.
    pub days: i64,
    /// Working days after today until the last day, for a term of working days; 0 on the last day and after it.
    pub working_days: Option<u16>,
}

/// Why a term cannot be extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtensionRefusal {
    /// The law knows no extension of this term.
    NotProvided,
    /// It was extended already, which may be done once.
    AlreadyExtended,
    /// The term is over: the person had to be told before it was.
    TooLate,
    /// No reason is given.
    NoReason,
    /// The person has not been told.
    NoNotice,
}

impl ExtensionRefusal {
    /// The refusal's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotProvided => "not-provided",
            Self::AlreadyExtended => "already-extended",
            Self::TooLate => "too-late",
            Self::NoReason => "no-reason",
            Self::NoNotice => "no-notice",
        }
    }
}

impl Due {
    /// Whether the clock rests as far as is known.
    pub const fn is_resting(&self) -> bool {
        self.rests_since.is_some()
    }

    /// Whether it is late as of now. A clock that rests is not; the last second is still in time.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.as_of(now).to_second() > self.at.to_second()
    }

    /// The instant as the clock sees it, for which time stands still while it rests.
    fn as_of(&self, now: Timestamp) -> Timestamp {
        self.rests_since.map_or(now, |since| since.min(now))
    }
}

impl Clock<'_> {
    /// Reckons when it is due.
    pub fn due(&self) -> Due {
        let rule = self.rule;
        let day = self.zone.date(self.received);
        let mut due = Due {
            last_day: day,
            at: self.received,
            provisional: false,
            rests_since: None,
            steps: vec![Step::Received { at: self.received, day }],
        };
        let mut term = rule.term;
        if let Some(by) = rule.extension.filter(|_| self.extended) {
            term.count = term.count.saturating_add(by.count);
        }
        if term.unit == Unit::Hours {
            self.count_hours(term, &mut due);
            self.refuse_rests(&mut due);
        } else {
            due.last_day = self.count_days(term, day, &mut due);
            let shown;
            (due.last_day, shown) = self.rest(due.last_day, term, &mut due);
            if let Some(anew) = self.anew(term, &due, shown)
                && anew.last < due.last_day
            {
                let Anew { from, awaited, last, article } = anew;
                due.last_day = last;
                due.steps.push(Step::Anew { from, awaited, last, article });
            }
            if rule.rolls {
                self.roll(&mut due);
            } else if term.unit != Unit::WorkingDays && !self.is_working(due.last_day) {
                due.steps.push(Step::NoRoll { day: due.last_day });
            }
            due.at = self.zone.end_of(due.last_day);
        }
        self.look_for_provisional(&mut due);
        if !term.is_at_once() {
            due.steps.push(Step::LastDay { day: due.last_day, at: due.at });
        }
        due
    }

    /// How much time is left as of now. For a clock that rests it is as much as when it stopped.
    pub fn left(&self, due: &Due, now: Timestamp) -> Left {
        let now = due.as_of(now).max(self.received);
        let today = self.zone.date(now);
        let working_days = (self.rule.term.unit == Unit::WorkingDays).then(|| {
            let (mut day, mut count) = (today, 0u16);
            while day < due.last_day {
                day = day.plus_days(1);
                count = count.saturating_add(self.is_working(day).into());
            }
            count
        });
        let seconds = due.at.to_second().seconds_since(now.to_second());
        Left { seconds, days: due.last_day.days_since(today), working_days }
    }

    /// Extends the term: once, while it runs, for a reason, and with the person told, which the notice's id in the outbox
    /// proves.
    ///
    /// # Errors
    /// [`ExtensionRefusal`] where one of that is missing, or the law knows no extension.
    pub fn extend(
        &self,
        now: Timestamp,
        reason: &str,
        notice: Option<Id>,
    ) -> Result<Due, ExtensionRefusal> {
        if self.rule.extension.is_none() {
            return Err(ExtensionRefusal::NotProvided);
        }
        if self.extended {
            return Err(ExtensionRefusal::AlreadyExtended);
        }
        if self.due().is_overdue(now) {
            return Err(ExtensionRefusal::TooLate);
        }
        if reason.trim().is_empty() {
            return Err(ExtensionRefusal::NoReason);
        }
        if notice.is_none() {
            return Err(ExtensionRefusal::NoNotice);
        }
        Ok(Clock { extended: true, ..*self }.due())
    }
}

#[cfg(test)]
mod tests;
