//! Reading headers: those of ours are text, and most may be there once.

use http::HeaderMap;
use http::header::AsHeaderName;

/// Every value of a header that is visible ASCII, in order. Others are as if they were not there: none of our headers has
/// any use for them.
pub fn all(headers: &HeaderMap, name: impl AsHeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

/// The value of a header that is there once and is visible ASCII.
pub fn one(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// The last value of a header, if it is visible ASCII.
pub fn last<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get_all(name).into_iter().next_back()?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn headers_are_read_as_text() {
        let mut headers = HeaderMap::new();
        for value in [&b"1"[..], b"\xff", b"3"] {
            headers.append("a", HeaderValue::from_bytes(value).unwrap());
        }
        headers.append("b", HeaderValue::from_static("one"));
        assert_eq!(all(&headers, "a").collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(last(&headers, "a"), Some("3"));
        let single = ["a", "b", "c"].map(|name| one(&headers, name));
        assert_eq!(single, [None, Some("one"), None]);
    }
}
