//! Packages: all that the desk holds about a person, as an archive that the person alone can open.
//!
//! An archive is written as it goes, from one stored value after another into encrypted parts
//! ([`desk_core::package`]), and read the same way: at no time is more of it in memory than a few parts.

mod data;
mod matter;
mod page;
mod parts;
mod table;

use bytes::Bytes;
use desk_core::id::Id;
use desk_core::package::{self, Lock, Mark, PackageKey, PackageSecret, part_key};
use desk_core::request::{Package, Request, RequestKey};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use desk_core::zip::{Zip, ZipError};
use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};

use crate::desk::Desk;
use crate::holdings::Roots;
use crate::outbox;
use crate::ports::Store;
use data::Data;
use desk_core::fault::Fault;
use matter::{Item, Items, Matter};
use page::Page;
use parts::Parts;
use table::Table;

/// For how long a package can be fetched, in seconds: 30 days, unless its request expires before.
pub const KEPT_SECONDS: i64 = 30 * 86_400;

/// How many parts are deleted at once.
const AT_ONCE: usize = 16;

/// Builds the package of a request whose identity is proven: everything that is held about the person with its address,
/// and nothing of anybody else. Nothing of it is a package before the last write, the lock's: what an attempt that broke
/// off leaves is unreadable, and expires. `keys` are all keys of the store, from one scan, in order.
///
/// The secret is nowhere but in what this returns. Whoever calls this gives it to the person, appends
/// [`desk_core::request::OpenRequest::package`], and drops what was there before, by the same scan ([`drop`]).
///
/// # Errors
/// A problem if the store fails, what it holds was changed, or the archive would have 4 GiB.
pub async fn build<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    key: &RequestKey,
    request: &Request,
) -> Result<(Package, PackageSecret), Fault> {
    if request.identified.is_none() {
        return Err(Fault::Internal("a package is for whoever has proven who they are".into()));
    }
    let zone = desk.setup.zone()?;
    let held = Roots::find(desk, keys, &request.opening.email).await?;
    let id = package::draw_id(&desk.moment, key.id);
    let (lock, secret) = (Lock::draw(&desk.moment), PackageSecret::draw(&desk.moment));
    let until = desk.now().plus_seconds(KEPT_SECONDS).min(request.opening.expires);
    let parts = Parts::new(desk, PackageKey::new(id, &lock, &secret), id, until);
    let mut archive = Archive { desk, keys, held: &held, parts };
    let mut page = Page::new(desk.setup, &zone, desk.now(), request, &held);
    let mut data = Data::new(desk.setup, desk.now(), request);
    archive.write([&mut page, &mut data, &mut Table]).await?;
    let (size, parts) = archive.parts.finish().await?;
    desk.write_sealed(&package::lock_key(id), Some(until), &lock).await?;
    Ok((Package { id, size, parts, until }, secret))
}

/// A document of an archive, in which everything is told one item after another.
trait Document {
    /// What the archive calls it.
    fn name(&self) -> &'static str;
    /// Writes what stands before everything.
    fn head(&mut self, text: &mut String);
    /// Writes what it tells of an item.
    fn item(&mut self, text: &mut String, item: &Item<'_>);
    /// Writes what stands behind everything.
    fn tail(&mut self, text: &mut String);
}

/// An archive that is being written.
struct Archive<'w, 'd, S> {
    desk: &'w Desk<'d, S>,
    keys: &'w [String],
    held: &'w Roots,
    parts: Parts<'w, 'd, S>,
}

impl<S: Store> Archive<'_, '_, S> {
    /// Writes the documents, and the person's own files.
    async fn write(&mut self, documents: [&mut dyn Document; 3]) -> Result<(), Fault> {
        let mut zip = Zip::new(self.desk.now());
        for document in documents {
            zip = self.document(zip, document).await?;
        }
        zip = self.files(zip).await?;
        zip.finish(self.parts.out());
        Ok(())
    }

    async fn document(&mut self, zip: Zip, document: &mut dyn Document) -> Result<Zip, Fault> {
        let mut entry = zip.begin(self.parts.out(), document.name()).map_err(fault)?;
        let mut text = String::new();
        document.head(&mut text);
        let mut items = Items::new(self.keys, self.held);
        while let Some(item) = items.next(self.desk).await? {
            document.item(&mut text, &item);
            self.parts.write(&mut entry, &mut text).await?;
        }
        document.tail(&mut text);
        self.parts.write(&mut entry, &mut text).await?;
        Ok(entry.end(self.parts.out()))
    }

    async fn files(&mut self, mut zip: Zip) -> Result<Zip, Fault> {
        let mut items = Items::new(self.keys, self.held);
        while let Some(Item::Matter(matter)) = items.next(self.desk).await? {
            for number in 1..=matter.files().len() {
                zip = self.file(zip, &matter, number).await?;
            }
        }
        Ok(zip)
    }

