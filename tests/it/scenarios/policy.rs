//! The policy: published, read in every form, followed by another one; and the addresses that belong to no promise.

use http::Method;

use super::{
    Player,
    feedback::{complaint, status_of},
    scenarios,
};
use crate::harness::{http::Request, target::OPERATOR};

scenarios! { "policy":
    nothing_is_published_yet,
    publishing,
    publishing_what_cannot_be_published,
    every_form_of_the_text,
    conditions,
    a_version_that_is_to_come,
    a_translation_that_lags_behind,
    the_signal_of_global_privacy_control,
    a_case_names_the_policy_of_its_day,
    pages_of_the_site,
    wrong_methods_and_paths,
}

const ENGLISH: &str = "\
# Privacy policy of OnCall

In short: nothing is sold.

## What is collected {#collected}

- your name,
- your *work* e-mail address.

| data | kept |
|---|---|
| activity | 1 year |

## Questions {#questions}

Write to us by the [form](/feedback).
";

const RUSSIAN: &str = "\
# Политика конфиденциальности OnCall

Коротко: ничего не продаётся.

## Что собирается {#collected}

- ваше имя,
- ваш *рабочий* адрес.

## Вопросы {#questions}

Пишите нам через [форму](/feedback).
";

/// The English text one version later: a section is new, a word is another one, a row is gone.
const SECOND: &str = "\
# Privacy policy of OnCall

In short: nothing is sold.

## What is collected {#collected}

- your full name,
- your *work* e-mail address.

## Security {#security}

Everything is sealed.

## Questions {#questions}

Write to us by the [form](/feedback).
";

/// When the first version takes effect, and the second one.
const FIRST_DAY: &str = "2019-11-01T00:00:00%2B03:00";
const SECOND_DAY: &str = "2026-12-01T00:00:00Z";

fn publish(address: &str, text: &str) -> Request {
    Request::put(format!("/policy/versions/{address}"))
        .bearer(OPERATOR)
        .body("text/markdown; charset=utf-8", text.to_owned())
}

fn get(address: &str) -> Request {
    Request::get(address)
}

fn json(address: &str) -> Request {
    Request::get(address).header("accept", "application/json")
}

async fn first_version(p: &Player) {
    for (lang, text) in [("en", ENGLISH), ("ru", RUSSIAN)] {
        let request = publish(&format!("1.0?lang={lang}&effective={FIRST_DAY}"), text);
        let answer = p.send(request).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        p.wait(5);
    }
}

async fn nothing_is_published_yet(p: &mut Player) {
    p.step("page", 404, get("/policy").page()).await;
    p.step("for_programs", 404, json("/policy")).await;
    p.step("versions", 200, json("/policy/versions")).await;
    p.step("versions_page", 200, get("/policy/versions").page()).await;
    p.step("upcoming", 200, json("/policy/upcoming")).await;
    p.step("upcoming_page", 200, get("/policy/upcoming").page()).await;
    p.step("manifest", 404, get("/policy/manifest.json")).await;
    p.step("atom", 200, get("/policy/feed.atom")).await;
    p.step("feed", 200, get("/policy/feed.json")).await;
    p.step("version", 404, json("/policy/versions/1.0")).await;
    p.step("at", 404, json("/policy/at/2026-01-01")).await;
    p.step("diff", 404, json("/policy/diff/1.0..2.0")).await;
    // Whoever publishes the first one sees it at once.
    p.send(publish("1.0?lang=en", ENGLISH)).await;
    assert_eq!(p.send(get("/policy").page()).await.status, 200);
}

