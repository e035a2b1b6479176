//! What is stored: each text under its own key, and two views that spare the readers a scan.
//!
//! | key | what | written |
//! |---|---|---|
//! | `policy-text:<version>:<language>:<sha256>` | [`StoredText`] | once; its own digest is in its key |
//! | `policy-index` | [`Index`]: every publication | after the text |
//! | `policy-head` | [`PolicyHead`]: the index, and the texts that most readers want | after the text |
//!
//! A view is a union of publications, so it does not matter in which order two publishers' views are merged.

use serde::{Deserialize, Serialize};

use super::history::History;
use super::{Digest, PolicyText, Publication, SignedPublication};
use crate::store_key::StoreKey;
use crate::time::Timestamp;

/// The most bytes of a head: it is read on every path that has nothing cached.
const MAX_HEAD: usize = 200 * 1024;
/// What a publication takes in the index beside its texts: two digests, two instants, and numbers.
const ENTRY_FRAME: usize = 2 * 64 + 2 * 10 + 32;
/// What a text takes in the head beside itself: its digest, and two lengths.
const TEXT_FRAME: usize = 64 + 2 + 5;

/// A text as it lies under its own key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredText {
    /// Its publication.
    pub signed: SignedPublication,
    /// The Markdown.
    pub markdown: PolicyText,
}

/// Every publication, in the order of the chain, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index(Vec<SignedPublication>);

impl Index {
    /// Where it lies.
    pub fn key() -> StoreKey {
        StoreKey::area("policy-index")
    }

    /// Builds the index from publications in any order; one that comes twice counts once.
    pub fn new(publications: impl IntoIterator<Item = SignedPublication>) -> Self {
        let mut index = Self::default();
        publications.into_iter().for_each(|signed| index.add(signed));
        index
    }

    /// Takes one more publication to its place: by its number, and where two publishers raced, by its digest.
    pub fn add(&mut self, signed: SignedPublication) {
        let order = |known: &SignedPublication| {
            let (known, new) = (&known.publication, &signed.publication);
            known.number.cmp(&new.number).then_with(|| known.digest().cmp(&new.digest()))
        };
        // New ones belong to the end, so the search begins there.
        let place = self.0.iter().rposition(|known| order(known).is_le());
        let known = place.and_then(|place| self.0.get(place));
        if known.is_none_or(|known| order(known).is_lt()) {
            self.0.insert(place.map_or(0, |place| place + 1), signed);
        }
    }

    /// The publications, in the order of the chain.
    pub fn publications(&self) -> &[SignedPublication] {
        &self.0
    }

    /// This index with the publications of another one.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        let mut index = self;
        other.0.into_iter().for_each(|signed| index.add(signed));
        index
    }

    /// Whether every publication of another index is in this one.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.iter().all(|signed| self.0.contains(signed))
    }

    /// About how many bytes it takes in the store, never less: names, notes and signatures, and what is fixed.
    pub fn size(&self) -> usize {
        let text = |signed: &SignedPublication| {
            let publication = &signed.publication;
            let note = publication.note.as_ref().map_or(0, |note| note.as_str().len());
            publication.version.as_str().len() + note + signed.signature.len() + ENTRY_FRAME
        };
        self.0.iter().map(text).sum()
    }

    /// The last publication, which the next one names.
    pub fn last(&self) -> Option<&Publication> {
        self.0.last().map(|signed| &signed.publication)
    }

    /// The first publication that does not hang on the chain: nothing before it has the digest that it names.
    ///
    /// Two publishers who race may name the same one before; both are true, and the next names the later of the two.
    pub fn broken(&self) -> Option<&Publication> {
        let digests: Vec<(u32, Digest)> =
            self.0.iter().map(|s| (s.publication.number, s.publication.digest())).collect();
        self.0.iter().map(|signed| &signed.publication).find(|publication| {
            match (publication.number.checked_sub(1), publication.previous) {
                (Some(0), None) => false,
                (Some(before), Some(digest)) => !digests.contains(&(before, digest)),
                _ => true,
            }
        })
    }
}

/// The index, and the texts of the version in force and of those to come, as many as fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyHead {
    /// Every publication.
    pub index: Index,
    /// The texts.
    pub texts: Texts,
}

/// Texts with their digests. They are checked when they are asked for, so that a wrong one hides no other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts(Vec<(Digest, String)>);

impl Texts {
    /// The text with a digest; `None` if it is not here, or is none. Whoever shows it checks the digest.
    pub fn get(&self, digest: Digest) -> Option<PolicyText> {
        PolicyText::new(self.find(digest)?).ok()
    }

    fn find(&self, digest: Digest) -> Option<&String> {
        self.0.iter().find(|(known, _)| *known == digest).map(|(_, text)| text)
    }

    /// Takes one more text.
    pub fn add(&mut self, digest: Digest, text: &PolicyText) {
        self.take(digest, text.as_str().to_owned());
    }

    fn take(&mut self, digest: Digest, text: String) {
        if self.find(digest).is_none() {
            self.0.push((digest, text));
        }
    }
}

impl PolicyHead {
    /// Where it lies.
    pub fn key() -> StoreKey {
        StoreKey::area("policy-head")
    }

