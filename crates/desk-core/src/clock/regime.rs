//! What the laws say of terms, as one table: for each regime and right what is due, within which time, counted from what,
//! whether it may be extended or rest, and the article that says so.
//!
//! Each row says where its number was seen ([`Checked`]), and a correction is a change of data.

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;

/// A law that gives people rights in their data. Stored by its place in this list: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Regime {
    /// Russia: Federal Law 152-FZ "On Personal Data", as amended by 266-FZ of 14 July 2022.
    Ru152Fz,
    /// The European Union: Regulation 2016/679.
    EuGdpr,
    /// The United Kingdom: UK GDPR and the Data Protection Act 2018, as amended by the DUAA 2025.
    UkGdpr,
    /// California: the CCPA and its regulations.
    UsCa,
    /// Brazil: Lei Geral de Proteção de Dados, Law 13.709/2018.
    BrLgpd,
}

impl Regime {
    /// Every regime.
    pub const ALL: [Self; 5] =
        [Self::Ru152Fz, Self::EuGdpr, Self::UkGdpr, Self::UsCa, Self::BrLgpd];

    /// The regime's name in the configuration and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ru152Fz => "ru-152fz",
            Self::EuGdpr => "eu-gdpr",
            Self::UkGdpr => "uk-gdpr",
            Self::UsCa => "us-ca",
            Self::BrLgpd => "br-lgpd",
        }
    }

    /// Finds a regime by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|regime| regime.name() == name)
    }

    /// The calendar of its working days.
    pub const fn calendar(self) -> Calendar {
        match self {
            Self::Ru152Fz => Calendar::Ru,
            Self::EuGdpr => Calendar::Eu,
            Self::UkGdpr => Calendar::Uk,
            Self::UsCa => Calendar::UsCa,
            Self::BrLgpd => Calendar::Br,
        }
    }

    /// How it counts.
    pub const fn counting(self) -> Counting {
        match self {
            Self::Ru152Fz => Counting {
                begins: civil("191"),
                months: civil("191, 192(3)"),
                rolls: Some(civil("193")),
                anew: None,
            },
            Self::EuGdpr => Counting {
                begins: Article { law: Law::Reg1182, place: "3(1)" },
                months: Article { law: Law::Reg1182, place: "3(1), 3(2)(c)" },
                rolls: Some(Article { law: Law::Reg1182, place: "3(4)" }),
                anew: None,
            },
            Self::UkGdpr => {
                let anew = Some(uk_gdpr("12A(2)(b)"));
                Counting { begins: ICO, months: ICO, rolls: Some(ICO), anew }
            }
            Self::UsCa => {
                let code = Article { law: Law::CaCivil, place: "10" };
                Counting { begins: code, months: code, rolls: None, anew: None }
            }
            Self::BrLgpd => Counting {
                begins: Article { law: Law::BrCivil, place: "132" },
                months: Article { law: Law::BrCivil, place: "132 § 3" },
                rolls: None,
                anew: None,
            },
        }
    }
}

/// The articles by which a regime counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counting {
    /// The day of the event does not count: the first day is the next.
    pub begins: Article,
    /// A term of months ends on the day of the same number, or on the last of a shorter month.
    pub months: Article,
    /// A term that would end on a day off ends on the next working day; `None` where we give ourselves no such day.
    pub rolls: Option<Article>,
    /// A term of months begins when the person has shown who they are, where that ends it sooner than going on would.
    pub anew: Option<Article>,
}

/// What somebody asks for, or what the law demands unasked. Stored by its place in this list: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Right {
    /// To know what is held, and to have a copy.
    Access,
    /// To have it in a form that another service can read.
    Portability,
    /// To have it corrected.
    Rectification,
    /// To have it deleted.
    Erasure,
    /// To have its use limited or blocked.
    Restriction,
    /// To have its use stopped.
    Objection,
    /// To take back consent.
    Withdrawal,
    /// To complain to whoever answers for the data (UK: DPA 2018 s. 164A).
    Complaint,
    /// To stop the sale or sharing of data (California).
    OptOut,
    /// To tell the authority of a breach.
    BreachNotice,
    /// To tell the authority what the inquiry into a breach found (152-FZ).
    BreachReport,
    /// To stop unlawful processing once it is found (152-FZ).
    StopUnlawful,
    /// To destroy what cannot be made lawful (152-FZ).
    DestroyUnlawful,
    /// To destroy what has served its purpose (152-FZ).
    PurposeAttained,
    /// To answer the authority (152-FZ).
    Regulator,
    /// To destroy what could not be destroyed in time (152-FZ).
    CannotDestroy,
    /// To stop spreading what was permitted for dissemination (152-FZ).
    Dissemination,
}

