//! What a use case needs from outside, as small traits: a store, and for operators a way to scan it.
//!
//! The futures carry no `Send` bound: a guest has one thread.

use std::fmt;

use desk_core::store_key::StoreKey;

/// The key-value store, with only what every Spin host has: no swap, no counter, no expiry.
#[expect(async_fn_in_trait, reason = "a guest has one thread, so the futures need no Send bound")]
pub trait Store {
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

/// The store failed. The text is for the log alone: it may name hosts and keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "store: {}", self.0)
    }
}

impl std::error::Error for StoreError {}
