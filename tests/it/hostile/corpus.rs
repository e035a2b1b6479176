//! What is sent to the doors of the policy, of feedback and of newsletters.

use http::Method;
use serde_json::json;

use super::{Cut, FORM, Fate, Hostile, JSON, MULTIPART, Problem, Refused, Served, play, raw, sent};
use crate::{
    harness::{
        http::Request,
        target::{APP, Host, OPERATOR, Target},
    },
    scenarios::feedback::{complaint, hidden, status_of},
};

fn filing(what: &str, media_type: &str, body: &[u8], fate: Fate) -> Hostile {
    sent(what, &Request::post("/feedback").body(media_type, body.to_vec()), fate)
}

/// The most that a filing may have in bytes.
const LIMIT: usize = desk_web::routes::FILES_LIMIT;

/// What is sent to the doors of newsletters.
fn mailing() -> Vec<Hostile> {
    const FORGED: &str =
        "/u/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let app = |target: &str, media_type: &str, body: &[u8]| {
        Request::post(target).bearer(APP).body(media_type, body.to_vec())
    };
    let deep = format!("{{\"emails\": {}", "[".repeat(60_000));
    let crowd: Vec<String> = (0..1_001).map(|number| format!("p{number}@example.org")).collect();
    let crowd = json!({"emails": crowd, "list": "tips"}).to_string();
    let large = vec![b' '; 512 * 1024 + 1];
    let nested = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(2_000);
    let mut all = vec![
        sent("a forged link", &Request::post(FORGED).form(&[]), Problem(404)),
        sent("a link that is no text", &Request::post("/u/%ff%fe").form(&[]), Problem(404)),
        sent("a link with an end", &Request::get(format!("{FORGED}/receipt.json")), Problem(404)),
        sent("a forged undo", &Request::post("/u/undo/AAAA").form(&[]), Problem(404)),
        sent("forged preferences", &Request::get("/unsubscribe/preferences/AAAA"), Problem(404)),
        sent("a sweep that deletes", &Request::new(Method::DELETE, "/ops/sweep"), Problem(405)),
        sent("a provider that is none", &app("/mail-events/none", JSON, b"{}"), Problem(404)),
        sent(
            "a report that is none",
            &app("/mail-events/arf", "message/rfc822", b"x"),
            Problem(400),
        ),
        sent(
            "no mail",
            &Request::post("/unsubscribe/lint").body("message/rfc822", "\u{0}"),
            Problem(400),
        ),
        sent(
            "a mail of mails",
            &Request::post("/unsubscribe/lint").body("message/rfc822", nested),
            Served,
        ),
        sent(
            "a mail that is too large",
            &Request::post("/unsubscribe/lint").body("message/rfc822", vec![b'a'; 1024 * 1024 + 1]),
            Problem(413),
        ),
        sent(
            "an address with line ends",
            &Request::post("/unsubscribe").form(&[("email", "a@b.co\r\nBcc: c@d.co")]),
            Problem(422),
        ),
    ];
    for target in ["/unsubscribe/links", "/suppressions/check"] {
        all.push(sent(
            format!("a crowd for {target}"),
            &app(target, JSON, crowd.as_bytes()),
            Problem(422),
        ));
        all.push(sent(format!("too much for {target}"), &app(target, JSON, &large), Problem(413)));
        all.push(sent(
            format!("depths for {target}"),
            &app(target, JSON, deep.as_bytes()),
            Problem(400),
        ));
        all.push(sent(
            format!("no JSON for {target}"),
            &app(target, JSON, b"{\"emails\": [\xff]}"),
            Problem(400),
        ));
        all.push(sent(
            format!("a stranger at {target}"),
            &Request::post(target).json(&json!({})),
            Problem(401),
        ));
    }
    all
}

