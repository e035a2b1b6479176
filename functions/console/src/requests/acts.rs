//! What an operator does with one request.

use desk_core::case::Message as Text;
use desk_core::clock::due::ExtensionRefusal;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::request::{RefusalGround, Request, RequestChange, RequestKey};
use desk_core::text;
use http::StatusCode;

use super::{brief_reply, find, leading_clock, log, reread, state_tag};
use crate::precondition;
use desk_app::Desk;
use desk_app::audit::{self, About, Action};
use desk_app::cases;
use desk_app::clocks::Clocks;
use desk_app::notices::{Notice, notice};
use desk_app::outbox::{self, MAILS, QueuedMail};
use desk_app::ports::Scan;
use desk_core::json::Value;
use desk_web::fields::{FieldValue, Fields};
use desk_web::filing::{idempotency_key, text_code};
use desk_web::problem::Problem;
use desk_web::reply::ReplyWithOutgoing;
use desk_web::request::Request as HttpRequest;

/// Something that an operator does.
pub(super) enum Act {
    /// Takes it up.
    Take,
    /// Writes to the person.
    Write(Text),
    /// Asks the person what they mean.
    Ask(Text),
    /// Extends the term.
    Extend(Text),
    /// Did what was asked for, or a part of it.
    Answer { text: Text, partly: bool },
    /// Refuses.
    Refuse { ground: RefusalGround, text: Text },
    /// Saw another proof of who asks; what it was goes into the audit record.
    Identify(text::Text<500>),
}

/// What an operator may do, as the address says; the body says the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActKind {
    /// Takes it up.
    Take,
    /// Writes to the person.
    Write,
    /// Asks the person what they mean.
    Ask,
    /// Extends the term.
    Extend,
    /// Did what was asked for, or a part of it.
    Answer,
    /// Refuses.
    Refuse,
    /// Saw another proof of who asks.
    Identify,
}

impl ActKind {
    /// Reads the act from its body.
    pub(super) fn read(self, request: &HttpRequest) -> Result<Act, Problem> {
        Ok(match self {
            Self::Take => {
                Fields::none(request)?;
                Act::Take
            }
            Self::Write => Act::Write(text(request, "text")?),
            Self::Ask => Act::Ask(text(request, "text")?),
            Self::Extend => Act::Extend(text(request, "reason")?),
            Self::Answer => {
                let mut fields = Fields::read(request)?;
                let partly = partly(&mut fields, request);
                Act::Answer { text: required(fields, "text")?, partly }
            }
            Self::Refuse => {
                let mut fields = Fields::read(request)?;
                let read = |name: &str| RefusalGround::from_name(name).ok_or("unknown-ground");
                let ground = fields.parse("ground", read);
                fields.require("ground", &ground);
                let text = required(fields, "text")?;
                // What is missing was told with the text.
                let ground = ground.ok_or_else(|| Problem::Internal("no ground".into()))?;
                Act::Refuse { ground, text }
            }
            Self::Identify => Act::Identify(required(Fields::read(request)?, "reason")?),
        })
    }
}

fn text(request: &HttpRequest, name: &'static str) -> Result<Text, Problem> {
    required(Fields::read(request)?, name)
}

/// Takes the last field that there may be, a text that must be there.
fn required<const MAX: usize>(
    mut fields: Fields,
    name: &'static str,
) -> Result<text::Text<MAX>, Problem> {
    let text = fields.parse(name, |text| text::Text::new(text).map_err(text_code));
    fields.require(name, &text);
    fields.finish().map_err(Problem::InvalidFields)?;
    text.ok_or_else(|| Problem::Internal("a required text is missing".into()))
}

/// Takes `partly`, a truth value of JSON, or its name in a form.
fn partly(fields: &mut Fields, request: &HttpRequest) -> bool {
    const NAME: &str = "partly";
    let whole = || {
        let body = request.whole_body().ok()?;
        Value::read(std::str::from_utf8(body).ok()?)
    };
    let read = match fields.take(NAME).as_slice() {
        [] | [FieldValue::Null] => Some(false),
        [FieldValue::Text(text)] => text.parse().ok(),
        // Fields know no truth values, so it is looked up once more.
        [FieldValue::Other] => whole().and_then(|body| match body.at(&[NAME]) {
            Some(Value::True) => Some(true),
            Some(Value::False) => Some(false),
            _ => None,
        }),
        _ => None,
    };
    if read.is_none() {
        fields.error(NAME, "not-true-or-false");
    }
    read.unwrap_or_default()
}

impl Act {
    const fn action(&self) -> Action {
        match self {
            Self::Take => Action::RequestTaken,
            Self::Write(_) => Action::RequestMessaged,
            Self::Ask(_) => Action::ClarificationAsked,
            Self::Extend(_) => Action::RequestExtended,
            Self::Answer { .. } => Action::RequestAnswered,
            Self::Refuse { .. } => Action::RequestRefused,
            Self::Identify(_) => Action::IdentitySeen,
        }
    }

    /// Whether the person is told by mail.
    const fn tells(&self) -> bool {
        !matches!(self, Self::Take | Self::Identify(_))
    }

    /// Whether it happens to a request but once, so that of two which race each other one counts.
    const fn is_one_of_a_kind(&self) -> bool {
        matches!(self, Self::Extend(_) | Self::Answer { .. } | Self::Refuse { .. })
    }

