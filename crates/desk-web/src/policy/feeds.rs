//! Feeds of changes for readers (Atom, JSON Feed), and the manifest for apps.

use desk_core::policy::Signed;
use desk_core::policy::history::Version;
use desk_core::small::SmallMap;
use desk_core::time::Timestamp;
use http::StatusCode;
use maud::{Markup, PreEscaped, html};
use serde::Serialize;

use super::{View, moment, version_path};
use crate::ports::Store;
use crate::problem::Problem;
use crate::reply::Reply;

/// The most versions in a feed.
const MAX_ENTRIES: usize = 50;

/// The part of all tag URIs (RFC 4151) behind the desk's name. It never changes: a feed reader knows entries by it.
const TAG_YEAR: &str = "2026";

/// A version as a feed tells of it: every version is in the feed of every language, for every one is news to everybody.
struct Entry<'a> {
    version: &'a Version,
    signed: &'a Signed,
    id: String,
    url: String,
    title: String,
    summary: &'a str,
}

impl<S: Store> View<'_, S> {
    fn tag(&self, what: &str) -> String {
        let base = &self.desk.setup.base_url;
        let host = base.split_once("://").map_or(base.as_str(), |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        format!("tag:{host},{TAG_YEAR}:policy/{}{what}", self.locale.lang)
    }

    fn feed_url(&self, file: &str) -> String {
        format!("{}/policy/{file}?lang={}", self.desk.setup.base_url, self.locale.lang)
    }

    fn entries(&self) -> Vec<Entry<'_>> {
        let (texts, words) = (self.texts(), self.words());
        let default = self.desk.setup.default_lang;
        let entry = |version| {
            let (signed, _) = self.history().translation(version, self.locale.lang, default);
            let name = version.name().as_str();
            let lang = self.locale.lang;
            Entry {
                version,
                signed,
                id: self.tag(&format!("/{name}")),
                url: format!("{}{}?lang={lang}", self.desk.setup.base_url, version_path(version)),
                title: (words.feed_entry)(name, &moment(texts, version.effective())),
                summary: match &signed.publication.note {
                    Some(note) => note.as_str(),
                    None => words.feed_summary,
                },
            }
        };
        self.history().versions().iter().rev().take(MAX_ENTRIES).map(entry).collect()
    }

    fn feed(&self, reply: Reply, entries: &[Entry<'_>]) -> Reply {
        reply
            .lang(self.locale.lang)
            .vary("Accept-Language")
            .caching(self.caching())
            .modified(updated(entries))
            .header(http::header::LINK, "</policy>; rel=\"privacy-policy\"")
            .digested()
    }
}

impl Entry<'_> {
    /// Whose language the summary is in.
    fn lang(&self) -> Option<desk_core::lang::Lang> {
        self.signed.publication.note.as_ref().map(|_| self.signed.publication.language)
    }

    fn published(&self) -> Timestamp {
        self.signed.publication.published
    }
}

/// When a feed last changed; an empty one never did, so that it too can be answered with 304.
fn updated(entries: &[Entry<'_>]) -> Timestamp {
    entries.iter().map(Entry::published).max().unwrap_or(Timestamp::EPOCH)
}

/// Leaves out what XML 1.0 has no way to write.
fn xml(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

/// The feed as Atom (RFC 4287).
pub(super) fn atom<S: Store>(view: &View<'_, S>) -> Reply {
    let words = view.words();
    let setup = view.desk.setup;
    let entries = view.entries();
    let feed: Markup = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang=(view.locale.lang) {
            id { (view.tag("")) }
            title { (xml(&(words.feed_title)(&setup.app_name))) }
            updated { (updated(&entries)) }
            author { name { (xml(&setup.controller_name)) } }
            // An element with an end tag of its own, for in HTML a link has none.
            link rel="self" type="application/atom+xml" href=(view.feed_url("feed.atom")) {}
            link rel="alternate" type="text/html" href=(format!("{}/policy/versions?lang={}", setup.base_url, view.locale.lang)) {}
            @for entry in &entries {
                entry {
                    id { (entry.id) }
                    title { (entry.title) }
                    published { (entry.version.published()) }
                    updated { (entry.published()) }
                    link rel="alternate" type="text/html" href=(entry.url) {}
                    @if entry.version.material() { category term="material" {} }
                    summary xml:lang=[entry.lang()] { (xml(entry.summary)) }
                }
            }
        }
    };
    let media_type = "application/atom+xml; charset=utf-8";
    view.feed(Reply::with_body(StatusCode::OK, media_type, feed.into_string()), &entries)
}

#[derive(Serialize)]
struct FeedWire<'a> {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: String,
    language: &'static str,
    authors: [AuthorWire<'a>; 1],
    items: Vec<ItemWire<'a>>,
}

#[derive(Serialize)]
struct AuthorWire<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct ItemWire<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_text: &'a str,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<[&'static str; 1]>,
}

