//! Filing a case by either door, following it, and what is answered to everything that is wrong.

use base64ct::{Base64, Encoding};
use http::Method;
use serde_json::json;

use super::{Player, scenarios};
use crate::harness::{
    files,
    http::{Part, Request, Response},
};

scenarios! { "feedback":
    a_complaint_by_json,
    a_complaint_by_form,
    a_complaint_in_russian,
    a_form_with_mistakes,
    a_form_that_was_open_too_long,
    a_form_sent_twice,
    suspicious_ones_are_taken_all_the_same,
    files_by_json,
    files_by_form,
    wrong_fields,
    unreadable_bodies,
    idempotency_keys,
    too_many_from_one_address,
    status_links_that_do_not_work,
    following_a_pasted_link,
    wrong_methods_and_paths,
}

/// What is below the base address, as a link of ours names it.
pub(crate) fn path(url: &str) -> String {
    let path = url.strip_prefix("https://desk.example").unwrap_or(url);
    assert!(path.starts_with('/'), "{url} leads elsewhere");
    path.to_owned()
}

/// Where the status page of a new case is, by the answer to its filing.
pub(crate) fn status_of(filed: &Response) -> String {
    path(&filed.field("/status_url"))
}

/// The value of a form's hidden field.
pub(crate) fn hidden(page: &Response, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.text().split_once(&marker).unwrap_or_else(|| panic!("no {name}"));
    rest.split('"').next().expect("a value").to_owned()
}

/// A filing by JSON that has all it needs.
pub(crate) fn complaint() -> Request {
    Request::post("/feedback").json(&json!({
        "kind": "complaint",
        "message": "You wrote to me although I had refused newsletters.",
        "email": "anna@example.org",
    }))
}

async fn a_complaint_by_json(p: &mut Player) {
    let filed = p.step("filed", 201, complaint()).await;
    let status = status_of(&filed);
    p.wait(60);
    p.step("status", 200, Request::get(&status)).await;
    p.step("status_for_programs", 200, Request::get(&status).header("accept", "application/json"))
        .await;
    p.step("receipt", 200, Request::get(format!("{status}/receipt.json"))).await;
    let more = json!({"message": "It was on the 3rd of November."});
    p.step("message", 201, Request::post(format!("{status}/messages")).json(&more)).await;
    p.wait(60);
    p.step("export", 200, Request::get(format!("{status}/case.json"))).await;
    p.step("withdrawn", 200, Request::post(format!("{status}/withdraw"))).await;
    // Twice is once.
    p.wait(60);
    p.step("withdrawn_again", 200, Request::post(format!("{status}/withdraw"))).await;
    let late = json!({"message": "One more thing."});
    p.step("too_late", 409, Request::post(format!("{status}/messages")).json(&late)).await;
    p.step("head", 200, Request::new(Method::HEAD, status)).await;
}

async fn a_complaint_by_form(p: &mut Player) {
    let form = p.step("form", 200, Request::get("/feedback?app_version=3.0.1").page()).await;
    let token = hidden(&form, "token");
    p.wait(30);
    let fields = [
        ("token", token.as_str()),
        ("kind", "complaint"),
        ("message", "Line one.\r\nLine <two> & \"three\"."),
        ("name", "Anna Example"),
        ("email", "Anna@Example.org"),
        ("app_version", "3.0.1"),
        ("language", "en"),
        ("subject_line", ""),
    ];
    let filed = p.step("filed", 303, Request::post("/feedback").page().form(&fields)).await;
    let ticket = filed.header("location").expect("a redirect").to_owned();
    p.step("ticket", 200, Request::get(&ticket).page()).await;
    let status = ticket.strip_suffix("/received").expect("the ticket's page").to_owned();
    let page = p.step("status", 200, Request::get(&status).page()).await;
    p.wait(5);
    let once = hidden(&page, "once");
    let more = [("once", once.as_str()), ("message", "More.")];
    let added = Request::post(format!("{status}/messages")).page().form(&more);
    let answer = p.step("message", 303, added.clone()).await;
    p.step("message_page", 200, Request::get(answer.header("location").unwrap()).page()).await;
    // A double tap.
    p.step("message_again", 303, added).await;
    let withdraw = Request::post(format!("{status}/withdraw")).page().form(&[]);
    let answer = p.step("withdrawn", 303, withdraw).await;
    p.step("withdrawn_page", 200, Request::get(answer.header("location").unwrap()).page()).await;
    let late = [("message", "One more thing.")];
    p.step("too_late", 409, Request::post(format!("{status}/messages")).page().form(&late)).await;
}

