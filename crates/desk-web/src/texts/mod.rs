//! Everything that people read, in one place per language.
//!
//! A text is a field of a struct or an arm of a match, so one that is missing in a language does not compile.

mod en;
pub mod form;
mod ru;

pub use form::FormTexts;

use desk_core::lang::Lang;
use http::StatusCode;

use crate::kind::Kind;

/// The texts that every function may need.
#[derive(Debug)]
pub struct Texts {
    /// The texts of a kind of problem.
    pub problem: fn(Kind) -> ProblemText,
    /// The text of a code in a problem.
    pub code: fn(&str) -> &'static str,
    /// When to come back: seconds.
    pub come_back: fn(u32) -> String,
}

/// The texts around every page, and of the page about a problem. Functions that answer programs alone do without.
#[derive(Debug)]
pub struct FrameTexts {
    /// The product's name, after the app's.
    pub product: &'static str,
    /// The link that skips the navigation.
    pub skip: &'static str,
    /// The name of the language switch.
    pub language: &'static str,
    /// Navigation: the policy in force.
    pub nav_policy: &'static str,
    /// Navigation: the list of versions.
    pub nav_versions: &'static str,
    /// Navigation: the feedback form.
    pub nav_feedback: &'static str,
    /// Navigation: requests about one's own data.
    pub nav_requests: &'static str,
    /// Navigation: the mailing preferences.
    pub nav_mail: &'static str,
    /// Navigation: where to report a security problem.
    pub nav_security: &'static str,
    /// Who answers for the data: controller, app.
    pub controller: fn(&str, &str) -> String,
    /// The kicker of a problem page, before its status.
    pub problem_kicker: &'static str,
    /// What to do where the desk itself is at fault, before the address.
    pub write_to: &'static str,
    /// The button to the start page.
    pub to_start: &'static str,
    /// The button to what was sent first.
    pub see_what_was_sent: &'static str,
    /// The link to the page about a kind of problem.
    pub about_problem: &'static str,
    /// What to do next about a kind of problem.
    pub next: fn(Kind) -> &'static str,
}

/// The texts of a kind of problem.
#[derive(Clone, Copy, Debug)]
pub struct ProblemText {
    /// The kind's slug.
    pub slug: &'static str,
    /// The status of the answer.
    pub status: StatusCode,
    /// What it is called.
    pub title: &'static str,
    /// What it means.
    pub detail: &'static str,
}

/// The texts of forms and conversations in a language.
pub fn form(lang: Lang) -> &'static FormTexts {
    match lang {
        Lang::En => &en::form::FORM,
        Lang::Ru => &ru::form::FORM,
    }
}

/// The texts around every page in a language.
pub fn frame(lang: Lang) -> &'static FrameTexts {
    match lang {
        Lang::En => &en::FRAME,
        Lang::Ru => &ru::FRAME,
    }
}

/// The texts that every function may need, in a language.
pub fn texts(lang: Lang) -> &'static Texts {
    match lang {
        Lang::En => &en::TEXTS,
        Lang::Ru => &ru::TEXTS,
    }
}

/// The texts of a kind of problem, with what does not depend on the language.
const fn problem_text(kind: Kind, title: &'static str, detail: &'static str) -> ProblemText {
    ProblemText { slug: kind.slug(), status: kind.status(), title, detail }
}

/// Every code that a problem may carry: what the documentation lists, and every language has a text for.
pub const CODES: &[&str] = &[
    "cut",
    "boundary",
    "json",
    "not-utf-8",
    "multipart",
    "too-many-fields",
    "given-twice",
    "not-text",
    "missing",
    "unknown-field",
    "too-long",
    "control-character",
    "unknown-kind",
    "unknown-language",
    "unknown-list",
    "unknown-scope",
    "batch",
    "no-header",
    "no-report",
    "nobody-named",
    "not-a-subject",
    "not-an-address",
    "too-many-files",
    "not-a-file",
    "not-a-list",
    "not-base64",
    "empty-file",
    "file-too-large",
    "file-kind",
    "file-damaged",
    "idempotency-key",
    "withdrawn",
    "unchanged",
    "ended",
    "not-identified",
    "identified",
    "no-more-codes",
    "too-late",
    "extension-not-provided",
    "already-extended",
    "extension-too-late",
    "no-reason",
    "no-notice",
    "no-email",
    "unknown-right",
    "unknown-regime",
    "unknown-ground",
    "not-a-date",
    "not-a-year",
    "too-many-rows",
    "thread-full",
    "not-erasing",
    "unfinished",
    "unknown-state",
    "unknown-behalf",
    "unknown-proof",
    "not-an-assertion",
    "assertion-expired",
    "assertion-used",
    "not-a-code",
    "wrong-code",
    "locked",
    "not-a-number",
    "cursor",
    "cursor-pruned",
    "not-true-or-false",
    "not-a-reference",
    "instant",
    "versions-pair",
    "unknown-format",
    "not-an-instant",
    "effective-too-early",
    "empty",
    "version-name",
    "history-full",
    "no-heading",
    "two-titles",
    "duplicate-id",
    "invalid-id",
    "raw-html",
    "image",
    "reference-link",
    "unsafe-link",
    "unknown-entity",
    "too-deep",
    "wrong-secret",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_text_of_its_own_in_every_language() {
        for lang in Lang::ALL {
            let code = texts(lang).code;
            let fallback = code("no such code");
            for known in CODES {
                assert_ne!(code(known), fallback, "{known} in {lang}");
            }
        }
    }

    #[test]
    fn dates_are_written_as_people_write_them() {
        let date = "2019-11-01".parse().unwrap();
        assert_eq!(Lang::En.date(date), "1\u{a0}November 2019");
        assert_eq!(Lang::Ru.date(date), "1\u{a0}ноября 2019\u{a0}года");
    }
}
