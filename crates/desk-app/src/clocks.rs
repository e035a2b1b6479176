//! What the operator says of legal clocks: where days begin, whose law it is, and which days are worked.

use desk_core::clock::calendar::{Calendar, Calendars, InvalidYear};
use desk_core::clock::due::{Clock, Pause};
use desk_core::clock::regime::{Regime, Rule};
use desk_core::clock::zone::Zone;
use desk_core::time::{Date, Timestamp};

use desk_core::json::Value;

/// The operator's part in every clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Where days begin and end.
    pub zone: Zone,
    /// The law that a request is kept by where nothing else is said.
    pub regime: Regime,
    /// Which days are worked.
    pub calendars: Calendars,
}

/// The zone where none is configured: Moscow's, as with the regime.
pub const DEFAULT_ZONE: &str = "MSK-3";
/// The regime where none is configured. Of those that the desk knows its terms are the shortest for most requests, so that
/// whoever forgets to say which law holds promises nothing too late.
pub const DEFAULT_REGIME: Regime = Regime::Ru152Fz;

impl Clocks {
    /// Reads the variables `time_zone`, `regime` and `working_days`; an empty one stands for its default.
    ///
    /// # Errors
    /// The name of the variable that is wrong, and why.
    pub fn read(
        zone: &str,
        regime: &str,
        working_days: &str,
    ) -> Result<Self, (&'static str, String)> {
        let zone = if zone.is_empty() { DEFAULT_ZONE } else { zone };
        let zone = zone.parse().map_err(|error| ("time_zone", format!("{error}")))?;
        let regime = match regime {
            "" => DEFAULT_REGIME,
            name => Regime::from_name(name).ok_or_else(|| ("regime", unknown_regime()))?,
        };
        let calendars = calendars(working_days).map_err(|reason| ("working_days", reason))?;
        Ok(Self { zone, regime, calendars })
    }

    /// The clock of a rule for what was received then, and extended or not. A term beside the leading one was not extended,
    /// where the law knows no extension of it.
    pub fn clock<'a>(
        &'a self,
        rule: &'static Rule,
        (received, extended): (Timestamp, bool),
        pauses: &'a [Pause],
    ) -> Clock<'a> {
        let extended = extended && rule.extension.is_some();
        Clock { rule, received, zone: &self.zone, calendars: &self.calendars, pauses, extended }
    }
}

/// What is said of a name that is no regime.
pub fn unknown_regime() -> String {
    ["the regimes are ", &Regime::ALL.map(Regime::name).join(", ")].concat()
}

impl Default for Clocks {
    fn default() -> Self {
        let zone = DEFAULT_ZONE.parse().unwrap_or_else(|_| Zone::utc());
        Self { zone, regime: DEFAULT_REGIME, calendars: Calendars::default() }
    }
}

/// Reads years of calendars:
/// `{"ru": {"2027": {"non_working": ["2027-01-01", …], "working_weekend_days": [], "shortened": []}}, "eu": …}`.
/// Shortened days are working days, and may be named or not. What is given twice is refused: which of the two is meant is
/// not ours to guess.
///
/// # Errors
/// What is wrong, with the calendar and the year that it is wrong in.
pub fn calendars(text: &str) -> Result<Calendars, String> {
    let mut calendars = Calendars::default();
    if text.trim().is_empty() {
        return Ok(calendars);
    }
    let Some(Value::Object(places)) = Value::read(text) else {
        return Err("not a JSON object".to_owned());
    };
    for (place, years) in &places {
        let Some(calendar) = Calendar::from_name(place) else {
            let known = Calendar::ALL.map(Calendar::name).join(", ");
            return Err(format!("a calendar that is not known; there are {known}"));
        };
        let name = calendar.name();
        if is_twice(&places, place) {
            return Err(format!("{name} is given twice"));
        }
        let Value::Object(years) = years else {
            return Err(format!("{name} is not an object of years"));
        };
        for (year, members) in years {
            let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
            let Some(number) = year.parse().ok().filter(|_| is_year) else {
                return Err(format!("{name} has a year that is not of four digits"));
            };
            let wrong = |reason: &dyn std::fmt::Display| format!("{name} {number}: {reason}");
            let Value::Object(members) = members else { return Err(wrong(&"is not an object")) };
            let listed = ListedDays::read(members, wrong)?;
            calendars = calendars
                .with_year(calendar, number, &listed.off, &listed.worked)
                .map_err(|error| wrong(&error))?;
            for day in listed.shortened {
                if day.year() != number {
                    return Err(wrong(&InvalidYear::OtherYear(day)));
                }
                if !calendars.is_working(calendar, day) {
                    let reason = "cannot be a shortened day: it is not worked";
                    return Err(wrong(&format_args!("{day} {reason}")));
                }
            }
        }
    }
    Ok(calendars)
}

