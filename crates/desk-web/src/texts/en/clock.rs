//! English: legal clocks.

use desk_core::clock::calendar::{RELEASED, Source, Version};
use desk_core::clock::due::{Cause, ExtensionRefusal, Step};
use desk_core::clock::regime::{
    Act, Article, Base, Checked, Law, Note, Regime, Right, Rule, Term, Unit,
};
use desk_core::clock::zone::Zone;
use desk_core::time::{Date, Weekday};

use super::TEXTS;
use crate::texts::clock::ClockTexts;
use crate::texts::number;

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
        2.. => [&number(days), " days left"].concat(),
        -1 => "1 day late".to_owned(),
        _ => [&number(days.saturating_neg()), " days late"].concat(),
    },
    working_days_left: |days| match days {
        1 => "1 working day left".to_owned(),
        _ => [&number(days), " working days left"].concat(),
    },
    none_left: "No day was left when the clock stopped.",
    resting: "The clock is resting: nothing is late while the person is waited for.",
    overdue: |at, zone| ["Overdue since ", &day(zone.date(at)), ", ", &zone.time(at), "."].concat(),
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
    [name, ", ", &(TEXTS.date)(date)].concat()
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
    let noun = if term.count == 1 { one } else { many };
    [&number(term.count), " ", noun].concat()
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
        Source::Released => RELEASED,
        Source::Operator => "as configured",
        Source::Computed => "computed",
        Source::Weekends => "weekends only",
    };
    [calendar.name(), "-", &number(year), ", ", source].concat()
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
        Base::Receipt | Base::Proof => "Received",
        Base::Discovery => "Found",
        Base::Attainment => "Purpose attained",
        Base::Blocking => "Blocked",
    }
}

fn step(step: &Step, rule: &Rule, zone: &Zone) -> String {
    let date = TEXTS.date;
    match step {
        Step::Received { at, day: of } => {
            let proof = if rule.base == Base::Proof { "; the proof is taken to have come then" } else { "" };
            [base(rule.base), " on ", &day(*of), " at ", &zone.time(*at), proof, "."].concat()
        }
        Step::AtOnce { article: by } => ["It is due at once (", &article(*by), ")."].concat(),
        Step::Extended { by, total, article: of } => ["Extended once by ", &term(*by), ", to ", &term(*total), " in all (", &article(*of), ")."].concat(),
        Step::NoExtension => "The law knows no extension of this term: none is counted.".to_owned(),
        Step::NextDay { first, article: by } => ["That day does not count. Counting begins the next day: ", &day(*first), " (", &article(*by), ")."].concat(),
        Step::Hours { count, at, article: by } => [&term(Term { count: *count, unit: Unit::Hours }), " end on ", &day(zone.date(*at)), " at ", &zone.time(*at), " (", &article(*by), "). They are real hours: nights, weekends and holidays count."].concat(),
        Step::CalendarDays { count, last, article: by } => [&term(Term { count: *count, unit: Unit::CalendarDays }), " end on ", &day(*last), " (", &article(*by), ")."].concat(),
        Step::Months { count, last, is_shorter, article: by, counting } => {
            let why = if *is_shorter {
                "the last day of a shorter month"
            } else {
                "the day of the same number"
            };
            let verb = if *count == 1 { "ends" } else { "end" };
            [&term(Term { count: *count, unit: Unit::Months }), " ", verb, " on ", &day(*last), ", ", why, " (", &article(*by), "; ", &article(*counting), ")."].concat()
        }
        Step::WorkingDays { count, last, skipped, worked, versions: of, article: by } => {
            let mut text = [&term(Term { count: *count, unit: Unit::WorkingDays }), " end on ", &day(*last), " (", &article(*by), "). Not counted: weekends"].concat();
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
        Step::Rested { cause: of, from, to, days, held, article: by } => {
            let gained = match days {
                _ if *held => "it was asked for while the term was put off to a working day, so the term does not end before the day on which it was given".to_owned(),
                0 => "that adds no day".to_owned(),
                1 => "1 day is added".to_owned(),
                _ => [&number(*days), " days are added"].concat(),
            };
            ["The clock rested for ", cause(*of), ", asked for on ", &date(*from), " and given on ", &date(*to), ": ", &gained, " (", &article(*by), ")."].concat()
        }
        Step::Anew { from, last, article: by } => ["Counted from ", &date(*from), ", when identity was proven, it ends sooner: on ", &day(*last), " (", &article(*by), ")."].concat(),
        Step::Resting { cause: of, since, article: by } => ["The clock has been resting since ", &date(*since), ", for ", cause(*of), " (", &article(*by), "). Every day until then will be added."].concat(),
        Step::NoRest { cause: of, from } => [match of {
                Cause::Identity => "Proof of identity",
                Cause::Clarification => "A clarification",
            }, " was asked for on ", &date(*from), ": this clock does not stop for that."].concat(),
        Step::RestTooLate { cause: of, from } => ["The term was over when ", cause(*of), " was asked for on ", &date(*from), ": that stops nothing."].concat(),
        Step::Roll { from, to, versions: of, article: by } if from == to => [&day(*from), " is a working day, so it stays (", &article(*by), "; ", &versions(of), ")."].concat(),
        Step::Roll { from, to, versions: of, article: by } => [&day(*from), " is a day off: the term ends on the next working day, ", &day(*to), " (", &article(*by), "; ", &versions(of), ")."].concat(),
        Step::NoRoll { day: of } => [&day(*of), " is a day off, and the term ends then all the same: there is no rule that we would rely on to put it off."].concat(),
        Step::Provisional { version: of } => match of.source {
            Source::Computed => ["Provisional: the days off of ", &number(of.year), " are not known here yet (", &version(*of), "), and the day may move either way."].concat(),
            _ => ["Provisional: no holidays are known for ", &number(of.year), " (", &version(*of), "); each one would make the day later."].concat(),
        },
        Step::LastDay { day: of, at } => {
            ["Last day: ", &day(*of), ", until ", &zone.time(*at), "."].concat()
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
