//! A package on the built wasm: built by an operator, fetched by the person with the key of the mail, opened by others.

use serde_json::json;

use crate::{
    archives,
    harness::{
        http::{Request, Response},
        target::{Host, OPERATOR, Target},
    },
};

fn path(url: &str) -> String {
    url.strip_prefix("https://desk.example").expect("an address of ours").to_owned()
}

async fn newest_mail(host: &Host) -> String {
    let listed = host.send(&Request::get("/console/api/outbox").bearer(OPERATOR)).await;
    let mail = Request::get(path(&listed.field("/mails/0/url"))).bearer(OPERATOR);
    host.send(&mail).await.field("/text")
}

async fn fetch(host: &Host, status: &str, secret: &str) -> Response {
    host.send(&Request::post(format!("{status}/package")).json(&json!({"secret": secret}))).await
}

#[tokio::test]
async fn a_person_fetches_all_that_is_held_and_others_open_it() {
    let host = Host::sqlite().await;
    let anna = "anna@oncall.example";
    let feedback = json!({"kind": "complaint", "message": "=1+1 <script>", "email": anna,
        "attachments": [{"data": "SSBzYXcgaXQu"}]});
    assert_eq!(host.send(&Request::post("/feedback").json(&feedback)).await.status, 201);
    let filed = host
        .send(&Request::post("/requests").json(&json!({"kind": "access", "email": anna})))
        .await;
    let mail = newest_mail(&host).await;
    let is_code = |line: &&str| line.len() == 11 && line.chars().nth(5) == Some('-');
    let code = mail.lines().map(str::trim).find(is_code).expect("a code");
    let pending = path(&filed.field("/pending_url"));
    let enter = Request::post(format!("{pending}/code")).json(&json!({"code": code}));
    let status = path(&host.send(&enter).await.field("/status_url"));
    host.clock().pass(1);

    let address = format!("/console/api/requests/{}", filed.field("/reference"));
    let read = host.send(&Request::get(&address).bearer(OPERATOR)).await;
    let tag = read.header("etag").expect("a tag").to_owned();
    let build = Request::post(format!("{address}/package"))
        .bearer(OPERATOR)
        .header("if-match", &tag)
        .json(&json!({}));
    let built = host.send(&build).await;
    assert_eq!(built.status, 201, "{built:?}");
    assert!(host.send(&Request::get(&status).page()).await.text().contains("/package"));

    let mail = newest_mail(&host).await;
    let is_key = |line: &&str| {
        let symbols = line.chars().filter(char::is_ascii_alphanumeric).count();
        symbols == 26
            && line.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
    };
    let secret = mail.lines().map(str::trim).find(is_key).expect("a key");
    assert_eq!(fetch(&host, &status, "AAAA").await.status, 422);
    let wrong: String = secret.chars().rev().collect();
    assert_eq!(fetch(&host, &status, &wrong).await.status, 422);
    let fetched = fetch(&host, &status, secret).await;
    assert_eq!(fetched.status, 200);
    assert_eq!(fetched.header("content-type"), Some("application/zip"));
    let Some(entries) = archives::check(&fetched.body) else { return };
    let names: Vec<&String> = entries.keys().collect();
    assert!(names.iter().any(|name| *name == "data.json"), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("files/")), "{names:?}");

    // Dropping the key is the deletion.
    let read = host.send(&Request::get(&address).bearer(OPERATOR)).await;
    let tag = read.header("etag").expect("a tag").to_owned();
    let mut drop =
        Request::new(http::Method::DELETE, format!("{address}/package")).bearer(OPERATOR);
    drop = drop.header("if-match", &tag);
    assert_eq!(host.send(&drop).await.status, 200);
    assert_eq!(fetch(&host, &status, secret).await.status, 404);
    host.assert_nothing_trapped();
}
