//! `index.html`: everything, for people. One file that needs no other, runs no script and asks nobody for anything.

use desk_core::clock::zone::Zone;
use desk_core::id::Id;
use desk_core::lang::Lang;
use desk_core::request::Request;
use desk_core::suppression::{Scope, SuppressionChange};
use desk_core::time::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Document;
use super::matter::{Item, Matter, State};
use crate::holdings::Roots;
use crate::sender::Mail;
use crate::setup::Setup;
use desk_documents::package::PACKAGE_SCHEMA_PATH;
use desk_documents::package::{By, What};
use desk_documents::texts::{self, package::PackageTexts};

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

/// The page, in the language that the person asked in, with days that begin and end where the operator's do.
pub(super) struct Page<'a> {
    setup: &'a Setup,
    zone: &'a Zone,
    now: Timestamp,
    request: &'a Request,
    held: &'a Roots,
    /// How much of it was begun.
    begun: Part,
    /// Whether the list that is being written has nothing in it yet.
    empty: bool,
}

/// The parts of the page, in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Head,
    Cases,
    Requests,
    Mailing,
    Mails,
}

impl<'a> Page<'a> {
    pub(super) const fn new(
        setup: &'a Setup,
        zone: &'a Zone,
        now: Timestamp,
        request: &'a Request,
        held: &'a Roots,
    ) -> Self {
        Self { setup, zone, now, request, held, begun: Part::Head, empty: true }
    }

    const fn lang(&self) -> Lang {
        self.request.opening.lang
    }

    fn texts(&self) -> &'static PackageTexts {
        texts::package(self.lang())
    }

    /// An instant, as on every page.
    fn instant(&self, at: Timestamp) -> Markup {
        html! { time datetime=(self.zone.rfc3339(at)) { (self.lang().date(self.zone.date(at))) ", " (self.zone.minute(at)) } }
    }

    /// Ends the part that is being written, and begins those up to this one.
    fn begin(&mut self, text: &mut String, part: Part) {
        let t = self.texts();
        for (of, id, title, hint) in [
            (Part::Cases, "cases", t.cases, t.cases_hint),
            (Part::Requests, "requests", t.requests, t.requests_hint),
            (Part::Mailing, "mailing", t.mailing, t.mailing_hint),
            (Part::Mails, "mails", t.mails, t.mails_hint),
        ] {
            if of <= self.begun || of > part {
                continue;
            }
            let is_empty = self.empty && matches!(self.begun, Part::Cases | Part::Requests);
            push(
                text,
                html! {
                    @if is_empty { p { (t.nothing) } }
                    h2 id=(id) { (title) }
                    p { (hint) }
                },
            );
            (self.begun, self.empty) = (of, true);
        }
    }
}

impl Document for Page<'_> {
    fn name(&self) -> &'static str {
        "index.html"
    }

    fn head(&mut self, text: &mut String) {
        head(self, text);
        self.begin(text, Part::Cases);
    }

    fn item(&mut self, text: &mut String, item: &Item<'_>) {
        self.begin(
            text,
            match item {
                Item::Matter(Matter::Case(..)) => Part::Cases,
                Item::Matter(Matter::Request(..)) => Part::Requests,
                Item::Suppressions(_) | Item::Changes(_) => Part::Mailing,
                Item::Mail(..) => Part::Mails,
            },
        );
        self.empty = false;
        push(
            text,
            match item {
                Item::Matter(of) => matter(self, of),
                Item::Suppressions(states) => suppressions(self, states),
                Item::Changes(of) => changes(self, of),
                Item::Mail(id, of) => mail(self, *id, of),
            },
        );
    }

    fn tail(&mut self, text: &mut String) {
        if !self.held.mails.is_empty() {
            self.begin(text, Part::Mails);
        }
        tail(self, text);
    }
}

fn fact(label: &str, value: Markup) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// What somebody wrote: kept as it is, and of whatever direction, it turns nothing around it.
fn written(text: &str) -> Markup {
    html! { p.text dir="auto" { (text) } }
}

