use std::rc::Rc;

use desk_core::attachment::Attachment;
use desk_core::case::{self, Message};
use desk_core::clock::regime::Regime;
use desk_core::id::{Moment, Seed};
use desk_core::lang::Lang;
use desk_core::package::Lock;
use desk_core::request::{self, Behalf, Identity, Proof, RequestDoor};
use desk_core::suppression::Reason;
use proptest::prelude::*;

use crate::world::{TestDesk, World, block_on};
use desk_app::Setup;
use desk_app::cases;
use desk_app::desk::Desk;
use desk_app::holdings::{Area, Holdings};
use desk_app::outbox;
use desk_app::ports::Scan;
use desk_app::sender::Mail;
use desk_app::suppression::Act;
use desk_core::case::CaseKey;
use desk_core::email::EmailAddress;
use desk_core::fault::Fault;
use desk_core::id::Id;
use desk_core::package::{self};
use desk_core::request::RequestKey;
use desk_core::store_key::StoreKey;
use desk_core::suppression::{Scope, SuppressionChange};

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

fn unique(world: &World) -> Id {
    world.later(1);
    world.desk().moment.id()
}

fn case(world: &World, email: Option<&EmailAddress>) -> CaseKey {
    let id = unique(world);
    let desk = world.desk();
    let key = CaseKey { id, subject: email.map(|email| desk.setup.keys.subject(email)) };
    let expires = desk.now().plus_seconds(1_000_000);
    let file = Attachment::new(b"a file").unwrap();
    let opening = case::CaseOpening {
        at: desk.now(),
        kind: case::CaseKind::Question,
        message: Message::new("What do you know of me?").unwrap(),
        name: None,
        email: email.cloned(),
        app_version: None,
        lang: Lang::En,
        files: vec![cases::describe(&file)],
        policy: None,
        suspicions: vec![],
        door: case::CaseDoor::Form,
        fingerprint: String::new(),
        expires,
    };
    block_on(cases::write_files(&desk, &key, expires, &[file])).unwrap();
    block_on(cases::open(&desk, &key, expires, &opening)).unwrap();
    let folded = case::Case::fold(id, Box::new(opening), case::CaseHead::default());
    let change = case::CaseChange::Withdrawn;
    block_on(cases::append(&desk, &key, folded, change, desk.moment.id())).unwrap();
    key
}

fn request(world: &World, email: &EmailAddress) -> RequestKey {
    let id = unique(world);
    let desk = world.desk();
    let key = RequestKey { id, subject: desk.setup.keys.subject(email) };
    let expires = desk.now().plus_seconds(1_000_000);
    let file = Attachment::new(b"an authority").unwrap();
    let opening = request::RequestOpening {
        at: desk.now(),
        kind: request::RequestKind::Access,
        regime: Regime::EuGdpr,
        email: email.clone(),
        name: None,
        details: None,
        behalf: Behalf::Own,
        files: vec![cases::describe(&file)],
        lang: Lang::En,
        policy: None,
        door: RequestDoor::Form,
        fingerprint: String::new(),
        identity: Identity::Asserted,
        expires,
    };
    block_on(cases::write_files(&desk, &key, expires, &[file])).unwrap();
    block_on(cases::open(&desk, &key, expires, &opening)).unwrap();
    let folded = request::Request::fold(id, Box::new(opening), request::RequestHead::default());
    let change = request::RequestChange::Identified(Proof::Link);
    block_on(cases::append(&desk, &key, folded, change, desk.moment.id())).unwrap();
    key
}

fn package(world: &World, request: RequestKey) -> Id {
    world.later(1);
    let desk = world.desk();
    let id = package::draw_id(&desk.moment, request.id);
    let expires = desk.now().plus_seconds(1_000);
    let lock = Lock::draw(&desk.moment);
    block_on(desk.write_sealed(&package::lock_key(id), Some(expires), &lock)).unwrap();
    for part in 1..=2 {
        block_on(desk.write(&package::part_key(id, part), b"sealed")).unwrap();
    }
    id
}

