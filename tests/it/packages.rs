//! A package on the built wasm: built by an operator, fetched by the person with the key of the mail, opened by others.

use base64ct::{Base64, Encoding};
use desk_host::HostOptions;
use serde_json::json;

use crate::{
    archives,
    harness::{
        functions,
        http::Request,
        target::{Host, REUSE, Target, variables},
    },
    walk::{ANNA, fetch, packed, proven},
};

/// The memory that an instance may have while it builds the largest package, and while it gives it out.
const MEMORY: usize = 64 << 20;
/// What is held about the person: so many cases with three files of a mebibyte each.
const CASES: usize = 34;

#[tokio::test]
async fn a_hundred_megabytes_go_through_an_instance_that_has_sixty_four() {
    let mut options = HostOptions::new(functions::built().path());
    options.variables = variables();
    options.reuse = REUSE;
    options.max_instance_memory = Some(MEMORY);
    let host = Host::run(options).await;
    for case in 0..CASES {
        // Text that is another one in every file, and that no packing makes smaller.
        let file = |number: usize| {
            let line = |at: usize| format!("{:063x}\n", (case * 3 + number) << 32 | at);
            let text: String = (0..(1 << 20) / 64).map(line).collect();
            json!({"data": Base64::encode_string(text.as_bytes())})
        };
        let files: Vec<_> = (0..3).map(file).collect();
        let feedback = json!({"kind": "complaint", "message": "See there.", "email": ANNA,
            "attachments": files});
        let filed = host.send(&Request::post("/feedback").json(&feedback)).await;
        assert_eq!(filed.status, 201, "{filed:?}");
        // Clients may not file so much in an hour.
        host.clock().pass(3_600);
    }
    let (filed, status) = proven(&host, "access", ANNA).await;
    let secret = packed(&host, &filed, ANNA).await;
    let fetched = host.send(&fetch(&status, &secret)).await;
    assert_eq!(fetched.status, 200);
    assert!(fetched.body.len() > 100 << 20, "{}", fetched.body.len());
    if let Some(entries) = archives::check(&fetched.body) {
        let files = entries.keys().filter(|name| name.starts_with("files/")).count();
        assert_eq!(files, CASES * 3);
    }
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn an_instance_that_wants_more_memory_than_it_may_have_is_not_given_it() {
    let mut options = HostOptions::new(functions::built().path());
    options.variables = variables();
    options.max_instance_memory = Some(1 << 16);
    let host = Host::run(options).await;
    // A function has more from its start.
    assert_eq!(host.send(&Request::get("/")).await.status, 500);
}

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
