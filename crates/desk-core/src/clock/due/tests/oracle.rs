//! A second reckoning of every clock, by other means: jiff's calendar and zones, the file of the production calendar as it
//! is, and days walked one by one and crossed off. It shares no code and no numbers with the first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;

use super::{Cause, Facts};
use crate::clock::calendar::Calendar;
use crate::time::Date as OurDate;

/// What is compared.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) last_day: String,
    pub(super) second: i64,
    pub(super) provisional: bool,
    /// Since which second it rests.
    pub(super) resting: Option<i64>,
}

/// The laws once more: regime, right, act, term (h hours, w working days, d days, m months), extension, whether the last
/// day rolls (r), whether identity (i) and clarification (c) let it rest, and whether it begins anew with the identity (n).
const LAWS: &str = "
ru-152fz access answer 10w 5 -
ru-152fz portability answer 10w 5 -
ru-152fz rectification correct 7w 0 -
ru-152fz erasure destroy 7w 0 -
ru-152fz restriction block 0h 0 -
ru-152fz restriction correct 7w 0 -
ru-152fz objection stop 10w 5 -
ru-152fz withdrawal destroy 30d 0 r
ru-152fz breach-notice notify 24h 0 -
ru-152fz breach-report report 72h 0 -
ru-152fz stop-unlawful stop 3w 0 -
ru-152fz destroy-unlawful destroy 10w 0 -
ru-152fz purpose-attained destroy 30d 0 r
ru-152fz regulator answer 10w 5 -
ru-152fz cannot-destroy destroy 6m 0 r
ru-152fz dissemination stop 3w 0 -
eu-gdpr access answer 1m 2 ri
eu-gdpr portability answer 1m 2 ri
eu-gdpr rectification answer 1m 2 ri
eu-gdpr erasure answer 1m 2 ri
eu-gdpr restriction answer 1m 2 ri
eu-gdpr objection answer 1m 2 ri
eu-gdpr withdrawal stop 0h 0 -
eu-gdpr withdrawal answer 1m 2 ri
eu-gdpr breach-notice notify 72h 0 -
uk-gdpr access answer 1m 2 ricn
uk-gdpr portability answer 1m 2 rin
uk-gdpr rectification answer 1m 2 rin
uk-gdpr erasure answer 1m 2 rin
uk-gdpr restriction answer 1m 2 rin
uk-gdpr objection answer 1m 2 rin
uk-gdpr withdrawal stop 0h 0 -
uk-gdpr withdrawal answer 1m 2 rin
uk-gdpr complaint acknowledge 30d 0 r
uk-gdpr breach-notice notify 72h 0 -
us-ca access acknowledge 10w 0 -
us-ca access answer 45d 45 -
us-ca portability acknowledge 10w 0 -
us-ca portability answer 45d 45 -
us-ca rectification acknowledge 10w 0 -
us-ca rectification answer 45d 45 -
us-ca erasure acknowledge 10w 0 -
us-ca erasure answer 45d 45 -
us-ca restriction stop 15w 0 -
us-ca objection stop 15w 0 -
us-ca withdrawal stop 15w 0 -
us-ca opt-out stop 15w 0 -
br-lgpd access confirm 0h 0 -
br-lgpd access answer 15d 0 -
br-lgpd portability answer 15d 0 -
br-lgpd rectification answer 15d 0 -
br-lgpd erasure answer 15d 0 -
br-lgpd restriction answer 15d 0 -
br-lgpd objection answer 15d 0 -
br-lgpd withdrawal answer 15d 0 -
";

