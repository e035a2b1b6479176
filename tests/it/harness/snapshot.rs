//! Answers as text, held to the same checked-in file whichever target gave them.

use std::{fmt::Write, path::PathBuf};

use http::header::{CONNECTION, CONTENT_TYPE, DATE, TRANSFER_ENCODING};

use super::{
    http::{Request, Response},
    root,
};

/// Where the snapshots of a scenario lie.
pub(crate) fn folder(scenario: &str) -> PathBuf {
    root().join("tests/it/snapshots").join(scenario)
}

/// Holds an answer to `snapshots/<scenario>/<step>.snap`.
pub(crate) fn hold(scenario: &str, step: &str, request: &Request, response: &Response) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder(scenario));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(format!("{} {}", request.method, request.target));
    settings.bind(|| insta::assert_snapshot!(step.to_owned(), render(response)));
}

/// Writes an answer down: status, headers by name, body.
fn render(response: &Response) -> String {
    let mut text = response.status.to_string();
    let mut headers: Vec<_> = response
        .headers
        .iter()
        // The server's own, which no function decides.
        .filter(|(name, _)| ![DATE, CONNECTION, TRANSFER_ENCODING].contains(name))
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    text.push('\n');
    for header in headers {
        writeln!(text, "{header}").expect("a string takes everything");
    }
    text.push('\n');
    text.push_str(&body(response));
    text
}

fn body(response: &Response) -> String {
    let media_type = response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match (media_type.unwrap_or_default(), std::str::from_utf8(&response.body)) {
        (kind, Ok(_))
            if kind.contains("json") && !kind.contains("ndjson") && !response.body.is_empty() =>
        {
            format!("{:#}", response.json())
        }
        (_, Ok(text)) => without_chance(text),
        (_, Err(_)) => format!("({} bytes)", response.body.len()),
    }
}

/// The page without the random half of a form's `once`: work that goes on after an answer draws from the same source,
/// and whether it draws before the next page or after it is a matter of luck.
fn without_chance(page: &str) -> String {
    const FIELD: &str = "name=\"once\" value=\"";
    const TIME: usize = 10;
    const WHOLE: usize = 26;
    let mut pieces = page.split(FIELD);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(FIELD);
        text.push_str(&piece[..TIME]);
        text.push_str("RANDOM");
        text.push_str(&piece[WHOLE..]);
    }
    text
}