    /// The publications whose texts a head holds: those of the version in force first, for it is what most ask for,
    /// then those of the versions to come, the soonest first.
    pub fn wanted(index: &Index, now: Timestamp) -> Vec<SignedPublication> {
        let history = History::new(index);
        let mut wanted = Vec::new();
        for version in history.in_force(now).into_iter().chain(history.upcoming(now)) {
            wanted.extend_from_slice(version.texts());
        }
        wanted
    }

    /// Builds the head from an index and the texts at hand.
    pub fn new(index: Index, texts: &Texts, now: Timestamp) -> Self {
        let mut left = MAX_HEAD.saturating_sub(index.size());
        let mut kept = Texts::default();
        for signed in Self::wanted(&index, now) {
            let digest = signed.publication.sha256;
            let Some(text) = texts.find(digest) else { continue };
            let takes = text.len().saturating_add(TEXT_FRAME);
            if takes <= left {
                left -= takes;
                kept.take(digest, text.clone());
            }
        }
        Self { index, texts: kept }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, publication};
    use super::*;
    use crate::keys::tests::keyring;
    use crate::lang::Lang;
    use proptest::prelude::*;

    /// A chain of so many publications, two languages to a version, one version a day.
    fn chain(length: u32) -> Vec<SignedPublication> {
        let mut previous = None;
        (1..=length)
            .map(|number| {
                let day = i64::from(number.div_ceil(2));
                let publication = Publication {
                    number,
                    version: format!("1.{day}").parse().unwrap(),
                    language: if number % 2 == 1 { Lang::En } else { Lang::Ru },
                    effective: at("2026-01-01T00:00:00Z").plus_seconds(day * 86_400),
                    sha256: Digest::of(&number.to_be_bytes()),
                    previous,
                    ..publication()
                };
                previous = Some(publication.digest());
                publication.sign(&keyring())
            })
            .collect()
    }

    #[test]
    fn a_head_holds_what_is_in_force_first() {
        let index = Index::new(chain(8));
        let text = PolicyText::new(&"a".repeat(PolicyText::MAX)).unwrap();
        let mut texts = Texts::default();
        index.0.iter().for_each(|signed| texts.add(signed.publication.sha256, &text));
        // Version 1.2 is in force, 1.3 and 1.4 come; three texts of 60 KiB fit.
        let now = at("2026-01-03T12:00:00Z");
        let head = PolicyHead::new(index, &texts, now);
        let kept: Vec<Digest> = head.texts.0.iter().map(|(digest, _)| *digest).collect();
        assert_eq!(kept, [3u32, 4, 5].map(|number| Digest::of(&number.to_be_bytes())));
        assert!(postcard::to_allocvec(&head.index).unwrap().len() <= head.index.size());
        assert!(postcard::to_allocvec(&head).unwrap().len() <= MAX_HEAD + 8);
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let index = Index::new(chain(3));
        let digest = Digest::of(&3u32.to_be_bytes());
        let mut texts = Texts::default();
        texts.add(digest, &PolicyText::new("# A").unwrap());
        assert_eq!(texts.get(digest), PolicyText::new("# A").ok());
        // Laid out as texts are.
        let plainly = postcard::to_allocvec(&vec![(digest, "# A")]).unwrap();
        assert_eq!(postcard::to_allocvec(&texts).unwrap(), plainly);
        let head = PolicyHead::new(index, &texts, at("2030-01-01T00:00:00Z"));
        assert_eq!(head.texts.0.len(), 1);
        let stored = postcard::to_allocvec(&head).unwrap();
        assert_eq!(postcard::from_bytes::<PolicyHead>(&stored).unwrap(), head);
        let signed = head.index.0[2].clone();
        let text = StoredText { signed, markdown: PolicyText::new("# A").unwrap() };
        let stored = postcard::to_allocvec(&text).unwrap();
        assert_eq!(postcard::from_bytes::<StoredText>(&stored).unwrap(), text);
    }

    proptest! {
        #[test]
        fn merging_does_not_depend_on_order(order in Just(chain(8)).prop_shuffle(), cut in 0..8usize) {
            let (a, b) = order.split_at(cut);
            let whole = Index::new(chain(8));
            let (a, b) = (Index::new(a.to_vec()), Index::new(b.to_vec()));
            prop_assert!(whole.contains(&a) && whole.contains(&b));
            prop_assert_eq!(a.clone().merged(b.clone()), whole.clone());
            prop_assert_eq!(b.merged(a.clone()).merged(a), whole.clone());
            prop_assert_eq!(whole.broken(), None);
        }

        #[test]
        fn whoever_rewrites_history_is_found(at in 0..7usize, field in 0..3) {
            let mut forged = chain(8);
            let publication = &mut forged[at].publication;
            match field {
                0 => publication.sha256 = Digest::of(b"forged"),
                1 => publication.effective = publication.effective.plus_seconds(-60),
                _ => publication.material = !publication.material,
            }
            let index = Index::new(forged.clone());
            prop_assert!(index.broken().is_some());
            prop_assert!(!forged[at].verify(&keyring()));
            forged.remove(at);
            prop_assert!(Index::new(forged).broken().is_some());
        }
    }
}