impl Right {
    /// Every right and duty.
    pub const ALL: [Self; 17] = [
        Self::Access,
        Self::Portability,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::Withdrawal,
        Self::Complaint,
        Self::OptOut,
        Self::BreachNotice,
        Self::BreachReport,
        Self::StopUnlawful,
        Self::DestroyUnlawful,
        Self::PurposeAttained,
        Self::Regulator,
        Self::CannotDestroy,
        Self::Dissemination,
    ];

    /// What people may request everywhere.
    pub const REQUESTS: [Self; 7] = [
        Self::Access,
        Self::Portability,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::Withdrawal,
    ];

    /// The right's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Objection => "objection",
            Self::Withdrawal => "withdrawal",
            Self::Complaint => "complaint",
            Self::OptOut => "opt-out",
            Self::BreachNotice => "breach-notice",
            Self::BreachReport => "breach-report",
            Self::StopUnlawful => "stop-unlawful",
            Self::DestroyUnlawful => "destroy-unlawful",
            Self::PurposeAttained => "purpose-attained",
            Self::Regulator => "regulator",
            Self::CannotDestroy => "cannot-destroy",
            Self::Dissemination => "dissemination",
        }
    }

    /// Finds a right by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name() == name)
    }
}

/// What is due. Stored by its place in this list: new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// To confirm that the request has arrived.
    Acknowledge,
    /// To answer it: to do what was asked and say so, or to refuse with reasons.
    Answer,
    /// To confirm whether data is held, in short (LGPD).
    Confirm,
    /// To correct.
    Correct,
    /// To destroy, and to say so.
    Destroy,
    /// To block while the matter is looked into.
    Block,
    /// To stop.
    Stop,
    /// To notify the authority.
    Notify,
    /// To report to the authority what was found.
    Report,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 9] = [
        Self::Acknowledge,
        Self::Answer,
        Self::Confirm,
        Self::Correct,
        Self::Destroy,
        Self::Block,
        Self::Stop,
        Self::Notify,
        Self::Report,
    ];

    /// The act's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Answer => "answer",
            Self::Confirm => "confirm",
            Self::Correct => "correct",
            Self::Destroy => "destroy",
            Self::Block => "block",
            Self::Stop => "stop",
            Self::Notify => "notify",
            Self::Report => "report",
        }
    }

    /// Finds an act by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}

/// What a term is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Real hours: nights, weekends and holidays count.
    Hours,
    /// Working days of the regime's calendar.
    WorkingDays,
    /// Days, one after the other.
    CalendarDays,
    /// Months, to the day of the same number.
    Months,
}

impl Unit {
    /// The unit's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::WorkingDays => "working-days",
            Self::CalendarDays => "calendar-days",
            Self::Months => "months",
        }
    }
}

/// A stretch of time as a law measures it. No hours at all is "at once".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// How many.
    pub count: u16,
    /// Of what.
    pub unit: Unit,
}

impl Term {
    /// At once.
    pub const AT_ONCE: Self = Self { count: 0, unit: Unit::Hours };

    /// Whether it is "at once".
    pub const fn is_at_once(self) -> bool {
        self.count == 0
    }
}

/// The event from which a term is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The request, the complaint or the withdrawal arrived.
    Receipt,
    /// The person gave proof that the data is wrong, unlawful or not needed.
    Proof,
    /// The breach or the unlawful processing was found.
    Discovery,
    /// The purpose of the processing was attained.
    Attainment,
    /// The data was blocked because it could not be destroyed in time.
    Blocking,
}

impl Base {
    /// The event's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Proof => "proof",
            Self::Discovery => "discovery",
            Self::Attainment => "attainment",
            Self::Blocking => "blocking",
        }
    }
}

/// Where number, unit and event of a row were seen. `docs/clocks.md` says in which copy, and of which version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// In the text of the law in force.
    LawText,
    /// In what an authority or a legislature publishes about it.
    Official,
    /// In a legal database, a commentary or a vendor's page.
    Secondary,
    /// Nowhere: it is what is commonly held.
    No,
}

