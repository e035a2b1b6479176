//! Proving who asks: by the link or the code of a mail. Until then nothing about the person is said, to nobody.

use desk_core::request::{
    Attempt, Code, CodeHash, IDENTITY_SECONDS, Move, MoveRefusal, Request as Case, RequestKey,
    RequestState, TRIES,
};
use futures_util::future::try_join;
use http::StatusCode;

use super::{load, pages, secret, wants_page, wire};
use desk_app::Desk;
use desk_app::cases;
use desk_app::claims::{self, ActName, Place};
use desk_app::data_request::{limit, mail_limit};
use desk_app::limiter;
use desk_app::notices::identity_mail;
use desk_app::outbox::{self, QueuedMail};
use desk_app::paths::{pending_path, request_path};
use desk_app::ports::Store;
use desk_core::fault::Fault;
use desk_web::fields::Fields;
use desk_web::negotiate;
use desk_web::problem::{Problem, RateLimit};
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::{Locale, Request};
use desk_web::respond::Refusal;

/// What the page says beside what it always says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityNotice {
    /// Nothing.
    Nothing,
    /// Another mail was sent.
    Resent,
    /// The code is a wrong one: so many tries are left.
    Wrong(u8),
    /// No more codes are taken.
    Locked,
    /// The code is too old.
    TooLate,
    /// No more mails are sent.
    NoMoreMails,
    /// What was written is no code: with this field's fault.
    NotACode(&'static str),
}

/// The page where a code can be entered.
pub(super) async fn pending<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
    said: IdentityNotice,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    if negotiate::wants_json(&request.headers) {
        return Ok(secret(Reply::json_text(StatusCode::OK, wire::pending(&case, desk.now()))));
    }
    Ok(pending_reply(desk, request, locale, &key, &case, said))
}

fn pending_reply<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: &RequestKey,
    case: &Case,
    said: IdentityNotice,
) -> Reply {
    let path = pending_path(desk.setup, key);
    let state = case.state(desk.now());
    let proven = case.identified.is_some();
    let page = pages::pending(desk.setup, request, locale, &path, (&state, proven), said);
    let status = match said {
        IdentityNotice::Nothing | IdentityNotice::Resent => StatusCode::OK,
        IdentityNotice::Wrong(_) | IdentityNotice::NotACode(_) => StatusCode::UNPROCESSABLE_ENTITY,
        IdentityNotice::Locked | IdentityNotice::TooLate | IdentityNotice::NoMoreMails => {
            StatusCode::CONFLICT
        }
    };
    secret(Reply::page(status, locale.lang, page))
}

/// Takes a code.
pub(super) async fn code<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Refusal> {
    let mut fields = Fields::read(request)?;
    let page = wants_page(request, fields.encoding);
    let code = fields.parse("code", |text| match text.trim() {
        "" => Err("missing"),
        text => text.parse::<Code>().map_err(|_| "not-a-code"),
    });
    fields.require("code", &code);
    let read = fields.finish();
    let case = load(desk, key).await?;
    let (Ok(()), Some(code)) = (&read, code) else {
        let errors = read.err().unwrap_or_default();
        let fault = errors.iter().find(|error| error.pointer == "/code");
        let form = fault.filter(|_| page).map(|fault| {
            pending_reply(desk, request, locale, &key, &case, IdentityNotice::NotACode(fault.code))
        });
        return Err(Refusal { problem: Problem::InvalidFields(errors), form });
    };
    let now = desk.now();
    let attempt = match case.unproven(now) {
        Ok(unproven) if takes_try(desk, &key).await? => unproven.try_code(&desk.setup.keys, &code),
        Ok(_) => Attempt::Locked,
        // The same code sent twice is one act.
        Err(MoveRefusal::Identified) if case.was_proven_by(&desk.setup.keys, &code, now) => {
            return Ok(proven(desk, &key, locale, page));
        }
        Err(problem) => return Err(problem.into()),
    };
    let (said, problem, case) = match attempt {
        Attempt::Right(proof) => {
            append(desk, &key, case, proof).await?;
            return Ok(proven(desk, &key, locale, page));
        }
        Attempt::Wrong(try_) => {
            let case = append(desk, &key, case, try_).await?;
            let left = match case.state(now) {
                RequestState::AwaitingIdentity(awaiting) => awaiting.tries_left,
                _ => 0,
            };
            (IdentityNotice::Wrong(left), Problem::invalid_field("code", "wrong-code"), case)
        }
        Attempt::Locked => (IdentityNotice::Locked, Problem::CaseState("locked"), case),
        Attempt::TooLate => (IdentityNotice::TooLate, Problem::CaseState("too-late"), case),
    };
    let form = page.then(|| pending_reply(desk, request, locale, &key, &case, said));
    Err(Refusal { problem, form })
}

/// Takes one of the tries of a request. Codes that come side by side would each find the same number left, and a code is short.
async fn takes_try<S: Store>(desk: &Desk<'_, S>, key: &RequestKey) -> Result<bool, Fault> {
    let until = desk.now().plus_seconds(IDENTITY_SECONDS);
    let place = ("code-try", &*key.id.text());
    let taken = claims::take_place(desk, place, TRIES.into(), until, desk.moment.id()).await?;
    Ok(taken == Place::Taken)
}

async fn append<S: Store>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    case: Case,
    made: Move,
) -> Result<Case, Fault> {
    let id = desk.moment.id();
    cases::append(desk, key, case, made.into_change(), id).await
}

