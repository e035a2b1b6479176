//! What was measured, as a table for a terminal.

use std::thread;

use crate::{
    Effort,
    child::Memory,
    learn::Plan,
    load::{Comparison, Side},
    paths::Path,
};

/// The most that a host at rest may hold, in bytes.
const REST: u64 = 150_000_000;

/// The report: it is printed as it comes, and keeps what missed its target.
pub(crate) struct Report {
    section: String,
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
        Self { section: String::new(), misses: Vec::new(), judged: 0, left_out: Vec::new() }
    }

    /// Begins the rows of one store and one number of connections.
    pub(crate) fn section(&mut self, store: &str, connections: usize) {
        let plural = if connections == 1 { "connection" } else { "connections" };
        self.section = format!("{store}, {connections} {plural}");
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
        let verdict = self.judge(path.name, *ratio >= path.target, || {
            format!("{ratio:.2} instead of {:.2}", path.target)
        });
        let milliseconds = |of: fn(&Side) -> f64| (of(desk) * 1e3, of(floor) * 1e3);
        let (p50, p99) = (milliseconds(|side| side.p50), milliseconds(|side| side.p99));
        let cpu = milliseconds(|side| side.processor);
        println!(
            "{:<29} {:>5} {ratio:>5.2} {:>6.2} {verdict:<6} {:>6.0} {:>6.0}  {:>7.2} {:>7.2}  {:>7.2} {:>7.2}  {:>6.3} {:>6.3}",
            path.name,
            format!("{deep}/{all}"),
            path.target,
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
