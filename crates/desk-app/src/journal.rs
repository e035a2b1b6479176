//! Pruning the journal of suppressions: what the mailer knows, and what something newer says, need not be kept for ever.
//! Whoever holds a link can add entries by using it again and again.
//!
//! An entry that still says something is removed in two steps, a call of the sweep apart: first a mark names it, so that
//! an export which begins before the mark is refused; then, once the mark was found in the store, it goes. Whoever lists
//! the keys and misses an entry therefore finds the mark.

use std::collections::{BTreeMap, BTreeSet};

use desk_core::id::Id;
use desk_core::store_key::StoreKey;
use desk_core::suppression::SuppressionChange;
use desk_core::time::Timestamp;
use futures_util::future::try_join_all;

use crate::desk::Desk;
use crate::outbox::{MAILS, TOLD, TRIES};
use crate::ports::Store;
use crate::suppression::IN_FLIGHT;
use desk_core::fault::Fault;

/// What the marks begin with. Each is a key of its own, never written twice, so that of two sweeps at once none takes back
/// what the other said; the newest counts.
const PRUNED: &str = "pruned:";
/// For how many seconds a change is kept that the mailer knows, or that a newer one replaces.
const KEPT: i64 = 30 * 86_400;
/// For how many seconds one is kept of which both hold: a replay.
const REPLAYED: i64 = 86_400;
/// How much goes in one call.
const BOUND: usize = 256;

/// The last change that may be missing: what changed after an older cursor than this can no longer be told in full.
pub fn pruned(keys: &[String]) -> Option<Id> {
    keys.iter().filter_map(|key| key.strip_prefix(PRUNED)?.parse().ok()).max()
}

/// The key of the last change that the mailer has.
fn cursor_key() -> Result<StoreKey, Fault> {
    Ok(StoreKey::new("mailer:cursor")?)
}

/// The last change that the mailer has fetched or acknowledged: it has every one before it as well.
pub async fn cursor<S: Store>(desk: &Desk<'_, S>) -> Result<Option<Id>, Fault> {
    desk.read_sealed(&cursor_key()?).await
}

/// Notes that the mailer has everything up to a change. It never goes back.
pub async fn advance<S: Store>(desk: &Desk<'_, S>, to: Id) -> Result<(), Fault> {
    if cursor(desk).await?.is_none_or(|known| known < to) {
        desk.write_sealed(&cursor_key()?, None, &to).await?;
    }
    Ok(())
}

/// What the mailer does not know yet, the oldest first: what it did not fetch, and was not told.
pub fn untold(keys: &[String], fetched: Option<Id>) -> Vec<SuppressionChange> {
    let told: BTreeSet<&str> = keys.iter().filter_map(|key| key.strip_prefix(TOLD)).collect();
    let waits = |change: &SuppressionChange| {
        fetched.is_none_or(|fetched| change.id > fetched)
            && !told.contains(change.id.to_string().as_str())
    };
    let mut waiting: Vec<SuppressionChange> =
        keys.iter().filter_map(|key| SuppressionChange::from_key(key)).filter(waits).collect();
    waiting.sort_unstable_by_key(|change| change.id);
    waiting
}

/// Removes what is no longer of use, the oldest first, as much as goes in one call.
///
/// # Errors
/// A problem if the store fails: what was not removed yet is removed by the next call.
pub async fn prune<S: Store>(desk: &Desk<'_, S>, keys: &[String]) -> Result<(), Fault> {
    let plan = plan(keys, cursor(desk).await?, desk.now());
    if let Some(mark) = plan.mark {
        desk.write_sealed(&StoreKey::new([PRUNED, &mark.to_string()].concat())?, None, &()).await?;
    }
    for chunk in plan.useless.chunks(IN_FLIGHT) {
        try_join_all(
            chunk.iter().map(|key| async move { desk.destroy(&StoreKey::new(key)?).await }),
        )
        .await?;
    }
    Ok(())
}

/// What one call does.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// The mark to be written.
    mark: Option<Id>,
    /// The keys that go.
    useless: Vec<String>,
}