async fn publishing(p: &mut Player) {
    let address = format!("1.0?lang=en&effective={FIRST_DAY}&note=The+first+one.&material=true");
    p.step("first", 201, publish(&address, ENGLISH)).await;
    p.wait(10);
    p.step("again", 200, publish(&address, ENGLISH)).await;
    p.step("with_another_text", 409, publish(&address, SECOND)).await;
    let later = "1.0?lang=en&effective=2020-01-01T00:00:00Z&note=The+first+one.&material=true";
    p.step("with_another_date", 409, publish(later, ENGLISH)).await;
    p.wait(10);
    p.step("translation", 201, publish(&format!("1.0?lang=ru&effective={FIRST_DAY}"), RUSSIAN))
        .await;
    p.wait(10);
    p.step("effective_when_published", 201, publish("2.0?lang=en", SECOND)).await;
    p.step(
        "before_the_one_before",
        422,
        publish("3.0?lang=en&effective=2018-01-01T00:00:00Z", SECOND),
    )
    .await;
    p.wait(10);
    p.step("versions", 200, json("/policy/versions")).await;
    p.step("versions_page", 200, get("/policy/versions").page()).await;
    p.step("atom", 200, get("/policy/feed.atom")).await;
    p.step("feed", 200, get("/policy/feed.json")).await;
    p.step("manifest", 200, get("/policy/manifest.json")).await;
    p.step("head", 200, Request::new(Method::HEAD, "/policy").page()).await;
}

async fn publishing_what_cannot_be_published(p: &mut Player) {
    let plain = |address: &str| Request::put(format!("/policy/versions/{address}"));
    let markdown = |request: Request| request.body("text/markdown", ENGLISH);
    p.step("without_token", 401, markdown(plain("1.0?lang=en"))).await;
    p.step("with_a_wrong_token", 401, markdown(plain("1.0?lang=en").bearer("wrong"))).await;
    p.step("without_language", 422, publish("1.0", ENGLISH)).await;
    p.step("unknown_language", 422, publish("1.0?lang=tlh", ENGLISH)).await;
    p.step("wrong_name", 422, publish("..%2f1?lang=en", ENGLISH)).await;
    let wrong = "1.0?lang=en&lang=ru&effective=soon&material=perhaps&note=%07&efective=2026-01-01";
    p.step("all_wrong", 422, publish(wrong, ENGLISH)).await;
    p.step("empty", 422, publish("1.0?lang=en", "")).await;
    p.step("no_heading", 422, publish("1.0?lang=en", "We promise.")).await;
    let unsafe_text =
        "# A\n\n<script>x</script>\n\n[a](javascript:x)\n\n![b](c.png)\n\n## B {#i}\n\n## C {#i}\n";
    p.step("unsafe", 422, publish("1.0?lang=en", unsafe_text)).await;
    let html = plain("1.0?lang=en").bearer(OPERATOR).body("text/html", "<h1>A</h1>");
    p.step("html", 415, html).await;
    let latin = plain("1.0?lang=en").bearer(OPERATOR).body("text/markdown", &b"# Caf\xe9"[..]);
    p.step("latin", 400, latin).await;
    let long = format!("# A\n\n{}", "a".repeat(64 * 1024));
    p.step("long", 413, publish("1.0?lang=en", &long)).await;
    p.step("nothing_came_of_it", 200, json("/policy/versions")).await;
}

async fn every_form_of_the_text(p: &mut Player) {
    first_version(p).await;
    p.step("page", 200, get("/policy").page()).await;
    p.step("page_in_russian", 200, get("/policy").page().header("accept-language", "ru")).await;
    p.step("page_by_address", 200, get("/policy?lang=ru").page()).await;
    p.step("markdown", 200, get("/policy").header("accept", "text/markdown")).await;
    p.step("text", 200, get("/policy?format=text&lang=ru")).await;
    p.step("json", 200, json("/policy")).await;
    p.step("unknown_format", 422, get("/policy?format=pdf")).await;
    p.step("nothing_acceptable", 200, get("/policy").header("accept", "image/png")).await;
    p.step("version", 200, json("/policy/versions/1.0")).await;
    p.step("version_page", 200, get("/policy/versions/1.0").page()).await;
    p.step("version_for_ever", 200, get("/policy/versions/1.0?lang=ru&format=markdown")).await;
    p.step("at", 200, json("/policy/at/2019-11-01")).await;
    p.step("at_an_instant", 200, get("/policy/at/2020-02-29T12:00:00Z").page()).await;
    p.step("before_the_first", 404, json("/policy/at/2019-10-01")).await;
    p.step("at_no_time", 400, json("/policy/at/2019-13-01")).await;
    // The text that came in comes out.
    let source = p.send(get("/policy/versions/1.0?lang=en&format=markdown")).await;
    assert_eq!(source.text(), ENGLISH);
}

