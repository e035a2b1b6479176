//! Retention: what has expired is deleted, and so is a request of which nobody proved in time who asks.
//!
//! Readers honour an expiry by themselves, so nothing is late if this is slow. Each call goes on where the one before it
//! stopped, looks at a bounded number of things and deletes a bounded number of values; an hour after the end it begins
//! anew. The keys come from the scan that the sweep makes anyway.

use std::collections::BTreeMap;
use std::ops::Bound;

use desk_core::erasure::{DestructionAct, LOG_SECONDS};
use desk_core::id::Id;
use desk_core::request::log::{self, Entry};
use desk_core::request::{IDENTITY_SECONDS, Request, RequestKey, RequestState};
use desk_core::sealed;
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::erasure::load_whole;
use crate::ports::Store;
use crate::requests_log;
use desk_core::fault::Fault;

/// How many values are read in one call, and how many deleted, but for the last thing that was looked at.
pub const READS: usize = 64;
/// How many values one call deletes at the most.
pub const DELETES: usize = 64;
/// How many calls to the store are in flight at once.
const IN_FLIGHT: usize = 16;
/// What has an id and is younger than so many seconds is not looked at: little is kept for less, and nobody is given it.
const YOUNG: i64 = 86_400;
/// So many seconds lie between the end of one round through the store and the next.
pub const REST: i64 = 3_600;

/// How far it came.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Behind which unit to go on; empty where a round begins.
    pub at: String,
    /// Before which instant the next round does not begin.
    pub rests_until: Option<Timestamp>,
}

/// Values that expire together.
#[derive(Debug, Default)]
struct Unit<'a> {
    /// Those by which the others are found: read first, deleted last.
    roots: Vec<&'a str>,
    /// The others.
    rest: Vec<&'a str>,
    /// When it came to be, where its name says so.
    id: Option<Id>,
}

impl Unit<'_> {
    /// What is read to learn when it expires. Of what has no root, such as the files of a case that was never opened, any
    /// value will do.
    fn witnesses(&self) -> &[&str] {
        if self.roots.is_empty() { self.rest.get(..1).unwrap_or_default() } else { &self.roots }
    }

    fn size(&self) -> usize {
        self.roots.len() + self.rest.len()
    }
}

/// What expires, by names that are in the order in which it is looked at.
fn units(keys: &[String]) -> BTreeMap<String, Unit<'_>> {
    let mut units: BTreeMap<String, Unit<'_>> = BTreeMap::new();
    for key in keys {
        let mut parts = key.split(':');
        let (area, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (name, is_root) = match area {
            "case" | "request" => (format!("case:{id}"), true),
            "event" | "head" | "request-event" | "request-head" | "file" => {
                (format!("case:{id}"), false)
            }
            "package-lock" => (format!("package:{id}"), true),
            "package" => (format!("package:{id}"), false),
            "outbox" => (format!("outbox:{id}"), true),
            "once"
            | "limit"
            | "claim"
            | "outcome"
            | DestructionAct::AREA
            | DestructionAct::EXECUTORS
            | log::AREA => (key.clone(), true),
            _ => continue,
        };
        let unit = units.entry(name).or_default();
        let values = if is_root { &mut unit.roots } else { &mut unit.rest };
        values.push(key);
        // The names of markers, slots and acts are no ids, though some could be read as such.
        unit.id = if matches!(area, "once" | "limit" | "claim" | "outcome") {
            None
        } else {
            id.parse().ok()
        };
    }
    // How often a mail was tried goes with it; what is kept under the id of a change is no concern of this.
    for key in keys {
        let Some(id) = key.strip_prefix("try:") else { continue };
        if let Some(unit) = units.get_mut(&format!("outbox:{id}")) {
            unit.rest.push(key);
        }
    }
    units
}

/// Deletes what has expired, as much as fits into one call.
///
/// # Errors
/// A problem if the store fails; the next call does then what this one did not.
pub async fn run<S: Store>(desk: &Desk<'_, S>, keys: &[String]) -> Result<(), Fault> {
    let cursor = StoreKey::new("sweep:retention")?;
    let known: Progress = desk.read_sealed(&cursor).await?.unwrap_or_default();
    // A clock that was set back must not stop it for good.
    let rests = |until: Timestamp| (1..=REST).contains(&until.seconds_since(desk.now()));
    if known.rests_until.is_some_and(rests) {
        return Ok(());
    }
    let progress = round(desk, keys, &known.at).await?;
    if progress == known { Ok(()) } else { desk.write_sealed(&cursor, None, &progress).await }
}

