//! English: legal clocks.

use desk_core::clock::calendar::{Source, Version};
use desk_core::clock::due::{Cause, ExtensionRefusal, Step};
use desk_core::clock::regime::{
    Act, Article, Base, Checked, Law, Note, Regime, Right, Rule, Term, Unit,
};
use desk_core::clock::zone::Zone;
use desk_core::time::{Date, Weekday};

use super::TEXTS;
use crate::texts::clock::ClockTexts;

/// The texts.
pub(in crate::texts) static CLOCK: ClockTexts = ClockTexts {
    regime,
    right: |right| match right {
        Right::Access => "access to one's data",
        Right::Portability => "portability",
        Right::Rectification => "rectification",
        Right::Erasure => "erasure",
        Right::Restriction => "restriction",
        Right::Objection => "objection",
        Right::Withdrawal => "withdrawal of consent",
        Right::Complaint => "complaint",
        Right::OptOut => "opt-out of sale or sharing",
        Right::BreachNotice => "notice of a breach",
        Right::BreachReport => "report on a breach",
        Right::StopUnlawful => "unlawful processing found",
        Right::DestroyUnlawful => "unlawful data that cannot be made lawful",
        Right::PurposeAttained => "purpose attained",
        Right::Regulator => "question of the authority",
        Right::CannotDestroy => "data that could not be destroyed in time",
        Right::Dissemination => "end of dissemination",
    },
    act: |act| match act {
        Act::Acknowledge => "acknowledge",
        Act::Answer => "answer",
        Act::Confirm => "confirm in short",
        Act::Correct => "correct",
        Act::Destroy => "destroy",
        Act::Block => "block",
        Act::Stop => "stop",
        Act::Notify => "notify the authority",
        Act::Report => "report to the authority",
    },
    term,
    article,
    version,
    checked: |checked| match checked {
        Checked::LawText => "numbers checked against the law",
        Checked::Official => "numbers seen in an official source",
        Checked::Secondary => "numbers seen in a secondary source",
        Checked::No => "numbers not checked",
    },
    note: |note| match note {
        Note::AnsweredAsAccess => {
            "152-FZ knows no right to portability: the request is answered as one for access."
        }
        Note::BaseIsAReading => {
            "The law does not say from when it counts: it is counted from the blocking, which must not come after the end of the term that could not be kept."
        }
        Note::BasisFallsAway => {
            "Nothing may rest on a consent that was taken back; the law names no term."
        }
        Note::IfUnlawfulOrUnneeded => {
            "It is due where the data was obtained unlawfully or is not needed for its purpose."
        }
        Note::MarketingAtOnce => "Where it is about direct marketing, that stops at once.",
        Note::NoNumber => "The law gives no number here: the term of the other requests is kept.",
        Note::OperatorAtOnce => {
            "This is the term of whoever spreads the data; the operator itself stops when the demand arrives."
        }
        Note::TreatedAsOptOut => {
            "The law knows no such request: it is treated as an opt-out of sale or sharing."
        }
        Note::WithoutDelay => "The law demands it without delay and gives no number.",
    },
    refusal: |refusal| match refusal {
        ExtensionRefusal::NotProvided => "The law knows no extension of this term.",
        ExtensionRefusal::AlreadyExtended => {
            "The term was extended already: the law allows that once."
        }
        ExtensionRefusal::TooLate => {
            "The term is over: it could be extended only while it was running."
        }
        ExtensionRefusal::NoReason => "Give the reason: the person must be told it.",
        ExtensionRefusal::NoNotice => "The person must be told of the extension first.",
    },
    day,
    step,
    days_left: |days| match days {
        0 => "today is the last day".to_owned(),
        1 => "1 day left".to_owned(),
        2.. => format!("{days} days left"),
        -1 => "1 day late".to_owned(),
        _ => format!("{} days late", days.saturating_neg()),
    },
    working_days_left: |days| match days {
        1 => "1 working day left".to_owned(),
        _ => format!("{days} working days left"),
    },
    resting: "The clock is resting: nothing is late while the person is waited for.",
    overdue: |at, zone| format!("Overdue since {}, {}.", day(zone.date(at)), zone.time(at)),
    provisional: "provisional",
};

