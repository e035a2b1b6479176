//! Data requests: what a data subject asks for, how they prove who they are, and what may happen when.
//!
//! A request is its opening and the events after it ([`crate::journal`]). What may happen next follows from where it
//! stands: [`Request::stage`] gives the moves of that stage, and only they make a [`Move`], which is all that can be
//! appended. Events that raced each other fold by the same rules, so a reply that came after a withdrawal has no effect.

mod code;
pub mod log;

use serde::{Deserialize, Serialize};

use crate::case::{AttachedFile, Message, Name, PolicyPin, half, joined};
use crate::clock::due::{Cause, Pause};
use crate::clock::regime::{Regime, Right};
use crate::email::EmailAddress;
use crate::id::Id;
use crate::journal::{self, Aggregate, Journal, Place};
use crate::keys::{Keyring, Subject};
use crate::lang::Lang;
use crate::reference::{Reference, Series};
use crate::store_key::StoreKey;
use crate::time::Timestamp;

pub use code::{Code, CodeHash};

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// What is held about them, and what is done with it.
    Access,
    /// The same in a form that a machine can read.
    Portability,
    /// That something is corrected.
    Rectification,
    /// That everything is erased.
    Erasure,
    /// That it is kept but no longer used.
    Restriction,
    /// That a use of it ends.
    Objection,
    /// That their consent no longer counts.
    Withdrawal,
}

impl Kind {
    /// Every kind, in the order in which the form offers them.
    pub const ALL: [Self; 7] = [
        Self::Access,
        Self::Portability,
        Self::Rectification,
        Self::Erasure,
        Self::Restriction,
        Self::Objection,
        Self::Withdrawal,
    ];

    /// The right that is exercised.
    pub const fn right(self) -> Right {
        match self {
            Self::Access => Right::Access,
            Self::Portability => Right::Portability,
            Self::Rectification => Right::Rectification,
            Self::Erasure => Right::Erasure,
            Self::Restriction => Right::Restriction,
            Self::Objection => Right::Objection,
            Self::Withdrawal => Right::Withdrawal,
        }
    }

    /// The kind's name in forms, in the API and in exports: that of the right.
    pub const fn name(self) -> &'static str {
        self.right().name()
    }

    /// Finds a kind by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the answer is a package of what is held.
    pub const fn wants_package(self) -> bool {
        matches!(self, Self::Access | Self::Portability)
    }
}

/// For whom somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Behalf {
    /// For themselves.
    Own,
    /// For somebody else, whose authority an attached file shows.
    Represented,
}

impl Behalf {
    /// The name in forms and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Represented => "representative",
        }
    }

    /// Finds one by its name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Own, Self::Represented].into_iter().find(|behalf| behalf.name() == name)
    }
}

/// The door through which a request came: its manner, as the log of requests has it (CCPA regulations section 7101).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    /// The form on the web page.
    Form,
    /// The JSON API, as the app uses it.
    Api,
    /// The page about deleting an account, which the stores of apps link to.
    DeleteAccount,
    /// The page about deleting data, likewise.
    DeleteData,
    /// The feedback case with this id, which an operator turned into a request.
    Feedback(Id),
}

impl Door {
    /// The door's name in the API and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Api => "api",
            Self::DeleteAccount => "delete-account",
            Self::DeleteData => "delete-data",
            Self::Feedback(_) => "feedback",
        }
    }
}

/// The first event of a request: all that the person sent, and what was true at that moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// When it was received.
    pub at: Timestamp,
    /// What is asked for.
    pub kind: Kind,
    /// The law whose clock runs.
    pub regime: Regime,
    /// Whose data it is about, and where the proof of it is sent.
    pub email: EmailAddress,
    /// Who the person is, if they said so.
    pub name: Option<Name>,
    /// What the person wrote.
    pub details: Option<Message>,
    /// For whom they ask.
    pub behalf: Behalf,
    /// The attached files.
    pub files: Vec<AttachedFile>,
    /// The language in which the person wants to be answered.
    pub lang: Lang,
    /// The policy in force, where one was published.
    pub policy: Option<PolicyPin>,
    /// The door it came through.
    pub door: Door,
    /// A hash of what was sent, which tells a retry from another text under the same token; empty where there was none.
    pub fingerprint: String,
    /// How it was known from the start who asks; else a code was sent.
    pub identity: Identity,
    /// When the request, and with it its status link, expires.
    pub expires: Timestamp,
}

