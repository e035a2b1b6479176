//! What a scenario is played on: the use cases in native code, or the built wasm behind real HTTP.
//!
//! Both get the same clock and the same randomness, so that the same requests get the same answers, byte for byte.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
    net::SocketAddr,
    path::Path,
    rc::Rc,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use desk_app::{
    Desk, Instance, Setup,
    memory::MemoryStore,
    ports::{Answer, Call, Outbound, OutboundError, Scan, Store, StoreError, Timer},
};
use desk_core::{
    id::{Moment, Seed},
    keys::Keyring,
    store_key::StoreKey,
    time::Timestamp,
};
use desk_host::{
    Backend, HostOptions, Reuse, RunningHost, StoreChoice, async_trait,
    manifest::{Manifest, Target as RouteTarget},
};
use desk_web::Body;
use http::{HeaderValue, Method};
use site::Site;

use super::{
    functions,
    http::{self as client, Request, Response},
    redis::{Keeps, Redis},
    soon,
};

/// The operators' token in every test.
pub(crate) const OPERATOR: &str = "the-token-of-the-operators-in-tests";

/// The token of the app's backend and the mailer in every test.
pub(crate) const APP: &str = "the-token-of-the-app-in-tests-----";

/// When every scenario begins: 2026-11-22T10:00:00Z, in milliseconds.
const BEGIN: i64 = 1_795_341_600_000;

/// The variables that have no default, and those whose default is not for tests.
pub(crate) fn variables() -> BTreeMap<String, String> {
    [
        // 32 bytes of seven.
        ("root_secret", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"),
        ("operator_token", OPERATOR),
        ("app_token", APP),
        ("unsubscribe_mailbox", "u@in.desk.example"),
        // Long enough for a store in this process.
        ("claim_settle_ms", "20"),
        ("base_url", BASE),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// What links begin with where a test says nothing else.
const BASE: &str = "https://desk.example";

/// The path of an address that a desk gave out.
pub(crate) fn path(url: &str) -> String {
    below(BASE, url)
}

fn below(base: &str, url: &str) -> String {
    let path = url.strip_prefix(base).filter(|path| path.starts_with('/'));
    path.unwrap_or_else(|| panic!("{url} is no address of ours")).to_owned()
}

/// Something that answers requests.
#[async_trait(?Send)]
pub(crate) trait Target {
    /// Answers one request.
    async fn send(&self, request: &Request) -> Response;

    /// The clock that the functions see.
    fn clock(&self) -> &Clock;

    /// Everything that is stored.
    async fn keys(&self) -> Vec<String>;

    /// Answers one request, or breaks its answer off.
    async fn try_send(&self, request: &Request) -> io::Result<Response>;

    /// What the functions have logged.
    fn log(&self) -> Vec<String>;

    /// Holds the target to it that no function trapped.
    fn assert_nothing_trapped(&self);

    /// What its links begin with.
    fn base(&self) -> &str {
        BASE
    }

    /// The path of an address that it gave out.
    fn path(&self, url: &str) -> String {
        below(self.base(), url)
    }
}

/// A target that a test looks at while a scenario plays on it.
#[async_trait(?Send)]
impl<T: Target + ?Sized> Target for Rc<T> {
    async fn send(&self, request: &Request) -> Response {
        (**self).send(request).await
    }

    fn clock(&self) -> &Clock {
        (**self).clock()
    }

    async fn keys(&self) -> Vec<String> {
        (**self).keys().await
    }

    async fn try_send(&self, request: &Request) -> io::Result<Response> {
        (**self).try_send(request).await
    }

    fn log(&self) -> Vec<String> {
        (**self).log()
    }

    fn assert_nothing_trapped(&self) {
        (**self).assert_nothing_trapped();
    }

    fn base(&self) -> &str {
        (**self).base()
    }
}

/// A clock that only a test moves.
#[derive(Clone, Debug)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(BEGIN)))
    }

    fn millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

/// Randomness that is none: one endless sequence of bytes, the same for every target.
#[derive(Clone, Debug)]
struct Sequence(Arc<AtomicU64>);

impl Sequence {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(0)))
    }

    /// Fills in the next bytes of the sequence.
    fn fill(&self, bytes: &mut [u8]) {
        let begin = self.0.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        for (at, byte) in (begin..).zip(bytes) {
            *byte = mix(at / 8).to_le_bytes()[(at % 8) as usize];
        }
    }
}

