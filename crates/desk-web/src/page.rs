//! The frame that every page has, and the page of a problem.

use desk_core::clock::zone::Zone;
use desk_core::lang::Lang;
use desk_core::say;
use desk_core::time::Timestamp;
use desk_core::words::Clause;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use crate::assets;
use crate::problem::{FieldError, Kind};
use crate::request::{Locale, Request};
use crate::setup::Setup;
use crate::shape::{HOLE, Part, Shapes};
use crate::texts::{self, ProblemText, texts};

/// A text in a page that is rendered for each request, escaped as any other. It is looked through eight bytes at a time and
/// copied by stretches, where `maud` goes byte by byte: a page is mostly text, and that was a fifth of what one took.
pub(crate) struct Prose<'a>(pub(crate) &'a str);

impl Render for Prose<'_> {
    fn render_to(&self, buffer: &mut String) {
        let mut text = self.0;
        while let Some(at) = special(text.as_bytes()) {
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

/// What is said right where it stands in a page, escaped as any other text: few sentences need it, so it is written first.
pub(crate) struct Spoken<F>(pub(crate) F);

impl<F: Fn(&mut String)> Render for Spoken<F> {
    fn render_to(&self, buffer: &mut String) {
        let start = buffer.len();
        (self.0)(buffer);
        escape_from(buffer, start);
    }
}

/// Escapes the end of a page.
fn escape_from(buffer: &mut String, start: usize) {
    if special(buffer.as_bytes().get(start..).unwrap_or_default()).is_some() {
        let text = buffer.split_off(start);
        Prose(&text).render_to(buffer);
    }
}

/// An address of ours, in parts, that keeps the language if this request's address named it.
pub(crate) struct Href<'a, const N: usize>(pub(crate) Locale, pub(crate) [&'a str; N]);

impl<const N: usize> Render for Href<'_, N> {
    fn render_to(&self, buffer: &mut String) {
        let start = buffer.len();
        let Self(locale, parts) = self;
        parts.iter().for_each(|part| buffer.push_str(part));
        if locale.explicit {
            let whole = buffer.split_off(start);
            buffer.push_str(&locale.href(&whole));
        }
        escape_from(buffer, start);
    }
}

/// Where the first byte is that a page cannot have as it is: `"`, `&`, `<` or `>`.
fn special(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = ONES * 0x80;
    // The highest bit of each byte that is zero, and perhaps of some behind the first such one.
    let zeroes = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = text.as_chunks::<8>();
    for (number, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // `"` and `&` differ in one bit, `<` and `>` in another: without it, each pair is one value to look for.
        let quotes = (word & (ONES * 0xfb)) ^ (ONES * 0x22);
        let angles = (word & (ONES * 0xfd)) ^ (ONES * 0x3c);
        let found = zeroes(quotes) | zeroes(angles);
        if found != 0 {
            return Some(number * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"'))?;
    Some(words.len() * 8 + at)
}

/// An instant for people: the date and the time in the operator's zone, where days begin and end, to the minute.
pub(crate) struct Instant<'a>(pub(crate) Lang, pub(crate) &'a Zone, pub(crate) Timestamp);

impl Render for Instant<'_> {
    fn render_to(&self, buffer: &mut String) {
        let Self(lang, zone, at) = *self;
        let date = Clause(|text: &mut String| (texts(lang).say_date)(text, zone.date(at)));
        // No character of dates and times has a meaning in HTML.
        let stamp = zone.rfc3339(at);
        say!(buffer, "<time datetime=\"", stamp, "\">", date, ", ", zone.minute(at), "</time>");
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
    let around = setup.remembered.of::<Shapes>().of(locale, Part::Frame(frame.place), || {
        let hole = PreEscaped(HOLE);
        around(setup, locale, frame.place, [&hole, &hole, &hole])
    });
    // Addresses mostly have no parameters, and the links of those that have none are the same.
    let plain = frame.switch == Switch::Here && request.query_pairs().next().is_none();
    let plain = plain.then(|| {
        setup.remembered.of::<Shapes>().of(locale, Part::Languages, || languages(request, locale))
    });
    let languages: &dyn Render = match (&plain, frame.switch) {
        (Some(plain), _) => &plain.with([]),
        (None, Switch::Here) => &languages(request, locale),
        (None, Switch::None) => &"",
    };
    // What lies around is some 2 KB.
    let mut page = String::with_capacity(main.0.len() + 3_000);
    around.with([&Prose(frame.title), languages, &main]).render_to(&mut page);
    PreEscaped(page)
}

/// What lies around every page at a place, with holes for its title, the links to it in each language, and itself.
fn around(
    setup: &Setup,
    locale: Locale,
    at: Place,
    [title, languages, main]: [&dyn Render; 3],
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
                title { (title) " · " (setup.app_name) " " (texts.product) }
                link rel="icon" href=(assets::ICON_PATH) type="image/svg+xml";
                link rel="stylesheet" href=(assets::STYLESHEET_PATH);
            }
            body {
                a.skip href="#main" { (texts.skip) }
                header {
                    a.brand href=(locale.href("/")) {
                        img src=(assets::ICON_PATH) alt="" width="40" height="40";
                        span { strong { (setup.app_name) } " " small { (texts.product) } }
                    }
                    (languages)
                }
                main id="main" { (main) }
                footer {
                    nav aria-label=(texts.product) {
                        ul {
                            @for (place, path, text) in places {
                                li { a href=(locale.href(path)) aria-current=[(place == at).then_some("page")] { (text) } }
                            }
                            @if setup.has_security() {
                                li { a href="/.well-known/security.txt" { (texts.nav_security) } }
                            }
                        }
                    }
                    p { ((texts.controller)(&setup.controller(locale.lang), &setup.app_name)) }
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
    ["?", &query.finish()].concat()
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
pub fn problem(setup: &Setup, request: &Request, locale: Locale, view: &ProblemView<'_>) -> Markup {
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
        @if view.text.status.is_server_error() && !setup.contact_email.is_empty() {
            p {
                (texts.write_to) " "
                a href=(format!("mailto:{}", setup.contact_email)) { (setup.contact_email) } "."
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
