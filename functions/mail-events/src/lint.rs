//! `POST /unsubscribe/lint`: what a mailbox provider would object to in a raw mail.

use desk_core::mail::lint::lint;
use desk_core::mail::message::{MailMessage, UnreadableMail};
use http::StatusCode;

use desk_app::{Setup, links};
use desk_documents::lint_report;
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use desk_web::request::Request;

/// The media types of a raw mail.
const READS: &str = "message/rfc822, text/plain, application/octet-stream";

/// Answers for `/unsubscribe/lint`. It reads nothing but the mail and keeps nothing of it.
pub(crate) fn answer(setup: &Setup, request: &Request) -> Result<Reply, Problem> {
    let lang = request.locale(&setup.profile).lang;
    let body = request.whole_body()?;
    if !READS.split(", ").any(|known| known == request.content_type()) {
        return Err(Problem::UnsupportedMediaType(READS));
    }
    let message = MailMessage::read(body).map_err(|why| match why {
        UnreadableMail::TooLarge => Problem::TooLarge,
        UnreadableMail::TooManyFields => Problem::malformed("too-many-fields"),
        UnreadableMail::NoHeader => Problem::malformed("no-header"),
    })?;
    let findings = lint(&message, &|url| links::token_of(setup, url));
    Ok(Reply::json_text(StatusCode::OK, lint_report::json(&findings, lang))
        .lang(lang)
        .vary("Accept-Language"))
}
