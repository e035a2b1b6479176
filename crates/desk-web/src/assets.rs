//! The stylesheet and the icon, under names that change with their content, so that they are kept for ever.

use http::StatusCode;

use crate::problem::Problem;
use crate::reply::{Caching, Reply};

const STYLESHEET: &str = include_str!("../assets/desk.css");
const ICON: &str = include_str!("../assets/icon.svg");
const STYLESHEET_HASH: u64 = fnv1a(STYLESHEET.as_bytes());
const ICON_HASH: u64 = fnv1a(ICON.as_bytes());

/// FNV-1a with 64 bits. It names a content, it does not guard one, and it can be computed while compiling.
const fn fnv1a(mut bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        bytes = rest;
    }
    hash
}

/// The address of the stylesheet.
pub const STYLESHEET_PATH: &str = text(&address::<33>(b"/assets/desk.", STYLESHEET_HASH, b".css"));

/// The address of the icon.
pub const ICON_PATH: &str = text(&address::<33>(b"/assets/icon.", ICON_HASH, b".svg"));

/// An address with a hash in hexadecimal.
#[expect(clippy::indexing_slicing, reason = "it runs while this compiles, or it does not compile")]
const fn address<const N: usize>(before: &[u8], hash: u64, after: &[u8]) -> [u8; N] {
    let mut address = [0; N];
    let mut at = 0;
    while at < N {
        address[at] = if at < before.len() {
            before[at]
        } else if at < before.len() + 16 {
            let digit = (hash >> (4 * (before.len() + 15 - at))) as usize & 15;
            b"0123456789abcdef"[digit]
        } else {
            after[at - before.len() - 16]
        };
        at += 1;
    }
    address
}

const fn text(ascii: &'static [u8]) -> &'static str {
    match str::from_utf8(ascii) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// Answers for an address under `/assets/`. The name must be today's: an old one must not be kept for ever with new
/// content.
///
/// # Errors
/// [`Problem::NotFound`] for any other name.
pub fn asset(path: &str) -> Result<Reply, Problem> {
    let (media_type, content) = if path == STYLESHEET_PATH {
        ("text/css; charset=utf-8", STYLESHEET)
    } else if path == ICON_PATH {
        ("image/svg+xml", ICON)
    } else {
        return Err(Problem::NotFound);
    };
    let tag = path.rsplit('.').nth(1).unwrap_or_default().to_owned();
    Ok(Reply::with_body(StatusCode::OK, media_type, content).caching(Caching::Immutable).etag(tag))
}
