//! Where the guests' keys and values live.

mod memory;
mod redis;
mod sqlite;

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;

pub use self::{memory::MemoryStore, redis::RedisStore, sqlite::SqliteStore};

/// A key-value store behind one label; an error is the text that the guest gets to see.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// Reads a value, `None` where the key is absent.
    ///
    /// # Errors
    /// When the storage fails.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String>;

    /// Writes a value over whatever was there; it is stored for good once this returns.
    ///
    /// # Errors
    /// When the storage fails.
    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), String>;

    /// Removes a key; removing an absent one is fine.
    ///
    /// # Errors
    /// When the storage fails.
    async fn delete(&self, key: &str) -> Result<(), String>;

    /// Says whether a key is present.
    ///
    /// # Errors
    /// When the storage fails.
    async fn exists(&self, key: &str) -> Result<bool, String>;

    /// Lists all keys, each once, in no particular order.
    ///
    /// # Errors
    /// When the storage fails.
    async fn keys(&self) -> Result<Vec<String>, String>;
}

/// Which storage a host uses for a label.
#[derive(Clone)]
pub enum StoreChoice {
    /// Nothing outlives the host.
    Memory,
    /// A file in Spin's own SQLite layout, made where it is missing.
    Sqlite(PathBuf),
    /// A Redis server by its URL, `redis://` or `redis+unix://`.
    Redis(String),
    /// Anything else, such as a store that counts or fails on demand.
    Custom(Arc<dyn Backend>),
}

impl StoreChoice {
    /// Opens the storage for `label`.
    ///
    /// # Errors
    /// When the file or the server cannot be used, as a sentence.
    pub async fn open(&self, label: &str) -> Result<Arc<dyn Backend>, String> {
        Ok(match self {
            Self::Memory => Arc::new(MemoryStore::default()),
            Self::Sqlite(path) => Arc::new(SqliteStore::open(path, label)?),
            Self::Redis(url) => Arc::new(RedisStore::open(url).await?),
            Self::Custom(backend) => Arc::clone(backend),
        })
    }
}

impl std::fmt::Debug for StoreChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => f.write_str("Memory"),
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            // A URL may carry a password.
            Self::Redis(_) => f.write_str("Redis"),
            Self::Custom(_) => f.write_str("Custom"),
        }
    }
}
