//! English: legal clocks.

use desk_core::clock::calendar::{RELEASED, Source, Version};
use desk_core::clock::due::{Cause, ExtensionRefusal, Step};
use desk_core::clock::regime::{
    Act, Article, Base, Checked, Law, Note, Regime, Right, Rule, Term, Unit,
};
use desk_core::clock::zone::Zone;
use desk_core::time::{Date, Weekday};
use desk_core::words::{Clause, Words};
use desk_core::{said, say};

use super::date;
use crate::texts::clock::ClockTexts;
use crate::texts::figure;

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
    term: |of| said!(term(of)),
    article: |of| said!(article(of)),
    version: |of| said!(version(of)),
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
    say_day: |text, date| day(date).say(text),
    say_step: step,
    days_left: |days| match days {
        0 => "today is the last day".to_owned(),
        1 => "1 day left".to_owned(),
        2.. => said!(figure(days), " days left"),
        -1 => "1 day late".to_owned(),
        _ => said!(figure(days.saturating_neg()), " days late"),
    },
    working_days_left: |days| match days {
        1 => "1 working day left".to_owned(),
        _ => said!(figure(days), " working days left"),
    },
    none_left: "No day was left when the clock stopped.",
    resting: "The clock is resting: nothing is late while the person is waited for.",
    overdue: |at, zone| said!("Overdue since ", day(zone.date(at)), ", ", zone.time(at), "."),
    provisional: "provisional",
};

fn day(of: Date) -> impl Words {
    let name = match of.weekday() {
        Weekday::Monday => "Monday, ",
        Weekday::Tuesday => "Tuesday, ",
        Weekday::Wednesday => "Wednesday, ",
        Weekday::Thursday => "Thursday, ",
        Weekday::Friday => "Friday, ",
        Weekday::Saturday => "Saturday, ",
        Weekday::Sunday => "Sunday, ",
    };
    Clause(move |text: &mut String| say!(text, name, date(of)))
}

fn term(term: Term) -> impl Words {
    let (one, many) = match term.unit {
        Unit::Hours => ("hour", "hours"),
        Unit::WorkingDays => ("working day", "working days"),
        Unit::CalendarDays => ("calendar day", "calendar days"),
        Unit::Months => ("month", "months"),
    };
    let noun = if term.count == 1 { one } else { many };
    Clause(move |text: &mut String| {
        if term.is_at_once() {
            text.push_str("at once");
        } else {
            say!(text, figure(term.count), " ", noun);
        }
    })
}

fn article(Article { law, place }: Article) -> impl Words {
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
    Clause(move |text: &mut String| say!(text, before, place, after))
}

fn version(version: Version) -> impl Words {
    let Version { calendar, year, source } = version;
    let source = match source {
        Source::Released => RELEASED,
        Source::Operator => "as configured",
        Source::Computed => "computed",
        Source::Weekends => "weekends only",
    };
    Clause(move |text: &mut String| say!(text, calendar.name(), "-", figure(year), ", ", source))
}

