//! Data requests: what a data subject asks for, how they prove who they are, and what may happen when.
//!
//! A request is its opening and the events after it ([`crate::journal`]). What may happen next follows from where it
//! stands: [`Request::stage`] gives the moves of that stage, and only they make a [`Move`], which is all that can be
//! appended. Events that raced each other fold by the same rules, so a reply that came after a withdrawal has no effect.

mod change;
mod code;
mod key;
pub mod log;
mod opening;
mod stage;
mod state;

use crate::clock::due::{Cause, Pause};
use crate::id::Id;
use crate::journal::Aggregate;
use crate::keys::Keyring;
use crate::reference::{Reference, Series};
use crate::time::Timestamp;

pub use change::{Package, Proof, RefusalGround, RequestChange, RequestEvent, RequestHead};
pub use code::{Code, CodeHash};
pub use key::RequestKey;
pub use opening::{Behalf, Identity, RequestDoor, RequestKind, RequestOpening};
pub use stage::{Attempt, EndedRequest, Move, MoveRefusal, OpenRequest, Stage, UnprovenRequest};
pub use state::{
    Awaiting, Extension, IDENTITY_SECONDS, PROOF_SECONDS, RequestState, SENDS, STATES, TRIES,
};

/// A request as it stands: its opening and its events, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The request's id.
    pub id: Id,
    /// How it began.
    pub opening: Box<RequestOpening>,
    /// What happened since.
    pub head: RequestHead,
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
    state: RequestState,
    /// The clarifications that were asked for: when, and when the person answered.
    clarifications: Vec<(Timestamp, Option<Timestamp>)>,
}

