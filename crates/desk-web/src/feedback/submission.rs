//! A new case: from the fields that were sent to the ticket that is given out.

use base64ct::{Base64, Encoding as _};
use desk_core::attachment::{Attachment, InvalidAttachment, MAX_ATTACHMENTS};
use desk_core::case::{
    AppVersion, Case, CaseKey, Door, Head, Kind, Message, Name, Opening, Suspicion,
};
use desk_core::email::{EmailAddress, InvalidEmail};
use desk_core::id::Id;
use desk_core::keys::Purpose;
use desk_core::lang::Lang;
use desk_core::store_key::StoreKey;
use desk_core::text::InvalidText;
use desk_core::time::Timestamp;
use http::{HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{pages, secret, status_path, wants_page, wire};
use crate::cases;
use crate::desk::Desk;
use crate::fields::{Encoding, FieldValue, Fields};
use crate::join::both;
use crate::limiter::{self, Brake};
use crate::policy;
use crate::ports::Store;
use crate::problem::{FieldError, Problem};
use crate::reply::Reply;
use crate::request::{Locale, Request};

/// A form that comes back sooner was not filled in by a person: even one tap and one word take longer.
const TOO_FAST: i64 = 3;
/// A form is good for a day: a person may leave it open overnight.
const FORM_AGE: i64 = 24 * 3600;
/// How long an idempotency key is remembered, in seconds.
const KEY_AGE: i64 = 24 * 3600;
/// The field that people cannot see. Its name is believable to a robot, and none that browsers fill in by themselves.
pub(super) const HONEYPOT: &str = "subject_line";

/// What a person sent, parsed.
struct Submission {
    kind: Kind,
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

/// What is remembered under an idempotency key.
#[derive(Serialize, Deserialize)]
struct Marker {
    id: Id,
}

/// The code of a text's fault.
pub(crate) const fn text_code(error: InvalidText) -> &'static str {
    match error {
        InvalidText::Empty => "missing",
        InvalidText::TooLong { .. } => "too-long",
        InvalidText::Control => "control-character",
    }
}

/// Reads `Idempotency-Key`: a quoted string as the draft has it (draft-ietf-httpapi-idempotency-key-header-06), or bare.
pub(crate) fn idempotency_key(request: &Request) -> Result<Option<String>, Problem> {
    const NAME: HeaderName = HeaderName::from_static("idempotency-key");
    const WRONG: Problem = Problem::Malformed("idempotency-key");
    if !request.headers.has(&NAME) {
        return Ok(None);
    }
    let value = request.header(&NAME).ok_or(WRONG)?.trim();
    let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
    let fits = (8..=128).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if fits { Ok(Some(value.to_owned())) } else { Err(WRONG) }
}

pub(super) async fn submit<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<Reply, Problem> {
    let mut fields = Fields::read(request)?;
    let encoding = fields.encoding;
    let page = wants_page(request, encoding);
    let token = if encoding == Encoding::Form { fields.text("token") } else { None };
    // Kept before parsing: a form that comes back with errors shows what was written, however wrong.
    let kept = pages::Kept::of(&fields);
    let again = |token: String, errors: &[FieldError], expired: bool| {
        let view = pages::FormView { token, kept: &kept, errors, expired, lang: locale.lang };
        let markup = pages::form(desk.setup, request, locale, &view);
        Reply::page(StatusCode::UNPROCESSABLE_ENTITY, locale.lang, markup).vary("Accept-Language")
    };
    let fresh = || desk.setup.keys.mint(Purpose::FeedbackForm, desk.moment.id("form").to_bytes());

    let form = token.as_deref().and_then(|t| desk.setup.keys.redeem(Purpose::FeedbackForm, t));
    let form =
        form.map(Id::from_bytes).filter(|id| desk.now().seconds_since(id.instant()) < FORM_AGE);
    let ticket = match (encoding, form, idempotency_key(request)?) {
        (Encoding::Form, Some(id), _) => Ticket::Form(id),
        (Encoding::Form, None, _) => {
            return if page { Ok(again(fresh(), &[], true)) } else { Err(Problem::FormExpired) };
        }
        (Encoding::Json, _, Some(key)) => Ticket::Keyed(marker_key(desk, &key)?),
        (Encoding::Json, _, None) => Ticket::Fresh,
    };
    let submission = match parse(fields, locale.lang) {
        Ok(submission) => submission,
        Err(errors) if page => return Ok(again(token.unwrap_or_else(fresh), &errors, false)),
        Err(errors) => return Err(Problem::InvalidFields(errors)),
    };
    let (key, case, brake) = accept(desk, request, ticket, submission).await?;
    let path = status_path(desk.setup, &key);
    let reply = if page {
        secret(Reply::see_other(&locale.href(&format!("{path}/received"))))
    } else {
        secret(Reply::json(StatusCode::CREATED, &wire::ticket(desk.setup, &key, &case)))
            .header(header::LOCATION, &path)
            .lang(locale.lang)
    };
    Ok(brake.fields().apply(reply))
}

fn marker_key<S>(desk: &Desk<'_, S>, key: &str) -> Result<StoreKey, Problem> {
    let name = desk.setup.keys.blind(Purpose::Idempotency, &[b"POST /feedback", key.as_bytes()]);
    StoreKey::new(format!("once:{name}")).map_err(|error| Problem::Internal(error.to_string()))
}

/// Stores the case, or finds the one that the same ticket opened before.
async fn accept<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    ticket: Ticket,
    submission: Submission,
) -> Result<(CaseKey, Case, Brake), Problem> {
    let fingerprint = fingerprint(&submission);
    let subject = submission.email.as_ref().map(|email| desk.setup.keys.subject(email));
    let at = |id: Id| CaseKey { id, subject };

    // Load: the case that this ticket may have opened already, the client's brake, the policy in force.
    let earlier = async {
        match &ticket {
            Ticket::Form(id) => Ok((at(*id), cases::load_opening(desk, &at(*id)).await?)),
            Ticket::Keyed(marker) => match desk.read_sealed::<Marker>(marker).await? {
                Some(Marker { id }) => Ok((at(id), cases::load_opening(desk, &at(id)).await?)),
                None => Ok((at(desk.moment.id("case")), None)),
            },
            Ticket::Fresh => Ok((at(desk.moment.id("case")), None)),
        }
    };
    let reads = both(limiter::check(desk, request), policy::pin(desk));
    let ((key, earlier), (brake, policy)) = both(earlier, reads).await?;
    if let Some(opening) = earlier {
        if opening.fingerprint != fingerprint {
            let link = matches!(ticket, Ticket::Form(_)).then(|| status_path(desk.setup, &key));
            return Err(Problem::AlreadySent(link));
        }
        return Ok((key, Case::fold(key.id, opening, Head::default()), brake));
    }

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
    let opening = Box::new(Opening {
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
        door: if matches!(ticket, Ticket::Form(_)) { Door::Form } else { Door::Api },
        fingerprint,
        expires: expires(desk),
    });

    // Save: what points at the case and what it is made of before the case itself.
    if let Ticket::Keyed(marker) = &ticket {
        let until = Some(desk.now().plus_seconds(KEY_AGE));
        desk.write_sealed(marker, until, &Marker { id: key.id }).await?;
    }
    cases::write_files(desk, &key, &opening, &submission.files).await?;
    both(cases::open(desk, &key, &opening), brake.count(desk)).await?;
    Ok((key, Case::fold(key.id, opening, Head::default()), brake))
}

