//! Instants and civil dates, with the two text forms that the desk speaks: RFC 3339 and the HTTP date.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ascii::{Ascii, digits};

/// The months of an HTTP date.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MILLIS_PER_SECOND: i64 = 1_000;
const MILLIS_PER_DAY: i64 = 86_400_000;
/// 0001-01-01T00:00:00Z, the earliest instant that RFC 3339 and our four-digit years can both write.
const MIN_MILLIS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z, the latest one.
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// An instant, in milliseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Timestamp(i64);

/// The reason why a text or a number is not an instant or a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidTime {
    /// The text does not have the shape of RFC 3339 (section 5.6).
    Shape,
    /// The shape is right, but a field is out of range, such as 30 February.
    Range,
}

impl fmt::Display for InvalidTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "not an RFC 3339 date or instant",
            Self::Range => "no such date or time",
        })
    }
}

impl std::error::Error for InvalidTime {}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// Returns the instant that lies so many milliseconds after the epoch.
    ///
    /// # Errors
    /// [`InvalidTime::Range`] outside the years 1 to 9999.
    pub const fn from_millis(millis: i64) -> Result<Self, InvalidTime> {
        if millis < MIN_MILLIS || millis > MAX_MILLIS {
            return Err(InvalidTime::Range);
        }
        Ok(Self(millis))
    }

    /// Returns the instant that lies so many seconds after the epoch.
    ///
    /// # Errors
    /// [`InvalidTime::Range`] outside the years 1 to 9999.
    pub const fn from_seconds(seconds: i64) -> Result<Self, InvalidTime> {
        match seconds.checked_mul(MILLIS_PER_SECOND) {
            Some(millis) => Self::from_millis(millis),
            None => Err(InvalidTime::Range),
        }
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_SECOND)
    }

    /// The same instant without its fraction of a second, as the texts show it.
    #[must_use]
    pub const fn to_second(self) -> Self {
        Self(self.seconds().saturating_mul(MILLIS_PER_SECOND))
    }

    /// The instant so many seconds later (or earlier, if negative), kept within the years 1 to 9999.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        let millis = self.0.saturating_add(seconds.saturating_mul(MILLIS_PER_SECOND));
        if millis < MIN_MILLIS {
            return Self(MIN_MILLIS);
        }
        if millis > MAX_MILLIS {
            return Self(MAX_MILLIS);
        }
        Self(millis)
    }

    /// The instant so many milliseconds later, kept within the years 1 to 9999.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        let whole = self.plus_seconds(millis.div_euclid(MILLIS_PER_SECOND));
        let exact = whole.0.saturating_add(millis.rem_euclid(MILLIS_PER_SECOND));
        if exact > MAX_MILLIS { Self(MAX_MILLIS) } else { Self(exact) }
    }

    /// Whole seconds from `earlier` to this instant, negative if it comes first.
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(MILLIS_PER_SECOND)
    }

    /// The date in UTC.
    pub const fn date(self) -> Date {
        Date::from_days(self.0.div_euclid(MILLIS_PER_DAY))
    }

    /// Hour, minute and second of the day in UTC.
    pub const fn time_of_day(self) -> (u8, u8, u8) {
        let second = self.0.rem_euclid(MILLIS_PER_DAY) / MILLIS_PER_SECOND;
        ((second / 3600) as u8, (second / 60 % 60) as u8, (second % 60) as u8)
    }

    /// The instant in UTC as RFC 3339 has it, to the second, such as `2026-11-22T21:30:00Z`.
    pub const fn text(self) -> Ascii<20> {
        let [a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = self.symbols();
        Ascii::new([a, b, c, d, e, g, h, i, j, k, l, m, n, o, p, q, r, s, t, b'Z'])
    }

    /// Date and time of day in UTC, without a zone.
    pub(crate) const fn symbols(self) -> [u8; 19] {
        let [a, b, c, d, e, g, h, i, j, k] = self.date().symbols();
        let (hour, minute, second) = self.time_of_day();
        let ([l, m], [n, o], [p, q]) = (digits(hour), digits(minute), digits(second));
        [a, b, c, d, e, g, h, i, j, k, b'T', l, m, b':', n, o, b':', p, q]
    }

    /// The HTTP date of RFC 9110 section 5.6.7, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub fn http_date(self) -> String {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let date = self.date();
        let day_name = DAYS.get(date.weekday() as usize).copied().unwrap_or_default();
        let month = MONTHS.get(usize::from(date.month) - 1).copied().unwrap_or_default();
        let (hour, minute, second) = self.time_of_day();
        format!(
            "{day_name}, {:02} {month} {:04} {hour:02}:{minute:02}:{second:02} GMT",
            date.day, date.year
        )
    }

    /// Reads an HTTP date in its preferred form; the two obsolete forms are not read.
    ///
    /// # Errors
    /// [`InvalidTime`] where the text is no such date. RFC 9110 section 13.1.3 has a condition with an invalid date
    /// ignored, so callers drop the error.
    pub fn from_http_date(text: &str) -> Result<Self, InvalidTime> {
        let rest = text.get(5..).ok_or(InvalidTime::Shape)?;
        let mut words = rest.split(' ');
        let mut next = || words.next().ok_or(InvalidTime::Shape);
        let (day, month, year, time) = (next()?, next()?, next()?, next()?);
        let at = MONTHS.iter().position(|name| *name == month);
        let month = at.ok_or(InvalidTime::Shape)? + 1;
        let iso = format!("{year}-{month:02}-{day}T{time}Z");
        let instant: Self = iso.parse()?;
        if instant.http_date() == text { Ok(instant) } else { Err(InvalidTime::Shape) }
    }
}

