use proptest::prelude::*;

use super::*;

fn at() -> Timestamp {
    "2026-11-22T10:00:01.700Z".parse().unwrap()
}

/// An entry as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Read {
    name: String,
    content: Vec<u8>,
    time: u16,
    date: u16,
}

/// Takes bytes from the front and gives little-endian numbers.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (front, rest) = self.0.split_at(length);
        self.0 = rest;
        front
    }

    fn short(&mut self) -> u16 {
        u16::from_le_bytes(self.bytes(2).try_into().unwrap())
    }

    fn long(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes(4).try_into().unwrap())
    }
}

/// CRC-32 bit by bit, as the polynomial says.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

/// Inflates blocks that are not compressed, and insists on there being no others, and none that is empty but the last.
fn inflate(cursor: &mut Cursor<'_>) -> Vec<u8> {
    let mut content = Vec::new();
    loop {
        let last = cursor.bytes(1)[0];
        assert!(last <= 1, "{last:x}");
        let (length, turned) = (cursor.short(), cursor.short());
        assert_eq!(length, !turned);
        assert_eq!(last == 1, length == 0);
        content.extend_from_slice(cursor.bytes(length.into()));
        if last == 1 {
            return content;
        }
    }
}

/// Reads an archive, and insists on everything: that directory and local headers agree, that nothing lies between the
/// entries, that sizes and checksums are right, and that it ends where it says.
fn read(archive: &[u8]) -> Vec<Read> {
    let mut end = Cursor(&archive[archive.len() - 22..]);
    assert_eq!(end.long(), 0x0605_4b50);
    assert_eq!((end.short(), end.short()), (0, 0));
    let (count, total) = (end.short(), end.short());
    assert_eq!(count, total);
    let (size, start) = (end.long() as usize, end.long() as usize);
    assert_eq!(end.short(), 0, "a comment");
    assert_eq!(start + size + 22, archive.len());
    let mut directory = Cursor(&archive[start..start + size]);
    let mut found = Vec::new();
    for _ in 0..count {
        assert_eq!(directory.long(), 0x0201_4b50);
        assert_eq!(directory.short(), 3 << 8 | 20);
        let common = directory.bytes(26);
        assert_eq!((directory.short(), directory.short(), directory.short()), (0, 0, 0));
        assert_eq!(directory.long() >> 16, 0o100_644);
        let offset = directory.long() as usize;
        let length = usize::from(u16::from_le_bytes([common[22], common[23]]));
        let name = String::from_utf8(directory.bytes(length).to_vec()).unwrap();
        found.push((offset, common, name));
    }
    assert!(directory.0.is_empty());
    found.sort_by_key(|(offset, ..)| *offset);
    let mut next = 0;
    let mut entries = Vec::new();
    for (offset, common, name) in found {
        assert_eq!(offset, next, "{name}");
        let mut local = Cursor(&archive[offset..start]);
        assert_eq!(local.long(), 0x0403_4b50);
        let mut said = Cursor(common);
        assert_eq!((said.short(), local.short()), (20, 20));
        let (flags, method, time, date) = (said.short(), said.short(), said.short(), said.short());
        assert_eq!((local.short(), local.short()), (flags, method));
        assert_eq!((local.short(), local.short()), (time, date));
        assert_eq!((flags, method), (1 << 11 | 1 << 3, 8));
        let (sum, packed, size) = (said.long(), said.long(), said.long());
        assert_eq!((local.long(), local.long(), local.long()), (0, 0, 0));
        assert_eq!((usize::from(local.short()), local.short()), (name.len(), 0));
        assert_eq!(local.bytes(name.len()), name.as_bytes());
        let left = local.0.len();
        let content = inflate(&mut local);
        assert_eq!((left - local.0.len(), content.len()), (packed as usize, size as usize));
        assert_eq!(crc(&content), sum);
        assert_eq!(local.long(), 0x0807_4b50);
        assert_eq!((local.long(), local.long(), local.long()), (sum, packed, size));
        next = start - local.0.len();
        entries.push(Read { name, content, time, date });
    }
    assert_eq!(next, start, "nothing lies before the directory");
    entries
}

