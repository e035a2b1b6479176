//! Who may act for the controller: whoever has the operator token; and the app and its mailer, who have one of their own.

use desk_core::keys::OperatorToken;
use http::header::AUTHORIZATION;

use crate::problem::Problem;
use crate::request::Request;

/// Lets a request through that carries the operator token as a bearer token (RFC 6750). Compared in constant time.
///
/// # Errors
/// [`Problem::Unauthorised`] without the token, with another one, or where none is configured.
pub fn authorise(operator: Option<&OperatorToken>, request: &Request) -> Result<(), Problem> {
    match role(operator, None, request) {
        Some(Role::Operator) => Ok(()),
        _ => Err(Problem::Unauthorised),
    }
}

/// Lets a request through that carries the operator token or the app's, and says whose it is.
///
/// # Errors
/// [`Problem::Unauthorised`] with neither, or where none is configured.
pub fn authorise_app(
    operator: Option<&OperatorToken>,
    app: Option<&OperatorToken>,
    request: &Request,
) -> Result<Role, Problem> {
    role(operator, app, request).ok_or(Problem::Unauthorised)
}

/// Who sent a request with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A person of the controller's.
    Operator,
    /// The app's backend, or the mailer.
    App,
}

fn role(
    operator: Option<&OperatorToken>,
    app: Option<&OperatorToken>,
    request: &Request,
) -> Option<Role> {
    let (scheme, sent) = request.header(AUTHORIZATION)?.split_once(' ')?;
    let sent = Some(sent.trim().as_bytes()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))?;
    // Both are compared whatever the first says, so that the time tells nothing.
    let operator = operator.is_some_and(|token| token.is(sent));
    let app = app.is_some_and(|token| token.is(sent));
    match (operator, app) {
        (true, _) => Some(Role::Operator),
        (false, true) => Some(Role::App),
        (false, false) => None,
    }
}
