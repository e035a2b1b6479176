//! One request, from Spin's types to the desk's and back.

use std::cell::OnceCell;
use std::io::Write;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use desk_app::ports::Store;
use desk_app::{Desk, Instance, Setup};
use desk_core::id::{Moment, Seed};
use desk_core::time::Timestamp;
use desk_core::variables::InvalidVariable;
use desk_web::Request;
use desk_web::problem::Problem;
use desk_web::reply::{Response, Rest};
use desk_web::request::{Body, Locale};
use desk_web::respond::logged;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use spin_sdk::wasip3::http::types::{self, ErrorCode, Fields};
use spin_sdk::wasip3::{wit_bindgen, wit_future, wit_stream};

use crate::variables::configuration;

/// How many bytes of a body are asked for at once.
const CHUNK: usize = 16 * 1024;

/// The ports of a request, as the edge makes them.
pub trait EdgeStore {
    /// Ports for a request whose calls to the store take no longer than this in all.
    fn with_deadline(deadline: Duration) -> Self;

    /// Notes that the answer is there: what is done behind it keeps nobody waiting.
    fn answered(&self);
}

/// Answers one request with a function that has a store, and takes bodies of so many bytes.
pub async fn handle<S: Store + EdgeStore>(
    request: types::Request,
    body_limit: impl Fn(&Method, &str) -> usize,
    serve: impl AsyncFnOnce(&Desk<'_, S>, &Request) -> Response,
) -> types::Response {
    let request = read(request, body_limit).await;
    let response = match moment_and(|variable| Setup::new(variable)) {
        Ok((moment, setup)) => {
            let (store, instance) =
                (S::with_deadline(setup.store_deadline()), INSTANCE.with(Rc::clone));
            let response = serve(&Desk::new(&store, &setup, &instance, moment), &request).await;
            store.answered();
            if let Some(warning) = instance.counters.warning() {
                log(warning);
            }
            response
        }
        Err(problem) => unready(&request, &problem),
    };
    give(&request, response).await
}

/// Answers one request with the function `site`, which has no store and no secret.
pub async fn handle_site<C: 'static>(
    request: types::Request,
    body_limit: impl Fn(&Method, &str) -> usize,
    parse: impl FnOnce(&dyn Fn(&'static str) -> Option<String>) -> Result<C, InvalidVariable>,
    serve: impl FnOnce(&C, &Request) -> Response,
) -> types::Response {
    let request = read(request, body_limit).await;
    let response = match moment_and(parse) {
        Ok((_, site)) => serve(&site, &request),
        Err(problem) => unready(&request, &problem),
    };
    give(&request, response).await
}

/// Logs what the log should hear of an answer, and writes it.
async fn give(request: &Request, response: Response) -> types::Response {
    if let Some(text) = &response.log {
        // The method and the problem, but never the path: it may carry a token.
        log(&format!("{} {} {text}", request.method, response.status.as_u16()));
    }
    write(response).await
}

fn moment_and<C: 'static>(
    parse: impl FnOnce(&dyn Fn(&'static str) -> Option<String>) -> Result<C, InvalidVariable>,
) -> Result<(Moment, Rc<C>), Problem> {
    let moment = moment()?;
    let configuration = configuration(moment.now(), parse)?;
    Ok((moment, configuration))
}

/// Writes a line to standard error, which is a component's log in Spin. Where that fails there is nobody to tell, and
/// `eprintln!` would panic.
fn log(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The answer where there is no configuration to render a page with.
fn unready(request: &Request, problem: &Problem) -> Response {
    logged(problem.respond_json(None, request, Locale::of(request)), problem)
}

#[expect(clippy::disallowed_methods, reason = "the edge alone reads the clock")]
fn moment() -> Result<Moment, Problem> {
    let fault = |what: &str| Problem::Internal(format!("{what} failed").into());
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| fault("the clock"))?;
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let now = Timestamp::from_millis(millis).map_err(|_| fault("the clock"))?;
    let seed = seed().ok_or_else(|| fault("the random source"))?;
    Ok(Moment::new(now, seed))
}

thread_local! {
    static SEED: OnceCell<Seed> = const { OnceCell::new() };
    static INSTANCE: Rc<Instance> = Rc::default();
}

/// Gives the randomness of this instance.
///
/// It is drawn at the first request, never when a component is built or warmed up, so no two instances share it.
fn seed() -> Option<Seed> {
    SEED.with(|kept| {
        if kept.get().is_none() {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes).ok()?;
            // No other request can have come between: nothing here waits.
            let _ = kept.set(Seed::new(bytes));
        }
        kept.get().cloned()
    })
}

/// Reads a request: its parts, and its body as far as the route allows.
async fn read(request: types::Request, body_limit: impl Fn(&Method, &str) -> usize) -> Request {
    let method = match request.get_method() {
        types::Method::Get => Method::GET,
        types::Method::Head => Method::HEAD,
        types::Method::Post => Method::POST,
        types::Method::Put => Method::PUT,
        types::Method::Delete => Method::DELETE,
        types::Method::Connect => Method::CONNECT,
        types::Method::Options => Method::OPTIONS,
        types::Method::Trace => Method::TRACE,
        types::Method::Patch => Method::PATCH,
        // A method that cannot be one is answered like one that no address takes.
        types::Method::Other(name) => {
            Method::from_bytes(name.as_bytes()).unwrap_or(Method::CONNECT)
        }
    };
    let target = request.get_path_with_query().unwrap_or_default();
    let headers = headers(&request.get_headers());
    let limit = body_limit(&method, &target);
    let body = if limit == 0 {
        Body::Whole(Bytes::new())
    } else {
        read_body(request, &headers, limit).await
    };
    Request::new(method, &target, headers, body)
}

/// The headers of a request. A name or a value that cannot be one, which no host passes on, is left out.
fn headers(fields: &Fields) -> HeaderMap {
    let header = |(name, value): (String, Vec<u8>)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(&value).ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in fields.copy_all().into_iter().filter_map(header) {
        headers.append(name, value);
    }
    headers
}

async fn read_body(request: types::Request, headers: &HeaderMap, limit: usize) -> Body {
    let length = desk_web::headers::one(headers, http::header::CONTENT_LENGTH);
    let length = length.and_then(|text| text.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) {
        return Body::TooLarge;
    }
    let (_done, outcome) = wit_future::new(|| Ok(()));
    let (mut stream, trailers) = types::Request::consume_body(request, outcome);
    let bytes = gather(&mut stream, length, limit).await;
    if bytes.len() > limit {
        return Body::TooLarge;
    }
    match length {
        Some(length) if length == bytes.len() => Body::Whole(bytes.into()),
        None if trailers.await.is_ok() => Body::Whole(bytes.into()),
        _ => Body::Cut,
    }
}

/// Reads what comes, until its end or until it is more than `limit`. Where the sender said how long it is, which is what
/// every browser does, that much is read and no end waited for.
pub(crate) async fn gather(
    stream: &mut wit_bindgen::StreamReader<u8>,
    length: Option<usize>,
    limit: usize,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    while length != Some(bytes.len()) {
        let left = length.map_or(CHUNK, |length| length.saturating_sub(bytes.len()));
        let (result, chunk) = stream.read(Vec::with_capacity(left.min(CHUNK))).await;
        if bytes.is_empty() {
            bytes = chunk;
        } else {
            bytes.extend_from_slice(&chunk);
        }
        if bytes.len() > limit || !matches!(result, wit_bindgen::StreamResult::Complete(_)) {
            break;
        }
    }
    bytes
}

/// Writes the rest of a body. What goes wrong on the way breaks the answer off.
async fn follow(
    mut rest: Rest,
    writer: &mut wit_bindgen::StreamWriter<u8>,
) -> Result<(), ErrorCode> {
    loop {
        match rest.next().await {
            Ok(Some(chunk)) => {
                if !writer.write_all(Vec::from(chunk)).await.is_empty() {
                    // Nobody reads any more.
                    return Ok(());
                }
            }
            Ok(None) => return Ok(()),
            Err(problem) => {
                log(&format!("an answer was broken off: {}", problem.log().unwrap_or_default()));
                return Err(ErrorCode::InternalError(None));
            }
        }
    }
}

/// Writes an answer: the body, then the trailers, then what is done once the answer is out.
///
/// The host must find the first bytes of the body waiting when it gets the answer: then they leave in one packet with the
/// headers. A body that comes later leaves in a packet of its own, which Spin holds back for 40 ms, until the client has
/// acknowledged the first. So the writing is begun, and its task given two turns, before the answer is returned. Measured on
/// Spin 4.1, 300 requests in turn on one connection: without yielding 130 to 200 of them stall, with one turn 90, with two
/// none; the status page goes from 48 to 2,838 requests a second.
///
/// What is done after the answer begins behind its trailers. Begun beside the body it would take the turns that the body
/// needs: filing a data request stays at 36 a second then, and reaches 293 this way.
async fn write(response: Response) -> types::Response {
    let Response { status, headers, body, rest, after, .. } = response;
    let fields = Fields::new();
    for (name, value) in &headers {
        // The host takes whatever `http` takes.
        let _ = fields.append(name.as_str(), value.as_bytes());
    }
    let (trailers, trailers_end) = wit_future::new(|| Ok(None));
    let (contents, writer) = if body.is_empty() && rest.is_none() {
        (None, None)
    } else {
        let (writer, contents) = wit_stream::new();
        (Some(contents), Some(writer))
    };
    let (response, _sent) = types::Response::new(fields, contents, trailers_end);
    // Statuses come from `http::StatusCode`, all of which the host takes.
    let _ = response.set_status_code(status.as_u16());
    wit_bindgen::spawn(async move {
        let end = match writer {
            Some(writer) => send(body, rest, writer).await,
            None => Ok(None),
        };
        let _: Result<(), _> = trailers.write(end).await;
        if let Some(after) = after
            && let Some(text) = after.run().await
        {
            log(&text);
        }
    });
    wit_bindgen::yield_async().await;
    wit_bindgen::yield_async().await;
    response
}

/// Writes a body to its end; gives the trailers, of which there are none.
async fn send(
    body: Bytes,
    rest: Option<Rest>,
    mut writer: wit_bindgen::StreamWriter<u8>,
) -> Result<Option<Fields>, ErrorCode> {
    writer.write_all(Vec::from(body)).await;
    if let Some(rest) = rest {
        follow(rest, &mut writer).await?;
    }
    Ok(None)
}
