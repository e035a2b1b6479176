//! Telling what is stored: once the answer is out, and by the sweep.

use std::borrow::Cow;
use std::pin::Pin;
use std::rc::Rc;

use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::sealed;
use desk_core::webhook;

use super::{
    AT_ONCE, LEASE, Notification, Outgoing, QueuedMail, TRIES, TRIES_LAYOUT, Tries, key, mail_key,
    mark_told, remove, tries,
};
use crate::desk::{Desk, encode_as};
use crate::ports::{Call, Outbound, Store};
use crate::setup::Setup;

/// Work that is done once an answer is out. What it finds wrong it says in a line for the log.
pub type Afterwards = Pin<Box<dyn Future<Output = Option<String>>>>;

/// Tells what there is to tell once the answer is out. It was stored before: whatever goes wrong here, the sweep finds it.
pub fn after<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    told: impl IntoIterator<Item = impl Notification + 'static>,
) -> Option<Afterwards> {
    let told: Vec<_> = told.into_iter().collect();
    // Where nobody listens, a change waits for the mailer to fetch it, and there is nothing to be done or said.
    let only_changes = told.iter().all(|message| message.mail().is_none());
    if told.is_empty() || only_changes && matches!(desk.setup.webhook(), Ok(None)) {
        return None;
    }
    let (store, setup, moment) = (desk.store.clone(), Rc::clone(desk.setup), desk.moment.clone());
    Some(Box::pin(async move {
        let desk = Desk { store: &store, setup: &setup, moment };
        for message in told.iter().take(AT_ONCE) {
            // Whoever did not take one is not waited for again, so that this ends before the sweep takes it for lost. The
            // rest is the sweep's.
            if let refused @ Some(_) = tell(&desk, message, None).await {
                return refused;
            }
        }
        None
    }))
}

/// Delivers a mail once the answer is out. Unlike what [`after`] tells, another call may have put the same mail there, or a
/// newer one in its place, so that it is read again and delivered by one of them.
pub fn after_act<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    posted: QueuedMail,
) -> Afterwards {
    let (store, setup, moment) = (desk.store.clone(), Rc::clone(desk.setup), desk.moment.clone());
    Box::pin(async move {
        let desk = Desk { store: &store, setup: &setup, moment };
        // Of a mail that nobody takes nothing is noted; that is all there is to be said.
        if !sends(&setup) {
            return tell(&desk, &posted, None).await;
        }
        match first(&desk, posted.id).await {
            Ok(said) => said,
            Err(problem) => problem.log().map(str::to_owned),
        }
    })
}

/// Whether there is somebody who sends mail.
pub fn sends(setup: &Setup) -> bool {
    match setup.provider() {
        Ok(Some(_)) => true,
        Ok(None) => matches!(setup.webhook(), Ok(Some(_))),
        Err(_) => false,
    }
}

/// Delivers a mail unless it was told before, be it in vain: then the sweep delivers it.
async fn first<S: Store + Outbound>(desk: &Desk<'_, S>, id: Id) -> Result<Option<String>, Fault> {
    match tries(desk, id).await? {
        None => deliver(desk, id, None).await,
        Some(_) => Ok(None),
    }
}

/// Delivers a mail that is due, of which `earlier` is known, if it still waits and nobody else is at it. Gives what is to be
/// said of it in the log.
///
/// # Errors
/// A problem if the store fails.
pub async fn deliver<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    id: Id,
    earlier: Option<Tries>,
) -> Result<Option<String>, Fault> {
    let Some(claimed) = claim(desk, id, earlier).await? else { return Ok(None) };
    // Only now, for it may have been delivered since it was found.
    match desk.read_sealed(&mail_key(id)?).await? {
        Some(mail) => Ok(tell(desk, &QueuedMail { id, mail }, Some(claimed)).await),
        // It is no longer of use, and neither is what was noted of it.
        None => remove(desk, id).await.map(|()| None),
    }
}

/// Keeps others from something that is about to be told, for as long as a whole sweep may take, and gives what is
/// known of it; `None` if another came first. Should this one break off, it is told once that time is over.
pub async fn claim<S: Store>(
    desk: &Desk<'_, S>,
    id: Id,
    earlier: Option<Tries>,
) -> Result<Option<Tries>, Fault> {
    let known = earlier.unwrap_or(Tries { attempts: 0, next: None, status: None });
    // A little more, drawn, tells two apart that began at once.
    let [more]: [u8; 1] = desk.moment.draw();
    let next = Some(desk.now().plus_seconds(LEASE + i64::from(more)));
    let claimed = Tries { next, ..known };
    let framed = sealed::plain(None, &encode_as(TRIES_LAYOUT, &claimed));
    desk.write(&key(TRIES, id)?, &framed).await?;
    // What was there before says nothing: a store may be slow to show what was written.
    let now = tries(desk, id).await?;
    Ok((now == Some(claimed) || now == earlier).then_some(known))
}

