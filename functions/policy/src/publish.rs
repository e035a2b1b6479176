//! `PUT /policy/versions/{version}`: an operator publishes a version.

use desk_app::policy::{self, PublishedVersion};
use desk_core::lang::Lang;
use desk_core::policy::history::Draft;
use desk_core::policy::markdown::{Document, PolicyFault};
use desk_core::policy::{InvalidPolicyText, Note, PolicyText, VersionName};
use desk_core::text::InvalidText;
use desk_core::time::Timestamp;
use http::StatusCode;

use super::wire;
use desk_app::Desk;
use desk_app::ports::Store;
use desk_core::json::Json;
use desk_web::operator;
use desk_web::problem::{FieldError, Problem};
use desk_web::reply::Reply;
use desk_web::request::Request;
use http::header::LOCATION;

/// What the address reads.
const READS: &str = "text/markdown, text/plain";
/// Publishes a version in one language.
pub(super) async fn publish<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    version: &str,
) -> Result<Reply, Problem> {
    operator::authorise(desk.setup.operator.as_ref(), request)?;
    let (draft, text) = read(request, version)?;
    let PublishedVersion { signed, is_new } = policy::publish(desk, draft, text).await?;
    let json = Json::object(|json| {
        wire::publication(json, &signed, &desk.setup.profile.base_url);
    });
    if !is_new {
        return Ok(Reply::json_text(StatusCode::OK, json));
    }
    let lang = signed.publication.language;
    let location = format!("/policy/versions/{version}?lang={lang}");
    Ok(Reply::json_text(StatusCode::CREATED, json).header(LOCATION, location))
}

/// Reads everything that is to be published; whatever is wrong with it is told at once.
fn read(request: &Request, version: &str) -> Result<(Draft, PolicyText), Problem> {
    if !matches!(request.content_type().as_str(), "text/markdown" | "text/plain") {
        return Err(Problem::UnsupportedMediaType(READS));
    }
    let body = request.whole_body()?;
    let body = std::str::from_utf8(body).map_err(|_| Problem::Malformed("not-utf-8"))?;
    let mut errors = Vec::new();
    let mut error = |pointer: &str, code| {
        errors.push(FieldError { pointer: pointer.to_owned(), code });
    };
    let version: Option<VersionName> = version.parse().ok();
    if version.is_none() {
        error("/version", "version-name");
    }
    let [mut language, mut effective, mut material, mut note] = [const { None::<String> }; 4];
    for (name, value) in request.query_pairs() {
        let given = match &*name {
            "lang" => &mut language,
            "effective" => &mut effective,
            "material" => &mut material,
            "note" => &mut note,
            // Whatever has another name is a mistake: a date that is misspelt must not be today's.
            other => {
                let other: String = other.chars().take(40).collect();
                error(&format!("?{other}"), "unknown-field");
                continue;
            }
        };
        if given.replace(value.into_owned()).is_some() {
            error(&format!("?{name}"), "given-twice");
        }
    }
    let tag = language.as_deref();
    // Exactly a tag of ours: nobody should publish a text as English who wrote en-x-draft.
    let language = Lang::ALL.into_iter().find(|lang| Some(lang.tag()) == tag);
    if language.is_none() {
        error("?lang", if tag.is_some() { "unknown-language" } else { "missing" });
    }
    let effective: Option<Timestamp> = effective
        .and_then(|text| text.parse().map_err(|_| error("?effective", "not-an-instant")).ok());
    let material: Option<bool> = material
        .and_then(|text| text.parse().map_err(|_| error("?material", "not-true-or-false")).ok());
    let note = note.filter(|text| !text.is_empty()).and_then(|text| {
        let code = match Note::new(&text) {
            Ok(note) => return Some(note),
            Err(InvalidText::Empty) => "empty",
            Err(InvalidText::TooLong { .. }) => "too-long",
            Err(InvalidText::Control) => "control-character",
        };
        error("?note", code);
        None
    });
    let text = policy_text(body, |code| error("", code))?;
    match (version, language, text) {
        (Some(version), Some(language), Some(text)) if errors.is_empty() => {
            let sha256 = text.sha256();
            Ok((Draft { version, language, sha256, effective, material, note }, text))
        }
        _ => Err(Problem::InvalidFields(errors)),
    }
}

/// Parses the text, and finds all that is wrong with it.
fn policy_text(
    body: &str,
    mut error: impl FnMut(&'static str),
) -> Result<Option<PolicyText>, Problem> {
    let text = match PolicyText::new(body) {
        Ok(text) => text,
        Err(InvalidPolicyText::TooLong) => return Err(Problem::TooLarge),
        Err(InvalidPolicyText::Empty) => {
            error("empty");
            return Ok(None);
        }
        Err(InvalidPolicyText::Control) => {
            error("control-character");
            return Ok(None);
        }
    };
    Document::read(text.as_str()).1.into_iter().map(fault_code).for_each(error);
    Ok(Some(text))
}

const fn fault_code(fault: PolicyFault) -> &'static str {
    match fault {
        PolicyFault::NoHeading => "no-heading",
        PolicyFault::TwoTitles => "two-titles",
        PolicyFault::DuplicateId => "duplicate-id",
        PolicyFault::InvalidId => "invalid-id",
        PolicyFault::RawHtml => "raw-html",
        PolicyFault::Image => "image",
        PolicyFault::Reference => "reference-link",
        PolicyFault::Link => "unsafe-link",
        PolicyFault::Entity => "unknown-entity",
        PolicyFault::TooDeep => "too-deep",
    }
}
