//! The frame that every page has, and the page of a problem.

use desk_core::lang::Lang;
use maud::{DOCTYPE, Markup, Render, html};

use crate::assets;
use crate::problem::{FieldError, Kind, code_text};
use crate::request::{Locale, Request};
use crate::setup::Setup;
use crate::texts::{ProblemText, texts};

/// A longer text in a page, escaped as any other. What needs no escaping is copied by stretches, where `maud` goes byte by
/// byte: a page is mostly text, and that was a sixth of what one took.
pub(crate) struct Prose<'a>(pub(crate) &'a str);

impl Render for Prose<'_> {
    fn render_to(&self, buffer: &mut String) {
        let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"');
        let mut text = self.0;
        while let Some(at) = text.bytes().position(special) {
            // What is special is ASCII, so both cuts are at the edges of characters.
            let (plain, rest) = text.split_at_checked(at).unwrap_or((text, ""));
            let (one, behind) = rest.split_at_checked(1).unwrap_or((rest, ""));
            buffer.push_str(plain);
            one.render_to(buffer);
            text = behind;
        }
        buffer.push_str(text);
    }
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
    setup: &Setup,
    request: &Request,
    locale: Locale,
    frame: Frame<'_>,
    main: Markup,
) -> Markup {
    let texts = texts(locale.lang);
    let current = |place: Place| (frame.place == place).then_some("page");
    html! {
        (DOCTYPE)
        html lang=(locale.lang) dir="ltr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (frame.title) " · " (setup.app_name) " " (texts.product) }
                link rel="icon" href=(assets::icon()) type="image/svg+xml";
                link rel="stylesheet" href=(assets::stylesheet());
            }
            body {
                a.skip href="#main" { (texts.skip) }
                header {
                    a.brand href=(locale.href("/")) {
                        img src=(assets::icon()) alt="" width="40" height="40";
                        span { strong { (setup.app_name) } " " small { (texts.product) } }
                    }
                    @if frame.switch == Switch::Here {
                        nav.langs aria-label=(texts.language) {
                            @for lang in Lang::ALL {
                                a href=(Prose(&in_lang(request, lang))) lang=(lang) hreflang=(lang)
                                    aria-current=[(lang == locale.lang).then_some("true")] { (lang.own_name()) }
                            }
                        }
                    }
                }
                main id="main" { (main) }
                footer {
                    nav aria-label=(texts.product) {
                        ul {
                            li { a href=(locale.href("/policy")) aria-current=[current(Place::Policy)] { (texts.nav_policy) } }
                            li { a href=(locale.href("/policy/versions")) aria-current=[current(Place::Versions)] { (texts.nav_versions) } }
                            li { a href=(locale.href("/feedback")) aria-current=[current(Place::Feedback)] { (texts.nav_feedback) } }
                            li { a href=(locale.href("/requests")) aria-current=[current(Place::Requests)] { (texts.nav_requests) } }
                            li { a href=(locale.href("/unsubscribe")) aria-current=[current(Place::Mail)] { (texts.nav_mail) } }
                            @if setup.security.is_some() {
                                li { a href="/.well-known/security.txt" { (texts.nav_security) } }
                            }
                        }
                    }
                    p { (Prose(&(texts.controller)(&setup.controller(locale.lang), &setup.app_name))) }
                }
            }
        }
    }
}

/// This request's address in another language: its other parameters stay.
fn in_lang(request: &Request, lang: Lang) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in request.query_pairs().filter(|(name, _)| name != "lang") {
        query.append_pair(&name, &value);
    }
    query.append_pair("lang", lang.tag());
    format!("{}?{}", request.path(), query.finish())
}

/// What the page of a problem shows.
#[derive(Debug)]
pub struct ProblemView<'a> {
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
pub fn problem(setup: &Setup, request: &Request, locale: Locale, view: &ProblemView<'_>) -> Markup {
    let texts = texts(locale.lang);
    let main = html! {
        p.kicker { (texts.problem_kicker) " " (view.text.status.as_u16()) }
        h1 { (view.text.title) }
        p { (view.detail) }
        @if !view.errors.is_empty() {
            ul {
                @for error in view.errors {
                    li { code { (error.pointer) } ": " (code_text(Some(setup), locale.lang, error.code)) }
                }
            }
        }
        p { (view.text.next) }
        @if view.text.status.is_server_error() && !setup.contact_email.is_empty() {
            p {
                (texts.write_to) " "
                a href=(format!("mailto:{}", setup.contact_email)) { (setup.contact_email) } "."
            }
        }
        div.actions {
            @match view.link {
                Some(link) => a.button href=(link) { (texts.see_what_was_sent) },
                None if view.text.slug == Kind::NotALink.slug() => {
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
    layout(setup, request, locale, frame, main)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn prose_is_escaped_as_any_text(text in "\\PC*", thick in "[a&<>\"']{0,20}") {
            for text in [text, thick] {
                prop_assert_eq!(Prose(&text).render().into_string(), text.render().into_string());
            }
        }
    }
}
