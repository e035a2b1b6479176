//! What goes over the wire as JSON.

use desk_core::policy::Signed;
use desk_core::policy::history::{History, State, Translation, Version};
use desk_core::small::SmallMap;
use desk_core::time::Timestamp;
use serde::Serialize;

use super::version_path;

/// A publication: everything that its digest is taken of, the digest, and the signature.
#[derive(Serialize)]
pub(super) struct PublicationWire<'a> {
    number: u32,
    version: &'a str,
    language: &'static str,
    published: String,
    effective: String,
    material: bool,
    note: Option<&'a str>,
    sha256: String,
    digest: String,
    previous: Option<String>,
    signature: &'a str,
    url: String,
}

impl<'a> PublicationWire<'a> {
    pub(super) fn new(signed: &'a Signed, base: &str) -> Self {
        let publication = &signed.publication;
        let (version, language) = (publication.version.as_str(), publication.language.tag());
        Self {
            number: publication.number,
            version,
            language,
            published: publication.published.to_string(),
            effective: publication.effective.to_string(),
            material: publication.material,
            note: publication.note.as_ref().map(|note| note.as_str()),
            sha256: publication.sha256.to_string(),
            digest: publication.digest().to_string(),
            previous: publication.previous.map(|digest| digest.to_string()),
            signature: &signed.signature,
            url: format!("{base}/policy/versions/{version}?lang={language}"),
        }
    }
}

/// A version with its publications.
#[derive(Serialize)]
pub(super) struct VersionWire<'a> {
    version: &'a str,
    state: &'static str,
    published: String,
    effective: String,
    material: bool,
    url: String,
    languages: SmallMap<&'static str, PublicationWire<'a>>,
}

impl<'a> VersionWire<'a> {
    pub(super) fn new(history: &History, version: &'a Version, now: Timestamp, base: &str) -> Self {
        Self {
            version: version.name().as_str(),
            state: state_name(history.state(version, now)),
            published: version.published().to_string(),
            effective: version.effective().to_string(),
            material: version.material(),
            url: format!("{base}{}", version_path(version)),
            languages: version
                .texts()
                .iter()
                .map(|signed| {
                    (signed.publication.language.tag(), PublicationWire::new(signed, base))
                })
                .collect(),
        }
    }
}

const fn state_name(state: State) -> &'static str {
    match state {
        State::Upcoming => "upcoming",
        State::InForce => "in_force",
        State::Past => "past",
    }
}

/// The truth about the language of a text.
#[derive(Serialize)]
pub(super) struct TranslationWire {
    requested: &'static str,
    served: &'static str,
    status: &'static str,
    /// The last version with a text in the language that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    latest: Option<String>,
}

impl TranslationWire {
    pub(super) fn new(
        requested: desk_core::lang::Lang,
        served: desk_core::lang::Lang,
        truth: Translation<'_>,
    ) -> Self {
        let (status, latest) = match truth {
            Translation::Exact => ("exact", None),
            Translation::Missing => ("missing", None),
            Translation::Outdated(version) => ("outdated", Some(version.name().to_string())),
        };
        Self { requested: requested.tag(), served: served.tag(), status, latest }
    }

    /// The same as a structured field (RFC 9651): an item with parameters.
    pub(super) fn field(&self) -> String {
        format!("{};requested={};served={}", self.status, self.requested, self.served)
    }
}