/// What was known of a person's identity when the request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// A code with this hash was sent to the address.
    Sent(CodeHash),
    /// The app's backend asserted it.
    Asserted,
    /// The app's backend is about to assert it: no code was sent.
    Awaited,
    /// A code with this hash was not sent, for the mailbox had had enough mails; nobody is told so.
    Held(CodeHash),
}

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
pub enum Ground {
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

impl Ground {
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
pub enum Change {
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
        ground: Ground,
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

impl Change {
    /// How many bytes of text it holds.
    fn text(&self) -> usize {
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
pub type Event = journal::Event<Change>;
/// The view of a request's events.
pub type Head = Journal<Change>;

/// For how long a code and a link prove an identity, in seconds: 24 hours.
pub const PROOF_SECONDS: i64 = 24 * 3600;
/// For how long an identity may be proven at all, in seconds: a week, within which another code can be had.
pub const IDENTITY_SECONDS: i64 = 7 * 24 * 3600;
/// How many wrong codes are taken, however often another is sent.
pub const TRIES: u8 = 5;
/// How many codes are sent at the most.
pub const SENDS: u8 = 5;

/// A request that waits for a proof of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// How many codes may still be sent.
    pub sends_left: u8,
    /// How many wrong codes are still taken.
    pub tries_left: u8,
    /// When it is over.
    pub until: Timestamp,
}

impl Awaiting {
    /// Whether the app's backend is to say who it is, and nobody has asked for a mail instead.
    pub const fn is_the_apps(&self) -> bool {
        self.sends_left == SENDS
    }
}

/// An extension of the term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// When it was granted.
    pub at: Timestamp,
    /// Why.
    pub reason: Message,
    /// The mail that told the person.
    pub notice: Id,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is not proven yet who asks.
    AwaitingIdentity(Awaiting),
    /// Nobody has taken it up yet.
    Received,
    /// An operator is at it.
    InProgress,
    /// An operator has asked what is meant, and waits for the person.
    AwaitingClarification {
        /// Since when.
        since: Timestamp,
    },
    /// An operator is at it, and the term was extended.
    Extended,
    /// It was done.
    Answered {
        /// When.
        at: Timestamp,
        /// Whether only a part of it was done.
        partly: bool,
    },
    /// It was refused.
    Refused {
        /// When.
        at: Timestamp,
        /// On what ground.
        ground: Ground,
    },
    /// The person withdrew it.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// Nobody proved in time who asks.
    Expired {
        /// When.
        at: Timestamp,
    },
}

/// The names of the states, in the order in which a request goes through them.
pub const STATES: [&str; 9] = [
    "awaiting_identity",
    "received",
    "in_progress",
    "awaiting_clarification",
    "extended",
    "answered",
    "refused",
    "withdrawn",
    "expired",
];

impl State {
    /// The state's name in the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingIdentity(_) => "awaiting_identity",
            Self::Received => "received",
            Self::InProgress => "in_progress",
            Self::AwaitingClarification { .. } => "awaiting_clarification",
            Self::Extended => "extended",
            Self::Answered { .. } => "answered",
            Self::Refused { .. } => "refused",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Expired { .. } => "expired",
        }
    }

