//! What the store holds about one person: the roots that a package tells of, and the inventory that an erasure works off.
//!
//! Keys carry the keyed hash of whose they are, so nearly all of it is found by keys alone ([`desk_core::keys::Subject`]).
//! The mails that wait are the exception: their keys name nobody, so they are opened.
//!
//! Not here, for their keys do not say whose they are: the slots of limiters and the markers of idempotency keys, whose
//! names are keyed hashes and which expire soon; claims and their outcomes, which hold ids and times alone and expire; cases without an address; and parts of files whose case was never
//! opened, which expire.

use desk_core::case::CaseKey;
use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::Subject;
use desk_core::package::{self, Mark};
use desk_core::request::RequestKey;
use desk_core::store_key::StoreKey;
use desk_core::suppression::{self, Scope, SuppressionChange};
use desk_core::text::Line;
use desk_core::time::Timestamp;
use futures_util::future::try_join_all;

use crate::desk::{Desk, decode};
use crate::outbox::{self, MAILS};
use crate::ports::Store;
use crate::sender::Mail;
use desk_core::fault::Fault;

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
pub struct HeldSuppression {
    /// Where it lies.
    pub key: StoreKey,
    /// Whose, under the root that it was made with.
    pub subject: Subject,
    /// About what.
    pub scope: Scope,
}

/// What is about a person by itself; everything else hangs on one of these. It is listed as it is stored, whether or not it
/// has expired: readers give nothing out that has. All lists are in the order of their keys, which for what has an id is
/// that of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roots {
    /// The cases that name the address.
    pub cases: Vec<CaseKey>,
    /// The data requests about the person.
    pub requests: Vec<RequestKey>,
    /// The suppressions.
    pub suppressions: Vec<HeldSuppression>,
    /// The journal of suppressions.
    pub changes: Vec<SuppressionChange>,
    /// The mails to the person that wait.
    pub mails: Vec<Id>,
    /// Their subjects, in which the reference of a data request stands where one is told of.
    pub subjects: Vec<Line>,
    /// The mails that wait and cannot be opened, so that nobody can say to whom they are: sealed with a root that is no
    /// longer configured, or damaged. They belong to none of the areas.
    pub unreadable: Vec<Id>,
}

/// Everything that the store holds about one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// What it hangs on.
    pub roots: Roots,
    /// The packages of the requests, including those that were begun and never finished.
    pub packages: Vec<Id>,
    /// Every key, with its area, in the order of the keys.
    keys: Vec<(Area, StoreKey)>,
}

impl Roots {
    /// Finds what is about the person with this address, under every root secret there is: what was stored before a
    /// rotation keeps the old hash. `keys` are all keys of the store, from one scan, in order: ids as text are in the
    /// order of time, so that every list is. Whoever calls this may have sorted them already, and sorting costs a component
    /// 4 KB for every type.
    ///
    /// Costs one read for each mail that waits, 50 at a time.
    ///
    /// # Errors
    /// A problem if the store fails.
    pub async fn find<S: Store>(
        desk: &Desk<'_, S>,
        keys: &[String],
        address: &EmailAddress,
    ) -> Result<Self, Fault> {
        let subjects: Vec<Subject> = desk.setup.keys.subjects(address).collect();
        debug_assert!(keys.is_sorted(), "the keys are in order");
        let mut found = Self::default();
        for key in keys {
            found.take(key, &subjects);
        }
        found.find_mails(desk, keys, address).await?;
        Ok(found)
    }

    /// Takes what a key says by itself about these subjects.
    fn take(&mut self, key: &str, subjects: &[Subject]) {
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
                self.suppressions.push(HeldSuppression { key, subject, scope });
            }
        } else if let Some(change) = SuppressionChange::from_key(key)
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
    ) -> Result<(), Fault> {
        let waiting: Vec<Id> =
            keys.iter().filter_map(|key| key.strip_prefix(MAILS)?.parse().ok()).collect();
        for chunk in waiting.chunks(IN_FLIGHT) {
            let opened = try_join_all(chunk.iter().map(|id| recipient(desk, *id))).await?;
            for (id, recipient) in chunk.iter().zip(opened) {
                match recipient {
                    Recipient::Known(to, subject) if to.normalised() == address.normalised() => {
                        self.mails.push(*id);
                        self.subjects.push(subject);
                    }
                    Recipient::Unknown => self.unreadable.push(*id),
                    Recipient::Known(..) | Recipient::Gone => {}
                }
            }
        }
        Ok(())
    }
}

