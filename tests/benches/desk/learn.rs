//! What each path asks of its store, seen by a store that takes notes: this is what the floor is then told to do.

use std::{
    fmt::Write,
    ops::Range,
    path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use desk_host::{
    Backend, HostOptions, Reuse, RunningHost, StoreChoice, async_trait, store::MemoryStore,
};

use crate::{
    child::{FRESH, options},
    client::Connection,
    paths::{self, Known, PATHS},
};

/// One call to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    writes: bool,
    key: String,
    /// How many bytes were written or read; none where there was nothing to read.
    size: Option<usize>,
    /// The part of the key that is another one each time.
    unique: Option<Range<usize>>,
}

impl Call {
    /// The address at which the floor writes what this call is to find.
    pub(crate) fn filling(&self) -> Option<String> {
        let size = self.size.filter(|_| !self.writes && self.unique.is_none())?;
        Some(format!("/200/0/s{size}.{}", self.key))
    }

    fn key(&self, number: u64) -> String {
        let mut key = self.key.clone();
        if let Some(unique) = self.unique.clone() {
            let width = unique.len();
            key.replace_range(unique, &format!("{number:0width$}"));
        }
        key
    }
}

/// What a path asks of its store, and how large its answer is.
#[derive(Debug)]
pub(crate) struct Plan {
    size: usize,
    /// The calls, those that run side by side together.
    pub(crate) groups: Vec<Vec<Call>>,
}

impl Plan {
    /// Whether a key in it is another one each time.
    pub(crate) fn varies(&self) -> bool {
        self.groups.iter().flatten().any(|call| call.unique.is_some())
    }

    /// How many calls stand one after another, and how many there are in all.
    pub(crate) fn cost(&self) -> (usize, usize) {
        (self.groups.len(), self.groups.iter().map(Vec::len).sum())
    }

    /// The address at which the floor does the same and answers with this status.
    pub(crate) fn target(&self, status: u16, number: u64) -> String {
        let mut target = format!("/{status}/{}", self.size);
        for group in &self.groups {
            for (at, call) in group.iter().enumerate() {
                target.push(if at == 0 { '/' } else { ',' });
                let key = call.key(number);
                let written = match call.size.filter(|_| call.writes) {
                    Some(size) => write!(target, "s{size}.{key}"),
                    None => write!(target, "g{key}"),
                };
                written.expect("a string takes everything");
            }
        }
        target
    }
}

/// A store that notes every call.
#[derive(Default)]
struct Notes {
    store: MemoryStore,
    groups: Mutex<Vec<Vec<Call>>>,
    running: AtomicUsize,
}

impl Notes {
    fn groups(&self) -> MutexGuard<'_, Vec<Vec<Call>>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<Vec<Call>> {
        std::mem::take(&mut self.groups())
    }

    async fn note(&self, writes: bool, key: &str, size: Option<usize>) {
        let call = Call { writes, key: key.to_owned(), size, unique: None };
        {
            let mut groups = self.groups();
            // What begins while another one runs belongs to it.
            if self.running.fetch_add(1, Ordering::SeqCst) == 0 {
                groups.push(Vec::new());
            }
            groups.last_mut().expect("there is a group").push(call);
        }
        // Long enough for the others of its group to begin.
        tokio::time::sleep(Duration::from_millis(5)).await;
        self.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Backend for Notes {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let value = self.store.get(key).await?;
        self.note(false, key, value.as_ref().map(Vec::len)).await;
        Ok(value)
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), String> {
        self.note(true, key, Some(value.len())).await;
        self.store.set(key, value).await
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.store.delete(key).await
    }

    async fn exists(&self, key: &str) -> Result<bool, String> {
        self.store.exists(key).await
    }

    async fn keys(&self) -> Result<Vec<String>, String> {
        self.store.keys().await
    }
}

/// Learns the plan of every path.
pub(crate) async fn learn(manifest: &path::Path) -> Vec<Plan> {
    let notes = Arc::new(Notes::default());
    let start = async |reuse| {
        let store = StoreChoice::Custom(notes.clone());
        let options = HostOptions { reuse, store, ..options(manifest) };
        desk_host::start(options).await.unwrap_or_else(|error| panic!("{error}"))
    };
    let (warm, fresh) = (start(Reuse::default()).await, start(FRESH).await);
    let known = paths::prepare(warm.address()).await;
    let mut plans = Vec::new();
    for path in PATHS {
        plans.push(plan(if path.fresh { &fresh } else { &warm }, path, &known, &notes).await);
    }
    warm.stop().await;
    fresh.stop().await;
    plans
}

/// Asks until two answers in a row cost the same, so that whatever is remembered is.
async fn plan(host: &RunningHost, path: &paths::Path, known: &Known, notes: &Notes) -> Plan {
    let mut connection = Connection::open(host.address()).await;
    let mut before: Option<Vec<Vec<Call>>> = None;
    for _ in 0..10 {
        notes.take();
        let answer = connection.exchange(&(path.request)(known)).await;
        assert_eq!(answer.status, path.status, "{}: {}", path.name, connection.text());
        let groups = notes.take();
        let settled = before.filter(|before| shape(before) == shape(&groups));
        if let Some(known) = settled {
            let mut plan = Plan { size: answer.size, groups };
            for (call, earlier) in plan.groups.iter_mut().flatten().zip(known.iter().flatten()) {
                call.unique = difference(&call.key, &earlier.key);
            }
            return plan;
        }
        before = Some(groups);
    }
    panic!("no two answers of {} cost the same", path.name)
}

/// What the calls are, whatever their keys.
fn shape(groups: &[Vec<Call>]) -> Vec<Vec<(bool, Option<usize>)>> {
    let shape = |group: &Vec<Call>| group.iter().map(|call| (call.writes, call.size)).collect();
    groups.iter().map(shape).collect()
}

/// Where two keys differ, from the first byte to the last that does.
fn difference(one: &str, other: &str) -> Option<Range<usize>> {
    let differs = |(a, b): (u8, u8)| a != b;
    let begin = one.bytes().zip(other.bytes()).position(differs)?;
    let end = one.len() - one.bytes().rev().zip(other.bytes().rev()).position(differs)?;
    Some(begin..end)
}
