//! What guests print, line by line.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use crate::{LogSink, engine::ComponentContext};

/// Longer lines are broken, so that a guest cannot make the host hold any amount of text.
const LONGEST_LINE: usize = 16 << 10;

/// Where lines go: a test's own sink, or the host's stderr.
#[derive(Clone)]
pub(crate) struct Log {
    sink: LogSink,
    /// Set when the host ends and takes its instances with it, which is not worth a line.
    ended: Arc<AtomicBool>,
}

impl Log {
    pub(crate) fn new(sink: Option<LogSink>) -> Self {
        Self { sink: sink.unwrap_or_else(|| Arc::new(to_stderr)), ended: Arc::default() }
    }

    /// Says something about a component in the host's own name.
    pub(crate) fn host(&self, component: &str, text: &str) {
        if !self.ended.load(Ordering::Relaxed) {
            text.lines().for_each(|line| (self.sink)(component, line));
        }
    }

    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

#[expect(clippy::print_stderr, reason = "stderr is where guests' output goes without a sink")]
fn to_stderr(component: &str, line: &str) {
    eprintln!("{component}: {line}");
}

/// The stdout or stderr of one instance.
#[derive(Clone)]
pub(crate) struct LogStream(Arc<Lines>);

struct Lines {
    component: String,
    log: Log,
    /// The start of a line whose end is still to come.
    open: Mutex<Vec<u8>>,
}

impl LogStream {
    pub(crate) fn new(component: &ComponentContext) -> Self {
        Self(Arc::new(Lines {
            component: component.id.clone(),
            log: component.log.clone(),
            open: Mutex::default(),
        }))
    }

    fn take(&self, bytes: &[u8]) {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(piece);
            if open.ends_with(b"\n") || open.len() >= LONGEST_LINE {
                self.0.say(&open);
                open.clear();
            }
        }
    }
}

impl Lines {
    fn say(&self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        (self.log.sink)(&self.component, line.trim_end_matches(['\n', '\r']));
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        let open = self.open.get_mut().unwrap_or_else(PoisonError::into_inner);
        let open = std::mem::take(open);
        if !open.is_empty() {
            self.say(&open);
        }
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for LogStream {
    async fn ready(&mut self) {}
}

impl OutputStream for LogStream {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(1 << 20)
    }
}

impl AsyncWrite for LogStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.take(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
