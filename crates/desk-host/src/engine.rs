//! The engine that runs components, and what one instance of a component holds.
//!
//! There is one engine in a process, and a component file is compiled once, however many hosts
//! are started: tests start dozens.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::watch;
use wasmtime::{
    Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store,
    StoreContextMut, StoreLimits, StoreLimitsBuilder,
    component::{Component, GuestTaskId, HasData, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    WasiHttpCtx, WasiHttpCtxView, WasiHttpView,
    handler::{
        HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
    },
    p3::bindings::ServicePre,
};

use crate::{
    Clock, Random, Reuse, bindings,
    bindings::spin::variables::variables,
    hosts::AllowedHost,
    ids,
    log::{Log, LogStream},
    outbound::Outbound,
    store::Backend,
};

/// How many instances can be alive at once in this process, as in Spin; a request that needs one
/// more is answered with a 500.
///
/// They cost address space, some 4 TB of it, rather than memory.
const INSTANCES: u32 = 1000;

/// What one instance, shared by up to 16 requests, holds on the host's side.
pub(crate) struct State {
    pub(crate) component: Arc<ComponentContext>,
    pub(crate) table: ResourceTable,
    pub(crate) open_stores: usize,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outbound: Outbound,
    limits: StoreLimits,
}

/// What all instances of a component in one host share.
pub(crate) struct ComponentContext {
    pub(crate) id: String,
    /// The stores that the component may open, by label.
    pub(crate) stores: BTreeMap<String, Arc<dyn Backend>>,
    /// The component's variables with their values put in.
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) allowed_outbound_hosts: Vec<AllowedHost>,
    pub(crate) clock: Option<Clock>,
    pub(crate) random: Option<Random>,
    pub(crate) log: Log,
    /// How many bytes of memory an instance may have.
    pub(crate) max_instance_memory: Option<usize>,
}

/// Tells the bindings where their data lies: in the whole of [`State`].
pub(crate) struct HostData;

impl HasData for HostData {
    type Data<'a> = &'a mut State;
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.outbound }
    }
}

impl State {
    /// The state of a new instance, which gets neither files nor environment nor sockets.
    fn new(component: Arc<ComponentContext>) -> Self {
        let mut wasi = WasiCtx::builder();
        wasi.stdout(LogStream::new(&component));
        wasi.stderr(LogStream::new(&component));
        if let Some(clock) = &component.clock {
            wasi.wall_clock(InjectedClock(Arc::clone(clock)));
        }
        if let Some(random) = &component.random {
            wasi.secure_random(InjectedRandom(Arc::clone(random)));
            // Seeds of hash maps: drawing them from the same source would shift its sequence with
            // every map that a guest makes.
            wasi.insecure_random_seed(0);
        }
        let mut limits = StoreLimitsBuilder::new();
        if let Some(bytes) = component.max_instance_memory {
            limits = limits.memory_size(bytes);
        }
        Self {
            limits: limits.build(),
            outbound: Outbound::new(Arc::clone(&component)),
            component,
            table: ResourceTable::new(),
            open_stores: 0,
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
        }
    }
}

struct InjectedClock(Clock);

impl wasmtime_wasi::HostWallClock for InjectedClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        (self.0)()
    }
}

struct InjectedRandom(Random);

impl InjectedRandom {
    fn draw<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }
}

impl rand_core::TryRng for InjectedRandom {
    type Error = std::convert::Infallible;

    // `get-random-bytes` asks for one u32 a byte and keeps its low end: taking one byte for it
    // gives the guest the very bytes that a native caller would get from the same source.
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let [byte] = self.draw();
        Ok(u32::from(byte))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from_le_bytes(self.draw()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        (self.0)(bytes);
        Ok(())
    }
}

impl variables::Host for State {
    fn convert_error(&mut self, error: variables::Error) -> wasmtime::Result<variables::Error> {
        Ok(error)
    }
}

