//! What people and mailers do about newsletters.

use http::Method;
use serde_json::{Value, json};

use super::{Player, scenarios};
use crate::harness::{
    http::{Request, Response},
    target::{APP, OPERATOR, path},
};

scenarios! { "unsubscribe":
    one_click,
    the_page_and_the_way_back,
    less_mail,
    preferences_by_mail,
    links_that_are_not_whole,
    the_mailer_follows_along,
    operators_enter_and_import,
    a_mail_is_checked,
    who_may_do_what,
}

/// The person of most scenarios.
const JANE: &str = "jane@example.org";

fn mint(email: &str, list: &str) -> Request {
    Request::post("/unsubscribe/links").bearer(APP).json(&json!({"email": email, "list": list}))
}

async fn link(p: &Player, email: &str) -> String {
    path(&p.send(mint(email, "product-news")).await.field("/links/0/url"))
}

fn one_click_to(link: &str) -> Request {
    Request::post(link).form(&[("List-Unsubscribe", "One-Click")])
}

/// Where the first link of a page leads whose path begins so.
fn href(page: &Response, prefix: &str) -> String {
    let rest = page.text().split_once(&format!("href=\"{prefix}")).expect("a link").1;
    format!("{prefix}{}", rest.split('"').next().expect("its end"))
}

fn check(body: &Value) -> Request {
    Request::post("/suppressions/check").bearer(APP).json(body)
}

async fn one_click(p: &mut Player) {
    let minted = p.step("mint", 200, mint(JANE, "product-news")).await;
    let link = path(&minted.field("/links/0/url"));
    p.step("looked_at", 200, Request::get(&link).page()).await;
    p.step("looked_at_in_russian", 200, Request::get(format!("{link}?lang=ru")).page()).await;
    let json = Request::get(&link).header("accept", "application/json");
    p.step("looked_at_by_a_program", 200, json).await;
    p.step("head", 200, Request::new(Method::HEAD, &link).page()).await;
    p.step("clicked", 200, one_click_to(&link)).await;
    p.step("clicked_again", 200, one_click_to(&link)).await;
    let json = Request::post(&link).header("accept", "application/json");
    p.step("without_a_body", 200, json.body("text/plain", "")).await;
    p.step("receipt", 200, Request::get(format!("{link}/receipt.json"))).await;
    let body = json!({"emails": [JANE, "john@example.org"], "list": "product-news"});
    p.step("checked", 200, check(&body)).await;
    p.step("put", 405, Request::put(&link).body("text/plain", "")).await;
}

async fn the_page_and_the_way_back(p: &mut Player) {
    let link = link(p, JANE).await;
    let shown = p.send(Request::get(&link).page()).await;
    let page = crate::scenarios::feedback::hidden(&shown, "page");
    let press = Request::post(&link).page().form(&[("page", &page)]);
    let done = p.step("pressed", 200, press).await;
    let undo = href(&done, "/u/undo/");
    p.step("undo_asked", 200, Request::get(&undo).page()).await;
    let yes = Request::post(&undo).page().form(&[("undo", "yes")]);
    p.step("undone", 200, yes).await;
    p.step("not_suppressed", 200, check(&json!({"email": JANE, "list": "product-news"}))).await;
    let all = Request::post(format!("{link}/all")).page().form(&[("page", "")]);
    p.step("all", 200, all).await;
    p.step("suppressed", 200, check(&json!({"email": JANE}))).await;
    p.wait(31 * 86_400);
    p.step("undo_too_late", 404, Request::get(&undo).page()).await;
    let again = Request::post(&link).page().form(&[("page", "")]);
    p.step("pressed_later", 200, again).await;
}

async fn less_mail(p: &mut Player) {
    let link = format!("{}/less", link(p, JANE).await);
    p.step("shown", 200, Request::get(&link).page()).await;
    let stop = [("stop", "product-news"), ("stop", "tips")];
    p.step("stopped", 200, Request::post(&link).page().form(&stop)).await;
    p.step("nothing_ticked", 200, Request::post(&link).page().form(&[])).await;
    let wrong = Request::post(&link).json(&json!({"stop": ["nothing", 1]}));
    p.step("no_such_list", 422, wrong).await;
}

async fn preferences_by_mail(p: &mut Player) {
    p.step("form", 200, Request::get("/unsubscribe").page()).await;
    let ask = |email: &str| Request::post("/unsubscribe").page().form(&[("email", email)]);
    p.step("wrong_address", 422, ask("jane@")).await;
    let asked = p.step("asked", 303, ask(JANE)).await;
    let sent = asked.header("location").expect("a place to go").to_owned();
    p.step("sent", 200, Request::get(sent).page()).await;
    let program = Request::post("/unsubscribe").json(&json!({"email": "john@example.org"}));
    p.step("asked_by_a_program", 202, program).await;
    let outbox = Request::get("/console/api/outbox").bearer(OPERATOR);
    let waiting = p.step("outbox", 200, outbox).await;
    let mails = waiting.json()["mails"].as_array().expect("mails").clone();
    let mut link = String::new();
    for mail in mails {
        let url = path(mail["url"].as_str().expect("an address"));
        let mail = p.send(Request::get(url).bearer(OPERATOR)).await;
        if mail.field("/to") == JANE {
            let text = mail.field("/text");
            let found = text.split_whitespace().find(|word| word.starts_with("https://"));
            link = path(found.expect("a link"));
        }
    }
    p.step("shown", 200, Request::get(&link).page()).await;
    let save = |fields: &[(&str, &str)]| Request::post(&link).page().form(fields);
    p.step("saved", 200, save(&[("send", "tips")])).await;
    p.step("nothing_at_all", 200, save(&[("send", "tips"), ("stop", "all")])).await;
    let json = Request::get(&link).header("accept", "application/json");
    p.step("as_json", 200, json).await;
    p.wait(86_400);
    p.step("expired", 404, Request::get(&link).page()).await;
}