    /// Whether this is what was done before under the same key.
    fn is(&self, change: &RequestChange) -> bool {
        match (self, change) {
            (Self::Take, RequestChange::Taken) => true,
            (Self::Write(text), RequestChange::OperatorWrote(first))
            | (Self::Ask(text), RequestChange::ClarificationAsked(first))
            | (Self::Extend(text), RequestChange::Extended { reason: first, .. }) => text == first,
            (
                Self::Answer { text, partly },
                RequestChange::Answered { text: first, partly: half },
            ) => text == first && partly == half,
            (Self::Refuse { ground, text }, RequestChange::Refused { ground: on, text: first }) => {
                text == first && ground == on
            }
            (Self::Identify(_), RequestChange::Identified(_)) => true,
            _ => false,
        }
    }

    /// What it changes, if it may be done now, and what the person is told. An extension is held to the law before
    /// anybody is told of it; `mail` is the one that tells it.
    fn decide<S>(
        &self,
        desk: &Desk<'_, S>,
        clocks: &Clocks,
        case: &Request,
        mail: Id,
    ) -> Result<(RequestChange, Option<Notice<'_>>), Problem> {
        let now = desk.now();
        let (lawful, notice) = match self {
            Self::Take => (case.open(now)?.take()?, None),
            Self::Write(text) => {
                (case.open(now)?.operator_writes(text.clone())?, Some(Notice::Message(text)))
            }
            Self::Ask(text) => {
                (case.open(now)?.ask(text.clone())?, Some(Notice::Clarification(text)))
            }
            Self::Extend(reason) => {
                let open = case.open(now)?;
                let pauses = case.pauses(now);
                let clock =
                    leading_clock(clocks, case, &pauses).ok_or(ExtensionRefusal::NotProvided)?;
                let new = clock.extend(now, reason.as_str(), Some(mail))?.last_day;
                let old = clock.due().last_day;
                let lawful = open.extend(reason.clone(), mail)?;
                (lawful, Some(Notice::Extended { reason, old, new }))
            }
            Self::Answer { text, partly } => {
                let lawful = case.open(now)?.answer(text.clone(), *partly);
                (lawful, Some(Notice::Answered { text, partly: *partly }))
            }
            Self::Refuse { ground, text } => {
                let lawful = case.refuse(now, *ground, text.clone())?;
                (lawful, Some(Notice::Refused { ground: *ground, text }))
            }
            Self::Identify(_) => (case.unproven(now)?.by_operator(), None),
        };
        Ok((lawful.into_change(), notice))
    }
}

/// Whether a stored act counts. One that raced an end, or another extension, comes after it and changes nothing.
fn counts(case: &Request, id: Id) -> bool {
    case.effective_events().any(|event| event.id == id)
}

/// Refuses an act that does not count, and takes its mail back.
async fn refuse_lost_act<S: Scan>(desk: &Desk<'_, S>, mail: Id) -> Result<Problem, Problem> {
    desk.destroy(&outbox::mail_key(mail)?).await?;
    Ok(Problem::PreconditionFailed)
}

/// The id of the mail of an act. A retry finds the mail that its first try stored, and stores no second one.
pub(super) async fn mail_id<S: Scan>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    once: Option<&str>,
) -> Result<Id, Problem> {
    let Some(once) = once else { return Ok(desk.moment.id()) };
    let bytes = key.to_bytes();
    let id = Id::new(desk.now(), cases::unique(desk, &[b"mail", &bytes, once.as_bytes()]));
    let keys = desk.keys(MAILS).await?;
    let mut ids = keys.iter().filter_map(|key| key.strip_prefix(MAILS)?.parse::<Id>().ok());
    Ok(ids.find(|known| known.unique() == id.unique()).unwrap_or(id))
}

/// Does it: decided, recorded, the mail in the outbox, then stored, in this order.
pub(super) async fn act<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
    act: Act,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    let once = idempotency_key(request)?;
    let named = find(desk, name).await?;
    let key = *named.key();
    let case = named.load(desk).await?;
    let clocks = desk.setup.clocks()?;
    let status = if act.tells() { StatusCode::CREATED } else { StatusCode::OK };
    let id = cases::event_id(desk, &key, "operator", once.as_deref());
    let known = case.head.events().iter().find(|event| event.id.unique() == id.unique());
    if let Some(earlier) = known {
        if !act.is(&earlier.change) {
            return Err(Problem::AlreadySent(None));
        }
        if !counts(&case, earlier.id) {
            return Err(refuse_lost_act(desk, mail_id(desk, &key, once.as_deref()).await?).await?);
        }
        // Nothing is done once more, but what came after the act may be missing.
        log::settle_end(desk, clocks, &case).await?;
        return Ok(brief_reply(desk, &case, status).into());
    }
    let decides = !matches!(act, Act::Write(_));
    precondition(request, &state_tag(desk, &case), decides)?;
    let mail_id =
        if act.tells() { mail_id(desk, &key, once.as_deref()).await? } else { desk.moment.id() };
    let (change, told_of) = act.decide(desk, clocks, &case, mail_id)?;
    let reason = match &act {
        Act::Identify(reason) => Some(reason.clone()),
        _ => None,
    };
    audit::record_about(desk, act.action(), About::Request(key.id), reason).await?;
    let mail = told_of.map(|told_of| notice(desk, &key, &case.opening, told_of));
    let posted = match mail {
        Some(mail) => Some(outbox::put(desk, mail_id, mail).await?),
        None => None,
    };
    let case = cases::append(desk, &key, case, change, id).await?;
    let case = if act.is_one_of_a_kind() { reread(desk, key.id).await? } else { case };
    if !counts(&case, id) {
        return Err(refuse_lost_act(desk, mail_id).await?);
    }
    log::settle_end(desk, clocks, &case).await?;
    Ok(ReplyWithOutgoing { reply: brief_reply(desk, &case, status), outgoing: posted })
}
