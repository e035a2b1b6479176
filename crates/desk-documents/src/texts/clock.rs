//! What the texts of legal clocks are.

use desk_core::clock::calendar::CalendarVersion;
use desk_core::clock::due::{ExtensionRefusal, Step};
use desk_core::clock::regime::{Act, Article, Evidence, Regime, Right, Rule, RuleNote, Term};
use desk_core::clock::zone::Zone;
use desk_core::time::{Date, Timestamp};

/// The texts of legal clocks.
#[derive(Debug)]
pub struct ClockTexts {
    /// What a regime is called.
    pub regime: fn(Regime) -> &'static str,
    /// What a right or duty is called.
    pub right: fn(Right) -> &'static str,
    /// What is due, as a verb.
    pub act: fn(Act) -> &'static str,
    /// Within which time.
    pub term: fn(Term) -> String,
    /// An article, as lawyers cite it.
    pub article: fn(Article) -> String,
    /// A year of a calendar, and what it rests on.
    pub version: fn(CalendarVersion) -> String,
    /// Where a number was seen.
    pub checked: fn(Evidence) -> &'static str,
    /// What else one has to know about a row.
    pub note: fn(RuleNote) -> &'static str,
    /// Why a term cannot be extended.
    pub refusal: fn(ExtensionRefusal) -> &'static str,
    /// A day with its name.
    pub day: fn(Date) -> String,
    /// A step of the reckoning, as a sentence.
    pub step: fn(&Step, &Rule, &Zone) -> String,
    /// How much time is left: days until the last day.
    pub days_left: fn(i64) -> String,
    /// The same in working days.
    pub working_days_left: fn(u16) -> String,
    /// That a clock that rests was stopped on its last day.
    pub none_left: &'static str,
    /// That the clock rests, so that nothing is late.
    pub resting: &'static str,
    /// When it was due, where that is past.
    pub overdue: fn(Timestamp, &Zone) -> String,
    /// That the day is provisional, in a word.
    pub provisional: &'static str,
}