/// One output of the generator `SplitMix64`.
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The functions in this process, over a store.
pub(crate) struct Native<S = Rc<MemoryStore>> {
    store: S,
    setups: BTreeMap<String, Rc<Setup>>,
    site: Site,
    clock: Clock,
    sequence: Sequence,
    /// As in the wasm: the bytes of each function's one instance.
    seeds: RefCell<BTreeMap<String, Seed>>,
    instances: RefCell<BTreeMap<String, Rc<Instance>>>,
    /// Whether all functions draw from one seed, so that what they draw does not depend on which of them has which paths.
    shares_seed: bool,
    log: RefCell<Vec<String>>,
    /// What is called once an answer is there, before what is done behind it.
    on_answer: RefCell<Option<Box<dyn Fn()>>>,
}

impl<S> Native<S> {
    /// Functions over a store, with some variables beside those that every test has, or in their place.
    pub(crate) fn over(store: S, set: &[(&str, &str)]) -> Self {
        let manifest = functions::manifest();
        let others = manifest.components().iter().filter(|component| component.id() != "site");
        let setups = others
            .map(|component| {
                let id = component.id();
                (id.to_owned(), Rc::new(setup(manifest, id, set)))
            })
            .collect();
        let (clock, sequence) = (Clock::new(), Sequence::new());
        let site = Site::new(granted(manifest, "site", set));
        Self {
            store,
            setups,
            site: site.unwrap_or_else(|error| panic!("{error}")),
            clock,
            sequence,
            seeds: RefCell::default(),
            instances: RefCell::default(),
            shares_seed: false,
            log: RefCell::default(),
            on_answer: RefCell::default(),
        }
    }
}

impl Native {
    pub(crate) fn start() -> Self {
        Self::over(Rc::default(), &[])
    }

    /// Functions that all draw from one seed.
    pub(crate) fn with_one_seed() -> Self {
        Self { shares_seed: true, ..Self::start() }
    }

    /// What the values in the store are sealed with.
    pub(crate) fn keyring(&self) -> &Keyring {
        &self.setups["policy"].keys
    }

    /// When the clock began.
    pub(crate) fn begin(&self) -> Timestamp {
        Timestamp::from_millis(BEGIN).expect("a time of this century")
    }

    /// The store, which counts its calls.
    pub(crate) fn store(&self) -> &Rc<MemoryStore> {
        &self.store
    }

    /// Has this called once an answer is there, before what is done behind it.
    pub(crate) fn on_answer(&self, call: impl Fn() + 'static) {
        self.on_answer.replace(Some(Box::new(call)));
    }
}

impl<S: Scan + Outbound + Clone + 'static> Native<S> {
    /// What one request brings along.
    fn moment(&self, component: &str, now: Timestamp) -> Moment {
        let mut seeds = self.seeds.borrow_mut();
        let component = if self.shares_seed { "" } else { component };
        let seed = seeds.entry(component.to_owned()).or_insert_with(|| {
            let mut seed = [0; 32];
            self.sequence.fill(&mut seed);
            Seed::new(seed)
        });
        Moment::new(now, seed.clone())
    }

    /// Calls a function that has a store.
    async fn serve(
        &self,
        component: &str,
        setup: &Rc<Setup>,
        moment: Moment,
        request: &desk_web::Request,
    ) -> desk_web::reply::Response {
        let instance = self.instances.borrow_mut().entry(component.to_owned()).or_default().clone();
        let desk = Desk::new(&self.store, setup, &instance, moment);
        match component {
            "policy" => policy::serve(&desk, request).await,
            "feedback" => feedback::serve(&desk, request).await,
            "data-requests" => data_requests::serve(&desk, request).await,
            "unsubscribe" => unsubscribe::serve(&desk, request).await,
            "mailer" => mailer::serve(&desk, request).await,
            "mail-events" => mail_events::serve(&desk, request).await,
            "console" => console::serve(&desk, request).await,
            "sweep" => sweep::serve(&desk, request).await,
            other => panic!("no native function {other}"),
        }
    }
}

