//! The stylesheet and the icon, under names that change with their content, so that they are kept for ever.

use std::sync::LazyLock;

use http::StatusCode;

use crate::problem::Problem;
use crate::reply::{Caching, Reply};

const STYLESHEET: &str = include_str!("../assets/desk.css");
const ICON: &str = include_str!("../assets/icon.svg");

/// The address of the stylesheet.
pub static STYLESHEET_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/assets/desk.{:016x}.css", fnv1a(STYLESHEET)));

/// The address of the icon.
pub static ICON_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/assets/icon.{:016x}.svg", fnv1a(ICON)));

/// FNV-1a with 64 bits. It names a content, it does not guard one.
fn fnv1a(content: &str) -> u64 {
    content.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Answers for an address under `/assets/`. The name must be today's: an old one must not be kept for ever with new
/// content.
///
/// # Errors
/// [`Problem::NotFound`] for any other name.
pub fn asset(path: &str) -> Result<Reply, Problem> {
    let (media_type, content) = if path == *STYLESHEET_PATH {
        ("text/css; charset=utf-8", STYLESHEET)
    } else if path == *ICON_PATH {
        ("image/svg+xml", ICON)
    } else {
        return Err(Problem::NotFound);
    };
    let tag = path.rsplit('.').nth(1).unwrap_or_default().to_owned();
    Ok(Reply::with_body(StatusCode::OK, media_type, content).caching(Caching::Immutable).etag(tag))
}
