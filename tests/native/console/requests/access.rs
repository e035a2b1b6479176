//! Who gets in, and what is not there.

use super::*;

#[test]
fn whoever_has_no_token_learns_nothing() {
    let world = World::requests();
    let filed = world.asserted();
    world.store.reset_calls();
    for target in ["", "/log", "/metrics?year=x", "/nothing"]
        .map(|rest| format!("{REQUESTS}{rest}"))
        .into_iter()
        .chain(
            ["", "/take", "/answer", "/attachments/1", "/package", "/x/y/z"]
                .map(|rest| format!("{}{rest}", filed.url)),
        )
    {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = world.console(&request(method, &target, &[HTML], "{}"));
            assert_eq!((answer.status, answer.slug()), (401, "unauthorised".to_owned()));
        }
    }
    assert!(world.store.calls().is_empty());
}

#[test]
fn what_does_not_exist_is_not_found_and_methods_are_held_to() {
    let world = World::requests();
    let filed = world.asserted();
    let other = Reference::new(Series::Feedback, filed.key.id).to_string();
    let wrong = [
        format!("{REQUESTS}/DR-0000-0000-0001"),
        format!("{REQUESTS}/{other}"),
        format!("{REQUESTS}/x"),
        format!("{}/nothing", filed.url),
        format!("{}/attachments/0", filed.url),
        format!("{}/attachments/1", filed.url),
        format!("{}/attachments/x", filed.url),
        format!("{}/a/b/c", filed.url),
        "/console/api/cases/FB-0000-0000-0000/request/x".to_owned(),
    ];
    for target in &wrong {
        assert_eq!(world.console(&get(target)).status, 404, "{target}");
    }
    for (method, target, allow) in [
        (Method::POST, REQUESTS.to_owned(), "GET, HEAD"),
        (Method::DELETE, filed.url.clone(), "GET, HEAD"),
        (Method::GET, format!("{}/take", filed.url), "POST"),
        (Method::GET, format!("{}/package", filed.url), "POST, DELETE"),
        (Method::GET, format!("{}/complaint", filed.url), "POST"),
        (Method::POST, format!("{}/attachments/1", filed.url), "GET, HEAD"),
        (Method::POST, format!("{REQUESTS}/log"), "GET, HEAD"),
        (Method::POST, format!("{REQUESTS}/metrics"), "GET, HEAD"),
        (Method::GET, "/console/api/cases/x/request".to_owned(), "POST"),
    ] {
        let answer = world.console(&operator(method, &target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{target}");
    }
}
