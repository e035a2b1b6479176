//! The page of a data request, as its person sees it.

use desk_core::case::Message;
use desk_core::clock::regime::{self, Regime};
use desk_core::request::{Request as Case, RequestChange, RequestKey, RequestState};
use desk_core::time::Timestamp;
use maud::{Markup, html};

use super::clock;
use super::pages::framed;
use super::status::LastAction;
use crate::texts::{self, StatusTexts};
use desk_app::Desk;
use desk_app::Setup;
use desk_app::paths::kept_path;
use desk_web::form;
use desk_web::page::{self, Place};
use desk_web::problem::Problem;
use desk_web::request::{Locale, Request};

/// The request as its person sees it.
pub(super) fn status<S>(
    desk: &Desk<'_, S>,
    request: &Request,
    locale: Locale,
    (key, token): (&RequestKey, &str),
    case: &Case,
    just: Option<LastAction>,
) -> Result<Markup, Problem> {
    let (setup, now) = (desk.setup, desk.now());
    let t = texts::request_status(locale.lang);
    let path = kept_path(setup, key, token);
    let heading = (t.kind_title)(case.opening.kind);
    let state = case.state(now);
    let is_open = case.open(now).is_ok();
    let main = html! {
        h1 { (heading) }
        // That it is on its way is true while it is.
        (action_notice(t, just.filter(|just| is_open || *just != LastAction::Confirmed)))
        @if let RequestState::AwaitingClarification { .. } = &state {
            div.notice.warning {
                p { strong { (t.asked_title) } " " a href="#conversation" { (t.asked_hint) } }
            }
        }
        (ticket(locale, case, &state))
        (due(setup, locale, case, now)?)
        (package(setup, locale, case, &path, now)?)
        section id="conversation" {
            h2 { (desk_web::texts::form(locale.lang).thread_title) }
            (thread(setup, locale, case, &path)?)
            @if is_open {
                (form::fresh_message_form(locale, &desk.moment.id().text(), &path))
            }
        }
        (facts(setup, locale, case, &path)?)
        (ending(setup, locale, case.opening.regime, is_open, &path))
    };
    Ok(framed(setup, request, locale, heading, Place::Elsewhere, main))
}

fn action_notice(t: &StatusTexts, done: Option<LastAction>) -> Markup {
    let (text, save) = match done {
        Some(LastAction::Confirmed) => (t.confirmed, true),
        Some(LastAction::Added) => (t.added, false),
        Some(LastAction::Withdrawn) => (t.withdrawn, false),
        None => return html! {},
    };
    html! {
        div.notice.success role="status" {
            p { strong { (text) } @if save { " " (t.save_link) } }
        }
    }
}

/// The reference, and where the request is now.
fn ticket(locale: Locale, case: &Case, state: &RequestState) -> Markup {
    let t = texts::request_status(locale.lang);
    html! {
        div.ticket {
            p { (t.reference_hint) }
            (form::reference(case.reference()))
            (steps(t, state))
        }
    }
}

/// What can be done beside waiting: to complain, to keep the link, and to withdraw what is not answered yet.
fn ending(setup: &Setup, locale: Locale, regime: Regime, is_open: bool, path: &str) -> Markup {
    let t = texts::request_status(locale.lang);
    html! {
        section {
            h2 { (t.complain_title) }
            p { (t.complain_us) " " a href=(locale.href("/feedback")) { (t.complain_us_link) } "." }
            p { (desk_documents::texts::complain::complain(locale.lang)(regime)) }
        }
        section {
            h2 { (t.link_title) }
            p { code.whole { (setup.profile.base_url) (path) } }
            p.hint { (t.link_hint) }
        }
        @if is_open {
            section {
                h2 { (t.withdraw_title) }
                details {
                    summary { (t.withdraw_summary) }
                    p { (t.withdraw_hint) }
                    form method="post" action=(locale.href(&format!("{path}/withdraw"))) {
                        button.danger { (t.withdraw_button) }
                    }
                }
            }
        }
    }
}

