//! The embedded host: runs the application of a `spin.toml` in this process, as Spin 4.1 does.
//!
//! It is for a first try, for development and for tests. It does nothing that Spin does not do,
//! and where a manifest asks for something that Spin has and it lacks, it says so and stops.
#![allow(
    clippy::disallowed_methods,
    reason = "the bans on clocks and the environment are for guests; this crate is their host"
)]

#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "generated code"
)]
mod bindings;
mod engine;
mod hosts;
mod http;
mod ids;
mod key_value;
mod log;
pub mod manifest;
mod outbound;
mod routes;
pub mod runtime_config;
pub mod store;
pub mod variables;

use std::{
    collections::BTreeMap,
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
    sync::{oneshot, watch},
};
use wasmtime_wasi_http::handler::ProxyHandler;

pub use async_trait::async_trait;

use crate::{
    engine::{Busy, ComponentContext, Instances},
    hosts::AllowedHost,
    http::{Answerer, App},
    log::Log,
    manifest::{Component, Manifest, ManifestError, Target},
    routes::Router,
    variables::VariableError,
};
pub use crate::{
    routes::Pattern,
    store::{Backend, StoreChoice},
};

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

/// Why a host did not start, each as one sentence.
#[derive(Debug)]
pub enum HostError {
    /// The manifest cannot be used.
    Manifest(ManifestError),
    /// A variable has no value.
    Variable(VariableError),
    /// A component opens a store that nothing is configured for.
    UnknownStore {
        /// The component.
        component: String,
        /// The label.
        label: String,
    },
    /// The storage cannot be used.
    Store(String),
    /// The wasm file of a component is not there.
    MissingWasm {
        /// The component.
        component: String,
        /// Where it should be.
        path: PathBuf,
    },
    /// The wasm file of a component is not one that this host can run.
    Component {
        /// The component.
        component: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An entry of `allowed_outbound_hosts` that came out wrong once its variables had values.
    OutboundHost(String),
    /// Somebody else listens at the address already.
    AddressInUse(SocketAddr),
    /// The address cannot be listened at.
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        reason: String,
    },
    /// The system gives no threads.
    Runtime(String),
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Manifest(error) => error.fmt(f),
            Self::Variable(error) => error.fmt(f),
            Self::UnknownStore { component, label } => write!(
                f,
                "the component `{component}` uses the key-value store `{label}`, and only \
                 `default` exists without a runtime config that defines it"
            ),
            Self::Store(reason) | Self::OutboundHost(reason) => f.write_str(reason),
            Self::MissingWasm { component, path } => write!(
                f,
                "the component `{component}` is not built: {} does not exist",
                path.display()
            ),
            Self::Component { component, path, reason } => {
                write!(
                    f,
                    "the component `{component}` ({}) cannot be run: {reason}",
                    path.display()
                )
            }
            Self::AddressInUse(address) => write!(f, "{address} is already in use"),
            Self::Listen { address, reason } => write!(f, "cannot listen at {address}: {reason}"),
            Self::Runtime(reason) => write!(f, "no threads to serve with: {reason}"),
        }
    }
}

impl std::error::Error for HostError {}

impl From<ManifestError> for HostError {
    fn from(error: ManifestError) -> Self {
        Self::Manifest(error)
    }
}

impl From<VariableError> for HostError {
    fn from(error: VariableError) -> Self {
        Self::Variable(error)
    }
}

/// Listens at `address`.
///
/// # Errors
/// When the address is taken or not this machine's.
pub fn listen(address: SocketAddr) -> Result<std::net::TcpListener, HostError> {
    std::net::TcpListener::bind(address).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => HostError::AddressInUse(address),
        _ => HostError::Listen { address, reason: error.to_string() },
    })
}

/// Starts an application; it serves until the value is stopped or dropped.
///
/// It runs on threads of its own, so that any caller can start one and none has to poll for it.
///
/// # Errors
/// When the manifest, a variable, a component, the storage or the address cannot be used.
pub async fn start(options: HostOptions) -> Result<Running, HostError> {
    let threads = Threads::new()?;
    let log = Log::new(options.log.clone());
    // On the host's own threads, where a connection to Redis made now goes on living.
    let started = threads.spawn(begin(options, log.clone())).await??;
    Ok(Running { started, log, threads })
}

/// An application that serves.
pub struct Running {
    started: Started,
    log: Log,
    threads: Threads,
}

/// What a start brings about.
struct Started {
    address: SocketAddr,
    backend: Arc<dyn Backend>,
    app: Arc<App>,
    busy: Busy,
}

impl Running {
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
    pub async fn settled(&self) {
        // The sender is here, so waiting does not end before.
        let _ = self.started.busy.subscribe().wait_for(|busy| *busy == 0).await;
    }

    /// Ends the application at once, as Spin ends, and returns when nothing of it runs any more.
    pub async fn stop(mut self) {
        self.log.end();
        std::mem::replace(&mut self.threads, Threads(None)).stop().await;
    }
}

/// The threads of one host: all that it started ends with them.
struct Threads(Option<Runtime>);

impl Threads {
    fn new() -> Result<Self, HostError> {
        let runtime = Builder::new_multi_thread().thread_name("desk-host").enable_all().build();
        runtime.map(Some).map(Self).map_err(|error| HostError::Runtime(error.to_string()))
    }

