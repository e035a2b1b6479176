//! Bodies that are not what they say, at every door of data requests that takes one.

use serde_json::{Value, json};

use super::{
    Cut, FORM, Hostile, JSON, MULTIPART, Problem, raw, sent,
    stage::{Door, Stage},
};
use crate::{
    harness::{
        http::{Part, Request},
        target::Target,
    },
    scenarios::feedback::hidden,
    walk::{JANE, post},
};

/// The most that a body may have where no files may be attached.
const LIMIT: usize = desk_web::routes::BODY_LIMIT;
/// And where they may be.
const FILES_LIMIT: usize = desk_web::routes::FILES_LIMIT;

/// What no door with a body reads.
fn bodies(door: &Door) -> Vec<Hostile> {
    let target = &door.good.target;
    // One door reads no fields: whatever is in a body there is told the same way.
    let told = |status: u16| match status {
        400 | 415 if target.ends_with("/package") && target.starts_with("/console") => Problem(422),
        status => Problem(status),
    };
    let with = |what: &str, media_type: &str, body: &[u8], status: u16| {
        let mut request = door.good.clone();
        request.headers.remove("content-type");
        let request = request.body(media_type, body.to_vec());
        sent(format!("{what} for {target}"), &request, told(status))
    };
    let bare = |what: &str, body: &str, status: u16| {
        let mut request = door.good.clone();
        request.headers.remove("content-type");
        request.body = body.to_owned().into();
        sent(format!("{what} for {target}"), &request, told(status))
    };
    let fields = door.fields.as_object().expect("an object");
    let (first, _) = fields.iter().next().unzip();
    let first = first.map_or("nothing", String::as_str);
    let wrong = |value: &Value| {
        let wrong = fields.keys().map(|name| (name.clone(), value.clone()));
        Value::Object(wrong.collect()).to_string()
    };
    let mut more = fields.clone();
    more.insert("more".to_owned(), json!(1));
    let more = Value::Object(more).to_string();
    let deep = format!("{{\"{first}\": {}", "[".repeat(60_000));
    let many = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(10_000));
    let twice = format!("{{\"{first}\": \"x\", \"{first}\": \"x\"}}");
    let part = |head: &str| format!("--x\r\ncontent-disposition: {head}\r\n\r\n1\r\n--x--");
    let parts = part("form-data; name=\"a\"").replace("--x--", "").repeat(500) + "--x--";
    let limit = if target.starts_with("/console") || target.matches('/').count() > 1 {
        LIMIT
    } else {
        FILES_LIMIT
    };
    let mut all = vec![
        with("JSON that breaks off", JSON, format!("{{\"{first}\": \"").as_bytes(), 400),
        with("JSON with something behind it", JSON, b"{} x", 400),
        with("JSON that is a list", JSON, b"[{}]", 400),
        with("JSON with half a character", JSON, b"{\"x\": \"\xc3\"}", 400),
        with("JSON in UTF-16", JSON, b"\xff\xfe{\0}\0", 400),
        with("JSON that is deep in a field", JSON, deep.as_bytes(), 400),
        with("JSON of brackets alone", JSON, "[".repeat(60_000).as_bytes(), 400),
        with("JSON with thousands of fields", JSON, many.as_bytes(), 400),
        with("JSON with a field twice", JSON, twice.as_bytes(), 422),
        with("JSON with an unknown field", JSON, more.as_bytes(), 422),
        with("a form with bad percent-encoding", FORM, b"%ZZ%=%", 422),
        with("a form that is not UTF-8", FORM, b"a=%C3%28", 400),
        with("a form with thousands of fields", FORM, "a=1&".repeat(10_000).as_bytes(), 400),
        with("multipart without a boundary", "multipart/form-data", b"--x--", 400),
        with("multipart that is no multipart", MULTIPART, b"{\"a\": 1}", 400),
        with("multipart that breaks off in a head", MULTIPART, b"--x\r\ncontent-disp", 400),
        with(
            "multipart that breaks off in a part",
            MULTIPART,
            part("form-data; name=\"a\"").replace("\r\n--x--", "").as_bytes(),
            400,
        ),
        with("multipart with a nameless part", MULTIPART, part("form-data").as_bytes(), 400),
        with("multipart with hundreds of parts", MULTIPART, parts.as_bytes(), 400),
        with("a type that nobody reads", "text/html", b"<form>", 415),
        with("a type that is none", ";;;=", b"{\"a\": 1}", 415),
        with("a type that is a list", "application/json, text/plain", b"{\"a\": 1}", 415),
        bare("no type", "{\"a\": 1}", 415),
        with("more than any body may have", JSON, &vec![b' '; limit + 1], 413),
    ];
    if fields.is_empty() {
        // An empty body is all that is to be said here.
    } else {
        all.push(with("no body at all", JSON, b"", 400));
        all.push(with("nothing", JSON, b"{}", 422));
        all.push(with("wrong types", JSON, wrong(&json!({})).as_bytes(), 422));
        all.push(with("more wrong types", JSON, wrong(&json!([1, null])).as_bytes(), 422));
        all.push(with("control characters", JSON, wrong(&json!("\u{0}\u{1b}")).as_bytes(), 422));
        all.push(with("a long text", JSON, wrong(&json!("y".repeat(20_000))).as_bytes(), 422));
    }
    // What breaks off was never asked for, whatever it would have said.
    let head = |framing: &str| {
        let mut request = door.good.clone();
        request.body = "".into();
        let head = String::from_utf8(request.to_bytes()).expect("ASCII");
        head.replace("content-length: 0\r\n", framing)
    };
    all.push(raw(
        format!("a body that breaks off for {target}"),
        head("content-length: 900\r\n") + &door.fields.to_string(),
        Cut,
    ));
    all.push(raw(
        format!("chunks that break off for {target}"),
        head("transfer-encoding: chunked\r\n") + "2\r\n{}\r\n",
        Cut,
    ));
    all.push(raw(
        format!("a body that is said to be larger than any may be for {target}"),
        head("content-length: 99999999\r\n") + "{}",
        Problem(413),
    ));
    all
}

