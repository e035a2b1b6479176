//! The two secrets that every desk needs.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, anyhow};
use base64ct::{Base64UrlUnpadded, Encoding};

use crate::terminal::say;

/// The variable of the secret from which all keys are made.
pub(crate) const ROOT_SECRET: &str = "SPIN_VARIABLE_ROOT_SECRET";

/// The variable of the token that operators show.
pub(crate) const OPERATOR_TOKEN: &str = "SPIN_VARIABLE_OPERATOR_TOKEN";

/// Prints fresh secrets.
pub(crate) fn print() -> anyhow::Result<()> {
    say(fresh_file()?.trim_end());
    Ok(())
}

/// A `.env` file with fresh secrets.
fn fresh_file() -> anyhow::Result<String> {
    Ok(format!(
        "# The root secret: every key of the desk is made from it. Whoever has it can read the \
         store;\n# whoever loses it cannot. Keep it apart from the store's backups.\n\
         {ROOT_SECRET}={}\n\n\
         # The operator token: whoever shows it may publish policies and work on cases.\n\
         {OPERATOR_TOKEN}={}\n",
        random_text()?,
        random_text()?
    ))
}

/// 32 random bytes as base64url without padding.
fn random_text() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow!("the system gives no random bytes: {error}"))?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

/// Makes the file with fresh secrets, readable by its owner alone, unless it is there.
pub(crate) fn ensure_file(path: &Path) -> anyhow::Result<()> {
    if path.exists() {
        return Ok(());
    }
    // Whole or not at all, so that an interrupted first start leaves no half of a secret.
    let draft = path.with_extension("new");
    let write = || -> anyhow::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&draft)?;
        file.write_all(fresh_file()?.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        Ok(())
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use desk_host::variables::read_env_file;

    use super::*;

    #[test]
    fn fresh_secrets_are_an_env_file_of_32_bytes_each() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        fs::write(&path, fresh_file().unwrap()).unwrap();
        let values = read_env_file(&path).unwrap();
        let secrets = [ROOT_SECRET, OPERATOR_TOKEN].map(|name| values.get(name).unwrap().clone());
        assert_ne!(secrets[0], secrets[1]);
        for secret in secrets {
            assert_eq!(secret.len(), 43);
            assert_eq!(Base64UrlUnpadded::decode_vec(&secret).unwrap().len(), 32);
        }
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.env");
        ensure_file(&path).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        ensure_file(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_folder_that_is_none_is_named() {
        let error = ensure_file(Path::new("/no/such/folder/secrets.env")).unwrap_err();
        let error = format!("{error:#}");
        assert!(error.starts_with("/no/such/folder/secrets.env cannot be written"), "{error}");
    }
}
