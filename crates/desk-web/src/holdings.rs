//! What the store holds about one person: the inventory that a package is built from, and that an erasure works off.
//!
//! Keys carry the keyed hash of whose they are, so nearly all of it is found by keys alone ([`desk_core::keys::Subject`]).
//! The mails that wait are the exception: their keys name nobody, so they are opened.
//!
//! Not here, for their keys do not say whose they are: the slots of limiters and the markers of idempotency keys, whose
//! names are keyed hashes and which expire soon; cases without an address; and parts of files whose case was never
//! opened, which expire.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use desk_core::case::CaseKey;
use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::Subject;
use desk_core::package;
use desk_core::request::RequestKey;
use desk_core::store_key::StoreKey;
use desk_core::suppression::{self, Change, Scope};
use desk_core::time::Timestamp;

use crate::desk::{Desk, decode};
use crate::join::all;
use crate::outbox::{self, MAILS, Mail};
use crate::ports::Store;
use crate::problem::Problem;

/// How many mails are opened at once.
const IN_FLIGHT: usize = 50;

/// An area of the store that holds something about persons, in the order in which it may be deleted: by what comes late
/// is found what comes early, so an erasure that breaks off finds the rest when it begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// The locks of packages: once they are gone no package opens.
    PackageLocks,
    /// The parts of packages.
    Packages,
    /// How often a mail or a change was told in vain.
    Tries,
    /// The mails that wait.
    Mails,
    /// The marks of changes that the mailer took.
    Told,
    /// The journal of suppressions.
    Changes,
    /// The suppressions. Whoever erases keeps them: without them nobody could honour an objection to mail.
    Suppressions,
    /// The parts of attached files, of cases and of requests.
    Files,
    /// What happened to cases.
    Events,
    /// The views of it.
    Heads,
    /// The openings of cases.
    Cases,
    /// What happened to requests.
    RequestEvents,
    /// The views of it.
    RequestHeads,
    /// The openings of requests.
    Requests,
}

impl Area {
    /// Every area, in the order in which it may be deleted.
    pub const ALL: [Self; 14] = [
        Self::PackageLocks,
        Self::Packages,
        Self::Tries,
        Self::Mails,
        Self::Told,
        Self::Changes,
        Self::Suppressions,
        Self::Files,
        Self::Events,
        Self::Heads,
        Self::Cases,
        Self::RequestEvents,
        Self::RequestHeads,
        Self::Requests,
    ];

    /// The first part of the area's keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PackageLocks => package::LOCKS,
            Self::Packages => package::PARTS,
            Self::Tries => "try",
            Self::Mails => "outbox",
            Self::Told => "told",
            Self::Changes => "change",
            Self::Suppressions => "suppression",
            Self::Files => "file",
            Self::Events => "event",
            Self::Heads => "head",
            Self::Cases => CaseKey::AREA,
            Self::RequestEvents => "request-event",
            Self::RequestHeads => "request-head",
            Self::Requests => RequestKey::AREA,
        }
    }
}

/// A suppression, as its key tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where it lies.
    pub key: StoreKey,
    /// Whose, under the root that it was made with.
    pub subject: Subject,
    /// About what.
    pub scope: Scope,
}

/// What the store holds about one person. Everything is listed as it is stored, whether or not it has expired: readers
/// give nothing out that has. All lists are in the order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The cases that name the address.
    pub cases: Vec<CaseKey>,
    /// The data requests about the person.
    pub requests: Vec<RequestKey>,
    /// The suppressions.
    pub suppressions: Vec<Held>,
    /// The journal of suppressions.
    pub changes: Vec<Change>,
    /// The mails to the person that wait.
    pub mails: Vec<Id>,
    /// The packages of the requests, including those that were begun and never finished.
    pub packages: Vec<Id>,
    /// The mails that wait and cannot be opened, so that nobody can say to whom they are: sealed with a root that is no
    /// longer configured, or damaged. They belong to none of the areas.
    pub unreadable: Vec<Id>,
    /// Every key, with its area, in the order of the areas.
    keys: Vec<(Area, StoreKey)>,
}

impl Holdings {
    /// Finds what is held about the person with this address, under every root there is: what was stored before a
    /// rotation keeps the old hash. `keys` are all keys of the store, from one scan.
    ///
    /// Costs one read for each mail that waits, 50 at a time.
    ///
    /// # Errors
    /// A problem if the store fails.
    pub async fn find<S: Store>(
        desk: &Desk<'_, S>,
        keys: &[String],
        address: &EmailAddress,
    ) -> Result<Self, Problem> {
        let subjects: Vec<Subject> = desk.setup.keys.subjects(address).collect();
        let mut found = Self::default();
        for key in keys {
            found.take_root(key, &subjects);
        }
        found.find_mails(desk, keys, address).await?;
        found.cases.sort_unstable_by_key(|key| key.id);
        found.requests.sort_unstable_by_key(|key| key.id);
        found.changes.sort_unstable_by_key(|change| change.id);
        found.suppressions.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let roots = Roots::of(&found);
        let mut packages = BTreeSet::new();
        for key in keys {
            let Some(area) = roots.area(key, &found, &mut packages) else { continue };
            // What is no key of ours was read as none, so this loses nothing.
            found.keys.extend(StoreKey::new(key.as_str()).ok().map(|key| (area, key)));
        }
        found.packages = packages.into_iter().collect();
        found.keys.sort_unstable();
        Ok(found)
    }

