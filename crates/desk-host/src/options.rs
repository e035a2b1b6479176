//! How an application is run.

use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use crate::store::StoreChoice;

/// Tells the guests the time, as the time since 1970.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Fills bytes for guests that ask for randomness, as one endless sequence.
///
/// A guest that uses `getrandom` draws 8 bytes at a time.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Takes what a component prints: its id and one line.
pub type LogSink = Arc<dyn Fn(&str, &str) + Send + Sync>;

/// How an application is run.
#[derive(Clone)]
pub struct HostOptions {
    /// The `spin.toml`.
    pub manifest: PathBuf,
    /// Where to listen; port 0 is any free one.
    pub listen: SocketAddr,
    /// A listener that is already open, to use instead of `listen`.
    pub listener: Option<Arc<std::net::TcpListener>>,
    /// Values of application variables; the manifest's defaults stand in for those not given.
    pub variables: BTreeMap<String, String>,
    /// What is behind the label `default`.
    pub store: StoreChoice,
    /// What is behind other labels; one that is not here does not exist.
    pub other_stores: BTreeMap<String, StoreChoice>,
    /// The guests' clock; without one, the real one.
    pub clock: Option<Clock>,
    /// The guests' randomness; without one, the real one.
    pub random: Option<Random>,
    /// How instances are used again.
    pub reuse: Reuse,
    /// How many bytes of memory an instance may have, as by Spin's option of this name; without one, what the engine lets
    /// it have.
    pub max_instance_memory: Option<usize>,
    /// Takes what guests print; without one it goes to stderr.
    pub log: Option<LogSink>,
    /// Where compiled components are kept; without one, where the engine keeps them by itself.
    ///
    /// There is one engine in a process, so the first host decides.
    pub cache: Option<PathBuf>,
}

impl HostOptions {
    /// A host for tests: any free port of this machine, nothing stored, Spin's reuse of instances.
    #[must_use]
    pub fn new(manifest: impl Into<PathBuf>) -> Self {
        Self {
            manifest: manifest.into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            listener: None,
            variables: BTreeMap::new(),
            store: StoreChoice::Memory,
            other_stores: BTreeMap::new(),
            clock: None,
            random: None,
            reuse: Reuse::default(),
            max_instance_memory: None,
            log: None,
            cache: None,
        }
    }
}

impl fmt::Debug for HostOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the variables, which hold secrets.
        f.debug_struct("HostOptions")
            .field("manifest", &self.manifest)
            .field("listen", &self.listen)
            .field("store", &self.store)
            .field("reuse", &self.reuse)
            .finish_non_exhaustive()
    }
}

/// How often, and by how many requests at once, an instance is used before it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reuse {
    /// Requests in all.
    pub max_uses: usize,
    /// Requests at once.
    pub max_concurrent: usize,
    /// How long an instance waits for another request.
    pub idle: Duration,
}

impl Default for Reuse {
    /// Spin's own numbers.
    fn default() -> Self {
        Self { max_uses: 128, max_concurrent: 16, idle: Duration::from_secs(1) }
    }
}
