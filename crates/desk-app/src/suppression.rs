//! Recording, lifting and looking up suppressions, for every function that does so.

use std::time::Duration;

use desk_core::id::Id;
use desk_core::json::Json;
use desk_core::keys::Subject;
use desk_core::suppression::{self, PageId, Reason, Scope, Suppression, SuppressionChange};
use desk_core::time::Timestamp;
use futures_util::future::{try_join, try_join_all};
use serde::{Deserialize, Serialize};

use crate::claims::{self, ActName, Standing};
use crate::desk::Desk;
use crate::ports::Store;
use crate::setup::Setup;
use desk_core::fault::Fault;

/// How many reads are in flight at once.
pub const IN_FLIGHT: usize = 64;

/// What is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Whose suppression.
    pub subject: Subject,
    /// Of what.
    pub scope: Scope,
    /// How it came about.
    pub reason: Reason,
    /// The page that it was made on.
    pub page: Option<PageId>,
    /// When it began: the request's instant, unless another system says otherwise.
    pub at: Timestamp,
    /// When it ends; an opt-out never does.
    pub expires: Option<Timestamp>,
}

/// The newest change of a person's suppression within a minute that says something new.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct RecentChange {
    id: Id,
    suppressed: bool,
}

/// For how many seconds it is known: a minute, and as much for clocks that differ.
const RECENT: i64 = 120;
/// How long a repeat waits to learn whether it is one, behind the answer.
const PATIENCE: Duration = Duration::from_secs(20);

fn recent_change(change: &SuppressionChange) -> ActName {
    let minute = change.id.instant().seconds().div_euclid(60);
    ActName::new("opt-out", format_args!("{}:{}:{minute}", change.subject, change.scope))
}

/// Writes what the API says of a suppression that holds.
pub fn state(json: &mut Json, setup: &Setup, scope: Scope, suppression: &Suppression) {
    json.text("scope", &setup.lists().scope_name(scope));
    json.text("reason", suppression.reason.name());
    json.shown("at", &suppression.at);
}

impl<S: Store> Desk<'_, S> {
    /// Records a suppression: its state and its entry in the journal, side by side and without a look at what was there,
    /// so that an opt-out costs one call in sequence. Recording twice is recording once, but for the journal.
    ///
    /// # Errors
    /// A problem if the store does not confirm both; then whoever asked must ask again.
    pub async fn suppress(&self, act: Act) -> Result<SuppressionChange, Fault> {
        let Act { subject, scope, reason, page, at, expires } = act;
        let change = self.change(subject, scope, Some(reason));
        let key = suppression::key(subject, scope);
        let state = Suppression { at, reason, page };
        let journal = change.key();
        try_join(self.write_sealed(&key, expires, &state), self.write_sealed(&journal, None, &()))
            .await?;
        Ok(change)
    }

    /// Lifts a suppression, as [`Desk::suppress`] records one.
    ///
    /// # Errors
    /// A problem if the store does not confirm it.
    pub async fn lift(&self, subject: Subject, scope: Scope) -> Result<SuppressionChange, Fault> {
        let change = self.change(subject, scope, None);
        let key = suppression::key(subject, scope);
        let journal = change.key();
        let delete = self.destroy(&key);
        // An opt-out of the same minute that comes now says something new.
        let recent = RecentChange { id: change.id, suppressed: false };
        let act = recent_change(&change);
        let recent = claims::note(self, &act, self.now().plus_seconds(RECENT), &recent);
        try_join(try_join(delete, self.write_sealed(&journal, None, &())), recent).await?;
        Ok(change)
    }

    /// Whether an opt-out is the first of its minute, or the first since it was lifted. Whoever holds a link can use it again
    /// and again, and that says nothing new: the entry of a repeat goes from the journal, and nobody is told of it.
    ///
    /// # Errors
    /// A problem if the store fails.
    pub async fn is_news(&self, change: &SuppressionChange) -> Result<bool, Fault> {
        let act = recent_change(change);
        let until = self.now().plus_seconds(RECENT);
        let own = RecentChange { id: change.id, suppressed: true };
        match claims::claim_or_wait::<S, RecentChange>(self, &act, PATIENCE).await? {
            Standing::Ours(claim) => {
                claim.settle(self, until, &own).await?;
                Ok(true)
            }
            Standing::Happened(known) if known.id == change.id => Ok(true),
            Standing::Happened(known) if known.suppressed => {
                self.destroy(&change.key()).await?;
                Ok(false)
            }
            Standing::Happened(_) => {
                claims::note(self, &act, until, &own).await?;
                Ok(true)
            }
            // Rather twice than never.
            Standing::Taken => Ok(true),
        }
    }

    fn change(&self, subject: Subject, scope: Scope, reason: Option<Reason>) -> SuppressionChange {
        SuppressionChange { id: self.moment.id(), subject, scope, reason }
    }

    /// Reads a person's suppression of a scope.
    ///
    /// # Errors
    /// A problem if the store fails or the value is not one.
    pub async fn suppression(
        &self,
        subject: Subject,
        scope: Scope,
    ) -> Result<Option<Suppression>, Fault> {
        self.read_sealed(&suppression::key(subject, scope)).await
    }

    /// Reads many, in their order, with many reads in flight.
    ///
    /// # Errors
    /// As for [`Desk::suppression`].
    pub async fn suppressions(
        &self,
        asked: &[(Subject, Scope)],
    ) -> Result<Vec<Option<Suppression>>, Fault> {
        let mut found = Vec::with_capacity(asked.len());
        for chunk in asked.chunks(IN_FLIGHT) {
            let reads = chunk.iter().map(|(subject, scope)| self.suppression(*subject, *scope));
            found.extend(try_join_all(reads).await?);
        }
        Ok(found)
    }
}
