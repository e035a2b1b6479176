//! The policy: the one in force, its history, and how a version is published.
//!
//! | address | what | may be kept |
//! |---|---|---|
//! | `/policy` | the version in force | five minutes, never past the next change |
//! | `/policy/versions/{version}?lang=` | Markdown, plain text or JSON in exactly this language | for ever |
//! | `/policy/versions/{version}` | the same in the best language there is, or as a page | as `/policy` |
//! | all others | what is true now | as `/policy` |
//!
//! A text never changes once it is published, so an address that names its version and its language may be kept for
//! ever. Without `?lang=` a translation that comes later changes the answer; and a page tells what surrounds the text
//! (whether it is in force, which other languages there are), which changes too.

mod diff;
mod document;
mod feeds;
mod keys;
mod lists;
mod publish;
mod rendered;
mod text;
mod texts;
mod wire;

use bytes::Bytes;
use desk_core::clock::zone::Zone;
use desk_core::policy::history::{History, PolicyVersion};
use desk_core::policy::views::StoredText;
use desk_core::policy::{PolicyText, SignedPublication};
use desk_core::time::{Date, Timestamp};
use http::Method;
use maud::{Markup, html};

use desk_app::policy;
use desk_app::policy_cache::Current;
use rendered::Variant;
use text::TextQuery;

use crate::texts::PolicyTexts;
use desk_app::Desk;
use desk_app::ports::Store;
use desk_web::negotiate;
use desk_web::problem::Problem;
use desk_web::reply::{Caching, Reply, Response};
use desk_web::request::{Locale, Request};
use desk_web::respond::respond;
use desk_web::routes::{BODY_LIMIT, Route, Routes};
use http::HeaderMap;

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The version in force.
    Now,
    /// The list of versions.
    Versions,
    /// The text of a version.
    Version,
    /// An operator publishes a version.
    Publish,
    /// The text that was in force at an instant.
    At,
    /// What changed from one version to another.
    Diff,
    /// The versions that are to come.
    Upcoming,
    /// The feed as Atom (RFC 4287).
    Atom,
    /// The feed as JSON Feed.
    JsonFeed,
    /// What an app needs to know of the version in force.
    Manifest,
    /// The public keys that sign receipts and versions.
    Keys,
}

/// The routes of the function `policy`.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::get("/policy", Endpoint::Now),
    Route::get("/policy/versions", Endpoint::Versions),
    Route::get("/policy/versions/:version", Endpoint::Version),
    Route::put("/policy/versions/:version", BODY_LIMIT, Endpoint::Publish),
    Route::get("/policy/at/:instant", Endpoint::At),
    Route::get("/policy/diff/:versions", Endpoint::Diff),
    Route::get("/policy/upcoming", Endpoint::Upcoming),
    Route::get("/policy/feed.atom", Endpoint::Atom),
    Route::get("/policy/feed.json", Endpoint::JsonFeed),
    Route::get("/policy/manifest.json", Endpoint::Manifest),
    Route::get("/.well-known/desk-keys.json", Endpoint::Keys),
]);

/// Answers a request to the function `policy`.
pub async fn serve<S: Store>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = request.locale(&desk.setup.profile);
    let answer = match ROUTES.find(request) {
        Ok((endpoint, parameters)) => answer(desk, request, locale, endpoint, &parameters).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Ok(response) => response,
        Err(problem) => respond(&desk.setup.profile, request, locale, Err(problem)),
    }
}

async fn answer<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    endpoint: Endpoint,
    parameters: &[&str],
) -> Result<Response, Problem> {
    let name = parameters.first().copied().unwrap_or_default();
    let reply = match endpoint {
        Endpoint::Now => now(desk, request, locale).await?,
        Endpoint::Manifest => manifest(desk, request, locale).await?,
        Endpoint::Keys => keys::document(desk.setup),
        Endpoint::Publish => publish::publish(desk, request, name).await?,
        _ => {
            let current = policy::current(desk).await?;
            show(&View::new(&current, desk, request, locale), endpoint, name).await?
        }
    };
    Ok(reply.finish(request))
}

