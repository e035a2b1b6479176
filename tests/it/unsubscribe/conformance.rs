//! The rules of unsubscribing, as the table in docs/unsubscribe.md says.

use super::*;

#[tokio::test]
async fn the_conformance_table_is_what_was_seen() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), REUSE).await;
    let mut t = Table(Vec::new());
    let keys = keys();

    let mint = json!({"email": JANE, "list": "product-news"});
    let minted = host.send(&Request::post("/unsubscribe/links").bearer(APP).json(&mint)).await;
    let url = minted.field("/links/0/url");
    let path = url.strip_prefix("https://desk.example").unwrap();
    let token = path.strip_prefix("/u/").unwrap();
    let mailto = format!("mailto:u@in.desk.example?subject=unsubscribe%20{token}");
    assert_eq!(
        minted.field("/links/0/headers/0"),
        format!("List-Unsubscribe: <{url}>, <{mailto}>")
    );
    assert_eq!(
        minted.field("/links/0/headers/1"),
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    );
    assert_eq!(
        minted.field("/links/0/headers/2"),
        "List-Id: Product news <product-news.desk.example>"
    );
    t.row(
        "one `List-Unsubscribe` with one https address, one `List-Unsubscribe-Post`",
        "RFC 8058 section 3.1",
        "`POST /unsubscribe/links`",
        "three ready lines: both fields, and `List-Id`",
    );
    t.row(
        "a list has a name of its own",
        "RFC 2919 section 3, Gmail",
        "the same",
        "`List-Id: Product news <product-news.desk.example>`",
    );
    let mail = format!("From: {JANE}\r\nSubject: unsubscribe {token}\r\n\r\n");
    let inbound = |mail: String| {
        Request::post("/mail-events/inbound").bearer(APP).body("message/rfc822", mail)
    };
    let absent = mail.replace("Subject", "Auto-Submitted: auto-replied\r\nSubject");
    assert_eq!(host.send(&inbound(absent)).await.status, 204);
    assert!(!is_suppressed(&host, JANE).await);
    assert_eq!(host.send(&inbound(mail)).await.status, 204);
    assert!(is_suppressed(&host, JANE).await);
    t.row(
        "a mailto address for mail programs that know nothing else",
        "RFC 2369 section 2",
        "the mail that it makes; and a note of absence",
        "stops mail; stops nothing",
    );
    let lift = Request::new(Method::DELETE, "/suppressions").bearer(OPERATOR);
    let lift =
        lift.json(&json!({"email": JANE, "scope": "product-news", "reason": "for the next rule"}));
    assert_eq!(host.send(&lift).await.status, 200);
    let bytes = Base64UrlUnpadded::decode_vec(path.strip_prefix("/u/").unwrap()).unwrap();
    let hidden = |text: &str| !bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(hidden("jane") && hidden("example") && hidden("product-news"));
    t.row(
        "the address is opaque and hard to forge",
        "RFC 8058 section 3.1",
        "the token, decoded",
        "neither address nor list in it; 128 bits of MAC",
    );

    let before = host.keys().await;
    store.reset();
    for number in 0..100 {
        let method = if number % 2 == 0 { Method::GET } else { Method::HEAD };
        let answer = host.send(&Request::new(method, path).page()).await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("set-cookie").is_none());
    }
    assert_eq!(store.calls(), [""; 0]);
    assert_eq!(host.keys().await, before);
    t.row(
        "looking changes nothing",
        SCANNER,
        "100 scanners: 50 GET, 50 HEAD",
        "200 each; no call to the store, no key in it",
    );
    let with = |query: &str| Request::get(format!("{path}{query}")).page();
    let method = |method: Method| Request::new(method, path);
    store.reset();
    for (status, request) in [
        (200, with("?auto=yes")),
        (200, with("?List-Unsubscribe=One-Click")),
        (200, with("?_method=POST").header("x-http-method-override", "POST")),
        (200, with("/less?stop=all")),
        (405, with("/all")),
        (405, method(Method::OPTIONS)),
        (405, method(Method::PUT)),
        (405, method(Method::DELETE)),
    ] {
        assert_eq!(host.send(&request).await.status, status);
    }
    assert_eq!(store.calls(), [""; 0]);
    assert_eq!(host.keys().await, before);
    t.row(
        "nothing but a POST does it",
        "seen in the field",
        "GET with `?auto=yes`, with the body as a query, with a method to be taken instead; OPTIONS, PUT, DELETE",
        "the page, or 405; no call to the store",
    );

    let multipart = |boundary: &str, quoted: bool, end: &str| {
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--{boundary}--{end}"
        );
        let quote = if quoted { "\"" } else { "" };
        Request::post(path)
            .body(&format!("multipart/form-data; boundary={quote}{boundary}{quote}"), body)
    };
    for (rule, source, sent, request) in [
        (
            "the body as `application/x-www-form-urlencoded`",
            "RFC 8058 section 3.2; Gmail",
            "`List-Unsubscribe=One-Click`",
            one_click(path),
        ),
        (
            "the body as `multipart/form-data`",
            "RFC 8058 section 3.2",
            "boundary bare, CRLF at the end",
            multipart("----=_Part_1", false, "\r\n"),
        ),
        ("", "", "boundary in quotes, nothing behind it", multipart("a b'()+_,-./:=?c", true, "")),
        (
            "some clients forget the body",
            "seen in the field",
            "an empty body, with a type",
            Request::post(path).body("application/x-www-form-urlencoded", ""),
        ),
        ("", "", "no body, no type", Request::new(Method::POST, path)),
        (
            "a body that says something else still means stop",
            "fail towards less mail",
            "`List-Unsubscribe=Maybe`",
            Request::post(path).form(&[("List-Unsubscribe", "Maybe")]),
        ),
        ("", "", "broken JSON", Request::post(path).body("application/json", "{")),
        ("", "", "broken multipart", Request::post(path).body("multipart/form-data", "x")),
        (
            "no other context is needed",
            "RFC 8058 section 3.2",
            "a foreign `Origin`, no `Referer`, no cookie",
            one_click(path).header("origin", "https://elsewhere.example"),
        ),
        ("", "", "a cookie of somebody else's", one_click(path).header("cookie", "session=1")),
    ] {
        store.reset();
        let answer = host.send(&request).await;
        assert!(is_plain_yes(&answer), "{sent}: {answer:?}");
        // Behind the answer it is looked up whether this is a repeat.
        let calls = store.calls();
        assert_eq!(calls[..2], ["set suppression", "set change"], "{sent}");
        t.row(
            rule,
            source,
            sent,
            "200, `Unsubscribed.`, no redirect, no cookie; two writes side by side",
        );
        assert!(is_suppressed(&host, JANE).await, "{sent}");
    }
    for _ in 0..100 {
        assert!(is_plain_yes(&host.send(&one_click(path)).await));
    }
    let held = host.keys().await.into_iter().filter(|key| key.starts_with("suppression:")).count();
    assert_eq!(held, 1);
    t.row(
        "the same link works for ever",
        "CAN-SPAM: 30 days at least",
        "100 replays",
        "200 each; one suppression",
    );

    let unknown = link(&keys, "stranger@example.org", "product-news");
    let (known, stranger) =
        (host.send(&one_click(path)).await, host.send(&one_click(&unknown)).await);
    let shape = |answer: &Response| {
        (answer.status, answer.body.clone(), {
            let mut headers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
            for (name, value) in answer.headers.iter().filter(|(name, _)| *name != "date") {
                headers.insert(name.to_string(), value.as_bytes().to_vec());
            }
            headers
        })
    };
    assert_eq!(shape(&known), shape(&stranger));
    t.row(
        "nobody learns whether an address is known",
        "GDPR article 5",
        "a link for a person never seen before",
        "the same answer, byte for byte",
    );

    let cut = &path[..path.len() - 1];
    let swapped = {
        let done =
            host.send(&Request::post(link(&keys, "x@example.org", "tips")).page().form(&[])).await;
        let undo =
            done.text().split("/u/undo/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        format!("/u/{undo}")
    };
    let before = host.keys().await;
    store.reset();
    let first = shape(&host.send(&one_click("/u/forged")).await);
    assert_eq!(first.0, 404);
    for wrong in [cut, swapped.as_str(), "/u/x", "/u/%00", &format!("/u/{}", "A".repeat(70))] {
        assert_eq!(shape(&host.send(&one_click(wrong)).await), first, "{wrong}");
    }
    assert_eq!(store.calls(), [""; 0]);
    assert_eq!(host.keys().await, before);
    t.row(
        "forged, cut and foreign tokens",
        "RFC 8058 section 6",
        "five of them, one an undo token",
        "404, one and the same answer, no call to the store",
    );

    store.reset();
    for other in ["/u/undo/", "/unsubscribe/preferences/"] {
        for method in [Method::GET, Method::POST] {
            let request = Request::new(method, format!("{other}{token}")).page();
            assert_eq!(host.send(&request).await.status, 404, "{other}");
        }
    }
    assert_eq!(store.calls(), [""; 0]);
    t.row(
        "a link can do one thing",
        "a mail may be forwarded",
        "its token where something is undone, and where preferences are shown",
        "404, no call to the store",
    );
    let (one, all) = ("one@example.org", "all@example.org");
    assert!(is_plain_yes(&host.send(&one_click(&link(&keys, one, "tips"))).await));
    assert!(!is_suppressed(&host, one).await);
    let everything = format!("{}/all", link(&keys, all, "tips"));
    assert!(is_plain_yes(&host.send(&one_click(&everything)).await));
    assert!(is_suppressed(&host, all).await);
    t.row(
        "one list, or all of them",
        "GDPR article 21(3)",
        "a click for another list; the button for all",
        "the first list goes on; it stops as well",
    );
    for key in host.keys().await {
        let value = store.get(&key).await.unwrap().unwrap();
        let kept = [key.as_bytes(), &value].concat();
        for name in ["jane", "example.org", "product-news", "tips"] {
            let shown = kept.windows(name.len()).any(|window| window == name.as_bytes());
            assert!(!shown, "{name} stands in {key}");
        }
    }
    t.row(
        "what is kept names nobody",
        "GDPR articles 5(1)(c) and 17",
        "every key and every value of the store, after all of this",
        "neither an address nor a list in any of them",
    );

    let gone = link(&keys, JANE, "a-list-that-is-gone");
    assert!(is_plain_yes(&host.send(&one_click(&gone)).await));
    t.row("a list that is no longer configured", "CAN-SPAM", "a click for it", "200");
    host.assert_nothing_trapped();

    let mut options = HostOptions::new(functions::built().path());
    options.variables = variables();
    options
        .variables
        .insert("previous_root_secrets".to_owned(), variables()["root_secret"].clone());
    options.variables.insert("root_secret".to_owned(), Base64UrlUnpadded::encode_string(&[9; 32]));
    options.store = StoreChoice::Custom(store.clone());
    store.reset();
    let rotated = Host::run(options).await;
    let before = is_suppressed(&rotated, "stranger@example.org").await;
    assert!(before, "what was stored under the old root is found by address");
    assert!(is_plain_yes(&rotated.send(&one_click(path)).await));
    assert!(is_suppressed(&rotated, JANE).await);
    t.row(
        "the root secret was rotated",
        "",
        "a click with a link made before",
        "200; found by address all the same",
    );

    t.row(
        "a page that a browser fetches ahead changes nothing",
        SCANNER,
        "a real browser: prefetch, opening, pressing",
        "stopped by the button alone: `a_browser_that_fetches_ahead_changes_nothing`",
    );
    t.row(
        "10,000 people at once",
        "",
        "32 connections, SQLite and Redis",
        "none is lost: `of_ten_thousand_at_once_none_is_lost_on_sqlite`, `..._on_redis`",
    );
    hold(&t);
}