impl Checked {
    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LawText => "law-text",
            Self::Official => "official",
            Self::Secondary => "secondary",
            Self::No => "no",
        }
    }
}

/// What one has to know about a row beside its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// 152-FZ knows no right to portability: such a request is answered as one for access.
    AnsweredAsAccess,
    /// The law names no event: blocking must not come later than the end of the term that could not be kept.
    BaseIsAReading,
    /// Nothing may rest on a consent that was taken back; the law names no term for what follows.
    BasisFallsAway,
    /// The duty is there only where the data is got unlawfully or not needed for its purpose.
    IfUnlawfulOrUnneeded,
    /// Where direct marketing is objected to, it stops at once.
    MarketingAtOnce,
    /// The law gives no number: the term of the regime's other requests is kept.
    NoNumber,
    /// It is the term of whoever spreads the data; the operator itself stops when the demand arrives.
    OperatorAtOnce,
    /// The law knows no such request: it is treated as an opt-out.
    TreatedAsOptOut,
    /// The law says "at once" or "without delay", without a number.
    WithoutDelay,
}

impl Note {
    /// The note's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AnsweredAsAccess => "answered-as-access",
            Self::BaseIsAReading => "base-is-a-reading",
            Self::BasisFallsAway => "basis-falls-away",
            Self::IfUnlawfulOrUnneeded => "if-unlawful-or-unneeded",
            Self::MarketingAtOnce => "marketing-at-once",
            Self::NoNumber => "no-number",
            Self::OperatorAtOnce => "operator-at-once",
            Self::TreatedAsOptOut => "treated-as-opt-out",
            Self::WithoutDelay => "without-delay",
        }
    }
}

/// A text of law, or of an authority, that a step of counting rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Federal Law 152-FZ.
    Fz152,
    /// The Civil Code of Russia, by analogy.
    RuCivil,
    /// Regulation (EU) 2016/679.
    Gdpr,
    /// Regulation (EEC, Euratom) 1182/71, on periods, dates and time limits.
    Reg1182,
    /// The UK GDPR.
    UkGdpr,
    /// The Data Protection Act 2018.
    UkDpa,
    /// What the Information Commission, until 2026 the Information Commissioner's Office, says of time limits.
    Ico,
    /// Guidelines 01/2022 of the European Data Protection Board, on the right of access.
    Edpb,
    /// The regulations of the CCPA, California Code of Regulations title 11.
    CcpaRegs,
    /// The Civil Code of California.
    CaCivil,
    /// The LGPD.
    Lgpd,
    /// The Civil Code of Brazil.
    BrCivil,
}

impl Law {
    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fz152 => "152-FZ",
            Self::RuCivil => "RU Civil Code",
            Self::Gdpr => "GDPR",
            Self::Reg1182 => "Regulation 1182/71",
            Self::UkGdpr => "UK GDPR",
            Self::UkDpa => "DPA 2018",
            Self::Ico => "ICO",
            Self::Edpb => "EDPB Guidelines 01/2022",
            Self::CcpaRegs => "11 CCR",
            Self::CaCivil => "Cal. Civ. Code",
            Self::Lgpd => "LGPD",
            Self::BrCivil => "BR Civil Code",
        }
    }
}

/// A place in a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Article {
    /// The law.
    pub law: Law,
    /// Article and part, such as `14(3)`; several are separated by commas. Empty where the whole text is meant.
    pub place: &'static str,
}

const ICO: Article = Article { law: Law::Ico, place: "" };

const fn civil(place: &'static str) -> Article {
    Article { law: Law::RuCivil, place }
}

/// One clock of one right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The regime.
    pub regime: Regime,
    /// The right or duty.
    pub right: Right,
    /// What is due.
    pub act: Act,
    /// Within which time.
    pub term: Term,
    /// Counted from what.
    pub base: Base,
    /// By how much it may be extended, once; in the same unit.
    pub extension: Option<Term>,
    /// The article that lets it rest while the person has yet to show who they are.
    pub identity_rests: Option<Article>,
    /// The article that lets it rest while the person has yet to say what they mean.
    pub clarification_rests: Option<Article>,
    /// Whether a last day that is off is put off to the next working day.
    pub rolls: bool,
    /// The article that gives the term and its extension.
    pub article: Article,
    /// Where the numbers were seen.
    pub checked: Checked,
    /// What else one has to know.
    pub note: Option<Note>,
}