impl<T: Send> variables::HostWithStore<T> for HostData {
    async fn get(
        accessor: &wasmtime::component::Accessor<T, Self>,
        name: String,
    ) -> Result<String, variables::Error> {
        ids::lower_snake(&name).map_err(variables::Error::InvalidName)?;
        accessor.with(|mut access| {
            let component = &access.get().component;
            component.variables.get(&name).cloned().ok_or_else(|| {
                variables::Error::Undefined(format!("no variable for {:?}.{name:?}", component.id))
            })
        })
    }
}

/// The engine, and every component compiled so far.
struct SharedEngine {
    engine: Engine,
    linker: Linker<State>,
    /// By file and the time it was changed. The lock is held while one is compiled, so that two
    /// hosts that start at once compile it once.
    components: Mutex<HashMap<(PathBuf, SystemTime), ServicePre<State>>>,
}

static SHARED: OnceLock<Result<SharedEngine, String>> = OnceLock::new();

/// Why a component file cannot be run, as the second half of a sentence.
pub(crate) type ComponentProblem = String;

/// Compiles the component at `path`, or finds it compiled.
pub(crate) fn component(
    path: &Path,
    cache: Option<&Path>,
) -> Result<ServicePre<State>, ComponentProblem> {
    let shared = SHARED
        .get_or_init(|| SharedEngine::new(cache).map_err(|error| one_line(&error)))
        .as_ref()
        .map_err(|reason| format!("no WebAssembly engine: {reason}"))?;
    let file = path.canonicalize().map_err(|error| error.to_string())?;
    let changed = file
        .metadata()
        .and_then(|metadata| metadata.modified())
        .map_err(|error| error.to_string())?;
    let key = (file, changed);
    let mut components = shared.components.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = components.get(&key) {
        return Ok(found.clone());
    }
    let component = Component::from_file(&shared.engine, &key.0)
        .map_err(|error| format!("it is no WebAssembly component: {}", one_line(&error)))?;
    let instance = shared.linker.instantiate_pre(&component).map_err(|error| {
        format!("it asks for something that the embedded host lacks: {}", one_line(&error))
    })?;
    let service = ServicePre::new(instance).map_err(|_| {
        "it does not export wasi:http/handler@0.3.0, as a component built with the Spin SDK 7 does"
            .to_owned()
    })?;
    // Older builds of the same file are not asked for again.
    components.retain(|(file, _), _| *file != key.0);
    components.insert(key, service.clone());
    Ok(service)
}

impl SharedEngine {
    fn new(cache: Option<&Path>) -> wasmtime::Result<Self> {
        let cache = compile_cache(cache);
        // Where the address space is too small for a pool, as on some 39-bit machines, instances
        // are made one by one, as Spin makes them there.
        let engine = Engine::new(&configuration(cache.clone(), pool())).or_else(|_| {
            Engine::new(&configuration(cache, InstanceAllocationStrategy::OnDemand))
        })?;
        let mut linker = Linker::new(&engine);
        // A component for WASI 0.3 still imports 0.2 as well, for that is what Rust's std uses.
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        bindings::Host_::add_to_linker::<State, HostData>(&mut linker, |state| state)?;
        Ok(Self { engine, linker, components: Mutex::default() })
    }
}

fn pool() -> InstanceAllocationStrategy {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES)
        .total_memories(INSTANCES)
        .total_stacks(INSTANCES)
        .total_tables(2 * INSTANCES)
        .total_core_instances(4 * INSTANCES)
        .table_elements(100_000)
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_core_instances_per_component(200)
        .max_tables_per_component(64)
        .max_memories_per_component(32)
        .max_memory_size(4 << 30)
        // Kept small, so that a host at rest after much work is small again.
        .max_unused_warm_slots(16)
        .linear_memory_keep_resident(256 << 10)
        .table_keep_resident(16 << 10);
    InstanceAllocationStrategy::Pooling(pool)
}

