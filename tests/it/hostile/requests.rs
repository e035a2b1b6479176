//! What is sent to the doors of data requests: bodies that are not what they say, methods, tokens and tags that are
//! missing or wrong, questions that make no sense.

use http::Method;
use serde_json::{Value, json};

use super::{Cut, FORM, Hostile, JSON, MULTIPART, Problem, play, raw, sent};
use crate::{
    harness::{
        http::{Part, Request},
        target::{APP, Host, OPERATOR, Target},
    },
    scenarios::feedback::complaint,
    walk::{
        self, ANNA, Filed, JANE, fetch, filed, get, link_in, look, mails, packed, post, proven,
    },
};

/// The most that a body may have where no files may be attached.
const LIMIT: usize = desk_web::request::BODY_LIMIT;
/// And where they may be.
const FILES_LIMIT: usize = desk_web::requests::BODY_LIMIT;

/// A door that takes a body.
struct Door {
    /// A request that would be taken, with its body.
    good: Request,
    /// What a good body has in it; nothing, where it may be empty.
    fields: Value,
}

/// People whose requests stand in every stage, and the doors to them.
struct Stage {
    host: Host,
    /// Nobody has proven who asks.
    unproven: Filed,
    /// It is being worked on, and there is a package.
    open: Filed,
    status: String,
    secret: String,
    /// A feedback case.
    case: String,
}

impl Stage {
    async fn set() -> Self {
        let host = Host::memory().await;
        let filed_case = host.send(&complaint()).await;
        let case = format!("/console/api/cases/{}", filed_case.field("/reference"));
        let (open, status) = proven(&host, "erasure", ANNA).await;
        let secret = packed(&host, &open, ANNA).await;
        let unproven = filed(&host, "access", JANE).await;
        Self { host, unproven, open, status, secret, case }
    }

    /// Everything that hostile requests must leave as it is.
    async fn kept(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let pending = get(&self.unproven.pending);
        for request in [get(&self.status), pending, look(&self.case), look(self.open.console(""))] {
            let answer = self.host.send(&request).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let mut kept = answer.json();
            // How much time is left changes by itself.
            for path in ["clocks", "due"] {
                kept.as_object_mut().expect("an object").remove(path);
            }
            all.push(kept);
        }
        all.extend(mails(&self.host, ANNA).await);
        all.extend(mails(&self.host, JANE).await);
        all
    }

    /// Every door that takes a body.
    fn doors(&self) -> Vec<Door> {
        let door = |target: String, fields: Value| Door { good: post(target, &fields), fields };
        let (pending, link, status) = (&self.unproven.pending, &self.unproven.link, &self.status);
        let filing = json!({"kind": "access", "email": JANE});
        let deletion = json!({"email": JANE});
        let text = json!({"text": "x"});
        let mut doors = vec![
            door("/requests".into(), filing),
            door("/delete-account".into(), deletion.clone()),
            door("/delete-data".into(), deletion),
            door(format!("{pending}/code"), json!({"code": "00000-00000"})),
            door(format!("{pending}/resend"), json!({})),
            door(format!("{pending}/assertion"), json!({"assertion": "x"})),
            door(link.clone(), json!({})),
            door(format!("{link}/not-me"), json!({})),
            door(format!("{status}/messages"), json!({"message": "x"})),
            door(format!("{status}/withdraw"), json!({})),
            door(format!("{status}/package"), json!({"secret": "x"})),
        ];
        for (target, fields) in [
            (self.open.console("/take"), json!({})),
            (self.open.console("/messages"), text.clone()),
            (self.open.console("/clarification"), text.clone()),
            (self.open.console("/extension"), json!({"reason": "x"})),
            (self.open.console("/answer"), text),
            (self.open.console("/refusal"), json!({"ground": "excessive", "text": "x"})),
            (self.open.console("/identity"), json!({"reason": "x"})),
            (self.open.console("/package"), json!({})),
            (self.open.console("/complaint"), json!({})),
            (self.open.console("/erasure"), json!({"executor": "x"})),
            (format!("{}/request", self.case), json!({"kind": "access"})),
        ] {
            let mut door = door(target, fields);
            door.good = door.good.bearer(OPERATOR).header("if-match", "*");
            doors.push(door);
        }
        doors
    }