/// The configuration as a component gets it: what the manifest does not grant is not there.
fn setup(manifest: &Manifest, id: &str, set: &[(&str, &str)]) -> Setup {
    Setup::new(granted(manifest, id, set)).unwrap_or_else(|error| panic!("{error}"))
}

/// Gives the variables that the manifest grants a component.
fn granted(
    manifest: &Manifest,
    id: &str,
    set: &[(&str, &str)],
) -> impl Fn(&'static str) -> Option<String> {
    let component = manifest.components().iter().find(|component| component.id() == id);
    let granted: Vec<&str> = component.expect("a component").variables().collect();
    let (mut given, declared) = (variables(), manifest.variables());
    given.extend(set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    move |name| {
        let default = || declared.get(name).and_then(|variable| variable.default.clone());
        granted.contains(&name).then(|| given.get(name).cloned().or_else(default)).flatten()
    }
}

/// How many bytes of a body a component reads.
fn body_limit(component: &str, method: &Method, target: &str) -> usize {
    match component {
        "site" => site::ROUTES.body_limit(method, target),
        "policy" => policy::ROUTES.body_limit(method, target),
        "feedback" => feedback::ROUTES.body_limit(method, target),
        "data-requests" => data_requests::ROUTES.body_limit(method, target),
        "unsubscribe" => unsubscribe::ROUTES.body_limit(method, target),
        "mailer" => mailer::ROUTES.body_limit(method, target),
        "mail-events" => mail_events::ROUTES.body_limit(method, target),
        "console" => console::ROUTES.body_limit(method, target),
        "sweep" => sweep::ROUTES.body_limit(method, target),
        other => panic!("no native function {other}"),
    }
}

/// The component that the manifest gives a path to, by Spin's rule: from the left, a literal segment goes before a
/// parameter, and a parameter before the wildcard.
fn component_of<'a>(manifest: &'a Manifest, target: &str) -> &'a str {
    let path = target.split('?').next().unwrap_or_default().trim_matches('/');
    let path: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let rank = |pattern: &str| -> Option<Vec<u8>> {
        let (pattern, trailing) = match pattern.strip_suffix("...") {
            Some(prefix) => (prefix, true),
            None => (pattern, false),
        };
        let segments: Vec<&str> = pattern.split('/').filter(|text| !text.is_empty()).collect();
        if segments.len() > path.len() || !trailing && segments.len() < path.len() {
            return None;
        }
        let mut ranks = Vec::new();
        for (pattern, segment) in segments.iter().zip(&path) {
            match pattern.strip_prefix(':') {
                Some(_) => ranks.push(1),
                None if pattern == segment => ranks.push(0),
                None => return None,
            }
        }
        ranks.extend(trailing.then_some(2));
        Some(ranks)
    };
    let found = manifest.routes().iter().filter_map(|route| {
        let RouteTarget::Component(id) = &route.target else { return None };
        Some((rank(route.pattern.as_ref()?.as_str())?, id))
    });
    found.min().map(|(_, id)| id.as_str()).expect("every path has a component")
}

