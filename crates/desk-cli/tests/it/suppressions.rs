//! `desk suppressions`, against the functions as they are shipped and against servers that answer otherwise.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread::JoinHandle,
};

use desk_host::{HostOptions, start};
use tempfile::TempDir;

use crate::harness::{
    CommandOutput, command,
    desk::{APP, OPERATOR, start_desk},
    folder, output, refusal, run,
};

/// Whoever sends the newsletters, with files in a folder and a desk to tell.
struct Mailer {
    folder: TempDir,
    url: String,
}

impl Mailer {
    fn run(&self, arguments: &[&str]) -> CommandOutput {
        let session = ["--url", self.url.as_str(), "--token", OPERATOR];
        run(self.folder.path(), &[&["suppressions"], arguments, &session].concat())
    }
}

const MIXED: &str = "list,Address,Unsubscribed At,why\n\
    product-news,news@oncall.example,2026-01-31T10:00:00+03:00,\"too\nmuch\"\n\
    ,bad,,\n\n\
    gone,one@oncall.example,,\ngone,two@oncall.example,,\n\
    all,all@oncall.example,31.1.2026,\n\
    bounce,bounce@oncall.example,,\n\
    ,tips@oncall.example,,\n";

#[tokio::test]
async fn opt_outs_are_imported_and_can_be_again() {
    let (running, url) = start_desk(&[]).await;
    let mut text = "\u{feff}E-Mail;Name;Date\r\n".to_owned();
    for at in 0..2_500 {
        text.push_str(&format!("person{at}@oncall.example;\"N; {at}\";2026-01-31\r\n"));
    }
    let folder = folder(&[("many.csv", &text), ("mixed.csv", MIXED), ("none.csv", "email\n")]);
    let mailer = Mailer { folder, url };
    assert_eq!(mailer.run(&["pending"]).out, "The mailer knows every opt-out.\n");
    import_many(&mailer);
    import_mixed(&mailer);
    ask_about_people(&mailer);
    see_one_sentence_of_faults(&mailer);
    running.stop().await;
}

fn import_many(mailer: &Mailer) {
    let said = mailer.run(&["import", "many.csv", "--report", "report.csv"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(said.out, "2500 imported, 0 known already, 0 refused\n");
    let report = fs::read_to_string(mailer.folder.path().join("report.csv")).unwrap();
    assert_eq!(report, "E-Mail;Name;Date;refused_line;refused_because\n");
    let said = mailer.run(&["import", "many.csv"]);
    assert_eq!(said.out, "0 imported, 2500 known already, 0 refused\n");
    let said = mailer.run(&["import", "none.csv"]);
    assert_eq!((said.code, said.out.as_str()), (0, "0 imported, 0 known already, 0 refused\n"));
}

/// Some rows are refused; the report, once it is mended, is imported.
fn import_mixed(mailer: &Mailer) {
    let said = mailer.run(&["import", "mixed.csv", "--list", "tips", "--report", "report.csv"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert_eq!(
        said.out,
        "2 imported, 0 known already, 5 refused\n  \
           line 4: not an address such as name@company.example\n  \
           lines 6 to 7: the desk has no list gone\n  \
           line 8: not a date such as 2026-01-31, nor an instant\n  \
           line 9: the desk has no list bounce\n"
    );
    let report = fs::read_to_string(mailer.folder.path().join("report.csv")).unwrap();
    let lines: Vec<_> = report.lines().collect();
    assert_eq!(lines[0], "list,Address,Unsubscribed At,why,refused_line,refused_because");
    assert_eq!(lines[2], "gone,one@oncall.example,,,6,the desk has no list gone");
    assert_eq!(lines.len(), 6);

    // The columns of the report do not grow.
    let mended = report.replace("gone", "tips").replace("31.1.2026", "2026-01-31");
    fs::write(mailer.folder.path().join("mended.csv"), mended).unwrap();
    let said = mailer.run(&["import", "mended.csv", "--report", "report.csv"]);
    assert_eq!(said.out.lines().next(), Some("3 imported, 0 known already, 2 refused"));
    let report = fs::read_to_string(mailer.folder.path().join("report.csv")).unwrap();
    assert_eq!(report.lines().next(), Some(lines[0]));
}

fn ask_about_people(mailer: &Mailer) {
    let addresses = ["news@oncall.example", "person7@oncall.example", "nobody@oncall.example"];
    let said = mailer.run(&[&["check"], &addresses[..]].concat());
    assert_eq!(said.code, 0);
    assert_eq!(
        said.out,
        "Address                 Mail  Because of\n\
         news@oncall.example     yes\n\
         person7@oncall.example  no    all (import) since 2026-01-31\n\
         nobody@oncall.example   yes\n"
    );
    let said = mailer.run(&["check", "NEWS@oncall.example", "--list", "product-news"]);
    assert!(said.out.ends_with(" no    product-news (import) since 2026-01-31\n"), "{}", said.out);
    let said = mailer.run(&["pending"]);
    assert!(
        said.out.starts_with("2505 opt-outs wait for the mailer.\nThe oldest is "),
        "{}",
        said.out
    );
}

/// What is wrong is one sentence.
fn see_one_sentence_of_faults(mailer: &Mailer) {
    let url = &mailer.url;
    let why = |arguments: &[&str]| {
        refusal(mailer.folder.path(), &[&["suppressions"], arguments, &["--url", url]].concat())
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
    let mut typed = command(mailer.folder.path(), &["suppressions", "pending", "--url", url]);
    assert_eq!(output(typed.env("DESK_TOKEN", APP)).code, 0);
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