/// What is shown of the history.
async fn show<S: Store>(
    view: &View<'_, S>,
    endpoint: Endpoint,
    name: &str,
) -> Result<Reply, Problem> {
    match endpoint {
        Endpoint::Versions => lists::versions(view),
        Endpoint::Version => {
            let (format, _) = Format::of(view.request, &Format::ALL)?;
            text::text(view, view.version(name), TextQuery::Version, format).await
        }
        Endpoint::At => {
            let (format, _) = Format::of(view.request, &Format::ALL)?;
            let instant = view.instant(name)?;
            let version = view.history().in_force(instant);
            text::text(view, version, TextQuery::At(instant), format).await
        }
        Endpoint::Upcoming => lists::upcoming(view),
        Endpoint::Diff => diff::diff(view, name).await,
        Endpoint::Atom => Ok(feeds::atom(view)),
        Endpoint::JsonFeed => Ok(feeds::json(view)),
        Endpoint::Now | Endpoint::Manifest | Endpoint::Publish | Endpoint::Keys => {
            Err(Problem::NotFound)
        }
    }
}

/// The version in force: as it is remembered, without the store and without rendering anything, or rendered.
async fn now<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<Reply, Problem> {
    let variant = Variant::of(request, locale)?;
    let current = policy::current(desk).await?;
    let reply = match rendered::page(&current, variant) {
        Some(reply) => reply,
        None => {
            // The page must not depend on anything that is not in the variant.
            let target = match variant.named {
                Some(format) => format!("/policy?format={}", format.name()),
                None => "/policy".to_owned(),
            };
            let body = desk_web::Body::Whole(Bytes::new());
            let plain = Request::new(Method::GET, &target, HeaderMap::new(), body);
            let view = View::new(&current, desk, &plain, variant.locale);
            let version = view.history().in_force(view.now());
            let asked = TextQuery::Now { gpc: variant.gpc };
            let reply = text::text(&view, version, asked, variant.format).await?;
            rendered::remember(&current, variant, reply.clone());
            reply
        }
    };
    Ok(as_of_now(desk, &current, reply))
}

/// What apps poll, likewise. Nothing of a request decides.
async fn manifest<S: Store>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
) -> Result<Reply, Problem> {
    let current = policy::current(desk).await?;
    let reply = match rendered::manifest(&current) {
        Some(reply) => reply,
        None => {
            let reply = feeds::manifest(&View::new(&current, desk, request, locale))?;
            rendered::remember_manifest(&current, reply.clone());
            reply
        }
    };
    Ok(as_of_now(desk, &current, reply))
}

/// Says how long an answer that was remembered may be kept from now on.
fn as_of_now<S>(desk: &Desk<'_, S>, current: &Current, reply: Reply) -> Reply {
    if current.until.is_some() {
        reply.caching(caching(&current.history, desk.now()))
    } else {
        reply
    }
}

impl Variant {
    fn of(request: &Request, locale: Locale) -> Result<Self, Problem> {
        let (format, named) = Format::of(request, &Format::ALL)?;
        if format == Format::Html {
            return Ok(Self { format, named, locale, gpc: request.signals_gpc() });
        }
        // Only a page has links, and only a page answers a signal.
        let locale = Locale { explicit: false, ..locale };
        Ok(Self { format, named: None, locale, gpc: false })
    }
}

/// What an answer is made of.
struct View<'a, S> {
    current: &'a Current,
    desk: &'a Desk<'a, S>,
    request: &'a Request,
    locale: Locale,
    /// Where days begin and end.
    zone: Zone,
}

impl<'a, S: Store> View<'a, S> {
    fn new(
        current: &'a Current,
        desk: &'a Desk<'a, S>,
        request: &'a Request,
        locale: Locale,
    ) -> Self {
        // A policy can be read whatever else is misconfigured: the times in it say that they are UTC.
        let zone = desk.setup.zone().unwrap_or_else(|_| Zone::utc());
        Self { current, desk, request, locale, zone }
    }

