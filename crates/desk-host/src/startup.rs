//! Everything between the options and the first request.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};

use tokio::{net::TcpListener, sync::watch};
use wasmtime_wasi_http::{handler::ProxyHandler, p3::bindings::ServicePre};

use crate::{
    engine::{self, BusyCount, ComponentContext, Instances},
    error::HostError,
    hosts::AllowedHost,
    http::{self, Answerer, App},
    log::Log,
    manifest::{Component, Manifest, Target},
    options::HostOptions,
    routes::Router,
    store::Backend,
    variables,
};

/// The label that exists without a runtime config.
const DEFAULT_STORE: &str = "default";

/// What a start brings about.
pub(crate) struct StartedApp {
    pub(crate) address: SocketAddr,
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) app: Arc<App>,
    pub(crate) busy: BusyCount,
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

/// Starts to serve, on the runtime that this is called on.
pub(crate) async fn start_app(options: HostOptions, log: Log) -> Result<StartedApp, HostError> {
    let manifest = Manifest::load(&options.manifest)?;
    let values = variables::resolve(&manifest, &options.variables)?;
    check_sources(&manifest)?;
    let backend = options.store.open(DEFAULT_STORE).await.map_err(HostError::Store)?;
    let stores = open_stores(&manifest, &options, Arc::clone(&backend)).await?;
    // What was given is listened at before the long work of compiling.
    let (listener, address) = open_listener(&options)?;
    let busy = BusyCount::new(watch::Sender::new(0));
    let mut handlers = BTreeMap::new();
    for component in manifest.components() {
        let context = context(component, &options, &values, &stores, &log)?;
        let instances = Instances {
            service: compile(component, options.cache.as_deref()).await?,
            component: Arc::new(context),
            reuse: options.reuse,
            busy: Arc::clone(&busy),
        };
        handlers.insert(component.id().to_owned(), ProxyHandler::new(instances));
    }
    let app = Arc::new(App {
        name: manifest.name().to_owned(),
        version: manifest.version().to_owned(),
        router: router(&manifest),
        handlers,
        log,
    });
    tokio::spawn(http::serve(listener, Arc::clone(&app)));
    Ok(StartedApp { address, backend, app, busy })
}

fn open_listener(options: &HostOptions) -> Result<(TcpListener, SocketAddr), HostError> {
    let listener = match &options.listener {
        Some(listener) => listener.try_clone(),
        None => Ok(listen(options.listen)?),
    };
    listener
        .and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok((TcpListener::from_std(listener)?, address))
        })
        .map_err(|error| HostError::Listen { address: options.listen, reason: error.to_string() })
}

fn router(manifest: &Manifest) -> Router<Answerer> {
    Router::new(manifest.routes().iter().filter_map(|route| {
        let answerer = match &route.target {
            Target::Component(id) => Answerer::Component(id.clone()),
            Target::Static(response) => Answerer::Static(response.clone()),
        };
        Some((route.pattern.clone()?, answerer))
    }))
}

/// What all instances of a component share.
fn context(
    component: &Component,
    options: &HostOptions,
    values: &BTreeMap<String, String>,
    stores: &BTreeMap<String, Arc<dyn Backend>>,
    log: &Log,
) -> Result<ComponentContext, HostError> {
    Ok(ComponentContext {
        id: component.id().to_owned(),
        stores: component
            .key_value_stores()
            .iter()
            .filter_map(|label| Some((label.clone(), Arc::clone(stores.get(label)?))))
            .collect(),
        variables: component
            .variable_templates()
            .iter()
            .map(|(name, template)| (name.clone(), template.render(values)))
            .collect(),
        allowed_outbound_hosts: allowed_hosts(component, values)?,
        clock: options.clock.clone(),
        random: options.random.clone(),
        log: log.clone(),
        max_instance_memory: options.max_instance_memory,
    })
}

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
) -> Result<ServicePre<engine::State>, HostError> {
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
