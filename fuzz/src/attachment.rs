//! `attachment`: files that a person sends.

use desk_core::attachment::{Attachment, FileKind, InvalidAttachment, MAX_ATTACHMENT};

/// What is taken is taken again as it is, has no more bytes than it may, and an image tells nothing beside the picture.
pub fn attachment(data: &[u8]) {
    let taken = match Attachment::new(data) {
        Ok(taken) => taken,
        Err(why) => {
            assert_eq!(why == InvalidAttachment::Empty, data.is_empty(), "{why}");
            assert_eq!(why == InvalidAttachment::TooLarge, data.len() > MAX_ATTACHMENT, "{why}");
            return;
        }
    };
    let (kind, bytes) = (taken.kind(), taken.bytes());
    assert!(bytes.len() <= MAX_ATTACHMENT, "{} bytes became {}", data.len(), bytes.len());
    let again = Attachment::new(bytes);
    assert!(
        again.as_ref().is_ok_and(|again| *again == taken),
        "what was taken is not taken again as it is: {again:?} after {taken:?}"
    );
    match kind {
        FileKind::Text | FileKind::Pdf => assert_eq!(bytes, data, "it is given out as it came"),
        FileKind::Png => png(bytes),
        FileKind::Jpeg => jpeg(bytes),
    }
}

/// Every chunk draws, and nothing stands behind the last one.
fn png(bytes: &[u8]) {
    const DRAWS: [&[u8]; 10] =
        [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"];
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap_or_default();
    let mut last = None;
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let kind = behind.get(..4).unwrap_or_default();
        assert!(DRAWS.contains(&kind), "a chunk {} was kept", kind.escape_ascii());
        last = Some(kind);
        let whole = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        rest = behind.get(whole.saturating_add(8)..).unwrap_or_default();
    }
    assert_eq!(last, Some(&b"IEND"[..]), "a picture ends with its end");
    assert!(rest.is_empty(), "something stands behind the end");
}

/// No application data but the colour transform, no comment, no Exif but how the picture is turned, and nothing behind
/// the end. Reckoned apart from how the desk reads it.
fn jpeg(bytes: &[u8]) {
    assert!(bytes.starts_with(&[0xFF, 0xD8, 0xFF]), "it begins as a picture");
    let mut at = 2;
    loop {
        let marker = match bytes.get(at..at + 2) {
            Some(&[0xFF, marker]) => marker,
            other => {
                assert!(other.is_none(), "no marker where one must stand: {other:?}");
                assert!(at == usize::MAX, "the picture has no end");
                return;
            }
        };
        at += 2;
        match marker {
            0xD9 => return assert_eq!(at, bytes.len(), "something stands behind the end"),
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let length = bytes
            .get(at..at + 2)
            .map_or(0, |two| two.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)));
        let content = bytes.get(at + 2..at + length.max(2)).unwrap_or_default();
        at += length.max(2);
        match marker {
            0xE1 => turned(content),
            0xE0..=0xED | 0xEF | 0xFE => {
                assert_eq!(
                    marker,
                    0xEE,
                    "a segment {marker:02X} was kept: {}",
                    content.escape_ascii()
                );
            }
            0xDA => {
                // What is coded goes on to the next marker that is none of its own.
                while let Some(pair) = bytes.get(at..at + 2) {
                    if matches!(pair, [0xFF, next] if !matches!(next, 0 | 0xD0..=0xD7)) {
                        break;
                    }
                    at += 1;
                }
            }
            _ => {}
        }
    }
}

/// One entry, which says how the picture is turned, and no byte that could say more.
fn turned(content: &[u8]) {
    const BEFORE: &[u8] =
        b"Exif\0\0MM\x00\x2A\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00";
    let rest = content.strip_prefix(BEFORE);
    assert!(
        matches!(rest, Some([2..=8, 0, 0, 0, 0, 0, 0])),
        "an Exif segment tells more than how the picture is turned: {}",
        content.escape_ascii()
    );
}