async fn a_complaint_in_russian(p: &mut Player) {
    let russian =
        |request: Request| request.page().header("accept-language", "ru-RU,ru;q=0.9,en;q=0.5");
    let form = p.step("form", 200, russian(Request::get("/feedback"))).await;
    let token = hidden(&form, "token");
    p.wait(30);
    let fields = [("token", token.as_str()), ("kind", "question"), ("message", "Где мои данные?")];
    let filed = p.step("filed", 303, russian(Request::post("/feedback")).form(&fields)).await;
    let ticket = filed.header("location").expect("a redirect").to_owned();
    p.step("ticket", 200, russian(Request::get(&ticket))).await;
    let status = ticket.strip_suffix("/received").expect("the ticket's page").to_owned();
    p.step("status", 200, russian(Request::get(&status))).await;
    // What the address says comes before what the browser says.
    p.step("status_in_english", 200, russian(Request::get(format!("{status}?lang=en")))).await;
    p.step("form_by_address", 200, Request::get("/feedback?lang=ru").page()).await;
    p.step("problem", 404, russian(Request::get("/feedback/nothing"))).await;
    p.step("case", 200, Request::get(format!("{status}/case.json"))).await;
}

async fn a_form_with_mistakes(p: &mut Player) {
    let form = p.send(Request::get("/feedback").page()).await;
    let token = hidden(&form, "token");
    p.wait(30);
    let fields = [
        ("token", token.as_str()),
        ("kind", ""),
        ("message", "  "),
        ("name", "Anna <b>Example</b>"),
        ("email", "anna at example"),
        ("language", "ru"),
    ];
    let again = p.step("mistakes", 422, Request::post("/feedback").page().form(&fields)).await;
    // The form that comes back can be sent as it is, once it is right.
    let token = hidden(&again, "token");
    let fields = [("token", token.as_str()), ("kind", "question"), ("message", "What now?")];
    p.step("corrected", 303, Request::post("/feedback").page().form(&fields)).await;
}

async fn a_form_that_was_open_too_long(p: &mut Player) {
    let form = p.send(Request::get("/feedback").page()).await;
    let token = hidden(&form, "token");
    p.wait(24 * 3600 + 1);
    let fields =
        [("token", token.as_str()), ("kind", "question"), ("message", "Is anybody there?")];
    let again = p.step("page", 422, Request::post("/feedback").page().form(&fields)).await;
    let json = Request::post("/feedback").header("accept", "application/json");
    p.step("for_programs", 422, json.clone().form(&fields)).await;
    p.step("without_a_token", 422, json.form(&fields[1..])).await;
    p.wait(10);
    let token = hidden(&again, "token");
    let fields =
        [("token", token.as_str()), ("kind", "question"), ("message", "Is anybody there?")];
    p.step("sent_again", 303, Request::post("/feedback").page().form(&fields)).await;
}

async fn a_form_sent_twice(p: &mut Player) {
    let form = p.send(Request::get("/feedback").page()).await;
    let token = hidden(&form, "token");
    p.wait(30);
    let send = |message: &str, email: &str| {
        let fields = [
            ("token", token.as_str()),
            ("kind", "question"),
            ("message", message),
            ("email", email),
        ];
        Request::post("/feedback").page().form(&fields)
    };
    let first = p.step("first", 303, send("Once?", "")).await;
    let second = p.step("second", 303, send("Once?", "")).await;
    assert_eq!(first.header("location"), second.header("location"));
    p.step("with_another_text", 422, send("Twice?", "")).await;
    // The ticket is the form's, whoever it is from.
    let other = p.send(send("Once?", "anna@example.org")).await;
    assert_eq!(other.status, 422, "{other:?}");
}

