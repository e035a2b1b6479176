//! `index.html`: everything, for people. One file that needs no other, runs no script and asks nobody for anything.

use desk_core::clock::zone::Zone;
use desk_core::id::Id;
use desk_core::lang::Lang;
use desk_core::request::Request;
use desk_core::suppression::{Change, Scope};
use desk_core::time::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, Render, html};

use super::PACKAGE_SCHEMA_PATH;
use super::data::State;
use super::matter::{By, Matter, Section, What};
use crate::desk::Desk;
use crate::holdings::Holdings;
use crate::outbox::Mail;
use crate::page::Instant;
use crate::setup::Setup;
use crate::texts::{self, Plain, package::PackageTexts};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem}\
h1{line-height:1.2}h2{margin-top:3rem;border-bottom:2px solid}\
article{margin:2rem 0;break-inside:avoid-page}\
dl div{margin:.5rem 0}dt{opacity:.8}dd{margin:0}@media(min-width:30rem){dl div{display:grid;grid-template-columns:12rem 1fr;gap:1rem;margin:0}}\
ol{list-style:none;padding:0}li{margin:1rem 0}ol>li{padding-left:1rem;border-left:3px solid}\
p,dd,td,th{overflow-wrap:anywhere}p{margin:.3rem 0}\
.text{white-space:pre-wrap;unicode-bidi:isolate}\
table{border-collapse:collapse;width:100%}th,td{text-align:start;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid}\
@media print{body{max-width:none;padding:0}a{color:inherit}}";

fn push(text: &mut String, markup: Markup) {
    text.push_str(&markup.into_string());
}

/// Whom the page is for: the language they asked in, and where days begin and end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) lang: Lang,
    pub(super) zone: &'a Zone,
}

impl<'a> Reader<'a> {
    /// An instant, as on every page.
    fn instant(self, at: Timestamp) -> Instant<'a> {
        Instant(self.lang, self.zone, at)
    }
}

fn fact(label: Plain, value: impl Render) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// What somebody wrote: kept as it is, and of whatever direction, it turns nothing around it.
fn written(text: &str) -> Markup {
    html! { p.text dir="auto" { (text) } }
}

/// The beginning of the page, up to the first list.
pub(super) fn head<S>(
    desk: &Desk<'_, S>,
    reader: Reader<'_>,
    request: &Request,
    held: &Holdings,
) -> String {
    let (setup, lang) = (desk.setup, reader.lang);
    let t = texts::package(lang);
    let title = (t.title)(&setup.app_name);
    // The frame goes around what is written later, so its tags are written by hand.
    let mut text = (html! { (DOCTYPE) }).into_string();
    for piece in ["<html lang=\"", lang.tag(), "\" dir=\"ltr\">"] {
        text.push_str(piece);
    }
    push(
        &mut text,
        html! {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
        },
    );
    text.push_str("<body><main>");
    let policy = format!("{}/policy", setup.base_url);
    push(
        &mut text,
        html! {
            h1 { (title) }
            p { ((t.lead)(&setup.controller(lang))) }
            dl {
                (fact(t.about, html! { bdi { (request.opening.email.as_str()) } }))
                (fact(t.request, html! { (request.reference()) }))
                (fact(t.prepared, reader.instant(desk.now())))
                (fact(t.controller, html! { bdi { (setup.controller(lang)) } }))
                @if !setup.contact_email.is_empty() {
                    (fact(t.contact, html! { a href=(format!("mailto:{}", setup.contact_email)) { (setup.contact_email) } }))
                }
                (fact(t.policy, html! { a href=(policy) { (policy) } }))
            }
            h2 { (t.contents) }
            ul {
                li { a href="#cases" { (t.cases) } }
                li { a href="#requests" { (t.requests) } }
                li { a href="#mailing" { (t.mailing) } }
                @if !held.mails.is_empty() { li { a href="#mails" { (t.mails) } } }
                li { a href="#files" { (t.files) } }
            }
        },
    );
    text
}

/// Begins a list of cases or of requests.
pub(super) fn open(text: &mut String, lang: Lang, section: Section) {
    let t = texts::package(lang);
    let (id, title, hint) = match section {
        Section::Cases => ("cases", t.cases, t.cases_hint),
        Section::Requests => ("requests", t.requests, t.requests_hint),
    };
    push(text, html! { h2 id=(id) { (title) } p { (hint) } });
}

/// Ends the list, which may have had nothing in it.
pub(super) fn close(text: &mut String, lang: Lang, empty: bool) {
    if empty {
        push(text, html! { p { (texts::package(lang).nothing) } });
    }
}

/// A case or a request.
pub(super) fn matter(text: &mut String, reader: Reader<'_>, now: Timestamp, matter: &Matter) {
    let t = texts::package(reader.lang);
    let (at, expires) = matter.term();
    let policy = matter.policy();
    push(
        text,
        html! {
            article id=(matter.reference()) {
                h3 { (kind(t, matter)) " · " (matter.reference()) }
                dl {
                    (fact(t.received, reader.instant(at)))
                    (fact(t.state, state(t, matter, now)))
                    @if let Some(name) = matter.name() { (fact(t.name, html! { bdi { (name) } })) }
                    @if let Some(email) = matter.email() { (fact(t.email, html! { bdi { (email) } })) }
                    (particulars(t, reader, matter))
                    @if let Some(pin) = policy { (fact(t.policy_version, html! { bdi { (pin.version) } })) }
                    (fact(t.kept_until, reader.instant(expires)))
                }
                ol {
                    @if let Some(message) = matter.text() {
                        li {
                            p { (reader.instant(at)) " · " strong { ((t.by)(By::Person)) } }
                            (written(message.as_str()))
                        }
                    }
                    @for entry in matter.entries() {
                        li {
                            p {
                                (reader.instant(entry.at)) " · " strong { ((t.by)(entry.by)) }
                                @if entry.what != What::Message { ": " ((t.event)(entry.what)) }
                                @if let What::Packaged(until) = entry.what { " " (reader.instant(until)) }
                            }
                            @if let Some(message) = entry.text { (written(message.as_str())) }
                        }
                    }
                }
                @if !matter.files().is_empty() {
                    ul {
                        @for (number, file) in (1..).zip(matter.files()) {
                            @let name = matter.file_name(number, file);
                            li { a href=(name) { (name) } " (" ((t.bytes)(file.size)) ")" }
                        }
                    }
                }
            }
        },
    );
}

