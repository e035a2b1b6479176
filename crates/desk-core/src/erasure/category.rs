//! What is destroyed, in the order in which it goes.

use serde::{Deserialize, Serialize};

/// What is destroyed, in the order in which it goes. Stored by its place in this list: new ones go to the end, and into
/// [`Category::ALL`] where they belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Category {
    /// The packages of what was held: their locks, without which nothing opens, then their parts.
    Packages,
    /// The mails that wait to be sent.
    Mails,
    /// What is remembered of idempotency keys.
    Markers,
    /// How often mail to the address was asked for today.
    Limits,
    /// Whatever else has the person's hash, or the id of what goes, in its key.
    Others,
    /// The attached files.
    Files,
    /// What was written in cases after their opening.
    CaseMessages,
    /// What happened to requests after their opening.
    RequestMessages,
    /// The openings of cases: name, address, what was written.
    Cases,
    /// The openings of requests, likewise.
    Requests,
}

impl Category {
    /// Every category, in the order in which it goes.
    pub const ALL: [Self; 10] = [
        Self::Packages,
        Self::Mails,
        Self::Markers,
        Self::Limits,
        Self::Others,
        Self::Files,
        Self::CaseMessages,
        Self::RequestMessages,
        Self::Cases,
        Self::Requests,
    ];

    /// The category's name in the API and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packages => "packages",
            Self::Mails => "mails",
            Self::Markers => "idempotency-markers",
            Self::Limits => "limiter-slots",
            Self::Others => "others",
            Self::Files => "files",
            Self::CaseMessages => "case-messages",
            Self::RequestMessages => "request-messages",
            Self::Cases => "cases",
            Self::Requests => "requests",
        }
    }

    /// Its place in [`Category::ALL`].
    pub(super) fn place(self) -> Option<usize> {
        Self::ALL.iter().position(|of| *of == self)
    }

    /// What tells one thing of this category from another in a key: what follows the area, or the two things that do;
    /// `None` where there are too few of them.
    pub(super) fn thing(self, key: &str) -> Option<&str> {
        let (_, rest) = key.split_once(':')?;
        // A file lies in parts, and an event below its case.
        let two = matches!(self, Self::Files | Self::CaseMessages | Self::RequestMessages);
        let mut colons = rest.match_indices(':').map(|(at, _)| at);
        let end = if two { colons.next().map(|_| colons.next())? } else { colons.next() };
        rest.get(..end.unwrap_or(rest.len()))
    }
}
