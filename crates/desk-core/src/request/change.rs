//! What can happen to a request after its opening, and what such an event carries.

use serde::{Deserialize, Serialize};

use super::code::CodeHash;
use crate::case::Message;
use crate::id::Id;
use crate::journal::{self, Journal};
use crate::time::Timestamp;

/// How a person proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// The link of the mail.
    Link,
    /// The code of the mail.
    Code,
    /// The app's backend asserted it.
    Assertion,
    /// An operator saw it in another way.
    Operator,
}

impl Proof {
    /// The proof's name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Link => "mail-link",
            Self::Code => "mail-code",
            Self::Assertion => "assertion",
            Self::Operator => "operator",
        }
    }
}

/// Why a request is refused. The law wants the ground named (152-FZ article 20(2), GDPR article 12(4)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalGround {
    /// Nothing is held about the person.
    NothingHeld,
    /// The person could not be identified.
    NotIdentified,
    /// The request is manifestly unfounded, or repeats another too soon.
    Excessive,
    /// A law demands that the data is kept.
    LegalDuty,
    /// The data is needed to establish or defend legal claims.
    LegalClaims,
    /// Rights of others would be harmed.
    RightsOfOthers,
    /// The law does not give this right here; the text says why.
    NotApplicable,
}

impl RefusalGround {
    /// Every ground.
    pub const ALL: [Self; 7] = [
        Self::NothingHeld,
        Self::NotIdentified,
        Self::Excessive,
        Self::LegalDuty,
        Self::LegalClaims,
        Self::RightsOfOthers,
        Self::NotApplicable,
    ];

    /// The ground's name in the API and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NothingHeld => "nothing-held",
            Self::NotIdentified => "not-identified",
            Self::Excessive => "excessive",
            Self::LegalDuty => "legal-duty",
            Self::LegalClaims => "legal-claims",
            Self::RightsOfOthers => "rights-of-others",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Finds a ground by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.name() == name)
    }
}

/// A package of what is held, as the person may fetch it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The package's id, under which its parts lie.
    pub id: Id,
    /// How many bytes the archive has.
    pub size: u64,
    /// How many parts it lies in.
    pub parts: u32,
    /// Until when it can be fetched.
    pub until: Timestamp,
}

/// What can happen to a request after its opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestChange {
    /// Another code was sent.
    CodeSent(CodeHash),
    /// A wrong code was given.
    CodeWrong,
    /// The person proved who they are.
    Identified(Proof),
    /// The person added a message.
    PersonWrote(Message),
    /// An operator wrote, without ending anything.
    OperatorWrote(Message),
    /// An operator took it up.
    Taken,
    /// An operator asked the person what they mean.
    ClarificationAsked(Message),
    /// The term was extended.
    Extended {
        /// Why.
        reason: Message,
        /// The mail that tells the person, which went to the outbox first.
        notice: Id,
    },
    /// What was asked for was done.
    Answered {
        /// What the person is told.
        text: Message,
        /// Whether only a part of it was done.
        partly: bool,
    },
    /// It was refused.
    Refused {
        /// On what ground.
        ground: RefusalGround,
        /// What the person is told.
        text: Message,
    },
    /// The person withdrew it.
    Withdrawn,
    /// A package was built.
    Packaged(Package),
    /// The key of a package was dropped, and the package with it.
    PackageDropped(Id),
    /// Another code was asked for, and none was sent, for the mailbox had had enough mails: the last one stays good.
    CodeHeld,
}

impl RequestChange {
    /// How many bytes of text it holds.
    pub(super) fn text(&self) -> usize {
        match self {
            Self::PersonWrote(text)
            | Self::OperatorWrote(text)
            | Self::ClarificationAsked(text)
            | Self::Extended { reason: text, .. }
            | Self::Answered { text, .. }
            | Self::Refused { text, .. } => text.as_str().len(),
            Self::CodeSent(_)
            | Self::CodeWrong
            | Self::Identified(_)
            | Self::Taken
            | Self::Withdrawn
            | Self::Packaged(_)
            | Self::PackageDropped(_)
            | Self::CodeHeld => 0,
        }
    }
}

/// One thing that happened to a request.
pub type RequestEvent = journal::Event<RequestChange>;
/// The view of a request's events.
pub type RequestHead = Journal<RequestChange>;
