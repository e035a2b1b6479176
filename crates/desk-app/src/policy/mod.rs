//! The policy as use cases see it: which version is in force, and how another one is published.

mod cache;
mod publish;

use desk_core::case::PolicyPin;
use desk_core::fault::Fault;

use crate::desk::Desk;
use crate::ports::Store;

pub use cache::{current, history};
pub use publish::{PublishedVersion, publish};

/// The version in force now, and the digest of its last publication: what a case pins.
///
/// # Errors
/// A problem if the store fails.
pub async fn pin<S: Store>(desk: &Desk<'_, S>) -> Result<Option<PolicyPin>, Fault> {
    Ok(cache::history(desk).await?.pin(desk.now()))
}