fn day(date: Date) -> String {
    let name = match date.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    };
    format!("{name}, {}", (TEXTS.date)(date))
}

fn term(term: Term) -> String {
    if term.is_at_once() {
        return "at once".to_owned();
    }
    let (one, many) = match term.unit {
        Unit::Hours => ("hour", "hours"),
        Unit::WorkingDays => ("working day", "working days"),
        Unit::CalendarDays => ("calendar day", "calendar days"),
        Unit::Months => ("month", "months"),
    };
    format!("{} {}", term.count, if term.count == 1 { one } else { many })
}

fn article(Article { law, place }: Article) -> String {
    let (before, after) = match law {
        Law::Fz152 => ("152-FZ, art.\u{a0}", ""),
        Law::RuCivil => ("Civil Code of Russia, art.\u{a0}", ", by analogy"),
        Law::Gdpr => ("GDPR, art.\u{a0}", ""),
        Law::Reg1182 => ("Regulation 1182/71, art.\u{a0}", ""),
        Law::UkGdpr => ("UK GDPR, art.\u{a0}", ""),
        Law::UkDpa => ("Data Protection Act 2018, s.\u{a0}", ""),
        Law::Ico => ("guidance of the ICO on time limits", ""),
        Law::Edpb => ("EDPB Guidelines 01/2022, §\u{a0}", ""),
        Law::CcpaRegs => ("CCPA Regulations, 11 CCR §\u{a0}", ""),
        Law::CaCivil => ("California Civil Code, §\u{a0}", ""),
        Law::Lgpd => ("LGPD, art.\u{a0}", ""),
        Law::BrCivil => ("Civil Code of Brazil, art.\u{a0}", ""),
    };
    [before, place, after].concat()
}

fn version(version: Version) -> String {
    let Version { calendar, year, source } = version;
    let source = match source {
        Source::Released => return version.to_string(),
        Source::Operator => "as configured",
        Source::Computed => "computed",
        Source::Weekends => "weekends only",
    };
    format!("{}-{year}, {source}", calendar.name())
}

fn versions(versions: &[Version]) -> String {
    let texts: Vec<_> = versions.iter().map(|at| version(*at)).collect();
    let name = if texts.len() == 1 { "calendar " } else { "calendars " };
    [name, &texts.join("; ")].concat()
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Identity => "proof of identity",
        Cause::Clarification => "a clarification",
    }
}

const fn base(base: Base) -> &'static str {
    match base {
        Base::Receipt => "Received",
        Base::Proof => "Proof received",
        Base::Discovery => "Found",
        Base::Attainment => "Purpose attained",
        Base::Blocking => "Blocked",
    }
}

