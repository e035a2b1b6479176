//! Files that a person attaches: told by their content, and freed of what they tell about the person.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most bytes of one attachment: 1 MiB.
pub const MAX_ATTACHMENT: usize = 1024 * 1024;
/// The most attachments of one message.
pub const MAX_ATTACHMENTS: usize = 3;

/// A kind of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileKind {
    /// A PNG image.
    Png,
    /// A JPEG image.
    Jpeg,
    /// A PDF document.
    Pdf,
    /// Plain text in UTF-8.
    Text,
}

impl FileKind {
    /// The media type under which it is given out again.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// The ending of the name under which it is given out again.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Pdf => "pdf",
            Self::Text => "txt",
        }
    }
}

/// A file that was taken: its kind, and its bytes without image metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    kind: FileKind,
    bytes: Vec<u8>,
}

/// Why a file was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidAttachment {
    /// It has no bytes.
    Empty,
    /// It has more than [`MAX_ATTACHMENT`] bytes.
    TooLarge,
    /// It is no PNG, JPEG, PDF or plain text.
    UnknownKind,
    /// It begins as an image and is not whole.
    Damaged,
}

impl fmt::Display for InvalidAttachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty",
            Self::TooLarge => "the file is larger than 1 MiB",
            Self::UnknownKind => "the file is no PNG, JPEG, PDF or plain text",
            Self::Damaged => "the image is damaged",
        })
    }
}

impl std::error::Error for InvalidAttachment {}

impl Attachment {
    /// Takes a file by what it contains, whatever it was called.
    ///
    /// # Errors
    /// [`InvalidAttachment`] if it is empty, too large, of another kind, or a damaged image.
    pub fn new(file: &[u8]) -> Result<Self, InvalidAttachment> {
        if file.is_empty() {
            return Err(InvalidAttachment::Empty);
        }
        if file.len() > MAX_ATTACHMENT {
            return Err(InvalidAttachment::TooLarge);
        }
        let (kind, bytes) = if file.starts_with(PNG_SIGNATURE) {
            (FileKind::Png, clean_png(file).ok_or(InvalidAttachment::Damaged)?)
        } else if file.starts_with(&[0xFF, SOI, 0xFF]) {
            (FileKind::Jpeg, clean_jpeg(file).ok_or(InvalidAttachment::Damaged)?)
        } else if file.starts_with(b"%PDF-") {
            (FileKind::Pdf, file.to_vec())
        } else if is_plain_text(file) {
            (FileKind::Text, file.to_vec())
        } else {
            return Err(InvalidAttachment::UnknownKind);
        };
        // How a picture is turned is written anew, which can take more bytes than it did.
        if bytes.len() > MAX_ATTACHMENT {
            return Err(InvalidAttachment::TooLarge);
        }
        Ok(Self { kind, bytes })
    }

    /// What kind of file it is.
    pub const fn kind(&self) -> FileKind {
        self.kind
    }

