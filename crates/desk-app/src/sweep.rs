//! The sweep: it tells again what was told in vain, repairs heads, deletes what has expired, and prunes the journal. Nobody
//! can learn anything from it, and it may be called by anybody at any moment, for some clocks can only send a GET.

use desk_core::id::Id;
use desk_core::store_key::StoreKey;
use desk_core::suppression::SuppressionChange;
use futures_util::future::{join, join_all};

use crate::desk::Desk;
use crate::heads;
use crate::journal;
use crate::journal::{cursor, untold};
use crate::outbox::{self, AT_ONCE, MAILS, SuppressionNotice, Tries};
use crate::ports::{Outbound, Scan};
use crate::retention;
use desk_core::fault::Fault;

/// It does nothing when it ran less than so many seconds ago.
const PAUSE: i64 = 20;
/// Where it is kept which sweep was the last.
const RAN: &str = "sweep:ran";
/// What was stored less than so many seconds ago is still being told by whoever stored it.
const GRACE: i64 = 60;
/// For how many seconds it looks at mails that nobody sends.
const UNDECIDED: i64 = 600;
/// How much it tells in one call, eight at a time.
const BOUND: usize = 64;
/// How much it looks at in one call, to see whether it is due.
const LOOKS: usize = 256;

/// Sweeps, unless another one just did. Gives what went wrong with one of the things that were told, for the log.
pub async fn sweep<S: Scan + Outbound>(desk: &Desk<'_, S>) -> Result<Option<String>, Fault> {
    let (ran, turn) = (last(desk).await?, desk.moment.id());
    // A clock that was set back must not stop it for good.
    let rests = |ran: Id| (0..PAUSE).contains(&desk.now().seconds_since(ran.instant()));
    if ran.is_some_and(rests) {
        return Ok(None);
    }
    desk.write_sealed(&StoreKey::new(RAN)?, None, &turn).await?;
    let keys = desk.store.keys("").await?;
    // Of two that began at once, the one that wrote last goes on. What was there before says nothing: a store may be slow to
    // show what was written.
    let now = last(desk).await?;
    if now != Some(turn) && now != ran {
        return Ok(None);
    }
    // What is wrong with one keeps nothing else from happening, and neither does whom it takes long to tell.
    let rest = async {
        let repaired = heads::repair(desk, &keys).await;
        let pruned = journal::prune(desk, &keys).await;
        [repaired, pruned, retention::run(desk, &keys).await]
    };
    let (told, rest) = join(tell(desk, &keys), rest).await;
    let refused = told?;
    rest.into_iter().collect::<Result<(), Fault>>()?;
    Ok(refused)
}

/// Which sweep was the last. What cannot be read stops none.
async fn last<S: Scan>(desk: &Desk<'_, S>) -> Result<Option<Id>, Fault> {
    match desk.read_sealed(&StoreKey::new(RAN)?).await {
        Err(Fault::Internal(_)) => Ok(None),
        last => last,
    }
}

/// Something that waits, as its key says.
enum Waiting {
    Changed(SuppressionChange),
    Mail(Id),
}

impl Waiting {
    const fn id(&self) -> Id {
        match self {
            Self::Changed(change) => change.id,
            Self::Mail(id) => *id,
        }
    }
}

async fn tell<S: Scan + Outbound>(
    desk: &Desk<'_, S>,
    keys: &[String],
) -> Result<Option<String>, Fault> {
    // What is wrong with one of them keeps from going out only what needs it, and is said at the end.
    let (lists, webhook, provider) =
        (desk.setup.mailing(), desk.setup.webhook(), desk.setup.provider());
    let listens = matches!(webhook, Ok(Some(_)));
    let mut waiting = Vec::new();
    let sends = outbox::sends(desk.setup);
    let mail = |key: &String| key.strip_prefix(MAILS)?.parse::<Id>().ok();
    // Where nobody sends mail, it may not have been decided yet whether one is over the limit of its mailbox.
    let looks = |id: &Id| sends || desk.now().seconds_since(id.instant()) < UNDECIDED;
    waiting.extend(keys.iter().filter_map(mail).filter(looks).map(Waiting::Mail));
    if listens && lists.is_ok() {
        waiting.extend(untold(keys, cursor(desk).await?).into_iter().map(Waiting::Changed));
    }
    // The oldest first; where it may be more than goes in one call, behind what the one before came to.
    waiting.sort_unstable_by_key(Waiting::id);
    let cursor = StoreKey::new("sweep:told")?;
    let known: Option<Id> =
        if waiting.len() > BOUND { desk.read_sealed(&cursor).await?.flatten() } else { None };
    let behind = waiting.partition_point(|waiting| Some(waiting.id()) <= known);
    waiting.rotate_left(behind);
    let (mut due, mut looked, mut refused) = (Vec::new(), None, None);
    for chunk in waiting.chunks(AT_ONCE).take(LOOKS / AT_ONCE) {
        if due.len() + AT_ONCE > BOUND {
            break;
        }
        looked = chunk.last().map(Waiting::id);
        let looks = chunk.iter().map(|waiting| tries(desk, waiting.id()));
        for (waiting, outcome) in chunk.iter().zip(join_all(looks).await) {
            due.extend(unless_refused(outcome, &mut refused)?.map(|_| waiting));
        }
    }
    // Only what is due, eight at a time: a claim reckons with how long that takes.
    for chunk in due.chunks(AT_ONCE) {
        let told = chunk.iter().map(|waiting| again(desk, waiting));
        for outcome in join_all(told).await {
            if let Some(said) = unless_refused(outcome, &mut refused)? {
                refused.get_or_insert(said);
            }
        }
    }
    // Where it came around there is nowhere to go on.
    let until = looked.filter(|_| looked != waiting.last().map(Waiting::id));
    if until != known {
        desk.write_sealed(&cursor, None, &until).await?;
    }
    lists?;
    webhook?;
    provider?;
    Ok(refused)
}

/// What one thing came to. One that cannot be read keeps nobody else from being told.
fn unless_refused<T>(
    outcome: Result<Option<T>, Fault>,
    refused: &mut Option<String>,
) -> Result<Option<T>, Fault> {
    match outcome {
        Err(Fault::Internal(what)) => {
            refused.get_or_insert(what.into_owned());
            Ok(None)
        }
        outcome => outcome,
    }
}

/// How often something was told, if that was ever, and if it is due: else `None`.
async fn tries<S: Scan>(desk: &Desk<'_, S>, id: Id) -> Result<Option<Option<Tries>>, Fault> {
    let tries = outbox::tries(desk, id).await?;
    let due = match tries {
        None => desk.now().seconds_since(id.instant()) >= GRACE,
        Some(tries) => tries.next.is_some_and(|next| next <= desk.now()),
    };
    Ok(due.then_some(tries))
}

/// Tells one thing again, if it is still due and no other sweep is at it. Gives what went wrong, if anything.
async fn again<S: Scan + Outbound>(
    desk: &Desk<'_, S>,
    waiting: &Waiting,
) -> Result<Option<String>, Fault> {
    let id = waiting.id();
    let Some(tries) = tries(desk, id).await? else { return Ok(None) };
    match waiting {
        Waiting::Mail(id) => outbox::deliver(desk, *id, tries).await,
        Waiting::Changed(change) => {
            let notice = SuppressionNotice::new(desk.setup.lists(), *change);
            outbox::announce(desk, &notice, tries).await
        }
    }
}
