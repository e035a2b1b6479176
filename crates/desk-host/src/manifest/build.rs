//! The commands that build a component.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::{
    ManifestErrorKind,
    error::{LocatedError, error_at},
};

/// How a component is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Shell commands, run one after the other.
    pub commands: Vec<String>,
    /// Where they run.
    pub folder: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBuild {
    command: OneOrMany,
    workdir: Option<Spanned<String>>,
    #[serde(rename = "watch")]
    _watch: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

pub(super) fn check_build(folder: &Path, raw: RawBuild) -> Result<Build, LocatedError> {
    let folder = match raw.workdir {
        Some(workdir) if Path::new(workdir.get_ref()).has_root() => {
            let kind = ManifestErrorKind::AbsoluteWorkdir(workdir.get_ref().clone());
            return Err(error_at(&workdir, kind));
        }
        Some(workdir) => folder.join(workdir.get_ref()),
        None => folder.to_owned(),
    };
    let commands = match raw.command {
        OneOrMany::One(command) => vec![command],
        OneOrMany::Many(commands) => commands,
    };
    Ok(Build { commands, folder })
}

#[cfg(test)]
mod tests {
    use super::{super::sample::broken, *};

    #[test]
    fn folders_are_relative() {
        let (_, kind) = broken("\"functions/a\"", "\"/functions/a\"");
        assert_eq!(kind, ManifestErrorKind::AbsoluteWorkdir("/functions/a".to_owned()));
    }
}
