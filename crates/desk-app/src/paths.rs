//! The paths that carry a token, each of which can do one thing.

use desk_core::case::CaseKey;
use desk_core::journal::Place;
use desk_core::keys::Purpose;
use desk_core::request::RequestKey;

use crate::setup::Setup;

/// The path of a case's status page.
pub fn status_path(setup: &Setup, key: &CaseKey) -> String {
    ["/feedback/status/", &setup.keys.mint(Purpose::StatusLink, key.to_bytes())].concat()
}

/// The path of the page where identity is proven by the code.
pub fn pending_path(setup: &Setup, key: &RequestKey) -> String {
    ["/requests/pending/", &setup.keys.mint(Purpose::PendingLink, key.to_bytes())].concat()
}

/// The path of a request's status page, whose token is the person's secret.
pub fn request_path(setup: &Setup, key: &RequestKey) -> String {
    ["/requests/status/", &setup.keys.mint(Purpose::RequestLink, key.to_bytes())].concat()
}

/// The same for whoever came by it: their own token stays, while it is good.
pub fn kept_path(setup: &Setup, key: &RequestKey, token: &str) -> String {
    let token = setup.keys.renewed(Purpose::RequestLink, token, key.to_bytes());
    ["/requests/status/", &token].concat()
}

/// The path that proves an identity, which only the mail has.
pub fn identity_path(setup: &Setup, key: &RequestKey) -> String {
    ["/requests/confirm/", &setup.keys.mint(Purpose::IdentityLink, key.to_bytes())].concat()
}