/// Leads whoever proved who they are to the status page.
fn proven<S>(desk: &Desk<'_, S>, key: &RequestKey, locale: Locale, page: bool) -> Reply {
    let path = request_path(desk.setup, key);
    if page {
        return secret(Reply::see_other(&locale.href(&format!("{path}/confirmed"))));
    }
    secret(Reply::json_text(StatusCode::OK, wire::proven(desk.setup, &path)))
}

/// Sends another mail with another code, one at a time.
pub(super) async fn resend<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Refusal> {
    let turn = ActName::new("resend-turn", key.id);
    claims::in_turn(desk, &turn, async || resend_in_turn(desk, request, locale, key).await).await
}

async fn resend_in_turn<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Refusal> {
    let page = wants_page(request, Fields::none(request)?);
    let client =
        limiter::check(desk, request.client_address(&desk.setup.client_address), limit(desk)?);
    let (case, client) = try_join(load(desk, key), client).await?;
    let who = limiter::mailbox(desk, &case.opening.email);
    let mailbox = limiter::check_for(desk, &who, mail_limit(desk)?).await?;
    client.admit(desk)?;
    let now = desk.now();
    let code = Code::draw(&desk.moment);
    let hash = CodeHash::new(&desk.setup.keys, key.id, &code);
    let sends = mailbox.admit(desk).is_ok();
    let resent = case.unproven(now).and_then(|unproven| unproven.resend(sends.then_some(hash)));
    let resent = match resent {
        Ok(resent) => resent,
        Err(refusal) => {
            let is_last = page && refusal == MoveRefusal::NoMoreCodes;
            let form = is_last.then(|| {
                pending_reply(desk, request, locale, &key, &case, IdentityNotice::NoMoreMails)
            });
            return Err(Refusal { problem: refusal.into(), form });
        }
    };
    // A mailbox that has had enough mails gets no more of them, and nobody learns of it.
    let mail = if sends {
        let id = desk.moment.id();
        Some(outbox::put(desk, id, identity_mail(desk, &key, &case.opening, &code)).await?)
    } else {
        None
    };
    let counted = try_join(client.count(desk), mailbox.count_if(desk, sends));
    try_join(append(desk, &key, case, resent), counted).await?;
    let reply = if page {
        let path = pending_path(desk.setup, &key);
        Reply::see_other(&locale.href(&format!("{path}/resent")))
    } else {
        Reply::json_text(StatusCode::ACCEPTED, "{\"status\":\"sent\"}".to_owned())
    };
    Ok(ReplyWithOutgoing {
        reply: RateLimit::from(client.verdict()).apply(secret(reply)),
        outgoing: mail,
    })
}

/// The page behind the mailed link. Looking changes nothing: mail scanners do.
pub(super) async fn question<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    let now = desk.now();
    if !case.link_works(now) {
        // Whoever has the mail can have another one sent, and may have no other page to ask for it.
        if !negotiate::wants_json(&request.headers) && case.unproven(now).is_ok() {
            let (path, state) = (pending_path(desk.setup, &key), case.state(now));
            let page = pages::pending(
                desk.setup,
                request,
                locale,
                &path,
                (&state, false),
                IdentityNotice::TooLate,
            );
            return Ok(secret(Reply::page(StatusCode::GONE, locale.lang, page)));
        }
        return Err(Problem::NotFound);
    }
    if negotiate::wants_json(&request.headers) {
        return Ok(secret(Reply::json_text(StatusCode::OK, wire::pending(&case, now))));
    }
    if case.identified.is_none() && case.unproven(now).is_err() {
        // It is over, and there is nothing to be confirmed.
        return Ok(pending_reply(desk, request, locale, &key, &case, IdentityNotice::Nothing));
    }
    let page = pages::confirm(desk.setup, request, locale, &case)?;
    Ok(secret(Reply::page(StatusCode::OK, locale.lang, page)))
}

/// What the button of that page does: whoever has the mail is who asks.
pub(super) async fn confirm<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    let now = desk.now();
    if !case.link_works(now) {
        return Err(Problem::NotFound);
    }
    let page = wants_page(request, Fields::none(request)?);
    match case.unproven(now) {
        Ok(unproven) => {
            let proof = unproven.by_link()?;
            append(desk, &key, case, proof).await?;
        }
        // Now as before.
        Err(MoveRefusal::Identified) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(proven(desk, &key, locale, page))
}

/// Withdraws what somebody asked for in another's name.
pub(super) async fn not_me<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    key: RequestKey,
) -> Result<Reply, Problem> {
    let page = wants_page(request, Fields::none(request)?);
    let case = load(desk, key).await?;
    if !case.link_works(desk.now()) {
        return Err(Problem::NotFound);
    }
    match (case.withdraw(desk.now()), case.state(desk.now())) {
        (Ok(withdrawal), _) => {
            append(desk, &key, case, withdrawal).await?;
        }
        // Either way nothing is done about it.
        (Err(_), RequestState::Withdrawn { .. } | RequestState::Expired { .. }) => {}
        (Err(problem), _) => return Err(problem.into()),
    }
    let reply = if page {
        let page = pages::not_me(desk.setup, request, locale);
        Reply::page(StatusCode::OK, locale.lang, page)
    } else {
        Reply::json_text(StatusCode::OK, "{\"status\":\"withdrawn\"}".to_owned())
    };
    Ok(secret(reply))
}
