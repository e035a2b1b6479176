//! The moves of each stage of a request: only they make a [`Move`], which is all that can be appended.

use super::Request;
use super::change::{Package, Proof, RefusalGround, RequestChange};
use super::code::{Code, CodeHash};
use super::state::{Awaiting, RequestState};
use crate::case::Message;
use crate::id::Id;
use crate::keys::Keyring;
use crate::time::Timestamp;

/// Why a thing cannot happen to a request as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveRefusal {
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
pub struct Move(RequestChange);

impl Move {
    /// The change, to be stored.
    pub fn into_change(self) -> RequestChange {
        self.0
    }
}

/// What may be done with a request as it stands.
#[derive(Clone, Copy, Debug)]
pub enum Stage<'a> {
    /// Identity is to be proven.
    Identity(UnprovenRequest<'a>),
    /// It is being worked on.
    Open(OpenRequest<'a>),
    /// It has ended.
    Ended(EndedRequest<'a>),
}

/// The moves while identity is to be proven.
#[derive(Clone, Copy, Debug)]
pub struct UnprovenRequest<'a> {
    request: &'a Request,
    /// What is known of it.
    pub awaiting: Awaiting,
    now: Timestamp,
}

/// The moves while a request is being worked on.
#[derive(Clone, Copy, Debug)]
pub struct OpenRequest<'a> {
    request: &'a Request,
}

/// The moves once it has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedRequest<'a> {
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
            RequestState::AwaitingIdentity(awaiting) => {
                Stage::Identity(UnprovenRequest { request: self, awaiting, now })
            }
            state if state.ended().is_some() => Stage::Ended(EndedRequest { request: self }),
            _ => Stage::Open(OpenRequest { request: self }),
        }
    }

    /// The moves of a request that is being worked on.
    ///
    /// # Errors
    /// [`MoveRefusal`] where it has ended, or it is not proven yet who asks.
    pub fn open(&self, now: Timestamp) -> Result<OpenRequest<'_>, MoveRefusal> {
        match self.stage(now) {
            Stage::Open(open) => Ok(open),
            Stage::Identity(_) => Err(MoveRefusal::NotIdentified),
            Stage::Ended(_) => Err(MoveRefusal::Ended),
        }
    }

    /// The moves while identity is to be proven.
    ///
    /// # Errors
    /// [`MoveRefusal`] where it is proven, or the request has ended.
    pub fn unproven(&self, now: Timestamp) -> Result<UnprovenRequest<'_>, MoveRefusal> {
        match self.stage(now) {
            Stage::Identity(unproven) => Ok(unproven),
            Stage::Open(_) => Err(MoveRefusal::Identified),
            Stage::Ended(_) if self.identified.is_some() => Err(MoveRefusal::Identified),
            Stage::Ended(_) => Err(MoveRefusal::Ended),
        }
    }

    /// Withdraws it: the person's way out, open until it ends, however long the thread is.
    ///
    /// # Errors
    /// [`MoveRefusal::Ended`].
    pub fn withdraw(&self, now: Timestamp) -> Result<Move, MoveRefusal> {
        match self.stage(now) {
            Stage::Identity(_) | Stage::Open(_) => Ok(Move(RequestChange::Withdrawn)),
            Stage::Ended(_) => Err(MoveRefusal::Ended),
        }
    }

    /// Refuses it, with the ground. Until it is proven who asks there is but the one that they cannot be identified: any
    /// other would say something of a person who may be somebody else.
    ///
    /// # Errors
    /// [`MoveRefusal::Ended`], [`MoveRefusal::NotIdentified`].
    pub fn refuse(
        &self,
        now: Timestamp,
        ground: RefusalGround,
        text: Message,
    ) -> Result<Move, MoveRefusal> {
        match self.stage(now) {
            Stage::Identity(_) if ground != RefusalGround::NotIdentified => {
                Err(MoveRefusal::NotIdentified)
            }
            // The end stays reachable however long the thread is.
            Stage::Identity(_) | Stage::Open(_) => {
                Ok(Move(RequestChange::Refused { ground, text }))
            }
            Stage::Ended(_) => Err(MoveRefusal::Ended),
        }
    }

    fn room(&self, change: RequestChange) -> Result<Move, MoveRefusal> {
        let is_the_persons = matches!(change, RequestChange::PersonWrote(_));
        if self.head.has_room(&change, is_the_persons, RequestChange::text) {
            Ok(Move(change))
        } else {
            Err(MoveRefusal::ThreadFull)
        }
    }

    /// Drops the package: the deletion stays possible however long the thread is.
    fn drop_package(&self) -> Result<Move, MoveRefusal> {
        let package = self.package.ok_or(MoveRefusal::Unchanged)?;
        Ok(Move(RequestChange::PackageDropped(package.id)))
    }
}

