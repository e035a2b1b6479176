//! Fields and bodies that are wrong.

use super::*;

// What is wrong.

#[test]
fn every_fault_of_json_is_told_at_once_and_points_to_its_place() {
    let world = World::desk_with_policy();
    let body = json!({
        "kind": "praise",
        "message": "\u{7}",
        "name": "a".repeat(201),
        "email": "nobody",
        "app_version": 3,
        "language": "tlh",
        "attachments": "none",
        "sur/na~me": "x",
        "token": "x",
        "subject_line": "",
    });
    let answer = world.feedback(&send("/feedback", &body, &[]));
    assert_eq!(answer.status, 422);
    let expected = [
        ("/kind", "unknown-kind"),
        ("/message", "control-character"),
        ("/attachments", "not-a-list"),
        ("/name", "too-long"),
        ("/email", "not-an-address"),
        ("/app_version", "not-text"),
        ("/language", "unknown-language"),
        ("/subject_line", "unknown-field"),
        ("/sur~1na~0me", "unknown-field"),
        ("/token", "unknown-field"),
    ];
    let mut told = answer.errors();
    told.sort();
    let mut expected: Vec<_> =
        expected.iter().map(|(at, code)| ((*at).to_owned(), (*code).to_owned())).collect();
    expected.sort();
    assert_eq!(told, expected);
    let errors = |body: &Value| {
        let answer = world.feedback(&send("/feedback", body, &[]));
        assert_eq!(answer.status, 422, "{body}");
        answer.errors()
    };
    let pair = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(errors(&json!({})), [pair("/kind", "missing"), pair("/message", "missing")]);
    let base =
        |attachments: Value| json!({"kind": "problem", "message": "x", "attachments": attachments});
    let data = |bytes: &[u8]| json!({"data": Base64::encode_string(bytes)});
    assert_eq!(
        errors(&base(json!([data(b"MZ\x90\0"), {"data": "?"}, {"name": "a"}]))),
        [
            pair("/attachments/0", "file-kind"),
            pair("/attachments/1", "not-base64"),
            pair("/attachments/2", "not-a-file"),
        ]
    );
    assert_eq!(
        errors(&base(json!([data(b""), "a", {"data": "YQ==", "x": "1"}]))),
        [
            pair("/attachments/0", "empty-file"),
            pair("/attachments/1", "not-a-file"),
            pair("/attachments/2", "not-a-file"),
        ]
    );
    assert_eq!(
        errors(&base(json!([[], null, 3]))),
        [0, 1, 2].map(|at| pair(&format!("/attachments/{at}"), "not-a-file"))
    );
    for many in [4, 100] {
        let many = base(Value::Array(vec![data(b"text"); many]));
        assert_eq!(errors(&many), [pair("/attachments", "too-many-files")]);
    }
    for value in [json!(["a"]), json!({"a": "b"}), json!(true), json!(1.5), json!([[["a"]]])] {
        let body = json!({"kind": "question", "message": value});
        assert_eq!(errors(&body), [pair("/message", "not-text")], "{body}");
    }
    let twice = r#"{"kind": "question", "message": "a", "message": "b", "attachments": [], "attachments": []}"#;
    let twice = request(Method::POST, "/feedback", &[("content-type", "application/json")], twice);
    let twice = world.feedback(&twice).errors();
    assert_eq!(twice, [pair("/message", "given-twice"), pair("/attachments", "given-twice")]);
    assert!(world.keys("case").is_empty());
}

#[test]
fn what_may_be_left_out_may_be_blank() {
    let world = World::desk_with_policy();
    let body = json!({"kind": "question", "message": " x ", "name": " ", "email": " ", "app_version": "", "language": null, "attachments": null});
    let case = world.case(&world.filed(&body));
    assert_eq!(texts(&case), ["x"]);
    for name in ["name", "email", "app_version"] {
        assert!(case.get(name).is_none(), "{case}");
    }
    let case =
        world.case(&world.filed(&json!({"kind": "question", "message": "я".repeat(10_000)})));
    assert_eq!(texts(&case)[0].chars().count(), 10_000);
}

