//! Recording, lifting and looking up suppressions, for every function that does so.

use desk_core::json::Json;
use desk_core::keys::Subject;
use desk_core::suppression::{self, PageId, Reason, Scope, Suppression, SuppressionChange};
use desk_core::time::Timestamp;
use futures_util::future::{try_join, try_join_all};

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
        try_join(self.write_plain(&key, expires, &state), self.write_plain(&journal, None, &()))
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
        let delete = async { Ok(self.store.delete(&key).await?) };
        try_join(delete, self.write_plain(&journal, None, &())).await?;
        Ok(change)
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
        self.read_plain(&suppression::key(subject, scope)).await
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
