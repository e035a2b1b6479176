//! `desk links` and `desk suppressions`, offline and against the functions as they are shipped.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
    thread::JoinHandle,
};

use desk_host::{HostOptions, Running, manifest::Manifest, start};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
const OPERATOR: &str = "the-token-of-the-operators-in-tests";
const APP: &str = "the-token-of-the-mailer-in-the-tests";
const BASE: &str = "https://privacy.example";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The manifest of the application, once its functions are built; what is up to date takes no time.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let manifest = Manifest::load(&root().join("spin.toml")).unwrap();
        for component in manifest.components() {
            let Some(build) = component.build() else { continue };
            for command in &build.commands {
                let mut shell = Command::new("sh");
                shell.args(["-c", command]).current_dir(&build.folder).stdin(Stdio::null());
                // The manifest names the default target folder, wherever this test was built.
                let output = shell.env("CARGO_TARGET_DIR", root().join("target")).output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{}: {said}", component.id());
            }
        }
        manifest.path().to_owned()
    })
}

/// The desk itself, and its address.
async fn desk(variables: &[(&str, &str)]) -> (Running, String) {
    let all = [
        ("root_secret", SECRET),
        ("operator_token", OPERATOR),
        ("app_token", APP),
        ("base_url", BASE),
    ];
    let all = all.iter().chain(variables);
    let variables: BTreeMap<_, _> =
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    // Compiled once, and not once for every start.
    let cache = Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
    let running =
        start(HostOptions { variables, cache, ..HostOptions::new(built()) }).await.unwrap();
    let url = format!("http://{}", running.address());
    (running, url)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// How a command ended, what it printed, and what it complained of.
struct Said {
    code: i32,
    out: String,
    err: String,
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_desk"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SPIN_VARIABLE_") {
            command.env_remove(name);
        }
    }
    command.env_remove("DESK_OPERATOR_TOKEN").env_remove("DESK_TOKEN");
    command
}

fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let said = Said {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    };
    assert!(!said.err.contains("panicked"), "{}", said.err);
    said
}

fn run(folder: &Path, arguments: &[&str]) -> Said {
    said(command(folder, arguments).output().unwrap())
}

/// The one sentence of a command that could do nothing.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let said = run(folder, arguments);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    said.err.strip_prefix("desk: ").unwrap().trim_end().to_owned()
}

/// A folder where the desk is set up.
fn set_up(files: &[(&str, &str)]) -> TempDir {
    let folder = folder(files);
    let env = format!("SPIN_VARIABLE_ROOT_SECRET={SECRET}\nSPIN_VARIABLE_BASE_URL={BASE}\n");
    fs::write(folder.path().join(".env"), env).unwrap();
    fs::copy(root().join("spin.toml"), folder.path().join("spin.toml")).unwrap();
    folder
}

fn links(folder: &Path, more: &[&str]) -> Said {
    run(folder, &[&["links", "in.csv", "--list", "product-news"], more].concat())
}

