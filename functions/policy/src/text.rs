//! One text of the policy in its four forms: the one in force, one of a version, one of an instant.

use std::fmt::Write;

use desk_core::policy::history::{PolicyVersion, Translation, VersionState};
use desk_core::policy::markdown::{Block, Document, Section, plain};
use desk_core::policy::{PolicyText, SignedPublication};
use desk_core::time::Timestamp;
use http::StatusCode;
use maud::{Markup, html};

use super::{Format, View, diff_path, document, version_path, wire};
use desk_app::ports::Store;
use desk_core::json::Json;
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::problem::Problem;
use desk_web::reply::{Caching, Reply};
use desk_web::request::Locale;
use http::header::{CONTENT_LOCATION, LINK};

/// How a text was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TextQuery {
    /// As the one in force; the page answers the signal of Global Privacy Control, if there was one.
    Now { gpc: bool },
    /// As that of a version.
    Version,
    /// As the one in force at an instant.
    At(Timestamp),
}

/// A text with what is known of it.
struct FoundText<'a> {
    version: &'a PolicyVersion,
    signed: &'a SignedPublication,
    truth: Translation<'a>,
    text: PolicyText,
    asked: TextQuery,
}

/// Gives the text that was asked for.
pub(super) async fn text<S: Store>(
    view: &View<'_, S>,
    version: Option<&PolicyVersion>,
    asked: TextQuery,
    format: Format,
) -> Result<Reply, Problem> {
    let version = version.ok_or(match asked {
        TextQuery::Version => Problem::NotFound,
        TextQuery::Now { .. } | TextQuery::At(_) => Problem::NoPolicy,
    })?;
    let default = view.desk.setup.profile.default_lang;
    let (signed, truth) = view.history().translation(version, view.locale.lang, default);
    let text = view.text(signed).await?;
    Ok(give(view, &FoundText { version, signed, truth, text, asked }, format))
}

fn give<S: Store>(view: &View<'_, S>, found: &FoundText<'_>, format: Format) -> Reply {
    let served = found.signed.publication.language;
    let exact = found.truth == Translation::Exact && view.locale.explicit;
    let immutable = found.asked == TextQuery::Version && exact && format != Format::Html;
    let reply = match format {
        Format::Html => Reply::page(StatusCode::OK, served, page(view, found)),
        Format::Markdown => {
            let text = found.text.as_str().to_owned();
            Reply::with_body(StatusCode::OK, "text/markdown; charset=utf-8", text)
        }
        Format::Text => {
            let text = document::text(&Document::read(found.text.as_str()).0);
            Reply::with_body(StatusCode::OK, "text/plain; charset=utf-8", text)
        }
        Format::Json => Reply::json_text(StatusCode::OK, json(view, found)),
    };
    let version = version_path(found.version);
    let status = wire::status(found.truth);
    let translation = format!("{status};requested={};served={served}", view.locale.lang);
    let shows_signal = format == Format::Html && matches!(found.asked, TextQuery::Now { .. });
    let reply = reply
        .lang(served)
        .vary(if shows_signal {
            "Accept, Accept-Language, Sec-GPC"
        } else {
            "Accept, Accept-Language"
        })
        .caching(if immutable { Caching::Immutable } else { view.caching() })
        .header(CONTENT_LOCATION, format!("{version}?lang={served}"))
        .header(LINK, links(view, found, immutable))
        .header("policy-translation", translation)
        .digested();
    match format {
        // A page changes with a release too, which no date of ours knows; its tag does.
        Format::Html => reply,
        Format::Json if !immutable => reply.modified(view.last_change(found)),
        _ => reply.modified(found.last_change()),
    }
}

impl FoundText<'_> {
    /// When the address began to give this text: when it was published, or took effect after that.
    fn last_change(&self) -> Timestamp {
        let publication = &self.signed.publication;
        match self.asked {
            TextQuery::Now { .. } => publication.published.max(self.version.effective()),
            TextQuery::Version | TextQuery::At(_) => publication.published,
        }
    }
}

impl<S: Store> View<'_, S> {
    /// When an answer changed that tells of other versions too: any publication may have changed it.
    fn last_change(&self, found: &FoundText<'_>) -> Timestamp {
        let versions = self.history().versions().iter();
        let last = versions.map(|version| version.last().published).max();
        found.last_change().max(last.unwrap_or(Timestamp::EPOCH))
    }
}

