//! The default store: one SQLite file, laid out as Spin lays it out.

use std::{path::Path, sync::mpsc, thread};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::oneshot;

use super::Backend;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// A store in a SQLite file that Spin can open as well.
///
/// One thread owns the one connection, so that a write waiting for the disk never holds up the
/// threads that serve requests. As in Spin the journal mode is SQLite's own (a rollback journal,
/// `synchronous = FULL`): when `set` returns, the value is on disk.
#[derive(Debug)]
pub struct SqliteStore {
    label: String,
    jobs: mpsc::Sender<Job>,
}

impl SqliteStore {
    /// Opens or makes the file, for the values under `label`.
    ///
    /// # Errors
    /// When the file cannot be opened, read or made into a store, as a sentence.
    pub fn open(path: &Path, label: &str) -> Result<Self, String> {
        let explain = |error: rusqlite::Error| {
            format!("the key-value store {} cannot be used: {error}", path.display())
        };
        let connection = Connection::open(path).map_err(explain)?;
        connection
            .execute_batch(
                "CREATE TABLE IF NOT EXISTS spin_key_value (
                    store TEXT NOT NULL,
                    key TEXT NOT NULL,
                    value BLOB NOT NULL,
                    PRIMARY KEY (store, key)
                )",
            )
            .map_err(explain)?;
        forget_what_was_deleted(&connection).map_err(explain)?;
        // An existing file passes the statement above even when it cannot be written.
        if connection.is_readonly("main").map_err(explain)? {
            return Err(format!(
                "the key-value store {} cannot be used: the file is read-only",
                path.display()
            ));
        }
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("desk-sqlite".to_owned())
            .spawn(move || {
                // Ends when the store, the last sender, is dropped.
                for job in queue {
                    job(&connection);
                }
            })
            .map_err(|error| format!("no thread for the key-value store: {error}"))?;
        Ok(Self { label: label.to_owned(), jobs })
    }

    async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &str) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let (answer, result) = oneshot::channel();
        let label = self.label.clone();
        let job = Box::new(move |connection: &Connection| {
            // Nobody listens any more where the request is gone.
            let _ = answer.send(work(connection, &label));
        });
        let gone = "the key-value store is closed";
        self.jobs.send(job).map_err(|_| gone.to_owned())?;
        result.await.map_err(|_| gone.to_owned())?.map_err(|error| error.to_string())
    }
}

/// Has SQLite overwrite what is deleted, and clears once what a file still keeps of before, by writing it anew.
fn forget_what_was_deleted(connection: &Connection) -> rusqlite::Result<()> {
    /// The mark of a file that was written anew, in its own number for applications.
    const CLEARED: i64 = 1;
    connection.pragma_update(None, "secure_delete", true)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != CLEARED && !connection.is_readonly("main")? {
        connection.execute_batch("VACUUM")?;
        connection.pragma_update(None, "user_version", CLEARED)?;
    }
    Ok(())
}

#[async_trait]
impl Backend for SqliteStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let key = key.to_owned();
        self.call(move |connection, label| {
            connection
                .prepare_cached("SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2")?
                .query_row([label, &key], |row| row.get(0))
                .optional()
        })
        .await
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), String> {
        let key = key.to_owned();
        self.call(move |connection, label| {
            connection
                .prepare_cached(
                    "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
                     ON CONFLICT (store, key) DO UPDATE SET value = excluded.value",
                )?
                .execute(params![label, key, value])?;
            Ok(())
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        let key = key.to_owned();
        self.call(move |connection, label| {
            connection
                .prepare_cached("DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2")?
                .execute([label, &key])?;
            Ok(())
        })
        .await
    }

    async fn exists(&self, key: &str) -> Result<bool, String> {
        let key = key.to_owned();
        self.call(move |connection, label| {
            connection
                .prepare_cached("SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2")?
                .exists([label, &key])
        })
        .await
    }

    async fn keys(&self) -> Result<Vec<String>, String> {
        self.call(|connection, label| {
            connection
                .prepare_cached("SELECT key FROM spin_key_value WHERE store = ?1")?
                .query_map([label], |row| row.get(0))?
                .collect()
        })
        .await
    }
}
