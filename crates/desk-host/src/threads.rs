//! The threads that a host runs on.

use std::{thread, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
};

use crate::error::HostError;

/// The threads of one host: all that it started ends with them.
pub(crate) struct Threads(Option<Runtime>);

impl Threads {
    pub(crate) fn new() -> Result<Self, HostError> {
        let runtime = Builder::new_multi_thread().thread_name("desk-host").enable_all().build();
        runtime.map(Some).map(Self).map_err(|error| HostError::Runtime(error.to_string()))
    }

    pub(crate) async fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, HostError> {
        let Self(Some(runtime)) = self else {
            return Err(HostError::Runtime("they have ended".to_owned()));
        };
        runtime.spawn(work).await.map_err(|error| HostError::Runtime(error.to_string()))
    }

    pub(crate) async fn stop(&mut self) {
        let Some(runtime) = self.0.take() else { return };
        let (done, ended) = oneshot::channel();
        // Not on the caller's threads, for waiting for a runtime blocks.
        thread::spawn(move || {
            runtime.shutdown_timeout(Duration::from_secs(5));
            // The caller may have stopped waiting.
            let _ = done.send(());
        });
        // A sender that is dropped has ended as well.
        let _ = ended.await;
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