/// The relations of RFC 8288 and RFC 5829. What is kept for ever names only what stays so for ever.
fn links<S: Store>(view: &View<'_, S>, found: &FoundText<'_>, immutable: bool) -> String {
    let served = found.signed.publication.language;
    let version = version_path(found.version);
    let here =
        if matches!(found.asked, TextQuery::Now { .. }) { "/policy" } else { version.as_str() };
    let base = &view.desk.setup.profile.base_url;
    let mut links = format!("<{base}{here}?lang={served}>; rel=\"canonical\"");
    // Writing to a string cannot fail.
    let mut add = |target: &str, rest: &str| {
        let _ = write!(links, ", <{target}>; {rest}");
    };
    for format in Format::ALL {
        let target = format!("{here}?lang={served}&format={}", format.name());
        add(&target, &format!("rel=\"alternate\"; type=\"{}\"", format.media_type()));
    }
    add("/policy/versions", "rel=\"version-history\"");
    add("/policy", "rel=\"latest-version\"");
    add("/policy", "rel=\"privacy-policy\"");
    if immutable {
        return links;
    }
    for other in found.version.texts().iter().map(|signed| signed.publication.language) {
        let target = format!("{here}?lang={other}");
        add(&target, &format!("rel=\"alternate\"; hreflang=\"{other}\""));
    }
    let name = found.version.name();
    if let Some(before) = view.history().predecessor(name) {
        add(&version_path(before), "rel=\"predecessor-version\"");
    }
    if let Some(after) = view.history().successor(name) {
        add(&version_path(after), "rel=\"successor-version\"");
    }
    add("/policy/feed.atom", "rel=\"alternate\"; type=\"application/atom+xml\"");
    links
}

fn json<S: Store>(view: &View<'_, S>, found: &FoundText<'_>) -> String {
    let (document, _) = Document::read(found.text.as_str());
    let base = &view.desk.setup.profile.base_url;
    let served = found.signed.publication.language;
    // The app shows this where it likes, so nothing in it follows from how the request was made.
    let locale = Locale { lang: served, explicit: false };
    Json::object(|json| {
        wire::publication(json, found.signed, base);
        json.nest("translation", |json| {
            json.text("requested", view.locale.lang.tag());
            json.text("served", served.tag());
            json.text("status", wire::status(found.truth));
            if let Translation::Outdated(older) = found.truth {
                json.text("latest", older.name().as_str());
            }
        });
        json.maybe("title", document.title.as_deref().map(plain).as_deref());
        json.text("markdown", found.text.as_str());
        json.list("sections", |list| {
            let mut section = |id: Option<&str>, title: Option<&str>, blocks: &[Block]| {
                list.nest("", |json| {
                    json.maybe("id", id);
                    json.maybe("title", title);
                    json.text("html", &document::blocks(blocks, locale).into_string());
                });
            };
            if !document.preface.is_empty() {
                section(None, None, &document.preface);
            }
            for Section { id, title, blocks } in &document.sections {
                section(Some(id), Some(&plain(title)), blocks);
            }
        });
        if matches!(found.asked, TextQuery::Now { .. }) {
            json.list("upcoming", |list| {
                for version in view.history().upcoming(view.now()) {
                    list.nest("", |json| {
                        json.text("version", version.name().as_str());
                        json.shown("effective", &version.effective());
                        json.shown("url", &format_args!("{base}{}", version_path(version)));
                    });
                }
            });
        }
    })
}

fn page<S: Store>(view: &View<'_, S>, found: &FoundText<'_>) -> Markup {
    let words = view.words();
    let locale = view.locale;
    let name = found.version.name().as_str();
    let served = found.signed.publication.language;
    let foreign = (served != locale.lang).then_some(served);
    let (document, _) = Document::read(found.text.as_str());
    let title = document.title.as_deref().map_or_else(|| words.title.to_owned(), plain);
    let is_now = matches!(found.asked, TextQuery::Now { .. });
    let main = html! {
        p.kicker {
            @if is_now { ((words.version)(name)) }
            @else { a href=(locale.href("/policy/versions")) { (words.versions) } }
        }
        h1 lang=[foreign.filter(|_| document.title.is_some())] {
            @match &document.title {
                Some(title) => (document::inlines(title, locale)),
                None => (words.title),
            }
        }
        (notices(view, found))
        div.side {
            (facts(view, found))
            @if !document.sections.is_empty() {
                nav.toc aria-labelledby="toc-title" {
                    h2 id="toc-title" { (words.contents) }
                    ol lang=[foreign] {
                        @for section in &document.sections {
                            li { a href=(format!("#{}", section.id)) { (plain(&section.title)) } }
                        }
                    }
                }
            }
        }
        article.prose lang=(served) {
            (document::blocks(&document.preface, locale))
            @for section in &document.sections {
                section id=(section.id) {
                    h2 { (document::inlines(&section.title, locale)) }
                    (document::blocks(&section.blocks, locale))
                }
            }
        }
        (forms(view, found))
    };
    let (title, place) = match is_now {
        true => (title, Place::Policy),
        false => (format!("{title}, {}", (words.of_version)(name)), Place::Elsewhere),
    };
    let frame = Frame { title: &title, place, switch: Switch::Here };
    page::layout(&view.desk.setup.profile, view.request, locale, frame, main)
}