/// Tells something, and notes that it was taken, or when it is to be told again. Returns what is to be said of it in the
/// log.
pub async fn tell<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    message: &impl Notification,
    earlier: Option<Tries>,
) -> Option<String> {
    let id = message.id();
    let outgoing = match message.outgoing(desk.setup, desk.now()) {
        Ok(Some(outgoing)) => outgoing,
        // Who has no webhook asks for what has changed; a mail is waited for.
        Ok(None) => return message.mail().map(|_| waits(desk.setup, id)),
        // It waits until the operator has mended this.
        Err(problem) => return problem.log().map(|fault| format!("{id} was not told: {fault}")),
    };
    let refusal = match send(desk.store, &outgoing).await {
        Ok(()) => match settle(desk, message, earlier.is_some()).await {
            Ok(()) => return None,
            Err(problem) => {
                let why = problem.log().unwrap_or("the store failed").to_owned().into();
                Refusal { status: None, for_good: false, why }
            }
        },
        Err(refusal) => refusal,
    };
    let Refusal { status, for_good, why } = refusal;
    let attempts = earlier.map_or(0, |tries| tries.attempts).saturating_add(1);
    let delay = webhook::delay(attempts).filter(|_| !for_good);
    let next = delay.map(|seconds| desk.now().plus_seconds(seconds.into()));
    let noted = note(desk, message, &Tries { attempts, next, status }).await;
    let given_up = if next.is_none() { ", for the last time" } else { "" };
    // Where even this fails the sweep finds it untold, and tells it.
    let unnoted = if noted.is_err() { ", which could not be noted" } else { "" };
    let whom = outgoing.whom;
    Some(format!("{whom} was told {id} in vain ({attempts}){given_up}{unnoted}: {why}"))
}

/// What the log says of a mail that nobody takes, to whoever sits at it: where it can be read, and what would have it sent.
fn waits(setup: &Setup, id: Id) -> String {
    let base = &setup.profile.base_url;
    format!(
        "a mail waits in the outbox: operators read it at {base}/console/api/outbox/{id}; set mail_provider or \
         webhook_url to have mail sent"
    )
}

/// Why something was not taken.
struct Refusal {
    /// The status of the answer, if one came.
    status: Option<u16>,
    /// Whether it makes no sense to try again.
    for_good: bool,
    /// What the log says. It quotes nobody: an answer may hold the address.
    why: Cow<'static, str>,
}

async fn send<S: Outbound>(port: &S, outgoing: &Outgoing<'_>) -> Result<(), Refusal> {
    let mut headers = vec![
        ("content-type", "application/json"),
        // Postmark asks for this one, and Resend lets nobody in without the other.
        ("accept", "application/json"),
        ("user-agent", "privacy-desk"),
    ];
    headers.extend(outgoing.headers.iter().map(|(name, value)| (*name, value.as_str())));
    let body = Some(outgoing.body.as_bytes());
    let (status, for_good, why) = match port
        .send(Call { url: outgoing.url, headers: &headers, body })
        .await
    {
        Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
        // A redirect is a failure as well: what is signed, or carries a token, goes where it was meant to go.
        Ok(answer) => {
            let (for_good, hint) = outgoing.judge(&answer);
            (Some(answer.status), for_good, format!("it answered {}{hint}", answer.status).into())
        }
        Err(error) => (None, false, error.0),
    };
    Err(Refusal { status, for_good, why })
}

/// Notes that something was told in vain, for as long as it is of use: once that is over the sweep comes upon it anew, and
/// removes it.
async fn note<S: Store>(
    desk: &Desk<'_, S>,
    message: &impl Notification,
    tries: &Tries,
) -> Result<(), Fault> {
    let expires = message.mail().map(|mail| mail.expires);
    let framed = sealed::plain(expires, &encode_as(TRIES_LAYOUT, tries));
    desk.write(&key(TRIES, message.id())?, &framed).await
}

/// Notes that something was taken.
async fn settle<S: Store>(
    desk: &Desk<'_, S>,
    message: &impl Notification,
    was_tried: bool,
) -> Result<(), Fault> {
    let id = message.id();
    if message.mail().is_some() {
        desk.store.delete(&mail_key(id)?).await?;
    } else {
        mark_told(desk, id).await?;
    }
    if was_tried {
        desk.store.delete(&key(TRIES, id)?).await?;
    }
    Ok(())
}
