//! Archives, as whoever unpacks one sees them.

/// A number of so many bytes, the lowest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// The files of a ZIP archive that deflates nothing, by its directory: name and content.
pub(super) fn files(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let end = archive.len().checked_sub(22);
    let end =
        end.filter(|end| archive.get(*end..).is_some_and(|end| end.starts_with(b"PK\x05\x06")));
    assert!(end.is_some(), "an archive does not end as one");
    let mut files = Vec::new();
    let (Some(count), Some(mut at)) = (
        end.and_then(|end| number(archive, end + 10, 2)),
        end.and_then(|end| number(archive, end + 16, 4)),
    ) else {
        return files;
    };
    for _ in 0..count {
        let file = file(archive, &mut at);
        assert!(file.is_some(), "the directory of an archive leads nowhere");
        files.extend(file);
    }
    files
}

/// The file of the entry at a place of the directory, and the place of the next one.
fn file(archive: &[u8], at: &mut usize) -> Option<(String, Vec<u8>)> {
    let entry = archive.get(*at..).filter(|entry| entry.starts_with(b"PK\x01\x02"))?;
    let (method, size) = (number(entry, 10, 2)?, number(entry, 24, 4)?);
    let packed = number(entry, 20, 4)?;
    let lengths = [28, 30, 32].map(|at| number(entry, at, 2).unwrap_or(0));
    let name = String::from_utf8_lossy(entry.get(46..46 + lengths[0])?).into_owned();
    let begin = number(entry, 42, 4)?;
    *at += 46 + lengths.iter().sum::<usize>();
    let local = archive.get(begin..).filter(|local| local.starts_with(b"PK\x03\x04"))?;
    let head = 30 + number(local, 26, 2)? + number(local, 28, 2)?;
    let content = stored(local.get(head..head + packed)?)?;
    (method == 8 && content.len() == size).then_some((name, content))
}

/// What lies in the stored blocks of a DEFLATE stream (RFC 1951 section 3.2.4), which has no others and ends with the last.
fn stored(mut stream: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let (kind, length) = (*stream.first()?, number(stream, 1, 2)?);
        (kind <= 1 && number(stream, 3, 2)? == length ^ 0xffff).then_some(())?;
        content.extend_from_slice(stream.get(5..5 + length)?);
        stream = stream.get(5 + length..)?;
        if kind == 1 {
            return stream.is_empty().then_some(content);
        }
    }
}