#[async_trait(?Send)]
impl<S: Scan + Outbound + Clone + 'static> Target for Native<S> {
    async fn send(&self, request: &Request) -> Response {
        self.try_send(request).await.expect("an answer that is not broken off")
    }

    async fn try_send(&self, request: &Request) -> io::Result<Response> {
        let Request { method, target, headers, body } = request;
        let mut headers = headers.clone();
        headers.append("spin-client-addr", HeaderValue::from_static("127.0.0.1:50000"));
        let component = component_of(functions::manifest(), target);
        let limit = body_limit(component, method, target);
        let body = match body.len() {
            length if limit == 0 || length <= limit => Body::Whole(body.clone()),
            _ => Body::TooLarge,
        };
        let request = desk_web::Request::new(method.clone(), target, headers, body);
        let now = Timestamp::from_millis(self.clock.millis()).expect("a time of this century");
        let moment = self.moment(component, now);
        let answer = match self.setups.get(component) {
            None => site::serve(&self.site, &request),
            Some(setup) => self.serve(component, setup, moment, &request).await,
        };
        if let Some(called) = &*self.on_answer.borrow() {
            called();
        }
        let answer = answer.whole().await.map_err(|problem| {
            let why = format!("an answer was broken off: {}", problem.log().unwrap_or_default());
            self.log.borrow_mut().push(why.clone());
            io::Error::other(why)
        })?;
        self.log.borrow_mut().extend(answer.log.clone());
        Ok(http::Response::<bytes::Bytes>::from(answer).into())
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    async fn keys(&self) -> Vec<String> {
        let mut keys = self.store.keys("").await.expect("the store is there");
        keys.sort();
        keys
    }

    fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    /// What panics fails the test by itself.
    fn assert_nothing_trapped(&self) {}
}

/// A store of the embedded host, as native functions use it. It calls nobody.
#[derive(Clone)]
pub(crate) struct HostStore {
    backend: Arc<dyn Backend>,
    begun: Instant,
}

impl HostStore {
    pub(crate) fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, begun: Instant::now() }
    }
}

impl Timer for HostStore {
    fn clock(&self) -> Duration {
        self.begun.elapsed()
    }

    async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

impl Store for HostStore {
    async fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.backend.get(key.as_str()).await.map_err(|why| StoreError(why.into()))
    }

    async fn set(&self, key: &StoreKey, value: &[u8]) -> Result<(), StoreError> {
        self.backend.set(key.as_str(), value.to_vec()).await.map_err(|why| StoreError(why.into()))
    }

    async fn delete(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.backend.delete(key.as_str()).await.map_err(|why| StoreError(why.into()))
    }
}

impl Scan for HostStore {
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let keys = self.backend.keys().await.map_err(|why| StoreError(why.into()))?;
        Ok(keys.into_iter().filter(|key| key.starts_with(prefix)).collect())
    }
}

impl Outbound for HostStore {
    async fn send(&self, call: Call<'_>) -> Result<Answer, OutboundError> {
        Err(OutboundError(format!("{} is not called in tests", call.url).into()))
    }
}

/// The built wasm in the embedded host, over any store.
pub(crate) struct Host {
    running: RunningHost,
    /// What its links begin with.
    base: String,
    clock: Clock,
    /// The tasks that have asked for the time, of which every instance has one of its own.
    tasks: Arc<Mutex<BTreeSet<tokio::task::Id>>>,
    log: Arc<Mutex<Vec<String>>>,
    // These go after the host that uses them.
    folder_of_store: Option<tempfile::TempDir>,
    redis: Option<Redis>,
}

/// How Spin uses instances again, save that none goes while a test still needs it.
pub(crate) const REUSE: Reuse =
    Reuse { max_uses: 128, max_concurrent: 16, idle: Duration::from_secs(600) };

impl Host {
    /// Starts a host over a store, with the other options as given.
    pub(crate) async fn start(store: StoreChoice, reuse: Reuse) -> Self {
        let mut options = HostOptions::new(functions::built().path());
        options.variables = variables();
        options.store = store;
        options.reuse = reuse;
        Self::run(options).await
    }

