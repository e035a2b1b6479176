//! `desk up`: from a fresh clone to a running desk.

use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use desk_host::{
    HostError, HostOptions, RunningHost, StoreChoice,
    manifest::Manifest,
    runtime_config::RuntimeConfig,
    variables::{environment_name, read_env_file, resolve},
};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::{
    check,
    client::Client,
    policy::{self, PolicyVersion},
    secrets,
    setup::{DEFAULT_STATE, given_variables, manifest_at, secrets_file},
    terminal::{complain, say},
    toolchain,
};

/// Where and how to serve.
#[derive(Args)]
pub(crate) struct UpArgs {
    /// The manifest of the application.
    #[arg(short, long = "from", value_name = "FILE", default_value = "spin.toml")]
    from: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = DEFAULT_LISTEN)]
    listen: SocketAddr,
    /// The folder for data, secrets and compiled functions.
    #[arg(long, value_name = "FOLDER", default_value = DEFAULT_STATE)]
    state_dir: PathBuf,
    /// A runtime config in Spin's own format, to use another store.
    #[arg(long, value_name = "FILE")]
    runtime_config_file: Option<PathBuf>,
    /// A value for a variable of the application; may be given often.
    #[arg(long, value_name = "NAME=VALUE")]
    variable: Vec<String>,
    /// How many bytes of memory an instance may have.
    #[arg(long, value_name = "BYTES")]
    max_instance_memory: Option<usize>,
    /// Serve what is built already.
    #[arg(long)]
    no_build: bool,
    /// Do not publish the sample policy on the first start.
    #[arg(long)]
    no_sample: bool,
}

const DEFAULT_LISTEN: &str = "127.0.0.1:3000";

/// The sample policy, beside the manifest.
const SAMPLE: [&str; 2] = ["samples/policy/oncall-3.0.en.md", "samples/policy/oncall-3.0.ru.md"];

/// What the app's first policy was, and the first day of it where the operator is.
const SAMPLE_VERSION: &str = "1.0";
const SAMPLE_EFFECTIVE: &str = "2019-11-01T00:00:00+03:00";

impl Default for UpArgs {
    fn default() -> Self {
        Self {
            from: PathBuf::from("spin.toml"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
            state_dir: PathBuf::from(DEFAULT_STATE),
            runtime_config_file: None,
            variable: Vec::new(),
            max_instance_memory: None,
            no_build: false,
            no_sample: false,
        }
    }
}

impl UpArgs {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        // What can be said at once is said before the long build: a broken manifest, a busy port,
        // a data folder that is none.
        let manifest = Manifest::load(&manifest_at(&self.from))?;
        let config = match &self.runtime_config_file {
            Some(path) => RuntimeConfig::load(path)?,
            None => RuntimeConfig::default(),
        };
        let listener = self.listen()?;
        self.make_state_folder()?;
        let (variables, token) = self.variables(&manifest, listener.local_addr()?)?;
        if !self.no_build {
            toolchain::build(&manifest)?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no threads to serve with")?;
        let signals = StopSignals::watch(&runtime)?;
        let options = self.host_options(&manifest, listener, variables, config.stores);
        let running = runtime.block_on(desk_host::start(options)).map_err(|error| match error {
            HostError::MissingWasm { .. } if self.no_build => {
                anyhow!("{error}: run this again without --no-build")
            }
            other => other.into(),
        })?;
        let base = base_address(running.address());
        if !self.no_sample {
            self.offer_sample(&manifest, &base, token.as_deref());
        }
        let token = match (token, self.generated_token()?) {
            (None, _) => TokenSource::None,
            (Some(used), Some(generated)) if used == generated => TokenSource::Generated,
            (Some(_), _) => TokenSource::Given,
        };
        self.welcome(&manifest, &running, &base, token);
        let sweeps = running.answers(SWEEP);
        runtime.block_on(async {
            tokio::select! {
                () = signals.wait() => {}
                () = sweep_every_minute(base), if sweeps => {}
            }
        });
        say("Stopping.");
        runtime.block_on(running.stop());
        Ok(())
    }

    fn listen(&self) -> anyhow::Result<TcpListener> {
        desk_host::listen(self.listen).map_err(|error| match error {
            HostError::AddressInUse(address) => anyhow!(
                "{address} is already in use: stop what listens there, or choose another address \
                 with --listen"
            ),
            other => other.into(),
        })
    }

    fn host_options(
        &self,
        manifest: &Manifest,
        listener: TcpListener,
        variables: BTreeMap<String, String>,
        mut stores: BTreeMap<String, StoreChoice>,
    ) -> HostOptions {
        HostOptions {
            listener: Some(Arc::new(listener)),
            variables,
            store: stores
                .remove("default")
                .unwrap_or_else(|| StoreChoice::Sqlite(self.state_dir.join("sqlite_key_value.db"))),
            other_stores: stores,
            cache: Some(self.state_dir.join("cache")),
            max_instance_memory: self.max_instance_memory,
            ..HostOptions::new(manifest.path())
        }
    }

    /// Makes the data folder with its secrets, or says why it cannot be used.
    fn make_state_folder(&self) -> anyhow::Result<()> {
        let folder = &self.state_dir;
        let trial = folder.join("trial");
        fs::create_dir_all(folder)
            .and_then(|()| fs::read_dir(folder))
            .and_then(|_| fs::write(&trial, ""))
            .and_then(|()| fs::remove_file(&trial))
            .with_context(|| format!("the data folder {} cannot be used", folder.display()))?;
        secrets::ensure_file(&secrets_file(&self.state_dir))
    }

