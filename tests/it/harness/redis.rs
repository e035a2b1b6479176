//! A Redis server of a test's own, on a socket in a folder of its own.

use std::process::Command;

use super::{process::Process, program};

/// A Redis server that ends with the value, and its data with it.
#[derive(Debug)]
pub(crate) struct Redis {
    url: String,
    // The process goes before the folder that it writes to.
    process: Process,
    _folder: tempfile::TempDir,
}

/// Whether what a server acknowledged outlives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeps {
    /// Nothing.
    Nothing,
    /// Every write, at once.
    EveryWrite,
}

impl Redis {
    /// Starts a server; `None` where Redis is not installed.
    pub(crate) fn start(keeps: Keeps) -> Option<Self> {
        let server = program("redis-server")?;
        let folder = tempfile::tempdir().expect("a folder for Redis");
        let socket = folder.path().join("redis.sock");
        let append = if keeps == Keeps::EveryWrite { "yes" } else { "no" };
        let mut command = Command::new(server);
        // A socket in the folder instead of a port: nobody else can have it.
        command.args(["--port", "0", "--unixsocket"]).arg(&socket);
        command.arg("--dir").arg(folder.path());
        command.args(["--save", "", "--appendonly", append, "--appendfsync", "always"]);
        let ready = |line: &str| line.contains("ready to accept connections").then_some(());
        let (process, ()) =
            Process::start(&mut command, ready).unwrap_or_else(|why| panic!("{why}"));
        let url = format!("redis+unix://{}", socket.display());
        Some(Self { url, process, _folder: folder })
    }

    /// Where it is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Ends the server while somebody uses it.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }
}
