//! When something is due, and every step of how that was reckoned.
//!
//! A term of days or months does not count the day of its event, and ends with the last second of its last day, in the
//! operator's time zone. While it rests, days do not count: the day on which the clock stopped still does, the day on
//! which it goes on again does not, as with the event of a term itself. So a rest within one day adds nothing, and a term
//! never ends later than the laws allow by any of their readings.

use serde::{Deserialize, Serialize};

use super::calendar::{Calendars, Source, Version};
use super::regime::{Article, Rule, Term, Unit};
use super::zone::Zone;
use crate::id::Id;
use crate::time::{Date, Timestamp};

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

/// A step of the reckoning. Days are those of the operator's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The event happened.
    Received {
        /// When.
        at: Timestamp,
        /// The day that it was.
        day: Date,
    },
    /// It is due at once.
    AtOnce {
        /// The rule's article.
        article: Article,
    },
    /// The term is extended, once.
    Extended {
        /// By how much.
        by: Term,
        /// What it is in all, counted from the event.
        total: Term,
        /// The rule's article.
        article: Article,
    },
    /// An extension was asked for that the law does not know.
    NoExtension,
    /// Counting begins on the day after the event.
    NextDay {
        /// That day.
        first: Date,
        /// The article on the beginning of terms.
        article: Article,
    },
    /// Real hours were counted.
    Hours {
        /// How many.
        count: u16,
        /// To when.
        at: Timestamp,
        /// The rule's article.
        article: Article,
    },
    /// Days were counted, one after the other.
    CalendarDays {
        /// How many.
        count: u16,
        /// The last of them.
        last: Date,
        /// The rule's article.
        article: Article,
    },
    /// Months were counted.
    Months {
        /// How many.
        count: u16,
        /// The day of the same number, or the last of a shorter month.
        last: Date,
        /// Whether the month is shorter.
        is_shorter: bool,
        /// The rule's article.
        article: Article,
        /// The article on how months are counted.
        counting: Article,
    },
    /// Working days were counted.
    WorkingDays {
        /// How many.
        count: u16,
        /// The last of them.
        last: Date,
        /// Holidays on the way, from first to last weekday, beside mere weekends.
        skipped: Vec<(Date, Date)>,
        /// Weekend days on the way that are worked.
        worked: Vec<Date>,
        /// The years of the calendar that were asked.
        versions: Vec<Version>,
        /// The rule's article.
        article: Article,
    },
    /// The clock rested.
    Rested {
        /// What was waited for.
        cause: Cause,
        /// The day on which it was asked for.
        from: Date,
        /// The day on which it came.
        to: Date,
        /// How many days are added for it; none within a day, or where another rest covers it.
        days: u32,
        /// Whether it was asked for while the term was put off to a working day. The days that rested, added behind the
        /// day before that, would end it before the person was heard of: it ends on the day on which it came instead.
        held: bool,
        /// The article that lets it rest.
        article: Article,
    },
    /// Counted from the day on which the person showed who they are, it ends sooner.
    Anew {
        /// That day.
        from: Date,
        /// Whether they have yet to show it. That day is then the earliest on which they could have.
        awaited: bool,
        /// The day on which it ends.
        last: Date,
        /// The article by which it begins then.
        article: Article,
    },
    /// The clock is resting.
    Resting {
        /// What is waited for.
        cause: Cause,
        /// The day since which it rests.
        since: Date,
        /// The article that lets it rest.
        article: Article,
    },
    /// The person was waited for, and the law lets no clock rest for that.
    NoRest {
        /// What was waited for.
        cause: Cause,
        /// The day on which it was asked for.
        from: Date,
    },
    /// The person was asked for something when the term was over: nothing rests any more.
    RestTooLate {
        /// What was waited for.
        cause: Cause,
        /// The day on which it was asked for.
        from: Date,
    },
    /// The last day was looked up, and put off to the next working day if it is off.
    Roll {
        /// The day on which the term would end.
        from: Date,
        /// The day on which it ends; the same if it is worked.
        to: Date,
        /// The years of the calendar that were asked.
        versions: Vec<Version>,
        /// The article on last days.
        article: Article,
    },
    /// The last day is off, and is not put off: no article that we would rely on says that it is.
    NoRoll {
        /// The day.
        day: Date,
    },
    /// A calendar is not known, so the day may yet move.
    Provisional {
        /// The calendar.
        version: Version,
    },
    /// The last day; there is none where it is due at once.
    LastDay {
        /// The day.
        day: Date,
        /// Its last second, or the exact instant for a term of hours.
        at: Timestamp,
    },
}

