//! The load: connections that each send the next request as soon as the last one is answered.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{Effort, child::processor_time, client::Connection};

/// One side of a comparison: a host, connections to it, and what they send.
pub(crate) struct Lane<'a> {
    connections: Vec<Connection>,
    process: u32,
    status: u16,
    /// Makes a request.
    request: Box<dyn Fn() -> Vec<u8> + 'a>,
    /// Whether each request is sent once only.
    varies: bool,
    /// Requests a second in the last turn.
    rate: f64,
}

/// What one turn gave.
struct Turn {
    requests: usize,
    /// Requests a second.
    rate: f64,
    /// Of each request, in seconds, in ascending order.
    latencies: Vec<f64>,
    /// Processor time of the host, in seconds.
    processor: f64,
}

/// What all turns of one side gave.
pub(crate) struct Side {
    /// Requests a second.
    pub(crate) rate: f64,
    /// What half of the requests took at most, in seconds.
    pub(crate) p50: f64,
    /// What all but a hundredth of the requests took at most, in seconds.
    pub(crate) p99: f64,
    /// Processor time of the host for one request, in seconds.
    pub(crate) processor: f64,
}

/// The desk beside the floor.
pub(crate) struct Comparison {
    /// The desk's rate as a part of the floor's.
    pub(crate) ratio: f64,
    /// The desk.
    pub(crate) desk: Side,
    /// The floor.
    pub(crate) floor: Side,
}

impl<'a> Lane<'a> {
    /// Connects to a host.
    pub(crate) async fn open(
        address: SocketAddr,
        process: u32,
        connections: usize,
        status: u16,
        varies: bool,
        request: impl Fn() -> Vec<u8> + 'a,
    ) -> Self {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(address).await);
        }
        let request = Box::new(request);
        // More than any host answers, so that the first turn does not run dry.
        Self { connections: open, process, status, request, varies, rate: 10_000.0 }
    }

    /// Sends requests for so long.
    async fn turn(&mut self, duration: Duration) -> Turn {
        // Made beforehand: what a client needs to make them is not what is measured.
        let enough =
            if self.varies { self.rate * duration.as_secs_f64() * 1.5 + 64.0 } else { 1.0 };
        let requests: Vec<Vec<u8>> = (0..enough as usize).map(|_| (self.request)()).collect();
        let supply = Arc::new(Supply { requests, next: AtomicUsize::new(0), varies: self.varies });
        let status = self.status;
        let before = processor_time(self.process);
        let begin = Instant::now();
        let mut senders = JoinSet::new();
        for mut connection in self.connections.drain(..) {
            let supply = Arc::clone(&supply);
            senders.spawn(async move {
                let mut latencies = Vec::new();
                let mut sent = Instant::now();
                while begin.elapsed() < duration
                    && let Some(request) = supply.next()
                {
                    let answer = connection.exchange(request).await;
                    let now = Instant::now();
                    latencies.push((now - sent).as_secs_f64());
                    sent = now;
                    assert_eq!(answer.status, status, "{}", connection.text());
                }
                (connection, latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(sender) = senders.join_next().await {
            let (connection, some) = sender.expect("every answer has the right status");
            self.connections.push(connection);
            latencies.extend(some);
        }
        let took = begin.elapsed().as_secs_f64();
        let processor = match (before, processor_time(self.process)) {
            (Some(before), Some(after)) => after.saturating_sub(before) as f64 / 100.0,
            _ => f64::NAN,
        };
        latencies.sort_unstable_by(f64::total_cmp);
        self.rate = latencies.len() as f64 / took;
        Turn { requests: latencies.len(), rate: self.rate, latencies, processor }
    }
}

/// The requests of one turn.
struct Supply {
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
    varies: bool,
}

impl Supply {
    fn next(&self) -> Option<&[u8]> {
        let at = if self.varies { self.next.fetch_add(1, Ordering::Relaxed) } else { 0 };
        self.requests.get(at).map(Vec::as_slice)
    }
}

/// Lets the desk and the floor take turns.
pub(crate) async fn compare(effort: &Effort, [desk, floor]: &mut [Lane<'_>; 2]) -> Comparison {
    desk.turn(effort.warm_up).await;
    floor.turn(effort.warm_up).await;
    let (mut desks, mut floors) = (Vec::new(), Vec::new());
    for number in 0..effort.turns {
        // Who goes first changes, so that neither gains by it.
        if number % 2 == 0 {
            desks.push(desk.turn(effort.turn).await);
            floors.push(floor.turn(effort.turn).await);
        } else {
            floors.push(floor.turn(effort.turn).await);
            desks.push(desk.turn(effort.turn).await);
        }
    }
    let ratios = desks.iter().zip(&floors).map(|(desk, floor)| desk.rate / floor.rate);
    let ratio = median(ratios);
    Comparison { ratio, desk: side(&desks), floor: side(&floors) }
}

fn side(turns: &[Turn]) -> Side {
    let requests: usize = turns.iter().map(|turn| turn.requests).sum();
    let processor: f64 = turns.iter().map(|turn| turn.processor).sum();
    Side {
        rate: median(turns.iter().map(|turn| turn.rate)),
        p50: median(turns.iter().map(|turn| part(&turn.latencies, 0.50))),
        p99: median(turns.iter().map(|turn| part(&turn.latencies, 0.99))),
        processor: processor / requests as f64,
    }
}

/// The number below which this part of ascending numbers lies.
fn part(sorted: &[f64], part: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_unstable_by(f64::total_cmp);
    part(&numbers, 0.5)
}
