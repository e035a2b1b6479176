//! Data requests: what a person asks for becomes a request that waits for a proof of who they are.

use desk_core::attachment::Attachment;
use desk_core::case::{Message, Name};
use desk_core::clock::regime::Regime;
use desk_core::email::EmailAddress;
use desk_core::erasure::DestructionAct;
use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::journal::Place as _;
use desk_core::lang::Lang;
use desk_core::request::{
    Behalf, Code, CodeHash, Identity, Request, RequestChange, RequestDoor, RequestKey, RequestKind,
    RequestOpening,
};
use futures_util::future::try_join;

use crate::cases::{self, MessageOutcome};
use crate::desk::Desk;
use crate::idempotency::{Ticket, keyed, keyed_id, pin};
use crate::limiter::{self, Brake, Limit, mailbox};
use crate::notices::identity_mail;
use crate::outbox::{self, QueuedMail};
use crate::ports::Store;

/// What a person asks for.
#[derive(Debug)]
pub struct FileRequest<'a> {
    /// What makes a retry the same request.
    pub ticket: Ticket,
    /// The client's address, as the configured header has it.
    pub client: Option<&'a str>,
    /// By which way it came.
    pub door: RequestDoor,
    /// What is asked for.
    pub kind: RequestKind,
    /// Whose data it is about, and where the mail goes that proves who asks.
    pub email: EmailAddress,
    /// The person's name.
    pub name: Option<Name>,
    /// What they wrote.
    pub details: Option<Message>,
    /// For whom they ask.
    pub behalf: Behalf,
    /// The law that the request is under.
    pub regime: Regime,
    /// The language of the answer.
    pub lang: Lang,
    /// What they attached.
    pub files: Vec<Attachment>,
    /// Whether the app's backend is about to assert who asks, so that no mail is needed.
    pub asserts: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum RequestOutcome {
    /// A request is there, opened now or by the same ticket before.
    Filed {
        /// Its key.
        key: RequestKey,
        /// What it was opened with.
        opening: Box<RequestOpening>,
        /// Where the client stands.
        brake: Brake,
        /// The mail that proves who asks, where one was stored.
        mail: Option<QueuedMail>,
    },
    /// The ticket opened this request before, with another text.
    UsedForAnother(RequestKey),
    /// What the ticket opened was erased since.
    Erased,
}

/// How often one client may write.
///
/// # Errors
/// A fault if the configuration is wrong.
pub fn limit<'a, S>(desk: &'a Desk<'_, S>) -> Result<Limit<'a>, Fault> {
    Ok(Limit { area: "requests", limits: &desk.setup.request_limits()?.client })
}

/// How many mails one address is sent.
///
/// # Errors
/// A fault if the configuration is wrong.
pub fn mail_limit<'a, S>(desk: &'a Desk<'_, S>) -> Result<Limit<'a>, Fault> {
    Ok(Limit { area: "request-mail", limits: &desk.setup.request_limits()?.mailbox })
}

/// Files a request: stores it with the mail that proves who asks, or finds the one that the same ticket opened before.
///
/// Whether anything is known of the address is never looked at, so no answer can tell.
///
/// # Errors
/// [`Fault::TooManyRequests`] if the client has filed too often; another fault if the store fails.
pub async fn file_request<S: Store>(
    desk: &Desk<'_, S>,
    input: FileRequest<'_>,
) -> Result<RequestOutcome, Fault> {
    let ticket = &input.ticket;
    let fingerprint = fingerprint(&input);
    let own = request_key(desk, ticket, &input.email, &fingerprint);

    // Load: the request that this ticket may have opened already, both brakes, the policy in force.
    let who = mailbox(desk, &input.email);
    let brakes = try_join(
        limiter::check(desk, input.client, limit(desk)?),
        limiter::check_for(desk, &who, mail_limit(desk)?),
    );
    let loads = try_join(brakes, pin(desk));
    let loads = try_join(earlier(desk, ticket, own, &fingerprint), loads);
    let ((key, earlier), ((client, mailbox), policy)) = loads.await?;
    if let Some(opening) = earlier {
        if opening.fingerprint != fingerprint {
            return Ok(RequestOutcome::UsedForAnother(key));
        }
        return Ok(RequestOutcome::Filed { key, opening, brake: client.released(), mail: None });
    }
    client.admit(desk)?;
    // What was erased meanwhile is not opened again: another request under its id would take the act's place.
    let may_come_again = !matches!(ticket, Ticket::Fresh);
    if may_come_again && desk.store.get(&DestructionAct::key(key.id)).await?.is_some() {
        return Ok(RequestOutcome::Erased);
    }

    // Decide.
    let code = code(desk, ticket, &key);
    let hash = CodeHash::new(&desk.setup.keys, key.id, &code);
    let sends = !input.asserts && mailbox.admit(desk).is_ok();
    let identity = match (input.asserts, sends) {
        (true, _) => Identity::Awaited,
        (false, true) => Identity::Sent(hash),
        (false, false) => Identity::Held(hash),
    };
    let opening = Box::new(RequestOpening {
        at: desk.now(),
        kind: input.kind,
        regime: input.regime,
        email: input.email,
        name: input.name,
        details: input.details,
        behalf: input.behalf,
        files: input.files.iter().map(cases::describe).collect(),
        lang: input.lang,
        policy,
        door: input.door,
        fingerprint: fingerprint.clone(),
        identity,
        expires: desk.request_kept_until()?,
    });

    // Save: what points at the request and what it is made of, and the mail, before the request itself. A mailbox that has
    // had enough mails gets no more of them, and nobody learns of it.
    ticket.remember(desk, key.to_bytes(), fingerprint).await?;
    cases::write_files(desk, &key, opening.expires, &input.files).await?;
    let mail = if sends {
        let mail = identity_mail(desk, &key, &opening, &code);
        Some(outbox::put(desk, identity_mail_id(desk, &key), mail).await?)
    } else {
        None
    };
    let counted = try_join(client.count(desk), mailbox.count_if(desk, sends));
    try_join(cases::open(desk, &key, opening.expires, &opening), counted).await?;
    Ok(RequestOutcome::Filed { key, opening, brake: client, mail })
}