    async fn play(&self, corpus: Vec<Hostile>) {
        let before = self.kept().await;
        play(&self.host, corpus, 1, &get(&self.status)).await;
        assert_eq!(self.kept().await, before);
    }
}

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
    let token = crate::scenarios::feedback::hidden(&form, "token");
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

#[tokio::test]
async fn every_door_of_data_requests_names_the_methods_that_it_takes() {
    let stage = Stage::set().await;
    let (pending, link, status) = (&stage.unproven.pending, &stage.unproven.link, &stage.status);
    let (open, case) = (&stage.open, &stage.case);
    let (reads, both) = ("GET, HEAD", "GET, HEAD, POST");
    let doors = [
        ("/requests".to_owned(), both),
        ("/delete-account".to_owned(), both),
        ("/delete-data".to_owned(), both),
        (pending.clone(), reads),
        (format!("{pending}/resent"), reads),
        (format!("{pending}/code"), "POST"),
        (format!("{pending}/resend"), "POST"),
        (format!("{pending}/assertion"), "POST"),
        (link.clone(), both),
        (format!("{link}/not-me"), "POST"),
        (status.clone(), reads),
        (format!("{status}/confirmed"), reads),
        (format!("{status}/added"), reads),
        (format!("{status}/withdrawn"), reads),
        (format!("{status}/request.json"), reads),
        (format!("{status}/receipt.json"), reads),
        (format!("{status}/attachments/1"), reads),
        (format!("{status}/messages"), "POST"),
        (format!("{status}/withdraw"), "POST"),
        (format!("{status}/package"), "POST"),
        ("/console/api/requests".to_owned(), reads),
        ("/console/api/requests/log".to_owned(), reads),
        ("/console/api/requests/metrics".to_owned(), reads),
        (open.console(""), reads),
        (open.console("/attachments/1"), reads),
        (open.console("/take"), "POST"),
        (open.console("/messages"), "POST"),
        (open.console("/clarification"), "POST"),
        (open.console("/extension"), "POST"),
        (open.console("/answer"), "POST"),
        (open.console("/refusal"), "POST"),
        (open.console("/identity"), "POST"),
        (open.console("/package"), "POST, DELETE"),
        (open.console("/complaint"), "POST"),
        (open.console("/erasure"), both),
        (open.console("/erasure/act"), reads),
        (open.console("/erasure/log"), reads),
        (format!("{case}/request"), "POST"),
    ];
    let before = stage.kept().await;
    for (target, allow) in doors {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            if allow.split(", ").any(|allowed| allowed == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let request = Request::new(method, &target).bearer(OPERATOR).header("if-match", "*");
            let answer = stage.host.send(&request).await;
            let what = format!("{} {target}", request.method);
            super::assert_problem(&what, &answer, 405);
            assert_eq!(answer.header("allow"), Some(allow), "{what}");
        }
    }
    assert_eq!(stage.kept().await, before);
    stage.host.assert_nothing_trapped();
}

/// Every door of operators to data requests, with what would be taken there.
fn guarded(stage: &Stage) -> Vec<Request> {
    let open = &stage.open;
    let mut all: Vec<Request> = [
        "/console/api/requests".to_owned(),
        "/console/api/requests/log".to_owned(),
        "/console/api/requests/metrics".to_owned(),
        "/console/api/requests/nothing".to_owned(),
        open.console(""),
        open.console("/attachments/1"),
        open.console("/nothing"),
        open.console("/erasure"),
        open.console("/erasure/act"),
        open.console("/erasure/log"),
    ]
    .map(Request::get)
    .into();
    for door in stage.doors() {
        if door.good.target.starts_with("/console") {
            let mut request = door.good;
            request.headers.remove("authorization");
            all.push(request);
        }
    }
    all.push(Request::new(Method::DELETE, open.console("/package")).header("if-match", "*"));
    all
}

