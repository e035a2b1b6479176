//! Starting and stopping, and the answers that the host gives itself.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use desk_host::{HostError, HostOptions, StoreChoice, start};
use tempfile::TempDir;

use crate::http::{body, exchange, get, status};

const STATIC: &str = r#"
spin_manifest_version = 2
[application]
name = "static"
version = "1.2.3"
[[trigger.http]]
route = "/robots.txt"
static_response = { headers = { "content-type" = "text/plain" }, body = "all" }
[[trigger.http]]
route = "/gone/..."
static_response = { status_code = 410 }
"#;

const COMPONENT: &str = r#"
spin_manifest_version = 2
[application]
name = "component"
[variables]
secret = { required = true }
[[trigger.http]]
route = "/..."
component = "only"
[component.only]
source = "only.wasm"
key_value_stores = ["default"]
allowed_outbound_hosts = ["https://{{ secret }}"]
"#;

fn manifest(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spin.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn with_secret(path: &Path, value: &str) -> HostOptions {
    HostOptions {
        variables: BTreeMap::from([("secret".to_owned(), value.to_owned())]),
        ..HostOptions::new(path)
    }
}

/// Why the component manifest does not start with `wasm` as its file.
async fn refusal(wasm: &[u8]) -> String {
    let (folder, path) = manifest(COMPONENT);
    fs::write(folder.path().join("only.wasm"), wasm).unwrap();
    start(with_secret(&path, "mail.example")).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_host_answers_for_static_routes_and_for_itself() {
    let (_folder, path) = manifest(STATIC);
    let running = start(HostOptions::new(path)).await.unwrap();
    let address = running.address();

    let answer = get(address, "/robots.txt");
    assert_eq!((status(&answer), body(&answer)), (200, "all"));
    assert!(answer.contains("content-type: text/plain\r\n"), "{answer}");
    let answer = get(address, "/gone/away");
    assert_eq!((status(&answer), body(&answer)), (410, ""));

    let answer = get(address, "/.well-known/spin/health");
    assert_eq!((status(&answer), body(&answer)), (200, "OK"));
    let answer = get(address, "/.well-known/spin/info");
    assert_eq!(status(&answer), 200);
    assert!(body(&answer).contains("\"version\": \"1.2.3\""), "{answer}");
    for unknown in ["/.well-known/spin/other", "/elsewhere", "/"] {
        let answer = get(address, unknown);
        assert_eq!((status(&answer), body(&answer)), (404, ""), "{unknown}");
    }
    assert!(running.answers("/gone/away") && !running.answers("/elsewhere"));
    running.stop().await;
}

#[tokio::test]
async fn a_request_without_one_clear_authority_gets_no_answer() {
    let (_folder, path) = manifest(STATIC);
    let running = start(HostOptions::new(path)).await.unwrap();
    for request in [
        "GET /robots.txt HTTP/1.1\r\n\r\n",
        "GET /robots.txt HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET http://one/robots.txt HTTP/1.1\r\nHost: two\r\n\r\n",
        // The name of another component is nothing that the outside may say.
        "GET /robots.txt HTTP/1.1\r\nHost: only.spin.internal\r\n\r\n",
    ] {
        assert_eq!(exchange(running.address(), request), "", "{request}");
    }
    let absolute = "GET http://one/robots.txt HTTP/1.1\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&exchange(running.address(), absolute)), 200);
    running.stop().await;
}

#[tokio::test]
async fn stopping_frees_the_address() {
    let (_folder, path) = manifest(STATIC);
    let running = start(HostOptions::new(&path)).await.unwrap();
    let address = running.address();
    let again = HostOptions { listen: address, ..HostOptions::new(&path) };
    let error = start(again.clone()).await.unwrap_err();
    assert!(matches!(error, HostError::AddressInUse(taken) if taken == address), "{error}");
    running.stop().await;
    let running = start(again).await.unwrap();
    assert_eq!(status(&get(address, "/robots.txt")), 200);
    drop(running);
}

#[tokio::test]
async fn many_hosts_run_side_by_side() {
    let (_folder, path) = manifest(STATIC);
    let mut hosts = Vec::new();
    for _ in 0..8 {
        hosts.push(start(HostOptions::new(&path)).await.unwrap());
    }
    for host in &hosts {
        assert_eq!(status(&get(host.address(), "/robots.txt")), 200);
    }
}

#[tokio::test]
async fn a_component_that_was_not_built_is_named() {
    let (folder, path) = manifest(COMPONENT);
    let error = start(with_secret(&path, "mail.example")).await.unwrap_err();
    let HostError::MissingWasm { component, path } = error else { panic!("{error}") };
    assert_eq!((component.as_str(), path), ("only", folder.path().join("only.wasm")));
}

#[tokio::test]
async fn a_file_that_is_no_component_is_named_with_the_reason() {
    let module = b"\0asm\x01\0\0\0";
    let component = b"\0asm\x0d\0\x01\0";
    for (wasm, expected) in [
        (b"plain text".as_slice(), "it is no WebAssembly component"),
        (module.as_slice(), "it is no WebAssembly component"),
        (component.as_slice(), "it does not export wasi:http/handler@0.3.0"),
    ] {
        let error = refusal(wasm).await;
        assert!(error.starts_with("the component `only` ("), "{error}");
        assert!(error.contains(expected), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_variable_without_value_is_named() {
    let (_folder, path) = manifest(COMPONENT);
    let error = start(HostOptions::new(path)).await.unwrap_err();
    assert!(matches!(error, HostError::Variable(_)), "{error}");
    assert!(error.to_string().contains("SPIN_VARIABLE_SECRET"), "{error}");
}

#[tokio::test]
async fn a_variable_that_makes_no_host_is_told() {
    let (folder, path) = manifest(COMPONENT);
    fs::write(folder.path().join("only.wasm"), b"\0asm\x0d\0\x01\0").unwrap();
    let error = start(with_secret(&path, "a/b")).await.unwrap_err();
    assert!(matches!(error, HostError::OutboundHost(_)), "{error}");
}

#[tokio::test]
async fn a_store_that_is_not_configured_is_named() {
    let (folder, path) = manifest(&COMPONENT.replace("[\"default\"]", "[\"default\", \"other\"]"));
    fs::write(folder.path().join("only.wasm"), b"").unwrap();
    let error = start(with_secret(&path, "mail.example")).await.unwrap_err();
    let HostError::UnknownStore { component, label } = error else { panic!("{error}") };
    assert_eq!((component.as_str(), label.as_str()), ("only", "other"));
}

#[tokio::test]
async fn a_data_file_that_cannot_be_used_is_named() {
    let (folder, path) = manifest(STATIC);
    let not_a_database = folder.path().join("spin.toml");
    for file in [not_a_database, PathBuf::from("/no/such/folder/kv.db")] {
        let store = StoreChoice::Sqlite(file.clone());
        let error = start(HostOptions { store, ..HostOptions::new(&path) }).await.unwrap_err();
        assert!(matches!(error, HostError::Store(_)), "{error}");
        assert!(error.to_string().contains(&*file.to_string_lossy()), "{error}");
    }
}