/// The beginning of the page, up to the first part.
fn head(page: &Page<'_>, text: &mut String) {
    let (setup, lang, request) = (page.setup, page.lang(), page.request);
    let t = page.texts();
    let title = (t.title)(&setup.profile.app_name);
    // The frame goes around what is written later, so its tags are written by hand.
    push(text, html! { (DOCTYPE) });
    text.push_str(&format!("<html lang=\"{lang}\" dir=\"ltr\">"));
    push(
        text,
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
    let policy = format!("{}/policy", setup.profile.base_url);
    push(
        text,
        html! {
            h1 { (title) }
            p { ((t.lead)(&setup.profile.controller(lang))) }
            dl {
                (fact(t.about, html! { bdi { (request.opening.email.as_str()) } }))
                (fact(t.request, html! { (request.reference()) }))
                (fact(t.prepared, page.instant(page.now)))
                (fact(t.controller, html! { bdi { (setup.profile.controller(lang)) } }))
                @if !setup.profile.contact_email.is_empty() {
                    (fact(t.contact, html! { a href=(format!("mailto:{}", setup.profile.contact_email)) { (setup.profile.contact_email) } }))
                }
                (fact(t.policy, html! { a href=(policy) { (policy) } }))
            }
            h2 { (t.contents) }
            ul {
                li { a href="#cases" { (t.cases) } }
                li { a href="#requests" { (t.requests) } }
                li { a href="#mailing" { (t.mailing) } }
                @if !page.held.mails.is_empty() { li { a href="#mails" { (t.mails) } } }
                li { a href="#files" { (t.files) } }
            }
        },
    );
}

/// A case or a request.
fn matter(page: &Page<'_>, matter: &Matter) -> Markup {
    let t = page.texts();
    let (at, expires) = matter.term();
    let policy = matter.policy();
    html! {
        article id=(matter.reference()) {
            h3 { (kind(t, matter)) " · " (matter.reference()) }
            dl {
                (fact(t.received, page.instant(at)))
                (fact(t.state, state(t, matter, page.now)))
                @if let Some(name) = matter.name() { (fact(t.name, html! { bdi { (name) } })) }
                @if let Some(email) = matter.email() { (fact(t.email, html! { bdi { (email) } })) }
                (particulars(page, matter))
                @if let Some(pin) = policy { (fact(t.policy_version, html! { bdi { (pin.version) } })) }
                (fact(t.kept_until, page.instant(expires)))
            }
            ol {
                @if let Some(message) = matter.text() {
                    li {
                        p { (page.instant(at)) " · " strong { ((t.by)(By::Person)) } }
                        (written(message.as_str()))
                    }
                }
                @for entry in matter.entries() {
                    li {
                        p {
                            (page.instant(entry.at)) " · " strong { ((t.by)(entry.by)) }
                            @if entry.what != What::Message { ": " ((t.event)(entry.what)) }
                            @if let What::Packaged(until) = entry.what { " " (page.instant(until)) }
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
    }
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
fn particulars(page: &Page<'_>, matter: &Matter) -> Markup {
    let t = page.texts();
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
                    (fact(t.identified, html! { (page.instant(at)) " · " ((t.proof)(proof)) }))
                }
            },
        }
    }
}

/// What a suppression is about, for people.
fn about(page: &Page<'_>, scope: Scope) -> String {
    let t = page.texts();
    match scope {
        Scope::List(tag) => match page.setup.lists().by_tag(tag) {
            Some(list) => list.name(page.lang()).to_owned(),
            None => (t.former_list)(&tag.to_string()),
        },
        Scope::All | Scope::Bounce | Scope::Complaint => t.every_list.to_owned(),
    }
}

/// Who stopped which newsletters, and the beginning of the journal.
fn suppressions(page: &Page<'_>, states: &[State]) -> Markup {
    let t = page.texts();
    html! {
        @if states.is_empty() {
            p { (t.nothing_stopped) }
        } @else {
            table {
                thead { tr { th { (t.list) } th { (t.since) } th { (t.reason) } } }
                tbody {
                    @for (scope, state) in states {
                        tr {
                            td { bdi { (about(page, *scope)) } }
                            td { (page.instant(state.at)) }
                            td { ((t.reason_of)(state.reason)) }
                        }
                    }
                }
            }
        }
        @if !page.held.changes.is_empty() { h3 { (t.changes) } }
    }
}

/// Some of the journal, as a table of its own: it may be long.
fn changes(page: &Page<'_>, changes: &[SuppressionChange]) -> Markup {
    let t = page.texts();
    html! {
        table {
            thead { tr { th { (t.when) } th { (t.list) } th { (t.what) } } }
            tbody {
                @for change in changes {
                    tr {
                        td { (page.instant(change.id.instant())) }
                        td { bdi { (about(page, change.scope)) } }
                        td { @match change.reason {
                            Some(reason) => { (t.stopped) ": " ((t.reason_of)(reason)) },
                            None => (t.resumed),
                        } }
                    }
                }
            }
        }
    }
}

/// A mail that waits.
fn mail(page: &Page<'_>, id: Id, mail: &Mail) -> Markup {
    html! {
        article {
            h3 { bdi { (mail.subject.as_str()) } }
            p { (page.instant(id.instant())) }
            (written(&mail.text))
        }
    }
}

/// The end of the page: the other files.
fn tail(page: &Page<'_>, text: &mut String) {
    let t = page.texts();
    let schema = format!("{}{PACKAGE_SCHEMA_PATH}", page.setup.profile.base_url);
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