impl Request {
    /// Folds a request from its opening and its events.
    pub fn fold(id: Id, opening: Box<RequestOpening>, head: RequestHead) -> Self {
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
                    RequestState::AwaitingIdentity(Awaiting {
                        sends_left: if opening.identity == Identity::Awaited {
                            SENDS
                        } else {
                            SENDS - 1
                        },
                        tries_left: TRIES,
                        until: opening.at.plus_seconds(IDENTITY_SECONDS),
                    })
                }
                Identity::Asserted => RequestState::Received,
            },
            opening,
            head: RequestHead::default(),
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
    fn apply(&mut self, at: Timestamp, change: &RequestChange) {
        match (&mut self.state, change) {
            (_, RequestChange::Packaged(package)) => self.package = Some(*package),
            (_, RequestChange::PackageDropped(id)) => {
                self.package = self.package.filter(|package| package.id != *id);
            }
            (RequestState::AwaitingIdentity(awaiting), RequestChange::CodeSent(code)) => {
                self.sent = Some((at, *code));
                self.asked.get_or_insert(at);
                awaiting.sends_left = awaiting.sends_left.saturating_sub(1);
            }
            (RequestState::AwaitingIdentity(awaiting), RequestChange::CodeHeld) => {
                awaiting.sends_left = awaiting.sends_left.saturating_sub(1);
            }
            (RequestState::AwaitingIdentity(awaiting), RequestChange::CodeWrong) => {
                awaiting.tries_left = awaiting.tries_left.saturating_sub(1);
            }
            (RequestState::AwaitingIdentity(_), RequestChange::Identified(proof)) => {
                self.identified = Some((at, *proof));
                self.state = RequestState::Received;
            }
            (state, RequestChange::Withdrawn) if state.ended().is_none() => {
                self.end_clarification(at);
                self.state = RequestState::Withdrawn { at };
            }
            // An operator may refuse whoever cannot be identified.
            (state, RequestChange::Refused { ground, .. }) if state.ended().is_none() => {
                self.end_clarification(at);
                self.state = RequestState::Refused { at, ground: *ground };
            }
            (
                RequestState::Received
                | RequestState::InProgress
                | RequestState::AwaitingClarification { .. }
                | RequestState::Extended,
                change,
            ) => self.apply_open(at, change),
            _ => {}
        }
    }

    fn apply_open(&mut self, at: Timestamp, change: &RequestChange) {
        match change {
            RequestChange::Taken | RequestChange::OperatorWrote(_) => {
                if self.state == RequestState::Received {
                    self.state = self.working();
                }
            }
            RequestChange::PersonWrote(_) => {
                if matches!(self.state, RequestState::AwaitingClarification { .. }) {
                    self.end_clarification(at);
                    self.state = self.working();
                }
            }
            RequestChange::ClarificationAsked(_) => {
                self.end_clarification(at);
                self.clarifications.push((at, None));
                self.state = RequestState::AwaitingClarification { since: at };
            }
            RequestChange::Extended { reason, notice } => {
                if self.extension.is_none() {
                    let (reason, notice) = (reason.clone(), *notice);
                    self.extension = Some(Extension { at, reason, notice });
                }
                if !matches!(self.state, RequestState::AwaitingClarification { .. }) {
                    self.state = self.working();
                }
            }
            RequestChange::Answered { partly, .. } => {
                self.end_clarification(at);
                self.state = RequestState::Answered { at, partly: *partly };
            }
            RequestChange::CodeSent(_)
            | RequestChange::CodeWrong
            | RequestChange::Identified(_)
            | RequestChange::Refused { .. }
            | RequestChange::Withdrawn
            | RequestChange::Packaged(_)
            | RequestChange::PackageDropped(_)
            | RequestChange::CodeHeld => {}
        }
    }

    /// What happened and counts, in order. An act that raced an end, or another extension, is kept and changes nothing; what
    /// the person wrote is heard all the same.
    pub fn effective_events(&self) -> impl Iterator<Item = &RequestEvent> {
        let extension = self.extension.as_ref().map(|extension| extension.notice);
        let mut ended = false;
        self.head.events().iter().filter(move |event| match &event.change {
            RequestChange::Answered { .. }
            | RequestChange::Refused { .. }
            | RequestChange::Withdrawn => !std::mem::replace(&mut ended, true),
            RequestChange::Extended { notice, .. } => !ended && Some(*notice) == extension,
            RequestChange::PersonWrote(_)
            | RequestChange::Packaged(_)
            | RequestChange::PackageDropped(_) => true,
            RequestChange::CodeSent(_)
            | RequestChange::CodeHeld
            | RequestChange::CodeWrong
            | RequestChange::Identified(_)
            | RequestChange::OperatorWrote(_)
            | RequestChange::Taken
            | RequestChange::ClarificationAsked(_) => !ended,
        })
    }

    /// The state of a request that an operator is at.
    const fn working(&self) -> RequestState {
        if self.extension.is_some() { RequestState::Extended } else { RequestState::InProgress }
    }

    fn end_clarification(&mut self, at: Timestamp) {
        if let Some((_, end)) = self.clarifications.last_mut() {
            end.get_or_insert(at);
        }
    }

    /// Where it stands now: one whose identity nobody proved in time has expired.
    pub fn state(&self, now: Timestamp) -> RequestState {
        match &self.state {
            RequestState::AwaitingIdentity(awaiting) if now >= awaiting.until => {
                RequestState::Expired { at: awaiting.until }
            }
            state => state.clone(),
        }
    }

    /// The states that it went through, by name: since when each, and the last is where it stands now.
    pub fn states(&self, now: Timestamp) -> Vec<(Timestamp, &'static str)> {
        // Seen by going through it all once more: it is asked for where a request is shown whole.
        let mut replayed = Self::fold(self.id, self.opening.clone(), RequestHead::default());
        let mut states = vec![(self.opening.at, replayed.state.name())];
        for event in self.head.events() {
            replayed.apply(event.id.instant(), &event.change);
            let name = replayed.state.name();
            if states.last().is_none_or(|(_, last)| *last != name) {
                states.push((event.id.instant(), name));
            }
        }
        if let RequestState::Expired { at } = self.state(now) {
            states.push((at, "expired"));
        }
        states
    }

    /// When it arrived, from which the law counts. Where a complaint was turned into a request that is when the complaint
    /// came, which the request's id holds then: nobody waits longer because what they asked for was not seen at once.
    pub fn received(&self) -> Timestamp {
        match self.opening.door {
            RequestDoor::Feedback(_) => self.id.instant().min(self.opening.at),
            RequestDoor::Form
            | RequestDoor::Api
            | RequestDoor::DeleteAccount
            | RequestDoor::DeleteData => self.opening.at,
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
}

impl Aggregate for Request {
    type Opening = RequestOpening;
    type Change = RequestChange;

    fn fold(id: Id, opening: Box<RequestOpening>, journal: RequestHead) -> Self {
        Self::fold(id, opening, journal)
    }

    fn unfold(self) -> (Id, Box<RequestOpening>, RequestHead) {
        (self.id, self.opening, self.head)
    }

    fn journal(&self) -> &RequestHead {
        &self.head
    }

    fn expires(&self) -> Timestamp {
        self.opening.expires
    }
}

#[cfg(test)]
mod tests;
