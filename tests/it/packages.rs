//! A package on the built wasm: built by an operator, fetched by the person with the key of the mail, opened by others.

use serde_json::json;

use crate::{
    archives,
    harness::{
        http::Request,
        target::{Host, Target},
    },
    walk::{ANNA, fetch, packed, proven},
};

#[tokio::test]
async fn a_person_fetches_all_that_is_held_and_others_open_it() {
    let host = Host::sqlite().await;
    let feedback = json!({"kind": "complaint", "message": "=1+1 <script>", "email": ANNA,
        "attachments": [{"data": "SSBzYXcgaXQu"}]});
    assert_eq!(host.send(&Request::post("/feedback").json(&feedback)).await.status, 201);
    let (filed, status) = proven(&host, "access", ANNA).await;
    let secret = packed(&host, &filed, ANNA).await;
    assert!(host.send(&Request::get(&status).page()).await.text().contains("/package"));

    assert_eq!(host.send(&fetch(&status, "AAAA")).await.status, 422);
    let wrong: String = secret.chars().rev().collect();
    assert_eq!(host.send(&fetch(&status, &wrong)).await.status, 422);
    let fetched = host.send(&fetch(&status, &secret)).await;
    assert_eq!(fetched.status, 200);
    assert_eq!(fetched.header("content-type"), Some("application/zip"));
    let Some(entries) = archives::check(&fetched.body) else { return };
    let names: Vec<&String> = entries.keys().collect();
    assert!(names.iter().any(|name| *name == "data.json"), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("files/")), "{names:?}");

    // Dropping the key is the deletion.
    let mut drop = filed.act(&host, "/package", &json!({})).await;
    drop.method = http::Method::DELETE;
    assert_eq!(host.send(&drop).await.status, 200);
    assert_eq!(host.send(&fetch(&status, &secret)).await.status, 404);
    host.assert_nothing_trapped();
}
