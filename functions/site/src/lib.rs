//! What belongs to no promise alone: the start page, assets, well-known addresses, and the pages about problems.

mod texts;

use desk_core::lang::Lang;
use desk_core::profile::Profile;
use desk_core::time::Date;
use desk_core::variables::{InvalidVariable, Variables};
use http::StatusCode;
use maud::{Markup, html};
use serde::Serialize;

use desk_documents::package::{PACKAGE_SCHEMA, PACKAGE_SCHEMA_PATH};
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::problem::{Kind, Problem};
use desk_web::reply::{Caching, Reply, Response};
use desk_web::request::{Locale, Request};
use desk_web::respond::respond;
use desk_web::routes::{Route, Routes};
use desk_web::{assets, negotiate};

/// How long pages that change with a release alone may be kept, in seconds.
const PAGE_AGE: u32 = 300;

/// What the function `site` is configured with: no secret.
#[derive(Debug)]
pub struct Site {
    /// What the desk says of itself.
    pub profile: Profile,
    gpc_updated: Result<Date, InvalidVariable>,
}

impl Site {
    /// Parses the variables.
    ///
    /// # Errors
    /// The first of those that every page needs that is wrong.
    pub fn new(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, InvalidVariable> {
        let variables = Variables::new(&variable);
        let profile = Profile::read(&variables)?;
        Ok(Self { profile, gpc_updated: variables.parse("gpc_updated", "2026-11-22") })
    }
}

/// Answers for every address that no other function has.
pub fn serve(site: &Site, request: &Request) -> Response {
    let locale = request.locale(&site.profile);
    respond(&site.profile, request, locale, route(site, request, locale))
}

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The start page.
    Start,
    /// The description of the API.
    OpenApi,
    /// What the data in a package is described by.
    PackageSchema,
    /// What robots may read.
    Robots,
    /// The answer to Global Privacy Control.
    Gpc,
    /// Where to report a security problem.
    Security,
    /// The stylesheet or the icon.
    Asset,
    /// The page that a problem's type leads to.
    Problem,
}

/// The routes of the function `site`, which also answers that there is nothing wherever no other function does.
pub const ROUTES: Routes<Endpoint> = Routes(&[
    Route::get("/", Endpoint::Start),
    Route::get("/openapi.json", Endpoint::OpenApi),
    Route::get(PACKAGE_SCHEMA_PATH, Endpoint::PackageSchema),
    Route::get("/robots.txt", Endpoint::Robots),
    Route::get("/.well-known/gpc.json", Endpoint::Gpc),
    Route::get("/.well-known/security.txt", Endpoint::Security),
    Route::get("/assets/:name", Endpoint::Asset),
    Route::get("/problems/:slug", Endpoint::Problem),
]);

fn route(site: &Site, request: &Request, locale: Locale) -> Result<Reply, Problem> {
    let profile = &site.profile;
    let (endpoint, parameters) = ROUTES.find(request)?;
    let name = parameters.first().copied().unwrap_or_default();
    Ok(match endpoint {
        Endpoint::Start => page_reply(locale.lang, start(profile, request, locale)),
        Endpoint::OpenApi => description("application/json", OPENAPI),
        Endpoint::PackageSchema => description("application/schema+json", PACKAGE_SCHEMA),
        Endpoint::Robots => Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", ROBOTS)
            .caching(Caching::Public(86_400)),
        Endpoint::Gpc => gpc(site)?,
        Endpoint::Security => security(profile)?,
        Endpoint::Asset => assets::asset(request.path())?,
        Endpoint::Problem => {
            let kind = Kind::from_slug(name).ok_or(Problem::NotFound)?;
            about(profile, request, locale, kind)
        }
    })
}

/// The description of the API (OpenAPI 3.1).
const OPENAPI: &str = include_str!("../openapi.json");

/// What describes the API, or what is in a package, to programs.
fn description(media_type: &'static str, document: &'static str) -> Reply {
    Reply::with_body(StatusCode::OK, media_type, document)
        .caching(Caching::Public(PAGE_AGE))
        .etag_of_body()
}

/// Status links carry a token, and nothing that carries one belongs in an index.
const ROBOTS: &str = "User-agent: *\nDisallow: /feedback/\nDisallow: /requests/\nDisallow: /console/\nDisallow: /u/\nDisallow: /unsubscribe/\n";