fn plan(keys: &[String], fetched: Option<Id>, now: Timestamp) -> Plan {
    let old = |id: Id, seconds: i64| now.seconds_since(id.instant()) >= seconds;
    let ids = |prefix: &'static str| {
        keys.iter().filter_map(move |key| Some((key.strip_prefix(prefix)?.parse().ok()?, key)))
    };
    let told: BTreeSet<Id> = ids(TOLD).map(|(id, _)| id).collect();
    let marked = pruned(keys);
    let mut changes: Vec<SuppressionChange> =
        keys.iter().filter_map(|key| SuppressionChange::from_key(key)).collect();
    changes.sort_unstable_by_key(|change| change.id);
    let what = |change: &SuppressionChange| (change.subject.to_bytes(), change.scope);
    let newest: BTreeMap<_, Id> = changes.iter().map(|change| (what(change), change.id)).collect();
    let mut plan = Plan::default();
    for change in &changes {
        let id = change.id;
        let known = fetched.is_some_and(|fetched| id <= fetched) || told.contains(&id);
        let replaced = newest.get(&what(change)).is_some_and(|newest| id < *newest);
        // What a newer one replaces goes without a mark: whoever follows along is given the newer one.
        if replaced && (old(id, KEPT) || known && old(id, REPLAYED)) {
            plan.useless.push(change.key().as_str().to_owned());
        } else if !replaced && known && old(id, KEPT) {
            if marked.is_some_and(|marked| id <= marked) {
                plan.useless.push(change.key().as_str().to_owned());
            } else {
                plan.mark = Some(id);
            }
        }
    }
    // Marks of what is gone: never before it is, for a change without them would be told again.
    let known: BTreeSet<Id> =
        changes.iter().map(|change| change.id).chain(ids(MAILS).map(|(id, _)| id)).collect();
    let orphaned =
        |(id, key): (Id, &String)| (old(id, REPLAYED) && !known.contains(&id)).then(|| key.clone());
    plan.useless.extend(ids(TOLD).chain(ids(TRIES)).filter_map(orphaned));
    let earlier = |(id, key): (Id, &String)| (Some(id) < marked).then(|| key.clone());
    plan.useless.extend(ids(PRUNED).filter_map(earlier));
    plan.useless.truncate(BOUND);
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk_core::keys::Subject;
    use desk_core::suppression::{Reason, Scope};
    use proptest::prelude::*;

    const NOW: i64 = 1_900_000_000;

    fn at(days: i64, unique: u8) -> Id {
        let at = Timestamp::from_seconds(NOW - days * 86_400).unwrap();
        Id::new(at, [unique; 10])
    }

    fn change(id: Id, person: u8, reason: Option<Reason>) -> String {
        let subject = Subject::from_bytes([person; 16]);
        SuppressionChange { id, subject, scope: Scope::All, reason }.key().as_str().to_owned()
    }

    fn planned(keys: &[String], fetched: Option<Id>) -> Plan {
        plan(keys, fetched, Timestamp::from_seconds(NOW).unwrap())
    }

    fn told_key(id: Id) -> String {
        format!("{TOLD}{id}")
    }

    #[test]
    fn what_the_mailer_knows_is_marked_first_and_then_goes() {
        let (old, young) = (at(31, 1), at(29, 2));
        let (first, second) =
            (change(old, 1, Some(Reason::Form)), change(young, 2, Some(Reason::Form)));
        let mut keys = vec![first.clone(), second.clone(), told_key(old), told_key(young)];
        let marked = planned(&keys, None);
        assert_eq!(marked, Plan { mark: Some(old), useless: Vec::new() });
        keys.push(format!("{PRUNED}{old}"));
        let gone = planned(&keys, None);
        assert_eq!(gone, Plan { mark: None, useless: vec![first.clone()] });
        // Its marker goes once it is gone, and nothing more happens after that.
        keys.retain(|key| *key != first);
        assert_eq!(planned(&keys, None), Plan { mark: None, useless: vec![told_key(old)] });
        keys.retain(|key| *key != told_key(old));
        assert_eq!(planned(&keys, None), Plan::default());
    }

    #[test]
    fn what_the_mailer_does_not_know_stays_however_old() {
        let id = at(1_000, 1);
        let keys = [change(id, 1, Some(Reason::Form))];
        assert_eq!(planned(&keys, None), Plan::default());
        assert_eq!(planned(&keys, Some(at(1_001, 1))), Plan::default());
        assert_eq!(planned(&keys, Some(id)).mark, Some(id));
    }

    #[test]
    fn replays_go_soon_and_what_is_replaced_goes_unknown() {
        let ids = [at(40, 1), at(31, 2), at(20, 3), at(2, 4), at(0, 5)];
        let mut keys: Vec<String> =
            ids.iter().map(|id| change(*id, 1, Some(Reason::OneClick))).collect();
        // Nobody listens: the last 30 days remain, and of what is older nothing that is not said by something newer.
        assert_eq!(planned(&keys, None).useless, keys[..2]);
        // The mailer heard all: of the replays a day's worth remains.
        assert_eq!(planned(&keys, Some(ids[4])).useless, keys[..4]);
        keys.push(told_key(ids[2]));
        assert_eq!(planned(&keys, None).useless, keys[..3]);
        assert_eq!(planned(&keys, None).mark, None);
    }

    #[test]
    fn only_the_newest_mark_is_kept_and_marks_of_mails_stay_with_them() {
        let (mail, gone) = (at(3, 1), at(3, 2));
        let keys = [
            format!("{PRUNED}{}", at(60, 1)),
            format!("{PRUNED}{}", at(50, 1)),
            format!("{MAILS}{mail}"),
            format!("{TRIES}{mail}"),
            format!("{TRIES}{gone}"),
            told_key(at(0, 3)),
            "suppression:x".to_owned(),
            "pruned:x".to_owned(),
        ];
        assert_eq!(planned(&keys, None).useless, [keys[4].clone(), keys[0].clone()]);
        assert_eq!(pruned(&keys), Some(at(50, 1)));
    }

    #[test]
    fn a_call_has_a_bound_and_the_calls_have_an_end() {
        let mut keys: Vec<String> =
            (0..1_000).map(|n| change(at(40 + n, 1), 1, Some(Reason::Bare))).collect();
        let mut calls = 0;
        loop {
            let plan = planned(&keys, None);
            if plan == Plan::default() {
                break;
            }
            assert!(plan.useless.len() <= BOUND);
            keys.retain(|key| !plan.useless.contains(key));
            calls += 1;
        }
        assert_eq!((calls, keys.len()), (4, 1));
    }

    /// What a reader who took everything up to a cursor knows after having read on: the last word on each person.
    fn last_words(keys: &[String], since: Option<Id>) -> BTreeMap<[u8; 16], Option<Reason>> {
        let mut changes: Vec<SuppressionChange> =
            keys.iter().filter_map(|k| SuppressionChange::from_key(k)).collect();
        changes.sort_unstable_by_key(|change| change.id);
        changes.retain(|change| since.is_none_or(|since| change.id > since));
        changes.iter().map(|change| (change.subject.to_bytes(), change.reason)).collect()
    }

    proptest! {
        /// Whatever is pruned, and wherever a reader stood: either the cursor is refused, or all that counts is told.
        #[test]
        fn a_reader_is_told_everything_or_told_to_begin_anew(
            entries in prop::collection::vec((0i64..90, any::<u8>(), 0u8..4, any::<bool>(), any::<bool>()), 0..40),
            fetched in prop::option::of(0i64..90),
            since in 0i64..90,
            calls in 0usize..6,
            lost in prop::collection::vec(any::<bool>(), 0..40),
        ) {
            let mut keys = Vec::new();
            for (n, (days, unique, person, lifted, is_told)) in (0u8..).zip(entries) {
                // No two of them are one and the same, in whatever order those of a day stand.
                let id = Id::new(at(days, 0).instant(), [unique, n, 0, 0, 0, 0, 0, 0, 0, 0]);
                keys.push(change(id, person, (!lifted).then_some(Reason::OneClick)));
                if is_told {
                    keys.push(told_key(id));
                }
            }
            let (fetched, since) = (fetched.map(|days| at(days, 255)), at(since, 255));
            let before = last_words(&keys, Some(since));
            let mut lost = lost.into_iter();
            for _ in 0..calls {
                let plan = planned(&keys, fetched);
                // Any of the deletions may have been lost on the way.
                keys.retain(|key| !plan.useless.contains(key) || lost.next().unwrap_or(false));
                keys.extend(plan.mark.map(|mark| format!("{PRUNED}{mark}")));
            }
            if pruned(&keys).is_none_or(|pruned| pruned <= since) {
                prop_assert_eq!(last_words(&keys, Some(since)), before);
            }
        }
    }
}