type LawRow = (i32, char, i32, &'static str);

static TABLE: LazyLock<BTreeMap<(&str, &str, &str), LawRow>> = LazyLock::new(|| {
    let rows = LAWS.trim().lines().map(|line| {
        let words: Vec<_> = line.split(' ').collect();
        let [regime, right, act, term, more, flags] = words[..] else { panic!("{line}") };
        let (count, unit) = term.split_at(term.len() - 1);
        let unit = unit.chars().next().unwrap();
        ((regime, right, act), (count.parse().unwrap(), unit, more.parse().unwrap(), flags))
    });
    rows.collect()
});

type Year = (BTreeSet<Date>, BTreeSet<Date>);

/// The file as it is: per year the days off that it names, and the weekend days that are worked.
static RUSSIA: LazyLock<BTreeMap<i16, Year>> = LazyLock::new(|| {
    let file = include_str!("../../../../data/ru-production-calendar.json");
    let file: serde_json::Value = serde_json::from_str(file).unwrap();
    let days = |value: &serde_json::Value| -> BTreeSet<Date> {
        let days = value.as_array().unwrap().iter();
        days.map(|day| day.as_str().unwrap().parse().unwrap()).collect()
    };
    let years = file["years"].as_object().unwrap().iter();
    years
        .map(|(year, of)| {
            (year.parse().unwrap(), (days(&of["non_working"]), days(&of["working_weekend_days"])))
        })
        .collect()
});

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Article 112 of the Labour Code: each holiday after January that falls on a weekend is followed until a day is worked.
fn labour_code(year: i16) -> Year {
    let january = (1..=8).map(|day| date(year, 1, day));
    let later: Vec<_> = [(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)]
        .map(|(month, day)| date(year, month, day))
        .to_vec();
    let mut off: BTreeSet<_> = january.chain(later.iter().copied()).collect();
    for holiday in later.into_iter().filter(|day| is_weekend(*day)) {
        let mut day = holiday;
        while is_weekend(day) || off.contains(&day) {
            day = day.tomorrow().unwrap();
        }
        off.insert(day);
    }
    (off, BTreeSet::new())
}

fn theirs(day: OurDate) -> Date {
    date(day.year() as i16, day.month() as i8, day.day() as i8)
}

struct Days<'a> {
    calendar: Calendar,
    given: &'a [(Calendar, u16, Vec<OurDate>, Vec<OurDate>)],
    computed: BTreeMap<i16, Year>,
    guessed: bool,
    weekends_only: bool,
}

impl Days<'_> {
    fn works(&mut self, day: Date) -> bool {
        let year = day.year();
        let given = self.given.iter().find(|(calendar, of, ..)| {
            *calendar == self.calendar && i16::try_from(*of).unwrap() == year
        });
        let (off, worked) = if let Some((_, _, off, worked)) = given {
            let days = |days: &[OurDate]| days.iter().map(|day| theirs(*day)).collect();
            (days(off), days(worked))
        } else if self.calendar != Calendar::Ru {
            self.weekends_only = true;
            Year::default()
        } else if let Some(known) = RUSSIA.get(&year) {
            known.clone()
        } else {
            self.guessed = true;
            self.computed.entry(year).or_insert_with(|| labour_code(year)).clone()
        };
        worked.contains(&day) || !is_weekend(day) && !off.contains(&day)
    }

    fn next_worked(&mut self, day: Date) -> Date {
        let mut day = day;
        while !self.works(day) {
            day = day.tomorrow().unwrap();
        }
        day
    }
}

/// On into the month in question, then to the day of that number or the end of it.
fn months_on(event: Date, count: i32) -> Date {
    let months = i32::from(event.year()) * 12 + i32::from(event.month()) + count;
    let is_there = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) == months;
    let mut last = event;
    while !is_there(last) {
        last = last.tomorrow().unwrap();
    }
    while last.day() != event.day() && is_there(last.tomorrow().unwrap()) {
        last = last.tomorrow().unwrap();
    }
    last
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).unwrap().get_days()
}

/// Walks so many days that are not crossed off, and on until none that is lies ahead.
fn walk(from: Date, days: i32, crossed: &BTreeSet<Date>) -> Date {
    let (mut day, mut left) = (from, days);
    while left > 0 || crossed.last().is_some_and(|last| *last > day) {
        day = day.tomorrow().unwrap();
        if !crossed.contains(&day) {
            left -= 1;
        }
    }
    day
}

