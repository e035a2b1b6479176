//! The outbound port over `wasi:http/client`.

use std::borrow::Cow;
use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;
use desk_app::ports::{Answer, Call, Outbound, OutboundError};
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::Response;
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Method, Request, RequestOptions, Scheme};
use spin_sdk::wasip3::{wit_bindgen, wit_future, wit_stream};

use crate::edge::{EdgeStore, gather};

/// The ports of a component that may call others, over those that it has anyway.
#[derive(Clone)]
pub struct Calling<S>(S);

impl<S: EdgeStore> EdgeStore for Calling<S> {
    fn with_deadline(deadline: Duration) -> Self {
        Self(S::with_deadline(deadline))
    }

    fn answered(&self) {
        self.0.answered();
    }
}

impl<S> Deref for Calling<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

/// How long another host may take to be reached, to begin its answer, and to go on with it: 15 seconds, half of what the
/// strictest Spin host gives a request in all.
const PATIENCE: u64 = 15_000_000_000;
/// The most bytes of an answer that are read.
const MAX_ANSWER: usize = 64 * 1024;

impl<S> Outbound for Calling<S> {
    async fn send(&self, call: Call<'_>) -> Result<Answer, OutboundError> {
        let request = request(call)?;
        let response = client::send(request).await.map_err(failed)?;
        let status = response.get_status_code();
        // What was sent is taken, whatever stalls behind that: who waited for the rest would send it again.
        if call.body.is_some() && (200..300).contains(&status) {
            return Ok(Answer { status, body: Bytes::new() });
        }
        let (_done, outcome) = wit_future::new(|| Ok(()));
        let (mut stream, _trailers) = Response::consume_body(response, outcome);
        let mut body = gather(&mut stream, None, MAX_ANSWER).await;
        body.truncate(MAX_ANSWER);
        Ok(Answer { status, body: body.into() })
    }
}

fn request(call: Call<'_>) -> Result<Request, OutboundError> {
    let wrong = |what| OutboundError(Cow::Borrowed(what));
    let (scheme, rest) = if let Some(rest) = call.url.strip_prefix("https://") {
        (Scheme::Https, rest)
    } else if let Some(rest) = call.url.strip_prefix("http://") {
        (Scheme::Http, rest)
    } else {
        return Err(wrong("neither https nor http"));
    };
    let path = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at_checked(path).unwrap_or((rest, ""));
    let headers = Fields::new();
    let length = call.body.map(|body| body.len().to_string());
    let length = length.as_ref().map(|length| ("content-length", length.as_str()));
    for (name, value) in call.headers.iter().copied().chain(length) {
        let added = headers.append(name, value.as_bytes());
        added.map_err(|_| wrong("a header cannot be sent"))?;
    }
    let options = RequestOptions::new();
    // A host may not know these, and is then as patient as it likes.
    let _ = options.set_connect_timeout(Some(PATIENCE));
    let _ = options.set_first_byte_timeout(Some(PATIENCE));
    let _ = options.set_between_bytes_timeout(Some(PATIENCE));
    let (trailers, trailers_end) = wit_future::new(|| Ok(None));
    let (writer, contents) = match call.body {
        Some(body) => {
            let (writer, contents) = wit_stream::new();
            (Some((writer, body.to_vec())), Some(contents))
        }
        None => (None, None),
    };
    let (request, _sent) = Request::new(headers, contents, trailers_end, Some(options));
    wit_bindgen::spawn(async move {
        if let Some((mut writer, body)) = writer {
            writer.write_all(body).await;
        }
        let _: Result<(), _> = trailers.write(Ok::<_, ErrorCode>(None)).await;
    });
    let method = if call.body.is_some() { Method::Post } else { Method::Get };
    request.set_method(&method).map_err(|()| wrong("the method cannot be sent"))?;
    request.set_scheme(Some(&scheme)).map_err(|()| wrong("the scheme cannot be sent"))?;
    request.set_authority(Some(authority)).map_err(|()| wrong("no such host"))?;
    let target = if target.starts_with('/') { target.to_owned() } else { ["/", target].concat() };
    request.set_path_with_query(Some(&target)).map_err(|()| wrong("no such path"))?;
    Ok(request)
}

/// What to log of an error: its kind in a few words, for its own texts may quote what was sent.
fn failed(error: ErrorCode) -> OutboundError {
    OutboundError(
        match error {
            ErrorCode::DnsTimeout | ErrorCode::DnsError(_) => "the host has no address",
            ErrorCode::ConnectionRefused => "the connection was refused",
            ErrorCode::ConnectionTimeout => "nobody answered",
            ErrorCode::TlsProtocolError | ErrorCode::TlsCertificateError => "no trusted connection",
            ErrorCode::HttpRequestDenied => "allowed_outbound_hosts does not list the host",
            ErrorCode::HttpResponseTimeout => "the answer took too long",
            _ => "the request failed",
        }
        .into(),
    )
}
