use proptest::prelude::*;

use super::*;
use crate::keys::tests::keyring;
use crate::policy::tests::at;

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
) -> (Index, Vec<Result<(), DraftRefusal>>) {
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

fn names<'a>(versions: impl IntoIterator<Item = &'a PolicyVersion>) -> Vec<&'a str> {
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
    assert_eq!(history.state(middle, now), VersionState::Upcoming);
    assert_eq!(history.state(middle, now.plus_seconds(60)), VersionState::InForce);
    assert_eq!(history.state(middle, later), VersionState::Past);
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
        assert_eq!(again(other.clone()), Err(DraftRefusal::Published), "{other:?}");
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
    assert_eq!(outcomes, [Ok(()), Ok(()), Err(DraftRefusal::TooEarly), Ok(())]);
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
            history.count_in_effect(until) + history.upcoming(until).len(),
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
