//! One connection to a host, with as little of HTTP as the answers need.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// How many bytes the body has.
    pub(crate) size: usize,
}

/// A connection that is kept alive.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to a host of ours.
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the host listens");
        Self { stream, buffer: Vec::with_capacity(64 * 1024) }
    }

    /// Sends a request in one write and reads the answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).await.expect("the host takes requests");
        self.buffer.clear();
        let mut whole = None;
        while whole.is_none_or(|(_, end)| self.buffer.len() < end) {
            let read = self.stream.read_buf(&mut self.buffer).await.expect("the host answers");
            assert!(read > 0, "the host closed the connection: {}", self.text());
            if whole.is_none() {
                let head = self.buffer.windows(4).position(|window| window == b"\r\n\r\n");
                whole = head.map(|head| (head, head + 4 + self.length(head)));
            }
        }
        let (head, end) = whole.unwrap_or_default();
        Answer { status: self.status(), size: end - head - 4 }
    }

    /// The last answer as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }

    /// A header of the last answer; the host writes their names in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let value = |line: &str| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned);
        head.lines().find_map(value)
    }

    fn status(&self) -> u16 {
        let digits = self.buffer.get(9..12).and_then(|digits| str::from_utf8(digits).ok());
        digits.and_then(|digits| digits.parse().ok()).unwrap_or_default()
    }

    /// How long the body is, by its head alone.
    fn length(&self, head: usize) -> usize {
        if self.status() == 304 {
            return 0;
        }
        let name = b"\r\ncontent-length: ";
        let lines = &self.buffer[..head + 2];
        let at = lines.windows(name.len()).position(|window| window == name);
        let at = at.unwrap_or_else(|| panic!("an answer without a length: {}", self.text()));
        let digits = lines[at + name.len()..].iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
    }
}
