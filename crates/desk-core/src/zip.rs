//! ZIP archives, written as they go: PKWARE's APPNOTE 6.3.10, without compression, encryption and ZIP64.
//!
//! Sizes and checksum follow the content, for they are not known before. What reads an archive from its beginning must then
//! see by itself where the content ends, which Java refuses to do for an entry that is stored. So every entry is deflated,
//! in blocks that are not compressed (RFC 1951, section 3.2.4).
//!
//! A writer takes chunks and gives chunks, so an archive of any size takes no more memory than its largest chunk and some
//! hundred bytes for each entry. Bytes go to the end of a buffer that the caller empties whenever they like.
//!
//! The same entries at the same instant give the same archive.

use std::cmp::Ordering;
use std::fmt;

use crc32fast::Hasher;

use crate::time::Timestamp;

/// The most entries: 65,535 in the directory's end says that there is another directory (section 4.4.1.4).
pub const MAX_ENTRIES: usize = 65_534;
/// The most bytes of an archive: 4 GiB, less the value that says that there is another directory.
pub const MAX_BYTES: u64 = u32::MAX as u64 - 1;

/// Why an entry cannot be written. What was written before is still good, but the archive will not be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZipError {
    /// The archive would have more than [`MAX_BYTES`].
    TooLarge,
    /// The archive would have more than [`MAX_ENTRIES`].
    TooManyEntries,
    /// There is an entry of this name, or of one that some systems take for the same: they do not tell the case of letters, of which those of ASCII are compared here.
    NameTaken,
}

impl fmt::Display for ZipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "a ZIP archive has less than 4 GiB",
            Self::TooManyEntries => "a ZIP archive has at most 65,534 entries",
            Self::NameTaken => "the archive has an entry of this name",
        })
    }
}

impl std::error::Error for ZipError {}

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;

/// The lengths of these records without the name (sections 4.3.7, 4.3.9, 4.3.12 and 4.3.16).
const LOCAL_LEN: u64 = 30;
const DESCRIPTOR_LEN: u64 = 16;
const CENTRAL_LEN: u64 = 46;
const END_LEN: u64 = 22;

/// The flags of section 4.4.4: CRC and sizes follow the content, and the name is UTF-8.
const FOLLOWS: u16 = 1 << 3;
const UTF_8: u16 = 1 << 11;
/// The method of section 4.4.5 that is called deflate.
const DEFLATE: u16 = 8;
/// The most bytes of a block, and the length of its head: whether it is the last one, its length, and that turned over.
const MAX_BLOCK: usize = u16::MAX as usize;
const BLOCK_HEAD_LEN: u64 = 5;
/// The last block, which is empty.
const LAST_BLOCK: [u8; 5] = [1, 0, 0, 0xff, 0xff];
/// What follows the content.
const TAIL_LEN: u64 = BLOCK_HEAD_LEN + DESCRIPTOR_LEN;
/// Version 2.0 of the format.
const VERSION: u16 = 20;
/// Made under Unix, which says how the attributes are read: a plain file that its owner may write.
const MADE_BY: u16 = 3 << 8 | VERSION;
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// What the directory says of an entry.
#[derive(Clone, Debug)]
struct DirectoryEntry {
    name: String,
    crc: u32,
    /// How long the content is with the heads of its blocks, and without.
    packed: u32,
    size: u32,
    offset: u32,
}

/// An archive between two entries.
#[derive(Clone, Debug)]
pub struct Zip {
    /// Date and time of every entry, as MS-DOS wrote them.
    at: (u16, u16),
    /// How many bytes were written.
    written: u64,
    /// How many the directory will take.
    directory: u64,
    /// In the order of their names, so that none is there twice.
    entries: Vec<DirectoryEntry>,
}

/// An archive with an entry whose content is being written.
#[derive(Debug)]
pub struct OpenEntry {
    zip: Zip,
    entry: DirectoryEntry,
    crc: Hasher,
}

impl Zip {
    /// Begins an archive, all of whose entries bear this instant, in UTC and to two seconds.
    pub fn new(at: Timestamp) -> Self {
        Self { at: dos(at), written: 0, directory: END_LEN, entries: Vec::new() }
    }