    /// When it ended; `None` while it has not.
    pub const fn ended(&self) -> Option<Timestamp> {
        match self {
            Self::Answered { at, .. }
            | Self::Refused { at, .. }
            | Self::Withdrawn { at }
            | Self::Expired { at } => Some(*at),
            Self::AwaitingIdentity(_)
            | Self::Received
            | Self::InProgress
            | Self::AwaitingClarification { .. }
            | Self::Extended => None,
        }
    }
}

/// A request as it stands: its opening and its events, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The request's id.
    pub id: Id,
    /// How it began.
    pub opening: Box<Opening>,
    /// What happened since.
    pub head: Head,
    /// When and how identity was proven.
    pub identified: Option<(Timestamp, Proof)>,
    /// The extension, where one was granted.
    pub extension: Option<Extension>,
    /// The package that can be fetched, unless it has expired.
    pub package: Option<Package>,
    /// The code that was sent last, and when.
    sent: Option<(Timestamp, CodeHash)>,
    /// When the person was first asked who they are: when the first mail went to the outbox.
    asked: Option<Timestamp>,
    /// Where it stood after its last event.
    state: State,
    /// The clarifications that were asked for: when, and when the person answered.
    clarifications: Vec<(Timestamp, Option<Timestamp>)>,
}

/// Why a thing cannot happen to a request as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has ended.
    Ended,
    /// It is not proven yet who asks.
    NotIdentified,
    /// It is proven already who asks.
    Identified,
    /// It is so already.
    Unchanged,
    /// Its thread has all the text it can hold.
    ThreadFull,
    /// No more codes are sent.
    NoMoreCodes,
    /// The code or the link is too old.
    TooLate,
}

/// A change that is lawful now. Only the moves of a stage make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move(Change);

impl Move {
    /// The change, to be stored.
    pub fn into_change(self) -> Change {
        self.0
    }
}

/// What may be done with a request as it stands.
#[derive(Clone, Copy, Debug)]
pub enum Stage<'a> {
    /// Identity is to be proven.
    Identity(Unproven<'a>),
    /// It is being worked on.
    Open(Open<'a>),
    /// It has ended.
    Ended(Ended<'a>),
}

/// The moves while identity is to be proven.
#[derive(Clone, Copy, Debug)]
pub struct Unproven<'a> {
    request: &'a Request,
    /// What is known of it.
    pub awaiting: Awaiting,
    now: Timestamp,
}

/// The moves while a request is being worked on.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    request: &'a Request,
}

/// The moves once it has ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    request: &'a Request,
}

/// What a code came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It is the right one.
    Right(Move),
    /// It is a wrong one, and that is to be remembered.
    Wrong(Move),
    /// No more codes are taken, right or wrong; the link of the mail still is.
    Locked,
    /// It is too old.
    TooLate,
}

impl Request {
    /// Folds a request from its opening and its events.
    pub fn fold(id: Id, opening: Box<Opening>, head: Head) -> Self {
        let mut request = Self {
            id,
            identified: None,
            extension: None,
            package: None,
            sent: match opening.identity {
                Identity::Sent(code) | Identity::Held(code) => Some((opening.at, code)),
                Identity::Asserted | Identity::Awaited => None,
            },
            asked: matches!(opening.identity, Identity::Sent(_)).then_some(opening.at),
            clarifications: Vec::new(),
            state: match opening.identity {
                Identity::Sent(_) | Identity::Awaited | Identity::Held(_) => {
                    State::AwaitingIdentity(Awaiting {
                        sends_left: if opening.identity == Identity::Awaited {
                            SENDS
                        } else {
                            SENDS - 1
                        },
                        tries_left: TRIES,
                        until: opening.at.plus_seconds(IDENTITY_SECONDS),
                    })
                }
                Identity::Asserted => State::Received,
            },
            opening,
            head: Head::default(),
        };
        if request.opening.identity == Identity::Asserted {
            request.identified = Some((request.opening.at, Proof::Assertion));
        }
        for event in head.events() {
            request.apply(event.id.instant(), &event.change);
        }
        request.head = head;
        request
    }

