//! A complaint that is turned into a data request, and a request from which a complaint is opened: without retyping, and
//! each names the other.

use desk_core::case::{
    Case, CaseChange, CaseDoor, CaseKey, CaseKind, CaseOpening, Message as Text, SetState,
};
use desk_core::clock::regime::Regime;
use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::journal::{Journal, Place};
use desk_core::reference::{Reference, Series};
use desk_core::request::{
    Behalf, Code, CodeHash, Identity, Request, RequestDoor, RequestKey, RequestKind, RequestOpening,
};
use desk_core::time::Timestamp;
use http::StatusCode;

use super::acts::mail_id;
use super::{RequestKeys, brief_reply, find};
use crate::case_reply;
use desk_app::Desk;
use desk_app::audit::Action;
use desk_app::cases;
use desk_app::notices::{Notice, identity_mail, notice};
use desk_app::outbox::{self, QueuedMail};
use desk_app::paths::status_path;
use desk_app::policy;
use desk_app::ports::Scan;
use desk_web::fields::Fields;
use desk_web::filing::idempotency_key;
use desk_web::problem::Problem;
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::Request as HttpRequest;
use http::header;

/// By what the mails of this are known, so that a call that is sent again stores no second one. With a space in them they
/// are nobody's idempotency key.
const PROOF: &str = "the proof";
const COMPLAINT: &str = "the complaint";

/// A text of ours as a message. Ours are short and have no control characters.
fn message(text: &str) -> Result<Text, Problem> {
    Text::new(text).map_err(|error| Problem::Internal(error.to_string().into()))
}

/// Opens a data request from a complaint. Its id follows from the case and from what is asked for, so however often this
/// is done, there is one request at a time; and it holds when the complaint came, from which the law counts. Who asks is
/// proven by the mail, as with any other request.
pub(super) async fn from_case<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    let mut fields = Fields::read(request)?;
    let kind = fields.parse("kind", |name| RequestKind::from_name(name).ok_or("unknown-right"));
    fields.require("kind", &kind);
    let regime = fields.parse("regime", |name| Regime::from_name(name).ok_or("unknown-regime"));
    fields.finish().map_err(Problem::InvalidFields)?;
    let kind = kind.ok_or_else(|| Problem::Internal("a required kind is missing".into()))?;
    let once = idempotency_key(request)?;
    let found = crate::find(desk, name).await?;
    let case = found.load(desk).await?.ok_or(Problem::NotFound)?;
    let email = case.opening.email.clone().ok_or(Problem::CaseState("no-email"))?;
    let scanned = RequestKeys::read(desk).await?;
    let (requests, logged) = (scanned.requests(), scanned.logged());
    // One that has ended and is gone has left its line in the log, by which a queue knows what has ended: the next is another.
    let is_gone = |id: &Id| logged.contains(id) && !requests.iter().any(|key| key.id == *id);
    let mut ids = (0..=u8::MAX).map(|again| request_id(desk, &case, kind, again));
    let id = ids.find(|id| !is_gone(id)).unwrap_or_else(|| desk.moment.id());
    let reference = Reference::new(Series::Requests, id).to_string();
    let text = message(&(desk_documents::texts::notices(case.opening.lang).turned)(&reference))?;
    let event = cases::event_id(desk, &found.key, "turned", once.as_deref());
    let reply = CaseChange::OperatorReplied { text };
    let known = case.head.events().iter().find(|known| known.id.unique() == event.unique());
    if known.is_some_and(|known| known.change != reply) {
        return Err(Problem::AlreadySent(None));
    }
    let key = requests.into_iter().find(|key| key.id == id);
    let is_said = case.head.events().iter().any(|event| event.change == reply);
    if !is_said {
        case.decide(&reply)?;
    }
    let (turned, posted, status) = match key {
        Some(key) => {
            let turned = cases::load(desk, &key).await?.ok_or(Problem::NotFound)?;
            (turned, None, StatusCode::OK)
        }
        None => {
            super::audit(desk, Action::RequestOpened, id).await?;
            let key = RequestKey { id, subject: desk.setup.keys.subject(&email) };
            let code = Code::draw(&desk.moment);
            let regime = match regime {
                Some(regime) => regime,
                None => desk.setup.clocks()?.regime,
            };
            let identity = Identity::Sent(CodeHash::new(&desk.setup.keys, id, &code));
            let opening = opening_of(desk, &case, email, (kind, regime), identity).await?;
            // Where a try before broke off, its mail waits with a code that was never stored: this one takes its place.
            let mail_id = mail_id(desk, &key, Some(PROOF)).await?;
            let mail = identity_mail(desk, &key, &opening, &code);
            let posted = outbox::put(desk, mail_id, mail).await?;
            cases::open(desk, &key, opening.expires, &opening).await?;
            let turned = Request::fold(id, Box::new(opening), Journal::default());
            (turned, Some(posted), StatusCode::CREATED)
        }
    };
    if !is_said {
        cases::append(desk, &found.key, case, reply, event).await?;
    }
    let path = format!("/console/api/requests/{id}");
    let reply = brief_reply(desk, &turned, status).header(header::LOCATION, path);
    Ok(ReplyWithOutgoing { reply, outgoing: posted })
}

/// The id of the request that is made from a complaint, for the first time or `again`.
fn request_id<S>(desk: &Desk<'_, S>, case: &Case, kind: RequestKind, again: u8) -> Id {
    let from = case.id.to_bytes();
    let parts: [&[u8]; 4] = [b"request", &from, kind.name().as_bytes(), &[again]];
    let parts = if again == 0 { parts.get(..3) } else { parts.get(..) };
    Id::new(case.opening.at, cases::unique(desk, parts.unwrap_or_default()))
}

