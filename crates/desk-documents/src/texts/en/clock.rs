//! English: legal clocks.

use desk_core::clock::calendar::{CalendarVersion, RELEASED, Source};
use desk_core::clock::due::{Cause, ExtensionRefusal, Step};
use desk_core::clock::regime::{
    Act, Article, Base, Evidence, Law, Regime, Right, Rule, RuleNote, Term, Unit,
};
use desk_core::clock::zone::Zone;
use desk_core::lang::Lang;
use desk_core::time::{Date, Weekday};

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
        Evidence::LawText => "numbers checked against the law",
        Evidence::Official => "numbers seen in an official source",
        Evidence::Secondary => "numbers seen in a secondary source",
        Evidence::No => "numbers not checked",
    },
    note: |note| match note {
        RuleNote::AnsweredAsAccess => {
            "152-FZ knows no right to portability: the request is answered as one for access."
        }
        RuleNote::BaseIsAReading => {
            "The law does not say from when it counts: it is counted from the blocking, which must not come after the end of the term that could not be kept."
        }
        RuleNote::BasisFallsAway => {
            "Nothing may rest on a consent that was taken back; the law names no term."
        }
        RuleNote::IfUnlawfulOrUnneeded => {
            "It is due where the data was obtained unlawfully or is not needed for its purpose."
        }
        RuleNote::MarketingAtOnce => "Where it is about direct marketing, that stops at once.",
        RuleNote::NoNumber => {
            "The law gives no number here: the term of the other requests is kept."
        }
        RuleNote::OperatorAtOnce => {
            "This is the term of whoever spreads the data; the operator itself stops when the demand arrives."
        }
        RuleNote::TreatedAsOptOut => {
            "The law knows no such request: it is treated as an opt-out of sale or sharing."
        }
        RuleNote::WithoutDelay => "The law demands it without delay and gives no number.",
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
    none_left: "No day was left when the clock stopped.",
    resting: "The clock is resting: nothing is late while the person is waited for.",
    overdue: |at, zone| format!("Overdue since {}, {}.", day(zone.date(at)), zone.time(at)),
    provisional: "provisional",
};

fn day(of: Date) -> String {
    let name = match of.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    };
    format!("{name}, {}", Lang::En.date(of))
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
    match law {
        Law::Fz152 => format!("152-FZ, art.\u{a0}{place}"),
        Law::RuCivil => format!("Civil Code of Russia, art.\u{a0}{place}, by analogy"),
        Law::Gdpr => format!("GDPR, art.\u{a0}{place}"),
        Law::Reg1182 => format!("Regulation 1182/71, art.\u{a0}{place}"),
        Law::UkGdpr => format!("UK GDPR, art.\u{a0}{place}"),
        Law::UkDpa => format!("Data Protection Act 2018, s.\u{a0}{place}"),
        Law::Ico => "guidance of the ICO on time limits".to_owned(),
        Law::Edpb => format!("EDPB Guidelines 01/2022, §\u{a0}{place}"),
        Law::CcpaRegs => format!("CCPA Regulations, 11 CCR §\u{a0}{place}"),
        Law::CaCivil => format!("California Civil Code, §\u{a0}{place}"),
        Law::Lgpd => format!("LGPD, art.\u{a0}{place}"),
        Law::BrCivil => format!("Civil Code of Brazil, art.\u{a0}{place}"),
    }
}

fn version(CalendarVersion { calendar, year, source }: CalendarVersion) -> String {
    let source = match source {
        Source::Released => RELEASED,
        Source::Operator => "as configured",
        Source::Computed => "computed",
        Source::Weekends => "weekends only",
    };
    format!("{}-{year}, {source}", calendar.name())
}

fn versions(versions: &[CalendarVersion]) -> String {
    let noun = if versions.len() == 1 { "calendar" } else { "calendars" };
    let versions: Vec<String> = versions.iter().map(|of| version(*of)).collect();
    format!("{noun} {}", versions.join("; "))
}

const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Identity => "proof of identity",
        Cause::Clarification => "a clarification",
    }
}

const fn base(base: Base) -> &'static str {
    match base {
        Base::Receipt | Base::Proof => "Received",
        Base::Discovery => "Found",
        Base::Attainment => "Purpose attained",
        Base::Blocking => "Blocked",
    }
}

