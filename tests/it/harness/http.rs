//! Two HTTP clients: one that sends what a client should, and one that sends any bytes.

use std::{io, net::SocketAddr};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::soon;

/// A request that any target can be sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path with its query.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// One part of a `multipart/form-data` body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// A field.
    Field(&'a str, &'a str),
    /// A file: the field, its name, the type that the client claims, and what is in it.
    File(&'a str, &'a str, &'a str, &'a [u8]),
}

impl Request {
    pub(crate) fn new(method: Method, target: impl Into<String>) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { method, target: target.into(), headers, body }
    }

    pub(crate) fn get(target: impl Into<String>) -> Self {
        Self::new(Method::GET, target)
    }

    pub(crate) fn post(target: impl Into<String>) -> Self {
        Self::new(Method::POST, target)
    }

    pub(crate) fn put(target: impl Into<String>) -> Self {
        Self::new(Method::PUT, target)
    }

    /// Adds a header beside those of the same name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header value");
        self.headers.append(name, value);
        self
    }

    /// Asks for a page, as browsers do.
    pub(crate) fn page(self) -> Self {
        self.header("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    }

    /// Shows an operator's token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", media_type)
    }

    pub(crate) fn json(self, body: &serde_json::Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body("application/x-www-form-urlencoded", body)
    }

    pub(crate) fn multipart(self, parts: &[Part<'_>]) -> Self {
        let mut body = Vec::new();
        for part in parts {
            body.extend_from_slice(b"--frontier\r\ncontent-disposition: form-data; ");
            match part {
                Part::Field(name, value) => {
                    body.extend_from_slice(format!("name=\"{name}\"\r\n\r\n{value}").as_bytes());
                }
                Part::File(name, file, media_type, content) => {
                    let head = format!(
                        "name=\"{name}\"; filename=\"{file}\"\r\ncontent-type: {media_type}\r\n\r\n"
                    );
                    body.extend_from_slice(head.as_bytes());
                    body.extend_from_slice(content);
                }
            }
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--frontier--\r\n");
        self.body("multipart/form-data; boundary=frontier", body)
    }

    /// The request as the bytes that a client writes, for whoever wants to write them in pieces.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes =
            format!("{} {} HTTP/1.1\r\nhost: desk\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", self.body.len()).as_bytes());
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// An answer with its whole body.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Response {
    /// The value of a header that is there at most once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().expect("headers of ours are ASCII");
        assert!(values.next().is_none(), "{name} is there more than once");
        Some(value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON: {error}: {self:?}"))
    }

    /// What stands in a JSON body at a pointer.
    pub(crate) fn field(&self, pointer: &str) -> String {
        let body = self.json();
        match body.pointer(pointer) {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => panic!("no {pointer} in {body:#}"),
        }
    }
}

impl From<http::Response<Bytes>> for Response {
    fn from(response: http::Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body }
    }
}

/// Sends one request on a connection of its own, to a server that must answer.
pub(crate) async fn send(address: SocketAddr, request: &Request) -> Response {
    let answer = try_send(address, request).await;
    answer.unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.target))
}

/// Sends one request to a server that may go away meanwhile.
///
/// # Errors
/// If it did.
pub(crate) async fn try_send(address: SocketAddr, request: &Request) -> io::Result<Response> {
    if request.body.len() > LARGE {
        return ask_first(address, request).await;
    }
    let exchange = async {
        let stream = TcpStream::connect(address).await?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let mut outgoing = http::Request::new(Full::new(request.body.clone()));
        *outgoing.method_mut() = request.method.clone();
        *outgoing.uri_mut() = request.target.parse().map_err(io::Error::other)?;
        *outgoing.headers_mut() = request.headers.clone();
        outgoing.headers_mut().insert(HOST, HeaderValue::from_static("desk"));
        let answer = sender.send_request(outgoing).await.map_err(io::Error::other)?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        Ok(Response { status: parts.status, headers: parts.headers, body })
    };
    soon("the server answers", exchange).await
}

/// Larger bodies are sent once the server asks for them, as curl does: one that refuses such a body may close the
/// connection before it has taken it, and the answer would be lost.
const LARGE: usize = 1024 * 1024;