#[test]
fn a_form_with_faults_comes_back_with_all_that_was_written() {
    let world = World::desk_with_policy();
    for (lang, error) in [("en", "Error"), ("ru", "Ошибка")] {
        let token = world.token();
        let long = "n".repeat(201);
        let version = "v".repeat(51);
        let large = vec![b'a'; 1024 * 1024 + 1];
        let parts: [(&str, Option<&str>, &[u8]); 11] = [
            ("token", None, token.as_bytes()),
            ("kind", None, b"praise"),
            ("message", None, b"\r\n  "),
            ("name", None, long.as_bytes()),
            ("email", None, b"anna at example"),
            ("app_version", None, version.as_bytes()),
            ("language", None, b"tlh"),
            ("file", Some(""), b""),
            ("file", Some("a.txt"), &large),
            ("file", Some("b.exe"), b"MZ\x90\0"),
            ("surprise", None, b"x"),
        ];
        let answer = world.feedback(&multipart(&format!("/feedback?lang={lang}"), &parts));
        assert_eq!((answer.status, answer.header("content-language")), (422, lang));
        let text = answer.text();
        assert!(text.contains(&format!("<title>{error}: ")), "{text}");
        assert_accessible(&answer);
        // Each fault stands in the summary with a link, and under its own label.
        for (anchor, control) in [
            ("kind-question", "kind"),
            ("message", "message"),
            ("name", "name"),
            ("email", "email"),
            ("app_version", "app_version"),
            ("language", "language"),
            ("file-2", "file-2"),
            ("file-3", "file-3"),
        ] {
            assert!(text.contains(&format!("<li><a href=\"#{anchor}\">")), "{anchor} in {text}");
            assert!(text.contains(&format!("id=\"{control}-error\"")), "{control} in {text}");
        }
        assert!(!text.contains("id=\"file-1-error\""));
        for kept in [&*long, "anna at example", &version] {
            assert!(text.contains(&format!("value=\"{kept}\"")), "{kept} in {text}");
        }
        assert!(text.contains(&format!("action=\"/feedback?lang={lang}#errors\"")), "{text}");
        assert_eq!(hidden(&answer, "token"), token);
        // No fault is told in the words for faults that have none.
        for fallback in ["A field is not valid", "Поле заполнено неверно"] {
            assert!(!text.contains(fallback), "{text}");
        }
        let twice = form(
            &format!("/feedback?lang={lang}"),
            &[("token", &token), ("kind", "question"), ("message", "a"), ("message", "b")],
        );
        assert_accessible(&world.feedback(&twice));
    }
    assert!(world.keys("case").is_empty());
    // Line ends at the beginning of a text survive the way through the page.
    let token = world.token();
    let fields = [("token", &*token), ("kind", ""), ("message", "\r\nIndented <b>.")];
    let text = world.feedback(&form("/feedback", &fields)).text().replace('\r', "");
    assert!(text.contains("\">\n\nIndented &lt;b&gt;.</textarea>"), "{text}");
}

#[test]
fn a_message_with_a_fault_comes_back_too() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    let messages = format!("{status}/messages?lang=ru");
    let long = "ю".repeat(10_001);
    for (message, words) in [("  ", "поле пустое"), (&long, "10\u{a0}000 знаков")] {
        let fields = [("once", "tap-0001"), ("message", message)];
        let answer = world.feedback(&form(&messages, &fields));
        assert_eq!((answer.status, answer.header("x-robots-tag")), (422, "noindex"));
        let text = answer.text();
        assert!(
            text.contains("<title>Ошибка: ") && text.contains("id=\"message-error\""),
            "{text}"
        );
        assert!(text.contains(words) && text.contains(message.trim()), "{text}");
        assert!(text.contains(&format!("action=\"{messages}#errors\"")), "{text}");
        assert_eq!(hidden(&answer, "once"), "tap-0001");
        assert_accessible(&answer);
        // A program reads a problem.
        let answer = world.feedback(&send(&messages, &json!({"message": message}), &[]));
        assert_eq!((answer.status, answer.slug()), (422, "invalid-fields".to_owned()));
        assert_eq!(answer.errors()[0].0, "/message");
    }
    // Ten thousand characters are taken, whatever they are, within the body that a message may have.
    let long = "🦉".repeat(10_000);
    let request = multipart(&messages, &[("message", None, long.as_bytes())]);
    let Body::Whole(body) = &request.body else { panic!() };
    assert!(body.len() < feedback::ROUTES.body_limit(&Method::POST, &messages));
    assert!(world.feedback(&page(&status)).text().contains("enctype=\"multipart/form-data\""));
    let answer = world.feedback(&request);
    assert_eq!(answer.header("location"), format!("{status}/added?lang=ru"));
}

#[test]
fn bodies_that_cannot_be_read_are_clear_problems() {
    let world = World::desk_with_policy();
    let status = world.filed(&complaint());
    for target in ["/feedback".to_owned(), format!("{status}/messages"), "/feedback/follow".into()]
    {
        let problem = |media_type: &str, body: Body| {
            let headers = [("content-type", media_type)];
            let mut request = request(Method::POST, &target, &headers, "");
            request.body = body;
            let answer = world.feedback(&request);
            (answer.status, answer.slug())
        };
        let whole = |bytes: &'static [u8]| Body::Whole(bytes.into());
        let malformed = (400, "malformed".to_owned());
        assert_eq!(problem("application/json", Body::Cut), malformed);
        assert_eq!(problem("application/json", whole(b"{\"a\":")), malformed);
        assert_eq!(problem("application/json", whole(b"[]")), malformed);
        assert_eq!(problem("application/json", whole(b"{\"a\": \"\xff\"}")), malformed);
        assert_eq!(problem("application/x-www-form-urlencoded", whole(b"a=%FF")), malformed);
        assert_eq!(problem("multipart/form-data", whole(b"--x")), malformed);
        assert_eq!(problem("multipart/form-data; boundary=x", whole(b"--x\r\n")), malformed);
        assert_eq!(problem("application/json", Body::TooLarge), (413, "too-large".to_owned()));
        let (code, slug) = problem("text/xml", whole(b"<a/>"));
        assert_eq!((code, &*slug), (415, "unsupported-media-type"));
    }
    for key in ["", "short", "with space in it", &"k".repeat(129), "ключ-ключ"] {
        let mut headers = http::HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        headers.insert("idempotency-key", http::HeaderValue::from_bytes(key.as_bytes()).unwrap());
        let body = Body::Whole(complaint().to_string().into());
        let answer = world.feedback(&Request::new(Method::POST, "/feedback", headers, body));
        assert_eq!((answer.status, answer.slug()), (400, "malformed".to_owned()), "{key}");
    }
    assert_eq!(world.keys("case").len(), 1);
}
