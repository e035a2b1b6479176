//! The operator's time zone, as a POSIX rule string: no database of zones is needed, or weighs on a function.

use std::fmt;
use std::str::FromStr;

use crate::time::{Date, Timestamp};

/// A time zone by a POSIX rule string (POSIX.1-2024 section 8.3, with the hours of RFC 8536 section 3.3.1), such as
/// `MSK-3`, `<+05>-5` or `CET-1CEST,M3.5.0,M10.5.0/3`. Offsets are whole minutes, as everywhere today. It knows the rule of
/// today: an instant of a year in which other rules held is shown by today's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    text: String,
    standard: Offset,
    summer: Option<Summer>,
}

/// How far local time is ahead of UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offset {
    seconds: i64,
    /// What people write behind a time: `UTC`, `UTC+3`, `UTC-3:30`.
    name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Summer {
    offset: Offset,
    begins: Switch,
    ends: Switch,
}

/// When clocks are changed: the day, and seconds after its midnight by the time that held until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Switch {
    day: Day,
    seconds: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Day {
    /// `Jn`: the n-th day of the year, 29 February never counted.
    Julian(u16),
    /// `n`: days after 1 January, 29 February counted.
    Ordinal(u16),
    /// `Mm.w.d`: the w-th such weekday of a month, the last one if w is 5; Sunday is 0.
    Weekday { month: u8, week: u8, day: u8 },
}

/// The text is no POSIX rule of a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidZone;

impl fmt::Display for InvalidZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a POSIX rule of a time zone, such as MSK-3 or CET-1CEST,M3.5.0,M10.5.0/3")
    }
}

impl std::error::Error for InvalidZone {}

const HOUR: i64 = 3_600;

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { text: "UTC0".to_owned(), standard: Offset::new(0), summer: None }
    }

    /// How many seconds local time is ahead of UTC at an instant.
    pub fn offset(&self, at: Timestamp) -> i64 {
        self.in_force(at).seconds
    }

    fn in_force(&self, at: Timestamp) -> &Offset {
        let Some(summer) = &self.summer else { return &self.standard };
        // The year is that of standard time: no rule changes clocks within a day of the New Year in a way that matters
        // there, and both switches of a year are told by the time that held before them.
        let year = at.plus_seconds(self.standard.seconds).date().year();
        let begins = summer.begins.instant(year, &self.standard);
        let ends = summer.ends.instant(year, &summer.offset);
        let second = at.seconds();
        let is_summer = if begins < ends {
            second >= begins && second < ends
        } else {
            // South of the equator, summer holds over the New Year.
            second >= begins || second < ends
        };
        if is_summer { &summer.offset } else { &self.standard }
    }

    /// The day that it is there at an instant.
    pub fn date(&self, at: Timestamp) -> Date {
        at.plus_seconds(self.offset(at)).date()
    }

    /// The first instant of a day there: midnight, or what follows it where clocks skip midnight.
    pub fn start_of(&self, day: Date) -> Timestamp {
        let midnight = day.start_utc();
        // Of the offsets that can hold then, the one under which it is that day soonest.
        let instant = |offset: i64| midnight.plus_seconds(-offset);
        let candidates = [Some(&self.standard), self.summer.as_ref().map(|summer| &summer.offset)];
        let fits = candidates
            .into_iter()
            .flatten()
            .map(|offset| instant(offset.seconds))
            .filter(|at| self.date(*at) == day && self.date(at.plus_seconds(-1)) < day);
        // Where clocks skip midnight, the switch itself is the first instant, and both candidates miss it by the step.
        fits.min().unwrap_or_else(|| self.first_of(day, instant(self.standard.seconds)))
    }

    /// Finds the first instant of a day that lies within a few hours of a guess.
    fn first_of(&self, day: Date, guess: Timestamp) -> Timestamp {
        let (mut before, mut after) =
            (guess.plus_seconds(-26 * HOUR).seconds(), guess.plus_seconds(26 * HOUR).seconds());
        while before < after {
            // Rounded down: `midpoint` rounds towards the epoch, and never ends before it.
            let middle = before + (after - before) / 2;
            let at = Timestamp::EPOCH.plus_seconds(middle);
            if self.date(at) < day {
                before = middle + 1;
            } else {
                after = middle;
            }
        }
        Timestamp::EPOCH.plus_seconds(before)
    }

    /// The last second of a day there, which is when a term of days ends.
    pub fn end_of(&self, day: Date) -> Timestamp {
        if day == Date::MAX {
            return Date::MAX.end_utc();
        }
        self.start_of(day.plus_days(1)).plus_seconds(-1)
    }

    /// Writes an instant as RFC 3339 with the offset that holds there, to the second.
    pub fn rfc3339(&self, at: Timestamp) -> String {
        let offset = self.offset(at);
        let local = at.plus_seconds(offset);
        let (date, (hour, minute, second)) = (local.date(), local.time_of_day());
        let sign = if offset < 0 { '-' } else { '+' };
        let ahead = offset.unsigned_abs() / 60;
        format!("{date}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", ahead / 60, ahead % 60)
    }

    /// Writes the time of day at an instant for people, with seconds where there are any: `14:05 UTC+3`, `23:59:59 UTC`.
    pub fn time(&self, at: Timestamp) -> String {
        let offset = self.in_force(at);
        let (hour, minute, second) = at.plus_seconds(offset.seconds).time_of_day();
        if second == 0 {
            return self.minute(at);
        }
        format!("{hour:02}:{minute:02}:{second:02} {}", offset.name)
    }

    /// The same to the minute, which is as exactly as people tell when something was.
    pub fn minute(&self, at: Timestamp) -> String {
        let offset = self.in_force(at);
        let (hour, minute, _) = at.plus_seconds(offset.seconds).time_of_day();
        format!("{hour:02}:{minute:02} {}", offset.name)
    }
}

