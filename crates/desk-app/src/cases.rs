//! Cases in the store: opened, loaded, appended to, always in the order that loses nothing.
//!
//! The opening and every event are truth, each under a key that nobody else writes. The head beside them is a view: it
//! is written after the event, read back, and merged again where a racing writer's came between.

use desk_core::attachment::Attachment;
use desk_core::case::AttachedFile;
use desk_core::id::Id;
use desk_core::journal::{Aggregate, Event, Journal, Place};
use desk_core::keys::Purpose;
use desk_core::sealed::{MAX_VALUE, OVERHEAD};
use desk_core::time::Timestamp;
use futures_util::future::{try_join, try_join_all};
use sha2::{Digest, Sha256};

use crate::desk::{Desk, decode, encode};
use crate::limiter::Brake;
use crate::ports::Store;
use desk_core::fault::Fault;

/// How many bytes of a file go into one value.
const PART: usize = MAX_VALUE - OVERHEAD;
/// How often a head is merged anew before the next reader or the sweep is left to do it.
const MERGES: usize = 3;

/// What opens the cases of a place.
pub type Opening<K> = <<K as Place>::Case as Aggregate>::Opening;
/// What can happen to them.
type Change<K> = <<K as Place>::Case as Aggregate>::Change;

/// Loads a case; `None` if there is none or it has expired. Two reads, side by side.
///
/// # Errors
/// A problem if the store fails or what it holds was changed.
pub async fn load<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
) -> Result<Option<K::Case>, Fault> {
    let (opening, head) = (key.opening(), key.head());
    let (opening, head) = try_join(desk.open(&opening), desk.open(&head)).await?;
    let Some(opening) = decoded(opening)? else { return Ok(None) };
    Ok(Some(fold(key.id(), opening, decoded(head)?.unwrap_or_default())))
}

/// Loads a case with all of these events, which are those that there are; `None` if there is no case or it has expired.
/// Beside it stands whether its head misses any of them.
///
/// # Errors
/// As for [`load`].
pub async fn load_whole<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    events: &[Id],
) -> Result<Option<(K::Case, bool)>, Fault> {
    let Some(case) = load(desk, key).await? else { return Ok(None) };
    let known = |id: &Id| case.journal().events().iter().any(|event| event.id == *id);
    let missing: Vec<Id> = events.iter().filter(|id| !known(id)).copied().collect();
    if missing.is_empty() {
        return Ok(Some((case, false)));
    }
    let found = read_events(desk, key, missing).await?;
    let known = case.journal().events().len();
    let (id, opening, head) = case.unfold();
    let case: K::Case = fold(id, opening, head.merged(Journal::new(found)));
    let missed = case.journal().events().len() != known;
    Ok(Some((case, missed)))
}

/// The same, and repairs the head where it misses any of them.
///
/// # Errors
/// As for [`load`].
pub async fn load_repaired<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    events: &[Id],
) -> Result<Option<(K::Case, bool)>, Fault> {
    match load_whole(desk, key, events).await? {
        Some((case, true)) => Ok(Some((write_head(desk, key, case).await?, true))),
        loaded => Ok(loaded),
    }
}

/// The ids of the events with this prefix ([`Place::events_prefix`]) among all keys of the store, in any order.
pub fn events_of(keys: &[String], prefix: &str) -> Vec<Id> {
    keys.iter().filter_map(|key| key.strip_prefix(prefix)?.parse().ok()).collect()
}

/// The same where the keys are in order, without going through all of them.
pub fn events_among(keys: &[String], prefix: &str) -> Vec<Id> {
    let from = keys.partition_point(|key| key.as_str() < prefix);
    let own = keys.iter().skip(from).map_while(|key| key.strip_prefix(prefix));
    own.filter_map(|id| id.parse().ok()).collect()
}

/// Folds a case from what is stored, where a message may be twice.
pub fn fold<C: Aggregate>(id: Id, opening: Box<C::Opening>, head: Journal<C::Change>) -> C {
    C::fold(id, opening, head.without_repeats())
}

/// Loads the opening alone, to learn whether a case is there already.
///
/// # Errors
/// As for [`load`].
pub async fn load_opening<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
) -> Result<Option<Box<Opening<K>>>, Fault> {
    desk.read_sealed(&key.opening()).await
}

/// What a case's opening says of a file.
pub fn describe(file: &Attachment) -> AttachedFile {
    AttachedFile {
        kind: file.kind(),
        size: file.bytes().len(),
        parts: file.bytes().chunks(PART).count(),
        sha256: base16ct::lower::encode_string(&Sha256::digest(file.bytes())),
    }
}

/// Writes the parts of a new case's files. They come before the opening, which names them: an opening whose files are
/// missing must not exist.
///
/// # Errors
/// A problem if the store does not confirm one of them.
pub async fn write_files<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    expires: Timestamp,
    files: &[Attachment],
) -> Result<(), Fault> {
    let parts = files.iter().enumerate().flat_map(|(file, attachment)| {
        attachment.bytes().chunks(PART).enumerate().map(move |(part, content)| {
            let key = key.file_part(file + 1, part + 1);
            let sealed = desk.setup.keys.seal(&key, Some(expires), content, &desk.moment);
            async move { desk.write(&key, &sealed).await }
        })
    });
    try_join_all(parts).await.map(drop)
}

