//! The store of tests and of hosts that need not remember.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::Backend;

/// A store in memory that ends with the host.
#[derive(Debug, Default)]
pub struct MemoryStore {
    values: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl MemoryStore {
    fn values(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        // Each critical section is one map call, so a panic elsewhere cannot leave it half done.
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Backend for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.values().get(key).cloned())
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), String> {
        self.values().insert(key.to_owned(), value);
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.values().remove(key);
        Ok(())
    }

    async fn exists(&self, key: &str) -> Result<bool, String> {
        Ok(self.values().contains_key(key))
    }

    async fn keys(&self) -> Result<Vec<String>, String> {
        Ok(self.values().keys().cloned().collect())
    }
}
