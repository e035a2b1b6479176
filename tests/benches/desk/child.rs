//! A host in a process of its own, so that its memory and its processor time are its own.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{self, Command, Stdio},
    sync::Arc,
};

use desk_host::{HostOptions, LogSink, Reuse, RunningHost, StoreChoice};

use crate::paths::variables;

/// The argument that makes this program a host.
pub(crate) const SERVE: &str = "--serve";

/// A host in a child process.
pub(crate) struct Child {
    process: process::Child,
    /// Where instances are used again as in Spin.
    pub(crate) address: SocketAddr,
    /// Where every request gets a new instance.
    pub(crate) fresh: SocketAddr,
}

/// What a process holds, in bytes.
pub(crate) struct Memory {
    /// All of it that is in memory.
    pub(crate) resident: u64,
    /// The part that no file stands behind.
    pub(crate) anonymous: u64,
}

impl Child {
    /// Starts this program as a host, and waits until it listens.
    pub(crate) fn start(manifest: &Path, store: &StoreChoice, cache: &Path) -> Self {
        let store = match store {
            StoreChoice::Sqlite(path) => format!("sqlite:{}", path.display()),
            StoreChoice::Redis(url) => url.clone(),
            other => panic!("no child has {other:?}"),
        };
        let program = std::env::current_exe().expect("a program knows where it lies");
        let mut command = Command::new(program);
        command.arg(SERVE).arg(manifest).arg(store).arg(cache);
        // The child ends with the end of its input, so also when this process is killed.
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("a child of ours starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("the child says where it listens");
        let mut addresses = line.split_whitespace().map(|text| text.parse().expect("an address"));
        let mut next = || addresses.next().unwrap_or_else(|| panic!("a host did not start"));
        let (address, fresh) = (next(), next());
        Self { process, address, fresh }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it holds; `None` where the system does not tell.
    pub(crate) fn memory(&self) -> Option<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let bytes = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
            Some(kilobytes * 1024)
        };
        Some(Memory { resident: bytes("VmRSS:")?, anonymous: bytes("RssAnon:")? })
    }

    /// Ends it.
    pub(crate) fn stop(&mut self) {
        drop(self.process.stdin.take());
        // One that has ended already is as good as killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The processor time that a process has had, in hundredths of a second.
pub(crate) fn processor_time(id: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in brackets, may hold anything; user and system time are fields 14 and 15 of the whole line.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11).map_while(|field| field.parse::<u64>().ok());
    Some(fields.next()? + fields.next()?)
}

/// Is a host, twice: with Spin's own reuse of instances, and with none.
pub(crate) async fn serve(manifest: &str, store: &str, cache: &str) {
    let store = match store.strip_prefix("sqlite:") {
        Some(path) => StoreChoice::Sqlite(path.into()),
        None => StoreChoice::Redis(store.to_owned()),
    };
    let start = async |reuse| {
        let options = HostOptions { reuse, ..options(Path::new(manifest)) };
        let log = Some(Arc::new(log) as LogSink);
        let options =
            HostOptions { store: store.clone(), cache: Some(cache.into()), log, ..options };
        desk_host::start(options).await.unwrap_or_else(|error| panic!("{error}"))
    };
    let hosts: [RunningHost; 2] = [start(Reuse::default()).await, start(FRESH).await];
    println!("{} {}", hosts[0].address(), hosts[1].address());
    let mut nothing = Vec::new();
    // Until whoever started it ends; what it says meanwhile is nothing to us.
    let _ = std::io::stdin().read_to_end(&mut nothing);
    process::exit(0);
}

/// Passes on what a function says, but for what is no fault: that a mail waits, of which every request filed leaves one.
#[expect(clippy::print_stderr, reason = "whoever runs the benches reads it")]
fn log(component: &str, line: &str) {
    if !line.contains("a mail waits") {
        eprintln!("{component}: {line}");
    }
}

/// A new instance for every request.
pub(crate) const FRESH: Reuse =
    Reuse { max_uses: 1, max_concurrent: 1, idle: std::time::Duration::from_secs(1) };

/// A host for this manifest, with what the desk needs; the floor declares no variables and is given none.
pub(crate) fn options(manifest: &Path) -> HostOptions {
    HostOptions { variables: variables(), ..HostOptions::new(manifest) }
}
