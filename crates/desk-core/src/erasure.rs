//! What an erasure destroys, what stays and on what ground, and the act that says so.
//!
//! Whoever erases holds an inventory against what must stay, and works off the rest in an order that a crash cannot harm:
//! what other things are found by goes last, and the opening of the request itself, by which everything is found, last
//! of all. The act names nobody: its subject is the reference of a request that is gone.

use serde::{Deserialize, Serialize};

use crate::clock::regime::{Article, Checked, Law, Regime};
use crate::id::Id;
use crate::journal::Place;
use crate::package::Mark;
use crate::reference::{Reference, Series};
use crate::request::{Kind, RequestKey};
use crate::store_key::StoreKey;
use crate::time::Timestamp;

impl Kind {
    /// Whether what is asked for may end in the destruction of what is held.
    pub const fn may_erase(self) -> bool {
        matches!(self, Self::Erasure | Self::Objection | Self::Withdrawal)
    }
}

/// What is destroyed, in the order in which it goes. Stored by its place in this list: new ones go to the end, and into
/// [`Category::ALL`] where they belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Category {
    /// The packages of what was held: their locks, without which nothing opens, then their parts.
    Packages,
    /// The mails that wait to be sent.
    Mails,
    /// What is remembered of idempotency keys.
    Markers,
    /// How often mail to the address was asked for today.
    Limits,
    /// Whatever else has the person's hash, or the id of what goes, in its key.
    Others,
    /// The attached files.
    Files,
    /// What was written in cases after their opening.
    CaseMessages,
    /// What happened to requests after their opening.
    RequestMessages,
    /// The openings of cases: name, address, what was written.
    Cases,
    /// The openings of requests, likewise.
    Requests,
}

impl Category {
    /// Every category, in the order in which it goes.
    pub const ALL: [Self; 10] = [
        Self::Packages,
        Self::Mails,
        Self::Markers,
        Self::Limits,
        Self::Others,
        Self::Files,
        Self::CaseMessages,
        Self::RequestMessages,
        Self::Cases,
        Self::Requests,
    ];

    /// The category's name in the API and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packages => "packages",
            Self::Mails => "mails",
            Self::Markers => "idempotency-markers",
            Self::Limits => "limiter-slots",
            Self::Others => "others",
            Self::Files => "files",
            Self::CaseMessages => "case-messages",
            Self::RequestMessages => "request-messages",
            Self::Cases => "cases",
            Self::Requests => "requests",
        }
    }

    /// Its place in [`Category::ALL`].
    fn place(self) -> Option<usize> {
        Self::ALL.iter().position(|of| *of == self)
    }

    /// What tells one thing of this category from another in a key: what follows the area, or the two things that do;
    /// `None` where there are too few of them.
    fn thing(self, key: &str) -> Option<&str> {
        let (_, rest) = key.split_once(':')?;
        // A file lies in parts, and an event below its case.
        let two = matches!(self, Self::Files | Self::CaseMessages | Self::RequestMessages);
        let mut colons = rest.match_indices(':').map(|(at, _)| at);
        let end = if two { colons.next().map(|_| colons.next())? } else { colons.next() };
        rest.get(..end.unwrap_or(rest.len()))
    }
}

/// Why something stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
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

