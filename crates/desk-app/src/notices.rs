//! The mails that tell a person what happened to their data request, each in the language of the request.
//!
//! They go to the outbox before what they tell of is stored: nothing is decided about a person who is not told.

use desk_core::case::Message;
use desk_core::id::Id;
use desk_core::package::PackageSecret;
use desk_core::reference::{Reference, Series};
use desk_core::request::{Code, PROOF_SECONDS, RefusalGround, RequestKey, RequestOpening};
use desk_core::time::{Date, Timestamp};

use crate::desk::Desk;
use crate::paths::{identity_path, request_path};
use crate::sender::{Mail, MailLimit};
use desk_documents::texts::notices::Opener;
use desk_documents::texts::{self, complain};

/// For how long a mail is worth sending, in seconds: a month, by when the status page has told it all the better.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// What a person is told.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// An operator has written.
    Message(&'a Message),
    /// An operator asks what is meant.
    Clarification(&'a Message),
    /// The term was extended.
    Extended {
        /// Why.
        reason: &'a Message,
        /// When it was due.
        old: Date,
        /// When it is due now.
        new: Date,
    },
    /// It was done.
    Answered {
        /// The answer.
        text: &'a Message,
        /// Whether only a part of it was done.
        partly: bool,
    },
    /// It was refused.
    Refused {
        /// On what ground.
        ground: RefusalGround,
        /// What the operator says to it.
        text: &'a Message,
    },
    /// A complaint was opened from the request.
    Complaint {
        /// Its reference.
        reference: Reference,
        /// The path of its status page.
        path: &'a str,
    },
}

/// The mail that tells it.
pub fn notice<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    notice: Notice<'_>,
) -> Mail {
    let t = texts::notices(opening.lang);
    let date = |day| opening.lang.date(day);
    let complain = || complain::complain(opening.lang)(opening.regime).to_owned();
    let expires = desk.now().plus_seconds(KEPT_SECONDS);
    let quoted = |text: &Message| text.as_str().to_owned();
    let (opener, said): (&Opener, Vec<String>) = match notice {
        Notice::Message(text) => (&t.message, vec![quoted(text)]),
        Notice::Clarification(text) => {
            (&t.question, vec![quoted(text), t.please_answer.to_owned()])
        }
        Notice::Extended { reason, old, new } => {
            let dates = (t.new_date)(&date(old), &date(new));
            (&t.extended, vec![dates, t.reason.to_owned(), quoted(reason)])
        }
        Notice::Answered { text, partly: false } => (&t.answered, vec![quoted(text)]),
        Notice::Answered { text, partly: true } => (&t.partly, vec![quoted(text), complain()]),
        Notice::Refused { ground, text } => {
            (&t.refused, vec![(t.ground)(ground).to_owned(), quoted(text), complain()])
        }
        Notice::Complaint { reference, path } => {
            let link = desk.setup.profile.mailed_url(opening.lang, path);
            (&t.complaint, vec![(t.complaint_link)(&reference.to_string(), &link)])
        }
    };
    let is_end = matches!(notice, Notice::Answered { .. } | Notice::Refused { .. });
    let follow = if is_end { t.follow_ended } else { t.follow };
    let text = letter(t.greeting, (opener.lead)((t.about)(opening.kind)), &said, follow);
    linked(desk, key, opening, opener.subject, text, expires)
}

/// The mail that a package is ready, with the secret that opens it, which stands here alone. It is worth sending for as
/// long as the package can be fetched: until the instant, which is on `day`.
pub fn package_mail<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    secret: &PackageSecret,
    (until, day): (Timestamp, Date),
) -> Mail {
    let t = texts::package_notice(opening.lang);
    let date = |day| opening.lang.date(day);
    let said = [(t.key)(&secret.to_string(), &date(day))];
    let text = letter(t.greeting, (t.opener.lead)((t.about)(opening.kind)), &said, t.follow);
    linked(desk, key, opening, t.opener.subject, text, until)
}

/// The text of a mail, up to the link.
fn letter(greeting: &str, lead: String, said: &[String], follow: &str) -> String {
    let mut text = String::new();
    let said = said.iter().map(String::as_str);
    for paragraph in [greeting, &lead].into_iter().chain(said).chain([follow]) {
        text.push_str(paragraph);
        text.push_str("\n\n");
    }
    text
}

/// A mail whose text ends with the link to the status page.
fn linked<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    subject: &str,
    mut text: String,
    expires: Timestamp,
) -> Mail {
    text.push_str(&desk.setup.profile.mailed_url(opening.lang, &request_path(desk.setup, key)));
    text.push_str("\n\n");
    mail(key.id, opening, subject, text, expires)
}

/// The mail that proves an identity: a link and a code, for 24 hours. It has no link to the status page, which is only
/// for whoever has proven it.
pub fn identity_mail<S>(
    desk: &Desk<'_, S>,
    key: &RequestKey,
    opening: &RequestOpening,
    code: &Code,
) -> Mail {
    let t = texts::identity(opening.lang);
    let link = desk.setup.profile.mailed_url(opening.lang, &identity_path(desk.setup, key));
    let about = (t.about)(opening.kind);
    let mut text = (t.text)(&desk.setup.profile.app_name, about, &link, &code.to_string());
    text.push('\n');
    let expires = desk.now().plus_seconds(PROOF_SECONDS);
    let mail = mail(key.id, opening, t.subject, text, expires);
    Mail { limit: Some(MailLimit::Requests), ..mail }
}

/// Puts the reference to subject and text: all that names the request where others may read along.
fn mail(
    id: Id,
    opening: &RequestOpening,
    subject: &str,
    mut text: String,
    expires: Timestamp,
) -> Mail {
    let reference = Reference::new(Series::Requests, id).text();
    text.push_str(&(texts::identity(opening.lang).reference)(&reference));
    text.push('\n');
    Mail {
        to: opening.email.clone(),
        lang: opening.lang,
        subject: [subject, " (", &reference, ")"].concat().into(),
        text,
        expires,
        limit: None,
    }
}
