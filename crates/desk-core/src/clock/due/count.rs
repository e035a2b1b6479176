//! Counting: hours, days, months and working days, and the last day that is put off.

use super::{Clock, Due, Step};
use crate::clock::calendar::{CalendarVersion, Source};
use crate::clock::regime::{Term, Unit};
use crate::time::Date;

impl Clock<'_> {
    /// Says whether the term is extended, right before it is counted.
    fn extension(&self, total: Term) -> Option<Step> {
        let article = self.rule.article;
        self.extended.then_some(match self.rule.extension {
            Some(by) => Step::Extended { by, total, article },
            None => Step::NoExtension,
        })
    }

    pub(super) fn count_hours(&self, term: Term, due: &mut Due) {
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
    pub(super) fn count_days(&self, term: Term, day: Date, due: &mut Due) -> Date {
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

    pub(super) fn is_working(&self, day: Date) -> bool {
        self.calendars.is_working(self.rule.regime.calendar(), day)
    }

    /// The first working day from a day on, and the years of the calendar that were asked.
    pub(super) fn next_working(&self, day: Date) -> (Date, Vec<CalendarVersion>) {
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

    pub(super) fn roll(&self, due: &mut Due) {
        let Some(article) = self.rule.regime.counting().rolls else { return };
        let from = due.last_day;
        let (to, versions) = self.next_working(from);
        due.last_day = to;
        due.steps.push(Step::Roll { from, to, versions, article });
    }

    pub(super) fn look_for_provisional(&self, due: &mut Due) {
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
}

fn note(versions: &mut Vec<CalendarVersion>, version: CalendarVersion) {
    if !versions.contains(&version) {
        versions.push(version);
    }
}
