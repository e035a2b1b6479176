//! What belongs to no promise alone: the start page, assets, well-known addresses, and the pages about problems.

use desk_core::lang::Lang;
use http::StatusCode;
use maud::{Markup, html};
use serde::Serialize;

use crate::desk::Desk;
use crate::packages::{PACKAGE_SCHEMA, PACKAGE_SCHEMA_PATH};
use crate::page::{self, Frame, Place, Switch};
use crate::problem::{Kind, Problem};
use crate::reply::{Caching, Reply, Response};
use crate::request::{Locale, Request};
use crate::routes::{Route, Routes};
use crate::setup::Setup;
use crate::texts;
use crate::{assets, negotiate};

/// How long pages that change with a release alone may be kept, in seconds.
const PAGE_AGE: u32 = 300;

/// Answers for every address that no other function has.
pub async fn serve<S>(desk: &Desk<'_, S>, request: &Request) -> Response {
    let locale = request.locale(desk.setup);
    desk.respond(request, locale, route(desk.setup, request, locale))
}

/// What is behind each address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
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
pub const ROUTES: Routes<Door> = Routes(&[
    Route::get("/", Door::Start),
    Route::get("/openapi.json", Door::OpenApi),
    Route::get(PACKAGE_SCHEMA_PATH, Door::PackageSchema),
    Route::get("/robots.txt", Door::Robots),
    Route::get("/.well-known/gpc.json", Door::Gpc),
    Route::get("/.well-known/security.txt", Door::Security),
    Route::get("/assets/:name", Door::Asset),
    Route::get("/problems/:slug", Door::Problem),
]);

fn route(setup: &Setup, request: &Request, locale: Locale) -> Result<Reply, Problem> {
    let (door, parameters) = ROUTES.find(request)?;
    let name = parameters.first().copied().unwrap_or_default();
    Ok(match door {
        Door::Start => page_reply(locale.lang, start(setup, request, locale)),
        Door::OpenApi => description("application/json", OPENAPI),
        Door::PackageSchema => description("application/schema+json", PACKAGE_SCHEMA),
        Door::Robots => Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", ROBOTS)
            .caching(Caching::Public(86_400)),
        Door::Gpc => gpc(setup)?,
        Door::Security => security(setup)?,
        Door::Asset => assets::asset(request.path())?,
        Door::Problem => {
            let kind = Kind::from_slug(name).ok_or(Problem::NotFound)?;
            about(setup, request, locale, kind)
        }
    })
}

/// The description of the API (OpenAPI 3.1).
const OPENAPI: &str = include_str!("../assets/openapi.json");

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

fn start(setup: &Setup, request: &Request, locale: Locale) -> Markup {
    let start = &texts::site(locale.lang).start;
    let title = (start.title)(&setup.app_name);
    let door = |path: &str, door: &texts::Door| {
        html! { li { a href=(locale.href(path)) { (door.link) } p { (door.hint) } } }
    };
    let main = html! {
        h1 { (title) }
        p.lead { ((start.lead)(&setup.app_name)) }
        ul.doors {
            (door("/policy", &start.policy))
            (door("/feedback", &start.feedback))
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
            (door("/requests", &start.requests))
            (door("/unsubscribe", &start.mail))
            (door("/policy/versions", &start.versions))
            li { a href="/openapi.json" { (start.developers.link) } p { (start.developers.hint) } }
        }
    };
    let frame = Frame { title: &title, place: Place::Elsewhere, switch: Switch::Here };
    page::layout(setup, request, locale, frame, main)
}

/// The page that a problem's `type` leads to, or its facts as JSON.
fn about(setup: &Setup, request: &Request, locale: Locale, kind: Kind) -> Reply {
    let about = &texts::site(locale.lang).about;
    let text = (texts::texts(locale.lang).problem)(kind);
    let url = format!("{}/problems/{}", setup.base_url, text.slug);
    if negotiate::media_type(&request.headers, &["text/html", "application/json"])
        == Some("application/json")
    {
        #[derive(Serialize)]
        struct Wire<'a> {
            r#type: &'a str,
            title: &'a str,
            status: u16,
            detail: &'a str,
        }
        let wire = Wire {
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
    let texts = texts::frame(locale.lang);
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
    page_reply(locale.lang, page::layout(setup, request, locale, frame, main))
        .vary("Accept, Accept-Language")
}

/// The answer to Global Privacy Control: the desk honours the signal, for nothing is ever sold or shared.
fn gpc(setup: &Setup) -> Result<Reply, Problem> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        gpc: bool,
        last_update: String,
    }
    let wire = Wire { gpc: true, last_update: setup.gpc_updated()?.to_string() };
    Ok(Reply::json(StatusCode::OK, &wire).caching(Caching::Public(86_400)).etag_of_body())
}

/// `security.txt` (RFC 9116), where the operator configured a contact and when it expires.
fn security(setup: &Setup) -> Result<Reply, Problem> {
    let (contact, expires) = setup.security()?.ok_or(Problem::NotFound)?;
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en, ru\n\
         Canonical: {base}/.well-known/security.txt\nPolicy: {base}/policy\n",
        base = setup.base_url
    );
    Ok(Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", text)
        .caching(Caching::Public(86_400))
        .etag_of_body())
}
