//! The codes of what operators do with data requests. They are apart from the others, so that functions on the public side
//! need not carry them: whoever uses them says so in [`crate::Setup`].

use desk_core::lang::Lang;

/// The text of a code in a language; `None` if it is another one.
pub fn code(lang: Lang, code: &str) -> Option<&'static str> {
    let table = match lang {
        Lang::En => super::en::casework::CODES,
        Lang::Ru => super::ru::casework::CODES,
    };
    super::of(table, code)
}

/// The same for the few codes that building a package can come to.
pub fn package_code(lang: Lang, code: &str) -> Option<&'static str> {
    let table = match lang {
        Lang::En => super::en::casework::PACKAGES,
        Lang::Ru => super::ru::casework::PACKAGES,
    };
    super::of(table, code)
}
