//! `desk suppressions`: the opt-outs of another system, and who must not be written to, at any base address.

mod check;
mod import;
mod pending;
mod progress;
mod summary;

use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use self::{check::CheckArgs, import::ImportArgs, pending::PendingArgs};
use crate::{
    client::{Answer, Client, DeskAddress},
    setup::find_operator_token,
    terminal::exit_code,
};

/// Who must not be written to.
#[derive(Subcommand)]
pub(crate) enum SuppressionsCommand {
    /// Import another system's opt-outs from a CSV file.
    Import(ImportArgs),
    /// Ask whether people may be written to.
    Check(CheckArgs),
    /// Tell how many opt-outs the mailer does not know yet.
    Pending(PendingArgs),
}

/// Which desk, and the token to show it.
#[derive(Args)]
struct DeskAccess {
    #[command(flatten)]
    desk: DeskAddress,
    /// The operator token [default: `$DESK_TOKEN`, `$DESK_OPERATOR_TOKEN`, or the one in .desk/secrets.env].
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

impl SuppressionsCommand {
    pub(crate) fn run(self) -> ExitCode {
        exit_code(match self {
            Self::Import(import) => import.run(),
            Self::Check(check) => check.run(),
            Self::Pending(pending) => pending.run(),
        })
    }
}

/// A desk, with the token to show it.
struct Session {
    client: Client,
    url: String,
    token: String,
}

impl DeskAccess {
    fn session(&self) -> anyhow::Result<Session> {
        let token = match self.token.clone().or_else(|| std::env::var("DESK_TOKEN").ok()) {
            Some(token) => token,
            None => find_operator_token()?,
        };
        let token = token.trim().to_owned();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            bail!("the token is empty, or has characters that no token has");
        }
        let url = self.desk.url.trim_end_matches('/').to_owned();
        Ok(Session { client: Client::new(&url)?, url, token })
    }
}

impl Session {
    fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.result(&self.client.get_as(path, &self.token)?)
    }

    fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.result(&self.client.post(path, &self.token, body)?)
    }

    /// What a desk answers to a request that it takes, or why it does not.
    fn result(&self, answer: &Answer) -> anyhow::Result<Value> {
        match answer.status {
            200 => match answer.json() {
                value @ Value::Object(_) => Ok(value),
                _ => Err(self.not_a_desk()),
            },
            401 => bail!("{} does not take this token (status 401)", self.url),
            404 => Err(self.not_a_desk()),
            _ if answer.json().get("errors").is_some_and(about_list) => {
                bail!("{} has no such list", self.url)
            }
            _ => bail!("{} refuses: {}", self.url, answer.refusal()),
        }
    }

    fn not_a_desk(&self) -> anyhow::Error {
        anyhow!("{} answers, but not as a desk with suppressions does", self.url)
    }
}

/// Whether what is wrong with a request is its list.
fn about_list(errors: &Value) -> bool {
    errors
        .as_array()
        .into_iter()
        .flatten()
        .any(|error| error.get("code") == Some(&json!("unknown-list")))
}
