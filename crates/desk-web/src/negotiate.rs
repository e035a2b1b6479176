//! Content negotiation: media types by RFC 9110 section 12.5.1, languages by the lookup of RFC 4647 section 3.4.

use desk_core::lang::Lang;
use http::header::{ACCEPT, ACCEPT_LANGUAGE};
use http::{HeaderMap, HeaderName};

use crate::headers;

/// One member of a header list with its weight in thousandths.
struct WeightedValue<'a> {
    value: &'a str,
    weight: u16,
}

/// Reads a list such as `text/html;level=1, */*;q=0.5`. Members that do not parse weigh nothing: a client that sends
/// nonsense is served as if it had not sent it.
fn weighted<'a>(headers: &'a HeaderMap, name: HeaderName) -> Vec<WeightedValue<'a>> {
    headers::all(headers, name)
        .flat_map(|value| value.split(','))
        // A header of thousands of members is an attack, not a preference.
        .take(64)
        .map(|member| {
            let mut parts = member.split(';');
            let value = parts.next().unwrap_or_default().trim();
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q=").or(part.trim().strip_prefix("Q=")))
                .map_or(Some(1000), thousandths)
                .unwrap_or(0);
            WeightedValue { value, weight }
        })
        .filter(|member| !member.value.is_empty())
        .collect()
}

/// Reads a `qvalue`: `0`, `1`, or either with up to three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let whole: u16 = match whole {
        "0" => 0,
        "1" => 1000,
        _ => return None,
    };
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let padded = format!("{decimals:0<3}");
    Some((whole + padded.parse::<u16>().ok()?).min(1000))
}

/// Picks the offer that a client prefers: by weight, then by the order of the offers. Without an `Accept` the first
/// offer wins; `None` means that the client accepts none of them.
pub fn media_type(headers: &HeaderMap, offers: &[&'static str]) -> Option<&'static str> {
    let accepted = weighted(headers, ACCEPT);
    if accepted.is_empty() {
        return offers.first().copied();
    }
    let weight = |offer: &str| {
        let (kind, _) = offer.split_once('/')?;
        accepted
            .iter()
            .filter_map(|range| {
                // How specific the range is: the most specific one decides, whatever its weight.
                let specific = match range.value {
                    "*/*" => 0,
                    value
                        if value
                            .strip_suffix("/*")
                            .is_some_and(|k| k.eq_ignore_ascii_case(kind)) =>
                    {
                        1
                    }
                    value if value.eq_ignore_ascii_case(offer) => 2,
                    _ => return None,
                };
                Some((specific, range.weight))
            })
            .max_by_key(|(specific, _)| *specific)
            .map(|(_, weight)| weight)
    };
    let weights = offers.iter().map(|offer| (*offer, weight(offer).unwrap_or(0)));
    // `max_by_key` takes the last of equals, so the offers go in from the back.
    weights
        .rev()
        .max_by_key(|(_, weight)| *weight)
        .filter(|(_, weight)| *weight > 0)
        .map(|(o, _)| o)
}

/// Whether the client says in so many words that it reads HTML, as browsers do and programs do not.
pub fn reads_html(headers: &HeaderMap) -> bool {
    let named = |value: &str| {
        ["text/html", "application/xhtml+xml", "text/*"]
            .iter()
            .any(|t| value.eq_ignore_ascii_case(t))
    };
    let accepted = weighted(headers, ACCEPT);
    let html = accepted.iter().filter(|m| named(m.value)).map(|m| m.weight).max().unwrap_or(0);
    let json = accepted
        .iter()
        .filter(|m| {
            m.value.eq_ignore_ascii_case("application/json")
                || m.value.eq_ignore_ascii_case("application/problem+json")
        })
        .map(|m| m.weight)
        .max()
        .unwrap_or(0);
    html > 0 && html >= json
}

/// Finds the language of ours that the client prefers; `None` if it names none of them.
pub fn language(headers: &HeaderMap) -> Option<Lang> {
    let ranges = weighted(headers, ACCEPT_LANGUAGE);
    ranges
        .iter()
        .filter(|range| range.weight > 0)
        .filter_map(|range| Some((Lang::lookup(range.value)?, range.weight)))
        .rev()
        .max_by_key(|(_, weight)| *weight)
        .map(|(lang, _)| lang)
}

/// Whether what is a page for people is asked for as JSON.
pub fn wants_json(headers: &HeaderMap) -> bool {
    media_type(headers, &["text/html", "application/json"]) == Some("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn media_types_by_weight_specificity_and_order() {
        const OFFERS: [&str; 3] = ["text/html", "application/json", "text/markdown"];
        for (accept, picked) in [
            ("", Some("text/html")),
            ("*/*", Some("text/html")),
            ("application/json", Some("application/json")),
            ("text/*", Some("text/html")),
            ("text/html;q=0.1, application/json;q=0.2", Some("application/json")),
            ("*/*;q=0.5, text/html;q=0", Some("application/json")),
            ("TEXT/MARKDOWN", Some("text/markdown")),
            ("image/png", None),
            ("text/html;q=0", None),
            ("text/html;q=2", None),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some("text/html")),
        ] {
            assert_eq!(media_type(&headers(ACCEPT, accept), &OFFERS), picked, "{accept}");
        }
    }

    #[test]
    fn languages_by_lookup() {
        for (accept, lang) in [
            ("ru", Some(Lang::Ru)),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Some(Lang::Ru)),
            ("de, en-GB;q=0.3, ru;q=0.2", Some(Lang::En)),
            ("ru;q=0, en;q=0.1", Some(Lang::En)),
            ("en, ru", Some(Lang::En)),
            ("de", None),
            ("*", None),
        ] {
            assert_eq!(language(&headers(ACCEPT_LANGUAGE, accept)), lang, "{accept}");
        }
    }

    #[test]
    fn programs_do_not_read_html_and_browsers_do() {
        assert!(!reads_html(&HeaderMap::new()));
        assert!(!reads_html(&headers(ACCEPT, "*/*")));
        assert!(!reads_html(&headers(ACCEPT, "application/json, text/html;q=0.5")));
        assert!(reads_html(&headers(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")));
    }

    proptest! {
        #[test]
        fn strange_headers_never_panic(value in "[ -~]*") {
            let accept = headers(ACCEPT, &value);
            let _ = (media_type(&accept, &["text/html"]), reads_html(&accept));
            let _ = language(&headers(ACCEPT_LANGUAGE, &value));
        }
    }
}
