//! A new request: from the fields that were sent to the link that is given out.

use desk_core::attachment::Attachment;
use desk_core::case::{Message, Name};
use desk_core::clock::regime::Regime;
use desk_core::email::EmailAddress;
use desk_core::erasure::DestructionAct;
use desk_core::id::Id;
use desk_core::journal::Place as _;
use desk_core::keys::Purpose;
use desk_core::lang::Lang;
use desk_core::request::{
    Behalf, Code, CodeHash, Identity, RequestDoor, RequestKey, RequestKind, RequestOpening,
};
use desk_core::store_key::StoreKey;
use futures_util::future::try_join;
use http::StatusCode;

use super::{brake, pages, pending_path, secret, wants_page, wire};
use crate::cases;
use crate::desk::Desk;
use crate::fields::{Encoding, Fields};
use crate::form::Trouble;
use crate::limiter::{self, Brake, Limit};
use crate::notices::identity_mail;
use crate::outbox::{self, Posted};
use crate::ports::Store;
use crate::problem::{FieldError, Problem, Refused};
use crate::reply::{Answered, Reply};
use crate::request::{Locale, Request};
use crate::submitted::{
    self, KEY_AGE, Marker, address, files, idempotency_key, marker_key, optional, optional_line,
};
use http::header;

/// A form is good for a day: a person may leave it open overnight.
const FORM_AGE: i64 = 24 * 3600;

/// What a person sent, parsed.
struct Submission {
    kind: RequestKind,
    email: EmailAddress,
    name: Option<Name>,
    details: Option<Message>,
    behalf: Behalf,
    regime: Regime,
    lang: Lang,
    files: Vec<Attachment>,
    /// Whether the app's backend is about to assert who asks, so that no mail is needed.
    asserts: bool,
}

/// Where the request's id comes from.
enum Ticket {
    /// From the token of a form, which was shown at the id's instant.
    Form(Id),
    /// From here, and remembered under an idempotency key.
    Keyed(StoreKey),
    /// From here: a retry opens another request.
    Fresh,
}

/// What is wrong with the configuration is told before anybody fills in a form.
fn ready<S>(desk: &Desk<'_, S>) -> Result<(), Problem> {
    desk.setup.request_limits()?;
    desk.request_kept_until()?;
    desk.setup.regime().map(drop)
}

/// Shows the form of a door.
pub(super) fn show<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    door: RequestDoor,
) -> Result<Reply, Problem> {
    ready(desk)?;
    let token = desk.setup.keys.mint(Purpose::RequestForm, desk.moment.id().to_bytes());
    let kept = pages::Kept::default();
    let view = pages::FormView { door, token, kept: &kept, trouble: Trouble::None };
    let page = pages::form(desk.setup, request, locale, &view)?;
    Ok(Reply::page(StatusCode::OK, locale.lang, page).vary("Accept-Language"))
}

/// Takes what was sent through a door.
pub(super) async fn submit<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    door: RequestDoor,
) -> Result<Answered<Option<Posted>>, Refused> {
    ready(desk)?;
    let mut fields = Fields::read(request)?;
    let encoding = fields.encoding;
    let page = wants_page(request, encoding);
    let token = if encoding == Encoding::Form { fields.text("token") } else { None };
    // Kept before parsing: a form that comes back with errors shows what was written, however wrong.
    let kept = pages::Kept::of(&fields);
    let again = |token: String, trouble: Trouble<'_>| -> Result<Reply, Problem> {
        let view = pages::FormView { door, token, kept: &kept, trouble };
        let markup = pages::form(desk.setup, request, locale, &view)?;
        let reply = Reply::page(trouble.status(), locale.lang, markup).vary("Accept-Language");
        Ok(trouble.headers(reply))
    };
    let fresh = || {
        let id = Id::new(desk.now(), desk.moment.draw());
        desk.setup.keys.mint(Purpose::RequestForm, id.to_bytes())
    };
    let form = token.as_deref().and_then(|t| desk.setup.keys.redeem(Purpose::RequestForm, t));
    let form =
        form.map(Id::from_bytes).filter(|id| desk.now().seconds_since(id.instant()) < FORM_AGE);
    let ticket = match (encoding, form, idempotency_key(request)?) {
        (Encoding::Form, Some(id), _) => Ticket::Form(id),
        (Encoding::Form, None, _) if page => return Ok(again(fresh(), Trouble::Expired)?.into()),
        (Encoding::Form, None, _) => return Err(Problem::FormExpired.into()),
        (Encoding::Json, _, Some(key)) => Ticket::Keyed(marker_key(desk, b"POST /requests", &key)?),
        (Encoding::Json, _, None) => Ticket::Fresh,
    };
    let submission = match parse(desk, fields, door, locale.lang) {
        Ok(submission) => submission,
        Err(errors) if page => {
            return Ok(again(token.unwrap_or_else(fresh), Trouble::Fields(&errors))?.into());
        }
        Err(errors) => return Err(Problem::InvalidFields(errors).into()),
    };
    let door = if encoding == Encoding::Json && door == RequestDoor::Form {
        RequestDoor::Api
    } else {
        door
    };
    let accepted = accept(desk, request, locale, (ticket, door), submission).await;
    let Accepted { key, opening, brake, mail } = match accepted {
        Ok(accepted) => accepted,
        Err(problem) => {
            if page && matches!(problem, Problem::FormExpired) {
                return Ok(again(fresh(), Trouble::Expired)?.into());
            }
            // What a person wrote is not thrown away because of what is not their fault.
            let form = match (token, Trouble::of(&problem)) {
                (Some(token), Some(trouble)) if page => Some(again(token, trouble)?),
                _ => None,
            };
            return Err(Refused { problem, form });
        }
    };
    let path = pending_path(desk.setup, &key);
    let reply = if page {
        Reply::see_other(&locale.href(&path))
    } else {
        let json = wire::ticket(desk.setup, &key, &opening, &path);
        Reply::json_text(StatusCode::CREATED, json).header(header::LOCATION, path).lang(locale.lang)
    };
    Ok(Answered { reply: brake.fields().apply(secret(reply)), outgoing: mail })
}

