//! English: the mail check.

use desk_core::mail::lint::{Rule, Verdict};

use crate::texts::lint::LintTexts;

/// The texts.
pub(in crate::texts) static LINT: LintTexts = LintTexts {
    of: |rule, verdict| match (rule, verdict) {
        (Rule::Unsubscribe, Verdict::Pass) => "There is one List-Unsubscribe.",
        (Rule::Unsubscribe, _) => {
            "Write exactly one List-Unsubscribe, with its addresses in angle brackets."
        }
        (Rule::Post, Verdict::Pass) => "List-Unsubscribe-Post announces one click.",
        (Rule::Post, _) => {
            "Write exactly one List-Unsubscribe-Post: List-Unsubscribe=One-Click, in just these letters."
        }
        (Rule::Https, Verdict::Pass) => "There is one https address.",
        (Rule::Https, _) => {
            "Write exactly one https address into List-Unsubscribe, and none by plain http."
        }
        (Rule::Token, Verdict::Pass) => "The link is one of this desk's, and works.",
        (Rule::Token, Verdict::Fail) => {
            "The link leads here and would be refused: make it anew, and let nothing cut or rewrite it."
        }
        (Rule::Token, _) => {
            "Whether the link works cannot be told: it does not lead to this desk, or its keys are not known here."
        }
        (Rule::Mailto, Verdict::Pass) => "A mailto address stands beside it.",
        (Rule::Mailto, _) => {
            "A mailto address beside it helps with mail programs that know nothing else."
        }
        (Rule::Dkim, Verdict::Pass) => {
            "A DKIM signature names both fields. Whether it holds is for the receiver to check."
        }
        (Rule::Dkim, _) => {
            "Let the DKIM signature cover List-Unsubscribe and List-Unsubscribe-Post (h=), and add nothing after signing."
        }
        (Rule::ListId, Verdict::Pass) => "There is one List-Id.",
        (Rule::ListId, _) => "Write exactly one List-Id: Name <list.domain>, which never changes.",
        (Rule::From, Verdict::Pass) => "There is one From.",
        (Rule::From, _) => "Write exactly one From, with an address.",
        (Rule::Lines, Verdict::Pass) => "The fields are ASCII, and their lines are short enough.",
        (Rule::Lines, _) => {
            "Keep each line of the field below 998 bytes, and encode what is not ASCII (RFC 2047)."
        }
        (Rule::BodyLink, Verdict::Pass) => "The text has a link to unsubscribe.",
        (Rule::BodyLink, Verdict::Unknown) => {
            "There is no text in which to look for a link to unsubscribe."
        }
        (Rule::BodyLink, _) => {
            "Put a link to unsubscribe into the text as well, where people see it."
        }
    },
};
