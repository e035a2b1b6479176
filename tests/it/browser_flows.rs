//! A person at a real browser, with scripts and without, on a phone and on a desk.

use std::{collections::BTreeSet, env, path::PathBuf};

use serde_json::json;

use crate::{
    archives,
    harness::{
        browser::{Browser, Scripts},
        files,
        http::Request,
        root,
        target::{APP, Host, OPERATOR, Target},
    },
    scenarios::feedback::complaint,
    walk::{ANNA, JANE, code_in, done, newest_mail, packed, post, proven, tag},
};

/// The narrowest phone, and a desk (CSS pixels).
const SCREENS: [(u32, u32); 2] = [(320, 640), (1280, 900)];

/// Looks at the page on both screens, in light and in the dark, and tells what would keep somebody from using it.
fn faults(browser: &Browser, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (width, height) in SCREENS {
        for scheme in ["light", "dark"] {
            browser.resize(width, height);
            browser.prefer_scheme(scheme);
            let faults = browser.faults().into_iter();
            found.extend(faults.map(|fault| format!("{name} at {width}, {scheme}: {fault}")));
            picture(browser, &format!("{name}-{width}-{scheme}"), width);
        }
    }
    browser.prefer_scheme("light");
    found.extend(browser.complaints().into_iter().map(|complaint| format!("{name}: {complaint}")));
    found
}

/// Holds the page to what everybody needs.
fn look(browser: &Browser, name: &str) {
    let faults = faults(browser, name);
    assert!(faults.is_empty(), "{}: {faults:#?}", browser.url());
}

/// Draws the whole page where `DESK_PICTURES` names a folder, for people who want to see.
fn picture(browser: &Browser, name: &str, width: u32) {
    let Some(folder) = env::var_os("DESK_PICTURES").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    let height = browser.script("return document.documentElement.scrollHeight");
    let height = height.as_u64().and_then(|height| height.try_into().ok());
    browser.resize(width, height.expect("the height of a page"));
    browser.screenshot(&folder.join(format!("{name}.png")));
}

/// A page with the status of a mistake is noted by the browser, and that is all that it has to note.
fn assert_only_the_status(browser: &Browser, status: u16) {
    let complaints = browser.complaints();
    let expected = format!("the server responded with a status of {status}");
    assert!(complaints.iter().all(|complaint| complaint.contains(&expected)), "{complaints:#?}");
}

