//! Who may act for the controller: whoever has the operator token.

use crate::headers::AUTHORIZATION;
use crate::problem::Problem;
use crate::request::Request;
use crate::setup::Setup;

/// Lets a request through that carries the operator token as a bearer token (RFC 6750). Compared in constant time.
///
/// # Errors
/// [`Problem::Unauthorised`] without the token, with another one, or where none is configured.
pub fn authorise(setup: &Setup, request: &Request) -> Result<(), Problem> {
    let sent = request.header(AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    match (&setup.operator, sent) {
        (Some(token), Some(sent)) if token.is(sent.as_bytes()) => Ok(()),
        _ => Err(Problem::Unauthorised),
    }
}
