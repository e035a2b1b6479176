//! What a person sends: what it is about, the message and the files, and why it may be suspicious.

use serde::{Deserialize, Serialize};

use crate::attachment::FileKind;
use crate::email::EmailAddress;
use crate::lang::Lang;
use crate::text::Text;
use crate::time::Timestamp;

/// A message of the person or the operator: up to 10,000 characters.
pub type Message = Text<10_000>;
/// A person's name: up to 200 characters.
pub type Name = Text<200>;
/// The version of the app that a person uses: up to 50 characters.
pub type AppVersion = Text<50>;

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseKind {
    /// A question.
    Question,
    /// A complaint about personal data.
    Complaint,
    /// A suggestion.
    Suggestion,
    /// A problem with the app.
    Problem,
}

impl CaseKind {
    /// Every kind, in the order in which the form offers them.
    pub const ALL: [Self; 4] = [Self::Question, Self::Complaint, Self::Suggestion, Self::Problem];

    /// The kind's name in forms, in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Complaint => "complaint",
            Self::Suggestion => "suggestion",
            Self::Problem => "problem",
        }
    }

    /// Finds a kind by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Why a case was put into quarantine. It is stored and answered like any other; operators see it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Suspicion {
    /// The form came back sooner than a person could have filled it in.
    TooFast,
    /// The field that people cannot see was filled in.
    Honeypot,
    /// The message is mostly links.
    ManyLinks,
}

impl Suspicion {
    /// The suspicion's name in the API and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TooFast => "too-fast",
            Self::Honeypot => "honeypot",
            Self::ManyLinks => "many-links",
        }
    }

    /// Links from which on a message is suspicious: a report of a problem has one or two, advertising has many.
    const MANY: usize = 4;

    /// Tells whether a message has so many links that it is suspicious.
    pub fn of_message(message: &Message) -> Option<Self> {
        let links =
            message.as_str().split(':').skip(1).filter(|rest| rest.starts_with("//")).count();
        (links >= Self::MANY).then_some(Self::ManyLinks)
    }
}

/// The door through which a case came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseDoor {
    /// The form on the web page.
    Form,
    /// The JSON API, as the app uses it.
    Api,
}

/// The policy that was in force when the case was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyPin {
    /// The version's name.
    pub version: String,
    /// The digest of its last publication record, which chains back to all that came before.
    pub digest: String,
}

/// One attached file: what is kept in the opening, while its bytes lie in numbered parts beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachedFile {
    /// What it is.
    pub kind: FileKind,
    /// How many bytes it has.
    pub size: usize,
    /// How many parts it is split into.
    pub parts: usize,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// The first event of a case: all that the person sent, and what was true at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOpening {
    /// When it was accepted. The case's id may be older: a form draws it when it is shown.
    pub at: Timestamp,
    /// What it is about.
    pub kind: CaseKind,
    /// What the person wrote.
    pub message: Message,
    /// Who the person is, if they said so.
    pub name: Option<Name>,
    /// Where an answer may be sent.
    pub email: Option<EmailAddress>,
    /// The app's version, if they said so.
    pub app_version: Option<AppVersion>,
    /// The language in which the person wants to be answered.
    pub lang: Lang,
    /// The attached files.
    pub files: Vec<AttachedFile>,
    /// The policy in force, where one was published.
    pub policy: Option<PolicyPin>,
    /// Why it is in quarantine; empty if it is not.
    pub suspicions: Vec<Suspicion>,
    /// The door it came through.
    pub door: CaseDoor,
    /// A hash of what was sent, which tells a retry from another text under the same token; empty where there was none.
    pub fingerprint: String,
    /// When the case, and with it its status link, expires.
    pub expires: Timestamp,
}