fn configuration(cache: Option<Cache>, allocation: InstanceAllocationStrategy) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .allocation_strategy(allocation)
        // Without a cache, as on a read-only home, starting is slower and nothing else.
        .cache(cache);
    config
}

fn compile_cache(folder: Option<&Path>) -> Option<Cache> {
    let Some(folder) = folder else { return Cache::from_file(None).ok() };
    std::fs::create_dir_all(folder).ok()?;
    let mut config = CacheConfig::new();
    config.with_directory(folder.canonicalize().ok()?);
    Cache::new(config).ok()
}

/// An error of the engine on one line: the cause, without the wasm frames above it, which have no
/// names in a stripped component.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    let text = match error.chain().last() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    };
    text.lines().next().unwrap_or("no reason is known").to_owned()
}

/// Makes instances of one component for the engine's request handler.
pub(crate) struct Instances {
    pub(crate) service: ServicePre<State>,
    pub(crate) component: Arc<ComponentContext>,
    pub(crate) reuse: Reuse,
    pub(crate) busy: BusyCount,
}

/// How many instances of a host have something to do.
pub(crate) type BusyCount = Arc<watch::Sender<usize>>;

/// Whether one of them has.
struct Activity {
    is_busy: AtomicBool,
    busy: BusyCount,
}

impl Activity {
    fn set(&self, busy: bool) {
        if self.is_busy.swap(busy, Ordering::SeqCst) != busy {
            self.busy.send_modify(|count| {
                *count = if busy { count.saturating_add(1) } else { count.saturating_sub(1) };
            });
        }
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.set(false);
    }
}

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Worker>> {
        let mut store = Store::new(self.service.engine(), State::new(Arc::clone(&self.component)));
        store.limiter(|state| &mut state.limits);
        let proxy = Proxy::P3(self.service.instantiate_async(&mut store).await?);
        let busy = Arc::clone(&self.busy);
        let activity = Arc::new(Activity { is_busy: AtomicBool::new(false), busy });
        Ok(Instance {
            store,
            proxy,
            view: State::http,
            expiration: Expiration {
                idle: self.reuse.idle,
                sleep: Box::pin(tokio::time::sleep(self.reuse.idle)),
                activity: Arc::clone(&activity),
            },
            state: Worker { component: Arc::clone(&self.component), reuse: self.reuse, activity },
        })
    }
}

/// Ends an instance that has been idle for long enough; as in Spin a request may take for ever.
pub(crate) struct Expiration {
    idle: Duration,
    sleep: Pin<Box<tokio::time::Sleep>>,
    activity: Arc<Activity>,
}

impl WorkerExpiration for Expiration {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        start: Instant,
    ) -> Poll<()> {
        match status {
            WorkerStatus::Requests | WorkerStatus::PostReturn => Poll::Pending,
            WorkerStatus::Idle => {
                self.activity.set(false);
                let Some(deadline) = start.checked_add(self.idle) else { return Poll::Pending };
                let deadline = deadline.into();
                if deadline != self.sleep.deadline() {
                    self.sleep.as_mut().reset(deadline);
                }
                self.sleep.as_mut().poll(context)
            }
        }
    }
}

/// Decides which requests an instance takes.
pub(crate) struct Worker {
    component: Arc<ComponentContext>,
    reuse: Reuse,
    activity: Arc<Activity>,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = ();

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.reuse.max_uses {
            ShouldAccept::Never
        } else if concurrent >= self.reuse.max_concurrent {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, State>,
        (): (),
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        self.activity.set(true);
        Box::pin(std::future::pending())
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        drop(store);
        if let Err(error) = result {
            self.component
                .log
                .host(&self.component.id, &format!("an instance failed: {}", one_line(&error)));
        }
    }
}

impl fmt::Debug for ComponentContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the variables, which hold secrets.
        f.debug_struct("ComponentContext").field("id", &self.id).finish_non_exhaustive()
    }
}