async fn links_that_are_not_whole(p: &mut Player) {
    let link = link(p, JANE).await;
    let cut = link[..link.len() - 1].to_owned();
    p.step("cut", 404, one_click_to(&cut)).await;
    p.step("forged", 404, one_click_to("/u/forged")).await;
    p.step("for_people", 404, Request::get(&cut).page()).await;
    p.step("no_such_page", 404, Request::get(format!("{link}/nothing"))).await;
    p.step("no_receipt_yet", 404, Request::get(format!("{link}/receipt.json"))).await;
}

async fn the_mailer_follows_along(p: &mut Player) {
    for email in [JANE, "john@example.org"] {
        let link = link(p, email).await;
        p.send(one_click_to(&link)).await;
        p.wait(1);
    }
    let get = |target: &str| Request::get(target).bearer(APP);
    p.step("pending", 200, get("/suppressions/pending")).await;
    let begin = "/suppressions?since=00000000000000000000000000";
    let changes = p.step("changes", 200, get(begin)).await;
    p.step("changes_as_csv", 200, get(begin).header("accept", "text/csv")).await;
    p.step("told", 200, get("/suppressions/pending")).await;
    let cursor = changes.header("desk-cursor").expect("a cursor").to_owned();
    p.wait(120);
    let since = format!("/suppressions?since={cursor}");
    p.step("since", 200, get(&since)).await;
    p.step("no_cursor", 422, get("/suppressions?since=x")).await;
    let acknowledge = Request::post("/suppressions/acknowledge").bearer(APP);
    p.step("acknowledged", 204, acknowledge.json(&json!({"cursor": cursor}))).await;
    p.step("swept", 204, Request::get("/ops/sweep")).await;
}

async fn operators_enter_and_import(p: &mut Player) {
    let put = |method: Method, body: &Value| {
        Request::new(method, "/suppressions").bearer(OPERATOR).json(body)
    };
    let body = json!({"email": JANE, "scope": "all", "reason": "She asked by phone."});
    p.step("entered", 200, put(Method::PUT, &body)).await;
    p.wait(1);
    p.step("lifted", 200, put(Method::DELETE, &body)).await;
    p.step("without_a_reason", 422, put(Method::PUT, &json!({"email": JANE}))).await;
    p.wait(1);
    let rows = json!({"opt_outs": [
        {"email": JANE, "scope": "tips", "at": "2020-02-29"}, {"email": "nobody"}, {"email": JANE, "scope": "x"},
    ]});
    let import = Request::post("/suppressions/import").bearer(OPERATOR);
    p.step("imported", 200, import.json(&rows)).await;
    p.step("everything", 200, Request::get("/suppressions").bearer(OPERATOR)).await;
    p.step("audit", 200, Request::get("/console/api/audit").bearer(OPERATOR)).await;
}

async fn a_mail_is_checked(p: &mut Player) {
    let link = link(p, JANE).await;
    let mail = |url: &str| {
        format!(
            "DKIM-Signature: v=1; h=From:List-Unsubscribe:List-Unsubscribe-Post; b=x\r\nFrom: a@b.co\r\n\
             List-Unsubscribe: <{url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
             List-Id: News <news.b.co>\r\n\r\nLeave: {url}\r\n"
        )
    };
    let send = |body: String| Request::post("/unsubscribe/lint").body("message/rfc822", body);
    p.step("clean", 200, send(mail(&format!("https://desk.example{link}")))).await;
    let forged = mail("https://desk.example/u/forged").replace("List-Unsubscribe-Post:", "X:");
    p.step("with_faults", 200, send(forged)).await;
    p.step("no_mail", 400, send("hello".to_owned())).await;
}

async fn who_may_do_what(p: &mut Player) {
    let links = Request::post("/unsubscribe/links").json(&json!({"email": JANE, "list": "tips"}));
    p.step("links_without_a_token", 401, links).await;
    p.step("suppressions_without_a_token", 401, Request::get("/suppressions")).await;
    let enter = Request::put("/suppressions").bearer(APP);
    p.step("the_app_is_no_operator", 401, enter.json(&json!({"email": JANE, "reason": "x"}))).await;
    let event = Request::post("/mail-events/standard").json(&json!({}));
    p.step("a_provider_that_is_not_configured", 404, event).await;
    let report = Request::post("/mail-events/arf").body("message/rfc822", "From: a@b.co\r\n\r\n");
    p.step("a_report_without_a_token", 401, report).await;
}
