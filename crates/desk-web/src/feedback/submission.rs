//! A new case: from the fields that were sent to the ticket that is given out.

use desk_core::attachment::Attachment;
use desk_core::case::{
    AppVersion, Case, CaseDoor, CaseHead, CaseKey, CaseKind, CaseOpening, Message, Name, Suspicion,
};
use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::journal::Place;
use desk_core::keys::{Purpose, Subject};
use desk_core::lang::Lang;
use desk_core::store_key::StoreKey;
use futures_util::future::try_join;
use http::StatusCode;

use super::{brake, pages, secret, status_path, wants_page, wire};
use crate::cases;
use crate::desk::Desk;
use crate::fields::{Encoding, Fields};
use crate::form::{HONEYPOT, Trouble};
use crate::limiter::{self, Brake};
use crate::ports::Store;
use crate::problem::{FieldError, Problem, Refused};
use crate::reply::Reply;
use crate::request::{Locale, Request};
use crate::submitted::{
    self, KEY_AGE, Marker, address, files, idempotency_key, marker_key, optional_line, text_code,
};
use http::header;

/// A form that comes back sooner was not filled in by a person: even one tap and one word take longer.
const TOO_FAST: i64 = 3;
/// A form is good for a day: a person may leave it open overnight.
const FORM_AGE: i64 = 24 * 3600;
/// What a person sent, parsed.
struct Submission {
    kind: CaseKind,
    message: Message,
    name: Option<Name>,
    email: Option<EmailAddress>,
    app_version: Option<AppVersion>,
    lang: Lang,
    files: Vec<Attachment>,
    honeypot: bool,
}

/// Where the case's id comes from.
enum Ticket {
    /// From the token of a form, which was shown at the id's instant.
    Form(Id),
    /// From here, and remembered under an idempotency key.
    Keyed(StoreKey),
    /// From here: a retry opens another case.
    Fresh,
}

pub(super) async fn submit<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<Reply, Refused> {
    let mut fields = Fields::read(request)?;
    let encoding = fields.encoding;
    let page = wants_page(request, encoding);
    let token = if encoding == Encoding::Form { fields.text("token") } else { None };
    // Kept before parsing: a form that comes back with errors shows what was written, however wrong.
    let kept = pages::Kept::of(&fields);
    let again = |token: String, trouble: Trouble<'_>| {
        let view = pages::FormView { token, kept: &kept, trouble, lang: locale.lang };
        let markup = pages::form(desk.setup, request, locale, &view);
        Reply::page(trouble.status(), locale.lang, markup).vary("Accept-Language")
    };
    // A form that came back filled in may be sent again at once, and that is not too fast.
    let fresh = || {
        let shown = desk.now().plus_seconds(-TOO_FAST);
        let id = Id::new(shown, desk.moment.draw());
        desk.setup.keys.mint(Purpose::FeedbackForm, id.to_bytes())
    };

    let form = token.as_deref().and_then(|t| desk.setup.keys.redeem(Purpose::FeedbackForm, t));
    let form =
        form.map(Id::from_bytes).filter(|id| desk.now().seconds_since(id.instant()) < FORM_AGE);
    let ticket = match (encoding, form, idempotency_key(request)?) {
        (Encoding::Form, Some(id), _) => Ticket::Form(id),
        (Encoding::Form, None, _) => {
            return if page {
                Ok(again(fresh(), Trouble::Expired))
            } else {
                Err(Problem::FormExpired.into())
            };
        }
        (Encoding::Json, _, Some(key)) => Ticket::Keyed(marker_key(desk, b"POST /feedback", &key)?),
        (Encoding::Json, _, None) => Ticket::Fresh,
    };
    let submission = match parse(fields, locale.lang) {
        Ok(submission) => submission,
        Err(errors) if page => {
            return Ok(again(token.unwrap_or_else(fresh), Trouble::Fields(&errors)));
        }
        Err(errors) => return Err(Problem::InvalidFields(errors).into()),
    };
    let (key, case, brake) = match accept(desk, request, locale, ticket, submission).await {
        Ok(accepted) => accepted,
        Err(problem) => {
            // What a person wrote is not thrown away because of what is not their fault: no browser is bound to keep it.
            // Under the same token the form opens the same case, should it be there after all.
            let form = match (encoding, token, Trouble::of(&problem)) {
                (Encoding::Form, Some(token), Some(trouble)) if page => {
                    Some(trouble.headers(again(token, trouble)))
                }
                _ => None,
            };
            return Err(Refused { problem, form });
        }
    };
    let path = status_path(desk.setup, &key);
    let reply = if page {
        secret(Reply::see_other(&locale.href(&format!("{path}/received"))))
    } else {
        secret(Reply::json_text(StatusCode::CREATED, wire::ticket(desk.setup, &key, &case)))
            .header(header::LOCATION, path)
            .lang(locale.lang)
    };
    Ok(brake.fields().apply(reply))
}

/// The case that a ticket opens. Two taps that race each other must come to the same one before either has stored
/// anything, and two different texts that race each other must not: so it is derived from what they share, and from what
/// they do not.
fn case_key<S>(
    desk: &Desk<'_, S>,
    ticket: &Ticket,
    subject: Option<Subject>,
    fingerprint: &str,
) -> CaseKey {
    let id = match (ticket, subject) {
        (Ticket::Form(id), None) => *id,
        // A case without an address and one with it have one id each, for events and files lie under the id alone.
        (Ticket::Form(id), Some(subject)) => {
            let parts: [&[u8]; 3] = [b"form", &id.to_bytes(), &subject.to_bytes()];
            Id::new(id.instant(), cases::unique(desk, &parts))
        }
        (Ticket::Keyed(marker), _) => submitted::keyed_id(desk, marker, fingerprint),
        (Ticket::Fresh, _) => desk.moment.id(),
    };
    CaseKey { id, subject }
}

