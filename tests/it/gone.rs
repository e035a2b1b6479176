//! Gone means gone: what was removed lies nowhere any more, neither in the file of the store nor beside it.

use std::{collections::BTreeMap, fs, path::Path};

use desk_host::Backend;
use serde_json::json;

use crate::{
    harness::target::{Host, OPERATOR, Target},
    walk::{ANNA, JANE, packed, post, proven, tag},
};

/// What a value must be longer than to be looked for: shorter runs may stand somewhere by chance.
const SHORTEST: usize = 24;

/// Everything that is stored.
async fn values(host: &Host) -> BTreeMap<String, Vec<u8>> {
    let mut values = BTreeMap::new();
    for key in host.keys().await {
        if let Some(value) = host.backend().get(&key).await.expect("the store is there") {
            values.insert(key, value);
        }
    }
    values
}

/// All bytes of the files in a folder.
fn bytes_in(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        bytes.extend(fs::read(entry.expect("a file").path()).expect("a file that can be read"));
    }
    bytes
}

#[tokio::test]
async fn what_was_removed_lies_nowhere_in_the_file() {
    let host = Host::sqlite().await;
    let mut removed: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut before = values(&host).await;
    // Between any two steps: what is there no longer was removed, or written over.
    let mut note = async |host: &Host| {
        let now = values(host).await;
        for (key, value) in std::mem::replace(&mut before, now.clone()) {
            if now.get(&key) != Some(&value) {
                removed.insert(format!("{key} ({} bytes)", value.len()), value);
            }
        }
    };
    let complaint = json!({"kind": "complaint", "message": "You wrote to me again.", "email": ANNA,
        "attachments": [{"data": "SSBzYXcgaXQu"}]});
    assert_eq!(host.send(&post("/feedback", &complaint)).await.status, 201);
    note(&host).await;
    let (_, janes) = proven(&host, "access", JANE).await;
    let (filed, _) = proven(&host, "erasure", ANNA).await;
    note(&host).await;
    packed(&host, &filed, ANNA).await;
    note(&host).await;
    let tag = tag(&host, &filed.console("/erasure")).await;
    let body =
        json!({"executor": "Head of support", "reason": "She asked for it.", "text": "Done."});
    let order = post(filed.console("/erasure"), &body).bearer(OPERATOR).header("if-match", &tag);
    let answer = host.send(&order).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["verified"]), (200, &json!(true)));
    note(&host).await;
    assert!(removed.keys().any(|key| key.starts_with("request:")), "{:?}", removed.keys());
    assert!(removed.keys().any(|key| key.starts_with("package:")), "{:?}", removed.keys());
    let raw = bytes_in(host.folder());
    let lies = |part: &[u8]| raw.windows(part.len()).any(|window| window == part);
    for (what, value) in &removed {
        // Neither the whole of it, nor its end: what begins a value alike (its expiry) says nothing.
        let Some(end) = value.len().checked_sub(SHORTEST) else { continue };
        assert!(!lies(&value[end..]), "the end of {what} lies in the file");
        let middle = end / 2;
        assert!(!lies(&value[middle..middle + SHORTEST]), "a part of {what} lies in the file");
    }
    // Somebody else's are there.
    assert_eq!(host.send(&crate::walk::get(&janes)).await.status, 200);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn a_file_of_before_is_cleared_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("store.db");
    let secret = b"what somebody wrote long ago, and had removed".to_vec();
    {
        // A file that deleted without overwriting.
        let store = desk_host::store::SqliteStore::open(&file, "default").expect("a store");
        store.set("kept", b"this stays".to_vec()).await.expect("a write");
    }
    let connection = rusqlite::Connection::open(&file).expect("the file");
    connection.pragma_update(None, "secure_delete", false).expect("a setting");
    connection.pragma_update(None, "user_version", 0).expect("a setting");
    let write = "INSERT INTO spin_key_value (store, key, value) VALUES ('default', 'gone', ?1)";
    connection.execute(write, [&secret]).expect("a write");
    connection.execute("DELETE FROM spin_key_value WHERE key = 'gone'", []).expect("a deletion");
    drop(connection);
    let lies = || bytes_in(folder.path()).windows(secret.len()).any(|window| window == secret);
    assert!(lies(), "SQLite leaves what it deletes where it was");
    let store = desk_host::store::SqliteStore::open(&file, "default").expect("a store");
    assert_eq!(store.get("kept").await.expect("a read"), Some(b"this stays".to_vec()));
    assert!(!lies());
}