async fn conditions(p: &mut Player) {
    first_version(p).await;
    let page = p.send(get("/policy").page()).await;
    let tag = page.header("etag").expect("a tag").to_owned();
    p.step("same_tag", 304, get("/policy").page().header("if-none-match", &tag)).await;
    let weak = format!("\"other\", W/{tag}");
    p.step("one_of_several", 304, get("/policy").page().header("if-none-match", &weak)).await;
    p.step("other_form_same_tag", 200, json("/policy").header("if-none-match", &tag)).await;
    let text = p.send(json("/policy")).await;
    let modified = text.header("last-modified").expect("a date").to_owned();
    p.step("same_date", 304, json("/policy").header("if-modified-since", &modified)).await;
    // A tag decides, whatever the date says.
    let both = json("/policy").header("if-modified-since", &modified);
    let both = p.send(both.header("if-none-match", "\"other\"")).await;
    assert_eq!(both.status, 200);
    for path in
        ["/policy/manifest.json", "/policy/feed.atom", "/policy/feed.json", "/policy/versions"]
    {
        let answer = p.send(json(path)).await;
        let tag = answer.header("etag").unwrap_or_else(|| panic!("no tag: {path}")).to_owned();
        let again = p.send(json(path).header("if-none-match", &tag)).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()), "{path}");
        assert_eq!(again.header("vary"), answer.header("vary"), "{path}");
    }
}

async fn a_version_that_is_to_come(p: &mut Player) {
    first_version(p).await;
    let note = "note=Security+is+described&material=true";
    p.step(
        "published",
        201,
        publish(&format!("2.0?lang=en&effective={SECOND_DAY}&{note}"), SECOND),
    )
    .await;
    p.wait(5);
    p.step("upcoming", 200, json("/policy/upcoming")).await;
    p.step("upcoming_page", 200, get("/policy/upcoming").page()).await;
    p.step("manifest", 200, get("/policy/manifest.json")).await;
    p.step("page_meanwhile", 200, get("/policy").page()).await;
    p.step("its_own_page", 200, get("/policy/versions/2.0").page()).await;
    p.step("diff", 200, json("/policy/diff/1.0..2.0")).await;
    p.step("diff_page", 200, get("/policy/diff/1.0..2.0").page()).await;
    p.step("diff_backwards", 200, json("/policy/diff/2.0..1.0")).await;
    p.step("diff_with_itself", 200, json("/policy/diff/2.0..2.0")).await;
    p.step("diff_of_one", 400, json("/policy/diff/2.0")).await;
    // Until a minute before: no cache may outlive the instant.
    let now = 1_795_341_600 + 15;
    p.wait(1_796_083_200 - now - 60);
    p.step("a_minute_before", 200, json("/policy/manifest.json")).await;
    p.step("json_a_minute_before", 200, json("/policy")).await;
    p.wait(60);
    p.step("in_effect", 200, json("/policy")).await;
    p.step("page_in_effect", 200, get("/policy").page()).await;
    p.step("the_day_before", 200, json("/policy/at/2026-11-30")).await;
    p.step("the_day", 200, json("/policy/at/2026-12-01")).await;
    p.step("old_page", 200, get("/policy/versions/1.0").page()).await;
}

async fn a_translation_that_lags_behind(p: &mut Player) {
    first_version(p).await;
    p.send(publish("2.0?lang=en", SECOND)).await;
    p.wait(5);
    // The Russian text is that of the version before; the page says so, and so do the headers.
    p.step("page", 200, get("/policy?lang=ru").page()).await;
    p.step("json", 200, json("/policy?lang=ru")).await;
    p.step("version", 200, get("/policy/versions/2.0?lang=ru&format=markdown")).await;
    p.step("version_page", 200, get("/policy/versions/2.0").page().header("accept-language", "ru"))
        .await;
    p.step("manifest", 200, json("/policy/manifest.json")).await;
}

