//! Erasure: what would go is shown, what was shown is done, and the act proves it.
//!
//! The act is written before the first value goes, so a desk that dies on the way is told by it to go on when it is asked
//! again, and answers with the same act. The opening of the request goes last, once the store was read again and nothing
//! else of the person was found: where it is gone, all is.

pub mod acts;
mod inventory;

use desk_core::case::Message;
use desk_core::erasure::{DestructionAct, LOG_SECONDS, NOTICE_SECONDS, Plan};
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::request::log::Entry;
use desk_core::request::{self, Request, RequestKey};
use desk_core::store_key::StoreKey;
use desk_core::text::Text;
use desk_core::time::Timestamp;
use futures_util::future::try_join_all;

use crate::audit::{self, About, Action};
use crate::cases;
use crate::desk::Desk;
use crate::outbox::{self, QueuedMail};
use crate::ports::{Scan, Store};
use crate::requests_log;
use crate::sender::Mail;
use desk_core::entity_tag::entity_tag;
use desk_core::fault::Fault;
use desk_documents::texts::{self, complain};

pub use desk_documents::destruction::Executor;
pub use inventory::load_whole;

/// How many calls to the store are in flight at once.
const IN_FLIGHT: usize = 25;

/// What an operator orders.
#[derive(Clone, Debug)]
pub struct Order {
    /// Who carries it out: name and position. Several stand on lines of their own.
    pub executor: Text<200>,
    /// Why, in the operator's words.
    pub reason: Option<Text<500>>,
    /// What the person is told, beside what the desk says itself.
    pub text: Option<Message>,
}

/// What lies before an erasure.
#[derive(Debug)]
pub struct Preview {
    /// The request.
    pub request: Request,
    /// What goes, and what stays.
    pub plan: Plan,
    /// The act, where an erasure was begun that did not come to its end.
    pub begun: Option<DestructionAct>,
}

impl Preview {
    /// What an order names in `If-Match`: it changes with everything that goes or stays.
    pub fn tag(&self) -> String {
        entity_tag(&[self.request.id.to_bytes().as_slice(), &self.plan.to_bytes()].concat())
    }

    /// Whether an erasure may be ordered now.
    fn allow(&self, now: Timestamp) -> Result<(), Fault> {
        if !self.request.opening.kind.may_erase() {
            return Err(Fault::CaseState("not-erasing"));
        }
        match self.request.open(now) {
            Ok(_) => Ok(()),
            Err(request::MoveRefusal::NotIdentified) => Err(Fault::CaseState("not-identified")),
            Err(_) => Err(Fault::CaseState("ended")),
        }
    }
}

/// Shows what an erasure would do, or what is left to do of one that broke off. `keys` are all keys of the store.
///
/// # Errors
/// [`Fault::NotFound`] if there is no such request; another problem if the store fails.
pub async fn preview<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &RequestKey,
) -> Result<Preview, Fault> {
    let request = load_whole(desk, keys, key).await?.ok_or(Fault::NotFound)?;
    // A form that is sent once more after an erasure may open a request with the same id: the act is not about that one.
    let begun = acts::find(desk, key.id).await?;
    let begun = begun.filter(|act| act.received == request.opening.at);
    let plan = inventory::plan(desk, keys, key, &request, begun.as_ref()).await?;
    Ok(Preview { request, plan, begun })
}

