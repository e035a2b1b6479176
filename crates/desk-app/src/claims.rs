//! What must happen once: who of those that come at the same instant does it, and what the others answer.
//!
//! No Spin host has a compare-and-swap that works everywhere, so an act is decided by a claim. Whoever wants to act writes
//! who they are, waits until everybody who had found no claim has written theirs as well, and reads back: whose claim is
//! left acts, and writes the outcome. The others answer with that.
//!
//! An act happens once in a generation. A claim that is a minute old and has no outcome belongs to somebody who died, and
//! opens the next one: so an act happens at least once, and who is told of it is given an id that stays the same. This needs
//! a store that reads the last write, as SQLite, a Redis primary and `DynamoDB` with consistent reads are. On one that shows
//! writes later it makes repeats rare.

use std::time::Duration;

use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::ports::Store;

/// For how long a claim keeps others away, in seconds. Whoever holds one has acted within half of that.
const GENERATION: i64 = 60;
/// How long who is late waits for the outcome.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long they wait between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// For how many seconds a claim is kept, for a clock that is behind.
const KEPT: i64 = 86_400;

/// The name of an act: what it is and what it is about, such as `mail:01M8S…`. Two acts of one name are the same act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActName(String);

impl ActName {
    /// The act of a kind about something. Both keep to what a [`StoreKey`] may hold.
    pub fn new(kind: &str, about: impl std::fmt::Display) -> Self {
        Self(format!("{kind}:{about}"))
    }

    /// The same act on one state of what it is about.
    #[must_use]
    pub fn of(&self, state: &str) -> Self {
        Self(format!("{}:{state}", self.0))
    }

    /// Where the outcome lies.
    fn outcome(&self) -> Result<StoreKey, Fault> {
        Ok(StoreKey::new(format!("outcome:{}", self.0))?)
    }

    /// Where the claim of a generation lies.
    fn claim(&self, generation: u32) -> Result<StoreKey, Fault> {
        Ok(StoreKey::new(format!("claim:{}:{generation}", self.0))?)
    }
}

/// Who acts, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ClaimRecord {
    nonce: [u8; 16],
    at: Timestamp,
    /// Whether its holder gave it back, so that nobody has to wait.
    released: bool,
}

/// How an act stands.
#[derive(Debug)]
pub enum Standing<T> {
    /// It happened, and came to this.
    Happened(T),
    /// Somebody else is at it.
    Taken,
    /// It is the caller's, who now acts and then says what it came to.
    Ours(Claim),
}

/// The right to act.
#[must_use = "others wait for the outcome"]
#[derive(Debug)]
pub struct Claim {
    act: ActName,
    generation: u32,
    record: ClaimRecord,
}

/// Whether somebody is the first to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// They are.
    First,
    /// It was done, and is to be found in what was left.
    Late,
}

/// Does work that takes a thing from one state to the next, such as what an operator decides on what they were shown. The
/// first does it alone; whoever wants the same of the same state waits, and then does theirs on the next state, where it
/// finds that all is done, or that it came too late.
///
/// # Errors
/// As for [`in_turn`].
pub async fn first<S: Store, T, E: From<Fault>>(
    desk: &Desk<'_, S>,
    act: &ActName,
    work: impl AsyncFnOnce(Turn) -> Result<T, E>,
) -> Result<T, E> {
    match claim_or_wait::<S, ()>(desk, act, PATIENCE).await? {
        Standing::Happened(()) => work(Turn::Late).await,
        Standing::Ours(claim) => {
            let done = work(Turn::First).await;
            match done {
                Ok(_) => claim.settle(desk, desk.now().plus_seconds(KEPT), &()).await?,
                Err(_) => claim.release(desk).await,
            }
            done
        }
        Standing::Taken => Err(Fault::InProgress.into()),
    }
}

/// Does work that must not run side by side with its like: who comes meanwhile waits, and then does theirs on what was left. So
/// a repeat finds what the first did, be it a second too late or at the same instant. The work ends within half a minute.
///
/// # Errors
/// The fault of the work; [`Fault::InProgress`] if others are at it and do not end within five seconds; another fault if the
/// store fails.
pub async fn in_turn<S: Store, T, E: From<Fault>>(
    desk: &Desk<'_, S>,
    act: &ActName,
    work: impl AsyncFnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let end = desk.store.clock() + PATIENCE;
    loop {
        if let Some(claim) = hold(desk, act).await? {
            let done = work().await;
            claim.release(desk).await;
            return done;
        }
        if desk.store.clock() > end {
            return Err(Fault::InProgress.into());
        }
        desk.store.wait(LOOK).await;
    }
}

/// Whether there was a place for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The holder has one.
    Taken,
    /// All of them belong to others.
    None,
    /// Some are being taken at this instant, so that nobody knows yet.
    Unknown,
}

