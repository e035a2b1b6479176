//! What must happen once, under every order of two who want it, and very many orders of three, with crashes and time that
//! passes where it hurts. The scheduler here decides who goes on at each wait, so whatever fails can be played again.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use desk_app::claims::{ActName, Place, Standing, claim, in_turn, take_place};
use desk_app::ports::{Scan, Store, StoreError, Timer};
use desk_app::{Desk, Instance, Setup};
use desk_core::fault::Fault;
use desk_core::id::{Id, Moment, Seed};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;

/// The settle time of these desks.
const SETTLE: Duration = Duration::from_millis(500);

/// A store in which every call waits once before it takes effect, and a clock that the scheduler moves.
#[derive(Clone, Default)]
struct Stage(Rc<StageState>);

#[derive(Default)]
struct StageState {
    values: RefCell<BTreeMap<String, Vec<u8>>>,
    clock: Cell<Duration>,
    /// The instants for which somebody waits, by who it is that is being polled.
    waits: RefCell<BTreeMap<usize, Duration>>,
    polled: Cell<usize>,
}

/// Gives the turn away once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Waits until the clock shows an instant.
struct Until<'a>(&'a StageState, Duration);

impl Future for Until<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let Self(stage, end) = *self;
        if stage.clock.get() >= end {
            stage.waits.borrow_mut().remove(&stage.polled.get());
            return Poll::Ready(());
        }
        stage.waits.borrow_mut().insert(stage.polled.get(), end);
        Poll::Pending
    }
}

impl Timer for Stage {
    fn clock(&self) -> Duration {
        self.0.clock.get()
    }

    async fn wait(&self, time: Duration) {
        Until(&self.0, self.clock() + time).await;
    }
}

impl Store for Stage {
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        Yield(false).await;
        Ok(self.0.values.borrow().get(key.as_str()).cloned())
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        Yield(false).await;
        self.0.values.borrow_mut().insert(key.as_str().to_owned(), value.to_vec());
        Ok(())
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        Yield(false).await;
        self.0.values.borrow_mut().remove(key.as_str());
        Ok(())
    }
}

impl Scan for Stage {
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        Yield(false).await;
        let values = self.0.values.borrow();
        Ok(values.keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

/// What the scheduler does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Lets somebody go on.
    Poll(usize),
    /// Lets somebody go on no more.
    Crash(usize),
    /// Lets time pass.
    Pass(Duration),
}

type Actor = Pin<Box<dyn Future<Output = ()>>>;

/// Plays actors by a schedule, until all of them have ended or crashed. Where all wait, time passes.
fn play(stage: &Stage, actors: Vec<Actor>, mut next: impl FnMut(&[usize]) -> Step) {
    let mut actors: Vec<Option<Actor>> = actors.into_iter().map(Some).collect();
    let context = &mut Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        let waits = stage.0.waits.borrow().clone();
        let is_due = |who: &usize| waits.get(who).is_none_or(|end| *end <= stage.clock());
        let alive: Vec<usize> = (0..actors.len()).filter(|who| actors[*who].is_some()).collect();
        let ready: Vec<usize> = alive.iter().copied().filter(is_due).collect();
        if alive.is_empty() {
            return;
        }
        if ready.is_empty() {
            stage.0.clock.set(*waits.values().min().unwrap());
            continue;
        }
        match next(&ready) {
            Step::Poll(who) => {
                stage.0.polled.set(who);
                if actors[who].as_mut().unwrap().as_mut().poll(context).is_ready() {
                    actors[who] = None;
                }
            }
            Step::Crash(who) => {
                actors[who] = None;
                stage.0.waits.borrow_mut().remove(&who);
            }
            Step::Pass(time) => stage.0.clock.set(stage.clock() + time),
        }
    }
    panic!("it never ends");
}

/// A world of actors, each in an instance of its own.
struct Actors {
    stage: Stage,
    setup: Rc<Setup>,
    acts: Rc<Cell<u32>>,
    /// What those who were late were answered with.
    told: Rc<RefCell<Vec<u32>>>,
}

impl Actors {
    fn new() -> Self {
        let setup = Setup::new(|name| (name == "root_secret").then(|| "A".repeat(43))).unwrap();
        Self {
            stage: Stage::default(),
            setup: Rc::new(setup),
            acts: Rc::default(),
            told: Rc::default(),
        }
    }

