//! The page of a data request, as its person sees it.

use desk_core::case::Message;
use desk_core::clock::regime::{self, Regime};
use desk_core::request::{Change, Request as Case, RequestKey, State};
use desk_core::time::Timestamp;
use maud::{Markup, Render, html};

use super::clock;
use super::pages::framed;
use super::status::Done;
use crate::desk::Desk;
use crate::form;
use crate::notices::kept_path;
use crate::page::{Href, Instant, Place, Prose, Spoken};
use crate::problem::Problem;
use crate::request::{Locale, Request};
use crate::setup::Setup;
use crate::shape::{HOLE, Part, Shapes};
use crate::texts::{self, requests::StatusTexts};

/// The request as its person sees it.
pub(super) fn status<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    (key, token): (&RequestKey, &str),
    case: &Case,
    just: Option<Done>,
) -> Result<Markup, Problem> {
    let (setup, now) = (desk.setup, desk.now());
    let t = texts::request_status(locale.lang);
    let path = kept_path(setup, key, token);
    let heading = (t.kind_title)(case.opening.kind);
    let state = case.state(now);
    let is_open = case.open(now).is_ok();
    let main = html! {
        h1 { (Prose(heading)) }
        // That it is on its way is true while it is.
        (done(t, just.filter(|just| is_open || *just != Done::Confirmed)))
        @if let State::AwaitingClarification { .. } = &state {
            div.notice.warning {
                p { strong { (t.asked_title) } " " a href="#conversation" { (t.asked_hint) } }
            }
        }
        (ticket(setup, locale, case, &state))
        (due(setup, locale, case, now)?)
        (package(setup, locale, case, &path, now)?)
        section id="conversation" {
            h2 { (texts::form(locale.lang).thread_title) }
            (thread(setup, locale, case, &path)?)
            @if is_open {
                (form::fresh_message_form(setup, locale, &desk.moment.id().text(), &path))
            }
        }
        (facts(setup, locale, case, &path)?)
        (ending(setup, locale, case.opening.regime, is_open, &path))
    };
    Ok(framed(setup, request, locale, heading, Place::Elsewhere, main))
}

fn done(t: &StatusTexts, done: Option<Done>) -> Markup {
    let (text, save) = match done {
        Some(Done::Confirmed) => (t.confirmed, true),
        Some(Done::Added) => (t.added, false),
        Some(Done::Withdrawn) => (t.withdrawn, false),
        None => return html! {},
    };
    html! {
        div.notice.success role="status" {
            p { strong { (Prose(text)) } @if save { " " (t.save_link) } }
        }
    }
}

/// The reference, and where the request is now.
fn ticket(setup: &Setup, locale: Locale, case: &Case, state: &State) -> Markup {
    let t = texts::request_status(locale.lang);
    let shape = setup.remembered.of::<Shapes>().of(locale, Part::Ticket(state.name()), || {
        html! {
            div.ticket {
                p { (t.reference_hint) }
                (HOLE)
                (steps(t, state))
            }
        }
    });
    shape.with([&form::reference(case.reference())]).render()
}

/// What can be done beside waiting: to complain, to keep the link, and to withdraw what is not answered yet.
fn ending(setup: &Setup, locale: Locale, regime: Regime, is_open: bool, path: &str) -> Markup {
    let t = texts::request_status(locale.lang);
    let shape = setup.remembered.of::<Shapes>().of(locale, Part::Ending(regime, is_open), || {
        html! {
            section {
                h2 { (t.complain_title) }
                p { (t.complain_us) " " a href=(locale.href("/feedback")) { (t.complain_us_link) } "." }
                p { (texts::complain::complain(locale.lang)(regime)) }
            }
            section {
                h2 { (t.link_title) }
                p { code.whole { (setup.base_url) (HOLE) } }
                p.hint { (t.link_hint) }
            }
            @if is_open {
                section {
                    h2 { (t.withdraw_title) }
                    details {
                        summary { (t.withdraw_summary) }
                        p { (t.withdraw_hint) }
                        form method="post" action=(Href(locale, [HOLE, "/withdraw"])) {
                            button.danger { (t.withdraw_button) }
                        }
                    }
                }
            }
        }
    });
    let path = Prose(path);
    // Only what can be withdrawn has the second hole.
    if is_open { shape.with([&path, &path]).render() } else { shape.with([&path]).render() }
}

/// The steps of a request, as far as it has come.
fn steps(t: &StatusTexts, state: &State) -> Markup {
    let at = match state {
        State::Received => 0,
        State::InProgress | State::Extended | State::AwaitingClarification { .. } => 1,
        State::Answered { .. } => 2,
        State::AwaitingIdentity(_)
        | State::Refused { .. }
        | State::Withdrawn { .. }
        | State::Expired { .. } => {
            return html! { p { span.tag { (Prose((t.state)(state.name()))) } } };
        }
    };
    html! {
        ol.steps {
            @for (number, step) in t.steps.into_iter().enumerate() {
                li aria-current=[(number == at).then_some("step")] { (step) }
            }
        }
    }
}

