//! Which days are worked, as dated data.
//!
//! Russia fixes each year's days off by decree in the autumn before, so its calendar is a table of years; a year that is
//! not in it is computed from what stands in the Labour Code, and said to be so. Elsewhere weekends are the base, and the
//! operator adds the holidays of the place. Whoever looks a day up is told what the answer rests on.

use std::fmt;

use crate::time::{Date, Weekday};

/// Whose working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calendar {
    /// Russia's production calendar.
    Ru,
    /// The member state of the EU whose holidays the operator gives.
    Eu,
    /// The part of the United Kingdom whose bank holidays the operator gives.
    Uk,
    /// California.
    UsCa,
    /// The place in Brazil whose holidays the operator gives.
    Br,
}

impl Calendar {
    /// Every calendar.
    pub const ALL: [Self; 5] = [Self::Ru, Self::Eu, Self::Uk, Self::UsCa, Self::Br];

    /// The calendar's name in the configuration and in explanations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::Eu => "eu",
            Self::Uk => "uk",
            Self::UsCa => "us-ca",
            Self::Br => "br",
        }
    }

    /// Finds a calendar by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|calendar| calendar.name() == name)
    }
}

/// What is known of a year of a calendar, from the firmest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The operator gave the year.
    Operator,
    /// It is in the table of this release: see [`RELEASED`].
    Released,
    /// It was computed from article 112 of the Russian Labour Code: a decree may still move days either way.
    Computed,
    /// Weekends are all that is known: a holiday would make a term end later, never earlier.
    Weekends,
}

/// A year of a calendar as it stood when somebody looked, to be named in an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarVersion {
    /// The calendar.
    pub calendar: Calendar,
    /// The year.
    pub year: u16,
    /// What it rests on.
    pub source: Source,
}

/// Where the table of this release was taken from, and when.
pub const RELEASED: &str = "xmlcalendar 2025-10-01";

impl CalendarVersion {
    /// Whether the year's days off are known, not guessed.
    pub const fn is_covered(self) -> bool {
        matches!(self.source, Source::Operator | Source::Released)
    }
}

/// Such as `ru-2026, xmlcalendar 2025-10-01`, `ru-2027, computed`, `eu-2026, operator`, `us-ca-2026, weekends only`.
impl fmt::Display for CalendarVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Source::Operator => "operator",
            Source::Released => RELEASED,
            Source::Computed => "computed",
            Source::Weekends => "weekends only",
        };
        write!(f, "{}-{}, {source}", self.calendar.name(), self.year)
    }
}

/// A month and a day.
type MonthDay = (u8, u8);

/// Days off beside weekends, and weekend days that are worked, of one year.
struct ReleasedYear {
    year: u16,
    off: &'static [MonthDay],
    worked: &'static [MonthDay],
}

/// `data/ru-production-calendar.json`, to which a test holds it.
static RUSSIA: [ReleasedYear; 5] = [
    ReleasedYear {
        year: 2022,
        off: &[
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 4),
            (1, 5),
            (1, 6),
            (1, 7),
            (1, 8),
            (2, 23),
            (3, 7),
            (3, 8),
            (5, 1),
            (5, 2),
            (5, 3),
            (5, 9),
            (5, 10),
            (6, 12),
            (6, 13),
            (11, 4),
        ],
        worked: &[(3, 5)],
    },
    ReleasedYear {
        year: 2023,
        off: &[
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 4),
            (1, 5),
            (1, 6),
            (1, 7),
            (1, 8),
            (2, 23),
            (2, 24),
            (3, 8),
            (5, 1),
            (5, 8),
            (5, 9),
            (6, 12),
            (11, 4),
            (11, 6),
        ],
        worked: &[],
    },
    ReleasedYear {
        year: 2024,
        off: &[
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 4),
            (1, 5),
            (1, 6),
            (1, 7),
            (1, 8),
            (2, 23),
            (3, 8),
            (4, 29),
            (4, 30),
            (5, 1),
            (5, 9),
            (5, 10),
            (6, 12),
            (11, 4),
            (12, 30),
            (12, 31),
        ],
        worked: &[(4, 27), (11, 2), (12, 28)],
    },
    ReleasedYear {
        year: 2025,
        off: &[
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 4),
            (1, 5),
            (1, 6),
            (1, 7),
            (1, 8),
            (2, 23),
            (3, 8),
            (5, 1),
            (5, 2),
            (5, 8),
            (5, 9),
            (6, 12),
            (6, 13),
            (11, 3),
            (11, 4),
            (12, 31),
        ],
        worked: &[(11, 1)],
    },
    ReleasedYear {
        year: 2026,
        off: &[
            (1, 1),
            (1, 2),
            (1, 3),
            (1, 4),
            (1, 5),
            (1, 6),
            (1, 7),
            (1, 8),
            (1, 9),
            (2, 23),
            (3, 8),
            (3, 9),
            (5, 1),
            (5, 9),
            (5, 11),
            (6, 12),
            (11, 4),
            (12, 31),
        ],
        worked: &[],
    },
];

