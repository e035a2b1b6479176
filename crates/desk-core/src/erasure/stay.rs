//! What stays, on what ground, and for how long.

use serde::{Deserialize, Serialize};

use crate::clock::regime::{Article, Evidence, Law};
use crate::id::Id;
use crate::reference::{Reference, Series};
use crate::time::Timestamp;

/// Why something stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionGround {
    /// It belongs to another case or request, which somebody has yet to answer.
    OpenCase,
    /// Without it nobody could honour the person's own objection to mail. It is a keyed hash, and no address.
    Suppression,
    /// The law wants proof that the request was honoured.
    LegalLog,
    /// The record of who looked at what, which names no person.
    Audit,
    /// The mail that tells the person, until it is taken.
    Notice,
}

const fn article(law: Law, place: &'static str) -> Article {
    Article { law, place }
}

impl RetentionGround {
    /// Every ground.
    pub const ALL: [Self; 5] =
        [Self::OpenCase, Self::Suppression, Self::LegalLog, Self::Audit, Self::Notice];

    /// The ground's name in the API and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenCase => "open-case",
            Self::Suppression => "suppression",
            Self::LegalLog => "legal-log",
            Self::Audit => "audit",
            Self::Notice => "notice",
        }
    }

    /// Where the least sure of its articles was seen; `docs/clocks.md` says in which copies.
    pub const fn checked(self) -> Evidence {
        match self {
            Self::OpenCase => Evidence::LawText,
            Self::Suppression | Self::Notice => Evidence::Secondary,
            Self::LegalLog | Self::Audit => Evidence::No,
        }
    }

    /// The articles that it rests on. What Roskomnadzor's order 179 of 28.10.2022 says rests on 152-FZ article 21(7).
    pub const fn articles(self) -> &'static [Article] {
        const OPEN: &[Article] = &[article(Law::Gdpr, "17(1)(a)"), article(Law::Fz152, "21(5)")];
        const SUPPRESSION: &[Article] =
            &[article(Law::Gdpr, "21(3)"), article(Law::Fz152, "15(2)")];
        const LOG: &[Article] = &[
            article(Law::CcpaRegs, "7101"),
            article(Law::Fz152, "21(7)"),
            article(Law::Gdpr, "5(2)"),
        ];
        const AUDIT: &[Article] = &[article(Law::Gdpr, "5(2), 32"), article(Law::Fz152, "19")];
        const NOTICE: &[Article] = &[article(Law::Gdpr, "12(3)"), article(Law::Fz152, "20(3)")];
        match self {
            Self::OpenCase => OPEN,
            Self::Suppression => SUPPRESSION,
            Self::LegalLog => LOG,
            Self::Audit => AUDIT,
            Self::Notice => NOTICE,
        }
    }
}

/// For how long the act is kept, in seconds: three years, by point 8 of order 179 as others quote it. One of them may
/// be a leap year.
pub const ACT_SECONDS: i64 = (3 * 365 + 1) * 86_400;
/// For how long an entry of the log of requests is kept, in seconds: two leap years, which the 24 months of the CCPA's
/// regulations (section 7101) never exceed.
pub const LOG_SECONDS: i64 = crate::request::log::KEPT_SECONDS;
/// For how long the mail that tells the person may wait, in seconds: three days.
pub const NOTICE_SECONDS: i64 = 3 * 86_400;

/// Something that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stay {
    /// A case that is open.
    Case(Id),
    /// Another request that is open.
    Request(Id),
    /// Suppressions and what the journal has of them: so many values.
    OptOuts(u32),
    /// The act.
    Act,
    /// The entry of the log of requests.
    Log,
    /// The audit records.
    Audit,
    /// The mail that tells the person.
    Notice,
}

impl Stay {
    /// Why it stays.
    pub const fn ground(self) -> RetentionGround {
        match self {
            Self::Case(_) | Self::Request(_) => RetentionGround::OpenCase,
            Self::OptOuts(_) => RetentionGround::Suppression,
            Self::Act | Self::Log => RetentionGround::LegalLog,
            Self::Audit => RetentionGround::Audit,
            Self::Notice => RetentionGround::Notice,
        }
    }

    /// What it is called in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Case(_) => "case",
            Self::Request(_) => "request",
            Self::OptOuts(_) => "opt-outs",
            Self::Act => "act",
            Self::Log => "request-log",
            Self::Audit => "audit",
            Self::Notice => "notice",
        }
    }

    /// The reference of a case or a request.
    pub fn reference(self) -> Option<Reference> {
        match self {
            Self::Case(id) => Some(Reference::new(Series::Feedback, id)),
            Self::Request(id) => Some(Reference::new(Series::Requests, id)),
            Self::OptOuts(_) | Self::Act | Self::Log | Self::Audit | Self::Notice => None,
        }
    }

    /// The id of a case or a request that is open.
    pub const fn open(self) -> Option<Id> {
        match self {
            Self::Case(id) | Self::Request(id) => Some(id),
            Self::OptOuts(_) | Self::Act | Self::Log | Self::Audit | Self::Notice => None,
        }
    }

    /// Until when it stays, where that is a date, for an erasure at this instant.
    pub const fn until(self, erased: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Act => Some(erased.plus_seconds(ACT_SECONDS)),
            Self::Log => Some(erased.plus_seconds(LOG_SECONDS)),
            Self::Notice => Some(erased.plus_seconds(NOTICE_SECONDS)),
            Self::Case(_) | Self::Request(_) | Self::OptOuts(_) | Self::Audit => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_never_shorter_than_the_law_has_them() {
        for year in 2024..2032 {
            for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
                let date = crate::time::Date::new(year, month, day).unwrap();
                let at = date.start_utc();
                let until = |stay: Stay| stay.until(at).unwrap().date();
                assert!(until(Stay::Act) >= date.plus_months(36));
                assert!(until(Stay::Log) >= date.plus_months(24));
            }
        }
    }
}
