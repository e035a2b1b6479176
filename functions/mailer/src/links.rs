//! Minting links for the mailer, with the header fields that go with them.

use desk_core::email::EmailAddress;
use desk_core::suppression::Link;
use http::StatusCode;

use desk_app::Setup;
use desk_app::links::{header_lines, list_id, url};
use desk_core::json::Json;
use desk_web::fields::{FieldValue, Fields};
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use desk_web::request::Request;

/// The most addresses of one batch.
pub const MAX_BATCH: usize = 1_000;

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
