//! `spin:key-value` and `wasi:keyvalue`, two doors to the same stores.

use std::sync::Arc;

use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use crate::{
    bindings::{
        spin::key_value::key_value::{self as spin, Error},
        wasi::keyvalue::store as wasi,
    },
    engine::{HostData, State},
    store::Backend,
};

/// How many stores one instance may have open, as in Spin.
const OPEN_STORES: usize = 256;

/// The longest value, and the longest list of keys, that a guest gets, as in Spin.
const LARGEST_ANSWER: usize = 128 << 20;

/// A store that a guest has open.
#[expect(unreachable_pub, reason = "the generated bindings export the type once more")]
pub struct OpenStore(Arc<dyn Backend>);

impl State {
    fn open_store(&mut self, label: &str) -> Result<Resource<OpenStore>, Error> {
        let backend = self.component.stores.get(label).ok_or(Error::AccessDenied)?;
        if self.open_stores >= OPEN_STORES {
            return Err(Error::StoreTableFull);
        }
        let store = OpenStore(Arc::clone(backend));
        let store = self.table.push(store).map_err(|error| Error::Other(error.to_string()))?;
        self.open_stores += 1;
        Ok(store)
    }

    fn backend(&self, store: &Resource<OpenStore>) -> Result<Arc<dyn Backend>, Error> {
        let OpenStore(backend) = self.table.get(store).map_err(|_| Error::NoSuchStore)?;
        Ok(Arc::clone(backend))
    }

    fn close_store(&mut self, store: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        self.open_stores -= 1;
        Ok(())
    }
}

fn within_limit(size: usize) -> Result<(), Error> {
    if size > LARGEST_ANSWER {
        return Err(Error::Other(format!("query result exceeds limit of {LARGEST_ANSWER} bytes")));
    }
    Ok(())
}

async fn get(backend: &dyn Backend, key: &str) -> Result<Option<Vec<u8>>, Error> {
    let value = backend.get(key).await.map_err(Error::Other)?;
    within_limit(value.as_ref().map_or(0, Vec::len))?;
    Ok(value)
}

async fn keys(backend: &dyn Backend) -> Result<Vec<String>, Error> {
    let keys = backend.keys().await.map_err(Error::Other)?;
    within_limit(keys.iter().map(|key| size_of::<String>() + key.len()).sum())?;
    Ok(keys)
}

impl spin::Host for State {
    fn convert_error(&mut self, error: Error) -> wasmtime::Result<Error> {
        Ok(error)
    }
}

impl spin::HostStore for State {
    async fn drop(&mut self, store: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.close_store(store)
    }
}

/// The backend of a store, taken out so that no call holds the instance while it waits.
fn backend<T>(
    accessor: &Accessor<T, HostData>,
    store: &Resource<OpenStore>,
) -> Result<Arc<dyn Backend>, Error> {
    accessor.with(|mut access| access.get().backend(store))
}

impl<T> spin::HostStoreWithStore<T> for HostData {
    async fn open(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> Result<Resource<OpenStore>, Error> {
        accessor.with(|mut access| access.get().open_store(&label))
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> Result<Option<Vec<u8>>, Error> {
        get(&*backend(accessor, &store)?, &key).await
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), Error> {
        backend(accessor, &store)?.set(&key, value).await.map_err(Error::Other)
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> Result<(), Error> {
        backend(accessor, &store)?.delete(&key).await.map_err(Error::Other)
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
        key: String,
    ) -> Result<bool, Error> {
        backend(accessor, &store)?.exists(&key).await.map_err(Error::Other)
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        store: Resource<OpenStore>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        // All keys are read before the stream begins, so that reading values meanwhile cannot
        // wait for the scan that waits for the guest.
        let listed = match backend(accessor, &store) {
            Ok(backend) => keys(&*backend).await,
            Err(error) => Err(error),
        };
        let (keys, outcome) = match listed {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(error)),
        };
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            let outcome =
                FutureReader::new(&mut access, async move { wasmtime::error::Ok(outcome) })?;
            Ok((keys, outcome))
        })
    }
}

fn to_wasi(error: Error) -> wasi::Error {
    match error {
        Error::AccessDenied => wasi::Error::AccessDenied,
        Error::NoSuchStore => wasi::Error::NoSuchStore,
        Error::StoreTableFull => wasi::Error::Other("store table full".to_owned()),
        Error::Other(reason) => wasi::Error::Other(reason),
    }
}

impl wasi::Host for State {
    async fn open(&mut self, identifier: String) -> Result<Resource<OpenStore>, wasi::Error> {
        self.open_store(&identifier).map_err(to_wasi)
    }

    fn convert_error(&mut self, error: wasi::Error) -> wasmtime::Result<wasi::Error> {
        Ok(error)
    }
}

impl wasi::HostBucket for State {
    async fn get(
        &mut self,
        bucket: Resource<OpenStore>,
        key: String,
    ) -> Result<Option<Vec<u8>>, wasi::Error> {
        let backend = self.backend(&bucket).map_err(to_wasi)?;
        get(&*backend, &key).await.map_err(to_wasi)
    }

    async fn set(
        &mut self,
        bucket: Resource<OpenStore>,
        key: String,
        value: Vec<u8>,
    ) -> Result<(), wasi::Error> {
        let backend = self.backend(&bucket).map_err(to_wasi)?;
        backend.set(&key, value).await.map_err(wasi::Error::Other)
    }

    async fn delete(
        &mut self,
        bucket: Resource<OpenStore>,
        key: String,
    ) -> Result<(), wasi::Error> {
        let backend = self.backend(&bucket).map_err(to_wasi)?;
        backend.delete(&key).await.map_err(wasi::Error::Other)
    }

    async fn exists(
        &mut self,
        bucket: Resource<OpenStore>,
        key: String,
    ) -> Result<bool, wasi::Error> {
        let backend = self.backend(&bucket).map_err(to_wasi)?;
        backend.exists(&key).await.map_err(wasi::Error::Other)
    }

    async fn list_keys(
        &mut self,
        bucket: Resource<OpenStore>,
        cursor: Option<String>,
    ) -> Result<wasi::KeyResponse, wasi::Error> {
        // Spin gives everything at once and knows no cursors.
        if cursor.is_some() {
            return Err(wasi::Error::Other("list_keys: cursor not supported".to_owned()));
        }
        let backend = self.backend(&bucket).map_err(to_wasi)?;
        let keys = keys(&*backend).await.map_err(to_wasi)?;
        Ok(wasi::KeyResponse { keys, cursor: None })
    }

    async fn drop(&mut self, bucket: Resource<OpenStore>) -> wasmtime::Result<()> {
        self.close_store(bucket)
    }
}
