//! Sweeps and acts at once.

use super::*;

#[test]
fn sweeps_that_begin_at_once_send_no_mail_twice() {
    let asked = get("/ops/sweep");
    for schedule in at_once(&[(1, 1), (1, 2), (2, 1), (2, 2)]) {
        let world = twenty();
        let desks = (world.desk(), world.desk());
        let done = race(sweeping(&desks.0, &asked), sweeping(&desks.1, &asked), schedule);
        assert_eq!(done, (204, 204));
        assert_eq!(sent_to_all(&world), 20, "{schedule:b}");
        assert_eq!(world.keys("outbox").len() + world.keys("try").len(), 0);
    }
}

#[test]
fn a_sweep_that_takes_long_and_those_that_begin_meanwhile_send_no_mail_twice() {
    let asked = get("/ops/sweep");
    for turns in 1..60 {
        let world = twenty();
        let desk = world.desk();
        let mut slow = pin!(sweeping(&desk, &asked));
        let context = &mut Context::from_waker(Waker::noop());
        let mut done = (0..turns).any(|_| slow.as_mut().poll(context).is_ready());
        // Whoever stands still for longer than a claim holds may find that others went on.
        for _ in 0..2 {
            world.later(25);
            assert_eq!(world.sweep().status, 204);
        }
        while !done {
            done = slow.as_mut().poll(context).is_ready();
        }
        // What it had claimed and came too late for.
        world.later(90);
        world.sweep();
        assert_eq!(sent_to_all(&world), 20, "{turns}");
    }
}

#[test]
fn what_a_sweep_left_in_the_midst_of_it_is_sent_by_one_that_comes_later() {
    let asked = get("/ops/sweep");
    for turns in 1..20 {
        let world = twenty();
        let desk = world.desk();
        {
            let mut cut = pin!(sweeping(&desk, &asked));
            let context = &mut Context::from_waker(Waker::noop());
            assert!((0..turns).all(|_| cut.as_mut().poll(context).is_pending()));
        }
        world.later(500);
        world.sweep();
        assert!(sent_to_all(&world) >= 20);
        assert!(world.keys("outbox").is_empty(), "{turns}");
    }
}

#[test]
fn the_mail_of_two_acts_at_once_is_sent_once_and_is_the_one_that_came_last() {
    for schedule in at_once(&[(1, 1)]) {
        let world = world("postmark");
        let desks = (world.desk(), world.desk());
        let id = desks.0.moment.id();
        let newer =
            |desk: &TestDesk<'_>| Mail { text: "the newer".to_owned(), ..a_mail(desk, DAY) };
        let first = block_on(put(&desks.0, id, a_mail(&desks.0, DAY))).unwrap();
        let second = block_on(put(&desks.1, id, newer(&desks.1))).unwrap();
        let told = |desk, mail| after(desk, [mail]).unwrap();
        let told = race(told(&desks.0, first), told(&desks.1, second), schedule);
        assert_eq!(told, (None, None));
        let sent = world.store.sent();
        assert_eq!(sent.len(), 1, "{schedule:b}");
        assert_eq!(body(&sent[0])["TextBody"], "the newer");
        assert!(world.keys("outbox").is_empty() && world.keys("try").is_empty());
    }
}

#[test]
fn the_mail_of_an_act_and_a_sweep_at_once_are_one() {
    let asked = get("/ops/sweep");
    for schedule in at_once(&[(1, 1), (1, 2), (2, 1), (2, 2)]) {
        let world = world("postmark");
        let earlier = world.desk().moment.id();
        // An act that is gone on with names its mail by when it began, so that no sweep waits any more.
        world.later(120);
        let desks = (world.desk(), world.desk());
        let posted = block_on(put(&desks.0, earlier, a_mail(&desks.0, DAY))).unwrap();
        let act = async { after(&desks.0, [posted]).unwrap().await.map_or(0, |_| 1) };
        assert_eq!(race(act, sweeping(&desks.1, &asked), schedule), (0, 204));
        world.later(500);
        world.sweep();
        assert_eq!(world.store.sent().len(), 1, "{schedule:b}");
        assert!(world.keys("outbox").is_empty() && world.keys("try").is_empty());
    }
}

#[test]
fn what_was_told_in_vain_is_the_sweeps() {
    let world = world("postmark");
    world.store.others_answer(Some(500));
    let (id, _) = mail(&world, DAY);
    let desk = world.desk();
    let posted = block_on(put(&desk, id, a_mail(&desk, DAY))).unwrap();
    assert_eq!(world.store.sent().len(), 1);
    assert_eq!(block_on(after(&desk, [posted]).unwrap()), None);
    assert!(world.store.sent().is_empty());
    assert_eq!(block_on(tries(&desk, id)).unwrap().map(|tries| tries.attempts), Some(1));
}

