//! What changed between two versions.

use desk_core::lang::Lang;
use desk_core::policy::compare::{Change, Kind, LineChange, Part, SectionChange, compare};
use desk_core::policy::history::PolicyVersion;
use desk_core::policy::markdown::Document;
use futures_util::future::try_join;
use http::StatusCode;
use maud::{Markup, html};

use super::{Format, View, version_path};
use desk_app::ports::Store;
use desk_core::json::Json;
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use http::header::LINK;

/// Compares two versions, `a..b`, in the best language that both have.
pub(super) async fn diff<S: Store>(view: &View<'_, S>, pair: &str) -> Result<Reply, Problem> {
    let (from, to) = pair.split_once("..").ok_or(Problem::Malformed("versions-pair"))?;
    let (from, to) = view.version(from).zip(view.version(to)).ok_or(Problem::NotFound)?;
    let (format, _) = Format::of(view.request, &Format::LIST)?;
    let wanted =
        [view.locale.lang, view.desk.setup.profile.default_lang].into_iter().chain(Lang::ALL);
    // Two texts in different languages have nothing to compare.
    let mut shared = wanted.filter_map(|lang| Some((lang, from.text(lang)?, to.text(lang)?)));
    let (lang, old, new) = shared.next().ok_or(Problem::NotFound)?;
    let (old, new) = try_join(view.text(old), view.text(new)).await?;
    let sections = compare(&Document::read(old.as_str()).0, &Document::read(new.as_str()).0);
    let comparison = Comparison { from, to, lang, sections };
    let reply = match format {
        Format::Json => {
            Reply::json_text(StatusCode::OK, comparison.json(&view.desk.setup.profile.base_url))
        }
        _ => comparison.page(view),
    };
    Ok(reply
        .lang(lang)
        .vary("Accept, Accept-Language")
        .caching(view.caching())
        .header(LINK, "</policy>; rel=\"privacy-policy\"")
        .digested())
}

struct Comparison<'a> {
    from: &'a PolicyVersion,
    to: &'a PolicyVersion,
    lang: Lang,
    sections: Vec<SectionChange>,
}

