//! The limit of mails that anybody can have sent to an address. It protects somebody else's mailbox, so it is a hard one:
//! each mail takes a place of its own under it, and goes only where it has one.

use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::limit::Limits;

use crate::claims::{Place, take_place};
use crate::desk::Desk;
use crate::limiter::{self, mailbox};
use crate::ports::Store;
use crate::sender::{Mail, MailLimit};
use crate::setup::Setup;

/// A limit of more mails than this is none that protects anybody, and is left to the count of filings.
const MOST_PLACES: u32 = 100;

/// What a limit is called in keys, and what it is.
fn of(limit: MailLimit, setup: &Setup) -> Result<(&'static str, &Limits), Fault> {
    Ok(match limit {
        MailLimit::Requests => ("request-mail", &setup.request_limits()?.mailbox),
        MailLimit::Preferences => ("preferences-mail", &setup.mailing()?.preferences_limits),
    })
}

/// Takes a place for a mail under the limit of its mailbox, in each window of the limit. One that does not count has it.
///
/// # Errors
/// A fault if the store fails, or the limit is configured wrongly.
pub(super) async fn admit<S: Store>(
    desk: &Desk<'_, S>,
    id: Id,
    mail: &Mail,
) -> Result<Place, Fault> {
    let Some(limit) = mail.limit else { return Ok(Place::Taken) };
    // By when it is sent: what waited belongs to the window that it goes out in.
    let at = desk.time();
    let name = limiter::name(desk, &mailbox(desk, &mail.to), at);
    let (kind, limits) = of(limit, desk.setup)?;
    for quota in limits.quotas() {
        if quota.requests > MOST_PLACES {
            continue;
        }
        let (begin, end) = quota.window_of(at);
        let about = format!("{}-{}-{name}", quota.window, begin.seconds());
        match take_place(desk, (kind, &about), quota.requests, end, id).await? {
            Place::Taken => {}
            place => return Ok(place),
        }
    }
    Ok(Place::Taken)
}