impl UnprovenRequest<'_> {
    /// Tries a code.
    pub fn try_code(&self, keys: &Keyring, code: &Code) -> Attempt {
        if self.awaiting.tries_left == 0 {
            return Attempt::Locked;
        }
        if !self.request.link_works(self.now) {
            return Attempt::TooLate;
        }
        if self.request.is_code(keys, code) {
            Attempt::Right(Move(RequestChange::Identified(Proof::Code)))
        } else {
            Attempt::Wrong(Move(RequestChange::CodeWrong))
        }
    }

    /// Proves identity by the link of the mail, which its mailbox alone has.
    ///
    /// # Errors
    /// [`MoveRefusal::TooLate`] where the last mail was sent too long ago.
    pub fn by_link(&self) -> Result<Move, MoveRefusal> {
        if self.request.link_works(self.now) {
            Ok(Move(RequestChange::Identified(Proof::Link)))
        } else {
            Err(MoveRefusal::TooLate)
        }
    }

    /// Proves identity by what the app's backend asserts.
    pub const fn by_assertion(&self) -> Move {
        Move(RequestChange::Identified(Proof::Assertion))
    }

    /// Proves identity by what an operator saw.
    pub const fn by_operator(&self) -> Move {
        Move(RequestChange::Identified(Proof::Operator))
    }

    /// Replaces the code by another one, which is sent; without one nothing is sent, and it counts all the same, so that
    /// nobody learns what a mailbox was sent before.
    ///
    /// # Errors
    /// [`MoveRefusal::NoMoreCodes`] where enough were asked for.
    pub const fn resend(&self, code: Option<CodeHash>) -> Result<Move, MoveRefusal> {
        if self.awaiting.sends_left == 0 {
            return Err(MoveRefusal::NoMoreCodes);
        }
        Ok(Move(match code {
            Some(code) => RequestChange::CodeSent(code),
            None => RequestChange::CodeHeld,
        }))
    }
}

impl OpenRequest<'_> {
    /// Takes it up.
    ///
    /// # Errors
    /// [`MoveRefusal::Unchanged`] where somebody has.
    pub fn take(&self) -> Result<Move, MoveRefusal> {
        if self.request.state == RequestState::Received {
            self.request.room(RequestChange::Taken)
        } else {
            Err(MoveRefusal::Unchanged)
        }
    }

    /// Adds a message of the person, which answers a question that was asked.
    ///
    /// # Errors
    /// [`MoveRefusal::ThreadFull`].
    pub fn person_writes(&self, text: Message) -> Result<Move, MoveRefusal> {
        self.request.room(RequestChange::PersonWrote(text))
    }

    /// Adds a message of an operator, which ends nothing.
    ///
    /// # Errors
    /// [`MoveRefusal::ThreadFull`].
    pub fn operator_writes(&self, text: Message) -> Result<Move, MoveRefusal> {
        self.request.room(RequestChange::OperatorWrote(text))
    }

    /// Asks the person what they mean.
    ///
    /// # Errors
    /// [`MoveRefusal::ThreadFull`].
    pub fn ask(&self, text: Message) -> Result<Move, MoveRefusal> {
        self.request.room(RequestChange::ClarificationAsked(text))
    }

    /// Extends the term. The caller has asked the clock whether the law allows it ([`crate::clock`]), and has the mail that
    /// tells the person in the outbox.
    ///
    /// # Errors
    /// [`MoveRefusal::Unchanged`] where it was extended already; [`MoveRefusal::ThreadFull`].
    pub fn extend(&self, reason: Message, notice: Id) -> Result<Move, MoveRefusal> {
        if self.request.extension.is_some() {
            return Err(MoveRefusal::Unchanged);
        }
        self.request.room(RequestChange::Extended { reason, notice })
    }

    /// Ends it: what was asked for was done, or a part of it. The end stays reachable however long the thread is.
    pub const fn answer(&self, text: Message, partly: bool) -> Move {
        Move(RequestChange::Answered { text, partly })
    }

    /// Gives out a package.
    ///
    /// # Errors
    /// [`MoveRefusal::ThreadFull`].
    pub fn package(&self, package: Package) -> Result<Move, MoveRefusal> {
        self.request.room(RequestChange::Packaged(package))
    }

    /// Drops a package.
    ///
    /// # Errors
    /// [`MoveRefusal::Unchanged`] where there is none.
    pub fn drop_package(&self) -> Result<Move, MoveRefusal> {
        self.request.drop_package()
    }
}

impl EndedRequest<'_> {
    /// Drops a package, which outlives the request.
    ///
    /// # Errors
    /// [`MoveRefusal::Unchanged`] where there is none.
    pub fn drop_package(&self) -> Result<Move, MoveRefusal> {
        self.request.drop_package()
    }
}

#[cfg(test)]
mod tests;
