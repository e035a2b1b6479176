//! `zone`: time zones as operators write them.

use desk_core::clock::zone::Zone;
use desk_core::time::{Date, Timestamp};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// How far clocks may be changed for days to follow each other as they do. The grammar goes further, to two days and more;
/// no clock does.
const STEP: i64 = 3 * HOUR;

/// A rule is shown as it was written, and days begin, end and follow each other by it as days do.
pub fn zone(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(zone) = text.parse::<Zone>() else { return };
    assert_eq!(zone.to_string(), text, "a rule is shown as it was written");
    assert!(zone.to_string().parse() == Ok(zone.clone()), "{text:?} is another rule once shown");

    let offsets = || instants().map(|at| zone.offset(at));
    let step = offsets().max().unwrap_or(0) - offsets().min().unwrap_or(0);
    let is_orderly = step <= STEP && !switches_at_new_year(&zone);
    for at in instants() {
        of_instant(&zone, at);
        if is_orderly {
            let (day, start) = (zone.date(at), zone.start_of(zone.date(at)));
            let begun = start <= at || is_at_an_end(day);
            assert!(begun, "{zone}: it is {day} at {at}, before it begins at {start}");
        }
    }
    if is_orderly {
        days().for_each(|day| of_day(&zone, day));
    }
}

/// Whether clocks are changed around a New Year, where the zone says of itself that it does not follow: looked for a
/// quarter of an hour at a time.
fn switches_at_new_year(zone: &Zone) -> bool {
    [2024, 2025].into_iter().filter_map(|year| Date::new(year, 1, 1).ok()).any(|day| {
        let offset = |quarters: i64| zone.offset(day.start_utc().plus_seconds(quarters * HOUR / 4));
        (-3 * 96..3 * 96).any(|quarters| offset(quarters) != offset(quarters + 1))
    })
}

/// All of a leap year with the New Years around it, and the ends of time.
fn days() -> impl Iterator<Item = Date> {
    let first = Date::new(2023, 12, 29).unwrap_or(Date::MIN);
    let year = (0..373).map(move |days| first.plus_days(days));
    let ends = (0..3).flat_map(|days| [Date::MIN.plus_days(days), Date::MAX.plus_days(-days)]);
    year.chain(ends)
}

fn instants() -> impl Iterator<Item = Timestamp> {
    // Steps that meet every hour of the day and every minute of the hour.
    let year = (0..800).map(|step| 1_703_800_000 + step * (11 * HOUR + 17 * 60 + 13));
    let ends = [-62_135_596_800, -62_135_500_000, -1, 0, 1, 253_402_300_000, 253_402_300_799];
    year.chain(ends).filter_map(|seconds| Timestamp::from_seconds(seconds).ok())
}

/// At the ends of time a day may lie outside of it in part, and there it need not be whole.
fn is_at_an_end(day: Date) -> bool {
    day.days_since(Date::MIN) < 3 || Date::MAX.days_since(day) < 3
}

fn of_day(zone: &Zone, day: Date) {
    let (start, end) = (zone.start_of(day), zone.end_of(day));
    if is_at_an_end(day) {
        return;
    }
    let next = day.plus_days(1);
    assert_eq!(end.plus_seconds(1), zone.start_of(next), "{zone}: {day} ends where {next} begins");
    if is_skipped(zone, day) {
        return;
    }
    assert_eq!(zone.date(start), day, "{zone}: the first instant of {day}, {start}");
    assert!(zone.date(start.plus_seconds(-1)) < day, "{zone}: {day} begins before {start}");
    assert!(start <= end, "{zone}: {day} ends at {end}, before it begins at {start}");
    assert_eq!(zone.date(end), day, "{zone}: the last second of {day}, {end}");
}

/// Whether clocks skip a day, looked for a quarter of an hour at a time.
fn is_skipped(zone: &Zone, day: Date) -> bool {
    let midnight = day.start_utc();
    // Most days have a noon, wherever it is.
    let offset = zone.offset(midnight);
    if zone.date(midnight.plus_seconds(DAY / 2 - offset)) == day {
        return false;
    }
    (-30 * 4..54 * 4).all(|quarters| zone.date(midnight.plus_seconds(quarters * HOUR / 4)) != day)
}

fn of_instant(zone: &Zone, at: Timestamp) {
    let offset = zone.offset(at);
    assert!(offset.abs() <= 26 * HOUR, "{zone}: {offset} seconds from Greenwich");
    let day = zone.date(at);
    assert_eq!(day, at.plus_seconds(offset).date());

    let written = zone.rfc3339(at);
    assert!(written.starts_with(&*day.text()), "{zone}: {written} is not on {day}");
    // RFC 3339 has no offset of a day or more.
    if offset.abs() < DAY && offset % 60 == 0 {
        let read = written.parse::<Timestamp>();
        // At the ends of time there is no local time to be written.
        let is_there = at.plus_seconds(offset).seconds_since(at) == offset;
        assert!(!is_there || read == Ok(at.to_second()), "{zone}: {at} is written {written}");
    }
    let time = zone.time(at);
    assert!(time.contains(" UTC") && time.is_ascii(), "{zone}: {time}");
}
