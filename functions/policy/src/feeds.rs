//! Feeds of changes for readers (Atom, JSON Feed), and the manifest for apps.

use desk_core::policy::SignedPublication;
use desk_core::policy::history::PolicyVersion;
use desk_core::time::Timestamp;
use http::StatusCode;
use maud::{Markup, PreEscaped, html};

use super::{View, version_path};
use desk_app::ports::Store;
use desk_core::json::Json;
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use http::header::{CONTENT_TYPE, LINK};

/// The most versions in a feed.
const MAX_ENTRIES: usize = 50;

/// The part of all tag URIs (RFC 4151) behind the desk's name. It never changes: a feed reader knows entries by it.
const TAG_YEAR: &str = "2026";

/// A version as a feed tells of it: every version is in the feed of every language, for every one is news to everybody.
struct Entry<'a> {
    version: &'a PolicyVersion,
    signed: &'a SignedPublication,
    id: String,
    url: String,
    title: String,
    summary: &'a str,
}

impl<S: Store> View<'_, S> {
    fn tag(&self, what: &str) -> String {
        let base = &self.desk.setup.profile.base_url;
        let host = base.split_once("://").map_or(base.as_str(), |(_, rest)| rest);
        let host = host.split(['/', ':']).next().unwrap_or_default();
        format!("tag:{host},{TAG_YEAR}:policy/{}{what}", self.locale.lang)
    }

    fn feed_url(&self, file: &str) -> String {
        format!("{}/policy/{file}?lang={}", self.desk.setup.profile.base_url, self.locale.lang)
    }

    fn entries(&self) -> Vec<Entry<'_>> {
        let words = self.words();
        let default = self.desk.setup.profile.default_lang;
        let entry = |version| {
            let (signed, _) = self.history().translation(version, self.locale.lang, default);
            let name = version.name().as_str();
            let lang = self.locale.lang;
            Entry {
                version,
                signed,
                id: self.tag(&format!("/{name}")),
                url: format!(
                    "{}{}?lang={lang}",
                    self.desk.setup.profile.base_url,
                    version_path(version)
                ),
                title: (words.feed_entry)(name, &self.moment(version.effective())),
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
            .header(LINK, "</policy>; rel=\"privacy-policy\"")
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
            title { (xml(&(words.feed_title)(&setup.profile.app_name))) }
            updated { (updated(&entries)) }
            author { name { (xml(&setup.profile.controller(view.locale.lang))) } }
            // An element with an end tag of its own, for in HTML a link has none.
            link rel="self" type="application/atom+xml" href=(view.feed_url("feed.atom")) {}
            link rel="alternate" type="text/html" href=(format!("{}/policy/versions?lang={}", setup.profile.base_url, view.locale.lang)) {}
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

/// The feed as JSON Feed 1.1.
pub(super) fn json<S: Store>(view: &View<'_, S>) -> Reply {
    let setup = view.desk.setup;
    let (base, lang) = (&setup.profile.base_url, view.locale.lang);
    let entries = view.entries();
    let feed = Json::object(|json| {
        json.text("version", "https://jsonfeed.org/version/1.1");
        json.text("title", &(view.words().feed_title)(&setup.profile.app_name));
        json.shown("home_page_url", &format_args!("{base}/policy/versions?lang={lang}"));
        json.text("feed_url", &view.feed_url("feed.json"));
        json.text("language", lang.tag());
        json.list("authors", |list| {
            list.nest("", |json| json.text("name", &setup.profile.controller(view.locale.lang)));
        });
        json.list("items", |list| {
            for entry in &entries {
                list.nest("", |json| {
                    json.text("id", &entry.id);
                    json.text("url", &entry.url);
                    json.text("title", &entry.title);
                    json.text("content_text", entry.summary);
                    json.shown("date_published", &entry.version.published());
                    json.shown("date_modified", &entry.published());
                    if let Some(lang) = entry.lang() {
                        json.text("language", lang.tag());
                    }
                    if entry.version.material() {
                        json.list("tags", |list| list.text("", "material"));
                    }
                });
            }
        });
    });
    let reply =
        Reply::json_text(StatusCode::OK, feed).header(CONTENT_TYPE, "application/feed+json");
    view.feed(reply, &entries)
}

/// What an app polls: small, the same in every language, and true until another version takes effect.
pub(super) fn manifest<S: Store>(view: &View<'_, S>) -> Result<Reply, Problem> {
    let base = &view.desk.setup.profile.base_url;
    let in_force = view.history().in_force(view.now()).ok_or(Problem::NoPolicy)?;
    let manifest = Json::object(|json| {
        edition(json, in_force, base);
        json.list("upcoming", |list| {
            for version in view.history().upcoming(view.now()) {
                list.nest("", |json| edition(json, version, base));
            }
        });
    });
    Ok(Reply::json_text(StatusCode::OK, manifest)
        .caching(view.caching())
        .header(LINK, "</policy>; rel=\"privacy-policy\"")
        .digested())
}

fn edition(json: &mut Json, version: &PolicyVersion, base: &str) {
    json.text("version", version.name().as_str());
    // That of its last publication, as cases pin it.
    json.shown("digest", &version.last().digest());
    json.shown("effective", &version.effective());
    json.shown("published", &version.published());
    json.flag("material", version.material());
    json.nest("languages", |json| {
        for signed in version.texts() {
            let lang = signed.publication.language;
            json.nest(lang.tag(), |json| {
                json.shown("sha256", &signed.publication.sha256);
                json.shown("url", &format_args!("{base}{}?lang={lang}", version_path(version)));
            });
        }
    });
}
