//! The harness held to account: a test that stands on a broken tool proves nothing.

use std::{path::PathBuf, sync::Arc};

use desk_host::{
    Backend, HostOptions, RunningHost, StoreChoice,
    store::{MemoryStore, RedisStore},
};

use crate::harness::{
    browser::{Browser, Scripts},
    failing::Failing,
    http::{self, Connection, Request},
    program_in,
    redis::{Keeps, Redis},
};

/// An application that needs no component: one page, and one address for all others.
const STATIC: &str = r##"
spin_manifest_version = 2

[application]
name = "static"
version = "1.0.0"

[[trigger.http]]
route = "/page"
[trigger.http.static_response]
status_code = 200
headers = { content-type = "text/html; charset=utf-8" }
body = """
<!doctype html><html lang="en"><title>A page</title><h1>Good day</h1>
<p id="with">no script ran</p><noscript><p id="without">without scripts</p></noscript>
<form><input name="text"><input type="file" name="file"><button>Send</button></form>
<script>document.getElementById("with").textContent = "a script ran"</script>
"""

[[trigger.http]]
route = "/faulty"
[trigger.http.static_response]
headers = { content-type = "text/html; charset=utf-8", content-security-policy = "default-src 'none'; style-src 'unsafe-inline'" }
body = """
<!doctype html><html><title></title><h1>One</h1><h1>Two</h1><h3 id="a">Three</h3><p id="a">Id</p>
<label for="nowhere">Nobody's</label><input name="text" aria-describedby="nothing"><a href="#gone">Gone</a>
<a href="/"></a><img src="/none.png"><fieldset></fieldset><ul><p>No item</p></ul><button tabindex="3"> </button>
<p style="color: #999; background: #fff" onclick="x()">Pale</p><p style="width: 5000px">Wide</p>
<a href="javascript:x()">Script</a><button style="width: 9px; height: 9px; padding: 0; font-size: 1px">x</button>
<table><tr><td>1</td></tr></table>
"""

[[trigger.http]]
route = "/..."
[trigger.http.static_response]
status_code = 404
body = "nothing here"
"##;

/// A running application, and the folder of its manifest.
struct Static {
    host: RunningHost,
    folder: tempfile::TempDir,
}

async fn static_host() -> Static {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("spin.toml");
    std::fs::write(&manifest, STATIC).unwrap();
    let host = desk_host::start(HostOptions::new(manifest)).await.unwrap();
    Static { host, folder }
}

#[tokio::test]
async fn both_clients_read_the_same_answer() {
    let Static { host, folder: _folder } = static_host().await;
    let proper = http::send(host.address(), &Request::get("/elsewhere")).await;
    let mut raw = Connection::open(host.address()).await;
    // Twice on one connection, which the server keeps open.
    for _ in 0..2 {
        raw.write(&Request::get("/elsewhere").to_bytes()).await;
        let answer = raw.read().await.unwrap();
        assert_eq!((answer.status, answer.text()), (proper.status, "nothing here"));
        assert_eq!(answer.header("content-length"), Some("12"));
    }
    assert_eq!(proper.text(), "nothing here");
    raw.write(b"HEAD /page HTTP/1.1\r\nhost: desk\r\n\r\n").await;
    let head = raw.read_head().await.unwrap();
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

#[tokio::test]
async fn raw_bytes_arrive_as_they_are() {
    let Static { host, folder: _folder } = static_host().await;
    let mut raw = Connection::open(host.address()).await;
    raw.write(b"this is not HTTP\r\n\r\n").await;
    assert_eq!(raw.read().await.unwrap().status.as_u16(), 400);
    assert!(raw.is_closed().await);
    // In pieces, the last of which is late.
    let mut raw = Connection::open(host.address()).await;
    raw.write(b"GET /page HT").await;
    let other = http::send(host.address(), &Request::get("/page")).await;
    raw.write(b"TP/1.1\r\nhost: desk\r\n\r\n").await;
    assert_eq!(raw.read().await.unwrap().body, other.body);
    // Broken off.
    let mut raw = Connection::open(host.address()).await;
    raw.write(b"GET /page HT").await;
    raw.end().await;
    assert!(raw.read().await.is_none_or(|answer| answer.status.is_client_error()));
}

#[test]
fn a_program_that_is_missing_leaves_a_test_out_unless_all_are_demanded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().as_os_str();
    assert_eq!(program_in("a-server", path, false), None);
    std::panic::catch_unwind(|| program_in("a-server", path, true)).unwrap_err();
    let file = folder.path().join("a-server");
    std::fs::write(&file, "").unwrap();
    assert_eq!(program_in("a-server", path, true), Some(file));
}