/// The steps of a request, as far as it has come.
fn steps(t: &StatusTexts, state: &RequestState) -> Markup {
    let at = match state {
        RequestState::Received => 0,
        RequestState::InProgress
        | RequestState::Extended
        | RequestState::AwaitingClarification { .. } => 1,
        RequestState::Answered { .. } => 2,
        RequestState::AwaitingIdentity(_)
        | RequestState::Refused { .. }
        | RequestState::Withdrawn { .. }
        | RequestState::Expired { .. } => {
            return html! { p { span.tag { ((t.state)(state.name())) } } };
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
    let words = desk_documents::texts::clock(locale.lang);
    let day = (words.day)(due.last_day);
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
                    strong { time datetime=(due.last_day) { (t.due_by.0) (day) (t.due_by.1) } }
                }
            }
            @if ended.is_none() && due.is_resting() { p { (t.due_resting) } }
            @if ended.is_none() && due.provisional { p { (t.due_provisional) } }
            @if late { div.notice.warning { p { (t.due_late) } } }
            @if let Some(extension) = &case.extension {
                p { strong { (t.extended_title) ":" } " " (extension.reason.as_str()) }
            }
            details {
                summary { (t.due_why) }
                ol { @for step in &due.steps { li { ((words.step)(step, rule, zone)) } } }
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
    let until = locale.lang.date(setup.clocks()?.zone.date(package.until));
    let size =
        format!("{}\u{a0}{}", package.size.div_ceil(1024), desk_web::texts::form(locale.lang).kib);
    Ok(html! {
        section id="package" {
            h2 { (t.package_title) }
            p { ((t.package_lead)(&size, &until)) }
            form method="post" action={ (locale.href(&format!("{path}/package"))) "#package" } novalidate {
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
    let zone = &setup.clocks()?.zone;
    let until = locale.lang.date(zone.date(opening.expires));
    Ok(html! {
        section {
            h2 { (t.facts_title) }
            dl.facts {
                div { dt { (t.fact_kind) } dd { ((t.kind_label)(opening.kind)) } }
                div { dt { (t.fact_law) } dd { ((desk_documents::texts::clock(locale.lang).regime)(opening.regime)) } }
                div { dt { (t.fact_received) } dd { (page::instant(locale.lang, zone, opening.at)) } }
                @if let Some((at, _)) = case.identified {
                    div { dt { (t.fact_identified) } dd { (page::instant(locale.lang, zone, at)) } }
                }
                @if let Some(policy) = &opening.policy {
                    div { dt { (t.fact_policy) } dd {
                        a href=(locale.href(&format!("/policy/versions/{}", policy.version))) {
                            (desk_web::texts::form(locale.lang).version) " " (policy.version)
                        }
                    } }
                }
                div { dt { (t.fact_until) } dd { time datetime=(opening.expires) { (until) } } }
            }
            ul.links {
                li { a href=(format!("{path}/receipt.json")) download { (t.get_receipt) } }
                li { a href=(format!("{path}/request.json")) download { (t.get_json) } }
            }
        }
    })
}

fn thread(setup: &Setup, locale: Locale, case: &Case, path: &str) -> Result<Markup, Problem> {
    let t = texts::request_status(locale.lang);
    let f = desk_web::texts::form(locale.lang);
    let zone = &setup.clocks()?.zone;
    let entry = |by_desk: bool, at: Timestamp, text: &Message, beside: Markup| {
        let who = if by_desk { (f.by_desk)(&setup.profile.app_name) } else { f.by_you.to_owned() };
        form::message(by_desk, &who, page::instant(locale.lang, zone, at), text, beside)
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
    for event in case.effective_events() {
        let at = event.id.instant();
        entries.push(match &event.change {
            RequestChange::PersonWrote(text) => entry(false, at, text, none()),
            RequestChange::OperatorWrote(text) | RequestChange::ClarificationAsked(text) => {
                entry(true, at, text, none())
            }
            RequestChange::Answered { text, partly } => {
                let partly = html! { @if *partly { p.hint { (t.answered_partly) } } };
                entry(true, at, text, partly)
            }
            RequestChange::Refused { ground, text } => {
                let ground = html! { p.hint { (t.ground_title) ": " ((t.ground)(*ground)) } };
                entry(true, at, text, ground)
            }
            _ => continue,
        });
    }
    Ok(html! { @if !entries.is_empty() { ol.thread { @for entry in entries { (entry) } } } })
}