fn versions(versions: &[Version]) -> impl Words {
    Clause(move |text: &mut String| {
        text.push_str(if versions.len() == 1 { "calendar " } else { "calendars " });
        for (at, of) in versions.iter().enumerate() {
            say!(text, if at == 0 { "" } else { "; " }, version(*of));
        }
    })
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

fn step(text: &mut String, step: &Step, rule: &Rule, zone: &Zone) {
    match step {
        Step::Received { at, day: of } => {
            let proof = if rule.base == Base::Proof {
                "; the proof is taken to have come then"
            } else {
                ""
            };
            say!(text, base(rule.base), " on ", day(*of), " at ", zone.time(*at), proof, ".")
        }
        Step::AtOnce { article: by } => say!(text, "It is due at once (", article(*by), ")."),
        Step::Extended { by, total, article: of } => say!(
            text,
            "Extended once by ",
            term(*by),
            ", to ",
            term(*total),
            " in all (",
            article(*of),
            ")."
        ),
        Step::NoExtension => {
            say!(text, "The law knows no extension of this term: none is counted.")
        }
        Step::NextDay { first, article: by } => say!(
            text,
            "That day does not count. Counting begins the next day: ",
            day(*first),
            " (",
            article(*by),
            ")."
        ),
        Step::Hours { count, at, article: by } => say!(
            text,
            term(Term { count: *count, unit: Unit::Hours }),
            " end on ",
            day(zone.date(*at)),
            " at ",
            zone.time(*at),
            " (",
            article(*by),
            "). They are real hours: nights, weekends and holidays count."
        ),
        Step::CalendarDays { count, last, article: by } => say!(
            text,
            term(Term { count: *count, unit: Unit::CalendarDays }),
            " end on ",
            day(*last),
            " (",
            article(*by),
            ")."
        ),
        Step::Months { count, last, is_shorter, article: by, counting } => {
            let why = if *is_shorter {
                "the last day of a shorter month"
            } else {
                "the day of the same number"
            };
            let verb = if *count == 1 { "ends" } else { "end" };
            say!(
                text,
                term(Term { count: *count, unit: Unit::Months }),
                " ",
                verb,
                " on ",
                day(*last),
                ", ",
                why,
                " (",
                article(*by),
                "; ",
                article(*counting),
                ")."
            )
        }
        Step::WorkingDays { count, last, skipped, worked, versions: of, article: by } => {
            say!(
                text,
                term(Term { count: *count, unit: Unit::WorkingDays }),
                " end on ",
                day(*last),
                " (",
                article(*by),
                "). Not counted: weekends"
            );
            for (from, to) in skipped {
                text.push_str(", ");
                say!(text, date(*from));
                if from != to {
                    text.push_str(" to ");
                    say!(text, date(*to));
                }
            }
            for (at, of) in worked.iter().enumerate() {
                text.push_str(if at == 0 { "; counted: " } else { "; " });
                say!(text, day(*of));
            }
            say!(text, " (", versions(of), ").")
        }
        Step::Rested { cause: of, from, to, days, held, article: by } => {
            let gained = Clause(|text: &mut String| match days {
                _ if *held => say!(
                    text,
                    "it was asked for while the term was put off to a working day, so the term does not end before the day on which it was given"
                ),
                0 => say!(text, "that adds no day"),
                1 => say!(text, "1 day is added"),
                _ => say!(text, figure(*days), " days are added"),
            });
            say!(
                text,
                "The clock rested for ",
                cause(*of),
                ", asked for on ",
                date(*from),
                " and given on ",
                date(*to),
                ": ",
                gained,
                " (",
                article(*by),
                ")."
            )
        }
        Step::Anew { from, awaited, last, article: by } => say!(
            text,
            "Counted from ",
            date(*from),
            if *awaited {
                ", were identity proven then, it would end sooner: on "
            } else {
                ", when identity was proven, it ends sooner: on "
            },
            day(*last),
            " (",
            article(*by),
            ")."
        ),
        Step::Resting { cause: of, since, article: by } => say!(
            text,
            "The clock has been resting since ",
            date(*since),
            ", for ",
            cause(*of),
            " (",
            article(*by),
            "). The last day moves on meanwhile."
        ),
        Step::NoRest { cause: of, from } => say!(
            text,
            match of {
                Cause::Identity => "Proof of identity",
                Cause::Clarification => "A clarification",
            },
            " was asked for on ",
            date(*from),
            ": this clock does not stop for that."
        ),
        Step::RestTooLate { cause: of, from } => say!(
            text,
            "The term was over when ",
            cause(*of),
            " was asked for on ",
            date(*from),
            ": that stops nothing."
        ),
        Step::Roll { from, to, versions: of, article: by } if from == to => say!(
            text,
            day(*from),
            " is a working day, so it stays (",
            article(*by),
            "; ",
            versions(of),
            ")."
        ),
        Step::Roll { from, to, versions: of, article: by } => say!(
            text,
            day(*from),
            " is a day off: the term ends on the next working day, ",
            day(*to),
            " (",
            article(*by),
            "; ",
            versions(of),
            ")."
        ),
        Step::NoRoll { day: of } => say!(
            text,
            day(*of),
            " is a day off, and the term ends then all the same: there is no rule that we would rely on to put it off."
        ),
        Step::Provisional { version: of } => match of.source {
            Source::Computed => say!(
                text,
                "Provisional: the days off of ",
                figure(of.year),
                " are not known here yet (",
                version(*of),
                "), and the day may move either way."
            ),
            _ => say!(
                text,
                "Provisional: no holidays are known for ",
                figure(of.year),
                " (",
                version(*of),
                "); each one would make the day later."
            ),
        },
        Step::LastDay { day: of, at } => {
            say!(text, "Last day: ", day(*of), ", until ", zone.time(*at), ".")
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
