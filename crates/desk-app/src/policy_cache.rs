//! What an instance remembers of the policy, so that most requests need no store.
//!
//! The head is remembered for two seconds, and stays the same value where the next read gives the same bytes. Nothing in here
//! depends on who asked, and nothing is remembered past the instant at which another version takes effect.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use desk_core::policy::history::History;
use desk_core::policy::views::Texts;
use desk_core::time::Timestamp;

/// For how many milliseconds a read is used again.
const KEPT: i64 = 2_000;

/// What an instance remembers of the policy.
#[derive(Default)]
pub struct PolicyCache {
    pub(crate) current: RefCell<Option<(Timestamp, Rc<Current>)>>,
    pub(crate) index: RefCell<Option<(Timestamp, Rc<History>)>>,
}

impl fmt::Debug for PolicyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PolicyCache(…)")
    }
}

/// The policy as the head has it.
#[derive(Default)]
pub struct Current {
    pub(crate) stored: Vec<u8>,
    /// Every publication.
    pub history: History,
    /// The texts in force, and those to come.
    pub texts: Texts,
    /// When another version takes effect.
    pub until: Option<Timestamp>,
}

/// What was read a moment ago.
pub(crate) fn if_recent<T>(
    kept: &RefCell<Option<(Timestamp, Rc<T>)>>,
    now: Timestamp,
) -> Option<Rc<T>> {
    let kept = kept.borrow();
    let (at, value) = kept.as_ref()?;
    // A clock that was set back is no reason to believe for longer.
    (0..KEPT).contains(&now.millis().saturating_sub(at.millis())).then(|| value.clone())
}

impl PolicyCache {
    /// What was read within the last two seconds.
    pub fn current(&self, now: Timestamp) -> Option<Rc<Current>> {
        if_recent(&self.current, now)
            .filter(|current| current.until.is_none_or(|until| now < until))
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.current.take();
        self.index.take();
    }
}
