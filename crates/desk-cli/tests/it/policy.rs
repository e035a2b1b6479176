//! `desk policy` as a person types it.

use desk_host::{HostOptions, start};

use crate::harness::{command, folder, output};

const MANIFEST: &str = r#"
spin_manifest_version = 2
[application]
name = "answers"
[[trigger.http]]
route = "/policy/versions"
[trigger.http.static_response]
body = '{"versions":[{"version":"1.0","published":"2026-01-01T00:00:00Z","effective":"2019-11-01T00:00:00+03:00","material":true,"languages":{"en":{},"ru":{}}}]}'
[[trigger.http]]
route = "/policy/versions/new"
static_response = { status_code = 201 }
[[trigger.http]]
route = "/policy/versions/same"
static_response = { status_code = 200 }
[[trigger.http]]
route = "/policy/versions/other"
[trigger.http.static_response]
status_code = 409
body = '{"title":"The version is published already","detail":"Its text differs."}'
"#;

#[tokio::test]
async fn policies_are_listed_and_published_anywhere() {
    let folder = folder(&[("spin.toml", MANIFEST), ("policy.ru.md", "# П")]);
    let running = start(HostOptions::new(folder.path().join("spin.toml"))).await.unwrap();
    let base = format!("http://{}", running.address());
    let run = |arguments: &[&str]| output(command(folder.path(), arguments).args(["--url", &base]));
    let publish = |version: &str| {
        run(&["policy", "publish", "policy.ru.md", "--version", version, "--token", "t"])
    };

    let listed = run(&["policy", "list"]).out;
    let expected = "Version  In effect from             Published             Languages  Material\n\
                    1.0      2019-11-01T00:00:00+03:00  2026-01-01T00:00:00Z  en, ru     yes\n";
    assert_eq!(listed, expected);
    let json = run(&["policy", "list", "--json"]).out;
    assert!(json.starts_with("{\"versions\":["), "{json}");

    let said = publish("new").out;
    assert_eq!(said, format!("Version new (ru) is published at {base}.\n"));
    let said = publish("same").out;
    assert!(said.contains("was published before, with the same text"), "{said}");
    let said = publish("other").complaint();
    assert!(
        said.contains("The version is published already: Its text differs (status 409)"),
        "{said}"
    );
    let said = publish("unknown").complaint();
    assert!(said.contains("the status is 404"), "{said}");

    let said = run(&["policy", "publish", "policy.ru.md", "--version", "new"]).complaint();
    assert!(said.contains("there is no operator token"), "{said}");
    let said = run(&["policy", "publish", "no.md", "--version", "1", "--token", "t"]).complaint();
    assert!(said.contains("no.md cannot be read"), "{said}");
    running.stop().await;
    let said = run(&["policy", "list"]).complaint();
    assert!(said.contains(&format!("{base} does not answer")), "{said}");
}