impl Step {
    /// The step's name in the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::AtOnce { .. } => "at-once",
            Self::Extended { .. } => "extended",
            Self::NoExtension => "no-extension",
            Self::NextDay { .. } => "next-day",
            Self::Hours { .. } => "hours",
            Self::CalendarDays { .. } => "calendar-days",
            Self::Months { .. } => "months",
            Self::WorkingDays { .. } => "working-days",
            Self::Rested { .. } => "rested",
            Self::Anew { .. } => "anew",
            Self::Resting { .. } => "resting",
            Self::NoRest { .. } => "no-rest",
            Self::RestTooLate { .. } => "rest-too-late",
            Self::Roll { .. } => "roll",
            Self::NoRoll { .. } => "no-roll",
            Self::Provisional { .. } => "provisional",
            Self::LastDay { .. } => "last-day",
        }
    }
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

/// A term counted from the day on which the person showed who they are.
struct Anew {
    from: Date,
    awaited: bool,
    last: Date,
    article: Article,
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

    /// Says whether the term is extended, right before it is counted.
    fn extension(&self, total: Term) -> Option<Step> {
        let article = self.rule.article;
        self.extended.then_some(match self.rule.extension {
            Some(by) => Step::Extended { by, total, article },
            None => Step::NoExtension,
        })
    }

    fn count_hours(&self, term: Term, due: &mut Due) {
        let article = self.rule.article;
        let count = term.count;
        due.steps.extend(self.extension(term));
        due.at = self.received.plus_seconds(i64::from(count) * 3_600);
        due.last_day = self.zone.date(due.at);
        due.steps.push(if self.rule.term.is_at_once() {
            Step::AtOnce { article }
        } else {
            Step::Hours { count, at: due.at, article }
        });
    }

    /// Counts days or months, and gives the last day.
    fn count_days(&self, term: Term, day: Date, due: &mut Due) -> Date {
        let article = self.rule.article;
        let counting = self.rule.regime.counting();
        let count = term.count;
        if term.unit == Unit::Months {
            due.steps.extend(self.extension(term));
            let last = day.plus_months(count.into());
            let is_shorter = last.day() != day.day();
            let counting = counting.months;
            due.steps.push(Step::Months { count, last, is_shorter, article, counting });
            return last;
        }
        due.steps.push(Step::NextDay { first: day.plus_days(1), article: counting.begins });
        due.steps.extend(self.extension(term));
        if term.unit == Unit::WorkingDays {
            let step = self.count_working_days(count, day);
            let Step::WorkingDays { last, .. } = step else { return day };
            due.steps.push(step);
            return last;
        }
        let last = day.plus_days(count.into());
        due.steps.push(Step::CalendarDays { count, last, article });
        last
    }

    fn count_working_days(&self, count: u16, day: Date) -> Step {
        let (mut skipped, mut worked, mut versions) = (Vec::new(), Vec::new(), Vec::new());
        let (mut last, mut left) = (day, count);
        // Whether nothing was worked since the last holiday.
        let mut is_off = false;
        while left > 0 && last < Date::MAX {
            last = last.plus_days(1);
            let found = self.calendars.look_up(self.rule.regime.calendar(), last);
            note(&mut versions, found.version);
            let is_weekend = last.weekday().is_weekend();
            if found.is_working {
                left -= 1;
                is_off = false;
                if is_weekend {
                    worked.push(last);
                }
            } else if !is_weekend {
                match skipped.last_mut() {
                    Some((_, end)) if is_off => *end = last,
                    _ => skipped.push((last, last)),
                }
                is_off = true;
            }
        }
        Step::WorkingDays { count, last, skipped, worked, versions, article: self.rule.article }
    }

    const fn rest_article(&self, cause: Cause) -> Option<Article> {
        match cause {
            Cause::Identity => self.rule.identity_rests,
            Cause::Clarification => self.rule.clarification_rests,
        }
    }

    /// The pauses as they came, in whatever order they were given; of two that begin at once, the one that lasts longer
    /// comes later.
    fn pauses(&self) -> Vec<Pause> {
        let mut pauses = self.pauses.to_vec();
        pauses.sort_by_key(|pause| (pause.from, pause.to.is_none(), pause.to, pause.cause as u8));
        pauses
    }

    /// Says of every pause that this clock does not rest.
    fn refuse_rests(&self, due: &mut Due) {
        for pause in self.pauses() {
            let from = self.zone.date(pause.from);
            due.steps.push(Step::NoRest { cause: pause.cause, from });
        }
    }