/// A year that the operator gave.
#[derive(Clone, Debug, PartialEq, Eq)]
struct GivenYear {
    calendar: Calendar,
    year: u16,
    off: Vec<MonthDay>,
    worked: Vec<MonthDay>,
}

/// Every calendar: what this release knows, and the years that the operator gave, which come first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendars(Vec<GivenYear>);

/// Why a year cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidYear {
    /// A day lies in another year.
    OtherYear(Date),
    /// A working weekend day is none: it is a weekday, or a day off as well.
    NotAWeekendDay(Date),
    /// The year was given already.
    Twice,
}

impl fmt::Display for InvalidYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherYear(day) => write!(f, "{day} lies in another year"),
            Self::NotAWeekendDay(day) => {
                write!(f, "{day} cannot be a working weekend day: it is a weekday or a day off")
            }
            Self::Twice => f.write_str("a year is given twice"),
        }
    }
}

impl std::error::Error for InvalidYear {}

/// What a calendar says of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Whether it is worked.
    pub is_working: bool,
    /// What that rests on.
    pub version: CalendarVersion,
}

impl Calendars {
    /// Adds a year: the days off (weekends need not be named) and the weekend days that are worked. It is complete: what
    /// this release knows of that year no longer counts.
    ///
    /// # Errors
    /// [`InvalidYear`] where a day lies in another year, a worked weekend day is none, or the year was given before.
    pub fn with_year(
        mut self,
        calendar: Calendar,
        year: u16,
        off: &[Date],
        worked: &[Date],
    ) -> Result<Self, InvalidYear> {
        if self.given(calendar, year).is_some() {
            return Err(InvalidYear::Twice);
        }
        if let Some(day) = off.iter().chain(worked).find(|day| day.year() != year) {
            return Err(InvalidYear::OtherYear(*day));
        }
        let is_weekend_day = |day: &Date| day.weekday().is_weekend() && !off.contains(day);
        if let Some(day) = worked.iter().find(|day| !is_weekend_day(day)) {
            return Err(InvalidYear::NotAWeekendDay(*day));
        }
        let days = |days: &[Date]| days.iter().map(|day| (day.month(), day.day())).collect();
        self.0.push(GivenYear { calendar, year, off: days(off), worked: days(worked) });
        Ok(self)
    }

    fn given(&self, calendar: Calendar, year: u16) -> Option<&GivenYear> {
        self.0.iter().find(|given| given.calendar == calendar && given.year == year)
    }

    /// What a calendar says of a day.
    pub fn look_up(&self, calendar: Calendar, day: Date) -> Lookup {
        let year = day.year();
        let released = if calendar == Calendar::Ru {
            RUSSIA.iter().find(|released| released.year == year)
        } else {
            None
        };
        let (is_working, source) = if let Some(given) = self.given(calendar, year) {
            (is_working(day, &given.off, &given.worked), Source::Operator)
        } else if let Some(released) = released {
            (is_working(day, released.off, released.worked), Source::Released)
        } else if calendar == Calendar::Ru {
            (!day.weekday().is_weekend() && !is_standing_day_off(day), Source::Computed)
        } else {
            (!day.weekday().is_weekend(), Source::Weekends)
        };
        Lookup { is_working, version: CalendarVersion { calendar, year, source } }
    }

    /// Whether a day is worked.
    pub fn is_working(&self, calendar: Calendar, day: Date) -> bool {
        self.look_up(calendar, day).is_working
    }
}

fn is_working(day: Date, off: &[MonthDay], worked: &[MonthDay]) -> bool {
    let month_day = (day.month(), day.day());
    let is_weekend = day.weekday().is_weekend();
    if is_weekend { worked.contains(&month_day) } else { !off.contains(&month_day) }
}

/// Whether article 112 of the Russian Labour Code makes a weekday a day off by itself.
///
/// A holiday that falls on a weekend moves to the next working day, which is the Monday, as no two holidays outside of
/// January are neighbours. Those of January move wherever the Government's decree says: a year that is computed leaves
/// them out, so that it promises no day too many.
fn is_standing_day_off(day: Date) -> bool {
    is_holiday(day)
        || day.weekday() == Weekday::Monday
            && [-1, -2].iter().any(|back| {
                let weekend = day.plus_days(*back);
                weekend.month() > 1 && is_holiday(weekend)
            })
}