    /// Its bytes, without image metadata.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

fn is_plain_text(file: &[u8]) -> bool {
    std::str::from_utf8(file).is_ok_and(|text| {
        !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
    })
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Chunks that decide how the picture looks. Everything else (text, time, Exif, profiles with device names, bytes behind
/// the end) may tell who took it, where and with what.
const PNG_KEPT: [&[u8; 4]; 10] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"];

/// Copies a PNG (ISO/IEC 15948) chunk by chunk, keeping those that draw; `None` if it is not whole.
fn clean_png(file: &[u8]) -> Option<Vec<u8>> {
    let mut clean = PNG_SIGNATURE.to_vec();
    let mut rest = file.strip_prefix(PNG_SIGNATURE)?;
    let mut first = true;
    loop {
        let length = u32::from_be_bytes(*rest.first_chunk()?);
        let kind: [u8; 4] = *rest.get(4..)?.first_chunk()?;
        // Length, kind and checksum surround the data with 12 bytes.
        let whole = usize::try_from(length).ok()?.checked_add(12)?;
        let (chunk, behind) = rest.split_at_checked(whole)?;
        if std::mem::take(&mut first) && kind != *b"IHDR" {
            return None;
        }
        if PNG_KEPT.contains(&&kind) {
            clean.extend_from_slice(chunk);
        }
        if kind == *b"IEND" {
            return Some(clean);
        }
        rest = behind;
    }
}

/// JPEG markers (ITU-T T.81, table B.1).
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;
const COM: u8 = 0xFE;
const APP0: u8 = 0xE0;
const APP1: u8 = 0xE1;
const APP14: u8 = 0xEE;
const APP15: u8 = 0xEF;

/// Copies a JPEG segment by segment, without application data and comments; `None` if it is not whole.
///
/// Two things that application data say decide how the picture looks, and are kept: the colour transform (APP14) and
/// the orientation, which is written back as an Exif segment that says nothing else.
fn clean_jpeg(file: &[u8]) -> Option<Vec<u8>> {
    let mut clean = vec![0xFF, SOI];
    let mut rest = file.get(2..)?;
    loop {
        let (&[0xFF, marker], behind) = rest.split_first_chunk::<2>()? else { return None };
        rest = behind;
        match marker {
            // Fill bytes may stand before any marker.
            0xFF => {
                rest = file.get(file.len() - rest.len() - 1..)?;
                continue;
            }
            // Everything behind the end goes: phones hang previews, depth maps and whole videos there.
            EOI => {
                clean.extend_from_slice(&[0xFF, EOI]);
                return Some(clean);
            }
            0x01 | 0xD0..=0xD7 => {
                clean.extend_from_slice(&[0xFF, marker]);
                continue;
            }
            0x00 | SOI => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
        let (segment, behind) = rest.split_at_checked(length)?;
        let content = segment.get(2..)?;
        match marker {
            APP1 => {
                if let Some(orientation) = exif_orientation(content) {
                    clean.extend_from_slice(&orientation_segment(orientation));
                }
            }
            APP0..=APP15 if marker != APP14 => {}
            COM => {}
            _ => {
                clean.extend_from_slice(&[0xFF, marker]);
                clean.extend_from_slice(segment);
            }
        }
        rest = behind;
        if marker == SOS {
            let data = entropy_coded(rest);
            let (coded, behind) = rest.split_at_checked(data)?;
            clean.extend_from_slice(coded);
            rest = behind;
        }
    }
}

/// How many bytes of entropy-coded data stand before the next marker: FF 00 is a byte of data, FF D0 to D7 restart it.
fn entropy_coded(bytes: &[u8]) -> usize {
    bytes
        .windows(2)
        .position(|pair| matches!(pair, [0xFF, next] if !matches!(next, 0x00 | 0xD0..=0xD7)))
        .unwrap_or(bytes.len())
}

/// Finds the orientation (tag 0x0112 of the first directory) in an Exif segment, if it is one that turns the picture.
fn exif_orientation(content: &[u8]) -> Option<u8> {
    let tiff = content.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.first_chunk::<2>()? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let number =
        |bytes: [u8; 2]| if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
    let bytes = *tiff.get(4..)?.first_chunk()?;
    let directory = if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
    let directory = usize::try_from(directory).ok()?;
    let (count, entries) = tiff.get(directory..)?.split_first_chunk()?;
    // Only those that are there: a short segment may count 65,535 of them, and a file may have 50,000 such segments.
    let (entries, _) = entries.as_chunks::<12>();
    entries.iter().take(number(*count).into()).find_map(
        |&[tag, g, _, _, _, _, _, _, a, b, _, _]| {
            let value = u8::try_from(number([a, b])).ok()?;
            (number([tag, g]) == 0x0112 && (2..=8).contains(&value)).then_some(value)
        },
    )
}

/// An Exif segment with one entry: the orientation.
fn orientation_segment(orientation: u8) -> [u8; 36] {
    let mut segment = *b"\xFF\xE1\x00\x22Exif\0\0MM\x00\x2A\x00\x00\x00\x08\x00\x01\
        \x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00";
    if let Some(value) = segment.get_mut(29) {
        *value = orientation;
    }
    segment
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &[0; 4]].concat()
    }

    fn png(extra: &[Vec<u8>]) -> Vec<u8> {
        let start = [PNG_SIGNATURE.to_vec(), chunk(b"IHDR", &[0; 13])];
        let end = [chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")];
        [start.concat(), extra.concat(), end.concat()].concat()
    }

    /// In a moment: were every entry looked for that is counted, it would take seconds.
    #[test]
    fn entries_that_are_not_there_are_not_looked_for() {
        let exif = segment(0xE1, b"Exif\0\0II\xFF\xFF\x02\0\0\0");
        let many = exif.repeat((MAX_ATTACHMENT - 4) / exif.len());
        let file = Attachment::new(&[b"\xFF\xD8".as_slice(), &many, b"\xFF\xD9"].concat());
        assert_eq!(file.unwrap().bytes, b"\xFF\xD8\xFF\xD9");
    }

    fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
        [&[0xFF, marker], (data.len() as u16 + 2).to_be_bytes().as_slice(), data].concat()
    }

    fn jpeg(extra: &[Vec<u8>]) -> Vec<u8> {
        let image = [segment(0xDB, &[1; 65]), segment(SOS, &[0; 10])].concat();
        let data = b"\x12\xFF\x00\x34\xFF\xD0\x56\xFF\xD9".to_vec();
        [vec![0xFF, SOI], extra.concat(), image, data].concat()
    }

    fn exif(orientation: u8, little: bool) -> Vec<u8> {
        let tiff: &[u8] = if little {
            b"II\x2A\x00\x08\x00\x00\x00\x02\x00\x0F\x01\x02\x00\x06\x00\x00\x00\x26\x00\x00\x00\x12\x01\x03\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00Phone\0"
        } else {
            b"MM\x00\x2A\x00\x00\x00\x08\x00\x02\x01\x0F\x00\x02\x00\x00\x00\x06\x00\x00\x00\x26\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00Phone\0"
        };
        let mut content = [b"Exif\0\0", tiff].concat();
        content[6 + 30 + usize::from(!little)] = orientation;
        segment(APP1, &content)
    }

    #[test]
    fn kinds_are_told_by_content() {
        let kind = |file: &[u8]| Attachment::new(file).map(|a| a.kind());
        assert_eq!(kind(&png(&[])), Ok(FileKind::Png));
        assert_eq!(kind(&jpeg(&[])), Ok(FileKind::Jpeg));
        assert_eq!(kind(b"%PDF-1.7\n"), Ok(FileKind::Pdf));
        assert_eq!(kind("журнал\r\n".as_bytes()), Ok(FileKind::Text));
        assert_eq!(kind(b"MZ\x90\x00"), Err(InvalidAttachment::UnknownKind));
        assert_eq!(kind(b"GIF89a\x01\x00"), Err(InvalidAttachment::UnknownKind));
        assert_eq!(kind(b""), Err(InvalidAttachment::Empty));
        assert_eq!(kind(&vec![b'a'; MAX_ATTACHMENT + 1]), Err(InvalidAttachment::TooLarge));
        assert_eq!(kind(&png(&[])[..40]), Err(InvalidAttachment::Damaged));
        assert_eq!(kind(&jpeg(&[])[..90]), Err(InvalidAttachment::Damaged));
    }

    #[test]
    fn a_png_loses_what_does_not_draw() {
        let told = png(&[
            chunk(b"tEXt", b"Author\0Anna"),
            chunk(b"eXIf", b"GPS"),
            chunk(b"gAMA", &[1; 4]),
        ]);
        let told = [told, b"behind the end".to_vec()].concat();
        let clean = Attachment::new(&told).unwrap();
        assert_eq!(clean.bytes(), png(&[chunk(b"gAMA", &[1; 4])]));
    }

    #[test]
    fn a_jpeg_loses_what_does_not_draw() {
        let adobe = segment(APP14, b"Adobe\0\x64\0\0\0\0\x01");
        let told =
            jpeg(&[segment(APP0, b"JFIF\0"), adobe.clone(), segment(COM, b"Anna"), exif(1, true)]);
        let told = [told, b"a video".to_vec()].concat();
        assert_eq!(Attachment::new(&told).unwrap().bytes(), jpeg(&[adobe]));
    }

    #[test]
    fn a_turned_jpeg_stays_turned_and_says_no_more() {
        for little in [true, false] {
            let clean = Attachment::new(&jpeg(&[exif(6, little)])).unwrap();
            assert!(!clean.bytes().windows(5).any(|window| window == b"Phone"));
            let kept = clean.bytes().get(6..38).unwrap();
            assert_eq!(exif_orientation(kept), Some(6));
            // Cleaning what is clean changes nothing.
            assert_eq!(Attachment::new(clean.bytes()).unwrap(), clean);
        }
    }

    proptest! {
        #[test]
        fn strange_files_never_panic(file: Vec<u8>, cut: prop::sample::Index) {
            let _ = Attachment::new(&file);
            for start in [PNG_SIGNATURE, &[0xFF, SOI, 0xFF], b"\xFF\xD8\xFF\xE1\x00\x20Exif\0\0II"] {
                let _ = Attachment::new(&[start, &file].concat());
            }
            let whole = jpeg(&[exif(6, true)]);
            let _ = Attachment::new(&whole[..cut.index(whole.len())]);
        }

        #[test]
        fn cleaning_is_done_once(data: Vec<u8>, kind: [u8; 4]) {
            let clean = Attachment::new(&png(&[chunk(&kind, &data)])).unwrap();
            prop_assert_eq!(Attachment::new(clean.bytes()).unwrap(), clean);
        }
    }
}
