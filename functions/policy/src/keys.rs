//! `/.well-known/desk-keys.json`: what receipts and publications are checked with.

use http::StatusCode;
use serde::Serialize;

use desk_app::Setup;
use desk_web::reply::{Caching, Reply};
use http::header::CONTENT_TYPE;

/// For how many seconds the keys may be kept: a new root secret brings another one.
const AGE: u32 = 300;

/// The public keys that sign receipts and policy versions, as a JWK set (RFC 7517).
pub(super) fn document(setup: &Setup) -> Reply {
    #[derive(Serialize)]
    struct JwkSet {
        keys: Vec<Jwk>,
    }
    #[derive(Serialize)]
    struct Jwk {
        kty: &'static str,
        crv: &'static str,
        alg: &'static str,
        r#use: &'static str,
        kid: String,
        x: String,
    }
    let jwk = |key: desk_core::signed::PublicKey| Jwk {
        kty: "OKP",
        crv: "Ed25519",
        alg: "EdDSA",
        r#use: "sig",
        kid: key.id,
        x: key.x,
    };
    let set = JwkSet { keys: setup.keys.public_keys().into_iter().map(jwk).collect() };
    Reply::json(StatusCode::OK, &set)
        .header(CONTENT_TYPE, "application/jwk-set+json")
        .caching(Caching::Public(AGE))
        .etag_of_body()
}
