//! Documents: what mails, packages, acts and receipts say, with their texts. Pure: what they tell of comes in as an argument.

pub mod case;
pub mod destruction;
pub mod due;
pub mod lint_report;
pub mod package;
pub mod texts;
