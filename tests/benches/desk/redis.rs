//! A Redis server that ends with the bench.

use std::{
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A server on a socket in a folder of the bench's.
pub(crate) struct Redis {
    process: Child,
    socket: PathBuf,
}

impl Redis {
    /// Starts a server; `None` where Redis is not installed.
    pub(crate) fn start(folder: &Path) -> Option<Self> {
        let socket = folder.join("redis.sock");
        let mut command = Command::new("redis-server");
        // A socket in the folder instead of a port: nobody else can have it.
        command.args(["--port", "0", "--unixsocket"]).arg(&socket).arg("--dir").arg(folder);
        command.args(["--save", "", "--appendonly", "no"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = match command.spawn() {
            Ok(process) => process,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => panic!("redis-server: {error}"),
        };
        let server = Self { process, socket };
        let deadline = Instant::now() + Duration::from_secs(20);
        while UnixStream::connect(&server.socket).is_err() {
            assert!(Instant::now() < deadline, "redis-server does not answer");
            thread::sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    /// Where one of its databases is reached.
    pub(crate) fn url(&self, database: usize) -> String {
        format!("redis+unix://{}?db={database}", self.socket.display())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // One that has ended already is as good as killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
