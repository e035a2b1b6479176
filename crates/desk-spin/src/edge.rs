//! One request, from Spin's types to the desk's and back.

use std::cell::OnceCell;
use std::io::Write;

use bytes::Bytes;
use desk_core::id::{Moment, Seed};
use desk_core::time::Timestamp;
use desk_web::desk::logged;
use desk_web::headers::{Made, Received, Source};
use desk_web::problem::Problem;
use desk_web::reply::{Response, Rest};
use desk_web::request::{Body, Locale};
use desk_web::setup::Granted;
use desk_web::{Desk, Request};
use http::Method;
use spin_sdk::wasip3::http::types::{self, ErrorCode, Fields};
use spin_sdk::wasip3::{wit_bindgen, wit_future, wit_stream};

use crate::variables;

/// The clock of the host. The standard library reads it by way of C's, which brings along 3 KB and the texts of C's errors.
mod bindings {
    spin_sdk::wit_bindgen::generate!({
        inline: "package privacy-desk:clock; world clock { import wasi:clocks/wall-clock@0.2.6; }",
        path: "../../wit/deps/clocks.wit",
        runtime_path: "spin_sdk::wit_bindgen::rt",
        generate_all,
    });
}

use bindings::wasi::clocks::wall_clock;

/// How many bytes of a body are asked for at once.
const CHUNK: usize = 16 * 1024;

/// Answers one request with a function, which reads the variables that it is granted and takes bodies of so many bytes.
pub async fn handle<S: Default>(
    request: types::Request,
    granted: Granted,
    body_limit: impl Fn(&Method, &str) -> usize,
    serve: impl AsyncFnOnce(&Desk<'_, S>, &Request) -> Response,
) -> types::Response {
    let request = read(request, body_limit).await;
    let response = answer(&request, granted, serve).await;
    if let Some(text) = &response.log {
        // The method and the problem, but never the path: it may carry a token.
        log(format!("{} {} {text}", request.method, response.status.as_u16()));
    }
    write(response).await
}

/// Writes a line to standard error, which is a component's log in Spin.
///
/// Where that fails there is nobody to tell; `eprintln!` would panic with the text of the error, for which it brings along
/// 4 KB of texts for errors of every kind.
fn log(mut line: String) {
    line.push('\n');
    let _ = std::io::stderr().write_all(line.as_bytes());
}

async fn answer<S: Default>(
    request: &Request,
    granted: Granted,
    serve: impl AsyncFnOnce(&Desk<'_, S>, &Request) -> Response,
) -> Response {
    let moment = match moment() {
        Ok(moment) => moment,
        Err(problem) => return unready(request, problem),
    };
    match variables::setup(moment.now(), granted) {
        Ok(setup) => {
            let store = S::default();
            serve(&Desk { store: &store, setup: &setup, moment }, request).await
        }
        Err(error) => unready(request, Problem::Misconfigured(error.to_string().into())),
    }
}

/// The answer where there is no configuration to render a page with.
fn unready(request: &Request, problem: Problem) -> Response {
    logged(problem.respond_json(None, request, Locale::of(request)), &problem)
}

fn moment() -> Result<Moment, Problem> {
    let fault = |what: &str| Problem::Internal(format!("{what} failed").into());
    let since = wall_clock::now();
    let seconds = i64::try_from(since.seconds).unwrap_or(i64::MAX);
    let millis =
        seconds.saturating_mul(1000).saturating_add((since.nanoseconds / 1_000_000).into());
    let now = Timestamp::from_millis(millis).map_err(|_| fault("the clock"))?;
    let seed = seed().ok_or_else(|| fault("the random source"))?;
    Ok(Moment::new(now, seed))
}

thread_local! {
    static SEED: OnceCell<Seed> = const { OnceCell::new() };
}

/// Gives the randomness of this instance.
///
/// It is drawn at the first request, never when a component is built or warmed up, so no two instances share it.
fn seed() -> Option<Seed> {
    SEED.with(|kept| {
        if kept.get().is_none() {
            let mut bytes = [0; 32];
            // By words: the host gives eight bytes a call, and filling an unaligned slice would throw some away.
            for part in bytes.chunks_exact_mut(8) {
                part.copy_from_slice(&getrandom::u64().ok()?.to_le_bytes());
            }
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
    let headers = Received::new(Sent(request.get_headers()));
    let limit = body_limit(&method, &target);
    let body = if limit == 0 {
        Body::Whole(Bytes::new())
    } else {
        read_body(request, &headers, limit).await
    };
    Request::new(method, &target, headers, body)
}

/// The headers of a request, as the host has them.
struct Sent(Fields);

impl Source for Sent {
    fn values(&self, name: &str) -> Vec<Vec<u8>> {
        self.0.get(name)
    }
}

async fn read_body(request: types::Request, headers: &Received, limit: usize) -> Body {
    let length = headers.one("content-length").and_then(|text| text.parse::<usize>().ok());
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
                log(format!("an answer was broken off: {}", problem.log().unwrap_or_default()));
                return Err(ErrorCode::InternalError(None));
            }
        }
    }
}

/// The headers of an answer, as the host has them.
struct Ready(Fields);

impl Made for Ready {
    fn new(list: &[(&'static str, &'static str)]) -> Self {
        let made = Self(Fields::new());
        list.iter().for_each(|(name, value)| made.add(name, value));
        made
    }

    fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    fn add(&self, name: &str, value: &str) {
        // Names and values were checked when they were set.
        let _ = self.0.append(name, value.as_bytes());
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
    let Ready(fields) = headers.made();
    drop(headers);
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
            log(text);
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