fn kind(t: &PackageTexts, matter: &Matter) -> &'static str {
    match matter {
        Matter::Case(_, case) => (t.case_kind)(case.opening.kind),
        Matter::Request(_, request) => (t.request_kind)(request.opening.kind),
    }
}

fn state(t: &PackageTexts, matter: &Matter, now: Timestamp) -> Markup {
    match matter {
        Matter::Case(_, case) => html! { ((t.case_state)(case.state)) },
        Matter::Request(_, request) => html! { ((t.request_state)(&request.state(now))) },
    }
}

/// What only cases, or only requests have.
fn particulars(t: &PackageTexts, reader: Reader<'_>, matter: &Matter) -> Markup {
    html! {
        @match matter {
            Matter::Case(_, case) => {
                @if let Some(version) = &case.opening.app_version {
                    (fact(t.app_version, html! { bdi { (version.as_str()) } }))
                }
                @for suspicion in &case.opening.suspicions {
                    (fact(t.suspicion, html! { ((t.suspicion_of)(*suspicion)) }))
                }
            },
            Matter::Request(_, request) => {
                (fact(t.law, html! { ((t.law_of)(request.opening.regime)) }))
                (fact(t.behalf, html! { ((t.behalf_of)(request.opening.behalf)) }))
                @if let Some((at, proof)) = request.identified {
                    (fact(t.identified, html! { (reader.instant(at)) " · " ((t.proof)(proof)) }))
                }
            },
        }
    }
}

/// What a suppression is about, for people.
fn about(t: &PackageTexts, lang: Lang, setup: &Setup, scope: Scope) -> String {
    match scope {
        Scope::List(tag) => match setup.lists().by_tag(tag) {
            Some(list) => list.name(lang).to_owned(),
            None => (t.former_list)(&tag.to_string()),
        },
        Scope::All | Scope::Bounce | Scope::Complaint => t.every_list.as_str().to_owned(),
    }
}

/// Who stopped which newsletters, and the beginning of the journal.
pub(super) fn suppressions(
    text: &mut String,
    reader: Reader<'_>,
    setup: &Setup,
    states: &[State],
    changes: bool,
) {
    let t = texts::package(reader.lang);
    push(
        text,
        html! {
            h2 id="mailing" { (t.mailing) }
            p { (t.mailing_hint) }
            @if states.is_empty() {
                p { (t.nothing_stopped) }
            } @else {
                table {
                    thead { tr { th { (t.list) } th { (t.since) } th { (t.reason) } } }
                    tbody {
                        @for (scope, state) in states {
                            tr {
                                td { bdi { (about(t, reader.lang, setup, *scope)) } }
                                td { (reader.instant(state.at)) }
                                td { ((t.reason_of)(state.reason)) }
                            }
                        }
                    }
                }
            }
        },
    );
    if changes {
        push(text, html! { h3 { (t.changes) } });
    }
}

/// Some of the journal, as a table of its own: it may be long.
pub(super) fn changes(text: &mut String, reader: Reader<'_>, setup: &Setup, changes: &[Change]) {
    let t = texts::package(reader.lang);
    push(
        text,
        html! {
            table {
                thead { tr { th { (t.when) } th { (t.list) } th { (t.what) } } }
                tbody {
                    @for change in changes {
                        tr {
                            td { (reader.instant(change.id.instant())) }
                            td { bdi { (about(t, reader.lang, setup, change.scope)) } }
                            td { @match change.reason {
                                Some(reason) => { (t.stopped) ": " ((t.reason_of)(reason)) },
                                None => (t.resumed),
                            } }
                        }
                    }
                }
            }
        },
    );
}

/// The heading of the mails that wait.
pub(super) fn mails(text: &mut String, lang: Lang) {
    let t = texts::package(lang);
    push(text, html! { h2 id="mails" { (t.mails) } p { (t.mails_hint) } });
}

/// A mail that waits.
pub(super) fn mail(text: &mut String, reader: Reader<'_>, id: Id, mail: &Mail) {
    push(
        text,
        html! {
            article {
                h3 { bdi { (mail.subject.as_str()) } }
                p { (reader.instant(id.instant())) }
                (written(&mail.text))
            }
        },
    );
}

/// The end of the page: the other files.
pub(super) fn tail(text: &mut String, lang: Lang, setup: &Setup) {
    let t = texts::package(lang);
    let schema = format!("{}{PACKAGE_SCHEMA_PATH}", setup.base_url);
    push(
        text,
        html! {
            h2 id="files" { (t.files) }
            ul {
                li { a href="data.json" { "data.json" } ": " (t.data_hint) " " a href=(schema) { (t.schema) } }
                li { a href="messages.csv" { "messages.csv" } ": " (t.table_hint) }
                li { code { "files/" } ": " (t.files_hint) }
            }
            p { (t.keep_safe) }
        },
    );
    text.push_str("</main></body></html>\n");
}
