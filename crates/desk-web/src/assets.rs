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
pub fn stylesheet() -> String {
    format!("/assets/desk.{STYLESHEET_HASH:016x}.css")
}

/// The address of the icon.
pub fn icon() -> String {
    format!("/assets/icon.{ICON_HASH:016x}.svg")
}

/// Answers for an address under `/assets/`. The name must be today's: an old one must not be kept for ever with new
/// content.
///
/// # Errors
/// [`Problem::NotFound`] for any other name.
pub fn asset(path: &str) -> Result<Reply, Problem> {
    let (media_type, content) = if path == stylesheet() {
        ("text/css; charset=utf-8", STYLESHEET)
    } else if path == icon() {
        ("image/svg+xml", ICON)
    } else {
        return Err(Problem::NotFound);
    };
    let tag = path.rsplit('.').nth(1).unwrap_or_default().to_owned();
    Ok(Reply::with_body(StatusCode::OK, media_type, content).caching(Caching::Immutable).etag(tag))
}
