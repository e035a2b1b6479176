//! Each function started alone, as `spin up --component-id` does: it serves its own journeys without the others.

use std::fs;

use desk_host::HostOptions;
use serde_json::{Value, json};

use crate::{
    harness::{
        functions,
        http::{Request, Response},
        root,
        target::{APP, Host, OPERATOR, Target, variables},
    },
    scenarios::feedback::{complaint, hidden, status_of},
    unsubscribe::{keys, link, one_click},
};

/// The manifest with one component and its triggers.
fn manifest_of(component: &str) -> String {
    let manifest = fs::read_to_string(functions::built().path()).unwrap();
    let mut sections = vec![String::new()];
    for line in manifest.lines() {
        if line.starts_with('[') {
            sections.push(String::new());
        }
        let section = sections.last_mut().unwrap();
        section.push_str(line);
        section.push('\n');
    }
    let head = |name: &str| format!("[component.{name}");
    let kept = sections.into_iter().filter(|section| {
        if section.starts_with("[[trigger.http]]") {
            section.contains(&format!("component = \"{component}\""))
        } else if section.starts_with("[component.") {
            let head = head(component);
            section.starts_with(&format!("{head}]")) || section.starts_with(&format!("{head}."))
        } else {
            true
        }
    });
    let sources = format!("source = \"{}/", root().display());
    kept.collect::<String>().replace("source = \"", &sources)
}

/// Starts one function and plays its journeys on it.
async fn alone(component: &str, journeys: impl AsyncFnOnce(&Host)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spin.toml");
    fs::write(&path, manifest_of(component)).unwrap();
    let mut options = HostOptions::new(&path);
    options.variables = variables();
    let host = Host::run(options).await;
    journeys(&host).await;
    host.assert_nothing_trapped();
}

async fn sent(host: &Host, status: u16, request: Request) -> Response {
    let answer = host.send(&request).await;
    assert_eq!(answer.status, status, "{} {}: {answer:?}", request.method, request.target);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn site_alone_shows_the_start_page_and_the_api() {
    alone("site", async |host| {
        for target in ["/", "/robots.txt", "/openapi.json", "/requests/package.schema.json"] {
            sent(host, 200, Request::get(target).page()).await;
        }
        sent(host, 404, Request::get("/feedback").page()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_alone_publishes_and_shows_a_policy_and_its_keys() {
    alone("policy", async |host| {
        let publish = Request::put("/policy/versions/1.0?lang=en").bearer(OPERATOR);
        sent(host, 201, publish.body("text/markdown", "# Privacy\n\nWe promise.\n")).await;
        let page = sent(host, 200, Request::get("/policy?lang=en").page()).await;
        assert!(page.text().contains("We promise."), "{page:?}");
        sent(host, 200, Request::get("/policy/versions").page()).await;
        sent(host, 200, Request::get("/.well-known/desk-keys.json")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_alone_takes_a_complaint_and_shows_it() {
    alone("feedback", async |host| {
        let status = status_of(&sent(host, 201, complaint()).await);
        let message = json!({"message": "One thing more."});
        sent(host, 201, Request::post(format!("{status}/messages")).json(&message)).await;
        sent(host, 200, Request::get(&status).page()).await;
        sent(host, 200, Request::get(format!("{status}/receipt.json"))).await;
        sent(host, 200, Request::post(format!("{status}/withdraw"))).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_requests_alone_takes_a_request_by_form_and_by_json() {
    alone("data-requests", async |host| {
        let form = sent(host, 200, Request::get("/requests").page()).await;
        let token = hidden(&form, "token");
        let fields = [
            ("token", token.as_str()),
            ("kind", "access"),
            ("email", "jane@example.org"),
            ("name", "Jane"),
        ];
        sent(host, 303, Request::post("/requests").page().form(&fields)).await;
        let request = json!({"kind": "access", "regime": "eu-gdpr", "email": "jane@example.org"});
        let filed = sent(host, 201, Request::post("/requests").json(&request)).await;
        let pending = host.path(&filed.field("/pending_url"));
        sent(host, 200, Request::get(pending).page()).await;
        sent(host, 200, Request::get("/delete-account").page()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsubscribe_alone_stops_mail() {
    alone("unsubscribe", async |host| {
        let link = link(&keys(), "jane@example.org", "product-news");
        sent(host, 200, Request::get(&link).page()).await;
        sent(host, 200, one_click(&link)).await;
        sent(host, 200, Request::get("/unsubscribe").page()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mailer_alone_gives_links_and_the_journal() {
    alone("mailer", async |host| {
        let asked = json!({"list": "product-news", "email": "jane@example.org"});
        let links = Request::post("/unsubscribe/links").bearer(APP).json(&asked);
        sent(host, 200, links).await;
        sent(host, 200, Request::get("/suppressions").bearer(APP)).await;
        sent(host, 200, Request::get("/suppressions/pending").bearer(APP)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_events_alone_reads_a_mail() {
    alone("mail-events", async |host| {
        let mail = "From: a@lists.desk.example\r\nSubject: News\r\n\r\nHello.\r\n";
        let lint = Request::post("/unsubscribe/lint").body("message/rfc822", mail);
        let report = sent(host, 200, lint).await;
        let report: Value = serde_json::from_slice(&report.body).unwrap();
        assert!(report.is_object(), "{report}");
        let report = Request::post("/mail-events/arf").body("message/rfc822", mail);
        sent(host, 401, report).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn console_alone_lets_operators_in_and_nobody_else() {
    alone("console", async |host| {
        sent(host, 200, Request::get("/console/api/cases").bearer(OPERATOR)).await;
        sent(host, 200, Request::get("/console/api/requests").bearer(OPERATOR)).await;
        sent(host, 401, Request::get("/console/api/cases")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sweep_alone_does_its_work() {
    alone("sweep", async |host| {
        let swept = Request::get("/ops/sweep");
        assert!(sent(host, 204, swept).await.body.is_empty());
    })
    .await;
}