const fn is_holiday(day: Date) -> bool {
    matches!(
        (day.month(), day.day()),
        (1, 1..=8) | (2, 23) | (3, 8) | (5, 1 | 9) | (6, 12) | (11, 4)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    const JSON: &str = include_str!("../../data/ru-production-calendar.json");

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn days(value: &Value) -> Vec<Date> {
        value.as_array().unwrap().iter().map(|text| day(text.as_str().unwrap())).collect()
    }

    #[test]
    fn the_table_of_russia_is_the_file() {
        let file: Value = serde_json::from_str(JSON).unwrap();
        assert!(file["source"].as_str().unwrap().contains("2025-10-01"), "{RELEASED}");
        let years = file["years"].as_object().unwrap();
        assert_eq!(years.len(), RUSSIA.len());
        for (year, table) in years.iter().zip(&RUSSIA) {
            assert_eq!(*year.0, table.year.to_string());
            let of = |days: &[MonthDay]| -> Vec<Date> {
                days.iter().map(|(m, d)| Date::new(table.year, *m, *d).unwrap()).collect()
            };
            let sorted = |mut days: Vec<Date>| {
                days.sort();
                days
            };
            assert_eq!(sorted(days(&year.1["non_working"])), of(table.off));
            assert_eq!(sorted(days(&year.1["working_weekend_days"])), of(table.worked));
            // What the operator gives is read the same way.
            let given = Calendars::default()
                .with_year(Calendar::Ru, table.year, &of(table.off), &of(table.worked))
                .unwrap();
            let mut at = Date::new(table.year, 1, 1).unwrap();
            while at.year() == table.year {
                let (ours, theirs) = (
                    Calendars::default().look_up(Calendar::Ru, at),
                    given.look_up(Calendar::Ru, at),
                );
                assert_eq!(ours.is_working, theirs.is_working, "{at}");
                assert_eq!(ours.version.source, Source::Released);
                assert_eq!(theirs.version.source, Source::Operator);
                at = at.plus_days(1);
            }
        }
    }

    /// The sums that the production calendars print.
    #[test]
    fn russian_years_have_as_many_working_days_as_are_printed() {
        let calendars = Calendars::default();
        for (year, working) in [(2022, 247), (2023, 247), (2024, 248), (2025, 247), (2026, 247)] {
            let first = Date::new(year, 1, 1).unwrap();
            let count = (0..366)
                .map(|days| first.plus_days(days))
                .filter(|day| day.year() == year && calendars.is_working(Calendar::Ru, *day))
                .count();
            assert_eq!(count, working, "{year}");
        }
    }

    #[test]
    fn a_russian_year_without_a_decree_is_computed_from_the_labour_code() {
        let calendars = Calendars::default();
        // 2027: 1 May is a Saturday, 9 May a Sunday, 12 June a Saturday; 2 and 3 January are a weekend.
        for (text, is_working) in [
            ("2027-01-01", false),
            ("2027-01-08", false),
            ("2027-01-11", true),
            ("2027-02-23", false),
            ("2027-03-08", false),
            ("2027-05-03", false),
            ("2027-05-04", true),
            ("2027-05-10", false),
            ("2027-05-11", true),
            ("2027-06-14", false),
            ("2027-11-04", false),
            ("2027-11-05", true),
            ("2027-12-31", true),
        ] {
            let found = calendars.look_up(Calendar::Ru, day(text));
            assert_eq!(found.is_working, is_working, "{text}");
            assert_eq!(found.version.to_string(), "ru-2027, computed");
            assert!(!found.version.is_covered());
        }
        // 8 March 2026 is a Sunday: the code alone says what the decree says.
        assert!(is_standing_day_off(day("2026-03-09")) && is_standing_day_off(day("2026-05-11")));
        // 7 January 2028 is a Friday, 8 January 2028 a Saturday: nothing moves on from January.
        assert!(calendars.is_working(Calendar::Ru, day("2028-01-10")));
    }

    #[test]
    fn weekends_are_the_base_elsewhere() {
        let calendars = Calendars::default()
            .with_year(Calendar::Eu, 2026, &[day("2026-04-06"), day("2026-05-01")], &[])
            .unwrap();
        assert!(!calendars.is_working(Calendar::Eu, day("2026-04-06")));
        assert!(calendars.is_working(Calendar::Uk, day("2026-04-06")));
        assert!(!calendars.is_working(Calendar::Uk, day("2026-04-05")));
        let version = |calendar, text: &str| calendars.look_up(calendar, day(text)).version;
        assert_eq!(version(Calendar::Eu, "2026-04-06").to_string(), "eu-2026, operator");
        assert_eq!(version(Calendar::UsCa, "2026-04-06").to_string(), "us-ca-2026, weekends only");
        assert_eq!(
            version(Calendar::Ru, "2026-04-06").to_string(),
            "ru-2026, xmlcalendar 2025-10-01"
        );
        for calendar in Calendar::ALL {
            assert_eq!(Calendar::from_name(calendar.name()), Some(calendar));
        }
    }

    #[test]
    fn a_year_that_cannot_be_right_is_refused() {
        let year = |off: &[&str], worked: &[&str]| {
            let days = |texts: &[&str]| texts.iter().map(|text| day(text)).collect::<Vec<_>>();
            Calendars::default().with_year(Calendar::Ru, 2027, &days(off), &days(worked))
        };
        assert_eq!(year(&["2026-12-31"], &[]), Err(InvalidYear::OtherYear(day("2026-12-31"))));
        let weekday = day("2027-02-22");
        assert_eq!(year(&[], &["2027-02-22"]), Err(InvalidYear::NotAWeekendDay(weekday)));
        let both = day("2027-02-20");
        assert_eq!(year(&["2027-02-20"], &["2027-02-20"]), Err(InvalidYear::NotAWeekendDay(both)));
        let twice = year(&[], &["2027-02-20"]).unwrap().with_year(Calendar::Ru, 2027, &[], &[]);
        assert_eq!(twice, Err(InvalidYear::Twice));
    }
}
