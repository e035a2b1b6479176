//! Unsubscribe links, with the header fields of a mail that go with them.

use base64ct::{Base64, Encoding as _};
use desk_core::mail::lint::Token;
use desk_core::suppression::Link;

use crate::lists::List;
use crate::setup::Setup;

/// The address that a link with this token opens. It is built from the configured one, never from a request.
pub fn url(setup: &Setup, token: &str) -> String {
    [setup.profile.base_url.as_str(), "/u/", token].concat()
}

/// The header fields of a mail with this link (RFC 8058 section 3.1, RFC 2919 section 2), without line ends. All three
/// belong under the DKIM signature.
///
/// Where a mailbox is configured, a mailto address stands behind the https one, for mail programs that know nothing else
/// (RFC 2369 section 2): the token is in its subject, for the part before an @ has no room for it.
pub fn header_lines(setup: &Setup, token: &str, list_id: &str) -> [String; 3] {
    let mut unsubscribe = ["List-Unsubscribe: <", &url(setup, token), ">"].concat();
    let mailbox = setup.mailing().ok().and_then(|mailing| mailing.mailbox.as_ref());
    if let Some(mailbox) = mailbox {
        let subject = "?subject=unsubscribe%20";
        for part in [", <mailto:", mailbox.as_str(), subject, token, ">"] {
            unsubscribe.push_str(part);
        }
    }
    [
        unsubscribe,
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click".to_owned(),
        format!("List-Id: {list_id}"),
    ]
}

/// The value of `List-Id`: what people call the list, then its id under the configured domain.
pub fn list_id(setup: &Setup, list: &List) -> String {
    let name = list.name(setup.profile.default_lang);
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'_'));
    let phrase = if plain { name.to_owned() } else { encoded_words(name) };
    let domain = setup.mailing().map_or("", |mailing| &mailing.list_domain);
    format!("{phrase} <{}.{domain}>", list.id)
}

/// Writes a text as encoded words (RFC 2047 section 2), each of 75 characters at the most and of whole characters.
fn encoded_words(text: &str) -> String {
    let mut words = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        // 45 bytes make 60 characters of base 64, and 12 more stand around them.
        let end = (1..=45.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at));
        let Some((word, behind)) = end.and_then(|end| rest.split_at_checked(end)) else { break };
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str("=?utf-8?B?");
        words.push_str(&Base64::encode_string(word.as_bytes()));
        words.push_str("?=");
        rest = behind;
    }
    words
}

/// What is known of the token of an address: those under the configured base are ours.
pub fn token_of(setup: &Setup, url: &str) -> Token {
    let ours = url.strip_prefix(&setup.profile.base_url).and_then(|path| path.strip_prefix("/u/"));
    match ours.map(|token| Link::redeem(&setup.keys, token)) {
        Some(Some(_)) => Token::Valid,
        Some(None) => Token::Invalid,
        None => Token::Unknown,
    }
}
