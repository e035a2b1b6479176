//! Requests that guests send: to the hosts that their manifest entry allows, and no others.

use std::{future::Future, sync::Arc};

use http_body_util::BodyExt;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request};

use crate::engine::ComponentContext;

/// The rules for the outgoing requests of one instance.
pub(crate) struct Outbound {
    component: Arc<ComponentContext>,
}

impl Outbound {
    pub(crate) fn new(component: Arc<ComponentContext>) -> Self {
        Self { component }
    }
}

/// Says how the body of a message that passed through the engine ended.
type BodyOutcome = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: BodyOutcome,
    ) -> Box<dyn Future<Output = Result<(http::Response<WasiBody>, BodyOutcome), Error>> + Send>
    {
        let uri = request.uri();
        if !self.component.allowed_outbound_hosts.iter().any(|host| host.allows(uri)) {
            // The host name alone: a path may carry a token.
            let host = uri.host().unwrap_or("an address without host");
            self.component.log.host(
                &self.component.id,
                &format!(
                    "a request to {host} was refused: allowed_outbound_hosts does not list it"
                ),
            );
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        Box::new(async move {
            let (response, outcome) = default_send_request(request, options).await?;
            Ok((response.map(BodyExt::boxed_unsync), Box::new(outcome) as BodyOutcome))
        })
    }
}