    fn generated_token(&self) -> anyhow::Result<Option<String>> {
        let mut generated = read_env_file(&secrets_file(&self.state_dir))?;
        Ok(generated.remove(secrets::OPERATOR_TOKEN))
    }

    /// The variables from all their sources, and the operator token among them.
    fn variables(
        &self,
        manifest: &Manifest,
        address: SocketAddr,
    ) -> anyhow::Result<(BTreeMap<String, String>, Option<String>)> {
        // Links in pages lead here, unless somebody says where the world sees this desk.
        let here = (environment_name("base_url"), base_address(address));
        let secrets = secrets_file(&self.state_dir);
        let values = given_variables(manifest, &secrets, &self.variable, Some(here))?;
        // What is missing or wrong is said before the long build, and never first to a visitor.
        resolve(manifest, &values)?;
        check::refuse(manifest, &values)?;
        let token = values.get("operator_token").cloned();
        Ok((values, token))
    }

    /// Publishes the sample policy; that it cannot be is no reason to end a desk that serves.
    fn offer_sample(&self, manifest: &Manifest, base: &str, token: Option<&str>) {
        match self.publish_sample(manifest, base, token) {
            Ok(true) => say(format_args!("Published the sample policy, {SAMPLE_VERSION}.")),
            Ok(false) => {}
            Err(error) => {
                complain(format_args!("the sample policy was not published: {error:#}"));
            }
        }
    }

    /// Publishes the sample policy where nothing is published yet, and says whether it did.
    fn publish_sample(
        &self,
        manifest: &Manifest,
        base: &str,
        token: Option<&str>,
    ) -> anyhow::Result<bool> {
        let files = SAMPLE.map(|name| manifest.folder().join(name));
        let (Some(token), true) = (token, files.iter().all(|file| file.is_file())) else {
            return Ok(false);
        };
        let client = Client::new(base)?;
        let answer = client.get("/policy/versions")?;
        let list = answer.json();
        let Some(versions) = list.get("versions").and_then(Value::as_array) else {
            bail!("there is no list of versions: {}", answer.refusal());
        };
        if !versions.is_empty() {
            return Ok(false);
        }
        for file in &files {
            let version = PolicyVersion {
                version: SAMPLE_VERSION,
                language: policy::language_of(file),
                effective: Some(SAMPLE_EFFECTIVE),
                note: None,
                material: false,
            };
            policy::publish(&client, file, &version, token)?;
        }
        Ok(true)
    }

    /// The addresses to open.
    fn welcome(&self, manifest: &Manifest, running: &RunningHost, base: &str, token: TokenSource) {
        let secrets = secrets_file(&self.state_dir);
        let token = match token {
            TokenSource::Generated => format!("operator token in {}", secrets.display()),
            TokenSource::Given => "operator token as you set it".to_owned(),
            TokenSource::None => "no operator token".to_owned(),
        };
        let addresses = [
            ("Start page", "/", String::new()),
            ("Policy", "/policy", String::new()),
            ("Feedback", "/feedback", String::new()),
            ("Your data", "/requests", String::new()),
            ("Newsletters", "/unsubscribe", String::new()),
            ("Console API", "/console/api/", format!("  ({token})")),
        ];
        say(format_args!("\n{} is served at {base}\n", manifest.name()));
        for (name, path, note) in addresses.iter().filter(|(_, path, _)| running.answers(path)) {
            say(format_args!("  {name:<12} {base}{path}{note}"));
        }
        say("\nPress Ctrl-C to stop.");
    }
}

/// Where the sweep is.
const SWEEP: &str = "/ops/sweep";

/// Calls the sweep as a cron does in production.
async fn sweep_every_minute(base: String) {
    let mut minutes = tokio::time::interval(Duration::from_secs(60));
    // The first tick comes at once: nothing can be due yet.
    minutes.tick().await;
    loop {
        minutes.tick().await;
        let base = base.clone();
        let call = move || Client::new(&base).and_then(|client| client.get(SWEEP)).map(drop);
        match tokio::task::spawn_blocking(call).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => complain(format_args!("the sweep was not called: {error:#}")),
            Err(_) => return,
        }
    }
}

/// Where the operator token came from.
enum TokenSource {
    Generated,
    Given,
    None,
}

/// The address under which a browser on this machine finds a listener.
fn base_address(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("http://127.0.0.1:{}", address.port());
    }
    format!("http://{address}")
}

/// Becomes ready when the person or the system asks the command to end.
struct StopSignals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl StopSignals {
    #[cfg(unix)]
    fn watch(runtime: &Runtime) -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let _inside = runtime.enter();
        let fault = "signals cannot be watched";
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context(fault)?,
            interrupt: signal(SignalKind::interrupt()).context(fault)?,
        })
    }

    #[cfg(unix)]
    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn watch(_: &Runtime) -> anyhow::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn wait(self) {
        // Without a signal there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_the_same_with_and_without_the_word_up() {
        #[derive(clap::Parser)]
        struct Only {
            #[command(flatten)]
            up: UpArgs,
        }
        let typed = <Only as clap::Parser>::parse_from(["desk"]).up;
        let silent = UpArgs::default();
        assert_eq!(typed.from, silent.from);
        assert_eq!(typed.listen, silent.listen);
        assert_eq!(typed.state_dir, silent.state_dir);
    }

    #[test]
    fn a_browser_finds_a_listener_on_all_addresses_here() {
        let base = |address: &str| base_address(address.parse().unwrap());
        assert_eq!(base("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(base("[::]:80"), "http://127.0.0.1:80");
        assert_eq!(base("127.0.0.1:3000"), "http://127.0.0.1:3000");
    }
}
