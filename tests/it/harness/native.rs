//! The functions in native code, as a target that tests play on.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io,
    rc::Rc,
    sync::Arc,
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
    Backend, async_trait,
    manifest::{Manifest, Target as RouteTarget},
};
use desk_web::Body;
use http::{HeaderValue, Method};
use site::Site;

use super::{
    functions,
    http::{Request, Response},
    target::{BEGIN, Clock, Sequence, Target, variables},
};

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
