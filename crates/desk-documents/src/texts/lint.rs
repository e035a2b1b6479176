//! What the texts of the mail check are.

use desk_core::mail::lint::{LintRule, LintVerdict};

/// The texts of the mail check.
#[derive(Debug)]
pub struct LintTexts {
    /// What is said of a rule: what holds where it is kept, and what to do where it is not.
    pub of: fn(LintRule, LintVerdict) -> &'static str,
}
