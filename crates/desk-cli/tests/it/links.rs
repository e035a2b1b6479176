//! `desk links`, offline and against the functions as they are shipped.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{
    CommandOutput, command,
    desk::{APP, BASE, SECRET, root, start_desk},
    folder, output, refusal, run,
};

/// A folder where the desk is set up.
fn set_up(files: &[(&str, &str)]) -> TempDir {
    let folder = folder(files);
    let env = format!("SPIN_VARIABLE_ROOT_SECRET={SECRET}\nSPIN_VARIABLE_BASE_URL={BASE}\n");
    fs::write(folder.path().join(".env"), env).unwrap();
    fs::copy(root().join("spin.toml"), folder.path().join("spin.toml")).unwrap();
    folder
}

fn links(folder: &Path, more: &[&str]) -> CommandOutput {
    run(folder, &[&["links", "in.csv", "--list", "product-news"], more].concat())
}

#[tokio::test]
async fn links_are_those_that_the_desk_gives() {
    let russian = [("default_language", "ru"), ("list_domain", "lists.oncall.example")];
    for variables in [&[][..], &russian] {
        let (running, url) = start_desk(variables).await;
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
    assert_eq!(output(typed.env("SPIN_VARIABLE_BASE_URL", BASE)).out, expected);
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
    assert_eq!(output(piped.stdin(stdin)).out, said.out);
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
    let said = output(typed.stdout(full));
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("desk: the links cannot be written: "), "{}", said.err);
}
