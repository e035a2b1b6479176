//! A host that serves.

use std::{fmt, net::SocketAddr, sync::Arc};

use crate::{
    error::HostError,
    log::Log,
    options::HostOptions,
    startup::{StartedApp, start_app},
    store::Backend,
    threads::Threads,
};

/// Starts an application; it serves until the value is stopped or dropped.
///
/// It runs on threads of its own, so that any caller can start one and none has to poll for it.
///
/// # Errors
/// When the manifest, a variable, a component, the storage or the address cannot be used.
pub async fn start(options: HostOptions) -> Result<RunningHost, HostError> {
    let threads = Threads::new()?;
    let log = Log::new(options.log.clone());
    // On the host's own threads, where a connection to Redis made now goes on living.
    let started = threads.spawn(start_app(options, log.clone())).await??;
    Ok(RunningHost { started, log, threads })
}

/// An application that serves.
pub struct RunningHost {
    started: StartedApp,
    log: Log,
    threads: Threads,
}

impl RunningHost {
    /// Where the application listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.started.address
    }

    /// Whether a route leads `path` to a component or a static response.
    #[must_use]
    pub fn answers(&self, path: &str) -> bool {
        self.started.app.router.route(path).is_some()
    }

    /// What is behind the label `default`.
    #[must_use]
    pub fn backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.started.backend)
    }

    /// Waits until no instance has anything to do. One that has answered may have, for a moment, and a request that comes
    /// in that moment starts another instance.
    pub async fn wait_until_idle(&self) {
        // The sender is here, so waiting does not end before.
        let _ = self.started.busy.subscribe().wait_for(|busy| *busy == 0).await;
    }

    /// Ends the application at once, as Spin ends, and returns when nothing of it runs any more.
    pub async fn stop(mut self) {
        self.log.end();
        self.threads.stop().await;
    }
}

impl Drop for RunningHost {
    fn drop(&mut self) {
        // The instances that end with the host have not failed.
        self.log.end();
    }
}

impl fmt::Debug for RunningHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningHost")
            .field("address", &self.started.address)
            .finish_non_exhaustive()
    }
}