    async fn file(&mut self, zip: Zip, matter: &Matter, number: usize) -> Result<Zip, Fault> {
        let Some(file) = matter.files().get(number - 1) else { return Ok(zip) };
        let name = matter.file_name(number, file);
        let mut entry = zip.begin(self.parts.out(), &name).map_err(fault)?;
        let mut hash = Sha256::new();
        for part in 1..=file.parts {
            let key = matter.file_part(number, part);
            let missing = || Fault::Internal("a part of a file is missing".into());
            let content = self.desk.open(&key).await?.ok_or_else(missing)?;
            hash.update(&content);
            self.parts.add(&mut entry, &content)?;
            self.parts.flush().await?;
        }
        if base16ct::lower::encode_string(&hash.finalize()) != file.sha256 {
            return Err(Fault::Internal("a file is not the one that was attached".into()));
        }
        Ok(entry.end(self.parts.out()))
    }
}

fn fault(error: ZipError) -> Fault {
    Fault::Internal(format!("a package: {error}").into())
}

/// A package that is being given out.
#[derive(Debug)]
pub struct Download<S> {
    store: S,
    key: PackageKey,
    package: Package,
    now: Timestamp,
    /// The first part, which showed that the secret is right.
    first: Option<Vec<u8>>,
    /// The number of the part after those that were given out.
    next: u32,
}

/// Opens a package with the person's secret. Once this returns, the secret is right.
///
/// # Errors
/// [`Fault::InvalidField`] with `wrong-secret` if the secret is another one; [`Fault::NotFound`] if the
/// package has expired or was dropped; another problem if the store fails or what it holds was changed.
pub async fn download<S: Store + Clone + 'static>(
    desk: &Desk<'_, S>,
    package: &Package,
    secret: &PackageSecret,
) -> Result<Download<S>, Fault> {
    let lock = desk.read_sealed::<Lock>(&package::lock_key(package.id)).await?;
    let key = PackageKey::new(package.id, &lock.ok_or(Fault::NotFound)?, secret);
    let stored = desk.store.get(&part_key(package.id, 1)).await?.ok_or_else(missing)?;
    let wrong = |_| Fault::InvalidField { name: "secret", code: "wrong-secret" };
    let first = key.open(1, package.parts == 1, &stored, desk.now()).map_err(wrong)?;
    let first = Some(first.ok_or(Fault::NotFound)?);
    let (store, now) = (desk.store.clone(), desk.now());
    Ok(Download { store, key, package: *package, now, first, next: 1 })
}

fn missing() -> Fault {
    Fault::Internal("a part of a package is missing".into())
}

impl<S: Store + 'static> Download<S> {
    /// How many bytes the archive has.
    pub const fn size(&self) -> u64 {
        self.package.size
    }

    /// Gives the next piece of the archive; `None` at the end.
    ///
    /// # Errors
    /// A fault if the store fails or what it holds was changed.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        let number = self.next;
        if number > self.package.parts {
            return Ok(None);
        }
        let content = match self.first.take() {
            Some(first) => first,
            None => {
                let key = part_key(self.package.id, number);
                let stored = self.store.get(&key).await?.ok_or_else(missing)?;
                let last = number == self.package.parts;
                let opened = self.key.open(number, last, &stored, self.now)?;
                opened.ok_or_else(missing)?
            }
        };
        self.next = number.saturating_add(1);
        Ok(Some(content.into()))
    }
}

/// Drops the packages of a request: the locks, after which nobody can read them any more, and then the parts. Doing it
/// again does no harm. `keys` are all keys of the store, from one scan.
///
/// They are all that had a lock then, whatever the request says of them: a try that broke off may have left one. What had
/// none is unreadable, and may be what somebody is building. Before a lock goes the mail with the key to it, if it still
/// waits: whoever builds a package puts that into the outbox under the package's id. `named` is the one that the request
/// names, whose lock may have gone before.
///
/// # Errors
/// A problem if the store does not confirm it; then it must be done again.
pub async fn drop<S: Store>(
    desk: &Desk<'_, S>,
    keys: &[String],
    request: Id,
    named: Option<Id>,
) -> Result<(), Fault> {
    let mark = Mark::of(request);
    let id = |key: &str, area: &str| {
        key.strip_prefix(area)?.strip_prefix(':')?.split(':').next()?.parse::<Id>().ok()
    };
    let mut going: Vec<Id> = keys.iter().filter_map(|key| id(key, package::LOCKS)).collect();
    going.retain(|package| mark.is_on(*package));
    going.extend(named);
    for package in &going {
        outbox::remove(desk, *package).await?;
        desk.destroy(&package::lock_key(*package)).await?;
    }
    let is_going = |key: &&String| id(key, package::PARTS).is_some_and(|id| going.contains(&id));
    let parts = keys.iter().filter(is_going).filter_map(|key| StoreKey::new(key.as_str()).ok());
    let parts: Vec<StoreKey> = parts.collect();
    for chunk in parts.chunks(AT_ONCE) {
        try_join_all(chunk.iter().map(|key| desk.destroy(key))).await?;
    }
    Ok(())
}
