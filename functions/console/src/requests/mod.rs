//! What operators do with data requests.
//!
//! Whatever decides about a person is held to what it was decided on (`If-Match`), leaves an audit record before it
//! happens, and has the mail that tells the person in the outbox before it is stored.

mod acts;
mod log;
mod packages;
mod queue;
mod turned;
mod wire;

pub use acts::ActKind;
pub(super) use log::{export as export_log, metrics};
pub(super) use queue::queue;

use desk_core::clock::due::{Clock, Pause};
use desk_core::clock::regime::{Rule, leading};
use desk_core::id::Id;
use desk_core::reference::{Reference, Series};
use desk_core::request::log::PREFIX;
use desk_core::request::{Request, RequestKey};
use futures_util::future::try_join_all;
use http::StatusCode;

use super::{FoundCase, IN_FLIGHT, file, page_limit, tag};
use desk_app::Desk;
use desk_app::audit::{self, About, Action};
use desk_app::clocks::Clocks;
use desk_app::outbox::QueuedMail;
use desk_app::ports::Scan;
use desk_core::entity_tag::entity_tag;
use desk_core::fault::Fault;
use desk_web::fields::Fields;
use desk_web::problem::{FieldError, Problem};
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::Request as HttpRequest;
use http::header;

/// How many requests are opened for one answer at the most.
pub const MAX_OPENED: usize = 1_000;
/// How many others of the same person and kind are looked for at the most.
const MAX_LINKED: usize = 100;

/// One request.
pub(super) async fn show<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<Reply, Problem> {
    let named = find(desk, name).await?;
    audit(desk, Action::RequestRead, named.key().id).await?;
    let case = named.load(desk).await?;
    request_reply(desk, request, &named, &case).await
}

/// A file of a request.
pub(super) async fn attachment<S: Scan>(
    desk: &Desk<'_, S>,
    name: &str,
    number: usize,
) -> Result<Reply, Problem> {
    let named = find(desk, name).await?;
    audit(desk, Action::FileRead, named.key().id).await?;
    let case = named.load(desk).await?;
    file(desk, named.key(), case.reference(), &case.opening.files, number).await
}

/// What an operator does with one request. The mail that tells the person of it is in the outbox when this is done.
pub(super) async fn act<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
    kind: ActKind,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    ready(desk)?;
    acts::act(desk, request, name, kind.read(request)?).await
}

/// Builds the package of a request; the mail with the key to it is in the outbox then.
pub(super) async fn pack<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    says_nothing(request)?;
    packages::build(desk, request, name).await
}

/// Drops the package of a request.
pub(super) async fn drop_package<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<Reply, Problem> {
    says_nothing(request)?;
    packages::drop(desk, request, name).await
}

/// Holds a body to it that it has no fields.
fn says_nothing(request: &HttpRequest) -> Result<(), Problem> {
    if matches!(request.whole_body()?.trim_ascii(), b"" | b"{}") {
        return Ok(());
    }
    let whole = FieldError { pointer: String::new(), code: "unknown-field" };
    Err(Problem::InvalidFields(vec![whole]))
}

/// Turns a case into a data request; the mail that asks who it is of is in the outbox then.
pub(super) async fn refer<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    ready(desk)?;
    turned::from_case(desk, request, name).await
}

/// Opens a complaint from a data request; the mail that tells the person of it is in the outbox then.
pub(super) async fn complain<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    Fields::none(request)?;
    ready(desk)?;
    turned::complaint(desk, name).await
}

/// What is wrong with the configuration is told before anything is done. Who counts asks for the clocks as well.
fn ready<S>(desk: &Desk<'_, S>) -> Result<(), Problem> {
    desk.setup.retention()?;
    Ok(())
}

/// Records an access to a request that is about to happen.
async fn audit<S: Scan>(desk: &Desk<'_, S>, action: Action, id: Id) -> Result<(), Fault> {
    audit::record_about(desk, action, About::Request(id), None).await
}

/// The keys of everything that has to do with requests, from one scan.
struct RequestKeys(Vec<String>);

impl RequestKeys {
    async fn read<S: Scan>(desk: &Desk<'_, S>) -> Result<Self, Problem> {
        let mut keys = desk.keys(RequestKey::AREA).await?;
        // Ids are in order as text, and so are the lists below.
        keys.sort_unstable();
        Ok(Self(keys))
    }

    /// Every request that there is, the oldest first.
    fn requests(&self) -> Vec<RequestKey> {
        self.0.iter().filter_map(|key| RequestKey::from_opening(key)).collect()
    }

    /// The ids of those in the log, which have ended, the oldest first.
    fn logged(&self) -> Vec<Id> {
        self.0.iter().filter_map(|key| key.strip_prefix(PREFIX)?.parse().ok()).collect()
    }

