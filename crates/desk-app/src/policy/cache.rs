//! What an instance remembers of the policy, so that most requests need no store.
//!
//! The head is remembered for two seconds, and stays the same value where the next read gives the same bytes. Nothing in here
//! depends on who asked, and nothing is remembered past the instant at which another version takes effect.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use desk_core::policy::history::History;
use desk_core::policy::views::{Index, PolicyHead, Texts};
use desk_core::sealed;
use desk_core::time::Timestamp;

use crate::desk::{Desk, decode, undecodable};
use crate::ports::Store;
use desk_core::fault::Fault;

/// For how many milliseconds a read is believed.
const KEPT: i64 = 2_000;

/// What an instance remembers of the policy.
#[derive(Default)]
pub struct PolicyCache {
    current: RefCell<Option<(Timestamp, Rc<Current>)>>,
    index: RefCell<Option<(Timestamp, Rc<History>)>>,
}

impl fmt::Debug for PolicyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PolicyCache(…)")
    }
}

/// The policy as the head has it.
#[derive(Default)]
pub struct Current {
    stored: Vec<u8>,
    /// Every publication.
    pub history: History,
    /// The texts in force, and those to come.
    pub texts: Texts,
    /// When another version takes effect.
    pub until: Option<Timestamp>,
}

fn believed<T>(kept: &RefCell<Option<(Timestamp, Rc<T>)>>, now: Timestamp) -> Option<Rc<T>> {
    let kept = kept.borrow();
    let (at, value) = kept.as_ref()?;
    // A clock that was set back is no reason to believe for longer.
    (0..KEPT).contains(&now.millis().saturating_sub(at.millis())).then(|| value.clone())
}

impl PolicyCache {
    /// What was read within the last two seconds.
    pub fn current(&self, now: Timestamp) -> Option<Rc<Current>> {
        believed(&self.current, now).filter(|current| current.until.is_none_or(|until| now < until))
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.current.take();
        self.index.take();
    }
}

/// Gives the policy: what is remembered, else what the head says.
pub async fn current<S: Store>(desk: &Desk<'_, S>) -> Result<Rc<Current>, Fault> {
    let cache = &desk.setup.policy_cache;
    if let Some(current) = cache.current(desk.now()) {
        return Ok(current);
    }
    let key = PolicyHead::key();
    // That there is none is not remembered: whoever publishes the first policy wants to see it.
    let Some(stored) = desk.store.get(&key).await? else { return Ok(Rc::default()) };
    let kept = cache.current.borrow().as_ref().map(|(_, kept)| kept.clone());
    let same = kept
        .filter(|kept| kept.stored == stored && kept.until == kept.history.next_change(desk.now()));
    let current = match same {
        Some(same) => same,
        None => {
            let content = sealed::read_plain(&stored, desk.now())?.unwrap_or_default();
            let head: PolicyHead = decode(content).ok_or_else(|| undecodable(&key))?;
            let history = History::new(&head.index);
            let until = history.next_change(desk.now());
            Rc::new(Current { stored, history, texts: head.texts, until })
        }
    };
    cache.current.replace(Some((desk.now(), current.clone())));
    Ok(current)
}

/// Gives the history alone, for those who need no text: from the index, which is smaller than the head.
pub async fn history<S: Store>(desk: &Desk<'_, S>) -> Result<Rc<History>, Fault> {
    let cache = &desk.setup.policy_cache;
    if let Some(history) = believed(&cache.index, desk.now()) {
        return Ok(history);
    }
    let index: Option<Index> = desk.read_plain(&Index::key()).await?;
    let Some(index) = index else { return Ok(Rc::default()) };
    let history = Rc::new(History::new(&index));
    cache.index.replace(Some((desk.now(), history.clone())));
    Ok(history)
}
