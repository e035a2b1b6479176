//! What a scenario is played on: the use cases in native code, or the built wasm behind real HTTP.
//!
//! Both get the same clock and the same randomness, so that the same requests get the same answers, byte for byte.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    net::SocketAddr,
    path::Path,
    rc::Rc,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use desk_host::{Backend, HostOptions, Reuse, RunningHost, StoreChoice, async_trait};

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
pub(super) const BEGIN: i64 = 1_795_341_600_000;

/// The variables that have no default, and those whose default is not for tests.
pub(crate) fn variables() -> BTreeMap<String, String> {
    [
        // 32 bytes of seven.
        ("root_secret", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"),
        ("operator_token", OPERATOR),
        ("app_token", APP),
        ("unsubscribe_mailbox", "u@in.desk.example"),
        // Long enough for a store in this process, on a machine that has much else to do.
        ("claim_settle_ms", "80"),
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
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicI64::new(BEGIN)))
    }

    pub(super) fn millis(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

/// Randomness that is none: one endless sequence of bytes, the same for every target.
#[derive(Clone, Debug)]
pub(super) struct Sequence(Arc<AtomicU64>);

impl Sequence {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(0)))
    }

    /// Fills in the next bytes of the sequence.
    pub(super) fn fill(&self, bytes: &mut [u8]) {
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