async fn the_signal_of_global_privacy_control(p: &mut Player) {
    first_version(p).await;
    p.step("page", 200, get("/policy").page().header("sec-gpc", "1")).await;
    // Only exactly this is the signal.
    let plain = p.send(get("/policy").page()).await;
    let other = p.send(get("/policy").page().header("sec-gpc", "true")).await;
    assert_eq!(plain.body, other.body);
}

async fn a_case_names_the_policy_of_its_day(p: &mut Player) {
    let before = p.send(complaint()).await;
    first_version(p).await;
    p.wait(60);
    let filed = p.step("filed", 201, complaint()).await;
    let status = status_of(&filed);
    p.step("page", 200, get(&status).page()).await;
    p.step("receipt", 200, get(&format!("{status}/receipt.json"))).await;
    p.send(publish("2.0?lang=en", SECOND)).await;
    p.wait(60);
    let later = p.send(complaint()).await;
    // Each keeps its own.
    let versions = [before, filed, later].map(|answer| answer.json()["policy"]["version"].clone());
    assert_eq!(
        versions.map(|version| version.as_str().map(str::to_owned)),
        [None, Some("1.0".to_owned()), Some("2.0".to_owned())]
    );
    p.step("unchanged", 200, get(&format!("{status}/case.json"))).await;
}

async fn pages_of_the_site(p: &mut Player) {
    let start = p.step("start", 200, get("/").page()).await;
    p.step("start_in_russian", 200, get("/?lang=ru").page()).await;
    p.step("robots", 200, get("/robots.txt")).await;
    p.step("gpc", 200, get("/.well-known/gpc.json")).await;
    p.step("security", 200, get("/.well-known/security.txt")).await;
    p.step("keys", 200, get("/.well-known/desk-keys.json")).await;
    p.step("problem", 200, get("/problems/too-large").page()).await;
    p.step("problem_for_programs", 200, json("/problems/too-large")).await;
    p.step("unknown_problem", 404, json("/problems/unknown")).await;
    p.step("unknown", 404, get("/unknown").page()).await;
    p.step("unknown_for_programs", 404, get("/unknown")).await;
    // Every address that the start page names leads somewhere.
    let (_, rest) = start.text().split_once("rel=\"stylesheet\" href=\"").expect("a stylesheet");
    let sheet = rest.split('"').next().expect("an address").to_owned();
    for link in start.text().split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let link = link.split('#').next().unwrap_or_default().replace("&amp;", "&");
        if link.starts_with('/') && link != "/policy" {
            assert_eq!(p.send(get(&link)).await.status, 200, "{link}");
        }
    }
    let answer = p.send(get(&sheet)).await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(answer.header("content-type"), Some("text/css; charset=utf-8"));
    p.step("another_stylesheet", 404, get("/assets/desk.0000000000000000.css")).await;
}

async fn wrong_methods_and_paths(p: &mut Player) {
    first_version(p).await;
    for (step, status, method, path) in [
        ("post_policy", 405, Method::POST, "/policy"),
        ("delete_version", 405, Method::DELETE, "/policy/versions/1.0"),
        ("post_start", 405, Method::POST, "/"),
        ("options", 405, Method::OPTIONS, "/policy"),
        ("post_unknown", 404, Method::POST, "/unknown"),
        ("unknown", 404, Method::GET, "/policy/unknown"),
        ("unknown_version", 404, Method::GET, "/policy/versions/7"),
        ("no_version", 404, Method::GET, "/policy/versions/..%2f"),
        ("too_deep", 404, Method::GET, "/policy/versions/1.0/text"),
        ("two_slashes", 404, Method::GET, "/policy//versions/1.0/x"),
        ("capitals", 404, Method::GET, "/Policy"),
        ("parameter_twice", 422, Method::GET, "/policy?format=json&format=text"),
    ] {
        p.step(step, status, Request::new(method, path)).await;
    }
    // A slash at the end changes nothing.
    let (with, without) = (p.send(json("/policy/")).await, p.send(json("/policy")).await);
    assert_eq!(with.body, without.body);
}