fn step(step: &Step, rule: &Rule, zone: &Zone) -> String {
    let date = TEXTS.date;
    match step {
        Step::Received { at, day: of } => {
            format!("{} on {} at {}.", base(rule.base), day(*of), zone.time(*at))
        }
        Step::AtOnce { article: by } => format!("It is due at once ({}).", article(*by)),
        Step::Extended { by, total, article: of } => format!(
            "Extended once by {}, to {} in all ({}).",
            term(*by),
            term(*total),
            article(*of)
        ),
        Step::NoExtension => "The law knows no extension of this term: none is counted.".to_owned(),
        Step::NextDay { first, article: by } => format!(
            "That day does not count. Counting begins the next day: {} ({}).",
            day(*first),
            article(*by)
        ),
        Step::Hours { count, at, article: by } => format!(
            "{} end on {} at {} ({}). They are real hours: nights, weekends and holidays count.",
            term(Term { count: *count, unit: Unit::Hours }),
            day(zone.date(*at)),
            zone.time(*at),
            article(*by)
        ),
        Step::CalendarDays { count, last, article: by } => format!(
            "{} end on {} ({}).",
            term(Term { count: *count, unit: Unit::CalendarDays }),
            day(*last),
            article(*by)
        ),
        Step::Months { count, last, is_shorter, article: by, counting } => {
            let why = if *is_shorter {
                "the last day of a shorter month"
            } else {
                "the day of the same number"
            };
            let verb = if *count == 1 { "ends" } else { "end" };
            format!(
                "{} {verb} on {}, {why} ({}; {}).",
                term(Term { count: *count, unit: Unit::Months }),
                day(*last),
                article(*by),
                article(*counting)
            )
        }
        Step::WorkingDays { count, last, skipped, worked, versions: of, article: by } => {
            let mut text = format!(
                "{} end on {} ({}). Not counted: weekends",
                term(Term { count: *count, unit: Unit::WorkingDays }),
                day(*last),
                article(*by)
            );
            for (from, to) in skipped {
                text.push_str(", ");
                text.push_str(&date(*from));
                if from != to {
                    text.push_str(" to ");
                    text.push_str(&date(*to));
                }
            }
            for (at, of) in worked.iter().enumerate() {
                text.push_str(if at == 0 { "; counted: " } else { "; " });
                text.push_str(&day(*of));
            }
            [&text, " (", &versions(of), ")."].concat()
        }
        Step::Rested { cause: of, from, to, days, article: by } => {
            let gained = match days {
                0 => "that adds no day".to_owned(),
                1 => "1 day is added".to_owned(),
                _ => format!("{days} days are added"),
            };
            format!(
                "The clock rested for {}, asked for on {} and given on {}: {gained} ({}).",
                cause(*of),
                date(*from),
                date(*to),
                article(*by)
            )
        }
        Step::Anew { from, last, article: by } => format!(
            "Counted from {}, when identity was proven, it ends sooner: on {} ({}).",
            date(*from),
            day(*last),
            article(*by)
        ),
        Step::Resting { cause: of, since, article: by } => format!(
            "The clock has been resting since {}, for {} ({}). Every day until then will be added.",
            date(*since),
            cause(*of),
            article(*by)
        ),
        Step::NoRest { cause: of, from } => format!(
            "{} was asked for on {}: this clock does not stop for that.",
            match of {
                Cause::Identity => "Proof of identity",
                Cause::Clarification => "A clarification",
            },
            date(*from)
        ),
        Step::RestTooLate { cause: of, from } => format!(
            "The term was over when {} was asked for on {}: that stops nothing.",
            cause(*of),
            date(*from)
        ),
        Step::Roll { from, to, versions: of, article: by } if from == to => format!(
            "{} is a working day, so it stays ({}; {}).",
            day(*from),
            article(*by),
            versions(of)
        ),
        Step::Roll { from, to, versions: of, article: by } => format!(
            "{} is a day off: the term ends on the next working day, {} ({}; {}).",
            day(*from),
            day(*to),
            article(*by),
            versions(of)
        ),
        Step::NoRoll { day: of } => format!(
            "{} is a day off, and the term ends then all the same: there is no rule that we would rely on to put it off.",
            day(*of)
        ),
        Step::Provisional { version: of } => match of.source {
            Source::Computed => format!(
                "Provisional: the days off of {} are not decreed yet ({}), and the day may move either way.",
                of.year,
                version(*of)
            ),
            _ => format!(
                "Provisional: no holidays are known for {} ({}); each one would make the day later.",
                of.year,
                version(*of)
            ),
        },
        Step::LastDay { day: of, at } => {
            format!("Last day: {}, until {}.", day(*of), zone.time(*at))
        }
    }
}

/// What a regime is called.
pub(in crate::texts) const fn regime(regime: Regime) -> &'static str {
    match regime {
        Regime::Ru152Fz => "Russia, 152-FZ",
        Regime::EuGdpr => "European Union, GDPR",
        Regime::UkGdpr => "United Kingdom, UK GDPR",
        Regime::UsCa => "California, CCPA",
        Regime::BrLgpd => "Brazil, LGPD",
    }
}