#[tokio::test]
async fn whoever_is_no_operator_learns_and_changes_nothing() {
    let stage = Stage::set().await;
    let capitals = format!("Bearer {}", OPERATOR.to_uppercase());
    let cut = format!("Bearer {}", &OPERATOR[..OPERATOR.len() - 1]);
    let more = format!("Bearer {OPERATOR}x");
    let basic = format!("Basic {OPERATOR}");
    let app = format!("Bearer {APP}");
    let token = stage.status.rsplit('/').next().unwrap();
    let link = format!("Bearer {token}");
    let mut corpus = Vec::new();
    for request in guarded(&stage) {
        let what = |who: &str| format!("{who} at {} {}", request.method, request.target);
        corpus.push(sent(what("a stranger"), &request, Problem(401)));
        for (who, authorization) in [
            ("a token in capitals", capitals.as_str()),
            ("a token that is cut", &cut),
            ("a token with more behind it", &more),
            ("a token without a scheme", OPERATOR),
            ("a token under another scheme", &basic),
            ("no token behind the scheme", "Bearer "),
            ("the app's token", &app),
            ("a person's link", &link),
        ] {
            let request = request.clone().header("authorization", authorization);
            corpus.push(sent(what(who), &request, Problem(401)));
        }
        let twice = request.clone().bearer(OPERATOR).bearer(OPERATOR);
        corpus.push(sent(what("a token twice"), &twice, Problem(401)));
    }
    let audited = stage.host.keys().await.iter().filter(|key| key.starts_with("audit:")).count();
    play(&stage.host, corpus, 1, &get(&stage.status)).await;
    let after = stage.host.keys().await.iter().filter(|key| key.starts_with("audit:")).count();
    assert_eq!(after, audited, "nobody was let in");
}

#[tokio::test]
async fn operators_decide_on_what_they_have_read_or_not_at_all() {
    let stage = Stage::set().await;
    let open = &stage.open;
    let old = walk::tag(&stage.host, &open.console("")).await;
    let seen = walk::tag(&stage.host, &open.console("/erasure")).await;
    let message = json!({"message": "One more thing."});
    let sent_more = stage.host.send(&post(format!("{}/messages", stage.status), &message)).await;
    assert_eq!(sent_more.status, 201, "{sent_more:?}");
    let mut corpus = Vec::new();
    let deletes = Request::new(Method::DELETE, open.console("/package")).bearer(OPERATOR);
    let others = stage.doors().into_iter().map(|door| door.good);
    let decides = |request: &Request| {
        let act = request.target.rsplit('/').next().unwrap_or_default();
        request.target.starts_with(&open.console("/"))
            && !matches!(act, "messages" | "complaint" | "identity")
    };
    for mut request in others.filter(decides).chain([deletes]) {
        request.headers.remove("if-match");
        let what = |tag: &str| format!("{tag} at {} {}", request.method, request.target);
        corpus.push(sent(what("no tag"), &request, Problem(428)));
        let erases = request.target.ends_with("/erasure");
        let weak = format!("W/{}", if erases { &seen } else { &old });
        for (tag, value) in [
            ("an old tag", if erases { &seen } else { &old }.as_str()),
            ("a weak tag", &weak),
            ("a tag without quotes", "x"),
            ("an empty tag", ""),
            ("half a tag", "\""),
            ("thousands of tags", &"\"x\",".repeat(5_000)),
        ] {
            let request = request.clone().header("if-match", value);
            corpus.push(sent(what(tag), &request, Problem(412)));
        }
        // A star says that any state will do, which is no way to erase.
        if erases {
            let request = request.clone().header("if-match", "*");
            corpus.push(sent(what("a star"), &request, Problem(412)));
        }
    }
    stage.play(corpus).await;
}