/// Writes an entry of one chunk.
fn add(zip: Zip, out: &mut Vec<u8>, name: &str, content: &[u8]) -> Result<Zip, ZipError> {
    let mut entry = zip.begin(out, name)?;
    entry.write(out, content)?;
    Ok(entry.end(out))
}

/// Writes entries, each in the chunks that it is given in.
fn write(entries: &[(String, Vec<Vec<u8>>)]) -> Vec<u8> {
    let (mut out, mut zip) = (Vec::new(), Zip::new(at()));
    for (name, chunks) in entries {
        let mut entry = zip.begin(&mut out, name).unwrap();
        for chunk in chunks {
            entry.write(&mut out, chunk).unwrap();
        }
        zip = entry.end(&mut out);
        assert_eq!(zip.written(), out.len() as u64);
    }
    zip.finish(&mut out);
    out
}

#[test]
fn an_archive_is_read_as_it_was_written() {
    let entries = [
        ("index.html".to_owned(), vec![b"<p>".to_vec(), b"hello".to_vec()]),
        ("files/отчёт-1.pdf".to_owned(), vec![b"%PDF-".to_vec()]),
        ("empty".to_owned(), vec![]),
    ];
    let archive = write(&entries);
    let found = read(&archive);
    let shown: Vec<_> = found.iter().map(|e| (e.name.as_str(), e.content.as_slice())).collect();
    assert_eq!(
        shown,
        [("index.html", &b"<p>hello"[..]), ("files/отчёт-1.pdf", b"%PDF-"), ("empty", b""),]
    );
    // 10:00:00 of 22 November 2026: seconds count by two.
    assert_eq!((found[0].time, found[0].date), (10 << 11, 46 << 9 | 11 << 5 | 22));
    assert_eq!(write(&entries), archive);
    assert_eq!(read(&write(&[])), []);
}

#[test]
fn instants_that_ms_dos_did_not_know_are_the_nearest_that_it_did() {
    for (instant, expected) in [
        ("1979-12-31T23:59:59Z", (0, 1 << 5 | 1)),
        ("1980-01-01T00:00:02Z", (1, 1 << 5 | 1)),
        ("2107-12-31T23:59:59Z", (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31)),
        ("2108-01-01T00:00:00Z", (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31)),
    ] {
        assert_eq!(dos(instant.parse().unwrap()), expected, "{instant}");
    }
}