#[tokio::test]
async fn redis_starts_answers_and_ends() {
    let Some(mut redis) = Redis::start(Keeps::EveryWrite) else { return };
    let store = RedisStore::open(redis.url()).await.unwrap();
    store.set("a", b"1".to_vec()).await.unwrap();
    assert_eq!(store.get("a").await.unwrap().as_deref(), Some(&b"1"[..]));
    // Nobody else's server: it had nothing before.
    assert_eq!(store.keys().await.unwrap(), ["a"]);
    redis.kill();
    store.get("a").await.unwrap_err();
}

#[tokio::test]
async fn a_browser_reads_a_page_with_scripts_and_without() {
    let Static { host, folder } = static_host().await;
    let url = format!("http://{}/page", host.address());
    for (scripts, shown) in [(Scripts::On, "a script ran"), (Scripts::Off, "no script ran")] {
        let Some(browser) = Browser::start(scripts) else { return };
        browser.open(&url);
        assert_eq!((browser.url(), browser.title()), (url.clone(), "A page".to_owned()));
        assert_eq!(browser.text(&browser.find("h1")), "Good day");
        assert_eq!(browser.text(&browser.find("#with")), shown);
        let without = browser.find_all("#without").len();
        assert_eq!(without, usize::from(scripts == Scripts::Off), "{}", browser.source());
        assert_eq!(browser.attribute(&browser.find("html"), "lang").as_deref(), Some("en"));
        // Assertions may run scripts where the page may not.
        browser.resize(320, 640);
        assert_eq!(browser.script("return window.innerWidth"), 320);
        let file: PathBuf = folder.path().join("spin.toml");
        browser.type_into(&browser.find("[type=file]"), file.to_str().unwrap());
        browser.type_into(&browser.find("[name=text]"), "privacy");
        browser.follow(&browser.find("button"));
        assert_eq!(browser.url(), format!("{url}?text=privacy&file=spin.toml"));
        let picture = folder.path().join("page.png");
        browser.screenshot(&picture);
        assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));
        browser.script("console.error('a complaint of ours')");
        let complaints = browser.complaints();
        assert!(complaints.iter().any(|c| c.contains("a complaint of ours")), "{complaints:?}");
    }
}

#[tokio::test]
async fn the_page_checks_see_what_is_wrong_with_a_page() {
    let Static { host, folder: _folder } = static_host().await;
    let Some(browser) = Browser::start(Scripts::On) else { return };
    browser.open(&format!("http://{}/faulty", host.address()));
    let faults = browser.faults();
    for expected in [
        "html lang is \"\"",
        "no title",
        "2 elements at h1",
        "0 elements at main",
        "heading level 3 after 1",
        "the id \"a\" is there more than once",
        "for=\"nowhere\" leads nowhere",
        "aria-describedby=\"nothing\" leads nowhere",
        "the link to #gone leads nowhere",
        "no name: <a href=\"/\">",
        "no name: <input",
        "no name: <button tabindex",
        "no alt: <img",
        "not loaded: <img",
        "no legend: <fieldset>",
        "no header cells: <table>",
        "in a list: <p>",
        "order of its own: <button",
        "inline: <p style",
        "a handler: <p style",
        "a script address: <a",
        "pixels wide on a screen of",
        "9 by 9 pixels is small",
        "contrast 2.85: \"Pale\"",
    ] {
        assert!(faults.iter().any(|f| f.contains(expected)), "not seen: {expected}: {faults:#?}");
    }
    // What the page's own policy forbids is told by the browser.
    let complaints = browser.complaints();
    assert!(complaints.iter().any(|c| c.contains("Content Security Policy")), "{complaints:?}");
}

#[tokio::test]
async fn a_failing_store_counts_fails_and_waits_as_told() {
    let inner = Arc::new(MemoryStore::default());
    let store = Failing::new(inner.clone());
    store.set("case:1:open", b"1".to_vec()).await.unwrap();
    store.keys().await.unwrap();
    assert_eq!(store.calls(), ["set case", "keys"]);
    store.fail_from(2);
    store.get("case:1:open").await.unwrap();
    store.set("case:2:open", b"2".to_vec()).await.unwrap_err();
    store.get("case:1:open").await.unwrap_err();
    assert_eq!(inner.keys().await.unwrap(), ["case:1:open"]);
    store.reset();
    let gate = store.gate("set case");
    let racers = ["case:3", "case:4"].map(|key| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.set(key, Vec::new()).await })
    });
    gate.arrived(2).await;
    // Neither has written, and whoever does not come to the gate is not held up.
    assert_eq!(store.keys().await.unwrap(), ["case:1:open"]);
    gate.open();
    for racer in racers {
        racer.await.unwrap().unwrap();
    }
    assert_eq!(store.keys().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_host_uses_the_store_that_it_is_given() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("spin.toml");
    std::fs::write(&manifest, STATIC).unwrap();
    let mut options = HostOptions::new(manifest);
    options.store = StoreChoice::Custom(store.clone());
    let host = desk_host::start(options).await.unwrap();
    host.backend().exists("a").await.unwrap();
    assert_eq!(store.calls(), ["exists a"]);
    host.stop().await;
}