    /// What an event does to where the request stands; nothing, where it came too late to do anything.
    fn apply(&mut self, at: Timestamp, change: &Change) {
        match (&mut self.state, change) {
            (_, Change::Packaged(package)) => self.package = Some(*package),
            (_, Change::PackageDropped(id)) => {
                self.package = self.package.filter(|package| package.id != *id);
            }
            (State::AwaitingIdentity(awaiting), Change::CodeSent(code)) => {
                self.sent = Some((at, *code));
                self.asked.get_or_insert(at);
                awaiting.sends_left = awaiting.sends_left.saturating_sub(1);
            }
            (State::AwaitingIdentity(awaiting), Change::CodeHeld) => {
                awaiting.sends_left = awaiting.sends_left.saturating_sub(1);
            }
            (State::AwaitingIdentity(awaiting), Change::CodeWrong) => {
                awaiting.tries_left = awaiting.tries_left.saturating_sub(1);
            }
            (State::AwaitingIdentity(_), Change::Identified(proof)) => {
                self.identified = Some((at, *proof));
                self.state = State::Received;
            }
            (state, Change::Withdrawn) if state.ended().is_none() => {
                self.end_clarification(at);
                self.state = State::Withdrawn { at };
            }
            // An operator may refuse whoever cannot be identified.
            (state, Change::Refused { ground, .. }) if state.ended().is_none() => {
                self.end_clarification(at);
                self.state = State::Refused { at, ground: *ground };
            }
            (
                State::Received
                | State::InProgress
                | State::AwaitingClarification { .. }
                | State::Extended,
                change,
            ) => self.apply_open(at, change),
            _ => {}
        }
    }

    fn apply_open(&mut self, at: Timestamp, change: &Change) {
        match change {
            Change::Taken | Change::OperatorWrote(_) => {
                if self.state == State::Received {
                    self.state = self.working();
                }
            }
            Change::PersonWrote(_) => {
                if matches!(self.state, State::AwaitingClarification { .. }) {
                    self.end_clarification(at);
                    self.state = self.working();
                }
            }
            Change::ClarificationAsked(_) => {
                self.end_clarification(at);
                self.clarifications.push((at, None));
                self.state = State::AwaitingClarification { since: at };
            }
            Change::Extended { reason, notice } => {
                if self.extension.is_none() {
                    let (reason, notice) = (reason.clone(), *notice);
                    self.extension = Some(Extension { at, reason, notice });
                }
                if !matches!(self.state, State::AwaitingClarification { .. }) {
                    self.state = self.working();
                }
            }
            Change::Answered { partly, .. } => {
                self.end_clarification(at);
                self.state = State::Answered { at, partly: *partly };
            }
            Change::CodeSent(_)
            | Change::CodeWrong
            | Change::Identified(_)
            | Change::Refused { .. }
            | Change::Withdrawn
            | Change::Packaged(_)
            | Change::PackageDropped(_)
            | Change::CodeHeld => {}
        }
    }

    /// What happened and counts, in order. An act that raced an end, or another extension, is kept and changes nothing; what
    /// the person wrote is heard all the same.
    pub fn happened(&self) -> impl Iterator<Item = &Event> {
        let extension = self.extension.as_ref().map(|extension| extension.notice);
        let mut ended = false;
        self.head.events().iter().filter(move |event| match &event.change {
            Change::Answered { .. } | Change::Refused { .. } | Change::Withdrawn => {
                !std::mem::replace(&mut ended, true)
            }
            Change::Extended { notice, .. } => !ended && Some(*notice) == extension,
            Change::PersonWrote(_) | Change::Packaged(_) | Change::PackageDropped(_) => true,
            Change::CodeSent(_)
            | Change::CodeHeld
            | Change::CodeWrong
            | Change::Identified(_)
            | Change::OperatorWrote(_)
            | Change::Taken
            | Change::ClarificationAsked(_) => !ended,
        })
    }

    /// The state of a request that an operator is at.
    const fn working(&self) -> State {
        if self.extension.is_some() { State::Extended } else { State::InProgress }
    }

    fn end_clarification(&mut self, at: Timestamp) {
        if let Some((_, end)) = self.clarifications.last_mut() {
            end.get_or_insert(at);
        }
    }

    /// Where it stands now: one whose identity nobody proved in time has expired.
    pub fn state(&self, now: Timestamp) -> State {
        match &self.state {
            State::AwaitingIdentity(awaiting) if now >= awaiting.until => {
                State::Expired { at: awaiting.until }
            }
            state => state.clone(),
        }
    }

