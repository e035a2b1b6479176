use std::collections::BTreeMap;

use desk_core::request::log::Outcome;
use desk_core::request::{CodeHash, Identity, Proof, RequestChange, RequestDoor, RequestKind};
use http::Method;
use serde_json::json;

use crate::erasure::{call, mail_to, open_case, open_request, proven};
use crate::world::{World, block_on};
use desk_app::requests_log;
use desk_app::retention::{DELETES, Progress, READS, REST};
use desk_core::id::Id;
use desk_core::request::IDENTITY_SECONDS;
use desk_core::sealed;
use desk_core::store_key::StoreKey;

const EMAIL: &str = "anna@oncall.example";
const DAY: i64 = 86_400;

/// Sweeps once and says how many values were read and deleted, behind what every sweep does.
fn swept(world: &World) -> (usize, usize) {
    world.later(30);
    world.store.reset_calls();
    assert_eq!(world.sweep().status, 204);
    let calls = world.store.calls();
    assert_eq!(calls.iter().filter(|call| call.starts_with("keys")).count(), 1, "{calls:?}");
    let count = |verb: &str| {
        let others = [" sweep", " mailer"];
        let own = |call: &&String| !others.iter().any(|other| call.ends_with(other));
        calls.iter().filter(own).filter(|call| call.starts_with(verb)).count()
    };
    (count("get"), count("delete"))
}

/// Sweeps until a round has ended.
fn rounds(world: &World) -> usize {
    world.later(REST);
    for calls in 1..10_000 {
        swept(world);
        if progress(world).rests_until.is_some() {
            return calls;
        }
    }
    panic!("it never ends");
}

fn progress(world: &World) -> Progress {
    let key = StoreKey::new("sweep:retention").unwrap();
    block_on(world.desk().read_sealed(&key)).unwrap().unwrap_or_default()
}

fn content(world: &World) -> BTreeMap<String, Vec<u8>> {
    let mut dump = world.store.dump();
    dump.retain(|key, _| !key.starts_with("sweep:"));
    dump
}

fn code(world: &World) -> Identity {
    let code = &"K7QM2-X9P4T".parse().unwrap();
    Identity::Sent(CodeHash::new(&world.setup.keys, Id::from_bytes([0; 16]), code))
}

#[test]
fn what_has_expired_goes_and_nothing_else() {
    let world = World::new();
    open_case(&world, Some(EMAIL), true);
    proven(&world, EMAIL, RequestKind::Access);
    let desk = world.desk();
    let now = desk.now();
    for (name, seconds) in [("once:a", 60), ("once:b", 100 * DAY), ("limit:area:c", 60)] {
        let key = StoreKey::new(name).unwrap();
        block_on(desk.write_sealed(&key, Some(now.plus_seconds(seconds)), &())).unwrap();
    }
    mail_to(&world, EMAIL);
    // A marker whose name can be read as an id of a time to come.
    let key = StoreKey::new(format!("once:{}", Id::from_bytes([0x7f; 16]))).unwrap();
    block_on(desk.write_sealed(&key, Some(now.plus_seconds(60)), &())).unwrap();
    let forever = StoreKey::new("once:e").unwrap();
    block_on(desk.write_sealed(&forever, None, &())).unwrap();
    world.store.put("once:strange", b"?".to_vec());
    let before = content(&world);
    world.later(DAY + 60);
    rounds(&world);
    let after = content(&world);
    assert_eq!(before.len() - after.len(), 4);
    assert!(after.iter().all(|(key, value)| before.get(key) == Some(value)));
    assert!(after.contains_key("once:b") && after.contains_key("once:strange"));
    // Until the day comes nothing happens, and a round that has ended is not begun anew for an hour.
    assert_eq!(swept(&world), (0, 0));
    world.later(89 * DAY);
    rounds(&world);
    let after = content(&world);
    assert_eq!(after.into_keys().collect::<Vec<_>>(), ["once:b", "once:e", "once:strange"]);
}

