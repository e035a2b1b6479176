//! What documents say, in each language.
//!
//! A text is a field of a struct or an arm of a match, so one that is missing in a language does not compile.

pub mod clock;
pub mod complain;
mod en;
pub mod erasure;
pub mod lint;
pub mod notices;
pub mod package;
mod ru;

use desk_core::clock::regime::Regime;
use desk_core::lang::Lang;

/// The texts of erasures in a language.
pub fn erasure(lang: Lang) -> &'static erasure::ErasureTexts {
    match lang {
        Lang::En => &en::erasure::ERASURE,
        Lang::Ru => &ru::erasure::ERASURE,
    }
}

/// What a regime is called in a language: apart from the texts of clocks, for functions that need no more of them.
pub fn regime(lang: Lang) -> fn(Regime) -> &'static str {
    match lang {
        Lang::En => en::clock::regime,
        Lang::Ru => ru::clock::regime,
    }
}

/// The texts of the mail that proves an identity in a language.
pub fn identity(lang: Lang) -> &'static notices::IdentityTexts {
    match lang {
        Lang::En => &en::notices::IDENTITY,
        Lang::Ru => &ru::notices::IDENTITY,
    }
}

/// The texts of the mail about a package in a language.
pub fn package_notice(lang: Lang) -> &'static notices::PackageNoticeTexts {
    match lang {
        Lang::En => &en::notices::PACKAGE,
        Lang::Ru => &ru::notices::PACKAGE,
    }
}

/// The texts of the mails about data requests in a language.
pub fn notices(lang: Lang) -> &'static notices::NoticeTexts {
    match lang {
        Lang::En => &en::notices::NOTICES,
        Lang::Ru => &ru::notices::NOTICES,
    }
}

/// The texts of legal clocks in a language.
pub fn clock(lang: Lang) -> &'static clock::ClockTexts {
    match lang {
        Lang::En => &en::clock::CLOCK,
        Lang::Ru => &ru::clock::CLOCK,
    }
}

/// The texts of the page in a package in a language.
pub fn package(lang: Lang) -> &'static package::PackageTexts {
    match lang {
        Lang::En => &en::package::PACKAGE,
        Lang::Ru => &ru::package::PACKAGE,
    }
}

/// The texts of the mail check in a language.
pub fn lint(lang: Lang) -> &'static lint::LintTexts {
    match lang {
        Lang::En => &en::lint::LINT,
        Lang::Ru => &ru::lint::LINT,
    }
}
