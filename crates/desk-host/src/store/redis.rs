//! A Redis server as the store.

use std::{collections::BTreeSet, time::Duration};

use ::redis::{
    AsyncCommands, Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use async_trait::async_trait;

use super::Backend;

/// A store in a Redis database; as in Spin the whole database is the store, whatever the label.
#[derive(Clone)]
pub struct RedisStore {
    // All calls share one connection, which comes back by itself after the server was gone.
    connection: ConnectionManager,
}

impl RedisStore {
    /// Connects to the server at `url`.
    ///
    /// # Errors
    /// When the URL is none or nobody answers there, as a sentence.
    pub async fn open(url: &str) -> Result<Self, String> {
        if url.starts_with("rediss://") {
            return Err(
                "the embedded host does not speak TLS to Redis: use a redis:// URL".to_owned()
            );
        }
        let client =
            Client::open(url).map_err(|error| format!("the Redis URL cannot be used: {error}"))?;
        // The address alone: a URL may carry a password.
        let address = client.get_connection_info().addr().to_string();
        // Few retries, so that a request learns within a second that the server is gone. A slow
        // answer is waited for: Spin sets no limit at all, this one only ends a dead connection.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(2)
            .set_response_timeout(Some(Duration::from_secs(30)));
        let connection = client
            .get_connection_manager_with_config(config)
            .await
            .map_err(|error| format!("Redis at {address} cannot be reached: {error}"))?;
        Ok(Self { connection })
    }
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisStore")
    }
}

#[async_trait]
impl Backend for RedisStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        self.connection.clone().get(key).await.map_err(text)
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), String> {
        self.connection.clone().set(key, value).await.map_err(text)
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.connection.clone().del(key).await.map_err(text)
    }

    async fn exists(&self, key: &str) -> Result<bool, String> {
        self.connection.clone().exists(key).await.map_err(text)
    }

    async fn keys(&self) -> Result<Vec<String>, String> {
        // SCAN may name a key twice while the table is being resized.
        let mut keys = BTreeSet::new();
        let mut cursor: u64 = 0;
        loop {
            let (next, page): (u64, Vec<String>) = ::redis::cmd("SCAN")
                .arg(cursor)
                .arg("COUNT")
                .arg(1000)
                .query_async(&mut self.connection.clone())
                .await
                .map_err(text)?;
            keys.extend(page);
            if next == 0 {
                return Ok(keys.into_iter().collect());
            }
            cursor = next;
        }
    }
}

fn text(error: ::redis::RedisError) -> String {
    error.to_string()
}
