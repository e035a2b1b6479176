//! What a use case works with: the store, the configuration and the moment.

use std::rc::Rc;
use std::time::Duration;

use desk_core::id::Moment;
use desk_core::sealed;
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::instance::Instance;
use crate::ports::{Scan, Store, Timer};
use crate::setup::Setup;
use desk_core::fault::Fault;

/// One request's view of the desk.
#[derive(Debug)]
pub struct Desk<'a, S> {
    /// The store.
    pub store: &'a S,
    /// The configuration.
    pub setup: &'a Rc<Setup>,
    /// What this instance of the function remembers.
    pub instance: &'a Rc<Instance>,
    /// The time, and the randomness.
    pub moment: Moment,
    /// What the timer showed when the request came.
    begun: Duration,
}

impl<'a, S: Timer> Desk<'a, S> {
    /// A desk for a request that comes now.
    pub fn new(
        store: &'a S,
        setup: &'a Rc<Setup>,
        instance: &'a Rc<Instance>,
        moment: Moment,
    ) -> Self {
        Self { store, setup, instance, moment, begun: store.clock() }
    }

    /// The time: that of the request, and what has passed since.
    pub fn time(&self) -> Timestamp {
        let passed = self.store.clock().saturating_sub(self.begun).as_millis();
        self.now().plus_millis(i64::try_from(passed).unwrap_or(i64::MAX))
    }
}

impl<S> Desk<'_, S> {
    /// The instant of the request.
    pub const fn now(&self) -> Timestamp {
        self.moment.now()
    }

    /// Until when a case that is opened now is kept.
    ///
    /// # Errors
    /// A problem if the variable that says so does not parse.
    pub fn kept_until(&self) -> Result<Timestamp, Fault> {
        Ok(self.now().plus_seconds(self.setup.retention()?))
    }

    /// The same for a data request, which stays for a year at the least: it must not go while its term runs, with its
    /// extension and what the clock rested.
    ///
    /// # Errors
    /// As for [`Desk::kept_until`].
    pub fn request_kept_until(&self) -> Result<Timestamp, Fault> {
        const LEAST: i64 = 366 * 86_400;
        Ok(self.kept_until()?.max(self.now().plus_seconds(LEAST)))
    }
}

/// A desk that outlives its request, for what goes on after the answer.
#[derive(Clone, Debug)]
pub struct DetachedDesk<S> {
    store: S,
    setup: Rc<Setup>,
    instance: Rc<Instance>,
    moment: Moment,
    begun: Duration,
}

impl<S> DetachedDesk<S> {
    /// The desk.
    pub fn desk(&self) -> Desk<'_, S> {
        let Self { store, setup, instance, moment, begun } = self;
        Desk { store, setup, instance, moment: moment.clone(), begun: *begun }
    }
}

impl<S: Clone> Desk<'_, S> {
    /// This desk for what goes on after the answer.
    pub fn detached(&self) -> DetachedDesk<S> {
        DetachedDesk {
            store: self.store.clone(),
            setup: Rc::clone(self.setup),
            instance: Rc::clone(self.instance),
            moment: self.moment.clone(),
            begun: self.begun,
        }
    }
}

impl<S: Store> Desk<'_, S> {
    /// Reads and opens a sealed value; `None` if there is none or it has expired.
    ///
    /// # Errors
    /// A problem if the store fails, or the value was changed, moved or cut.
    pub async fn open(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, Fault> {
        match self.store.get(key).await? {
            Some(stored) if !sealed::is_destroyed(&stored) => {
                Ok(self.setup.keys.open(key, &stored, self.now())?)
            }
            _ => Ok(None),
        }
    }

    /// Reads a sealed value and decodes it.
    ///
    /// # Errors
    /// As for [`Desk::open`], and if the content is not what it should be.
    pub async fn read_sealed<T: DeserializeOwned>(
        &self,
        key: &StoreKey,
    ) -> Result<Option<T>, Fault> {
        match self.open(key).await? {
            Some(content) => decode(&content).map(Some).ok_or_else(|| undecodable(key)),
            None => Ok(None),
        }
    }

    /// Encodes a value, seals it and writes it.
    ///
    /// # Errors
    /// A problem if the store does not confirm it, or the value is larger than every Spin backend holds.
    pub async fn write_sealed<T: Serialize>(
        &self,
        key: &StoreKey,
        expires: Option<Timestamp>,
        value: &T,
    ) -> Result<(), Fault> {
        let sealed = self.setup.keys.seal(key, expires, &encode(value), &self.moment);
        self.write(key, &sealed).await
    }

    /// Destroys what lies under a key: it is overwritten with as many zeros first, which as many stores as can do so write in
    /// its place, and then deleted. It is no error if there is nothing.
    ///
    /// # Errors
    /// A problem if the store does not confirm it; then it must be done again.
    pub async fn destroy(&self, key: &StoreKey) -> Result<(), Fault> {
        let Some(stored) = self.store.get(key).await? else { return Ok(()) };
        if !sealed::is_destroyed(&stored) {
            self.store.set(key, &vec![0; stored.len()]).await?;
        }
        Ok(self.store.delete(key).await?)
    }

    /// Writes bytes that are framed already.
    ///
    /// # Errors
    /// As for [`Desk::write_sealed`].
    pub async fn write(&self, key: &StoreKey, framed: &[u8]) -> Result<(), Fault> {
        if framed.len() > sealed::MAX_VALUE {
            let size = framed.len();
            return Err(Fault::Internal(format!("a value of {size} bytes is too large").into()));
        }
        Ok(self.store.set(key, framed).await?)
    }
}

/// The version of the layout of encoded values, which stands before each: Postcard writes fields by position, so a type
/// that changes needs another number.
const LAYOUT: u8 = 1;

/// Encodes a value for the store: Postcard, which is small in the store and in the component.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Encoding into memory cannot fail. Into a list that is there already it goes byte by byte.
    let mut encoded = postcard::to_allocvec(value).unwrap_or_default();
    encoded.insert(0, LAYOUT);
    encoded
}

/// Decodes a value from the store; `None` if it is not one of the type. Texts and ids are parsed again as they are read.
pub fn decode<T: DeserializeOwned>(content: &[u8]) -> Option<T> {
    postcard::from_bytes(content.strip_prefix(&[LAYOUT])?).ok()
}

/// The fault of a value that is not what it should be. It names the area of the key alone: a decoder's own text may
/// quote the content.
pub fn undecodable(key: &StoreKey) -> Fault {
    let area = key.parts().next().unwrap_or_default();
    Fault::Internal(format!("a stored {area} cannot be decoded").into())
}

impl<S: Scan> Desk<'_, S> {
    /// Lists the keys that begin with a prefix, in no order. A scan reads every key there is.
    ///
    /// # Errors
    /// A fault if the store fails.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, Fault> {
        Ok(self.store.keys(prefix).await?)
    }
}