fn mail(desk: &TestDesk<'_>, id: Id, to: &EmailAddress) {
    let mail = Mail {
        to: to.clone(),
        lang: Lang::En,
        subject: "Your code".to_owned().into(),
        text: "12345".to_owned(),
        expires: desk.now().plus_seconds(60),
        limit: None,
    };
    block_on(outbox::put(desk, id, mail)).unwrap();
}

fn suppress(world: &World, email: &EmailAddress, scope: Scope) -> SuppressionChange {
    world.later(1);
    let desk = world.desk();
    let act = Act {
        subject: desk.setup.keys.subject(email),
        scope,
        reason: Reason::Form,
        page: None,
        at: desk.now(),
        expires: None,
    };
    let change = block_on(desk.suppress(act)).unwrap();
    block_on(outbox::mark_told(&desk, change.id)).unwrap();
    change
}

/// One of everything about a person.
fn fill(world: &World, email: &EmailAddress) -> (CaseKey, RequestKey, Id, SuppressionChange, Id) {
    let (case, request) = (case(world, Some(email)), request(world, email));
    let package = package(world, request);
    let change = suppress(world, email, Scope::All);
    let id = unique(world);
    mail(&world.desk(), id, email);
    for id in [id, change.id] {
        world.store.put(&format!("try:{id}"), desk_core::sealed::plain(None, &[1, 3, 0]));
    }
    (case, request, package, change, id)
}

fn find(desk: &TestDesk<'_>, email: &str) -> Holdings {
    let keys = block_on(desk.store.keys("")).unwrap();
    block_on(Holdings::find(desk, &keys, &address(email))).unwrap()
}

#[test]
fn everything_of_one_person_is_found_and_nothing_of_another() {
    let world = World::new();
    let nobody = find(&world.desk(), "anna@oncall.example");
    assert!(nobody.is_empty() && nobody.counts().is_empty());
    let (anna, boris) = (address("Anna@OnCall.example"), address("boris@oncall.example"));
    let hers = fill(&world, &anna);
    let before = world.store.dump();
    let his = fill(&world, &boris);
    case(&world, None);
    for key in
        ["audit:01", "policy-head", "limit:feedback:X", "once:X", "told:X", "sweep:ran", "кл:ю"]
    {
        world.store.put(key, vec![1]);
    }

    let found = find(&world.desk(), "anna@oncall.example");
    let (case, request, package, change, mail) = hers;
    assert_eq!(
        (found.roots.cases.as_slice(), found.roots.requests.as_slice()),
        (&[case][..], &[request][..])
    );
    assert_eq!(
        (found.packages.as_slice(), found.roots.mails.as_slice()),
        (&[package][..], &[mail][..])
    );
    assert_eq!((found.roots.changes.as_slice(), found.roots.unreadable.len()), (&[change][..], 0));
    let held = &found.roots.suppressions[0];
    assert_eq!((held.scope, held.subject), (Scope::All, world.desk().setup.keys.subject(&anna)));
    // Everything that was stored when there was nobody else.
    let mut keys: Vec<String> = found.keys().map(|(_, key)| key.to_string()).collect();
    keys.sort_unstable();
    assert_eq!(keys, before.into_keys().collect::<Vec<_>>());
    let counts = found.counts();
    assert_eq!(counts.len(), Area::ALL.len());
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), keys.len());
    for (area, count) in
        [(Area::Files, 2), (Area::Packages, 2), (Area::Tries, 2), (Area::Events, 1)]
    {
        assert_eq!(found.of(area).count(), count, "{area:?}");
        assert!(found.of(area).all(|key| key.parts().next() == Some(area.name())));
    }

    let found = find(&world.desk(), "boris@oncall.example");
    assert_eq!(
        (found.roots.cases[0], found.roots.requests[0], found.packages[0]),
        (his.0, his.1, his.2)
    );
    assert_eq!(found.keys().count(), keys.len());
}