/// The days of a year that a calendar lists.
struct ListedDays {
    off: Vec<Date>,
    worked: Vec<Date>,
    shortened: Vec<Date>,
}

impl ListedDays {
    fn read(
        members: &[(String, Value)],
        wrong: impl Fn(&dyn std::fmt::Display) -> String,
    ) -> Result<Self, String> {
        let (mut off, mut worked, mut shortened) = (None, Vec::new(), Vec::new());
        for (member, value) in members {
            let days = days(value)
                .ok_or_else(|| wrong(&"each member is a list of days such as \"2027-01-01\""))?;
            if let Some(day) = twice(&days) {
                return Err(wrong(&format_args!("{member} gives {day} twice")));
            }
            match member.as_str() {
                "non_working" => off = Some(days),
                "working_weekend_days" => worked = days,
                "shortened" => shortened = days,
                _ => {
                    let known = "non_working, working_weekend_days, shortened";
                    return Err(wrong(&format_args!("its members are {known}")));
                }
            }
            if is_twice(members, member) {
                return Err(wrong(&format_args!("{member} is given twice")));
            }
        }
        // A year without its holidays would be taken for one that has none.
        let off = off.ok_or_else(|| wrong(&"non_working is missing"))?;
        Ok(Self { off, worked, shortened })
    }
}

fn is_twice(members: &[(String, Value)], name: &str) -> bool {
    members.iter().filter(|(known, _)| known == name).count() > 1
}

/// The first day that is given again.
fn twice(days: &[Date]) -> Option<Date> {
    let mut seen = days.iter().enumerate();
    seen.find(|(at, day)| days.iter().take(*at).any(|other| other == *day)).map(|(_, day)| *day)
}