#[test]
fn what_an_earlier_release_noted_of_the_last_sweep_stops_none() {
    let world = twenty();
    let earlier = desk_core::sealed::plain(None, &encode(&world.now.get()));
    world.store.put("sweep:ran", earlier);
    assert_eq!(world.sweep().status, 204);
    assert_eq!(sent_to_all(&world), 20);
}

#[test]
fn no_opt_out_is_told_twice_by_sweeps_that_overlap() {
    let asked = get("/ops/sweep");
    for turns in 1..40 {
        let before = World::new();
        for who in 0..20 {
            let put = json!({"email": format!("{who}@example.org"), "reason": "she called"});
            let bearer = format!("Bearer {OPERATOR}");
            let headers = [("authorization", &*bearer), ("content-type", "application/json")];
            before.mailer(&request(Method::PUT, "/suppressions", &headers, put.to_string()));
        }
        let mut world = mailer();
        world.store = before.store;
        world.later(120);
        let desk = world.desk();
        let mut slow = pin!(sweeping(&desk, &asked));
        let context = &mut Context::from_waker(Waker::noop());
        let mut done = (0..turns).any(|_| slow.as_mut().poll(context).is_ready());
        world.later(30);
        world.sweep();
        while !done {
            done = slow.as_mut().poll(context).is_ready();
        }
        world.later(90);
        world.sweep();
        assert_eq!(world.store.sent().len(), 20, "{turns}");
        assert_eq!((world.keys("told").len(), world.keys("try").len()), (20, 0));
    }
}

#[test]
fn whoever_took_nothing_is_not_waited_for_again_and_the_sweep_tells_the_rest() {
    let world = mailer();
    world.store.others_answer(None);
    let desk = world.desk();
    let mails =
        (0..10).map(|_| block_on(put(&desk, desk.moment.id(), a_mail(&desk, DAY))).unwrap());
    let mails: Vec<QueuedMail> = mails.collect();
    let said = block_on(after(&desk, mails).unwrap()).unwrap();
    assert!(said.contains("in vain (1)"), "{said}");
    assert_eq!((world.store.sent().len(), world.keys("try").len()), (1, 1));
    world.store.others_answer(Some(200));
    world.later(60);
    world.sweep();
    assert_eq!((world.store.sent().len(), world.keys("outbox").len()), (10, 0));
}

#[test]
fn what_one_call_looks_at_is_bounded_and_the_next_one_goes_on() {
    let before = World::new();
    for _ in 0..600 {
        mail(&before, 30 * DAY);
    }
    before.later(120);
    let calls = |world: &World| {
        world.store.reset_calls();
        assert_eq!(world.sweep().status, 204);
        world
            .store
            .calls()
            .iter()
            .filter(|call| *call == "get try" || *call == "get outbox")
            .count()
    };
    assert!(calls(&before) <= 3 * 64, "nobody sends mail, and what is old is not looked at");
    let mut world = world("postmark");
    world.now.set(before.now.get());
    world.store = before.store;
    world.store.others_answer(Some(422));
    world.store.others_say(br#"{"ErrorCode":406}"#);
    let mut sent = 0;
    for _ in 0..10 {
        world.later(60);
        assert!(calls(&world) <= 256 + 3 * 64);
        let now = world.store.sent().len();
        assert!(now <= 64);
        sent += now;
    }
    assert_eq!(sent, 600, "all of them were tried, and given up");
    // What waits behind many that were given up has its turn.
    world.store.others_answer(None);
    assert!(mail(&world, 30 * DAY).1.is_some());
    world.store.others_answer(Some(200));
    world.store.sent();
    for _ in 0..3 {
        world.later(60);
        assert!(calls(&world) <= 256 + 8);
    }
    assert_eq!((world.store.sent().len(), world.keys("outbox").len()), (1, 600));
}

#[test]
fn whom_it_takes_long_to_tell_keeps_nothing_from_being_deleted() {
    let asked = get("/ops/sweep");
    let world = twenty();
    let other = world.desk();
    let old = desk_core::sealed::plain(Some(other.now()), &encode(&()));
    world.store.put("once:x", old);
    let desk = world.desk();
    let mut cut = pin!(sweeping(&desk, &asked));
    let context = &mut Context::from_waker(Waker::noop());
    // It is cut as soon as the first mails are on their way.
    while world.store.sent().is_empty() {
        assert!(cut.as_mut().poll(context).is_pending());
    }
    assert!(world.keys("once").is_empty());
}
