//! The list of versions, and the list of those to come.

use desk_core::policy::SignedPublication;
use desk_core::policy::history::{PolicyVersion, VersionState};
use http::StatusCode;
use maud::{Markup, html};

use super::{Format, View, diff_path, version_path, wire};
use desk_app::ports::Store;
use desk_core::json::Json;
use desk_web::page::{self, Frame, Place, Switch};
use desk_web::problem::Problem;
use desk_web::reply::Reply;
use http::header::LINK;

/// All versions, the newest first.
pub(super) fn versions<S: Store>(view: &View<'_, S>) -> Result<Reply, Problem> {
    let words = view.words();
    let list = List {
        member: "versions",
        title: words.versions_title,
        lead: Some(words.versions_lead),
        caption: words.versions_caption,
        nothing: words.no_versions,
        place: Place::Versions,
    };
    give(view, &list, view.history().versions().iter().rev().collect())
}

/// The versions to come, the soonest first.
pub(super) fn upcoming<S: Store>(view: &View<'_, S>) -> Result<Reply, Problem> {
    let words = view.words();
    let list = List {
        member: "upcoming",
        title: words.upcoming_title,
        lead: None,
        caption: words.upcoming_caption,
        nothing: words.nothing_upcoming,
        place: Place::Elsewhere,
    };
    give(view, &list, view.history().upcoming(view.now()).iter().collect())
}

fn give<S: Store>(
    view: &View<'_, S>,
    list: &List,
    versions: Vec<&PolicyVersion>,
) -> Result<Reply, Problem> {
    let (format, _) = Format::of(view.request, &Format::LIST)?;
    let reply = match format {
        Format::Json => {
            let base = &view.desk.setup.profile.base_url;
            let json = Json::object(|json| {
                wire::versions(json, list.member, &versions, view.history(), view.now(), base);
            });
            Reply::json_text(StatusCode::OK, json)
        }
        _ => page(view, list, &versions),
    };
    Ok(reply
        .vary("Accept, Accept-Language")
        .caching(view.caching())
        .header(LINK, "</policy>; rel=\"privacy-policy\"")
        .digested())
}

struct List {
    /// The member of the JSON object.
    member: &'static str,
    title: &'static str,
    lead: Option<&'static str>,
    caption: &'static str,
    nothing: &'static str,
    place: Place,
}

fn page<S: Store>(view: &View<'_, S>, list: &List, versions: &[&PolicyVersion]) -> Reply {
    let locale = view.locale;
    let main = html! {
        p.kicker { a href=(locale.href("/policy")) { (desk_web::texts::frame(view.locale.lang).nav_policy) } }
        h1 { (list.title) }
        @if let Some(lead) = list.lead { p.lead { (lead) } }
        (table(view, list, versions))
        @if list.place == Place::Versions { (proof(view)) }
    };
    let frame = Frame { title: list.title, place: list.place, switch: Switch::Here };
    let page = page::layout(&view.desk.setup.profile, view.request, locale, frame, main);
    Reply::page(StatusCode::OK, locale.lang, page)
}

fn table<S: Store>(view: &View<'_, S>, list: &List, versions: &[&PolicyVersion]) -> Markup {
    let words = view.words();
    if versions.is_empty() {
        return html! { p { (list.nothing) } };
    }
    let columns = [
        words.version_label,
        words.effective_label,
        words.note_label,
        words.languages_label,
        words.compare_label,
    ];
    html! {
        table.data role="table" {
            caption { (list.caption) }
            thead role="rowgroup" {
                tr role="row" { @for column in columns { th role="columnheader" scope="col" { (column) } } }
            }
            tbody role="rowgroup" { @for version in versions { (row(view, version)) } }
        }
    }
}

fn row<S: Store>(view: &View<'_, S>, version: &PolicyVersion) -> Markup {
    let words = view.words();
    let (history, locale) = (view.history(), view.locale);
    let name = version.name().as_str();
    let tag = match history.state(version, view.now()) {
        VersionState::Upcoming => Some(words.upcoming_tag),
        VersionState::InForce => Some(words.in_force_tag),
        VersionState::Past => None,
    };
    html! {
        tr role="row" {
            th role="rowheader" scope="row" {
                a href=(locale.href(&version_path(version))) { (name) }
                @if let Some(tag) = tag { " " span.tag { (tag) } }
            }
            td role="cell" data-label=(words.effective_label) { (view.time(version.effective())) }
            td role="cell" data-label=(words.note_label) {
                @if version.material() { span.tag { (words.material) } " " }
                (note(view, version))
            }
            td role="cell" data-label=(words.languages_label) {
                @for (at, signed) in version.texts().iter().enumerate() {
                    @if at > 0 { ", " }
                    ((words.language_name)(signed.publication.language))
                }
            }
            td role="cell" data-label=(words.compare_label) {
                @match history.predecessor(version.name()) {
                    Some(before) => a href=(locale.href(&diff_path(before, version))) {
                        ((words.compare_with)(before.name().as_str()))
                        span.vh { ": " ((words.of_version)(name)) }
                    },
                    None => "–",
                }
            }
        }
    }
}

/// What changed in a version, in the reader's language where there is a note in it.
fn note<S: Store>(view: &View<'_, S>, version: &PolicyVersion) -> Markup {
    let has_note = |signed: &&SignedPublication| signed.publication.note.is_some();
    let own = version.text(view.locale.lang).filter(has_note);
    let Some(signed) = own.or_else(|| version.texts().iter().find(has_note)) else {
        return html! { "–" };
    };
    let lang = signed.publication.language;
    let text = signed.publication.note.as_ref().map_or("", |note| note.as_str());
    html! {
        @if lang == view.locale.lang { (text) } @else { span lang=(lang) { (text) } }
    }
}

fn proof<S: Store>(view: &View<'_, S>) -> Markup {
    let words = view.words();
    let Some(version) = view.history().in_force(view.now()) else { return html! {} };
    html! {
        section {
            h2 { (words.proof) }
            p { (words.proof_text) }
            dl.facts {
                @for signed in version.texts() {
                    @let publication = &signed.publication;
                    div {
                        dt { ((words.digest_label)(version.name().as_str(), publication.language)) }
                        dd { code { (publication.sha256) } }
                    }
                }
                div {
                    dt { (words.key_label) }
                    dd { a href="/.well-known/desk-keys.json" { "desk-keys.json" } }
                }
            }
        }
    }
}
