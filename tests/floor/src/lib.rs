//! A component that makes the store calls that its address names, and answers with as many bytes as that says.
//!
//! `/200/1024/gA,gB/s60.C` reads the keys A and B side by side, then writes 60 bytes under C, then answers 200 with 1,024
//! bytes. The benches learn from the desk what to put there, so the two differ in what a function does between the calls.
//!
//! It answers as `desk-spin` does, the body's writing begun before the answer is given out, because the SDK's own way is
//! slower on a kept-alive connection; `/sdk/200/1024` answers in the SDK's way, to show by how much.
#![cfg(target_family = "wasm")]

use std::cell::OnceCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::future::join_all;
use spin_sdk::http::{FromRequest, FullBody, IntoResponse, StatusCode};
use spin_sdk::key_value::{self, Store};
use spin_sdk::wasip3::exports::http::handler::Guest;
use spin_sdk::wasip3::http::types::{self, ErrorCode, Fields, Method};
use spin_sdk::wasip3::{wit_bindgen, wit_future, wit_stream};

struct Floor;

spin_sdk::wasip3::http::service::export!(Floor);

thread_local! {
    static OPEN: OnceCell<Rc<Store>> = const { OnceCell::new() };
}

impl Guest for Floor {
    async fn handle(request: types::Request) -> Result<types::Response, ErrorCode> {
        let target = request.get_path_with_query().unwrap_or_default();
        let mut parts = target.split('/').skip(1).peekable();
        let by_sdk = parts.next_if_eq(&"sdk").is_some();
        let status = number(parts.next())?;
        let size = number(parts.next())?;
        if by_sdk {
            return answer_by_sdk(request, status, size);
        }
        if matches!(request.get_method(), Method::Post) {
            read(request).await?;
        }
        for group in parts {
            for outcome in join_all(group.split(',').map(|text| call(text, &target))).await {
                outcome?;
            }
        }
        Ok(answer(status, size).await)
    }
}

fn number<T: std::str::FromStr>(text: Option<&str>) -> Result<T, ErrorCode> {
    let number = text.and_then(|text| text.parse().ok());
    number.ok_or_else(|| fault("the address says no number"))
}

fn fault(what: impl std::fmt::Display) -> ErrorCode {
    ErrorCode::InternalError(Some(what.to_string()))
}

/// Reads a body to its end.
async fn read(request: types::Request) -> Result<(), ErrorCode> {
    let (_done, outcome) = wit_future::new(|| Ok(()));
    let (mut stream, trailers) = types::Request::consume_body(request, outcome);
    loop {
        let (result, _) = stream.read(Vec::with_capacity(16 * 1024)).await;
        if !matches!(result, wit_bindgen::StreamResult::Complete(_)) {
            break;
        }
    }
    trailers.await.map(drop)
}

/// Makes one call of a request: `g` and a key, or `s`, a size, a dot and a key.
async fn call(text: &str, target: &str) -> Result<(), ErrorCode> {
    let store = open().await.map_err(fault)?;
    if let Some(key) = text.strip_prefix('g') {
        return store.get(key).await.map(drop).map_err(fault);
    }
    let (size, key) = text
        .strip_prefix('s')
        .and_then(|rest| rest.split_once('.'))
        .ok_or_else(|| fault("the address says no call"))?;
    let mut value = vec![b'x'; number(Some(size))?];
    // Another value for each address, as the desk writes another one each time: writing what is there already costs
    // SQLite neither a journal nor a wait for the disk.
    let hash = target.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    value.iter_mut().zip(hash.to_le_bytes()).for_each(|(to, from)| *to = from);
    store.set(key, value).await.map_err(fault)
}

/// The store, opened once in an instance, as the desk does it.
async fn open() -> Result<Rc<Store>, key_value::Error> {
    if let Some(store) = OPEN.with(|cell| cell.get().cloned()) {
        return Ok(store);
    }
    let store = Rc::new(Store::open_default().await?);
    Ok(OPEN.with(|cell| cell.get_or_init(|| store).clone()))
}

async fn answer(status: u16, size: usize) -> types::Response {
    let header = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
    let mut entries = Vec::with_capacity(2);
    if size > 0 {
        entries.push(header("content-type", "text/html; charset=utf-8"));
    }
    if status != 304 {
        entries.push(header("content-length", &size.to_string()));
    }
    let fields = Fields::from_list(&entries).unwrap_or_else(|_| Fields::new());
    let (trailers, trailers_end) = wit_future::new(|| Ok(None));
    let (writer, contents) = if size > 0 {
        let (writer, contents) = wit_stream::new();
        (Some(writer), Some(contents))
    } else {
        (None, None)
    };
    let (response, _sent) = types::Response::new(fields, contents, trailers_end);
    let _ = response.set_status_code(status);
    let mut sending: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
        if let Some(mut writer) = writer {
            writer.write_all(vec![b'x'; size]).await;
        }
        let _: Result<(), _> = trailers.write(Ok::<_, ErrorCode>(None)).await;
    });
    let begun = poll_fn(|context| Poll::Ready(sending.as_mut().poll(context))).await;
    if begun.is_pending() {
        wit_bindgen::spawn(sending);
    }
    response
}

/// What `#[http_service]` makes of a function that takes the SDK's request and gives its response.
fn answer_by_sdk(
    request: types::Request,
    status: u16,
    size: usize,
) -> Result<types::Response, ErrorCode> {
    let _request = spin_sdk::http::Request::from_request(request)?;
    let status = StatusCode::from_u16(status).map_err(fault)?;
    let mut response = spin_sdk::http::Response::new(FullBody::new(Bytes::from(vec![b'x'; size])));
    *response.status_mut() = status;
    response.headers_mut().insert("content-length", size.into());
    response.into_response()
}
