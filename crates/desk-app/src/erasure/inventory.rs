//! What is held about the person, as an erasure sees it: the holdings, and what their keys do not tell of.

use desk_core::case::{self, CaseKey};
use desk_core::erasure::{Category, DestructionAct, HeldValue, Plan, Stay};
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::Subject;
use desk_core::reference::{Reference, Series};
use desk_core::request::{Request, RequestDoor, RequestKey, log};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use futures_util::future::try_join_all;

use super::{IN_FLIGHT, notice_id};
use crate::cases;
use crate::desk::Desk;
use crate::holdings::{Area, Holdings};
use crate::limiter;
use crate::ports::Store;
use desk_core::fault::Fault;

/// What the keys of the markers of idempotency keys begin with.
const MARKERS: &str = "once:";

/// Loads a case with every event there is, also those that its head misses. `keys` are all keys of the store.
///
/// # Errors
/// A problem if the store fails or what it holds was changed.
pub async fn load_whole<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &K,
) -> Result<Option<K::Case>, Fault> {
    Ok(cases::load_whole(desk, key, &cases::events_of(keys, &key.events_prefix()))
        .await?
        .map(|(case, _)| case))
}

/// What an act calls what lies in an area; `None` for what an opt-out needs, which stays. Tries are those of a mail, or of
/// an opt-out.
const fn category(area: Area, is_of_mail: bool) -> Option<Category> {
    Some(match area {
        Area::PackageLocks | Area::Packages => Category::Packages,
        Area::Mails => Category::Mails,
        Area::Tries if is_of_mail => Category::Mails,
        Area::Tries | Area::Told | Area::Changes | Area::Suppressions => return None,
        Area::Files => Category::Files,
        Area::Events | Area::Heads => Category::CaseMessages,
        Area::Cases => Category::Cases,
        Area::RequestEvents | Area::RequestHeads => Category::RequestMessages,
        Area::Requests => Category::Requests,
    })
}

/// Decides what goes and what stays of everything that is held about the person of a request. Where an erasure was
/// `begun`, that is what its act says, and what came after it is no part of it.
pub(super) async fn plan<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    own: &RequestKey,
    request: &Request,
    begun: Option<&DestructionAct>,
) -> Result<Plan, Fault> {
    let address = &request.opening.email;
    let holdings = Holdings::find(desk, keys, address).await?;
    let mut cases = holdings.roots.cases.clone();
    cases.extend(linked(keys, request));
    let mut open: Vec<Stay> = begun.map(|act| act.open().collect()).unwrap_or_default();
    for case in &cases {
        let stays = stays(desk, keys, case, begun, |case| {
            use case::CaseState::{InProgress, Received};
            // Who was answered is owed nothing more.
            (case.opening.at, matches!(case.state, Received | InProgress))
        });
        open.extend(stays.await?.then_some(Stay::Case(case.id)));
    }
    for other in holdings.roots.requests.iter().filter(|key| key.id != own.id) {
        let stays = stays(desk, keys, other, begun, |request| {
            (request.opening.at, request.state(desk.now()).ended().is_none())
        });
        open.extend(stays.await?.then_some(Stay::Request(other.id)));
    }
    let kept: Vec<Id> = open.iter().filter_map(|stay| stay.open()).collect();
    let mut held = Vec::new();
    let mut opt_outs = 0;
    let told = begun.map(|act| (notice_id(desk, act), act.at));
    for (area, key) in holdings.keys() {
        let id = key.parts().nth(1).and_then(|id| id.parse::<Id>().ok());
        let is_of_mail = id.is_some_and(|id| holdings.roots.mails.contains(&id));
        let Some(category) = category(area, is_of_mail) else {
            opt_outs += 1;
            continue;
        };
        let later = |(notice, at)| id.is_some_and(|id| id == notice || id.instant() > at);
        if category == Category::Mails
            && (told.is_some_and(later) || id.is_some_and(|id| tells_of(&holdings, id, &kept)))
        {
            continue;
        }
        held.push(HeldValue { category, key: key.clone() });
    }
    if let Some(case) = linked(keys, request) {
        held.extend(of_case(keys, &case));
    }
    let going =
        cases.iter().map(|key| key.id).chain(holdings.roots.requests.iter().map(|key| key.id));
    let going: Vec<Id> = going.filter(|id| !kept.contains(id)).chain([own.id]).collect();
    let subjects: Vec<Subject> = desk.setup.keys.subjects(address).collect();
    let these = These { subjects, going, kept };
    held.extend(these.others(keys, &held));
    held.extend(these.markers(desk, keys).await?);
    held.extend(these.limits(desk, keys));
    Ok(Plan::new(own, held, &open, opt_outs))
}

/// Whether a mail tells of a request that stays: without it, an extension would be one that nobody was told of, and a
/// package one that nobody can open.
fn tells_of(holdings: &Holdings, mail: Id, kept: &[Id]) -> bool {
    let mut mails = holdings.roots.mails.iter().zip(&holdings.roots.subjects);
    mails.find(|(id, _)| **id == mail).is_some_and(|(_, subject)| {
        kept.iter().any(|id| {
            let reference = Reference::new(Series::Requests, *id).text();
            // To look for a text in a text takes 4 KB.
            let mut parts = subject.as_str().as_bytes().windows(reference.len());
            parts.any(|part| part == reference.as_bytes())
        })
    })
}

