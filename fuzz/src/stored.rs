//! `stored`: what a damaged store may give back.

use std::collections::BTreeSet;

use desk_app::{audit, outbox, sender};
use desk_core::case::{self, Case};
use desk_core::clock::due::Clock;
use desk_core::clock::regime::leading;
use desk_core::clock::{calendar::Calendars, due::Pause, zone::Zone};
use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::journal::{Aggregate, Journal};
use desk_core::limit::{Limits, Slot};
use desk_core::policy::history::History;
use desk_core::policy::views::{self, Index, StoredText};
use desk_core::policy::{Digest, PolicyText, Publication, SignedPublication};
use desk_core::request::{self, Request, log};
use desk_core::suppression::Suppression;
use desk_core::text::{Line, Text};
use desk_core::time::{Date, Timestamp};
use desk_core::{erasure, package, sealed};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What is decoded is encoded, and decoded again to the same; and whatever it says, it folds into something that can be
/// looked at.
pub fn stored(data: &[u8]) {
    framed(data);
    again::<case::CaseEvent>(data);
    again::<case::AttachedFile>(data);
    again::<request::RequestEvent>(data);
    again::<request::Package>(data);
    again::<log::Entry>(data);
    again::<Suppression>(data);
    again::<Publication>(data);
    again::<SignedPublication>(data);
    again::<StoredText>(data);
    again::<views::Texts>(data);
    again::<erasure::DestructionAct>(data);
    again::<erasure::DestroyedCategory>(data);
    again::<erasure::Stay>(data);
    again::<package::Lock>(data);
    again::<Slot>(data);
    again::<Pause>(data);
    again::<EmailAddress>(data);
    again::<Line>(data);
    again::<Text<50>>(data);
    again::<PolicyText>(data);
    again::<(Id, Date, Timestamp)>(data);
    again::<sender::Mail>(data);
    again::<outbox::Tries>(data);
    again::<audit::Record>(data);
    again::<desk_documents::destruction::Executor>(data);

    if let Some((opening, rest)) = again::<case::CaseOpening>(data) {
        case(opening, again::<case::CaseHead>(rest).map(|(head, _)| head));
    }
    if let Some((opening, rest)) = again::<request::RequestOpening>(data) {
        request(opening, again::<request::RequestHead>(rest).map(|(head, _)| head));
    }
    if let Some((head, _)) = again::<case::CaseHead>(data) {
        journal(&head);
    }
    if let Some((head, _)) = again::<request::RequestHead>(data) {
        journal(&head);
    }
    if let Some((index, _)) = again::<Index>(data) {
        history(&index);
    }
    if let Some((head, _)) = again::<views::PolicyHead>(data) {
        history(&head.index);
        for now in moments() {
            let renewed = views::PolicyHead::new(head.index.clone(), &head.texts, now);
            assert_eq!(renewed.index, head.index, "a head holds the whole index");
        }
    }
}

/// Decodes, and gives what is left behind the value.
fn again<T: Serialize + DeserializeOwned>(data: &[u8]) -> Option<(T, &[u8])> {
    let (value, rest) = postcard::take_from_bytes::<T>(data).ok()?;
    let name = std::any::type_name::<T>();
    let encoded = postcard::to_allocvec(&value).unwrap_or_default();
    let decoded = postcard::from_bytes::<T>(&encoded);
    assert!(decoded.is_ok(), "{name} is not decoded from what it is encoded as");
    let twice = decoded.ok().and_then(|value| postcard::to_allocvec(&value).ok());
    assert_eq!(twice.as_ref(), Some(&encoded), "{name} is something else once decoded again");
    // With the number of the layout before it, as the desk writes it.
    let desks = desk_app::desk::encode(&value);
    assert_eq!(desks.split_first(), Some((&1, encoded.as_slice())), "{name}");
    Some((value, rest))
}

/// The frame of a value that is not sealed: its format and its expiry.
fn framed(data: &[u8]) {
    let expiry = sealed::expiry(data);
    for now in moments() {
        match sealed::read_plain(data, now) {
            Ok(Some(content)) => {
                let expires = expiry.unwrap_or_default();
                assert!(expires.is_none_or(|expires| expires > now), "{expires:?} at {now}");
                let framed = sealed::plain(expires, content);
                assert_eq!(sealed::read_plain(&framed, now), Ok(Some(content)));
            }
            Ok(None) => {
                let expires = expiry.ok().flatten();
                assert!(expires.is_some_and(|expires| expires <= now), "{expires:?} at {now}");
            }
            Err(_) => {}
        }
    }
}