impl Offset {
    /// The offset of so many seconds. RFC 3339 writes whole minutes below a day alone (section 5.6), so that another one would
    /// be written as another instant.
    fn checked(seconds: i64) -> Result<Self, InvalidZone> {
        let is_written = seconds % 60 == 0 && seconds.abs() < 24 * HOUR;
        if is_written { Ok(Self::new(seconds)) } else { Err(InvalidZone) }
    }

    fn new(seconds: i64) -> Self {
        let minutes = seconds.unsigned_abs() / 60;
        let sign = if seconds < 0 { '-' } else { '+' };
        let name = match (minutes / 60, minutes % 60) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
        };
        Self { seconds, name }
    }
}

impl Switch {
    /// When it happens in a year, in seconds since the epoch.
    fn instant(&self, year: u16, before: &Offset) -> i64 {
        self.day.date(year).start_utc().seconds() + self.seconds - before.seconds
    }
}

impl Day {
    fn date(self, year: u16) -> Date {
        let first = Date::new(year, 1, 1).unwrap_or(Date::MIN);
        match self {
            Self::Ordinal(days) => first.plus_days(days.into()),
            Self::Julian(number) => {
                let leap = Date::new(year, 2, 29).is_ok();
                let skipped = leap && number >= 60;
                first.plus_days(i64::from(number) - 1 + i64::from(skipped))
            }
            Self::Weekday { month, week, day } => {
                let first = Date::new(year, month, 1).unwrap_or(first);
                // Monday is 0 here, and Sunday is 0 there.
                let today = (first.weekday() as i64 + 1) % 7;
                let to = (i64::from(day) - today).rem_euclid(7);
                let found = first.plus_days(to + 7 * (i64::from(week) - 1));
                if found.month() == month { found } else { found.plus_days(-7) }
            }
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Zone {
    type Err = InvalidZone;

    fn from_str(text: &str) -> Result<Self, InvalidZone> {
        let mut rest = Rest(text);
        rest.name()?;
        // POSIX counts west of Greenwich; we count east of it.
        let standard = Offset::checked(-rest.time(24)?)?;
        let summer = if rest.0.is_empty() {
            None
        } else {
            rest.name()?;
            let offset =
                if rest.0.starts_with(',') { standard.seconds + HOUR } else { -rest.time(24)? };
            let begins = rest.switch()?;
            let ends = rest.switch()?;
            Some(Summer { offset: Offset::checked(offset)?, begins, ends })
        };
        if rest.0.is_empty() {
            Ok(Self { text: text.to_owned(), standard, summer })
        } else {
            Err(InvalidZone)
        }
    }
}

/// What is left of a rule string.
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take(&mut self, matches: impl Fn(char) -> bool) -> &str {
        let end = self.0.find(|c| !matches(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or((self.0, ""));
        self.0 = rest;
        taken
    }

    fn eat(&mut self, c: char) -> bool {
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char) -> Result<(), InvalidZone> {
        if self.eat(c) { Ok(()) } else { Err(InvalidZone) }
    }

    /// A name of at least three letters, or of letters, digits and signs in angle brackets.
    fn name(&mut self) -> Result<(), InvalidZone> {
        let length = if self.eat('<') {
            let length = self.take(|c| c.is_ascii_alphanumeric() || c == '+' || c == '-').len();
            self.expect('>')?;
            length
        } else {
            self.take(|c| c.is_ascii_alphabetic()).len()
        };
        if length >= 3 { Ok(()) } else { Err(InvalidZone) }
    }

    fn number(&mut self, least: u16, most: u16) -> Result<u16, InvalidZone> {
        let digits = self.take(|c| c.is_ascii_digit());
        if digits.len() > 3 {
            return Err(InvalidZone);
        }
        let number = digits.parse().map_err(|_| InvalidZone)?;
        if (least..=most).contains(&number) { Ok(number) } else { Err(InvalidZone) }
    }

    /// Hours, with a sign, minutes and seconds if need be; in seconds.
    fn time(&mut self, most_hours: u16) -> Result<i64, InvalidZone> {
        let negative = self.eat('-');
        if !negative {
            self.eat('+');
        }
        let mut seconds = i64::from(self.number(0, most_hours)?) * HOUR;
        for unit in [60, 1] {
            if self.eat(':') {
                seconds += i64::from(self.number(0, 59)?) * unit;
            } else {
                break;
            }
        }
        Ok(if negative { -seconds } else { seconds })
    }

    fn switch(&mut self) -> Result<Switch, InvalidZone> {
        self.expect(',')?;
        let day = if self.eat('J') {
            Day::Julian(self.number(1, 365)?)
        } else if self.eat('M') {
            let month = self.number(1, 12)? as u8;
            self.expect('.')?;
            let week = self.number(1, 5)? as u8;
            self.expect('.')?;
            Day::Weekday { month, week, day: self.number(0, 6)? as u8 }
        } else {
            Day::Ordinal(self.number(0, 365)?)
        };
        // Two in the morning where no time is given; RFC 8536 lets it lie up to a week off.
        let seconds = if self.eat('/') { self.time(167)? } else { 2 * HOUR };
        Ok(Switch { day, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(text: &str) -> Zone {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn seconds_stand_in_switches_alone() {
        assert_eq!(zone("LMT-2:30:00").offset(Timestamp::EPOCH), 9_000);
        zone("CET-1CEST,M3.5.0/2:00:01,M10.5.0/3");
    }

    /// Rules of today, of both halves of the world, with every form of a day, half hours and a midnight that is skipped.
    const ZONES: [&str; 14] = [
        "UTC0",
        "MSK-3",
        "<+05>-5",
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "GMT0BST,M3.5.0/1,M10.5.0",
        "PST8PDT,M3.2.0,M11.1.0",
        "NST3:30NDT,M3.2.0,M11.1.0",
        "AEST-10AEDT,M10.1.0,M4.1.0/3",
        "<-03>3",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "EET-2EEST,J60/0,J300/0",
        "EET-2EEST,59/0,299/0",
        "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
        "CST6CDT,M4.1.0/0,M10.5.0/0",
    ];

    #[test]
    fn a_day_in_moscow_begins_at_nine_in_the_evening_of_utc() {
        let moscow = zone("MSK-3");
        assert_eq!(moscow.date(at("2026-11-22T21:30:00Z")).to_string(), "2026-11-23");
        assert_eq!(moscow.start_of("2026-11-23".parse().unwrap()), at("2026-11-22T21:00:00Z"));
        assert_eq!(moscow.end_of("2026-11-23".parse().unwrap()), at("2026-11-23T20:59:59Z"));
        assert_eq!(moscow.rfc3339(at("2026-11-22T21:30:00Z")), "2026-11-23T00:30:00+03:00");
        assert_eq!(moscow.time(at("2026-11-22T21:30:00Z")), "00:30 UTC+3");
        assert_eq!(Zone::utc().time(at("2026-11-22T21:30:59Z")), "21:30:59 UTC");
        assert_eq!(Zone::utc().minute(at("2026-11-22T21:30:59Z")), "21:30 UTC");
        assert_eq!(zone("NST3:30").time(at("2026-11-22T21:30:00Z")), "18:00 UTC-3:30");
        assert_eq!(zone("<+14>-14").time(at("2026-11-22T21:30:00Z")), "11:30 UTC+14");
    }

    #[test]
    fn refuses_what_is_no_rule() {
        for text in [
            "",
            "Europe/Moscow",
            "MSK",
            "MSK-",
            "MS-3",
            "MSK-24",
            "AAA-23BBB,M3.5.0,M10.5.0",
            "MSK-25",
            "MSK-3:60",
            "LMT-2:30:17",
            "CET-1CEST-2:00:01,M3.5.0,M10.5.0/3",
            "<+03-3",
            "CET-1CEST",
            "CET-1CEST,M3.5.0",
            "CET-1CEST,M3.5.0,M13.5.0",
            "CET-1CEST,M3.6.0,M10.5.0",
            "CET-1CEST,M3.5.7,M10.5.0",
            "CET-1CEST,J0,J300",
            "CET-1CEST,M3.5.0,M10.5.0/168",
            "CET-1CEST,M3.5.0,M10.5.0/3 ",
            "MSK-3\u{0}",
            "МСК-3",
        ] {
            assert_eq!(text.parse::<Zone>(), Err(InvalidZone), "{text}");
        }
    }

    /// RFC 8536, section 3.3.1. Around the New Year jiff has standard time there.
    #[test]
    fn a_zone_may_be_in_summer_all_year() {
        let zone = zone("XXX3EDT4,0/0,J365/23");
        for year in [2023, 2024, 2025, 2156, 2157] {
            let begin = Date::new(year, 1, 1).unwrap().start_utc();
            let mut hours = (0..366 * 24).map(|hours| begin.plus_seconds(hours * HOUR));
            assert!(hours.all(|at| zone.offset(at) == -4 * HOUR), "{year}");
        }
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_at_the_switch() {
        let mexico = zone("CST6CDT,M4.1.0/0,M10.5.0/0");
        for (day, start) in [
            ("2021-04-04", "2021-04-04T01:00:00-05:00"),
            ("1901-04-07", "1901-04-07T01:00:00-05:00"),
        ] {
            assert_eq!(mexico.start_of(day.parse().unwrap()), at(start));
        }
        let (first, last) = (Date::MIN, Date::MAX);
        assert!(
            mexico.start_of(first) <= mexico.end_of(first)
                && mexico.start_of(last) <= mexico.end_of(last)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn agrees_with_jiff(which in 0..ZONES.len(), seconds in -2_208_988_800_i64..7_258_118_400) {
            let (ours, text) = (zone(ZONES[which]), ZONES[which]);
            let theirs = jiff::tz::TimeZone::posix(text).unwrap();
            let instant = Timestamp::from_seconds(seconds).unwrap();
            let zoned = jiff::Timestamp::from_second(seconds).unwrap().to_zoned(theirs);
            prop_assert_eq!(ours.offset(instant), i64::from(zoned.offset().seconds()));
            prop_assert_eq!(ours.rfc3339(instant), zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
            let day = ours.date(instant);
            let start = zoned.start_of_day().unwrap();
            prop_assert_eq!(ours.start_of(day).seconds(), start.timestamp().as_second());
            let end = zoned.date().tomorrow().unwrap().to_zoned(zoned.time_zone().clone()).unwrap();
            prop_assert_eq!(ours.end_of(day).seconds(), end.timestamp().as_second() - 1);
        }

        #[test]
        fn never_panics(text in "\\PC*", shaped in "[A-Z<>+0-9:,./JM-]{0,40}") {
            let _ = text.parse::<Zone>();
            if let Ok(zone) = shaped.parse::<Zone>() {
                for at in [Timestamp::EPOCH, at("9999-12-31T23:59:59Z"), at("0001-01-01T00:00:00Z")] {
                    let _ = (zone.rfc3339(at), zone.end_of(zone.date(at)), zone.start_of(zone.date(at)));
                }
            }
        }
    }
}