impl Ground {
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
    pub const fn checked(self) -> Checked {
        match self {
            Self::OpenCase => Checked::LawText,
            Self::Suppression | Self::Notice => Checked::Secondary,
            Self::LegalLog | Self::Audit => Checked::No,
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
    pub const fn ground(self) -> Ground {
        match self {
            Self::Case(_) | Self::Request(_) => Ground::OpenCase,
            Self::OptOuts(_) => Ground::Suppression,
            Self::Act | Self::Log => Ground::LegalLog,
            Self::Audit => Ground::Audit,
            Self::Notice => Ground::Notice,
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

/// A value that is held about the person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// What it is.
    pub category: Category,
    /// Where it lies.
    pub key: StoreKey,
}

/// What is destroyed of one category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    /// The category.
    pub category: Category,
    /// How many things, as people count them: a file that lies in three parts is one.
    pub count: u32,
    /// How many stored values.
    pub values: u32,
}

/// What an erasure will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What goes, in the order in which it goes.
    goes: Vec<Held>,
    /// What stays.
    stays: Vec<Stay>,
}

impl Plan {
    /// Decides what goes and what stays. `held` is the inventory without opt-outs, of which there are so many values;
    /// `open` are the cases and requests that stay. The request itself always goes.
    pub fn new(own: &RequestKey, held: Vec<Held>, open: &[Stay], opt_outs: u32) -> Self {
        // Inserted in order, here and below: a set or a sort of its own for each type is 5 KB of a component.
        let mut stays: Vec<Stay> = Vec::new();
        for stay in open.iter().filter(|stay| stay.open().is_some_and(|id| id != own.id)) {
            if let Err(at) = stays.binary_search(stay) {
                stays.insert(at, *stay);
            }
        }
        let is_kept = |held: &Held| {
            let id = held.key.parts().nth(1).and_then(|id| id.parse::<Id>().ok());
            let package = held.category == Category::Packages;
            id.is_some_and(|id| {
                stays
                    .iter()
                    .filter_map(|stay| stay.open())
                    .any(|open| open == id || package && Mark::of(open).is_on(id))
            })
        };
        let own = own.opening();
        let mut goes: Vec<Held> = Vec::new();
        for held in held.into_iter().filter(|held| !is_kept(held)) {
            let rank = |held: &Held| {
                // The lock of a package before its parts: once it is gone nobody can open what is left.
                (held.key == own, held.category.place(), held.key.parts().count())
            };
            let new = rank(&held);
            let at = goes.partition_point(|known| (rank(known), &known.key) < (new, &held.key));
            if goes.get(at).is_none_or(|known| known.key != held.key) {
                goes.insert(at, held);
            }
        }
        stays.extend((opt_outs > 0).then_some(Stay::OptOuts(opt_outs)));
        stays.extend([Stay::Act, Stay::Log, Stay::Audit, Stay::Notice]);
        Self { goes, stays }
    }

    /// What goes, in the order in which it goes.
    pub fn goes(&self) -> &[Held] {
        &self.goes
    }

    /// What stays.
    pub fn stays(&self) -> &[Stay] {
        &self.stays
    }

    /// What goes, counted: the categories of which there is something, in their order.
    pub fn destroyed(&self) -> Vec<Destroyed> {
        let mut destroyed = Vec::new();
        for category in Category::ALL {
            let mut things: Vec<&str> = Vec::new();
            let mut values = 0;
            for held in self.goes.iter().filter(|held| held.category == category) {
                values += 1;
                // The view of a case's events is no message.
                let thing = category.thing(held.key.as_str());
                if let Some(thing) = thing.filter(|thing| !things.contains(thing)) {
                    things.push(thing);
                }
            }
            if values > 0 {
                let count = u32::try_from(things.len()).unwrap_or(u32::MAX);
                destroyed.push(Destroyed { category, count, values });
            }
        }
        destroyed
    }

    /// What tells this plan from any other: every key that goes, and what stays.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for held in &self.goes {
            bytes.extend_from_slice(held.key.as_str().as_bytes());
            bytes.push(b'\n');
        }
        for stay in &self.stays {
            bytes.extend_from_slice(stay.name().as_bytes());
            let number = match stay {
                Stay::Case(id) | Stay::Request(id) => id.to_bytes(),
                Stay::OptOuts(count) => u128::from(*count).to_be_bytes(),
                Stay::Act | Stay::Log | Stay::Audit | Stay::Notice => [0; 16],
            };
            bytes.extend_from_slice(&number);
        }
        bytes
    }
}