impl TryFrom<i64> for Timestamp {
    type Error = InvalidTime;
    fn try_from(millis: i64) -> Result<Self, InvalidTime> {
        Self::from_millis(millis)
    }
}

impl From<Timestamp> for i64 {
    fn from(instant: Timestamp) -> Self {
        instant.0
    }
}

/// RFC 3339 in UTC, to the second.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

/// Reads RFC 3339 (section 5.6): any offset, an optional fraction (kept to the millisecond).
/// A leap second is read as the first instant of the next minute, as POSIX time has it.
impl FromStr for Timestamp {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let bytes = text.as_bytes();
        if bytes.len() < 20 || !text.is_ascii() {
            return Err(InvalidTime::Shape);
        }
        let date: Date = text.get(..10).ok_or(InvalidTime::Shape)?.parse()?;
        if !matches!(bytes.get(10), Some(b'T' | b't' | b' ')) {
            return Err(InvalidTime::Shape);
        }
        let (hour, minute) = (two_digits(text, 11)?, two_digits(text, 14)?);
        let second = two_digits(text, 17)?;
        if bytes.get(13) != Some(&b':') || bytes.get(16) != Some(&b':') {
            return Err(InvalidTime::Shape);
        }
        if hour > 23 || minute > 59 || second > 60 {
            return Err(InvalidTime::Range);
        }
        let mut rest = text.get(19..).ok_or(InvalidTime::Shape)?;
        let mut millis = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return Err(InvalidTime::Shape);
            }
            for (place, digit) in [100, 10, 1].into_iter().zip(fraction.bytes().take(digits)) {
                millis += place * i64::from(digit - b'0');
            }
            rest = fraction.get(digits..).ok_or(InvalidTime::Shape)?;
        }
        let offset_minutes = match rest.as_bytes() {
            [b'Z' | b'z'] => 0,
            [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
                let (hours, minutes) = (two_digits(rest, 1)?, two_digits(rest, 4)?);
                if hours > 23 || minutes > 59 {
                    return Err(InvalidTime::Range);
                }
                let minutes = hours * 60 + minutes;
                if *sign == b'+' { minutes } else { -minutes }
            }
            _ => return Err(InvalidTime::Shape),
        };
        let seconds = date.days() * 86_400 + hour * 3600 + (minute - offset_minutes) * 60 + second;
        Self::from_millis(seconds * MILLIS_PER_SECOND + millis)
    }
}

