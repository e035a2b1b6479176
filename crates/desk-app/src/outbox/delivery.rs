//! Telling what is stored: once the answer is out, and by the sweep.

use std::borrow::Cow;

use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::webhook;
use serde::{Deserialize, Serialize};

use super::{
    AT_ONCE, Message, Notification, QueuedMail, SuppressionNotice, TRIES, Tries, is_told, key,
    limit, mail_key, mark_told, remove, tries,
};
use crate::claims::{self, ActName, Claim, Place, Standing};
use crate::desk::Desk;
use crate::ports::{Afterwards, Call, Outbound, Store};
use crate::sender::{Mail, Outgoing};
use crate::setup::Setup;

/// For how many seconds it is known that an attempt to tell something was made: for longer than anybody can come upon what
/// was to be told.
const OUTCOME_SECONDS: i64 = 31 * 86_400;

/// Tells what there is to tell once the answer is out. It was stored before: whatever goes wrong here, the sweep finds it.
pub fn after<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    told: impl IntoIterator<Item = impl Into<Message>>,
) -> Option<Afterwards> {
    let told: Vec<Message> = told.into_iter().map(Into::into).collect();
    // Where nobody listens, a change waits for the mailer to fetch it, and there is nothing to be done or said.
    let only_changes = told.iter().all(|message| matches!(message, Message::Changed(_)));
    if told.is_empty() || only_changes && matches!(desk.setup.webhook(), Ok(None)) {
        return None;
    }
    let detached = desk.detached();
    Some(Box::pin(async move {
        let desk = detached.desk();
        for message in told.iter().take(AT_ONCE) {
            let said = match message {
                Message::Mail(mail) => first_mail(&desk, mail.id).await,
                Message::Changed(notice) => first_notice(&desk, notice).await,
                Message::Repeatable(notice) => match desk.is_news(&notice.change).await {
                    Ok(true) => first_notice(&desk, notice).await,
                    Ok(false) => Ok(None),
                    Err(fault) => Err(fault),
                },
            };
            // Whoever did not take one is not waited for again. The rest is the sweep's.
            match said {
                Ok(None) => {}
                Ok(said) => return said,
                Err(fault) => return fault.log().map(str::to_owned),
            }
        }
        None
    }))
}

/// Whether there is somebody who sends mail.
pub fn sends(setup: &Setup) -> bool {
    sender(setup).unwrap_or(false)
}

fn sender(setup: &Setup) -> Result<bool, Fault> {
    Ok(setup.provider()?.is_some() || setup.webhook()?.is_some())
}

/// What the log says of what was not told because of a fault.
fn untold(id: Id, fault: &Fault) -> Option<String> {
    fault.log().map(|fault| format!("{id} was not told: {fault}"))
}

/// Delivers a mail unless it was told before, be it in vain: then the sweep delivers it.
async fn first_mail<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    id: Id,
) -> Result<Option<String>, Fault> {
    match tries(desk, id).await? {
        None => deliver(desk, id, None).await,
        Some(_) => Ok(None),
    }
}

/// Tells of a change unless it was told before.
async fn first_notice<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    notice: &SuppressionNotice,
) -> Result<Option<String>, Fault> {
    // Where nobody listens it waits for the mailer to fetch it.
    if desk.setup.webhook()?.is_none() {
        return Ok(None);
    }
    match tries(desk, notice.id()).await? {
        None => announce(desk, notice, None).await,
        Some(_) => Ok(None),
    }
}

/// What became of an attempt to tell something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Attempt {
    /// It was taken, or is no longer to be told.
    Over,
    /// It was not taken, which is noted where the sweep looks.
    InVain,
}

