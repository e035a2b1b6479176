//! One suite for every storage.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use desk_host::{
    Backend, StoreChoice,
    store::{MemoryStore, SqliteStore},
};
use tempfile::TempDir;

/// A Redis server of this test's own, on a socket in a folder of its own.
struct RedisServer {
    process: Child,
    folder: TempDir,
}

impl RedisServer {
    /// `None`, loudly, where no Redis is installed.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let spawned = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(folder.path().join("redis.sock"))
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = match spawned {
            Ok(process) => process,
            Err(error) => {
                assert!(
                    std::env::var_os("DESK_REQUIRE_ALL").is_none_or(|value| value != "1"),
                    "redis-server must be installed: {error}"
                );
                // Past the test harness, which would keep it to itself.
                let mut stderr = std::io::stderr().lock();
                writeln!(stderr, "LEFT OUT: a Redis test, for redis-server is not installed")
                    .unwrap();
                return None;
            }
        };
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut seen = String::new();
        for line in lines.map_while(Result::ok) {
            if line.contains("eady to accept connections") {
                return Some(Self { process, folder });
            }
            seen.push_str(&line);
        }
        panic!("redis-server ended: {seen}");
    }

    fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.path().join("redis.sock").display())
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

async fn sorted_keys(store: &dyn Backend) -> Vec<String> {
    let mut keys = store.keys().await.unwrap();
    keys.sort();
    keys
}

/// What every storage does.
async fn suite(store: Arc<dyn Backend>) {
    assert_eq!(store.get("absent").await.unwrap(), None);
    assert!(!store.exists("absent").await.unwrap());
    store.delete("absent").await.unwrap();
    assert!(store.keys().await.unwrap().is_empty());

    let bytes: Vec<u8> = (0..=255).collect();
    store.set("case:1", bytes.clone()).await.unwrap();
    assert_eq!(store.get("case:1").await.unwrap(), Some(bytes));
    assert!(store.exists("case:1").await.unwrap());
    store.set("case:1", Vec::new()).await.unwrap();
    assert_eq!(store.get("case:1").await.unwrap(), Some(Vec::new()));
    // Keys are compared byte by byte.
    assert!(!store.exists("CASE:1").await.unwrap());
    assert!(!store.exists("case:*").await.unwrap());

    let large = vec![7; 256 << 10];
    store.set("part", large.clone()).await.unwrap();
    assert_eq!(store.get("part").await.unwrap(), Some(large));
    store.delete("part").await.unwrap();

    let odd = "it's a \"key\"; -- ключ";
    store.set(odd, b"x".to_vec()).await.unwrap();
    assert_eq!(sorted_keys(&*store).await, ["case:1", odd]);
    store.delete(odd).await.unwrap();
    store.delete("case:1").await.unwrap();
    assert!(store.keys().await.unwrap().is_empty());

    let writes = (0..200).map(|number| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let key = format!("k{number:03}");
            store.set(&key, key.clone().into_bytes()).await.unwrap();
            assert_eq!(store.get(&key).await.unwrap(), Some(key.into_bytes()));
        })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.unwrap();
    }
    let expected: Vec<String> = (0..200).map(|number| format!("k{number:03}")).collect();
    assert_eq!(sorted_keys(&*store).await, expected);
}

#[tokio::test]
async fn memory_passes_the_suite() {
    suite(Arc::new(MemoryStore::default())).await;
}

#[tokio::test]
async fn sqlite_passes_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    suite(Arc::new(SqliteStore::open(&folder.path().join("kv.db"), "default").unwrap())).await;
}

#[tokio::test]
async fn redis_passes_the_suite() {
    let Some(server) = RedisServer::start() else { return };
    suite(StoreChoice::Redis(server.url()).open("default").await.unwrap()).await;
}

#[tokio::test]
async fn a_redis_that_goes_away_is_an_error_and_no_wait_for_ever() {
    let Some(server) = RedisServer::start() else { return };
    let store = StoreChoice::Redis(server.url()).open("default").await.unwrap();
    store.set("a", b"1".to_vec()).await.unwrap();
    drop(server);
    store.set("b", b"2".to_vec()).await.unwrap_err();
    store.get("a").await.unwrap_err();
    store.keys().await.unwrap_err();
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_named_without_its_password() {
    for (url, expected) in [
        ("redis+unix:///no/such/redis.sock?pass=hunter2", "/no/such/redis.sock"),
        ("rediss://example.invalid", "TLS"),
        ("http://example.invalid", "URL"),
    ] {
        let error = StoreChoice::Redis(url.to_owned()).open("default").await.err().unwrap();
        assert!(error.contains(expected), "{url}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn sqlite_files_keep_their_values_and_their_labels_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kv.db");
    let one = SqliteStore::open(&path, "default").unwrap();
    let two = SqliteStore::open(&path, "other").unwrap();
    one.set("a", b"1".to_vec()).await.unwrap();
    assert_eq!(two.get("a").await.unwrap(), None);
    drop((one, two));
    let again = SqliteStore::open(&path, "default").unwrap();
    assert_eq!(again.get("a").await.unwrap(), Some(b"1".to_vec()));
}

/// The layout is Spin's own, so that either can go on with the other's file.
#[tokio::test]
async fn sqlite_files_are_laid_out_as_spin_lays_them_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kv.db");
    let store = SqliteStore::open(&path, "default").unwrap();
    store.set("a", b"1".to_vec()).await.unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    let row: (String, String, Vec<u8>) = file
        .query_row("SELECT store, key, value FROM spin_key_value", [], |row| row.try_into())
        .unwrap();
    assert_eq!(row, ("default".to_owned(), "a".to_owned(), b"1".to_vec()));
    file.execute("UPDATE spin_key_value SET value = x'32'", []).unwrap();
    assert_eq!(store.get("a").await.unwrap(), Some(b"2".to_vec()));
}
