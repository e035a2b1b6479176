//! The history of the policy, folded from its publications: which version holds when, and what may be published next.

use super::views::Index;
use super::{Digest, Note, Publication, SignedPublication, VersionName};
use crate::case::PolicyPin;
use crate::lang::Lang;
use crate::time::Timestamp;

/// A version with its texts, each of which is there once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    first: SignedPublication,
    texts: Vec<SignedPublication>,
}

impl PolicyVersion {
    fn new(first: SignedPublication) -> Self {
        Self { texts: vec![first.clone()], first }
    }

    /// Its name.
    pub fn name(&self) -> &VersionName {
        &self.first.publication.version
    }

    /// When it takes effect, as its first publication says.
    pub fn effective(&self) -> Timestamp {
        self.first.publication.effective
    }

    /// When its first text was published.
    pub fn published(&self) -> Timestamp {
        self.first.publication.published
    }

    /// Whether the change matters to people.
    pub fn material(&self) -> bool {
        self.first.publication.material
    }

    /// Its texts, in the order of the languages.
    pub fn texts(&self) -> &[SignedPublication] {
        &self.texts
    }

    /// Its text in a language.
    pub fn text(&self, language: Lang) -> Option<&SignedPublication> {
        self.texts.iter().find(|signed| signed.publication.language == language)
    }

    /// What versions are ordered by: when they take effect, then when they entered the chain.
    fn order(&self) -> (Timestamp, u32, &VersionName) {
        (
            self.first.publication.effective,
            self.first.publication.number,
            &self.first.publication.version,
        )
    }

    /// Its last publication.
    pub fn last(&self) -> &Publication {
        self.texts
            .iter()
            .map(|signed| &signed.publication)
            .max_by_key(|publication| publication.number)
            .unwrap_or(&self.first.publication)
    }
}

/// Where a version stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionState {
    /// It takes effect later.
    Upcoming,
    /// It is the one that holds.
    InForce,
    /// Another one has taken its place.
    Past,
}

/// What is said of the language in which a version is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Translation<'a> {
    /// It is the one that was asked for.
    Exact,
    /// It is another one, and there was never a text in the one that was asked for.
    Missing,
    /// It is another one; the last version with a text in the one that was asked for is this older one.
    Outdated(&'a PolicyVersion),
}

/// What somebody wants to publish. What is not given follows from what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The version.
    pub version: VersionName,
    /// The language.
    pub language: Lang,
    /// The digest of the Markdown.
    pub sha256: Digest,
    /// From when it holds; now, if it is not said.
    pub effective: Option<Timestamp>,
    /// Whether the change matters to people; it does not, if it is not said.
    pub material: Option<bool>,
    /// What changed.
    pub note: Option<Note>,
}

/// What comes of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is published now, as this.
    Publish(Publication),
    /// It was published before.
    There(SignedPublication),
}

/// Why a draft cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftRefusal {
    /// The version is published with another content, date or note, and a published version never changes.
    Published,
    /// It would take effect before the version that is in force, and so rewrite what held in between.
    TooEarly,
}

/// The versions, in the order in which they take effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    versions: Vec<PolicyVersion>,
    last: Option<(u32, Digest)>,
}

impl History {
    /// Folds the history. It depends on the publications alone, not on the order in which they came.
    pub fn new(index: &Index) -> Self {
        let mut versions: Vec<PolicyVersion> = Vec::new();
        for signed in index.publications() {
            let publication = &signed.publication;
            match versions.iter_mut().find(|v| v.name() == &publication.version) {
                None => versions.push(PolicyVersion::new(signed.clone())),
                // Where two publishers raced for one text, the first in the chain stays for ever.
                Some(version) if version.text(publication.language).is_some() => {}
                Some(version) => version.texts.push(signed.clone()),
            }
        }
        for version in &mut versions {
            version.texts.sort_by_key(|text| text.publication.language);
        }
        versions.sort_by(|a, b| a.order().cmp(&b.order()));
        let last = index.last().map(|publication| (publication.number, publication.digest()));
        Self { versions, last }
    }

    /// The versions, in the order in which they take effect.
    pub fn versions(&self) -> &[PolicyVersion] {
        &self.versions
    }

    /// How many versions take effect up to an instant.
    fn count_in_effect(&self, at: Timestamp) -> usize {
        self.versions.partition_point(|version| version.effective() <= at)
    }