/// Takes one of `count` places for a holder, such as a mail that counts under a limit. A holder that has one keeps it. Where
/// the last places are being taken at this instant, it waits until that is over.
///
/// # Errors
/// A fault if the store fails.
pub async fn take_place<S: Store>(
    desk: &Desk<'_, S>,
    (kind, about): (&str, &str),
    count: u32,
    until: Timestamp,
    holder: Id,
) -> Result<Place, Fault> {
    let end = desk.store.clock() + PATIENCE;
    loop {
        let mut is_known = true;
        for number in 0..count {
            let act = ActName::new(kind, format_args!("{about}:{number}"));
            match claim::<S, Id>(desk, &act).await? {
                Standing::Happened(known) if known == holder => return Ok(Place::Taken),
                Standing::Happened(_) => {}
                Standing::Taken => is_known = false,
                Standing::Ours(claim) => {
                    claim.settle(desk, until, &holder).await?;
                    return Ok(Place::Taken);
                }
            }
        }
        if is_known {
            return Ok(Place::None);
        }
        if desk.store.clock() > end {
            return Ok(Place::Unknown);
        }
        desk.store.wait(LOOK).await;
    }
}

/// Takes an act, or says how it stands. Where it is the caller's, that takes the settle time.
///
/// # Errors
/// A fault if the store cannot be read. A claim that cannot be written is somebody else's.
pub async fn claim<S: Store, T: DeserializeOwned>(
    desk: &Desk<'_, S>,
    act: &ActName,
) -> Result<Standing<T>, Fault> {
    let outcome = act.outcome()?;
    if let Some(outcome) = desk.read_sealed(&outcome).await? {
        return Ok(Standing::Happened(outcome));
    }
    let Some(claim) = hold(desk, act).await? else { return Ok(Standing::Taken) };
    // Who stood still for long may have found an old claim whose holder had just acted.
    Ok(match desk.read_sealed(&outcome).await? {
        Some(outcome) => Standing::Happened(outcome),
        None => Standing::Ours(claim),
    })
}

/// The same, but where somebody else is at it this waits for what it comes to, for as long as `patience`.
///
/// # Errors
/// As for [`claim`].
pub async fn claim_or_wait<S: Store, T: DeserializeOwned>(
    desk: &Desk<'_, S>,
    act: &ActName,
    patience: Duration,
) -> Result<Standing<T>, Fault> {
    let end = desk.store.clock() + patience;
    loop {
        match claim(desk, act).await? {
            Standing::Taken if desk.store.clock() < end => desk.store.wait(LOOK).await,
            standing => return Ok(standing),
        }
    }
}

/// Writes a claim and waits until it is known whose is left; `None` where it is another's.
async fn hold<S: Store>(desk: &Desk<'_, S>, act: &ActName) -> Result<Option<Claim>, Fault> {
    // Those of one instance do not race each other: one goes on, and the rest look again.
    let Some(_turn) = desk.instance.acts.begin(&act.0) else { return Ok(None) };
    let settle = desk.setup.claim_settle()?;
    for generation in 0.. {
        let key = act.claim(generation)?;
        let begun = desk.store.clock();
        match desk.read_sealed::<ClaimRecord>(&key).await? {
            Some(record) if record.released => {}
            Some(record) if desk.time().seconds_since(record.at) >= GENERATION => continue,
            Some(_) => return Ok(None),
            None => {}
        }
        let record = ClaimRecord { nonce: desk.moment.draw(), at: desk.time(), released: false };
        let written = desk.write_sealed(&key, Some(record.expires()), &record).await;
        if written.is_err() || desk.store.clock().saturating_sub(begun) > settle / 2 {
            return Ok(None);
        }
        desk.store.wait(settle).await;
        let is_left = desk.read_sealed(&key).await?.as_ref() == Some(&record);
        // Who stood still for long must not begin: others may find the claim old before the act is over.
        let is_ours = is_left && desk.time().seconds_since(record.at) < GENERATION / 2;
        return Ok(is_ours.then(|| Claim { act: act.clone(), generation, record }));
    }
    Ok(None)
}

/// Says what an act came to that nobody had to claim.
///
/// # Errors
/// A fault if the store does not confirm it.
pub async fn note<S: Store, T: Serialize>(
    desk: &Desk<'_, S>,
    act: &ActName,
    until: Timestamp,
    outcome: &T,
) -> Result<(), Fault> {
    desk.write_sealed(&act.outcome()?, Some(until), outcome).await
}

impl ClaimRecord {
    fn expires(&self) -> Timestamp {
        self.at.plus_seconds(KEPT)
    }
}

impl Claim {
    /// Says what the act came to.
    ///
    /// # Errors
    /// A fault if the store does not confirm it: then the act may happen once more, when the claim is old.
    pub async fn settle<S: Store, T: Serialize>(
        self,
        desk: &Desk<'_, S>,
        until: Timestamp,
        outcome: &T,
    ) -> Result<(), Fault> {
        note(desk, &self.act, until, outcome).await
    }

    /// Gives the act back, so that whoever comes next need not wait until the claim is old. Where that cannot be stored they
    /// do. One that is nearly old is left, for somebody may be about to begin the next generation.
    pub async fn release<S: Store>(self, desk: &Desk<'_, S>) {
        if desk.time().seconds_since(self.record.at) >= GENERATION / 2 {
            return;
        }
        let record = ClaimRecord { released: true, ..self.record };
        if let Ok(key) = self.act.claim(self.generation) {
            let _ = desk.write_sealed(&key, Some(record.expires()), &record).await;
        }
    }
}