async fn suspicious_ones_are_taken_all_the_same(p: &mut Player) {
    let token = hidden(&p.send(Request::get("/feedback").page()).await, "token");
    let fields = [("token", token.as_str()), ("kind", "suggestion"), ("message", "Fast.")];
    p.step("too_fast", 303, Request::post("/feedback").page().form(&fields)).await;
    let token = hidden(&p.send(Request::get("/feedback").page()).await, "token");
    p.wait(30);
    let fields = [
        ("token", token.as_str()),
        ("kind", "suggestion"),
        ("message", "Filled in by a robot."),
        ("subject_line", "offer"),
    ];
    p.step("honeypot", 303, Request::post("/feedback").page().form(&fields)).await;
    let links = "http://a.example http://b.example http://c.example http://d.example";
    let body = json!({"kind": "suggestion", "message": links});
    p.step("links", 201, Request::post("/feedback").json(&body)).await;
}

async fn files_by_json(p: &mut Player) {
    let file = |bytes: &[u8]| json!({"data": Base64::encode_string(bytes)});
    let body = json!({
        "kind": "problem",
        "message": "It looks like this.",
        "attachments": [
            file(&files::png_that_tells()),
            file("Протокол".as_bytes()),
            file(b"%PDF-1.7 not a whole one"),
        ],
    });
    let filed = p.step("filed", 201, Request::post("/feedback").json(&body)).await;
    let status = status_of(&filed);
    p.step("status", 200, Request::get(&status).page()).await;
    let picture = p.step("picture", 200, Request::get(format!("{status}/attachments/1"))).await;
    assert_eq!(picture.body, files::png_that_tells_nothing());
    let text = p.step("text", 200, Request::get(format!("{status}/attachments/2"))).await;
    assert_eq!(text.text(), "Протокол");
    p.step("document", 200, Request::get(format!("{status}/attachments/3"))).await;
    for (step, code, number) in
        [("fourth", 404, "4"), ("zeroth", 404, "0"), ("minus_one", 404, "-1"), ("none", 404, "one")]
    {
        p.step(step, code, Request::get(format!("{status}/attachments/{number}"))).await;
    }
    p.step("receipt", 200, Request::get(format!("{status}/receipt.json"))).await;
    let wrong = json!({
        "kind": "problem",
        "message": "These are no files of ours.",
        "attachments": [file(b"MZ\x90\0"), {"data": "?"}, {"name": "a.png"}],
    });
    p.step("wrong", 422, Request::post("/feedback").json(&wrong)).await;
    let empty = json!({"kind": "problem", "message": "x", "attachments": [file(b""), "a", {"data": "", "x": 1}]});
    p.step("wrong_too", 422, Request::post("/feedback").json(&empty)).await;
    let four = json!({"kind": "problem", "message": "x", "attachments": vec![file(b"text"); 4]});
    p.step("four", 422, Request::post("/feedback").json(&four)).await;
    let cut = &files::png_that_tells()[..40];
    let damaged = json!({"kind": "problem", "message": "x", "attachments": [file(cut)]});
    p.step("damaged", 422, Request::post("/feedback").json(&damaged)).await;
}

async fn files_by_form(p: &mut Player) {
    let token = hidden(&p.send(Request::get("/feedback").page()).await, "token");
    p.wait(30);
    let picture = files::png_that_tells();
    // Told by its content, and never by its name or the type that the client claims.
    let large = vec![b'a'; 600_000];
    let parts = [
        Part::Field("token", &token),
        Part::Field("kind", "problem"),
        Part::Field("message", "See for yourself."),
        Part::File("file", "..\\..\\picture.exe", "application/octet-stream", &picture),
        Part::File("file", "log.txt", "text/plain", &large),
        Part::File("file", "", "application/octet-stream", b""),
    ];
    let filed = p.step("filed", 303, Request::post("/feedback").page().multipart(&parts)).await;
    let ticket = filed.header("location").expect("a redirect");
    let status = ticket.strip_suffix("/received").expect("the ticket's page");
    p.step("case", 200, Request::get(format!("{status}/case.json"))).await;
    let text = p.send(Request::get(format!("{status}/attachments/2"))).await;
    assert_eq!(text.body, large);
    let too_large = vec![b'a'; 1024 * 1024 + 1];
    let parts = [
        Part::Field("token", &token),
        Part::Field("kind", "problem"),
        Part::Field("message", "See for yourself."),
        Part::File("file", "log.txt", "text/plain", &too_large),
        Part::Field("file", "not a file"),
    ];
    p.step("wrong", 422, Request::post("/feedback").page().multipart(&parts)).await;
}