    /// How many bytes were written so far.
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// Begins an entry whose content comes in chunks. The name is made harmless first: [`entry_name`].
    ///
    /// # Errors
    /// [`ZipError`].
    pub fn begin(mut self, out: &mut Vec<u8>, name: &str) -> Result<OpenEntry, ZipError> {
        let entry = self.admit(entry_name(name))?;
        self.local(out, &entry);
        Ok(OpenEntry { zip: self, entry, crc: Hasher::new() })
    }

    /// Sees whether an entry has room.
    fn admit(&self, name: String) -> Result<DirectoryEntry, ZipError> {
        if self.entries.len() >= MAX_ENTRIES {
            return Err(ZipError::TooManyEntries);
        }
        if self.place(&name).is_ok() {
            return Err(ZipError::NameTaken);
        }
        let length = name.len() as u64;
        self.room(LOCAL_LEN + length + TAIL_LEN + CENTRAL_LEN + length)?;
        let offset = u32::try_from(self.written).map_err(|_| ZipError::TooLarge)?;
        Ok(DirectoryEntry { name, crc: 0, packed: 0, size: 0, offset })
    }

    /// Sees whether so many bytes more leave room for the directory.
    const fn room(&self, more: u64) -> Result<(), ZipError> {
        // All of these are far from overflowing: what was written is below 4 GiB.
        if self.written.saturating_add(self.directory).saturating_add(more) > MAX_BYTES {
            return Err(ZipError::TooLarge);
        }
        Ok(())
    }

    fn local(&mut self, out: &mut Vec<u8>, entry: &DirectoryEntry) {
        out.extend_from_slice(&LOCAL.to_le_bytes());
        self.common(out, entry);
        out.extend_from_slice(entry.name.as_bytes());
        self.written += LOCAL_LEN + entry.name.len() as u64;
        self.directory += CENTRAL_LEN + entry.name.len() as u64;
    }

    /// What the local header and the directory say alike, from the version to the lengths of name and extra field.
    fn common(&self, out: &mut Vec<u8>, entry: &DirectoryEntry) {
        let (time, date) = self.at;
        for short in [VERSION, FOLLOWS | UTF_8, DEFLATE, time, date] {
            out.extend_from_slice(&short.to_le_bytes());
        }
        for long in [entry.crc, entry.packed, entry.size] {
            out.extend_from_slice(&long.to_le_bytes());
        }
        // A name is cut to fit.
        for short in [u16::try_from(entry.name.len()).unwrap_or(u16::MAX), 0] {
            out.extend_from_slice(&short.to_le_bytes());
        }
    }

    fn keep(&mut self, entry: DirectoryEntry) {
        let (Ok(at) | Err(at)) = self.place(&entry.name);
        self.entries.insert(at, entry);
    }

    /// Where a name is, or where it belongs.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| order(&entry.name, name))
    }

    /// Writes the directory, which ends the archive. There is room for it: every entry took care of that.
    pub fn finish(self, out: &mut Vec<u8>) {
        let mut size = 0_u32;
        for entry in &self.entries {
            let from = out.len();
            out.extend_from_slice(&CENTRAL.to_le_bytes());
            out.extend_from_slice(&MADE_BY.to_le_bytes());
            self.common(out, entry);
            // No comment, the first disk, no text.
            out.extend_from_slice(&[0; 6]);
            out.extend_from_slice(&ATTRIBUTES.to_le_bytes());
            out.extend_from_slice(&entry.offset.to_le_bytes());
            out.extend_from_slice(entry.name.as_bytes());
            size = size.saturating_add(u32::try_from(out.len() - from).unwrap_or(u32::MAX));
        }
        let count = u16::try_from(self.entries.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&END.to_le_bytes());
        // This disk, and that of the directory: the first one.
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&count.to_le_bytes());
        out.extend_from_slice(&count.to_le_bytes());
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(&u32::try_from(self.written).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(&[0; 2]);
    }
}

