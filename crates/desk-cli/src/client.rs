//! The one HTTP client of the command.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::{
    Agent,
    http::{Response, Uri, header},
};

/// What may stand in a path segment or a query value as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which desk.
#[derive(Args)]
pub(crate) struct DeskAddress {
    /// The base address of the desk.
    #[arg(long, value_name = "BASE", default_value = "http://127.0.0.1:3000")]
    pub(crate) url: String,
}

/// A desk at a base address.
pub(crate) struct Client {
    agent: Agent,
    base: String,
}

/// An answer with its whole body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The seconds of `Retry-After`, where it has any.
    pub(crate) retry_after: Option<u64>,
}

impl Client {
    /// A client for `base`, such as `http://127.0.0.1:3000`.
    pub(crate) fn new(base: &str) -> anyhow::Result<Self> {
        let base = base.trim_end_matches('/');
        let uri: Uri = base
            .parse()
            .map_err(|_| anyhow!("{base} is no address, such as http://127.0.0.1:3000"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            bail!("{base} is neither an http:// nor an https:// address");
        }
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .user_agent(concat!("desk/", env!("CARGO_PKG_VERSION")));
        if matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]")) {
            // No proxy leads to this very machine.
            config = config.proxy(None);
        }
        Ok(Self { agent: config.build().into(), base: base.to_owned() })
    }

    pub(crate) fn get(&self, path: &str) -> anyhow::Result<Answer> {
        let request = self
            .agent
            .get(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json, application/problem+json");
        self.read(request.call())
    }

    pub(crate) fn put(
        &self,
        path: &str,
        token: &str,
        kind: &str,
        body: &str,
    ) -> anyhow::Result<Answer> {
        let request = self
            .agent
            .put(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json, application/problem+json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, kind);
        self.read(request.send(body))
    }

    /// Gets something that is not for everybody.
    pub(crate) fn get_as(&self, path: &str, token: &str) -> anyhow::Result<Answer> {
        let request = self
            .agent
            .get(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json, application/problem+json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.read(request.call())
    }

    /// Posts JSON.
    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> anyhow::Result<Answer> {
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json, application/problem+json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.read(request.send(body.to_string()))
    }

    fn read(&self, outcome: Result<Response<ureq::Body>, ureq::Error>) -> anyhow::Result<Answer> {
        let silence = || format!("{} does not answer", self.base);
        let mut response = outcome.with_context(silence)?;
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = response.body_mut().read_to_string().with_context(silence)?;
        Ok(Answer { status: response.status().as_u16(), body, retry_after })
    }
}

impl Answer {
    /// The body as JSON, `null` where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// Why the answer is a refusal: the problem's own words, or else the status.
    pub(crate) fn refusal(&self) -> String {
        let problem = self.json();
        let part = |name: &str| {
            problem.get(name).and_then(Value::as_str).map(|text| text.trim_end_matches('.'))
        };
        let mut words: Vec<String> =
            [part("title"), part("detail")].into_iter().flatten().map(str::to_owned).collect();
        for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let pointer = error.get("pointer").and_then(Value::as_str).unwrap_or_default();
            let detail = error.get("detail").and_then(Value::as_str).unwrap_or_default();
            words.push(format!("{pointer} {detail}").trim().to_owned());
        }
        if words.is_empty() {
            return format!("the status is {}", self.status);
        }
        format!("{} (status {})", words.join(": "), self.status)
    }
}

/// Text as a part of a path or of a query.
pub(crate) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}