fn page_reply(lang: Lang, markup: Markup) -> Reply {
    Reply::page(StatusCode::OK, lang, markup)
        .vary("Accept-Language")
        .caching(Caching::Public(PAGE_AGE))
        .etag_of_body()
}

fn start(profile: &Profile, request: &Request, locale: Locale) -> Markup {
    let start = &texts::site(locale.lang).start;
    let title = (start.title)(&profile.app_name);
    let entry = |path: &str, link: &texts::StartLink| {
        html! { li { a href=(locale.href(path)) { (link.link) } p { (link.hint) } } }
    };
    let main = html! {
        h1 { (title) }
        p.lead { ((start.lead)(&profile.app_name)) }
        ul.doors {
            (entry("/policy", &start.policy))
            (entry("/feedback", &start.feedback))
            li {
                details {
                    summary { (start.follow.link) " " small { (start.follow.hint) } }
                    p id="follow-hint" { (start.follow_hint) }
                    form method="post" action=(locale.href("/feedback/follow")) {
                        div.field {
                            label for="link" { (start.follow_label) }
                            input id="link" name="link" inputmode="url" autocomplete="off" autocapitalize="none"
                                spellcheck="false" aria-describedby="follow-hint" required;
                        }
                        button { (start.follow_button) }
                    }
                }
            }
            (entry("/requests", &start.requests))
            (entry("/unsubscribe", &start.mail))
            (entry("/policy/versions", &start.versions))
            li { a href="/openapi.json" { (start.developers.link) } p { (start.developers.hint) } }
        }
    };
    let frame = Frame { title: &title, place: Place::Elsewhere, switch: Switch::Here };
    page::layout(profile, request, locale, frame, main)
}

/// The page that a problem's `type` leads to, or its facts as JSON.
fn about(profile: &Profile, request: &Request, locale: Locale, kind: Kind) -> Reply {
    let about = &texts::site(locale.lang).about;
    let text = (desk_web::texts::texts(locale.lang).problem)(kind);
    let url = format!("{}/problems/{}", profile.base_url, text.slug);
    if negotiate::media_type(&request.headers, &["text/html", "application/json"])
        == Some("application/json")
    {
        #[derive(Serialize)]
        struct ProblemKind<'a> {
            r#type: &'a str,
            title: &'a str,
            status: u16,
            detail: &'a str,
        }
        let wire = ProblemKind {
            r#type: &url,
            title: text.title,
            status: text.status.as_u16(),
            detail: text.detail,
        };
        return Reply::json(StatusCode::OK, &wire)
            .lang(locale.lang)
            .vary("Accept, Accept-Language")
            .caching(Caching::Public(PAGE_AGE))
            .etag_of_body();
    }
    let texts = desk_web::texts::frame(locale.lang);
    let main = html! {
        p.kicker { (texts.problem_kicker) " " (text.status.as_u16()) }
        h1 { (text.title) }
        dl.facts {
            div { dt { (about.r#type) } dd { code { (url) } } }
            div { dt { (about.status) } dd { (text.status.as_u16()) } }
        }
        section { h2 { (about.meaning) } p { (text.detail) } }
        section { h2 { (about.next) } p { ((texts.next)(kind)) } }
    };
    let frame = Frame { title: text.title, place: Place::Elsewhere, switch: Switch::Here };
    page_reply(locale.lang, page::layout(profile, request, locale, frame, main))
        .vary("Accept, Accept-Language")
}

/// The answer to Global Privacy Control: the desk honours the signal, for nothing is ever sold or shared.
fn gpc(site: &Site) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct GpcSupport {
        gpc: bool,
        last_update: String,
    }
    let wire = GpcSupport { gpc: true, last_update: site.gpc_updated.clone()?.to_string() };
    Ok(Reply::json(StatusCode::OK, &wire).caching(Caching::Public(86_400)).etag_of_body())
}

/// `security.txt` (RFC 9116), where the operator configured a contact and when it expires.
fn security(profile: &Profile) -> Result<Reply, Problem> {
    let (contact, expires) = profile.security()?.ok_or(Problem::NotFound)?;
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en, ru\n\
         Canonical: {base}/.well-known/security.txt\nPolicy: {base}/policy\n",
        base = profile.base_url
    );
    Ok(Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", text)
        .caching(Caching::Public(86_400))
        .etag_of_body())
}

#[cfg(target_family = "wasm")]
desk_spin::function!(site);