/// Takes the next attempt, or says how it stands.
async fn next_attempt<S: Store>(
    desk: &Desk<'_, S>,
    id: Id,
    earlier: Option<Tries>,
) -> Result<Standing<Attempt>, Fault> {
    let number = earlier.map_or(0, |tries| tries.attempts);
    claims::claim(desk, &ActName::new("told", format_args!("{id}:{number}"))).await
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
    let Some(mail) = desk.read_sealed::<Mail>(&mail_key(id)?).await? else {
        // It is no longer of use, and neither is what was noted of it.
        return remove(desk, id).await.map(|()| None);
    };
    match limit::admit(desk, id, &mail).await? {
        Place::Taken => {}
        // Its mailbox has had enough mails, and nobody learns of it.
        Place::None => return remove(desk, id).await.map(|()| None),
        Place::Unknown => return Ok(None),
    }
    match sender(desk.setup) {
        Ok(true) => {}
        Ok(false) => return Ok(Some(waits(desk.setup, id))),
        // It waits until the operator has mended this.
        Err(fault) => return Ok(untold(id, &fault)),
    }
    let claim = match next_attempt(desk, id, earlier).await? {
        Standing::Ours(claim) => claim,
        Standing::Taken | Standing::Happened(Attempt::InVain) => return Ok(None),
        // A retry has stored once more what had gone out.
        Standing::Happened(Attempt::Over) => return remove(desk, id).await.map(|()| None),
    };
    // It may have been erased meanwhile.
    let mail = match desk.read_sealed(&mail_key(id)?).await {
        Ok(Some(mail)) => QueuedMail { id, mail },
        Ok(None) => {
            conclude(desk, claim, Attempt::Over).await?;
            return remove(desk, id).await.map(|()| None);
        }
        Err(fault) => {
            claim.release(desk).await;
            return Err(fault);
        }
    };
    tell(desk, &mail, claim, earlier).await
}

/// Tells of a change that is due, of which `earlier` is known, if nobody else did or is at it.
///
/// # Errors
/// A problem if the store fails.
pub async fn announce<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    notice: &SuppressionNotice,
    earlier: Option<Tries>,
) -> Result<Option<String>, Fault> {
    let id = notice.id();
    match next_attempt(desk, id, earlier).await? {
        Standing::Taken | Standing::Happened(Attempt::InVain) => Ok(None),
        Standing::Happened(Attempt::Over) => {
            mark_told(desk, id).await?;
            remove(desk, id).await.map(|()| None)
        }
        // The mailer may have fetched it meanwhile.
        Standing::Ours(claim) if is_told(desk, id).await? => {
            conclude(desk, claim, Attempt::Over).await?;
            remove(desk, id).await.map(|()| None)
        }
        Standing::Ours(claim) => tell(desk, notice, claim, earlier).await,
    }
}

async fn conclude<S: Store>(
    desk: &Desk<'_, S>,
    claim: Claim,
    attempt: Attempt,
) -> Result<(), Fault> {
    claim.settle(desk, desk.now().plus_seconds(OUTCOME_SECONDS), &attempt).await
}

/// Tells something, and notes that it was taken, or when it is to be told again. Gives what is to be said of it in the log.
async fn tell<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    message: &impl Notification,
    claim: Claim,
    earlier: Option<Tries>,
) -> Result<Option<String>, Fault> {
    let id = message.id();
    let outgoing = match message.outgoing(desk.setup, desk.now()) {
        Ok(Some(outgoing)) => outgoing,
        // Who has no webhook asks for what has changed; a mail is waited for.
        Ok(None) => {
            claim.release(desk).await;
            return Ok(message.mail().map(|_| waits(desk.setup, id)));
        }
        // It waits until the operator has mended this.
        Err(fault) => {
            claim.release(desk).await;
            return Ok(untold(id, &fault));
        }
    };
    let Err(Refusal { status, for_good, why }) = send(desk.store, &outgoing).await else {
        conclude(desk, claim, Attempt::Over).await?;
        settle(desk, message, earlier.is_some()).await?;
        return Ok(None);
    };
    let attempts = earlier.map_or(0, |tries| tries.attempts).saturating_add(1);
    let delay = webhook::delay(attempts).filter(|_| !for_good);
    let next = delay.map(|seconds| desk.now().plus_seconds(seconds.into()));
    let noted = note(desk, message, &Tries { attempts, next, status }).await;
    let given_up = if next.is_none() { ", for the last time" } else { "" };
    // Where even this fails the claim grows old, and the sweep tells it.
    let unnoted = match noted {
        Ok(()) => conclude(desk, claim, Attempt::InVain).await.map(|()| ""),
        Err(_) => Ok(", which could not be noted"),
    }?;
    let whom = outgoing.whom;
    Ok(Some(format!("{whom} was told {id} in vain ({attempts}){given_up}{unnoted}: {why}")))
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
    desk.write_sealed(&key(TRIES, message.id())?, expires, tries).await
}

/// Notes that something was taken.
async fn settle<S: Store>(
    desk: &Desk<'_, S>,
    message: &impl Notification,
    was_tried: bool,
) -> Result<(), Fault> {
    let id = message.id();
    if message.mail().is_some() {
        desk.destroy(&mail_key(id)?).await?;
    } else {
        mark_told(desk, id).await?;
    }
    if was_tried {
        desk.destroy(&key(TRIES, id)?).await?;
    }
    Ok(())
}
