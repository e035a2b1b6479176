//! What was measured, as a table for a terminal.

use std::thread;

use crate::{
    Effort,
    child::Memory,
    learn::Plan,
    load::{Comparison, Side},
    paths::{Path, Target},
};

/// The most that a host at rest may hold, in bytes.
const REST: u64 = 150_000_000;

/// The report: it is printed as it comes, and keeps what missed its target.
pub(crate) struct Report {
    section: String,
    connections: usize,
    misses: Vec<String>,
    judged: usize,
    left_out: Vec<&'static str>,
}

impl Report {
    /// Says what is coming.
    pub(crate) fn begin(effort: &Effort) -> Self {
        let cores = thread::available_parallelism().map_or(0, usize::from);
        println!();
        println!("The desk beside a floor that makes the same store calls and does nothing else.");
        println!(
            "{cores} cores, shared by host and load; {} turns of {} ms each, medians.",
            effort.turns,
            effort.turn.as_millis()
        );
        println!(
            "calls: to the store, one after another/in all; ratio: desk to floor, by requests a second;"
        );
        println!("cpu: processor time of the host for one request. Times are in milliseconds.");
        println!(
            "Targets: part of the floor's throughput at many connections; milliseconds behind it of a new"
        );
        println!("instance's first answer at one.");
        Self {
            section: String::new(),
            connections: 0,
            misses: Vec::new(),
            judged: 0,
            left_out: Vec::new(),
        }
    }

    /// Begins the rows of one store and one number of connections.
    pub(crate) fn section(&mut self, store: &str, connections: usize) {
        let plural = if connections == 1 { "connection" } else { "connections" };
        self.section = format!("{store}, {connections} {plural}");
        self.connections = connections;
        println!();
        println!(
            "{:<29} {:>5} {:>5} {:>6}        {:>13}  {:>15}  {:>15}  {:>13}",
            self.section, "calls", "ratio", "target", "req/s", "p50", "p99", "cpu"
        );
        println!(
            "{:<29} {:>5} {:>5} {:>6}        {:>6} {:>6}  {:>7} {:>7}  {:>7} {:>7}  {:>6} {:>6}",
            "", "", "", "", "desk", "floor", "desk", "floor", "desk", "floor", "desk", "floor"
        );
    }

    /// Tells one path.
    pub(crate) fn row(&mut self, path: &Path, plan: &Plan, found: &Comparison) {
        let (deep, all) = plan.cost();
        let Comparison { ratio, desk, floor } = found;
        let (target, verdict) = self.held(path, found);
        let milliseconds = |of: fn(&Side) -> f64| (of(desk) * 1e3, of(floor) * 1e3);
        let (p50, p99) = (milliseconds(|side| side.p50), milliseconds(|side| side.p99));
        let cpu = milliseconds(|side| side.processor);
        println!(
            "{:<29} {:>5} {ratio:>5.2} {target:>6} {verdict:<6} {:>6.0} {:>6.0}  {:>7.2} {:>7.2}  {:>7.2} {:>7.2}  {:>6.3} {:>6.3}",
            path.name,
            format!("{deep}/{all}"),
            desk.rate,
            floor.rate,
            p50.0,
            p50.1,
            p99.0,
            p99.1,
            cpu.0,
            cpu.1,
        );
    }

    /// What a row is held to, and whether it is kept; nothing where this number of connections is not judged.
    fn held(&mut self, path: &Path, found: &Comparison) -> (String, &'static str) {
        let many = self.connections > 1;
        match path.target {
            Target::Throughput(part) if many => {
                let ratio = found.ratio;
                let why = || format!("{ratio:.2} instead of {part:.2}");
                (format!("{part:.2}"), self.judge(path.name, ratio >= part, why))
            }
            Target::Behind(most) if !many => {
                let behind = found.desk.p50 - found.floor.p50;
                let why = || format!("{:.2} ms behind instead of {:.0}", behind * 1e3, most * 1e3);
                (format!("{:.0} ms", most * 1e3), self.judge(path.name, behind <= most, why))
            }
            Target::Throughput(_) | Target::Behind(_) => (String::new(), ""),
        }
    }

    /// Tells what a host holds at rest.
    pub(crate) fn memory(&mut self, store: &str, how: &str, found: Option<Memory>) {
        println!();
        let Some(Memory { resident, anonymous }) = found else {
            println!("{store}: this system does not tell what a host at rest holds.");
            return;
        };
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        store.clone_into(&mut self.section);
        let verdict = self.judge("the host at rest", resident <= REST, || {
            format!("{:.0} MB instead of {:.0}", megabytes(resident), megabytes(REST))
        });
        println!(
            "{store}: the desk's host at rest after the load, {how}: {:.0} MB resident, of them {:.0} MB its own \
             (target: {:.0} MB, {verdict})",
            megabytes(resident),
            megabytes(anonymous),
            megabytes(REST)
        );
    }

    /// Says that a store could not be had.
    pub(crate) fn left_out(&mut self, store: &'static str) {
        println!();
        println!(
            "*** LEFT OUT: {store}: its server is not installed, and nothing is known of it. ***"
        );
        self.left_out.push(store);
    }

    /// Sums up.
    pub(crate) fn end(&self) {
        println!();
        println!("{} of {} targets missed.", self.misses.len(), self.judged);
        for miss in &self.misses {
            println!("  misses: {miss}");
        }
        for store in &self.left_out {
            println!("  LEFT OUT: {store}");
        }
    }

    fn judge(&mut self, what: &str, passes: bool, why: impl Fn() -> String) -> &'static str {
        self.judged += 1;
        if passes {
            return "pass";
        }
        self.misses.push(format!("{what} ({}): {}", self.section, why()));
        "misses"
    }
}