    /// The states that it went through, by name: since when each, and the last is where it stands now.
    pub fn states(&self, now: Timestamp) -> Vec<(Timestamp, &'static str)> {
        // Seen by going through it all once more: it is asked for where a request is shown whole.
        let mut replayed = Self::fold(self.id, self.opening.clone(), Head::default());
        let mut states = vec![(self.opening.at, replayed.state.name())];
        for event in self.head.events() {
            replayed.apply(event.id.instant(), &event.change);
            let name = replayed.state.name();
            if states.last().is_none_or(|(_, last)| *last != name) {
                states.push((event.id.instant(), name));
            }
        }
        if let State::Expired { at } = self.state(now) {
            states.push((at, "expired"));
        }
        states
    }

    /// When it arrived, from which the law counts. Where a complaint was turned into a request that is when the complaint
    /// came, which the request's id holds then: nobody waits longer because what they asked for was not seen at once.
    pub fn received(&self) -> Timestamp {
        match self.opening.door {
            Door::Feedback(_) => self.id.instant().min(self.opening.at),
            Door::Form | Door::Api | Door::DeleteAccount | Door::DeleteData => self.opening.at,
        }
    }

    /// What may be done with it now.
    pub fn stage(&self, now: Timestamp) -> Stage<'_> {
        match self.state(now) {
            State::AwaitingIdentity(awaiting) => {
                Stage::Identity(Unproven { request: self, awaiting, now })
            }
            state if state.ended().is_some() => Stage::Ended(Ended { request: self }),
            _ => Stage::Open(Open { request: self }),
        }
    }

    /// The moves of a request that is being worked on.
    ///
    /// # Errors
    /// [`Refusal`] where it has ended, or it is not proven yet who asks.
    pub fn open(&self, now: Timestamp) -> Result<Open<'_>, Refusal> {
        match self.stage(now) {
            Stage::Open(open) => Ok(open),
            Stage::Identity(_) => Err(Refusal::NotIdentified),
            Stage::Ended(_) => Err(Refusal::Ended),
        }
    }

    /// The moves while identity is to be proven.
    ///
    /// # Errors
    /// [`Refusal`] where it is proven, or the request has ended.
    pub fn unproven(&self, now: Timestamp) -> Result<Unproven<'_>, Refusal> {
        match self.stage(now) {
            Stage::Identity(unproven) => Ok(unproven),
            Stage::Open(_) => Err(Refusal::Identified),
            Stage::Ended(_) if self.identified.is_some() => Err(Refusal::Identified),
            Stage::Ended(_) => Err(Refusal::Ended),
        }
    }

    /// Withdraws it: the person's way out, open until it ends, however long the thread is.
    ///
    /// # Errors
    /// [`Refusal::Ended`].
    pub fn withdraw(&self, now: Timestamp) -> Result<Move, Refusal> {
        match self.stage(now) {
            Stage::Identity(_) | Stage::Open(_) => Ok(Move(Change::Withdrawn)),
            Stage::Ended(_) => Err(Refusal::Ended),
        }
    }

    /// Refuses it, with the ground. Until it is proven who asks there is but the one that they cannot be identified: any
    /// other would say something of a person who may be somebody else.
    ///
    /// # Errors
    /// [`Refusal::Ended`], [`Refusal::NotIdentified`].
    pub fn refuse(&self, now: Timestamp, ground: Ground, text: Message) -> Result<Move, Refusal> {
        match self.stage(now) {
            Stage::Identity(_) if ground != Ground::NotIdentified => Err(Refusal::NotIdentified),
            // The end stays reachable however long the thread is.
            Stage::Identity(_) | Stage::Open(_) => Ok(Move(Change::Refused { ground, text })),
            Stage::Ended(_) => Err(Refusal::Ended),
        }
    }

    /// Whether the link that was mailed still proves who asks.
    pub fn link_works(&self, now: Timestamp) -> bool {
        self.sent.is_some_and(|(at, _)| now.seconds_since(at) < PROOF_SECONDS)
    }

    /// Whether the person proved who they are with this very code, which was then sent twice: it is one act.
    pub fn was_proven_by(&self, keys: &Keyring, code: &Code, now: Timestamp) -> bool {
        let by_code = matches!(self.identified, Some((_, Proof::Code)));
        by_code && self.link_works(now) && self.is_code(keys, code)
    }

    fn is_code(&self, keys: &Keyring, code: &Code) -> bool {
        self.sent.is_some_and(|(_, hash)| hash.is(keys, self.id, code))
    }

    /// Whether a package can be fetched now.
    pub fn package(&self, now: Timestamp) -> Option<Package> {
        self.package.filter(|package| now < package.until)
    }

    /// For how long the clock may have rested, and why. Whether the law lets it rest, its rule says.
    pub fn pauses(&self, now: Timestamp) -> Vec<Pause> {
        let mut pauses = Vec::new();
        // Where nobody was asked, as where the app asserts it, or who asks was shown at once, there was nothing to wait for.
        let shown = self.identified.map(|(at, _)| at).or_else(|| self.state(now).ended());
        if let Some(from) = self.asked.filter(|asked| shown != Some(*asked)) {
            pauses.push(Pause { cause: Cause::Identity, from, to: shown });
        }
        for &(from, to) in &self.clarifications {
            pauses.push(Pause { cause: Cause::Clarification, from, to });
        }
        pauses
    }

    /// The reference that people use for it.
    pub fn reference(&self) -> Reference {
        Reference::new(Series::Requests, self.id)
    }

    fn room(&self, change: Change) -> Result<Move, Refusal> {
        let is_the_persons = matches!(change, Change::PersonWrote(_));
        if self.head.has_room(&change, is_the_persons, Change::text) {
            Ok(Move(change))
        } else {
            Err(Refusal::ThreadFull)
        }
    }
}