#[test]
fn names_are_made_harmless() {
    for (name, expected) in [
        ("data.json", "data.json"),
        ("files/F-1.png", "files/F-1.png"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\Windows\\system.ini", "C_/Windows/system.ini"),
        ("a/./b//c/", "a/b/c"),
        ("a/.. /b", "a/_/b"),
        ("...", "_"),
        ("", "_"),
        ("/", "_"),
        ("a\nb\u{7f}c\u{85}d\0", "a_b_c_d_"),
        ("txt.\u{202e}gpj.exe", "txt._gpj.exe"),
        ("\u{feff}\u{200f}x", "__x"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1.log", "_com1.log"),
        ("common.log", "common.log"),
        ("lpt¹", "_lpt¹"),
        ("что это?", "что это_"),
        ("dot.", "dot"),
    ] {
        assert_eq!(entry_name(name), expected, "{name:?}");
    }
    assert_eq!(entry_name(&"я".repeat(300)), "я".repeat(100));
    assert_eq!(entry_name(&"a/".repeat(300)), ["a"; 16].join("/"));
}

#[test]
fn no_two_entries_have_the_same_name() {
    let mut out = Vec::new();
    let zip = add(Zip::new(at()), &mut out, "a/b", b"").unwrap();
    for name in ["../a//B", "A/b"] {
        assert_eq!(zip.clone().begin(&mut out, name).err(), Some(ZipError::NameTaken));
    }
    zip.finish(&mut out);
    assert_eq!(read(&out).len(), 1);
}

#[test]
fn there_are_no_more_entries_than_can_be_counted() {
    let (mut out, mut zip) = (Vec::new(), Zip::new(at()));
    for number in 0..MAX_ENTRIES {
        zip = add(zip, &mut out, &format!("{number:05}"), b"").unwrap();
    }
    assert_eq!(zip.clone().begin(&mut out, "one more").err(), Some(ZipError::TooManyEntries));
    zip.finish(&mut out);
    assert_eq!(read(&out).len(), MAX_ENTRIES);
}

#[test]
fn what_is_longer_than_a_block_takes_several() {
    for (length, blocks) in [(0, 0), (1, 1), (65_535, 1), (65_536, 2), (131_070, 2), (131_071, 3)] {
        let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let archive = write(&[("x".to_owned(), vec![content.clone()])]);
        assert_eq!(read(&archive)[0].content, content);
        let frame = LOCAL_LEN + TAIL_LEN + CENTRAL_LEN + 2 + END_LEN;
        assert_eq!(archive.len() as u64, frame + length + 5 * blocks, "{length}");
    }
}

#[test]
fn an_archive_that_is_full_can_still_be_ended() {
    // As if nearly 4 GiB had been written.
    let full = |left: u64| Zip { written: MAX_BYTES - END_LEN - left, ..Zip::new(at()) };
    let needed = LOCAL_LEN + TAIL_LEN + CENTRAL_LEN + 2;
    for content in [0, 1, 100] {
        let (mut out, bytes) = (Vec::new(), vec![7; content]);
        let packed = content as u64 + if content == 0 { 0 } else { 5 };
        add(full(needed + packed), &mut out, "x", &bytes).unwrap().finish(&mut out);
        assert_eq!(out.len() as u64, needed + packed + END_LEN);
        let refused = add(full(needed + packed - 1), &mut Vec::new(), "x", &bytes);
        assert_eq!(refused.err(), Some(ZipError::TooLarge));
    }
    let mut out = Vec::new();
    assert!(full(needed - 1).begin(&mut out, "x").is_err() && out.is_empty());
    let mut entry = full(needed + 5 + 3).begin(&mut out, "x").unwrap();
    let begun = out.len();
    assert_eq!(entry.write(&mut out, b"four"), Err(ZipError::TooLarge));
    assert_eq!(out.len(), begun);
    entry.write(&mut out, b"now").unwrap();
    assert_eq!(entry.write(&mut out, b"!"), Err(ZipError::TooLarge));
    let zip = entry.end(&mut out);
    assert_eq!(zip.clone().begin(&mut out, "y").err(), Some(ZipError::TooLarge));
    zip.finish(&mut out);
    assert_eq!(out.len() as u64, needed + 5 + 3 + END_LEN);
}

proptest! {
    #[test]
    fn any_entries_in_any_chunks_come_back(
        entries in prop::collection::vec(
            ("\\PC{0,12}", prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..5)), 0..6,
        ),
    ) {
        let entries: Vec<_> = entries.into_iter().enumerate().map(|(at, (name, chunks))| (format!("{at}{name}"), chunks)).collect();
        let found = read(&write(&entries));
        prop_assert_eq!(found.len(), entries.len());
        for (found, (name, chunks)) in found.iter().zip(&entries) {
            prop_assert_eq!(&found.name, &entry_name(name));
            prop_assert_eq!(&found.content, &chunks.concat());
        }
    }

    #[test]
    fn every_name_stays_inside(name in any::<String>()) {
        let clean = entry_name(&name);
        prop_assert!(!clean.starts_with('/') && !clean.ends_with('/') && !clean.contains('\\'));
        prop_assert!(clean.split('/').all(|part| !part.is_empty() && !part.trim_matches(['.', ' ']).is_empty()));
        prop_assert!(!clean.chars().any(char::is_control));
        prop_assert!(clean.len() < usize::from(u16::MAX));
        prop_assert_eq!(entry_name(&clean), clean.clone());
    }
}
