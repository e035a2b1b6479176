//! `desk policy`: the versions of the policy, at any base address.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use desk_host::variables::read_env_file;
use serde_json::Value;

use crate::{
    client::{Client, encoded},
    secrets,
    terminal::{Failure, failure, say},
};

/// Versions of the policy.
#[derive(Subcommand)]
pub(crate) enum Policy {
    /// Publish a Markdown file as a version of the policy.
    Publish(Publish),
    /// List the published versions.
    List(List),
}

/// A version to publish.
#[derive(Args)]
pub(crate) struct Publish {
    /// The policy, in Markdown.
    file: PathBuf,
    /// The version, such as 1.1.
    #[arg(long)]
    version: String,
    /// The language [default: ru for *.ru.md, else en].
    #[arg(long, value_parser = ["en", "ru"])]
    lang: Option<String>,
    /// When it takes effect, such as 2026-01-01T00:00:00+03:00 [default: now].
    #[arg(long, value_name = "RFC3339")]
    effective: Option<String>,
    /// What changed, in a sentence.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// The change matters to people.
    #[arg(long)]
    material: bool,
    #[command(flatten)]
    desk: Desk,
    /// The operator token [default: `$DESK_OPERATOR_TOKEN`, or the one in .desk/secrets.env].
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// What to list, and how.
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    desk: Desk,
    /// Print the answer as it came.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Desk {
    /// The base address of the desk.
    #[arg(long, value_name = "BASE", default_value = "http://127.0.0.1:3000")]
    url: String,
}

impl Policy {
    pub(crate) fn run(self) -> Result<(), Failure> {
        match self {
            Self::Publish(publish) => publish.run(),
            Self::List(list) => list.run(),
        }
    }
}

impl Publish {
    fn run(self) -> Result<(), Failure> {
        let token = self.token.map_or_else(find_token, Ok)?;
        let language = self.lang.as_deref().unwrap_or_else(|| language_of(&self.file));
        let version = Version {
            version: &self.version,
            language,
            effective: self.effective.as_deref(),
            note: self.note.as_deref(),
            material: self.material,
        };
        let outcome = publish(&Client::new(&self.desk.url)?, &self.file, &version, &token)?;
        let (version, base) = (&self.version, &self.desk.url);
        say(match outcome {
            Outcome::New => format!("Version {version} ({language}) is published at {base}."),
            Outcome::Same => {
                format!("Version {version} ({language}) was published before, with the same text.")
            }
        });
        Ok(())
    }
}

/// What names a version beside its text.
pub(crate) struct Version<'a> {
    pub(crate) version: &'a str,
    pub(crate) language: &'a str,
    pub(crate) effective: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
    pub(crate) material: bool,
}

pub(crate) enum Outcome {
    New,
    Same,
}

/// Publishes `file`.
pub(crate) fn publish(
    client: &Client,
    file: &Path,
    version: &Version<'_>,
    token: &str,
) -> Result<Outcome, Failure> {
    let text = fs::read_to_string(file)
        .map_err(|error| failure(format!("{} cannot be read: {error}", file.display())))?;
    let answer = client.put(&version.path(), token, "text/markdown; charset=utf-8", &text)?;
    match answer.status {
        201 => Ok(Outcome::New),
        200 | 204 => Ok(Outcome::Same),
        _ => Err(failure(format!(
            "version {} ({}) was not published: {}",
            version.version,
            version.language,
            answer.refusal()
        ))),
    }
}

impl Version<'_> {
    fn path(&self) -> String {
        let mut path = format!("/policy/versions/{}", encoded(self.version));
        let material = self.material.then_some("true");
        let query = [
            ("lang", Some(self.language)),
            ("effective", self.effective),
            ("note", self.note),
            ("material", material),
        ];
        let mut separator = '?';
        for (name, value) in query {
            if let Some(value) = value {
                path.push(separator);
                path.push_str(name);
                path.push('=');
                path.push_str(&encoded(value));
                separator = '&';
            }
        }
        path
    }
}

/// The language that a file name tells.
pub(crate) fn language_of(file: &Path) -> &'static str {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if name.to_ascii_lowercase().ends_with(".ru.md") { "ru" } else { "en" }
}

/// The operator token of the environment, or of the desk in this folder.
pub(crate) fn find_token() -> Result<String, Failure> {
    if let Ok(token) = std::env::var("DESK_OPERATOR_TOKEN") {
        return Ok(token);
    }
    let path = Path::new(".desk/secrets.env");
    read_env_file(path).map_err(failure)?.remove(secrets::OPERATOR_TOKEN).ok_or_else(|| {
        failure(
            "there is no operator token: pass --token, set DESK_OPERATOR_TOKEN, or run this where \
             .desk/secrets.env lies",
        )
    })
}

impl List {
    fn run(self) -> Result<(), Failure> {
        let answer = Client::new(&self.desk.url)?.get("/policy/versions")?;
        if answer.status != 200 {
            return Err(failure(format!(
                "{} gives no list of versions: {}",
                self.desk.url,
                answer.refusal()
            )));
        }
        if self.json {
            say(answer.body.trim_end());
            return Ok(());
        }
        let list = answer.json();
        let Some(versions) = list.get("versions").and_then(Value::as_array) else {
            return Err(failure(format!("{} gives no list of versions", self.desk.url)));
        };
        if versions.is_empty() {
            say("No version is published yet.");
            return Ok(());
        }
        let rows = versions.iter().map(row).collect::<Vec<_>>();
        say(table(["Version", "In effect from", "Published", "Languages", "Material"], &rows));
        Ok(())
    }
}

fn row(version: &Value) -> [String; 5] {
    let text = |name: &str| version.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let languages: Vec<&str> = version
        .get("languages")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|languages| languages.keys().map(String::as_str))
        .collect();
    let material = version.get("material").and_then(Value::as_bool).unwrap_or(false);
    [
        text("version"),
        text("effective"),
        text("published"),
        languages.join(", "),
        if material { "yes" } else { "no" }.to_owned(),
    ]
}

/// Columns as wide as their widest cell.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let lines: Vec<_> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<_> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
    let line = |cells: &[String; N]| {
        let padded: Vec<_> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    lines.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_tells_the_language() {
        for (name, expected) in [
            ("a/policy.ru.md", "ru"),
            ("POLICY.RU.MD", "ru"),
            ("policy.en.md", "en"),
            ("ru.md", "en"),
        ] {
            assert_eq!(language_of(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_version_becomes_a_path_with_everything_encoded() {
        let version = Version {
            version: "1.0/б",
            language: "en",
            effective: Some("2019-11-01T00:00:00+03:00"),
            note: Some("a & b"),
            material: true,
        };
        assert_eq!(
            version.path(),
            "/policy/versions/1.0%2F%D0%B1?lang=en&effective=2019-11-01T00%3A00%3A00%2B03%3A00\
             &note=a%20%26%20b&material=true"
        );
    }

    #[test]
    fn a_table_is_aligned() {
        let rows = [["1".to_owned(), "long cell".to_owned()], ["long".to_owned(), "x".to_owned()]];
        assert_eq!(table(["A", "B"], &rows), "A     B\n1     long cell\nlong  x");
    }
}