impl Unproven<'_> {
    /// Tries a code.
    pub fn try_code(&self, keys: &Keyring, code: &Code) -> Attempt {
        if self.awaiting.tries_left == 0 {
            return Attempt::Locked;
        }
        if !self.request.link_works(self.now) {
            return Attempt::TooLate;
        }
        if self.request.is_code(keys, code) {
            Attempt::Right(Move(Change::Identified(Proof::Code)))
        } else {
            Attempt::Wrong(Move(Change::CodeWrong))
        }
    }

    /// Proves identity by the link of the mail, which its mailbox alone has.
    ///
    /// # Errors
    /// [`Refusal::TooLate`] where the last mail was sent too long ago.
    pub fn by_link(&self) -> Result<Move, Refusal> {
        if self.request.link_works(self.now) {
            Ok(Move(Change::Identified(Proof::Link)))
        } else {
            Err(Refusal::TooLate)
        }
    }

    /// Proves identity by what the app's backend asserts.
    pub const fn by_assertion(&self) -> Move {
        Move(Change::Identified(Proof::Assertion))
    }

    /// Proves identity by what an operator saw.
    pub const fn by_operator(&self) -> Move {
        Move(Change::Identified(Proof::Operator))
    }

    /// Replaces the code by another one, which is sent; without one nothing is sent, and it counts all the same, so that
    /// nobody learns what a mailbox was sent before.
    ///
    /// # Errors
    /// [`Refusal::NoMoreCodes`] where enough were asked for.
    pub const fn resend(&self, code: Option<CodeHash>) -> Result<Move, Refusal> {
        if self.awaiting.sends_left == 0 {
            return Err(Refusal::NoMoreCodes);
        }
        Ok(Move(match code {
            Some(code) => Change::CodeSent(code),
            None => Change::CodeHeld,
        }))
    }
}

