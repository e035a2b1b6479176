//! Rests: the days that the clock stood still, and terms that begin anew when the person has shown who they are.

use super::{Cause, Clock, Due, Pause, Step};
use crate::clock::regime::{Article, Term, Unit};
use crate::time::Date;

/// A term counted from the day on which the person showed who they are.
pub(super) struct Anew {
    pub(super) from: Date,
    pub(super) awaited: bool,
    pub(super) last: Date,
    pub(super) article: Article,
}

impl Clock<'_> {
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
    pub(super) fn refuse_rests(&self, due: &mut Due) {
        for pause in self.pauses() {
            let from = self.zone.date(pause.from);
            due.steps.push(Step::NoRest { cause: pause.cause, from });
        }
    }

    /// Puts the last day off by the days that rested, and gives it; and the day on which the person showed who they are
    /// while the clock rested for something else.
    pub(super) fn rest(&self, last: Date, term: Term, due: &mut Due) -> (Date, Option<Date>) {
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
    pub(super) fn anew(&self, term: Term, due: &Due, shown: Option<Date>) -> Option<Anew> {
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
}

/// Adds days that rested, and says whether that alone would not do. Nothing is late while the clock rests, so no term ends
/// before the day on which the person was heard of. It would where they were asked while it was put off to a working day:
/// the days are added behind the day before that. Adding them behind the working day would end a term later for one rest
/// than for the same rest with another before it.
fn rested_until(last: Date, days: i64, came: Date) -> (Date, bool) {
    let last = last.plus_days(days);
    (last.max(came), last < came)
}
