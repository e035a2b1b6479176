//! What a use case needs from outside, as small traits: a store, for operators a way to scan it, a timer, and a way to call
//! out.
//!
//! The futures carry no `Send` bound: a guest has one thread.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use desk_core::fault::Fault;
use desk_core::store_key::StoreKey;

/// The key-value store, with only what every Spin host has: no swap, no counter, no expiry. What must happen once is decided
/// over it by waiting, so there is a timer with it.
#[expect(async_fn_in_trait, reason = "a guest has one thread, so the futures need no Send bound")]
pub trait Store: Timer {
    /// Reads the value of a key; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the store did not answer.
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes the value of a key, over any earlier one. Once this returns, the value is kept.
    ///
    /// # Errors
    /// [`StoreError`] if the store did not confirm it; the value may or may not have been written.
    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError>;

    /// Removes a key; it is no error if there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the store did not confirm it.
    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError>;
}

/// A store whose keys can be listed. No public path has it: a scan reads every key there is.
#[expect(async_fn_in_trait, reason = "a guest has one thread, so the futures need no Send bound")]
pub trait Scan: Store {
    /// Lists the keys that begin with a prefix, in no order.
    ///
    /// # Errors
    /// [`StoreError`] if the store did not answer.
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError>;
}

/// Work that is done once an answer is out. What it finds wrong it says in a line for the log.
pub type Afterwards = Pin<Box<dyn Future<Output = Option<String>>>>;

/// A clock that only goes forward, and can be waited for.
#[expect(async_fn_in_trait, reason = "a guest has one thread, so the futures need no Send bound")]
pub trait Timer {
    /// What the clock shows: how long ago something was that stays the same.
    fn clock(&self) -> Duration;

    /// Returns after this time.
    async fn wait(&self, time: Duration);
}

/// Calls to other hosts. Only functions that tell somebody of something have it, and only to the hosts that their
/// manifest entry allows.
#[expect(async_fn_in_trait, reason = "a guest has one thread, so the futures need no Send bound")]
pub trait Outbound {
    /// Sends a request and waits for the answer, of whose body it takes 64 KiB at the most, and nothing where what was sent
    /// is taken (a status of 2xx).
    ///
    /// # Errors
    /// [`OutboundError`] if no answer came, or the host is not one that may be called.
    async fn send(&self, call: Call<'_>) -> Result<Answer, OutboundError>;
}

/// A request to another host.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// GET if there is no body, else POST.
    pub body: Option<&'a [u8]>,
    /// The address: https, or http to a host of one's own.
    pub url: &'a str,
    /// The headers, names in lower case.
    pub headers: &'a [(&'a str, &'a str)],
}

/// What another host answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body; empty if something was sent and taken.
    pub body: Bytes,
}

/// No answer came. The text is for the log alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundError(pub Cow<'static, str>);

impl fmt::Display for OutboundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call: {}", self.0)
    }
}

impl std::error::Error for OutboundError {}

/// What holds a store is one: a port that several hold, as what goes on after the answer does, or one that can do more.
impl<P: Deref<Target: Store>> Store for P {
    fn get(&self, key: &StoreKey) -> impl Future<Output = Result<Option<Vec<u8>>, StoreError>> {
        (**self).get(key)
    }

    fn set(&self, key: &StoreKey, value: &[u8]) -> impl Future<Output = Result<(), StoreError>> {
        (**self).set(key, value)
    }

    fn delete(&self, key: &StoreKey) -> impl Future<Output = Result<(), StoreError>> {
        (**self).delete(key)
    }
}

impl<P: Deref<Target: Scan>> Scan for P {
    fn keys(&self, prefix: &str) -> impl Future<Output = Result<Vec<String>, StoreError>> {
        (**self).keys(prefix)
    }
}

impl<P: Deref<Target: Timer>> Timer for P {
    fn clock(&self) -> Duration {
        (**self).clock()
    }

    fn wait(&self, time: Duration) -> impl Future<Output = ()> {
        (**self).wait(time)
    }
}

impl<S: Outbound> Outbound for Rc<S> {
    fn send(&self, call: Call<'_>) -> impl Future<Output = Result<Answer, OutboundError>> {
        (**self).send(call)
    }
}

/// The store failed. The text is for the log alone: it may name hosts and keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub Cow<'static, str>);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::StoreUnavailable(error.0)
    }
}