impl Open<'_> {
    /// Takes it up.
    ///
    /// # Errors
    /// [`Refusal::Unchanged`] where somebody has.
    pub fn take(&self) -> Result<Move, Refusal> {
        if self.request.state == State::Received {
            self.request.room(Change::Taken)
        } else {
            Err(Refusal::Unchanged)
        }
    }

    /// Adds a message of the person, which answers a question that was asked.
    ///
    /// # Errors
    /// [`Refusal::ThreadFull`].
    pub fn person_writes(&self, text: Message) -> Result<Move, Refusal> {
        self.request.room(Change::PersonWrote(text))
    }

    /// Adds a message of an operator, which ends nothing.
    ///
    /// # Errors
    /// [`Refusal::ThreadFull`].
    pub fn operator_writes(&self, text: Message) -> Result<Move, Refusal> {
        self.request.room(Change::OperatorWrote(text))
    }

    /// Asks the person what they mean.
    ///
    /// # Errors
    /// [`Refusal::ThreadFull`].
    pub fn ask(&self, text: Message) -> Result<Move, Refusal> {
        self.request.room(Change::ClarificationAsked(text))
    }

    /// Extends the term. The caller has asked the clock whether the law allows it ([`crate::clock`]), and has the mail that
    /// tells the person in the outbox.
    ///
    /// # Errors
    /// [`Refusal::Unchanged`] where it was extended already; [`Refusal::ThreadFull`].
    pub fn extend(&self, reason: Message, notice: Id) -> Result<Move, Refusal> {
        if self.request.extension.is_some() {
            return Err(Refusal::Unchanged);
        }
        self.request.room(Change::Extended { reason, notice })
    }

    /// Ends it: what was asked for was done, or a part of it. The end stays reachable however long the thread is.
    pub const fn answer(&self, text: Message, partly: bool) -> Move {
        Move(Change::Answered { text, partly })
    }

    /// Gives out a package.
    ///
    /// # Errors
    /// [`Refusal::ThreadFull`].
    pub fn package(&self, package: Package) -> Result<Move, Refusal> {
        self.request.room(Change::Packaged(package))
    }

    /// Drops a package.
    ///
    /// # Errors
    /// [`Refusal::Unchanged`] where there is none.
    pub fn drop_package(&self) -> Result<Move, Refusal> {
        self.request.drop_package()
    }
}

impl Ended<'_> {
    /// Drops a package, which outlives the request.
    ///
    /// # Errors
    /// [`Refusal::Unchanged`] where there is none.
    pub fn drop_package(&self) -> Result<Move, Refusal> {
        self.request.drop_package()
    }
}

impl Request {
    /// Drops the package: the deletion stays possible however long the thread is.
    fn drop_package(&self) -> Result<Move, Refusal> {
        let package = self.package.ok_or(Refusal::Unchanged)?;
        Ok(Move(Change::PackageDropped(package.id)))
    }
}

/// Where a request lies: its id, and whose data it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// The request's id.
    pub id: Id,
    /// Whose data it is about.
    pub subject: Subject,
}

impl RequestKey {
    /// The first part of the keys of openings.
    pub const AREA: &'static str = "request";

    /// Reads the key of an opening; `None` if it is another key.
    pub fn from_opening(key: &str) -> Option<Self> {
        let mut parts = key.split(':');
        if parts.next() != Some(Self::AREA) {
            return None;
        }
        let id = parts.next()?.parse().ok()?;
        let subject = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { id, subject })
    }
}

impl Place for RequestKey {
    type Case = Request;

    fn id(&self) -> Id {
        self.id
    }

    fn opening(&self) -> StoreKey {
        StoreKey::of(Self::AREA, self.id).with(&self.subject)
    }

    fn head(&self) -> StoreKey {
        StoreKey::of("request-head", self.id)
    }

    fn events_prefix(&self) -> String {
        format!("request-event:{}:", self.id)
    }

    fn event(&self, event: Id) -> StoreKey {
        StoreKey::of("request-event", self.id).with(&event)
    }

    fn to_bytes(self) -> [u8; 32] {
        joined(self.id, self.subject.to_bytes())
    }

    fn from_bytes(bytes: [u8; 32]) -> Self {
        let id = Id::from_bytes(half(&bytes, 0));
        Self { id, subject: Subject::from_bytes(half(&bytes, 16)) }
    }
}

impl Aggregate for Request {
    type Opening = Opening;
    type Change = Change;

    fn fold(id: Id, opening: Box<Opening>, journal: Head) -> Self {
        Self::fold(id, opening, journal)
    }

    fn unfold(self) -> (Id, Box<Opening>, Head) {
        (self.id, self.opening, self.head)
    }

    fn journal(&self) -> &Head {
        &self.head
    }

    fn expires(&self) -> Timestamp {
        self.opening.expires
    }
}

#[cfg(test)]
mod tests;
