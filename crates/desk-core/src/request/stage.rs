//! The moves of each stage of a request: only they make a [`Move`], which is all that can be appended.

use super::Request;
use super::change::{Change, Ground, Package, Proof};
use super::code::{Code, CodeHash};
use super::state::{Awaiting, State};
use crate::case::Message;
use crate::id::Id;
use crate::keys::Keyring;
use crate::time::Timestamp;

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

    fn room(&self, change: Change) -> Result<Move, Refusal> {
        let is_the_persons = matches!(change, Change::PersonWrote(_));
        if self.head.has_room(&change, is_the_persons, Change::text) {
            Ok(Move(change))
        } else {
            Err(Refusal::ThreadFull)
        }
    }

    /// Drops the package: the deletion stays possible however long the thread is.
    fn drop_package(&self) -> Result<Move, Refusal> {
        let package = self.package.ok_or(Refusal::Unchanged)?;
        Ok(Move(Change::PackageDropped(package.id)))
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

#[cfg(test)]
mod tests;