/// Writes the opening of a new case.
///
/// # Errors
/// A problem if the store does not confirm it.
pub async fn open<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    expires: Timestamp,
    opening: &Opening<K>,
) -> Result<(), Fault> {
    desk.write_sealed(&key.opening(), Some(expires), opening).await
}

/// Reads a file of a case; files count from one.
///
/// # Errors
/// [`Fault::NotFound`] if the case has no such file; another problem if a part is missing or was changed.
pub async fn read_file<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    files: &[AttachedFile],
    number: usize,
) -> Result<(AttachedFile, Vec<u8>), Fault> {
    let at = number.checked_sub(1).ok_or(Fault::NotFound)?;
    let file = files.get(at).ok_or(Fault::NotFound)?;
    let parts = (1..=file.parts).map(|part| {
        let key = key.file_part(number, part);
        async move {
            let stored = desk.store.get(&key).await?;
            let stored =
                stored.ok_or_else(|| Fault::Internal("a part of a file is missing".into()))?;
            let content = desk.setup.keys.open(&key, &stored, desk.now())?;
            content.ok_or(Fault::NotFound)
        }
    });
    let bytes = try_join_all(parts).await?.concat();
    if base16ct::lower::encode_string(&Sha256::digest(&bytes)) != file.sha256 {
        return Err(Fault::Internal("a file is not the one that was attached".into()));
    }
    Ok((file.clone(), bytes))
}

/// Adds an event to a case: the event itself, then the head, which is read back and merged where a racing writer's came
/// between. Once the event is stored nothing can lose it; a head that misses it is repaired by whoever scans next.
///
/// # Errors
/// A problem if the store fails before event and head are stored.
pub async fn append<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    case: K::Case,
    change: Change<K>,
    id: Id,
) -> Result<K::Case, Fault> {
    let event = Event { id, change };
    desk.write_sealed(&key.event(id), Some(case.expires()), &event).await?;
    let (id, opening, head) = case.unfold();
    let case = K::Case::fold(id, opening, head.merged(Journal::new([event])));
    write_head(desk, key, case).await
}

/// Writes the head of a case and reads it back, until everything that this case knows of is in it.
///
/// Messages that raced each other may be more than a head can hold. Then it stays as it is: the messages are kept under
/// their own keys, and operators read them from there.
///
/// # Errors
/// A problem if the store fails.
pub async fn write_head<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    mut case: K::Case,
) -> Result<K::Case, Fault> {
    let expires = Some(case.expires());
    for _ in 0..MERGES {
        let head = encode(case.journal());
        let sealed = desk.setup.keys.seal(&key.head(), expires, &head, &desk.moment);
        if sealed.len() > MAX_VALUE {
            break;
        }
        desk.write(&key.head(), &sealed).await?;
        let stored: Journal<Change<K>> = desk.read_sealed(&key.head()).await?.unwrap_or_default();
        let complete = stored.contains(case.journal());
        let (id, opening, head) = case.unfold();
        case = fold(id, opening, head.merged(stored));
        if complete {
            break;
        }
    }
    Ok(case)
}

/// Reads the events of a case by their own keys, in any order.
///
/// # Errors
/// A problem if the store fails or an event was changed.
pub async fn read_events<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    key: &K,
    ids: impl IntoIterator<Item = Id>,
) -> Result<Vec<Event<Change<K>>>, Fault> {
    let events = ids.into_iter().map(|id| {
        let key = key.event(id);
        async move { desk.read_sealed(&key).await }
    });
    Ok(try_join_all(events).await?.into_iter().flatten().collect())
}

fn decoded<T: serde::de::DeserializeOwned>(content: Option<Vec<u8>>) -> Result<Option<T>, Fault> {
    let wrong = || Fault::Internal("a stored case cannot be decoded".into());
    content.map(|content| decode(&content).ok_or_else(wrong)).transpose()
}

/// What came of a further message.
#[derive(Debug)]
pub enum MessageOutcome<C> {
    /// It is kept, now or by the same token before.
    Kept {
        /// The case or request as it is now.
        case: C,
        /// Where the client stands.
        brake: Brake,
    },
    /// The token was used before, for something else.
    UsedForAnother,
}

/// Draws the id of an event of a case. With an idempotency key, or the token of a form, its random bits come from there,
/// so that a retry is known by them. `door` keeps the keys of persons and of operators apart.
pub fn event_id<S>(desk: &Desk<'_, S>, key: &impl Place, door: &str, once: Option<&str>) -> Id {
    match once {
        None => desk.moment.id(),
        Some(once) => {
            let parts: [&[u8]; 3] = [door.as_bytes(), &key.to_bytes(), once.as_bytes()];
            Id::new(desk.now(), unique(desk, &parts))
        }
    }
}

/// Derives the random bits of an id from what must give the same ones again.
pub fn unique<S>(desk: &Desk<'_, S>, parts: &[&[u8]]) -> [u8; 10] {
    let bits = desk.setup.keys.hash(Purpose::Idempotency, parts);
    let mut unique = [0; 10];
    for (to, from) in unique.iter_mut().zip(bits.to_be_bytes().into_iter().rev()) {
        *to = from;
    }
    unique
}
