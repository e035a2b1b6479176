//! What the texts of erasures are. The act uses the terms of Roskomnadzor's order 179 of 28.10.2022.

use super::Plain;
use desk_core::erasure::{Category, Ground, Stay};
use desk_core::request::Kind;

/// The texts of erasures.
#[derive(Debug)]
pub struct ErasureTexts {
    /// What a category of destroyed data is.
    pub category: fn(Category) -> &'static str,
    /// What it is that stays.
    pub stay: fn(Stay) -> &'static str,
    /// Why it stays.
    pub ground: fn(Ground) -> &'static str,
    /// The reason of a destruction: the right that was exercised.
    pub reason: fn(Kind) -> &'static str,
    /// The title of the act.
    pub act: Plain,
    /// What stands before its number.
    pub number: Plain,
    /// Name and address of whoever answers for the data.
    pub controller: Plain,
    /// Name and address of whoever processes it on their behalf.
    pub processor: Plain,
    /// Whose data it was.
    pub subject: Plain,
    /// What stands before the reference by which they are known.
    pub by_reference: Plain,
    /// Who destroyed it, their position and their signature.
    pub executors: Plain,
    /// The list of categories.
    pub categories: Plain,
    /// The carriers made of matter.
    pub carriers: Plain,
    /// That there were none.
    pub no_carriers: Plain,
    /// The information system.
    pub system: Plain,
    /// The method.
    pub method: Plain,
    /// What it is here.
    pub deleted: Plain,
    /// The reason.
    pub why: Plain,
    /// The date.
    pub date: Plain,
    /// What stayed.
    pub kept: Plain,
    /// The subject of the mail to the person: reference.
    pub notice_subject: fn(&str) -> String,
    /// The beginning of the mail: reference, app.
    pub notice: fn(&str, &str) -> String,
    /// What stands before what stays.
    pub stays: Plain,
    /// What stands before the link to the act.
    pub link: Plain,
}
