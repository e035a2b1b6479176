//! Reading the policy: what the instance remembers, else what the store says.

use std::rc::Rc;

use desk_core::fault::Fault;
use desk_core::policy::history::History;
use desk_core::policy::views::{Index, PolicyHead};

use crate::desk::{Desk, decode, undecodable};
use crate::policy_cache::{Current, if_recent};
use crate::ports::Store;

/// Gives the policy: what is remembered, else what the head says.
pub async fn current<S: Store>(desk: &Desk<'_, S>) -> Result<Rc<Current>, Fault> {
    let cache = &desk.instance.policy;
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
            let content = desk.setup.keys.open(&key, &stored, desk.now())?.unwrap_or_default();
            let head: PolicyHead = decode(&content).ok_or_else(|| undecodable(&key))?;
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
    let cache = &desk.instance.policy;
    if let Some(history) = if_recent(&cache.index, desk.now()) {
        return Ok(history);
    }
    let index: Option<Index> = desk.read_sealed(&Index::key()).await?;
    let Some(index) = index else { return Ok(Rc::default()) };
    let history = Rc::new(History::new(&index));
    cache.index.replace(Some((desk.now(), history.clone())));
    Ok(history)
}
