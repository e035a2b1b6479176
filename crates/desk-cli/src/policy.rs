//! `desk policy`: the versions of the policy, at any base address.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::{
    client::{Client, DeskAddress, percent_encoded},
    setup::find_operator_token,
    terminal::{say, table},
};

/// Versions of the policy.
#[derive(Subcommand)]
pub(crate) enum PolicyCommand {
    /// Publish a Markdown file as a version of the policy.
    Publish(PublishArgs),
    /// List the published versions.
    List(ListArgs),
}

/// A version to publish.
#[derive(Args)]
pub(crate) struct PublishArgs {
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
    desk: DeskAddress,
    /// The operator token [default: `$DESK_OPERATOR_TOKEN`, or the one in .desk/secrets.env].
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

/// What to list, and how.
#[derive(Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    desk: DeskAddress,
    /// Print the answer as it came.
    #[arg(long)]
    json: bool,
}

impl PolicyCommand {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Publish(publish) => publish.run(),
            Self::List(list) => list.run(),
        }
    }
}

impl PublishArgs {
    fn run(self) -> anyhow::Result<()> {
        let token = self.token.map_or_else(find_operator_token, Ok)?;
        let language = self.lang.as_deref().unwrap_or_else(|| language_of(&self.file));
        let version = PolicyVersion {
            version: &self.version,
            language,
            effective: self.effective.as_deref(),
            note: self.note.as_deref(),
            material: self.material,
        };
        let outcome = publish(&Client::new(&self.desk.url)?, &self.file, &version, &token)?;
        let (version, base) = (&self.version, &self.desk.url);
        say(match outcome {
            Publication::New => format!("Version {version} ({language}) is published at {base}."),
            Publication::Same => {
                format!("Version {version} ({language}) was published before, with the same text.")
            }
        });
        Ok(())
    }
}

/// What names a version beside its text.
pub(crate) struct PolicyVersion<'a> {
    pub(crate) version: &'a str,
    pub(crate) language: &'a str,
    pub(crate) effective: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
    pub(crate) material: bool,
}

/// What came of publishing a version.
pub(crate) enum Publication {
    New,
    /// The same text was there.
    Same,
}

/// Publishes `file`.
pub(crate) fn publish(
    client: &Client,
    file: &Path,
    version: &PolicyVersion<'_>,
    token: &str,
) -> anyhow::Result<Publication> {
    let text =
        fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let answer = client.put(&version.path(), token, "text/markdown; charset=utf-8", &text)?;
    match answer.status {
        201 => Ok(Publication::New),
        200 | 204 => Ok(Publication::Same),
        _ => bail!(
            "version {} ({}) was not published: {}",
            version.version,
            version.language,
            answer.refusal()
        ),
    }
}

impl PolicyVersion<'_> {
    fn path(&self) -> String {
        let mut path = format!("/policy/versions/{}", percent_encoded(self.version));
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
                path.push_str(&percent_encoded(value));
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

impl ListArgs {
    fn run(self) -> anyhow::Result<()> {
        let answer = Client::new(&self.desk.url)?.get("/policy/versions")?;
        if answer.status != 200 {
            bail!("{} gives no list of versions: {}", self.desk.url, answer.refusal());
        }
        if self.json {
            say(answer.body.trim_end());
            return Ok(());
        }
        let list = answer.json();
        let Some(versions) = list.get("versions").and_then(Value::as_array) else {
            bail!("{} gives no list of versions", self.desk.url);
        };
        if versions.is_empty() {
            say("No version is published yet.");
            return Ok(());
        }
        let rows = versions.iter().map(table_row).collect::<Vec<_>>();
        say(table(["Version", "In effect from", "Published", "Languages", "Material"], &rows));
        Ok(())
    }
}

fn table_row(version: &Value) -> [String; 5] {
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
        let version = PolicyVersion {
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
}
