//! The steps of the reckoning, as data: both languages, JSON and the command line say the same.

use super::Cause;
use crate::clock::calendar::CalendarVersion;
use crate::clock::regime::{Article, Term};
use crate::time::{Date, Timestamp};

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
        versions: Vec<CalendarVersion>,
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
        versions: Vec<CalendarVersion>,
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
        version: CalendarVersion,
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
