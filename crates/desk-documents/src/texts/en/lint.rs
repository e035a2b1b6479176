//! English: the mail check.

use desk_core::mail::lint::{LintRule, LintVerdict};

use crate::texts::lint::LintTexts;

/// The texts.
pub(in crate::texts) static LINT: LintTexts = LintTexts {
    of: |rule, verdict| match (rule, verdict) {
        (LintRule::Unsubscribe, LintVerdict::Pass) => "There is one List-Unsubscribe.",
        (LintRule::Unsubscribe, _) => {
            "Write exactly one List-Unsubscribe, with its addresses in angle brackets."
        }
        (LintRule::Post, LintVerdict::Pass) => "List-Unsubscribe-Post announces one click.",
        (LintRule::Post, _) => {
            "Write exactly one List-Unsubscribe-Post: List-Unsubscribe=One-Click, in just these letters."
        }
        (LintRule::Https, LintVerdict::Pass) => "There is one https address.",
        (LintRule::Https, _) => {
            "Write exactly one https address into List-Unsubscribe, and none by plain http."
        }
        (LintRule::Token, LintVerdict::Pass) => "The link is one of this desk's, and works.",
        (LintRule::Token, LintVerdict::Fail) => {
            "The link leads here and would be refused: make it anew, and let nothing cut or rewrite it."
        }
        (LintRule::Token, _) => {
            "Whether the link works cannot be told: it does not lead to this desk, or its keys are not known here."
        }
        (LintRule::Mailto, LintVerdict::Pass) => "A mailto address stands beside it.",
        (LintRule::Mailto, _) => {
            "A mailto address beside it helps with mail programs that know nothing else."
        }
        (LintRule::Dkim, LintVerdict::Pass) => {
            "A DKIM signature names both fields. Whether it holds is for the receiver to check."
        }
        (LintRule::Dkim, _) => {
            "Let the DKIM signature cover List-Unsubscribe and List-Unsubscribe-Post (h=), and add nothing after signing."
        }
        (LintRule::ListId, LintVerdict::Pass) => "There is one List-Id.",
        (LintRule::ListId, _) => {
            "Write exactly one List-Id: Name <list.domain>, which never changes."
        }
        (LintRule::From, LintVerdict::Pass) => "There is one From.",
        (LintRule::From, _) => "Write exactly one From, with an address.",
        (LintRule::Lines, LintVerdict::Pass) => {
            "The fields are ASCII, and their lines are short enough."
        }
        (LintRule::Lines, _) => {
            "Keep each line of the field below 998 bytes, and encode what is not ASCII (RFC 2047)."
        }
        (LintRule::BodyLink, LintVerdict::Pass) => "The text has a link to unsubscribe.",
        (LintRule::BodyLink, LintVerdict::Unknown) => {
            "There is no text in which to look for a link to unsubscribe."
        }
        (LintRule::BodyLink, _) => {
            "Put a link to unsubscribe into the text as well, where people see it."
        }
    },
};
