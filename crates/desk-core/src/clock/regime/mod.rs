//! What the laws say of terms, as one table: for each regime and right what is due, within which time, counted from what,
//! whether it may be extended or rest, and the article that says so.
//!
//! Each row says where its number was seen ([`Evidence`]), and a correction is a change of data.

mod right;
mod rule;
mod table;

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;

pub use right::{Act, Right};
pub use rule::{Article, Base, Evidence, Law, Rule, RuleNote, Term, Unit};
pub use table::{RULES, leading, rule, rules};

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

const ICO: Article = Article { law: Law::Ico, place: "" };

const fn civil(place: &'static str) -> Article {
    Article { law: Law::RuCivil, place }
}

const fn uk_gdpr(place: &'static str) -> Article {
    Article { law: Law::UkGdpr, place }
}

#[cfg(test)]
mod tests;
