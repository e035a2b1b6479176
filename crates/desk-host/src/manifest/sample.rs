//! A manifest that can be used, and ways to break it.

use std::path::Path;

use super::{Manifest, ManifestError, ManifestErrorKind};

pub(super) const GOOD: &str = r#"
spin_manifest_version = 2

[application]
name = "desk"
version = "0.1.0"
description = "d"
authors = ["a"]
[application.tool.x]
anything = true

[variables]
root_secret = { required = true, secret = true, description = "why" }
app_name = { default = "OnCall" }

[[trigger.http]]
route = "/a/..."
component = "a"

[[trigger.http]]
route = { private = true }
component = "a"

[[trigger.http]]
route = "/robots.txt"
static_response = { status_code = 200, headers = { "content-type" = "text/plain" }, body = "x" }

[component.a]
source = "target/a.wasm"
description = "the a"
key_value_stores = ["default"]
allowed_outbound_hosts = ["https://mail.example", "https://{{ app_name }}.example"]
files = []
[component.a.variables]
secret = "{{ root_secret }}"
[component.a.build]
command = ["one", "two"]
workdir = "functions/a"
watch = ["src/**/*.rs"]
[component.a.tool.y]
z = 1
"#;

pub(super) fn parse(text: &str) -> Result<Manifest, ManifestError> {
    Manifest::parse(Path::new("app/spin.toml"), text)
}

/// The good manifest with one line replaced, and the place and kind of the error that gives.
pub(super) fn broken(line: &str, replacement: &str) -> (Option<usize>, ManifestErrorKind) {
    assert!(GOOD.contains(line), "{line}");
    let error = parse(&GOOD.replacen(line, replacement, 1)).unwrap_err();
    assert!(error.to_string().starts_with("app/spin.toml"), "{error}");
    (error.line, error.kind)
}

/// The line of the good manifest that holds `text`.
pub(super) fn line_of(text: &str) -> Option<usize> {
    Some(1 + GOOD.lines().position(|line| line.contains(text)).unwrap())
}
