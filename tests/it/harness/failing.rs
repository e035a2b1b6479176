//! A store that counts, fails, is gone, or waits, on demand.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use desk_host::{Backend, async_trait};
use tokio::sync::watch;

use super::soon;

/// A store in front of another one.
///
/// A call is named by its verb and the first part of its key, such as `set case`.
pub(crate) struct Failing {
    inner: Arc<dyn Backend>,
    calls: Mutex<Vec<String>>,
    /// The first call to fail, counted from one since the last reset.
    fail_from: AtomicUsize,
    /// The last call to fail.
    fail_to: AtomicUsize,
    gates: Mutex<Vec<Arc<Gate>>>,
}

const NEVER: usize = usize::MAX;

impl Failing {
    pub(crate) fn new(inner: Arc<dyn Backend>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            calls: Mutex::default(),
            fail_from: AtomicUsize::new(NEVER),
            fail_to: AtomicUsize::new(NEVER),
            gates: Mutex::default(),
        })
    }

    /// Whether what lies under a key was overwritten, and only its name is left.
    pub(crate) async fn is_destroyed(&self, key: &str) -> bool {
        let value = self.inner.get(key).await.expect("the store is there");
        value.is_some_and(|value| desk_core::sealed::is_destroyed(&value))
    }

    /// Removes all that is stored.
    pub(crate) async fn clear(&self) {
        for key in self.inner.keys().await.expect("the store is there") {
            self.inner.delete(&key).await.expect("the store is there");
        }
    }

    /// The calls since the last reset.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets the calls so far, and lets all that follow succeed.
    pub(crate) fn reset(&self) {
        self.fail_from.store(NEVER, Ordering::SeqCst);
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Forgets the calls so far, and lets the n-th (from one) and all behind it fail: a store that goes away.
    pub(crate) fn fail_from(&self, call: usize) {
        self.fail(call, NEVER);
    }

    /// Forgets the calls so far, and lets the n-th (from one) fail and no other: a store that is back at once.
    pub(crate) fn fail_at(&self, call: usize) {
        self.fail(call, call);
    }

    fn fail(&self, from: usize, to: usize) {
        self.reset();
        self.fail_to.store(to, Ordering::SeqCst);
        self.fail_from.store(from, Ordering::SeqCst);
    }

    /// Makes the calls of this name wait until the gate is opened.
    pub(crate) fn gate(&self, call: &str) -> Arc<Gate> {
        let gate = Arc::new(Gate {
            call: call.to_owned(),
            arrived: watch::Sender::new(0),
            open: watch::Sender::new(false),
        });
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&gate));
        gate
    }

    async fn call(&self, verb: &str, key: &str) -> Result<(), String> {
        let area = key.split(':').next().unwrap_or_default();
        let name = format!("{verb} {area}").trim_end().to_owned();
        let number = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(name.clone());
            calls.len()
        };
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for gate in gates.iter().filter(|gate| gate.call == name) {
            gate.pass().await;
        }
        let failing = self.fail_from.load(Ordering::SeqCst)..=self.fail_to.load(Ordering::SeqCst);
        if failing.contains(&number) {
            return Err(format!("call {number} ({name}) was told to fail"));
        }
        Ok(())
    }
}

/// What calls of one name wait at.
#[derive(Debug)]
pub(crate) struct Gate {
    call: String,
    arrived: watch::Sender<usize>,
    open: watch::Sender<bool>,
}

impl Gate {
    async fn pass(&self) {
        self.arrived.send_modify(|count| *count += 1);
        // The sender is this gate's own, so it cannot be gone.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }

    /// Waits until so many calls have come to the gate.
    pub(crate) async fn arrived(&self, calls: usize) {
        let mut arrived = self.arrived.subscribe();
        let what = format!("{calls} calls `{}` come to the gate", self.call);
        soon(&what, arrived.wait_for(|count| *count >= calls)).await.expect("the gate lives");
    }

    /// Lets them all go on, and all that follow.
    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }
}

#[async_trait]
impl Backend for Failing {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        self.call("get", key).await?;
        self.inner.get(key).await
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), String> {
        self.call("set", key).await?;
        self.inner.set(key, value).await
    }

    async fn delete(&self, key: &str) -> Result<(), String> {
        self.call("delete", key).await?;
        self.inner.delete(key).await
    }

    async fn exists(&self, key: &str) -> Result<bool, String> {
        self.call("exists", key).await?;
        self.inner.exists(key).await
    }

    async fn keys(&self) -> Result<Vec<String>, String> {
        self.call("keys", "").await?;
        self.inner.keys().await
    }
}