/// The act of destruction (152-FZ article 21(7), order 179 of 28.10.2022), without whoever carried it out: it names no
/// person, and so is kept in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The request that was honoured, by which the subject is known.
    pub request: Id,
    /// What was asked for.
    pub kind: Kind,
    /// The law that it was asked for under.
    pub regime: Regime,
    /// When it was received.
    pub received: Timestamp,
    /// When it was decided what goes. Everything that goes was there before.
    pub at: Timestamp,
    /// What was destroyed.
    pub destroyed: Vec<Destroyed>,
    /// What stayed.
    pub stays: Vec<Stay>,
    /// Who answers for the data, as was configured then.
    pub controller: String,
    /// Their address, likewise; empty if none was.
    pub address: String,
    /// The app whose data it was.
    pub app: String,
}

impl Act {
    /// The first part of the keys of acts.
    pub const AREA: &'static str = "act";
    /// The first part of the keys of who carried them out.
    pub const EXECUTORS: &'static str = "act-by";

    /// The key of the act about a request.
    pub fn key(request: Id) -> StoreKey {
        StoreKey::of(Self::AREA, request)
    }

    /// The key of who carried it out, which is sealed.
    pub fn executor_key(request: Id) -> StoreKey {
        StoreKey::of(Self::EXECUTORS, request)
    }

    /// The reference by which the subject is known.
    pub fn reference(&self) -> Reference {
        Reference::new(Series::Requests, self.request)
    }

    /// When the act itself is no longer kept.
    pub const fn expires(&self) -> Timestamp {
        self.at.plus_seconds(ACT_SECONDS)
    }

    /// Whether a case or a request was left because it was open, so that only a part was done.
    pub fn is_partial(&self) -> bool {
        self.stays.iter().any(|stay| stay.open().is_some())
    }

