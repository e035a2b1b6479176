//! Small files to attach.

/// A white PNG of one pixel, with a comment and a time that tell about whoever made it.
pub(crate) fn png_that_tells() -> Vec<u8> {
    png(&[
        (b"tEXt", b"Author\0Anna Example, Example Street 1"),
        (b"tIME", &[7, 234, 11, 22, 9, 0, 0]),
    ])
}

/// The same picture with nothing but itself in it.
pub(crate) fn png_that_tells_nothing() -> Vec<u8> {
    png(&[])
}

fn png(extra: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    // One pixel, 8 bits of grey.
    chunk(&mut file, b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    for (name, data) in extra {
        chunk(&mut file, name, data);
    }
    // zlib: header, one stored block of filter and pixel, Adler-32.
    chunk(&mut file, b"IDAT", &[0x78, 1, 1, 2, 0, 0xFD, 0xFF, 0, 0xFF, 1, 1, 1, 0]);
    chunk(&mut file, b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend_from_slice(&u32::try_from(data.len()).expect("a small chunk").to_be_bytes());
    let begin = file.len();
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    let checksum = crc(&file[begin..]);
    file.extend_from_slice(&checksum.to_be_bytes());
}

/// The checksum of PNG chunks (ISO/IEC 15948 annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8)
            .fold(crc ^ u32::from(*byte), |c, _| (c >> 1) ^ (0xEDB8_8320 & (c & 1).wrapping_neg()))
    };
    !bytes.iter().fold(u32::MAX, step)
}