impl Holdings {
    /// Finds everything that is held about the person with this address: as [`Roots::find`].
    ///
    /// # Errors
    /// A problem if the store fails.
    pub async fn find<S: Store>(
        desk: &Desk<'_, S>,
        keys: &[String],
        address: &EmailAddress,
    ) -> Result<Self, Fault> {
        let roots = Roots::find(desk, keys, address).await?;
        let marks: Vec<Mark> = roots.requests.iter().map(|key| Mark::of(key.id)).collect();
        let mut found = Self { roots, packages: Vec::new(), keys: Vec::new() };
        for key in keys {
            let Some(area) = found.area(key, &marks) else { continue };
            // What is no key of ours was read as none, so this loses nothing.
            found.keys.extend(StoreKey::new(key).ok().map(|key| (area, key)));
        }
        Ok(found)
    }

    /// The area of a key that is held; `None` if it is somebody else's, or nobody's.
    fn area(&mut self, key: &str, marks: &[Mark]) -> Option<Area> {
        let mut parts = key.split(':');
        let (name, id) = (parts.next()?, parts.next()?);
        let area = Area::ALL.into_iter().find(|area| area.name() == name)?;
        // The hash of a subject, which a suppression has here, is written as ids are.
        let id: Id = id.parse().ok()?;
        let roots = &self.roots;
        let case = || has(&roots.cases, id, |key| key.id);
        let request = || has(&roots.requests, id, |key| key.id);
        let change = || has(&roots.changes, id, |change| change.id);
        let mail = || has(&roots.mails, id, |mail| *mail);
        let held = match area {
            Area::Cases => case().is_some_and(|held| held.opening().as_str() == key),
            Area::Events | Area::Heads => case().is_some(),
            Area::Requests => request().is_some_and(|held| held.opening().as_str() == key),
            Area::RequestEvents | Area::RequestHeads => request().is_some(),
            Area::Files => case().is_some() || request().is_some(),
            Area::Changes | Area::Told => change().is_some(),
            Area::Mails => mail().is_some(),
            Area::Tries => mail().is_some() || change().is_some(),
            Area::Suppressions => roots.suppressions.iter().any(|held| held.key.as_str() == key),
            Area::PackageLocks | Area::Packages => {
                let held = marks.iter().any(|mark| mark.is_on(id));
                if held && !self.packages.contains(&id) {
                    self.packages.push(id);
                }
                held
            }
        };
        held.then_some(area)
    }

    /// Every key that is held, in the order in which it may be deleted.
    pub fn keys(&self) -> impl Iterator<Item = (Area, &StoreKey)> {
        Area::ALL.into_iter().flat_map(|area| self.of(area).map(move |key| (area, key)))
    }

    /// The keys of one area.
    pub fn of(&self, area: Area) -> impl Iterator<Item = &StoreKey> {
        self.keys.iter().filter(move |(of, _)| *of == area).map(|(_, key)| key)
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
    Known(EmailAddress, Line),
    /// It cannot be opened.
    Unknown,
    /// It was taken since the keys were listed.
    Gone,
}

async fn recipient<S: Store>(desk: &Desk<'_, S>, id: Id) -> Result<Recipient, Fault> {
    let key = outbox::mail_key(id)?;
    let Some(stored) = desk.store.get(&key).await? else { return Ok(Recipient::Gone) };
    // One that has expired still lies there, and holds an address: it is read as of an instant before all others.
    let opened = desk.setup.keys.open(&key, &stored, Timestamp::EPOCH).ok().flatten();
    let mail = opened.and_then(|content| decode::<Mail>(&content));
    Ok(mail.map_or(Recipient::Unknown, |mail| Recipient::Known(mail.to, mail.subject)))
}

/// Finds what has an id in a list that is in the order of ids.
fn has<T>(list: &[T], id: Id, of: impl Fn(&T) -> Id) -> Option<&T> {
    list.binary_search_by(|held| of(held).cmp(&id)).ok().and_then(|at| list.get(at))
}
