//! The policy in force, in every form.

use super::*;

#[test]
fn the_policy_comes_in_four_forms() {
    let world = PolicyWorld::with_sample();
    for (accept, query, media_type) in [
        ("", "", "text/html; charset=utf-8"),
        ("*/*", "", "text/html; charset=utf-8"),
        ("image/png", "", "text/html; charset=utf-8"),
        ("text/markdown", "", "text/markdown; charset=utf-8"),
        ("text/plain, text/html;q=0.5", "", "text/plain; charset=utf-8"),
        ("application/json", "", "application/json"),
        ("text/html", "?format=json", "application/json"),
        ("", "?format=md", "text/markdown; charset=utf-8"),
        ("", "?format=txt", "text/plain; charset=utf-8"),
        ("application/json", "?format=html", "text/html; charset=utf-8"),
    ] {
        for path in ["/policy", "/policy/versions/1.0", "/policy/at/2020-01-01"] {
            let response = world.get_with(&format!("{path}{query}"), &[("accept", accept)]);
            assert_eq!(response.status(), 200);
            assert_eq!(header(&response, "content-type"), media_type, "{path}{query} {accept}");
            assert_eq!(header(&response, "content-location"), "/policy/versions/1.0?lang=en");
            assert_eq!(header(&response, "content-language"), "en");
            assert_eq!(header(&response, "policy-translation"), "exact;requested=en;served=en");
            assert_eq!(header(&response, "repr-digest"), repr_digest(response.body()));
            let tag = format!("\"{}\"", entity_tag(response.body()));
            assert_eq!(header(&response, "etag"), tag);
        }
    }
    assert_eq!(body(&world.get("/policy?format=markdown")), ENGLISH);
    assert_eq!(body(&world.get("/policy?format=markdown&lang=ru")), RUSSIAN);
    let bad = world.get("/policy?format=pdf");
    assert_eq!(
        (bad.status().as_u16(), codes(&bad)),
        (422, vec![("?format".into(), "unknown-format".into())])
    );
    assert_eq!(world.get("/policy/versions?format=markdown").status(), 422);
    assert_eq!(world.get("/policy?format=json&format=html").status(), 422);
}

#[test]
fn the_page_is_whole() {
    let world = PolicyWorld::with_sample();
    let page = world.get_with("/policy?lang=ru", &[("sec-gpc", "1")]);
    let html = body(&page);
    for part in [
        "<html lang=\"ru\" dir=\"ltr\">",
        "<title>OnCall 3.0: политика конфиденциальности · OnCall 3.0 Privacy Desk</title>",
        "<p class=\"kicker\">Версия 1.0</p><h1>OnCall 3.0: политика конфиденциальности</h1>",
        "Мы увидели сигнал Global Privacy Control.",
        "<dt>Действует с</dt><dd><time datetime=\"2019-11-01T00:00:00+03:00\">1\u{a0}ноября 2019\u{a0}года</time></dd>",
        "<a href=\"/policy?lang=en\" lang=\"en\" hreflang=\"en\">English</a>",
        "<li><a href=\"#collected\">Какие данные мы собираем</a></li>",
        "<article class=\"prose\" lang=\"ru\"><p>OnCall\u{a0}3.0\u{a0}– приложение",
        "<section id=\"general\"><h2>Общие положения</h2><p>Перед вами",
        "<a href=\"/feedback?lang=ru\">странице обратной связи</a>",
        "<a href=\"/policy?format=text&amp;lang=ru\" type=\"text/plain\">Простой текст</a>",
        "<a href=\"/policy?lang=ru\" aria-current=\"page\">",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert_eq!(html.matches("<h1").count(), 1);
    let ids: Vec<&str> =
        html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    assert!(!html.contains("<script") && !html.contains(" style="));
    // The same page for somebody who sends no signal is another representation.
    let other = world.get("/policy?lang=ru");
    assert!(!body(&other).contains("Global Privacy Control"));
    assert_ne!(header(&other, "etag"), header(&page, "etag"));
    assert_eq!(header(&other, "vary"), "Accept, Accept-Language, Sec-GPC");
    let version = world.get_with("/policy/versions/1.0", &[("sec-gpc", "1")]);
    assert_eq!(header(&version, "vary"), "Accept, Accept-Language");
    assert!(!body(&version).contains("Global Privacy Control"));
}

#[test]
fn the_plain_text_reads_well() {
    let text = PolicyWorld::with_sample().get("/policy?format=text");
    let text = body(&text);
    assert!(text.starts_with(
        "OnCall 3.0: privacy policy\n==========================\n\nOnCall\u{a0}3.0 is"
    ));
    assert!(text.contains("\n\nWhat is collected\n-----------------\n\nInformation about you"));
    assert!(text.contains("our support mailbox, support@oncall.example. In"));
    assert!(text.contains("\n- your full name;\n- your e-mail address;\n"));
    assert!(text.contains("- on the web, on the feedback page (/feedback);"));
}