/// Reckons once more.
#[expect(clippy::too_many_lines, reason = "the second reckoning reads from the top to the bottom")]
pub(super) fn due(
    facts: &Facts,
    zone: &str,
    given: &[(Calendar, u16, Vec<OurDate>, Vec<OurDate>)],
) -> Found {
    let zone = TimeZone::posix(zone).unwrap();
    let rule = facts.rule;
    let row = (rule.regime.name(), rule.right.name(), rule.act.name());
    let (count, unit, more, flags) = TABLE[&row];
    let count = if facts.extended { count + more } else { count };
    let instant = |at: crate::time::Timestamp| {
        jiff::Timestamp::from_millisecond(at.millis()).unwrap().to_zoned(zone.clone())
    };
    let received = instant(facts.received);
    if unit == 'h' {
        let at = received.checked_add(count.hours()).unwrap();
        return Found {
            last_day: at.date().to_string(),
            second: at.timestamp().as_second(),
            provisional: false,
            resting: None,
        };
    }
    // The first of two years that are given twice holds.
    let mut days = Days {
        calendar: rule.regime.calendar(),
        given,
        computed: BTreeMap::new(),
        guessed: false,
        weekends_only: false,
    };
    let event = received.date();
    let mut last = event;
    if unit == 'm' {
        last = months_on(event, count);
    } else {
        let mut left = count;
        while left > 0 {
            last = last.tomorrow().unwrap();
            if unit == 'd' || days.works(last) {
                left -= 1;
            }
        }
    }
    let counted_guess = days.guessed || days.weekends_only;
    // Days that rest are crossed off one by one.
    let mut pauses = facts.pauses.clone();
    pauses.sort_by_key(|pause| (pause.from, pause.to.is_none(), pause.to));
    let mut crossed = BTreeSet::new();
    let mut resting = None;
    // When the rests that count ended.
    let mut ends_of_rests = vec![received.timestamp()];
    // The day on which the person last showed who they are, not before the event.
    let mut shown: Option<Date> = None;
    // When it ends, as far as is known of it. Each day that is not crossed off is one of the term, and none that is crossed
    // off lies behind it. Where months begin anew with the identity, that may be sooner.
    let term = days_between(event, last);
    let sooner = |shown: Option<Date>, crossed: &BTreeSet<Date>| {
        let going_on = walk(event, term, crossed);
        let Some(shown) = shown.filter(|_| flags.contains('n')) else { return going_on };
        going_on.min(walk(shown, days_between(shown, months_on(shown, count)), crossed))
    };
    for pause in pauses {
        let flag = match pause.cause {
            Cause::Identity => 'i',
            Cause::Clarification => 'c',
        };
        if !flags.contains(flag) {
            continue;
        }
        if resting.is_some() {
            // It rests anyway. Identity could have been shown on the day on which it was asked for at the earliest.
            if flag == 'i' {
                let since = ends_of_rests.iter().max().unwrap().to_zoned(zone.clone()).date();
                let day = instant(pause.to.unwrap_or(pause.from)).date();
                shown = shown.max(Some(if pause.to.is_none() {
                    day.max(since)
                } else {
                    day.max(event)
                }));
            }
            continue;
        }
        let mut probe = Days { computed: BTreeMap::new(), ..days };
        let ends = sooner(shown, &crossed);
        if instant(pause.from).date() > probe.next_worked(ends) {
            continue;
        }
        let Some(to) = pause.to else {
            ends_of_rests.push(instant(pause.from).timestamp());
            let since = ends_of_rests.iter().max().unwrap();
            resting = Some(since.as_second());
            if flag == 'i' {
                // They could have shown it on that day at the earliest.
                shown = shown.max(Some(since.to_zoned(zone.clone()).date()));
            }
            continue;
        };
        ends_of_rests.push(instant(to).timestamp());
        let (mut day, end) = (instant(pause.from).date(), instant(to).date());
        while day < end {
            day = day.tomorrow().unwrap();
            if day > event {
                crossed.insert(day);
            }
        }
        if flag == 'i' {
            shown = shown.max(Some(end.max(event)));
        }
    }
    last = sooner(shown, &crossed);
    if flags.contains('r') {
        last = days.next_worked(last);
    }
    let end = last.tomorrow().unwrap().to_zoned(zone).unwrap().timestamp();
    Found {
        last_day: last.to_string(),
        second: end.as_second() - 1,
        provisional: days.guessed || unit == 'w' && counted_guess,
        resting,
    }
}
