//! Scenarios: named steps whose answers are held to checked-in snapshots, the same ones on every target.

mod console;
pub(crate) mod feedback;
mod golden;
mod policy;
mod requests;
mod unsubscribe;

use std::{collections::BTreeSet, fs, path::Path, rc::Rc};

use desk_web::problem::Kind;
use golden::Recording;

use crate::harness::{
    http::{Request, Response},
    native::Native,
    snapshot,
    target::{Host, Target},
};

/// Plays the steps of one scenario on one target.
pub(crate) struct Player {
    target: Box<dyn Target>,
    scenario: &'static str,
    steps: BTreeSet<String>,
    /// Whether the answers are held to the snapshots of the steps.
    holds: bool,
}

impl Player {
    pub(crate) fn new(target: impl Target + 'static, scenario: &'static str) -> Self {
        Self { target: Box::new(target), scenario, steps: BTreeSet::new(), holds: true }
    }

    /// A player for tests that look at something else than the answers.
    fn without_snapshots(target: impl Target + 'static, scenario: &'static str) -> Self {
        Self { holds: false, ..Self::new(target, scenario) }
    }

    /// Sends a request and holds the answer to its status and to the snapshot of this step.
    pub(crate) async fn step(&mut self, step: &str, status: u16, request: Request) -> Response {
        assert!(self.steps.insert(step.to_owned()), "two steps are called {step}");
        let response = self.target.send(&request).await;
        assert_eq!(response.status, status, "{step}: {response:?}");
        if self.holds {
            snapshot::hold(self.scenario, step, &request, &response);
        }
        response
    }

    /// Sends a request that only leads up to a step.
    pub(crate) async fn send(&self, request: Request) -> Response {
        self.target.send(&request).await
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.target.clock().pass(seconds);
    }

    /// Holds the folder of snapshots to the steps: none is left over from a step that is gone.
    pub(crate) fn end(self) {
        let folder = snapshot::folder(self.scenario);
        let files: BTreeSet<String> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .filter_map(|name| Some(name.strip_suffix(".snap")?.to_owned()))
            .collect();
        assert_eq!(files, self.steps, "the snapshots in {}", folder.display());
    }
}

/// Makes four tests of each scenario: one a target, and one that holds what is stored and given out.
macro_rules! scenarios {
    ($area:literal: $($name:ident),+ $(,)?) => {
        /// The scenarios of this file, each with the folder of its snapshots.
        pub(super) const NAMES: &[&str] = &[$(concat!($area, "/", stringify!($name))),+];

        mod native {
            $(#[tokio::test]
            async fn $name() {
                let target = $crate::harness::native::Native::start();
                let scenario = concat!($area, "/", stringify!($name));
                let mut player = $crate::scenarios::Player::new(target, scenario);
                super::$name(&mut player).await;
                player.end();
            })+
        }

        mod golden {
            $(#[tokio::test]
            async fn $name() {
                let scenario = concat!($area, "/", stringify!($name));
                $crate::scenarios::play_for_gold(scenario, super::$name).await;
            })+
        }

        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let host = $crate::harness::target::Host::sqlite().await;
                let scenario = concat!($area, "/", stringify!($name));
                $crate::scenarios::play_on_host(host, scenario, super::$name).await;
            })+
        }

        mod redis {
            $(#[tokio::test]
            async fn $name() {
                let Some(host) = $crate::harness::target::Host::redis().await else { return };
                let scenario = concat!($area, "/", stringify!($name));
                $crate::scenarios::play_on_host(host, scenario, super::$name).await;
            })+
        }
    };
}
use scenarios;

/// Plays a scenario in native code, and holds what it stored and gave out to its golden file.
async fn play_for_gold(scenario: &'static str, play: impl AsyncFnOnce(&mut Player)) {
    let target = Rc::new(Recording::new(Native::with_one_seed()));
    let mut player = Player::without_snapshots(Rc::clone(&target), scenario);
    play(&mut player).await;
    golden::hold(scenario, &target);
}

/// Plays a scenario on the built wasm.
async fn play_on_host(host: Host, scenario: &'static str, play: impl AsyncFnOnce(&mut Player)) {
    let host = Rc::new(host);
    let mut player = Player::new(Rc::clone(&host), scenario);
    play(&mut player).await;
    player.end();
    host.assert_nothing_trapped();
}

/// Snapshots that tests of faults hold.
const OTHERS: &[&str] = &["faults/store", "faults/configuration"];

#[test]
fn no_snapshot_is_left_over_from_a_scenario_that_is_gone() {
    let known: BTreeSet<String> = [
        console::NAMES,
        feedback::NAMES,
        policy::NAMES,
        requests::NAMES,
        unsubscribe::NAMES,
        OTHERS,
    ]
    .concat()
    .into_iter()
    .map(str::to_owned)
    .collect();
    let folders = |path: &Path| -> Vec<String> {
        let entries = fs::read_dir(path).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    let mut found = BTreeSet::new();
    for area in folders(&snapshot::folder("")) {
        found.extend(
            folders(&snapshot::folder(&area)).into_iter().map(|name| format!("{area}/{name}")),
        );
    }
    assert_eq!(found, known);
}

#[test]
fn every_kind_of_problem_is_shown_once_at_least() {
    let mut all = String::new();
    let mut folders = vec![snapshot::folder("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let shown = |slug: &str| all.contains(&format!("/problems/{slug}\"\n"));
    let unseen: Vec<_> = Kind::ALL.iter().map(|kind| kind.slug()).filter(|s| !shown(s)).collect();
    assert!(unseen.is_empty(), "no snapshot shows {unseen:?} as JSON");
}
