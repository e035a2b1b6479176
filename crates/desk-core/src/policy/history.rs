//! The history of the policy, folded from its publications: which version holds when, and what may be published next.

use std::cell::OnceCell;

use super::views::Index;
use super::{Digest, Note, Publication, Signed, VersionName};
use crate::case::PolicyPin;
use crate::lang::Lang;
use crate::time::Timestamp;

/// A version with its texts, each of which is there once.
#[derive(Clone, Debug)]
pub struct Version {
    first: Signed,
    texts: Vec<Signed>,
    /// The digest of the last publication, once it was asked for: every case that is opened pins it.
    digest: OnceCell<Digest>,
}

/// What follows from the texts is no difference.
impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.first == other.first && self.texts == other.texts
    }
}

impl Eq for Version {}

impl Version {
    fn new(first: Signed) -> Self {
        Self { texts: vec![first.clone()], first, digest: OnceCell::new() }
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
    pub fn texts(&self) -> &[Signed] {
        &self.texts
    }

    /// Its text in a language.
    pub fn text(&self, language: Lang) -> Option<&Signed> {
        self.texts.iter().find(|signed| signed.publication.language == language)
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
pub enum State {
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
    Outdated(&'a Version),
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
    There(Signed),
}

/// Why a draft cannot be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The version is published with another content, date or note, and a published version never changes.
    Published,
    /// It would take effect before the version that is in force, and so rewrite what held in between.
    TooEarly,
}

/// The versions, in the order in which they take effect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    versions: Vec<Version>,
    last: Option<(u32, Digest)>,
}

impl History {
    /// Folds the history. It depends on the publications alone, not on the order in which they came.
    pub fn new(index: &Index) -> Self {
        let mut versions: Vec<Version> = Vec::new();
        for signed in index.publications() {
            let publication = &signed.publication;
            match versions.iter_mut().find(|v| v.name() == &publication.version) {
                None => versions.push(Version::new(signed.clone())),
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
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// How many versions take effect up to an instant.
    fn begun(&self, at: Timestamp) -> usize {
        self.versions.partition_point(|version| version.effective() <= at)
    }

    /// The version that holds at an instant: the last to take effect, and of two at once the later published.
    pub fn in_force(&self, at: Timestamp) -> Option<&Version> {
        self.versions.get(..self.begun(at))?.last()
    }

    /// The versions that take effect after an instant, the soonest first.
    pub fn upcoming(&self, at: Timestamp) -> &[Version] {
        self.versions.get(self.begun(at)..).unwrap_or_default()
    }

    /// When the next version takes effect.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.upcoming(now).first().map(Version::effective)
    }

    /// Where a version stands at an instant.
    pub fn state(&self, version: &Version, at: Timestamp) -> State {
        if version.effective() > at {
            State::Upcoming
        } else if self.in_force(at).is_some_and(|current| current.name() == version.name()) {
            State::InForce
        } else {
            State::Past
        }
    }

    fn position(&self, name: &VersionName) -> Option<usize> {
        self.versions.iter().position(|version| version.name() == name)
    }

    /// The version with this name.
    pub fn version(&self, name: &VersionName) -> Option<&Version> {
        self.versions.get(self.position(name)?)
    }

    /// The version before the one with this name.
    pub fn predecessor(&self, name: &VersionName) -> Option<&Version> {
        self.versions.get(self.position(name)?.checked_sub(1)?)
    }

    /// The version after the one with this name.
    pub fn successor(&self, name: &VersionName) -> Option<&Version> {
        self.versions.get(self.position(name)? + 1)
    }

    /// The text of a version for somebody who wants a language: in it, else in the default one, else in any; with the
    /// truth about it.
    pub fn translation<'a>(
        &'a self,
        version: &'a Version,
        wanted: Lang,
        default: Lang,
    ) -> (&'a Signed, Translation<'a>) {
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
        let digest = version.digest.get_or_init(|| version.last().digest()).to_string();
        Some(PolicyPin { version: version.name().to_string(), digest })
    }

    /// Decides what comes of a draft.
    ///
    /// # Errors
    /// [`Refusal`] with the reason why it cannot be published.
    pub fn decide(&self, draft: Draft, now: Timestamp) -> Result<Decision, Refusal> {
        let now = now.to_second();
        let effective = draft.effective.map(Timestamp::to_second);
        if let Some(version) = self.version(&draft.version) {
            let same_dates = effective.is_none_or(|at| at == version.effective())
                && draft.material.is_none_or(|material| material == version.material());
            if !same_dates {
                return Err(Refusal::Published);
            }
            if let Some(signed) = version.text(draft.language) {
                let same_text = signed.publication.sha256 == draft.sha256
                    && (draft.note.is_none() || signed.publication.note == draft.note);
                return if same_text {
                    Ok(Decision::There(signed.clone()))
                } else {
                    Err(Refusal::Published)
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
            return Err(Refusal::TooEarly);
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

impl Version {
    /// What versions are ordered by: when they take effect, then when they entered the chain.
    fn order(&self) -> (Timestamp, u32, &VersionName) {
        (
            self.first.publication.effective,
            self.first.publication.number,
            &self.first.publication.version,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::at;
    use super::*;
    use crate::keys::tests::keyring;
    use proptest::prelude::*;

    fn draft(version: &str, language: Lang) -> Draft {
        Draft {
            version: version.parse().unwrap(),
            language,
            sha256: Digest::of(version.as_bytes()),
            effective: None,
            material: None,
            note: None,
        }
    }

    /// Publishes drafts one after another, each at its instant.
    fn publish(
        drafts: impl IntoIterator<Item = (Draft, Timestamp)>,
    ) -> (Index, Vec<Result<(), Refusal>>) {
        let mut index = Index::default();
        let outcomes = drafts
            .into_iter()
            .map(|(draft, now)| {
                if let Decision::Publish(publication) = History::new(&index).decide(draft, now)? {
                    let more = Index::new([publication.sign(&keyring())]);
                    index = std::mem::take(&mut index).merged(more);
                }
                Ok(())
            })
            .collect();
        (index, outcomes)
    }

    fn names<'a>(versions: impl IntoIterator<Item = &'a Version>) -> Vec<&'a str> {
        versions.into_iter().map(|version| version.name().as_str()).collect()
    }

    #[test]
    fn publishing_is_what_makes_a_policy_effective_unless_it_says_when() {
        let now = at("2026-11-22T10:00:00Z");
        let later = at("2026-12-01T00:00:00Z");
        let first =
            Draft { effective: Some(at("2019-11-01T00:00:00+03:00")), ..draft("1.0", Lang::En) };
        let coming = Draft { effective: Some(later), ..draft("2.1", Lang::En) };
        let (index, outcomes) = publish([
            (first, now),
            (draft("1.0", Lang::Ru), now),
            (draft("2.0", Lang::En), now.plus_seconds(60)),
            (coming, now.plus_seconds(120)),
        ]);
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        assert_eq!(index.broken(), None);
        let history = History::new(&index);
        let name = |instant| names(history.in_force(instant));
        assert!(name(at("2019-10-31T20:59:59Z")).is_empty());
        assert_eq!(name(at("2019-10-31T21:00:00Z")), ["1.0"]);
        assert_eq!(name(now.plus_seconds(59)), ["1.0"]);
        assert_eq!(name(now.plus_seconds(60)), ["2.0"]);
        assert_eq!(name(later), ["2.1"]);
        assert_eq!(names(history.upcoming(now.plus_seconds(60))), ["2.1"]);
        assert_eq!(history.next_change(now.plus_seconds(60)), Some(later));
        assert_eq!(history.next_change(later), None);
        let middle = history.version(&"2.0".parse().unwrap()).unwrap();
        assert_eq!(names(history.predecessor(middle.name())), ["1.0"]);
        assert_eq!(names(history.successor(middle.name())), ["2.1"]);
        assert_eq!(history.state(middle, now), State::Upcoming);
        assert_eq!(history.state(middle, now.plus_seconds(60)), State::InForce);
        assert_eq!(history.state(middle, later), State::Past);
        let pin = history.pin(now).unwrap();
        assert_eq!(pin.version, "1.0");
        assert_eq!(pin.digest, index.publications()[1].publication.digest().to_string());
    }

    #[test]
    fn a_published_version_never_changes() {
        let now = at("2026-11-22T10:00:00Z");
        let note = Note::new("First.").unwrap();
        let first = Draft { note: Some(note.clone()), ..draft("1.0", Lang::En) };
        let (index, _) = publish([(first.clone(), now)]);
        let history = History::new(&index);
        let again = |draft: Draft| history.decide(draft, now.plus_seconds(9));
        let there = Ok(Decision::There(index.publications()[0].clone()));
        assert_eq!(again(first.clone()), there);
        // What is not said follows from what is there.
        assert_eq!(again(Draft { note: None, ..first.clone() }), there);
        let same = Draft { effective: Some(now), material: Some(false), ..first.clone() };
        assert_eq!(again(same), there);
        for other in [
            Draft { sha256: Digest::of(b"other"), ..first.clone() },
            Draft { note: Note::new("Other.").ok(), ..first.clone() },
            Draft { material: Some(true), ..first.clone() },
            Draft { effective: Some(now.plus_seconds(1)), ..first.clone() },
            Draft { material: Some(true), ..draft("1.0", Lang::Ru) },
            Draft { effective: Some(now.plus_seconds(1)), ..draft("1.0", Lang::Ru) },
        ] {
            assert_eq!(again(other.clone()), Err(Refusal::Published), "{other:?}");
        }
        // Another language takes the version's dates, whenever it comes.
        let Ok(Decision::Publish(second)) = again(draft("1.0", Lang::Ru)) else { panic!() };
        assert_eq!((second.effective, second.published), (now, now.plus_seconds(9)));
    }

    #[test]
    fn what_held_until_now_cannot_be_rewritten() {
        let now = at("2026-11-22T10:00:00Z");
        let dated =
            |name: &str, when: &str| Draft { effective: Some(at(when)), ..draft(name, Lang::En) };
        let (index, outcomes) = publish([
            (dated("1.0", "2019-11-01T00:00:00Z"), now),
            (dated("1.1", "2021-01-15T00:00:00Z"), now),
            (dated("1.2", "2020-01-15T00:00:00Z"), now),
            (dated("1.3", "2021-01-15T00:00:00Z"), now),
        ]);
        assert_eq!(outcomes, [Ok(()), Ok(()), Err(Refusal::TooEarly), Ok(())]);
        // Of two that take effect at once, the later published one holds.
        assert_eq!(names(History::new(&index).in_force(now)), ["1.3"]);
    }

    #[test]
    fn the_truth_is_told_about_translations() {
        let now = at("2026-11-22T10:00:00Z");
        let (index, _) = publish([
            (draft("1.0", Lang::Ru), now),
            (draft("1.1", Lang::En), now.plus_seconds(1)),
            (draft("1.2", Lang::Ru), now.plus_seconds(2)),
        ]);
        let history = History::new(&index);
        let told = |at: usize, wanted| {
            let (signed, truth) = history.translation(&history.versions()[at], wanted, Lang::En);
            let older = match truth {
                Translation::Exact => "exact",
                Translation::Missing => "missing",
                Translation::Outdated(version) => version.name().as_str(),
            };
            (signed.publication.language, older.to_owned())
        };
        assert_eq!(told(0, Lang::Ru), (Lang::Ru, "exact".to_owned()));
        assert_eq!(told(0, Lang::En), (Lang::Ru, "missing".to_owned()));
        assert_eq!(told(1, Lang::Ru), (Lang::En, "1.0".to_owned()));
        assert_eq!(told(2, Lang::En), (Lang::Ru, "1.1".to_owned()));
    }

    /// Drafts as anybody may send them, each some seconds after the one before.
    fn any_drafts() -> impl Strategy<Value = Vec<(Draft, Timestamp)>> {
        let one = (
            0..4u8,
            any::<bool>(),
            any::<bool>(),
            prop::option::of(-9i64..9),
            prop::option::of(any::<bool>()),
        );
        prop::collection::vec((one, 0i64..4), 0..12).prop_map(|drafts| {
            let mut now = at("2026-11-22T10:00:00Z");
            drafts
                .into_iter()
                .map(|((name, english, text, effective, material), later)| {
                    now = now.plus_seconds(later);
                    let draft = Draft {
                        sha256: Digest::of(&[name, u8::from(english), u8::from(text)]),
                        effective: effective.map(|seconds| now.plus_seconds(seconds)),
                        material,
                        ..draft(&format!("1.{name}"), if english { Lang::En } else { Lang::Ru })
                    };
                    (draft, now)
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn folding_does_not_depend_on_order(drafts in any_drafts(), seed: u64) {
            let (index, _) = publish(drafts);
            let mut shuffled = index.publications().to_vec();
            shuffled.sort_by_key(|s| Digest::of(&[&seed.to_be_bytes()[..], s.signature.as_bytes()].concat()));
            prop_assert_eq!(History::new(&Index::new(shuffled)), History::new(&index));
            prop_assert_eq!(index.broken(), None);
        }

        #[test]
        fn time_moves_the_policy_forward_only(drafts in any_drafts(), a in -30i64..90, b in 0i64..90) {
            let (index, _) = publish(drafts);
            let history = History::new(&index);
            let from = at("2026-11-22T10:00:00Z").plus_seconds(a);
            let until = from.plus_seconds(b);
            let place = |instant| history.in_force(instant).map(|v| history.position(v.name()));
            prop_assert!(place(from) <= place(until));
            prop_assert_eq!(
                history.begun(until) + history.upcoming(until).len(),
                history.versions().len()
            );
            if let Some(next) = history.next_change(from) {
                prop_assert!(next > from);
                prop_assert_ne!(place(from), place(next));
            }
        }

        #[test]
        fn what_was_published_stays(drafts in any_drafts(), more in any_drafts()) {
            let (before, _) = publish(drafts.clone());
            let (after, outcomes) = publish(drafts.iter().cloned().chain(more));
            prop_assert!(after.contains(&before));
            let history = History::new(&after);
            for ((draft, _), outcome) in drafts.iter().zip(outcomes) {
                if outcome.is_ok() {
                    let version = history.version(&draft.version).unwrap();
                    let text = version.text(draft.language).unwrap();
                    prop_assert_eq!(text.publication.sha256, draft.sha256);
                }
            }
        }
    }
}