/// Every clock of a right in a regime, in the order in which one would keep them; none where the law does not know it.
pub fn rules(regime: Regime, right: Right) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(move |rule| rule.regime == regime && rule.right == right)
}

/// The clock that a request of this right is kept by: that of the answer, not of the acknowledgement or of what is due at
/// once; `None` where the regime does not know the right.
pub fn leading(regime: Regime, right: Right) -> Option<&'static Rule> {
    let leads = |rule: &&Rule| rule.act != Act::Acknowledge && !rule.term.is_at_once();
    rules(regime, right).find(leads).or_else(|| rules(regime, right).next())
}

/// The clock of an act of a right in a regime.
pub fn rule(regime: Regime, right: Right, act: Act) -> Option<&'static Rule> {
    rules(regime, right).find(|rule| rule.act == act)
}

const fn hours(count: u16) -> Term {
    Term { count, unit: Unit::Hours }
}

const fn working_days(count: u16) -> Term {
    Term { count, unit: Unit::WorkingDays }
}

const fn days(count: u16) -> Term {
    Term { count, unit: Unit::CalendarDays }
}

const fn months(count: u16) -> Term {
    Term { count, unit: Unit::Months }
}

const fn fz(place: &'static str) -> Article {
    Article { law: Law::Fz152, place }
}

const fn gdpr(place: &'static str) -> Article {
    Article { law: Law::Gdpr, place }
}

const fn uk_gdpr(place: &'static str) -> Article {
    Article { law: Law::UkGdpr, place }
}

const fn ccpa(place: &'static str) -> Article {
    Article { law: Law::CcpaRegs, place }
}

const fn lgpd(place: &'static str) -> Article {
    Article { law: Law::Lgpd, place }
}

/// 152-FZ: the information of article 14(7), within the ten working days that 20(1) names as well.
const RU: Rule = Rule {
    regime: Regime::Ru152Fz,
    right: Right::Access,
    act: Act::Answer,
    term: working_days(10),
    base: Base::Receipt,
    extension: Some(working_days(5)),
    identity_rests: None,
    clarification_rests: None,
    rolls: false,
    article: fz("14(3), 20(1)"),
    checked: Checked::Secondary,
    note: None,
};

/// 152-FZ: what is due without an extension.
const RU_ONCE: Rule = Rule { extension: None, ..RU };

/// GDPR: one month, two more if need be.
const EU: Rule = Rule {
    regime: Regime::EuGdpr,
    right: Right::Access,
    act: Act::Answer,
    term: months(1),
    base: Base::Receipt,
    extension: Some(months(2)),
    // Article 12(6) lets the controller ask who it is, and says nothing of the clock: that it may rest meanwhile is what
    // the authorities hold. They hold it of a wish to know more precisely as well, for those who process much; it is not
    // relied on.
    identity_rests: Some(Article { law: Law::Edpb, place: "159" }),
    clarification_rests: None,
    rolls: true,
    article: gdpr("12(3)"),
    checked: Checked::LawText,
    note: None,
};

/// UK GDPR: the same, with articles of its own for what rests (DUAA 2025 s. 76, in force since 5 February 2026).
const UK: Rule = Rule {
    regime: Regime::UkGdpr,
    identity_rests: Some(uk_gdpr("12A(2)(b)")),
    article: uk_gdpr("12(3), 12A"),
    ..EU
};

/// A breach that is to be told to the authority within 72 hours.
const EU_BREACH: Rule = Rule {
    right: Right::BreachNotice,
    act: Act::Notify,
    term: hours(72),
    base: Base::Discovery,
    extension: None,
    identity_rests: None,
    clarification_rests: None,
    rolls: false,
    article: gdpr("33(1)"),
    ..EU
};

/// CCPA: 45 days from receipt however long it takes to verify who asks, 45 more if need be.
const CA: Rule = Rule {
    regime: Regime::UsCa,
    right: Right::Access,
    act: Act::Answer,
    term: days(45),
    base: Base::Receipt,
    extension: Some(days(45)),
    identity_rests: None,
    clarification_rests: None,
    rolls: false,
    article: ccpa("7021(b)"),
    checked: Checked::Secondary,
    note: None,
};

const CA_RECEIVED: Rule = Rule {
    act: Act::Acknowledge,
    term: working_days(10),
    extension: None,
    article: ccpa("7021(a)"),
    ..CA
};