async fn wrong_fields(p: &mut Player) {
    p.step("all_missing", 422, Request::post("/feedback").json(&json!({}))).await;
    let body = json!({
        "kind": "praise",
        "message": "\u{7}",
        "name": "a".repeat(201),
        "email": "nobody",
        "app_version": 3,
        "language": "tlh",
        "attachments": "none",
        "surname": "x",
    });
    p.step("all_wrong", 422, Request::post("/feedback").json(&body)).await;
    let long = json!({"kind": "question", "message": "я".repeat(10_001)});
    p.step("too_long", 422, Request::post("/feedback").json(&long)).await;
    let just_right = json!({"kind": "question", "message": "я".repeat(10_000)});
    p.step("just_right", 201, Request::post("/feedback").json(&just_right)).await;
    let twice = r#"{"kind": "question", "message": "a", "message": "b"}"#;
    p.step("twice", 422, Request::post("/feedback").body("application/json", twice)).await;
    let null = json!({"kind": "question", "message": "Null is nothing.", "name": null});
    p.step("null", 201, Request::post("/feedback").json(&null)).await;
}

async fn unreadable_bodies(p: &mut Player) {
    let send =
        |media_type: &str, body: &[u8]| Request::post("/feedback").body(media_type, body.to_vec());
    p.step("no_json", 400, send("application/json", b"{\"kind\": \"question\",")).await;
    p.step("no_object", 400, send("application/json", b"[]")).await;
    p.step("no_utf8", 400, send("application/json", b"{\"kind\": \"\xff\"}")).await;
    p.step("empty", 400, send("application/json", b"")).await;
    p.step("no_form", 400, send("application/x-www-form-urlencoded", b"message=%FF")).await;
    p.step("no_boundary", 400, send("multipart/form-data", b"--x\r\n")).await;
    p.step("cut_multipart", 400, send("multipart/form-data; boundary=x", b"--x\r\ncontent-dis"))
        .await;
    p.step("no_type", 415, Request::post("/feedback")).await;
    p.step("xml", 415, send("application/xml", b"<kind/>")).await;
    let page = send("application/x-www-form-urlencoded", b"message=%FF").page();
    p.step("page", 400, page).await;
    let large = vec![b' '; 4 * 1024 * 1024 + 256 * 1024 + 1];
    p.step("too_large", 413, send("application/json", &large)).await;
    p.step("too_large_page", 413, send("application/x-www-form-urlencoded", &large).page()).await;
}

