//! The frame that every page has, and the page of a problem.

use desk_core::clock::zone::Zone;
use desk_core::lang::Lang;
use desk_core::profile::Profile;
use desk_core::time::Timestamp;
use maud::{DOCTYPE, Markup, html};

use crate::assets;
use crate::kind::Kind;
use crate::problem::FieldError;
use crate::request::{Locale, Request};
use crate::texts::{self, ProblemText};

/// An instant for people: the date and the time in the operator's zone, where days begin and end, to the minute.
pub fn instant(lang: Lang, zone: &Zone, at: Timestamp) -> Markup {
    let date = lang.date(zone.date(at));
    html! { time datetime=(zone.rfc3339(at)) { (date) ", " (zone.minute(at)) } }
}

/// Which of the lasting places a page is, for the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The policy in force.
    Policy,
    /// The list of its versions.
    Versions,
    /// The feedback form.
    Feedback,
    /// Requests about one's own data.
    Requests,
    /// The newsletters.
    Mail,
    /// Any other page.
    Elsewhere,
}

/// Where the language switch leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// To this page in the other language.
    Here,
    /// Nowhere: the page answers a form, which an address cannot repeat.
    None,
}

/// What the frame needs to know of a page.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The page's title, which is its heading or says more.
    pub title: &'a str,
    /// Which place it is.
    pub place: Place,
    /// Where the language switch leads.
    pub switch: Switch,
}

/// Puts a page into its frame.
pub fn layout(
    profile: &Profile,
    request: &Request,
    locale: Locale,
    frame: Frame<'_>,
    main: Markup,
) -> Markup {
    let texts = texts::frame(locale.lang);
    let places = [
        (Place::Policy, "/policy", texts.nav_policy),
        (Place::Versions, "/policy/versions", texts.nav_versions),
        (Place::Feedback, "/feedback", texts.nav_feedback),
        (Place::Requests, "/requests", texts.nav_requests),
        (Place::Mail, "/unsubscribe", texts.nav_mail),
    ];
    html! {
        (DOCTYPE)
        html lang=(locale.lang.tag()) dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (frame.title) " · " (profile.app_name) " " (texts.product) }
                link rel="icon" href=(*assets::ICON_PATH) type="image/svg+xml";
                link rel="stylesheet" href=(*assets::STYLESHEET_PATH);
            }
            body {
                a.skip href="#main" { (texts.skip) }
                header {
                    a.brand href=(locale.href("/")) {
                        img src=(*assets::ICON_PATH) alt="" width="40" height="40";
                        span { strong { (profile.app_name) } " " small { (texts.product) } }
                    }
                    @if frame.switch == Switch::Here { (languages(request, locale)) }
                }
                main id="main" { (main) }
                footer {
                    nav aria-label=(texts.product) {
                        ul {
                            @for (place, path, text) in places {
                                li { a href=(locale.href(path)) aria-current=[(place == frame.place).then_some("page")] { (text) } }
                            }
                            @if profile.has_security() {
                                li { a href="/.well-known/security.txt" { (texts.nav_security) } }
                            }
                        }
                    }
                    p { ((texts.controller)(&profile.controller(locale.lang), &profile.app_name)) }
                }
            }
        }
    }
}

/// The links to this page in each language.
fn languages(request: &Request, locale: Locale) -> Markup {
    html! {
        nav.langs aria-label=(texts::frame(locale.lang).language) {
            @for lang in Lang::ALL {
                a href=(in_lang(request, lang)) lang=(lang.tag()) hreflang=(lang.tag())
                    aria-current=[(lang == locale.lang).then_some("true")] { (lang.own_name()) }
            }
        }
    }
}

/// This page in another language: its other parameters stay, and its path is not said again. One that begins with two
/// slashes, in the page that there is nothing, would be the address of another host.
fn in_lang(request: &Request, lang: Lang) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.query_pairs().filter(|(name, _)| name != "lang") {
        query.append_pair(&name, &value);
    }
    query.append_pair("lang", lang.tag());
    format!("?{}", query.finish())
}

/// What the page of a problem shows.
#[derive(Debug)]
pub struct ProblemView<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The texts of its kind.
    pub text: ProblemText,
    /// What happened this time.
    pub detail: String,
    /// The wrong fields.
    pub errors: &'a [FieldError],
    /// Where what was sent first can be seen.
    pub link: Option<&'a str>,
}

/// The page of a problem: what happened, and what to do next.
pub fn problem(
    profile: &Profile,
    request: &Request,
    locale: Locale,
    view: &ProblemView<'_>,
) -> Markup {
    let texts = texts::frame(locale.lang);
    let main = html! {
        p.kicker { (texts.problem_kicker) " " (view.text.status.as_u16()) }
        h1 { (view.text.title) }
        p { (view.detail) }
        @if !view.errors.is_empty() {
            ul {
                @for error in view.errors {
                    li { code { (error.pointer) } ": " ((texts::texts(locale.lang).code)(error.code)) }
                }
            }
        }
        p { ((texts.next)(view.kind)) }
        @if view.text.status.is_server_error() && !profile.contact_email.is_empty() {
            p {
                (texts.write_to) " "
                a href=(format!("mailto:{}", profile.contact_email)) { (profile.contact_email) } "."
            }
        }
        div.actions {
            @match view.link {
                Some(link) => a.button href=(link) { (texts.see_what_was_sent) },
                None if view.kind == Kind::NotALink => {
                    a.button href=(locale.href("/unsubscribe")) { (texts.nav_mail) }
                },
                None => a.button href=(locale.href("/")) { (texts.to_start) },
            }
            a.button.quiet href=(locale.href("/policy")) { (texts.nav_policy) }
        }
        p.hint { a href=(locale.href(&format!("/problems/{}", view.text.slug))) { (texts.about_problem) } }
    };
    let switch = if request.method == http::Method::GET { Switch::Here } else { Switch::None };
    let frame = Frame { title: view.text.title, place: Place::Elsewhere, switch };
    layout(profile, request, locale, frame, main)
}