/// CCPA: an opt-out of sale or sharing.
const CA_OUT: Rule = Rule {
    right: Right::OptOut,
    act: Act::Stop,
    term: working_days(15),
    extension: None,
    article: ccpa("7026(f)"),
    ..CA
};

/// LGPD: the full answer.
const BR: Rule = Rule {
    regime: Regime::BrLgpd,
    right: Right::Access,
    act: Act::Answer,
    term: days(15),
    base: Base::Receipt,
    extension: None,
    identity_rests: None,
    clarification_rests: None,
    rolls: false,
    article: lgpd("19 II"),
    checked: Checked::LawText,
    note: None,
};

/// LGPD: the other rights, whose terms article 18 § 5 leaves to a regulation.
const BR_OTHER: Rule =
    Rule { article: lgpd("18 § 5"), checked: Checked::No, note: Some(Note::NoNumber), ..BR };

/// Every clock.
pub static RULES: [Rule; 55] = [
    // Russia.
    RU,
    Rule { right: Right::Portability, note: Some(Note::AnsweredAsAccess), ..RU },
    Rule {
        right: Right::Rectification,
        act: Act::Correct,
        term: working_days(7),
        base: Base::Proof,
        article: fz("20(3)"),
        ..RU_ONCE
    },
    Rule {
        right: Right::Erasure,
        act: Act::Destroy,
        term: working_days(7),
        base: Base::Proof,
        article: fz("20(3)"),
        note: Some(Note::IfUnlawfulOrUnneeded),
        ..RU_ONCE
    },
    Rule {
        right: Right::Restriction,
        act: Act::Block,
        term: Term::AT_ONCE,
        article: fz("21(1)"),
        note: Some(Note::WithoutDelay),
        ..RU_ONCE
    },
    Rule {
        right: Right::Restriction,
        act: Act::Correct,
        term: working_days(7),
        base: Base::Proof,
        article: fz("21(2)"),
        ..RU_ONCE
    },
    Rule {
        right: Right::Objection,
        act: Act::Stop,
        article: fz("21(5.1)"),
        note: Some(Note::MarketingAtOnce),
        ..RU
    },
    Rule {
        right: Right::Withdrawal,
        act: Act::Destroy,
        term: days(30),
        rolls: true,
        article: fz("21(5)"),
        checked: Checked::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::BreachNotice,
        act: Act::Notify,
        term: hours(24),
        base: Base::Discovery,
        article: fz("21(3.1)"),
        checked: Checked::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::BreachReport,
        act: Act::Report,
        term: hours(72),
        base: Base::Discovery,
        article: fz("21(3.1)"),
        checked: Checked::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::StopUnlawful,
        act: Act::Stop,
        term: working_days(3),
        base: Base::Discovery,
        article: fz("21(3)"),
        checked: Checked::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::DestroyUnlawful,
        act: Act::Destroy,
        base: Base::Discovery,
        article: fz("21(3)"),
        checked: Checked::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::PurposeAttained,
        act: Act::Destroy,
        term: days(30),
        base: Base::Attainment,
        rolls: true,
        article: fz("21(4)"),
        checked: Checked::LawText,
        ..RU_ONCE
    },
    Rule { right: Right::Regulator, article: fz("20(4)"), ..RU },
    Rule {
        right: Right::CannotDestroy,
        act: Act::Destroy,
        term: months(6),
        base: Base::Blocking,
        rolls: true,
        article: fz("21(6)"),
        note: Some(Note::BaseIsAReading),
        ..RU_ONCE
    },
    Rule {
        right: Right::Dissemination,
        act: Act::Stop,
        term: working_days(3),
        article: fz("10.1(14)"),
        note: Some(Note::OperatorAtOnce),
        ..RU_ONCE
    },
    // The European Union.
    EU,
    Rule { right: Right::Portability, ..EU },
    Rule { right: Right::Rectification, ..EU },
    Rule { right: Right::Erasure, ..EU },
    Rule { right: Right::Restriction, ..EU },
    Rule { right: Right::Objection, note: Some(Note::MarketingAtOnce), ..EU },
    // Article 12(3) covers the rights of articles 15 to 22; a withdrawal is one of article 7, and ends in erasure by 17(1).
    Rule {
        right: Right::Withdrawal,
        act: Act::Stop,
        term: Term::AT_ONCE,
        extension: None,
        identity_rests: None,
        rolls: false,
        article: gdpr("7(3)"),
        checked: Checked::No,
        note: Some(Note::BasisFallsAway),
        ..EU
    },
    Rule { right: Right::Withdrawal, article: gdpr("12(3), 17(1)(b)"), ..EU },
    EU_BREACH,
    // The United Kingdom.
    Rule { clarification_rests: Some(uk_gdpr("12A(5)")), ..UK },
    Rule { right: Right::Portability, ..UK },
    Rule { right: Right::Rectification, ..UK },
    Rule { right: Right::Erasure, ..UK },
    Rule { right: Right::Restriction, ..UK },
    Rule { right: Right::Objection, note: Some(Note::MarketingAtOnce), ..UK },
    Rule {
        right: Right::Withdrawal,
        act: Act::Stop,
        term: Term::AT_ONCE,
        extension: None,
        identity_rests: None,
        rolls: false,
        article: uk_gdpr("7(3)"),
        checked: Checked::No,
        note: Some(Note::BasisFallsAway),
        ..UK
    },
    Rule {
        right: Right::Withdrawal,
        article: uk_gdpr("12(3), 12A, 17(1)(b)"),
        checked: Checked::Secondary,
        ..UK
    },
    Rule {
        right: Right::Complaint,
        act: Act::Acknowledge,
        term: days(30),
        extension: None,
        identity_rests: None,
        article: Article { law: Law::UkDpa, place: "164A(3)" },
        ..UK
    },
    Rule {
        regime: Regime::UkGdpr,
        article: uk_gdpr("33(1)"),
        checked: Checked::Secondary,
        ..EU_BREACH
    },
    // California.
    CA_RECEIVED,
    CA,
    Rule { right: Right::Portability, ..CA_RECEIVED },
    Rule { right: Right::Portability, ..CA },
    Rule { right: Right::Rectification, ..CA_RECEIVED },
    Rule { right: Right::Rectification, ..CA },
    Rule { right: Right::Erasure, ..CA_RECEIVED },
    Rule { right: Right::Erasure, ..CA },
    Rule { right: Right::Restriction, article: ccpa("7027(g)"), ..CA_OUT },
    Rule { right: Right::Objection, note: Some(Note::TreatedAsOptOut), ..CA_OUT },
    Rule {
        right: Right::Withdrawal,
        checked: Checked::No,
        note: Some(Note::TreatedAsOptOut),
        ..CA_OUT
    },
    CA_OUT,
    // Brazil.
    Rule {
        act: Act::Confirm,
        term: Term::AT_ONCE,
        article: lgpd("19 I"),
        note: Some(Note::WithoutDelay),
        ..BR
    },
    BR,
    Rule { right: Right::Portability, ..BR_OTHER },
    Rule { right: Right::Rectification, ..BR_OTHER },
    Rule { right: Right::Erasure, ..BR_OTHER },
    Rule { right: Right::Restriction, ..BR_OTHER },
    Rule { right: Right::Objection, ..BR_OTHER },
    Rule { right: Right::Withdrawal, ..BR_OTHER },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_a_clock_in_every_regime() {
        for regime in Regime::ALL {
            assert_eq!(Regime::from_name(regime.name()), Some(regime));
            for right in Right::REQUESTS {
                let leading = leading(regime, right).unwrap();
                assert!(
                    !leading.term.is_at_once() && leading.act != Act::Acknowledge,
                    "{leading:?}"
                );
            }
        }
        for right in Right::ALL {
            assert_eq!(Right::from_name(right.name()), Some(right));
            assert!(RULES.iter().any(|rule| rule.right == right), "{right:?}");
        }
        for act in Act::ALL {
            assert_eq!(Act::from_name(act.name()), Some(act));
            assert!(RULES.iter().any(|rule| rule.act == act), "{act:?}");
        }
        assert!(leading(Regime::EuGdpr, Right::Dissemination).is_none());
    }

    #[test]
    fn the_table_is_sound() {
        for (at, row) in RULES.iter().enumerate() {
            let same = |other: &&Rule| {
                (other.regime, other.right, other.act) == (row.regime, row.right, row.act)
            };
            assert_eq!(RULES.iter().filter(same).count(), 1, "{at}: {row:?}");
            assert_eq!(rule(row.regime, row.right, row.act), Some(row));
            assert!(!row.article.place.is_empty());
            if let Some(extension) = row.extension {
                assert_eq!(extension.unit, row.term.unit, "{row:?}");
            }
            // What counts real hours or working days neither rests nor rolls.
            if matches!(row.term.unit, Unit::Hours | Unit::WorkingDays) {
                assert!(!row.rolls && row.identity_rests.is_none(), "{row:?}");
                assert!(row.clarification_rests.is_none());
            }
            if row.rolls {
                assert!(row.regime.counting().rolls.is_some(), "{row:?}");
            }
        }
    }

    /// The numbers of the laws, once more and in another shape.
    #[test]
    fn the_numbers_are_those_of_the_laws() {
        use Regime::{BrLgpd, EuGdpr, Ru152Fz, UkGdpr, UsCa};
        use Unit::{CalendarDays, Hours, Months, WorkingDays};
        let expected = [
            (Ru152Fz, "access/answer", 10, WorkingDays, 5, "14(3), 20(1)"),
            (Ru152Fz, "rectification/correct", 7, WorkingDays, 0, "20(3)"),
            (Ru152Fz, "erasure/destroy", 7, WorkingDays, 0, "20(3)"),
            (Ru152Fz, "restriction/block", 0, Hours, 0, "21(1)"),
            (Ru152Fz, "restriction/correct", 7, WorkingDays, 0, "21(2)"),
            (Ru152Fz, "objection/stop", 10, WorkingDays, 5, "21(5.1)"),
            (Ru152Fz, "withdrawal/destroy", 30, CalendarDays, 0, "21(5)"),
            (Ru152Fz, "breach-notice/notify", 24, Hours, 0, "21(3.1)"),
            (Ru152Fz, "breach-report/report", 72, Hours, 0, "21(3.1)"),
            (Ru152Fz, "stop-unlawful/stop", 3, WorkingDays, 0, "21(3)"),
            (Ru152Fz, "destroy-unlawful/destroy", 10, WorkingDays, 0, "21(3)"),
            (Ru152Fz, "purpose-attained/destroy", 30, CalendarDays, 0, "21(4)"),
            (Ru152Fz, "regulator/answer", 10, WorkingDays, 5, "20(4)"),
            (Ru152Fz, "cannot-destroy/destroy", 6, Months, 0, "21(6)"),
            (Ru152Fz, "dissemination/stop", 3, WorkingDays, 0, "10.1(14)"),
            (EuGdpr, "access/answer", 1, Months, 2, "12(3)"),
            (EuGdpr, "breach-notice/notify", 72, Hours, 0, "33(1)"),
            (UkGdpr, "access/answer", 1, Months, 2, "12(3), 12A"),
            (UkGdpr, "complaint/acknowledge", 30, CalendarDays, 0, "164A(3)"),
            (UkGdpr, "breach-notice/notify", 72, Hours, 0, "33(1)"),
            (UsCa, "access/acknowledge", 10, WorkingDays, 0, "7021(a)"),
            (UsCa, "access/answer", 45, CalendarDays, 45, "7021(b)"),
            (UsCa, "opt-out/stop", 15, WorkingDays, 0, "7026(f)"),
            (BrLgpd, "access/confirm", 0, Hours, 0, "19 I"),
            (BrLgpd, "access/answer", 15, CalendarDays, 0, "19 II"),
        ];
        for (regime, name, count, unit, more, place) in expected {
            let (right, act) = name.split_once('/').unwrap();
            let found =
                rule(regime, Right::from_name(right).unwrap(), Act::from_name(act).unwrap());
            let found = found.unwrap_or_else(|| panic!("{regime:?} {name}"));
            assert_eq!(found.term, Term { count, unit }, "{regime:?} {name}");
            assert_eq!(found.extension.map_or(0, |term| term.count), more, "{regime:?} {name}");
            assert_eq!(found.article.place, place, "{regime:?} {name}");
        }
    }

    #[test]
    fn what_may_rest_is_what_the_laws_let_rest() {
        for rule in &RULES {
            let rests = (rule.identity_rests.is_some(), rule.clarification_rests.is_some());
            let months = rule.term.unit == Unit::Months;
            let expected = match rule.regime {
                Regime::EuGdpr => (months, false),
                // Article 12A(5) speaks of requests under article 15 alone.
                Regime::UkGdpr => (months, months && rule.right == Right::Access),
                Regime::Ru152Fz | Regime::UsCa | Regime::BrLgpd => (false, false),
            };
            assert_eq!(rests, expected, "{rule:?}");
        }
    }
}