/// Erases, and gives the act with the mail that tells of it. `matches` holds the order to the preview that it was decided
/// on; where an erasure was begun, it goes on whatever that says, for what is left has changed since.
///
/// # Errors
/// [`Fault::CaseState`] if the request is not one that ends so, has ended, or nobody proved who asks; the same with
/// `unfinished` where something came in meanwhile: then the same call goes on. Another problem if the store fails: then,
/// too, the same call goes on where it broke off.
pub async fn erase<S: Scan>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &RequestKey,
    order: Order,
    matches: impl FnOnce(&str) -> Result<(), Fault>,
) -> Result<(DestructionAct, QueuedMail), Fault> {
    let preview = preview(desk, keys, key).await?;
    if preview.begun.is_none() {
        preview.allow(desk.now())?;
        matches(&preview.tag())?;
    }
    audit::record_about(desk, Action::Erased, About::Request(key.id), None).await?;
    let Preview { request, plan, begun } = preview;
    let Order { executor, reason, text } = order;
    let act = match begun {
        Some(act) => act,
        None => {
            let act = acts::draw_up(desk, &request, &plan);
            let by = Executor { executor, reason };
            desk.write_sealed(&DestructionAct::executor_key(act.request), Some(act.expires()), &by)
                .await?;
            // From here on the erasure is begun.
            desk.write_sealed(&DestructionAct::key(act.request), Some(act.expires()), &act).await?;
            act
        }
    };
    // Whatever is missing here was never begun to be deleted, so the request still says all that the log wants to know.
    if requests_log::find(desk, act.request).await?.is_none() {
        // When it was due is reckoned by whoever exports the log: clocks and calendars are 31 KB, which this function has
        // not left.
        let line = Entry::erased(&request, act.at, act.is_partial());
        requests_log::write_unreckoned(desk, &line, &request, LOG_SECONDS).await?;
    }
    let own = key.opening();
    log_earlier(desk, keys, &plan, &own).await?;
    delete(desk, &plan, &own).await?;
    let keys = desk.store.keys("").await?;
    let left = self::preview(desk, &keys, key).await?.plan;
    if left.goes().iter().any(|held| held.key != own) {
        return Err(Fault::CaseState("unfinished"));
    }
    let mail = notice(desk, &request, &act, text);
    let posted = outbox::put(desk, notice_id(desk, &act), mail).await?;
    desk.destroy(&own).await?;
    if desk.store.get(&own).await?.is_some() {
        return Err(Fault::CaseState("unfinished"));
    }
    Ok((act, posted))
}

/// Writes the lines that the log still lacks of earlier requests that go: afterwards nobody could.
async fn log_earlier<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    plan: &Plan,
    own: &StoreKey,
) -> Result<(), Fault> {
    let goes = plan.goes().iter().map(|held| &held.key).filter(|key| *key != own);
    for key in goes.filter_map(|key| RequestKey::from_opening(key.as_str())) {
        if requests_log::find(desk, key.id).await?.is_some() {
            continue;
        }
        if let Some(request) = load_whole(desk, keys, &key).await? {
            let line = Entry::new(&request, None, desk.now());
            requests_log::write_unreckoned(desk, &line, &request, LOG_SECONDS).await?;
        }
    }
    Ok(())
}

/// Deletes all but the opening of the request: one category after the other, for by what comes late is found what comes
/// early.
async fn delete<S: Store>(desk: &Desk<'_, S>, plan: &Plan, own: &StoreKey) -> Result<(), Fault> {
    for category in plan.goes().chunk_by(|a, b| a.category == b.category) {
        for chunk in category.chunks(IN_FLIGHT) {
            let others = chunk.iter().filter(|held| held.key != *own);
            try_join_all(others.map(|held| desk.destroy(&held.key))).await?;
        }
    }
    Ok(())
}

/// The id of the mail that tells the person: the same at every attempt, so that it is told once.
fn notice_id<S>(desk: &Desk<'_, S>, act: &DestructionAct) -> Id {
    let parts: [&[u8]; 2] = [b"erasure notice", &act.request.to_bytes()];
    Id::new(act.at, cases::unique(desk, &parts))
}

/// The mail that tells the person. Nothing but it holds the address any longer, and it goes when it is taken, or after
/// three days.
fn notice<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    act: &DestructionAct,
    text: Option<Message>,
) -> Mail {
    let opening = &request.opening;
    let t = texts::erasure(opening.lang);
    let reference = act.reference().to_string();
    let mut body = (t.notice)(&reference, &act.app);
    let mut line = |text: &str| {
        body.push_str(text);
        body.push('\n');
    };
    line("");
    line("");
    for destroyed in &act.destroyed {
        line(&format!("- {}: {}", (t.category)(destroyed.category), destroyed.count));
    }
    line("");
    line(t.stays);
    for stay in &act.stays {
        let name = stay.reference().map(|reference| format!(" {reference}")).unwrap_or_default();
        line(&format!("- {}{name}: {}", (t.stay)(*stay), (t.ground)(stay.ground())));
    }
    if let Some(text) = text {
        line("");
        line(text.as_str());
    }
    if act.is_partial() {
        line("");
        line(complain::complain(opening.lang)(opening.regime));
    }
    line("");
    line(t.link);
    line(&desk.setup.profile.mailed_url(opening.lang, &acts::path(desk.setup, act.request)));
    Mail {
        to: opening.email.clone(),
        lang: opening.lang,
        subject: (t.notice_subject)(&reference).into(),
        text: body,
        // From now on: an erasure that broke off may be gone on with days later.
        expires: desk.now().plus_seconds(NOTICE_SECONDS),
        limit: None,
    }
}
