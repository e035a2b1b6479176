//! The door: takes requests from the network, finds their component, and answers as Spin does.

use std::{
    collections::BTreeMap, convert::Infallible, io::ErrorKind, net::SocketAddr, sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri,
    header::{CONNECTION, CONTENT_TYPE, HOST},
    uri::{Authority, Scheme},
};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use wasmtime_wasi_http::{Error as HttpError, WasiBody, handler::ProxyHandler};

use crate::{
    engine::{Instances, one_line},
    log::Log,
    manifest::StaticResponse,
    routes::{Captures, Pattern, RESERVED, Router},
};

/// An application that answers requests.
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) router: Router<Answerer>,
    pub(crate) handlers: BTreeMap<String, ProxyHandler<Instances>>,
    pub(crate) log: Log,
}

/// What answers a route.
#[derive(Debug)]
pub(crate) enum Answerer {
    Component(String),
    Static(StaticResponse),
}

/// A request that gets no answer: the connection is closed, as Spin closes it.
#[derive(Debug)]
struct NoAnswer(&'static str);

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NoAnswer {}

/// Takes connections for as long as the runtime lives.
pub(crate) async fn serve(listener: TcpListener, app: Arc<App>) {
    loop {
        let (stream, client) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // A connection that ended before it was taken is its own affair; without free file
                // descriptors there is nothing to do but to wait for some.
                if !matches!(
                    error.kind(),
                    ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
                ) {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                continue;
            }
        };
        // Spin leaves TCP_NODELAY off, so it stays off here: an answer whose body leaves in a
        // second write then waits out the client's delayed ACK, here as in production.
        let app = Arc::clone(&app);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let app = Arc::clone(&app);
                async move { app.answer(request, client).await }
            });
            // What can go wrong on a connection is the client's doing or already logged.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

impl App {
    async fn answer(
        &self,
        mut request: Request<Incoming>,
        client: SocketAddr,
    ) -> Result<Response<WasiBody>, NoAnswer> {
        strip_forbidden(request.headers_mut());
        let path = request.uri().path().to_owned();
        if let Some(own) = path.strip_prefix(RESERVED) {
            return Ok(match own {
                "health" => text(StatusCode::OK, None, "OK"),
                "info" => self.info(),
                _ => empty(StatusCode::NOT_FOUND),
            });
        }
        let Some((pattern, answerer, captures)) = self.router.route(&path) else {
            return Ok(empty(StatusCode::NOT_FOUND));
        };
        complete_uri(&mut request)?;
        match answerer {
            Answerer::Static(response) => Ok(static_response(response)),
            Answerer::Component(id) => Ok(self
                .run(id, request, pattern, &captures, client)
                .await
                .unwrap_or_else(|reason| {
                    self.log.host(id, &format!("a request failed: {reason}"));
                    empty(StatusCode::INTERNAL_SERVER_ERROR)
                })),
        }
    }

    /// Has a component answer; the error is for the log and never for the client.
    async fn run(
        &self,
        id: &str,
        mut request: Request<Incoming>,
        pattern: &Pattern,
        captures: &Captures<'_>,
        client: SocketAddr,
    ) -> Result<Response<WasiBody>, String> {
        let handler = self.handlers.get(id).ok_or("the component is unknown")?;
        add_spin_headers(&mut request, pattern, captures, client)?;
        let request = request.map(|body| body.map_err(HttpError::from).boxed_unsync());
        handler.handle((), request).await.map_err(|error| one_line(&error))
    }

    /// What Spin tells about the application.
    fn info(&self) -> Response<WasiBody> {
        let mut info = serde_json::Map::from_iter([("name".to_owned(), self.name.clone().into())]);
        if !self.version.is_empty() {
            info.insert("version".to_owned(), self.version.clone().into());
        }
        let info = format!("{:#}", serde_json::Value::Object(info));
        text(StatusCode::OK, Some(HeaderValue::from_static("application/json")), &info)
    }
}

/// Removes what means something to this server alone.
fn strip_forbidden(headers: &mut HeaderMap) {
    let chained = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok()?.parse::<Authority>().ok())
        .is_some_and(|host| host.host().ends_with(".spin.internal"));
    if chained {
        headers.remove(HOST);
    }
    headers.remove(CONNECTION);
}

/// Puts scheme and authority into the request's URI; both sources of the authority must agree.
fn complete_uri(request: &mut Request<Incoming>) -> Result<(), NoAnswer> {
    let named: Option<Authority> = match request.headers().get(HOST) {
        Some(host) => Some(
            host.to_str()
                .ok()
                .and_then(|host| host.parse().ok())
                .ok_or(NoAnswer("the Host header holds no authority"))?,
        ),
        None => None,
    };
    let mut parts = request.uri().clone().into_parts();
    let authority = match (named, parts.authority.take()) {
        (Some(one), Some(two)) if one != two => {
            return Err(NoAnswer("the Host header and the URI name different authorities"));
        }
        (Some(authority), _) | (None, Some(authority)) => authority,
        (None, None) => return Err(NoAnswer("there is no Host header")),
    };
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = Some(authority);
    *request.uri_mut() = Uri::from_parts(parts).map_err(|_| NoAnswer("the request has no path"))?;
    Ok(())
}

/// Appends the `spin-*` fields after those of the client, which may have sent some of its own.
fn add_spin_headers(
    request: &mut Request<Incoming>,
    pattern: &Pattern,
    captures: &Captures<'_>,
    client: SocketAddr,
) -> Result<(), String> {
    if request.headers().values().any(|value| str::from_utf8(value.as_bytes()).is_err()) {
        return Err("a request header is not UTF-8".to_owned());
    }
    let uri = request.uri();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = match request.headers().get(HOST) {
        Some(host) => host.to_str().map_err(|error| error.to_string())?,
        None => "localhost",
    };
    let own = [
        ("spin-path-info", captures.trailing.clone()),
        ("spin-full-url", format!("http://{host}{path}")),
        ("spin-matched-route", pattern.absolute()),
        ("spin-base-path", "/".to_owned()),
        ("spin-raw-component-route", pattern.as_str().to_owned()),
        ("spin-component-route", pattern.prefix().to_owned()),
        ("spin-client-addr", client.to_string()),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    let parameters = captures.parameters.iter().map(|(name, value)| {
        let name = name.to_ascii_lowercase().replace('_', "-");
        (format!("spin-path-match-{name}"), (*value).to_owned())
    });
    let headers = request.headers_mut();
    for (name, value) in own.into_iter().chain(parameters) {
        // One that is no header field is left out, as Spin leaves it out.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    Ok(())
}

fn static_response(template: &StaticResponse) -> Response<WasiBody> {
    let mut builder = Response::builder().status(template.status_code);
    for (name, value) in &template.headers {
        builder = builder.header(name, value);
    }
    let body = match &template.body {
        Some(text) => full(text.clone()),
        None => none(),
    };
    // The manifest was refused where this could fail.
    builder.body(body).unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR))
}

fn text(status: StatusCode, kind: Option<HeaderValue>, text: &str) -> Response<WasiBody> {
    let mut response = Response::new(full(text.to_owned()));
    *response.status_mut() = status;
    if let Some(kind) = kind {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

fn empty(status: StatusCode) -> Response<WasiBody> {
    let mut response = Response::new(none());
    *response.status_mut() = status;
    response
}

fn full(text: String) -> WasiBody {
    Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {}).boxed_unsync()
}

fn none() -> WasiBody {
    Empty::new().map_err(|never: Infallible| match never {}).boxed_unsync()
}
