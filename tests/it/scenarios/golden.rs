//! What a scenario leaves in the store and gives out, held to a golden file: names of keys, values as they are sealed, and
//! tokens, receipts and ids.
//!
//! Whoever deploys a new release has these in a store and in mails already, so none of them may change by accident.

use std::{cell::RefCell, collections::BTreeSet, fmt::Write, io, path::PathBuf};

use desk_core::sealed;
use desk_core::store_key::StoreKey;
use desk_host::async_trait;

use crate::harness::{
    http::{Request, Response},
    native::Native,
    root,
    target::{Clock, Target},
};

/// The shortest run of letters and digits that is taken for a token, an id or a signature.
const SHORTEST: usize = 22;

/// A target that remembers what was given out.
pub(super) struct Recording {
    native: Native,
    given: RefCell<Vec<String>>,
}

impl Recording {
    pub(super) fn new(native: Native) -> Self {
        Self { native, given: RefCell::default() }
    }
}

#[async_trait(?Send)]
impl Target for Recording {
    async fn send(&self, request: &Request) -> Response {
        let response = self.native.send(request).await;
        let location = response.header("location").unwrap_or_default();
        let body = String::from_utf8_lossy(&response.body);
        let text = format!("{location} {body}");
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let runs = text
            .split(|c| !is_part(c))
            .filter(|run| run.len() >= SHORTEST && run.contains(|c: char| c.is_ascii_digit()));
        self.given.borrow_mut().extend(runs.map(str::to_owned));
        response
    }

    fn clock(&self) -> &Clock {
        self.native.clock()
    }

    async fn keys(&self) -> Vec<String> {
        self.native.keys().await
    }

    async fn try_send(&self, request: &Request) -> io::Result<Response> {
        self.native.try_send(request).await
    }

    fn log(&self) -> Vec<String> {
        self.native.log()
    }

    fn assert_nothing_trapped(&self) {
        self.native.assert_nothing_trapped();
    }
}

/// Where the golden files lie.
pub(super) fn folder() -> PathBuf {
    root().join("tests/it/golden")
}

/// Holds what was stored and given out to the golden file of the scenario.
pub(super) fn hold(scenario: &str, played: &Recording) {
    let mut text = String::from("# given out\n");
    let mut seen = BTreeSet::new();
    for run in played.given.borrow().iter().filter(|run| seen.insert((*run).clone())) {
        writeln!(text, "{run}").unwrap();
    }
    text.push_str("\n# stored: key, expiry, whether it is sealed, content\n");
    let (keys, begin) = (played.native.keyring(), played.native.begin());
    for (key, value) in played.native.store().dump() {
        let name = StoreKey::new(key.clone()).unwrap();
        let expiry = sealed::expiry(&value).unwrap().map_or(0, |at| at.millis());
        let (how, content) = match keys.open(&name, &value, begin) {
            Ok(content) => ("sealed", content.expect("nothing expires before it was written")),
            Err(_) => {
                let content = sealed::read_plain(&value, begin).unwrap();
                ("plain", content.expect("nothing expires before it was written").to_vec())
            }
        };
        writeln!(text, "{key} {expiry} {how} {}", shown(&content)).unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(scenario.replace('/', "-"), text));
}

/// Bytes with letters as they are: a content of Postcard is mostly text. Long ones by their beginning and a hash.
fn shown(content: &[u8]) -> String {
    const LONG: usize = 2_000;
    if content.len() > LONG {
        let hash = base16ct::lower::encode_string(&<sha2::Sha256 as sha2::Digest>::digest(content));
        return format!(
            "{}... {} bytes, sha256 {hash}",
            content[..64].escape_ascii(),
            content.len()
        );
    }
    content.escape_ascii().to_string()
}