    /// Takes what a key says by itself about these subjects.
    fn take_root(&mut self, key: &str, subjects: &[Subject]) {
        if let Some(case) = CaseKey::from_opening(key) {
            if case.subject.is_some_and(|subject| subjects.contains(&subject)) {
                self.cases.push(case);
            }
        } else if let Some(request) = RequestKey::from_opening(key) {
            if subjects.contains(&request.subject) {
                self.requests.push(request);
            }
        } else if let Some((subject, scope)) = suppression::from_key(key) {
            if subjects.contains(&subject) {
                let key = suppression::key(subject, scope);
                self.suppressions.push(Held { key, subject, scope });
            }
        } else if let Some(change) = Change::from_key(key)
            && subjects.contains(&change.subject)
        {
            self.changes.push(change);
        }
    }

    /// Opens the mails that wait, and keeps those to this address.
    async fn find_mails<S: Store>(
        &mut self,
        desk: &Desk<'_, S>,
        keys: &[String],
        address: &EmailAddress,
    ) -> Result<(), Problem> {
        let mut waiting: Vec<Id> =
            keys.iter().filter_map(|key| key.strip_prefix(MAILS)?.parse().ok()).collect();
        waiting.sort_unstable();
        for chunk in waiting.chunks(IN_FLIGHT) {
            let opened = all(chunk.iter().map(|id| recipient(desk, *id))).await?;
            for (id, recipient) in chunk.iter().zip(opened) {
                match recipient {
                    Recipient::Known(to) if to.normalised() == address.normalised() => {
                        self.mails.push(*id);
                    }
                    Recipient::Unknown => self.unreadable.push(*id),
                    Recipient::Known(_) | Recipient::Gone => {}
                }
            }
        }
        Ok(())
    }

    /// Every key that is held, in the order in which it may be deleted.
    pub fn keys(&self) -> impl Iterator<Item = (Area, &StoreKey)> {
        self.keys.iter().map(|(area, key)| (*area, key))
    }

    /// The keys of one area.
    pub fn of(&self, area: Area) -> impl Iterator<Item = &StoreKey> {
        self.keys().filter(move |(of, _)| *of == area).map(|(_, key)| key)
    }

    /// How many keys each area has: those that have any, in their order.
    pub fn counts(&self) -> Vec<(Area, usize)> {
        let counts = Area::ALL.into_iter().map(|area| (area, self.of(area).count()));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    /// Whether nothing at all is held.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// To whom a mail is that waits.
enum Recipient {
    Known(EmailAddress),
    /// It cannot be opened.
    Unknown,
    /// It was taken since the keys were listed.
    Gone,
}

async fn recipient<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Recipient, Problem> {
    let key = outbox::mail_key(id)?;
    let Some(stored) = desk.store.get(&key).await? else { return Ok(Recipient::Gone) };
    // One that has expired still lies there, and holds an address: it is read as of an instant before all others.
    let opened = desk.setup.keys.open(&key, &stored, Timestamp::EPOCH).ok().flatten();
    let mail = opened.and_then(|content| decode::<Mail>(&content));
    Ok(mail.map_or(Recipient::Unknown, |mail| Recipient::Known(mail.to)))
}

/// What the keys of the second kind are found by: the ids that they begin with, as text.
struct Roots {
    /// The keys of the openings themselves: an id alone may have been used twice, once without an address.
    openings: BTreeSet<String>,
    cases: BTreeSet<String>,
    requests: BTreeSet<String>,
    changes: BTreeSet<String>,
    mails: BTreeSet<String>,
    /// What the ids of the packages of these requests have in common.
    packages: Vec<package::Mark>,
}

impl Roots {
    fn of(found: &Holdings) -> Self {
        let openings = found.cases.iter().map(|key| key.opening().to_string());
        Self {
            openings: openings
                .chain(found.requests.iter().map(|key| key.opening().to_string()))
                .collect(),
            cases: found.cases.iter().map(|key| key.id.to_string()).collect(),
            requests: found.requests.iter().map(|key| key.id.to_string()).collect(),
            changes: found.changes.iter().map(|change| change.id.to_string()).collect(),
            mails: found.mails.iter().map(Id::to_string).collect(),
            packages: found.requests.iter().map(|key| package::Mark::of(key.id)).collect(),
        }
    }

    /// The area of a key that is held; `None` if it is somebody else's, or nobody's.
    fn area(&self, key: &str, found: &Holdings, packages: &mut BTreeSet<Id>) -> Option<Area> {
        let mut parts = key.split(':');
        let (name, id) = (parts.next()?, parts.next()?);
        let area = Area::ALL.into_iter().find(|area| area.name() == name)?;
        let held = match area {
            Area::Cases | Area::Requests => self.openings.contains(key),
            Area::Events | Area::Heads => self.cases.contains(id),
            Area::RequestEvents | Area::RequestHeads => self.requests.contains(id),
            Area::Files => self.cases.contains(id) || self.requests.contains(id),
            Area::Suppressions => found.suppressions.iter().any(|held| held.key.as_str() == key),
            Area::Changes | Area::Told => self.changes.contains(id),
            Area::Mails => self.mails.contains(id),
            Area::Tries => self.mails.contains(id) || self.changes.contains(id),
            Area::PackageLocks | Area::Packages => {
                let id: Id = id.parse().ok()?;
                let held = self.packages.iter().any(|mark| mark.is_on(id));
                if held {
                    packages.insert(id);
                }
                held
            }
        };
        held.then_some(area)
    }
}
