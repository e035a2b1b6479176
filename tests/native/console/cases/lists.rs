//! Lists, files and what is not there.

use super::*;

#[test]
fn lists_are_newest_first_filtered_and_paged() {
    let world = World::busy();
    let kinds = ["question", "complaint", "suggestion", "problem"];
    let filed: Vec<FiledCase> = (0..12)
        .map(|number| {
            let links = if number % 6 == 0 { "a://a b://b c://c d://d" } else { "" };
            world.file(&json!({"kind": kinds[number % 4], "message": format!("{number} {links}")}))
        })
        .collect();
    let newest = |numbers: &[usize]| -> Vec<String> {
        numbers.iter().rev().map(|number| filed[*number].reference.clone()).collect()
    };
    let all: Vec<usize> = (0..12).collect();
    assert_eq!(world.pages(""), [newest(&all)]);
    for limit in 1..=13 {
        let pages = world.pages(&format!("limit={limit}"));
        assert!(pages.iter().all(|page| page.len() <= limit));
        assert_eq!(pages.concat(), newest(&all), "{limit}");
    }
    for (at, kind) in kinds.into_iter().enumerate() {
        let numbers = [at, at + 4, at + 8];
        assert_eq!(world.pages(&format!("kind={kind}&limit=2")).concat(), newest(&numbers));
    }
    assert_eq!(world.pages("quarantined=true"), [newest(&[0, 6])]);
    assert_eq!(world.pages("quarantined=false").concat().len(), 10);
    assert_eq!(world.console(&reply(&filed[3].url, "Answer.", &[])).status, 201);
    assert_eq!(world.pages("state=answered"), [newest(&[3])]);
    assert_eq!(world.pages("state=answered&kind=question"), [newest(&[])]);
    // It shows what it needs to, and nothing that anybody wrote.
    let list = world.console(&get("/console/api/cases")).json();
    let names: BTreeSet<&str> =
        list["cases"][0].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "attachments",
        "changed_at",
        "door",
        "has_email",
        "id",
        "kind",
        "language",
        "messages",
        "opened_at",
        "quarantined",
        "reference",
        "state",
        "suspicions",
        "url",
    ];
    assert_eq!(names, BTreeSet::from(expected));
    assert!(world.audit().iter().all(|action| action == "case-replied"));
    for (query, pointer, code) in [
        ("limit=0", "?limit", "not-a-number"),
        ("limit=201", "?limit", "not-a-number"),
        ("limit=-1", "?limit", "not-a-number"),
        ("limit=", "?limit", "not-a-number"),
        ("limit=1&limit=2", "?limit", "given-twice"),
        ("cursor=x", "?cursor", "cursor"),
        ("kind=praise", "?kind", "unknown-kind"),
        ("state=lost", "?state", "unknown-state"),
        ("quarantined=yes", "?quarantined", "not-true-or-false"),
    ] {
        let answer = world.console(&get(&format!("/console/api/cases?{query}")));
        assert_eq!(answer.status, 422, "{query}");
        assert_eq!(answer.errors(), [(pointer.to_owned(), code.to_owned())]);
    }
    for limit in [1, 200] {
        assert_eq!(world.console(&get(&format!("/console/api/cases?limit={limit}"))).status, 200);
    }
}

#[test]
fn a_filter_that_matches_little_goes_on_with_the_cursor() {
    let world = World::busy();
    let first = world.file(&json!({"kind": "complaint", "message": "The only one."}));
    let filler = json!({"kind": "question", "message": "x"});
    for _ in 0..1_050 {
        world.feedback(&send("/feedback", &filler, &[]));
        world.later(1);
    }
    // A page opens a thousand cases at the most, and then says where to go on.
    let pages = world.pages("kind=complaint");
    assert_eq!(pages, [vec![], vec![first.reference]]);
    assert_eq!(world.pages("limit=200").concat().len(), 1_051);
}

#[test]
fn what_does_not_exist_is_not_found_and_other_methods_are_refused() {
    let world = World::new();
    let filed = world.complaint();
    for target in [
        "/console",
        "/console/api",
        "/console/api/nothing",
        "/console/api/cases/nothing",
        "/console/api/cases/00000000000000000000000000",
        "/console/api/cases/FB-0000-0000-0000",
        &format!("{}/attachments/1", filed.url),
        &format!("{}/attachments/x", filed.url),
        &format!("{}/nothing", filed.url),
    ] {
        let answer = world.console(&get(target));
        assert_eq!((answer.status, answer.slug()), (404, "not-found".to_owned()), "{target}");
    }
    for (method, target, allow) in [
        (Method::POST, "/console/api/cases".to_owned(), "GET, HEAD"),
        (Method::DELETE, filed.url.clone(), "GET, HEAD"),
        (Method::GET, format!("{}/replies", filed.url), "POST"),
        (Method::POST, format!("{}/state", filed.url), "PUT"),
        (Method::PUT, "/console/api/audit".to_owned(), "GET, HEAD"),
    ] {
        let answer = world.console(&operator(method, &target, &[], ""));
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{target}");
    }
    for target in ["/console/api/cases", &filed.url, "/console/api/audit"] {
        let got = world.console(&get(target));
        let head = world.console(&operator(Method::HEAD, target, &[], ""));
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("etag"), got.header("etag"));
        assert_eq!(got.header("cache-control"), "no-store");
    }
    // An expired case is gone.
    world.later(1096 * 86_400);
    assert_eq!(world.console(&get(&filed.url)).status, 404);
    assert_eq!(world.pages(""), [Vec::<String>::new()]);
    // Browsers get no page: there is none.
    let page = world.console(&operator(Method::GET, "/console/api/nothing", &[HTML], ""));
    assert_eq!(page.slug(), "not-found");
}

#[test]
fn files_are_given_to_be_saved() {
    let world = World::new();
    let script = "<script>alert(1)</script>";
    let filed = world.file(&json!({
        "kind": "problem",
        "message": "See.",
        "attachments": [{"data": Base64::encode_string(script.as_bytes())}],
    }));
    let url = path(&world.read(&filed).field("/thread/0/attachments/0/url"));
    assert_eq!(url, format!("{}/attachments/1", filed.url));
    let answer = world.console(&get(&url));
    assert_eq!(answer.text(), script);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let name = format!("attachment; filename=\"{}-1.txt\"", filed.reference);
    assert_eq!(answer.header("content-disposition"), name);
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(world.audit()[0], "file-read");
}