/// A host with the sample policy, and the address to open.
async fn desk() -> (Host, String) {
    let host = Host::browsable().await;
    for lang in ["en", "ru"] {
        let text = root().join(format!("samples/policy/oncall-3.0.{lang}.md"));
        let text = std::fs::read(text).unwrap();
        let publish = Request::put(format!(
            "/policy/versions/1.0?lang={lang}&effective=2019-11-01T00:00:00%2B03:00"
        ));
        let publish = publish.bearer(OPERATOR).body("text/markdown; charset=utf-8", text);
        let answer = host.send(&publish).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let url = format!("http://{}", host.address());
    (host, url)
}

/// The path of somebody's unsubscribe link.
async fn unsubscribe_link(host: &Host, url: &str) -> String {
    let mint = json!({"email": "jane@example.org", "list": "product-news"});
    let minted = host.send(&Request::post("/unsubscribe/links").bearer(APP).json(&mint)).await;
    let link = minted.field("/links/0/url");
    link.strip_prefix(url).expect("an address of this desk").to_owned()
}

/// The path of the link that undoes an opt-out just made.
async fn undo_link(host: &Host, link: &str) -> String {
    let done = host.send(&Request::post(format!("{link}/all")).page().form(&[])).await;
    let rest = done.text().split_once("href=\"/u/undo/").expect("an undo link").1;
    format!("/u/undo/{}", rest.split('"').next().expect("its end"))
}

/// Unsubscribes with the link of a mail, changes their mind, and sets their preferences by a mailed link.
#[tokio::test]
async fn a_person_leaves_newsletters_and_comes_back() {
    let Some(browser) = Browser::start(Scripts::Off) else { return };
    let host = Host::browsable().await;
    let url = format!("http://{}", host.address());
    let link = unsubscribe_link(&host, &url).await;
    let find = |css: &str| browser.find(css);

    browser.open(&format!("{url}{link}"));
    look(&browser, "unsubscribe");
    browser.follow(&find("main form button"));
    look(&browser, "unsubscribed");
    browser.follow(&find("a[href^='/u/undo/']"));
    look(&browser, "undo");
    browser.follow(&find("main form button"));
    look(&browser, "undone");

    browser.open(&format!("{url}{link}/less?lang=ru"));
    look(&browser, "less");
    browser.follow(&find("main form button"));
    look(&browser, "stopped");

    browser.open(&format!("{url}/unsubscribe"));
    browser.type_into(&find("#email"), "jane@");
    browser.follow(&find("main form button"));
    assert_only_the_status(&browser, 422);
    look(&browser, "ask-wrong");
    browser.clear(&find("#email"));
    browser.type_into(&find("#email"), "jane@example.org");
    browser.follow(&find("main form button"));
    look(&browser, "sent");
    let list = host.send(&Request::get("/console/api/outbox").bearer(OPERATOR)).await;
    let mail = list.field("/mails/0/url");
    let mail = mail.strip_prefix(&url).expect("an address of this desk");
    let text = host.send(&Request::get(mail).bearer(OPERATOR)).await.field("/text");
    let mailed = text.split_whitespace().find(|word| word.starts_with("http")).expect("a link");
    browser.open(mailed);
    look(&browser, "preferences");
    browser.follow(&find("main form button"));
    look(&browser, "saved");
    host.assert_nothing_trapped();
}

/// Files a complaint from the start page on, follows it, adds to it, and withdraws it.
async fn file_and_follow(scripts: Scripts) {
    let Some(browser) = Browser::start(scripts) else { return };
    let (host, url) = desk().await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("picture.png");
    std::fs::write(&picture, files::png_that_tells()).unwrap();
    let find = |css: &str| browser.find(css);

    browser.open(&url);
    look(&browser, "start");
    browser.follow(&find("main a[href='/feedback']"));
    look(&browser, "form");

    // Sent too early, with nothing in it: it comes back and says what is missing.
    browser.follow(&find("main form button"));
    assert_only_the_status(&browser, 422);
    look(&browser, "form-with-mistakes");
    assert!(browser.title().starts_with("Error: "), "{}", browser.title());
    assert!(browser.url().ends_with("#errors"), "{}", browser.url());
    assert_eq!(browser.find_all("#errors li").len(), 2, "{}", browser.source());

    browser.click(&find("label[for=kind-complaint]"));
    browser.type_into(&find("#message"), "You wrote to me.\nI had refused <newsletters>.");
    browser.type_into(&find("#file-1"), picture.to_str().unwrap());
    browser.type_into(&find("#name"), "Anna Example");
    browser.type_into(&find("#email"), "anna@example.org");
    host.clock().pass(60);
    browser.follow(&find("main form button"));
    look(&browser, "ticket");
    let reference = browser.text(&find(".ref"));
    let reference: String = reference.split_whitespace().collect();
    assert!(reference.starts_with("FB-"), "{reference}");
    let link = browser.text(&find("code.whole"));
    assert!(link.starts_with(&url), "the link leads where the person is: {link}");

    // By the link, as somebody who has closed the window and comes back.
    browser.open(&link);
    look(&browser, "status");
    assert_eq!(browser.url(), link);
    let thread = browser.text(&find(".thread"));
    assert!(thread.contains("I had refused <newsletters>."), "{thread}");
    assert_eq!(browser.find_all(".thread a[download]").len(), 1);

    browser.type_into(&find("#message"), "It was on the 3rd of November.");
    host.clock().pass(60);
    browser.follow(&find("form[action*='/messages'] button"));
    look(&browser, "added");
    assert_eq!(browser.find_all(".thread > li").len(), 2, "{}", browser.source());

    // An operator answers.
    let reply = Request::post(format!("/console/api/cases/{reference}/replies")).bearer(OPERATOR);
    let reply = host.send(&reply.json(&json!({"text": "We are sorry."}))).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    browser.open(&link);
    look(&browser, "answered");
    assert!(browser.text(&find(".thread")).contains("We are sorry."));

    // The person pastes the link on the start page instead of keeping it in the address bar.
    browser.open(&url);
    browser.click(&find("summary"));
    browser.type_into(&find("#link"), &link);
    browser.follow(&find("form[action^='/feedback/follow'] button"));
    assert_eq!(browser.url(), link);

    browser.click(&find("details summary"));
    browser.follow(&find("form[action$='/withdraw'] button"));
    look(&browser, "withdrawn");
    assert!(browser.find_all("form[action*='/messages']").is_empty());
    let case =
        host.send(&Request::get(format!("/console/api/cases/{reference}")).bearer(OPERATOR)).await;
    assert_eq!(
        (case.field("/state"), case.field("/thread/0/from")),
        ("withdrawn".into(), "person".into())
    );
    assert_eq!(case.field("/thread/0/text"), "You wrote to me.\nI had refused <newsletters>.");
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn a_person_files_and_follows_a_complaint_with_scripts() {
    file_and_follow(Scripts::On).await;
}

#[tokio::test]
async fn a_person_files_and_follows_a_complaint_without_scripts() {
    file_and_follow(Scripts::Off).await;
}

/// Asks for what is held, proves who is asking with the code of the mail, adds to the request, and withdraws it.
async fn ask_and_prove(scripts: Scripts) {
    let Some(browser) = Browser::start(scripts) else { return };
    let (host, url) = desk().await;
    let find = |css: &str| browser.find(css);

    browser.open(&url);
    browser.follow(&find("nav a[href^='/requests']"));
    look(&browser, "request-form");
    browser.follow(&find("main form button"));
    assert_only_the_status(&browser, 422);
    look(&browser, "request-with-mistakes");
    assert!(browser.url().ends_with("#errors"), "{}", browser.url());
    assert_eq!(browser.find_all("#errors li").len(), 2, "{}", browser.source());

    browser.click(&find("label[for=kind-access]"));
    browser.type_into(&find("#email"), "anna@example.org");
    browser.follow(&find("main form button"));
    look(&browser, "request-sent");
    let pending = browser.url();

    browser.type_into(&find("#code"), "WRONG");
    browser.follow(&find("form[action*='/code'] button"));
    assert_only_the_status(&browser, 422);
    look(&browser, "request-wrong-code");

    let code = code_in(&newest_mail(&host, "anna@example.org").await);
    browser.open(&pending);
    // As people type it: small, and without the hyphen.
    browser.type_into(&find("#code"), &code.replace('-', " ").to_lowercase());
    browser.follow(&find("form[action*='/code'] button"));
    look(&browser, "request-confirmed");
    assert!(browser.url().contains("/requests/status/"), "{}", browser.url());

    browser.type_into(&find("#message"), "Also the calls of <March>.");
    browser.follow(&find("form[action*='/messages'] button"));
    look(&browser, "request-added");
    assert!(browser.text(&find("main")).contains("Also the calls of <March>."));

    browser.click(&find("details:has(form[action*='/withdraw']) summary"));
    browser.follow(&find("form[action*='/withdraw'] button"));
    look(&browser, "request-withdrawn");
    assert!(browser.find_all("form[action*='/messages']").is_empty());
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn a_person_asks_for_their_data_with_scripts() {
    ask_and_prove(Scripts::On).await;
}

#[tokio::test]
async fn a_person_asks_for_their_data_without_scripts() {
    ask_and_prove(Scripts::Off).await;
}

/// Waits for the answer to a request, sees what comes of it, fetches the package with the key of the mail, and opens it.
#[tokio::test]
async fn a_person_waits_for_the_answer_and_opens_the_package() {
    let Some(browser) = Browser::start(Scripts::Off) else { return };
    let (host, url) = desk().await;
    let find = |css: &str| browser.find(css);
    let feedback = json!({"kind": "complaint", "message": "<b>Why?</b>", "email": ANNA,
        "attachments": [{"data": "SSBzYXcgaXQu"}]});
    assert_eq!(host.send(&Request::post("/feedback").json(&feedback)).await.status, 201);
    let (filed, status) = proven(&host, "access", ANNA).await;
    let status = format!("{url}{status}");
    browser.open(&status);
    look(&browser, "request-waiting");
    let due = browser.text(&find("p.lead time"));

    done(&host, &filed, "/take", &json!({})).await;
    done(&host, &filed, "/clarification", &json!({"text": "From which year on?"})).await;
    browser.open(&status);
    look(&browser, "request-asked");
    browser.type_into(&find("#message"), "From 2024 on.");
    browser.follow(&find("form[action*='/messages'] button"));

    let reason = "There is much of it, in three systems.";
    done(&host, &filed, "/extension", &json!({ "reason": reason })).await;
    browser.open(&status);
    look(&browser, "request-extended");
    assert!(browser.text(&find("main")).contains(reason));
    assert_ne!(browser.text(&find("p.lead time")), due);

    let secret = packed(&host, &filed, ANNA).await;
    done(&host, &filed, "/answer", &json!({"text": "Here is a copy of what we hold."})).await;
    browser.open(&status);
    look(&browser, "request-answered");
    browser.type_into(&find("#secret"), &secret.chars().rev().collect::<String>());
    browser.follow(&find("form[action*='/package'] button"));
    assert_only_the_status(&browser, 422);
    look(&browser, "request-wrong-key");

    browser.open(&status);
    // As people type it: small, and with spaces.
    browser.type_into(&find("#secret"), &secret.replace('-', " ").to_lowercase());
    let folder = tempfile::tempdir().expect("a folder");
    let saved = browser.save(&find("form[action*='/package'] button"), folder.path());
    let archive = std::fs::read(&saved).expect("the archive");
    assert!(archives::check(&archive).is_none_or(|entries| entries.contains_key("index.html")));
    let Some(page) = archives::unpacked(&saved) else { return };
    browser.open(&format!("file://{}", page.join("index.html").display()));
    for scheme in ["light", "dark"] {
        browser.prefer_scheme(scheme);
        picture(&browser, &format!("package-320-{scheme}"), 320);
    }
    let shown = browser.text(&find("main"));
    for held in [ANNA, "<b>Why?</b>", "From 2024 on.", reason] {
        assert!(shown.contains(held), "{held} in {shown}");
    }
    // What a person wrote was text, and nothing was loaded from anywhere.
    assert!(
        browser
            .find_all("b, script, img, iframe")
            .iter()
            .all(|found| browser.text(found) != "Why?")
    );
    assert_eq!(browser.complaints(), [""; 0]);
    host.assert_nothing_trapped();
}

/// Is refused, with the ground and with whom to complain to; and learns that what was to go has gone.
#[tokio::test]
async fn a_person_is_refused_and_another_is_forgotten() {
    let Some(browser) = Browser::start(Scripts::Off) else { return };
    let (host, url) = desk().await;
    let (refused, status) = proven(&host, "restriction", ANNA).await;
    let body = json!({"ground": "legal-duty", "text": "Invoices are kept for five years."});
    done(&host, &refused, "/refusal", &body).await;
    for lang in ["en", "ru"] {
        browser.open(&format!("{url}{status}?lang={lang}"));
        look(&browser, &format!("request-refused-{lang}"));
    }
    assert!(browser.text(&browser.find("main")).contains("Invoices are kept for five years."));

    let (erased, status) = proven(&host, "erasure", JANE).await;
    let tag = tag(&host, &erased.console("/erasure")).await;
    let order = json!({"executor": "The administrator", "text": "All the best."});
    let order = post(erased.console("/erasure"), &order).bearer(OPERATOR).header("if-match", &tag);
    assert_eq!(host.send(&order).await.status, 200);
    browser.open(&format!("{url}{status}"));
    look(&browser, "request-erased");
    let act = Request::get(erased.console("/erasure/act")).bearer(OPERATOR).page();
    let act = host.send(&act).await;
    assert_eq!(act.status, 200, "{act:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("act.html");
    std::fs::write(&file, act.text().replace("href=\"/", &format!("href=\"{url}/")))
        .expect("a file");
    browser.open(&format!("file://{}", file.display()));
    picture(&browser, "act-1280-light", 1280);
    host.assert_nothing_trapped();
}

/// Comes from the page of a store, asks in Russian, and confirms by the link of the mail.
#[tokio::test]
async fn a_person_deletes_an_account_from_the_page_of_a_store() {
    let Some(browser) = Browser::start(Scripts::Off) else { return };
    let (host, url) = desk().await;
    let find = |css: &str| browser.find(css);
    browser.open(&format!("{url}/delete-data"));
    look(&browser, "delete-data");
    browser.open(&format!("{url}/delete-account?lang=ru"));
    look(&browser, "delete-account");
    browser.type_into(&find("#email"), "anna@example.org");
    browser.follow(&find("main form button"));
    look(&browser, "delete-account-sent");
    let mail = newest_mail(&host, "anna@example.org").await;
    let link = mail.split_whitespace().find(|word| word.contains("/requests/confirm/"));
    browser.open(link.expect("a link"));
    look(&browser, "delete-account-asked");
    browser.follow(&find("form[action*='/requests/confirm/'] button:not(.quiet)"));
    look(&browser, "delete-account-confirmed");
    assert!(browser.url().contains("/requests/status/"), "{}", browser.url());
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn every_page_can_be_used_by_everybody() {
    let Some(browser) = Browser::start(Scripts::On) else { return };
    let (host, url) = desk().await;
    let text = "# Политика\n\n## Общее\n\nДругой текст.\n";
    let second = Request::put(
        "/policy/versions/2.0?lang=ru&effective=2027-01-01T00:00:00Z&note=%D0%9D%D0%BE%D0%B2%D0%BE%D0%B5&material=true",
    );
    let second = second.bearer(OPERATOR).body("text/markdown; charset=utf-8", text);
    assert_eq!(host.send(&second).await.status, 201);
    let status = host.send(&complaint()).await.field("/status_url");
    let status = status.strip_prefix(&url).expect("an address of this desk").to_owned();
    let link = unsubscribe_link(&host, &url).await;
    let mut open: Vec<String> = [
        "/",
        "/policy",
        "/policy/versions",
        "/policy/versions/1.0",
        "/policy/versions/2.0",
        "/policy/at/2020-01-01",
        "/policy/upcoming",
        "/policy/diff/1.0..2.0",
        "/feedback",
        &status,
        &format!("{status}/received"),
        &link,
        &format!("{link}/less"),
        &undo_link(&host, &link).await,
        "/unsubscribe",
        "/unsubscribe/sent",
        "/problems/not-found",
        "/problems/too-many-requests",
    ]
    .map(str::to_owned)
    .into();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    // From these, every link of ours that leads to a page, in both languages.
    while let Some(path) = open.pop() {
        let page = path.split('#').next().unwrap_or_default().to_owned();
        if !seen.insert(page.clone()) {
            continue;
        }
        assert!(seen.len() < 200, "the links do not end: {seen:#?}");
        let answer = host.send(&Request::get(&page).page()).await;
        let html = answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html"));
        if answer.status != 200 {
            found.push(format!("a page leads to {page}, which answers {}", answer.status));
            continue;
        }
        if !html || answer.header("content-disposition").is_some() {
            continue;
        }
        // With the language named that it has anyway, a page is the same but for its links.
        if page.ends_with("lang=en") {
            continue;
        }
        browser.open(&format!("{url}{page}"));
        let name: String =
            page.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        found.extend(faults(&browser, &name.chars().take(60).collect::<String>()));
        let links =
            browser.script("return [...document.querySelectorAll('a[href]')].map((a) => a.href)");
        for link in links.as_array().unwrap() {
            let link = link.as_str().unwrap();
            open.extend(link.strip_prefix(&url).map(str::to_owned));
        }
    }
    // Pages that only a mistake leads to.
    for lang in ["en", "ru"] {
        browser.open(&format!("{url}/nothing-here?lang={lang}"));
        assert_only_the_status(&browser, 404);
        found.extend(faults(&browser, &format!("not-found-{lang}")));
    }
    assert!(found.is_empty(), "{found:#?}");
    host.assert_nothing_trapped();
}