/// Whether a case or a request stays: because it is open, or because it came after the act.
async fn stays<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &K,
    begun: Option<&DestructionAct>,
    look: impl FnOnce(&K::Case) -> (Timestamp, bool),
) -> Result<bool, Fault> {
    let case = match load_whole(desk, keys, key).await {
        Ok(Some(case)) => case,
        // One that has expired, or that nobody can open any longer, is open for nobody.
        Ok(None) | Err(Fault::Internal(_)) => return Ok(false),
        Err(problem) => return Err(problem),
    };
    let (at, open) = look(&case);
    Ok(begun.map_or(open, |act| at > act.at))
}

/// The feedback case without an address that the request was made from: its key does not say whose it is.
fn linked(keys: &[String], request: &Request) -> Option<CaseKey> {
    let RequestDoor::Feedback(id) = request.opening.door else { return None };
    let key = CaseKey { id, subject: None };
    let opening = key.opening();
    keys.iter().any(|known| known == opening.as_str()).then_some(key)
}

/// The values of a case that has no address.
fn of_case(keys: &[String], case: &CaseKey) -> Vec<HeldValue> {
    let id = case.id.to_string();
    let mut held = Vec::new();
    for key in keys {
        let mut parts = key.split(':');
        let category = match (parts.next(), parts.next()) {
            (Some("case"), Some(of)) if of == id && *key == case.opening().to_string() => {
                Category::Cases
            }
            (Some("event" | "head"), Some(of)) if of == id => Category::CaseMessages,
            (Some("file"), Some(of)) if of == id => Category::Files,
            _ => continue,
        };
        held.extend(StoreKey::new(key.as_str()).ok().map(|key| HeldValue { category, key }));
    }
    held
}

/// Whose values are looked for, and what goes and stays of theirs.
struct These {
    subjects: Vec<Subject>,
    going: Vec<Id>,
    kept: Vec<Id>,
}

impl These {
    /// Whatever else names the person, or something that goes, in its key: an area that is added tomorrow is not
    /// forgotten.
    fn others(&self, keys: &[String], held: &[HeldValue]) -> Vec<HeldValue> {
        let subjects = self.subjects.iter().map(Subject::to_string);
        let names: Vec<String> = subjects.chain(self.going.iter().map(Id::to_string)).collect();
        let kept: Vec<String> = self.kept.iter().map(Id::to_string).collect();
        let among = |names: &[String], part: &str| names.iter().any(|name| name == part);
        let mut others = Vec::new();
        for key in keys {
            let mut parts = key.split(':');
            let area = parts.next().unwrap_or_default();
            let goes = parts.clone().any(|part| among(&names, part))
                && !matches!(
                    area,
                    "suppression"
                        | "change"
                        | "claim"
                        | "outcome"
                        | DestructionAct::AREA
                        | DestructionAct::EXECUTORS
                )
                && area != log::AREA
                && !parts.any(|part| among(&kept, part))
                && !held.iter().any(|held| held.key.as_str() == key);
            if goes {
                let key = StoreKey::new(key.as_str()).ok();
                others.extend(key.map(|key| HeldValue { category: Category::Others, key }));
            }
        }
        others
    }

    /// The markers of idempotency keys that lead to what goes. Their names tell nothing, so they are opened: there are
    /// as many as keys were used in a day.
    async fn markers<S: Store>(
        &self,
        desk: &Desk<'_, S>,
        keys: &[String],
    ) -> Result<Vec<HeldValue>, Fault> {
        let markers = keys.iter().filter(|key| key.starts_with(MARKERS));
        let markers: Vec<StoreKey> =
            markers.filter_map(|key| StoreKey::new(key.as_str()).ok()).collect();
        let mut held = Vec::new();
        for chunk in markers.chunks(IN_FLIGHT) {
            let read = chunk.iter().map(|key| desk.store.get(key));
            for (key, stored) in chunk.iter().zip(try_join_all(read).await?) {
                // As of an instant before all others, for one that has expired still lies there.
                let open = |stored: Vec<u8>| {
                    desk.setup.keys.open(key, &stored, Timestamp::EPOCH).ok().flatten()
                };
                if stored.and_then(open).is_some_and(|content| self.are_in(&content)) {
                    held.push(HeldValue { category: Category::Markers, key: key.clone() });
                }
            }
        }
        Ok(held)
    }

    /// Whether the content of a marker leads to what goes.
    fn are_in(&self, content: &[u8]) -> bool {
        let has = |needle: [u8; 16]| content.windows(16).any(|part| part == needle);
        let any = |ids: &[Id]| ids.iter().any(|id| has(id.to_bytes()));
        let theirs = self.subjects.iter().any(|subject| has(subject.to_bytes()));
        any(&self.going) || theirs && !any(&self.kept)
    }

    /// The slots that count how often mail to the address was asked for.
    fn limits<S>(&self, desk: &Desk<'_, S>, keys: &[String]) -> Vec<HeldValue> {
        let names: Vec<[String; 2]> =
            self.subjects.iter().map(|subject| limiter::names(desk, &subject.to_bytes())).collect();
        let slot = |key: &&String| {
            let name = key.strip_prefix("limit:").and_then(|rest| rest.split(':').nth(1));
            name.is_some_and(|name| names.iter().flatten().any(|known| known == name))
        };
        let keys = keys.iter().filter(slot).filter_map(|key| StoreKey::new(key.as_str()).ok());
        keys.map(|key| HeldValue { category: Category::Limits, key }).collect()
    }
}
