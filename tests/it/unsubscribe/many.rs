//! Many at once, and browsers that fetch ahead.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_fetches_ahead_changes_nothing() {
    let Some(browser) = Browser::start(Scripts::On) else { return };
    let host = Host::browsable().await;
    let url = format!("http://{}", host.address());
    let path = link(&keys(), JANE, "product-news");
    // A page of somebody else's, as a mailbox in a browser is, that has the link fetched ahead.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailbox = format!("http://{}/", listener.local_addr().unwrap());
    let page =
        format!("<!doctype html><title>Mailbox</title><link rel=prefetch href='{url}{path}'>");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = [0; 4096];
            let _ = stream.read(&mut asked).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length:";
            let _ =
                stream.write_all(format!("{head} {}\r\n\r\n{page}", page.len()).as_bytes()).await;
        }
    });
    // The browser blocks this thread, and the mailbox answers on another.
    let (shown, browser) = tokio::task::spawn_blocking(move || {
        browser.open(&mailbox);
        let fetched = "return performance.getEntriesByType('resource').map(e => e.name).join(' ')";
        let began = std::time::Instant::now();
        loop {
            let names = browser.script(fetched).as_str().unwrap_or_default().to_owned();
            if names.contains("/u/") || began.elapsed() > Duration::from_secs(20) {
                return (names, browser);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    })
    .await
    .unwrap();
    assert!(shown.contains(&path), "the browser fetched {shown:?}");
    assert!(!is_suppressed(&host, JANE).await);
    browser.open(&format!("{url}{path}"));
    assert!(!is_suppressed(&host, JANE).await);
    browser.follow(&browser.find("main form button"));
    assert!(is_suppressed(&host, JANE).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_at_once_none_is_lost_on_sqlite() {
    // In memory where the system has such a folder: what is tried is the crowd, and not the disk.
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.unwrap();
    let store = StoreChoice::Sqlite(folder.path().join("store.db"));
    nobody_is_lost(Host::start(store, REUSE).await, "SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_thousand_at_once_none_is_lost_on_redis() {
    let Some(host) = Host::redis().await else { return };
    nobody_is_lost(host, "Redis").await;
}

#[tokio::test]
async fn a_thousand_are_checked_in_one_request() {
    let host = Host::memory().await;
    let emails: Vec<String> = (0..1_000).map(|number| format!("p{number}@example.org")).collect();
    for email in emails.iter().step_by(100) {
        host.send(&one_click(&link(&keys(), email, "tips"))).await;
    }
    let body = json!({"emails": emails, "list": "tips"});
    let check = Request::post("/suppressions/check").bearer(APP).json(&body);
    let answer = host.send(&check).await;
    let results = answer.json()["results"].as_array().unwrap().clone();
    assert_eq!(results.len(), 1_000);
    let suppressed = results.iter().filter(|result| result["suppressed"] == true).count();
    assert_eq!(suppressed, 10);
}
