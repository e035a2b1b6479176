//! Child processes that end with the test: servers and drivers, each on an address that the system picked.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        OnceLock,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Instant, SystemTime},
};

use super::{DEADLINE, root, say};

/// A child process, killed when the value goes.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    /// What it has said so far, for the message of a test that fails.
    said: Vec<String>,
}

impl Process {
    /// Starts a command and waits until one of its lines, on either stream, says that it is ready.
    ///
    /// # Errors
    /// What it printed, if it ended before that.
    pub(crate) fn start<T>(
        command: &mut Command,
        ready: impl Fn(&str) -> Option<T>,
    ) -> Result<(Self, T), String> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let (sender, lines) = mpsc::channel();
        forward(child.stdout.take().expect("it is piped"), sender.clone());
        forward(child.stderr.take().expect("it is piped"), sender);
        let mut process = Self { child, lines, said: Vec::new() };
        match process.wait_for(ready) {
            Some(found) => Ok((process, found)),
            None => Err(format!("{command:?} did not get ready:\n{}", process.said.join("\n"))),
        }
    }

    /// Reads on until a line fits; `None` where the process ends, or the deadline passes, before.
    fn wait_for<T>(&mut self, fits: impl Fn(&str) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    let found = fits(&line);
                    self.said.push(line);
                    if found.is_some() {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    /// Ends the process without giving it a chance to tidy up.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        // One that has ended already is as good as killed.
        let _ = self.child.kill();
        self.child.wait().expect("a child of ours can be waited for")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Hands on what a stream says, line by line, so that the child never waits for a reader.
fn forward(stream: impl Read + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if lines.send(text).is_err() {
                return;
            }
            line.clear();
        }
    });
}

/// Runs a build command, and fails with everything it printed.
pub(crate) fn build(what: &str, command: &mut Command) {
    say(&format!("building {what}: {command:?}"));
    let begin = Instant::now();
    let output = command.stdin(Stdio::null()).output().expect("the build command can be started");
    assert!(
        output.status.success(),
        "building {what} failed: {command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    say(&format!("built {what} in {:.1} s", begin.elapsed().as_secs_f64()));
}

/// The `desk` command, built first where it is missing or older than its source.
pub(crate) fn desk() -> PathBuf {
    static DESK: OnceLock<PathBuf> = OnceLock::new();
    DESK.get_or_init(|| {
        // This test lies in `<target>/<profile>/deps`, and the command in `<target>/<profile>`.
        let test = std::env::current_exe().expect("a test knows where it lies");
        let target = test.ancestors().nth(3).expect("tests lie three folders deep").to_owned();
        let desk = target.join("debug").join("desk");
        let built = fs::metadata(&desk).and_then(|file| file.modified()).ok();
        let sources = ["crates/desk-cli/src", "crates/desk-host/src"];
        if built < sources.iter().filter_map(|folder| newest(&root().join(folder))).max() {
            let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let mut cargo = Command::new(cargo);
            cargo.current_dir(root()).env("CARGO_TARGET_DIR", &target);
            // With this package beside it, what both stand on is built with the same features, and so once.
            cargo.args(["build", "-p", "desk-cli", "-p", "desk-tests", "--bin", "desk"]);
            build("the desk command", &mut cargo);
        }
        desk
    })
    .clone()
}

/// When something in a folder last changed.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).expect("the source is there");
    let times = entries.map(|entry| {
        let entry = entry.expect("an entry");
        let metadata = entry.metadata().expect("an entry has metadata");
        if metadata.is_dir() { newest(&entry.path()) } else { metadata.modified().ok() }
    });
    times.max().flatten()
}