/// A request that was opened, now or by the same ticket before.
struct Accepted {
    key: RequestKey,
    opening: Box<RequestOpening>,
    brake: Brake,
    /// The mail that proves who asks, where one was stored.
    mail: Option<Posted>,
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
        Ticket::Keyed(marker) => submitted::keyed_id(desk, marker, fingerprint),
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
) -> Result<(RequestKey, Option<Box<RequestOpening>>), Problem> {
    match ticket {
        Ticket::Fresh => Ok((own, None)),
        Ticket::Form(_) => Ok((own, cases::load_opening(desk, &own).await?)),
        Ticket::Keyed(marker) => submitted::keyed(desk, marker, own, fingerprint).await,
    }
}

/// Stores the request and the mail that proves who asks, or finds the request that the same ticket opened before.
///
/// Whether anything is known of the address is never looked at, so no answer can tell.
async fn accept<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    (ticket, door): (Ticket, RequestDoor),
    submission: Submission,
) -> Result<Accepted, Problem> {
    let fingerprint = fingerprint(&ticket, &submission);
    let own = request_key(desk, &ticket, &submission.email, &fingerprint);

    // Load: the request that this ticket may have opened already, both brakes, the policy in force.
    let who = own.subject.to_bytes();
    let brakes = try_join(
        limiter::check(desk, request, brake(desk)?),
        limiter::check_for(desk, &who, mails(desk)?),
    );
    let loads = try_join(brakes, submitted::pin(desk));
    let loads = try_join(earlier(desk, &ticket, own, &fingerprint), loads);
    let ((key, earlier), ((client, mailbox), policy)) = loads.await?;
    if let Some(opening) = earlier {
        if opening.fingerprint != fingerprint {
            let link = matches!(ticket, Ticket::Form(_))
                .then(|| locale.href(&pending_path(desk.setup, &key)).into_owned());
            return Err(Problem::AlreadySent(link));
        }
        return Ok(Accepted { key, opening, brake: client.released(), mail: None });
    }
    client.admit()?;
    // What was erased meanwhile is not opened again: another request under its id would take the act's place.
    if !matches!(ticket, Ticket::Fresh)
        && desk.store.get(&DestructionAct::key(key.id)).await?.is_some()
    {
        let is_form = matches!(ticket, Ticket::Form(_));
        return Err(if is_form { Problem::FormExpired } else { Problem::AlreadySent(None) });
    }

    // Decide.
    let code = code(desk, &ticket, &key);
    let hash = CodeHash::new(&desk.setup.keys, key.id, &code);
    let sends = !submission.asserts && mailbox.admit().is_ok();
    let identity = match (submission.asserts, sends) {
        (true, _) => Identity::Awaited,
        (false, true) => Identity::Sent(hash),
        (false, false) => Identity::Held(hash),
    };
    let opening = Box::new(RequestOpening {
        at: desk.now(),
        kind: submission.kind,
        regime: submission.regime,
        email: submission.email,
        name: submission.name,
        details: submission.details,
        behalf: submission.behalf,
        files: submission.files.iter().map(cases::describe).collect(),
        lang: submission.lang,
        policy,
        door,
        fingerprint: fingerprint.clone(),
        identity,
        expires: desk.request_kept_until()?,
    });

    // Save: what points at the request and what it is made of, and the mail, before the request itself. A mailbox that has
    // had enough mails gets no more of them, and nobody learns of it.
    if let Ticket::Keyed(marker) = &ticket {
        let until = Some(desk.now().plus_seconds(KEY_AGE));
        desk.write_sealed(marker, until, &Marker::new(key.to_bytes(), fingerprint)).await?;
    }
    cases::write_files(desk, &key, opening.expires, &submission.files).await?;
    let mail = if sends {
        let id = desk.moment.id();
        Some(outbox::put(desk, id, identity_mail(desk, &key, &opening, &code)).await?)
    } else {
        None
    };
    let counted = try_join(client.count(desk), mailbox.count_if(desk, sends));
    try_join(cases::open(desk, &key, opening.expires, &opening), counted).await?;
    Ok(Accepted { key, opening, brake: client, mail })
}