/// The feed as JSON Feed 1.1.
pub(super) fn json<S: Store>(view: &View<'_, S>) -> Reply {
    let setup = view.desk.setup;
    let entries = view.entries();
    let wire = FeedWire {
        version: "https://jsonfeed.org/version/1.1",
        title: (view.words().feed_title)(&setup.app_name),
        home_page_url: format!("{}/policy/versions?lang={}", setup.base_url, view.locale.lang),
        feed_url: view.feed_url("feed.json"),
        language: view.locale.lang.tag(),
        authors: [AuthorWire { name: &setup.controller_name }],
        items: entries
            .iter()
            .map(|entry| ItemWire {
                id: &entry.id,
                url: &entry.url,
                title: &entry.title,
                content_text: entry.summary,
                date_published: entry.version.published().to_string(),
                date_modified: entry.published().to_string(),
                language: entry.lang().map(|lang| lang.tag()),
                tags: entry.version.material().then_some(["material"]),
            })
            .collect(),
    };
    let reply = Reply::json(StatusCode::OK, &wire)
        .header(http::header::CONTENT_TYPE, "application/feed+json");
    view.feed(reply, &entries)
}

/// What an app polls: small, the same in every language, and true until another version takes effect.
#[derive(Serialize)]
struct ManifestWire<'a> {
    #[serde(flatten)]
    in_force: EditionWire<'a>,
    upcoming: Vec<EditionWire<'a>>,
}

#[derive(Serialize)]
struct EditionWire<'a> {
    version: &'a str,
    /// The digest of its last publication, as cases pin it.
    digest: String,
    effective: String,
    published: String,
    material: bool,
    languages: SmallMap<&'static str, LanguageWire>,
}

#[derive(Serialize)]
struct LanguageWire {
    sha256: String,
    url: String,
}

/// The manifest.
pub(super) fn manifest<S: Store>(view: &View<'_, S>) -> Result<Reply, Problem> {
    let base = &view.desk.setup.base_url;
    let edition = |version| edition(version, base);
    let in_force = view.history().in_force(view.now()).ok_or(Problem::NoPolicy)?;
    let wire = ManifestWire {
        in_force: edition(in_force),
        upcoming: view.history().upcoming(view.now()).iter().map(edition).collect(),
    };
    Ok(Reply::json(StatusCode::OK, &wire)
        .caching(view.caching())
        .header(http::header::LINK, "</policy>; rel=\"privacy-policy\"")
        .digested())
}

fn edition<'a>(version: &'a Version, base: &str) -> EditionWire<'a> {
    let language = |signed: &Signed| {
        let lang = signed.publication.language;
        let url = format!("{base}{}?lang={lang}", version_path(version));
        (lang.tag(), LanguageWire { sha256: signed.publication.sha256.to_string(), url })
    };
    EditionWire {
        version: version.name().as_str(),
        digest: version.last().digest().to_string(),
        effective: version.effective().to_string(),
        published: version.published().to_string(),
        material: version.material(),
        languages: version.texts().iter().map(language).collect(),
    }
}
