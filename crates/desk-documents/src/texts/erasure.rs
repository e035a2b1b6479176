//! What the texts of erasures are. The act uses the terms of Roskomnadzor's order 179 of 28.10.2022.

use desk_core::erasure::{Category, RetentionGround, Stay};
use desk_core::request::RequestKind;

/// The texts of erasures.
#[derive(Debug)]
pub struct ErasureTexts {
    /// What a category of destroyed data is.
    pub category: fn(Category) -> &'static str,
    /// What it is that stays.
    pub stay: fn(Stay) -> &'static str,
    /// Why it stays.
    pub ground: fn(RetentionGround) -> &'static str,
    /// The reason of a destruction: the right that was exercised.
    pub reason: fn(RequestKind) -> &'static str,
    /// The title of the act.
    pub act: &'static str,
    /// What stands before its number.
    pub number: &'static str,
    /// Name and address of whoever answers for the data.
    pub controller: &'static str,
    /// Name and address of whoever processes it on their behalf.
    pub processor: &'static str,
    /// Whose data it was.
    pub subject: &'static str,
    /// What stands before the reference by which they are known.
    pub by_reference: &'static str,
    /// Who destroyed it, their position and their signature.
    pub executors: &'static str,
    /// The list of categories.
    pub categories: &'static str,
    /// The carriers made of matter.
    pub carriers: &'static str,
    /// That there were none.
    pub no_carriers: &'static str,
    /// The information system.
    pub system: &'static str,
    /// The method.
    pub method: &'static str,
    /// What it is here.
    pub deleted: &'static str,
    /// The reason.
    pub why: &'static str,
    /// The date.
    pub date: &'static str,
    /// What stayed.
    pub kept: &'static str,
    /// The subject of the mail to the person: reference.
    pub notice_subject: fn(&str) -> String,
    /// The beginning of the mail: reference, app.
    pub notice: fn(&str, &str) -> String,
    /// What stands before what stays.
    pub stays: &'static str,
    /// What stands before the link to the act.
    pub link: &'static str,
}