fn two_digits(text: &str, at: usize) -> Result<i64, InvalidTime> {
    match text.as_bytes().get(at..at + 2) {
        Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
            Ok(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        }
        _ => Err(InvalidTime::Shape),
    }
}

/// A day of the Gregorian calendar between the years 1 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Returns the date with these numbers; months and days count from one.
    ///
    /// # Errors
    /// [`InvalidTime::Range`] if there is no such day.
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Self, InvalidTime> {
        let in_range = year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1;
        if !in_range || day > days_in_month(year, month) {
            return Err(InvalidTime::Range);
        }
        Ok(Self { year, month, day })
    }

    /// The year, 1 to 9999.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The `full-date` of RFC 3339, such as `2026-11-22`.
    pub const fn text(self) -> Ascii<10> {
        Ascii::new(self.symbols())
    }

    const fn symbols(self) -> [u8; 10] {
        let ([a, b], [c, d]) = (digits((self.year / 100) as u8), digits((self.year % 100) as u8));
        let ([g, h], [i, j]) = (digits(self.month), digits(self.day));
        [a, b, c, d, b'-', g, h, b'-', i, j]
    }

    /// The first day there is.
    pub const MIN: Self = Self { year: 1, month: 1, day: 1 };
    /// The last day there is.
    pub const MAX: Self = Self { year: 9999, month: 12, day: 31 };

    /// The day of the week.
    pub const fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match self.days().rem_euclid(7) {
            0 => Weekday::Thursday,
            1 => Weekday::Friday,
            2 => Weekday::Saturday,
            3 => Weekday::Sunday,
            4 => Weekday::Monday,
            5 => Weekday::Tuesday,
            _ => Weekday::Wednesday,
        }
    }

    /// The day so many days later (or earlier, if negative), kept within the years 1 to 9999.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        // Within the days that every month has, nothing else changes.
        if let within @ 1..=28 = days.saturating_add(self.day as i64) {
            return Self { day: within as u8, ..self };
        }
        let day = self.days().saturating_add(days);
        if day < Self::MIN.days() {
            return Self::MIN;
        }
        if day > Self::MAX.days() {
            return Self::MAX;
        }
        Self::from_days(day)
    }

    /// The day of the same number so many months later, kept within the year 9999; where that month has no such day, its
    /// last one.
    #[must_use]
    pub const fn plus_months(self, months: u32) -> Self {
        let months = (self.year as u64 * 12 + self.month as u64 - 1).saturating_add(months as u64);
        let (year, month) = (months / 12, (months % 12) as u8 + 1);
        if year > 9999 {
            return Self::MAX;
        }
        let last = days_in_month(year as u16, month);
        let day = if self.day < last { self.day } else { last };
        Self { year: year as u16, month, day }
    }

    /// Days from `earlier` to this day, negative if it comes first.
    pub const fn days_since(self, earlier: Self) -> i64 {
        self.days() - earlier.days()
    }

    /// Midnight in UTC at the start of this day.
    pub const fn start_utc(self) -> Timestamp {
        Timestamp(self.days() * MILLIS_PER_DAY)
    }

    /// The last millisecond of this day in UTC.
    pub const fn end_utc(self) -> Timestamp {
        Timestamp(self.days() * MILLIS_PER_DAY + MILLIS_PER_DAY - 1)
    }

    /// Days since 1970-01-01. A year here starts in March, so that the leap day comes last and needs no case.
    const fn days(self) -> i64 {
        let month = self.month as i64;
        let year = self.year as i64 - (month <= 2) as i64;
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + self.day as i64 - 1;
        // 719,468 days lie between 1 March of the year 0 and 1 January 1970.
        year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
    }

    /// The inverse of [`Date::days`] for days within the years 1 to 9999.
    const fn from_days(days: i64) -> Self {
        let days = days + 719_468;
        // 400 years have 146,097 days; within them the three missing leap days are put back to find the year.
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = (shifted_month + 2) % 12 + 1;
        let year = year_of_era + era * 400 + (month <= 2) as i64;
        Self { year: year as u16, month: month as u8, day: day as u8 }
    }
}

