//! Texts that a page can have as they are.

use std::fmt;
use std::ops::Deref;

use maud::Render;

/// A text of this program in which HTML gives no character a meaning: a page has it as it is, and nothing looks through it
/// when a page is rendered. The tables make them, and the compiler holds them to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plain(&'static str);

/// A text in a table, which does not compile with `"`, `&`, `<` or `>` in it.
pub(super) const fn plain(text: &'static str) -> Plain {
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        assert!(
            !matches!(first, b'"' | b'&' | b'<' | b'>'),
            "HTML gives a character of this text a meaning"
        );
        rest = behind;
    }
    Plain(text)
}

impl Plain {
    /// The text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl Deref for Plain {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Render for Plain {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(self.0);
    }
}