/// Goes on with a round behind the unit of this name.
async fn round<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    behind: &str,
) -> Result<Progress, Fault> {
    let units = units(keys);
    let young =
        |unit: &Unit<'_>| unit.id.is_some_and(|id| desk.now().seconds_since(id.instant()) < YOUNG);
    let mut progress = Progress { at: behind.to_owned(), rests_until: None };
    let (mut reads, mut deletes) = (0, 0);
    let ahead = units.range::<str, _>((Bound::Excluded(behind), Bound::Unbounded));
    for (name, unit) in ahead.filter(|(_, unit)| !young(unit)) {
        if reads >= READS || deletes >= DELETES {
            return Ok(progress);
        }
        let (read, gone) = look(desk, keys, unit).await?;
        reads += read;
        if gone {
            let whole = delete(desk, unit, DELETES - deletes).await?;
            deletes += unit.size();
            if !whole {
                // The next call goes on with what is left of it.
                return Ok(progress);
            }
        }
        progress.at.clone_from(name);
    }
    Ok(Progress { at: String::new(), rests_until: Some(desk.now().plus_seconds(REST)) })
}

/// Whether a unit is to go, and how many values were read to learn it.
async fn look<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    unit: &Unit<'_>,
) -> Result<(usize, bool), Fault> {
    let mut expired = !unit.witnesses().is_empty();
    let mut reads = 0;
    for key in unit.witnesses() {
        let Ok(key) = StoreKey::new(*key) else { return Ok((reads, false)) };
        reads += 1;
        // What is there no longer keeps nothing. What cannot be read is nothing that a sweep should judge.
        if let Some(stored) = desk.store.get(&key).await? {
            let until = sealed::expiry(&stored).ok().flatten();
            expired &=
                sealed::is_destroyed(&stored) || until.is_some_and(|until| until <= desk.now());
        }
    }
    if expired {
        return Ok((reads, true));
    }
    let [key] = unit.roots.as_slice() else { return Ok((reads, false)) };
    match RequestKey::from_opening(key) {
        Some(key) if desk.now().seconds_since(key.id.instant()) >= IDENTITY_SECONDS => {
            let unproven = unproven(desk, keys, &key).await?;
            Ok((reads + 2 + unit.rest.len().min(READS), unproven))
        }
        _ => Ok((reads, false)),
    }
}

/// Whether nobody proved in time who asks, or somebody said that it was not them. The log keeps an entry of it.
async fn unproven<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &RequestKey,
) -> Result<bool, Fault> {
    // An erasure that broke off has deleted the proof already; whoever ordered it goes on with it.
    let act = DestructionAct::key(key.id);
    if keys.iter().any(|known| known == act.as_str()) {
        return Ok(false);
    }
    let request: Request = match load_whole(desk, keys, key).await {
        Ok(Some(request)) => request,
        Ok(None) | Err(Fault::Internal(_)) => return Ok(false),
        Err(problem) => return Err(problem),
    };
    let over = matches!(
        request.state(desk.now()),
        RequestState::Expired { .. } | RequestState::Withdrawn { .. }
    );
    if !over || request.identified.is_some() {
        return Ok(false);
    }
    // An operator's scan may have come by, and knew when it was due. A sweep has no calendars.
    if requests_log::find(desk, request.id).await?.is_none() {
        let line = Entry::new(&request, None, desk.now());
        requests_log::write_unreckoned(desk, &line, &request, LOG_SECONDS).await?;
    }
    Ok(true)
}

/// Deletes a unit, its roots last and only if all the rest fits into the bound. Says whether it is gone.
async fn delete<S: Store>(
    desk: &Desk<'_, S>,
    unit: &Unit<'_>,
    bound: usize,
) -> Result<bool, Fault> {
    let rest = unit.rest.get(..bound).unwrap_or(&unit.rest);
    remove(desk, rest).await?;
    if rest.len() < unit.rest.len() {
        return Ok(false);
    }
    remove(desk, &unit.roots).await?;
    Ok(true)
}

async fn remove<S: Store>(desk: &Desk<'_, S>, keys: &[&str]) -> Result<(), Fault> {
    for chunk in keys.chunks(IN_FLIGHT) {
        let keys = chunk.iter().filter_map(|key| StoreKey::new(*key).ok());
        try_join_all(keys.map(|key| async move { desk.destroy(&key).await })).await?;
    }
    Ok(())
}
