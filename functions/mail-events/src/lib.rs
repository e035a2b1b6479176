//! What mail providers tell: bounces, complaints, opt-outs. Each signs in its own way, and nothing is believed unsigned.
//!
//! A complaint stops all newsletters for good, a hard bounce for a while, an opt-out that the provider took likewise for
//! good. A soft bounce is no reason to stop, and neither is a mail that somebody took out of the spam folder.

mod lint;
mod providers;

use desk_core::email::EmailAddress;
use desk_core::keys::Subject;
use desk_core::mail::arf::{FeedbackType, Report};
use desk_core::mail::message::{MAX_MESSAGE, MailMessage};
use desk_core::suppression::{Link, Reason, Scope};
use futures_util::future::try_join_all;
use http::StatusCode;

use desk_app::Desk;
use desk_app::Setup;
use desk_app::outbox::{self, SuppressionNotice};
use desk_app::ports::{Outbound, Store};
use desk_app::suppression::{Act, IN_FLIGHT};
use desk_web::operator;
use desk_web::problem::Problem;
use desk_web::reply::{After, Reply, ReplyWithOutgoing, Response};
use desk_web::request::Request;
use desk_web::respond::respond_json;
use desk_web::routes::{Route, Routes};

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// What a provider tells; its name is in the address.
    Provider,
    /// A feedback report (RFC 5965).
    Report,
    /// A mail to the address beside the link.
    Inbound,
    /// A raw mail that is to be checked.
    Lint,
}

/// The routes of the function `mail-events`. `SendGrid` tells of a thousand events at once, and a report holds a whole mail.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::post("/mail-events/arf", MAX_MESSAGE, Endpoint::Report),
    Route::post("/mail-events/inbound", MAX_MESSAGE, Endpoint::Inbound),
    Route::post("/mail-events/:provider", MAX_MESSAGE, Endpoint::Provider),
    Route::post("/unsubscribe/lint", MAX_MESSAGE, Endpoint::Lint),
]);

/// Answers a request to the function `mail-events`.
pub async fn serve<S: Store + Outbound + Clone + 'static>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Response {
    let locale = request.locale(&desk.setup.profile);
    match route(desk, request).await {
        Ok(ReplyWithOutgoing { reply, outgoing }) => {
            let mut response = reply.finish(request);
            response.after = outbox::after(desk, outgoing).map(After::new);
            response
        }
        Err(problem) => respond_json(&desk.setup.profile, request, locale, Err(problem)),
    }
}

async fn route<S: Store + Outbound>(
    desk: &Desk<'_, S>,
    request: &Request,
) -> Result<ReplyWithOutgoing<Vec<SuppressionNotice>>, Problem> {
    let (endpoint, parameters) = ROUTES.find(request)?;
    if endpoint == Endpoint::Lint {
        return Ok(lint::answer(desk.setup, request)?.into());
    }
    desk.setup.mailing()?;
    let providers = desk.setup.mail_events()?;
    let events = match (endpoint, parameters.as_slice()) {
        (Endpoint::Report, _) => report(desk.setup, request)?,
        (Endpoint::Inbound, _) => inbound(desk.setup, request)?,
        // Whom nobody configured is not there.
        (Endpoint::Provider, [name]) if providers.has(name) => {
            providers::events(providers, desk, request, name).await?
        }
        _ => return Err(Problem::NotFound),
    };
    let outgoing = record(desk, &events, providers.bounce_days()).await?;
    // Postmark and Mailgun take nothing but 200 for a yes, and would tell again for hours.
    let is_raw_mail = matches!(endpoint, Endpoint::Report | Endpoint::Inbound);
    let status = if is_raw_mail { StatusCode::NO_CONTENT } else { StatusCode::OK };
    Ok(ReplyWithOutgoing { reply: Reply::new(status), outgoing })
}

/// Something that a provider tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// About whom.
    pub(crate) who: Who,
    /// What.
    pub(crate) what: What,
}

/// About whom an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Whoever has this address.
    Address(EmailAddress),
    /// Whoever has this hash.
    Subject(Subject),
    /// Whoever the link in the mail was made for.
    Link(Link),
}

/// What an event says. What is no reason to do anything is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Mail to the address comes back for good.
    HardBounce,
    /// The person reported a mail as unwanted.
    Complaint,
    /// The person opted out by the provider's own means.
    Unsubscribed,
    /// The person's mail program wrote to the address beside the link.
    Wrote,
}

