//! What goes over the wire as JSON.

use desk_core::policy::SignedPublication;
use desk_core::policy::history::{History, PolicyVersion, Translation, VersionState};
use desk_core::time::Timestamp;

use super::version_path;
use desk_core::json::Json;

/// Writes a publication: everything that its digest is taken of, the digest, and the signature.
pub(super) fn publication(json: &mut Json, signed: &SignedPublication, base: &str) {
    let publication = &signed.publication;
    let (version, language) = (publication.version.as_str(), publication.language.tag());
    json.number("number", publication.number as usize);
    json.text("version", version);
    json.text("language", language);
    json.shown("published", &publication.published);
    json.shown("effective", &publication.effective);
    json.flag("material", publication.material);
    json.maybe("note", publication.note.as_ref().map(|note| note.as_str()));
    json.shown("sha256", &publication.sha256);
    json.shown("digest", &publication.digest());
    match publication.previous {
        Some(previous) => json.shown("previous", &previous),
        None => json.maybe("previous", None),
    }
    json.text("signature", &signed.signature);
    json.shown("url", &format_args!("{base}/policy/versions/{version}?lang={language}"));
}

/// Writes a list of versions, each with its publications.
pub(super) fn versions(
    json: &mut Json,
    name: &str,
    versions: &[&PolicyVersion],
    history: &History,
    now: Timestamp,
    base: &str,
) {
    json.list(name, |list| {
        for version in versions {
            list.nest("", |json| {
                json.text("version", version.name().as_str());
                json.text("state", state_name(history.state(version, now)));
                json.shown("published", &version.published());
                json.shown("effective", &version.effective());
                json.flag("material", version.material());
                json.shown("url", &format_args!("{base}{}", version_path(version)));
                json.nest("languages", |json| {
                    for signed in version.texts() {
                        let tag = signed.publication.language.tag();
                        json.nest(tag, |json| publication(json, signed, base));
                    }
                });
            });
        }
    });
}

const fn state_name(state: VersionState) -> &'static str {
    match state {
        VersionState::Upcoming => "upcoming",
        VersionState::InForce => "in_force",
        VersionState::Past => "past",
    }
}

/// The truth about the language of a text, in a word.
pub(super) const fn status(truth: Translation<'_>) -> &'static str {
    match truth {
        Translation::Exact => "exact",
        Translation::Missing => "missing",
        Translation::Outdated(_) => "outdated",
    }
}