    async fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, HostError> {
        let Self(Some(runtime)) = self else {
            return Err(HostError::Runtime("they have ended".to_owned()));
        };
        runtime.spawn(work).await.map_err(|error| HostError::Runtime(error.to_string()))
    }

    async fn stop(mut self) {
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

impl Drop for Running {
    fn drop(&mut self) {
        // The instances that end with the host have not failed.
        self.log.end();
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.started.address).finish_non_exhaustive()
    }
}

/// Everything between the options and the first request.
async fn begin(options: HostOptions, log: Log) -> Result<Started, HostError> {
    let manifest = Manifest::load(&options.manifest)?;
    let values = variables::resolve(&manifest, &options.variables)?;
    check_sources(&manifest)?;
    let default = options.store.open(DEFAULT_STORE).await.map_err(HostError::Store)?;
    let stores = open_stores(&manifest, &options, Arc::clone(&default)).await?;
    // What was given is listened at before the long work of compiling.
    let listener = match &options.listener {
        Some(listener) => listener.try_clone(),
        None => listen(options.listen)?.try_clone(),
    };
    let (listener, address) = listener
        .and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((TcpListener::from_std(listener)?, address))
        })
        .map_err(|error| HostError::Listen {
            address: options.listen,
            reason: error.to_string(),
        })?;
    let busy = Busy::new(watch::Sender::new(0));
    let mut handlers = BTreeMap::new();
    for component in manifest.components() {
        let context = Arc::new(ComponentContext {
            id: component.id().to_owned(),
            stores: component
                .key_value_stores()
                .iter()
                .filter_map(|label| Some((label.clone(), Arc::clone(stores.get(label)?))))
                .collect(),
            variables: component
                .variable_templates()
                .iter()
                .map(|(name, template)| (name.clone(), template.render(&values)))
                .collect(),
            allowed_outbound_hosts: allowed_hosts(component, &values)?,
            clock: options.clock.clone(),
            random: options.random.clone(),
            log: log.clone(),
            max_instance_memory: options.max_instance_memory,
        });
        let service = compile(component, options.cache.as_deref()).await?;
        let instances = Instances {
            service,
            component: context,
            reuse: options.reuse,
            busy: Arc::clone(&busy),
        };
        handlers.insert(component.id().to_owned(), ProxyHandler::new(instances));
    }
    let routes = manifest.routes().iter().filter_map(|route| {
        let answerer = match &route.target {
            Target::Component(id) => Answerer::Component(id.clone()),
            Target::Static(response) => Answerer::Static(response.clone()),
        };
        Some((route.pattern.clone()?, answerer))
    });
    let app = App {
        name: manifest.name().to_owned(),
        version: manifest.version().to_owned(),
        router: Router::new(routes),
        handlers,
        log,
    };
    let app = Arc::new(app);
    tokio::spawn(http::serve(listener, Arc::clone(&app)));
    Ok(Started { address, backend: default, app, busy })
}

/// The label that exists without a runtime config.
const DEFAULT_STORE: &str = "default";

fn check_sources(manifest: &Manifest) -> Result<(), HostError> {
    match manifest.components().iter().find(|component| !component.source().is_file()) {
        Some(component) => Err(HostError::MissingWasm {
            component: component.id().to_owned(),
            path: component.source().to_owned(),
        }),
        None => Ok(()),
    }
}

/// Opens every store that a component uses beside `default`.
async fn open_stores(
    manifest: &Manifest,
    options: &HostOptions,
    default: Arc<dyn Backend>,
) -> Result<BTreeMap<String, Arc<dyn Backend>>, HostError> {
    let mut stores = BTreeMap::from([(DEFAULT_STORE.to_owned(), default)]);
    for component in manifest.components() {
        for label in component.key_value_stores() {
            if stores.contains_key(label) {
                continue;
            }
            let choice =
                options.other_stores.get(label).ok_or_else(|| HostError::UnknownStore {
                    component: component.id().to_owned(),
                    label: label.clone(),
                })?;
            let backend = choice.open(label).await.map_err(HostError::Store)?;
            stores.insert(label.clone(), backend);
        }
    }
    Ok(stores)
}

fn allowed_hosts(
    component: &Component,
    values: &BTreeMap<String, String>,
) -> Result<Vec<AllowedHost>, HostError> {
    component
        .outbound_templates()
        .iter()
        .map(|template| template.render(values))
        // A variable left empty means that there is no such host.
        .filter(|entry| !["", "http://", "https://"].contains(&entry.as_str()))
        .map(|entry| {
            AllowedHost::parse(&entry).map_err(|error| {
                HostError::OutboundHost(error.in_component(component.id()).to_string())
            })
        })
        .collect()
}

async fn compile(
    component: &Component,
    cache: Option<&Path>,
) -> Result<wasmtime_wasi_http::p3::bindings::ServicePre<engine::State>, HostError> {
    let (path, cache) = (component.source().to_owned(), cache.map(Path::to_owned));
    // Compiling takes whole cores for a second, and must not hold up a runtime's threads.
    let compiled =
        tokio::task::spawn_blocking(move || engine::component(&path, cache.as_deref())).await;
    compiled.map_err(|error| HostError::Runtime(error.to_string()))?.map_err(|reason| {
        HostError::Component {
            component: component.id().to_owned(),
            path: component.source().to_owned(),
            reason,
        }
    })
}
