//! What an instance remembers of the policy, so that most requests need no store.
//!
//! The head is remembered for two seconds, and with it every answer that was rendered from it. Where the next read gives
//! the same bytes, the answers stay; so in a quiet hour nothing is rendered twice. Nothing in here depends on who asked,
//! and nothing is remembered past the instant at which another version takes effect.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use desk_core::policy::history::History;
use desk_core::policy::views::{Index, PolicyHead, Texts};
use desk_core::sealed;
use desk_core::time::Timestamp;

use super::Format;
use crate::desk::{Desk, decode, undecodable};
use crate::ports::Store;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::request::Locale;

/// For how many milliseconds a read is believed.
const KEPT: i64 = 2_000;

/// What an instance remembers of the policy.
#[derive(Default)]
pub(crate) struct PolicyCache {
    current: RefCell<Option<(Timestamp, Rc<Current>)>>,
    index: RefCell<Option<(Timestamp, Rc<History>)>>,
}

impl fmt::Debug for PolicyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PolicyCache(…)")
    }
}

/// Which of the answers to `GET /policy`: everything of a request that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Variant {
    /// The format.
    pub(super) format: Format,
    /// The format, if the address named it: the links of a page keep it.
    pub(super) named: Option<Format>,
    /// The language.
    pub(super) locale: Locale,
    /// Whether the page answers the signal of Global Privacy Control.
    pub(super) gpc: bool,
}

/// The policy as the head has it.
#[derive(Default)]
pub(super) struct Current {
    stored: Vec<u8>,
    pub(super) history: History,
    pub(super) texts: Texts,
    /// When another version takes effect.
    pub(super) until: Option<Timestamp>,
    rendered: RefCell<Vec<(Variant, Reply)>>,
    /// The answer that apps poll.
    pub(super) manifest: OnceCell<Reply>,
}

impl Current {
    /// The answer that was rendered before. There are at most as many as a variant has values: two dozen.
    pub(super) fn rendered(&self, variant: Variant) -> Option<Reply> {
        let rendered = self.rendered.borrow();
        rendered.iter().find(|(known, _)| *known == variant).map(|(_, answer)| answer.clone())
    }

    /// Remembers an answer.
    pub(super) fn remember(&self, variant: Variant, answer: Reply) {
        let mut rendered = self.rendered.borrow_mut();
        if rendered.iter().all(|(known, _)| *known != variant) {
            rendered.push((variant, answer));
        }
    }
}

fn believed<T>(kept: &RefCell<Option<(Timestamp, Rc<T>)>>, now: Timestamp) -> Option<Rc<T>> {
    let kept = kept.borrow();
    let (at, value) = kept.as_ref()?;
    // A clock that was set back is no reason to believe for longer.
    (0..KEPT).contains(&now.millis().saturating_sub(at.millis())).then(|| value.clone())
}

impl PolicyCache {
    /// What was read within the last two seconds.
    pub(super) fn current(&self, now: Timestamp) -> Option<Rc<Current>> {
        believed(&self.current, now).filter(|current| current.until.is_none_or(|until| now < until))
    }

    /// Forgets everything.
    pub(super) fn clear(&self) {
        self.current.take();
        self.index.take();
    }
}

/// Gives the policy: what is remembered, else what the head says.
pub(super) async fn current<S: Store>(desk: &Desk<'_, S>) -> Result<Rc<Current>, Problem> {
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
            let (rendered, manifest) = <_>::default();
            Rc::new(Current { stored, history, texts: head.texts, until, rendered, manifest })
        }
    };
    cache.current.replace(Some((desk.now(), current.clone())));
    Ok(current)
}

/// Gives the history alone, for those who need no text: from the index, which is smaller than the head.
pub(super) async fn history<S: Store>(desk: &Desk<'_, S>) -> Result<Rc<History>, Problem> {
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
