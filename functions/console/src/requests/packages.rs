//! The package of a request: built for the person, who alone is sent the key to it, and dropped again.

use desk_core::id::Id;
use desk_core::journal::Place as _;
use desk_core::request::{Move, MoveRefusal, Package, Request, RequestKey, Stage};
use http::StatusCode;

use super::{Name, brief_reply, state_tag};
use crate::{FoundCase, precondition};
use desk_app::Desk;
use desk_app::audit::Action;
use desk_app::cases;
use desk_app::notices::package_mail;
use desk_app::outbox::{self, QueuedMail};
use desk_app::packages;
use desk_app::ports::{Scan, Store};
use desk_web::problem::Problem;
use desk_web::reply::{Reply, ReplyWithOutgoing};
use desk_web::request::Request as HttpRequest;

/// A request, and the keys of all that is held about its person, from one scan.
struct PackageScan {
    keys: Vec<String>,
    key: RequestKey,
    case: Request,
}

impl PackageScan {
    async fn read<S: Scan>(
        desk: &Desk<'_, S>,
        request: &HttpRequest,
        name: &str,
    ) -> Result<Self, Problem> {
        let name = Name::read(name)?;
        let mut keys = desk.keys("").await?;
        keys.sort_unstable();
        let key = name.among(&keys)?;
        let events = cases::events_among(&keys, &key.events_prefix());
        let case = FoundCase { key, events }.load(desk).await?.ok_or(Problem::NotFound)?;
        precondition(request, &state_tag(desk, &case), true)?;
        Ok(Self { keys, key, case })
    }
}

/// Builds the package of a request, in place of an earlier one.
pub(super) async fn build<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<ReplyWithOutgoing<Option<QueuedMail>>, Problem> {
    let PackageScan { keys, key, case } = PackageScan::read(desk, request, name).await?;
    may_build(desk, &case)?;
    super::audit(desk, Action::PackageBuilt, key.id).await?;
    let earlier = case.package.map(|package| package.id);
    let (lawful, posted) = store(desk, &keys, &key, &case).await?;
    let event = desk.moment.id();
    let case = cases::append(desk, &key, case, lawful.into_change(), event).await?;
    packages::drop(desk, &keys, key.id, earlier).await?;
    let reply = brief_reply(desk, &case, StatusCode::CREATED);
    Ok(ReplyWithOutgoing { reply, outgoing: Some(posted) })
}

/// Drops the package of a request: then nobody can open it any more, whatever they have of it.
pub(super) async fn drop<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<Reply, Problem> {
    let PackageScan { keys, key, case } = PackageScan::read(desk, request, name).await?;
    let lawful = may_drop(desk, &case)?;
    super::audit(desk, Action::PackageDropped, key.id).await?;
    packages::drop(desk, &keys, key.id, case.package.map(|package| package.id)).await?;
    let event = desk.moment.id();
    let case = cases::append(desk, &key, case, lawful.into_change(), event).await?;
    Ok(brief_reply(desk, &case, StatusCode::OK))
}

/// Whether a package may be given out, which is asked before it is built.
fn may_build<S>(desk: &Desk<'_, S>, case: &Request) -> Result<Move, Problem> {
    let none = Package { id: Id::from_bytes([0; 16]), size: 0, parts: 0, until: desk.now() };
    Ok(case.open(desk.now())?.package(none)?)
}

/// Whether there is a package that may be dropped.
fn may_drop<S>(desk: &Desk<'_, S>, case: &Request) -> Result<Move, Problem> {
    Ok(match case.stage(desk.now()) {
        Stage::Open(open) => open.drop_package()?,
        Stage::Ended(ended) => ended.drop_package()?,
        Stage::Identity(_) => return Err(MoveRefusal::NotIdentified.into()),
    })
}

/// Builds it, and has the mail with the key in the outbox. The key stands there and nowhere else, so a package that is
/// built again replaces the other.
async fn store<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &RequestKey,
    case: &Request,
) -> Result<(Move, QueuedMail), Problem> {
    let zone = desk.setup.zone()?;
    let (package, secret) = packages::build(desk, keys, key, case).await?;
    let term = (package.until, zone.date(package.until));
    let mail = package_mail(desk, key, &case.opening, &secret, term);
    let lawful = case.open(desk.now())?.package(package)?;
    // Under the package's id, so that the mail goes with the package if it still waits then.
    let posted = outbox::put(desk, package.id, mail).await?;
    Ok((lawful, posted))
}
