//! The sweep: it tells again what was told in vain, deletes what has expired, and prunes the journal. Nobody can learn
//! anything from it, and it may be called by anybody at any moment, for some clocks can only send a GET.

use desk_core::id::Id;
use desk_core::store_key::StoreKey;
use desk_core::suppression::Change;
use desk_core::time::Timestamp;
use http::StatusCode;

use crate::desk::Desk;
use crate::join::all;
use crate::journal;
use crate::outbox::{self, MAILS, Mail, Message};
use crate::ports::{Outbound, Scan};
use crate::problem::Problem;
use crate::reply::{Reply, Response};
use crate::request::Request;
use crate::retention;
use crate::suppressions::{cursor, untold};

/// It does nothing when it ran less than so many seconds ago.
const PAUSE: i64 = 20;
/// What was stored less than so many seconds ago is still being told by whoever stored it.
const GRACE: i64 = 60;
/// How much it tells in one call: with 15 seconds for each and eight at a time it ends within what hosts allow.
const AT_ONCE: usize = 8;
const BOUND: usize = 64;

/// Answers for `/ops/sweep`.
pub async fn serve<S: Scan + Outbound>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = request.locale(desk.setup);
    let mut log = None;
    let outcome = match request.path() {
        "/ops/sweep" => sweep(desk, request, &mut log).await,
        _ => Err(Problem::NotFound),
    };
    let mut response = desk.respond_json(request, locale, outcome);
    response.log = response.log.or(log);
    response
}

async fn sweep<S: Scan + Outbound>(
    desk: &Desk<'_, S>,
    request: &Request,
    log: &mut Option<String>,
) -> Result<Reply, Problem> {
    request.allow("GET, HEAD, POST")?;
    let key = StoreKey::new("sweep:ran").map_err(|error| Problem::Internal(error.to_string()))?;
    let ran: Option<Timestamp> = desk.read_plain(&key).await?;
    // A clock that was set back must not stop it for good.
    if ran.is_none_or(|ran| !(0..PAUSE).contains(&desk.now().seconds_since(ran))) {
        desk.write_plain(&key, None, &desk.now()).await?;
        let keys = desk.store.keys("").await?;
        // People wait for mail, and for nothing that is deleted. What is wrong with one keeps nothing else from happening.
        let told = tell(desk, &keys).await;
        let pruned = journal::prune(desk, &keys).await;
        let kept = retention::run(desk, &keys).await;
        *log = told?;
        pruned?;
        kept?;
    }
    Ok(Reply::new(StatusCode::NO_CONTENT))
}

/// Something that waits, as its key says.
enum Waiting {
    Changed(Change),
    Mail(Id),
}

impl Waiting {
    const fn id(&self) -> Id {
        match self {
            Self::Changed(change) => change.id,
            Self::Mail(id) => *id,
        }
    }
}

async fn tell<S: Scan + Outbound>(
    desk: &Desk<'_, S>,
    keys: &[String],
) -> Result<Option<String>, Problem> {
    let mail = |key: &String| Some(Waiting::Mail(key.strip_prefix(MAILS)?.parse().ok()?));
    // Without anybody who sends them, mails are looked through all the same, for those that are of no more use.
    let mut waiting: Vec<Waiting> = keys.iter().filter_map(mail).collect();
    // What is wrong with one of them keeps from going out only what needs it, and is said at the end.
    let (lists, webhook, provider) =
        (desk.setup.mailing(), desk.setup.webhook(), desk.setup.provider());
    let listens = matches!(webhook, Ok(Some(_)));
    let sends = matches!(provider, Ok(Some(_))) || matches!(provider, Ok(None)) && listens;
    if listens && lists.is_ok() {
        waiting.extend(untold(keys, cursor(desk).await?).into_iter().map(Waiting::Changed));
    }
    // The oldest first.
    waiting.sort_unstable_by_key(Waiting::id);
    let (mut told, mut refused) = (0, None);
    for chunk in waiting.chunks(AT_ONCE) {
        if told >= BOUND {
            break;
        }
        let tries = chunk
            .iter()
            .map(|waiting| async { Ok::<_, Problem>(again(desk, sends, waiting).await) });
        for outcome in all(tries).await? {
            match outcome {
                Ok(None) => {}
                Ok(Some(result)) => {
                    told += 1;
                    refused = refused.or(result);
                }
                // One that cannot be read keeps nobody else from being told.
                Err(Problem::Internal(what)) => refused = refused.or(Some(what)),
                Err(problem) => return Err(problem),
            }
        }
    }
    lists?;
    webhook?;
    provider?;
    Ok(refused)
}

/// Tells one thing again, if it is due and, where it is a mail, somebody `sends` mail: `None` if not, else what went wrong, if anything.
async fn again<S: Scan + Outbound>(
    desk: &Desk<'_, S>,
    sends: bool,
    waiting: &Waiting,
) -> Result<Option<Option<String>>, Problem> {
    let id = waiting.id();
    let tries = outbox::tries(desk, id).await?;
    let due = match tries {
        None => desk.now().seconds_since(id.instant()) >= GRACE,
        Some(tries) => tries.next.is_some_and(|next| next <= desk.now()),
    };
    if !due {
        return Ok(None);
    }
    let message = match waiting {
        Waiting::Changed(change) => Message::changed(desk.setup.lists(), *change),
        Waiting::Mail(id) => match desk.read_sealed::<Mail>(&outbox::mail_key(*id)?).await? {
            Some(mail) if sends => Message::Mail(*id, mail),
            Some(_) => return Ok(None),
            // It is no longer of use, and neither is what was noted of it.
            None => {
                outbox::remove(desk, *id).await?;
                return Ok(None);
            }
        },
    };
    Ok(Some(outbox::tell(desk, &message, tries).await))
}