#[tokio::test]
async fn questions_that_make_no_sense_are_told_so() {
    let stage = Stage::set().await;
    let (open, status) = (&stage.open, &stage.status);
    let mut corpus = Vec::new();
    let mut ask = |target: String, status: u16| {
        corpus.push(sent(target.clone(), &look(target), Problem(status)));
    };
    for query in [
        "state=x",
        "state=",
        "kind=x",
        "all=1",
        "all=",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=99999999999999999999",
        "limit=1&limit=2",
        "cursor=x",
        "cursor=-",
        "cursor=1-x",
        "cursor=--5-01M81B5H80E73KXZC5V6QZKT90",
        "cursor=%00",
        "cursor=99999999999999999999-x",
    ] {
        ask(format!("/console/api/requests?{query}"), 422);
    }
    for query in [
        "from=x",
        "from=2026-02-30",
        "from=2026-13-01",
        "from=2026-1-1",
        "from=99999-01-01",
        "from=-2026-01-01",
        "to=",
        "to=%00",
        "from=2026-01-01&from=2026-01-02",
        "format=xml",
        "format=",
    ] {
        ask(format!("/console/api/requests/log?{query}"), 422);
    }
    for query in ["year=x", "year=", "year=26", "year=99999", "year=-999", "year=%D9%A2%D9%A0"] {
        ask(format!("/console/api/requests/metrics?{query}"), 422);
    }
    for name in [
        "x",
        "%00",
        "%ff%fe",
        "..%2f..",
        "DR-0000-0000-0000",
        "DR-ZZZZ-ZZZZ-ZZZZ",
        "00000000000000000000000000",
        "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "99999999999999999999999999",
        &"A".repeat(4_000),
        "%D0%96",
    ] {
        for below in ["", "/attachments/1", "/erasure", "/erasure/act", "/erasure/log"] {
            ask(format!("/console/api/requests/{name}{below}"), 404);
        }
    }
    for number in ["0", "1", "-1", "x", "%00", "18446744073709551616", "1/2"] {
        ask(open.console(&format!("/attachments/{number}")), 404);
        ask(format!("{status}/attachments/{number}"), 404);
    }
    // Nothing was erased, so there is no act; and the wrong format is told before anything is looked for.
    ask(open.console("/erasure/act"), 404);
    ask(open.console("/erasure/log"), 404);
    ask(open.console("/erasure/act?format=xml"), 422);
    ask(open.console("/erasure/log?format=html"), 422);
    ask(open.console("/erasure/more"), 404);
    ask(format!("{status}/more"), 404);
    ask(format!("{status}/package/more"), 404);
    ask("/requests/more".into(), 404);
    ask("/requests/pending".into(), 404);
    ask("/requests/confirm".into(), 404);
    ask("/requests/status".into(), 404);
    ask("/delete-account/more".into(), 404);
    stage.play(corpus).await;
    // The ends of time are days like others.
    for target in [
        "/console/api/requests/log?from=0001-01-01&to=9999-12-31",
        "/console/api/requests/log?from=9999-12-31&to=0001-01-01&format=csv",
        "/console/api/requests/metrics?year=9999",
        "/console/api/requests/metrics?year=0001",
        "/console/api/requests?cursor=9223372036854775807-01M81B5H80E73KXZC5V6QZKT90",
        "/console/api/requests?nothing=%ff&all=true",
    ] {
        let answer = stage.host.send(&look(target)).await;
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
    }
    stage.host.assert_nothing_trapped();
}

#[tokio::test]
async fn what_operators_are_told_to_do_with_nobody_is_not_done() {
    let stage = Stage::set().await;
    let mut corpus = Vec::new();
    let case = stage.case.rsplit('/').next().unwrap();
    for door in stage.doors() {
        let target = &door.good.target;
        let own = if target.ends_with("/request") { case } else { &stage.open.reference };
        if !target.starts_with("/console") {
            continue;
        }
        // A case is no request, and a request is no case.
        let other = if own == case { &stage.open.reference } else { case };
        for name in [other, "x", "%00", "%ff", "DR-0000-0000-0000", "FB-0000-0000-0000"] {
            let request = Request { target: target.replace(own, name), ..door.good.clone() };
            corpus.push(sent(request.target.clone(), &request, Problem(404)));
        }
        let key = door.good.clone().header("idempotency-key", "\"12345\"678\"");
        if !["package", "complaint", "erasure"].iter().any(|name| target.ends_with(name)) {
            corpus.push(sent(format!("a bad key for {target}"), &key, Problem(400)));
        }
    }
    // Nobody proved who asks, so nothing is decided but a refusal.
    for door in stage.doors() {
        let target = door.good.target.replace(&stage.open.reference, &stage.unproven.reference);
        if target == door.good.target
            || ["/refusal", "/identity", "/complaint"].iter().any(|name| target.ends_with(name))
        {
            continue;
        }
        let request = Request { target, ..door.good };
        corpus.push(sent(format!("{}, unproven", request.target), &request, Problem(409)));
    }
    stage.play(corpus).await;
}