#[tokio::test]
async fn links_are_those_that_the_desk_gives() {
    let russian = [("default_language", "ru"), ("list_domain", "lists.oncall.example")];
    for variables in [&[][..], &russian] {
        let (running, url) = desk(variables).await;
        let emails = ["anna@oncall.example", "A.B+tag@mail.example", "почта@пример.рф"];
        let folder = set_up(&[("in.csv", &format!("email\n{}\n", emails.join("\n")))]);
        let flags: Vec<_> =
            variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let flags: Vec<_> = flags.iter().flat_map(|flag| ["--variable", flag]).collect();

        let mut answer = ureq::post(format!("{url}/unsubscribe/links"))
            .header("authorization", format!("Bearer {APP}"))
            .header("content-type", "application/json")
            .send(json!({ "list": "product-news", "emails": emails }).to_string())
            .unwrap();
        let answer = answer.body_mut().read_to_string().unwrap();
        let said = links(folder.path(), &[&["--json"], flags.as_slice()].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        assert_eq!(said.out.replace('\n', ""), answer);

        let said = links(folder.path(), &flags);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        let mut csv = csv::Reader::from_reader(said.out.as_bytes());
        let expected =
            "email,subject,unsubscribe_url,list_unsubscribe,list_unsubscribe_post,list_id";
        assert_eq!(csv.headers().unwrap().iter().collect::<Vec<_>>().join(","), expected);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let mut rows = 0;
        for (row, link) in csv.records().zip(answer["links"].as_array().unwrap()) {
            let row = row.unwrap();
            assert_eq!(
                (&row[0], &row[1], &row[2]),
                (
                    link["email"].as_str().unwrap(),
                    link["subject"].as_str().unwrap(),
                    link["url"].as_str().unwrap(),
                )
            );
            let lines = [
                format!("List-Unsubscribe: {}", &row[3]),
                format!("List-Unsubscribe-Post: {}", &row[4]),
                format!("List-Id: {}", &row[5]),
            ];
            assert_eq!(json!(lines), link["headers"]);
            rows += 1;
        }
        assert_eq!(rows, emails.len());

        // And the desk takes what was made here.
        let path =
            answer["links"][0]["url"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
        let page = ureq::get(format!("{url}{path}")).call().unwrap();
        assert_eq!(page.status(), 200);
        running.stop().await;
    }
}

#[test]
fn variables_come_from_where_the_desk_has_them() {
    let folder = set_up(&[("in.csv", "email\na@x.co\n")]);
    let expected = links(folder.path(), &[]).out;
    assert!(expected.contains(",https://privacy.example/u/"), "{expected}");
    assert!(expected.contains(",Product news <product-news.privacy.example>\n"), "{expected}");
    let env = fs::read_to_string(folder.path().join(".env")).unwrap();
    let with_base = |base: &str| env.replace(BASE, base);

    // The environment is before .env, and that before the generated secrets.
    fs::create_dir(folder.path().join(".desk")).unwrap();
    fs::write(folder.path().join(".desk/secrets.env"), &env).unwrap();
    fs::write(folder.path().join(".env"), "").unwrap();
    assert_eq!(links(folder.path(), &[]).out, expected);
    fs::write(folder.path().join(".env"), with_base("https://file.example")).unwrap();
    assert!(links(folder.path(), &[]).out.contains(",https://file.example/u/"));
    let mut typed = command(folder.path(), &["links", "in.csv", "--list", "product-news"]);
    assert_eq!(said(typed.env("SPIN_VARIABLE_BASE_URL", BASE).output().unwrap()).out, expected);
    let flag = format!("base_url={BASE}");
    assert_eq!(links(folder.path(), &["--variable", &flag]).out, expected);

    // Whoever set no address is told what that means, and has links all the same.
    fs::remove_dir_all(folder.path().join(".desk")).unwrap();
    fs::write(folder.path().join(".env"), format!("SPIN_VARIABLE_ROOT_SECRET={SECRET}\n")).unwrap();
    let said = links(folder.path(), &[]);
    assert_eq!(said.code, 0);
    assert!(said.err.contains("http://127.0.0.1:3000, which nobody else can open"), "{}", said.err);
    fs::remove_file(folder.path().join(".env")).unwrap();
    let why = refusal(folder.path(), &["links", "in.csv", "--list", "tips"]);
    assert!(why.contains("SPIN_VARIABLE_ROOT_SECRET"), "{why}");
}

#[test]
fn links_keep_the_other_columns_and_leave_out_bad_rows() {
    let text = "\u{feff}Name;E-Mail;Note\r\n\"O;H\";a@x.co;\"say \"\"hi\"\"\"\r\n\r\n;bad;\r\nBob;b@x.co\r\n;;\r\n";
    let folder = set_up(&[("in.csv", text)]);
    let said = links(folder.path(), &[]);
    assert_eq!(said.code, 1);
    assert_eq!(
        said.err,
        "desk: line 4: not an address such as name@company.example\ndesk: 1 of 3 rows have no link\n"
    );
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", said.out);
    assert!(lines[0].starts_with("Name;E-Mail;Note;subject;unsubscribe_url;"), "{}", lines[0]);
    assert!(lines[1].starts_with("\"O;H\";a@x.co;\"say \"\"hi\"\"\";"), "{}", lines[1]);
    assert!(lines[2].starts_with("Bob;b@x.co;;"), "{}", lines[2]);

    let mut piped = command(folder.path(), &["links", "-", "--list", "product-news"]);
    let stdin = fs::File::open(folder.path().join("in.csv")).unwrap();
    assert_eq!(self::said(piped.stdin(stdin).output().unwrap()).out, said.out);
}

#[test]
fn files_and_lists_that_are_wrong_are_named() {
    for (text, why) in [
        ("", "in.csv is empty: its first line must name the columns, one of them email"),
        ("mail,name\na@x.co,A\n", "in.csv has no column email or address, but mail, name"),
        (
            "email,list_id\n",
            "in.csv has a column list_id already: rename it, for links come with one of that name",
        ),
        (
            "email,n\na@x.co,\"A\nb@x.co,B\n",
            "in.csv has a quote that is never closed, in the row of line 2",
        ),
    ] {
        let folder = set_up(&[("in.csv", text)]);
        assert_eq!(refusal(folder.path(), &["links", "in.csv", "--list", "tips"]), why);
    }
    let folder = set_up(&[("in.csv", "email\r\n")]);
    let why = refusal(folder.path(), &["links", "in.csv", "--list", "Tips"]);
    assert_eq!(why, "there is no list Tips: there are product-news, tips");
    let why = refusal(folder.path(), &["links", "no.csv", "--list", "tips"]);
    assert!(why.starts_with("no.csv cannot be read"), "{why}");
    let why = refusal(folder.path(), &["links", ".", "--list", "tips"]);
    assert!(why.starts_with(". cannot be read"), "{why}");
    let why =
        refusal(folder.path(), &["links", "in.csv", "--list", "x", "--variable", "lists=[1]"]);
    assert!(why.starts_with("variable lists: "), "{why}");

    // A file without rows is no fault.
    let said = links(folder.path(), &[]);
    assert_eq!((said.code, said.out.lines().count(), said.err.as_str()), (0, 1, ""));
    let said = links(folder.path(), &["--json"]);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, json), (0, json!({ "list": "product-news", "links": [] })));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_no_more_is_told() {
    let folder = set_up(&[("in.csv", "email\na@x.co\n")]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut typed = command(folder.path(), &["links", "in.csv", "--list", "tips"]);
    let said = said(typed.stdout(full).output().unwrap());
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("desk: the links cannot be written: "), "{}", said.err);
}

#[tokio::test]
async fn opt_outs_are_imported_and_can_be_again() {
    let (running, url) = desk(&[]).await;
    let mut text = "\u{feff}E-Mail;Name;Date\r\n".to_owned();
    for at in 0..2_500 {
        text.push_str(&format!("person{at}@oncall.example;\"N; {at}\";2026-01-31\r\n"));
    }
    let mixed = "list,Address,Unsubscribed At,why\n\
                 product-news,news@oncall.example,2026-01-31T10:00:00+03:00,\"too\nmuch\"\n\
                 ,bad,,\n\n\
                 gone,one@oncall.example,,\ngone,two@oncall.example,,\n\
                 all,all@oncall.example,31.1.2026,\n\
                 bounce,bounce@oncall.example,,\n\
                 ,tips@oncall.example,,\n";
    let folder = folder(&[("many.csv", &text), ("mixed.csv", mixed), ("none.csv", "email\n")]);
    let desk = |arguments: &[&str]| {
        let session = ["--url", url.as_str(), "--token", OPERATOR];
        run(folder.path(), &[&["suppressions"], arguments, &session].concat())
    };
    assert_eq!(desk(&["pending"]).out, "The mailer knows every opt-out.\n");

    let said = desk(&["import", "many.csv", "--report", "report.csv"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, "2500 imported, 0 known already, 0 refused\n");
    let report = fs::read_to_string(folder.path().join("report.csv")).unwrap();
    assert_eq!(report, "E-Mail;Name;Date;refused_line;refused_because\n");
    let said = desk(&["import", "many.csv"]);
    assert_eq!(said.out, "0 imported, 2500 known already, 0 refused\n");
    let said = desk(&["import", "none.csv"]);
    assert_eq!((said.code, said.out.as_str()), (0, "0 imported, 0 known already, 0 refused\n"));

    let said = desk(&["import", "mixed.csv", "--list", "tips", "--report", "report.csv"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert_eq!(
        said.out,
        "2 imported, 0 known already, 5 refused\n  \
           line 4: not an address such as name@company.example\n  \
           lines 6 to 7: the desk has no list gone\n  \
           line 8: not a date such as 2026-01-31, nor an instant\n  \
           line 9: the desk has no list bounce\n"
    );
    let report = fs::read_to_string(folder.path().join("report.csv")).unwrap();
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines[0], "list,Address,Unsubscribed At,why,refused_line,refused_because");
    assert_eq!(lines[2], "gone,one@oncall.example,,,6,the desk has no list gone");
    assert_eq!(lines.len(), 6);

    // The report, once it is mended, is imported; its own columns do not grow.
    let mended = report.replace("gone", "tips").replace("31.1.2026", "2026-01-31");
    fs::write(folder.path().join("mended.csv"), mended).unwrap();
    let said = desk(&["import", "mended.csv", "--report", "report.csv"]);
    assert_eq!(said.out.lines().next(), Some("3 imported, 0 known already, 2 refused"));
    let report = fs::read_to_string(folder.path().join("report.csv")).unwrap();
    assert_eq!(report.lines().next(), Some(lines[0]));

    let addresses = ["news@oncall.example", "person7@oncall.example", "nobody@oncall.example"];
    let said = desk(&[&["check"], &addresses[..]].concat());
    assert_eq!(said.code, 0);
    assert_eq!(
        said.out,
        "Address                 Mail  Because of\n\
         news@oncall.example     yes\n\
         person7@oncall.example  no    all (import) since 2026-01-31\n\
         nobody@oncall.example   yes\n"
    );
    let said = desk(&["check", "NEWS@oncall.example", "--list", "product-news"]);
    assert!(said.out.ends_with(" no    product-news (import) since 2026-01-31\n"), "{}", said.out);
    let said = desk(&["pending"]);
    assert!(
        said.out.starts_with("2505 opt-outs wait for the mailer.\nThe oldest is "),
        "{}",
        said.out
    );

    // What is wrong is one sentence.
    let why = |arguments: &[&str]| {
        refusal(folder.path(), &[&["suppressions"], arguments, &["--url", &url]].concat())
    };
    let said = why(&["check", "a@x.co", "--token", OPERATOR, "--list", "gone"]);
    assert_eq!(said, format!("{url} has no such list"));
    let said = why(&["check", "a", "--token", OPERATOR]);
    assert_eq!(said, "a: not an address such as name@company.example");
    for token in ["wrong", APP] {
        let said = why(&["import", "many.csv", "--token", token]);
        assert_eq!(said, format!("{url} does not take this token (status 401)"));
    }
    let said = why(&["import", "many.csv", "--token", "a\nb"]);
    assert_eq!(said, "the token is empty, or has characters that no token has");
    assert!(why(&["pending"]).starts_with("there is no operator token"));
    let mut typed = command(folder.path(), &["suppressions", "pending", "--url", &url]);
    assert_eq!(self::said(typed.env("DESK_TOKEN", APP).output().unwrap()).code, 0);
    running.stop().await;
}

const STATIC: &str = r#"
spin_manifest_version = 2
[application]
name = "answers"
[[trigger.http]]
route = "/suppressions/pending"
[trigger.http.static_response]
body = '{"pending":1,"oldest_at":"2026-01-01T00:00:00Z","oldest_age_seconds":180000,"due_at":"2026-01-03T00:00:00Z","overdue":true}'
[[trigger.http]]
route = "/suppressions/import"
static_response = { body = "<html>" }
"#;

#[tokio::test]
async fn what_waits_too_long_and_what_is_no_desk_are_told() {
    let folder = folder(&[("spin.toml", STATIC), ("in.csv", "email\na@x.co\n")]);
    let running = start(HostOptions::new(folder.path().join("spin.toml"))).await.unwrap();
    let url = format!("http://{}", running.address());
    let session = ["--url", url.as_str(), "--token", OPERATOR];
    let said = run(folder.path(), &[&["suppressions", "pending"], &session[..]].concat());
    assert_eq!(
        said.out,
        "1 opt-out waits for the mailer.\n\
         The oldest is 2 d 2 h old, from 2026-01-01T00:00:00Z.\n\
         OVERDUE: It was due by 2026-01-03T00:00:00Z.\n"
    );
    for arguments in [&["import", "in.csv", "--report", "report.csv"][..], &["check", "a@x.co"]] {
        let why = refusal(folder.path(), &[&["suppressions"], arguments, &session].concat());
        assert_eq!(why, format!("{url} answers, but not as a desk with suppressions does"));
    }
    assert!(!folder.path().join("report.csv").exists(), "nothing was done");
    running.stop().await;
    let why =
        refusal(folder.path(), &[&["suppressions", "import", "in.csv"], &session[..]].concat());
    assert!(why.starts_with(&format!("{url} does not answer: ")), "{why}");

    let report = ["suppressions", "import", "in.csv", "--token", "t", "--report", "./in.csv"];
    let why = refusal(folder.path(), &report);
    assert_eq!(why, "the report would overwrite the file that is imported");
    let why =
        refusal(folder.path(), &["suppressions", "pending", "--token", "t", "--url", "ftp://x"]);
    assert_eq!(why, "ftp://x is neither an http:// nor an https:// address");
}

/// Gives each connection the next answer, then hangs up; ends with the bodies that came.
fn answers(answers: &[(u16, &str)]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers: Vec<_> =
        answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    let serving = std::thread::spawn(move || {
        let mut bodies = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let whole = loop {
                let mut bytes = [0; 4096];
                let count = stream.read(&mut bytes).unwrap();
                assert_ne!(count, 0, "the request broke off");
                request.extend_from_slice(&bytes[..count]);
                let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
                let Some((head, rest)) = text.split_once("\r\n\r\n") else { continue };
                let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
                if rest.len() >= length.parse().unwrap() {
                    break rest.to_owned();
                }
            };
            bodies.push(whole);
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status} X\r\nRetry-After: 0\r\nConnection: close\r\n\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .unwrap();
        }
        bodies
    });
    (url, serving)
}

#[test]
fn a_busy_desk_is_asked_again() {
    let folder = folder(&[("in.csv", "email\na@x.co\n")]);
    let taken = r#"{"imported":1,"known":0,"refused":[]}"#;
    let (url, serving) = answers(&[(503, ""), (429, "{}"), (200, taken)]);
    let import = |url: &str| {
        run(folder.path(), &["suppressions", "import", "in.csv", "--url", url, "--token", "t"])
    };
    let said = import(&url);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, "1 imported, 0 known already, 0 refused\n");
    let bodies = serving.join().unwrap();
    assert!(bodies.iter().all(|body| body == r#"{"opt_outs":[{"email":"a@x.co"}]}"#), "{bodies:?}");

    let (url, serving) = answers(&[(503, r#"{"title":"The store does not answer"}"#); 5]);
    let said = import(&url);
    let why = format!("desk: {url} was busy 5 times: The store does not answer (status 503)\n");
    assert_eq!((said.code, said.err, said.out.as_str()), (2, why, ""));
    assert_eq!(serving.join().unwrap().len(), 5);
}

#[test]
fn an_import_that_stops_says_how_far_it_came() {
    let mut text = "email,at\nbad,\n".to_owned();
    for at in 0..700 {
        text.push_str(&format!("p{at}@x.co,2026-01-31\n"));
    }
    let folder = folder(&[("in.csv", &text)]);
    let first =
        r#"{"imported":498,"known":1,"refused":[{"pointer":"/opt_outs/7","code":"new-code"}]}"#;
    let (url, serving) = answers(&[(200, first), (500, r#"{"title":"The desk has a fault."}"#)]);
    let import = ["suppressions", "import", "in.csv", "--url", &url, "--token", "t"];
    let said = run(folder.path(), &import);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.out,
        "498 imported, 1 known already, 2 refused\n  \
           line 2: not an address such as name@company.example\n  \
           line 10: the desk says new-code\n"
    );
    let why = format!(
        "desk: {url} refuses: The desk has a fault (status 500); 500 of 700 rows were sent before \
         that, and the same command may be run again\n"
    );
    assert_eq!(said.err, why);
    let bodies = serving.join().unwrap();
    let counts: Vec<_> =
        bodies.iter().map(|body| body.matches("2026-01-31t00:00:00z").count()).collect();
    assert_eq!(counts, [500, 200]);
}