async fn idempotency_keys(p: &mut Player) {
    let keyed = |key: &str| complaint().header("idempotency-key", key);
    let first = p.step("first", 201, keyed("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"")).await;
    p.wait(100);
    // A retry, by a client that leaves the quotes out.
    let retry = p.step("retry", 201, keyed("8e03978e-40d5-43dd-bc93-6894a57f9324")).await;
    assert_eq!(first.field("/reference"), retry.field("/reference"));
    let other = json!({"kind": "question", "message": "Something else."});
    let other = Request::post("/feedback").json(&other);
    let other = other.header("idempotency-key", "8e03978e-40d5-43dd-bc93-6894a57f9324");
    p.step("for_another_text", 422, other).await;
    p.step("malformed", 400, keyed("a b")).await;
    p.step("twice", 400, keyed("12345678").header("idempotency-key", "87654321")).await;
    let status = status_of(&first);
    let message = Request::post(format!("{status}/messages")).json(&json!({"message": "More."}));
    let message = message.header("idempotency-key", "message-1");
    p.step("message", 201, message.clone()).await;
    p.wait(10);
    p.step("message_retry", 201, message).await;
    let other = Request::post(format!("{status}/messages")).json(&json!({"message": "Less."}));
    p.step("message_for_another_text", 422, other.header("idempotency-key", "message-1")).await;
}

async fn too_many_from_one_address(p: &mut Player) {
    let first = p.step("first", 201, complaint()).await;
    for _ in 1..30 {
        assert_eq!(p.send(complaint()).await.status, 201);
    }
    p.step("thirty_first", 429, complaint()).await;
    p.step("thirty_first_page", 429, complaint().page()).await;
    // Reading is not writing.
    let status = status_of(&first);
    assert_eq!(p.send(Request::get(&status)).await.status, 200);
    let message = Request::post(format!("{status}/messages")).json(&json!({"message": "More."}));
    p.step("message", 429, message).await;
    // A client cannot give itself another address.
    p.step("with_another_address", 429, complaint().header("spin-client-addr", "203.0.113.7:1"))
        .await;
    p.wait(61);
    p.step("a_minute_later", 201, complaint()).await;
}

async fn status_links_that_do_not_work(p: &mut Player) {
    let filed = p.send(complaint()).await;
    let status = status_of(&filed);
    let token = status.rsplit('/').next().expect("a token").to_owned();
    let form = hidden(&p.send(Request::get("/feedback").page()).await, "token");
    let unknown = p.step("nonsense", 404, Request::get("/feedback/status/nonsense").page()).await;
    let mut forged = token.clone();
    forged.replace_range(30..31, if &token[30..31] == "A" { "B" } else { "A" });
    let long = "A".repeat(5000);
    for (what, token) in [
        ("forged", forged.as_str()),
        ("cut", &token[..token.len() - 1]),
        ("longer", &format!("{token}A")),
        ("of another purpose", &form),
        ("long", &long),
        ("encoded", "%FF%00"),
    ] {
        let answer = p.send(Request::get(format!("/feedback/status/{token}")).page()).await;
        // But for the links of the language switch, which repeat the address, nothing differs.
        let same = |answer: &Response, token: &str| answer.text().replace(token, "");
        assert_eq!(answer.status, unknown.status, "{what}");
        assert_eq!(same(&answer, token), same(&unknown, "nonsense"), "{what}");
    }
    let write = Request::post("/feedback/status/nonsense/withdraw");
    p.step("a_write", 404, write).await;
    // The case is gone after its time.
    p.wait(1096 * 86_400);
    p.step("expired", 404, Request::get(&status).page()).await;
    p.step(
        "expired_message",
        404,
        Request::post(format!("{status}/messages")).json(&json!({"message": "x"})),
    )
    .await;
}

async fn following_a_pasted_link(p: &mut Player) {
    let filed = p.send(complaint()).await;
    let url = filed.field("/status_url");
    let follow = |link: &str| Request::post("/feedback/follow").page().form(&[("link", link)]);
    p.step("whole", 303, follow(&format!("  {url}/received?lang=ru#x "))).await;
    let token = url.rsplit('/').next().expect("a token");
    p.step("token", 303, follow(token)).await;
    // It never leads away from here.
    p.step("elsewhere", 303, follow("https://evil.example/feedback/status/abc")).await;
    p.step("nothing", 422, follow("")).await;
    p.step("nonsense", 404, follow("not a link!")).await;
    p.step("by_get", 405, Request::get("/feedback/follow").page()).await;
}

async fn wrong_methods_and_paths(p: &mut Player) {
    let status = status_of(&p.send(complaint()).await);
    for (step, code, method, path) in [
        ("delete_form", 405, Method::DELETE, "/feedback"),
        ("put_form", 405, Method::PUT, "/feedback"),
        ("options", 405, Method::OPTIONS, "/feedback"),
        ("unknown_method", 405, Method::from_bytes(b"BREW").expect("a method"), "/feedback"),
        ("post_status", 405, Method::POST, &status),
        ("get_messages", 405, Method::GET, &format!("{status}/messages")),
        ("get_withdraw", 405, Method::GET, &format!("{status}/withdraw")),
        ("unknown", 404, Method::GET, "/feedback/unknown"),
        ("unknown_below_status", 404, Method::GET, &format!("{status}/unknown")),
        ("status_without_token", 404, Method::GET, "/feedback/status"),
        ("head_form", 200, Method::HEAD, "/feedback"),
        ("slash_at_the_end", 200, Method::GET, "/feedback/"),
    ] {
        p.step(step, code, Request::new(method, path)).await;
    }
}
