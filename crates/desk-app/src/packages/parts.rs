//! An archive on its way into encrypted parts.

use std::pin::Pin;

use desk_core::id::Id;
use desk_core::package::{MAX_PART, PackageKey, part_key};
use desk_core::time::Timestamp;
use desk_core::zip::OpenEntry;
use futures_util::future::try_join_all;

use super::fault;
use crate::desk::Desk;
use crate::ports::Store;
use desk_core::fault::Fault;

/// How many parts are written side by side.
const AT_ONCE: usize = 3;

/// Something that is being stored.
pub(super) type PendingPart<'a> = Pin<Box<dyn Future<Output = Result<(), Fault>> + 'a>>;

/// What was written of an archive, and is not stored yet.
pub(super) struct Parts<'w, 'd, S> {
    desk: &'w Desk<'d, S>,
    key: PackageKey,
    package: Id,
    expires: Timestamp,
    pending: Vec<u8>,
    /// How many parts are stored.
    count: u32,
    /// How many bytes are in them.
    size: u64,
}

impl<'w, 'd, S: Store> Parts<'w, 'd, S> {
    pub(super) const fn new(
        desk: &'w Desk<'d, S>,
        key: PackageKey,
        package: Id,
        expires: Timestamp,
    ) -> Self {
        Self { desk, key, package, expires, pending: Vec::new(), count: 0, size: 0 }
    }

    /// Where the archive goes on. What goes there is stored by the next [`Parts::flush`].
    pub(super) const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.pending
    }

    /// Moves a text into an entry, and stores what is enough for whole parts. A byte stays behind, for the last part says
    /// that it is the last one.
    pub(super) fn write<'a>(
        &'a mut self,
        entry: &'a mut OpenEntry,
        text: &'a mut String,
    ) -> PendingPart<'a> {
        // Boxed, for it is waited for in a dozen places, and would be compiled into each of them.
        Box::pin(async move {
            self.add(entry, text.as_bytes())?;
            text.clear();
            self.flush().await
        })
    }

    /// Moves some of a file into an entry. What goes there is stored by the next [`Parts::flush`].
    pub(super) fn add(&mut self, entry: &mut OpenEntry, content: &[u8]) -> Result<(), Fault> {
        entry.write(&mut self.pending, content).map_err(fault)
    }

    /// Stores what is enough for whole parts.
    pub(super) async fn flush(&mut self) -> Result<(), Fault> {
        while self.pending.len() > AT_ONCE * MAX_PART {
            self.store(AT_ONCE * MAX_PART, false).await?;
        }
        Ok(())
    }

    /// Stores all that is left, and tells how many bytes and parts there are.
    pub(super) async fn finish(mut self) -> Result<(u64, u32), Fault> {
        self.flush().await?;
        self.store(self.pending.len(), true).await?;
        Ok((self.size, self.count))
    }

    async fn store(&mut self, length: usize, ends: bool) -> Result<(), Fault> {
        let rest = self.pending.split_off(length);
        let content = std::mem::replace(&mut self.pending, rest);
        self.size += length as u64;
        let mut sealed = Vec::with_capacity(AT_ONCE);
        let mut chunks = content.chunks(MAX_PART).peekable();
        while let Some(chunk) = chunks.next() {
            // 4 GiB are 16,385 parts.
            self.count = self.count.saturating_add(1);
            let last = ends && chunks.peek().is_none();
            let framed = self.key.seal(self.count, last, self.expires, chunk);
            sealed.push((part_key(self.package, self.count), framed));
        }
        let desk = self.desk;
        let writes = sealed.iter().map(|(key, framed)| desk.write(key, framed));
        try_join_all(writes).await.map(|_| ())
    }
}