impl Comparison<'_> {
    fn count(&self, change: Change) -> usize {
        self.sections.iter().filter(|section| section.change == change).count()
    }

    fn json(&self, base: &str) -> String {
        let side = |json: &mut Json, name: &str, version: &PolicyVersion| {
            json.nest(name, |json| {
                json.text("version", version.name().as_str());
                json.shown("effective", &version.effective());
                json.shown("url", &format_args!("{base}{}", version_path(version)));
            });
        };
        Json::object(|json| {
            side(json, "from", self.from);
            side(json, "to", self.to);
            json.text("language", self.lang.tag());
            json.nest("summary", |json| {
                for change in [Change::Added, Change::Removed, Change::Changed, Change::Unchanged] {
                    json.number(change_name(change), self.count(change));
                }
            });
            json.list("sections", |list| {
                for section in &self.sections {
                    list.nest("", |json| section_json(json, section));
                }
            });
        })
    }

    fn page<S: Store>(&self, view: &View<'_, S>) -> Reply {
        let words = view.words();
        let locale = view.locale;
        let foreign = (self.lang != locale.lang).then_some(self.lang);
        let title = (words.diff_title)(self.from.name().as_str(), self.to.name().as_str());
        let side = |version: &PolicyVersion| {
            html! {
                a href=(locale.href(&version_path(version))) { ((words.version)(version.name().as_str())) }
                ", " (view.time(version.effective()))
            }
        };
        let short = (words.diff_summary)(
            self.count(Change::Changed),
            self.count(Change::Added),
            self.count(Change::Removed),
            self.count(Change::Unchanged),
        );
        let is_same = |section: &&SectionChange| section.change == Change::Unchanged;
        let same: Vec<&str> = self
            .sections
            .iter()
            .filter(is_same)
            .map(|section| self.title(section, words.preface))
            .collect();
        let json = format!("{}?format=json", view.request.path());
        let main = html! {
            p.kicker { a href=(locale.href("/policy/versions")) { (words.versions) } }
            h1 { (title) }
            dl.facts {
                div { dt { (words.diff_from) } dd { (side(self.from)) } }
                div { dt { (words.diff_to) } dd { (side(self.to)) } }
                div { dt { (words.diff_short) } dd { (short) } }
            }
            p {
                (words.legend_before) " " ins { (words.legend_added) } (words.legend_between) " "
                del { (words.legend_removed) } (words.legend_after)
            }
            @for section in self.sections.iter().filter(|section| !is_same(section)) {
                section {
                    h2 lang=[foreign.filter(|_| section.id.is_some())] { (self.title(section, words.preface)) }
                    p { span.tag { ((words.change_tag)(section.change)) } }
                    div.prose lang=[foreign] { (self.lines(view, &section.lines)) }
                }
            }
            @if !same.is_empty() {
                section {
                    h2 { (words.unchanged_title) }
                    p lang=[foreign] { (same.join(", ")) "." }
                }
            }
            ul.links {
                li { a href=(locale.href(&json)) type="application/json" { "JSON" } }
                li { a href=(locale.href("/policy/versions")) { (words.all_versions) } }
            }
        };
        let frame = Frame { title: &title, place: Place::Elsewhere, switch: Switch::Here };
        let page = page::layout(&view.desk.setup.profile, view.request, locale, frame, main);
        Reply::page(StatusCode::OK, self.lang, page)
    }

    fn title<'a>(&self, section: &'a SectionChange, preface: &'a str) -> &'a str {
        if section.id.is_some() { &section.title } else { preface }
    }

    /// The lines of a section: what changed in full, and how many did not in between.
    fn lines<S: Store>(&self, view: &View<'_, S>, lines: &[LineChange]) -> Markup {
        let words = view.words();
        let hint = |count: usize| {
            let lang = (self.lang != view.locale.lang).then_some(view.locale.lang);
            html! { p.hint lang=[lang] { ((words.unchanged_paragraphs)(count)) } }
        };
        html! {
            @for run in lines.chunk_by(|a, b| a.is_unchanged() == b.is_unchanged()) {
                @if run.first().is_some_and(LineChange::is_unchanged) { (hint(run.len())) }
                @else { @for line in run { (self.line(view, line)) } }
            }
        }
    }

    fn line<S: Store>(&self, view: &View<'_, S>, line: &LineChange) -> Markup {
        let words = view.words();
        let lang = (self.lang != view.locale.lang).then_some(view.locale.lang);
        let spoken_mark = |before: &str, text: &str| {
            html! { span.vh lang=[lang] { (before) } (text) span.vh lang=[lang] { (words.hear_end) } }
        };
        let parts = html! {
            @for part in &line.parts {
                @match part {
                    Part::Same(text) => (text),
                    Part::Removed(text) => del { (spoken_mark(words.hear_removed, text)) },
                    Part::Added(text) => ins { (spoken_mark(words.hear_added, text)) },
                }
            }
        };
        html! {
            @match line.kind {
                Kind::Heading => p { strong { (parts) } },
                Kind::Paragraph | Kind::Row => p { (parts) },
                Kind::Item => ul { li { (parts) } },
                Kind::Code => pre { code { (parts) } },
            }
        }
    }
}

fn section_json(json: &mut Json, section: &SectionChange) {
    json.maybe("id", section.id.as_deref());
    json.text("title", &section.title);
    json.text("status", change_name(section.change));
    json.list("lines", |list| {
        for line in &section.lines {
            list.nest("", |json| {
                json.text("kind", kind_name(line.kind));
                json.list("ops", |list| {
                    for part in &line.parts {
                        list.nest("", |json| {
                            json.text("op", op_name(part));
                            json.text("text", part.text());
                        });
                    }
                });
            });
        }
    });
}

const fn change_name(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
        Change::Unchanged => "unchanged",
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Heading => "heading",
        Kind::Paragraph => "paragraph",
        Kind::Item => "item",
        Kind::Row => "row",
        Kind::Code => "code",
    }
}

const fn op_name(part: &Part) -> &'static str {
    match part {
        Part::Same(_) => "equal",
        Part::Removed(_) => "delete",
        Part::Added(_) => "insert",
    }
}
