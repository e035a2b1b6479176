//! What a use case works with: the store, the configuration and the moment.

use bytes::Bytes;
use desk_core::id::Moment;
use desk_core::sealed;
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use http::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ports::Store;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::request::{Locale, Request};
use crate::setup::Setup;

/// One request's view of the desk.
#[derive(Debug)]
pub struct Desk<'a, S> {
    /// The store.
    pub store: &'a S,
    /// The configuration.
    pub setup: &'a Setup,
    /// The time, and the randomness.
    pub moment: Moment,
}

/// What the log should hear of an answer, left in the answer's extensions for the edge.
#[derive(Clone, Debug)]
pub struct LogLine(pub String);

impl<S: Store> Desk<'_, S> {
    /// The instant of the request.
    pub const fn now(&self) -> Timestamp {
        self.moment.now()
    }

    /// Reads a sealed value; `None` if there is none or it has expired.
    ///
    /// # Errors
    /// A problem if the store fails, or the value was changed, moved or cut.
    pub async fn read_sealed<T: DeserializeOwned>(
        &self,
        key: &StoreKey,
    ) -> Result<Option<T>, Problem> {
        let Some(stored) = self.store.get(key).await? else { return Ok(None) };
        let Some(content) = self.setup.keys.open(key, &stored, self.now())? else {
            return Ok(None);
        };
        decode(key, &content).map(Some)
    }

    /// Seals a value and writes it.
    ///
    /// # Errors
    /// A problem if the store does not confirm it, or the value is larger than every Spin backend holds.
    pub async fn write_sealed<T: Serialize>(
        &self,
        key: &StoreKey,
        expires: Option<Timestamp>,
        value: &T,
    ) -> Result<(), Problem> {
        let sealed = self.setup.keys.seal(key, expires, &encode(value)?, &self.moment);
        self.write(key, &sealed).await
    }

    /// Reads a value that holds no personal data; `None` if there is none or it has expired.
    ///
    /// # Errors
    /// A problem if the store fails or the value has no known format.
    pub async fn read_plain<T: DeserializeOwned>(
        &self,
        key: &StoreKey,
    ) -> Result<Option<T>, Problem> {
        let Some(stored) = self.store.get(key).await? else { return Ok(None) };
        match sealed::read_plain(&stored, self.now())? {
            Some(content) => decode(key, content).map(Some),
            None => Ok(None),
        }
    }

    /// Writes a value that holds no personal data.
    ///
    /// # Errors
    /// As for [`Desk::write_sealed`].
    pub async fn write_plain<T: Serialize>(
        &self,
        key: &StoreKey,
        expires: Option<Timestamp>,
        value: &T,
    ) -> Result<(), Problem> {
        self.write(key, &sealed::plain(expires, &encode(value)?)).await
    }

    /// Writes bytes that are framed already.
    ///
    /// # Errors
    /// As for [`Desk::write_sealed`].
    pub async fn write(&self, key: &StoreKey, framed: &[u8]) -> Result<(), Problem> {
        if framed.len() > sealed::MAX_VALUE {
            return Err(Problem::Internal(format!(
                "a value of {} bytes is too large",
                framed.len()
            )));
        }
        Ok(self.store.set(key, framed).await?)
    }

    /// Turns the outcome of a use case into the answer, and leaves what the log should hear.
    pub fn respond(
        &self,
        request: &Request,
        locale: Locale,
        outcome: Result<Reply, Problem>,
    ) -> Response<Bytes> {
        match outcome {
            Ok(reply) => reply.finish(request),
            Err(problem) => {
                let mut response = problem.respond(Some(self.setup), request, locale);
                if let Some(text) = problem.log() {
                    response.extensions_mut().insert(LogLine(text.to_owned()));
                }
                response
            }
        }
    }
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| Problem::Internal(format!("encoding: {error}")))
}

/// Decodes what was stored. The error names the area of the key alone: serde's text may quote the content.
fn decode<T: DeserializeOwned>(key: &StoreKey, content: &[u8]) -> Result<T, Problem> {
    let area = key.parts().next().unwrap_or_default().to_owned();
    serde_json::from_slice(content)
        .map_err(|_| Problem::Internal(format!("a stored {area} cannot be decoded")))
}