    fn history(&self) -> &History {
        &self.current.history
    }

    fn version(&self, name: &str) -> Option<&PolicyVersion> {
        self.history().version(&name.parse().ok()?)
    }

    fn now(&self) -> Timestamp {
        self.desk.now()
    }

    /// Reads an instant of an address: a date means its last one, when all that took effect on it holds.
    fn instant(&self, text: &str) -> Result<Timestamp, Problem> {
        let date = || text.parse::<Date>().map(|day| self.zone.end_of(day));
        text.parse().or_else(|_| date()).map_err(|_| Problem::Malformed("instant"))
    }

    /// An instant for people: the date, and the time where the day does not begin with it.
    fn moment(&self, at: Timestamp) -> String {
        let day = self.zone.date(at);
        let date = self.locale.lang.date(day);
        if at.seconds_since(self.zone.start_of(day)) < 60 {
            date
        } else {
            format!("{date}, {}", self.zone.minute(at))
        }
    }

    fn time(&self, at: Timestamp) -> Markup {
        html! { time datetime=(self.zone.rfc3339(at)) { (self.moment(at)) } }
    }

    fn words(&self) -> &'static PolicyTexts {
        texts::policy(self.locale.lang)
    }

    /// How long an answer may be kept that is true until another version takes effect.
    fn caching(&self) -> Caching {
        caching(self.history(), self.now())
    }

    /// Reads the text of a publication, and checks that it is the one that was published.
    async fn text(&self, signed: &SignedPublication) -> Result<PolicyText, Problem> {
        let digest = signed.publication.sha256;
        let text = match self.current.texts.get(digest) {
            Some(text) => text,
            None => {
                let stored: Option<StoredText> = self.desk.read_sealed(&signed.text_key()).await?;
                let missing = || Problem::Internal("a text of the policy is missing".into());
                stored.ok_or_else(missing)?.markdown
            }
        };
        if text.sha256() != digest {
            return Err(Problem::Internal("a text of the policy was changed".into()));
        }
        Ok(text)
    }
}

fn caching(history: &History, now: Timestamp) -> Caching {
    Caching::Current(history.next_change(now).map(|next| next.seconds_since(now)))
}

/// A form in which something is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Html,
    Markdown,
    Text,
    Json,
}

impl Format {
    /// Every format, in the order in which they are offered.
    const ALL: [Self; 4] = [Self::Html, Self::Markdown, Self::Text, Self::Json];
    /// What lists come in.
    const LIST: [Self; 2] = [Self::Html, Self::Json];

    const fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Markdown => "text/markdown",
            Self::Text => "text/plain",
            Self::Json => "application/json",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "html" => Some(Self::Html),
            "markdown" | "md" => Some(Self::Markdown),
            "text" | "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The format that `?format=` names, and that it did; else the one that the client prefers, and where it accepts
    /// none, the first: a person with an odd browser is better served by a page than by a refusal.
    fn of(request: &Request, offers: &[Self]) -> Result<(Self, Option<Self>), Problem> {
        if let Some(name) = request.query("format")? {
            let named = Self::from_name(&name).filter(|format| offers.contains(format));
            let format = named.ok_or_else(|| Problem::invalid_query("format", "unknown-format"))?;
            return Ok((format, named));
        }
        let types: Vec<&'static str> = offers.iter().map(|offer| offer.media_type()).collect();
        let picked = negotiate::media_type(&request.headers, &types);
        let picked = offers.iter().find(|offer| Some(offer.media_type()) == picked);
        Ok((picked.or(offers.first()).copied().unwrap_or(Self::Html), None))
    }
}

/// The address of a version.
fn version_path(version: &PolicyVersion) -> String {
    format!("/policy/versions/{}", version.name())
}

/// The address of a comparison.
fn diff_path(from: &PolicyVersion, to: &PolicyVersion) -> String {
    format!("/policy/diff/{}..{}", from.name(), to.name())
}

#[cfg(target_family = "wasm")]
desk_spin::function!(desk_spin::SpinStore);