    /// Starts a host over a store, with some variables beside those that every test has, or in their place.
    pub(crate) async fn with(store: StoreChoice, set: &[(&str, &str)]) -> Self {
        let mut options = HostOptions::new(functions::built().path());
        options.variables = variables();
        options.variables.extend(set.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        options.store = store;
        options.reuse = REUSE;
        Self::run(options).await
    }

    /// Starts a host with these options and what every test needs.
    pub(crate) async fn run(mut options: HostOptions) -> Self {
        let (clock, sequence) = (Clock::new(), Sequence::new());
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let tasks: Arc<Mutex<BTreeSet<_>>> = Arc::default();
        let (shown, seen) = (clock.clone(), Arc::clone(&tasks));
        options.clock = Some(Arc::new(move || {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.extend(tokio::task::try_id());
            Duration::from_millis(shown.millis().try_into().expect("a time after 1970"))
        }));
        options.random = Some(Arc::new(move |bytes| sequence.fill(bytes)));
        let sink = Arc::clone(&log);
        options.log = Some(Arc::new(move |component, line| {
            let mut lines = sink.lock().unwrap_or_else(PoisonError::into_inner);
            lines.push(format!("{component}: {line}"));
        }));
        let base = options.variables["base_url"].clone();
        let running = desk_host::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        Self { running, base, clock, tasks, log, folder_of_store: None, redis: None }
    }

    /// A host over a store in memory whose pages name the address at which it listens.
    pub(crate) async fn browsable() -> Self {
        let listener = desk_host::listen(([127, 0, 0, 1], 0).into()).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut variables = variables();
        variables.insert("base_url".to_owned(), format!("http://{address}"));
        let mut options = HostOptions::new(functions::built().path());
        options.listener = Some(Arc::new(listener));
        options.variables = variables;
        Self::run(options).await
    }

    /// A host over a store in memory.
    pub(crate) async fn memory() -> Self {
        Self::start(StoreChoice::Memory, REUSE).await
    }

    /// A host over a SQLite file of its own.
    pub(crate) async fn sqlite() -> Self {
        Self::sqlite_with(&[]).await
    }

    /// The same with some variables.
    pub(crate) async fn sqlite_with(set: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the store");
        let store = StoreChoice::Sqlite(folder.path().join("store.db"));
        let host = Self::with(store, set).await;
        Self { folder_of_store: Some(folder), ..host }
    }

    /// A host over a Redis server of its own; `None` where Redis is not installed.
    pub(crate) async fn redis() -> Option<Self> {
        Self::redis_with(&[]).await
    }

    /// The same with some variables.
    pub(crate) async fn redis_with(set: &[(&str, &str)]) -> Option<Self> {
        let redis = Redis::start(Keeps::Nothing)?;
        let host = Self::with(StoreChoice::Redis(redis.url().to_owned()), set).await;
        Some(Self { redis: Some(redis), ..host })
    }

    /// The folder in which the file of its store lies.
    pub(crate) fn folder(&self) -> &Path {
        self.folder_of_store.as_ref().expect("the store is a file").path()
    }

    /// Waits until nothing goes on, also behind answers.
    pub(crate) async fn until_idle(&self) {
        soon("the desk comes to rest", self.running.wait_until_idle()).await;
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// The store behind it.
    pub(crate) fn backend(&self) -> Arc<dyn Backend> {
        self.running.backend()
    }

    /// The Redis server behind it.
    pub(crate) fn server(&mut self) -> &mut Redis {
        self.redis.as_mut().expect("the store is in Redis")
    }

    /// How many instances have begun to answer requests; each asks for the time once a request.
    pub(crate) fn instances(&self) -> usize {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[async_trait(?Send)]
impl Target for Host {
    async fn send(&self, request: &Request) -> Response {
        let answer = client::send(self.address(), request).await;
        // The instance may still have to put things away. A request that comes before that gets another instance, whose ids
        // are others than the snapshots have. Where one never ends, as when somebody does not listen, that is not waited for.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.running.wait_until_idle()).await;
        answer
    }

    async fn try_send(&self, request: &Request) -> io::Result<Response> {
        client::try_send(self.address(), request).await
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn base(&self) -> &str {
        &self.base
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn assert_nothing_trapped(&self) {
        let log = Target::log(self);
        let trapped = |line: &&String| {
            // The one failure that is the host's own, before any function sees the request.
            let refused = line.ends_with("a request failed: a request header is not UTF-8");
            line.contains("an instance failed") || line.contains("a request failed") && !refused
        };
        assert_eq!(log.iter().filter(trapped).collect::<Vec<_>>(), [""; 0], "{log:#?}");
    }

    async fn keys(&self) -> Vec<String> {
        let mut keys = self.backend().keys().await.expect("the store is there");
        keys.sort();
        keys
    }
}