/// The most notices of versions to come: there is rarely one.
const MAX_COMING: usize = 3;

fn notices<S: Store>(view: &View<'_, S>, found: &FoundText<'_>) -> Markup {
    let words = view.words();
    let (history, locale) = (view.history(), view.locale);
    let served = found.signed.publication.language;
    let name = found.version.name().as_str();
    let link = |version: &PolicyVersion| {
        html! {
            a href=(locale.href(&version_path(version))) {
                ((words.of_version)(version.name().as_str()))
            }
        }
    };
    let state = history.state(found.version, view.now());
    let in_force = history.in_force(view.now());
    html! {
        @match found.asked {
            TextQuery::Now { .. } => {
                @for coming in history.upcoming(view.now()).iter().take(MAX_COMING) {
                    div.notice {
                        p {
                            strong { (words.coming) } " "
                            ((words.coming_on)(coming.name().as_str())) " " (view.time(coming.effective())) ". "
                            a href=(locale.href(&version_path(coming))) { (words.coming_read) } " " (words.or) " "
                            a href=(locale.href(&diff_path(found.version, coming))) { (words.coming_changes) } "."
                        }
                    }
                }
            }
            TextQuery::At(instant) => {
                div.notice { p { strong { (words.as_of) } " " (view.time(instant)) "." } }
            }
            TextQuery::Version => {}
        }
        @if state != VersionState::InForce {
            div.notice.warning {
                p {
                    strong { @if state == VersionState::Past { (words.past) } @else { (words.not_yet) } }
                    @if let Some(current) = in_force { " " (words.now_in_effect) " " (link(current)) "." }
                }
            }
        }
        @if found.truth != Translation::Exact {
            div.notice.warning {
                p {
                    strong { (words.untranslated) } " " ((words.shown_in)(name, served))
                    @if let Translation::Outdated(older) = found.truth {
                        " " (words.last_translated) " " (link(older)) (words.which_is_older)
                    }
                }
            }
        }
        @if found.asked == (TextQuery::Now { gpc: true }) {
            div.notice.success { p { strong { (words.gpc) } " " (words.gpc_meaning) } }
        }
    }
}

fn facts<S: Store>(view: &View<'_, S>, found: &FoundText<'_>) -> Markup {
    let words = view.words();
    let version = found.version;
    let served = found.signed.publication.language;
    let here = match found.asked {
        TextQuery::Now { .. } => "/policy".to_owned(),
        TextQuery::Version | TextQuery::At(_) => version_path(version),
    };
    let note = found.signed.publication.note.as_ref();
    html! {
        dl.facts {
            div { dt { (words.version_label) } dd { (version.name()) } }
            div { dt { (words.effective_label) } dd { (view.time(version.effective())) } }
            div { dt { (words.published_label) } dd { (view.time(found.signed.publication.published)) } }
            @if let Some(note) = note {
                div { dt { (words.note_label) } dd lang=[(served != view.locale.lang).then_some(served)] { (note.as_str()) } }
            }
            div {
                dt { (words.languages_label) }
                dd {
                    @for (at, signed) in version.texts().iter().enumerate() {
                        @if at > 0 { ", " }
                        @let lang = signed.publication.language;
                        @if lang == served { span lang=(lang) { (lang.own_name()) } }
                        @else { a href=(format!("{here}?lang={lang}")) lang=(lang) hreflang=(lang) { (lang.own_name()) } }
                    }
                }
            }
        }
    }
}

fn forms<S: Store>(view: &View<'_, S>, found: &FoundText<'_>) -> Markup {
    let words = view.words();
    let locale = view.locale;
    let here = match found.asked {
        TextQuery::Now { .. } => "/policy".to_owned(),
        TextQuery::Version | TextQuery::At(_) => version_path(found.version),
    };
    let form = |format: Format, name: &str| {
        let target = format!("{here}?format={}", format.name());
        html! { li { a href=(locale.href(&target)) type=(format.media_type()) { (name) } } }
    };
    html! {
        nav aria-labelledby="formats-title" {
            h2 id="formats-title" { (words.forms) }
            ul.links {
                (form(Format::Markdown, "Markdown"))
                (form(Format::Text, words.plain_text))
                (form(Format::Json, "JSON"))
                li { a href=(locale.href("/policy/versions")) { (words.all_versions) } }
                li { a href=(locale.href("/policy/feed.atom")) type="application/atom+xml" { (words.feed) } }
            }
        }
    }
}