    /// Requests with the ids of all their events, in the order in which they were given.
    fn found(&self, keys: &[RequestKey]) -> Vec<FoundCase<RequestKey>> {
        let event = |key: &String| {
            let (request, event) = key.strip_prefix("request-event:")?.split_once(':')?;
            Some((request.parse::<Id>().ok()?, event.parse::<Id>().ok()?))
        };
        let events: Vec<(Id, Id)> = self.0.iter().filter_map(event).collect();
        let of = |&key: &RequestKey| {
            let from = events.partition_point(|(request, _)| *request < key.id);
            let own = events.iter().skip(from).take_while(|(request, _)| *request == key.id);
            FoundCase { key, events: own.map(|(_, event)| *event).collect() }
        };
        keys.iter().map(of).collect()
    }
}

/// A request as the scan found it, with those that may be duplicates of it.
struct NamedRequest {
    found: FoundCase<RequestKey>,
    scanned: RequestKeys,
}

impl NamedRequest {
    const fn key(&self) -> &RequestKey {
        &self.found.key
    }

    async fn load<S: Scan>(&self, desk: &Desk<'_, S>) -> Result<Request, Problem> {
        self.found.load(desk).await?.ok_or(Problem::NotFound)
    }
}

/// What a request is called in an address: its id or its reference.
struct Name(Option<Id>, Option<Reference>);

impl Name {
    /// Reads it, before anything is looked for.
    fn read(name: &str) -> Result<Self, Problem> {
        match (name.parse().ok(), name.parse().ok()) {
            (None, None) => Err(Problem::NotFound),
            (id, reference) => Ok(Self(id, reference)),
        }
    }

    /// The request of that name.
    fn among(&self, keys: &[String]) -> Result<RequestKey, Problem> {
        let is_named = |key: &RequestKey| {
            Some(key.id) == self.0 || Some(Reference::new(Series::Requests, key.id)) == self.1
        };
        let mut requests = keys.iter().filter_map(|key| RequestKey::from_opening(key));
        requests.find(is_named).ok_or(Problem::NotFound)
    }
}

/// Finds a request by its id or its reference.
async fn find<S: Scan>(desk: &Desk<'_, S>, name: &str) -> Result<NamedRequest, Problem> {
    let name = Name::read(name)?;
    let scanned = RequestKeys::read(desk).await?;
    let key = name.among(&scanned.0)?;
    let found = scanned.found(&[key]).pop().ok_or(Problem::NotFound)?;
    Ok(NamedRequest { found, scanned })
}

/// Reads a request anew with every event that there is: a head may miss one that raced it.
async fn reread<S: Scan>(desk: &Desk<'_, S>, id: Id) -> Result<Request, Problem> {
    find(desk, &id.to_string()).await?.load(desk).await
}

/// Loads requests side by side, a few at a time, and gives each to `each`; those that expired meanwhile are left out.
async fn load_all<S: Scan>(
    desk: &Desk<'_, S>,
    found: &[FoundCase<RequestKey>],
    each: &mut dyn FnMut(&RequestKey, Request),
) -> Result<(), Problem> {
    for chunk in found.chunks(IN_FLIGHT) {
        for (found, case) in
            chunk.iter().zip(try_join_all(chunk.iter().map(|found| found.load(desk))).await?)
        {
            if let Some(case) = case {
                each(&found.key, case);
            }
        }
    }
    Ok(())
}

/// The clock of a rule for a request.
fn clock<'a>(
    clocks: &'a Clocks,
    rule: &'static Rule,
    request: &Request,
    pauses: &'a [Pause],
) -> Clock<'a> {
    clocks.clock(rule, (request.received(), request.extension.is_some()), pauses)
}

/// The clock that a request is kept by; `None` where its regime does not know the right.
fn leading_clock<'a>(
    clocks: &'a Clocks,
    request: &Request,
    pauses: &'a [Pause],
) -> Option<Clock<'a>> {
    let rule = leading(request.opening.regime, request.opening.kind.right())?;
    Some(clock(clocks, rule, request, pauses))
}

/// The tag of a request as an operator edits it: it changes with every event, and where it expires by itself.
fn state_tag<S>(desk: &Desk<'_, S>, case: &Request) -> String {
    let tag = tag(case.id, case);
    entity_tag([&tag, case.state(desk.now()).name()].concat().as_bytes())
}

/// A request as operators see it. The tag is set without its conditions: how much time is left changes by itself.
async fn request_reply<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    named: &NamedRequest,
    case: &Request,
) -> Result<Reply, Problem> {
    let clocks = desk.setup.clocks()?;
    let own = queue::Row::new(desk, clocks, named.key(), case);
    let rows = queue::linked(desk, clocks, &named.scanned, case, own).await?;
    let lang = request.locale(&desk.setup.profile).lang;
    let json = wire::request(desk, clocks, &rows, named.key(), case, lang);
    Ok(with_tag(desk, case, Reply::json_text(StatusCode::OK, json)))
}

/// What has become of a request: enough to go on with it.
fn brief_reply<S>(desk: &Desk<'_, S>, case: &Request, status: StatusCode) -> Reply {
    with_tag(desk, case, Reply::json_text(status, wire::brief(desk, case)))
}

fn with_tag<S>(desk: &Desk<'_, S>, case: &Request, reply: Reply) -> Reply {
    reply.header(header::ETAG, format!("\"{}\"", state_tag(desk, case)))
}
