//! What the app's backend asserts of a person who is signed in, in place of a mail.

use desk_core::assertion::{AssertionKey, UnverifiedAssertion};
use desk_core::email::EmailAddress;
use desk_core::id::Id;
use desk_core::keys::Purpose;
use desk_core::request::{MoveRefusal, Proof, RequestKey};
use desk_core::store_key::StoreKey;
use desk_core::time::Timestamp;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{key, load, secret, wire};
use desk_app::Desk;
use desk_app::cases;
use desk_app::claims::{ActName, first};
use desk_app::idempotency::marker_key;
use desk_app::paths::request_path;
use desk_app::ports::Store;
use desk_core::json::Value;
use desk_web::fields::Fields;
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use desk_web::request::Request;

/// The most that an assertion may reach ahead, in seconds: it is made for the moment.
const ASSERTION_AGE: i64 = 3600;
/// For how long after its first use one without an id proves other requests, in seconds.
const SAME_SECONDS: i64 = 60;

/// Takes an assertion, which proves who asks.
pub(super) async fn take<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    token: &str,
) -> Result<Reply, Problem> {
    let keys = desk.setup.assertion_keys()?;
    let key = key(desk.setup, Purpose::PendingLink, token)?;
    let mut fields = Fields::read(request)?;
    let sent = fields.text("assertion");
    fields.require("assertion", &sent);
    fields.finish().map_err(Problem::InvalidFields)?;
    let case = load(desk, key).await?;
    let sent = sent.unwrap_or_default();
    let wrong = |code| Problem::invalid_field("assertion", code);
    let checked = check(desk, keys, &sent, &case.opening.email).map_err(wrong)?;
    // Whoever sees an assertion on its way must not be able to prove another request with it.
    let used = marker_key(desk, b"assertion", checked.signed)?;
    let act = ActName::new("assertion", used.parts().next_back().unwrap_or_default());
    first(desk, &act, async |_| prove(desk, key, &checked, &used).await).await
}

/// Proves with an assertion who asks. Of two that come at the same instant one is the first.
async fn prove<S: Store>(
    desk: &Desk<'_, S>,
    key: RequestKey,
    checked: &VerifiedAssertion<'_>,
    used: &StoreKey,
) -> Result<Reply, Problem> {
    let case = load(desk, key).await?;
    let first = desk.read_sealed::<FirstUse>(used).await?;
    if first.as_ref().is_some_and(|first| first.is_over(checked, &key, desk.now())) {
        return Err(Problem::invalid_field("assertion", "assertion-used"));
    }
    match case.unproven(desk.now()) {
        Ok(unproven) => {
            if first.is_none() {
                let first = FirstUse { request: key.id, at: desk.now() };
                desk.write_sealed(used, Some(checked.expires), &first).await?;
            }
            let proof = unproven.by_assertion().into_change();
            cases::append(desk, &key, case, proof, desk.moment.id()).await?;
        }
        // The same sent twice is one act.
        Err(MoveRefusal::Identified) if matches!(case.identified, Some((_, Proof::Assertion))) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    let json = wire::proven(desk.setup, &request_path(desk.setup, &key));
    Ok(secret(Reply::json_text(StatusCode::OK, json)))
}

/// Where an assertion was used first.
#[derive(Serialize, Deserialize)]
struct FirstUse {
    request: Id,
    at: Timestamp,
}

impl FirstUse {
    /// Whether the assertion proves this request no longer, because it proved another. Without an id of its own, two that
    /// were signed in one second for two requests are the same text, so there it does for a little while.
    fn is_over(&self, checked: &VerifiedAssertion<'_>, key: &RequestKey, now: Timestamp) -> bool {
        self.request != key.id && (checked.is_unique || now.seconds_since(self.at) >= SAME_SECONDS)
    }
}

/// An assertion that holds.
struct VerifiedAssertion<'a> {
    signed: &'a str,
    expires: Timestamp,
    /// Whether it has an id (`jti`, RFC 7519 section 4.1.7), as one that must not be used twice does.
    is_unique: bool,
}

/// Checks what the app's backend asserts of the person who is signed in (RFC 7519): for this desk, for now, and for this
/// very address.
fn check<'a, S>(
    desk: &Desk<'_, S>,
    keys: &[AssertionKey],
    token: &'a str,
    email: &EmailAddress,
) -> Result<VerifiedAssertion<'a>, &'static str> {
    const WRONG: &str = "not-an-assertion";
    let token = UnverifiedAssertion::new(token).ok_or(WRONG)?;
    let header = Value::read(token.header()).ok_or(WRONG)?;
    // Extensions that have to be understood are not (RFC 7515 section 4.1.11).
    if header.at(&["crit"]).is_some() {
        return Err(WRONG);
    }
    let claims = token.verify(keys, header.text(&["alg"])).ok_or(WRONG)?;
    let claims = Value::read(claims).ok_or(WRONG)?;
    let audience = &desk.setup.profile.base_url;
    let is_ours = |value: &Value| matches!(value, Value::Text(text) if text == audience);
    let for_us =
        claims.at(&["aud"]).is_some_and(is_ours) || claims.items(&["aud"]).iter().any(is_ours);
    let seconds = |name: &str| match claims.at(&[name]) {
        Some(Value::Number(text)) => {
            text.split('.').next().and_then(|text| text.parse::<i64>().ok())
        }
        _ => None,
    };
    let now = desk.now().seconds();
    let expires = seconds("exp").ok_or(WRONG)?;
    // An address that the backend itself has not seen answered is anybody's.
    let verified = match claims.at(&["email_verified"]) {
        None | Some(Value::True) => true,
        Some(Value::Text(text)) => text == "true",
        Some(_) => false,
    };
    let begun = seconds("nbf").is_none_or(|begins| begins <= now);
    let about: Option<EmailAddress> = claims.text(&["email"]).parse().ok();
    let same = about.is_some_and(|about| about.normalised() == email.normalised());
    if !for_us || !begun || !same || !verified || expires > now.saturating_add(ASSERTION_AGE) {
        return Err(WRONG);
    }
    if expires <= now {
        return Err("assertion-expired");
    }
    let expires = Timestamp::from_seconds(expires).map_err(|_| WRONG)?;
    Ok(VerifiedAssertion {
        signed: token.signed(),
        expires,
        is_unique: claims.at(&["jti"]).is_some(),
    })
}