fn days(value: &Value) -> Option<Vec<Date>> {
    let Value::List(items) = value else { return None };
    let day = |item: &Value| match item {
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    items.iter().map(day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::clock::calendar::Source;
    use proptest::prelude::*;

    const TWO: &str = r#"{
        "ru": {"2027": {"non_working": ["2027-01-01", "2027-01-11"], "working_weekend_days": ["2027-02-20"], "shortened": ["2027-02-20", "2027-02-22"]}},
        "eu": {"2026": {"non_working": ["2026-04-06"]}, "2027": {"non_working": []}}
    }"#;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn years_are_read_for_each_calendar() {
        let calendars = calendars(TWO).unwrap();
        for (calendar, text, is_working) in [
            (Calendar::Ru, "2027-01-11", false),
            (Calendar::Ru, "2027-01-04", true),
            (Calendar::Ru, "2027-02-20", true),
            (Calendar::Ru, "2027-02-22", true),
            (Calendar::Eu, "2026-04-06", false),
            (Calendar::Eu, "2027-04-05", true),
        ] {
            let found = calendars.look_up(calendar, day(text));
            assert_eq!((found.is_working, found.version.source), (is_working, Source::Operator));
        }
        let other = calendars.look_up(Calendar::Uk, day("2026-04-06"));
        assert_eq!(other.version.source, Source::Weekends);
    }

    #[test]
    fn what_is_configured_is_read_and_the_rest_is_russian() {
        assert_eq!(Clocks::read("", "", ""), Ok(Clocks::default()));
        assert_eq!(Clocks::default().zone.to_string(), "MSK-3");
        let clocks = Clocks::read("UTC0", "uk-gdpr", TWO).unwrap();
        assert_eq!((clocks.zone, clocks.regime), (Zone::utc(), Regime::UkGdpr));
        for (zone, regime, days, variable) in [
            ("Europe/Moscow", "", "", "time_zone"),
            ("", "gdpr", "", "regime"),
            ("", "", "[]", "working_days"),
        ] {
            assert_eq!(Clocks::read(zone, regime, days).unwrap_err().0, variable);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, reason) in [
            ("[]", "not a JSON object"),
            ("{", "not a JSON object"),
            (r#"{"de": {}}"#, "a calendar that is not known; there are ru, eu, uk, us-ca, br"),
            (r#"{"ru": []}"#, "ru is not an object of years"),
            (r#"{"ru": {"27": {}}}"#, "ru has a year that is not of four digits"),
            (r#"{"ru": {"+027": {}}}"#, "ru has a year that is not of four digits"),
            (r#"{"ru": {"2027": []}}"#, "ru 2027: is not an object"),
            (r#"{"ru": {"2027": {}}}"#, "ru 2027: non_working is missing"),
            (
                r#"{"ru": {"2027": {"holidays": []}}}"#,
                "ru 2027: its members are non_working, working_weekend_days, shortened",
            ),
            (
                r#"{"ru": {"2027": {"non_working": ["1 January"]}}}"#,
                "ru 2027: each member is a list of days such as \"2027-01-01\"",
            ),
            (
                r#"{"ru": {"2027": {"non_working": ["2026-12-31"]}}}"#,
                "ru 2027: 2026-12-31 lies in another year",
            ),
            (
                r#"{"ru": {"2027": {"non_working": [], "working_weekend_days": ["2027-02-22"]}}}"#,
                "ru 2027: 2027-02-22 cannot be a working weekend day: it is a weekday or a day off",
            ),
            (
                r#"{"ru": {"2027": {"non_working": []}, "2027": {"non_working": []}}}"#,
                "ru 2027: a year is given twice",
            ),
            (r#"{"ru": {}, "ru": {"2027": {"non_working": []}}}"#, "ru is given twice"),
            (
                r#"{"ru": {"2027": {"non_working": ["2027-01-01"], "non_working": []}}}"#,
                "ru 2027: non_working is given twice",
            ),
            (
                r#"{"ru": {"2027": {"non_working": ["2027-01-01", "2027-01-02", "2027-01-01"]}}}"#,
                "ru 2027: non_working gives 2027-01-01 twice",
            ),
            (
                r#"{"ru": {"2027": {"non_working": [], "shortened": ["2026-12-31"]}}}"#,
                "ru 2027: 2026-12-31 lies in another year",
            ),
            (
                r#"{"ru": {"2027": {"non_working": ["2027-02-22"], "shortened": ["2027-02-22"]}}}"#,
                "ru 2027: 2027-02-22 cannot be a shortened day: it is not worked",
            ),
            (
                r#"{"ru": {"2027": {"shortened": ["2027-02-20"], "non_working": []}}}"#,
                "ru 2027: 2027-02-20 cannot be a shortened day: it is not worked",
            ),
        ] {
            assert_eq!(calendars(text).unwrap_err(), reason, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*", shaped in "[{}\\[\\]\":,0-9a-z_-]{0,60}") {
            let _ = calendars(&text);
            let _ = calendars(&shaped);
            let _ = Clocks::read(&text, &shaped, "");
        }
    }
}
