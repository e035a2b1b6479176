//! Minting links for the mailer, with the header fields that go with them.

use base64ct::{Base64, Encoding as _};
use desk_core::email::EmailAddress;
use desk_core::suppression::Link;
use http::StatusCode;

use crate::fields::{FieldValue, Fields};
use crate::lists::List;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::request::Request;
use crate::setup::Setup;
use desk_core::json::Json;

/// The most addresses of one batch.
pub(crate) const MAX_BATCH: usize = 1_000;

/// `POST /unsubscribe/links`: a link for one address or for up to a thousand.
///
/// It is the mailer's, and a page that everybody opens need not carry it: the function that lets the mailer in has it.
pub(crate) fn mint(setup: &Setup, request: &Request) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let list = fields.parse("list", |id| setup.lists().by_id(id).ok_or("unknown-list"));
    fields.require("list", &list);
    let addresses = addresses(&mut fields);
    fields.finish().map_err(Problem::InvalidFields)?;
    let Some(list) = list else {
        return Err(Problem::Internal("a required list is missing".into()));
    };
    let list_id = list_id(setup, list);
    let json = Json::object(|json| {
        json.text("list", list.id.as_str());
        json.list("links", |links| {
            for address in &addresses {
                let link = Link::new(&setup.keys, address, list.tag);
                let token = link.mint(&setup.keys);
                let url = url(setup, &token);
                links.nest("", |json| {
                    json.text("email", address.as_str());
                    json.shown("subject", &link.subject);
                    json.text("url", &url);
                    json.list("headers", |lines| {
                        for line in header_lines(setup, &token, &list_id) {
                            lines.text("", &line);
                        }
                    });
                });
            }
        });
    });
    Ok(Reply::json_text(StatusCode::OK, json))
}

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

/// Takes `email`, or `emails`: one of the two. Every fault is noted at its place.
pub(crate) fn addresses(fields: &mut Fields) -> Vec<EmailAddress> {
    let one = fields.text("email");
    let mut many = fields.take("emails");
    match (one, many.pop()) {
        (Some(text), None) => match text.parse() {
            Ok(address) => vec![address],
            Err(_) => {
                fields.error("email", "not-an-address");
                Vec::new()
            }
        },
        (None, Some(FieldValue::List(items))) if many.is_empty() => {
            if items.is_empty() || items.len() > MAX_BATCH {
                fields.error("emails", if items.is_empty() { "empty" } else { "batch" });
                return Vec::new();
            }
            let mut addresses = Vec::with_capacity(items.len());
            for (at, item) in items.into_iter().enumerate() {
                match item {
                    FieldValue::Text(text) => match text.parse() {
                        Ok(address) => addresses.push(address),
                        Err(_) => fields.error(&format!("emails/{at}"), "not-an-address"),
                    },
                    _ => fields.error(&format!("emails/{at}"), "not-text"),
                }
            }
            addresses
        }
        (None, None) => {
            fields.error("email", "missing");
            Vec::new()
        }
        (Some(_), Some(_)) => {
            fields.error("email", "given-twice");
            Vec::new()
        }
        (None, Some(_)) => {
            fields.error("emails", "not-a-list");
            Vec::new()
        }
    }
}