/// Adds a message of the person to their request, once for each token.
///
/// # Errors
/// [`Fault::TooManyRequests`] if the client has written too often; another fault if the request takes no message any more,
/// or the store fails.
pub async fn add_message<S: Store>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    (case, brake): (Request, Brake),
    text: Message,
    once: Option<&str>,
) -> Result<MessageOutcome<Request>, Fault> {
    let id = cases::event_id(desk, key, "person", once);
    if let Some(earlier) = sent_before(&case, id) {
        return Ok(match earlier {
            RequestChange::PersonWrote(first) if *first == text => {
                MessageOutcome::Kept { case, brake }
            }
            _ => MessageOutcome::UsedForAnother,
        });
    }
    let change = case.open(desk.now())?.person_writes(text)?.into_change();
    brake.admit(desk)?;
    let append = cases::append(desk, key, case, change, id);
    let (case, ()) = try_join(append, brake.count(desk)).await?;
    Ok(MessageOutcome::Kept { case, brake })
}

/// What an idempotency key, or the token of a form, was used for before.
fn sent_before(case: &Request, id: Id) -> Option<&RequestChange> {
    let events = case.head.events().iter();
    events.rev().find(|event| event.id.unique() == id.unique()).map(|event| &event.change)
}

/// What makes two filings the same: what the person said, not how it travelled.
fn fingerprint(input: &FileRequest<'_>) -> String {
    let parts = [
        input.kind.name(),
        input.email.as_str(),
        input.name.as_ref().map_or("", Name::as_str),
        input.details.as_ref().map_or("", Message::as_str),
        input.behalf.name(),
        input.regime.name(),
        input.lang.tag(),
    ];
    input.ticket.fingerprint(&parts, &input.files)
}

/// The request that a ticket opens. Two taps that race each other must come to the same one before either has stored
/// anything: so it is derived from what they share.
fn request_key<S>(
    desk: &Desk<'_, S>,
    ticket: &Ticket,
    email: &EmailAddress,
    fingerprint: &str,
) -> RequestKey {
    let subject = desk.setup.keys.subject(email);
    let id = match ticket {
        Ticket::Form(id) => {
            let parts: [&[u8]; 3] = [b"request", &id.to_bytes(), &subject.to_bytes()];
            Id::new(id.instant(), cases::unique(desk, &parts))
        }
        Ticket::Keyed(marker) => keyed_id(desk, marker, fingerprint),
        Ticket::Fresh => desk.moment.id(),
    };
    RequestKey { id, subject }
}

/// Finds the request that the same ticket opened before. Without one, the key is that of the request to be opened.
async fn earlier<S: Store>(
    desk: &Desk<'_, S>,
    ticket: &Ticket,
    own: RequestKey,
    fingerprint: &str,
) -> Result<(RequestKey, Option<Box<RequestOpening>>), Fault> {
    match ticket {
        Ticket::Fresh => Ok((own, None)),
        Ticket::Form(_) => Ok((own, cases::load_opening(desk, &own).await?)),
        Ticket::Keyed(marker) => keyed(desk, marker, own, fingerprint).await,
    }
}

/// The id of the mail that proves who asks. Taps that race each other store one mail, so it is derived from what they share.
fn identity_mail_id<S>(desk: &Desk<'_, S>, key: &RequestKey) -> Id {
    Id::new(key.id.instant(), cases::unique(desk, &[b"identity mail", &key.to_bytes()]))
}

/// The code that proves who asks. Two taps that race each other each send a mail, and must send the same code: so it is
/// derived where a ticket can come a second time.
fn code<S>(desk: &Desk<'_, S>, ticket: &Ticket, key: &RequestKey) -> Code {
    if matches!(ticket, Ticket::Fresh) {
        return Code::draw(&desk.moment);
    }
    Code::of(cases::unique(desk, &[b"code", &key.to_bytes()]))
}
