//! The store port over `spin:key-value@3`.

use std::cell::OnceCell;
use std::rc::Rc;

use desk_app::ports::{Store, StoreError};
use desk_core::store_key::StoreKey;

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
#[derive(Clone, Default)]
pub struct SpinStore;

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
        open()?.get(key.as_str().into()).await.map_err(failed)
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        open()?.set(key.as_str().into(), value.into()).await.map_err(failed)
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        open()?.delete(key.as_str().into()).await.map_err(failed)
    }
}
