//! The store port over `spin:key-value@3`.

use std::cell::{Cell, OnceCell};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use desk_app::ports::{Store, StoreError, Timer};
use desk_core::store_key::StoreKey;
use futures_util::future::{Either, select};
use spin_sdk::wasip3::clocks::monotonic_clock;

use crate::edge::EdgeStore;

/// Spin's own interface, of which opening is called so that it returns with the store, as the variables are read.
mod bindings {
    spin_sdk::wit_bindgen::generate!({
        inline: "package privacy-desk:store; world store { import spin:key-value/key-value@3.0.0; }",
        path: "../../wit/deps/spin-key-value.wit",
        runtime_path: "spin_sdk::wit_bindgen::rt",
        async: ["-import:spin:key-value/key-value@3.0.0#[static]store.open"],
        generate_all,
    });
}

use bindings::spin::key_value::key_value::{self, Error};

/// Spin's default key-value store, opened when it is first used and kept open for the instance's life.
///
/// Its calls before an answer share one deadline, so that a store which does not answer is a clear problem within it: Spin
/// itself waits for a Redis that is gone for more than 20 seconds. A call that is given up harms nothing; a write that was
/// may or may not have been done. Behind the answer each call has the whole time.
#[derive(Clone)]
pub struct SpinStore(Rc<Patience>);

/// How long a request waits for its store.
struct Patience {
    /// In all, in nanoseconds.
    limit: u64,
    /// How many calls are under way, and since when.
    under_way: Cell<u32>,
    since: Cell<u64>,
    /// How long calls took that are over.
    spent: Cell<u64>,
    is_answered: Cell<bool>,
}

impl Patience {
    fn left(&self) -> u64 {
        if self.is_answered.get() {
            return self.limit;
        }
        let now = if self.under_way.get() > 0 { monotonic_clock::now() } else { self.since.get() };
        let running = now.saturating_sub(self.since.get());
        self.limit.saturating_sub(self.spent.get()).saturating_sub(running)
    }

    /// Waits for a call, for as long as there is time left.
    async fn wait_for<T>(
        &self,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, StoreError> {
        let left = self.left();
        let _call = CallUnderWay::begin(self);
        match select(pin!(call), pin!(monotonic_clock::wait_for(left))).await {
            Either::Left((outcome, _)) => outcome.map_err(failed),
            Either::Right(_) => Err(StoreError("store: it did not answer in time".into())),
        }
    }
}

/// A call that is counted until it is over, or given up.
struct CallUnderWay<'a>(&'a Patience);

impl<'a> CallUnderWay<'a> {
    fn begin(patience: &'a Patience) -> Self {
        if patience.under_way.replace(patience.under_way.get() + 1) == 0 {
            patience.since.set(monotonic_clock::now());
        }
        Self(patience)
    }
}

impl Drop for CallUnderWay<'_> {
    fn drop(&mut self) {
        let Self(patience) = self;
        patience.under_way.set(patience.under_way.get().saturating_sub(1));
        if patience.under_way.get() == 0 {
            let now = monotonic_clock::now();
            let took = now.saturating_sub(patience.since.replace(now));
            patience.spent.set(patience.spent.get().saturating_add(took));
        }
    }
}

impl EdgeStore for SpinStore {
    fn with_deadline(deadline: Duration) -> Self {
        Self(Rc::new(Patience {
            limit: u64::try_from(deadline.as_nanos()).unwrap_or(u64::MAX),
            under_way: Cell::new(0),
            since: Cell::new(0),
            spent: Cell::new(0),
            is_answered: Cell::new(false),
        }))
    }

    fn answered(&self) {
        self.0.is_answered.set(true);
    }
}

thread_local! {
    static OPEN: OnceCell<Rc<key_value::Store>> = const { OnceCell::new() };
}

fn open() -> Result<Rc<key_value::Store>, StoreError> {
    if let Some(store) = OPEN.with(|cell| cell.get().cloned()) {
        return Ok(store);
    }
    let store = Rc::new(key_value::Store::open("default").map_err(failed)?);
    // Two requests may have opened it at once; the later handle serves its own request and goes.
    Ok(OPEN.with(|cell| cell.get_or_init(|| store).clone()))
}

/// What to log of an error: its own text may quote a key.
fn failed(error: Error) -> StoreError {
    StoreError(match error {
        Error::StoreTableFull => "store: too many are open".into(),
        Error::NoSuchStore => "store: there is no such store".into(),
        Error::AccessDenied => "store: access denied".into(),
        Error::Other(text) => ["store: ", &text].concat().into(),
    })
}

impl Store for SpinStore {
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.wait_for(open()?.get(key.as_str().into())).await
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        self.0.wait_for(open()?.set(key.as_str().into(), value.into())).await
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.0.wait_for(open()?.delete(key.as_str().into())).await
    }
}

impl Timer for SpinStore {
    fn clock(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    async fn wait(&self, time: Duration) {
        monotonic_clock::wait_for(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)).await;
    }
}
