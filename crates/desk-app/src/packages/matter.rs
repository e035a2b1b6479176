//! What an archive tells of, read one after another; cases and data requests alike.

use desk_core::case::{self, AttachedFile, Case, CaseKey, Message, PolicyPin};
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::reference::Reference;
use desk_core::request::{self, Proof, Request, RequestKey};
use desk_core::store_key::StoreKey;
use desk_core::suppression::{Scope, Suppression, SuppressionChange};
use desk_core::time::Timestamp;

use desk_documents::package::{By, What};

use crate::cases;
use crate::desk::Desk;
use crate::holdings::Roots;
use crate::outbox;
use crate::ports::Store;
use crate::sender::Mail;
use desk_core::fault::Fault;

/// A case or a data request.
pub(super) enum Matter {
    Case(CaseKey, Case),
    Request(RequestKey, Box<Request>),
}

/// One thing that happened.
pub(super) struct Entry<'a> {
    pub(super) at: Timestamp,
    pub(super) by: By,
    pub(super) what: What,
    pub(super) text: Option<&'a Message>,
}

impl Matter {
    pub(super) fn reference(&self) -> Reference {
        match self {
            Self::Case(_, case) => case.reference(),
            Self::Request(_, request) => request.reference(),
        }
    }

    /// The kind's name.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Case(_, case) => case.opening.kind.name(),
            Self::Request(_, request) => request.opening.kind.name(),
        }
    }

    pub(super) fn files(&self) -> &[AttachedFile] {
        match self {
            Self::Case(_, case) => &case.opening.files,
            Self::Request(_, request) => &request.opening.files,
        }
    }

    pub(super) const fn policy(&self) -> Option<&PolicyPin> {
        match self {
            Self::Case(_, case) => case.opening.policy.as_ref(),
            Self::Request(_, request) => request.opening.policy.as_ref(),
        }
    }

    /// When it came, and until when it is kept.
    pub(super) const fn term(&self) -> (Timestamp, Timestamp) {
        match self {
            Self::Case(_, case) => (case.opening.at, case.opening.expires),
            Self::Request(_, request) => (request.opening.at, request.opening.expires),
        }
    }

    /// What the person wrote first.
    pub(super) const fn text(&self) -> Option<&Message> {
        match self {
            Self::Case(_, case) => Some(&case.opening.message),
            Self::Request(_, request) => request.opening.details.as_ref(),
        }
    }

    pub(super) fn name(&self) -> Option<&str> {
        let name = match self {
            Self::Case(_, case) => case.opening.name.as_ref(),
            Self::Request(_, request) => request.opening.name.as_ref(),
        };
        name.map(|name| name.as_str())
    }

    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::Case(_, case) => case.opening.email.as_ref().map(|email| email.as_str()),
            Self::Request(_, request) => Some(request.opening.email.as_str()),
        }
    }

    /// What the n-th file is called in the archive; files count from one.
    pub(super) fn file_name(&self, number: usize, file: &AttachedFile) -> String {
        format!("files/{}-{number}.{}", self.reference(), file.kind.extension())
    }

    pub(super) fn file_part(&self, file: usize, part: usize) -> StoreKey {
        match self {
            Self::Case(key, _) => key.file_part(file, part),
            Self::Request(key, _) => key.file_part(file, part),
        }
    }

    /// What happened after the opening, in order.
    pub(super) fn entries(&self) -> Vec<Entry<'_>> {
        match self {
            Self::Case(_, case) => case.head.events().iter().map(of_case).collect(),
            Self::Request(_, request) => request.head.events().iter().map(of_request).collect(),
        }
    }
}

fn of_case(event: &case::CaseEvent) -> Entry<'_> {
    use case::CaseChange;
    let (by, what, text) = match &event.change {
        CaseChange::PersonWrote { text } => (By::Person, What::Message, Some(text)),
        CaseChange::OperatorReplied { text } => (By::Operator, What::Message, Some(text)),
        CaseChange::StateSet { state } => (By::Operator, What::State((*state).into()), None),
        CaseChange::Withdrawn => (By::Person, What::Withdrawn, None),
    };
    Entry { at: event.id.instant(), by, what, text }
}