fn expires<S>(desk: &Desk<'_, S>) -> Timestamp {
    desk.now().plus_seconds(i64::from(desk.setup.retention_days) * 86_400)
}

/// A hash of everything that makes two submissions the same: what the person said, not how it travelled.
fn fingerprint(submission: &Submission) -> String {
    let mut hash = Sha256::new();
    let email = submission.email.as_ref().map_or("", EmailAddress::as_str);
    for part in [
        submission.kind.name(),
        submission.message.as_str(),
        submission.name.as_ref().map_or("", Name::as_str),
        email,
        submission.app_version.as_ref().map_or("", AppVersion::as_str),
        submission.lang.tag(),
    ] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    for file in &submission.files {
        hash.update(Sha256::digest(file.bytes()));
    }
    cases::hex(&hash.finalize())
}

/// Parses what was sent, and finds all that is wrong with it.
fn parse(mut fields: Fields, page_lang: Lang) -> Result<Submission, Vec<FieldError>> {
    let kind = fields.parse("kind", |name| Kind::from_name(name).ok_or("unknown-kind"));
    fields.require("kind", &kind);
    let message = fields.parse("message", |text| Message::new(text).map_err(text_code));
    fields.require("message", &message);
    let files = files(&mut fields);
    let name = optional(&mut fields, "name");
    let email = fields.parse("email", |text| {
        text.parse().map_err(|error| match error {
            InvalidEmail::TooLong => "too-long",
            InvalidEmail::Shape => "not-an-address",
        })
    });
    let app_version = optional(&mut fields, "app_version");
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

/// Parses a short text that may be left out. Spaces alone leave it out.
fn optional<const MAX: usize>(
    fields: &mut Fields,
    name: &'static str,
) -> Option<desk_core::text::Text<MAX>> {
    fields
        .parse(name, |text| match desk_core::text::Text::new(text) {
            Ok(text) => Ok(Some(text)),
            Err(InvalidText::Empty) => Ok(None),
            Err(error) => Err(text_code(error)),
        })
        .flatten()
}

/// Takes the files: parts named `file` of a form, or `attachments` of JSON, each an object whose `data` is base 64.
fn files(fields: &mut Fields) -> Vec<Attachment> {
    let (pointer, contents) = match fields.encoding {
        Encoding::Form => {
            let files = fields.take("file").into_iter();
            // A file input that was left empty sends a part without a name and without bytes.
            let contents = files.filter_map(|value| match value {
                FieldValue::File(bytes) if bytes.is_empty() => None,
                FieldValue::File(bytes) => Some(Ok(bytes)),
                FieldValue::Text(text) if text.is_empty() => None,
                _ => Some(Err("not-a-file")),
            });
            ("file", contents.collect::<Vec<_>>())
        }
        Encoding::Json => ("attachments", json_files(fields)),
    };
    if contents.len() > MAX_ATTACHMENTS {
        fields.error(pointer, "too-many-files");
        return Vec::new();
    }
    let mut files = Vec::new();
    for (at, content) in contents.into_iter().enumerate() {
        let file = content.and_then(|bytes| Attachment::new(&bytes).map_err(file_code));
        match file {
            Ok(file) => files.push(file),
            Err(code) => fields.error(&format!("{pointer}/{at}"), code),
        }
    }
    files
}

fn json_files(fields: &mut Fields) -> Vec<Result<Vec<u8>, &'static str>> {
    let mut values = fields.take("attachments");
    if values.len() > 1 {
        return vec![Err("given-twice")];
    }
    match values.pop() {
        None | Some(FieldValue::Null) => Vec::new(),
        Some(FieldValue::List(items)) => items.iter().map(|members| json_file(members)).collect(),
        Some(_) => vec![Err("not-a-list")],
    }
}

fn json_file(members: &[(String, String)]) -> Result<Vec<u8>, &'static str> {
    match members {
        [(name, data)] if name == "data" => Base64::decode_vec(data).map_err(|_| "not-base64"),
        _ => Err("not-a-file"),
    }
}

const fn file_code(error: InvalidAttachment) -> &'static str {
    match error {
        InvalidAttachment::Empty => "empty-file",
        InvalidAttachment::TooLarge => "file-too-large",
        InvalidAttachment::UnknownKind => "file-kind",
        InvalidAttachment::Damaged => "file-damaged",
    }
}
