//! A store in memory for native tests, which counts its calls and can be told to fail. It takes calls to other hosts too,
//! which go nowhere.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use desk_core::store_key::StoreKey;

use crate::ports::{Answer, Call, Outbound, OutboundError, Scan, Store, StoreError, Timer};

/// A store in memory.
///
/// Every call takes one turn of the executor, so that calls which a use case starts together are seen to run together:
/// `depth` counts the turns, which is how many calls stood one after another.
#[derive(Debug, Default)]
pub struct MemoryStore {
    values: RefCell<BTreeMap<String, Vec<u8>>>,
    calls: RefCell<Vec<String>>,
    running: Cell<usize>,
    depth: Cell<usize>,
    fail_at: Cell<Option<usize>>,
    sent: RefCell<Vec<SentRequest>>,
    answers: Cell<Option<u16>>,
    millis: Cell<u64>,
    answer_body: RefCell<Vec<u8>>,
}

/// A call to another host that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    /// Where to.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl MemoryStore {
    /// Forgets the calls counted so far.
    pub fn reset_calls(&self) {
        self.calls.borrow_mut().clear();
        self.depth.set(0);
    }

    /// The calls so far, such as `get case`, each with the first part of its key.
    pub fn calls(&self) -> Vec<String> {
        self.calls.borrow().clone()
    }

    /// How many calls stood in sequence: calls that ran together count once.
    pub fn depth(&self) -> usize {
        self.depth.get()
    }

    /// Lets every call from the n-th on fail (counted from one since the last reset); `None` lets all succeed.
    pub fn fail_from(&self, call: Option<usize>) {
        self.fail_at.set(call);
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.millis.set(self.millis.get().saturating_add(millis));
    }

    /// Lets other hosts answer with this status from now on, or not at all; 200 unless this was called.
    pub fn others_answer(&self, status: Option<u16>) {
        // No answer is kept as a status that there is not.
        self.answers.set(Some(status.unwrap_or(0)));
    }

    /// Lets other hosts answer with this body from now on.
    pub fn others_say(&self, body: &[u8]) {
        self.answer_body.replace(body.to_vec());
    }

    /// The calls to other hosts since this was last asked.
    pub fn sent(&self) -> Vec<SentRequest> {
        self.sent.take()
    }

    /// Everything that is stored.
    pub fn dump(&self) -> BTreeMap<String, Vec<u8>> {
        self.values.borrow().clone()
    }

    /// Puts a value in without counting it, to set up or to tamper.
    pub fn put(&self, key: &str, value: Vec<u8>) {
        self.values.borrow_mut().insert(key.to_owned(), value);
    }

    /// Takes a value out without counting it.
    pub fn take(&self, key: &str) -> Option<Vec<u8>> {
        self.values.borrow_mut().remove(key)
    }

    async fn call(&self, verb: &str, key: &str) -> Result<(), StoreError> {
        if self.running.get() == 0 {
            self.depth.set(self.depth.get() + 1);
        }
        self.running.set(self.running.get() + 1);
        let area = key.split(':').next().unwrap_or_default();
        self.calls.borrow_mut().push(format!("{verb} {area}"));
        let number = self.calls.borrow().len();
        Turn(false).await;
        self.running.set(self.running.get() - 1);
        match self.fail_at.get() {
            Some(from) if number >= from => {
                Err(StoreError(format!("store: call {number} was told to fail").into()))
            }
            _ => Ok(()),
        }
    }
}

/// Waits for one turn of the executor.
struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Store for MemoryStore {
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.call("get", key.as_str()).await?;
        Ok(self.values.borrow().get(key.as_str()).cloned())
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        self.call("set", key.as_str()).await?;
        self.values.borrow_mut().insert(key.as_str().to_owned(), value.to_vec());
        Ok(())
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.call("delete", key.as_str()).await?;
        self.values.borrow_mut().remove(key.as_str());
        Ok(())
    }
}

impl Scan for MemoryStore {
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.call("keys", prefix).await?;
        Ok(self.values.borrow().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

/// Time goes on by a millisecond whenever somebody who waits is looked at, so that those who wait side by side do so for as
/// long as they say.
impl Timer for MemoryStore {
    fn clock(&self) -> Duration {
        Duration::from_millis(self.millis.get())
    }

    async fn wait(&self, time: Duration) {
        let end = self.clock() + time;
        while self.clock() < end {
            self.millis.set(self.millis.get() + 1);
            Turn(false).await;
        }
    }
}

impl Outbound for MemoryStore {
    async fn send(&self, call: Call<'_>) -> Result<Answer, OutboundError> {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.sent.borrow_mut().push(SentRequest {
            url: call.url.to_owned(),
            headers: call.headers.iter().map(pair).collect(),
            body: call.body.unwrap_or_default().to_vec(),
        });
        Turn(false).await;
        match self.answers.get() {
            Some(0) => Err(OutboundError("nobody answered".into())),
            status => Ok(Answer {
                status: status.unwrap_or(200),
                body: self.answer_body.borrow().clone().into(),
            }),
        }
    }
}