#[expect(clippy::too_many_lines, reason = "a table of steps")]
fn step(step: &Step, rule: &Rule, zone: &Zone) -> String {
    match step {
        Step::Received { at, day: of } => {
            let proof = if rule.base == Base::Proof {
                "; the proof is taken to have come then"
            } else {
                ""
            };
            format!("{} on {} at {}{proof}.", base(rule.base), day(*of), zone.time(*at))
        }
        Step::AtOnce { article: by } => format!("It is due at once ({}).", article(*by)),
        Step::Extended { by, total, article: of } => {
            format!(
                "Extended once by {}, to {} in all ({}).",
                term(*by),
                term(*total),
                article(*of)
            )
        }
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
        Step::Months { count, last, is_shorter, article: by, counting } => format!(
            "{} {} on {}, {} ({}; {}).",
            term(Term { count: *count, unit: Unit::Months }),
            if *count == 1 { "ends" } else { "end" },
            day(*last),
            if *is_shorter {
                "the last day of a shorter month"
            } else {
                "the day of the same number"
            },
            article(*by),
            article(*counting)
        ),
        Step::WorkingDays { count, last, skipped, worked, versions: of, article: by } => format!(
            "{} end on {} ({}). Not counted: weekends{}{} ({}).",
            term(Term { count: *count, unit: Unit::WorkingDays }),
            day(*last),
            article(*by),
            holidays(skipped),
            worked_days(worked),
            versions(of)
        ),
        Step::Rested { cause: of, from, to, days, held, article: by } => format!(
            "The clock rested for {}, asked for on {} and given on {}: {} ({}).",
            cause(*of),
            Lang::En.date(*from),
            Lang::En.date(*to),
            days_gained(*days, *held),
            article(*by)
        ),
        Step::Anew { from, awaited: true, last, article: by } => format!(
            "Counted from {}, were identity proven then, it would end sooner: on {} ({}).",
            Lang::En.date(*from),
            day(*last),
            article(*by)
        ),
        Step::Anew { from, awaited: false, last, article: by } => format!(
            "Counted from {}, when identity was proven, it ends sooner: on {} ({}).",
            Lang::En.date(*from),
            day(*last),
            article(*by)
        ),
        Step::Resting { cause: of, since, article: by } => format!(
            "The clock has been resting since {}, for {} ({}). The last day moves on meanwhile.",
            Lang::En.date(*since),
            cause(*of),
            article(*by)
        ),
        Step::NoRest { cause: of, from } => {
            let what = match of {
                Cause::Identity => "Proof of identity",
                Cause::Clarification => "A clarification",
            };
            format!(
                "{what} was asked for on {}: this clock does not stop for that.",
                Lang::En.date(*from)
            )
        }
        Step::RestTooLate { cause: of, from } => format!(
            "The term was over when {} was asked for on {}: that stops nothing.",
            cause(*of),
            Lang::En.date(*from)
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
        Step::Provisional { version: of } if of.source == Source::Computed => format!(
            "Provisional: the days off of {} are not known here yet ({}), and the day may move either way.",
            of.year,
            version(*of)
        ),
        Step::Provisional { version: of } => format!(
            "Provisional: no holidays are known for {} ({}); each one would make the day later.",
            of.year,
            version(*of)
        ),
        Step::LastDay { day: of, at } => {
            format!("Last day: {}, until {}.", day(*of), zone.time(*at))
        }
    }
}

/// The holidays among days that were counted, behind the weekends.
fn holidays(skipped: &[(Date, Date)]) -> String {
    let days = skipped.iter().map(|(from, to)| {
        if from == to {
            format!(", {}", Lang::En.date(*from))
        } else {
            format!(", {} to {}", Lang::En.date(*from), Lang::En.date(*to))
        }
    });
    days.collect()
}

/// The weekend days among them that were worked.
fn worked_days(worked: &[Date]) -> String {
    if worked.is_empty() {
        return String::new();
    }
    let days: Vec<String> = worked.iter().map(|of| day(*of)).collect();
    format!("; counted: {}", days.join("; "))
}

/// How many days a rest adds to the term.
fn days_gained(days: u32, held: bool) -> String {
    match days {
        _ if held => "it was asked for while the term was put off to a working day, so the term does not end before the day on which it was given".to_owned(),
        0 => "that adds no day".to_owned(),
        1 => "1 day is added".to_owned(),
        _ => format!("{days} days are added"),
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
