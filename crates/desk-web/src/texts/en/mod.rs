//! English.

pub(super) mod codes;
pub(super) mod form;

use super::{FrameTexts, ProblemText, Texts, problem_text};
use crate::problem::Kind;

/// The texts.
pub(super) static TEXTS: Texts = Texts {
    problem,
    code: codes::code,
    come_back: |seconds| {
        let (count, unit) = match seconds {
            0..=90 => (seconds, "seconds"),
            _ => (seconds.div_ceil(60), "minutes"),
        };
        format!("Too many requests came from your network. Please try again in {count} {unit}.")
    },
};

/// What stands around pages.
pub(super) static FRAME: FrameTexts = FrameTexts {
    product: "Privacy Desk",
    skip: "Skip to the text",
    language: "Language",
    nav_policy: "Privacy policy",
    nav_versions: "All versions",
    nav_feedback: "Ask or complain",
    nav_requests: "Your data",
    nav_mail: "Newsletters",
    nav_security: "Report a security problem",
    controller: |controller, app| {
        let controller = capital(controller);
        format!(
            "{controller} is responsible for your data in {app}. This page sets no cookies and runs no scripts."
        )
    },
    problem_kicker: "Problem",
    write_to: "If it happens again, write to",
    to_start: "Go to the start page",
    see_what_was_sent: "See what was sent",
    about_problem: "About this problem",
    next,
};

/// Writes the first letter as a capital, if it is one of the Latin alphabet.
fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[expect(clippy::too_many_lines, reason = "a table of problems")]
fn problem(kind: Kind) -> ProblemText {
    let (title, detail) = match kind {
        Kind::Malformed => (
            "This request could not be read",
            "What arrived is not in the form that this address reads.",
        ),
        Kind::InvalidFields => (
            "Some of it needs correcting",
            "One or more fields are missing or wrong. What you sent has not been accepted.",
        ),
        Kind::NotFound => (
            "There is nothing here",
            "The address may be mistyped, or the page has moved. If you followed a secret link, check that it was copied whole, to its last letter: a link that is wrong and one that has expired look the same here.",
        ),
        Kind::NoPolicy => (
            "No policy was in force",
            "No policy has been published here, or none was in force at that time.",
        ),
        Kind::NotALink => (
            "This link is not whole",
            "It may have been cut when it was copied, or it has expired. Nothing has changed.",
        ),
        Kind::MethodNotAllowed => ("This address does not take that", "It takes other methods:"),
        Kind::TooLarge => (
            "This is too large",
            "More was sent than this address takes. Forms take 10,000 characters and three files of 1 MiB each. Nothing was stored.",
        ),
        Kind::UnsupportedMediaType => {
            ("This kind of content is not read here", "The address reads:")
        }
        Kind::Unauthorised => {
            ("Only authorised staff may do this", "The operator's token is missing or wrong.")
        }
        Kind::FormExpired => (
            "The form was open for too long",
            "A form can be sent for 24 hours. Nothing was stored.",
        ),
        Kind::AlreadySent => (
            "This form was already sent",
            "The same form, or the same idempotency key, was used before for another text. The first one is kept; this one was not stored.",
        ),
        Kind::VersionPublished => (
            "This version is already published",
            "A published version never changes, and this one has another content or other dates.",
        ),
        Kind::CaseState => {
            ("This is not possible any more", "The case does not allow it in its state:")
        }
        Kind::PreconditionFailed => (
            "It has changed in the meantime",
            "Somebody changed it after you read it. Nothing was stored.",
        ),
        Kind::PreconditionRequired => {
            ("A condition is needed", "A change must say which state it was decided on.")
        }
        Kind::TooManyRequests => {
            ("Too many messages in a short time", "Too many requests came from your network.")
        }
        Kind::StoreUnavailable => (
            "This cannot be stored or read right now",
            "The desk's storage does not answer. You have done nothing wrong. Whatever you sent has not been accepted.",
        ),
        Kind::Misconfigured => (
            "This desk is not set up yet",
            "Its configuration is missing or wrong. Whatever you sent has not been accepted.",
        ),
        Kind::Internal => (
            "Something is broken on our side",
            "You have done nothing wrong. Whatever you sent has not been accepted.",
        ),
    };
    problem_text(kind, title, detail)
}

/// What to do next.
fn next(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => "If you used a page of ours, go back and try again. Nothing was stored.",
        Kind::InvalidFields => "Go back, correct the fields that are listed, and send it again.",
        Kind::NotFound => "From the start page you reach everything else.",
        Kind::NoPolicy => "The list of versions shows what has been published.",
        Kind::NotALink => "Under “Newsletters” you can have a new one mailed to you.",
        Kind::MethodNotAllowed => "If you used a page of ours, go back and try again.",
        Kind::TooLarge => "Go back, make it shorter or leave out a file, and send it again.",
        Kind::UnsupportedMediaType => "Send the content as one of these.",
        Kind::Unauthorised => "Send it as Authorization: Bearer.",
        Kind::FormExpired => "Your text is kept below: please send it again.",
        Kind::AlreadySent => {
            "To add something, open what was sent and write a message there. To send something new, open the form again."
        }
        Kind::VersionPublished => "Publish the new text under a new version.",
        Kind::CaseState => "Reload the page to see where it stands.",
        Kind::PreconditionFailed => "Read it again and decide anew.",
        Kind::PreconditionRequired => "Send the ETag of what you read as If-Match.",
        Kind::TooManyRequests => {
            "Go back later and send it again: the browser keeps what you wrote. You have done nothing wrong; this brake protects the desk from robots."
        }
        Kind::StoreUnavailable => {
            "Please try again in a few minutes; the browser keeps what you wrote if you go back."
        }
        Kind::Misconfigured => "Whoever runs it finds the reason in the log.",
        Kind::Internal => "Please try again in a few minutes.",
    }
}
