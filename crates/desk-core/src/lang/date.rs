//! Dates as people write them.

use super::Lang;
use crate::time::Date;

impl Lang {
    /// A date as people write it in this language.
    pub fn date(self, day: Date) -> String {
        match self {
            Self::En => english(day),
            Self::Ru => russian(day),
        }
    }
}

fn english(day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = MONTHS.get(usize::from(day.month()) - 1).copied().unwrap_or_default();
    format!("{}\u{a0}{month} {}", day.day(), day.year())
}

fn russian(day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ];
    let month = MONTHS.get(usize::from(day.month()) - 1).copied().unwrap_or_default();
    format!("{}\u{a0}{month} {}\u{a0}года", day.day(), day.year())
}
