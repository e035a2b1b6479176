//! Feedback: a question, complaint, suggestion or problem becomes a case (promise P11).

use desk_core::attachment::Attachment;
use desk_core::case::{
    AppVersion, Case, CaseChange, CaseDoor, CaseHead, CaseKey, CaseKind, CaseOpening, Message,
    Name, Suspicion,
};
use desk_core::email::EmailAddress;
use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::Subject;
use desk_core::lang::Lang;
use futures_util::future::try_join;

use crate::cases::{self, MessageOutcome};
use crate::desk::Desk;
use crate::idempotency::{Ticket, keyed, keyed_id, pin};
use crate::limiter::{self, Brake, Limit};
use crate::ports::Store;

/// A form that comes back sooner was not filled in by a person: even one tap and one word take longer.
pub const TOO_FAST: i64 = 3;

/// What a person sent.
#[derive(Debug)]
pub struct FileFeedback<'a> {
    /// What makes a retry the same case.
    pub ticket: Ticket,
    /// The client's address, as the configured header has it.
    pub client: Option<&'a str>,
    /// What it is.
    pub kind: CaseKind,
    /// What they wrote.
    pub message: Message,
    /// Their name.
    pub name: Option<Name>,
    /// Where they can be reached.
    pub email: Option<EmailAddress>,
    /// The version of the app that they use.
    pub app_version: Option<AppVersion>,
    /// The language of the answer.
    pub lang: Lang,
    /// What they attached.
    pub files: Vec<Attachment>,
    /// Whether the field was filled in that people cannot see.
    pub honeypot: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum FeedbackOutcome {
    /// A case is there, opened now or by the same ticket before.
    Filed {
        /// Its key.
        key: CaseKey,
        /// The case.
        case: Case,
        /// Where the client stands.
        brake: Brake,
    },
    /// The ticket opened this case before, with another text.
    UsedForAnother(CaseKey),
}

/// How often one client may write.
///
/// # Errors
/// A fault if the configuration is wrong.
pub fn limit<'a, S>(desk: &'a Desk<'_, S>) -> Result<Limit<'a>, Fault> {
    Ok(Limit { area: "feedback", limits: desk.setup.feedback_limits()? })
}

/// Files feedback: stores the case, or finds the one that the same ticket opened before.
///
/// # Errors
/// [`Fault::TooManyRequests`] if the client has filed too often; another fault if the store fails.
pub async fn file_feedback<S: Store>(
    desk: &Desk<'_, S>,
    input: FileFeedback<'_>,
) -> Result<FeedbackOutcome, Fault> {
    let ticket = &input.ticket;
    let fingerprint = fingerprint(&input);
    let subject = input.email.as_ref().map(|email| desk.setup.keys.subject(email));
    let own = case_key(desk, ticket, subject, &fingerprint);

    // Load: the case that this ticket may have opened already, the client's brake, the policy in force.
    let reads = try_join(limiter::check(desk, input.client, limit(desk)?), pin(desk));
    let loads = try_join(earlier(desk, ticket, own, &fingerprint), reads);
    let ((key, earlier), (brake, policy)) = loads.await?;
    if let Some(opening) = earlier {
        if opening.fingerprint != fingerprint {
            return Ok(FeedbackOutcome::UsedForAnother(key));
        }
        let case = Case::fold(key.id, opening, CaseHead::default());
        return Ok(FeedbackOutcome::Filed { key, case, brake: brake.released() });
    }
    brake.admit(desk)?;

    // Decide.
    let mut suspicions = Vec::new();
    if let Ticket::Form(id) = ticket
        && desk.now().seconds_since(id.instant()) < TOO_FAST
    {
        suspicions.push(Suspicion::TooFast);
    }
    if input.honeypot {
        suspicions.push(Suspicion::Honeypot);
    }
    suspicions.extend(Suspicion::of_message(&input.message));
    let opening = Box::new(CaseOpening {
        at: desk.now(),
        kind: input.kind,
        message: input.message,
        name: input.name,
        email: input.email,
        app_version: input.app_version,
        lang: input.lang,
        files: input.files.iter().map(cases::describe).collect(),
        policy,
        suspicions,
        door: if ticket.is_form() { CaseDoor::Form } else { CaseDoor::Api },
        fingerprint: fingerprint.clone(),
        expires: desk.kept_until()?,
    });

    // Save: what points at the case and what it is made of before the case itself.
    ticket.remember(desk, key.to_bytes(), fingerprint).await?;
    cases::write_files(desk, &key, opening.expires, &input.files).await?;
    try_join(cases::open(desk, &key, opening.expires, &opening), brake.count(desk)).await?;
    let case = Case::fold(key.id, opening, CaseHead::default());
    Ok(FeedbackOutcome::Filed { key, case, brake })
}