    /// What this act left because it was open, for whoever goes on where it broke off.
    pub fn open(&self) -> impl Iterator<Item = Stay> + '_ {
        self.stays.iter().copied().filter(|stay| stay.open().is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::keys::Subject;

    const OWN: RequestKey =
        RequestKey { id: Id::from_bytes([1; 16]), subject: Subject::from_bytes([2; 16]) };

    fn id(of: u8) -> Id {
        Id::from_bytes([of; 16])
    }

    fn held(category: Category, key: String) -> Held {
        Held { category, key: StoreKey::new(key).unwrap() }
    }

    /// A person with the request, another one, and two cases.
    fn inventory() -> Vec<Held> {
        let moment = crate::id::Moment::new(Timestamp::EPOCH, crate::id::Seed::new([3; 32]));
        let package = crate::package::draw_id(&moment, id(5));
        vec![
            held(Category::Requests, OWN.opening().to_string()),
            held(Category::RequestMessages, format!("request-head:{}", OWN.id)),
            held(Category::RequestMessages, format!("request-event:{}:{}", OWN.id, id(7))),
            held(Category::Files, format!("file:{}:1:1", OWN.id)),
            held(Category::Files, format!("file:{}:1:2", OWN.id)),
            held(Category::Files, format!("file:{}:2:1", OWN.id)),
            held(Category::Cases, format!("case:{}:{}", id(3), OWN.subject)),
            held(Category::CaseMessages, format!("event:{}:{}", id(3), id(8))),
            held(Category::Cases, format!("case:{}:{}", id(4), OWN.subject)),
            held(Category::CaseMessages, format!("head:{}", id(4))),
            held(Category::Requests, format!("request:{}:{}", id(5), OWN.subject)),
            held(Category::Packages, format!("package:{package}:1")),
            held(Category::Packages, format!("package-lock:{package}")),
            held(Category::Mails, format!("outbox:{}", id(6))),
            held(Category::Mails, format!("try:{}", id(6))),
        ]
    }

    #[test]
    fn the_lock_goes_first_and_the_request_itself_last() {
        let plan = Plan::new(&OWN, inventory(), &[], 0);
        let keys: Vec<&str> = plan.goes().iter().map(|held| held.key.as_str()).collect();
        assert_eq!(keys.len(), inventory().len());
        assert!(keys[0].starts_with("package-lock:") && keys[1].starts_with("package:"));
        assert_eq!(keys.last(), Some(&OWN.opening().as_str()));
        let areas: Vec<&str> = keys.iter().map(|key| key.split(':').next().unwrap()).collect();
        let first_opening = areas.iter().position(|area| ["case", "request"].contains(area));
        assert!(areas.iter().skip(first_opening.unwrap()).all(|a| ["case", "request"].contains(a)));
        assert_eq!(plan.stays(), [Stay::Act, Stay::Log, Stay::Audit, Stay::Notice]);
        let counts = plan.destroyed().into_iter().map(|of| (of.category, of.count, of.values));
        let expected = [
            (Category::Packages, 1, 2),
            (Category::Mails, 1, 2),
            (Category::Files, 2, 3),
            // The views of events count as no message.
            (Category::CaseMessages, 1, 2),
            (Category::RequestMessages, 1, 2),
            (Category::Cases, 2, 2),
            (Category::Requests, 2, 2),
        ];
        assert_eq!(counts.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_open_stays_whole() {
        let open = [Stay::Case(id(3)), Stay::Request(id(5)), Stay::Request(OWN.id)];
        let plan = Plan::new(&OWN, inventory(), &open, 3);
        for id in [id(3), id(5)] {
            let id = id.to_string();
            assert!(plan.goes().iter().all(|held| !held.key.parts().any(|part| part == id)));
        }
        assert!(plan.goes().iter().all(|held| held.category != Category::Packages));
        assert_eq!(plan.goes().last().unwrap().key, OWN.opening());
        // The request itself is never open for its own erasure.
        let stays = &plan.stays()[..3];
        assert_eq!(stays, [Stay::Case(id(3)), Stay::Request(id(5)), Stay::OptOuts(3)]);
        assert_eq!(stays[0].reference().unwrap().to_string().get(..2), Some("FB"));
        assert_eq!(stays[1].reference().unwrap().to_string().get(..2), Some("DR"));
    }

    #[test]
    fn every_ground_has_its_articles_and_names_differ() {
        for ground in Ground::ALL {
            assert!(!ground.articles().is_empty());
        }
        let names: BTreeSet<&str> = Ground::ALL.iter().map(|ground| ground.name()).collect();
        assert_eq!(names.len(), Ground::ALL.len());
        let names: BTreeSet<&str> = Category::ALL.iter().map(|of| of.name()).collect();
        assert_eq!(names.len(), Category::ALL.len());
    }

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

    proptest! {
        #[test]
        fn the_plan_does_not_depend_on_the_order_and_loses_nothing(
            held in Just(inventory()).prop_shuffle(),
            open in prop::collection::vec(1_u8..7, 0..4),
            twice in any::<bool>(),
        ) {
            let open: Vec<Stay> = open.into_iter().map(|of| Stay::Case(id(of))).collect();
            let first = Plan::new(&OWN, inventory(), &open, 1);
            let mut held = held;
            if twice {
                held.extend(inventory());
            }
            let plan = Plan::new(&OWN, held, &open, 1);
            prop_assert_eq!(&plan, &first);
            prop_assert_eq!(plan.to_bytes(), first.to_bytes());
            let values: u32 = plan.destroyed().iter().map(|of| of.values).sum();
            prop_assert_eq!(values as usize, plan.goes().len());
            prop_assert_ne!(plan.to_bytes(), Plan::new(&OWN, inventory(), &open, 2).to_bytes());
            let fewer: Vec<Held> = inventory().into_iter().skip(1).collect();
            prop_assert_ne!(plan.to_bytes(), Plan::new(&OWN, fewer, &open, 1).to_bytes());
        }
    }
}