async fn ask_first(address: SocketAddr, request: &Request) -> io::Result<Response> {
    let bytes = request.clone().header("expect", "100-continue").to_bytes();
    let (head, body) = bytes.split_at(bytes.len() - request.body.len());
    let mut connection = Connection(BufReader::new(TcpStream::connect(address).await?));
    connection.write(head).await;
    let mut answer = connection.read().await;
    if answer.as_ref().is_some_and(|answer| answer.status == StatusCode::CONTINUE) {
        connection.write(body).await;
        answer = connection.read().await;
    }
    answer.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// A connection on which any bytes can be sent, in any pieces.
#[derive(Debug)]
pub(crate) struct Connection(BufReader<TcpStream>);

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the host listens");
        // Each piece is to leave when it is written.
        stream.set_nodelay(true).expect("a socket option");
        Self(BufReader::new(stream))
    }

    /// Writes bytes; a server that has closed its side already is no failure, for its answer tells more.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.0.get_mut().write_all(bytes).await;
    }

    /// Ends the own side, as a client that has no more to say.
    pub(crate) async fn end(&mut self) {
        let _ = self.0.get_mut().shutdown().await;
    }

    /// Reads one answer to anything but HEAD; `None` where the server closed the connection instead.
    pub(crate) async fn read(&mut self) -> Option<Response> {
        soon("the server answers or closes", self.answer(true)).await
    }

    /// Reads one answer to HEAD, whose length is that of a body which does not come.
    pub(crate) async fn read_head(&mut self) -> Option<Response> {
        soon("the server answers or closes", self.answer(false)).await
    }

    /// Whether the server says no more on this connection.
    pub(crate) async fn is_closed(&mut self) -> bool {
        let rest = soon("the server closes", self.0.fill_buf()).await;
        rest.map_or(true, <[u8]>::is_empty)
    }

    async fn answer(&mut self, has_body: bool) -> Option<Response> {
        let start = self.line().await?;
        let status = start.split(' ').nth(1).expect("a status line has a status");
        let status = StatusCode::from_bytes(status.as_bytes()).expect("a status");
        let mut headers = HeaderMap::new();
        loop {
            let line = self.line().await.expect("a head that does not break off");
            let Some((name, value)) = line.split_once(':') else {
                assert!(line.is_empty(), "no header: {line:?}");
                break;
            };
            let name = HeaderName::try_from(name).expect("a header name");
            headers.append(name, value.trim().parse().expect("a header value"));
        }
        let bodiless = status.is_informational()
            || status == StatusCode::NO_CONTENT
            || status == StatusCode::NOT_MODIFIED;
        let body = if has_body && !bodiless { self.content(&headers).await } else { Vec::new() };
        Some(Response { status, headers, body: body.into() })
    }

    /// Reads a body as RFC 9112 section 6.3 has it.
    async fn content(&mut self, headers: &HeaderMap) -> Vec<u8> {
        let mut body = Vec::new();
        if headers.get(TRANSFER_ENCODING).is_some_and(|coding| coding == "chunked") {
            loop {
                let size = self.line().await.expect("a chunk");
                let size = usize::from_str_radix(&size, 16).expect("the size of a chunk");
                self.exactly(size, &mut body).await;
                assert_eq!(self.line().await.as_deref(), Some(""), "the end of a chunk");
                if size == 0 {
                    return body;
                }
            }
        }
        match headers.get(CONTENT_LENGTH) {
            Some(length) => {
                let length = length.to_str().ok().and_then(|text| text.parse().ok());
                self.exactly(length.expect("a length"), &mut body).await;
            }
            None => {
                self.0.read_to_end(&mut body).await.expect("a body up to the end");
            }
        }
        body
    }

    async fn exactly(&mut self, size: usize, body: &mut Vec<u8>) {
        let begin = body.len();
        body.resize(begin + size, 0);
        self.0.read_exact(&mut body[begin..]).await.expect("a body that does not break off");
    }

    /// Reads a line without its end; `None` where nothing comes any more.
    async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = self.0.read_until(b'\n', &mut line).await.unwrap_or(0);
        if read == 0 {
            return None;
        }
        Some(String::from_utf8(line).expect("heads of ours are ASCII").trim_end().to_owned())
    }
}