/// Until when the answer is due, and how that was counted.
fn due(setup: &Setup, locale: Locale, case: &Case, now: Timestamp) -> Result<Markup, Problem> {
    let t = texts::request_status(locale.lang);
    let Some(rule) = regime::leading(case.opening.regime, case.opening.kind.right()) else {
        return Ok(html! {});
    };
    let due = clock::by_rule(setup, case, rule, now, |clock| clock.due())?;
    let zone = &setup.clocks()?.zone;
    let words = texts::clock(locale.lang);
    let day = Spoken(|text: &mut String| (words.say_day)(text, due.last_day));
    let ended = case.state(now).ended();
    let late = due.is_overdue(ended.unwrap_or(now));
    Ok(html! {
        section {
            h2 { (if ended.is_some() { t.due_was_title } else { t.due_title }) }
            p.lead {
                @if rule.term.is_at_once() {
                    (t.due_at_once)
                } @else if ended.is_some() {
                    (t.due_was) (day)
                } @else {
                    strong { time datetime=(Prose(&due.last_day.text())) { (t.due_by.0) (day) (t.due_by.1) } }
                }
            }
            @if ended.is_none() && due.is_resting() { p { (t.due_resting) } }
            @if ended.is_none() && due.provisional { p { (t.due_provisional) } }
            @if late { div.notice.warning { p { (t.due_late) } } }
            @if let Some(extension) = &case.extension {
                p { strong { (t.extended_title) ":" } " " (Prose(extension.reason.as_str())) }
            }
            details {
                summary { (t.due_why) }
                ol { @for step in &due.steps { li { (Spoken(|text: &mut String| (words.say_step)(text, step, rule, zone))) } } }
            }
        }
    })
}

fn package(
    setup: &Setup,
    locale: Locale,
    case: &Case,
    path: &str,
    now: Timestamp,
) -> Result<Markup, Problem> {
    let t = texts::request_status(locale.lang);
    let Some(package) = case.package(now) else { return Ok(html! {}) };
    let until = texts::texts(locale.lang).date(setup.clocks()?.zone.date(package.until));
    let size = format!("{}\u{a0}{}", package.size.div_ceil(1024), texts::form(locale.lang).kib);
    Ok(html! {
        section id="package" {
            h2 { (t.package_title) }
            p { (Prose(&(t.package_lead)(&size, &until))) }
            form method="post" action={ (Href(locale, [path, "/package"])) "#package" } novalidate {
                div.field {
                    label for="secret" { (t.secret_label) }
                    p.hint id="secret-hint" { (t.secret_hint) }
                    input id="secret" name="secret" autocomplete="off" autocapitalize="characters" spellcheck="false"
                        required aria-describedby="secret-hint";
                }
                div.actions { button { (t.package_get) } }
            }
        }
    })
}

fn facts(setup: &Setup, locale: Locale, case: &Case, path: &str) -> Result<Markup, Problem> {
    let t = texts::request_status(locale.lang);
    let opening = &case.opening;
    let shape = setup.remembered.of::<Shapes>().of(locale, Part::Facts(opening.kind, opening.regime), || {
        html! {
            section {
                h2 { (t.facts_title) }
                dl.facts {
                    div { dt { (t.fact_kind) } dd { ((t.kind_label)(opening.kind)) } }
                    div { dt { (t.fact_law) } dd { ((texts::clock(locale.lang).regime)(opening.regime)) } }
                    div { dt { (t.fact_received) } dd { (HOLE) } }
                    (HOLE)
                    div { dt { (t.fact_until) } dd { time datetime=(HOLE) { (HOLE) } } }
                }
                ul.links {
                    li { a href={ (HOLE) "/receipt.json" } download { (t.get_receipt) } }
                    li { a href={ (HOLE) "/request.json" } download { (t.get_json) } }
                }
            }
        }
    });
    let zone = &setup.clocks()?.zone;
    let say_date = texts::texts(locale.lang).say_date;
    let until = Spoken(|text: &mut String| say_date(text, zone.date(opening.expires)));
    let between = html! {
        @if let Some((at, _)) = case.identified {
            div { dt { (t.fact_identified) } dd { (Instant(locale.lang, zone, at)) } }
        }
        @if let Some(policy) = &opening.policy {
            div { dt { (t.fact_policy) } dd {
                a href=(Href(locale, ["/policy/versions/", policy.version.as_str()])) {
                    (texts::form(locale.lang).version) " " (Prose(policy.version.as_str()))
                }
            } }
        }
    };
    let received = Instant(locale.lang, zone, opening.at);
    let (stamp, path) = (opening.expires.text(), Prose(path));
    Ok(shape.with([&received, &between, &Prose(&stamp), &until, &path, &path]).render())
}

fn thread(setup: &Setup, locale: Locale, case: &Case, path: &str) -> Result<Markup, Problem> {
    let t = texts::request_status(locale.lang);
    let f = texts::form(locale.lang);
    let zone = &setup.clocks()?.zone;
    let entry = |by_desk: bool, at: Timestamp, text: &Message, beside: Markup| {
        let who = if by_desk { (f.by_desk)(&setup.app_name) } else { f.by_you.to_owned() };
        form::message(by_desk, &who, Instant(locale.lang, zone, at), text, beside)
    };
    let opening = &case.opening;
    let files = form::attached(locale.lang, &opening.files, path);
    let none = || html! {};
    let mut entries: Vec<Markup> = Vec::new();
    match &opening.details {
        Some(details) => entries.push(entry(false, opening.at, details, files)),
        None if !opening.files.is_empty() => entries.push(html! { li { (files) } }),
        None => {}
    }
    for event in case.happened() {
        let at = event.id.instant();
        entries.push(match &event.change {
            Change::PersonWrote(text) => entry(false, at, text, none()),
            Change::OperatorWrote(text) | Change::ClarificationAsked(text) => {
                entry(true, at, text, none())
            }
            Change::Answered { text, partly } => {
                let partly = html! { @if *partly { p.hint { (t.answered_partly) } } };
                entry(true, at, text, partly)
            }
            Change::Refused { ground, text } => {
                let ground =
                    html! { p.hint { (t.ground_title) ": " (Prose((t.ground)(*ground))) } };
                entry(true, at, text, ground)
            }
            _ => continue,
        });
    }
    Ok(html! { @if !entries.is_empty() { ol.thread { @for entry in entries { (entry) } } } })
}