/// Records what was told, with many writes in flight. Telling twice is telling once.
async fn record<S: Store>(
    desk: &Desk<'_, S>,
    events: &[Event],
    bounce_days: u16,
) -> Result<Vec<SuppressionNotice>, Problem> {
    let mut acts: Vec<Act> = Vec::with_capacity(events.len());
    for event in events {
        let subject = match &event.who {
            Who::Address(address) => desk.setup.keys.subject(address),
            Who::Subject(subject) => *subject,
            Who::Link(link) => link.subject,
        };
        let (scope, reason, expires) = match event.what {
            What::HardBounce => {
                let until = desk.now().plus_seconds(i64::from(bounce_days) * 86_400);
                (Scope::Bounce, Reason::Bounce, Some(until))
            }
            What::Complaint => (Scope::Complaint, Reason::Complaint, None),
            What::Wrote => match &event.who {
                Who::Link(link) => (Scope::List(link.list), Reason::Mail, None),
                Who::Address(_) | Who::Subject(_) => continue,
            },
            What::Unsubscribed => match &event.who {
                Who::Link(link) => (Scope::List(link.list), Reason::Import, None),
                Who::Address(_) | Who::Subject(_) => (Scope::All, Reason::Import, None),
            },
        };
        // One message may tell of one person twice, and one request makes one change of a kind.
        if !acts.iter().any(|act| act.subject == subject && act.scope == scope) {
            acts.push(Act { subject, scope, reason, page: None, at: desk.now(), expires });
        }
    }
    let mut recorded = Vec::with_capacity(acts.len());
    for chunk in acts.chunks(IN_FLIGHT) {
        let changes = try_join_all(chunk.iter().map(|act| desk.suppress(*act))).await?;
        let lists = desk.setup.lists();
        recorded.extend(changes.into_iter().map(|change| SuppressionNotice::new(lists, change)));
    }
    Ok(recorded)
}

/// A raw mail that the app or an operator posts.
fn read_mail<'r>(setup: &Setup, request: &'r Request) -> Result<MailMessage<'r>, Problem> {
    operator::authorise_app(setup.operator.as_ref(), setup.app_token.as_ref(), request)?;
    let body = request.whole_body()?;
    if request.content_type() != "message/rfc822" {
        return Err(Problem::UnsupportedMediaType("message/rfc822"));
    }
    MailMessage::read(body).map_err(|_| Problem::malformed("no-header"))
}

/// A mail to the address beside the link. Its subject has the token; what answers by itself, such as a note of absence, is
/// no wish of anybody's (RFC 3834 section 2).
fn inbound(setup: &Setup, request: &Request) -> Result<Vec<Event>, Problem> {
    let message = read_mail(setup, request)?;
    let is = |name: &str, kinds: &[&str]| {
        message.value(name).is_some_and(|value| kinds.iter().any(|k| value.eq_ignore_ascii_case(k)))
    };
    let by_itself = message.value("auto-submitted").is_some() && !is("auto-submitted", &["no"]);
    if by_itself || is("precedence", &["bulk", "junk", "list", "auto_reply"]) {
        return Ok(Vec::new());
    }
    let subject = message.value("subject").unwrap_or_default();
    let link = subject.split_whitespace().find_map(|word| Link::redeem(&setup.keys, word));
    match link {
        Some(link) => Ok(vec![Event { who: Who::Link(link), what: What::Wrote }]),
        None => Err(Problem::malformed("nobody-named")),
    }
}

/// A feedback report (RFC 5965), posted by whoever receives them: the app or an operator.
fn report(setup: &Setup, request: &Request) -> Result<Vec<Event>, Problem> {
    let message = read_mail(setup, request)?;
    let report = Report::read(&message).map_err(|_| Problem::malformed("no-report"))?;
    let what = match report.kind {
        FeedbackType::Abuse | FeedbackType::Fraud | FeedbackType::Virus | FeedbackType::Other => {
            What::Complaint
        }
        // The person wants the mail after all.
        FeedbackType::NotSpam => return Ok(Vec::new()),
    };
    // The link is ours and says who it was, also where the provider has blackened the address.
    let base = &setup.profile.base_url;
    let link = report
        .unsubscribe
        .iter()
        .find_map(|url| Link::redeem(&setup.keys, url.strip_prefix(base)?.strip_prefix("/u/")?));
    let who = match link {
        Some(link) => Some(Who::Link(link)),
        None => report.recipients.iter().find_map(|text| text.parse().ok()).map(Who::Address),
    };
    match who {
        Some(who) => Ok(vec![Event { who, what }]),
        None => Err(Problem::malformed("nobody-named")),
    }
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::Calling<desk_spin::SpinStore>);