/// Bodies that are not what they say.
fn bodies() -> Vec<Hostile> {
    let deep = "[".repeat(60_000);
    let deep_in_field = format!("{{\"message\": {}", "{\"a\":".repeat(30_000));
    let many = format!("{{{}\"kind\":\"question\"}}", "\"a\":1,".repeat(10_000));
    let many_pairs = "a=1&".repeat(10_000);
    let many_parts =
        "--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n".repeat(500) + "--x--";
    let long_boundary = format!("multipart/form-data; boundary={}", "b".repeat(5000));
    let huge_number = br#"{"kind": "question", "message": 1e999999}"#;
    vec![
        filing("JSON that breaks off", JSON, b"{\"kind\": \"complaint\", \"mess", Problem(400)),
        filing("JSON with something behind it", JSON, b"{} x", Problem(400)),
        filing("JSON that is a number", JSON, b"7", Problem(400)),
        filing("JSON with a NUL", JSON, b"{\"kind\": \"\0\"}", Problem(400)),
        filing("JSON with half a character", JSON, b"{\"kind\": \"\xc3\"}", Problem(400)),
        filing("JSON with half a surrogate pair", JSON, br#"{"message": "\ud800"}"#, Problem(400)),
        filing("JSON in UTF-16", JSON, b"\xff\xfe{\0}\0", Problem(400)),
        filing("JSON behind a byte order mark", JSON, b"\xef\xbb\xbf{}", Problem(400)),
        filing("JSON of brackets alone", JSON, deep.as_bytes(), Problem(400)),
        filing("JSON that is deep in a field", JSON, deep_in_field.as_bytes(), Problem(400)),
        filing("JSON with thousands of fields", JSON, many.as_bytes(), Problem(400)),
        filing("JSON with a number that no machine has", JSON, huge_number, Problem(422)),
        filing("JSON with a field twice", JSON, br#"{"kind": "a", "kind": "b"}"#, Problem(422)),
        filing("JSON with wrong types", JSON, br#"{"kind": {}, "message": []}"#, Problem(422)),
        filing(
            "a NUL in the message",
            JSON,
            br#"{"kind": "question", "message": "\u0000"}"#,
            Problem(422),
        ),
        filing(
            "attachments that are none",
            JSON,
            br#"{"kind": "question", "message": "a", "attachments": [1, null, {}]}"#,
            Problem(422),
        ),
        filing("a form with bad percent-encoding", FORM, b"message=%ZZ%", Problem(422)),
        filing("a form that is not UTF-8", FORM, b"message=%C3%28", Problem(400)),
        filing("a form of raw bytes", FORM, b"\xff\xfe\0=&&==&", Problem(400)),
        filing("a form with thousands of fields", FORM, many_pairs.as_bytes(), Problem(400)),
        filing("a form without a token", FORM, b"kind=question&message=a", Problem(422)),
        filing(
            "a form with a forged token",
            FORM,
            b"kind=question&message=a&token=AAAA",
            Problem(422),
        ),
        filing("multipart without a boundary", "multipart/form-data", b"--x--", Problem(400)),
        filing("multipart with an endless boundary", &long_boundary, b"--x--", Problem(400)),
        filing(
            "multipart that breaks off in a head",
            MULTIPART,
            b"--x\r\ncontent-disposition: form",
            Problem(400),
        ),
        filing(
            "multipart that breaks off in a part",
            MULTIPART,
            b"--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1",
            Problem(400),
        ),
        filing(
            "multipart with a part without a name",
            MULTIPART,
            b"--x\r\ncontent-disposition: form-data\r\n\r\n1\r\n--x--",
            Problem(400),
        ),
        filing("multipart with hundreds of parts", MULTIPART, many_parts.as_bytes(), Problem(400)),
        filing("multipart that is nothing", MULTIPART, b"", Problem(400)),
        filing("a type that nobody reads", "text/html", b"<form>", Problem(415)),
        filing("a type that is none", ";;;=", b"{}", Problem(415)),
        filing("no body at all", JSON, b"", Problem(400)),
        sent("two content types", &complaint().header("content-type", "text/plain"), Problem(415)),
        sent(
            "an idempotency key with a quote in it",
            &complaint().header("idempotency-key", "\"12345\"678\""),
            Problem(400),
        ),
        sent(
            "an idempotency key of a kilobyte",
            &complaint().header("idempotency-key", &"k".repeat(1024)),
            Problem(400),
        ),
    ]
}

/// Bodies whose length is not what their head says.
fn lengths() -> Vec<Hostile> {
    let head = "POST /feedback HTTP/1.1\r\nhost: desk\r\ncontent-type: application/json\r\n";
    vec![
        raw(
            "a body that is said to be larger than any may be",
            format!("{head}content-length: 99999999\r\n\r\n{{}}"),
            Problem(413),
        ),
        raw(
            "a length that no machine has",
            format!("{head}content-length: 99999999999999999999999999\r\n\r\n{{}}"),
            Refused,
        ),
        raw("a negative length", format!("{head}content-length: -1\r\n\r\n{{}}"), Refused),
        raw(
            "two lengths",
            format!("{head}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}x"),
            Refused,
        ),
        raw(
            "chunks that are none",
            format!("{head}transfer-encoding: chunked\r\n\r\nZZ\r\n{{}}\r\n0\r\n\r\n"),
            Problem(400),
        ),
        raw(
            "a chunk that is said to be endless",
            format!("{head}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
            Problem(400),
        ),
        raw(
            "chunks that are one byte more than any body may have",
            [
                format!("{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n", LIMIT + 1).as_bytes(),
                &vec![b' '; LIMIT + 1],
                b"\r\n0\r\n\r\n",
            ]
            .concat(),
            Problem(413),
        ),
        raw("a body that breaks off", format!("{head}content-length: 9\r\n\r\n{{\"kind"), Cut),
        raw(
            "chunks that break off",
            format!("{head}transfer-encoding: chunked\r\n\r\n9\r\n{{\"kind"),
            Cut,
        ),
        raw("a head that breaks off", "POST /feedback HTTP/1.1\r\nhost: des", Cut),
        raw(
            "good JSON in chunks",
            format!("{head}transfer-encoding: chunked\r\n\r\n1\r\n{{\r\n1\r\n}}\r\n0\r\n\r\n"),
            Problem(422),
        ),
        raw(
            "a length and chunks, as smugglers send them",
            format!(
                "{head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
            ),
            Problem(422),
        ),
    ]
}

/// Targets and headers that no client of good will sends.
fn heads(status: &str, form_token: &str) -> Vec<Hostile> {
    let get = |what: &str, target: &str, fate| {
        raw(what, format!("GET {target} HTTP/1.1\r\nhost: desk\r\n\r\n"), fate)
    };
    let with = |what: &str, headers: &str, fate| {
        raw(what, format!("GET /feedback HTTP/1.1\r\nhost: desk\r\n{headers}\r\n"), fate)
    };
    let token = status.rsplit('/').next().unwrap();
    let swapped: String = token.chars().rev().collect();
    let many = "accept-language: ru;q=0.1, en;q=0.2\r\n".repeat(60);
    vec![
        get("a walk up the folders", "/feedback/status/../../../etc/passwd", Problem(404)),
        get("an encoded walk up the folders", "/feedback/%2e%2e/%2e%2e/etc/passwd", Problem(404)),
        get("a walk up through assets", "/assets/../../Cargo.toml", Problem(404)),
        get("a back-slashed walk", "/assets/..%5c..%5cCargo.toml", Problem(404)),
        get("a NUL in the path", "/feedback/%00", Problem(404)),
        get("a path that is not UTF-8", "/feedback/%ff%fe", Problem(404)),
        get("a path with bad percent-encoding", "/feedback/%", Problem(404)),
        get("slashes alone", "//////////", Served),
        get("a path of four kilobytes", &format!("/feedback/{}", "a/".repeat(2000)), Problem(404)),
        get("a policy version that is none", "/policy/versions/%00", Problem(404)),
        get("a policy at no time", "/policy/at/yesterday", Problem(400)),
        get("a policy after the end of time", "/policy/at/99999-01-01", Problem(400)),
        get("a comparison of nothing", "/policy/diff/..", Problem(404)),
        get("a comparison of everything", "/policy/diff/1..2..3..4", Problem(404)),
        get("a query that is not UTF-8", "/feedback?app_version=%ff", Served),
        get(
            "a query of thousands of parameters",
            &format!("/feedback?{}", "a&".repeat(3000)),
            Served,
        ),
        get("a parameter twice", "/feedback?app_version=1&app_version=2", Problem(422)),
        get(
            "markup in a query",
            "/feedback?app_version=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
            Served,
        ),
        get("a language that is none", "/feedback?lang=%00", Served),
        get("an address that has a scheme", "http://desk/feedback", Served),
        get(
            "a status link with a token of another purpose",
            &format!("/feedback/status/{form_token}"),
            Problem(404),
        ),
        get(
            "a status link with a token back to front",
            &format!("/feedback/status/{swapped}"),
            Problem(404),
        ),
        get(
            "a status link with a token that is cut",
            &format!("/feedback/status/{}", &token[..40]),
            Problem(404),
        ),
        get("a status link with more behind the token", &format!("{status}%20"), Problem(404)),
        get("a status link in a colder case", &format!("/FEEDBACK/status/{token}"), Problem(404)),
        get("an attachment before the first", &format!("{status}/attachments/0"), Problem(404)),
        get(
            "an attachment that no machine counts to",
            &format!("{status}/attachments/99999999999999999999999"),
            Problem(404),
        ),
        with(
            "an accept header of nonsense",
            "accept: ;;q=,,/;q=9\r\naccept-language: *-*;;\r\n",
            Served,
        ),
        with(
            "thousands of languages",
            &format!("accept-language: {}\r\n", "xx,".repeat(8000)),
            Served,
        ),
        with("the same header sixty times", &many, Served),
        with(
            "conditions of nonsense",
            "if-none-match: \"\r\nif-modified-since: yesterday\r\n",
            Served,
        ),
        with("a range of nothing", "range: bytes=9-1\r\n", Served),
        with("a forged client address", "spin-client-addr: ::1]:99999\r\n", Served),
        with("an upgrade", "connection: upgrade\r\nupgrade: websocket\r\n", Served),
        raw("no host", b"GET /feedback HTTP/1.1\r\n\r\n".as_slice(), Refused),
        raw("two hosts", b"GET http://a/feedback HTTP/1.1\r\nhost: b\r\n\r\n".as_slice(), Refused),
        raw(
            "a host that is none",
            b"GET /feedback HTTP/1.1\r\nhost: a b\r\n\r\n".as_slice(),
            Refused,
        ),
        raw(
            "a header that is not UTF-8",
            b"GET /feedback HTTP/1.1\r\nhost: desk\r\nx: \xff\r\n\r\n".as_slice(),
            Refused,
        ),
        raw(
            "a header without a name",
            b"GET /feedback HTTP/1.1\r\nhost: desk\r\n: x\r\n\r\n".as_slice(),
            Refused,
        ),
        raw(
            "a header with a NUL",
            b"GET /feedback HTTP/1.1\r\nhost: desk\r\nx: \0\r\n\r\n".as_slice(),
            Refused,
        ),
        raw(
            "a folded header",
            b"GET /feedback HTTP/1.1\r\nhost: desk\r\nx: a\r\n b\r\n\r\n".as_slice(),
            Refused,
        ),
        raw(
            "hundreds of headers",
            format!("GET /feedback HTTP/1.1\r\nhost: desk\r\n{}\r\n", "x: y\r\n".repeat(500)),
            Refused,
        ),
        raw(
            "a header of a megabyte",
            format!("GET /feedback HTTP/1.1\r\nhost: desk\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)),
            Refused,
        ),
        raw(
            "a raw byte in the path",
            b"GET /\xff HTTP/1.1\r\nhost: desk\r\n\r\n".as_slice(),
            Refused,
        ),
        raw("another protocol", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03".as_slice(), Refused),
        raw("HTTP of the future", b"GET / HTTP/9.9\r\nhost: desk\r\n\r\n".as_slice(), Refused),
        raw("line ends alone", b"\r\n\r\n\r\n\r\n".as_slice(), Cut),
    ]
}

/// Methods that an address does not take, and doors that are shut.
fn doors(status: &str) -> Vec<Hostile> {
    let with_method = |method: &[u8], target: &str, fate| {
        let method = Method::from_bytes(method).unwrap();
        sent(format!("{method} {target}"), &Request::new(method, target), fate)
    };
    let forged = format!("Bearer {}", OPERATOR.to_uppercase());
    vec![
        with_method(b"DELETE", "/feedback", Problem(405)),
        with_method(b"PATCH", "/policy", Problem(405)),
        with_method(b"TRACE", "/feedback", Problem(405)),
        with_method(b"OPTIONS", "/feedback", Problem(405)),
        with_method(b"PROPFIND", "/", Problem(405)),
        with_method(b"GET", &format!("{status}/withdraw"), Problem(405)),
        with_method(b"POST", status, Problem(405)),
        with_method(b"PUT", "/policy/versions/9", Problem(401)),
        with_method(b"GET", "/console/api/cases", Problem(401)),
        sent(
            "an operator's token in capitals",
            &Request::get("/console/api/cases").header("authorization", &forged),
            Problem(401),
        ),
        sent(
            "an operator's token of a megabyte less",
            &Request::get("/console/api/cases").bearer(&"t".repeat(60_000)),
            Problem(401),
        ),
    ]
}

#[tokio::test]
async fn hostile_requests_get_a_clear_problem_and_harm_nobody() {
    let host = Host::memory().await;
    let filed = host.send(&complaint()).await;
    let status = status_of(&filed);
    let form_token = hidden(&host.send(&Request::get("/feedback")).await, "token");
    let corpus = [bodies(), lengths(), heads(&status, &form_token), doors(&status), mailing()];
    // A limit on writes would answer for everything else.
    play(&host, corpus.into_iter().flatten(), 60, &Request::get(&status)).await;
}