#[tokio::test]
async fn keys_of_packages_open_their_own_package_alone() {
    let stage = Stage::set().await;
    let (host, status, secret) = (&stage.host, &stage.status, &stage.secret);
    let (jane, janes) = proven(host, "access", JANE).await;
    assert_eq!(host.send(&fetch(&janes, secret)).await.status, 404, "none was built yet");
    let janes_secret = packed(host, &jane, JANE).await;
    let reversed: String = secret.chars().rev().collect();
    let one_more = format!("{secret}0");
    let one_less = &secret[..secret.len() - 1];
    let mut corpus = Vec::new();
    for (what, status, secret) in [
        ("another person's key", status, janes_secret.as_str()),
        ("a key at another person's link", &janes, secret),
        ("a key back to front", status, &reversed),
        ("a key with more behind it", status, &one_more),
        ("a key that is cut", status, one_less),
        ("a key of nothing", status, ""),
        ("a key of spaces", status, "   "),
        ("a key that is the code", status, &jane.code),
        ("a key that is a link", status, status),
        ("a key of a megabyte less", status, &"0".repeat(60_000)),
        ("a key of other letters", status, "ЖЖЖЖЖ-ЖЖЖЖЖ-ЖЖЖЖЖ-ЖЖЖЖЖ-ЖЖЖЖЖЖ"),
    ] {
        corpus.push(sent(what, &fetch(status, secret), Problem(422)));
        let form = Request::post(format!("{status}/package")).page().form(&[("secret", secret)]);
        corpus.push(sent(format!("{what}, by form"), &form, Problem(422)));
    }
    stage.play(corpus).await;
    for (status, secret) in [(status, secret), (&janes, &janes_secret)] {
        let fetched = host.send(&fetch(status, secret)).await;
        assert_eq!(fetched.header("content-type"), Some("application/zip"), "{:?}", fetched.status);
        // However often: it is the person's own.
        assert_eq!(host.send(&fetch(status, secret)).await.body, fetched.body);
    }
    // A key that was replaced, or whose package was dropped, opens nothing.
    let newer = packed(host, &jane, JANE).await;
    assert_eq!(host.send(&fetch(&janes, &janes_secret)).await.status, 422);
    let mut drop = jane.act(host, "/package", &json!({})).await;
    drop.method = Method::DELETE;
    assert_eq!(host.send(&drop).await.status, 200);
    assert_eq!(host.send(&fetch(&janes, &newer)).await.status, 404);
    host.assert_nothing_trapped();
}

#[tokio::test]
async fn the_link_of_an_act_leads_to_the_act_alone() {
    let host = Host::memory().await;
    let (filed, status) = proven(&host, "erasure", ANNA).await;
    let tag = walk::tag(&host, &filed.console("/erasure")).await;
    let order = post(filed.console("/erasure"), &json!({"executor": "Head of support"}));
    let order = order.bearer(OPERATOR).header("if-match", &tag);
    assert_eq!(host.send(&order).await.status, 200);
    let act = link_in(&walk::newest_mail(&host, ANNA).await);
    for link in [&act, &status] {
        assert_eq!(host.send(&get(link)).await.status, 200);
        assert_eq!(host.send(&get(format!("{link}/receipt.json"))).await.status, 200);
        for (below, body) in [
            ("/messages", json!({"message": "x"})),
            ("/withdraw", json!({})),
            ("/package", json!({"secret": "x"})),
        ] {
            let answer = host.send(&post(format!("{link}{below}"), &body)).await;
            super::assert_problem(below, &answer, 404);
        }
        for below in ["/request.json", "/attachments/1"] {
            super::assert_problem(below, &host.send(&get(format!("{link}{below}"))).await, 404);
        }
    }
    // What proved who asks leads nowhere any more, and nothing is worked on.
    assert_eq!(host.send(&get(&filed.pending)).await.status, 404);
    assert_eq!(host.send(&filed.enter(&filed.code)).await.status, 404);
    assert_eq!(host.send(&post(&filed.link, &json!({}))).await.status, 404);
    for act in ["/take", "/answer", "/package", "/complaint"] {
        let request = post(filed.console(act), &json!({"text": "x"})).header("if-match", "*");
        let body = if act == "/answer" { json!({"text": "x"}) } else { json!({}) };
        let request = Request { body: body.to_string().into(), ..request.bearer(OPERATOR) };
        super::assert_problem(act, &host.send(&request).await, 404);
    }
    host.assert_nothing_trapped();
}
