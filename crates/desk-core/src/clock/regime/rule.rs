//! One clock of one right: its term, its beginning, and the articles that say so.

use super::{Act, Regime, Right};

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
pub enum Evidence {
    /// In the text of the law in force.
    LawText,
    /// In what an authority or a legislature publishes about it.
    Official,
    /// In a legal database, a commentary or a vendor's page.
    Secondary,
    /// Nowhere: it is what is commonly held.
    No,
}

impl Evidence {
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
pub enum RuleNote {
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

impl RuleNote {
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
    pub checked: Evidence,
    /// What else one has to know.
    pub note: Option<RuleNote>,
}
