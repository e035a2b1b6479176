//! What the mailer is told, and header fields as others read them.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_mailer_is_told_and_what_it_does_not_take_is_told_again() {
    let mut mailer = Mailer::start(&[500, 302, 204]).await;
    let host = mailer.host().await;
    let answer = host.send(&one_click(&link(&keys(), JANE, "product-news"))).await;
    assert!(is_plain_yes(&answer), "the person does not wait for the mailer");
    let (head, body) = mailer.hear().await;
    // A library that is not ours believes it. The functions' clock is the test's, so only the signature is held.
    let told = signed_for(&head, &body);
    assert_eq!(told["type"], "suppression.created");
    assert_eq!(told["data"]["reason"], "one-click");
    assert!(!body.contains("jane"));
    assert_eq!(pending(&host).await, 1);
    for (later, attempt) in [(60, 2), (300, 3)] {
        soon("the failure is noted", async {
            while !host.keys().await.iter().any(|key| key.starts_with("try:")) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
        host.clock().pass(later);
        assert_eq!(host.send(&Request::get("/ops/sweep")).await.status, 204, "attempt {attempt}");
        let (again, same) = mailer.hear().await;
        assert_eq!((&again["webhook-id"], &same), (&head["webhook-id"], &body));
        signed_for(&again, &same);
    }
    until_pending(&host, 0).await;
    host.assert_nothing_trapped();
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_out_by_the_configured_provider_and_again_until_it_is_taken() {
    let mut provider = Mailer::start(&[503, 200]).await;
    let host = provider
        .host_with(&[
            ("mail_provider", "postmark"),
            ("mail_token", "a-token"),
            ("mail_from", "OnCall 3.0 <privacy@oncall.example>"),
            ("mail_host", &provider.address),
        ])
        .await;
    let ask = Request::post("/unsubscribe").page().form(&[("email", JANE)]);
    assert_eq!(host.send(&ask).await.status, 303, "the person does not wait for the provider");
    let (head, body) = provider.hear().await;
    assert_eq!(head[""], "POST /email HTTP/1.1");
    assert_eq!(head["x-postmark-server-token"], "a-token");
    assert_eq!(
        (&*head["content-type"], &*head["user-agent"]),
        ("application/json", "privacy-desk")
    );
    let mail: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(mail["To"], JANE);
    assert_eq!(mail["From"], "\"OnCall 3.0\" <privacy@oncall.example>");
    assert!(mail["TextBody"].as_str().unwrap().contains("https://desk.example/unsubscribe/"));
    let outbox = Request::get("/console/api/outbox").bearer(OPERATOR);
    let waiting = soon("the failure is noted", async {
        loop {
            let waiting = host.send(&outbox).await.json()["mails"][0].clone();
            if waiting["attempts"] == 1 {
                break waiting;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!((&waiting["last_status"], &waiting["given_up"]), (&json!(503), &json!(false)));
    host.clock().pass(60);
    assert_eq!(host.send(&Request::get("/ops/sweep")).await.status, 204);
    let (again, same) = provider.hear().await;
    assert_eq!(
        (&again["x-postmark-server-token"], &same),
        (&head["x-postmark-server-token"], &body)
    );
    assert!(host.send(&outbox).await.json()["mails"].as_array().unwrap().is_empty());
    host.assert_nothing_trapped();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_that_is_gone_keeps_nobody_from_opting_out() {
    let mailer = Mailer::start(&[204]).await;
    let host = mailer.host().await;
    mailer.listening.abort();
    assert!(mailer.listening.await.unwrap_err().is_cancelled());
    let answer = host.send(&one_click(&link(&keys(), JANE, "product-news"))).await;
    assert!(is_plain_yes(&answer));
    assert!(is_suppressed(&host, JANE).await);
    soon("the failure is noted", async {
        while !host.keys().await.iter().any(|key| key.starts_with("try:")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(pending(&host).await, 1);
}

#[tokio::test]
async fn other_readers_see_the_same_header_fields() {
    let Some(python) = program("python3") else { return };
    let host = Host::memory().await;
    let mint = json!({"email": JANE, "list": "product-news"});
    let minted = host.send(&Request::post("/unsubscribe/links").bearer(APP).json(&mint)).await;
    let url = minted.field("/links/0/url");
    let setup = desk_app::Setup::new(|name| match name {
        "root_secret" => Some(variables()["root_secret"].clone()),
        "base_url" => Some("https://desk.example".to_owned()),
        "lists" => Some(
            r#"[{"id": "news", "name_ru": "Новости продукта, которые приходят очень редко"}]"#
                .to_owned(),
        ),
        _ => None,
    })
    .unwrap();
    let russian = desk_app::links::list_id(&setup, setup.lists().by_id("news").unwrap());
    for (list_id, name, id) in [
        (minted.field("/links/0/headers/2"), "Product news", "product-news.desk.example"),
        (
            format!("List-Id: {russian}"),
            "Новости продукта, которые приходят очень редко",
            "news.desk.example",
        ),
    ] {
        let mail = format!(
            "From: a@b.co\r\n{}\r\n{}\r\n{list_id}\r\nSubject: x\r\n\r\nHello\r\n",
            minted.field("/links/0/headers/0"),
            minted.field("/links/0/headers/1"),
        );
        let unsubscribe = minted.field("/links/0/headers/0");
        let unsubscribe = unsubscribe.strip_prefix("List-Unsubscribe: ").unwrap();
        let script = "import sys, email, email.policy, json\n\
            m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
            print(json.dumps([m.get_all('List-Unsubscribe'), m.get_all('List-Unsubscribe-Post'), m.get_all('List-Id')]))";
        let mut child = tokio::process::Command::new(&python)
            .args(["-c", script])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(mail.as_bytes()).await.unwrap();
        let output = child.wait_with_output().await.unwrap();
        let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            read,
            json!([[unsubscribe], ["List-Unsubscribe=One-Click"], [format!("{name} <{id}>")]])
        );
        // And a parser of mail that is not Python's.
        let message = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
        let list =
            message.list_unsubscribe().as_address().and_then(|address| address.first()).unwrap();
        assert_eq!(list.address(), Some(url.as_str()));
        let raw = message.header_raw("List-Unsubscribe-Post").unwrap();
        assert_eq!(raw.trim(), "List-Unsubscribe=One-Click");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailer_that_hangs_keeps_nobody_waiting() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (asked, mut arrived) = mpsc::unbounded_channel();
    let hanging = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
            let _ = asked.send(());
        }
    });
    let (_tell, told) = mpsc::unbounded_channel();
    let host = Mailer { address, told, listening: hanging }.host().await;
    let answer = host.send(&one_click(&link(&keys(), JANE, "product-news"))).await;
    assert!(is_plain_yes(&answer));
    soon("the mailer is called", arrived.recv()).await.unwrap();
    // It still says nothing, and everything else goes on.
    assert!(is_suppressed(&host, JANE).await);
    assert_eq!(pending(&host).await, 1);
    let john = link(&keys(), "john@example.org", "product-news");
    assert!(is_plain_yes(&host.send(&one_click(&john)).await));
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_confirms_nothing_and_the_next_request_works() {
    let store = Failing::new(Arc::new(MemoryStore::default()));
    let host = Host::start(StoreChoice::Custom(store.clone()), REUSE).await;
    let path = link(&keys(), JANE, "product-news");
    let john = json!({"email": "john@example.org", "reason": "by phone"});
    let rows = json!({"opt_outs": [{"email": "jill@example.org"}]});
    let operator = |method: Method, target: &str, body: &serde_json::Value| {
        Request::new(method, target).bearer(OPERATOR).json(body)
    };
    let complaint = "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\
        Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1\r\n\
        Original-Rcpt-To: jane@example.org\r\n--b--\r\n";
    let requests = [
        one_click(&path),
        Request::post(&path).page().form(&[("page", "0000000000000")]),
        Request::post(format!("{path}/all")).page().form(&[]),
        Request::post(format!("{path}/less")).page().form(&[("stop", "tips")]),
        Request::get(format!("{path}/receipt.json")),
        Request::post("/unsubscribe").page().form(&[("email", JANE)]),
        operator(Method::PUT, "/suppressions", &john),
        operator(Method::DELETE, "/suppressions", &john),
        operator(Method::POST, "/suppressions/import", &rows),
        operator(Method::POST, "/suppressions/check", &json!({"email": JANE, "list": "tips"})),
        Request::get("/suppressions/pending").bearer(OPERATOR),
        Request::post("/mail-events/arf").bearer(APP).body("message/rfc822", complaint),
    ];
    for call in 1..=6 {
        for request in &requests {
            // A limit on mails would answer for everything else.
            host.clock().pass(86_400);
            store.fail_from(call);
            let answer = host.send(request).await;
            let failed = store.calls().get(call - 1).cloned();
            store.reset();
            let what = format!("{} {} at {call}", request.method, request.target);
            // What fails behind the answer is nothing that it confirmed.
            let behind =
                ["get claim", "set claim", "get outcome", "set outcome", "get outbox", "get try"];
            match failed {
                None => assert_ne!(answer.status, 503, "{what}: {answer:?}"),
                Some(made) if behind.contains(&made.as_str()) => {}
                Some(_) => assert_eq!(answer.status, 503, "{what}: {answer:?}"),
            }
            let again = host.send(request).await;
            assert!(again.status.is_success() || again.status == 303, "{what}: {again:?}");
        }
    }
    host.assert_nothing_trapped();
}