/// What a request is opened with that is made from a complaint.
async fn opening_of<S: Scan>(
    desk: &Desk<'_, S>,
    case: &Case,
    email: EmailAddress,
    (kind, regime): (RequestKind, Regime),
    identity: Identity,
) -> Result<RequestOpening, Problem> {
    Ok(RequestOpening {
        at: desk.now(),
        kind,
        regime,
        email,
        name: case.opening.name.clone(),
        details: Some(case.opening.message.clone()),
        behalf: Behalf::Own,
        // They stay where they are: the case is named by the door.
        files: Vec::new(),
        lang: case.opening.lang,
        policy: policy::pin(desk).await?,
        door: RequestDoor::Feedback(case.id),
        fingerprint: case.opening.fingerprint.clone(),
        identity,
        expires: desk.request_kept_until()?,
    })
}

/// Opens a complaint with the text of a request. The request goes on, if it was going on.
///
/// The case comes first and the message in it that names the request last: where that is missing, the work broke off, and
/// is done again.
pub(super) async fn complaint<S: Scan>(
    desk: &Desk<'_, S>,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    let named = find(desk, name).await?;
    let case = named.load(desk).await?;
    super::audit(desk, Action::ComplaintOpened, named.key().id).await?;
    let opening = &case.opening;
    let t = desk_documents::texts::notices(opening.lang);
    let own_reference = case.reference().to_string();
    let of = CaseChange::OperatorReplied { text: message(&(t.complaint_of)(&own_reference))? };

    let parts: [&[u8]; 2] = [b"complaint", &named.key().to_bytes()];
    let unique = cases::unique(desk, &parts);
    // The minute, so that taps which follow each other fall into the same one.
    let seconds = desk.now().seconds();
    let minute = Timestamp::from_seconds(seconds - seconds.rem_euclid(60)).unwrap_or(desk.now());
    let id = Id::new(minute, unique);
    let keys = desk.keys(&format!("{}:", CaseKey::AREA)).await?;
    let mut known = keys.iter().filter_map(|key| CaseKey::from_opening(key));
    let (key, complaint) = match known.find(|key| key.id.unique() == id.unique()) {
        Some(key) => {
            let found = crate::find(desk, &key.id.to_string()).await?;
            (key, found.load(desk).await?.ok_or(Problem::NotFound)?)
        }
        None => {
            let key = CaseKey { id, subject: Some(named.key().subject) };
            let text = match &opening.details {
                Some(details) => details.clone(),
                None => message(&(t.complaint_text)(&own_reference))?,
            };
            let opened = complaint_of(desk, opening, text).await?;
            cases::open(desk, &key, opened.expires, &opened).await?;
            (key, Case::fold(id, Box::new(opened), Journal::default()))
        }
    };
    if complaint.head.events().iter().any(|event| event.change == of) {
        return Ok(complaint_reply(desk, &key, &complaint, StatusCode::OK).into());
    }
    let reference = complaint.reference();
    let path = status_path(desk.setup, &key);
    let mail = notice(desk, named.key(), opening, Notice::Complaint { reference, path: &path });
    let mail_id = mail_id(desk, named.key(), Some(COMPLAINT)).await?;
    let posted = outbox::put(desk, mail_id, mail).await?;
    // Where the request has ended nothing more is written into it; the mail says it all.
    let text = message(&(t.complaint_opened)(&reference.to_string()))?;
    if let Ok(open) = case.open(desk.now())
        && let Ok(lawful) = open.operator_writes(text)
    {
        let once = reference.to_string();
        let event = cases::event_id(desk, named.key(), "complaint", Some(&once));
        let said = |known: &Id| known.unique() == event.unique();
        if !case.head.events().iter().any(|known| said(&known.id)) {
            cases::append(desk, named.key(), case.clone(), lawful.into_change(), event).await?;
        }
    }
    // A reply would count as the answer to the complaint, and nobody has answered it yet: so it is taken up right after.
    let event = desk.moment.id();
    let after = Timestamp::from_millis(event.instant().millis() + 1).unwrap_or(desk.now());
    let taken = CaseChange::StateSet { state: SetState::InProgress };
    let id = Id::new(after, cases::unique(desk, &[b"taken", &event.to_bytes()]));
    let complaint = cases::append(desk, &key, complaint, taken, id).await?;
    let complaint = cases::append(desk, &key, complaint, of, event).await?;
    let reply = complaint_reply(desk, &key, &complaint, StatusCode::CREATED);
    Ok(ReplyWithOutgoing { reply, outgoing: Some(posted) })
}

/// What a complaint is opened with that is made from a request.
async fn complaint_of<S: Scan>(
    desk: &Desk<'_, S>,
    opening: &RequestOpening,
    text: Text,
) -> Result<CaseOpening, Problem> {
    Ok(CaseOpening {
        at: desk.now(),
        kind: CaseKind::Complaint,
        message: text,
        name: opening.name.clone(),
        email: Some(opening.email.clone()),
        app_version: None,
        lang: opening.lang,
        files: Vec::new(),
        policy: policy::pin(desk).await?,
        suspicions: Vec::new(),
        door: CaseDoor::Api,
        fingerprint: opening.fingerprint.clone(),
        expires: desk.kept_until()?,
    })
}

fn complaint_reply<S>(desk: &Desk<'_, S>, key: &CaseKey, case: &Case, status: StatusCode) -> Reply {
    let path = format!("/console/api/cases/{}", key.id);
    case_reply(desk, key, case, status).header(header::LOCATION, path)
}