#[test]
fn a_request_that_nobody_proved_goes_and_the_log_says_so() {
    let world = World::new();
    let changes = || vec![RequestChange::CodeWrong];
    let unproven = open_request(
        &world,
        EMAIL,
        RequestKind::Erasure,
        RequestDoor::Api,
        code(&world),
        changes(),
    );
    let proof = vec![RequestChange::CodeWrong, RequestChange::Identified(Proof::Link)];
    let known =
        open_request(&world, EMAIL, RequestKind::Erasure, RequestDoor::Form, code(&world), proof);
    // A head that misses the proof must not cost a person their request.
    let blind = open_request(
        &world,
        EMAIL,
        RequestKind::Access,
        RequestDoor::Form,
        code(&world),
        vec![RequestChange::Identified(Proof::Code)],
    );
    world.store.take(&format!("request-head:{}", blind.id)).unwrap();
    let asserted = proven(&world, EMAIL, RequestKind::Objection);
    // One that the app was to assert and never did, and one of which somebody said that it was not them.
    open_request(&world, EMAIL, RequestKind::Access, RequestDoor::Api, Identity::Awaited, vec![]);
    let denied = vec![RequestChange::Withdrawn];
    let denied =
        open_request(&world, EMAIL, RequestKind::Access, RequestDoor::Form, code(&world), denied);
    world.later(IDENTITY_SECONDS - 2 * REST);
    rounds(&world);
    assert_eq!(world.keys("request").len(), 6);
    world.later(DAY);
    rounds(&world);
    let left = world.keys("request");
    assert_eq!(left.len(), 3);
    assert!(
        [known, blind, asserted]
            .iter()
            .all(|key| { left.iter().any(|left| left.contains(&key.id.to_string())) })
    );
    let of = |id: Id| {
        world
            .store
            .dump()
            .into_keys()
            .filter(|key| key.contains(&id.to_string()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(unproven.id), [format!("request-log:{}", unproven.id)]);
    let entry = block_on(requests_log::find(&world.desk(), denied.id)).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Withdrawn);
    let entry = block_on(requests_log::find(&world.desk(), unproven.id)).unwrap().unwrap();
    assert_eq!((entry.outcome, entry.door), (Outcome::Expired, RequestDoor::Api));
    assert_eq!(entry.ended, Some(entry.received.plus_seconds(IDENTITY_SECONDS)));
    world.later(3 * 366 * DAY);
    rounds(&world);
    assert!(world.keys("request-log").is_empty() && world.keys("request").is_empty());
}

#[test]
fn an_erasure_that_broke_off_is_not_taken_for_an_unproven_request() {
    let world = World::new();
    let proof = vec![RequestChange::Identified(Proof::Link)];
    let key =
        open_request(&world, EMAIL, RequestKind::Erasure, RequestDoor::Form, code(&world), proof);
    let url = format!("/console/api/requests/{}/erasure", key.id);
    let tag = call(&world, Method::GET, &url, "", &json!(null)).header("etag").to_owned();
    let order = || call(&world, Method::POST, &url, &tag, &json!({"executor": "A. B., admin"}));
    world.store.reset_calls();
    // All that proved it is gone, and the opening is left.
    for fail_at in 1.. {
        world.store.fail_from(Some(fail_at));
        assert!(order().status >= 500);
        world.store.fail_from(None);
        // The claim of whoever died is long gone.
        world.keys("claim").iter().for_each(|key| drop(world.store.take(key)));
        if world.keys("request-event").is_empty() && world.keys("request-head").is_empty() {
            break;
        }
        world.store.reset_calls();
    }
    assert_eq!((world.keys("request").len(), world.keys("act").len()), (1, 1));
    world.later(30 * DAY);
    rounds(&world);
    assert_eq!(world.keys("request").len(), 1);
    assert_eq!(order().status, 200);
    let entry = block_on(requests_log::find(&world.desk(), key.id)).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Whole);
    assert!(world.keys("request").is_empty());
}

#[test]
fn a_call_is_bounded_and_the_next_one_goes_on() {
    let world = World::new();
    for _ in 0..60 {
        open_case(&world, Some(EMAIL), true);
    }
    let many = vec![RequestChange::PersonWrote(desk_core::text::Text::new("More.").unwrap()); 190];
    open_request(&world, EMAIL, RequestKind::Access, RequestDoor::Api, code(&world), many);
    for at in 0..150 {
        world.store.put(&format!("once:kept-{at}"), sealed::plain(None, b""));
    }
    let keys = content(&world).len();
    world.later(2 * DAY);
    // Nothing has expired: it looks at so many, and remembers where it was.
    let mut looked = 0;
    while progress(&world).rests_until.is_none() {
        let (reads, deletes) = swept(&world);
        assert!(reads <= READS + 1 && deletes == 0, "{reads}");
        looked += reads;
    }
    assert_eq!(looked, 60 + 1 + 150);
    assert_eq!(content(&world).len(), keys);
    world.later(100 * DAY);
    let mut calls = 0;
    while content(&world).len() > 150 {
        let before = content(&world).len();
        let (reads, deletes) = swept(&world);
        // Whatever goes is read once more, to be overwritten.
        assert!(reads <= READS + 1 + deletes && deletes <= DELETES + 8, "{reads} {deletes}");
        assert!(content(&world).len() < before || calls > 0);
        // The opening is the last of a case to go.
        for key in content(&world).keys().filter(|key| key.starts_with("request-event:")) {
            let id = key.split(':').nth(1).unwrap();
            assert!(world.keys("request").iter().any(|opening| opening.contains(id)));
        }
        calls += 1;
        assert!(calls < 50);
    }
}

#[test]
fn a_store_that_fails_at_any_call_harms_nothing() {
    for fail_at in 1..60 {
        let world = World::new();
        open_case(&world, Some(EMAIL), true);
        open_request(&world, EMAIL, RequestKind::Erasure, RequestDoor::Api, code(&world), vec![]);
        let kept = proven(&world, EMAIL, RequestKind::Access);
        world.later(8 * DAY);
        world.store.reset_calls();
        world.store.fail_from(Some(fail_at));
        world.sweep();
        world.store.fail_from(None);
        world.later(30);
        rounds(&world);
        assert_eq!(world.keys("request").len(), 1, "at {fail_at}");
        assert!(world.keys("request")[0].contains(&kept.id.to_string()));
        assert_eq!((world.keys("request-log").len(), world.keys("case").len()), (1, 1));
        assert_eq!(world.keys("file").len(), 2, "at {fail_at}");
    }
}
