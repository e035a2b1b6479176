//! The shapes of names in a manifest.

/// Whether `name` is `kebab-case`, as component ids are.
pub(crate) fn is_kebab(name: &str) -> bool {
    name.split('-').all(is_word)
}

/// Whether `name` is `snake_case`, as store labels may be.
pub(crate) fn is_snake(name: &str) -> bool {
    name.split('_').all(is_word)
}

/// Whether `name` is `lower_snake_case`, as variables are; the reason why not otherwise.
pub(crate) fn lower_snake(name: &str) -> Result<(), String> {
    let reason = if name.is_empty() {
        "must not be empty"
    } else if name.contains(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')) {
        "may contain only lower-case letters, digits and underscores"
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        "must start with a lower-case letter"
    } else if name.ends_with('_') {
        "must end with a letter or a digit"
    } else if name.contains("__") {
        "must not contain two underscores in a row"
    } else {
        return Ok(());
    };
    Err(format!("{name:?}: {reason}"))
}

/// A word starts with a letter and keeps to one case.
fn is_word(word: &str) -> bool {
    let upper = word.starts_with(|c: char| c.is_ascii_uppercase());
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| {
            c.is_ascii_digit()
                || if upper { c.is_ascii_uppercase() } else { c.is_ascii_lowercase() }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_words_start_with_a_letter_and_keep_one_case() {
        for good in ["a", "data-requests", "HTTP-api2"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "a--b", "-a", "a_b", "2a", "camelCase", "ä"] {
            assert!(!is_kebab(bad), "{bad}");
        }
        assert!(is_snake("root_secret") && !is_snake("root-secret"));
    }

    #[test]
    fn variable_names_are_lower_snake() {
        for good in ["a", "root_secret", "a1_2"] {
            lower_snake(good).unwrap();
        }
        for bad in ["", "A", "a-b", "_a", "a_", "a__b", "1a"] {
            lower_snake(bad).unwrap_err();
        }
    }
}