#[tokio::test]
async fn no_door_of_data_requests_takes_a_body_that_is_not_what_it_says() {
    let stage = Stage::set().await;
    stage.play(stage.doors().iter().flat_map(bodies).collect()).await;
}

/// Files that are none, or too many of them.
#[tokio::test]
async fn nobody_files_a_request_with_files_that_are_none() {
    let stage = Stage::set().await;
    let form = stage.host.send(&Request::get("/requests").page()).await;
    let token = hidden(&form, "token");
    let with = |what: &str, attachments: Value, status: u16| {
        let body = json!({"kind": "access", "email": JANE, "attachments": attachments});
        sent(what, &post("/requests", &body), Problem(status))
    };
    let text = json!({"data": "SSBzYXcgaXQu"});
    let large = json!({"data": "QUFB".repeat(400_000)});
    let by_form = |what: &str, files: &[&[u8]]| {
        let mut parts = vec![
            Part::Field("token", &token),
            Part::Field("kind", "access"),
            Part::Field("email", JANE),
        ];
        parts.extend(files.iter().map(|file| Part::File("file", "a.txt", "text/plain", file)));
        sent(what, &Request::post("/requests").multipart(&parts), Problem(422))
    };
    let broken = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice();
    let mut cut = Request::post("/requests").multipart(&[
        Part::Field("token", &token),
        Part::File("file", "a.txt", "text/plain", b"I saw it."),
    ]);
    cut.body = cut.body.slice(..cut.body.len() - 20);
    let represented = json!({"kind": "access", "email": JANE, "behalf": "representative"});
    stage
        .play(vec![
            with("four files", json!([text, text, text, text]), 422),
            with("files that are no list", json!({"data": "QQ=="}), 422),
            with("files that are none", json!([1, null, {}, "x"]), 422),
            with("a file with more than data", json!([{"data": "QQ==", "name": "a"}]), 422),
            with("a base that is none", json!([{"data": "=QQ="}]), 422),
            with("a base that breaks off", json!([{"data": "SSBzYXcgaXQ"}]), 422),
            with("a base for addresses", json!([{"data": "_-__"}]), 422),
            with("a file of nothing", json!([{"data": ""}]), 422),
            with("a file of a kind that nobody reads", json!([{"data": "TVqQAAMAAAAEAAAA"}]), 422),
            with("a file that is too large", json!([large]), 422),
            with("four files that are too large", json!([large, large, large]), 413),
            by_form("four files of a form", &[b"I", b"saw", b"it", b"."]),
            by_form("a picture that breaks off", &[broken]),
            sent("a form that breaks off in a file", &cut, Problem(400)),
            sent(
                "somebody else's request without a proof",
                &post("/requests", &represented),
                Problem(422),
            ),
        ])
        .await;
}