    fn now() -> Timestamp {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    /// Somebody who wants to act once, at an instant of the clock's.
    fn actor(&self, number: u8) -> Actor {
        let (stage, setup) = (self.stage.clone(), Rc::clone(&self.setup));
        let (acts, told) = (Rc::clone(&self.acts), Rc::clone(&self.told));
        let since = i64::try_from(self.stage.clock().as_secs()).unwrap();
        Box::pin(async move {
            let moment = Moment::new(Self::now().plus_seconds(since), Seed::new([number; 32]));
            let instance = Rc::new(Instance::default());
            let desk = Desk::new(&stage, &setup, &instance, moment);
            let act = ActName::new("test", "act");
            match claim(&desk, &act).await.unwrap() {
                Standing::Ours(claim) => {
                    acts.set(acts.get() + 1);
                    // It takes a while, and the outcome is not there yet.
                    for _ in 0..6 {
                        Yield(false).await;
                    }
                    let until = Self::now().plus_seconds(3_600);
                    claim.settle(&desk, until, &u32::from(number)).await.unwrap();
                    told.borrow_mut().push(u32::from(number));
                }
                Standing::Happened(outcome) => told.borrow_mut().push(outcome),
                Standing::Taken => {}
            }
        })
    }
}

/// Plays every order of these actors: each run notes where it could have gone another way.
fn every_order(actors: u8, crash_at: Option<usize>) -> usize {
    let mut runs = 0;
    let mut path: Vec<(usize, usize)> = Vec::new();
    loop {
        let world = Actors::new();
        let cast = (0..actors).map(|number| world.actor(number)).collect();
        let (mut depth, mut steps) = (0, 0);
        play(&world.stage, cast, |ready| {
            steps += 1;
            if crash_at == Some(steps) {
                return Step::Crash(ready[0]);
            }
            if depth == path.len() {
                path.push((0, ready.len()));
            }
            let (choice, of) = path[depth];
            assert_eq!(of, ready.len(), "a run that is played again goes the same way");
            depth += 1;
            Step::Poll(ready[choice])
        });
        runs += 1;
        let acts = world.acts.get();
        match crash_at {
            None => assert_eq!(acts, 1, "{path:?}"),
            Some(_) => assert!(acts <= 1, "{path:?}"),
        }
        assert!(world.told.borrow().windows(2).all(|pair| pair[0] == pair[1]), "{path:?}");
        // The next order: the last choice that has another way.
        path.truncate(depth);
        while path.last().is_some_and(|(choice, of)| choice + 1 == *of) {
            path.pop();
        }
        let Some((choice, _)) = path.last_mut() else { return runs };
        *choice += 1;
    }
}

#[test]
fn under_every_order_of_two_an_act_happens_once() {
    let runs = every_order(2, None);
    assert!(runs > 500, "{runs}");
}

#[test]
fn under_every_order_of_two_with_a_crash_an_act_happens_at_most_once() {
    for crash_at in 1..14 {
        every_order(2, Some(crash_at));
    }
}

/// Numbers that look random, and are the same each time.
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) >> 33).unwrap() % end
    }
}

#[test]
fn under_many_orders_of_three_with_crashes_and_pauses_no_act_happens_twice() {
    for seed in 0..4_000 {
        let mut draws = Draws(seed);
        let world = Actors::new();
        let cast = (0..3).map(|number| world.actor(number)).collect();
        let (mut crashes, mut pauses) = (draws.below(3), draws.below(6));
        play(&world.stage, cast, |ready| {
            let who = ready[draws.below(ready.len())];
            match draws.below(12) {
                0 if crashes > 0 => {
                    crashes -= 1;
                    Step::Crash(who)
                }
                // Parts of the settle time, or seconds: in all less than a claim holds.
                1 | 2 if pauses > 0 => {
                    pauses -= 1;
                    let part = u32::try_from(draws.below(12)).unwrap();
                    Step::Pass(if part == 0 { Duration::from_secs(9) } else { SETTLE * part / 8 })
                }
                _ => Step::Poll(who),
            }
        });
        assert!(world.acts.get() <= 1, "seed {seed}");
        // Whoever comes a minute later finds that it was done, or does it.
        world.stage.0.clock.set(world.stage.clock() + Duration::from_secs(61));
        let before = world.acts.get();
        play(&world.stage, vec![world.actor(9)], |ready| Step::Poll(ready[0]));
        assert!((1..=before + 1).contains(&world.acts.get()), "seed {seed}");
        assert!(!world.told.borrow().is_empty(), "seed {seed}");
    }
}

#[test]
fn work_that_is_done_in_turn_never_runs_side_by_side() {
    for seed in 0..1_500 {
        let mut draws = Draws(seed);
        let world = Actors::new();
        let (inside, done) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let actor = |number: u8| -> Actor {
            let (stage, setup) = (world.stage.clone(), Rc::clone(&world.setup));
            let (inside, done) = (Rc::clone(&inside), Rc::clone(&done));
            Box::pin(async move {
                let moment = Moment::new(Actors::now(), Seed::new([number; 32]));
                let instance = Rc::new(Instance::default());
                let desk = Desk::new(&stage, &setup, &instance, moment);
                let work = async || {
                    inside.set(inside.get() + 1);
                    assert_eq!(inside.get(), 1, "side by side");
                    for _ in 0..3 {
                        Yield(false).await;
                    }
                    inside.set(inside.get() - 1);
                    done.set(done.get() + 1);
                    Ok::<_, Fault>(())
                };
                match in_turn(&desk, &ActName::new("test", "turn"), work).await {
                    Ok(()) | Err(Fault::InProgress) => {}
                    Err(fault) => panic!("{fault:?}"),
                }
            })
        };
        let cast = (0..3).map(actor).collect();
        play(&world.stage, cast, |ready| Step::Poll(ready[draws.below(ready.len())]));
        assert_eq!(done.get(), 3, "seed {seed}");
    }
}

#[test]
fn no_more_places_are_taken_than_there_are_and_none_is_left() {
    for seed in 0..300 {
        let mut draws = Draws(seed);
        let world = Actors::new();
        let places: Rc<RefCell<Vec<Place>>> = Rc::default();
        let actor = |number: u8| -> Actor {
            let (stage, setup, places) =
                (world.stage.clone(), Rc::clone(&world.setup), Rc::clone(&places));
            Box::pin(async move {
                let moment = Moment::new(Actors::now(), Seed::new([number; 32]));
                let instance = Rc::new(Instance::default());
                let desk = Desk::new(&stage, &setup, &instance, moment);
                let until = Actors::now().plus_seconds(3_600);
                let holder = Id::new(Actors::now(), [number; 10]);
                let place = take_place(&desk, ("place", "a-mailbox"), 3, until, holder).await;
                places.borrow_mut().push(place.unwrap());
            })
        };
        let cast = (0..6).map(actor).collect();
        play(&world.stage, cast, |ready| Step::Poll(ready[draws.below(ready.len())]));
        let count = |of: Place| places.borrow().iter().filter(|place| **place == of).count();
        assert_eq!((count(Place::Taken), count(Place::None)), (3, 3), "seed {seed}");
    }
}