#[test]
fn an_erasure_that_breaks_off_finds_the_rest() {
    let world = World::new();
    let anna = address("anna@oncall.example");
    fill(&world, &anna);
    let all: Vec<StoreKey> =
        find(&world.desk(), anna.as_str()).keys().map(|(_, key)| key.clone()).collect();
    for at in 0..all.len() {
        // What is deleted up to here is no longer there, and everything else still is found.
        let found = find(&world.desk(), anna.as_str());
        assert_eq!(
            found.keys().map(|(_, key)| key).collect::<Vec<_>>(),
            all[at..].iter().collect::<Vec<_>>()
        );
        world.store.take(all[at].as_str());
    }
    assert!(find(&world.desk(), anna.as_str()).is_empty());
}

#[test]
fn what_was_stored_under_an_earlier_root_is_found() {
    let world = World::new();
    let anna = address("anna@oncall.example");
    let (case, ..) = fill(&world, &anna);
    let setup = |roots: [Option<String>; 2]| {
        let [root, previous] = roots;
        let setup = Setup::new(|name| match name {
            "root_secret" => root.clone(),
            "previous_root_secrets" => previous.clone(),
            _ => None,
        });
        Rc::new(setup.unwrap())
    };
    let old = "A".repeat(43);
    let rotated = setup([Some("B".repeat(42) + "A"), Some(old)]);
    let lost = setup([Some("B".repeat(42) + "A"), None]);
    let moment = Moment::new(world.now.get(), Seed::new([1; 32]));
    let desk = Desk::new(&world.store, &rotated, &world.instance, moment.clone());
    let before = find(&world.desk(), anna.as_str());
    assert_eq!(find(&desk, anna.as_str()), before);
    assert_eq!(before.roots.cases, [case]);
    // A mail that nobody can open is told apart, for it may be anybody's.
    let desk = Desk::new(&world.store, &lost, &world.instance, moment);
    let found = find(&desk, anna.as_str());
    assert!(found.is_empty());
    assert_eq!(found.roots.unreadable, before.roots.mails);
}

#[test]
fn a_mail_is_found_until_it_is_gone_also_after_its_time() {
    let world = World::new();
    let anna = address("anna@oncall.example");
    let mut ids = Vec::new();
    for at in 0..120 {
        let id = unique(&world);
        let to = if at % 3 == 0 { anna.clone() } else { address("boris@oncall.example") };
        mail(&world.desk(), id, &to);
        ids.push(id);
    }
    world.later(1_000_000);
    world.store.reset_calls();
    let found = find(&world.desk(), "ANNA@oncall.example");
    let hers: Vec<Id> = ids.iter().copied().step_by(3).collect();
    assert_eq!(found.roots.mails, hers);
    // The scan, then reads in three chunks.
    assert_eq!((world.store.calls().len(), world.store.depth()), (121, 4));
    // One that is taken between the scan and the read is no fault.
    let keys = block_on(world.store.keys("")).unwrap();
    world.store.take(&format!("outbox:{}", hers[0]));
    world.store.put(&format!("outbox:{}", hers[1]), b"damaged".to_vec());
    let found = block_on(Holdings::find(&world.desk(), &keys, &anna)).unwrap();
    assert_eq!(found.roots.mails, hers[2..]);
    assert_eq!(found.roots.unreadable, [hers[1]]);
}

#[test]
fn a_store_that_fails_is_a_problem() {
    let world = World::new();
    let anna = address("anna@oncall.example");
    fill(&world, &anna);
    let keys = block_on(world.store.keys("")).unwrap();
    world.store.reset_calls();
    world.store.fail_from(Some(1));
    let found = block_on(Holdings::find(&world.desk(), &keys, &anna));
    assert!(matches!(found, Err(Fault::StoreUnavailable(_))));
}

proptest! {
    #[test]
    fn strange_keys_never_panic_and_are_nobodys(
        mut keys in prop::collection::vec("(case|request|event|request-event|file|package|package-lock|told|try|change|suppression|x)?(:[0-9A-Z]{0,27}){0,4}", 0..20),
    ) {
        let world = World::new();
        keys.sort_unstable();
        let found = block_on(Holdings::find(&world.desk(), &keys, &address("anna@oncall.example")));
        prop_assert!(found.unwrap().is_empty());
    }
}
