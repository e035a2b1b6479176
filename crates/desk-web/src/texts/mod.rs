//! Everything that people read, in one place per language.
//!
//! A text is a field of a struct or an arm of a match, so one that is missing in a language does not compile.

pub mod clock;
pub mod complain;
mod en;
pub mod erasure;
pub mod feedback;
pub mod form;
pub mod lint;
pub mod notices;
pub mod package;
pub mod policy;
pub mod requests;
mod ru;
pub mod unsubscribe;

pub use form::FormTexts;

use desk_core::clock::regime::Regime;
use desk_core::lang::Lang;
use http::StatusCode;

use crate::problem::Kind;

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

/// The texts of the start page.
#[derive(Debug)]
pub struct Start {
    /// Its heading: app.
    pub title: fn(&str) -> String,
    /// Its first paragraph: app.
    pub lead: fn(&str) -> String,
    /// The door to the policy.
    pub policy: Door,
    /// The door to the feedback form.
    pub feedback: Door,
    /// The door to requests about one's own data.
    pub requests: Door,
    /// The door to a case that was sent already.
    pub follow: Door,
    /// What is said behind that door.
    pub follow_hint: &'static str,
    /// The label of the field for the link.
    pub follow_label: &'static str,
    /// The button beside it.
    pub follow_button: &'static str,
    /// The door to the mailing preferences.
    pub mail: Door,
    /// The door to the versions.
    pub versions: Door,
    /// The door for developers.
    pub developers: Door,
}

/// A line of the start page that leads somewhere.
#[derive(Debug)]
pub struct Door {
    /// What the link says.
    pub link: &'static str,
    /// What one finds behind it.
    pub hint: &'static str,
}

/// The texts of the page about a kind of problem.
#[derive(Debug)]
pub struct About {
    /// The label of the type.
    pub r#type: &'static str,
    /// The label of the status.
    pub status: &'static str,
    /// The heading of what it means.
    pub meaning: &'static str,
    /// The heading of what to do.
    pub next: &'static str,
}

/// The texts of the pages that belong to no promise alone.
#[derive(Debug)]
pub struct SiteTexts {
    /// The start page.
    pub start: Start,
    /// The page about a kind of problem.
    pub about: About,
}

// One function per area, so that a component carries the texts of its own pages alone.

/// The texts of the pages that belong to no promise alone, in a language.
pub fn site(lang: Lang) -> &'static SiteTexts {
    match lang {
        Lang::En => &en::SITE,
        Lang::Ru => &ru::SITE,
    }
}

/// The texts of feedback in a language.
pub fn feedback(lang: Lang) -> &'static feedback::FeedbackTexts {
    match lang {
        Lang::En => &en::feedback::FEEDBACK,
        Lang::Ru => &ru::feedback::FEEDBACK,
    }
}

/// The texts of forms and conversations in a language.
pub fn form(lang: Lang) -> &'static FormTexts {
    match lang {
        Lang::En => &en::form::FORM,
        Lang::Ru => &ru::form::FORM,
    }
}

/// The texts of erasures in a language.
pub fn erasure(lang: Lang) -> &'static erasure::ErasureTexts {
    match lang {
        Lang::En => &en::erasure::ERASURE,
        Lang::Ru => &ru::erasure::ERASURE,
    }
}

/// The texts of the policy in a language.
pub fn policy(lang: Lang) -> &'static policy::PolicyTexts {
    match lang {
        Lang::En => &en::policy::POLICY,
        Lang::Ru => &ru::policy::POLICY,
    }
}

/// What a regime is called in a language: apart from the texts of clocks, for functions that need no more of them.
pub fn regime(lang: Lang) -> fn(Regime) -> &'static str {
    match lang {
        Lang::En => en::clock::regime,
        Lang::Ru => ru::clock::regime,
    }
}

/// The texts of what a person does with their request in a language.
pub fn changes(lang: Lang) -> &'static requests::ChangeTexts {
    match lang {
        Lang::En => &en::requests::CHANGES,
        Lang::Ru => &ru::requests::CHANGES,
    }
}

/// The texts of the form that a package's key goes into, in a language.
pub fn package_form(lang: Lang) -> &'static requests::PackageFormTexts {
    match lang {
        Lang::En => &en::requests::PACKAGE_FORM,
        Lang::Ru => &ru::requests::PACKAGE_FORM,
    }
}

/// The texts of following a data request in a language.
pub fn request_status(lang: Lang) -> &'static requests::StatusTexts {
    match lang {
        Lang::En => &en::requests::STATUS,
        Lang::Ru => &ru::requests::STATUS,
    }
}

/// The texts of filing data requests in a language.
pub fn requests(lang: Lang) -> &'static requests::RequestTexts {
    match lang {
        Lang::En => &en::requests::REQUESTS,
        Lang::Ru => &ru::requests::REQUESTS,
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

/// The texts of unsubscribing in a language.
pub fn unsubscribe(lang: Lang) -> &'static unsubscribe::UnsubscribeTexts {
    match lang {
        Lang::En => &en::unsubscribe::UNSUBSCRIBE,
        Lang::Ru => &ru::unsubscribe::UNSUBSCRIBE,
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

/// A number as text.
pub(crate) fn number(number: u32) -> String {
    number.to_string()
}

/// The texts of a kind of problem, with what does not depend on the language.
const fn problem_text(kind: Kind, title: &'static str, detail: &'static str) -> ProblemText {
    ProblemText { slug: kind.slug(), status: kind.status(), title, detail }
}

#[cfg(test)]
pub(crate) use tests::CODES;

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code that a problem may carry; the code of the crate is searched for any that is missing here.
    pub(crate) const CODES: &[&str] = &[
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