fn of_request(event: &request::RequestEvent) -> Entry<'_> {
    use request::RequestChange;
    let (by, what, text) = match &event.change {
        RequestChange::CodeSent(_) => (By::Desk, What::CodeSent, None),
        RequestChange::CodeHeld => (By::Desk, What::CodeHeld, None),
        RequestChange::CodeWrong => (By::Person, What::CodeWrong, None),
        RequestChange::Identified(Proof::Operator) => {
            (By::Operator, What::Identified(Proof::Operator), None)
        }
        RequestChange::Identified(proof) => (By::Person, What::Identified(*proof), None),
        RequestChange::PersonWrote(text) => (By::Person, What::Message, Some(text)),
        RequestChange::OperatorWrote(text) => (By::Operator, What::Message, Some(text)),
        RequestChange::Taken => (By::Operator, What::Taken, None),
        RequestChange::ClarificationAsked(text) => (By::Operator, What::Question, Some(text)),
        RequestChange::Extended { reason, .. } => (By::Operator, What::Extended, Some(reason)),
        RequestChange::Answered { text, partly } => {
            (By::Operator, What::Answered { partly: *partly }, Some(text))
        }
        RequestChange::Refused { ground, text } => {
            (By::Operator, What::Refused(*ground), Some(text))
        }
        RequestChange::Withdrawn => (By::Person, What::Withdrawn, None),
        RequestChange::Packaged(package) => (By::Desk, What::Packaged(package.until), None),
        RequestChange::PackageDropped(_) => (By::Desk, What::PackageDropped, None),
    };
    Entry { at: event.id.instant(), by, what, text }
}

/// A suppression that holds, and what it is about.
pub(super) type State = (Scope, Suppression);

/// What an archive tells of.
pub(super) enum Item<'h> {
    /// A case or a data request.
    Matter(Matter),
    /// The suppressions that hold: a few for every list there is.
    Suppressions(Vec<State>),
    /// Some of the journal of suppressions.
    Changes(&'h [SuppressionChange]),
    /// A mail that waits.
    Mail(Id, Mail),
}

/// How many changes are told of in one go.
const CHUNK: usize = 500;

/// All that is held about a person: the cases, the requests, the suppressions, the journal of them, the mails; of each the
/// oldest first. One is loaded after another: a case has up to 300 KB, and to load several at once would cost more code
/// than it saves time. What has expired is left out.
pub(super) struct Items<'h> {
    /// All keys of the store, in order.
    keys: &'h [String],
    held: &'h Roots,
    /// How many were looked for.
    at: usize,
}

impl<'h> Items<'h> {
    pub(super) const fn new(keys: &'h [String], held: &'h Roots) -> Self {
        Self { keys, held, at: 0 }
    }

    pub(super) async fn next<S: Store>(
        &mut self,
        desk: &Desk<'_, S>,
    ) -> Result<Option<Item<'h>>, Fault> {
        let held = self.held;
        loop {
            let mut at = self.at;
            self.at += 1;
            let item = if let Some(key) = nth(&held.cases, &mut at) {
                let case = load(desk, self.keys, key).await?;
                case.map(|case| Item::Matter(Matter::Case(*key, case)))
            } else if let Some(key) = nth(&held.requests, &mut at) {
                let request = load(desk, self.keys, key).await?;
                request.map(|request| Item::Matter(Matter::Request(*key, Box::new(request))))
            } else if nth(&[()], &mut at).is_some() {
                Some(Item::Suppressions(suppressions(desk, held).await?))
            } else if let Some(changes) = held.changes.chunks(CHUNK).nth(at) {
                Some(Item::Changes(changes))
            } else {
                at -= held.changes.chunks(CHUNK).len();
                let Some(id) = held.mails.get(at) else { return Ok(None) };
                let mail = desk.read_sealed(&outbox::mail_key(*id)?).await?;
                mail.map(|mail| Item::Mail(*id, mail))
            };
            if item.is_some() {
                return Ok(item);
            }
        }
    }
}

/// Gives what lies at a place of a list, or takes off the place what the list has.
fn nth<'l, T>(list: &'l [T], at: &mut usize) -> Option<&'l T> {
    let found = list.get(*at);
    if found.is_none() {
        *at -= list.len();
    }
    found
}

async fn suppressions<S: Store>(desk: &Desk<'_, S>, held: &Roots) -> Result<Vec<State>, Fault> {
    let mut states = Vec::new();
    for held in &held.suppressions {
        let state = desk.suppression(held.subject, held.scope).await?;
        states.extend(state.map(|state| (held.scope, state)));
    }
    Ok(states)
}

/// Loads a case with every event that is stored, also where the view of them misses one.
async fn load<S: Store, K: Place>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &K,
) -> Result<Option<K::Case>, Fault> {
    let events = cases::events_among(keys, &key.events_prefix());
    Ok(cases::load_whole(desk, key, &events).await?.map(|(case, _)| case))
}