/// The ends of time, its beginning as computers have it, and the year of the desk.
fn moments() -> [Timestamp; 4] {
    [Date::MIN.start_utc(), Timestamp::EPOCH, Date::MAX.end_utc(), of_the_desk()]
}

fn of_the_desk() -> Timestamp {
    Timestamp::from_seconds(1_795_341_600).unwrap_or(Timestamp::EPOCH)
}

fn journal<C: Clone + PartialEq + std::fmt::Debug>(head: &Journal<C>) {
    assert!(head.contains(head), "a view has its own events");
    let ordered = Journal::new(head.events().iter().cloned());
    assert!(ordered.events().is_sorted_by(|a, b| a.id < b.id), "in order, each once");
    assert_eq!(ordered.clone().merged(ordered.clone()), ordered, "merging with itself is nothing");
    assert!(ordered.contains(head) && head.contains(&ordered), "no event is lost or made up");
    let once = ordered.without_repeats();
    assert_eq!(once.without_repeats(), once);
    assert!(ordered.contains(&once));
}

fn case(opening: case::CaseOpening, head: Option<case::CaseHead>) {
    let (id, opening, head) =
        (Id::from_bytes([3; 16]), Box::new(opening), head.unwrap_or_default());
    let folded = Case::fold(id, opening.clone(), head.clone());
    let _ = (folded.reference(), folded.decide(&case::CaseChange::Withdrawn));
    assert_eq!(folded.expires(), opening.expires);
    assert_eq!(folded.unfold(), (id, opening, head), "a case is taken apart into what it was");
}

fn request(opening: request::RequestOpening, head: Option<request::RequestHead>) {
    let (id, opening, head) =
        (Id::from_bytes([3; 16]), Box::new(opening), head.unwrap_or_default());
    let folded = Request::fold(id, opening.clone(), head.clone());
    assert!(folded.received() <= opening.at, "nobody waits longer than since it came");
    let (zone, calendars) = (Zone::utc(), Calendars::default());
    for now in moments() {
        let state = folded.state(now);
        let states = folded.states(now);
        assert_eq!(states.last().map(|(_, name)| *name), Some(state.name()), "{states:?}");
        let (stage, pauses) = (folded.stage(now), folded.pauses(now));
        let is_open = matches!(stage, request::Stage::Open(_));
        assert_eq!(folded.open(now).is_ok(), is_open, "{state:?}");
        assert_eq!(folded.withdraw(now).is_ok(), state.ended().is_none(), "{state:?}");
        let package = folded.package(now);
        assert!(package.is_none_or(|package| package.until > now), "{package:?} at {now}");
        let rule = leading(opening.regime, opening.kind.right());
        let clock = rule.map(|rule| Clock {
            rule,
            received: folded.received(),
            zone: &zone,
            calendars: &calendars,
            pauses: &pauses,
            extended: folded.extension.is_some(),
        });
        let entry = log::Entry::new(&folded, clock.as_ref(), now);
        assert_eq!(entry.ended, state.ended(), "{entry:?}");
        let _ = (entry.days(&zone), log::Metrics::of([&entry], &zone).mean_tenths());
    }
    assert_eq!(folded.expires(), opening.expires);
    assert_eq!(folded.unfold(), (id, opening, head), "a request is taken apart into what it was");
}

fn history(index: &Index) {
    let again = Index::new(index.publications().iter().cloned());
    assert_eq!(again.clone().merged(again.clone()), again, "merging with itself is nothing");
    // One that comes twice counts once, and its digest says which it is.
    let known = |index: &Index| -> BTreeSet<(u32, Digest)> {
        let publications = index.publications().iter().map(|signed| &signed.publication);
        publications.map(|publication| (publication.number, publication.digest())).collect()
    };
    assert_eq!(known(&again), known(index), "a publication is lost or made up");
    assert_eq!(again.publications().len(), known(&again).len(), "a publication is there twice");
    let _ = (index.broken(), index.last(), index.size());
    let history = History::new(&again);
    for now in moments() {
        let in_force = history.in_force(now);
        assert!(in_force.is_none_or(|version| version.effective() <= now), "{in_force:?}");
        assert!(history.upcoming(now).iter().all(|version| version.effective() > now));
        assert!(history.next_change(now).is_none_or(|next| next > now));
        let _ = history.pin(now);
    }
    for version in history.versions() {
        assert_eq!(history.version(version.name()), Some(version));
        assert!(!version.texts().is_empty(), "a version without a text");
    }
    let _ = Limits::default();
}
