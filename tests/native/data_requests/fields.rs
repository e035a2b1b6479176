//! What a request must say.

use super::*;

#[test]
fn the_wrong_fields_are_told_all_at_once() {
    let world = World::new();
    let wrong = json!({
        "kind": "wishes", "email": "anna", "name": "x".repeat(201), "details": "\u{1b}",
        "behalf": "other", "regime": "xx", "language": "fr", "attachments": "x", "more": 1,
    });
    let answer = world.data_requests(&post("/requests", &wrong, &[]));
    assert_eq!(answer.status, 422);
    let errors = answer.errors();
    let codes: Vec<(&str, &str)> = errors.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("/kind", "unknown-right"),
            ("/email", "not-an-address"),
            ("/name", "too-long"),
            ("/details", "control-character"),
            ("/behalf", "unknown-behalf"),
            ("/attachments", "not-a-list"),
            ("/regime", "unknown-regime"),
            ("/language", "unknown-language"),
            ("/more", "unknown-field"),
        ]
    );
    // A name has one line, and turns nothing around that stands beside it.
    for name in ["Anna\nadmin", "\u{202e}annA"] {
        let mut other = body("access");
        other["name"] = json!(name);
        let answer = world.data_requests(&post("/requests", &other, &[]));
        assert_eq!(answer.errors(), [("/name".to_owned(), "control-character".to_owned())]);
    }
    // What cannot be carried out without words needs them; who asks for another has to show that they may.
    let answer = world.data_requests(&post("/requests", &body("rectification"), &[]));
    assert_eq!(answer.errors(), [("/details".to_owned(), "missing".to_owned())]);
    let mut other = body("access");
    other["behalf"] = json!("representative");
    let answer = world.data_requests(&post("/requests", &other, &[]));
    assert_eq!(answer.errors(), [("/attachments".to_owned(), "missing".to_owned())]);
    assert!(world.store.dump().is_empty());
    // A form shows them beside the fields, and keeps what was written.
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let back = world.data_requests(&form(
        "/requests",
        &[("token", &token), ("email", "anna<"), ("kind", "objection")],
    ));
    assert_eq!(back.status, 422);
    assert!(back.text().contains("value=\"anna&lt;\"") && back.text().contains("checked"));
    assert!(back.text().contains("Say what it is about"));
    let expired = world.data_requests(&form("/requests", &[("token", "x"), ("email", EMAIL)]));
    assert!(expired.status == 422 && expired.text().contains("once more"));
}

#[test]
fn a_representative_attaches_what_shows_it() {
    let world = World::new();
    let token = hidden(&world.data_requests(&page("/requests")), "token");
    let sent = world.data_requests(&multipart(
        "/requests",
        &[
            ("token", None, token.as_bytes()),
            ("kind", None, b"access"),
            ("email", None, EMAIL.as_bytes()),
            ("behalf", None, b"representative"),
            ("file", Some("power.txt"), b"I may ask for Anna."),
        ],
    ));
    assert_eq!(sent.status, 303, "{}", sent.text());
    let (link, _) = proof(&world);
    let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
    let status = status.strip_suffix("/confirmed").unwrap();
    let shown = world.data_requests(&page(status));
    assert!(shown.text().contains("/attachments/1"));
    let file = world.data_requests(&get(&format!("{status}/attachments/1")));
    assert_eq!((file.status, file.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert!(file.header("content-disposition").contains("attachment"));
    assert_eq!(world.data_requests(&get(&format!("{status}/attachments/2"))).status, 404);
}

#[test]
fn what_the_stores_link_to_says_whose_app_it_is_and_opens_the_same_request() {
    let world = World::with(|name| match name {
        "developer_name" => Some("OnCall Ltd"),
        "deletion_ru" => Some("Удаляется всё.\nОстаётся отказ от рассылок."),
        _ => None,
    });
    for (address, door) in [("/delete-account", "delete-account"), ("/delete-data", "delete-data")]
    {
        let shown = world.data_requests(&page(address));
        assert_eq!(shown.status, 200);
        let text = shown.text();
        for needed in ["OnCall 3.0", "OnCall Ltd", "without the app", "24 months", "three years"] {
            assert!(text.contains(needed), "{needed} on {address}");
        }
        let russian = world.data_requests(&page(&format!("{address}?lang=ru")));
        assert!(russian.text().contains("<p>Остаётся отказ от рассылок.</p>"));
        let token = hidden(&shown, "token");
        let mut fields = vec![("token", token.as_str()), ("email", EMAIL), ("language", "en")];
        if door == "delete-data" {
            fields.push(("details", "My messages."));
        }
        let sent = world.data_requests(&form(address, &fields));
        assert_eq!(sent.status, 303, "{}", sent.text());
        let (link, _) = proof(&world);
        let status = world.data_requests(&form(&link, &[])).header("location").to_owned();
        let status = status.strip_suffix("/confirmed").unwrap().to_owned();
        let (desk, key) = (world.desk(), key(&world, &status));
        let case = block_on(cases::load(&desk, &key)).unwrap().unwrap();
        assert_eq!((case.opening.kind, case.opening.door.name()), (RequestKind::Erasure, door));
        world.later(60);
    }
}