impl OpenEntry {
    /// Writes a chunk of the content.
    ///
    /// # Errors
    /// [`ZipError::TooLarge`]; then nothing of the chunk is written.
    pub fn write(&mut self, out: &mut Vec<u8>, chunk: &[u8]) -> Result<(), ZipError> {
        let blocks = chunk.chunks(MAX_BLOCK);
        let length = u32::try_from(chunk.len()).map_err(|_| ZipError::TooLarge)?;
        let packed = u64::from(length) + blocks.len() as u64 * BLOCK_HEAD_LEN;
        self.zip.room(TAIL_LEN + packed)?;
        self.entry.size = self.entry.size.checked_add(length).ok_or(ZipError::TooLarge)?;
        self.count(packed);
        self.crc.update(chunk);
        for block in blocks {
            // A block is cut to fit.
            let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
            out.push(0);
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(&(!length).to_le_bytes());
            out.extend_from_slice(block);
        }
        Ok(())
    }

    /// Counts what is written of the content. An archive has less than 4 GiB, and so has an entry.
    fn count(&mut self, packed: u64) {
        self.zip.written += packed;
        let packed = u32::try_from(packed).unwrap_or(u32::MAX);
        self.entry.packed = self.entry.packed.saturating_add(packed);
    }

    /// Ends the entry with what was not known when it began.
    pub fn end(mut self, out: &mut Vec<u8>) -> Zip {
        out.extend_from_slice(&LAST_BLOCK);
        self.count(BLOCK_HEAD_LEN);
        let Self { mut zip, mut entry, crc } = self;
        entry.crc = crc.finalize();
        for long in [DESCRIPTOR, entry.crc, entry.packed, entry.size] {
            out.extend_from_slice(&long.to_le_bytes());
        }
        zip.written += DESCRIPTOR_LEN;
        zip.keep(entry);
        zip
    }
}

/// The order of names where the case of ASCII letters does not count.
fn order(a: &str, b: &str) -> Ordering {
    let lower = |name: &str| name.to_ascii_lowercase();
    lower(a).cmp(&lower(b))
}

/// Date and time as MS-DOS wrote them, from 1980 to 2107 (section 4.4.6): time first, as it stands in the records.
fn dos(at: Timestamp) -> (u16, u16) {
    let (date, (hour, minute, second)) = (at.date(), at.time_of_day());
    match date.year().checked_sub(1980) {
        None => (0, 1 << 5 | 1),
        Some(128..) => (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31),
        Some(year) => (
            u16::from(hour) << 11 | u16::from(minute) << 5 | (u16::from(second) / 2),
            year << 9 | u16::from(date.month()) << 5 | u16::from(date.day()),
        ),
    }
}

/// The most bytes of one part of a name, as most file systems have it.
const MAX_PART: usize = 200;
/// The most parts of a name.
const MAX_PARTS: usize = 16;

/// Makes a name that unpacks inside the folder it is unpacked in, on every system: relative, without `..`, without
/// control characters or those that turn the direction of text, and without what Windows keeps for itself.
pub fn entry_name(name: &str) -> String {
    let mut clean = String::new();
    for part in
        name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | "..")).take(MAX_PARTS)
    {
        if !clean.is_empty() {
            clean.push('/');
        }
        let begin = clean.len();
        for c in part.chars() {
            let c = if is_harmless(c) { c } else { '_' };
            if clean.len() - begin + c.len_utf8() > MAX_PART {
                break;
            }
            clean.push(c);
        }
        // Windows drops dots and spaces at the end, and with them `.. ` would be `..`.
        let kept = clean.trim_end_matches(['.', ' ']).len().max(begin);
        let bare = kept == begin || clean.get(begin..).is_some_and(is_device);
        clean.truncate(kept);
        if bare {
            clean.insert(begin, '_');
        }
    }
    if clean.is_empty() { "_".to_owned() } else { clean }
}

fn is_harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|')
        && !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Whether Windows takes a name for a device, whatever its ending.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end();
    let numbered = |word: &str| {
        let rest = stem.get(..3).filter(|start| start.eq_ignore_ascii_case(word));
        rest.is_some() && stem.chars().count() == 4
    };
    ["con", "prn", "aux", "nul"].iter().any(|word| stem.eq_ignore_ascii_case(word))
        || numbered("com")
        || numbered("lpt")
}

#[cfg(test)]
mod tests;