/// The code that proves who asks. Two taps that race each other each send a mail, and must send the same code: so it is
/// derived where a ticket can come a second time.
fn code<S>(desk: &Desk<'_, S>, ticket: &Ticket, key: &RequestKey) -> Code {
    if matches!(ticket, Ticket::Fresh) {
        return Code::draw(&desk.moment);
    }
    Code::of(cases::unique(desk, &[b"code", &key.to_bytes()]))
}

/// How many mails one address is sent.
pub(super) fn mails<'a, S>(desk: &'a Desk<'_, S>) -> Result<Limit<'a>, Problem> {
    Ok(Limit { area: "request-mail", limits: &desk.setup.request_limits()?.mailbox })
}

/// What tells a retry from another text; nothing where no ticket can come a second time.
fn fingerprint(ticket: &Ticket, submission: &Submission) -> String {
    if matches!(ticket, Ticket::Fresh) {
        return String::new();
    }
    let parts = [
        submission.kind.name(),
        submission.email.as_str(),
        submission.name.as_ref().map_or("", Name::as_str),
        submission.details.as_ref().map_or("", Message::as_str),
        submission.behalf.name(),
        submission.regime.name(),
        submission.lang.tag(),
    ];
    submitted::fingerprint(&parts, &submission.files)
}

/// Parses what was sent, and finds all that is wrong with it.
fn parse<S>(
    desk: &Desk<'_, S>,
    mut fields: Fields,
    door: RequestDoor,
    page_lang: Lang,
) -> Result<Submission, Vec<FieldError>> {
    let kind = match door {
        RequestDoor::DeleteAccount | RequestDoor::DeleteData => Some(RequestKind::Erasure),
        RequestDoor::Form | RequestDoor::Api | RequestDoor::Feedback(_) => {
            let kind =
                fields.parse("kind", |name| RequestKind::from_name(name).ok_or("unknown-right"));
            fields.require("kind", &kind);
            kind
        }
    };
    let email = address(&mut fields);
    fields.require("email", &email);
    let name = optional_line(&mut fields, "name");
    let details = optional(&mut fields, "details");
    // A correction or an objection that says nothing cannot be carried out.
    if matches!(kind, Some(RequestKind::Rectification | RequestKind::Objection)) {
        fields.require("details", &details);
    }
    let behalf = fields.parse("behalf", |name| Behalf::from_name(name).ok_or("unknown-behalf"));
    let behalf = behalf.unwrap_or(Behalf::Own);
    let pointer = if fields.encoding == Encoding::Json { "attachments" } else { "file" };
    let files = files(&mut fields);
    if behalf == Behalf::Represented && files.is_empty() {
        fields.require::<()>(pointer, &None);
    }
    let regime = fields.parse("regime", |name| Regime::from_name(name).ok_or("unknown-regime"));
    let lang = fields.parse("language", |tag| Lang::lookup(tag).ok_or("unknown-language"));
    let asserts = fields.encoding == Encoding::Json
        && fields.parse("proof", |by| match by {
            "mail" => Ok(false),
            "assertion" => Ok(true),
            _ => Err("unknown-proof"),
        }) == Some(true);
    fields.finish()?;
    // `finish` has reported what is missing, so this never falls through.
    let (Some(kind), Some(email)) = (kind, email) else { return Err(Vec::new()) };
    let regime = match (regime, desk.setup.regime()) {
        (Some(regime), _) | (None, Ok(regime)) => regime,
        // The configuration was asked for before.
        (None, Err(_)) => return Err(Vec::new()),
    };
    let lang = lang.unwrap_or(page_lang);
    Ok(Submission { kind, email, name, details, behalf, regime, lang, files, asserts })
}
