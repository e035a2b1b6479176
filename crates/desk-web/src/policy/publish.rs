//! Publishing a version: the text first, under its own key, then the views.

use desk_core::lang::Lang;
use desk_core::policy::history::{Decision, Draft, DraftRefusal, History};
use desk_core::policy::markdown::{Document, Fault};
use desk_core::policy::views::{Index, PolicyHead, StoredText, Texts};
use desk_core::policy::{InvalidPolicyText, Note, PolicyText, VersionName};
use desk_core::text::InvalidText;
use desk_core::time::Timestamp;
use http::StatusCode;

use super::wire;
use crate::desk::Desk;
use crate::operator;
use crate::ports::Store;
use crate::problem::{FieldError, Problem};
use crate::reply::Reply;
use crate::request::Request;
use desk_core::json::Json;
use http::header::LOCATION;

/// What the address reads.
const READS: &str = "text/markdown, text/plain";
/// How often a publisher writes the views anew where another one's are read back.
const TRIES: usize = 4;
/// The most bytes of the index: beside it, one text at least has room in the head.
const MAX_INDEX: usize = 128 * 1024;

/// Publishes a version in one language.
pub(super) async fn publish<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    version: &str,
) -> Result<Reply, Problem> {
    operator::authorise(desk.setup, request)?;
    let (draft, text) = read(request, version)?;
    // Whatever comes of it, what this instance remembers may be wrong from here on.
    desk.setup.policy_cache.clear();
    let known = views(desk).await?.union();
    let (signed, status) = match decide(&known.0, draft.clone(), desk.now())? {
        Decision::There(signed) => (signed, StatusCode::OK),
        Decision::Publish(publication) => (publication.sign(&desk.setup.keys), StatusCode::CREATED),
    };
    let mine = known.0.merged(Index::new([signed.clone()]));
    if mine.size() > MAX_INDEX {
        return Err(fault("", "history-full"));
    }
    if status == StatusCode::CREATED {
        let stored = StoredText { signed: signed.clone(), markdown: text.clone() };
        desk.write_plain(&signed.text_key(), None, &stored).await?;
    }
    // A publication that was there may have been cut off before its views were written.
    let index = settle(desk, mine, &text).await?;
    desk.setup.policy_cache.clear();
    let published = decide(&index, draft, desk.now())?;
    let Decision::There(published) = published else {
        return Err(Problem::Internal("a publication did not last".into()));
    };
    let json =
        Json::object(|json| wire::publication(json, &published, &desk.setup.profile.base_url));
    let reply = Reply::json_text(status, json);
    if status != StatusCode::CREATED {
        return Ok(reply);
    }
    let lang = published.publication.language;
    Ok(reply.header(LOCATION, format!("/policy/versions/{version}?lang={lang}")))
}

fn decide(index: &Index, draft: Draft, now: Timestamp) -> Result<Decision, Problem> {
    History::new(index).decide(draft, now).map_err(|refusal| match refusal {
        DraftRefusal::Published => Problem::VersionPublished,
        DraftRefusal::TooEarly => fault("?effective", "effective-too-early"),
    })
}

fn fault(pointer: &str, code: &'static str) -> Problem {
    Problem::InvalidFields(vec![FieldError { pointer: pointer.to_owned(), code }])
}

/// The two views as they were read.
struct Views {
    index: Index,
    head: PolicyHead,
}

impl Views {
    /// Everything that either of them knows.
    fn union(self) -> (Index, Texts) {
        (self.index.merged(self.head.index), self.head.texts)
    }
}

async fn views<S: Store>(desk: &Desk<'_, S>) -> Result<Views, Problem> {
    let index: Option<Index> = desk.read_plain(&Index::key()).await?;
    let head: Option<PolicyHead> = desk.read_plain(&PolicyHead::key()).await?;
    Ok(Views { index: index.unwrap_or_default(), head: head.unwrap_or_default() })
}

/// Writes the views until they are read back with every publication that is known: where another publisher wrote in
/// between, its publications are taken along.
async fn settle<S: Store>(
    desk: &Desk<'_, S>,
    mine: Index,
    text: &PolicyText,
) -> Result<Index, Problem> {
    let mut mine = mine;
    for _ in 0..TRIES {
        let read = views(desk).await?;
        if read.index.contains(&mine) && read.head.index.contains(&mine) {
            return Ok(read.index);
        }
        let (others, mut texts) = read.union();
        mine = mine.merged(others);
        texts.add(text.sha256(), text);
        let head = head(desk, &mine, texts).await?;
        // The head is what readers see; whoever sees the version can pin it a moment later.
        desk.write_plain(&PolicyHead::key(), None, &head).await?;
        desk.write_plain(&Index::key(), None, &mine).await?;
    }
    Err(Problem::StoreUnavailable("the views of the policy do not settle".into()))
}

/// Builds the head, with the texts that are at hand and those that must be read for it.
async fn head<S: Store>(
    desk: &Desk<'_, S>,
    index: &Index,
    mut texts: Texts,
) -> Result<PolicyHead, Problem> {
    for signed in PolicyHead::wanted(index, desk.now()) {
        let digest = signed.publication.sha256;
        if texts.get(digest).is_none()
            && let Some(stored) = desk.read_plain::<StoredText>(&signed.text_key()).await?
        {
            texts.add(digest, &stored.markdown);
        }
    }
    Ok(PolicyHead::new(index.clone(), &texts, desk.now()))
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
    let text = match PolicyText::new(body) {
        Ok(text) => Some(text),
        Err(InvalidPolicyText::TooLong) => return Err(Problem::TooLarge),
        Err(InvalidPolicyText::Empty) => {
            error("", "empty");
            None
        }
        Err(InvalidPolicyText::Control) => {
            error("", "control-character");
            None
        }
    };
    if let Some(text) = &text {
        for fault in Document::read(text.as_str()).1 {
            error("", fault_code(fault));
        }
    }
    match (version, language, text) {
        (Some(version), Some(language), Some(text)) if errors.is_empty() => {
            let sha256 = text.sha256();
            Ok((Draft { version, language, sha256, effective, material, note }, text))
        }
        _ => Err(Problem::InvalidFields(errors)),
    }
}

const fn fault_code(fault: Fault) -> &'static str {
    match fault {
        Fault::NoHeading => "no-heading",
        Fault::TwoTitles => "two-titles",
        Fault::DuplicateId => "duplicate-id",
        Fault::InvalidId => "invalid-id",
        Fault::RawHtml => "raw-html",
        Fault::Image => "image",
        Fault::Reference => "reference-link",
        Fault::Link => "unsafe-link",
        Fault::Entity => "unknown-entity",
        Fault::TooDeep => "too-deep",
    }
}