const fn days_in_month(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Stored as days since 1970-01-01.
impl TryFrom<i64> for Date {
    type Error = InvalidTime;
    fn try_from(days: i64) -> Result<Self, InvalidTime> {
        if days < Self::MIN.days() || days > Self::MAX.days() {
            return Err(InvalidTime::Range);
        }
        Ok(Self::from_days(days))
    }
}

impl From<Date> for i64 {
    fn from(date: Date) -> Self {
        date.days()
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weekday {
    /// Monday, the first day of ISO 8601's week.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// Whether it is Saturday or Sunday.
    pub const fn is_weekend(self) -> bool {
        matches!(self, Self::Saturday | Self::Sunday)
    }
}

/// The `full-date` of RFC 3339, such as `2026-11-22`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl FromStr for Date {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        if text.len() != 10 || !matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _]) {
            return Err(InvalidTime::Shape);
        }
        let year = two_digits(text, 0)? * 100 + two_digits(text, 2)?;
        let (month, day) = (two_digits(text, 5)?, two_digits(text, 8)?);
        Self::new(year as u16, month as u8, day as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn civil(date: Date) -> jiff::civil::Date {
        jiff::civil::date(date.year() as i16, date.month() as i8, date.day() as i8)
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn months_end_where_they_end() {
        for (from, months, to) in [
            ("2025-01-30", 1, "2025-02-28"),
            ("2025-01-31", 1, "2025-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2025-01-31", 3, "2025-04-30"),
            ("2025-12-05", 1, "2026-01-05"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2025-11-30", 3, "2026-02-28"),
            ("9999-12-31", 1, "9999-12-31"),
            ("0001-01-31", 1, "0001-02-28"),
        ] {
            assert_eq!(date(from).plus_months(months), date(to), "{from} + {months}");
        }
        assert_eq!(Date::MAX.plus_months(u32::MAX), Date::MAX);
        assert_eq!(Date::MIN.plus_days(i64::MIN), Date::MIN);
        assert_eq!(Date::MIN.plus_days(i64::MAX), Date::MAX);
    }

    #[test]
    fn days_of_the_week_are_those_of_the_calendar_on_the_wall() {
        assert_eq!(date("1970-01-01").weekday(), Weekday::Thursday);
        assert_eq!(date("2026-11-22").weekday(), Weekday::Sunday);
        assert_eq!(date("2000-02-29").weekday(), Weekday::Tuesday);
        assert_eq!(Date::MIN.weekday(), Weekday::Monday);
        assert_eq!(Date::MAX.weekday(), Weekday::Friday);
        assert_eq!(Date::try_from(-719_163), Err(InvalidTime::Range));
        assert_eq!(Date::try_from(2_932_897), Err(InvalidTime::Range));
    }

    #[test]
    fn reads_the_examples_of_rfc_3339() {
        assert_eq!(at("1985-04-12T23:20:50.52Z").millis(), 482_196_050_520);
        assert_eq!(at("1996-12-19T16:39:57-08:00"), at("1996-12-20T00:39:57Z"));
        assert_eq!(at("1990-12-31T23:59:60Z"), at("1991-01-01T00:00:00Z"));
        assert_eq!(at("1937-01-01T12:00:27.87+00:20").millis(), -1_041_337_172_130);
        assert_eq!(at("2019-11-01T00:00:00+03:00").to_string(), "2019-10-31T21:00:00Z");
    }

    #[test]
    fn refuses_what_is_no_instant() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T10:00:00",
            "2026-11-22T10:00Z",
            "2026-11-22T10:00:00.Z",
            "2026-11-22T10:00:00+3",
            "2026-11-22T10:00:00 +03:00",
            "22-11-2026T10:00:00Z",
            "2026-11-22T10:00:00Я",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTime::Shape), "{text}");
        }
        for text in ["2026-02-30T10:00:00Z", "2026-11-22T24:00:00Z", "0000-01-01T00:00:00Z"] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTime::Range), "{text}");
        }
    }

    #[test]
    fn writes_the_http_date_of_rfc_9110() {
        let text = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(Timestamp::from_http_date(text), Ok(at("1994-11-06T08:49:37Z")));
        assert_eq!(at("1994-11-06T08:49:37Z").http_date(), text);
        assert!(Timestamp::from_http_date("Mon, 06 Nov 1994 08:49:37 GMT").is_err());
        assert!(Timestamp::from_http_date("Sunday, 06-Nov-94 08:49:37 GMT").is_err());
    }

    proptest! {
        #[test]
        fn agrees_with_jiff(millis in MIN_MILLIS + MILLIS_PER_DAY..MAX_MILLIS - MILLIS_PER_DAY) {
            let ours = Timestamp::from_millis(millis).unwrap();
            let theirs = jiff::Timestamp::from_millisecond(millis).unwrap();
            let civil = theirs.to_zoned(jiff::tz::TimeZone::UTC);
            prop_assert_eq!(ours.to_string(), civil.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            prop_assert_eq!(ours.http_date(), civil.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
            prop_assert_eq!(Timestamp::from_http_date(&ours.http_date()), Ok(ours.to_second()));
            prop_assert_eq!(ours.to_string().parse(), Ok(ours.to_second()));
        }

        #[test]
        fn days_are_reckoned_as_jiff_does(days in -719_162i64..=2_932_896, step in -400_000i64..400_000, months in 0u32..4_000) {
            let ours = Date::try_from(days).unwrap();
            let theirs = civil(ours);
            prop_assert_eq!(ours.to_string(), theirs.to_string());
            prop_assert_eq!(i64::from(ours), days);
            prop_assert_eq!(ours.weekday() as i8, theirs.weekday().to_monday_zero_offset());
            prop_assert_eq!(ours.weekday().is_weekend(), theirs.weekday().to_monday_zero_offset() > 4);
            let kept = |date: Result<jiff::civil::Date, jiff::Error>, end: Date| date.map_or(end.to_string(), |date| date.to_string());
            let (first, last) = (Date::MIN, Date::MAX);
            // jiff goes further back than the year 1.
            let stepped = theirs.checked_add(jiff::Span::new().days(step)).map(|date| date.max(civil(first)));
            prop_assert_eq!(ours.plus_days(step).to_string(), kept(stepped, if step < 0 { first } else { last }));
            prop_assert_eq!(ours.plus_months(months).to_string(), kept(theirs.checked_add(jiff::Span::new().months(months)), last));
            let moved = ours.plus_days(step);
            prop_assert!(moved.days_since(ours) == step || moved == first || moved == last);
            prop_assert_eq!(ours.start_utc().date(), ours);
            prop_assert_eq!(ours.end_utc().date(), ours);
            prop_assert_eq!(ours.end_utc().millis() - ours.start_utc().millis(), MILLIS_PER_DAY - 1);
            prop_assert_eq!(ours.to_string().parse(), Ok(ours));
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = text.parse::<Timestamp>();
            let _ = text.parse::<Date>();
            let _ = Timestamp::from_http_date(&text);
        }

        #[test]
        fn reads_any_offset_as_jiff_does(
            millis in 0i64..4_000_000_000_000,
            hours in 0i8..=23,
            minutes in 0i8..=59,
            east: bool,
        ) {
            let sign = if east { '+' } else { '-' };
            let local = jiff::Timestamp::from_millisecond(millis).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
            let text = format!("{}{sign}{hours:02}:{minutes:02}", local.strftime("%Y-%m-%dT%H:%M:%S"));
            let theirs: jiff::Timestamp = text.parse().unwrap();
            prop_assert_eq!(text.parse::<Timestamp>().unwrap().millis(), theirs.as_millisecond());
        }
    }
}
