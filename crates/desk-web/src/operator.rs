//! Who may act for the controller: whoever has the operator token; and the app and its mailer, who have one of their own.

use crate::problem::Problem;
use crate::request::Request;
use crate::setup::Setup;
use http::header::AUTHORIZATION;

/// Lets a request through that carries the operator token as a bearer token (RFC 6750). Compared in constant time.
///
/// # Errors
/// [`Problem::Unauthorised`] without the token, with another one, or where none is configured.
pub fn authorise(setup: &Setup, request: &Request) -> Result<(), Problem> {
    match role(setup, request) {
        Some(Role::Operator) => Ok(()),
        _ => Err(Problem::Unauthorised),
    }
}

/// Lets a request through that carries the operator token or the app's, and says whose it is.
///
/// # Errors
/// [`Problem::Unauthorised`] with neither, or where none is configured.
pub fn authorise_app(setup: &Setup, request: &Request) -> Result<Role, Problem> {
    role(setup, request).ok_or(Problem::Unauthorised)
}

/// Who sent a request with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A person of the controller's.
    Operator,
    /// The app's backend, or the mailer.
    App,
}

fn role(setup: &Setup, request: &Request) -> Option<Role> {
    let (scheme, sent) = request.header(AUTHORIZATION)?.split_once(' ')?;
    let sent = Some(sent.trim().as_bytes()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))?;
    // Both are compared whatever the first says, so that the time tells nothing.
    let operator = setup.operator.as_ref().is_some_and(|token| token.is(sent));
    let app = setup.app_token.as_ref().is_some_and(|token| token.is(sent));
    match (operator, app) {
        (true, _) => Some(Role::Operator),
        (false, true) => Some(Role::App),
        (false, false) => None,
    }
}
