//! The repair of heads that missed an event because two were written at once: a case, or a request, whose head nobody had
//! read since.

use desk_core::case::CaseKey;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::request::RequestKey;

use crate::cases;
use crate::desk::Desk;
use crate::ports::Store;
use desk_core::fault::Fault;

/// For how many seconds after an event its head is looked at: a good many sweeps.
const YOUNG: i64 = 900;
/// How many cases, and how many requests, are looked at in one call at the most: those in which something happened last.
const BOUND: usize = 32;

/// Looks at the heads of what something happened to lately, and writes those that miss an event. `keys` are all keys of the
/// store, from one scan.
///
/// # Errors
/// A problem if the store fails.
pub async fn repair<S: Store>(desk: &Desk<'_, S>, keys: &[String]) -> Result<(), Fault> {
    for id in lately(desk, keys, "event:") {
        let mut cases = keys.iter().filter_map(|key| CaseKey::from_opening(key));
        whole(desk, keys, cases.find(|key| key.id == id)).await?;
    }
    for id in lately(desk, keys, "request-event:") {
        let mut requests = keys.iter().filter_map(|key| RequestKey::from_opening(key));
        whole(desk, keys, requests.find(|key| key.id == id)).await?;
    }
    Ok(())
}

/// The ids of the cases to which something happened lately.
fn lately<S>(desk: &Desk<'_, S>, keys: &[String], prefix: &str) -> Vec<Id> {
    let event = |key: &String| {
        let (case, event) = key.strip_prefix(prefix)?.split_once(':')?;
        let age = desk.now().seconds_since(event.parse::<Id>().ok()?.instant());
        let case: Id = case.parse().ok()?;
        (0..YOUNG).contains(&age).then_some((age, case))
    };
    let mut events: Vec<_> = keys.iter().filter_map(event).collect();
    events.sort_unstable();
    let mut ids = Vec::new();
    for (_, id) in events {
        if ids.len() < BOUND && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Writes the head of a case where it misses an event. What cannot be read keeps nobody else's from being looked at.
async fn whole<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: Option<K>,
) -> Result<(), Fault> {
    let Some(key) = key else { return Ok(()) };
    match cases::load_repaired(desk, &key, &cases::events_of(keys, &key.events_prefix())).await {
        // It may have been erased meanwhile, and nothing of it may come back.
        Ok(Some((_, true))) if desk.store.get(&key.opening()).await?.is_none() => {
            desk.destroy(&key.head()).await
        }
        Ok(_) | Err(Fault::Internal(_)) => Ok(()),
        Err(problem) => Err(problem),
    }
}
