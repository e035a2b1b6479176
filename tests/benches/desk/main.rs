//! What the desk costs: each public path beside a floor that makes the same store calls and does nothing else.
//!
//! Both run in hosts of their own, each a child process of this one, which sends the requests: the desk and the floor take
//! turns for a moment each, and what is told is the median over the turns, so that a machine that gets busier or slower
//! meanwhile does so for both. Nothing fails because of time: this is a benchmark, and the table says what misses.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench reads the clock and its environment, prints, and ends by panicking where an answer is wrong"
)]

mod build;
mod child;
mod client;
mod learn;
mod load;
mod paths;
mod redis;
mod report;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use desk_host::StoreChoice;

use crate::{
    child::Child,
    client::Connection,
    learn::Plan,
    load::Lane,
    paths::{Known, PATHS},
    redis::Redis,
    report::Report,
};

/// How long is measured, and how often.
struct Effort {
    /// How often the desk and the floor each take a turn.
    turns: usize,
    /// How long a turn is.
    turn: Duration,
    /// How long each runs beforehand, unmeasured.
    warm_up: Duration,
}

const THOROUGH: Effort =
    Effort { turns: 5, turn: Duration::from_millis(380), warm_up: Duration::from_millis(150) };
const QUICK: Effort =
    Effort { turns: 3, turn: Duration::from_millis(100), warm_up: Duration::from_millis(50) };

/// How many connections are kept alive at once.
const CONNECTIONS: [usize; 2] = [1, 16];

/// How long a host is left alone before its memory is read: twice what an idle instance waits for.
const REST: Duration = Duration::from_secs(2);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo passes `--bench`; everything else is ours.
    let own: Vec<&str> = arguments.iter().map(String::as_str).filter(|a| *a != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("the system gives a runtime");
    match own.as_slice() {
        [child::SERVE, manifest, store, cache] => {
            runtime.block_on(child::serve(manifest, store, cache));
        }
        [] => runtime.block_on(run(&THOROUGH, "")),
        ["--quick"] => runtime.block_on(run(&QUICK, "")),
        [part] if !part.starts_with('-') => runtime.block_on(run(&THOROUGH, part)),
        ["--quick", part] => runtime.block_on(run(&QUICK, part)),
        _ => {
            eprintln!("usage: cargo bench -- [--quick] [PART OF A ROW'S NAME]");
            std::process::exit(2);
        }
    }
}

/// Where the workspace lies.
fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("tests/ lies in the workspace").to_owned()
}

async fn run(effort: &Effort, only: &str) {
    let desk = build::built(&root().join("spin.toml"));
    let floor = build::built(&root().join("tests/floor/spin.toml"));
    eprintln!("learning what the desk asks of its store");
    let plans = learn::learn(desk.path()).await;
    // On a disk, where writes cost what they cost; many systems keep /tmp in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut report = Report::begin(effort);
    let redis = Redis::start(folder.path());
    let stores = [("SQLite", Some(None)), ("Redis", redis.as_ref().map(Some))];
    for (number, (store, server)) in stores.into_iter().enumerate() {
        let Some(server) = server else {
            report.left_out(store);
            continue;
        };
        let choice = |side: &str| match server {
            None => StoreChoice::Sqlite(folder.path().join(format!("{side}.db"))),
            // The number of a database on the one server.
            Some(redis) => StoreChoice::Redis(redis.url(usize::from(side == "floor"))),
        };
        // The first desk compiles everything, the second one finds it compiled: both are told.
        let cache = folder.path().join("compiled");
        let how = if number == 0 {
            "having compiled all functions"
        } else {
            "having found them compiled"
        };
        let mut desk = Child::start(desk.path(), &choice("desk"), &cache);
        let mut floor = Child::start(floor.path(), &choice("floor"), &cache);
        let known = paths::prepare(desk.address).await;
        fill(floor.address, &plans).await;
        for connections in CONNECTIONS {
            report.section(store, connections);
            let rows = PATHS.iter().zip(&plans).filter(|(path, _)| path.name.contains(only));
            for (path, plan) in rows {
                let mut lanes = lanes(path, plan, &known, (&desk, &floor), connections).await;
                report.row(path, plan, &load::compare(effort, &mut lanes).await);
            }
        }
        tokio::time::sleep(REST).await;
        report.memory(store, how, desk.memory());
        desk.stop();
        floor.stop();
    }
    report.end();
}

/// Puts under the floor's keys values of the sizes that the desk reads.
async fn fill(address: std::net::SocketAddr, plans: &[Plan]) {
    let mut connection = Connection::open(address).await;
    for call in plans.iter().flat_map(|plan| plan.groups.iter().flatten()) {
        if let Some(target) = call.filling() {
            let answer = connection.exchange(&paths::get(&target, "")).await;
            assert_eq!(answer.status, 200, "the floor does not write {target}");
        }
    }
}

/// The two sides of one path.
async fn lanes<'a>(
    path: &'a paths::Path,
    plan: &'a Plan,
    known: &'a Known,
    (desk, floor): (&Child, &Child),
    connections: usize,
) -> [Lane<'a>; 2] {
    let address = |child: &Child| if path.fresh { child.fresh } else { child.address };
    let asked = (path.request)(known);
    let varies = path.varies || plan.varies();
    [
        Lane::open(address(desk), desk.id(), connections, path.status, path.varies, move || {
            (path.request)(known)
        })
        .await,
        Lane::open(address(floor), floor.id(), connections, path.status, varies, move || {
            paths::readdressed(&asked, &plan.target(path.status, known.number()))
        })
        .await,
    ]
}