    /// Puts the last day off by the days that rested, and gives it; and the day on which the person showed who they are
    /// while the clock rested for something else.
    fn rest(&self, last: Date, term: Term, due: &mut Due) -> (Date, Option<Date>) {
        let mut last = last;
        // The last day that did not count so far, which is that of the event at first.
        let mut rested = self.zone.date(self.received);
        // The instant at which the clock went on last, which is that of the event at first.
        let mut went_on = self.received;
        let mut shown = None;
        for Pause { cause, from, to } in self.pauses() {
            let asked = self.zone.date(from);
            let Some(article) = self.rest_article(cause) else {
                due.steps.push(Step::NoRest { cause, from: asked });
                continue;
            };
            if due.is_resting() {
                // It rests anyway, so nothing is added. But the day on which identity is shown may be one to count from.
                match to {
                    _ if cause != Cause::Identity => {}
                    Some(to) => shown = shown.max(Some(self.zone.date(to))),
                    None => {
                        due.steps.push(Step::Resting { cause, since: asked.max(rested), article });
                    }
                }
                continue;
            }
            // Where the term has begun anew by then, it may end sooner. A pause that begins while it has been put off to a
            // working day is in time.
            let ends = self.anew(term, due, None).map_or(last, |anew| anew.last.min(last));
            if asked > if self.rule.rolls { self.next_working(ends).0 } else { ends } {
                due.steps.push(Step::RestTooLate { cause, from: asked });
                continue;
            }
            let Some(to) = to else {
                due.rests_since = Some(from.max(went_on));
                due.steps.push(Step::Resting { cause, since: asked.max(rested), article });
                continue;
            };
            let came = self.zone.date(to);
            let days = came.days_since(asked.max(rested)).max(0);
            let held;
            (last, held) = rested_until(last, days, came);
            rested = rested.max(came);
            went_on = went_on.max(to);
            let days = u32::try_from(days).unwrap_or(u32::MAX);
            due.steps.push(Step::Rested { cause, from: asked, to: came, days, held, article });
        }
        (last, shown)
    }

    /// Counts from the day on which the person showed who they are, which is the term's own beginning in some laws. Going
    /// on from the event instead ends it sooner but for months that are short. Where that is still waited for, it counts
    /// from the day on which waiting began: shown later, it ends later.
    fn anew(&self, term: Term, due: &Due, shown: Option<Date>) -> Option<Anew> {
        let article = self.rule.regime.counting().anew.filter(|_| term.unit == Unit::Months)?;
        let rested = || {
            due.steps.iter().filter_map(|step| match step {
                Step::Rested { cause, to, days, .. } => Some((*cause, *to, i64::from(*days))),
                Step::Resting { cause, since, .. } => Some((*cause, *since, 0)),
                _ => None,
            })
        };
        let identity = rested().filter(|(cause, ..)| *cause == Cause::Identity);
        let from = identity.map(|(_, to, _)| to).max().max(shown)?;
        let from = from.max(self.zone.date(self.received));
        // What rested afterwards does not count here either.
        let last = rested().fold(from.plus_months(term.count.into()), |last, (_, to, days)| {
            rested_until(last, to.days_since(from).clamp(0, days), to).0
        });
        let awaits = |step: &Step| matches!(step, Step::Resting { cause: Cause::Identity, .. });
        Some(Anew { from, awaited: due.steps.iter().any(awaits), last, article })
    }

    fn is_working(&self, day: Date) -> bool {
        self.calendars.is_working(self.rule.regime.calendar(), day)
    }

    /// The first working day from a day on, and the years of the calendar that were asked.
    fn next_working(&self, day: Date) -> (Date, Vec<Version>) {
        let (mut day, mut versions) = (day, Vec::new());
        loop {
            let found = self.calendars.look_up(self.rule.regime.calendar(), day);
            note(&mut versions, found.version);
            if found.is_working || day == Date::MAX {
                return (day, versions);
            }
            day = day.plus_days(1);
        }
    }

    fn roll(&self, due: &mut Due) {
        let Some(article) = self.rule.regime.counting().rolls else { return };
        let from = due.last_day;
        let (to, versions) = self.next_working(from);
        due.last_day = to;
        due.steps.push(Step::Roll { from, to, versions, article });
    }

    fn look_for_provisional(&self, due: &mut Due) {
        let mut guessed = Vec::new();
        for step in &due.steps {
            let (versions, is_counted) = match step {
                Step::WorkingDays { versions, .. } => (versions, true),
                Step::Roll { versions, .. } => (versions, false),
                _ => continue,
            };
            for version in versions {
                let is_guess = match version.source {
                    Source::Computed => true,
                    Source::Weekends => is_counted,
                    Source::Operator | Source::Released => false,
                };
                if is_guess {
                    note(&mut guessed, *version);
                }
            }
        }
        due.provisional = !guessed.is_empty();
        due.steps.extend(guessed.into_iter().map(|version| Step::Provisional { version }));
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

/// Adds days that rested, and says whether that alone would not do. Nothing is late while the clock rests, so no term ends
/// before the day on which the person was heard of. It would where they were asked while it was put off to a working day:
/// the days are added behind the day before that. Adding them behind the working day would end a term later for one rest
/// than for the same rest with another before it.
fn rested_until(last: Date, days: i64, came: Date) -> (Date, bool) {
    let last = last.plus_days(days);
    (last.max(came), last < came)
}

fn note(versions: &mut Vec<Version>, version: Version) {
    if !versions.contains(&version) {
        versions.push(version);
    }
}
