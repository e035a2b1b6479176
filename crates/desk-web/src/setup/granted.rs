//! Which variables a component may read, taken from the manifest when it is built: asking for one that is not granted is a
//! call to the host for nothing, and every new instance would make it for most of them.

use super::VARIABLES;

/// The variables that a manifest grants a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// A bit for each of [`VARIABLES`], the first one lowest.
    bits: u64,
}

const _: () = assert!(VARIABLES.len() <= 64, "there is a bit for each variable");

impl Granted {
    /// Reads them out of a `spin.toml`, of which it knows only as much as this repository writes: a table's name, and one
    /// variable on a line below it. A component without a table of variables is granted none.
    pub const fn of(manifest: &str, component: &str) -> Self {
        let mut rest = manifest.as_bytes();
        let mut is_inside = false;
        let mut bits = 0;
        while !rest.is_empty() {
            if let [b'[', ..] = rest {
                is_inside = is_table(rest, component.as_bytes());
            } else if is_inside {
                bits |= named(rest);
            }
            rest = next_line(rest);
        }
        Self { bits }
    }

    /// Their names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        VARIABLES
            .into_iter()
            .enumerate()
            .filter(move |(bit, _)| self.bits >> bit & 1 == 1)
            .map(|(_, name)| name)
    }
}

/// Whether a line begins the table of a component's variables.
const fn is_table(line: &[u8], component: &[u8]) -> bool {
    let Some(line) = behind(line, b"[component.") else { return false };
    let Some(line) = behind(line, component) else { return false };
    behind(line, b".variables]").is_some()
}

/// The bit of the variable that a line begins with.
const fn named(line: &[u8]) -> u64 {
    let mut names: &[&str] = &VARIABLES;
    let mut bit = 1;
    while let [name, others @ ..] = names {
        if let Some([b' ' | b'=', ..]) = behind(line, name.as_bytes()) {
            return bit;
        }
        names = others;
        bit <<= 1;
    }
    0
}

/// What follows a text at the begin of another.
const fn behind<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (mut text, mut prefix) = (text, prefix);
    while let [wanted, others @ ..] = prefix {
        match text {
            [first, rest @ ..] if *first == *wanted => text = rest,
            _ => return None,
        }
        prefix = others;
    }
    Some(text)
}

const fn next_line(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first == b'\n' {
            break;
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
[variables]
app_name = { default = \"App\" }

[component.site]
source = \"site.wasm\"

[component.site.variables]
root_secret = \"{{ root_secret }}\"
base_url=\"{{ base_url }}\"
# lists = \"{{ lists }}\"
listsof = \"{{ lists }}\"

[component.site.build]
regime = \"no variable\"

[component.site-two.variables]
time_zone = \"{{ time_zone }}\"";

    fn granted(component: &str) -> Vec<&'static str> {
        Granted::of(MANIFEST, component).names().collect()
    }

    #[test]
    fn are_those_of_the_components_own_table() {
        assert_eq!(granted("site"), ["root_secret", "base_url"]);
        assert_eq!(granted("site-two"), ["time_zone"]);
        for none in ["sit", "two", "site.build", "variables", "", "another"] {
            assert!(granted(none).is_empty(), "{none}");
        }
    }
}
