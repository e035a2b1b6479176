//! Packages.

use super::*;
pub(super) async fn build<S: Scan>(
    _desk: &Desk<'_, S>,
    _request: &HttpRequest,
    _name: &str,
) -> Result<Reply, Problem> {
    Err(Problem::NotFound)
}
pub(super) async fn drop<S: Scan>(
    _desk: &Desk<'_, S>,
    _request: &HttpRequest,
    _name: &str,
) -> Result<Reply, Problem> {
    Err(Problem::NotFound)
}