/// Finds the case that the same ticket opened before. Without one, the key is that of the case to be opened.
async fn earlier<S: Store>(
    desk: &Desk<'_, S>,
    ticket: &Ticket,
    own: CaseKey,
    fingerprint: &str,
) -> Result<(CaseKey, Option<Box<CaseOpening>>), Problem> {
    match ticket {
        Ticket::Fresh => Ok((own, None)),
        Ticket::Form(_) if own.subject.is_none() => {
            Ok((own, cases::load_opening(desk, &own).await?))
        }
        // The same form may have been sent without an address before.
        Ticket::Form(id) => {
            let anonymous = CaseKey { id: *id, subject: None };
            let loads =
                try_join(cases::load_opening(desk, &own), cases::load_opening(desk, &anonymous));
            Ok(match loads.await? {
                (None, Some(opening)) => (anonymous, Some(opening)),
                (opening, _) => (own, opening),
            })
        }
        Ticket::Keyed(marker) => submitted::keyed(desk, marker, own, fingerprint).await,
    }
}

/// Stores the case, or finds the one that the same ticket opened before.
async fn accept<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    ticket: Ticket,
    submission: Submission,
) -> Result<(CaseKey, Case, Brake), Problem> {
    let fingerprint = fingerprint(&ticket, &submission);
    let subject = submission.email.as_ref().map(|email| desk.setup.keys.subject(email));
    let own = case_key(desk, &ticket, subject, &fingerprint);

    // Load: the case that this ticket may have opened already, the client's brake, the policy in force.
    let reads = try_join(limiter::check(desk, request, brake(desk)?), submitted::pin(desk));
    let loads = try_join(earlier(desk, &ticket, own, &fingerprint), reads);
    let ((key, earlier), (brake, policy)) = loads.await?;
    if let Some(opening) = earlier {
        if opening.fingerprint != fingerprint {
            let link = matches!(ticket, Ticket::Form(_))
                .then(|| locale.href(&status_path(desk.setup, &key)).into_owned());
            return Err(Problem::AlreadySent(link));
        }
        return Ok((key, Case::fold(key.id, opening, CaseHead::default()), brake.released()));
    }
    brake.admit()?;

    // Decide.
    let mut suspicions = Vec::new();
    if let Ticket::Form(id) = &ticket
        && desk.now().seconds_since(id.instant()) < TOO_FAST
    {
        suspicions.push(Suspicion::TooFast);
    }
    if submission.honeypot {
        suspicions.push(Suspicion::Honeypot);
    }
    suspicions.extend(Suspicion::of_message(&submission.message));
    let opening = Box::new(CaseOpening {
        at: desk.now(),
        kind: submission.kind,
        message: submission.message,
        name: submission.name,
        email: submission.email,
        app_version: submission.app_version,
        lang: submission.lang,
        files: submission.files.iter().map(cases::describe).collect(),
        policy,
        suspicions,
        door: if matches!(ticket, Ticket::Form(_)) { CaseDoor::Form } else { CaseDoor::Api },
        fingerprint: fingerprint.clone(),
        expires: desk.kept_until()?,
    });

    // Save: what points at the case and what it is made of before the case itself.
    if let Ticket::Keyed(marker) = &ticket {
        let until = Some(desk.now().plus_seconds(KEY_AGE));
        desk.write_sealed(marker, until, &Marker::new(key.to_bytes(), fingerprint)).await?;
    }
    cases::write_files(desk, &key, opening.expires, &submission.files).await?;
    try_join(cases::open(desk, &key, opening.expires, &opening), brake.count(desk)).await?;
    Ok((key, Case::fold(key.id, opening, CaseHead::default()), brake))
}

/// A hash of everything that makes two submissions the same: what the person said, not how it travelled.
/// What tells a retry from another text; nothing where no ticket can come a second time.
fn fingerprint(ticket: &Ticket, submission: &Submission) -> String {
    if matches!(ticket, Ticket::Fresh) {
        return String::new();
    }
    let parts = [
        submission.kind.name(),
        submission.message.as_str(),
        submission.name.as_ref().map_or("", Name::as_str),
        submission.email.as_ref().map_or("", EmailAddress::as_str),
        submission.app_version.as_ref().map_or("", AppVersion::as_str),
        submission.lang.tag(),
    ];
    submitted::fingerprint(&parts, &submission.files)
}

/// Parses what was sent, and finds all that is wrong with it.
fn parse(mut fields: Fields, page_lang: Lang) -> Result<Submission, Vec<FieldError>> {
    let kind = fields.parse("kind", |name| CaseKind::from_name(name).ok_or("unknown-kind"));
    fields.require("kind", &kind);
    let message = fields.parse("message", |text| Message::new(text).map_err(text_code));
    fields.require("message", &message);
    let files = files(&mut fields);
    let name = optional_line(&mut fields, "name");
    let email = address(&mut fields);
    let app_version = optional_line(&mut fields, "app_version");
    let lang = fields.parse("language", |tag| Lang::lookup(tag).ok_or("unknown-language"));
    let honeypot = match fields.encoding {
        Encoding::Form => fields.text(HONEYPOT).is_some(),
        Encoding::Json => false,
    };
    fields.finish()?;
    // `finish` has reported what is missing, so this never falls through.
    let (Some(kind), Some(message)) = (kind, message) else { return Err(Vec::new()) };
    let lang = lang.unwrap_or(page_lang);
    Ok(Submission { kind, message, name, email, app_version, lang, files, honeypot })
}