    /// The version that holds at an instant: the last to take effect, and of two at once the later published.
    pub fn in_force(&self, at: Timestamp) -> Option<&PolicyVersion> {
        self.versions.get(..self.count_in_effect(at))?.last()
    }

    /// The versions that take effect after an instant, the soonest first.
    pub fn upcoming(&self, at: Timestamp) -> &[PolicyVersion] {
        self.versions.get(self.count_in_effect(at)..).unwrap_or_default()
    }

    /// When the next version takes effect.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.upcoming(now).first().map(PolicyVersion::effective)
    }

    /// Where a version stands at an instant.
    pub fn state(&self, version: &PolicyVersion, at: Timestamp) -> VersionState {
        if version.effective() > at {
            VersionState::Upcoming
        } else if self.in_force(at).is_some_and(|current| current.name() == version.name()) {
            VersionState::InForce
        } else {
            VersionState::Past
        }
    }

    fn position(&self, name: &VersionName) -> Option<usize> {
        self.versions.iter().position(|version| version.name() == name)
    }

    /// The version with this name.
    pub fn version(&self, name: &VersionName) -> Option<&PolicyVersion> {
        self.versions.get(self.position(name)?)
    }

    /// The version before the one with this name.
    pub fn predecessor(&self, name: &VersionName) -> Option<&PolicyVersion> {
        self.versions.get(self.position(name)?.checked_sub(1)?)
    }

    /// The version after the one with this name.
    pub fn successor(&self, name: &VersionName) -> Option<&PolicyVersion> {
        self.versions.get(self.position(name)? + 1)
    }

    /// The text of a version for somebody who wants a language: in it, else in the default one, else in any; with the
    /// truth about it.
    pub fn translation<'a>(
        &'a self,
        version: &'a PolicyVersion,
        wanted: Lang,
        default: Lang,
    ) -> (&'a SignedPublication, Translation<'a>) {
        if let Some(signed) = version.text(wanted) {
            return (signed, Translation::Exact);
        }
        let until = self.position(version.name()).unwrap_or_default();
        let older = self.versions.iter().take(until).rev().find(|v| v.text(wanted).is_some());
        let translation = older.map_or(Translation::Missing, Translation::Outdated);
        (version.text(default).unwrap_or(&version.first), translation)
    }

    /// What a case that is opened at an instant pins.
    pub fn pin(&self, at: Timestamp) -> Option<PolicyPin> {
        let version = self.in_force(at)?;
        let digest = version.last().digest().to_string();
        Some(PolicyPin { version: version.name().to_string(), digest })
    }

    /// Decides what comes of a draft.
    ///
    /// # Errors
    /// [`DraftRefusal`] with the reason why it cannot be published.
    pub fn decide(&self, draft: Draft, now: Timestamp) -> Result<Decision, DraftRefusal> {
        let now = now.to_second();
        let effective = draft.effective.map(Timestamp::to_second);
        if let Some(version) = self.version(&draft.version) {
            let same_dates = effective.is_none_or(|at| at == version.effective())
                && draft.material.is_none_or(|material| material == version.material());
            if !same_dates {
                return Err(DraftRefusal::Published);
            }
            if let Some(signed) = version.text(draft.language) {
                let same_text = signed.publication.sha256 == draft.sha256
                    && (draft.note.is_none() || signed.publication.note == draft.note);
                return if same_text {
                    Ok(Decision::There(signed.clone()))
                } else {
                    Err(DraftRefusal::Published)
                };
            }
            return Ok(Decision::Publish(self.next(
                draft,
                now,
                version.effective(),
                version.material(),
            )));
        }
        let effective = effective.unwrap_or(now);
        // What held until now stays: only a first policy may reach into the past as it likes.
        if self.in_force(now).is_some_and(|current| effective < current.effective()) {
            return Err(DraftRefusal::TooEarly);
        }
        let material = draft.material.unwrap_or(false);
        Ok(Decision::Publish(self.next(draft, now, effective, material)))
    }

    fn next(
        &self,
        draft: Draft,
        now: Timestamp,
        effective: Timestamp,
        material: bool,
    ) -> Publication {
        Publication {
            number: self.last.map_or(1, |(number, _)| number.saturating_add(1)),
            version: draft.version,
            language: draft.language,
            published: now,
            effective,
            material,
            sha256: draft.sha256,
            previous: self.last.map(|(_, digest)| digest),
            note: draft.note,
        }
    }
}

#[cfg(test)]
mod tests;
