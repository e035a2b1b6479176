//! The package of a request: built for the person, who alone is sent the key to it, and dropped again.

use desk_core::id::Id;
use desk_core::request::{Package, Refusal, Stage};
use http::StatusCode;

use super::{done, find, state_tag};
use crate::audit::Action;
use crate::cases;
use crate::console::precondition;
use crate::desk::Desk;
use crate::notices::{Notice, notice};
use crate::outbox;
use crate::packages;
use crate::ports::Scan;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::request::Request as HttpRequest;

/// Builds a package. The key stands in the mail and nowhere else, so one that is built again replaces the other.
pub(super) async fn build<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<Reply, Problem> {
    let named = find(desk, name).await?;
    let key = *named.key();
    let case = named.load(desk).await?;
    precondition(request, &state_tag(desk, &case), true)?;
    // Whether one may be given out is asked before it is built.
    let none = Package { id: Id::from_bytes([0; 16]), size: 0, parts: 0, until: desk.now() };
    case.open(desk.now())?.package(none)?;
    super::audit(desk, Action::PackageBuilt, key.id).await?;
    let earlier = case.package;
    let (package, secret) = packages::build(desk, &key, &case).await?;
    let day = desk.setup.clocks()?.zone.date(package.until);
    let secret = secret.to_string();
    let told = Notice::Package { key: &secret, until: package.until, day };
    let mail = notice(desk, &key, &case.opening, told);
    let lawful = case.open(desk.now())?.package(package)?;
    outbox::put(desk, desk.moment.id("mail"), &mail).await?;
    let event = desk.moment.id("event");
    let case = cases::append(desk, &key, case, lawful.into_change(), event).await?;
    if let Some(earlier) = earlier {
        packages::drop(desk, &earlier).await?;
    }
    Ok(done(desk, &case, StatusCode::CREATED))
}

/// Drops the package: nobody can open it any more, whatever they have of it.
pub(super) async fn drop<S: Scan>(
    desk: &Desk<'_, S>,
    request: &HttpRequest,
    name: &str,
) -> Result<Reply, Problem> {
    let named = find(desk, name).await?;
    let key = *named.key();
    let case = named.load(desk).await?;
    precondition(request, &state_tag(desk, &case), true)?;
    let lawful = match case.stage(desk.now()) {
        Stage::Open(open) => open.drop_package()?,
        Stage::Ended(ended) => ended.drop_package()?,
        Stage::Identity(_) => return Err(Refusal::NotIdentified.into()),
    };
    let package = case.package.ok_or(Refusal::Unchanged)?;
    super::audit(desk, Action::PackageDropped, key.id).await?;
    packages::drop(desk, &package).await?;
    let event = desk.moment.id("event");
    let case = cases::append(desk, &key, case, lawful.into_change(), event).await?;
    Ok(done(desk, &case, StatusCode::OK))
}