/// Adds a message of the person to their case, once for each token.
///
/// # Errors
/// [`Fault::TooManyRequests`] if the client has written too often; another fault if the case takes no message any more, or
/// the store fails.
pub async fn add_message<S: Store>(
    desk: &Desk<'_, S>,
    key: &CaseKey,
    (case, brake): (Case, Brake),
    text: Message,
    once: Option<&str>,
) -> Result<MessageOutcome<Case>, Fault> {
    let id = cases::event_id(desk, key, "person", once);
    let earlier = case.head.events().iter().find(|event| event.id.unique() == id.unique());
    if let Some(earlier) = earlier {
        return Ok(match &earlier.change {
            CaseChange::PersonWrote { text: first } if *first == text => {
                MessageOutcome::Kept { case, brake: brake.released() }
            }
            _ => MessageOutcome::UsedForAnother,
        });
    }
    let change = CaseChange::PersonWrote { text };
    case.decide(&change)?;
    brake.admit(desk)?;
    let append = cases::append(desk, key, case, change, id);
    let (case, ()) = try_join(append, brake.count(desk)).await?;
    Ok(MessageOutcome::Kept { case, brake })
}

/// What makes two filings the same: what the person said, not how it travelled.
fn fingerprint(input: &FileFeedback<'_>) -> String {
    let parts = [
        input.kind.name(),
        input.message.as_str(),
        input.name.as_ref().map_or("", Name::as_str),
        input.email.as_ref().map_or("", EmailAddress::as_str),
        input.app_version.as_ref().map_or("", AppVersion::as_str),
        input.lang.tag(),
    ];
    input.ticket.fingerprint(&parts, &input.files)
}

/// The case that a ticket opens. Two taps that race each other must come to the same one before either has stored
/// anything, and two different texts that race each other must not: so it is derived from what they share, and from what
/// they do not.
fn case_key<S>(
    desk: &Desk<'_, S>,
    ticket: &Ticket,
    subject: Option<Subject>,
    fingerprint: &str,
) -> CaseKey {
    let id = match (ticket, subject) {
        (Ticket::Form(id), None) => *id,
        // A case without an address and one with it have one id each, for events and files lie under the id alone.
        (Ticket::Form(id), Some(subject)) => {
            let parts: [&[u8]; 3] = [b"form", &id.to_bytes(), &subject.to_bytes()];
            Id::new(id.instant(), cases::unique(desk, &parts))
        }
        (Ticket::Keyed(marker), _) => keyed_id(desk, marker, fingerprint),
        (Ticket::Fresh, _) => desk.moment.id(),
    };
    CaseKey { id, subject }
}

/// Finds the case that the same ticket opened before. Without one, the key is that of the case to be opened.
async fn earlier<S: Store>(
    desk: &Desk<'_, S>,
    ticket: &Ticket,
    own: CaseKey,
    fingerprint: &str,
) -> Result<(CaseKey, Option<Box<CaseOpening>>), Fault> {
    match ticket {
        Ticket::Fresh => Ok((own, None)),
        Ticket::Form(_) if own.subject.is_none() => {
            Ok((own, cases::load_opening(desk, &own).await?))
        }
        // The same form may have been sent without an address before.
        Ticket::Form(id) => {
            let anonymous = CaseKey { id: *id, subject: None };
            let loads =
                try_join(cases::load_opening(desk, &own), cases::load_opening(desk, &anonymous));
            Ok(match loads.await? {
                (None, Some(opening)) => (anonymous, Some(opening)),
                (opening, _) => (own, opening),
            })
        }
        Ticket::Keyed(marker) => keyed(desk, marker, own, fingerprint).await,
    }
}
