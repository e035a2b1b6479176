//! Every clock, as one table.

use super::rule::{Article, Base, Evidence, Law, Rule, RuleNote, Term, Unit};
use super::{Act, Regime, Right, uk_gdpr};

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
    checked: Evidence::Secondary,
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
    checked: Evidence::LawText,
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
    checked: Evidence::Secondary,
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
    checked: Evidence::LawText,
    note: None,
};

/// LGPD: the other rights, whose terms article 18 § 5 leaves to a regulation.
const BR_OTHER: Rule =
    Rule { article: lgpd("18 § 5"), checked: Evidence::No, note: Some(RuleNote::NoNumber), ..BR };

/// Every clock.
pub static RULES: [Rule; 55] = [
    // Russia.
    RU,
    Rule { right: Right::Portability, note: Some(RuleNote::AnsweredAsAccess), ..RU },
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
        note: Some(RuleNote::IfUnlawfulOrUnneeded),
        ..RU_ONCE
    },
    Rule {
        right: Right::Restriction,
        act: Act::Block,
        term: Term::AT_ONCE,
        article: fz("21(1)"),
        note: Some(RuleNote::WithoutDelay),
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
        note: Some(RuleNote::MarketingAtOnce),
        ..RU
    },
    Rule {
        right: Right::Withdrawal,
        act: Act::Destroy,
        term: days(30),
        rolls: true,
        article: fz("21(5)"),
        checked: Evidence::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::BreachNotice,
        act: Act::Notify,
        term: hours(24),
        base: Base::Discovery,
        article: fz("21(3.1)"),
        checked: Evidence::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::BreachReport,
        act: Act::Report,
        term: hours(72),
        base: Base::Discovery,
        article: fz("21(3.1)"),
        checked: Evidence::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::StopUnlawful,
        act: Act::Stop,
        term: working_days(3),
        base: Base::Discovery,
        article: fz("21(3)"),
        checked: Evidence::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::DestroyUnlawful,
        act: Act::Destroy,
        base: Base::Discovery,
        article: fz("21(3)"),
        checked: Evidence::LawText,
        ..RU_ONCE
    },
    Rule {
        right: Right::PurposeAttained,
        act: Act::Destroy,
        term: days(30),
        base: Base::Attainment,
        rolls: true,
        article: fz("21(4)"),
        checked: Evidence::LawText,
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
        note: Some(RuleNote::BaseIsAReading),
        ..RU_ONCE
    },
    Rule {
        right: Right::Dissemination,
        act: Act::Stop,
        term: working_days(3),
        article: fz("10.1(14)"),
        note: Some(RuleNote::OperatorAtOnce),
        ..RU_ONCE
    },
    // The European Union.
    EU,
    Rule { right: Right::Portability, ..EU },
    Rule { right: Right::Rectification, ..EU },
    Rule { right: Right::Erasure, ..EU },
    Rule { right: Right::Restriction, ..EU },
    Rule { right: Right::Objection, note: Some(RuleNote::MarketingAtOnce), ..EU },
    // Article 12(3) covers the rights of articles 15 to 22; a withdrawal is one of article 7, and ends in erasure by 17(1).
    Rule {
        right: Right::Withdrawal,
        act: Act::Stop,
        term: Term::AT_ONCE,
        extension: None,
        identity_rests: None,
        rolls: false,
        article: gdpr("7(3)"),
        checked: Evidence::No,
        note: Some(RuleNote::BasisFallsAway),
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
    Rule { right: Right::Objection, note: Some(RuleNote::MarketingAtOnce), ..UK },
    Rule {
        right: Right::Withdrawal,
        act: Act::Stop,
        term: Term::AT_ONCE,
        extension: None,
        identity_rests: None,
        rolls: false,
        article: uk_gdpr("7(3)"),
        checked: Evidence::No,
        note: Some(RuleNote::BasisFallsAway),
        ..UK
    },
    Rule {
        right: Right::Withdrawal,
        article: uk_gdpr("12(3), 12A, 17(1)(b)"),
        checked: Evidence::Secondary,
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
        checked: Evidence::Secondary,
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
    Rule { right: Right::Objection, note: Some(RuleNote::TreatedAsOptOut), ..CA_OUT },
    Rule {
        right: Right::Withdrawal,
        checked: Evidence::No,
        note: Some(RuleNote::TreatedAsOptOut),
        ..CA_OUT
    },
    CA_OUT,
    // Brazil.
    Rule {
        act: Act::Confirm,
        term: Term::AT_ONCE,
        article: lgpd("19 I"),
        note: Some(RuleNote::WithoutDelay),
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
